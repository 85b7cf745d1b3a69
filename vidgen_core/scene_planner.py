"""Planning one scene: which clips are kept, which are made, and what each starts from."""

from __future__ import annotations

import math
from collections.abc import Mapping

from attrs import evolve

from vidgen_core.coverage import NewClip, is_covered, missing_clips
from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import (
    STUCK,
    Decision,
    EngineProvider,
    File,
    InFlight,
    ProviderKind,
    Reason,
    Task,
    Why,
    because,
)
from vidgen_core.scene_plan import ImageChoice, Part, ScenePlan
from vidgen_core.situation import Situation, paths, scene_digest, wholeness
from vidgen_core.specs import ClipRequest
from vidgen_core.start_picture import start_picture

#: A clip that came out this much shorter than its engine was asked for still
#: counts as what was asked: another clip would be bought for a rounding.
ROUNDING = 0.9


def plan_scene(
    s: Situation, scene: Scene, previous: ScenePlan | None, image: ImageChoice
) -> ScenePlan:
    """Plan the clips of *scene*; *previous* is the scene that plays before it."""
    video = s.best(Key(Step.SCENE, scene.number))
    outdated = _outdated(s, video) if video is not None else None
    if video is not None and outdated is None:
        return _kept(s, scene, video)
    broken = s.broken_reasons(Key(Step.SCENE, scene.number))
    kept, attached = _kept_clips(s, scene.number), _in_flight(s, scene.number)
    covered = {number: part.seconds for number, part in kept.items()}
    covered |= {number: part.seconds for number, (part, _) in attached.items()}
    engine = s.providers.engine
    duration = max(_duration(scene, covered, engine), 1 / s.fps)
    plan = ScenePlan(scene=scene, duration=duration, reasons=broken)
    need = duration - math.fsum(covered.values())
    if covered and is_covered(need, s.fps) and not attached:
        plan.covered = True
        plan.parts = tuple(kept[number] for number in sorted(kept))
        plan.reasons += (because(Why.CLIPS_COVER, count=len(kept)),)
        plan.outdated = outdated is not None
        plan.reasons += (outdated,) if outdated else ()
        plan.tasks.extend(_kept_task(s, scene, part) for part in plan.parts)
        return plan
    if video is not None:
        return _kept(s, scene, video)
    plan.reasons += (
        because(Why.SHORT, missing=max(need, 0.0), duration=duration)
        if covered
        else because(Why.MISSING),
    )
    new: tuple[NewClip, ...] = ()
    if not is_covered(need, s.fps) or not covered:
        if engine is None:
            return _without_engine(s, plan, kept)
        try:
            new = _new_clips(s, engine, duration, covered)
        except Exception as error:
            fault = f"split() raised {type(error).__name__}: {error}"
            reason = because(Why.PROVIDER_RAISED, provider=engine.name, fault=fault)
            return _blocked(s, plan, kept, reason)
    _add_clips(s, plan, previous, image, kept, attached, {clip.number: clip for clip in new})
    return plan


def _kept(s: Situation, scene: Scene, video: File) -> ScenePlan:
    key = Key(Step.SCENE, scene.number)
    reasons: list[Reason] = [wholeness(video)]
    decision = Decision.KEEP
    record = s.record(video)
    for path in record.inputs if record else ():
        clip = s.ledger.published.get(path)
        if clip and clip.prompt and clip.prompt != scene_digest(scene):
            decision = Decision.STALE
            reasons.append(because(Why.PROMPT_CHANGED))
            break
    plan = ScenePlan(scene=scene, duration=scene.duration or video.facts.seconds, video=video)
    plan.reasons = tuple(reasons)
    plan.tasks.append(
        Task(
            key=key,
            decision=decision,
            output=video.path,
            reasons=plan.reasons,
            seconds=video.facts.seconds,
        )
    )
    return plan


def _outdated(s: Situation, video: File) -> Reason | None:
    """Return why a scene's video, which is free to join again, should be."""
    record = s.record(video)
    if record is None:
        return None
    changed = s.changed_input(record)
    if changed is not None:
        return because(Why.INPUT_CHANGED, input=changed)
    return None


def _kept_clips(s: Situation, scene: int) -> dict[int, Part]:
    kept = {}
    for number in s.clip_numbers.get(scene, ()):
        key = Key(Step.CLIP, scene, number)
        file = s.best(key)
        if file is not None:
            kept[number] = _shown(s, key, file)
    return kept


def _shown(s: Situation, key: Key, file: File) -> Part:
    record, seconds = s.record(file), file.facts.seconds
    if record and record.shown_frames:
        shown = record.shown_frames / (file.facts.fps or s.fps)
        return Part(key=key, path=file.path, seconds=shown, shown_frames=record.shown_frames)
    if record and record.asked_seconds * ROUNDING <= seconds < record.asked_seconds:
        seconds = record.asked_seconds
    return Part(key=key, path=file.path, seconds=seconds)


def _in_flight(s: Situation, scene: int) -> dict[int, tuple[Part, InFlight]]:
    found = {}
    for key, job in s.ledger.in_flight.items():
        if key.step is not Step.CLIP or key.scene != scene or s.best(key) is not None:
            continue
        seconds = job.shown_frames / s.fps if job.shown_frames else job.seconds
        path = s.path_for(key, s.providers.engine)
        part = Part(key=key, path=path, seconds=seconds, shown_frames=job.shown_frames)
        found[key.clip] = (part, job)
    return found


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
    s: Situation, engine: EngineProvider, duration: float, covered: Mapping[int, float]
) -> tuple[NewClip, ...]:
    spec, options = engine.spec, engine.options
    return missing_clips(
        duration=duration,
        covered=covered,
        lengths=spec.lengths_for(options),
        split=lambda seconds: spec.split_for(seconds, options),
        fps=s.fps,
    )


