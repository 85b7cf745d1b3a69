"""Which picture a clip starts from, and what has to be made for it."""

from __future__ import annotations

from attrs import evolve, frozen

from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import (
    LOST,
    STUCK,
    TO_DO,
    Decision,
    File,
    Provider,
    Reason,
    Task,
    Why,
    because,
)
from vidgen_core.planner.freshness import is_older
from vidgen_core.planner.orders import given_up, questioned, work
from vidgen_core.planner.reach import (
    by_frame_host,
    from_job,
    is_own_job,
    job_at_end,
    last_part,
    needs_frame_host,
    no_frame_host,
    takes_files,
    will_be_own_job,
)
from vidgen_core.planner.scene_plan import ImageChoice, Part, ScenePlan
from vidgen_core.planner.situation import Situation, paths, prompt_digest
from vidgen_core.specs import FrameRequest, ImageRequest, ImportImageRequest


@frozen(kw_only=True)
class Picture:
    """What a clip starts from: the picture ``path``, or the job that made the file ``job_of``.

    ``waits`` is the output that cannot be had now. ``barred``: the clip is not made
    before somebody decides; ``reasons`` say about what.
    """

    path: str | None = None
    job_of: str | None = None
    needs: tuple[Key, ...] = ()
    reasons: tuple[Reason, ...] = ()
    waits: Key | None = None
    barred: bool = False

    @property
    def inputs(self) -> tuple[str, ...]:
        """The file that the clip is made from, where there is one."""
        file = self.path or self.job_of
        return (file,) if file else ()


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
    picture = _by_rule(s, plan, previous, before, image, key)
    if s.options.require_continuity and any(reason.why in LOST for reason in picture.reasons):
        reasons = (because(Why.CONTINUITY_REQUIRED), *picture.reasons)
        return evolve(picture, reasons=reasons, barred=True)
    if picture.path is not None:
        return evolve(picture, reasons=(*picture.reasons, *by_frame_host(s, picture.path)))
    return picture


def _by_rule(
    s: Situation,
    plan: ScenePlan,
    previous: ScenePlan | None,
    before: Part | None,
    image: ImageChoice,
    key: Key,
) -> Picture:
    if image.wanted and image.key in (None, key):
        image.key = key
        picture = _initial_image(s, plan)
        if picture is not None:
            return picture
    if before is not None:
        return _last_frame(s, plan, plan, before)
    first_frame = Key(Step.FIRST_FRAME, plan.scene.number)
    first = s.best(first_frame)
    if first is not None:
        return _there(s, first)
    wanted = s.options.first_frames or first_frame in s.options.again
    if s.paid_for(first_frame) or (wanted and s.providers.images):
        return _first_frame(s, plan, first_frame)
    if previous is None:
        found = s.best(Key(Step.INITIAL_IMAGE))
        return _there(s, found) if found else Picture()
    return _after(s, plan, previous)


def _there(s: Situation, file: File) -> Picture:
    """The picture *file*, which somebody wants the clip to start from."""
    if is_own_job(s, file):
        return _from_job(s, file.key, file.path)
    if not takes_files(s):
        return Picture(reasons=(needs_frame_host(s, file.path),), barred=True)
    return Picture(path=file.path)


def _from_job(s: Situation, key: Key, path: str, needs: tuple[Key, ...] = ()) -> Picture:
    return Picture(job_of=path, needs=needs, reasons=(from_job(s, str(key)),))


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
    job = job_at_end(s, previous.video)
    if job is not None:
        return _from_job(s, job.key, job.path)
    if not takes_files(s):
        return Picture(reasons=(no_frame_host(s),))
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
    record, end = s.record(video), last_part(s, video)
    if record is not None and record.inputs:
        return end.key.clip if end is not None else 0
    return max(s.clip_numbers.get(video.key.scene, ()), default=0)


def _last_frame(s: Situation, plan: ScenePlan, owner: ScenePlan, part: Part) -> Picture:
    """The last shown frame of *part*, which belongs to *owner*."""
    scene, clip = part.key.scene, part.key.clip
    clip_task = next((task for task in owner.tasks if task.key == part.key), None)
    made_now = clip_task is not None and clip_task.decision in TO_DO
    if clip_task is not None and clip_task.decision in STUCK:
        return Picture(waits=part.key)
    needs = (part.key,) if made_now else ()
    if not part.shown_frames and _is_own(s, part, clip_task if made_now else None):
        return _from_job(s, part.key, part.path, needs)
    if not takes_files(s):
        return Picture(reasons=(no_frame_host(s),))
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
    return _extract(s, plan, key, request, needs)


def _is_own(s: Situation, part: Part, made_by: Task | None) -> bool:
    """Whether *part* comes from a job of the chosen engine; *made_by*: what gives it now."""
    if made_by is not None:
        return will_be_own_job(s, made_by)
    return is_own_job(s, s.files[part.path])


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
    if task.decision not in TO_DO:
        plan.tasks.append(task)
        return Picture(waits=task.key)
    if will_be_own_job(s, task):
        plan.tasks.append(task)
        return _from_job(s, task.key, task.output, (task.key,))
    if takes_files(s):
        plan.tasks.append(task)
        return Picture(path=task.output, needs=(task.key,))
    if task.decision is Decision.ATTACH:
        plan.tasks.append(task)  # it is paid for; a new one would start nothing
    given = task.output
    if isinstance(task.request, ImportImageRequest):
        given = task.request.path
    return Picture(reasons=(needs_frame_host(s, given),), barred=True)


def _first_frame(s: Situation, plan: ScenePlan, key: Key) -> Picture:
    request = first_frame_request(s, plan.scene, key)
    return _made(s, plan, questioned(s, work(s, key, s.providers.images, request)))


def first_frame_request(s: Situation, scene: Scene, key: Key) -> ImageRequest:
    """Return what is asked for the first frame *key* of *scene*."""
    width, height, _ = s.size
    return ImageRequest(
        prompt=scene.first_frame_prompt or scene.prompt,
        width=width,
        height=height,
        seed=s.seed(key),
        film_seed=s.options.seed,
        scene=scene,
    )


def _initial_image(s: Situation, plan: ScenePlan) -> Picture | None:
    """The picture that the run was given; ``None`` where somebody took it away."""
    key, prompt = Key(Step.INITIAL_IMAGE), s.options.initial_image_prompt
    if s.options.initial_image:
        return _made(s, plan, _import(s, key))
    found = s.best(key)
    if found is None and s.paid_for(key):
        return _drawn(s, plan, key, prompt, None)
    images = s.providers.images
    if prompt and images is not None and not _is_drawn(s, found, prompt, images):
        return _drawn(s, plan, key, prompt, images)
    return _there(s, found) if found else None


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
        seed=s.seed(key),
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
