"""What is out of date: free work is done again, paid work is kept and reported."""

from __future__ import annotations

import pytest
from attrs import evolve

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.planner.situation import scene_digest

from ..planning_files import (
    THE_FILM,
    World,
    a_clip,
    decisions,
    engine,
    providers,
    scene,
    sounds,
    to_do,
    whys,
)
from ..run_paths import FILM, IMAGE, clip_path, sound_path, video_path
from .worlds import clip_of, world

# what is out of date -----------------------------------------------------


def test_a_clip_whose_scene_was_rewritten_is_stale_and_kept() -> None:
    w = world(5.0)
    w.put(clip_path(1, 1))
    w.record(clip_path(1, 1), prompt=scene_digest(w.scenes[0]), asked_seconds=5.0)
    assert clip_of(w, 1).decision is Decision.KEEP
    w.scenes = (evolve(w.scenes[0], movement="a boat sinks"),)
    task = clip_of(w, 1)
    assert task.decision is Decision.STALE
    assert whys(task) == {"WHOLE", "PROMPT_CHANGED"}
    assert w.plan().price.free


def test_a_clip_whose_start_picture_changed_is_stale_and_kept() -> None:
    w = world(5.0)
    w.put(IMAGE)
    w.put(clip_path(1, 1))
    w.record(clip_path(1, 1), made_from=[IMAGE])
    w.put(IMAGE)
    assert whys(clip_of(w, 1)) == {"WHOLE", "INPUT_CHANGED"}


def test_a_scene_video_is_stale_where_its_clips_were_asked_with_other_words() -> None:
    w = world(5.0)
    w.finish()
    assert w.plan().by_key[Key(Step.SCENE, 1)].decision is Decision.KEEP
    w.scenes = (evolve(w.scenes[0], movement="a boat sinks"),)
    assert w.plan().by_key[Key(Step.SCENE, 1)].decision is Decision.STALE
    assert w.plan().finished


def test_without_a_record_nothing_is_stale() -> None:
    w = world(5.0)
    w.finish()
    w.published.clear()
    w.scenes = (evolve(w.scenes[0], movement="a boat sinks"),)
    w.put(clip_path(1, 1))
    assert w.plan().finished
    assert set(decisions(w.plan()).values()) == {Decision.KEEP}


def test_a_replaced_clip_is_joined_again_and_the_film_too() -> None:
    w = world(5.0, 5.0)
    w.finish()
    w.put(clip_path(2, 1), 5.0)
    assert decisions(w.plan()) == {
        "scene-1": Decision.KEEP,
        "clip-2-1": Decision.KEEP,
        "scene-2": Decision.REDO,
        "film": Decision.REDO,
    }
    task = w.plan().by_key[Key(Step.SCENE, 2)]
    assert set(task.displaces) == {video_path(2), FILM}
    assert w.finish().finished


def test_a_scene_video_whose_clips_do_not_cover_it_any_more_is_stale_and_kept() -> None:
    w = world(10.0)
    w.finish()
    w.put(clip_path(1, 1), 5.0)
    del w.files[clip_path(1, 2)]
    assert w.plan().finished
    assert w.plan().by_key[Key(Step.SCENE, 1)].decision is Decision.STALE


def test_a_damaged_scene_video_of_our_own_is_joined_again_and_another_ones_is_kept() -> None:
    w = world(5.0)
    w.finish()
    w.spoil(video_path(1), Verdict.DAMAGED)
    assert decisions(w.plan())["scene-1"] is Decision.REDO
    assert decisions(w.plan())["film"] is Decision.REDO
    assert w.finish().finished
    w.spoil(video_path(1), Verdict.DAMAGED)
    w.published.clear()
    assert w.plan().finished
    assert whys(w.plan().by_key[Key(Step.SCENE, 1)]) == {"DAMAGED"}


