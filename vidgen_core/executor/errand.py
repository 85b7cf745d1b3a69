"""One piece of work at a provider: calling it, waiting, trying again, giving up."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field

from vidgen_core.errors import MachineError, ProviderError, RateLimited, VidgenError
from vidgen_core.executor.clock import is_passing, is_told, pause_after, until_next_poll
from vidgen_core.executor.events import Waiting, WentOn
from vidgen_core.executor.jobs import Job
from vidgen_core.executor.patience import Lane
from vidgen_core.executor.turns import provider_of

if TYPE_CHECKING:
    from vidgen_core.executor import Run

T = TypeVar("T")

#: Who waits for longer, in seconds, is told what for.
_LONG_PAUSE = 5.0
#: How often who is held back asks whether it may be submitted.
_HELD_SECONDS = 1.0


class _Held(Enum):
    """What a call gives that was not made, because the service wants fewer."""

    HELD = "held"


@define(kw_only=True, eq=False)
class Errand:
    """A job of the run and the provider that does it.

    Its methods but :meth:`call` run in the executor's thread.
    """

    run: Run
    job: Job
    provider: Any
    tries: int = field(default=0, init=False)
    _submits: bool = field(default=False, init=False)
    _waits_for: set[str] = field(factory=set, init=False)
    _begun: float | None = field(default=None, init=False)
    _disturbed: bool = field(default=False, init=False)

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
        """Run *call* in a worker thread, and in this one *then* or *otherwise*.

        A *precious* call is a submit: it waits while the service wants fewer of them.
        """
        self._submits = precious
        if precious:
            self._submit(call, then, otherwise)
            return
        self.run.relay.start(self.job, call, partial(self._went_well, then), otherwise)

    def _went_well(self, then: Callable[[T], None], result: T) -> None:
        run, task = self.run, self.job.task
        run.setbacks.patience.answered(Lane(task.provider, self._submits))
        if self._submits:
            run.turns.throttle.accepted(task)
        for who in self._waits_for:
            run.setbacks.patience.answered(Lane(who))
            run.listen(WentOn(task, who))
        self._waits_for.clear()
        then(result)

    # submits -------------------------------------------------------------

    def _submit(
        self,
        call: Callable[[], T],
        then: Callable[[T], None],
        otherwise: Callable[[VidgenError], None],
    ) -> None:
        run, task, throttle = self.run, self.job.task, self.run.turns.throttle

        def knock() -> None:
            if run.turns.stopped:
                error = MachineError("nothing new is bought while this machine is in trouble")
                run.setbacks.later(self.job, error)
                return
            self._submit(call, then, otherwise)

        def unless_held() -> T | _Held:
            # Many submits may stand in line for a thread when the first one is refused.
            if throttle.is_resting(task.provider):
                return _Held.HELD
            try:
                return call()
            except RateLimited:
                throttle.heard(task.provider, crowded=True)
                raise

        def went(result: T | _Held) -> None:
            if isinstance(result, _Held):
                knock()
            else:
                self._went_well(then, result)

        def failed(error: VidgenError) -> None:
            throttle.heard(task.provider, crowded=False)
            otherwise(error)

        gone = throttle.gone(task)
        if gone is not None:
            self.give_up(gone)
        elif throttle.lets_in(task, run.turns.active):
            run.relay.start(self.job, unless_held, went, failed, precious=True)
        else:
            # All that are held ask at the same moment: one turn of the loop serves them.
            self.wait(_HELD_SECONDS - run.clock.now() % _HELD_SECONDS, knock)

    # waiting -------------------------------------------------------------

    def wait(self, seconds: float, then: Callable[[], None]) -> None:
        """Call *then* in *seconds* from now."""
        self.run.relay.at(self.job, seconds, then)

    def began(self, age: float = 0.0) -> None:
        """Take note that the job at the service was begun *age* seconds ago."""
        self._begun, self._disturbed = self.run.clock.now() - max(0.0, age), False

    def until_next_poll(self, seconds_left: object, *, since: float) -> float:
        """Return the seconds until the job is asked about again.

        *seconds_left* is what the service guesses. *since* (Unix time) is when an earlier
        run bought it; this one knows better what it began itself.
        """
        if self._begun is None:
            self.began(self.run.today() - since)
        assert self._begun is not None
        age = self.run.clock.now() - self._begun
        usual = self.run.relay.usual.seconds(provider_of(self.job.task))
        return until_next_poll(seconds_left, age=age, usual=usual)

    def was_done(self) -> None:
        """Take note that the job was just found done: the next ones may take as long."""
        if self._begun is not None and not self._disturbed:
            seconds = self.run.clock.now() - self._begun
            self.run.relay.usual.learn(provider_of(self.job.task), seconds)

    # trouble -------------------------------------------------------------

    def try_again(self, error: VidgenError, again: Callable[[], None]) -> None:
        """Call *again* in a while, where that may help, or give up."""
        if not self.tries_again(error, again):
            self.give_up(error)

    def tries_again(self, error: VidgenError, again: Callable[[], None], *, who: str = "") -> bool:
        """Call *again* in a while, where that may help; return whether it may.

        *who*: whose fault it is, where that is not the provider's. A submit is given here
        only when it surely was not charged, or can be repeated without being charged twice.
        """
        self.tries += 1
        self._disturbed = True  # how long its job took cannot be told any more
        pause = pause_after(self.tries, error, self._patience_left(error, who))
        if pause is None:
            if self._is_crowded(error, who) and self._submits:
                self.run.turns.throttle.go_without(self.job.task, error)
            return False
        self.pause(error, pause, again, who=who)
        return True

    def holds_out(self, error: VidgenError) -> bool:
        """Whether the user has patience left for what *error* says, and for one more call."""
        left = self._patience_left(error, "")
        return left is not None and pause_after(self.tries, error, left) is not None

    def pause(
        self, error: VidgenError, seconds: float, again: Callable[[], None], *, who: str = ""
    ) -> None:
        """Call *again* in *seconds* from now, and say so where that is long."""
        run, task = self.run, self.job.task
        crowded = self._is_crowded(error, who)
        if crowded or (is_told(error) and not who):
            run.turns.throttle.refused(task, run.turns.active, fewer=crowded, submits=self._submits)
        if seconds > _LONG_PAUSE:
            name, left = who or task.provider, self._patience_left(error, who)
            self._waits_for.add(name)
            run.listen(Waiting(task, name, error, seconds, left))

        def go_on() -> None:
            run.turns.throttle.rested(task)
            again()

        self.wait(seconds, go_on)

    def _is_crowded(self, error: VidgenError, who: str) -> bool:
        return isinstance(error, RateLimited) and not who

    def _patience_left(self, error: VidgenError, who: str) -> float | None:
        """Return how much longer the user waits for whose fault *error* is, if at all."""
        if not is_passing(error):
            return None
        lane = Lane(who) if who else Lane(self.job.task.provider, self._submits)
        return self.run.setbacks.patience.failed(lane)

    def give_up(self, error: VidgenError) -> None:
        """End the job for this run; what may succeed later is left to a later run."""
        self.run.turns.throttle.left(self.job.task)
        if isinstance(error, ProviderError) and error.retry:
            self.run.setbacks.later(self.job, error)
            return
        self.run.setbacks.failed(self.job, error)
