"""One paid task from intent to job, in an order that no crash turns into paying twice."""

from __future__ import annotations

from typing import Any

from attrs import define, evolve, field

from vidgen_core import faults
from vidgen_core.errors import (
    AuthFailed,
    Billed,
    CapReached,
    Interrupted,
    JobLost,
    MachineError,
    OutOfCredit,
    ProviderError,
    Unavailable,
    Undecided,
    VidgenError,
)
from vidgen_core.executor import parts, questions
from vidgen_core.executor.answers import Tab, answer_to
from vidgen_core.executor.beginning import to_be_sent, with_beginning
from vidgen_core.executor.bought import Bought, as_job, trouble_in
from vidgen_core.executor.clock import until_next_try
from vidgen_core.executor.collection import Collection
from vidgen_core.executor.errand import Errand
from vidgen_core.executor.events import Noted
from vidgen_core.executor.finding import LOOKS, jobs_like
from vidgen_core.executor.quotes import one_answer, quoted, to_plan_with, why_dearer
from vidgen_core.executor.sent import Sent, describe, path_of_sent, sent_with
from vidgen_core.ledger import InFlight, Ledger
from vidgen_core.planner.doubts import part_again
from vidgen_core.planner.script_prices import answers_at_most
from vidgen_core.protocols import JobRef
from vidgen_core.specs import UNKNOWN_PRICE, Request

#: How often a submit of unknown outcome is followed up in one run.
DOUBTS = 2


