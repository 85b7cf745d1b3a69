"""Joins: the free work of the stitcher, what it needs, and what it replaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidgen_core.model import Key, Step
from vidgen_core.plan import STUCK, TO_DO, Decision, Reason, Task, Why, because
from vidgen_core.planner.orders import given_up
from vidgen_core.planner.scene_plan import ScenePlan
from vidgen_core.planner.situation import Situation, paths
from vidgen_core.specs import (
    FilmJoinRequest,
    FilmScene,
    FitNarrationRequest,
    SceneJoinRequest,
)

_HEARD = (Step.SCENE, Step.SOUND, Step.NARRATION, Step.NARRATION_ADJUSTED)


def join(
    s: Situation,
    key: Key,
    request: FilmJoinRequest | SceneJoinRequest | FitNarrationRequest,
    *,
    inputs: tuple[str, ...],
    before: Sequence[Task],
    needs: tuple[Key, ...],
    reasons: tuple[Reason, ...],
) -> Task:
    """Return the free task that makes *key*; it waits where one of *before* is stuck.

    What stands in its place is moved aside before, and a film that was made of it.
    """
    stitcher = s.providers.stitcher
    decision = Decision.REDO if s.best(key) is not None else Decision.MAKE
    stuck = [task for task in before if task.decision in STUCK]
    if stuck:
        decision = Decision.WAIT
        reasons += tuple(because(Why.WAITS_FOR, input=str(task.key)) for task in stuck[:3])
    # A scene's last frame stays: a join of kept clips ends as before, new clips displace it.
    replaced = dict.fromkeys((key, Key(Step.FILM)))
    task = Task(
        key=key,
        decision=decision,
        output=s.path_for(key, stitcher.spec),
        provider=stitcher.name,
        kind=stitcher.kind,
        request=request,
        needs=needs,
        inputs=inputs,
        displaces=tuple(path for key in replaced for path in paths(s.listing.by_key.get(key, ()))),
        reasons=reasons,
    )
    return given_up(task) if key in s.options.given_up else task


def join_scene(s: Situation, scene: ScenePlan) -> Task:
    """Return the task that joins the clips of *scene*."""
    return join(
        s,
        Key(Step.SCENE, scene.scene.number),
        SceneJoinRequest(
            parts=scene.join_parts, keep_audio=s.options.keep_clip_audio, size=s.film_size
        ),
        inputs=tuple(part.path for part in scene.parts),
        before=scene.tasks,
        needs=_still_to_do(scene.tasks),
        reasons=scene.reasons,
    )


def join_film(
    s: Situation,
    tasks: Sequence[Task],
    videos: dict[int, str],
    effects: dict[int, str],
    narration: str | None,
    reasons: tuple[Reason, ...],
) -> Task:
    """Return the task that joins *videos*, by scene in the order of the film, and its sounds."""
    scenes = tuple(
        FilmScene(number=number, video=video, sound=effects.get(number))
        for number, video in videos.items()
    )
    return join(
        s,
        Key(Step.FILM),
        FilmJoinRequest(
            scenes=scenes,
            narration=narration,
            keep_audio=s.options.keep_clip_audio,
            size=s.film_size,
        ),
        inputs=(*videos.values(), *effects.values(), *((narration,) if narration else ())),
        before=tasks,
        needs=_still_to_do(task for task in tasks if task.key.step in _HEARD),
        reasons=reasons,
    )


def _still_to_do(tasks: Iterable[Task]) -> tuple[Key, ...]:
    return tuple(task.key for task in tasks if task.decision in TO_DO)
