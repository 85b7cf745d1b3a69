"""How long a scene lasts, and how much of it is missing."""

from __future__ import annotations

import time

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.specs import ClipRequest, FrameRequest, SceneJoinRequest

from ..planning_files import World, a_clip, engine, providers, scene, to_do, whys
from ..run_paths import clip_path, video_path
from .worlds import clip_of, world


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


def test_clips_that_vidgen_had_made_do_not_outvote_what_was_there() -> None:
    w = world(5.0, 20.0)
    w.put(video_path(1), size=(640, 360))
    for clip in (1, 2, 3):
        w.put(clip_path(2, clip), size=(64, 64))
        w.record(clip_path(2, clip), provider="paid", paid=True)
    request = clip_of(w, 2, 4).request
    assert isinstance(request, ClipRequest)
    assert (request.width, request.height) == (640, 360)
    join = w.plan().by_key[Key(Step.SCENE, 2)].request
    assert isinstance(join, SceneJoinRequest)
    assert join.size == (640, 360, 24)
    del w.files[video_path(1)]
    request = clip_of(w, 1).request
    assert isinstance(request, ClipRequest)
    assert (request.width, request.height) == (64, 64), "nothing else tells a size"
    join = w.plan().by_key[Key(Step.SCENE, 2)].request
    assert isinstance(join, SceneJoinRequest)
    assert join.size is None


def test_the_plan_says_which_form_the_film_will_have_and_what_is_fitted_into_it() -> None:
    w = world(5.0, 5.0, 5.0, options=PlanOptions(skip_narration=True))
    for number in (1, 2):
        w.put(video_path(number), size=(640, 360))
    assert w.plan().notes == ()
    w.put(video_path(3), 5.0, size=(1280, 720))
    said = (
        "the videos differ in size or rate: the film will be 640x360 at 24 frames a second, "
        "and 1 scene is fitted into it"
    )
    assert w.plan().notes == (said,)
    w.finish()
    assert w.plan().notes == ()
