"""Words that somebody changed or took away after they were spoken: what is told then."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.specs import (
    FilmJoinRequest,
    NarrationFromScenesRequest,
    PlaceNarrationRequest,
    SubtitlesRequest,
)

from ..planning_files import (
    THE_FILM,
    World,
    engine,
    provider,
    providers,
    scene,
    script,
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
    TS,
    clip_path,
    speech_path,
    timings_path,
    video_path,
)
from .test_scene_narration import LAWS, finished, key, narrated, runs, told, unable_of

SPEECH = "scene-narration-1"


def request(w: World, step: Step) -> Any:
    return w.plan().by_key[Key(step)].request


def paid(*spoken: float) -> World:
    """A finished film whose speech was paid for."""
    w = narrated(2, speech())
    w.spoken = dict(enumerate(spoken, start=1))
    assert w.finish().finished
    return w


def with_timings(w: World, number: int = 1) -> World:
    """Let the speech of a scene have come with timings, of which the subtitles are made."""
    path, made = speech_path(number), timings_path(number)
    w.put(made)
    w.record(made, [path], provider=w.published[path].provider)
    w.published[path] = evolve(w.published[path], timings=w.files[made].sha256)
    assert w.finish().finished
    assert made in w.published[SUBTITLES].inputs
    return w


# changed -----------------------------------------------------------------


def test_what_is_read_is_what_paid_speech_says_not_what_the_scenes_file_says_since() -> None:
    w = paid(3.0, 3.0)
    told(w, 1, "other words")
    w.texts[speech_path(1)] = "the words\nthat were spoken"
    for path in (FILM, SUBTITLES, TEXT):
        del w.files[path]
    assert w.plan().by_key[key(1)].decision is Decision.STALE
    subtitles, text = request(w, Step.SUBTITLES), request(w, Step.NARRATION_TEXT)
    assert isinstance(subtitles, SubtitlesRequest)
    assert isinstance(text, NarrationFromScenesRequest)
    assert subtitles.scenes[0].text == "the words\nthat were spoken"
    assert text.scenes[0].narration == "the words\nthat were spoken"
    assert subtitles.scenes[1].text == text.scenes[1].narration == w.scenes[1].narration


def test_a_film_with_paid_speech_stands_when_its_words_are_changed() -> None:
    w = paid(3.0, 3.0)
    w.texts[speech_path(1)] = " ".join(w.scenes[0].narration.split(" "))
    told(w, 1, "other words")
    assert not w.plan().to_do


def test_words_that_nothing_tells_are_those_of_the_scenes_file_and_it_is_said() -> None:
    w = paid(3.0, 3.0)
    told(w, 1, "other words")
    assert request(w, Step.SUBTITLES).scenes[0].text == "other words"
    notes = [note for note in w.plan().notes if "nothing tells what is spoken" in note]
    assert len(notes) == 1
    assert "scene 1" in notes[0]


def test_speech_of_unknown_origin_is_read_as_it_says_itself() -> None:
    w = narrated(1)
    told(w, 1, "")
    w.put(speech_path(1), 2.0)
    w.texts[speech_path(1)] = "a film maker's own"
    assert request(w, Step.SUBTITLES).scenes[0].text == "a film maker's own"
    assert request(w, Step.NARRATION_ADJUSTED).scenes[0].speech == speech_path(1)


# taken away --------------------------------------------------------------


@pytest.mark.parametrize("dollars", [0.0, 1.0])
def test_words_that_are_taken_away_leave_the_film_and_no_file_is_lost(dollars: float) -> None:
    w = narrated(2, speech(dollars=dollars))
    assert w.finish().finished
    w.aside.clear()
    w.bought.clear()
    for number in (1, 2):
        told(w, number, "")
    plan = w.plan()
    assert to_do(plan) == {"film"}
    assert whys(plan.by_key[THE_FILM]) == {"UNTOLD"}
    assert any("no longer told" in note and "scenes 1–2" in note for note in plan.notes)
    asked = plan.by_key[THE_FILM].request
    assert isinstance(asked, FilmJoinRequest)
    assert (asked.narration, asked.subtitles) == (None, None)
    assert w.finish().finished
    assert set(w.aside) == {FILM, ADJUSTED, SUBTITLES, TEXT, NARRATION}
    assert {speech_path(1), speech_path(2)} <= set(w.files)
    assert w.bought == []


def test_words_that_are_put_back_are_heard_again_without_being_spoken_again() -> None:
    w = paid(3.0, 3.0)
    before = w.scenes
    for number in (1, 2):
        told(w, number, "")
    w.finish()
    w.scenes = before
    w.bought.clear()
    assert SPEECH not in to_do(w.plan())
    assert w.finish().finished
    assert ADJUSTED in w.published[FILM].inputs
    assert w.bought == []


@pytest.mark.parametrize("dollars", [0.0, 1.0])
def test_a_scene_whose_words_are_taken_away_is_silent_and_the_others_speak(dollars: float) -> None:
    w = narrated(2, speech(dollars=dollars))
    assert w.finish().finished
    told(w, 1, "")
    placed, subtitles = request(w, Step.NARRATION_ADJUSTED), request(w, Step.SUBTITLES)
    assert isinstance(placed, PlaceNarrationRequest)
    assert [one.speech for one in placed.scenes] == [None, speech_path(2)]
    assert [one.text for one in subtitles.scenes] == ["", w.scenes[1].narration]
    assert [one.speech for one in subtitles.scenes] == [None, speech_path(2)]
    assert w.finish().finished


def test_a_scene_made_anew_without_its_words_does_not_last_for_them() -> None:
    w = narrated(1, speech())
    w.spoken = {1: 9.0}
    w.finish()
    told(w, 1, "")
    for path in (FILM, video_path(1), clip_path(1, 1), clip_path(1, 2)):
        del w.files[path]
    assert w.plan().scenes[0].duration == 5.0


def test_words_and_speech_that_are_both_gone_leave_no_voice_in_the_film() -> None:
    w = paid(3.0, 3.0)
    for number in (1, 2):
        w.scenes = tuple(evolve(one, narration="", source={"narration": ""}) for one in w.scenes)
        del w.files[speech_path(number)]
    del w.files[ADJUSTED]
    assert to_do(w.plan()) == {"film"}
    w.finish()
    assert not {ADJUSTED, SUBTITLES} & set(w.published[FILM].inputs)
    assert w.plan().finished


def test_a_new_text_that_nobody_speaks_leaves_the_old_voice_out() -> None:
    w = finished(3.0, 3.0)
    w.providers = providers(engine(), unable_of("no Chinese", "清"))
    for number in (1, 2):
        told(w, number, "清晨")
    assert w.finish().finished
    assert ADJUSTED not in w.published[FILM].inputs
    assert SUBTITLES in w.published[FILM].inputs
    assert ADJUSTED not in w.files


@pytest.mark.parametrize("scenes", [(1,), (1, 2)])
def test_new_words_that_nobody_speaks_are_named_with_the_reason(scenes: tuple[int, ...]) -> None:
    w = finished(3.0, 3.0)
    w.providers = providers(engine(), unable_of("no Chinese", "清"))
    for number in scenes:
        told(w, number, "清晨")
    some = " of scene 1" if len(scenes) == 1 else ""
    where = "scene 1" if len(scenes) == 1 else "scenes 1–2"
    assert w.plan().notes[:2] == (
        f"the new words of {where} cannot be spoken: what was spoken there is left out of the"
        " film, and its files stay where they are",
        f"narration{some} is not spoken: no Chinese; it is shown as subtitles",
    )


def test_words_taken_away_and_words_that_nobody_speaks_are_told_apart() -> None:
    w = finished(3.0, 3.0, 3.0)
    w.providers = providers(engine(), unable_of("no Chinese", "清"))
    told(w, 1, "")
    told(w, 2, "清晨")
    notes = w.plan().notes
    assert [note.partition(":")[0] for note in notes] == [
        "what was spoken in scene 1 is no longer told",
        "the new words of scene 2 cannot be spoken",
        "narration of scene 2 is not spoken",
    ]


def test_skipping_the_narration_keeps_the_track_whose_words_are_still_told() -> None:
    w = finished(3.0, 3.0)
    for path in (speech_path(1), speech_path(2), FILM):
        del w.files[path]
    w.options = PlanOptions(skip_narration=True)
    assert request(w, Step.FILM).narration == ADJUSTED


def test_a_track_that_skipping_kept_goes_with_the_video_that_it_was_placed_by() -> None:
    w = finished(3.0, 3.0)
    for path in (speech_path(1), speech_path(2), video_path(1), FILM):
        del w.files[path]
    w.options = PlanOptions(skip_narration=True)
    assert {ADJUSTED, SUBTITLES} <= set(w.plan().by_key[Key(Step.SCENE, 1)].displaces)
    assert w.finish().finished
    assert not {ADJUSTED, SUBTITLES} & set(w.published[FILM].inputs)


def test_a_track_of_unknown_origin_is_heard_whatever_the_scenes_say() -> None:
    w = finished(3.0, 3.0)
    w.published.pop(ADJUSTED)
    for number in (1, 2):
        told(w, number, "")
    del w.files[FILM]
    assert request(w, Step.FILM).narration == ADJUSTED


def test_scenes_that_say_that_they_tell_nothing_get_no_narration_in_one_piece() -> None:
    empty = scene(1, narration="", source={"narration": ""})
    w = World(scenes=(empty,), providers=providers(engine(), speech(), script()))
    assert not {"narration", "narration-text"} & to_do(w.plan())
    w.scenes = (scene(1),)
    assert {"narration", "narration-text"} <= to_do(w.plan())


# where nobody reads them ---------------------------------------------------


@pytest.mark.parametrize("path", [TEXT, f"scene_physical_environment_{TS}.json"])
def test_words_that_are_changed_where_nobody_reads_them_are_named(path: str) -> None:
    w = finished(3.0, 3.0)
    if path not in w.files:
        w.put(path)
        w.record(path)
    said = f"{path} was changed, but the scenes file is what counts"
    assert said not in w.plan().notes
    w.put(path)
    assert said in w.plan().notes
    assert not w.plan().to_do


def test_the_text_of_a_narration_in_one_piece_counts_when_it_is_changed() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine(), speech(), script()))
    w.put(TEXT)
    w.record(TEXT)
    w.put(TEXT)
    assert not [note for note in w.plan().notes if "what counts" in note]
    assert "narration" in to_do(w.plan())


# timings -----------------------------------------------------------------


@pytest.mark.parametrize("how", ["gone", "broken"])
def test_free_speech_that_lost_its_timings_is_spoken_again(how: str) -> None:
    w = with_timings(finished(3.0, 3.0))
    if how == "gone":
        del w.files[timings_path(1)]
    else:
        w.spoil(timings_path(1), Verdict.BROKEN)
    task = w.plan().by_key[key(1)]
    assert task.decision is Decision.REDO
    assert whys(task) == {"NO_TIMINGS"}
    w.bought.clear()
    assert w.finish().finished
    assert w.bought == []
    assert (timings_path(1) in w.aside) == (how == "broken")


@pytest.mark.parametrize("why", ["paid", "another voice", "skipped", "never had any"])
def test_other_speech_is_kept_without_timings_and_so_are_the_subtitles_made_of_them(
    why: str,
) -> None:
    w = with_timings(paid(3.0, 3.0) if why == "paid" else finished(3.0, 3.0))
    if why == "another voice":
        w.providers = providers(engine(), speech(name="another", dollars=0.0))
    elif why == "skipped":
        w.options = PlanOptions(skip_narration=True)
    elif why == "never had any":
        w.published[speech_path(1)] = evolve(w.published[speech_path(1)], timings="")
    w.spoil(timings_path(1), Verdict.BROKEN)
    assert not w.plan().to_do
    del w.files[SUBTITLES]
    assert request(w, Step.SUBTITLES).scenes[0].timings is None
    assert SPEECH not in to_do(w.plan())


def test_timings_that_a_film_maker_mended_are_used() -> None:
    w = with_timings(finished(3.0, 3.0))
    w.put(timings_path(1))
    assert SPEECH not in to_do(w.plan())
    assert request(w, Step.SUBTITLES).scenes[0].timings == timings_path(1)
    assert to_do(w.plan()) == {"subtitles", "film"}


# the order ---------------------------------------------------------------


def test_scenes_in_another_order_are_not_said_to_have_failed() -> None:
    w = narrated(2)
    assert w.finish().finished
    w.published[clip_path(1, 1)] = evolve(w.published[clip_path(1, 1)], distribution="vidgen-x")
    assert w.plan().by_key[Key(Step.SCENE, 1)].decision is Decision.KEEP
    w.scenes = w.scenes[::-1]
    said = " ".join(str(reason) for task in w.plan().tasks for reason in task.reasons)
    assert "could not be made" not in said
    assert "it was made without the last frame of scene 2, which plays before it" in said


def test_subtitles_go_with_the_video_that_they_were_made_from() -> None:
    w = World(scenes=(scene(1),), providers=providers(engine()))
    w.finish()
    video = w.plan().by_key[Key(Step.SCENE, 1)].output
    made = w.put(SUBTITLES)
    w.published[SUBTITLES] = evolve(
        w.published[FILM], path=SUBTITLES, sha256=made.sha256, inputs={video: w.files[video].sha256}
    )
    for path in (FILM, video):
        del w.files[path]
    plan = w.plan()
    assert SUBTITLES in plan.by_key[Key(Step.SCENE, 1)].displaces
    assert SUBTITLES not in plan.by_key[Key(Step.FILM)].inputs
    assert w.finish().finished


# in one piece ------------------------------------------------------------


def one_piece(**more: Any) -> World:
    unable = unable_of("no Chinese", "清")
    return World(
        scenes=(scene(1, sound_prompt=""),),
        providers=providers(engine(), unable, script(dollars=0.0)),
        **more,
    )


@pytest.mark.parametrize("by", ["text", "script", "scenes"])
def test_a_narration_in_one_piece_that_nobody_speaks_is_left_out_before_any_work(by: str) -> None:
    w = one_piece()
    if by == "text":
        w.put(TEXT)
        w.texts[TEXT] = "清晨"
    elif by == "script":
        w.put("script_20250131_120000.txt")
        w.texts["script_20250131_120000.txt"] = "清晨"
    else:
        w.scenes = (scene(1, sound_prompt="", environment="清晨"),)
    plan = w.plan()
    assert "narration is left out: no Chinese" in plan.notes
    assert not {"narration", "narration-adjusted", "narration-text"} & to_do(plan)
    assert w.finish().finished


def test_the_text_decides_about_the_language_and_not_the_script() -> None:
    w = one_piece()
    w.put("script_20250131_120000.txt")
    w.texts["script_20250131_120000.txt"] = "清晨"
    w.put(TEXT)
    w.texts[TEXT] = "Early morning."
    assert "narration" in to_do(w.plan())


def test_an_engine_that_fails_to_say_whether_it_can_speak_one_piece_is_blocked() -> None:
    def broken(text: str, options: Any) -> str:
        raise RuntimeError("no dictionary")

    voice = provider(speech().kind, dollars=0.0, unable=broken)
    w = World(scenes=(scene(1),), providers=providers(engine(), voice))
    w.put(TEXT)
    w.texts[TEXT] = "A boat."
    task = w.plan().by_key[Key(Step.NARRATION)]
    assert task.decision is Decision.BLOCKED
    assert "unable() raised RuntimeError: no dictionary" in str(task.reasons[-1])


# laws --------------------------------------------------------------------


@LAWS
@given(runs(), st.data())
def test_whatever_is_told_next_every_run_ends_and_no_speech_is_bought_twice(
    w: World, data: st.DataObject
) -> None:
    w.finish()
    first, film = w.scenes, w.published[FILM]
    w.bought.clear()
    for one in first:
        told(w, one.number, data.draw(st.sampled_from((one.narration, "", "other words", "清晨"))))
    deleted = data.draw(st.sets(st.sampled_from(sorted(w.files)), max_size=2))
    deleted -= {speech_path(1), speech_path(2), speech_path(3)}
    for path in deleted:
        del w.files[path]
    assert w.finish().finished
    told_in_film = ADJUSTED in w.published[FILM].inputs
    stands = ADJUSTED in deleted and w.published[FILM] == film  # a whole film needs no track
    assert stands or told_in_film == (ADJUSTED in w.files)
    w.scenes = first
    assert w.finish().finished
    there = {path for path, file in w.files.items() if file.key.step is Step.SCENE_NARRATION}
    again = [one for one in w.bought if one.step is Step.SCENE_NARRATION]
    assert len(set(again)) == len(again)
    assert all(speech_path(one.scene) in there for one in again)
