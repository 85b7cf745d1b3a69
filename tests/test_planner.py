"""The planner's rules, one by one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from attrs import evolve

from vidgen_core import layout
from vidgen_core.errors import InputError
from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions, ProviderKind, Task
from vidgen_core.planner.situation import prompt_digest, scene_digest
from vidgen_core.specs import (
    ClipRequest,
    FilmJoinRequest,
    FrameRequest,
    ImageRequest,
    ImportImageRequest,
    NarrationTextRequest,
    Price,
    SceneJoinRequest,
    SoundRequest,
)

from .planning_files import (
    ADJUSTED,
    FILM,
    IMAGE,
    LATER_TS,
    NARRATION,
    OTHER_TS,
    TEXT,
    THE_FILM,
    TS,
    World,
    a_clip,
    clip_path,
    decisions,
    engine,
    first_frame_path,
    frame_path,
    images,
    provider,
    providers,
    scene,
    scene_frame_path,
    script,
    single_clip_path,
    sound_path,
    sounds,
    speech,
    to_do,
    video_path,
    whys,
)

WEBM = "third_{scene}_{clip}_{timestamp}.webm"


def world(*durations: float | None, **more: Any) -> World:
    """A run of as many scenes, and an engine that makes 5 s for a dollar."""
    scenes = tuple(
        scene(number, seconds, sound_prompt="") for number, seconds in enumerate(durations, start=1)
    )
    return World(scenes=scenes, **({"providers": providers(engine())} | more))


def clip_of(w: World, number: int, clip: int = 1) -> Task:
    return w.plan().by_key[a_clip(number, clip)]


def start_of(w: World, number: int, clip: int = 1) -> str | None:
    """The picture that a clip to be made starts from."""
    request = clip_of(w, number, clip).request
    assert isinstance(request, ClipRequest)
    return request.start_frame


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
    assert [part.path for part in task.request.parts] == [clip_path(1, 1), clip_path(1, 2)]  # type: ignore[union-attr]


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
    with pytest.raises(InputError, match=r"has 1, 2, 3, 4, 5, 6, 7, 8, …, 12, .* of scenes 77"):
        w.plan()


# which version -----------------------------------------------------------


def chosen_video(*paths: str, published: str = "", w: World | None = None) -> str:
    w = w or world(5.0)
    for path in paths:
        w.put(path)
    if published:
        w.record(published)
    return w.plan().by_key[Key(Step.SCENE, 1)].output


def test_of_several_whole_versions_the_runs_own_timestamp_wins() -> None:
    paths = [video_path(1, ts) for ts in (LATER_TS, TS, OTHER_TS)]
    assert chosen_video(*paths) == video_path(1, TS)


def test_without_the_runs_timestamp_the_latest_name_wins() -> None:
    assert chosen_video(video_path(1, OTHER_TS), video_path(1, LATER_TS)) == video_path(1, LATER_TS)


def test_the_version_that_the_journal_published_wins_over_the_runs_timestamp() -> None:
    found = chosen_video(
        video_path(1, TS), video_path(1, OTHER_TS), published=video_path(1, OTHER_TS)
    )
    assert found == video_path(1, OTHER_TS)


def test_a_published_version_that_somebody_replaced_is_not_the_published_one_any_more() -> None:
    w = world(5.0)
    w.put(video_path(1, OTHER_TS))
    w.record(video_path(1, OTHER_TS))
    w.put(video_path(1, OTHER_TS))
    assert chosen_video(video_path(1), w=w) == video_path(1)


def test_a_broken_version_never_wins_and_a_damaged_one_only_alone() -> None:
    w = world(5.0)
    w.put(video_path(1, LATER_TS), verdict=Verdict.BROKEN)
    w.put(video_path(1), verdict=Verdict.DAMAGED)
    assert chosen_video(w=w) == video_path(1)
    assert chosen_video(video_path(1, OTHER_TS), w=w) == video_path(1, OTHER_TS)


def test_of_two_patterns_the_chosen_providers_wins_then_the_layouts_then_the_path() -> None:
    third = engine(name="third", pattern=WEBM)
    theirs = f"third_1_1_{TS}.webm"
    for chosen, expected in ((third, theirs), (engine(), clip_path(1, 1))):
        w = world(5.0, providers=providers(chosen))
        w.outputs = (*third.spec.outputs, *layout.OUTPUTS)
        w.put(theirs)
        w.put(clip_path(1, 1))
        w.put(single_clip_path(1))
        assert clip_of(w, 1).output == expected
    w = world(5.0)
    w.put(single_clip_path(1))
    w.put(clip_path(1, 1, TS, OTHER_TS))
    assert clip_of(w, 1).output == single_clip_path(1)


def test_clips_in_any_known_pattern_count_for_every_engine() -> None:
    third = engine(name="third", pattern=WEBM)
    w = world(5.0)
    w.outputs = (*third.spec.outputs, *layout.OUTPUTS)
    w.put(f"third_1_1_{OTHER_TS}.webm")
    assert clip_of(w, 1).decision is Decision.KEEP
    assert w.plan().price.free


def test_new_files_take_the_pattern_of_the_chosen_engine_and_the_runs_timestamp() -> None:
    third = engine(name="third", pattern=WEBM)
    w = world(5.0, providers=providers(third))
    w.put(video_path(1, OTHER_TS), verdict=Verdict.BROKEN)
    assert clip_of(w, 1).output == f"third_1_1_{TS}.webm"
    assert w.plan().by_key[Key(Step.SCENE, 1)].output == video_path(1, TS)


# missing time ------------------------------------------------------------


def test_a_scene_without_a_duration_lasts_as_long_as_its_whole_clips() -> None:
    w = world(None)
    w.put(clip_path(1, 1), 3.0)
    w.put(clip_path(1, 3), 4.0)
    w.put(clip_path(1, 4), verdict=Verdict.BROKEN)
    assert w.plan().scenes[0].duration == 7.0
    assert to_do(w.plan()) == {"scene-1", "film"}


def test_a_scene_with_neither_duration_nor_clips_is_the_engines_shortest_length() -> None:
    w = world(None, providers=providers(engine((9, 5))))
    assert clip_of(w, 1).seconds == 5.0


def test_a_scene_shorter_than_a_frame_shows_one_frame() -> None:
    w = world(0.001)
    task = clip_of(w, 1)
    assert (task.seconds, task.shown_frames) == (5.0, 1)
    assert w.finish().finished


def test_kept_clips_are_never_trimmed() -> None:
    w = world(7.0)
    w.put(clip_path(1, 1), 5.0)
    w.put(clip_path(1, 2), 5.0)
    request = w.plan().by_key[Key(Step.SCENE, 1)].request
    assert isinstance(request, SceneJoinRequest)
    assert [part.frames for part in request.parts] == [None, None]
    assert w.plan().price.free


def test_a_new_clip_that_was_trimmed_stays_trimmed_when_the_run_goes_on() -> None:
    w = world(7.0, 5.0)
    for key in (a_clip(1, 1), Key(Step.LAST_FRAME, 1, 1), a_clip(1, 2)):
        w.perform(w.plan().by_key[key])
    request = w.plan().by_key[Key(Step.SCENE, 1)].request
    assert isinstance(request, SceneJoinRequest)
    assert [part.frames for part in request.parts] == [None, 48]
    assert w.plan().scenes[0].seconds == 7.0
    frame = w.plan().by_key[Key(Step.LAST_FRAME, 1, 2)].request
    assert frame == FrameRequest(video=clip_path(1, 2), frame=47)


def test_a_clip_that_came_back_at_another_rate_shows_the_same_time_and_buys_nothing_more() -> None:
    w = world(7.0, rate=30.0)
    w.put("scene_9_20250131_120000.mp4")  # the run's rate is 24
    w.scenes = (*w.scenes, scene(9))
    w.finish()
    record = w.published[clip_path(1, 2)]
    assert record.shown_frames == 60
    assert w.bought == [a_clip(1, 1), a_clip(1, 2)]


def test_a_clip_that_came_out_a_little_short_still_counts_as_what_was_asked() -> None:
    w = world(5.0)
    w.put(clip_path(1, 1), 4.6)
    assert "clip-1-2" in to_do(w.plan())  # nobody knows what was asked
    w.record(clip_path(1, 1), asked_seconds=5.0)
    assert to_do(w.plan()) == {"scene-1", "film"}
    w.put(clip_path(1, 1), 4.4)
    w.record(clip_path(1, 1), asked_seconds=5.0)
    assert "clip-1-2" in to_do(w.plan())


def test_a_trimmed_clip_that_came_out_a_little_short_buys_no_other() -> None:
    w = world(5.0)
    w.put(clip_path(1, 1), 4.9)
    w.record(clip_path(1, 1), asked_seconds=9.0, shown_frames=120)
    assert to_do(w.plan()) == {"scene-1", "film"}
    request = w.plan().by_key[Key(Step.SCENE, 1)].request
    assert isinstance(request, SceneJoinRequest)
    assert request.parts[0].frames is None


def test_kept_clips_after_a_refilled_gap_are_stale_and_stay() -> None:
    w = world(15.0)
    w.put(clip_path(1, 1))
    w.put(clip_path(1, 3))
    the_plan = w.plan()
    assert the_plan.by_key[a_clip(1, 2)].decision is Decision.MAKE
    assert whys(the_plan.by_key[a_clip(1, 2)]) == {"GAP"}
    assert the_plan.by_key[a_clip(1, 1)].decision is Decision.KEEP
    stale = the_plan.by_key[a_clip(1, 3)]
    assert stale.decision is Decision.STALE
    assert str(stale.reasons[1]) == "clip 2 before it is made again"


def test_huge_clip_and_scene_numbers_stay_fast_and_writable() -> None:
    last = 999_999_999
    for chosen in (providers(engine()), providers()):
        w = World(scenes=(scene(last, 20.0),), providers=chosen)
        w.put(clip_path(last, last))
        before = time.process_time()
        the_plan = w.plan()
        assert time.process_time() - before < 5  # counting to the last number takes minutes
        new = [task.key.clip for task in the_plan.tasks if task.key.step is Step.CLIP]
        assert new[0] == (1 if chosen.engine else last)


def test_new_clips_take_the_size_and_rate_of_most_of_the_runs_videos() -> None:
    w = world(5.0, 5.0, 5.0, 5.0)
    w.put(video_path(1), size=(641, 361), fps=25)
    w.put(video_path(2), size=(641, 361), fps=25)
    w.put(video_path(3), size=(1920, 1080), fps=30)
    request = clip_of(w, 4).request
    assert isinstance(request, ClipRequest)
    assert (request.width, request.height, request.fps) == (640, 360, 25)


# the picture that starts a clip ------------------------------------------


def test_clip_1_starts_from_its_scenes_first_frame_before_all_else() -> None:
    w = world(5.0, 5.0)
    w.put(video_path(1))
    w.put(first_frame_path(2))
    w.put(IMAGE)
    assert start_of(w, 2) == first_frame_path(2)


def test_the_first_scene_starts_from_the_initial_image() -> None:
    w = world(5.0, 5.0)
    w.put("holiday.JPG")
    assert start_of(w, 1) == "holiday.JPG"
    assert start_of(w, 2) == frame_path(1, 1)


def test_the_first_scene_is_the_first_that_plays() -> None:
    w = world(5.0, 5.0)
    w.scenes = w.scenes[::-1]
    w.put(IMAGE)
    assert start_of(w, 2) == IMAGE
    assert start_of(w, 1) == frame_path(2, 1)


def test_a_broken_initial_image_starts_nothing() -> None:
    w = world(5.0)
    w.put(IMAGE, verdict=Verdict.BROKEN)
    assert start_of(w, 1) is None


def test_another_clip_starts_from_the_last_frame_of_the_clip_before_it() -> None:
    w = world(10.0)
    w.put(clip_path(1, 1))
    assert start_of(w, 1, 2) == frame_path(1, 1)
    w.put(frame_path(1, 1))
    assert start_of(w, 1, 2) == frame_path(1, 1)
    assert "last-frame-1-1" not in decisions(w.plan())


def test_a_broken_last_frame_is_taken_again() -> None:
    w = world(10.0)
    w.put(clip_path(1, 1))
    w.put(frame_path(1, 1), verdict=Verdict.BROKEN)
    task = w.plan().by_key[Key(Step.LAST_FRAME, 1, 1)]
    assert task.displaces == (frame_path(1, 1),)
    assert "BROKEN" in whys(task)


def test_the_last_frame_is_the_last_shown_one() -> None:
    w = world(7.0, 5.0)
    task = w.plan().by_key[Key(Step.LAST_FRAME, 1, 2)]
    assert task.request == FrameRequest(video=clip_path(1, 2), frame=47)
    assert w.plan().by_key[Key(Step.LAST_FRAME, 1, 1)].request == FrameRequest(
        video=clip_path(1, 1)
    )


def test_a_scene_video_without_clips_gives_its_own_last_frame() -> None:
    w = world(5.0, 5.0)
    w.put(video_path(1))
    task = w.plan().by_key[Key(Step.SCENE_LAST_FRAME, 1)]
    assert task.request == FrameRequest(video=video_path(1))
    assert start_of(w, 2) == task.output == scene_frame_path(1)


def test_a_picture_is_not_taken_from_where_a_clip_in_flight_will_move_it_away() -> None:
    w = world(15.0)
    w.put(single_clip_path(1))
    w.put(scene_frame_path(1))
    w.fly(a_clip(1, 3))
    assert start_of(w, 1, 2) == frame_path(1, 1)
    assert scene_frame_path(1) in clip_of(w, 1, 3).displaces


def test_an_old_single_clip_folder_has_its_last_frame_already() -> None:
    w = world(5.0, 5.0)
    w.put(single_clip_path(1))
    w.put(scene_frame_path(1))
    assert start_of(w, 2) == scene_frame_path(1)
    w.put(video_path(1))
    assert start_of(w, 2) == scene_frame_path(1)
    assert not {"last-frame-1-1", "scene-last-frame-1"} & decisions(w.plan()).keys()


def test_the_join_of_a_scene_leaves_the_last_frame_that_the_next_one_starts_from() -> None:
    w = world(5.0, 5.0)
    w.put(single_clip_path(1))
    w.put(scene_frame_path(1))
    assert w.plan().by_key[Key(Step.SCENE, 1)].displaces == ()


def test_the_frame_of_a_whole_scene_is_not_that_of_one_of_its_clips() -> None:
    w = world(15.0)
    w.put(clip_path(1, 1))
    w.put(clip_path(1, 3))
    w.put(scene_frame_path(1))
    assert start_of(w, 1, 2) == frame_path(1, 1)


def test_a_new_clip_moves_its_scenes_last_frame_aside() -> None:
    w = world(10.0)
    w.put(single_clip_path(1))
    w.put(scene_frame_path(1))
    assert start_of(w, 1, 2) == scene_frame_path(1)
    assert scene_frame_path(1) in clip_of(w, 1, 2).displaces


def test_a_last_frame_of_a_clip_that_was_replaced_is_taken_again() -> None:
    w = world(10.0)
    w.put(clip_path(1, 1))
    w.put(frame_path(1, 1))
    w.record(frame_path(1, 1), made_from=[clip_path(1, 1)])
    assert "last-frame-1-1" not in decisions(w.plan())
    w.put(clip_path(1, 1))
    task = w.plan().by_key[Key(Step.LAST_FRAME, 1, 1)]
    assert task.decision is Decision.MAKE
    assert task.displaces == (frame_path(1, 1),)


def test_a_last_frame_is_taken_again_where_the_scenes_video_was_replaced() -> None:
    w = world(5.0, 5.0)
    w.put(video_path(1))
    w.put(scene_frame_path(1))
    w.record(scene_frame_path(1), made_from=[video_path(1)])
    assert start_of(w, 2) == scene_frame_path(1)
    assert "scene-last-frame-1" not in decisions(w.plan())
    w.put(video_path(1))
    assert w.plan().by_key[Key(Step.SCENE_LAST_FRAME, 1)].displaces == (scene_frame_path(1),)


def test_a_frame_of_a_clip_says_nothing_of_a_video_that_somebody_put_there() -> None:
    w = world(5.0, 5.0)
    w.put(clip_path(1, 1))
    w.put(frame_path(1, 1))
    w.record(frame_path(1, 1), made_from=[clip_path(1, 1)])
    assert "last-frame-1-1" not in decisions(w.plan())
    w.put(video_path(1))
    task = w.plan().by_key[Key(Step.LAST_FRAME, 1, 1)]
    assert task.request == FrameRequest(video=video_path(1))
    assert task.displaces == (frame_path(1, 1),)


def test_a_joined_scene_ends_with_the_frame_of_its_last_clip() -> None:
    w = world(10.0, 5.0)
    for clip in (1, 2):
        w.put(clip_path(1, clip))
        w.put(frame_path(1, clip))
        w.record(frame_path(1, clip), made_from=[clip_path(1, clip)])
    w.put(video_path(1), 10.0)
    w.record(video_path(1), made_from=[clip_path(1, 1), clip_path(1, 2)])
    assert start_of(w, 2) == frame_path(1, 2)
    assert "last-frame-1-2" not in decisions(w.plan())
    w.put(clip_path(1, 5))  # a stray clip is not in the video
    w.put(frame_path(1, 5))
    assert start_of(w, 2) == frame_path(1, 2)


def test_first_frames_are_drawn_only_for_scenes_whose_clip_1_is_to_be_made() -> None:
    w = world(5.0, 10.0, 5.0, providers=providers(engine(), images()))
    w.options = PlanOptions(first_frames=True)
    w.put(video_path(1))
    w.put(clip_path(2, 1))
    task = w.plan().by_key[Key(Step.FIRST_FRAME, 3)]
    assert task.decision is Decision.MAKE
    assert start_of(w, 3) == first_frame_path(3)
    assert clip_of(w, 3).needs == (task.key,)
    assert {key for key in decisions(w.plan()) if key.startswith("first-frame")} == {
        "first-frame-3"
    }


def test_a_first_frame_is_drawn_from_its_own_prompt_else_the_scenes() -> None:
    w = world(5.0, 5.0, providers=providers(engine(), images()))
    w.options = PlanOptions(first_frames=True)
    w.scenes = (evolve(w.scenes[0], first_frame_prompt="a lamp"), w.scenes[1])
    prompts = []
    for number in (1, 2):
        request = w.plan().by_key[Key(Step.FIRST_FRAME, number)].request
        assert isinstance(request, ImageRequest)
        prompts.append(request.prompt)
    assert prompts == ["a lamp", w.scenes[1].prompt]


def test_an_initial_image_given_now_starts_the_first_clip_still_to_be_made() -> None:
    w = world(5.0, 10.0, 5.0)
    w.options = PlanOptions(initial_image="/pictures/boat.png")
    w.put(video_path(1))
    w.put(clip_path(2, 1))
    w.put(frame_path(2, 1))
    the_plan = w.plan()
    assert the_plan.initial_image_for == a_clip(2, 2)
    task = the_plan.by_key[Key(Step.INITIAL_IMAGE)]
    assert task.request == ImportImageRequest(path="/pictures/boat.png")
    assert start_of(w, 2, 2) == IMAGE
    assert start_of(w, 3) == frame_path(2, 2)


def test_an_initial_image_that_the_run_remembers_starts_the_same_clip() -> None:
    w = world(5.0, 5.0)
    w.put(video_path(1))
    w.put(IMAGE)
    w.options = PlanOptions(initial_image_for=a_clip(2, 1))
    assert start_of(w, 2) == IMAGE
    assert "initial-image" not in decisions(w.plan())


def test_an_initial_image_that_starts_nothing_is_said() -> None:
    w = world(5.0, options=PlanOptions(initial_image="/pictures/boat.png"))
    w.put(video_path(1))
    w.put(FILM)
    assert w.plan().finished
    assert w.plan().initial_image_for is None
    assert "starts nothing" in w.plan().notes[0]


def test_an_initial_image_is_drawn_from_its_prompt_once() -> None:
    w = world(5.0, providers=providers(engine(), images()))
    w.options = PlanOptions(initial_image_prompt="a boat")
    w.put("holiday.jpg")
    task = w.plan().by_key[Key(Step.INITIAL_IMAGE)]
    assert isinstance(task.request, ImageRequest)
    assert task.request.prompt == "a boat"
    assert task.displaces == ()  # the user's own pictures stay
    w.perform(task)
    assert "initial-image" not in to_do(w.plan())
    w.options = PlanOptions(initial_image_prompt="a boat")
    assert start_of(w, 1) == IMAGE
    w.published.clear()  # a lost journal does not buy it again
    assert "initial-image" not in to_do(w.plan())
    w.record(IMAGE, prompt=prompt_digest("a house"))
    assert w.plan().by_key[Key(Step.INITIAL_IMAGE)].displaces == (IMAGE,)


def test_an_initial_image_in_flight_is_collected() -> None:
    w = world(5.0, providers=providers(engine(), installed=[images()]))
    w.options = PlanOptions(initial_image_for=a_clip(1, 1))
    w.fly(Key(Step.INITIAL_IMAGE))
    task = w.plan().by_key[Key(Step.INITIAL_IMAGE)]
    assert task.decision is Decision.ATTACH
    assert start_of(w, 1) == IMAGE


def test_an_initial_image_that_cannot_be_read_stops_its_clip_and_is_not_tried_for_ever() -> None:
    w = world(5.0, 5.0, options=PlanOptions(initial_image="/pictures/boat.png"))
    w.options = evolve(w.options, given_up=frozenset({Key(Step.INITIAL_IMAGE)}))
    assert decisions(w.plan())["initial-image"] is Decision.BLOCKED
    assert decisions(w.plan())["clip-1-1"] is Decision.WAIT


# what failed, what waits -------------------------------------------------


def test_after_a_scene_that_failed_the_next_one_goes_on_without_a_picture() -> None:
    w = world(5.0, 5.0, options=PlanOptions(given_up=frozenset({a_clip(1, 1)})))
    the_plan = w.plan()
    assert the_plan.by_key[a_clip(1, 1)].decision is Decision.BLOCKED
    task = the_plan.by_key[a_clip(2, 1)]
    assert task.decision is Decision.MAKE
    assert start_of(w, 2) is None
    assert "LOST_CONTINUITY" in whys(task)
    assert "last-frame-1-1" not in decisions(the_plan)
    assert decisions(the_plan)["film"] is Decision.WAIT


def test_the_rest_of_a_scene_waits_for_its_clip_that_failed() -> None:
    w = world(15.0, options=PlanOptions(given_up=frozenset({a_clip(1, 1)})))
    assert [decisions(w.plan())[f"clip-1-{n}"] for n in (1, 2, 3)] == [
        Decision.BLOCKED,
        Decision.WAIT,
        Decision.WAIT,
    ]


@pytest.mark.parametrize("key", [Key(Step.LAST_FRAME, 1, 1), Key(Step.FIRST_FRAME, 2)])
def test_a_picture_that_failed_stops_its_scene_and_not_the_one_after(key: Key) -> None:
    chosen = [engine(), images()] if key.step is Step.FIRST_FRAME else [engine()]
    w = world(5.0, 5.0, 5.0, providers=providers(*chosen))
    w.options = PlanOptions(first_frames=key.step is Step.FIRST_FRAME, given_up=frozenset({key}))
    the_plan = w.plan()
    assert the_plan.by_key[key].decision is Decision.BLOCKED
    assert the_plan.by_key[a_clip(2, 1)].decision is Decision.WAIT
    assert the_plan.by_key[a_clip(3, 1)].decision is Decision.MAKE


@pytest.mark.parametrize("key", [Key(Step.SCENE, 1), THE_FILM])
def test_a_join_that_failed_is_not_tried_again_in_this_run(key: Key) -> None:
    w = world(5.0, options=PlanOptions(given_up=frozenset({key})))
    w.put(clip_path(1, 1))
    task = w.plan().by_key[key]
    assert task.decision is Decision.BLOCKED
    assert whys(task) == {"FAILED"}
    assert THE_FILM not in {task.key for task in w.plan().to_do}


def test_after_a_scene_that_waits_for_an_answer_the_next_one_waits() -> None:
    w = world(5.0, 5.0)
    w.fly(a_clip(1, 1), job="")
    assert [decisions(w.plan())[f"clip-{n}-1"] for n in (1, 2)] == [Decision.ASK, Decision.WAIT]


def test_without_an_engine_what_is_missing_is_blocked_and_what_is_there_is_joined() -> None:
    w = world(5.0, 5.0, providers=providers())
    w.put(clip_path(1, 1))
    the_plan = w.plan()
    assert to_do(the_plan) == {"scene-1"}
    w.scenes = (*w.scenes, scene(3))
    assert decisions(w.plan())["clip-3-1"] is Decision.BLOCKED
    assert the_plan.by_key[a_clip(2, 1)].decision is Decision.BLOCKED
    assert whys(the_plan.by_key[a_clip(2, 1)]) == {"NO_PROVIDER"}
    assert the_plan.by_key[THE_FILM].decision is Decision.WAIT
    assert world(None, providers=providers()).plan().stuck


def test_a_split_that_raises_blocks_its_scene_with_the_reason() -> None:
    def split(seconds: float, options: Any) -> tuple[float, ...]:
        raise RuntimeError("no such model")

    w = world(5.0, 10.0, providers=providers(engine(split=split)))
    w.put(video_path(1))
    w.put(clip_path(2, 1))
    task = clip_of(w, 2, 2)
    assert task.decision is Decision.BLOCKED
    assert str(task.reasons[0]) == "paid: split() raised RuntimeError: no such model"
    assert decisions(w.plan())["clip-2-1"] is Decision.KEEP


@pytest.mark.parametrize("parts", [(), (4.0,), (5.0, 9.0), (float("nan"),), (-5.0, 10.0)])
def test_a_split_that_does_not_fit_blocks_its_scene(parts: tuple[float, ...]) -> None:
    w = world(5.0, providers=providers(engine(split=lambda seconds, options: parts)))
    task = clip_of(w, 1)
    assert task.decision is Decision.BLOCKED
    assert "PROVIDER_RAISED" in whys(task)


def test_lengths_that_raise_block_a_scene_without_duration_too() -> None:
    def lengths(options: Any) -> tuple[float, ...]:
        raise KeyError("model")

    w = world(None, providers=providers(engine(lengths)))  # type: ignore[arg-type]
    assert whys(clip_of(w, 1)) == {"PROVIDER_RAISED"}


def test_a_price_that_raises_or_is_none_blocks_its_task_with_the_reason() -> None:
    def raising(request: Any, options: Any) -> Price:
        raise ZeroDivisionError("division by zero")

    for price in (raising, lambda request, options: 5):
        w = world(5.0, providers=providers(engine(price=price)))
        task = clip_of(w, 1)
        assert task.decision is Decision.BLOCKED
        assert "price() raised" in str(task.reasons[-1])
        assert w.plan().price.free


# paid work in flight -----------------------------------------------------


def test_a_clip_in_flight_counts_as_covered_and_is_collected() -> None:
    w = world(10.0)
    w.fly(a_clip(1, 1), job="j1")
    the_plan = w.plan()
    task = the_plan.by_key[a_clip(1, 1)]
    assert task.decision is Decision.ATTACH
    assert str(task.reasons[0]) == "paid was paid for it and has it as job j1"
    assert task.collects == w.in_flight[a_clip(1, 1)]
    assert the_plan.price == Price(1, 1)  # clip 2 alone
    assert the_plan.by_key[a_clip(1, 2)].needs == (Key(Step.LAST_FRAME, 1, 1),)


def test_a_job_is_collected_by_the_provider_that_took_the_money_in_its_own_pattern() -> None:
    third = engine((6, 8, 10), name="third", pattern=WEBM)
    w = world(5.0, providers=providers(engine(), installed=[third]))
    w.fly(a_clip(1, 1), name="third", seconds=6.0, shown_frames=120)
    task = clip_of(w, 1)
    assert (task.decision, task.provider) == (Decision.ATTACH, "third")
    assert task.output == f"third_1_1_{TS}.webm"
    assert (task.seconds, task.shown_frames) == (6.0, 120)
    assert w.plan().scenes[0].seconds == 5.0
    assert w.plan().price.free


def test_a_job_of_a_provider_that_is_not_installed_is_blocked_and_not_bought_again() -> None:
    w = world(5.0)
    w.fly(a_clip(1, 1), name="gone")
    task = clip_of(w, 1)
    assert task.decision is Decision.BLOCKED
    assert str(task.reasons[0]) == "video-engine gone is not installed"


@pytest.mark.parametrize(
    ("abilities", "decision"),
    [((), Decision.ASK), (("find",), Decision.ATTACH), (("idempotent",), Decision.ATTACH)],
)
def test_an_intent_without_a_job_is_a_question_unless_the_provider_can_tell(
    abilities: tuple[str, ...], decision: Decision
) -> None:
    w = world(5.0, providers=providers(engine(abilities=abilities)))
    w.fly(a_clip(1, 1), job="")
    task = clip_of(w, 1)
    assert task.decision is decision
    assert task.price == Price(1, 1)  # it may be bought now
    w.damage = "line 3"
    assert clip_of(w, 1).decision is Decision.ASK


def test_an_answer_that_is_kept_is_collected() -> None:
    w = world(5.0, providers=providers(engine(), speech(), script()))
    w.fly(Key(Step.NARRATION_TEXT), job="", answered=True)
    task = w.plan().by_key[Key(Step.NARRATION_TEXT)]
    assert task.decision is Decision.ATTACH
    assert "ANSWERED" in whys(task)


def test_a_file_that_is_there_is_kept_although_its_job_is_still_in_flight() -> None:
    w = world(5.0)
    w.put(clip_path(1, 1))
    w.fly(a_clip(1, 1))
    assert clip_of(w, 1).decision is Decision.KEEP


def test_a_job_that_no_plan_needs_is_named() -> None:
    w = world(5.0)
    w.put(video_path(1))
    w.fly(a_clip(1, 3), job="j9")
    assert w.plan().notes[-1] == "paid holds a job for scene 1 clip 3 that no plan needs now (j9)"


def test_jobs_are_collected_even_where_no_engine_is_chosen_or_its_split_raises() -> None:
    def split(seconds: float, options: Any) -> tuple[float, ...]:
        raise RuntimeError

    for chosen in (
        providers(installed=[engine()]),
        providers(engine(name="other", split=split), installed=[engine()]),
    ):
        w = world(10.0, providers=chosen)
        w.fly(a_clip(1, 1))
        assert decisions(w.plan())["clip-1-1"] is Decision.ATTACH
        assert decisions(w.plan())["clip-1-2"] is Decision.BLOCKED


@pytest.mark.parametrize(
    ("key", "maker"),
    [
        (Key(Step.SOUND, 1), sounds()),
        (Key(Step.NARRATION), speech()),
        (Key(Step.FIRST_FRAME, 1), images()),
        (Key(Step.NARRATION_TEXT), script()),
    ],
    ids=lambda value: str(value) if isinstance(value, Key) else "",
)
def test_other_paid_work_in_flight_is_collected_where_its_provider_is_not_chosen_any_more(
    key: Key, maker: Any
) -> None:
    w = world(5.0, providers=providers(engine(), speech(name="other"), installed=[maker]))
    w.scenes = (scene(1),)
    if key.step is Step.NARRATION:
        w.providers = providers(engine(), installed=[maker])
    w.fly(key)
    task = w.plan().by_key[key]
    assert (task.decision, task.provider) == (Decision.ATTACH, maker.name)


def test_a_broken_clip_that_was_paid_for_is_fetched_again_by_its_job() -> None:
    w = world(10.0, 5.0)
    w.finish()
    bought = list(w.bought)
    for path in (FILM, video_path(1)):
        del w.files[path]
    facts = {"provider": "paid", "paid": True, "job": "j2", "asked_seconds": 5.0, "take": 2}
    w.record(clip_path(1, 2), facts={"region": "eu"}, **facts)
    w.spoil(clip_path(1, 2))
    the_plan = w.plan()
    task = the_plan.by_key[a_clip(1, 2)]
    assert task.decision is Decision.ATTACH
    assert whys(task) == {"BROKEN", "FETCH_AGAIN"}
    assert "it is fetched again, which costs nothing" in str(task.reasons[-1])
    assert task.collects is not None
    assert (task.collects.job, task.collects.take) == ("j2", 2)
    assert not task.collects.price.free  # its new record says that it was paid
    assert task.collects.facts == {"region": "eu"}
    assert clip_path(1, 2) in task.displaces
    assert the_plan.price.free
    assert w.finish().finished
    assert w.bought == bought


@pytest.mark.parametrize(
    "change", [{"job": ""}, {"paid": False}, {"provider": "gone"}, {"asked_seconds": 0.0}]
)
def test_a_broken_clip_that_cannot_be_fetched_counts_as_missing_and_is_in_the_price(
    change: dict[str, Any],
) -> None:
    w = world(5.0)
    w.put(clip_path(1, 1))
    facts = {"provider": "paid", "paid": True, "job": "j1", "asked_seconds": 5.0}
    w.record(clip_path(1, 1), **(facts | change))
    w.spoil(clip_path(1, 1))
    task = clip_of(w, 1)
    assert task.decision is Decision.MAKE
    assert "BROKEN" in whys(task)
    assert clip_path(1, 1) in task.displaces
    assert w.plan().price == Price(1, 1)


def test_a_broken_sound_that_was_paid_for_is_fetched_again() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), sounds()))
    w.put(sound_path(1))
    w.record(sound_path(1), provider="paid", paid=True, job="j1")
    w.spoil(sound_path(1))
    task = w.plan().by_key[Key(Step.SOUND, 1)]
    assert (task.decision, task.collects and task.collects.job) == (Decision.ATTACH, "j1")


# a damaged journal, near misses ------------------------------------------


def test_a_damaged_journal_turns_purchases_into_questions_and_free_work_goes_on() -> None:
    w = world(5.0, 5.0, damage="line 7: its checksum does not fit")
    w.put(clip_path(1, 1))
    the_plan = w.plan()
    assert to_do(the_plan) == {"scene-1", "last-frame-1-1"}
    task = the_plan.by_key[a_clip(2, 1)]
    assert task.decision is Decision.ASK
    assert "line 7" in str(task.reasons[-1])
    w.providers = providers(engine(dollars=0))
    assert "clip-2-1" in to_do(w.plan())


def test_a_job_whose_id_is_known_is_collected_in_spite_of_a_damaged_journal() -> None:
    w = world(5.0, damage="line 7")
    w.fly(a_clip(1, 1))
    assert clip_of(w, 1).decision is Decision.ATTACH


@pytest.mark.parametrize(
    ("stray", "rename"),
    [
        ("scene_1_final.mp4", video_path(1)),
        (f"scene_1_all_vid_{TS}/scene_1_take2.mov", clip_path(1, 1)),
    ],
)
def test_a_near_miss_turns_a_purchase_for_its_scene_into_a_question(
    stray: str, rename: str
) -> None:
    w = world(5.0, 5.0)
    w.unclaimed.append(stray)
    task = clip_of(w, 1)
    assert task.decision is Decision.ASK
    assert task.price == Price(1, 1)
    assert str(task.reasons[-1]) == (
        f"{stray} looks like its file; if it is, rename it to {rename}"
    )
    assert decisions(w.plan())["clip-2-1"] is Decision.WAIT


def test_a_near_miss_of_free_work_is_only_said() -> None:
    w = world(5.0, providers=providers(engine(dollars=0)))
    w.unclaimed.append("scene_1_final.mp4")
    task = clip_of(w, 1)
    assert task.decision is Decision.MAKE
    assert "NEAR_MISS" in whys(task)


def test_a_near_miss_stops_the_purchase_of_a_first_frame_too() -> None:
    w = world(5.0, providers=providers(engine(), images()))
    w.options = PlanOptions(first_frames=True)
    w.unclaimed.append("scene_1_final.mp4")
    task = w.plan().by_key[Key(Step.FIRST_FRAME, 1)]
    assert task.decision is Decision.ASK
    assert str(task.reasons[-1]).endswith(f"rename it to {video_path(1)}")
    assert w.plan().price.free


@pytest.mark.parametrize("name", ["scene_1_notes.txt", "scene_2_final.mp4", "my_scene_1_.mp4"])
def test_other_files_are_no_near_miss(name: str) -> None:
    w = world(5.0)
    w.unclaimed.append(name)
    assert clip_of(w, 1).decision is Decision.MAKE


def test_after_a_scene_that_nobody_can_make_now_the_next_one_waits_for_it() -> None:
    w = world(5.0, 5.0, providers=providers(engine(), installed=()))
    w.fly(a_clip(1, 1), name="gone")
    task = clip_of(w, 2)
    assert task.decision is Decision.WAIT
    assert str(task.reasons[-1]) == "it waits for scene 1 clip 1"


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


# sound effects -----------------------------------------------------------


def test_each_scene_with_a_prompt_gets_a_sound_as_long_as_it() -> None:
    w = World(
        scenes=(scene(1, 7.0), scene(2, sound_prompt="  ")), providers=providers(engine(), sounds())
    )
    request = w.plan().by_key[Key(Step.SOUND, 1)].request
    assert request == SoundRequest(prompt="sound 1", seconds=7.0, seed=request.seed)  # type: ignore[union-attr]
    assert "sound-2" not in decisions(w.plan())


def test_without_a_sound_engine_effects_are_left_out_and_it_is_said() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine()))
    assert [note for note in w.plan().notes if note.startswith("sound effects are left out")]
    w.options = PlanOptions(skip_sound_effects=True)
    assert not [note for note in w.plan().notes if note.startswith("sound effects")]


@pytest.mark.parametrize("skip", [False, True])
def test_sounds_that_are_there_are_used_even_where_they_are_not_made(skip: bool) -> None:
    w = World(scenes=(scene(1), scene(2)), providers=providers(engine(), sounds()))
    w.put(sound_path(1))
    w.options = PlanOptions(skip_sound_effects=skip)
    request = w.plan().by_key[THE_FILM].request
    assert isinstance(request, FilmJoinRequest)
    assert request.scenes[0].sound == sound_path(1)
    assert request.scenes[1].sound == (None if skip else sound_path(2))


@pytest.mark.parametrize("explicit", [False, True])
def test_where_a_film_stands_only_a_provider_that_was_named_adds_sound_to_it(
    explicit: bool,
) -> None:
    w = World(
        scenes=(scene(1),),
        providers=providers(sounds(explicit=explicit), speech(explicit=explicit), script()),
    )
    w.put(video_path(1))
    w.put(FILM)
    assert w.plan().finished is not explicit
    if explicit:
        assert to_do(w.plan()) == {
            "sound-1",
            "narration-text",
            "narration",
            "narration-adjusted",
            "film",
        }
        assert w.plan().by_key[Key(Step.SOUND, 1)].displaces == (FILM,)
        w.options = PlanOptions(skip_sound_effects=True, skip_narration=True)
        assert w.plan().finished


def test_a_sound_whose_prompt_changed_is_stale_and_kept() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), sounds()))
    w.finish()
    w.scenes = (scene(1, sound_prompt="thunder"),)
    assert w.plan().by_key[Key(Step.SOUND, 1)].decision is Decision.STALE
    assert w.plan().finished


def test_a_broken_sound_is_named_and_made_again() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), sounds()))
    w.put(sound_path(1), verdict=Verdict.BROKEN)
    task = w.plan().by_key[Key(Step.SOUND, 1)]
    assert (task.decision, task.displaces) == (Decision.MAKE, (sound_path(1),))
    assert "BROKEN" in whys(task)


def test_the_film_waits_for_a_sound_that_failed() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), sounds()))
    w.options = PlanOptions(given_up=frozenset({Key(Step.SOUND, 1)}))
    assert decisions(w.plan())["film"] is Decision.WAIT
    w.options = evolve(w.options, skip_sound_effects=True)
    assert decisions(w.plan())["film"] is Decision.MAKE


# the narration -----------------------------------------------------------


def narrated(**more: Any) -> World:
    w = world(10.0, **({"providers": providers(engine(), speech(), script())} | more))
    w.put(video_path(1), 10.0)
    return w


def test_a_narration_is_written_spoken_and_fitted_in_that_order() -> None:
    w = narrated()
    the_plan = w.plan()
    assert [task.key.step for task in the_plan.to_do] == [
        Step.NARRATION_TEXT,
        Step.NARRATION,
        Step.NARRATION_ADJUSTED,
        Step.FILM,
    ]
    request = the_plan.by_key[Key(Step.NARRATION_TEXT)].request
    assert isinstance(request, NarrationTextRequest)
    assert request.words == 20
    film = the_plan.by_key[THE_FILM].request
    assert isinstance(film, FilmJoinRequest)
    assert film.narration == ADJUSTED
    assert w.finish().finished


def test_the_price_of_speech_is_unknown_until_its_words_are() -> None:
    def by_letter(request: Any, options: Any) -> Price:
        return Price(len(request.text) / 100, len(request.text) / 100)

    w = narrated()
    paid = speech()
    w.providers = providers(
        engine(), evolve(paid, spec=evolve(paid.spec, price=by_letter)), script(dollars=0)
    )
    assert not w.plan().price.known
    w.put(TEXT)
    w.texts[TEXT] = "a boat comes in"
    assert w.plan().price == Price(0.15, 0.15)
    w.providers = providers(engine(), speech(dollars=0), script(dollars=0))
    assert w.plan().price.free


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ((engine(),), "no speech engine was chosen"),
        ((engine(), speech()), "there is no narration text, and no script model was chosen"),
    ],
)
def test_a_narration_that_nobody_can_make_is_left_out_and_it_is_said(
    chosen: tuple[Any, ...], words: str
) -> None:
    w = narrated(providers=providers(*chosen))
    assert to_do(w.plan()) == {"film"}
    assert [note for note in w.plan().notes if words in note]


def test_an_adjusted_narration_of_the_right_length_is_used_as_it_is() -> None:
    w = narrated()
    w.put(ADJUSTED, 10.1)
    w.put(NARRATION, 8.0)
    assert to_do(w.plan()) == {"film"}
    w.put(ADJUSTED, 10.3)
    task = w.plan().by_key[Key(Step.NARRATION_ADJUSTED)]
    assert task.decision is Decision.REDO
    assert str(task.reasons[0]) == "it lasts 10.3 s and the film 10.0 s"
    w.put(FILM)  # what stands is not doubted
    assert w.plan().finished
    del w.files[FILM]
    del w.files[NARRATION]  # it cannot be fitted again
    assert to_do(w.plan()) == {"film"}


def test_a_narration_that_is_there_is_fitted_even_where_none_is_made() -> None:
    w = narrated(options=PlanOptions(skip_narration=True))
    w.put(NARRATION, 8.0)
    assert to_do(w.plan()) == {"narration-adjusted", "film"}
    w.put(ADJUSTED, verdict=Verdict.BROKEN)
    task = w.plan().by_key[Key(Step.NARRATION_ADJUSTED)]
    assert whys(task) == {"BROKEN"}
    assert task.displaces == (ADJUSTED,)


def test_skipping_the_narration_makes_neither_text_nor_speech() -> None:
    w = narrated(options=PlanOptions(skip_narration=True))
    assert to_do(w.plan()) == {"film"}
    assert not w.plan().notes


def test_a_replaced_narration_is_fitted_again_and_the_film_joined_again() -> None:
    w = narrated()
    w.finish()
    w.put(NARRATION, 8.0)
    assert to_do(w.plan()) == {"narration-adjusted", "film"}
    assert decisions(w.plan())["narration-adjusted"] is Decision.REDO
    assert set(w.plan().by_key[Key(Step.NARRATION_ADJUSTED)].displaces) == {ADJUSTED, FILM}
    assert w.finish().finished


def test_speech_is_stale_and_kept_when_its_text_was_rewritten() -> None:
    w = narrated()
    w.finish()
    w.put(TEXT)
    assert decisions(w.plan())["narration"] is Decision.STALE
    assert w.plan().finished


def test_a_narration_added_to_a_film_without_one_is_put_into_it() -> None:
    w = narrated(providers=providers(engine()))
    w.finish()
    w.put(NARRATION, 9.0)
    assert to_do(w.plan()) == {"narration-adjusted", "film"}


def test_a_deleted_fitted_narration_is_made_again_from_what_can_make_it() -> None:
    w = narrated()
    w.finish()
    del w.files[ADJUSTED]
    assert to_do(w.plan()) == {"narration-adjusted", "film"}
    del w.files[NARRATION]
    w.fly(Key(Step.NARRATION))
    assert to_do(w.plan()) == {"narration", "narration-adjusted", "film"}
    w.options = PlanOptions(skip_narration=True)
    assert w.plan().finished  # the film has it still
    w.in_flight.clear()
    w.options = PlanOptions()
    w.providers = providers(engine())
    assert w.plan().finished


def test_speech_waits_for_a_text_that_waits_for_somebody() -> None:
    w = narrated()
    w.fly(Key(Step.NARRATION_TEXT), job="")
    assert [decisions(w.plan())[name] for name in ("narration-text", "narration", "film")] == [
        Decision.ASK,
        Decision.WAIT,
        Decision.WAIT,
    ]


def test_speech_that_is_paid_for_needs_no_text_any_more() -> None:
    w = narrated()
    w.fly(Key(Step.NARRATION))
    assert to_do(w.plan()) == {"narration", "narration-adjusted", "film"}
    assert w.plan().price.free


def test_speech_moves_aside_what_was_fitted_from_older_speech() -> None:
    w = narrated()
    w.put(NARRATION, verdict=Verdict.BROKEN)
    w.put(ADJUSTED, verdict=Verdict.BROKEN)
    w.put(FILM, verdict=Verdict.BROKEN)
    assert set(w.plan().by_key[Key(Step.NARRATION)].displaces) == {NARRATION, ADJUSTED, FILM}


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
    assert not {clip_of(w, 1).request.seed} & set(seeds)  # type: ignore[union-attr]


def test_200_scenes_are_planned_at_once() -> None:
    w = world(*[14.0] * 200)
    before = time.process_time()
    assert len(w.plan().to_do) == 200 * 7
    assert time.process_time() - before < 20  # what grows with the square takes far longer
