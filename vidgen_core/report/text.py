"""Plan and state as plain text: what is there, what is missing, what will be done."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from vidgen_core.layout import OUTPUT
from vidgen_core.model import Key, Step, Verdict
from vidgen_core.opening import Opened
from vidgen_core.plan import STUCK, TO_DO, Decision, Plan, Reason, SceneState, Task, Why
from vidgen_core.report.prices import cost_lines, foreseen_lines, price_lines
from vidgen_core.report.words import (
    INDENT,
    count,
    is_there,
    listed,
    name,
    ranges,
    scenes,
    sentence,
    why,
)
from vidgen_core.retake import unfinished
from vidgen_core.scenes_file import ChosenScenes, JsonFile
from vidgen_core.specs import ProviderKind
from vidgen_core.strict_json import printable
from vidgen_core.wording import are_several

#: Longer lists are shortened, and say so; -v shows all.
_MOST_LINES = 12
_MOST_FILES = 6
#: A plan of more steps than this is summed up, a line for each kind of work.
_MOST_STEPS = 40

#: The decisions about a file that lies there, be it to be made again.
_THERE = frozenset({Decision.KEEP, Decision.STALE, Decision.REDO})
#: What is made again with the clips of a scene.
_CLIPS = frozenset({Step.CLIP, Step.SCENE})
#: Said elsewhere, or evident from what is done about it.
_EVIDENT = frozenset({Why.WHOLE, Why.MISSING, Why.CLIPS_COVER, Why.SHORT, Why.DAMAGED})


def analysis(opened: Opened, plan: Plan, *, verbose: bool = False) -> str:
    """Return what is there, which scenes are complete, which are not and why."""
    chosen = opened.scenes
    if not chosen.path:
        heading = printable(f"{opened.directory.root.name}: {chosen.why}")
        return "\n".join([heading, *_script_findings(opened, plan)])
    heading = f"{opened.directory.root.name}: {count(len(chosen.storyboard), 'scene')}"
    heading += f" in {chosen.path}"
    if verbose or not (chosen.others or _is_this_runs(chosen.path, plan)):
        heading += f" ({chosen.why})"
    found = _findings(opened, plan, verbose=verbose)
    return "\n".join([printable(heading), *_indented(found)])


def _script_findings(opened: Opened, plan: Plan) -> list[str]:
    """Say what there is of a film that has no scenes yet."""
    there = [task for task in plan.tasks if task.decision is Decision.KEEP]
    said = [f"{is_there(task.key)}: {task.output}" for task in there]
    return _indented([*said, *cost_lines(opened.ledger), *notes(opened, plan)])


def _indented(lines: Iterable[str]) -> list[str]:
    return [INDENT + printable(line) for line in lines]


def _is_this_runs(path: str, plan: Plan) -> bool:
    """Whether the scenes file has the name that this run's own has."""
    return path == OUTPUT[Step.SCENES].pattern.format(timestamp=plan.timestamp)


def _findings(opened: Opened, plan: Plan, *, verbose: bool) -> Iterator[str]:
    yield from _scene_lines(plan, verbose=verbose)
    yield from _file_lines(opened, plan)
    yield from _sound_lines(plan)
    yield _film_sentence(plan.by_key[Key(Step.FILM)])
    yield from cost_lines(opened.ledger)
    yield from notes(opened, plan)
    if plan.left_alone:
        shown = ", ".join(plan.left_alone[:5]) + (", …" if len(plan.left_alone) > 5 else "")
        yield f"left alone, for their scenes are not in the scenes file: {shown}"
    yield from _stale_lines(opened, plan, verbose=verbose)


