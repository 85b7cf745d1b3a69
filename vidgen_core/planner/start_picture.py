"""Which picture a clip starts from, and what has to be made for it."""

from __future__ import annotations

from attrs import frozen

from vidgen_core.model import Key, Step
from vidgen_core.plan import STUCK, TO_DO, Decision, File, Provider, Reason, Task, Why, because
from vidgen_core.planner.freshness import is_older
from vidgen_core.planner.orders import given_up, questioned, work
from vidgen_core.planner.scene_plan import ImageChoice, Part, ScenePlan
from vidgen_core.planner.situation import Situation, paths, prompt_digest
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
    first_frame = Key(Step.FIRST_FRAME, plan.scene.number)
    first = s.best(first_frame)
    if first is not None:
        return Picture(path=first.path)
    if s.paid_for(first_frame) or (s.options.first_frames and s.providers.images):
        return _first_frame(s, plan, first_frame)
    if previous is None:
        found = s.best(Key(Step.INITIAL_IMAGE))
        return Picture(path=found.path) if found else Picture()
    return _after(s, plan, previous)


def _after(s: Situation, plan: ScenePlan, previous: ScenePlan) -> Picture:
    """The last shown frame of the scene before, made where it is not there."""
    number = previous.scene.number
    if previous.failed:
        return Picture(reasons=(because(Why.LOST_CONTINUITY, input=Key(Step.SCENE, number)),))
    if previous.stuck:
        stuck = next(task.key for task in previous.tasks if task.decision in STUCK)
        return Picture(waits=stuck)
    if previous.video is None:
        return _last_frame(s, plan, previous, previous.parts[-1])
    keys = [Key(Step.SCENE_LAST_FRAME, number)]
    last_clip = _last_clip(s, previous.video)
    if last_clip:
        keys.insert(0, Key(Step.LAST_FRAME, number, last_clip))
    for key in keys:
        frame = s.best(key)
        if frame is not None and not is_older(s, frame, previous.video):
            return Picture(path=frame.path)
    return _extract(s, plan, keys[0], FrameRequest(video=previous.video.path), ())


def _last_clip(s: Situation, video: File) -> int:
    """Return the number of the clip that a scene's *video* ends with; 0 where unknown."""
    record = s.record(video)
    joined = [s.files[path].key for path in record.inputs if path in s.files] if record else []
    if joined:
        return joined[-1].clip
    return max(s.clip_numbers.get(video.key.scene, ()), default=0)


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
        others = {*s.clip_numbers.get(scene, ()), *s.paid_clips.get(scene, ())} - {clip}
        for candidate in (key,) if others else (key, whole_scene):
            frame = s.best(candidate)
            if frame is not None and not is_older(s, frame, s.files[part.path]):
                return Picture(path=frame.path)
    frame_number = part.shown_frames - 1 if part.shown_frames else None
    request = FrameRequest(video=part.path, frame=frame_number)
    return _extract(s, plan, key, request, (part.key,) if made_now else ())


def _extract(
    s: Situation, plan: ScenePlan, key: Key, request: FrameRequest, needs: tuple[Key, ...]
) -> Picture:
    task = Task(
        key=key,
        decision=Decision.MAKE,
        output=s.path_for(key),
        request=request,
        needs=needs,
        inputs=(request.video,),
        displaces=paths(s.listing.by_key.get(key, ())),
        reasons=(*s.broken_reasons(key), because(Why.MISSING)),
    )
    return _made(s, plan, task)


def _made(s: Situation, plan: ScenePlan, task: Task) -> Picture:
    """The picture that *task* makes, unless it failed or waits for somebody."""
    if task.key in s.options.given_up:
        task = given_up(task)
    plan.tasks.append(task)
    if task.decision not in TO_DO:
        return Picture(waits=task.key)
    return Picture(path=task.output, needs=(task.key,))


def _first_frame(s: Situation, plan: ScenePlan, key: Key) -> Picture:
    scene = plan.scene
    width, height, _ = s.size
    request = ImageRequest(
        prompt=scene.first_frame_prompt or scene.prompt,
        width=width,
        height=height,
        seed=s.seed(scene.number),
        film_seed=s.options.seed,
        scene=scene,
    )
    return _made(s, plan, questioned(s, work(s, key, s.providers.images, request)))


def _initial_image(s: Situation, plan: ScenePlan) -> Picture:
    key, prompt = Key(Step.INITIAL_IMAGE), s.options.initial_image_prompt
    if s.options.initial_image:
        return _made(s, plan, _import(s, key))
    found = s.best(key)
    if found is None and s.paid_for(key):
        return _drawn(s, plan, key, prompt, None)
    images = s.providers.images
    if prompt and images is not None and not _is_drawn(s, found, prompt, images):
        return _drawn(s, plan, key, prompt, images)
    return Picture(path=found.path) if found else Picture()


def _is_drawn(s: Situation, found: File | None, prompt: str, images: Provider) -> bool:
    """Whether the picture asked for is there; one of its name without a record is believed."""
    record = s.record(found)
    if record is not None:
        return record.prompt == prompt_digest(prompt)
    return found is not None and found.path == s.path_for(Key(Step.INITIAL_IMAGE), images.spec)


def _drawn(
    s: Situation, plan: ScenePlan, key: Key, prompt: str, images: Provider | None
) -> Picture:
    width, height, _ = s.size
    request = ImageRequest(
        prompt=prompt,
        width=width,
        height=height,
        seed=s.seed(0),
        film_seed=s.options.seed,
    )
    return _made(s, plan, work(s, key, images, request))


def _import(s: Situation, key: Key) -> Task:
    path = s.path_for(key)
    return Task(
        key=key,
        decision=Decision.MAKE,
        output=path,
        request=ImportImageRequest(path=s.options.initial_image),
        displaces=(path,) if path in s.files else (),
        reasons=(because(Why.ASKED_FOR),),
    )
