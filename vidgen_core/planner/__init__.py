"""Planning: values in, a plan out. No I/O, no clock, no randomness.

Backward from the film: it needs the scenes' videos, a scene needs its clips, a
clip needs the picture that it starts from. What is there and whole is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from vidgen_core import wording
from vidgen_core.errors import InputError
from vidgen_core.ledger import Ledger
from vidgen_core.model import Key, Step, Storyboard
from vidgen_core.plan import (
    Choice,
    Decision,
    File,
    Listing,
    Plan,
    PlanOptions,
    Providers,
    SceneState,
    Task,
)
from vidgen_core.planner.again import wanted_again
from vidgen_core.planner.continuity import foreseen, lost_continuity
from vidgen_core.planner.doubts import decided, open_questions
from vidgen_core.planner.film_notes import film_notes, idle_changes
from vidgen_core.planner.freshness import why_film_again
from vidgen_core.planner.joins import join_film, join_scene
from vidgen_core.planner.kept import kept
from vidgen_core.planner.narrated_film import why_narrated_again
from vidgen_core.planner.put_by_hand import put_by_hand_notes
from vidgen_core.planner.scene_plan import ImageChoice, ScenePlan
from vidgen_core.planner.scene_planner import plan_scene
from vidgen_core.planner.script_planner import plan_script
from vidgen_core.planner.situation import Situation
from vidgen_core.planner.sound_planner import plan_sounds
from vidgen_core.planner.unneeded import fetched_anyway, unneeded_notes


def plan(
    *,
    storyboard: Storyboard,
    listing: Listing,
    ledger: Ledger,
    providers: Providers,
    options: PlanOptions,
    timestamp: str,
    texts: Mapping[str, str] | None = None,
) -> Plan:
    """Return what *storyboard* still needs, given what *listing* and *ledger* hold.

    *texts* maps paths of narration texts to what they say, for pricing. The same
    values give the same plan. Raises ``InputError`` where the files belong to
    other scenes than the storyboard's.
    """
    ledger = decided(ledger, options.in_doubt, providers)
    if options.in_doubt.choice is Choice.SKIP:
        skipped = open_questions(ledger, providers)
        options = evolve(options, given_up=options.given_up | skipped)
    s = Situation(
        storyboard=storyboard,
        listing=listing,
        ledger=ledger,
        providers=providers,
        options=options,
        timestamp=timestamp,
        texts=texts or {},
    )
    script = s.best(Key(Step.SCRIPT))
    if not storyboard.scenes:
        if script is None:
            raise InputError(
                "the script is empty, and there are no scenes",
                advice="put the script back, or a scenes file",
            )
        return foreseen(s, plan_script(s, script))
    left_alone = _left_alone(s)
    wanted = options.initial_image or options.initial_image_prompt or options.initial_image_for
    image = ImageChoice(key=options.initial_image_for, wanted=bool(wanted))
    scenes: list[ScenePlan] = []
    for scene in storyboard:
        scenes.append(plan_scene(s, scene, scenes[-1] if scenes else None, image))
    tasks, notes = _film_and_its_parts(s, scenes)
    tasks[:0] = wanted_again(s, scenes)
    if options.metadata_only:
        tasks = _words_alone(s, tasks)
    if image.wanted and image.key is None:
        notes.append("the initial image starts nothing: no clip is still to be made")
    notes.extend(lost_continuity(s, tasks))
    if options.unneeded:
        tasks[:0] = fetched_anyway(s, tasks)
    notes.extend(unneeded_notes(s, tasks))
    notes.extend(put_by_hand_notes(s))
    notes.extend(film_notes(s, tasks[-1]))
    notes.extend(idle_changes(s))
    return Plan(
        timestamp=timestamp,
        tasks=tuple(tasks),
        scenes=tuple(_state(scene) for scene in scenes),
        notes=tuple(notes),
        left_alone=left_alone,
        initial_image_for=image.key if image.wanted else None,
    )


def _left_alone(s: Situation) -> tuple[str, ...]:
    """Return the files of scenes that the storyboard does not have."""
    numbers = {scene.number for scene in s.storyboard}
    seen = {
        key.scene for key in s.listing.by_key if key.step in (Step.SCENE, Step.CLIP) and key.scene
    }
    if seen and not seen & numbers:
        raise InputError(
            f"no scene number in common: the scenes file has {_scenes(numbers)}, "
            f"the videos are of {_scenes(seen)}",
            advice="if another JSON is this film's scenes file, name it scenes_TIMESTAMP.json; "
            "--list-json-files shows what is there",
        )
    strangers = seen - numbers
    if not strangers:
        return ()
    return tuple(file.path for file in s.listing.files if file.key.scene in strangers)


def _scenes(numbers: Iterable[int]) -> str:
    return wording.scenes(sorted(numbers), all_of_them=False)


def _film_and_its_parts(s: Situation, scenes: Sequence[ScenePlan]) -> tuple[list[Task], list[str]]:
    """Return all tasks in an order that respects their needs, and notes for the user."""
    film = s.best(Key(Step.FILM))
    again = why_film_again(s, scenes) or why_narrated_again(s, scenes)
    tasks: list[Task] = []
    videos: dict[int, str] = {}
    for scene in scenes:
        tasks.extend(scene.tasks)
        if scene.video is not None:
            videos[scene.scene.number] = scene.video.path
        elif again:  # else the film that is there shows its clips already
            tasks.append(join_scene(s, scene))
            videos[scene.scene.number] = tasks[-1].output
    joins = [task for task in tasks if task.key.step is Step.SCENE]
    sounds = plan_sounds(s, scenes, videos, joins, film_stands=not again)
    tasks.extend(sounds.tasks)
    if again:
        tasks.append(
            join_film(
                s,
                tasks,
                videos,
                sounds.effects,
                sounds.narration,
                sounds.subtitles,
                again,
                sounds.untold,
            )
        )
    elif film is not None:
        tasks.append(kept(film))
        sounds.notes.extend(_doubts(s, film, scenes))
    return tasks, sounds.notes


def _words_alone(s: Situation, tasks: Sequence[Task]) -> list[Task]:
    """Return those of *tasks* that write the script's files; the film is left."""
    film = s.path_for(Key(Step.FILM), s.providers.stitcher.spec)
    return [
        *(task for task in tasks if task.key.step is Step.NARRATION_TEXT),
        Task(key=Key(Step.FILM), decision=Decision.LEAVE, output=film),
    ]


def _doubts(s: Situation, film: File, scenes: Sequence[ScenePlan]) -> list[str]:
    """Say where a film of unknown origin is plainly shorter than its scenes."""
    seconds = math.fsum(scene.seconds for scene in scenes)
    if s.record(film) is not None or film.facts.seconds > 0.98 * seconds:
        return []
    return [
        f"{film.path} lasts {film.facts.seconds:.1f} s and its scenes {seconds:.1f} s; "
        "if scenes are missing in it, move it away, and it is joined again"
    ]


def _state(scene: ScenePlan) -> SceneState:
    return SceneState(
        number=scene.scene.number,
        name=scene.scene.name,
        complete=scene.complete,
        duration=scene.duration,
        seconds=scene.seconds,
        clips=tuple(part.key.clip for part in scene.parts),
        reasons=scene.reasons,
    )
