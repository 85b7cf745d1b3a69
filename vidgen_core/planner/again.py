"""What is made again when somebody asks for it: which files give way, and what is wanted then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from vidgen_core.ledger import Published
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Task, Why, because
from vidgen_core.planner.joins import built_on
from vidgen_core.planner.orders import questioned, work
from vidgen_core.planner.scene_plan import ScenePlan
from vidgen_core.planner.situation import Situation
from vidgen_core.planner.start_picture import first_frame_request
from vidgen_core.specs import ProviderKind
from vidgen_core.wording import name

#: What of a scene gives way, what is built on it before it: a crash in between leaves
#: what is missing to be joined, and nothing that is out of date.
_GIVES_WAY: Mapping[Step, tuple[Step, ...]] = MappingProxyType(
    {
        Step.CLIP: (Step.SCENE, Step.SCENE_LAST_FRAME, Step.LAST_FRAME, Step.CLIP),
        Step.FIRST_FRAME: (Step.FIRST_FRAME,),
        Step.SOUND: (Step.SOUND,),
        Step.SCENE_NARRATION: (Step.SCENE_TIMINGS, Step.SCENE_NARRATION),
    }
)
#: What is there, be it out of date.
_KEPT = frozenset({Decision.KEEP, Decision.STALE})
#: What a clip begins with is called by its place in the film; other pictures by their path.
_NAMED = frozenset({Step.CLIP, Step.LAST_FRAME, Step.SCENE_LAST_FRAME, Step.INITIAL_IMAGE})


def giving_way(s: Situation, scenes: Collection[int], step: Step) -> tuple[str, ...]:
    """Return the files that are moved away for *step* of *scenes* to be made again, in order.

    *step*: ``CLIP``, ``FIRST_FRAME``, ``SOUND`` or ``SCENE_NARRATION``. With clips go what
    was joined from them and their last frames; with all but a first frame the film and
    the tracks that were made of what goes.
    """
    own = [
        file.path
        for each in _GIVES_WAY.get(step, ())
        for file in s.listing.files
        if file.key.step is each and file.key.scene in scenes
    ]
    if step is Step.FIRST_FRAME:
        return tuple(own)
    film = [file.path for file in s.listing.by_key.get(Key(Step.FILM), ())]
    tracks = _tracks(s, [*film, *own])
    return tuple(dict.fromkeys([*film, *tracks, *own]))


def _tracks(s: Situation, paths: Sequence[str]) -> list[str]:
    """Return the tracks and subtitles that were made of *paths*, or of one another, for nothing."""
    found: list[str] = []
    todo = list(paths)
    while todo:
        built = [path for path in built_on(s, todo.pop()) if path not in found]
        free = [path for path in built if not s.ledger.published[path].paid]
        found[:0] = free
        todo += free
    return found


def begun_otherwise(s: Situation, plan: Plan, scene: int) -> str | None:
    """Return what *scene* begins with in *plan*, where that is known and no first frame of its own.

    A new first frame would be seen in no clip of it.
    """
    first_frame = Key(Step.FIRST_FRAME, scene)
    own = [task for task in plan.tasks if task.key.scene == scene]
    video = next((task for task in own if task.key.step is Step.SCENE), None)
    clips = [task for task in own if task.key.step is Step.CLIP]
    if video is not None and video.decision in _KEPT:
        joined = s.record(s.files.get(video.output))
        clip = s.ledger.published.get(next(iter(joined.inputs), "")) if joined else None
        return _begun_with(s, clip, scene)
    if not clips:
        return None
    first = min(clips, key=lambda task: task.key.clip)
    if first.decision in _KEPT:
        return _begun_with(s, s.record(s.files.get(first.output)), scene)
    if first.decision is Decision.MAKE and first_frame not in first.needs:
        return _named(s, first.inputs)
    return None


def _begun_with(s: Situation, clip: Published | None, scene: int) -> str | None:
    # A record without its distribution was mended after a crash and tells no inputs.
    if clip is None or not clip.distribution or s.first_frame_in(clip, scene):
        return None
    return _named(s, clip.inputs)


def _named(s: Situation, inputs: Iterable[str]) -> str:
    path = next(iter(inputs), None)
    if path is None:
        return "no picture"
    file = s.files.get(path)
    return name(file.key) if file is not None and file.key.step in _NAMED else path


def wanted_again(s: Situation, scenes: Sequence[ScenePlan]) -> Iterator[Task]:
    """Yield the tasks for first frames that are wanted, though all clips are there."""
    planned = {task.key for scene in scenes for task in scene.tasks}
    for scene in scenes:
        key = Key(Step.FIRST_FRAME, scene.scene.number)
        if key in s.options.again and key not in planned and s.best(key) is None:
            yield _first_frame(s, scene, key)


def _first_frame(s: Situation, plan: ScenePlan, key: Key) -> Task:
    request = first_frame_request(s, plan.scene, key)
    if s.providers.images is None and s.paid_for(key) is None:
        return Task(
            key=key,
            decision=Decision.BLOCKED,
            output=s.path_for(key),
            request=request,
            reasons=(because(Why.NO_PROVIDER, kind=ProviderKind.IMAGE_GENERATOR.value),),
        )
    return questioned(s, work(s, key, s.providers.images, request))
