"""The picture that starts a clip: where it comes from and when it is taken again."""

from __future__ import annotations

from attrs import evolve

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.planner.situation import prompt_digest
from vidgen_core.specs import ClipRequest, FrameRequest, ImageRequest, ImportImageRequest

from ..planning_files import a_clip, decisions, engine, images, providers, to_do, whys
from ..run_paths import (
    FILM,
    IMAGE,
    clip_path,
    first_frame_path,
    frame_path,
    scene_frame_path,
    single_clip_path,
    video_path,
)
from .worlds import clip_of, start_of, world


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


def test_a_clip_whose_initial_image_was_taken_away_goes_on_from_what_plays_before() -> None:
    w = world(5.0, 5.0, options=PlanOptions(initial_image_for=a_clip(2, 1)))
    w.put(video_path(1))
    assert start_of(w, 2) == scene_frame_path(1)


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


def test_every_picture_and_clip_carries_the_seed_of_the_film() -> None:
    w = world(
        5.0,
        5.0,
        providers=providers(engine(), images()),
        options=PlanOptions(seed=7, first_frames=True, initial_image_prompt="a boat"),
    )
    requests = [task.request for task in w.plan().tasks]
    seeds = [r.film_seed for r in requests if isinstance(r, ClipRequest | ImageRequest)]
    assert len(seeds) >= 4
    assert set(seeds) == {7}
