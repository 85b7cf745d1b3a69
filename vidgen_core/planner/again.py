"""What is made again when somebody asks for it: which files give way, and what is wanted then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Task, Why, because
from vidgen_core.planner.joins import built_on
from vidgen_core.planner.orders import questioned, work
from vidgen_core.planner.scene_plan import ScenePlan
from vidgen_core.planner.situation import Situation
from vidgen_core.planner.start_picture import first_frame_request
from vidgen_core.specs import ProviderKind

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
