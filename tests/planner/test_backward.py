"""Planning goes backward from the film: what is there is used, what is missing is made once."""

from __future__ import annotations

import pytest
from attrs import evolve

from vidgen_core import layout
from vidgen_core.errors import InputError
from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.specs import ClipRequest, FilmJoinRequest, Price, ProviderKind, SceneJoinRequest

from ..planning_files import THE_FILM, decisions, provider, to_do, whys
from ..run_paths import FILM, TS, clip_path, frame_path, video_path
from .worlds import clip_of, world

# backward from the film --------------------------------------------------


def test_an_empty_directory_needs_everything_once() -> None:
    w = world(5.0, 10.0)
    assert decisions(w.plan()) == {
        "clip-1-1": Decision.MAKE,
        "scene-1": Decision.MAKE,
        "last-frame-1-1": Decision.MAKE,
        "clip-2-1": Decision.MAKE,
        "last-frame-2-1": Decision.MAKE,
        "clip-2-2": Decision.MAKE,
        "scene-2": Decision.MAKE,
        "film": Decision.MAKE,
    }
    assert w.plan().price == Price(3, 3)
    assert not w.plan().finished


def test_a_whole_scene_video_needs_none_of_its_clips() -> None:
    w = world(5.0)
    w.put(video_path(1), 3.0)
    assert decisions(w.plan()) == {"scene-1": Decision.KEEP, "film": Decision.MAKE}


def test_a_broken_scene_video_is_joined_again_from_whole_clips_and_moved_aside() -> None:
    w = world(10.0)
    w.put(video_path(1), verdict=Verdict.BROKEN)
    w.put(clip_path(1, 1))
    w.put(clip_path(1, 2))
    task = w.plan().by_key[Key(Step.SCENE, 1)]
    assert task.decision is Decision.MAKE
    assert task.displaces == (video_path(1),)
    assert whys(task) == {"BROKEN", "CLIPS_COVER"}
    assert w.plan().price.free
    assert isinstance(task.request, SceneJoinRequest)
    assert [part.path for part in task.request.parts] == [clip_path(1, 1), clip_path(1, 2)]


def test_a_film_without_a_record_stands_while_every_scene_is_there_or_covered() -> None:
    w = world(5.0, 5.0)
    w.put(FILM, 10.0)
    w.put(video_path(1))
    w.put(clip_path(2, 1))
    assert w.plan().finished
    assert decisions(w.plan()) == {
        "scene-1": Decision.KEEP,
        "clip-2-1": Decision.KEEP,
        "film": Decision.KEEP,
    }


def test_a_scene_that_is_not_there_is_made_whatever_film_stands_there() -> None:
    w = world(5.0, 5.0)
    w.put(FILM, 10.0)
    w.put(video_path(1))
    assert {"clip-2-1", "scene-2", "film"} <= to_do(w.plan())
    assert w.plan().by_key[THE_FILM].decision is Decision.REDO
    assert FILM in clip_of(w, 2).displaces


def test_a_broken_film_is_named_and_joined_again() -> None:
    w = world(5.0)
    w.put(video_path(1))
    w.put(FILM, verdict=Verdict.BROKEN)
    film = w.plan().by_key[THE_FILM]
    assert film.decision is Decision.MAKE
    assert film.displaces == (FILM,)
    assert whys(film) == {"BROKEN"}


def test_the_film_joins_the_scenes_in_the_order_of_the_scenes_file() -> None:
    w = world(5.0, 5.0, 5.0)
    w.scenes = (w.scenes[2], w.scenes[0], w.scenes[1])
    request = w.plan().by_key[THE_FILM].request
    assert isinstance(request, FilmJoinRequest)
    assert [one.number for one in request.scenes] == [3, 1, 2]


def test_files_of_scenes_that_are_not_in_the_scenes_file_are_left_alone() -> None:
    w = world(5.0)
    w.put(video_path(1))
    w.put(video_path(7))
    w.put(frame_path(7, 1))
    assert w.plan().left_alone == tuple(sorted((video_path(7), frame_path(7, 1))))
    assert not [task for task in w.plan().tasks if task.key.scene == 7]


def test_no_scene_number_in_common_is_an_input_error() -> None:
    w = world(*[5.0] * 12)
    w.put(video_path(77))
    with pytest.raises(InputError, match=r"has scenes 1–12, .* of scene 77"):
        w.plan()


# odds and ends -----------------------------------------------------------


def test_the_stitchers_own_patterns_name_the_joins() -> None:
    w = world(5.0)
    stitcher = provider(ProviderKind.STITCHER, name="mine", dollars=0)
    output = layout.OUTPUT[Step.SCENE]
    spec = evolve(stitcher.spec, outputs=(evolve(output, pattern="part_{scene}_{timestamp}.mkv"),))
    w.providers = evolve(w.providers, stitcher=evolve(stitcher, spec=spec))
    assert w.plan().by_key[Key(Step.SCENE, 1)].output == f"part_1_{TS}.mkv"
    assert w.plan().film == FILM


def test_seeds_differ_by_clip_and_stay_the_same() -> None:
    w = world(10.0, 5.0)
    seeds = [task.request.seed for task in w.plan().tasks if isinstance(task.request, ClipRequest)]
    assert len(set(seeds)) == 3
    w.options = PlanOptions(seed=7)
    request = clip_of(w, 1).request
    assert isinstance(request, ClipRequest)
    assert request.seed not in seeds


def test_200_scenes_are_planned_in_one_plan() -> None:
    assert len(world(*[14.0] * 200).plan().to_do) == 200 * 7
