"""What went wrong with one piece of work, and what that means for the rest of the run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import define, field

from vidgen_core import disk
from vidgen_core.errors import (
    AuthFailed,
    Interrupted,
    JournalDamaged,
    MachineError,
    OutOfCredit,
    ProviderError,
    Undecided,
    VidgenError,
)
from vidgen_core.executor.events import Stopped
from vidgen_core.executor.jobs import Job
from vidgen_core.executor.patience import Patience
from vidgen_core.executor.relay import Otherwise
from vidgen_core.executor.turns import provider_of
from vidgen_core.executor.work import BrokenInput, as_vidgen_error
from vidgen_core.model import Key

if TYPE_CHECKING:
    from vidgen_core.executor import Run

#: How often work on this machine is tried again when its provider says that it may.
TRIES = 3

#: What another run may go on with: nothing has failed for good.
_FOR_LATER = (AuthFailed, OutOfCredit, MachineError, JournalDamaged, Undecided)


@define(kw_only=True, eq=False)
class Setbacks:
    """Decides, in the loop's thread, what becomes of a job of *run* that met an error.

    ``patience``: how long services were waited for.
    """

    run: Run
    patience: Patience = field(init=False)
    _tries: dict[Key, int] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.patience = Patience(seconds=self.run.hold_out, clock=self.run.clock)

    def raised(self, job: Job, error: BaseException, otherwise: Otherwise | None) -> None:
        """A call for *job* raised *error*; *otherwise* knows more about it than this class."""
        run = self.run
        if isinstance(error, BrokenInput):
            run.turns.finish(job)
            run.shelf.found_broken(error.found)
            run.replan()
            return
        vidgen_error = as_vidgen_error(error, job.task)
        if isinstance(vidgen_error, Interrupted) and run.interrupted:
            run.turns.finish(job)
        elif otherwise is not None:
            run.relay.guarded(job, partial(otherwise, vidgen_error))
        elif self._again(job, vidgen_error):
            run.turns.finish(job)
        else:
            self.failed(job, vidgen_error)

    def _again(self, job: Job, error: VidgenError) -> bool:
        """Whether work on this machine may simply be tried once more."""
        if job.purchase is not None:
            return False
        tries = self._tries[job.task.key] = self._tries.get(job.task.key, 0) + 1
        return isinstance(error, ProviderError) and error.retry and tries < TRIES

    def later(self, job: Job, error: VidgenError) -> None:
        """End *job* for this run: another run goes on with it, and nothing is lost."""
        error = self._cause(error)
        self.run.turns.finish(job)
        self.run.turns.later.add(job.task.key)
        self._note(job, error, later=True)

    def failed(self, job: Job, error: VidgenError) -> None:
        """Give *job* up for this run and plan for what does not need it."""
        error = self._cause(error)
        turns = self.run.turns
        if isinstance(error, (AuthFailed, OutOfCredit)):
            turns.closed[provider_of(job.task)] = error
        self.check_machine(error)
        if isinstance(error, _FOR_LATER) or (isinstance(error, ProviderError) and error.retry):
            self.later(job, error)
            return
        turns.finish(job)
        turns.give_up(job.task.key)
        self._note(job, error, later=False)
        self.run.replan()

    def not_fetched_again(self, job: Job, error: VidgenError) -> None:
        """A broken file that was paid for cannot be had again: it counts as missing."""
        self.run.turns.finish(job)
        self.run.shelf.drop_broken(job.task.key, error.message)
        self.run.replan()

    def check_machine(self, error: VidgenError) -> None:
        """Begin nothing new where *error* is one that all other work would meet, too."""
        if not isinstance(error, MachineError):
            return
        if disk.is_everywhere(error) or disk.is_full(self.run.directory.root):
            self.run.turns.stopped = True
        self.run.outcome.codes.add(error.exit_code)

    def _cause(self, error: VidgenError) -> VidgenError:
        """Return what *error* comes from: without its directory no work can end well."""
        gone = self.run.directory.went_away
        if gone is None:
            return error
        self.run.turns.stopped = self.run.outcome.went_away = True
        gone.__cause__ = error
        return gone

    def _note(self, job: Job, error: VidgenError, *, later: bool) -> None:
        outcome = self.run.outcome
        outcome.errors.append((job.task, error))
        outcome.codes.add(error.exit_code)
        self.run.listen(Stopped(job.task, error, later))