@define(kw_only=True, eq=False)
class Purchase:
    """Buys one output, or finds out what became of an earlier attempt.

    Its methods run in the executor's thread. The functions that it hands to
    worker threads write the intent to the journal right before the submit, and
    the job's id right after it.
    """

    errand: Errand
    work: InFlight = field(init=False)
    sent: Sent | None = field(default=None, init=False)
    _again: bool = field(default=False, init=False)
    _chose_again: bool = field(default=False, init=False)
    _begun: bool = field(default=False, init=False)
    _ordered: bool = field(default=False, init=False)
    _covered: bool = field(default=False, init=False)
    _left: int = field(default=0, init=False)  # answers that the price of the order counts
    _tab: Tab = field(factory=Tab, init=False)
    _doubted: bool = field(default=False, init=False)
    _looks: int = field(default=0, init=False)
    _doubts: int = field(default=0, init=False)

    def begin(self) -> None:
        """Go on from where the journal says this work stands."""
        errand, run = self.errand, self.errand.run
        task = errand.job.task
        ledger = run.books.ledger
        known = ledger.in_flight.get(task.key)
        if known is None and task.collects is not None:
            # The broken file is moved aside soon: then only the journal knows its job.
            known = evolve(task.collects, price=UNKNOWN_PRICE)
            self._again = True
            if not ledger.damage:
                run.journal.intent(known)
        if known is None:
            self._buy_again(ledger) if task.key in ledger.again else self._buy()
            return
        self.work, self.sent = known, sent_with(run.directory, known)
        self._doubted = True
        if known.answered:
            self._collection().write_answer()
        elif known.job:
            self._collection().poll()
        elif self.sent is None and self._may_buy_again():
            self._begin_anew()
        elif errand.can("idempotent", "submit"):
            self._submit_again()
        elif errand.can("find", "find"):
            self._look()
        else:
            self._ask_user("no answer is on record")

    def _buy_again(self, ledger: Ledger) -> None:
        """Buy what is in doubt once more: of a speech its part, and not those before it."""
        run, task = self.errand.run, self.errand.job.task
        part = part_again(ledger, task.key, task.provider)
        if part is not None:
            self.work = part
            try:
                self.sent = parts.to_be_repeated(run.directory, part, self._text())
            except JobLost as error:
                kept = not isinstance(error, parts.OtherText)
                run.journal.ended(part.key, part.take, error.message, Billed.UNKNOWN, kept=kept)
                run.setbacks.failed(self.errand.job, error)
                return
        self._buy()

    def _begin_anew(self) -> None:
        """End what is in doubt and cannot be asked about: the user has it bought once more."""
        run, work = self.errand.run, self.work
        why = f"what {work.provider} was asked for {work.key} is not known any more"
        run.journal.ended(work.key, work.take, why, Billed.UNKNOWN, kept=True)
        advice = "vidgen continue asks for it anew"
        run.setbacks.failed(self.errand.job, JobLost(why, advice=advice, billed=Billed.UNKNOWN))

    def _leave(self) -> None:
        """End the work for this run, which may submit nothing that could cost money."""
        self.errand.run.setbacks.later(self.errand.job, questions.not_found_out(self.work))

    def _collection(self, **more: Any) -> Collection:
        return Collection(
            errand=self.errand,
            work=self.work,
            sent=self.sent,
            again=self._again,
            ask_on=self._ask_on,
            **more,
        )

    # buying --------------------------------------------------------------

    def _ask_on(self, request: Request, why: str) -> None:
        """Ask for *request*, which goes on from a stored answer, as a further take.

        The price of what this run ordered covers a script model's; each part of a speech
        has its own. An answer of an earlier run has its price in this run's plan, for it
        may be asked on or not.
        """
        assert self.sent is not None
        run, key = self.errand.run, self.errand.job.task.key
        if not run.may_submit:
            message = f"it needs a further answer, and nobody agreed to pay for one ({why})"
            error = Undecided(message, advice="vidgen continue asks for it")
            run.setbacks.later(self.errand.job, error)
            return
        self.sent = evolve(self.sent, request=request)
        self._left -= 1
        within = self._left > 0 and not self._goes_on
        workshop = run.bench.workshop
        self._covered = within and self._tab.has_room(one_answer(workshop, self.work, request))
        if self._ordered and not (self._covered or self._goes_on):
            message = f"it needs more answers than its price counts ({why})"
            error = Undecided(message, advice="vidgen continue asks for the next one")
            run.setbacks.later(self.errand.job, error)
            return
        run.listen(Noted(f"{key}: {self.work.provider} is asked on: {why}"))
        self._buy()

    def _buy(self) -> None:
        """Take the work to the service, as a new take of this output."""
        errand, run, task = self.errand, self.errand.run, self.errand.job.task
        if not run.may_buy:
            error = MachineError("nothing new is bought while this machine is in trouble")
            run.setbacks.later(errand.job, error)
            return
        hindered, price = self._why_not_on(), task.price
        if hindered is not None:
            run.setbacks.later(errand.job, hindered)
            return
        if task.collects is not None and self.sent is not None:
            # Its price in the plan is from 0 on: it might have been there.
            price = quoted(run.bench.workshop, self.work, self.sent.request).price
        try:
            if not (self._covered or self._goes_on):
                run.purse.check(price, task.key)  # before a frame host is troubled
        except CapReached as reached:
            run.setbacks.later(errand.job, reached)
            return
        new = run.books.new_take(task)
        self.work = evolve(new, since=run.today(), price=price, covered=self._covered)
        self._begun, self._doubted, self._looks = False, False, 0
        inputs = run.shelf.inputs(task)

        def buy() -> Bought:
            self._stop_if_interrupted()
            digests = run.bench.digests(inputs)
            self.sent = to_be_sent(run, task, self.work, self.sent, digests)
            self.work = parts.priced(run.bench.workshop, self.work, self.sent.request)
            hindered = None if self._goes_on else why_dearer(self.work, task.price.high)
            if hindered is not None and not self._covered:
                raise hindered  # its text was changed since the plan was made
            self._stop_if_interrupted()  # a frame host may have taken its time
            faults.point("request-before")
            run.directory.write_state(path_of_sent(self.work), describe(self.sent))
            faults.point("request-written")
            run.purse.take_out(self.work)
            self._begun = self._ordered = True
            if not self._covered:
                self._left = answers_at_most(self.sent.request)
                self._tab = Tab(agreed=self.work.price)
            if hasattr(errand.provider, "submit"):
                return self._submit()
            return answer_to(errand, self.work, self._request())

        errand.in_worker(buy, self._bought, self._refused, precious=True)

    @property
    def _goes_on(self) -> bool:
        """Whether the next part of a speech is asked for, which has a price of its own."""
        return self.sent is not None and parts.is_later(self.sent.request)

    def _why_not_on(self) -> Undecided | None:
        """Return why the order of an earlier run is not gone on with, if so."""
        run, task = self.errand.run, self.errand.job.task
        goes_on = self._goes_on
        if self.sent is None or self._ordered or not (goes_on or task.collects):
            return None
        workshop = run.bench.workshop
        if goes_on:
            other = parts.why_not_on(workshop, self.work, self.sent, self._text())
            if other is not None:
                return other
        cost = quoted(workshop, self.work, self.sent.request)
        dearer = why_dearer(cost, task.price.high)
        if dearer is not None:
            run.journal.priced(to_plan_with(self.work, cost))
        return dearer

    def _text(self) -> str:
        return parts.text_of(self.errand.run.bench, self.errand.job.task)

    def _stop_if_interrupted(self) -> None:
        if self.errand.run.interrupted:
            raise Interrupted("interrupted")

    def _submit_again(self) -> None:
        """Repeat a submit of unknown outcome; its token makes the service charge it once."""
        run = self.errand.run
        if not run.may_submit:
            self._leave()
            return
        try:
            run.purse.check_again(self.work.key)  # the limit may be a lower one by now
        except CapReached as reached:
            run.setbacks.later(self.errand.job, reached)
            return
        self._begun = True
        self.errand.in_worker(self._submit, self._bought, self._refused, precious=True)

    def _submit(self) -> Bought:
        """Hand the work over and write down the job's id. Runs in a worker thread."""
        self._give_url_again()
        errand, work, request = self.errand, self.work, self._request()
        submit = lambda: as_job(errand.provider.submit(request, work.token))  # noqa: E731
        faults.point("submit-before")
        ref = errand.call("submit", submit)
        faults.point("submit-after")
        errand.run.charged(work.key)
        trouble = trouble_in(
            lambda: errand.run.journal.submitted(work.key, work.take, ref.id, ref.facts)
        )
        faults.point("job-written")
        return Bought(ref=ref, trouble=trouble)

    def _give_url_again(self) -> None:
        """Complete a request of an earlier process, whose URL was not kept whole."""
        if self.sent is not None and self.sent.url_cut:
            run, sent = self.errand.run, self.sent
            request = with_beginning(run, sent.provider, sent.request, url_cut=True)
            self._stop_if_interrupted()
            self.sent = evolve(sent, request=request, url_cut=False)
            run.directory.write_state(path_of_sent(self.work), describe(self.sent))

    def _request(self) -> Any:
        """Return what the service is asked, with absolute paths."""
        if self.sent is None:
            raise questions.not_on_record(self.work)
        return self.errand.run.bench.absolute(self.sent.request)

    def _bought(self, bought: Bought) -> None:
        if bought.trouble is not None:
            self.errand.run.setbacks.check_machine(bought.trouble)
        self.errand.tries = 0
        if bought.ref is None:
            self._tab = self._tab.with_cost(bought.cost)
            for sentence in filter(None, (bought.note, self._tab.fault(self.work))):
                self.errand.run.listen(Noted(sentence))
            self.work = evolve(self.work, answered=True)
            self._collection(answer=bought.answer).write_answer()
            return
        self.work = evolve(self.work, job=bought.ref.id, facts=bought.ref.facts)
        self._collection(unwritten=bought.trouble is not None).wait()

    def _refused(self, error: VidgenError) -> None:
        """A submit raised: what the journal may forget depends on whether it was charged."""
        run, work = self.errand.run, self.work
        if not self._begun or isinstance(error, Undecided):  # it was not sent
            self._not_sent(error)
            return
        billed = error.billed if isinstance(error, ProviderError) else Billed.UNKNOWN
        if billed is Billed.UNKNOWN:
            self._in_doubt(error)
            return
        if billed is Billed.NO and self.errand.can("idempotent", "submit"):
            if self.errand.tries_again(error, self._submit_again):  # its token, to be sure
                return
            if self._doubted:  # this call was not charged; an earlier one may have been
                self.errand.give_up(error)
                return
        run.journal.ended(work.key, work.take, error.message, billed, kept=True)
        if billed is Billed.NO:
            self.errand.try_again(error, self._buy)
            return
        run.charged(work.key)
        run.setbacks.failed(self.errand.job, error)

    def _not_sent(self, error: VidgenError) -> None:
        """The request could not be completed: that of its frame host may work in a while."""
        errand = self.errand
        if errand.tries_again(error, self._buy, who=errand.run.frame_host):
            return
        # The engine has done nothing wrong.
        if isinstance(error, (AuthFailed, OutOfCredit, CapReached)):
            errand.run.setbacks.later(errand.job, error)
            return
        errand.give_up(error)

    # an outcome that is not known ----------------------------------------

    def _in_doubt(self, error: VidgenError) -> None:
        errand, run = self.errand, self.errand.run
        run.setbacks.check_machine(error)
        self._doubted = True
        self._doubts += 1
        again, look = errand.can("idempotent", "submit"), errand.can("find", "find")
        if not (again or look):
            self._ask_user(error.message, error)
        elif not run.may_buy:
            run.setbacks.later(errand.job, error)
        elif again and errand.holds_out(error):
            errand.try_again(error, self._submit_again)
        elif self._doubts > DOUBTS:
            run.setbacks.later(errand.job, error)
        elif again:
            errand.pause(error, until_next_try(self._doubts, error), self._submit_again)
        else:
            self._look()

    def _ask_user(self, why: str, cause: VidgenError | None = None) -> None:
        question = questions.was_it_taken(self.work, why, cause)
        self.errand.run.setbacks.later(self.errand.job, question)

    def _look(self) -> None:
        """Ask the service for the jobs that this request may have made."""
        errand, work = self.errand, self.work

        def look() -> tuple[tuple[JobRef, ...], float]:
            return jobs_like(errand, work, self._request())

        errand.in_worker(look, self._found, self._not_told)

    def _not_told(self, error: VidgenError) -> None:
        """The service did not say what it took: the order is in doubt as before, and no other."""
        if self.errand.tries_again(error, self._look):
            return
        refused = isinstance(error, Unavailable) and error.for_good
        if not isinstance(error, ProviderError) or (error.retry and not refused):
            self.errand.give_up(error)
        elif self._may_buy_again():
            self._buy_anew()
        else:
            self._ask_user(error.message, error)

    def _found(self, answer: tuple[tuple[JobRef, ...], float]) -> None:
        refs, settle = answer
        work, run = self.work, self.errand.run
        known = run.journal.jobs
        new = {ref.id: ref for ref in refs if (work.provider, ref.id) not in known}
        if len(new) == 1:
            (ref,) = new.values()
            run.journal.submitted(work.key, work.take, ref.id, ref.facts)
            run.charged(work.key)
            self.work = evolve(work, job=ref.id, facts=ref.facts)
            self._collection().poll()
        elif new and self._may_buy_again():
            self._buy_anew()
        elif new:
            self._ask_user(f"its jobs {', '.join(sorted(new))} may be this one")
        elif self._looks + 1 < LOOKS:
            self._looks += 1
            self.errand.wait(settle, self._look)
        else:
            # A list that does not have it is no proof: it may still have been charged.
            self._give_up()
            self._buy_if_agreed()

    def _buy_anew(self) -> None:
        self._chose_again = True
        self._give_up()
        self._buy()

    def _give_up(self) -> None:
        """Have this bought once more: what may have been charged is in its price only once."""
        self.errand.run.books.give_up(self.work)
        self._covered = False

    def _may_buy_again(self) -> bool:
        """Whether the user chose to buy once more what its provider cannot tell."""
        run = self.errand.run
        return run.may_submit and run.chose_again and not self._chose_again

    def _buy_if_agreed(self) -> None:
        if self.errand.run.may_submit:
            self._buy()
            return
        self.errand.run.setbacks.later(self.errand.job, questions.not_listed(self.work))
