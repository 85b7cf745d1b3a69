"""One paid task from intent to file, in an order that no crash turns into paying twice."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from vidgen_core import disk, layout
from vidgen_core.errors import (
    BadOutput,
    Billed,
    JobFailed,
    ProviderError,
    VidgenError,
)
from vidgen_core.plan import InFlight
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.sent import describe, read_sent
from vidgen_core.work import Made

if TYPE_CHECKING:
    from vidgen_core.executor import Job, Run

#: A service that cannot be reached is asked again this often before the run goes on without it.
TRIES = 5
SHORTEST_WAIT = 1.0
LONGEST_WAIT = 30.0


@define(kw_only=True, eq=False)
class Purchase:
    """Drives one job at a service. Its methods run in the executor's thread.

    The journal holds the intent before the submit and the job's id before
    anything else is done with it.
    """

    run: Run
    job: Job
    provider: Any
    work: InFlight = field(init=False)
    request: Any = field(default=None, init=False)
    _polls: int = field(default=0, init=False)
    _tries: int = field(default=0, init=False)
    _looks: int = field(default=0, init=False)
    _fetches: int = field(default=0, init=False)

    @property
    def take(self) -> int:
        """Which purchase of this output it is, from 1."""
        return self.work.take

    @property
    def job_id(self) -> str:
        """The service's id of the job."""
        return self.work.job

    def begin(self) -> None:
        """Go on from where the journal says this work stands."""
        key = self.job.task.key
        known = self.run.journal.ledger.in_flight.get(key)
        if known is None:
            self.request = self.run.bench.absolute(self.job.task.request)
            self._intend()
            return
        self.work = known
        self.request = self._remembered_request()
        if known.answered:
            self._write_answer()
        elif known.job:
            self._poll()
        elif "idempotent" in self._abilities():
            self._submit()
        else:
            self._look()

    def _abilities(self) -> frozenset[str]:
        task = self.job.task
        assert task.kind is not None
        return self.run.bench.workshop.find(task.kind, task.provider).spec.abilities

    # buying --------------------------------------------------------------

    def _intend(self) -> None:
        task = self.job.task
        assert task.kind is not None
        take = self.run.journal.ledger.takes.get(task.key, 0) + 1
        self.work = InFlight(
            key=task.key,
            take=take,
            provider=task.provider,
            kind=task.kind,
            token=uuid.uuid4().hex,
            seconds=task.seconds,
            shown_frames=task.shown_frames,
            since=time.time(),
            price=task.price,
        )
        sent = describe(task, self.run.version_of(task))
        self.run.directory.write_state(self._sent_path(), sent)
        self.run.journal.intent(self.work)
        if hasattr(self.provider, "ask"):
            self._ask()
        else:
            self._submit()

    def _sent_path(self) -> str:
        return f"{layout.REQUESTS}/{self.work.key.id}-{self.work.take}.json"

    def _remembered_request(self) -> Any:
        task = self.job.task
        request = task.request or read_sent(self.run.directory.path(self._sent_path()))
        return self.run.bench.absolute(request)

    def _submit(self) -> None:
        token, work, journal = self.work.token, self.work, self.run.journal

        def submit() -> JobRef:
            ref = _checked_ref(self.provider.submit(self.request, token), work)
            journal.submitted(work.key, work.take, ref.id, ref.facts)
            return ref

        self._call("submit", submit, self._accepted)

    def _accepted(self, ref: JobRef) -> None:
        """The job's id is in the journal already: the worker wrote it at once."""
        self._count()
        self.work = evolve(self.work, job=ref.id, facts=ref.facts)
        self._later(SHORTEST_WAIT, self._poll)

    def _count(self) -> None:
        self.run.outcome.paid += 1
        self.run.outcome.price += self.work.price

    def _refused(self, error: VidgenError) -> None:
        """A submit raised: what the journal may forget depends on whether it was charged."""
        billed = error.billed if isinstance(error, ProviderError) else Billed.UNKNOWN
        if billed is Billed.UNKNOWN:
            if self._can_look():
                self._look()
                return
            self.run.later(self.job, error)
            return
        self.run.journal.ended(self.work.key, self.work.take, error.message, billed)
        self._tries += 1
        if isinstance(error, ProviderError) and error.retry and self._tries < TRIES:
            self._later(self._backoff(error), self._intend)
            return
        self._give_up(error)

    # finding a job whose id was lost -------------------------------------

    def _can_look(self) -> bool:
        return "find" in self._abilities() and hasattr(self.provider, "find") and self._looks < 4

    def _look(self) -> None:
        token, since = self.work.token, self.work.since
        call = lambda: tuple(self.provider.find(self.request, token, since))  # noqa: E731
        self._call("find", call, self._found)

    def _found(self, refs: tuple[JobRef, ...]) -> None:
        known = {job.job for job in self.run.journal.ledger.in_flight.values()}
        known |= {record.job for record in self.run.journal.ledger.published.values()}
        new = [ref for ref in refs if ref.id not in known]
        if len(new) == 1:
            ref = _checked_ref(new[0], self.work)
            self.run.journal.submitted(self.work.key, self.work.take, ref.id, ref.facts)
            self.work = evolve(self.work, job=ref.id, facts=ref.facts)
            self._poll()
            return
        if new:
            ids = ", ".join(ref.id for ref in new)
            self.run.later(self.job, JobFailed(f"several jobs may be this one: {ids}"))
            return
        self._looks += 1
        if self._looks < 2:
            self._later(float(self.provider.settle_seconds), self._look)
            return
        self.run.journal.ended(self.work.key, self.work.take, "it never arrived", Billed.NO)
        self._intend()

    # collecting ----------------------------------------------------------

    def _poll(self) -> None:
        ref = self._ref()
        self._call("poll", lambda: self.provider.poll(ref), self._polled)

    def _ref(self) -> JobRef:
        return JobRef(id=self.work.job, facts=dict(self.work.facts))

    def _polled(self, state: Any) -> None:
        self._tries = 0
        match state:
            case Ready():
                self._fetch(state)
            case Failed():
                billed = Billed(state.billed)
                self.run.journal.ended(self.work.key, self.work.take, state.message, billed)
                self._give_up(JobFailed(state.message, billed=billed))
            case Pending():
                self.job.fraction = state.fraction
                self._polls += 1
                left = state.seconds_left
                wait = left / 2 if left is not None else SHORTEST_WAIT * 1.3**self._polls
                self._later(min(LONGEST_WAIT, max(SHORTEST_WAIT, wait)), self._poll)
            case _:
                raise JobFailed(f"{self.work.provider}: poll answered {state!r}")

    def _into(self) -> Path:
        return self.job.folder / f"output{Path(self.job.task.output).suffix}"

    def _fetch(self, ready: Ready) -> None:
        def fetch() -> Made:
            self.provider.fetch(ready, self._into())
            return self._checked()

        self._call("fetch", fetch, self._publish)

    def _checked(self) -> Made:
        inputs = self.run.inputs(self.job.task)
        return self.run.bench.finish(self.job.task, self._into(), inputs, paid=True)

    def _publish(self, made: Made) -> None:
        self.run.publish(self.job, made)

    # an answer that comes at once ----------------------------------------

    def _answer_path(self) -> str:
        return f"{layout.ANSWERS}/{self.work.key.id}-{self.work.take}"

    def _ask(self) -> None:
        work, directory, journal = self.work, self.run.directory, self.run.journal
        path = self._answer_path()

        def ask() -> None:
            answer = bytes(self.provider.ask(self.request))
            directory.write_state(path, answer)
            journal.answered(work.key, work.take)

        self._call("asking", ask, self._answered)

    def _answered(self, _: None) -> None:
        self._count()
        self.work = evolve(self.work, answered=True)
        self._write_answer()

    def _write_answer(self) -> None:
        path = self.run.directory.path(self._answer_path())

        def write() -> Made:
            with disk.machine_errors(f"cannot read the answer kept in {path}"):
                answer = path.read_bytes()
            self.provider.write(answer, self.request, self._into())
            return self._checked()

        self._call("write", write, self._publish)

    # calling, waiting, giving up -----------------------------------------

    def _call(self, what: str, call: Any, then: Any) -> None:
        task = self.job.task
        assert task.kind is not None
        kind, workshop = task.kind, self.run.bench.workshop
        self.run.in_worker(
            self.job,
            lambda: workshop.call(kind, task.provider, f"{what} for {task.key}", call),
            then,
            lambda error: self._raised(what, error),
        )

    def _later(self, seconds: float, then: Any) -> None:
        self.run.at(self.job, seconds, then)

    def _backoff(self, error: ProviderError) -> float:
        return error.retry_after or min(LONGEST_WAIT, SHORTEST_WAIT * 2**self._tries)

    def _raised(self, what: str, error: VidgenError) -> None:
        if what in ("submit", "asking"):
            self._refused(error)
            return
        if what == "fetch" and isinstance(error, BadOutput):
            self._fetches += 1
            if self._fetches < 2:
                self._poll()
                return
            self.run.set_aside(self.job, error)
        self._tries += 1
        if isinstance(error, ProviderError) and error.retry and self._tries < TRIES:
            again = self._look if what == "find" else self._poll
            self._later(self._backoff(error), again)
            return
        self._give_up(error)

    def _give_up(self, error: VidgenError) -> None:
        if isinstance(error, ProviderError) and error.retry:
            self.run.later(self.job, error)
            return
        self.run.failed(self.job, error)


def _checked_ref(ref: Any, work: InFlight) -> JobRef:
    """Return *ref*, or raise where a provider answered without the id of a job."""
    if not isinstance(ref, JobRef) or not isinstance(ref.id, str) or not ref.id:
        raise JobFailed(f"{work.provider} answered without the id of a job")
    return ref
