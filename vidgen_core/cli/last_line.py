"""The last line of a run: what happened, what was charged, and what to type next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import evolve, frozen

from vidgen_core import layout
from vidgen_core.cli.adopting import Jobless, may_have_a_job
from vidgen_core.cli.repeated import MAX_COST, NOTHING, UNKNOWN_PRICE, Repeated
from vidgen_core.errors import Billed, CapReached, ExitCode, Undecided, VidgenError, exit_code_for
from vidgen_core.executor import Outcome
from vidgen_core.journal import read_ledger
from vidgen_core.journal.damaged import before_it_goes, to_move_away
from vidgen_core.journal.stored import with_stored_answers
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import Choice, Decision, Plan, Task, Why
from vidgen_core.report import text
from vidgen_core.report.prices import in_doubt, in_whole_cents
from vidgen_core.report.progress import ON_THE_WAY
from vidgen_core.report.words import count, is_question, name, question, say, scenes, width
from vidgen_core.specs import FREE, Price, ProviderKind
from vidgen_core.strict_json import printable

#: What shows a file in the program that the user chose for its kind.
_OPENERS = {"linux": "xdg-open", "darwin": "open"}

#: What a command is typed without that is to do the work now.
_LEFT_OUT = frozenset({"--no-input", "--dry-run"})


def exit_code(outcome: Outcome) -> ExitCode:
    """Return what the process ends with after *outcome*."""
    codes = set(outcome.codes)
    for task in outcome.plan.stuck:
        failed = any(reason.why in (Why.FAILED, Why.PROVIDER_RAISED) for reason in task.reasons)
        if failed:
            codes.add(ExitCode.FAILED)
        elif task.decision in (Decision.ASK, Decision.BLOCKED):
            codes.add(ExitCode.DECISION)
    if not codes and not outcome.plan.finished:
        codes.add(ExitCode.LATER)
    return exit_code_for(codes)


@frozen(kw_only=True)
class Circumstances:
    """What the last line goes by beside how the run ended.

    ``draft``: it is the draft of the run that it lies in, and goes on with its words.
    ``opened``: the directory as it was found. ``to_agree``: the command that agrees to
    what may be bought, where nothing was agreed to. ``repeated``: what was typed that
    the next command does not find with the run. ``jobless``: providers of work in doubt
    that keep no jobs, so that none can be adopted.
    """

    draft: bool = False
    opened: Opened | None = None
    to_agree: str = ""
    repeated: Repeated = NOTHING
    jobless: Jobless = frozenset()


_USUAL = Circumstances()


def last_line(
    root: Path, outcome: Outcome, code: ExitCode, circumstances: Circumstances = _USUAL
) -> str:
    """Return how the run in *root* ended, and what to type next, as one line."""
    return "; ".join(filter(None, _both(root, outcome, code, circumstances)))


def say_last_line(
    root: Path, outcome: Outcome, code: ExitCode, circumstances: Circumstances = _USUAL
) -> None:
    """Print it on standard error; what is to be typed begins a line where not all fits in one."""
    said, then = _both(root, outcome, code, circumstances)
    line = "; ".join(filter(None, (said, then)))
    if then and sys.stderr.isatty() and len(line) > width(sys.stderr):
        say(said)
        line = then
    # Not folded: the command in it is there to be copied.
    print(printable(line), file=sys.stderr, flush=True)


def _both(
    root: Path, outcome: Outcome, code: ExitCode, circumstances: Circumstances
) -> tuple[str, str]:
    """Return what happened and was charged, and what to type next (may be empty)."""
    made = f"{count(_counted(outcome), 'file')} made, {_charged(outcome)}"
    draft = circumstances.draft
    place = "ITS_NEW_NAME" if outcome.went_away else str(root.parent if draft else root)
    again = _Again(place=place, draft=draft, repeated=circumstances.repeated)
    if code is ExitCode.COMPLETE:
        then = _how_to_go_on(outcome.plan, again) or _how_to_watch(root, outcome.plan)
        return f"finished: {made}", then
    if code is ExitCode.INTERRUPTED:
        return f"interrupted: {made}{_under_way(root, outcome.plan)}", f"to go on: {again}"
    way = _way_on(root, outcome, again, circumstances)
    why = _why(outcome, advised=bool(way))
    if way and way == circumstances.to_agree:
        why += f"; all that is to be bought: {outcome.plan.price}"
    way = way or _as_chosen(again, outcome, circumstances.opened)
    return f"not finished: {why}; {made}", f"to go on: {way}"


@frozen(kw_only=True)
class _Again:
    """The command that goes on with the run in ``place``; ``str()`` is what to type."""

    place: str
    draft: bool
    repeated: Repeated

    def __str__(self) -> str:
        return self.given()

    def given(self, *options: str) -> str:
        """Return the command with *options*, which come before what is only repeated."""
        return command_for(self.place, *options, *self.repeated.words, draft=self.draft)

    def without(self, option: str) -> _Again:
        """Return the command without *option* and its value."""
        return evolve(self, repeated=self.repeated.without(option))

    def for_new_work(self) -> _Again:
        """Return the command for work that nobody was asked about yet."""
        return evolve(self, repeated=self.repeated.for_new_work())


def _counted(outcome: Outcome) -> int:
    """Return how many files were made, as they were counted while the run worked."""
    uncounted = [layout.OUTPUT[step].pattern for step in ON_THE_WAY]
    return sum(all(each.match(path) is None for each in uncounted) for path in outcome.made)


def _how_to_go_on(plan: Plan, again: _Again) -> str:
    """Say what to type after the words alone were made; empty where more was.

    The price of the film was not agreed to with that of its words.
    """
    if plan.by_key[Key(Step.FILM)].decision is not Decision.LEAVE:
        return ""
    scenes_file = layout.OUTPUT[Step.SCENES].pattern.format(timestamp=plan.timestamp)
    return f"to make the film: change {scenes_file} as you like, then {again.for_new_work()}"


def _how_to_watch(root: Path, plan: Plan) -> str:
    """Say what to type to see the film, where this system has a word for it."""
    opener = _OPENERS.get(sys.platform)
    if opener is None or plan.by_key[Key(Step.FILM)].decision is not Decision.KEEP:
        return ""
    command = shlex.join([opener, str(root / plan.film)])
    return f"to watch it: {command}" if can_be_copied(command) else ""


def command_for(place: str, *options: str, draft: bool = False) -> str:
    """Return what to type to go on with the run in *place*, or with its *draft*."""
    return command_in(place, "continue", *(["--draft"] if draft else []), *options)


def command_in(place: str, name: str, *options: str) -> str:
    """Return what to type to give the run in *place* the command *name* with *options*."""
    command = shlex.join(["vidgen", name, place, *options])
    return command if can_be_copied(command) else shlex.join(["vidgen", name, "DIR", *options])


def same_command(*options: str) -> str:
    """Return the command that was typed, with *options*; empty where it cannot be copied.

    What only looked or asked nobody is left out, and an earlier value of the first option.
    """
    words = list(_without(sys.argv[1:], options[0] if len(options) > 1 else ""))
    end = words.index("--") if "--" in words else len(words)
    command = shlex.join(["vidgen", *words[:end], *options, *words[end:]])
    return command if can_be_copied(command) else ""


def _without(words: Sequence[str], valued: str) -> Iterator[str]:
    """Yield *words* without the options of ``_LEFT_OUT``, and without *valued* and its value."""
    rest = iter(words)
    for word in rest:
        option, has_value, _ = word.replace("_", "-").partition("=")
        if word == "--":
            yield word
            yield from rest
        elif valued and option == valued:
            if not has_value:
                next(rest, None)
        elif option not in _LEFT_OUT:
            yield word


def can_be_copied(command: str) -> bool:
    """Whether a terminal shows *command* as it is, so that its copy is the same command."""
    try:
        command.encode(getattr(sys.stderr, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return printable(command) == command


def _way_on(root: Path, outcome: Outcome, again: _Again, circumstances: Circumstances) -> str:
    """Say what to type where the same command alone would end the same way; else nothing."""
    opened = circumstances.opened
    reasons = {reason.why for task in outcome.plan.stuck for reason in task.reasons}
    if Why.JOURNAL_DAMAGED in reasons:
        return _without_its_journal(root, again)
    if outcome.in_doubt and (Why.UNKNOWN_OUTCOME in reasons or _is_asked(outcome)):
        return _decide(outcome, again, circumstances)
    if Why.FORGOTTEN in reasons:
        stuck = [task for task in outcome.plan.stuck if Why.FORGOTTEN in _whys(task)]
        asked = [(task.kind, task.provider) for task in stuck if task.kind is not None]
        return (
            f"look into {_accounts(asked, opened)}; if the files are there, save them as "
            f"{', '.join(task.output for task in stuck)}; to buy them, move their files out of "
            f"DIR/{layout.REQUESTS}, then {again}"
        )
    if any(isinstance(error, CapReached) for _, error in outcome.errors):
        return _above_the_cap(outcome, again, opened)
    if circumstances.to_agree and any(not task.price.free for task in outcome.plan.to_do):
        return circumstances.to_agree
    return ""


def _without_its_journal(root: Path, again: _Again) -> str:
    """Say how to go on where the journal is damaged, and what is lost with it."""
    ledger = with_stored_answers(root, read_ledger(root))
    there = str(root / layout.JOURNAL)
    journal = there if can_be_copied(there) else f"DIR/{layout.JOURNAL}"
    before = before_it_goes(ledger, journal, command_in(str(root), "collect"))
    look, move = command_in(str(root), "log"), to_move_away(root / layout.JOURNAL, journal)
    return f"{before}look at it ({look}), move it away ({move}), then {again}"


def _is_asked(outcome: Outcome) -> bool:
    """Whether the user was asked about something in doubt that its provider could not tell."""
    doubtful = {work.key for work in outcome.in_doubt} - _chosen_again(outcome)
    return any(
        isinstance(error, Undecided) and task.key in doubtful for task, error in outcome.errors
    )


def _chosen_again(outcome: Outcome) -> set[Key]:
    """Return what is in doubt and was to be bought once more, and could not be."""
    by_key = outcome.plan.by_key
    planned = (by_key[work.key] for work in outcome.in_doubt if work.key in by_key)
    return {task.key for task in planned if task.decision is Decision.MAKE}


def _as_chosen(again: _Again, outcome: Outcome, opened: Opened | None) -> str:
    """Return the command *again* with the user's answer to a question that is still open."""
    return again.given(*_answer(outcome, opened))


