"""What ``redo`` is asked to make again: found, checked, and planned before anything moves."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from vidgen_core.cli.last_line import command_for, command_in, same_command
from vidgen_core.cli.repeated import repeated
from vidgen_core.errors import CapReached, Undecided, UsageError, VidgenError
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Scene, Step
from vidgen_core.opening import Opened
from vidgen_core.plan import LOST, STUCK, TO_DO, Decision, Plan, Task, Why
from vidgen_core.planner.again import begun_otherwise, giving_way
from vidgen_core.planner.situation import arrived
from vidgen_core.report.prices import in_whole_cents
from vidgen_core.report.words import name, scenes, why
from vidgen_core.selection import provider_required
from vidgen_core.specs import ProviderKind

_STEPS: Mapping[str | None, Step] = MappingProxyType(
    {
        None: Step.CLIP,
        "clip": Step.CLIP,
        "first-frame": Step.FIRST_FRAME,
        "sound": Step.SOUND,
        "narration": Step.SCENE_NARRATION,
    }
)

#: What another take of a clip mends, whichever picture it begins with.
_TEXT_OR_INPUT = frozenset({Why.PROMPT_CHANGED, Why.INPUT_CHANGED})


@frozen(kw_only=True)
class Remaking:
    """What is made again: ``step`` of ``scenes``, once ``paths`` are moved away.

    ``opened`` and its ``plan`` are as they will be then. ``keys``: the outputs that this
    is about. ``given_up``: what was ordered for them before, and is not fetched any more.
    """

    opened: Opened
    plan: Plan
    scenes: tuple[int, ...]
    step: Step
    paths: tuple[str, ...]
    keys: tuple[Key, ...]
    given_up: tuple[InFlight, ...] = ()


def remaking(opened: Opened, arguments: Namespace) -> Remaking | None:
    """Return what the command line asks for; ``None`` where there is none of that.

    Raises ``UsageError`` where a scene is not there or cannot be made again.
    """
    step, now = _STEPS[arguments.only], opened.plan()
    if arguments.give_up:
        return _without_job(opened, arguments.give_up)
    numbers = _numbers(opened, arguments.scene)
    if arguments.failed:
        keys = _failed(opened, now, numbers, step if arguments.only else None)
        if not keys:
            return None
        return Remaking(opened=opened, plan=now, scenes=(), step=step, paths=(), keys=keys)
    if arguments.stale:
        stale = _stale(now)
        numbers = tuple(number for number in numbers if number in stale)
        numbers = _mended_by(opened, stale, numbers, step)
    if not numbers:
        return None
    return _remade(opened, numbers, step)


def _numbers(opened: Opened, asked: Collection[int]) -> tuple[int, ...]:
    """Return the scenes that were *asked* for in the order of the film; all for none."""
    known = [scene.number for scene in opened.scenes.storyboard]
    if not known:
        raise UsageError(
            "there are no scenes yet: nothing can be made again",
            advice="vidgen continue makes them",
        )
    strangers = sorted(set(asked) - set(known))
    if strangers:
        there = scenes(sorted(known), all_of_them=False)
        unknown = scenes(strangers, all_of_them=False)
        raise UsageError(f"{opened.scenes.path} has no {unknown}", advice=f"the film has {there}")
    return tuple(number for number in known if number in asked or not asked)


def _stale(plan: Plan) -> Mapping[int, set[Why]]:
    """Return the scenes whose clips are out of date, and why they are."""
    found: dict[int, set[Why]] = {}
    for task in plan.tasks:
        if task.decision is Decision.STALE and task.key.step in (Step.CLIP, Step.SCENE):
            found.setdefault(task.key.scene, set()).update(each.why for each in task.reasons)
    return found


def _mended_by(
    opened: Opened, stale: Mapping[int, set[Why]], numbers: tuple[int, ...], step: Step
) -> tuple[int, ...]:
    """Return those of the scenes *numbers* that would not be as *stale* again, for money.

    One that lacks nothing but the picture to begin with is none where it would lack it again.
    """
    while numbers:
        tasks = _remade(opened, numbers, step).plan.tasks
        lost = {task.key.scene for task in tasks if any(each.why in LOST for each in task.reasons)}
        idle = {
            number for number in numbers if number in lost and not stale[number] & _TEXT_OR_INPUT
        }
        if not idle:
            break
        numbers = tuple(number for number in numbers if number not in idle)
    return numbers


def _failed(
    opened: Opened, plan: Plan, numbers: Collection[int], step: Step | None
) -> tuple[Key, ...]:
    """Return what was bought or begun before, and has no whole file: refused, failed or broken."""
    ledger, by_key = opened.ledger, opened.listing.by_key

    def came_to_nothing(key: Key) -> bool:
        tried = key in ledger.takes and key not in ledger.in_flight
        return tried or any(not file.counts for file in by_key.get(key, ()))

    return tuple(
        task.key
        for task in plan.tasks
        if task.decision in TO_DO | STUCK
        and task.key.scene in numbers
        and step in (None, task.key.step)
        and came_to_nothing(task.key)
    )


def _without_job(opened: Opened, job: str) -> Remaking | None:
    """Return how the film is made without *job*; ``None`` where it is not under way any more.

    Ordered anew is only what the film lacks then. Raises ``UsageError`` for a job that the
    journal does not know.
    """
    ledger = opened.ledger
    works = {
        key: work
        for key, work in ledger.in_flight.items()
        if work.job == job and not _has_come(opened, key)
    }
    if not works:
        if all(id != job for _, id in ledger.jobs):
            raise UsageError(f"no job {job} is known here", advice=_jobs_under_way(opened))
        return None
    left = {key: work for key, work in ledger.in_flight.items() if key not in works}
    then = evolve(opened, ledger=evolve(ledger, in_flight=left))
    anew = then.plan()
    lacking = {task.key for task in anew.tasks if task.decision in TO_DO | STUCK}
    return Remaking(
        opened=then,
        plan=anew,
        scenes=(),
        step=Step.CLIP,
        paths=(),
        keys=tuple(key for key in works if key in lacking),
        given_up=tuple(works.values()),
    )


def _has_come(opened: Opened, key: Key) -> bool:
    """Whether what is under way for *key* is there already, which the journal was not told."""
    return any(arrived(opened.ledger, file) for file in opened.listing.by_key.get(key, ()))


def _jobs_under_way(opened: Opened) -> str:
    all_of_them = opened.ledger.in_flight.values()
    works = [work for work in all_of_them if work.job]
    if all_of_them and not works:
        return "what is under way is in doubt, which vidgen continue --in-doubt decides about"
    if not works:
        status = command_in(str(opened.directory.root), "status")
        return f"nothing is under way; to see what is there: {status}"
    listed_jobs = (f"{work.job} ({name(work.key)} at {work.provider})" for work in works)
    return f"--give-up takes one that is under way: {', '.join(listed_jobs)}"


def _remade(opened: Opened, numbers: tuple[int, ...], step: Step) -> Remaking:
    if step is Step.SCENE_NARRATION and not opened.situation.by_scene:
        raise UsageError(
            "the narration of this film is spoken in one piece, not scene by scene",
            advice="to have it spoken again, move narration_audio_TIMESTAMP.mp3 away, "
            "then vidgen continue",
        )
    paths = giving_way(opened.situation, numbers, step)
    then = opened.without(paths)
    if step is Step.FIRST_FRAME:
        wanted = frozenset(Key(step, number) for number in numbers)
        then = evolve(then, options=evolve(then.options, again=wanted))
    plan = then.plan()
    tasks = [task for task in plan.tasks if task.key.step is step and task.key.scene in numbers]
    planned = {task.key.scene for task in tasks if task.decision in TO_DO | STUCK}
    for scene in opened.scenes.storyboard:
        if scene.number in set(numbers) - planned:
            raise _cannot(opened, scene, step)
    if step is Step.FIRST_FRAME:
        _must_be_seen(opened, plan, numbers)
    keys = tuple(task.key for task in tasks if task.decision in TO_DO | STUCK)
    return Remaking(opened=then, plan=plan, scenes=numbers, step=step, paths=paths, keys=keys)


def _must_be_seen(opened: Opened, plan: Plan, numbers: Iterable[int]) -> None:
    """Raise where a new first frame of one of the scenes would be seen in none of its clips."""
    s = opened.situation
    begun = {number: begun_otherwise(s, plan, number) for number in numbers}
    otherwise = {number: what for number, what in begun.items() if what is not None}
    if not otherwise:
        return
    them = [str(number) for number in otherwise]
    facts = "; ".join(f"scene {number} begins with {what}" for number, what in otherwise.items())
    clips = ("--scene", ",".join(them), "--only", "clip")
    raise UsageError(
        f"{facts}: no clip would show a new first frame; nothing was bought or moved",
        advice=f"to make the clips again: {command_in(str(opened.directory.root), 'redo', *clips)}",
    )


def _cannot(opened: Opened, scene: Scene, step: Step) -> UsageError:
    """Return the error for *step* of *scene*, which no plan makes."""
    what, options = name(Key(step, scene.number)), opened.options
    chosen, root = opened.selection.providers, opened.directory.root
    lacking = None
    if step is Step.SOUND:
        because, flag = "the scenes file has no sound_effects_prompt for it", "--sound-effects"
        wanted, skipped = bool(scene.sound_prompt.strip()), options.skip_sound_effects
        lacking = None if chosen.sounds else ProviderKind.SOUND_ENGINE
    else:
        because, flag = "nothing is told in it", "--narration"
        wanted, skipped = bool(scene.narration.strip()), options.skip_narration
        lacking = None if chosen.speech else ProviderKind.SPEECH_ENGINE
    if wanted and skipped:
        return UsageError(
            f"{what} is not made again: this run makes none",
            advice=f"vidgen continue DIR {flag} has the run make it",
        )
    if wanted and lacking is not None:
        return provider_required(lacking, opened.registry, root, opened.settings.core)
    if wanted:
        because = "the speech engine that was chosen cannot speak it"
    return UsageError(f"{what} cannot be made again: {because}; nothing was moved")


def stands_in_the_way(made: Remaking, arguments: Namespace) -> VidgenError | None:
    """Return why nothing is moved away: what is asked for cannot be made before a decision.

    Or what the user's limit has no room for: a film is not taken apart for that.
    """
    for key in made.keys:
        task = made.plan.by_key[key]
        if task.decision in STUCK:
            because = why(task.reasons) or task.decision.value
            root = str(made.opened.directory.root)
            typed = repeated(arguments, made.opened.registry, begun=False)
            again = command_for(root, *typed.for_new_work().words)
            return Undecided(
                f"{name(key)} cannot be made now: {because}; nothing was moved",
                advice=f"what can be done about it: {again}",
            )
    return _above_the_limit(made)


def _above_the_limit(made: Remaking) -> CapReached | None:
    limit, ledger = made.opened.settings.core.limit, made.opened.ledger
    spent, more = limit.spent(ledger), limit.needed(made.plan)
    try:
        limit.check(ledger, more)
    except CapReached as reached:
        advice = reached.advice
        if spent is not None and more is not None:
            enough = ("--max-cost", in_whole_cents(spent + more))
            again = same_command(*enough) or f"the same command with {' '.join(enough)}"
            advice = f"to have room for it: {again}"
        return CapReached(f"{reached.message}; nothing was moved", advice=advice)
    return None


def under_way(made: Remaking) -> tuple[Task, ...]:
    """Return what is paid for and fetched, in place of being bought again."""
    tasks = (made.plan.by_key[key] for key in made.keys)
    return tuple(task for task in tasks if task.decision is Decision.ATTACH)


def begun_from(before: Opened, made: Remaking) -> tuple[int, ...]:
    """Return the scenes that are kept, though clips of theirs were begun from what goes away."""
    gone = set(made.paths)
    files = (file for file in made.opened.listing.files if file.key.step is Step.CLIP)
    found = {
        file.key.scene
        for file in files
        if _inputs(before, file.path) & gone and file.key.scene not in made.scenes
    }
    return tuple(sorted(found))


def _inputs(opened: Opened, path: str) -> set[str]:
    record = opened.ledger.published.get(path)
    return set(record.inputs) if record else set()


def listed(keys: Iterable[Key]) -> str:
    """Return *keys* by their names."""
    return ", ".join(name(key) for key in keys)