def test_a_damaged_scene_video_is_kept_where_only_paid_work_could_replace_it() -> None:
    w = world(5.0)
    w.finish()
    w.spoil(video_path(1), Verdict.DAMAGED)
    del w.files[clip_path(1, 1)]
    assert w.plan().finished


@pytest.mark.parametrize(
    ("paid", "name", "decision"),
    [(True, "paid", "keep"), (False, "paid", "make"), (False, "other", "keep")],
)
def test_a_damaged_clip_is_made_again_only_by_the_engine_that_made_it_for_free(
    paid: bool, name: str, decision: str
) -> None:
    w = world(5.0, providers=providers(engine(dollars=0)))
    w.put(clip_path(1, 1))
    w.record(clip_path(1, 1), paid=paid, provider=name)
    w.spoil(clip_path(1, 1), Verdict.DAMAGED)
    task = clip_of(w, 1)
    assert task.decision == decision
    assert "DAMAGED" in whys(task)
    assert (clip_path(1, 1) in task.displaces) == (decision == "make")
    w.options = PlanOptions(given_up=frozenset({a_clip(1, 1)}))
    assert clip_of(w, 1).decision is Decision.KEEP


def test_a_damaged_film_of_our_own_is_joined_again() -> None:
    w = world(5.0)
    w.finish()
    w.spoil(FILM, Verdict.DAMAGED)
    assert to_do(w.plan()) == {"film"}
    w.published.pop(FILM)
    assert w.plan().finished


def test_a_damaged_clip_is_named_with_its_scene() -> None:
    w = world(5.0)
    w.put(clip_path(1, 1), verdict=Verdict.DAMAGED)
    assert to_do(w.plan()) == {"scene-1", "film"}
    assert [reason.why.name for reason in w.plan().scenes[0].reasons] == ["DAMAGED", "CLIPS_COVER"]


# the film and its record -------------------------------------------------


def test_a_film_is_joined_again_when_a_scene_is_added_removed_or_moved() -> None:
    w = world(5.0, 5.0, 5.0)
    scenes = w.scenes
    w.finish()
    assert w.plan().finished
    w.scenes = scenes[:2]
    film = w.plan().by_key[THE_FILM]
    assert film.decision is Decision.REDO
    assert str(film.reasons[0]) == "scene 3 is in it, but no longer in the scenes file"
    w.scenes = (scenes[1], scenes[0], scenes[2])
    assert "the order of the scenes" in str(w.plan().by_key[THE_FILM].reasons[0])
    w.scenes = (*scenes, scene(4))
    w.put(video_path(4))
    assert str(w.plan().by_key[THE_FILM].reasons[0]) == f"{video_path(4)} is not in it"


def test_a_film_is_joined_again_when_a_scenes_video_was_replaced() -> None:
    w = world(5.0)
    w.put(video_path(1))
    w.finish()
    w.put(video_path(1))
    assert to_do(w.plan()) == {"film"}
    w.published.pop(FILM)
    assert w.plan().finished


def test_a_film_is_joined_again_when_a_sound_was_added_or_replaced() -> None:
    w = world(5.0)
    w.finish()
    w.put(sound_path(1))
    assert to_do(w.plan()) == {"film"}
    w.finish()
    assert w.plan().finished
    w.put(sound_path(1))
    assert to_do(w.plan()) == {"film"}


def test_a_deleted_scene_video_is_not_missed_while_its_clips_and_the_film_are_there() -> None:
    w = world(5.0)
    w.finish()
    del w.files[video_path(1)]
    assert w.plan().finished


def test_a_deleted_sound_is_made_again_where_somebody_can() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), sounds(explicit=False, dollars=0)))
    w.finish()
    del w.files[sound_path(1)]
    assert to_do(w.plan()) == {"sound-1", "film"}
    w.options = PlanOptions(skip_sound_effects=True)
    assert w.plan().finished
    w.options = PlanOptions()
    w.providers = providers(engine())
    assert w.plan().finished