def _answer(outcome: Outcome, opened: Opened | None) -> tuple[str, ...]:
    answered = opened is not None and opened.options.in_doubt.choice is Choice.AGAIN
    return ("--in-doubt", "again") if answered and _chosen_again(outcome) else ()


def _whys(task: Task) -> set[Why]:
    return {reason.why for reason in task.reasons}


def _decide(outcome: Outcome, again: _Again, circumstances: Circumstances) -> str:
    """Say what to type about work of which nobody knows whether a service took it."""
    works = outcome.in_doubt
    accounts = _accounts([(work.kind, work.provider) for work in works], circumstances.opened)
    buy = "--in-doubt again buys it once more; --in-doubt skip leaves it out, wait asks again later"
    jobs = [work for work in works if may_have_a_job(work, circumstances.jobless)]
    if not jobs:
        return f"look into {accounts} for what was charged; {again} {buy}"
    adopt = "adopt=JOB" if len(works) == 1 else f"adopt={jobs[0].key.id}:JOB"
    return f"look into {accounts}: if the job is there, {again} --in-doubt {adopt}; if not, {buy}"


def _accounts(asked: Iterable[tuple[ProviderKind, str]], opened: Opened | None) -> str:
    """Name the user's accounts where that was *asked* for by the keys that open them."""
    installed = opened.selection.providers.installed if opened else {}
    names = []
    for who in asked:
        spec = installed.get(who)
        names.append(f"({spec.keys[0]})" if spec and spec.keys else f"with {who[1]}")
    return f"your account {' and '.join(dict.fromkeys(names))}"


