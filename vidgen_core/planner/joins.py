"""Joins: the free work of the stitcher, what it needs, and what it replaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from vidgen_core.model import Key, Step
from vidgen_core.plan import STUCK, TO_DO, Decision, File, Reason, Task, Why, because
from vidgen_core.planner.orders import given_up
from vidgen_core.planner.scene_plan import ScenePlan
from vidgen_core.planner.situation import Situation, paths
from vidgen_core.specs import (
    FilmJoinRequest,
    FilmScene,
    FitNarrationRequest,
    JoinNarrationRequest,
    PlaceNarrationRequest,
    SceneJoinRequest,
    SubtitlesRequest,
)

_HEARD = (Step.SCENE, Step.SOUND, Step.NARRATION, Step.NARRATION_ADJUSTED, Step.SUBTITLES)
#: What may be made from a scene's video or speech beside the film.
_BUILT = (Step.NARRATION, Step.NARRATION_ADJUSTED, Step.SUBTITLES)


def join(
    s: Situation,
    key: Key,
    request: FilmJoinRequest
    | SceneJoinRequest
    | FitNarrationRequest
    | JoinNarrationRequest
    | PlaceNarrationRequest
    | SubtitlesRequest,
    *,
    inputs: tuple[str, ...],
    before: Sequence[Task],
    needs: tuple[Key, ...],
    reasons: tuple[Reason, ...],
) -> Task:
    """Return the free task that makes *key*; it waits where one of *before* is stuck.

    The stitcher does it, or core where it only writes words. What stands in its
    place is moved aside before, and what was made of that, the film above all.
    """
    by_core = isinstance(request, SubtitlesRequest)
    stitcher = None if by_core else s.providers.stitcher
    output = s.path_for(key, stitcher.spec if stitcher else None)
    decision = Decision.REDO if s.best(key) is not None else Decision.MAKE
    stuck = [task for task in before if task.decision in STUCK]
    if stuck:
        decision = Decision.WAIT
        reasons += tuple(because(Why.WAITS_FOR, input=task.key) for task in stuck[:3])
    # A scene's last frame stays: a join of kept clips ends as before, new clips displace it.
    replaced = [p for k in (key, Key(Step.FILM)) for p in paths(s.listing.by_key.get(k, ()))]
    replaced += [built for path in (output, *replaced) for built in built_on(s, path)]
    task = Task(
        key=key,
        decision=decision,
        output=output,
        provider=stitcher.name if stitcher else "",
        kind=stitcher.kind if stitcher else None,
        request=request,
        needs=needs,
        inputs=inputs,
        displaces=tuple(dict.fromkeys(replaced)),
        reasons=reasons,
    )
    return given_up(task) if key in s.options.given_up else task


def built_on(s: Situation, path: str) -> tuple[str, ...]:
    """Return the narrations and subtitles whose records say that they were made from *path*."""
    files = (file for step in _BUILT for file in s.listing.by_key.get(Key(step), ()))
    records = ((file, s.record(file)) for file in files)
    return tuple(file.path for file, record in records if record and path in record.inputs)


def goes_with(joins: Iterable[Task], file: File) -> bool:
    """Whether *file* moves away with what *joins* make again, for it was made from that."""
    return any(file.path in task.displaces for task in joins if task.decision in TO_DO)


def join_scene(s: Situation, scene: ScenePlan) -> Task:
    """Return the task that joins the clips of *scene*."""
    # Its words are not in its video: that they failed holds up the film alone.
    seen = [task for task in scene.tasks if task.key.step is not Step.SCENE_NARRATION]
    return join(
        s,
        Key(Step.SCENE, scene.scene.number),
        SceneJoinRequest(
            parts=scene.join_parts, keep_audio=s.options.keep_clip_audio, size=s.film_size
        ),
        inputs=tuple(part.path for part in scene.parts),
        before=seen,
        needs=still_to_do(seen),
        reasons=scene.reasons,
    )


def join_film(
    s: Situation,
    tasks: Sequence[Task],
    videos: dict[int, str],
    effects: dict[int, str],
    narration: str | None,
    subtitles: str | None,
    reasons: tuple[Reason, ...],
    untold: Sequence[str] = (),
) -> Task:
    """Return the task that joins *videos*, by scene in the order of the film, and its sounds.

    *untold*: what was made of words that the film does not tell any more; it moves
    aside with the old film.
    """
    scenes = tuple(
        FilmScene(number=number, video=video, sound=effects.get(number))
        for number, video in videos.items()
    )
    request = FilmJoinRequest(
        scenes=scenes,
        narration=narration,
        keep_audio=s.options.keep_clip_audio,
        size=s.film_size,
        subtitles=subtitles,
        chapters=chapters(s),
        burn_subtitles=s.options.burn_subtitles and subtitles is not None,
        font=s.options.font if s.options.burn_subtitles and subtitles else "",
    )
    more = (path for path in (narration, subtitles) if path)
    task = join(
        s,
        Key(Step.FILM),
        request,
        inputs=(*videos.values(), *effects.values(), *more),
        before=tasks,
        needs=still_to_do(task for task in tasks if task.key.step in _HEARD),
        reasons=reasons,
    )
    return evolve(task, displaces=tuple(dict.fromkeys((*task.displaces, *untold))))


def chapters(s: Situation) -> tuple[str, ...]:
    """Return the names of the film's chapters: its scenes'."""
    return tuple(" ".join(scene.name.split()) or f"Scene {scene.number}" for scene in s.storyboard)


def still_to_do(tasks: Iterable[Task]) -> tuple[Key, ...]:
    """Return the keys of those of *tasks* that mean work now."""
    return tuple(task.key for task in tasks if task.decision in TO_DO)
