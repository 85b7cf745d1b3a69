"""Work in other threads, and the way back into the one that keeps the loop."""

from __future__ import annotations

import queue
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import define, field

from vidgen_core.errors import VidgenError
from vidgen_core.executor.clock import Clock, Event, Usual
from vidgen_core.executor.crew import Crew
from vidgen_core.executor.jobs import Job
from vidgen_core.executor.turns import Turns
from vidgen_core.plan import Task

#: Seconds between two looks at what is running.
TICK = 0.25
#: How many calls to services run at once. None of them waits inside a provider.
CALLS = 16

#: Told what a call raised, in the loop's thread.
Otherwise = Callable[[VidgenError], None]


@define(kw_only=True, eq=False)
class Relay:
    """Gives calls to worker threads and takes up what comes of them in the loop's thread.

    *raised* is told what a call, or what followed it, raised; with it, who else
    wants to know. ``usual``: how long the jobs took that were waited for.
    """

    turns: Turns
    clock: Clock
    raised: Callable[[Job, BaseException, Otherwise | None], None]
    usual: Usual = field(factory=Usual, init=False)
    _events: queue.SimpleQueue[Event] = field(factory=queue.SimpleQueue, init=False)
    _here: Crew = field(init=False)
    _services: Crew = field(factory=lambda: Crew(most=CALLS), init=False)

    def __attrs_post_init__(self) -> None:
        self._here = Crew(most=self.turns.jobs + CALLS)

    def put(self, event: Event) -> None:
        """Have *event* called in the loop's thread. Safe in a signal handler and any thread."""
        self._events.put(event)

    def start(
        self,
        job: Job,
        call: Callable[[], Any],
        then: Callable[[Any], None],
        otherwise: Otherwise | None = None,
        *,
        precious: bool = False,
    ) -> None:
        """Run *call* in a worker thread, and in the loop's *then* with its result.

        *otherwise* is told what it raised; without it the task ends there. An
        interrupted run waits a moment for what is *precious*.
        """

        def run() -> None:
            try:
                result = call()
            except BaseException as error:
                self.put(partial(self.raised, job, error, otherwise))
            else:
                self.put(partial(self.guarded, job, partial(then, result)))

        crew = self._services if self.turns.is_remote(job.task) else self._here
        try:
            crew.start(run, name=_thread_name(job), precious=precious)
        except (RuntimeError, MemoryError) as error:  # no thread can be had
            self.put(partial(self.raised, job, error, otherwise))

    def at(self, job: Job, seconds: float, then: Event) -> None:
        """Call *then* for *job* in *seconds* from now."""
        job.due, job.then = self.clock.now() + seconds, then

    def guarded(self, job: Job, then: Event) -> None:
        """Call *then*, which may raise what ends *job*."""
        try:
            then()
        except (VidgenError, OSError) as error:
            self.raised(job, error, None)

    def turn(self) -> None:
        """Wait a moment for an event and take it up, then whatever is due."""
        event = self.clock.wait(self._events, self._until_due())
        if event is not None:
            event()
        now = self.clock.now()
        for job in list(self.turns.active.values()):
            if job.due is not None and job.due <= now and job.then is not None:
                then, job.due, job.then = job.then, None, None
                self.guarded(job, then)

    def _until_due(self) -> float:
        now = self.clock.now()
        due = [job.due - now for job in self.turns.active.values() if job.due is not None]
        return max(0.0, min([TICK, *due]))

    def dismiss(self) -> None:
        """Start nothing more."""
        self._services.dismiss()
        self._here.dismiss()

    def precious(self) -> list[Task]:
        """Return the tasks whose precious calls are under way."""
        names = {*self._services.precious, *self._here.precious}
        return [job.task for job in self.turns.active.values() if _thread_name(job) in names]

    def leave(self, patience: float, grace: float, hurried: Callable[[], bool]) -> bool:
        """Wait for the calls that still run, as :meth:`Crew.leave` does; whether all ended."""
        gone = [crew.leave(patience, grace, hurried) for crew in (self._services, self._here)]
        return all(gone)


def _thread_name(job: Job) -> str:
    return f"vidgen {job.task.key.id}"