def _without_engine(s: Situation, plan: ScenePlan, kept: dict[int, Part]) -> ScenePlan:
    return _blocked(s, plan, kept, because(Why.NO_PROVIDER, kind=ProviderKind.VIDEO_ENGINE.value))


def _blocked(s: Situation, plan: ScenePlan, kept: dict[int, Part], reason: Reason) -> ScenePlan:
    plan.tasks.extend(_kept_task(s, plan.scene, kept[number]) for number in sorted(kept))
    taken = {*kept, *(key.clip for key in s.ledger.in_flight if key.scene == plan.scene.number)}
    key = Key(Step.CLIP, plan.scene.number, max(taken, default=0) + 1)
    path = s.path_for(key)
    plan.tasks.append(Task(key=key, decision=Decision.BLOCKED, output=path, reasons=(reason,)))
    plan.parts = tuple(kept[number] for number in sorted(kept))
    plan.stuck = True
    return plan


def _kept_task(s: Situation, scene: Scene, part: Part, *, refilled: int = 0) -> Task:
    file = s.files[part.path]
    record = s.record(file)
    reasons = [wholeness(file)]
    decision = Decision.KEEP
    if refilled:
        reasons.append(because(Why.AFTER_REFILL, clip=refilled))
    if record and record.prompt and record.prompt != scene_digest(scene):
        reasons.append(because(Why.PROMPT_CHANGED))
    changed = s.changed_input(record) if record else None
    if changed:
        reasons.append(because(Why.INPUT_CHANGED, input=changed))
    if len(reasons) > 1:
        decision = Decision.STALE
    return Task(
        key=part.key,
        decision=decision,
        output=part.path,
        reasons=tuple(reasons),
        seconds=part.seconds,
    )


def _add_clips(
    s: Situation,
    plan: ScenePlan,
    previous: ScenePlan | None,
    image: ImageChoice,
    kept: dict[int, Part],
    attached: dict[int, tuple[Part, InFlight]],
    new: dict[int, NewClip],
) -> None:
    """Add the tasks of every clip of the scene, in the order in which they play."""
    parts: list[Part] = []
    refilled = 0
    last_number = max({*kept, *attached}, default=0)
    for number in sorted({*kept, *attached, *new}):
        if number in kept:
            part = kept[number]
            task = _kept_task(s, plan.scene, part, refilled=refilled)
        elif number in attached:
            part, job = attached[number]
            task = _attach(s, part, job)
        else:
            before = parts[-1] if parts else None
            part, task = _make(s, plan, previous, before, image, new[number])
            refilled = number if number < last_number else refilled
        parts.append(part)
        plan.tasks.append(task)
        if task.decision in STUCK:
            plan.stuck = True
            plan.failed |= part.key in s.options.given_up
    plan.failed |= any(task.key in s.options.given_up for task in plan.tasks)
    plan.parts = tuple(parts)


def _attach(s: Situation, part: Part, job: InFlight) -> Task:
    base = Task(
        key=part.key,
        decision=Decision.ATTACH,
        output=part.path,
        provider=job.provider,
        kind=job.kind,
        displaces=_displaced_by_clip(s, part.key, part.path),
        shown_frames=job.shown_frames,
        seconds=job.seconds,
    )
    return s.attach(base, job)


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
        width=width,
        height=height,
        fps=fps,
        seed=s.seed(scene.number, clip.number),
    )
    why = Why.GAP if clip.number < max(s.clip_numbers.get(scene.number, (0,))) else Why.MISSING
    task = s.work(
        key,
        engine,
        request,
        reasons=(because(why), *picture.reasons),
        needs=picture.needs,
        inputs=(picture.path,) if picture.path else (),
    )
    task = _questioned(s, task)
    if task.decision is Decision.MAKE and picture.waits is not None:
        waits = because(Why.WAITS_FOR, input=str(picture.waits))
        task = evolve(task, decision=Decision.WAIT, reasons=(*task.reasons, waits))
        plan.failed |= picture.waits in s.options.given_up
    shown = clip.shown_frames
    task = evolve(
        task,
        displaces=_displaced_by_clip(s, key, task.output),
        shown_frames=shown,
        seconds=clip.seconds,
    )
    seconds = shown / fps if shown else clip.seconds
    return Part(key=key, path=task.output, seconds=seconds, shown_frames=shown), task


def _questioned(s: Situation, task: Task) -> Task:
    """Return *task* as a question where a stray file may be what it would buy again."""
    near = s.near_misses.get(task.key.scene, ())
    if not near or task.decision is not Decision.MAKE:
        return task
    place = task.key if "/" in near[0] else Key(Step.SCENE, task.key.scene)
    reason = because(Why.NEAR_MISS, path=near[0], rename=s.path_for(place))
    decision = Decision.MAKE if task.price.free else Decision.ASK
    return evolve(task, decision=decision, reasons=(*task.reasons, reason))


def _displaced_by_clip(s: Situation, key: Key, path: str) -> tuple[str, ...]:
    """Everything on disk that a new clip makes untrue: its own place, and what is built on it."""
    built_on_it = (
        Key(Step.LAST_FRAME, key.scene, key.clip),
        Key(Step.SCENE_LAST_FRAME, key.scene),
        Key(Step.SCENE, key.scene),
        Key(Step.FILM),
    )
    found = [*paths(s.broken(key)), *((path,) if path in s.files else ())]
    for other in built_on_it:
        found.extend(paths(s.listing.by_key.get(other, ())))
    return tuple(dict.fromkeys(found))
