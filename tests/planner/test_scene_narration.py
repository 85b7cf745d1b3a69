"""A narration that is spoken scene by scene: what it decides, and what it never changes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidgen_core.model import Key, Step
from vidgen_core.pace import spoken_seconds
from vidgen_core.plan import STUCK, TO_DO, Decision, PlanOptions, Provider
from vidgen_core.specs import (
    FilmJoinRequest,
    PlaceNarrationRequest,
    SpeechRequest,
    SubtitlesRequest,
)

from ..planning_files import (
    THE_FILM,
    World,
    a_clip,
    engine,
    provider,
    providers,
    scene,
    speech,
    to_do,
    whys,
)
from ..run_paths import (
    ADJUSTED,
    FILM,
    NARRATION,
    SUBTITLES,
    TEXT,
    clip_path,
    speech_path,
    timings_path,
    video_path,
)

WORDS = "a boat comes in and the keeper waves to it"  # ten words: four seconds


def narrated(count: int = 2, *chosen: Provider, **more: Any) -> World:
    """A run whose scenes have words to be spoken for nothing, and clips of 5 s for a dollar."""
    scenes = tuple(
        scene(number, 5.0, sound_prompt="", narration=f"{WORDS} {number}")
        for number in range(1, count + 1)
    )
    voice = chosen or (speech(dollars=0.0),)
    return World(scenes=scenes, **({"providers": providers(engine(), *voice)} | more))


def key(number: int) -> Key:
    return Key(Step.SCENE_NARRATION, number)


def told(w: World, number: int, text: str) -> None:
    """Let scene *number* say something else."""
    w.scenes = tuple(
        evolve(one, narration=text) if one.number == number else one for one in w.scenes
    )


def finished(*spoken: float, **more: Any) -> World:
    w = narrated(max(2, len(spoken)), **more)
    w.spoken = dict(enumerate(spoken, start=1))
    assert w.finish().finished
    w.made.clear()
    w.bought.clear()
    w.aside.clear()
    return w


# before the clips --------------------------------------------------------


def test_each_scene_is_spoken_before_its_clips_are_made() -> None:
    plan = narrated().plan()
    task = plan.by_key[key(2)]
    assert task.request == SpeechRequest(text=f"{WORDS} 2", scene=2)
    assert task.output == speech_path(2)
    assert key(2) in plan.by_key[a_clip(2, 1)].needs
    assert plan.tasks.index(task) < plan.tasks.index(plan.by_key[a_clip(2, 1)])


def test_a_scene_grows_to_hold_its_words_and_a_rest() -> None:
    w = narrated(1)
    w.put(speech_path(1), 7.0)
    plan = w.plan()
    assert plan.scenes[0].duration == pytest.approx(7.8)
    assert [a_clip(1, 1) in plan.by_key, a_clip(1, 2) in plan.by_key] == [True, True]
    assert plan.by_key[a_clip(1, 2)].shown_frames == round(2.8 * 24)


def test_words_that_fit_do_not_change_their_scene() -> None:
    w = narrated(1)
    w.put(speech_path(1), 4.2)
    assert w.plan().scenes[0].duration == 5.0


def test_until_it_is_spoken_the_length_is_estimated_by_its_words() -> None:
    assert spoken_seconds(WORDS) == pytest.approx(10 / 2.5)
    assert spoken_seconds("清晨灯塔看守人慢慢地") == pytest.approx(10 / 4.5)
    assert spoken_seconds(" … — ") == 0
    w = narrated(1)
    told(w, 1, WORDS + " " + WORDS)
    assert w.plan().scenes[0].duration == pytest.approx(8.8)


def test_a_whole_scene_and_kept_clips_are_never_made_longer_for_words() -> None:
    w = narrated(3)
    w.put(video_path(1))
    w.put(clip_path(2, 1))
    for number in (1, 2, 3):
        w.put(speech_path(number), 9.0)
    lengths = [one.seconds for one in w.plan().scenes]
    assert lengths == [5.0, 5.0, pytest.approx(9.8, abs=1 / 24)]
    assert not {"clip-1-1", "clip-2-2"} & to_do(w.plan())


@pytest.mark.parametrize("where", ["made", "in flight"])
def test_a_scene_lasts_as_long_as_was_planned_when_its_first_clip_was_begun(where: str) -> None:
    w = narrated(1)
    w.put(speech_path(1), 7.0)
    task = w.plan().by_key[a_clip(1, 1)]
    assert task.scene_seconds == pytest.approx(7.8)
    if where == "made":
        w.perform(task)
    else:
        w.submit(task)
    assert "clip-1-2" in to_do(w.plan())
    w.put(speech_path(1), 14.0)
    assert w.plan().scenes[0].duration == pytest.approx(7.8)
    del w.files[speech_path(1)]
    assert w.plan().scenes[0].duration == pytest.approx(7.8)


@pytest.mark.parametrize("how", ["given up", "skipped", "no engine"])
def test_without_speech_the_scenes_file_decides_and_the_clips_go_on(how: str) -> None:
    w = narrated(1)
    told(w, 1, WORDS * 3)
    if how == "given up":
        w.options = PlanOptions(given_up=frozenset({key(1)}))
    elif how == "skipped":
        w.options = PlanOptions(skip_narration=True)
    else:
        w.providers = providers(engine())
    plan = w.plan()
    assert plan.scenes[0].duration == 5.0
    assert plan.by_key[a_clip(1, 1)].decision is Decision.MAKE
    assert plan.by_key[a_clip(1, 1)].needs == ()
    assert plan.by_key[Key(Step.SCENE, 1)].decision is Decision.MAKE
    if how == "given up":
        assert plan.by_key[THE_FILM].decision is Decision.WAIT


def test_clips_wait_where_somebody_has_to_decide_about_the_words() -> None:
    w = narrated(1, speech(name="voice"))
    w.fly(key(1), name="voice", job="")
    plan = w.plan()
    assert plan.by_key[key(1)].decision is Decision.ASK
    assert plan.by_key[a_clip(1, 1)].decision is Decision.WAIT


# who speaks, and what ----------------------------------------------------


def unable_of(reason: str, *words: str) -> Provider:
    return speech(
        dollars=0.0, unable=lambda text, options: reason if not words or words[0] in text else ""
    )


def test_what_the_engine_cannot_speak_is_left_to_the_subtitles_and_it_is_said() -> None:
    w = narrated(2, unable_of("English only"))
    plan = w.plan()
    assert "narration is not spoken: English only; it is shown as subtitles" in plan.notes
    assert to_do(plan) >= {"subtitles", "narration-text", "film"}
    assert key(1) not in plan.by_key
    request = plan.by_key[Key(Step.SUBTITLES)].request
    assert isinstance(request, SubtitlesRequest)
    assert [one.speech for one in request.scenes] == [None, None]


def test_only_the_scenes_that_cannot_be_spoken_are_named() -> None:
    w = narrated(3)
    told(w, 2, "清晨")
    w.providers = providers(engine(), unable_of("no Chinese", "清"))
    plan = w.plan()
    assert "narration of scene 2 is not spoken: no Chinese; it is shown as subtitles" in plan.notes
    assert {"scene-narration-1", "scene-narration-3"} <= to_do(plan)
    assert key(2) not in plan.by_key


def test_an_engine_that_fails_to_say_whether_it_can_blocks_its_own_work_alone() -> None:
    def broken(text: str, options: Any) -> str:
        raise RuntimeError("no dictionary")

    w = narrated(1, speech(dollars=0.0, unable=broken))
    task = w.plan().by_key[key(1)]
    assert task.decision is Decision.BLOCKED
    assert "unable() raised RuntimeError: no dictionary" in str(task.reasons[-1])
    assert w.plan().by_key[a_clip(1, 1)].decision is Decision.MAKE


def test_skipping_the_narration_keeps_subtitles_away_unless_they_are_all_there_can_be() -> None:
    w = narrated(1, options=PlanOptions(skip_narration=True))
    assert not {"subtitles", "narration-text"} & to_do(w.plan())
    w.providers = providers(engine(), unable_of("no voice"))
    assert {"subtitles", "narration-text"} <= to_do(w.plan())


def test_skipping_uses_the_speech_that_is_there() -> None:
    w = narrated(2, options=PlanOptions(skip_narration=True))
    w.put(speech_path(1), 3.0)
    request = w.plan().by_key[Key(Step.NARRATION_ADJUSTED)].request
    assert isinstance(request, PlaceNarrationRequest)
    assert [one.speech for one in request.scenes] == [speech_path(1), None]


@pytest.mark.parametrize("path", [NARRATION, ADJUSTED])
def test_a_run_with_a_narration_in_one_piece_is_not_spoken_by_scene(path: str) -> None:
    w = narrated(2)
    w.put(path, 10.0)
    assert not [task for task in w.plan().tasks if task.key.step is Step.SCENE_NARRATION]


def test_a_run_without_words_in_its_scenes_goes_on_as_ever() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), speech()))
    w.put(TEXT)
    assert {"narration", "narration-adjusted"} <= to_do(w.plan())
    assert not {"scene-narration-1", "subtitles"} & to_do(w.plan())


# the film ----------------------------------------------------------------


def test_the_film_gets_the_placed_track_the_subtitles_and_its_chapters() -> None:
    w = finished(3.0, 6.0)
    assert {NARRATION, ADJUSTED, SUBTITLES, TEXT, FILM} <= set(w.files)
    del w.files[FILM]
    request = w.plan().by_key[THE_FILM].request
    assert isinstance(request, FilmJoinRequest)
    assert (request.narration, request.subtitles) == (ADJUSTED, SUBTITLES)
    assert request.chapters == ("Scene 1", "Scene 2")
    assert to_do(w.plan()) == {"film"}


def test_a_deleted_speech_is_made_again_with_what_is_built_on_it_and_no_clip() -> None:
    w = finished(3.0, 7.0)
    del w.files[speech_path(2)]
    assert to_do(w.plan()) == {
        "scene-narration-2", "narration", "narration-adjusted", "subtitles", "film",
    }  # fmt: skip
    w.perform(w.plan().by_key[key(2)])
    assert {ADJUSTED, SUBTITLES, NARRATION, FILM} <= set(w.aside)
    assert w.finish().finished
    assert w.bought == []


def test_the_text_of_a_film_that_stands_is_written_where_it_lacks_and_nothing_else_is() -> None:
    w = finished(3.0, 3.0)
    del w.files[TEXT]
    before = dict(w.files)
    assert [task.key.step for task in w.plan().to_do] == [Step.NARRATION_TEXT]
    assert w.finish().finished
    assert w.files.keys() - before.keys() == {TEXT}
    assert all(w.files[path] == file for path, file in before.items())
    assert w.bought == []


def test_the_text_of_somebody_elses_film_is_not_written() -> None:
    w = finished(3.0, 3.0)
    del w.files[TEXT]
    w.put(FILM, 10.0)
    w.published.clear()
    assert w.plan().to_do == ()


def test_free_speech_whose_text_changed_is_made_again_and_paid_speech_is_reported() -> None:
    w = finished(3.0, 3.0)
    told(w, 1, "another text")
    assert w.plan().by_key[key(1)].decision is Decision.REDO
    assert w.finish().finished
    assert w.bought == []

    w = narrated(2, speech())
    assert w.finish().finished
    told(w, 1, "another text")
    assert w.plan().by_key[key(1)].decision is Decision.STALE
    assert "scene-narration-1" not in to_do(w.plan())


@pytest.mark.parametrize("path", [ADJUSTED, SUBTITLES])
def test_a_deleted_track_is_made_again_from_what_is_there(path: str) -> None:
    w = finished(3.0, 3.0)
    del w.files[path]
    name = "subtitles" if path == SUBTITLES else "narration-adjusted"
    assert to_do(w.plan()) == {name, "film"}


def test_timings_that_belong_to_another_speech_are_not_used() -> None:
    w = finished(3.0, 3.0)
    w.put(timings_path(1))
    w.record(timings_path(1), [speech_path(1)])
    request = w.plan().by_key[Key(Step.SUBTITLES)].request
    assert isinstance(request, SubtitlesRequest)
    assert request.scenes[0].timings == timings_path(1)
    w.put(speech_path(1), 4.0)
    request = w.plan().by_key[Key(Step.SUBTITLES)].request
    assert isinstance(request, SubtitlesRequest)
    assert request.scenes[0].timings is None


def test_a_placed_track_of_unknown_origin_counts_while_it_fits_the_film() -> None:
    w = finished(3.0, 3.0)
    w.published.clear()
    del w.files[FILM]
    assert to_do(w.plan()) == {"film"}
    w.put(ADJUSTED, 10.15)
    assert to_do(w.plan()) == {"film"}
    w.put(ADJUSTED, 11.0)
    assert to_do(w.plan()) == {"narration-adjusted", "film"}
    assert whys(w.plan().by_key[Key(Step.NARRATION_ADJUSTED)]) == {"WRONG_LENGTH"}


def test_a_scene_joined_again_moves_what_was_placed_by_it_out_of_the_way() -> None:
    w = finished(3.0, 3.0)
    w.put(clip_path(2, 1), 6.0)
    task = w.plan().by_key[Key(Step.SCENE, 2)]
    assert task.decision is Decision.REDO
    assert {ADJUSTED, SUBTITLES, FILM} <= set(task.displaces)
    assert {"narration-adjusted", "subtitles"} <= to_do(w.plan())


@pytest.mark.parametrize("change", ["chapter", "burn", "font"])
def test_another_chapter_or_drawn_words_join_the_film_again(change: str) -> None:
    w = finished(3.0, 3.0)
    w.options = PlanOptions(burn_subtitles=change == "font", font="a.ttf")
    w.finish()
    assert w.plan().finished
    if change == "chapter":
        w.scenes = (evolve(w.scenes[0], name="The bay"), w.scenes[1])
    elif change == "burn":
        w.options = PlanOptions(burn_subtitles=True)
    else:
        w.options = PlanOptions(burn_subtitles=True, font="fonts/b.ttf")
    assert to_do(w.plan()) == {"film"}
    assert whys(w.plan().by_key[THE_FILM]) == {"CHOICE_CHANGED"}
    w.finish()
    assert w.plan().finished


def test_a_film_joined_before_there_were_chapters_stands() -> None:
    w = finished(3.0, 3.0)
    w.published[FILM] = evolve(w.published[FILM], prompt=w.published[FILM].prompt.split("-")[0])
    assert w.plan().finished
    w.options = PlanOptions(burn_subtitles=True)
    assert to_do(w.plan()) == {"film"}


# laws --------------------------------------------------------------------


@st.composite
def runs(draw: st.DrawFn) -> World:
    """A run with words in most scenes, worked on for a while, and then touched."""
    count = draw(st.integers(1, 3))
    w = narrated(count, provider(speech().kind, dollars=draw(st.sampled_from((0.0, 1.0)))))
    w.spoken = {n: draw(st.sampled_from((2.0, 4.5, 8.0))) for n in range(1, count + 1)}
    if draw(st.booleans()):
        told(w, 1, draw(st.sampled_from(("", "清晨" * 20))))
    if draw(st.integers(0, 3)) == 0:
        w.providers = providers(engine(), unable_of("no Chinese", "清"))
    w.options = PlanOptions(skip_narration=draw(st.integers(0, 4)) == 0, skip_sound_effects=True)
    choose = random.Random(draw(st.integers(0, 1000)))
    for _ in range(draw(st.integers(0, 6))):
        w.work(choose, most=draw(st.integers(1, 6)))
    for path in draw(st.sets(st.sampled_from(sorted(w.files) or [FILM]), max_size=2)):
        w.files.pop(path, None)
    return w


LAWS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@LAWS
@given(runs(), st.integers(0, 1000))
def test_every_run_ends_and_a_finished_one_plans_nothing(w: World, seed: int) -> None:
    assert w.copy().plan() == w.plan()
    plan = w.finish(random.Random(seed))
    assert plan.finished
    assert w.plan() == plan


@LAWS
@given(runs())
def test_needs_come_first_and_no_output_is_made_twice(w: World) -> None:
    plan = w.plan()
    outputs = [task.output for task in plan.tasks]
    assert len(set(outputs)) == len(outputs)
    seen: set[Key] = set()
    for task in plan.tasks:
        assert set(task.needs) <= seen
        seen.add(task.key)


@LAWS
@given(runs(), st.data())
def test_deleting_a_speech_buys_no_clip_and_no_other_speech(w: World, data: st.DataObject) -> None:
    w.finish()
    spoken = [path for path, file in w.files.items() if file.key.step is Step.SCENE_NARRATION]
    if not spoken:
        return
    path = data.draw(st.sampled_from(sorted(spoken)))
    gone = w.files.pop(path).key
    w.bought.clear()
    w.finish()
    assert set(w.bought) <= {gone}


@LAWS
@given(runs(), st.integers(0, 1000))
def test_a_run_stopped_after_any_step_ends_with_the_same_lengths(w: World, seed: int) -> None:
    whole = w.copy()
    whole.finish()
    choose = random.Random(seed)
    for _ in range(60):
        if not w.work(choose, most=1):
            break
    lengths = {one.number: round(one.seconds, 3) for one in w.plan().scenes}
    assert lengths == {one.number: round(one.seconds, 3) for one in whole.plan().scenes}
    assert not [task for task in w.plan().tasks if task.decision in TO_DO | STUCK]