def _scene_lines(plan: Plan, *, verbose: bool) -> Iterator[str]:
    """Yield a line for all scenes that stand alike, and one for each that stands alone."""
    joined = [s for s in plan.scenes if s.complete and _is_kept(plan, Key(Step.SCENE, s.number))]
    covered = [s for s in plan.scenes if s.complete and s not in joined]
    missing = [s for s in plan.scenes if not s.complete and _is_all_missing(s)]
    alone = [s for s in plan.scenes if not s.complete and s not in missing]
    other = [scene for scene in joined if _lasts_otherwise(scene)]
    joined = [scene for scene in joined if scene not in other]
    if joined:
        yield f"{_are(joined, verbose)} complete, {_seconds(joined)}"
    if other:
        asked = f"{sum(scene.duration for scene in other):g} s asked for"
        yield f"{_are(other, verbose)} complete, {_seconds(other)} ({asked})"
    if covered:
        to_join = any(Key(Step.SCENE, scene.number) in plan.by_key for scene in covered)
        after = ", to be joined" if to_join else ""
        yield f"{_are(covered, verbose)} complete in clips, {_seconds(covered)}{after}"
    if missing:
        yield f"{_are(missing, verbose)} missing"
    most = len(alone) if verbose else _MOST_LINES
    for scene in alone[:most]:
        label = f"scene {scene.number}" + (f" ({scene.name})" if scene.name else "")
        because = why(scene.reasons, leave_out=(Why.BROKEN,))
        yield f"{label} is not complete: {because}"
    if len(alone) > most:
        yield f"… and {len(alone) - most} more scenes are not complete (-v shows all)"


def _is_kept(plan: Plan, key: Key) -> bool:
    task = plan.by_key.get(key)
    return task is not None and task.decision in (Decision.KEEP, Decision.STALE)


def _lasts_otherwise(scene: SceneState) -> bool:
    """Whether a scene plainly does not last as long as its scenes file says."""
    return abs(scene.seconds - scene.duration) > max(scene.duration / 10, 0.5)


def _is_all_missing(scene: SceneState) -> bool:
    return all(reason.why in (Why.MISSING, Why.BROKEN) for reason in scene.reasons)


def _are(some: Sequence[SceneState], verbose: bool) -> str:
    numbers = [scene.number for scene in some]
    return scenes(numbers, all_of_them=verbose) + (" is" if len(some) == 1 else " are")


def _seconds(some: Iterable[SceneState]) -> str:
    return f"{sum(scene.seconds for scene in some):.1f} s"


def _file_lines(opened: Opened, plan: Plan) -> Iterator[str]:
    """Yield a line for each file that is not whole and belongs to the film: none is hidden."""
    strangers = set(plan.left_alone)
    for file in sorted(opened.listing.files, key=lambda file: (file.key.scene, file.key.clip)):
        if file.path in strangers:
            continue
        if file.facts.verdict is Verdict.BROKEN:
            yield f"{file.path} is broken and counts as missing: {file.facts.fault}"
        elif file.facts.verdict is Verdict.DAMAGED:
            yield f"{file.path} is damaged, but all of it can be shown: {file.facts.fault}"


def _sound_lines(plan: Plan) -> Iterator[str]:
    sounds = [task for task in plan.tasks if task.key.step is Step.SOUND]
    there = [task for task in sounds if task.decision in _THERE]
    if sounds and len(there) == len(sounds):
        yield f"{count(len(there), 'sound effect')} there"
    elif sounds:
        yield f"{len(there)} of {count(len(sounds), 'sound effect')} there"
    spoken = [task for task in plan.tasks if task.key.step is Step.SCENE_NARRATION]
    there = [task for task in spoken if task.decision in _THERE]
    if spoken:
        told = f"{len(there)} of {len(spoken)}" if len(there) < len(spoken) else f"{len(there)}"
        yield f"{told} scene narration{'s' if len(spoken) > 1 else ''} there"
    for step in (Step.NARRATION, Step.NARRATION_ADJUSTED, Step.SUBTITLES):
        if _is_kept(plan, Key(step)):
            yield f"{is_there(Key(step))}: {plan.by_key[Key(step)].output}"


def _film_sentence(film: Task) -> str:
    if film.decision is Decision.KEEP:
        return f"the film is there: {film.output}, {film.seconds:.1f} s"
    because = why(film.reasons, leave_out=(Why.MISSING, Why.WAITS_FOR, Why.BROKEN))
    if film.decision is Decision.REDO and because:
        return f"the film is to be joined again: {because}"
    return f"the film is not there yet{': ' if because else ''}{because}"


def notes(opened: Opened, plan: Plan) -> list[str]:
    """Return the sentences that concern the whole run: settings, choices, what is left out."""
    at_work = {task.kind for task in plan.to_do}
    assumed = [text for kind, text in opened.selection.assumed.items() if kind in at_work]
    choice = [*_choice(opened.scenes), *_interrupted(opened)]
    return [*choice, *opened.settings.warnings, *opened.selection.notes, *assumed, *plan.notes]


