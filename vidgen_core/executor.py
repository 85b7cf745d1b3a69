"""Drives a plan: starts what is ready, waits, publishes, plans again.

One thread, the caller's, keeps the loop, the clock, the journal and every
rename. Worker threads make files in scratch folders and call providers; none of
them sleeps.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from vidgen_core.errors import (
    AuthFailed,
    BadOutput,
    ExitCode,
    Interrupted,
    JournalDamaged,
    MachineError,
    OutOfCredit,
    ProviderError,
    VidgenError,
)
from vidgen_core.events import (
    Listener,
    Moved,
    Noted,
    Planned,
    Progressed,
    Published,
    Started,
    Stopped,
)
from vidgen_core.journal import Journal
from vidgen_core.memory import Memory
from vidgen_core.model import Facts, Key, Step
from vidgen_core.plan import (
    TO_DO,
    Decision,
    File,
    Ledger,
    Listing,
    Plan,
    PlanOptions,
    Task,
    Why,
)
from vidgen_core.plan import Published as Record
from vidgen_core.purchase import Purchase
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import FREE, Price
from vidgen_core.work import Bench, BrokenInput, Made, as_vidgen_error, asked_with

Planning = Callable[[Listing, Ledger, PlanOptions], Plan]

#: Seconds between two looks at what is running.
TICK = 0.25
#: How often work on this machine is tried again when its provider says that it may.
TRIES = 3


@define(kw_only=True, eq=False)
class Job:
    """One task that is being worked on."""

    task: Task
    folder: Path
    purchase: Purchase | None = None
    fraction: float | None = None
    due: float | None = None
    then: Callable[[], None] | None = None


@define(kw_only=True)
class Outcome:
    """How a run ended: the last plan, what failed, and the exit codes that apply.

    ``paid`` counts the jobs that services took in this run, ``price`` sums them.
    """

    plan: Plan
    paid: int = 0
    price: Price = FREE
    errors: list[tuple[Task, VidgenError]] = field(factory=list)
    codes: set[ExitCode] = field(factory=set)
    made: list[str] = field(factory=list)


@define(kw_only=True, eq=False)
class Run:
    """One run over a locked directory. Call :meth:`work` once.

    *planning* is the planner with everything but its changing values. *jobs* is
    how many pieces of work run on this machine at once.
    """

    directory: RunDirectory
    journal: Journal
    memory: Memory
    listing: Listing
    planning: Planning
    options: PlanOptions
    bench: Bench
    jobs: int
    listen: Listener
    max_active: Callable[[Task], int] = lambda task: 0
    version_of: Callable[[Task], tuple[str, str]] = lambda task: ("vidgen-core", "")
    clock: Callable[[], float] = time.monotonic

    plan: Plan = field(init=False)
    outcome: Outcome = field(init=False)
    _events: queue.SimpleQueue[Callable[[], None]] = field(factory=queue.SimpleQueue, init=False)
    _active: dict[Key, Job] = field(factory=dict, init=False)
    _done: set[Key] = field(factory=set, init=False)
    _later: set[Key] = field(factory=set, init=False)
    _tries: dict[Key, int] = field(factory=dict, init=False)
    _closed: dict[str, VidgenError] = field(factory=dict, init=False)
    _interrupted: threading.Event = field(factory=threading.Event, init=False)
    _machine_failed: bool = field(default=False, init=False)

    def interrupt(self) -> None:
        """Ask the run to stop; safe in a signal handler and from any thread."""
        self._interrupted.set()
        self._events.put(lambda: None)

    @property
    def interrupted(self) -> bool:
        """Whether the run was asked to stop."""
        return self._interrupted.is_set()

    def work(self) -> Outcome:
        """Do everything that can be done now and say how it ended."""
        self._replan()
        self.outcome = Outcome(plan=self.plan)
        try:
            self._loop()
        finally:
            self._stop_workers()
        if self.interrupted:
            self.outcome.codes.add(ExitCode.INTERRUPTED)
        else:
            self._replan()
        self.outcome.plan = self.plan
        return self.outcome

    # the loop ------------------------------------------------------------

    def _loop(self) -> None:
        while not self.interrupted:
            self._start_ready()
            if not self._active:
                self._replan()
                if not any(map(self._may_start, self.plan.to_do)):
                    return
                continue
            with contextlib.suppress(queue.Empty):
                self._events.get(timeout=self._wait())()
            self._start_due()
            self._report()

    def _wait(self) -> float:
        now = self.clock()
        due = [job.due - now for job in self._active.values() if job.due is not None]
        return max(0.0, min([TICK, *due]))

    def _report(self) -> None:
        running = tuple((job.task, job.fraction) for job in self._active.values())
        total = len(self._done) + len(self.plan.to_do)
        self.listen(Progressed(running, len(self.outcome.made), max(total, len(running))))

    def _replan(self) -> None:
        self.plan = self.planning(self.listing, self.journal.ledger, self.options)
        self._done.clear()  # the plan knows their files now
        self.listen(Planned(self.plan))

    def _start_ready(self) -> None:
        for task in self.plan.to_do:
            if self.interrupted:
                return
            if self._may_start(task) and self._has_room(task):
                self._start(task)

    def _may_start(self, task: Task) -> bool:
        key = task.key
        if key in self._active or key in self._done or key in self._later:
            return False
        if key in self.options.given_up or self._machine_failed:
            return False
        if task.provider and f"{task.kind}:{task.provider}" in self._closed:
            return False
        return all(need in self._done or not self._is_pending(need) for need in task.needs)

    def _is_pending(self, key: Key) -> bool:
        task = self.plan.by_key.get(key)
        return task is not None and task.decision in TO_DO

    def _has_room(self, task: Task) -> bool:
        most = self.max_active(task)
        if most:
            same = sum(job.task.provider == task.provider for job in self._active.values())
            if same >= most:
                return False
        if self._is_remote(task):
            return True
        local = sum(job.purchase is None for job in self._active.values())
        return local < self.jobs

    def _is_remote(self, task: Task) -> bool:
        return task.decision is Decision.ATTACH or not task.price.free

    # one task ------------------------------------------------------------

    def _start(self, task: Task) -> None:
        try:
            self.directory.may_write(task.output)
            folder = self.directory.scratch(task.key.id)
        except VidgenError as error:
            self.failed(Job(task=task, folder=self.directory.root), error)
            return
        job = Job(task=task, folder=folder)
        self._active[task.key] = job
        self.listen(Started(task))
        if task.kind is None or (task.request is None and task.decision is not Decision.ATTACH):
            self._make_here(job)
            return
        self.in_worker(job, lambda: self._provider(task), lambda found: self._assign(job, found))

    def _provider(self, task: Task) -> Any:
        assert task.kind is not None
        return self.bench.workshop.provider(task.kind, task.provider)

    def _assign(self, job: Job, provider: Any) -> None:
        """Decide how *provider* works: at a service, by an answer, or on this machine."""
        remote = hasattr(provider, "submit") or hasattr(provider, "ask")
        if not remote:
            self._make_here(job)
            return
        job.purchase = Purchase(run=self, job=job, provider=provider)
        job.purchase.begin()

    def _make_here(self, job: Job) -> None:
        inputs, own = self.inputs(job.task), self.journal.ledger.published

        def progress(fraction: float) -> None:
            if self.interrupted:
                raise Interrupted("interrupted")
            job.fraction = min(1.0, max(0.0, float(fraction)))

        self.in_worker(
            job,
            lambda: self.bench.make(job.task, job.folder, inputs, own, progress),
            lambda made: self.publish(job, made),
        )

    def inputs(self, task: Task) -> dict[str, File]:
        """Return the listed files that *task* is made from."""
        files = {file.path: file for file in self.listing.files}
        return {path: files[path] for path in task.inputs if path in files}

    def in_worker(
        self,
        job: Job,
        call: Callable[[], Any],
        then: Callable[[Any], None],
        otherwise: Callable[[VidgenError], None] | None = None,
    ) -> None:
        """Run *call* in a worker thread, and in this one *then* with its result.

        *otherwise* is told what it raised; without it the task ends there.
        """

        def run() -> None:
            try:
                result = call()
            except BaseException as error:
                self._events.put(partial(self._raised, job, error, otherwise))
            else:
                self._events.put(partial(self._guarded, job, partial(then, result)))

        name = f"vidgen {job.task.key.id}"
        threading.Thread(target=run, name=name, daemon=True).start()

    def at(self, job: Job, seconds: float, then: Callable[[], None]) -> None:
        """Call *then* for *job* in *seconds* from now."""
        job.due, job.then = self.clock() + seconds, then

    def _start_due(self) -> None:
        now = self.clock()
        for job in list(self._active.values()):
            if job.due is not None and job.due <= now and job.then is not None:
                then, job.due, job.then = job.then, None, None
                self._guarded(job, then)

    def _guarded(self, job: Job, then: Callable[[], None]) -> None:
        try:
            then()
        except (VidgenError, OSError) as error:
            self._raised(job, error)

    def _raised(
        self,
        job: Job,
        error: BaseException,
        otherwise: Callable[[VidgenError], None] | None = None,
    ) -> None:
        if isinstance(error, BrokenInput):
            self._broken(job, error)
            return
        vidgen_error = as_vidgen_error(error, job.task)
        if isinstance(vidgen_error, Interrupted) and self.interrupted:
            self._finish(job)
        elif otherwise is not None:
            self._guarded(job, partial(otherwise, vidgen_error))
        elif self._again(job, vidgen_error):
            self._finish(job)
        else:
            self.failed(job, vidgen_error)

    def _again(self, job: Job, error: VidgenError) -> bool:
        """Whether work on this machine may simply be tried once more."""
        if job.purchase is not None:
            return False
        tries = self._tries[job.task.key] = self._tries.get(job.task.key, 0) + 1
        return isinstance(error, ProviderError) and error.retry and tries < TRIES

    def _broken(self, job: Job, error: BrokenInput) -> None:
        """A file that was counted on is broken: plan again without it."""
        self._finish(job)
        self.listen(Noted(f"{error.path} is broken: {error.facts.fault}"))
        files = tuple(
            evolve(file, facts=error.facts) if file.path == error.path else file
            for file in self.listing.files
        )
        self._relist(files)
        self._done.discard(job.task.key)
        self._replan()

    def later(self, job: Job, error: VidgenError) -> None:
        """End *job* for this run: another run goes on with it, and nothing is lost."""
        self._finish(job)
        self._later.add(job.task.key)
        self._note_failure(job, error, later=True)

    def failed(self, job: Job, error: VidgenError) -> None:
        """Give *job* up for this run and plan for what does not need it."""
        self._finish(job)
        if isinstance(error, (AuthFailed, OutOfCredit)):
            self._closed[f"{job.task.kind}:{job.task.provider}"] = error
        if isinstance(error, MachineError):
            self._machine_failed = True
        later = isinstance(error, (AuthFailed, OutOfCredit, MachineError, JournalDamaged))
        later = later or (isinstance(error, ProviderError) and error.retry)
        if later:
            self._later.add(job.task.key)
        else:
            self.options = evolve(self.options, given_up=self.options.given_up | {job.task.key})
        self._note_failure(job, error, later=later)
        self._replan()

    def _note_failure(self, job: Job, error: VidgenError, *, later: bool) -> None:
        self.outcome.errors.append((job.task, error))
        self.outcome.codes.add(error.exit_code)
        self.listen(Stopped(job.task, error, later))

    def _finish(self, job: Job) -> None:
        self._active.pop(job.task.key, None)

    # publishing ----------------------------------------------------------

    def publish(self, job: Job, made: Made) -> None:
        """Give what *job* made its final name, and plan again where that tells something new."""
        task = job.task
        self._remember_checked(made)
        self._move_aside(task)
        status = self.directory.publish(made.file, task.output)
        distribution, version = self.version_of(task)
        purchase = job.purchase
        record = Record(
            path=task.output,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            sha256=made.sha256,
            inputs=made.inputs,
            provider=task.provider,
            distribution=distribution,
            version=version,
            take=purchase.take if purchase else 1,
            paid=purchase is not None,
            prompt=asked_with(task.request),
            asked_seconds=task.seconds if task.key.step is Step.CLIP else 0.0,
            shown_frames=task.shown_frames,
            job=purchase.job_id if purchase else "",
        )
        self.journal.published(task.key, record)
        file = File(
            path=task.output,
            key=task.key,
            pattern="",
            timestamp=self.plan.timestamp,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            facts=made.facts,
            sha256=made.sha256,
        )
        self._relist((*self.listing.files, file))
        self.memory.remember(file)
        self._finish(job)
        self._done.add(task.key)
        self.outcome.made.append(task.output)
        if self.outcome.made.count(task.output) > TRIES:
            self.failed(job, BadOutput(f"{task.key} was made {TRIES} times and is still asked for"))
        if task.key.step is Step.INITIAL_IMAGE:
            self._image_is_there()
        for note in made.notes:
            self.listen(Noted(note))
        self.listen(Published(task, task.output))
        if self._surprising(task, made.facts):
            self._replan()

    def _surprising(self, task: Task, facts: Facts) -> bool:
        """Whether a clip's length differs from what the plan was made with."""
        frame = 1 / facts.fps if facts.fps else 0.0
        return task.key.step is Step.CLIP and abs(facts.seconds - task.seconds) > frame

    def _image_is_there(self) -> None:
        self.options = evolve(
            self.options, initial_image="", initial_image_for=self.plan.initial_image_for
        )

    def _remember_checked(self, made: Made) -> None:
        """Keep what decoding and hashing found out about the inputs."""
        if not made.checked and not made.inputs:
            return
        files = []
        for file in self.listing.files:
            facts = made.checked.get(file.path, file.facts)
            sha256 = file.sha256 or made.inputs.get(file.path, "")
            if facts is not file.facts or sha256 != file.sha256:
                file = evolve(file, facts=facts, sha256=sha256)
                self.memory.remember(file)
            files.append(file)
        self._relist(files)

    def _move_aside(self, task: Task) -> None:
        """Move away what stands in the place of *task*'s file or was built on it."""
        there = {file.path for file in self.listing.files}
        broken = {str(reason.facts["path"]) for reason in task.reasons if reason.why is Why.BROKEN}
        for path in dict.fromkeys((*task.displaces, task.output)):
            if path not in there and not os.path.lexists(self.directory.path(path)):
                continue
            place = self.directory.displace(path)
            why = "broken" if path in broken else f"replaced by {task.key}"
            self.journal.displaced(path, place, why)
            self._relist([file for file in self.listing.files if file.path != path])
            self.listen(Moved(path, place, why))

    def _relist(self, files: Iterable[File]) -> None:
        ordered = sorted(files, key=lambda file: file.path)
        self.listing = evolve(self.listing, files=tuple(ordered))

    def set_aside(self, job: Job, error: BadOutput) -> None:
        """Keep what a paid job delivered and cannot be used."""
        for file in sorted(job.folder.glob("output*")):
            place = self.directory.set_aside(file, job.task.output)
            self.journal.displaced(job.task.output, place, error.message)
            self.listen(Moved(job.task.output, place, error.message))

    # the end -------------------------------------------------------------

    def _stop_workers(self) -> None:
        """Stop what still runs; a worker that does not answer dies with the process."""
        if not self._active:
            return
        self._interrupted.set()
        self.bench.media.stop()
        for thread in threading.enumerate():
            if thread.name.startswith("vidgen ") and thread is not threading.current_thread():
                thread.join(timeout=0.5)
