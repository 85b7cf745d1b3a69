"""Sound effects and the narration: when they are made, and when the film gets them."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.specs import FilmJoinRequest, NarrationTextRequest, Price, SoundRequest

from ..planning_files import (
    THE_FILM,
    World,
    decisions,
    engine,
    providers,
    scene,
    script,
    sounds,
    speech,
    to_do,
    whys,
)
from ..run_paths import ADJUSTED, FILM, NARRATION, TEXT, sound_path, video_path
from .worlds import world

# sound effects -----------------------------------------------------------


def test_each_scene_with_a_prompt_gets_a_sound_as_long_as_it() -> None:
    w = World(
        scenes=(scene(1, 7.0), scene(2, sound_prompt="  ")), providers=providers(engine(), sounds())
    )
    request = w.plan().by_key[Key(Step.SOUND, 1)].request
    assert isinstance(request, SoundRequest)
    assert request == SoundRequest(prompt="sound 1", seconds=7.0, seed=request.seed)
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
        providers=providers(
            sounds(explicit=explicit), speech(explicit=explicit), script(explicit=explicit)
        ),
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
