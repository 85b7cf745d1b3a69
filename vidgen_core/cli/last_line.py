"""The last line of a run: what happened, what was charged, and what to type next."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from vidgen_core import layout
from vidgen_core.errors import ExitCode, exit_code_for
from vidgen_core.executor import Outcome
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Task, Why
from vidgen_core.report import text
from vidgen_core.report.progress import ON_THE_WAY
from vidgen_core.report.words import count, name, say, scenes, width
from vidgen_core.specs import FREE
from vidgen_core.strict_json import printable

#: What shows a file in the program that the user chose for its kind.
_OPENERS = {"linux": "xdg-open", "darwin": "open"}


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


def last_line(root: Path, outcome: Outcome, code: ExitCode, *, draft: bool = False) -> str:
    """Return how the run in *root* ended, and what to type next, as one line.

    *draft*: it is the draft of the run that it lies in, and goes on with its words.
    """
    return "; ".join(filter(None, _both(root, outcome, code, draft)))


def say_last_line(root: Path, outcome: Outcome, code: ExitCode, *, draft: bool = False) -> None:
    """Print it on standard error; what is to be typed begins a line where not all fits in one."""
    line = last_line(root, outcome, code, draft=draft)
    said, then = _both(root, outcome, code, draft)
    if then and sys.stderr.isatty() and len(line) > width(sys.stderr):
        say(said)
        line = then
    # Not folded: the command in it is there to be copied.
    print(printable(line), file=sys.stderr, flush=True)


def _both(root: Path, outcome: Outcome, code: ExitCode, draft: bool) -> tuple[str, str]:
    """Return what happened and was charged, and what to type next (may be empty)."""
    made = f"{count(_counted(outcome), 'file')} made, {_charged(outcome)}"
    place = str(root.parent if draft else root)
    again = command_for("ITS_NEW_NAME" if outcome.went_away else place, draft=draft)
    if code is ExitCode.COMPLETE:
        then = _how_to_go_on(outcome.plan, again) or _how_to_watch(root, outcome.plan)
        return f"finished: {made}", then
    if code is ExitCode.INTERRUPTED:
        return f"interrupted: {made}", f"to go on: {again}"
    return f"not finished: {_why(outcome)}; {made}", f"to go on: {_way_on(outcome, again)}"


def _counted(outcome: Outcome) -> int:
    """Return how many files were made, as they were counted while the run worked."""
    uncounted = [layout.OUTPUT[step].pattern for step in ON_THE_WAY]
    return sum(all(each.match(path) is None for each in uncounted) for path in outcome.made)


def _how_to_go_on(plan: Plan, again: str) -> str:
    """Say what to type after the words alone were made; empty where more was."""
    if plan.by_key[Key(Step.FILM)].decision is not Decision.LEAVE:
        return ""
    scenes_file = layout.OUTPUT[Step.SCENES].pattern.format(timestamp=plan.timestamp)
    return f"to make the film: change {scenes_file} as you like, then {again}"


def _how_to_watch(root: Path, plan: Plan) -> str:
    """Say what to type to see the film, where this system has a word for it."""
    opener = _OPENERS.get(sys.platform)
    if opener is None or plan.by_key[Key(Step.FILM)].decision is not Decision.KEEP:
        return ""
    command = shlex.join([opener, str(root / plan.film)])
    return f"to watch it: {command}" if _can_be_copied(command) else ""


def command_for(place: str, *, draft: bool = False) -> str:
    """Return what to type to go on with the run in *place*, or with its *draft*."""
    option = ["--draft"] if draft else []
    command = shlex.join(["vidgen", "continue", place, *option])
    return command if _can_be_copied(command) else " ".join(["vidgen continue DIR", *option])


def _can_be_copied(command: str) -> bool:
    """Whether a terminal shows *command* as it is, so that its copy is the same command."""
    try:
        command.encode(getattr(sys.stderr, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return printable(command) == command


def _way_on(outcome: Outcome, again: str) -> str:
    """Say what to type where the same command alone would end the same way."""
    reasons = {reason.why for task in outcome.plan.stuck for reason in task.reasons}
    if Why.JOURNAL_DAMAGED in reasons:
        journal = f"DIR/{layout.JOURNAL}"
        return f"look at {journal}, move it away, then {again}; jobs that it names are forgotten"
    if Why.UNKNOWN_OUTCOME in reasons and outcome.in_doubt:
        return (
            f"look into your account; if it has them, save them as "
            f"{_files(outcome, Why.UNKNOWN_OUTCOME)}; to buy them once more: "
            f"{again} --set in_doubt_limit=PRICE"
        )
    if Why.FORGOTTEN in reasons:
        return (
            f"look into your account; if it has them, save them as "
            f"{_files(outcome, Why.FORGOTTEN)}; to buy them, move their files out of "
            f"DIR/{layout.REQUESTS}, then {again}"
        )
    return again


def _files(outcome: Outcome, why: Why) -> str:
    """Name the files that cannot be had now for the reason *why*."""
    stuck = outcome.plan.stuck
    return ", ".join(task.output for task in stuck if why in {each.why for each in task.reasons})


def _why(outcome: Outcome) -> str:
    if not outcome.errors:
        return text.stuck_because(outcome.plan)
    task, error = outcome.errors[0]
    others = len(outcome.errors) - 1
    more = f" (and {count(others, 'more failure')}, above)" if others else ""
    more += _held_up(outcome.plan, task)
    advice = f" ({error.advice})" if error.advice else ""
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


def _charged(outcome: Outcome) -> str:
    words = []
    if outcome.paid:
        words.append(f"charged {outcome.price} for {count(outcome.paid, 'paid piece')} of work")
    if outcome.in_doubt:
        pieces = count(len(outcome.in_doubt), "piece")
        price = sum((work.price for work in outcome.in_doubt), FREE)
        words.append(f"{pieces} of work may have been charged ({price})")
    return ", ".join(words) or "nothing was charged"