def _above_the_cap(outcome: Outcome, again: _Again, opened: Opened | None) -> str:
    """Return the command that has room for the rest; empty where nobody can tell which."""
    if opened is None:
        return ""
    limit = opened.settings.core.limit
    spent = limit.spent(read_ledger(opened.directory.root))
    more = limit.needed(outcome.plan)
    answer = _answer(outcome, opened)
    if spent is None or more is None:
        if limit.unknown_price is not None:
            return ""
        return _without_a_price(again, answer, kept=opened.settings.is_kept("max_cost"))
    enough = in_whole_cents(spent + more)
    return again.without(MAX_COST).given(*answer, MAX_COST, enough)


def _without_a_price(again: _Again, answer: tuple[str, ...], *, kept: bool) -> str:
    """Say what to type where a limit keeps back work whose price nobody knows.

    To do without the limit is a new decision: it is asked about. *kept*: a limit stands in
    the settings, and is not gone with the option.
    """
    counted = again.without(UNKNOWN_PRICE).given(*answer, "--set", "unknown_price=USD")
    free = again.without(MAX_COST)
    no_limit = ("--set", "max_cost=none") if kept else ()
    return (
        f"say in dollars what a piece without a price counts as: {counted}; "
        f"or without the limit: {free.for_new_work().given(*answer, *no_limit)}"
    )