def _interrupted(opened: Opened) -> list[str]:
    """Say that files are to be moved before anything else."""
    if not unfinished(opened.directory, opened.ledger):
        return []
    return ["an undo was interrupted here: the next continue, or another undo, finishes it first"]


def _choice(chosen: ChosenScenes) -> list[str]:
    """Say which scenes file was taken, where there was a choice."""
    if not chosen.others:
        return []
    return [f"{chosen.path} was taken: {chosen.why}; also there: {_some(chosen.others, 5)}"]


def _some(paths: Sequence[str], most: int) -> str:
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more


def _stale_lines(opened: Opened, plan: Plan, *, verbose: bool) -> Iterator[str]:
    """Yield what is kept and may be out of date, once for each reason."""
    groups: dict[str, list[Task]] = {}
    for task in plan.tasks:
        if task.decision is Decision.STALE:
            groups.setdefault(why(task.reasons, leave_out=_EVIDENT), []).append(task)
    for because, tasks in groups.items():
        them = "them" if are_several([task.key for task in tasks]) else "it"
        stale = f"{_listed(tasks)} may be out of date, and kept: {because}; to make {them} again"
        command = _redo(opened, plan, tasks)
        if command:
            yield f"{stale}, with the price shown first: {command}"
            continue
        files = [path for task in tasks for path in _built_of(opened, task.key)]
        yield f"{stale}, move away {_some(files, len(files) if verbose else _MOST_FILES)}"


def _redo(opened: Opened, plan: Plan, tasks: Sequence[Task]) -> str:
    """Return the command that makes the stale *tasks* again; empty where none is about them."""
    steps, numbers = {task.key.step for task in tasks}, {task.key.scene for task in tasks}
    named = ["--scene", ranges(numbers).replace("–", "-").replace(", ", ",")]
    if steps == {Step.SCENE_NARRATION}:
        options = [*named, "--only", "narration"]
    elif steps <= _CLIPS:
        stale = (task for task in plan.tasks if task.decision is Decision.STALE)
        all_of_them = {task.key.scene for task in stale if task.key.step in _CLIPS} == numbers
        options = ["--stale"] if all_of_them else ["--stale", *named]
    else:
        return ""
    root = str(opened.directory.root)
    return shlex.join(["vidgen", "redo", root if printable(root) == root else "DIR", *options])


def _built_of(opened: Opened, key: Key) -> Iterator[str]:
    """Yield the files that must be away for *key* to be made again: what counts for it, too."""
    there = opened.listing.by_key
    is_spoken = key.step in (Step.NARRATION_TEXT, Step.NARRATION)
    also = (Key(Step.NARRATION), Key(Step.NARRATION_ADJUSTED)) if is_spoken else ()
    for each in dict.fromkeys((key, *also)):
        yield from (file.path for file in there.get(each, ()))


def _listed(tasks: Sequence[Task]) -> str:
    return listed([task.key for task in tasks])


# what will be done -------------------------------------------------------


def steps(opened: Opened, plan: Plan, *, verbose: bool = False) -> str:
    """Return what will be done and what cannot be, in the order of the film, and its price."""
    return _will_be_done(plan, price_lines(opened, plan), verbose=verbose)


def foreseen(opened: Opened, plan: Plan, *, verbose: bool = False) -> str:
    """Return the same for somebody who only looks: where it costs nothing, that is said."""
    return _will_be_done(plan, foreseen_lines(opened, plan), verbose=verbose)


def _will_be_done(plan: Plan, prices: Sequence[str], *, verbose: bool) -> str:
    return "\n".join(_indented([*_work(plan.to_do, verbose=verbose), *_questions(plan), *prices]))


def price(opened: Opened, plan: Plan) -> str:
    """Return what *plan* costs: who is paid, and the sum; empty where nothing is to be paid."""
    return "\n".join(_indented(price_lines(opened, plan)))


def _work(tasks: Sequence[Task], *, verbose: bool) -> Iterator[str]:
    if verbose or len(tasks) <= _MOST_STEPS:
        yield from (_step(task) for task in tasks)
        return
    groups: dict[tuple[str, str, str], list[Task]] = {}
    for task in tasks:
        alone = task.key.id if not task.key.scene else ""
        groups.setdefault((_verb(task), _by(task), alone), []).append(task)
    for (verb, by, _), group in groups.items():
        yield _step(group[0]) if len(group) == 1 else f"{verb} {_things(group)}{by}"
    yield "-v shows every step"


