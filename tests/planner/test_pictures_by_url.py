"""Engines that take pictures by URL only, and that start from jobs of their own."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions, Providers, Why
from vidgen_core.specs import FrameRequest

from ..planning_files import (
    THE_FILM,
    World,
    a_clip,
    decisions,
    engine,
    host,
    images,
    providers,
    script,
    to_do,
    whys,
)
from ..run_paths import (
    IMAGE,
    TS,
    clip_path,
    first_frame_path,
    frame_path,
    video_path,
)
from .worlds import BY_URL, clip_of, job_of, start_of, urls, world


def luma(*durations: float, hosted: bool = False, **more: Any) -> World:
    chosen = [urls(), *([host()] if hosted else [])]
    return world(*durations, **({"providers": providers(*chosen)} | more))


def put_own_clip(w: World, number: int, clip: int, name: str = "luma", **more: Any) -> str:
    """Put a clip that a journalled job of *name* made."""
    path = clip_path(number, clip)
    w.put(path)
    facts = {"job": f"job-{number}-{clip}", "paid": True, "asked_seconds": 5.0} | more
    w.record(path, provider=name, distribution="vidgen-luma", **facts)
    return path


# jobs -------------------------------------------------------------------------


def test_a_clip_starts_from_the_job_of_the_clip_before_it_made_in_this_plan() -> None:
    w = luma(10.0, 5.0)
    assert job_of(w, 1, 2) == clip_path(1, 1)
    assert job_of(w, 2) == clip_path(1, 2)
    assert clip_of(w, 2).needs == (a_clip(1, 2),)
    assert clip_of(w, 2).inputs == (clip_path(1, 2),)
    assert not {key for key in decisions(w.plan()) if "last-frame" in key}
    assert "FROM_JOB" in whys(clip_of(w, 2))


def test_a_clip_starts_from_the_job_of_a_clip_that_is_there() -> None:
    w = luma(10.0)
    path = put_own_clip(w, 1, 1)
    w.put(frame_path(1, 1))
    assert (job_of(w, 1, 2), start_of(w, 1, 2)) == (path, None)
    assert clip_of(w, 1, 2).needs == ()
    assert clip_of(w, 1, 2).inputs == (path,)


def test_a_clip_starts_from_a_job_in_flight_once_its_clip_is_there() -> None:
    w = luma(10.0)
    w.fly(a_clip(1, 1), name="luma")
    assert job_of(w, 1, 2) == clip_path(1, 1)
    assert clip_of(w, 1, 2).needs == (a_clip(1, 1),)


def test_a_file_whose_record_a_crash_kept_back_is_known_by_its_job_in_flight() -> None:
    w = luma(10.0)
    w.put(clip_path(1, 1))
    w.fly(a_clip(1, 1), name="luma")
    w.arrive(clip_path(1, 1), provider="luma", job="job-1")
    assert job_of(w, 1, 2) == clip_path(1, 1)
    assert "job-1" not in " ".join(w.plan().notes)
    w.arrive(clip_path(1, 1), provider="luma", job="job-1", shown_frames=20)
    assert job_of(w, 1, 2) is None
    w.arrive(clip_path(1, 1), provider="luma")
    assert job_of(w, 1, 2) is None


def test_a_file_put_in_the_place_of_a_job_in_flight_is_not_that_jobs() -> None:
    w = luma(10.0)
    w.put(clip_path(1, 1))
    w.fly(a_clip(1, 1), name="luma", job="job-7")
    assert job_of(w, 1, 2) is None
    assert "NO_FRAME_HOST" in whys(clip_of(w, 1, 2))
    (note,) = [note for note in w.plan().notes if "job-7" in note]
    assert note.startswith(f"{clip_path(1, 1)} is there, so job job-7 of luma for scene 1 clip 1")
    assert note.endswith("vidgen redo DIR --scene 1, which fetches it")
    w.arrive(clip_path(1, 1), provider="luma", job="job-7")
    w.put(clip_path(1, 1))  # over what arrived
    assert job_of(w, 1, 2) is None
    assert "job-7" in " ".join(w.plan().notes)


def test_a_broken_clip_that_is_fetched_again_is_started_from() -> None:
    w = luma(10.0, providers=providers(urls()))
    path = put_own_clip(w, 1, 1)
    w.spoil(path)
    assert clip_of(w, 1).decision is Decision.ATTACH
    assert job_of(w, 1, 2) == path
    assert clip_of(w, 1, 2).needs == (a_clip(1, 1),)


def test_a_clip_of_another_engine_or_without_a_job_is_not_started_from() -> None:
    for facts in ({"name": "ltx"}, {"job": ""}):
        w = luma(10.0)
        put_own_clip(w, 1, 1, **facts)
        assert (job_of(w, 1, 2), start_of(w, 1, 2)) == (None, None)
        assert "NO_FRAME_HOST" in whys(clip_of(w, 1, 2))


def test_a_clip_that_somebody_replaced_is_no_clip_of_its_job() -> None:
    w = luma(10.0)
    put_own_clip(w, 1, 1)
    w.put(clip_path(1, 1))
    assert job_of(w, 1, 2) is None


def test_a_trimmed_clip_goes_by_its_last_shown_frame_through_the_frame_host() -> None:
    w = luma(7.0, 5.0, hosted=True)
    assert job_of(w, 1, 2) == clip_path(1, 1)
    assert (job_of(w, 2), start_of(w, 2)) == (None, frame_path(1, 2))
    task = w.plan().by_key[Key(Step.LAST_FRAME, 1, 2)]
    assert task.request == FrameRequest(video=clip_path(1, 2), frame=47)
    assert str(clip_of(w, 2).reasons[-1]) == f"shelf gives {frame_path(1, 2)} a URL"


def test_a_trimmed_clip_without_a_frame_host_is_lost_continuity_and_the_plan_says_so() -> None:
    w = luma(7.0, 5.0)
    task = clip_of(w, 2)
    assert (task.decision, task.inputs) == (Decision.MAKE, ())
    assert (job_of(w, 2), start_of(w, 2)) == (None, None)
    assert str(task.reasons[-1]) == (
        "luma takes pictures by URL only, and no frame host was chosen: "
        "it starts without a picture; --frame-host NAME"
    )
    assert [note for note in w.plan().notes if "--frame-host NAME" in note] == [
        "scene 2 clip 1 starts without a picture: luma takes pictures by URL only, "
        "and no frame host was chosen (--frame-host NAME)"
    ]


def test_a_scene_that_is_joined_goes_on_by_the_job_of_its_last_clip() -> None:
    w = luma(10.0, 5.0)
    clips = [put_own_clip(w, 1, 1), put_own_clip(w, 1, 2)]
    w.put(video_path(1), 10.0)
    w.record(video_path(1), made_from=clips)
    assert job_of(w, 2) == clips[1]


@pytest.mark.parametrize("what", ["trimmed", "replaced", "gone", "broken", "unknown"])
def test_a_scene_that_does_not_end_with_its_clips_job_gives_a_frame(what: str) -> None:
    w = luma(10.0, 5.0, hosted=True)
    clips = [put_own_clip(w, 1, 1), put_own_clip(w, 1, 2)]
    w.put(video_path(1), 10.0)
    if what != "unknown":
        w.record(video_path(1), made_from=clips)
    match what:
        case "trimmed":
            put_own_clip(w, 1, 2, shown_frames=60)
            w.record(video_path(1), made_from=clips)
        case "replaced":
            w.put(clips[1], 2.0)  # too short to join the scene again
            w.record(clips[1], provider="luma", job="job-9")
        case "gone":
            del w.files[clips[1]]
        case "broken":
            w.spoil(clips[1])
    assert job_of(w, 2) is None
    frame = start_of(w, 2)
    assert frame is not None
    made = next(task for task in w.plan().tasks if task.output == frame)
    assert made.request == FrameRequest(video=video_path(1))


def test_a_scene_whose_last_clip_is_gone_does_not_end_with_the_clip_before_it() -> None:
    w = world(10.0, 5.0)
    for clip in (1, 2):
        w.put(clip_path(1, clip))
    w.put(frame_path(1, 1))
    w.record(frame_path(1, 1), made_from=[clip_path(1, 1)])
    w.put(video_path(1), 10.0)
    w.record(video_path(1), made_from=[clip_path(1, 1), clip_path(1, 2)])
    del w.files[clip_path(1, 2)]
    assert start_of(w, 2) != frame_path(1, 1)


def test_another_engine_takes_the_frame_of_a_lumas_clip_as_a_file() -> None:
    w = luma(10.0, providers=providers(engine(name="ltx"), installed=[urls()]))
    put_own_clip(w, 1, 1)
    assert (job_of(w, 1, 2), start_of(w, 1, 2)) == (None, frame_path(1, 1))
    assert w.plan().by_key[Key(Step.LAST_FRAME, 1, 1)].decision is Decision.MAKE


def test_an_engine_that_takes_urls_alone_starts_from_no_job() -> None:
    w = luma(10.0, providers=providers(urls(*BY_URL), host()))
    put_own_clip(w, 1, 1)
    assert (job_of(w, 1, 2), start_of(w, 1, 2)) == (None, frame_path(1, 1))


@pytest.mark.parametrize(
    "today", [providers(urls(), host()), providers(engine(name="ltx"), installed=[urls()])]
)
def test_a_clip_that_was_made_without_a_picture_is_reported_until_it_is_made_again(
    today: Providers,
) -> None:
    w = luma(10.0, providers=today)
    put_own_clip(w, 1, 1, name="ltx")
    put_own_clip(w, 1, 2)
    assert [str(reason) for reason in clip_of(w, 1, 2).reasons[1:]] == [
        "it was made without the last frame of scene 1 clip 1, which plays before it"
    ]
    w.record(
        clip_path(1, 2),
        made_from=[clip_path(1, 1)],
        provider="luma",
        distribution="vidgen-luma",
        asked_seconds=5.0,
    )
    assert clip_of(w, 1, 2).decision is Decision.KEEP


@pytest.mark.parametrize(("by", "decision"), [("ltx", Decision.KEEP), ("luma", Decision.STALE)])
@pytest.mark.parametrize("joined", [True, False])
def test_a_clip_that_would_begin_without_a_picture_again_is_not_reported(
    by: str, decision: Decision, joined: bool
) -> None:
    w = luma(5.0, 5.0)
    put_own_clip(w, 1, 1, name=by)
    put_own_clip(w, 2, 1)
    if joined:
        w.put(video_path(1), 5.0)
        w.record(video_path(1), made_from=[clip_path(1, 1)])
    assert clip_of(w, 2).decision is decision


def test_a_clip_in_a_scene_is_reported_where_the_whole_scene_would_mend_it() -> None:
    w = luma(10.0)
    put_own_clip(w, 1, 1, name="ltx")
    put_own_clip(w, 1, 2)
    assert clip_of(w, 1, 2).decision is Decision.STALE


# pictures that somebody asked for ----------------------------------------------


def barred(w: World, number: int = 1, clip: int = 1) -> str:
    """The picture for whose sake a clip is not made."""
    task = clip_of(w, number, clip)
    assert task.decision is Decision.BLOCKED
    assert task.reasons[-1].why is Why.NEEDS_FRAME_HOST
    return str(task.reasons[-1].facts["picture"])


def test_a_picture_given_now_needs_a_frame_host() -> None:
    w = luma(5.0, options=PlanOptions(initial_image="/pictures/boat.png"))
    assert barred(w) == "/pictures/boat.png"
    assert "initial-image" not in decisions(w.plan())
    w.providers = providers(urls(), host())
    assert start_of(w, 1) == IMAGE


def test_a_picture_that_the_run_remembers_needs_a_frame_host() -> None:
    w = luma(10.0, options=PlanOptions(initial_image_for=a_clip(1, 2)))
    w.put(IMAGE)
    put_own_clip(w, 1, 1)
    assert barred(w, 1, 2) == IMAGE


def test_an_initial_image_that_is_there_needs_a_frame_host() -> None:
    w = luma(5.0)
    w.put("holiday.JPG")
    assert barred(w) == "holiday.JPG"


def test_a_first_frame_that_is_there_needs_a_frame_host() -> None:
    w = luma(5.0, 5.0)
    w.put(first_frame_path(2))
    assert barred(w, 2) == first_frame_path(2)
    assert clip_of(w, 1).decision is Decision.MAKE


def test_a_first_frame_to_be_drawn_needs_a_frame_host_and_is_not_drawn_without() -> None:
    w = luma(5.0, providers=providers(urls(), images(name="fal")))
    w.options = PlanOptions(first_frames=True)
    assert barred(w) == first_frame_path(1)
    assert "first-frame-1" not in decisions(w.plan())
    w.providers = providers(urls(), images(name="fal"), host())
    assert start_of(w, 1) == first_frame_path(1)


def test_a_first_frame_that_is_paid_for_is_collected_all_the_same() -> None:
    w = luma(5.0, providers=providers(urls(), installed=[images(name="fal")]))
    w.fly(Key(Step.FIRST_FRAME, 1), name="fal")
    assert barred(w) == first_frame_path(1)
    assert decisions(w.plan())["first-frame-1"] is Decision.ATTACH


def test_a_picture_of_the_engines_own_image_generator_is_started_from_by_its_job() -> None:
    w = luma(5.0, 5.0, providers=providers(urls(), images(name="luma")))
    w.options = PlanOptions(first_frames=True, initial_image_prompt="a boat")
    assert job_of(w, 1) == IMAGE
    assert job_of(w, 2) == first_frame_path(2)
    assert clip_of(w, 2).needs == (Key(Step.FIRST_FRAME, 2),)
    w.perform(w.plan().by_key[Key(Step.FIRST_FRAME, 2)])
    assert job_of(w, 2) == first_frame_path(2)
    assert clip_of(w, 2).needs == ()


def test_an_answer_that_is_no_job_is_not_started_from() -> None:
    w = luma(5.0, providers=providers(urls(), host(), installed=[images(name="luma")]))
    w.fly(Key(Step.FIRST_FRAME, 1), name="luma", job="", answered=True)
    assert (job_of(w, 1), start_of(w, 1)) == (None, first_frame_path(1))


def test_a_broken_first_frame_needs_no_frame_host() -> None:
    w = luma(5.0)
    w.put(first_frame_path(1), verdict=Verdict.BROKEN)
    assert clip_of(w, 1).decision is Decision.MAKE


# continuity that is required -----------------------------------------------------


def test_lost_continuity_is_not_bought_where_continuity_is_required() -> None:
    w = luma(7.0, 5.0, 5.0, options=PlanOptions(require_continuity=True))
    task = clip_of(w, 2)
    assert task.decision is Decision.BLOCKED
    assert [reason.why for reason in task.reasons[-2:]] == [
        Why.CONTINUITY_REQUIRED,
        Why.NO_FRAME_HOST,
    ]
    assert clip_of(w, 3).decision is Decision.WAIT
    assert "film" not in to_do(w.plan())
    w.providers = providers(urls(), host())
    assert clip_of(w, 2).decision is Decision.MAKE


def test_a_scene_that_failed_stops_the_next_where_continuity_is_required() -> None:
    w = world(5.0, 5.0, options=PlanOptions(given_up=frozenset({a_clip(1, 1)})))
    assert clip_of(w, 2).decision is Decision.MAKE
    w.options = evolve(w.options, require_continuity=True)
    assert clip_of(w, 2).decision is Decision.BLOCKED
    assert {"CONTINUITY_REQUIRED", "LOST_CONTINUITY"} <= whys(clip_of(w, 2))


def test_a_first_clip_with_nothing_before_it_loses_nothing() -> None:
    w = luma(5.0, options=PlanOptions(require_continuity=True))
    assert clip_of(w, 1).decision is Decision.MAKE


# before there are scenes -----------------------------------------------------------


def unwritten(*chosen: Any, **options: Any) -> World:
    w = World(scenes=(), providers=providers(script(), *chosen), options=PlanOptions(**options))
    w.put(f"script_{TS}.txt")
    return w


def test_a_picture_without_a_frame_host_is_found_before_scenes_are_bought() -> None:
    w = unwritten(urls(), images(name="fal"), initial_image="/pictures/boat.png", first_frames=True)
    film = w.plan().by_key[THE_FILM]
    assert film.decision is Decision.BLOCKED
    pictures = [reason.facts.get("picture") for reason in film.reasons[1:]]
    assert pictures == ["/pictures/boat.png", "first frames"]
    for changed in (
        evolve(w, providers=providers(script(), urls(), images(name="fal"), host())),
        evolve(w, options=evolve(w.options, metadata_only=True)),
        unwritten(urls(), images(name="luma"), initial_image_prompt="a boat", first_frames=True),
        unwritten(urls()),
    ):
        assert changed.plan().by_key[THE_FILM].decision is Decision.WAIT


def test_a_prompt_or_a_picture_that_is_there_is_found_too() -> None:
    w = unwritten(urls(), images(name="fal"), initial_image_prompt="a boat")
    assert w.plan().by_key[THE_FILM].reasons[-1].facts["picture"] == IMAGE
    w = unwritten(urls())
    w.put("holiday.jpg")
    assert w.plan().by_key[THE_FILM].reasons[-1].facts["picture"] == "holiday.jpg"


def test_continuity_that_can_never_be_had_is_found_before_scenes_are_bought() -> None:
    w = unwritten(urls(*BY_URL), require_continuity=True)
    assert w.plan().by_key[THE_FILM].decision is Decision.BLOCKED
    for changed in (
        evolve(w, options=evolve(w.options, max_scenes=1)),
        unwritten(urls(), require_continuity=True),
        unwritten(urls(*BY_URL), host(), require_continuity=True),
    ):
        assert changed.plan().by_key[THE_FILM].decision is Decision.WAIT
