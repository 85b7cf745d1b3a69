"""Plan and state as plain text: what is there, what is missing, what will be done."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from vidgen_core.errors import VidgenError
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import STUCK, TO_DO, Decision, Plan, SceneState, Task, Why
from vidgen_core.scenes_file import JsonFile
from vidgen_core.strict_json import printable

_INDENT = "  "
#: Longer lists are cut, and say so; -v shows all.
_MOST_LINES = 40

_VERBS = {
    Decision.MAKE: "make",
    Decision.ATTACH: "collect",
    Decision.REDO: "make again",
    Decision.ASK: "needs your decision:",
    Decision.BLOCKED: "cannot make",
    Decision.WAIT: "must wait:",
}


def width() -> int:
    """Return how many columns text may take."""
    return max(40, min(shutil.get_terminal_size().columns, 120))


def wrapped(text: str, indent: str = "") -> str:
    """Return *text*, printable, folded to the width of the terminal."""
    return textwrap.fill(
        printable(text),
        width=width(),
        initial_indent=indent,
        subsequent_indent=indent + _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def analysis(opened: Opened, plan: Plan, *, verbose: bool = False) -> str:
    """Return what is there, which scenes are complete, which are not and why."""
    name = opened.directory.root.name
    scenes = opened.scenes
    lines = [wrapped(f"{name}: {len(scenes.storyboard)} scenes in {scenes.path} ({scenes.why})")]
    lines += _scene_lines(plan.scenes, verbose=verbose)
    lines += _sound_lines(plan)
    film = plan.by_key.get(Key(Step.FILM))
    if film is not None:
        lines.append(wrapped(_film_sentence(film), _INDENT))
    lines += [wrapped(note, _INDENT) for note in _warnings(opened, plan)]
    return "\n".join(lines)


def _film_sentence(film: Task) -> str:
    if film.decision is Decision.KEEP:
        return f"film: {film.output} is there, {film.seconds:.1f} s"
    return "film: " + "; ".join(str(reason) for reason in film.reasons)


def _scene_lines(scenes: Sequence[SceneState], *, verbose: bool) -> Iterator[str]:
    complete = [scene for scene in scenes if scene.complete]
    if complete:
        seconds = sum(scene.seconds for scene in complete)
        numbers = ranges(scene.number for scene in complete)
        word = "scene" if len(complete) == 1 else "scenes"
        verb = "is" if len(complete) == 1 else "are"
        yield wrapped(f"{word} {numbers} {verb} complete: {seconds:.1f} s", _INDENT)
    unclear = [scene for scene in scenes if not scene.complete or verbose or _remarkable(scene)]
    most = len(unclear) if verbose else _MOST_LINES
    for scene in unclear[:most]:
        label = f"scene {scene.number}" + (f" ({scene.name})" if scene.name else "")
        state = "complete" if scene.complete else "not complete"
        why = "; ".join(str(reason) for reason in scene.reasons)
        yield wrapped(f"{label}: {state}: {why}", _INDENT)
    if len(unclear) > most:
        yield wrapped(f"… and {len(unclear) - most} more scenes (-v shows all)", _INDENT)


def _remarkable(scene: SceneState) -> bool:
    usual = {Why.WHOLE, Why.CLIPS_COVER}
    return any(reason.why not in usual for reason in scene.reasons)


def _sound_lines(plan: Plan) -> Iterator[str]:
    sounds = [task for task in plan.tasks if task.key.step is Step.SOUND]
    there = [task for task in sounds if task.decision is Decision.KEEP]
    if sounds:
        yield wrapped(f"sound effects: {len(there)} of {len(sounds)} are there", _INDENT)
    spoken = (Step.NARRATION, Step.NARRATION_ADJUSTED)
    for task in plan.tasks:
        if task.key.step in spoken and task.decision is Decision.KEEP:
            yield wrapped(f"{task.key}: {task.output}", _INDENT)


def _warnings(opened: Opened, plan: Plan) -> Iterator[str]:
    yield from opened.settings.warnings
    if plan.to_do:
        yield from opened.selection.notes
    yield from plan.notes
    if plan.left_alone:
        shown = ", ".join(plan.left_alone[:5]) + (", …" if len(plan.left_alone) > 5 else "")
        yield f"left alone, for their scenes are not in the scenes file: {shown}"
    for task in plan.tasks:
        if task.decision is Decision.STALE:
            why = "; ".join(str(reason) for reason in task.reasons[1:])
            yield f"{task.key} may be out of date ({why}); it is kept"


def steps(plan: Plan, *, verbose: bool = False) -> str:
    """Return what will be done and what cannot be, a line each."""
    rows = [task for task in plan.tasks if task.decision in TO_DO or task.decision in STUCK]
    most = len(rows) if verbose else _MOST_LINES
    lines = [wrapped(_step(task), _INDENT) for task in rows[:most]]
    if len(rows) > most:
        lines.append(f"{_INDENT}… and {len(rows) - most} more (-v shows all)")
    price = plan.price
    if not price.free:
        lines.append(wrapped(f"price: {price}", _INDENT))
    return "\n".join(lines)


def _step(task: Task) -> str:
    what = f"{_VERBS[task.decision]} {task.key}"
    if task.key.step is Step.CLIP and task.seconds:
        what += f" ({task.seconds:g} s)"
    if task.provider and task.decision in TO_DO:
        what += f" with {task.provider}"
    if not task.price.free and task.decision in TO_DO:
        what += f", {task.price}"
    reasons = [str(reason) for reason in task.reasons if reason.why is not Why.MISSING]
    return what + (f": {'; '.join(reasons)}" if reasons else "")


def ranges(numbers: Iterable[int]) -> str:
    """Return whole numbers as people write them: ``1–3, 5``."""
    groups: list[list[int]] = []
    for number in sorted(numbers):
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(
        f"{group[0]}–{group[-1]}" if len(group) > 1 else str(group[0]) for group in groups
    )


def json_files(files: Sequence[JsonFile]) -> str:
    """Return a table of JSON files: name, kind of data, size, number of items."""
    if not files:
        return "no JSON files"
    rows = [
        (printable(file.path), str(file.kind), f"{file.bytes} bytes", f"{file.items} items")
        for file in files
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for file, row in zip(files, rows, strict=True):
        cells = [cell.ljust(size) for cell, size in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
        if file.fault:
            lines.append(wrapped(file.fault, _INDENT))
    return "\n".join(lines)


def error_line(error: VidgenError) -> str:
    """Return an error as one paragraph, with what to type next."""
    advice = f" ({error.advice})" if error.advice else ""
    return f"{error.message}{advice}"
