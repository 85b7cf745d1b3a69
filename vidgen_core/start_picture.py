"""Which picture a clip starts from, and what has to be made for it."""

from __future__ import annotations

from attrs import frozen

from vidgen_core.model import Key, Step
from vidgen_core.plan import STUCK, TO_DO, Decision, File, Provider, Reason, Task, Why, because
from vidgen_core.scene_plan import ImageChoice, Part, ScenePlan
from vidgen_core.situation import Situation, paths, prompt_digest
from vidgen_core.specs import FrameRequest, ImageRequest, ImportImageRequest


@frozen(kw_only=True)
class Picture:
    """What a clip starts from; ``waits`` is the output that cannot be had now."""

    path: str | None = None
    needs: tuple[Key, ...] = ()
    reasons: tuple[Reason, ...] = ()
    waits: Key | None = None


def start_picture(
    s: Situation,
    plan: ScenePlan,
    previous: ScenePlan | None,
    before: Part | None,
    image: ImageChoice,
    key: Key,
) -> Picture:
    """Return the picture that clip *key* starts from: the first rule that applies.

    The picture given on this run; the clip before it in its scene; its scene's
    first frame; the initial image in the first scene; the scene before. Tasks
    that make the picture are added to *plan*.
    """
    if image.wanted and image.key in (None, key):
        image.key = key
        return _initial_image(s, plan)
    if before is not None:
        return _last_frame(s, plan, plan, before)
    if key.clip > 1:  # the clips before it are gaps that stay empty
        return Picture()
    first = s.best(Key(Step.FIRST_FRAME, plan.scene.number))
    if first is not None:
        return Picture(path=first.path)
    if s.options.first_frames and s.providers.images is not None:
        return _first_frame(s, plan, s.providers.images)
    if previous is None:
        found = s.best(Key(Step.INITIAL_IMAGE))
        return Picture(path=found.path) if found else Picture()
    return _after(s, plan, previous)


def _after(s: Situation, plan: ScenePlan, previous: ScenePlan) -> Picture:
    """The last shown frame of the scene before, made where it is not there."""
    number = previous.scene.number
    if previous.failed:
        return Picture(reasons=(because(Why.LOST_CONTINUITY, input=f"scene {number}"),))
    if previous.stuck:
        stuck = next(task.key for task in previous.tasks if task.decision in STUCK)
        return Picture(waits=stuck)
    if previous.video is None:
        return _last_frame(s, plan, previous, previous.parts[-1])
    last_clip = max(s.clip_numbers.get(number, ()), default=0)
    keys = [Key(Step.SCENE_LAST_FRAME, number)]
    if last_clip:
        keys.insert(0, Key(Step.LAST_FRAME, number, last_clip))
    for key in keys:
        frame = s.best(key)
        if frame is not None and not _is_older(s, frame, previous.video):
            return Picture(path=frame.path)
    return _extract(s, plan, keys[0], FrameRequest(video=previous.video.path), ())


def _is_older(s: Situation, frame: File, video: File) -> bool:
    """Whether *frame*'s record says that it was taken from another video."""
    record = s.record(frame)
    taken_from = record.inputs.get(video.path, "") if record else ""
    return bool(taken_from and video.sha256 and taken_from != video.sha256)


def _last_frame(s: Situation, plan: ScenePlan, owner: ScenePlan, part: Part) -> Picture:
    """The last shown frame of *part*, which belongs to *owner*."""
    scene, clip = part.key.scene, part.key.clip
    clip_task = next((task for task in owner.tasks if task.key == part.key), None)
    made_now = clip_task is not None and clip_task.decision in TO_DO
    if clip_task is not None and clip_task.decision in STUCK:
        return Picture(waits=part.key)
    key = Key(Step.LAST_FRAME, scene, clip)
    if not made_now:
        whole_scene = Key(Step.SCENE_LAST_FRAME, scene)
        candidates = (key, whole_scene) if len(owner.parts) <= 1 and clip == 1 else (key,)
        for candidate in candidates:
            frame = s.best(candidate)
            if frame is not None and not _is_older(s, frame, s.files[part.path]):
                return Picture(path=frame.path)
    frame_number = part.shown_frames - 1 if part.shown_frames else None
    request = FrameRequest(video=part.path, frame=frame_number)
    return _extract(s, plan, key, request, (part.key,) if made_now else ())


def _extract(
    s: Situation, plan: ScenePlan, key: Key, request: FrameRequest, needs: tuple[Key, ...]
) -> Picture:
    path = s.path_for(key)
    decision = Decision.BLOCKED if key in s.options.given_up else Decision.MAKE
    task = Task(
        key=key,
        decision=decision,
        output=path,
        request=request,
        needs=needs,
        inputs=(request.video,),
        displaces=tuple(dict.fromkeys(paths(s.listing.by_key.get(key, ())))),
        reasons=(because(Why.FAILED if decision is Decision.BLOCKED else Why.MISSING),),
    )
    plan.tasks.append(task)
    if decision is Decision.BLOCKED:
        return Picture(waits=key)
    return Picture(path=path, needs=(key,))


def _first_frame(s: Situation, plan: ScenePlan, images: Provider) -> Picture:
    scene = plan.scene
    width, height, _ = s.size
    request = ImageRequest(
        prompt=scene.first_frame_prompt or scene.prompt,
        width=width,
        height=height,
        seed=s.seed(scene.number),
        scene=scene,
    )
    return _drawn(s, plan, Key(Step.FIRST_FRAME, scene.number), images, request)


def _drawn(
    s: Situation, plan: ScenePlan, key: Key, images: Provider, request: ImageRequest
) -> Picture:
    """A picture that an image generator makes, or is already making."""
    task = s.work(key, images, request)
    plan.tasks.append(task)
    if task.decision not in TO_DO:
        return Picture(waits=key)
    return Picture(path=task.output, needs=(key,))


def _initial_image(s: Situation, plan: ScenePlan) -> Picture:
    key, prompt = Key(Step.INITIAL_IMAGE), s.options.initial_image_prompt
    found = s.best(key)
    if s.options.initial_image:
        return _import(s, plan, key)
    record = s.record(found)
    drawn_already = record is not None and record.prompt == prompt_digest(prompt)
    if prompt and not drawn_already and s.providers.images is not None:
        width, height, _ = s.size
        request = ImageRequest(prompt=prompt, width=width, height=height, seed=s.seed(0))
        return _drawn(s, plan, key, s.providers.images, request)
    return Picture(path=found.path) if found else Picture()


def _import(s: Situation, plan: ScenePlan, key: Key) -> Picture:
    path = s.path_for(key)
    plan.tasks.append(
        Task(
            key=key,
            decision=Decision.MAKE,
            output=path,
            request=ImportImageRequest(path=s.options.initial_image),
            displaces=(path,) if path in s.files else (),
            reasons=(because(Why.ASKED_FOR),),
        )
    )
    return Picture(path=path, needs=(key,))
