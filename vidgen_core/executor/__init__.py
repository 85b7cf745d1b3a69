"""Drives a plan: starts what is ready, waits, publishes, plans again.

One thread, the caller's, keeps the loop, the clock and every published name.
Worker threads make files in scratch folders and call providers; none of them
sleeps. They write to the journal themselves only what may not wait for the
loop: the intent before a submit, and the job's id after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import define, evolve, field

from vidgen_core.errors import Billed, ExitCode, Interrupted, PluginBug, Undecided, VidgenError
from vidgen_core.executor.books import Books
from vidgen_core.executor.clock import Clock
from vidgen_core.executor.errand import Errand
from vidgen_core.executor.events import Listener, Noted, Planned, Progressed, Started
from vidgen_core.executor.jobs import Job, Outcome
from vidgen_core.executor.publishing import Origin, Shelf, is_surprising
from vidgen_core.executor.purchase import Purchase
from vidgen_core.executor.purse import Purse
from vidgen_core.executor.relay import Relay
from vidgen_core.executor.setbacks import Setbacks
from vidgen_core.executor.turns import Turns
from vidgen_core.executor.work import Bench, Made
from vidgen_core.journal import Journal
from vidgen_core.ledger import Ledger
from vidgen_core.limit import Limit
from vidgen_core.memory import Memory
from vidgen_core.model import Key, Step
from vidgen_core.plan import (
    NO_CHOICE,
    Choice,
    Decision,
    Listing,
    Plan,
    PlanOptions,
    Task,
)
from vidgen_core.planner.doubts import all_in_doubt, no_job
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import ImportImageRequest

__all__ = ["Job", "Outcome", "Run"]

Planning = Callable[[Listing, Ledger, PlanOptions], Plan]

#: How often one output is made in one run.
TIMES = 3


@define(kw_only=True, eq=False)
class Run:
    """One run over a locked directory. Call :meth:`work` once.

    *planning* is the planner with everything but its changing values. *jobs* is
    how many pieces of work run on this machine at once. *in_doubt_limit*: up to
    this price what may have been bought is bought once more. *limit*: the most
    that the directory may cost. *agreed*: whether the user agreed to what the
    plan costs; without that nothing is bought. *collect*: do nothing but fetch what is
    paid for. *hold_out*: how many seconds an outage is waited out. *frame_host*: who
    gives pictures a URL; empty for nobody. *grace*: how many seconds a submit on its way
    is given when the run is interrupted.
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
    in_doubt_limit: float = 0.0
    limit: Limit = Limit()
    agreed: bool = True
    collect: bool = False
    hold_out: float = 0.0
    frame_host: str = ""
    clock: Clock = field(factory=Clock)
    today: Callable[[], float] = time.time
    patience: float = 1.0
    grace: float = 5.0

    plan: Plan = field(init=False)
    outcome: Outcome = field(init=False)
    shelf: Shelf = field(init=False)
    books: Books = field(init=False)
    purse: Purse = field(init=False)
    turns: Turns = field(init=False)
    relay: Relay = field(init=False)
    setbacks: Setbacks = field(init=False)
    chose_again: bool = field(default=False, init=False)
    _imported: tuple[str, ...] = field(default=(), init=False)
    # Plain flags: a signal handler may set them while any lock is held.
    _interrupted: bool = field(default=False, init=False)
    _hurried: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.turns = Turns(jobs=max(1, self.jobs), max_active=self.max_active)
        self.shelf = Shelf(
            directory=self.directory,
            journal=self.journal,
            memory=self.memory,
            listing=self.listing,
            tell=self.listen,
        )
        self.setbacks = Setbacks(run=self)
        self.relay = Relay(turns=self.turns, clock=self.clock, raised=self.setbacks.raised)
        self.books = Books(journal=self.journal, shelf=self.shelf, limit=self.in_doubt_limit)
        self.purse = Purse(journal=self.journal, limit=self.limit)

    def interrupt(self) -> None:
        """Ask the run to stop; asked twice, it does not wait for anything any more.

        Safe in a signal handler and from any thread.
        """
        self._hurried = self._interrupted
        self._interrupted = True
        self.relay.put(_nothing)

    @property
    def interrupted(self) -> bool:
        """Whether the run was asked to stop."""
        return self._interrupted

    @property
    def may_buy(self) -> bool:
        """Whether new paid work may still be begun."""
        return not (self._interrupted or self.turns.stopped)

    @property
    def may_submit(self) -> bool:
        """Whether anything that may cost money may be sent, be it once more."""
        return self.agreed and not self.collect

    def import_picture(self) -> None:
        """Publish the picture that was given now, in this thread; raises where that fails.

        Call it before it is written down which clip the picture starts: a crash in
        between must not leave that clip without it.
        """
        self.replan()
        task = self.plan.by_key.get(Key(Step.INITIAL_IMAGE))
        if task is None or not isinstance(task.request, ImportImageRequest):
            return
        self.shelf.may_write(task)
        self.listen(Started(task))
        folder = self.directory.scratch(task.key.id)
        made = self.bench.make(task, folder, {}, {}, lambda fraction: None)
        self.shelf.publish(task, made, self._own_origin(task), self.plan.timestamp)
        self._picture_is_in()
        self._imported = (task.output,)

    def _picture_is_in(self) -> None:
        self.options = evolve(
            self.options, initial_image="", initial_image_for=self.plan.initial_image_for
        )

    def work(self) -> Outcome:
        """Do everything that can be done now and say how it ended."""
        self.replan()
        self.options = evolve(self.options, initial_image_for=self.plan.initial_image_for)
        self._check_adopted()
        self.outcome = Outcome(plan=self.plan, made=list(self._imported))
        if self.agreed:
            self.turns.agree(self.plan)
        try:
            self.books.settle(self.plan)
            self._carry_out_choice()
            self.replan()
            self._loop()
        finally:
            try:
                self._stop_workers()
            finally:
                self.outcome.charges = self.books.news()
        if self.interrupted:
            self.outcome.codes.add(ExitCode.INTERRUPTED)
        else:
            self.replan()
        self.outcome.plan = self.plan
        self.outcome.in_doubt = all_in_doubt(self.journal.ledger)
        return self.outcome

    def _check_adopted(self) -> None:
        """Raise ``UsageError`` for a job that its provider has no call to fetch."""
        for work in self.books.adopted(self.plan):
            if not hasattr(self.bench.workshop.provider(work.kind, work.provider), "poll"):
                raise no_job(work)

    def _carry_out_choice(self) -> None:
        """Forget the user's choice about work in doubt: what comes from here on is another."""
        choice = self.options.in_doubt.choice
        self.chose_again = choice is Choice.AGAIN
        if choice is not Choice.SKIP:
            self.options = evolve(self.options, in_doubt=NO_CHOICE)

    # the loop ------------------------------------------------------------

    def _loop(self) -> None:
        while not self.interrupted:
            self._start_ready()
            if not self.turns.active:
                self.replan()
                if not any(self._may_start(task) for task in self.plan.to_do):
                    return
                continue
            self.relay.turn()
            self._report()

    def _report(self) -> None:
        running = tuple((job.task, job.fraction) for job in self.turns.active.values())
        self.listen(Progressed(running))

    def replan(self) -> None:
        """Plan again for what is there now."""
        before = getattr(self, "plan", None)
        options = evolve(self.options, given_up=self.turns.given_up)
        self.plan = self.planning(self.shelf.listing, self.books.ledger, options)
        self.turns.done.clear()  # the plan knows their files now
        if before is not None and self.plan.scenes and not before.scenes:
            if self.agreed:
                self.turns.agree_within(before.bound, self.plan)
            self.options = evolve(self.options, initial_image_for=self.plan.initial_image_for)
        self.listen(Planned(self.plan))

    def _start_ready(self) -> None:
        for task in self.plan.to_do:
            if self.interrupted:
                return
            if not (self._may_start(task) and self.turns.has_room(task)):
                continue
            if self._is_agreed(task):
                self._start(task)
            else:
                self._ask_first(task)

    def _may_start(self, task: Task) -> bool:
        wanted = task.decision is Decision.ATTACH or not self.collect
        return wanted and self.turns.may_start(task, self.plan)

    def _is_agreed(self, task: Task) -> bool:
        """Whether what *task* costs was in the sum when the run began, and is not spent yet."""
        return not self._needs_leave(task) or self.turns.is_agreed(task)

    def _needs_leave(self, task: Task) -> bool:
        """Whether *task* is bought, and no setting of the user's allows it already."""
        if task.decision is Decision.ATTACH or task.price.free:
            return False
        return not (self.agreed and self.books.may_repeat(task))

    def _ask_first(self, task: Task) -> None:
        # What is to be typed the last line says: this command may begin another film.
        but = "more than was agreed to" if self.agreed else "and nobody agreed to that"
        error = Undecided(f"it would cost {task.price}, {but}")
        self.setbacks.later(Job(task=task, folder=self.directory.root), error)

    # one task ------------------------------------------------------------

    def _start(self, task: Task) -> None:
        job = Job(task=task, folder=self.directory.root)
        try:
            self.shelf.may_write(task)
            job.folder = self.directory.scratch(task.key.id)
        except VidgenError as error:
            self.setbacks.failed(job, error)
            return
        if self._needs_leave(task):
            self.turns.spend(task)
        self.turns.begin(job)
        self.listen(Started(task))
        if task.kind is None or (task.request is None and task.decision is not Decision.ATTACH):
            self._make_here(job)
            return
        self.relay.start(job, lambda: self._provider(task), lambda found: self._assign(job, *found))

    def _provider(self, task: Task) -> tuple[Any, bool]:
        """Return the provider, and whether it works at a service or by an answer."""
        assert task.kind is not None
        provider = self.bench.workshop.provider(task.kind, task.provider)
        return provider, hasattr(provider, "submit") or hasattr(provider, "ask")

    def _assign(self, job: Job, provider: Any, remote: bool) -> None:
        if remote:
            job.purchase = Purchase(errand=Errand(run=self, job=job, provider=provider))
            job.purchase.begin()
            return
        if self.turns.is_remote(job.task):
            distribution, version = self.version_of(job.task)
            raise PluginBug(
                f"{distribution} {version}: {job.task.provider} costs money, and has neither "
                "submit nor ask: what it takes could not be accounted for",
                billed=Billed.NO,
            )
        self._make_here(job)

    def _make_here(self, job: Job) -> None:
        inputs, own = self.shelf.inputs(job.task), self.journal.ledger.published

        def progress(fraction: float) -> None:
            if self.interrupted:
                raise Interrupted("interrupted")
            job.fraction = min(1.0, max(0.0, float(fraction)))

        self.relay.start(
            job,
            lambda: self.bench.make(job.task, job.folder, inputs, own, progress, self._say),
            lambda made: self._made_here(job, made),
        )

    def _say(self, sentence: str) -> None:
        self.relay.put(partial(self.listen, Noted(sentence)))

    def _made_here(self, job: Job, made: Made) -> None:
        self.publish(job, made, self._own_origin(job.task))

    def _own_origin(self, task: Task) -> Origin:
        distribution, version = self.version_of(task)
        return Origin(request=task.request, distribution=distribution, version=version)

    def publish(self, job: Job, made: Made, origin: Origin) -> None:
        """Publish what *job* made, and plan again where that tells something new."""
        task = job.task
        self.shelf.publish(task, made, origin, self.plan.timestamp)
        self.turns.finish(job)
        self.turns.done.add(task.key)
        self.outcome.made.append(task.output)
        if task.key.step is Step.INITIAL_IMAGE:
            self._picture_is_in()
        if self.outcome.made.count(task.output) >= TIMES:
            self.turns.give_up(task.key)
        if is_surprising(task, made.facts):
            self.replan()

    def charged(self, key: Key) -> None:
        """Take note that what was agreed to for *key* is spent. Called from any thread."""
        self.turns.agreed.pop(key, None)

    # the end -------------------------------------------------------------

    def _stop_workers(self) -> None:
        """Stop what still runs; a worker that does not answer dies with the process."""
        if self.turns.active:
            self._interrupted = True
            self.bench.media.stop()
        self.relay.dismiss()
        try:
            self._say_what_is_waited_for()
        finally:  # who listens may be gone: an answer that costs money is waited for all the same
            gone = self.relay.leave(self.patience, self.grace, lambda: self._hurried)
        if self._interrupted and gone:
            self.directory.clear_scratch()

    def _say_what_is_waited_for(self) -> None:
        waits = self.relay.precious()
        if not waits or self._hurried:
            return
        asked = ", ".join(f"{task.provider} ({task.key})" for task in waits)
        self.listen(
            Noted(
                f"waiting up to {self.grace:g} s for the answer of {asked}, which may cost money; "
                "a second Ctrl-C ends it at once"
            )
        )


def _nothing() -> None:
    """Wake the loop."""
