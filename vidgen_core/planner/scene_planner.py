"""Planning one scene: which clips are kept, which are made, and what each starts from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import count

from attrs import evolve

from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Scene, Step, Verdict
from vidgen_core.plan import (
    STUCK,
    TO_DO,
    Decision,
    EngineProvider,
    File,
    Reason,
    Task,
    Why,
    because,
)
from vidgen_core.planner.blame import raised
from vidgen_core.planner.coverage import NewClip, is_covered, missing_clips
from vidgen_core.planner.freshness import outdated, stale_reasons, stale_video
from vidgen_core.planner.kept import kept
from vidgen_core.planner.narration import plan_speech, seconds_for
from vidgen_core.planner.orders import attach, questioned, work
from vidgen_core.planner.scene_plan import ImageChoice, Part, ScenePlan
from vidgen_core.planner.situation import Situation, paths, scene_digest, wholeness
from vidgen_core.planner.start_picture import start_picture
from vidgen_core.specs import ClipRequest, ProviderKind

#: A clip that came out this much shorter than its engine was asked for still
#: counts as what was asked: another clip would be bought for a rounding.
ROUNDING = 0.9


def plan_scene(
    s: Situation, scene: Scene, previous: ScenePlan | None, image: ImageChoice
) -> ScenePlan:
    """Plan the clips of *scene*; *previous* is the scene that plays before it."""
    video = s.best(Key(Step.SCENE, scene.number))
    again = outdated(s, video) if video is not None else None
    if video is not None and again is None:
        return _kept(s, scene, video)
    kept, paid = _kept_clips(s, scene.number), _paid_clips(s, scene.number)
    covered = {number: part.seconds for number, part in kept.items()}
    covered |= {number: part.seconds for number, (part, _) in paid.items()}
    engine = s.providers.engine
    speech = plan_speech(s, scene) if s.by_scene and not covered else None
    spoken = seconds_for(s, scene, speech) if not covered else _grown(s, kept, paid)
    duration = max(_duration(scene, covered, engine), spoken, 1 / s.fps)
    need = duration - math.fsum(covered.values())
    is_there = bool(covered) and is_covered(need, s.fps)
    plan = ScenePlan(scene=scene, duration=duration, speech=speech, scene_seconds=spoken)
    plan.reasons = s.broken_reasons(Key(Step.SCENE, scene.number))
    plan.reasons += tuple(
        wholeness(s.files[part.path])
        for part in kept.values()
        if s.files[part.path].facts.verdict is Verdict.DAMAGED
    )
    if is_there and not paid:
        plan.covered = True
        plan.parts = tuple(kept[number] for number in sorted(kept))
        plan.reasons += (because(Why.CLIPS_COVER, count=len(kept)),)
        plan.outdated = again is not None
        plan.reasons += (again,) if again else ()
        plan.tasks.extend(_kept_task(s, scene, part) for part in plan.parts)
        return plan
    if video is not None:
        return _kept(s, scene, video)
    plan.reasons += (
        because(Why.PAID_FOR)
        if paid and is_covered(need, s.fps)
        else because(Why.SHORT, missing=max(need, 0.0), duration=duration)
        if covered
        else because(Why.MISSING),
    )
    plan.tasks.extend([speech] if speech else [])
    new, fault = ((), None) if is_there else _new_clips(s, engine, duration, covered)
    _add_clips(s, plan, previous, image, kept, paid, {clip.number: clip for clip in new})
    if fault is not None:
        _block(s, plan, {*kept, *paid}, fault)
    return plan


def _grown(s: Situation, kept: Mapping[int, Part], paid: Mapping[int, tuple[Part, Task]]) -> float:
    """Return how long the scene was to last for its words when its clips were begun."""
    records = [s.record(s.files[part.path]) for part in kept.values()]
    begun = [record.scene_seconds for record in records if record]
    return max([*begun, *(task.scene_seconds for _, task in paid.values())], default=0.0)


def _kept(s: Situation, scene: Scene, video: File) -> ScenePlan:
    stale = stale_video(s, video, scene)
    plan = ScenePlan(scene=scene, duration=scene.duration or video.facts.seconds, video=video)
    plan.reasons = (wholeness(video), *stale)
    plan.tasks.append(kept(video, stale))
    return plan


def _kept_clips(s: Situation, scene: int) -> dict[int, Part]:
    kept = {}
    for number in s.clip_numbers.get(scene, ()):
        key = Key(Step.CLIP, scene, number)
        file = s.best(key)
        if file is not None and not _made_again_for_free(s, key, file):
            kept[number] = _shown(s, key, file)
    return kept


def _made_again_for_free(s: Situation, key: Key, file: File) -> bool:
    """Whether a clip is damaged and the chosen engine made it without being paid."""
    record, engine = s.record(file), s.providers.engine
    if file.facts.verdict is not Verdict.DAMAGED or record is None or record.paid:
        return False
    is_engines_own = engine is not None and engine.name == record.provider
    return is_engines_own and key not in s.options.given_up


def _shown(s: Situation, key: Key, file: File) -> Part:
    """Return what the scene shows of a clip that is there."""
    record, facts = s.record(file), file.facts
    shown, seconds = record.shown_frames if record else 0, facts.seconds
    wanted = record.asked_seconds if record else 0.0
    if shown:
        wanted = shown / (facts.fps or s.fps)
        if facts.frames > shown or not facts.frames:
            return Part(key=key, path=file.path, seconds=wanted, shown_frames=shown)
    if wanted * ROUNDING <= seconds < wanted:
        seconds = wanted
    return Part(key=key, path=file.path, seconds=seconds)


def _paid_clips(s: Situation, scene: int) -> dict[int, tuple[Part, Task]]:
    """The clips that were paid for and are not there, by number."""
    found = {}
    for number, job in s.paid_clips.get(scene, {}).items():
        key = Key(Step.CLIP, scene, number)
        task = _attach(s, key, job)
        shown = job.shown_frames
        seconds = shown / (job.fps or s.fps) if shown else job.seconds
        part = Part(key=key, path=task.output, seconds=seconds, shown_frames=shown)
        found[number] = (part, task)
    return found


def _attach(s: Situation, key: Key, job: InFlight) -> Task:
    base = Task(
        key=key,
        decision=Decision.ATTACH,
        output=s.path_for(key),
        shown_frames=job.shown_frames,
        fps=job.fps,
        scene_seconds=job.scene_seconds,
        seconds=job.seconds,
    )
    task = attach(s, base, job)
    return evolve(task, displaces=_displaced_by_clip(s, key, task.output))


def _duration(scene: Scene, covered: Mapping[int, float], engine: EngineProvider | None) -> float:
    if scene.duration is not None:
        return scene.duration
    if covered:
        return math.fsum(covered.values())
    if engine is None:
        return 0.0
    try:
        return engine.spec.lengths_for(engine.options)[0]
    except Exception:
        return 0.0  # the same fault is reported when the clips are asked for


def _new_clips(
    s: Situation, engine: EngineProvider | None, duration: float, covered: Mapping[int, float]
) -> tuple[tuple[NewClip, ...], Reason | None]:
    """Return the clips to be made, or why there can be none."""
    if engine is None:
        return (), because(Why.NO_PROVIDER, kind=ProviderKind.VIDEO_ENGINE.value)
    spec, options = engine.spec, engine.options
    try:
        clips = missing_clips(
            duration=duration,
            covered=covered,
            lengths=spec.lengths_for(options),
            split=lambda seconds: spec.split_for(seconds, options),
            fps=s.fps,
        )
    except Exception as error:
        return (), raised(engine, "split()", error)
    return clips, None


def _block(s: Situation, plan: ScenePlan, taken: set[int], reason: Reason) -> None:
    """Add the clip that cannot even be asked for."""
    number = next(number for number in count(1) if number not in taken)
    key = Key(Step.CLIP, plan.scene.number, number)
    path = s.path_for(key)
    plan.tasks.append(Task(key=key, decision=Decision.BLOCKED, output=path, reasons=(reason,)))
    plan.stuck = True


def _kept_task(s: Situation, scene: Scene, part: Part, *, refilled: int = 0) -> Task:
    file = s.files[part.path]
    stale = stale_reasons(s, file, scene_digest(scene))
    if refilled:
        stale = (because(Why.AFTER_REFILL, clip=refilled), *stale)
    return evolve(kept(file, stale), seconds=part.seconds)


def _add_clips(
    s: Situation,
    plan: ScenePlan,
    previous: ScenePlan | None,
    image: ImageChoice,
    kept: dict[int, Part],
    paid: dict[int, tuple[Part, Task]],
    new: dict[int, NewClip],
) -> None:
    """Add the tasks of every clip of the scene, in the order in which they play."""
    parts: list[Part] = []
    refilled = 0
    for number in sorted({*kept, *paid, *new}):
        if number in kept:
            part = kept[number]
            task = _kept_task(s, plan.scene, part, refilled=refilled)
        elif number in paid:
            part, task = paid[number]
        else:
            before = parts[-1] if parts else None
            part, task = _make(s, plan, previous, before, image, new[number])
        if task.decision in TO_DO and _is_other_footage(s, task):
            refilled = number
        parts.append(part)
        plan.tasks.append(task)
        plan.stuck |= task.decision in STUCK
    plan.failed |= any(
        task.key in s.options.given_up
        for task in plan.tasks
        if task.key.step is not Step.SCENE_NARRATION
    )
    plan.parts = tuple(parts)


def _is_other_footage(s: Situation, task: Task) -> bool:
    """Whether *task* gives a clip that may end otherwise than the one there was."""
    return task.collects is None or task.key in s.ledger.in_flight


def _make(
    s: Situation,
    plan: ScenePlan,
    previous: ScenePlan | None,
    before: Part | None,
    image: ImageChoice,
    clip: NewClip,
) -> tuple[Part, Task]:
    engine, scene = s.providers.engine, plan.scene
    assert engine is not None, "new clips are planned only where there is an engine"
    key = Key(Step.CLIP, scene.number, clip.number)
    picture = start_picture(s, plan, previous, before, image, key)
    width, height, fps = s.size
    request = ClipRequest(
        scene=scene,
        clip=clip.number,
        prompt=scene.prompt,
        seconds=clip.seconds,
        start_frame=picture.path,
        start_of=picture.job_of,
        width=width,
        height=height,
        fps=fps,
        seed=s.seed(key),
        film_seed=s.options.seed,
    )
    why = Why.GAP if clip.number < max(s.clip_numbers.get(scene.number, (0,))) else Why.MISSING
    damaged = s.best(key)
    spoilt = (wholeness(damaged),) if damaged else ()
    task = work(
        s,
        key,
        engine,
        request,
        reasons=(*spoilt, because(why), *picture.reasons),
        needs=(*picture.needs, *_words_needed(plan)),
        inputs=picture.inputs,
    )
    task = questioned(s, task)
    if task.decision is Decision.MAKE and picture.barred:
        task = evolve(task, decision=Decision.BLOCKED)
    awaited = picture.waits or _words_awaited(plan)
    if task.decision is Decision.MAKE and awaited is not None:
        waits = because(Why.WAITS_FOR, input=awaited)
        task = evolve(task, decision=Decision.WAIT, reasons=(*task.reasons, waits))
    shown = clip.shown_frames
    task = evolve(
        task,
        displaces=_displaced_by_clip(s, key, task.output),
        shown_frames=shown,
        fps=fps,
        scene_seconds=plan.scene_seconds,
        seconds=clip.seconds,
    )
    seconds = shown / fps if shown else clip.seconds
    return Part(key=key, path=task.output, seconds=seconds, shown_frames=shown), task


def _words_needed(plan: ScenePlan) -> tuple[Key, ...]:
    """The speech that is made before any clip begins: how long it is decides how many."""
    speech = plan.speech
    return (speech.key,) if speech and speech.decision in TO_DO else ()


def _words_awaited(plan: ScenePlan) -> Key | None:
    """The speech that somebody has to decide about first; speech that failed is not awaited."""
    speech = plan.speech
    return speech.key if speech and speech.decision in (Decision.ASK, Decision.WAIT) else None


def _displaced_by_clip(s: Situation, key: Key, path: str) -> tuple[str, ...]:
    """Everything on disk that a new clip makes untrue: its own place, and what is built on it."""
    built_on_it = (
        Key(Step.LAST_FRAME, key.scene, key.clip),
        Key(Step.SCENE_LAST_FRAME, key.scene),
        Key(Step.SCENE, key.scene),
        Key(Step.FILM),
    )
    found = [*s.displaced(key, path)]
    for other in built_on_it:
        found.extend(paths(s.listing.by_key.get(other, ())))
    return tuple(dict.fromkeys(found))