def _things(group: Sequence[Task]) -> str:
    """Return how many outputs of one kind there are, and of which scenes."""
    numbers = sorted({task.key.scene for task in group})
    step = group[0].key.step
    if step is Step.SCENE:
        return scenes(numbers, all_of_them=False)
    noun = count(len(group), _NOUNS.get(step, step.value.replace("-", " ")))
    return f"{noun} of {scenes(numbers, all_of_them=False)}"


_NOUNS = {Step.SCENE_LAST_FRAME: "last frame", Step.LAST_FRAME: "last frame"}
_MADE = {
    Step.SCENE: "join",
    Step.FILM: "join",
    Step.LAST_FRAME: "take",
    Step.SCENE_LAST_FRAME: "take",
    Step.NARRATION_TEXT: "write",
    Step.ENVIRONMENTS: "write",
    Step.SCENES_WITHOUT_ENVIRONMENT: "write",
    Step.SCENES: "write",
    Step.NARRATION: "speak",
    Step.SCENE_NARRATION: "speak",
    Step.SUBTITLES: "write",
}


def _verb(task: Task) -> str:
    if task.decision is Decision.ATTACH:
        return "collect"
    verb = _MADE.get(task.key.step, "make")
    if task.key.step is Step.NARRATION and task.kind is ProviderKind.STITCHER:
        verb = "join"
    return f"{verb} again" if task.decision is Decision.REDO else verb


def _by(task: Task) -> str:
    """Return who does it, where that was somebody's choice."""
    if not task.provider or task.kind is ProviderKind.STITCHER:
        return ""
    return (
        f" from {task.provider}" if task.decision is Decision.ATTACH else f" with {task.provider}"
    )


def _step(task: Task) -> str:
    words = _verb(task).split(" ", 1)
    what = " ".join([words[0], name(task.key), *words[1:]])
    if task.key.step is Step.CLIP and task.seconds:
        what += f" ({task.seconds:g} s)"
    what += _by(task)
    if not task.price.free:
        what += f", {task.price}"
    because = why(task.reasons, leave_out=_EVIDENT | {Why.BROKEN})
    return what + (f": {because}" if because else "")


def _questions(plan: Plan) -> Iterator[str]:
    """Yield what cannot be made, once for each reason, and what waits for it."""
    groups: dict[tuple[Decision, str], list[Task]] = {}
    for task in plan.stuck:
        if task.decision is not Decision.WAIT:
            because = why(task.reasons, leave_out=(Why.MISSING, Why.SHORT))
            groups.setdefault((task.decision, because), []).append(task)
    for (decision, because), tasks in groups.items():
        verb = "you decide about" if decision is Decision.ASK else "cannot make"
        price = f", {tasks[0].price}" if len(tasks) == 1 and not tasks[0].price.free else ""
        yield f"{verb} {_listed(tasks)}{price}: {because}"
    waiting = [task for task in plan.stuck if task.decision is Decision.WAIT]
    if waiting:
        verb = "wait" if are_several([task.key for task in waiting]) else "waits"
        yield f"{_listed(waiting)} {verb} for that" if groups else _waits(waiting[0])


def _waits(task: Task) -> str:
    return f"{name(task.key)}: {why(task.reasons)}"


def stuck_because(plan: Plan) -> str:
    """Return in one clause why *plan* is not finished."""
    for task in (*plan.stuck, *plan.to_do):
        reasons: list[Reason] = [r for r in task.reasons if r.why not in _EVIDENT]
        if reasons:
            return f"{name(task.key)}: {sentence(reasons[-1])}"
    left = [task for task in plan.tasks if task.decision in STUCK | TO_DO]
    return f"{_listed(left)} still to be made" if left else ""


def json_files(files: Sequence[JsonFile]) -> str:
    """Return a table of JSON files: name, kind of data, size, number of items."""
    if not files:
        return "no JSON files"
    rows = [
        (printable(file.path), str(file.kind), count(file.bytes, "byte"), count(file.items, "item"))
        for file in files
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for file, row in zip(files, rows, strict=True):
        cells = [cell.ljust(size) for cell, size in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
        if file.fault:
            lines += _indented([file.fault])
    return "\n".join(lines)