def _why(outcome: Outcome, *, advised: bool) -> str:
    """Say why it is not finished; *advised*: what to do about it is said anyway."""
    if not outcome.errors:
        return text.stuck_because(outcome.plan)
    task, error = outcome.errors[0]
    others = len(outcome.errors) - 1
    more = f" (and {count(others, 'more failure')}, above)" if others else ""
    more += _held_up(outcome.plan, task)
    if advised and is_question(error):
        return f"{question(error)}{more}"
    advice = f" ({error.advice})" if error.advice and not advised else ""
    return f"{name(task.key)}: {error.message}{advice}{more}"


def _held_up(plan: Plan, task: Task) -> str:
    """Say which other scenes wait for *task*, which is still to be done."""
    waiting = {task.key}
    for other in plan.to_do:  # in an order that respects their needs
        if not waiting.isdisjoint(other.needs):
            waiting.add(other.key)
    numbers = sorted({key.scene for key in waiting if key.step is Step.CLIP} - {task.key.scene})
    if not numbers:
        return ""
    listed = scenes(numbers, all_of_them=False)
    return f"; {listed} {'waits' if len(numbers) == 1 else 'wait'} for its last frame"


def _under_way(root: Path, plan: Plan) -> str:
    """Say which services go on working on what the *plan* of the run in *root* needs, if any."""
    needed = {task.key for task in plan.to_do}
    with suppress(VidgenError):
        works = [work for key, work in read_ledger(root).in_flight.items() if key in needed]
        works = [work for work in works if work.job]
        if works:
            who = " and ".join(dict.fromkeys(work.provider for work in works))
            are, go = ("are", "go") if len(works) > 1 else ("is", "goes")
            return f"; {count(len(works), 'paid job')} {go} on at {who}, and {are} fetched later"
    return ""


def _charged(outcome: Outcome) -> str:
    """Say what was surely charged in this run, and apart from it what may have been."""
    taken = [
        charge.price
        for charge in outcome.charges
        if charge.billed is Billed.YES and not charge.price.free
    ]
    words = []
    if taken:
        words.append(f"charged {_sum(taken)} for {count(len(taken), 'paid piece')} of work")
    if doubtful := in_doubt(outcome):
        pieces = count(len(doubtful), "piece")
        words.append(f"{pieces} of work may have been charged ({_sum(doubtful)})")
    return ", ".join(words) or "nothing was charged"


def _sum(prices: Iterable[Price]) -> str:
    total = sum(prices, FREE)
    return str(total) if total.known or total.low else "an unknown price"
