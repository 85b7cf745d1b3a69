"""One piece of work at a provider: calling it, waiting, trying again, giving up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field

from vidgen_core.errors import ProviderError, RateLimited, VidgenError
from vidgen_core.executor.clock import LONGEST_PAUSE, until_next_try
from vidgen_core.executor.events import Noted
from vidgen_core.executor.jobs import Job

if TYPE_CHECKING:
    from vidgen_core.executor import Run

T = TypeVar("T")

#: A service that cannot be reached is asked again this often before the run goes on without it.
TRIES = 5
#: Who waits for longer, in seconds, is told what for.
_LONG_PAUSE = 5.0


@define(kw_only=True, eq=False)
class Errand:
    """A job of the run and the provider that does it.

    Its methods but :meth:`call` run in the executor's thread.
    """

    run: Run
    job: Job
    provider: Any
    tries: int = field(default=0, init=False)

    @property
    def into(self) -> Path:
        """Where the provider's file goes until it is published."""
        return self.job.folder / f"output{Path(self.job.task.output).suffix}"

    def can(self, ability: str, method: str) -> bool:
        """Whether the provider's spec names *ability*, and the provider has the *method*."""
        task = self.job.task
        assert task.kind is not None
        spec = self.run.bench.workshop.find(task.kind, task.provider).spec
        return ability in spec.abilities and hasattr(self.provider, method)

    def call(self, what: str, call: Callable[[], T]) -> T:
        """Call the provider; what else it raises is its fault. Runs in a worker thread."""
        task = self.job.task
        assert task.kind is not None
        workshop = self.run.bench.workshop
        return workshop.call(task.kind, task.provider, f"{what} for {task.key}", call)

    def in_worker(
        self,
        call: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[VidgenError], None],
        *,
        precious: bool = False,
    ) -> None:
        """Run *call* in a worker thread, and in this one *then* or *otherwise*."""
        self.run.relay.start(self.job, call, then, otherwise, precious=precious)

    def wait(self, seconds: float, then: Callable[[], None]) -> None:
        """Call *then* in *seconds* from now."""
        self.run.relay.at(self.job, seconds, then)

    def try_again(self, error: VidgenError, again: Callable[[], None]) -> None:
        """Call *again* in a while, where that may help, or give up."""
        if not self.tries_again(error, again):
            self.give_up(error)

    def tries_again(self, error: VidgenError, again: Callable[[], None], *, who: str = "") -> bool:
        """Call *again* in a while, where that may help; return whether it may.

        *who*: whose fault it is, where that is not the provider's.
        """
        self.tries += 1
        if not (isinstance(error, ProviderError) and error.retry and self.tries < TRIES):
            return False
        pause = until_next_try(self.tries, error)
        if pause > LONGEST_PAUSE:
            return False
        self.pause(error, pause, again, who=who)
        return True

    def pause(
        self, error: VidgenError, seconds: float, again: Callable[[], None], *, who: str = ""
    ) -> None:
        """Call *again* in *seconds* from now, and say so where that is long."""
        if seconds > _LONG_PAUSE:
            what = "asks for patience" if isinstance(error, RateLimited) else "cannot be reached"
            name = who or self.job.task.provider
            self.run.listen(Noted(f"{name} {what}, trying again in {seconds:.0f} s"))
        self.wait(seconds, again)

    def give_up(self, error: VidgenError) -> None:
        """End the job for this run; what may succeed later is left to a later run."""
        if isinstance(error, ProviderError) and error.retry:
            self.run.setbacks.later(self.job, error)
            return
        self.run.setbacks.failed(self.job, error)
