"""Collecting what was paid for: from a job's id, or a stored answer, to the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field, frozen

from vidgen_core import disk, faults
from vidgen_core.errors import (
    BadOutput,
    Billed,
    Expired,
    JobFailed,
    JobLost,
    MachineError,
    ProviderError,
    Refused,
    Unavailable,
    Undecided,
    VidgenError,
)
from vidgen_core.executor import parts
from vidgen_core.executor.bought import as_rest, as_state
from vidgen_core.executor.clock import real
from vidgen_core.executor.errand import Errand
from vidgen_core.executor.events import Noted
from vidgen_core.executor.publishing import Origin
from vidgen_core.executor.questions import never_comes
from vidgen_core.executor.quotes import why_dearer
from vidgen_core.executor.sent import Sent, path_of_answer
from vidgen_core.executor.work import Made
from vidgen_core.http_errors import is_web_page
from vidgen_core.ledger import InFlight
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.specs import FREE, Request

_LARGEST_ANSWER = 1 << 30
#: So many bytes tell a web page.
_HEAD = 1024


def _charged(error: ProviderError) -> Billed:
    """Return whether a job, or an answer, that ended with *error* was charged.

    ``Refused`` says by itself that nothing was charged, as is so of an order. Here the order
    was taken before: only ``Failed``, or ``JobFailed``, says that its price is not asked for.
    """
    free = isinstance(error, Refused) and error.billed is Billed.NO
    return Billed.UNKNOWN if free else error.billed


class _AnswerGone(JobLost):
    """A stored answer is not in its place any more."""


@frozen
class _More:
    """What is still to be asked before there is a file, and why."""

    request: Request
    why: str


@define(kw_only=True, eq=False)
class Collection:
    """Collects *work*, which was paid for. None of this costs anything.

    ``again``: its file was published before, and broke. ``unwritten``: the journal
    had no room for the job's id; it is tried again. ``answer``: what a provider
    answered at once; ``None`` where it is on the disk. ``ask_on(request, why)`` asks for
    what is still lacking, for money.
    """

    errand: Errand
    work: InFlight
    sent: Sent | None
    again: bool = False
    unwritten: bool = False
    answer: bytes | None = field(default=None, repr=False)
    ask_on: Callable[[Request, str], None]
    _bad: list[str] = field(factory=list, init=False)
    _fetches: int = field(default=0, init=False)

    # a job ---------------------------------------------------------------

    def wait(self) -> None:
        """Poll the job for the first time when it can be ready."""
        self.errand.began()
        self._wait(None)

    def _wait(self, seconds_left: object) -> None:
        pause = self.errand.until_next_poll(seconds_left, since=self.work.since)
        self.errand.wait(pause, self.poll)

    def poll(self) -> None:
        """Ask the service how the job is doing."""
        self._write_down()
        errand, ref = self.errand, JobRef(id=self.work.job, facts=dict(self.work.facts))

        def ask() -> Pending | Ready | Failed:
            faults.point("poll-before")
            state = errand.call("poll", lambda: as_state(errand.provider.poll(ref)))
            faults.point("poll-after")
            return state

        errand.in_worker(ask, self._polled, self._failed)

    def _write_down(self) -> None:
        if not self.unwritten:
            return
        work = self.work
        try:
            self.errand.run.journal.submitted(work.key, work.take, work.job, work.facts)
        except MachineError:
            return
        self.unwritten = False

    def _polled(self, state: Pending | Ready | Failed) -> None:
        match state:
            case Ready():
                self.errand.was_done()
                self._fetch(state)
            case Failed():
                self._failed(JobFailed(state.message, billed=Billed(state.billed)))
            case Pending():
                self.errand.tries = 0  # not so when it is ready: fetching it may still fail
                fraction = real(state.fraction)
                self.errand.job.fraction = (
                    None if fraction is None else min(1.0, max(0.0, fraction))
                )
                self._wait(state.seconds_left)

    def _fetch(self, ready: Ready) -> None:
        errand, into = self.errand, self.errand.into

        def fetch() -> Made | _More:
            self._begin()
            faults.point("fetch-before")
            errand.call("fetch", lambda: errand.provider.fetch(ready, into))
            faults.point("fetch-after")
            try:
                return self._whole(self._checked())
            except BadOutput as error:
                self._must_be_media(error)
                raise

        errand.in_worker(fetch, self._got, self._not_fetched)

    def _begin(self) -> None:
        """Clear away what was fetched or written before, of this part or the one before it."""
        parts.must_be_known(self.work, self.sent, self.errand.job.task.request)
        for left in (self.errand.into, self.errand.into.with_suffix(".json")):
            is_folder = left.is_dir() and not left.is_symlink()  # a plugin may have made one
            (disk.drop_all if is_folder else disk.drop)(left)

    def _checked(self) -> Made:
        """Check what was delivered; remember the digest of what cannot be used."""
        errand, into, task = self.errand, self.errand.into, self.errand.job.task
        task = evolve(task, request=self.sent.request) if self.sent else task
        try:
            return errand.run.bench.finish(task, into, paid=self._is_paid())
        except BadOutput:
            if into.is_file() and not into.is_symlink():  # a link tells nothing of the service
                self._bad.append(disk.digest(into))
            raise

    def _must_be_media(self, error: BadOutput) -> None:
        """Raise ``Unavailable`` where something on the way, and no service, made the file."""
        into, head = self.errand.into, b""
        if into.is_file() and not into.is_symlink():
            with into.open("rb") as file:
                head = file.read(_HEAD)
        if is_web_page(head):
            page = f"a web page came in place of what {self.errand.job.task.provider} made"
            raise Unavailable(page, billed=Billed.NO) from error

    def _whole(self, made: Made) -> Made | _More:
        """Return what was *made* with the parts before it, or the request for the part after it."""
        run, work, sent = self.errand.run, self.work, self.sent
        bench = run.bench
        more = parts.kept(run.directory, bench.workshop, work, sent, made.file)
        if more is not None:
            return _More(more, f"part {work.part} of {work.parts} is there")
        if sent is None or not parts.is_later(sent.request):
            return made
        parts.joined(bench.media, bench.root, sent.request, made.file)
        return self._checked()

    def _is_paid(self) -> bool:
        return not self.work.price.free

    def _got(self, result: Made | _More) -> None:
        if isinstance(result, _More):
            self.ask_on(result.request, result.why)
        else:
            self._publish(result)

    def _publish(self, made: Made) -> None:
        run, task, sent = self.errand.run, self.errand.job.task, self.sent
        distribution, version = run.version_of(task)
        request = sent.request if sent else task.request
        in_parts = parts.is_later(request)  # the job has the last one only
        origin = Origin(
            request=request,
            distribution=sent.distribution if sent else distribution,
            version=sent.version if sent else version,
            take=self.work.take,
            paid=self._is_paid(),
            job="" if in_parts else self.work.job,
            facts={} if in_parts else self.work.facts,
        )
        run.publish(self.errand.job, evolve(made, inputs=sent.inputs if sent else {}), origin)

    def _failed(self, error: VidgenError) -> None:
        """A poll or a fetch failed. The job stays ours unless it is surely gone."""
        if isinstance(error, (JobFailed, JobLost, Refused)) and not error.retry:
            self._end(error, _charged(error))
            return
        if isinstance(error, Unavailable) and error.for_good:
            if self.work.adopted:
                self._ask_again(error)
                return
            self._advise(error)
        self.errand.try_again(error, self.poll)

    def _not_fetched(self, error: VidgenError) -> None:
        """Fetch once more; what is still bad is kept, and so is its job unless it is the same."""
        if not isinstance(error, BadOutput):
            self._advise(error)
            self._failed(error)
            return
        self._fetches += 1
        if self._fetches < 2:
            self.poll()
            return
        job, run = self.errand.job, self.errand.run
        run.shelf.keep_unusable(job.task, job.folder, error.message)
        if len(self._bad) == self._fetches and len(set(self._bad)) == 1:
            self._end(error, Billed.YES)  # this is what the service made, and it stays so
            return
        self._advise(error)
        run.setbacks.failed(job, error)

    def _advise(self, error: VidgenError) -> None:
        """Say what can be done where the result may never come."""
        way = never_comes(self.work, self.errand.run.directory.root)
        may_never = isinstance(error, (Expired, BadOutput, Unavailable))
        if may_never and not self.again and way not in error.advice:
            error.advice = f"{error.advice}; {way}" if error.advice else way

    def _end(self, error: ProviderError, billed: Billed) -> None:
        run = self.errand.run
        if self.work.adopted and isinstance(error, JobLost):
            self._ask_again(error)
            return
        run.journal.ended(self.work.key, self.work.take, error.message, billed, kept=True)
        if self.again:
            run.setbacks.not_fetched_again(self.errand.job, error)
            return
        run.setbacks.failed(self.errand.job, error)

    def _ask_again(self, error: ProviderError) -> None:
        """The job that the user named is none: what was bought is in doubt as before."""
        work, run = self.work, self.errand.run
        run.journal.intent(evolve(work, job="", facts={}, adopted=False))
        still = Undecided(
            f"{work.provider} knows no job {work.job}, so it is still in doubt ({error.message})",
            advice="look for its id again: --in-doubt adopt=JOB",
        )
        run.setbacks.later(self.errand.job, still)

    # an answer -----------------------------------------------------------

    def write_answer(self) -> None:
        """Have the provider turn its answer into the file."""
        errand = self.errand

        def write() -> Made | _More:
            answer = self._stored() if self.answer is None else self.answer
            parts.must_be_known(self.work, self.sent, errand.job.task.request)
            request, into = self._request(), errand.into
            rest = self._rest(answer, request)
            if rest is not None:
                return _More(rest, "the answer so far is a part of it")
            self._begin()
            faults.point("parse-before")
            errand.call("write", lambda: errand.provider.write(answer, request, into))
            faults.point("parse-after")
            return self._whole(self._checked())

        errand.in_worker(write, self._got, self._not_written)

    def _rest(self, answer: bytes, request: Any) -> Request | None:
        """Return what is still to be asked after *answer*, by a provider that can tell."""
        provider = self.errand.provider
        if self.sent is None or not hasattr(provider, "rest"):
            return None
        relative = self.errand.run.bench.relative
        rest: Request | None = self.errand.call(
            "rest", lambda: relative(as_rest(provider.rest(answer, request), request))
        )
        return rest

    def _request(self) -> Any:
        bench = self.errand.run.bench
        if self.sent is not None:
            return bench.absolute(self.sent.request)
        return bench.absolute(bench.spelled_out(self.errand.job.task.request))

    def _stored(self) -> bytes:
        path = self.errand.run.directory.path(path_of_answer(self.work))
        try:
            return disk.read_file(path, _LARGEST_ANSWER)
        except FileNotFoundError:
            raise _AnswerGone(
                f"the paid answer {path} is gone",
                billed=Billed.YES,
                advice="vidgen continue asks for it anew",
            ) from None
        except OSError as error:
            raise disk.machine_error(error, f"cannot read the paid answer {path}") from error

    def _not_written(self, error: VidgenError) -> None:
        run = self.errand.run
        if isinstance(error, _AnswerGone) and run.may_submit:
            self._ask_anew(error)
        elif isinstance(error, (JobLost, Refused)):
            self._end(error, _charged(error))
        elif not isinstance(error, BadOutput):
            self.errand.try_again(error, self.write_answer)
        elif self._may_be_repaired():
            assert self.sent is not None
            asked: Any = self.sent.request
            self.ask_on(evolve(asked, fault=error.message), error.message)
        else:
            self._give_up_on(error)

    def _ask_anew(self, error: _AnswerGone) -> None:
        """End a take whose answer somebody deleted, and order another for what was agreed to.

        That is what the plan showed: what an answer may cost. Of a speech the parts before it
        are gone on from, unless they are of another text, or were spoken otherwise.
        """
        run, job, work = self.errand.run, self.errand.job, self.work
        text = parts.text_of(run.bench, job.task)
        sent, workshop = self.sent, run.bench.workshop
        kept = sent is not None and parts.why_not_on(workshop, work, sent, text) is None
        run.journal.ended(work.key, work.take, error.message, error.billed, kept=kept)
        run.listen(Noted(f"{job.task.key}: {error.message}"))
        before = run.journal.ledger.in_flight.get(work.key)
        dearer = before and why_dearer(evolve(before, price=FREE), job.task.price.high)
        if dearer:
            run.setbacks.later(job, dearer)
            return
        run.options = run.options.without_lost(work.key)
        run.turns.agree_anew(job.task)
        run.turns.finish(job)
        run.replan()

    def _may_be_repaired(self) -> bool:
        """Whether the answer is one to a question that was not asked with a fault before."""
        return self.sent is not None and getattr(self.sent.request, "fault", None) == ""

    def _give_up_on(self, error: BadOutput) -> None:
        """Leave an answer that cannot be used where it is: it was paid for."""
        path = self.errand.run.directory.path(path_of_answer(self.work))
        error.message = f"{error.message}; the paid answer is kept: {path}"
        error.args = (error.message,)
        error.advice = error.advice or (
            "mend the answer there and run vidgen continue, or delete it to have it asked for anew"
        )
        self.errand.give_up(error)
