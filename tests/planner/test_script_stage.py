"""Before there are scenes a plan leads from the script to them, and says what may follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core.errors import BadOutput
from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import Decision, PlanOptions, Why
from vidgen_core.script_answers import file_of
from vidgen_core.specs import (
    UNKNOWN_PRICE,
    ClipRequest,
    EnvironmentsRequest,
    PlacedScenesRequest,
    Price,
    ProviderKind,
    ScenesRequest,
    SpeechRequest,
)

from ..planning_files import (
    THE_FILM,
    World,
    engine,
    images,
    priced,
    providers,
    scene,
    script,
    sounds,
    speech,
)
from ..run_paths import TS

WORDS = (Step.ENVIRONMENTS, Step.SCENES_WITHOUT_ENVIRONMENT, Step.SCENES)
FILES = {
    Step.ENVIRONMENTS: f"scene_physical_environment_{TS}.json",
    Step.SCENES_WITHOUT_ENVIRONMENT: f"scene_metadata_no_env_{TS}.json",
    Step.SCENES: f"scenes_{TS}.json",
}


def begun(*there: Step, **more: Any) -> World:
    """A run of which the script is there, and what *there* names."""
    chosen = {"providers": providers(engine((5, 9)), script(dollars=0.1))} | more
    w = World(scenes=(), **chosen)
    w.put(f"script_{TS}.txt")
    for step in there:
        w.put(FILES[step])
    return w


def decisions(w: World) -> list[Decision]:
    plan = w.plan()
    return [plan.by_key[Key(step)].decision for step in WORDS]


def test_a_script_alone_is_made_into_places_and_scenes_and_the_film_waits() -> None:
    plan = begun().plan()
    assert [task.key.step for task in plan.tasks] == [*WORDS, Step.FILM]
    assert [task.decision for task in plan.to_do] == [Decision.MAKE] * 3
    film = plan.by_key[THE_FILM]
    assert film.decision is Decision.WAIT
    assert [reason.why for reason in film.reasons] == [Why.WAITS_FOR]
    assert not plan.finished
    assert plan.scenes == ()


def test_what_is_asked_follows_the_engine_and_the_users_limits() -> None:
    plan = begun(options=PlanOptions(max_scenes=7, max_environments=2)).plan()
    environments, scenes, placed = (plan.by_key[Key(step)].request for step in WORDS)
    assert isinstance(environments, EnvironmentsRequest)
    assert isinstance(scenes, ScenesRequest)
    assert isinstance(placed, PlacedScenesRequest)
    assert (environments.most, environments.scenes) == (2, 7)
    assert (scenes.most, scenes.lengths) == (7, (5.0, 9.0))
    assert scenes.longest >= 9
    assert (placed.scenes_file, placed.environments_file) == (
        FILES[Step.SCENES_WITHOUT_ENVIRONMENT],
        FILES[Step.ENVIRONMENTS],
    )


def test_each_scene_may_play_in_a_place_of_its_own_unless_the_user_says_fewer() -> None:
    plan = begun(options=PlanOptions(max_scenes=7)).plan()
    request = plan.by_key[Key(Step.ENVIRONMENTS)].request
    assert isinstance(request, EnvironmentsRequest)
    assert request.most == 7


def test_the_scenes_wait_for_both_files_that_they_are_made_from() -> None:
    needs = begun().plan().by_key[Key(Step.SCENES)].needs
    assert set(needs) == {Key(Step.ENVIRONMENTS), Key(Step.SCENES_WITHOUT_ENVIRONMENT)}
    needs = begun(Step.ENVIRONMENTS).plan().by_key[Key(Step.SCENES)].needs
    assert needs == (Key(Step.SCENES_WITHOUT_ENVIRONMENT),)


@pytest.mark.parametrize("there", [(), WORDS[:1], WORDS[:2]])
def test_what_is_written_is_kept(there: tuple[Step, ...]) -> None:
    kept = [Decision.KEEP if step in there else Decision.MAKE for step in WORDS]
    assert decisions(begun(*there)) == kept


def test_without_a_script_model_nothing_goes_on_and_it_is_said() -> None:
    plan = begun(providers=providers(engine())).plan()
    assert {task.decision for task in plan.tasks} == {Decision.BLOCKED, Decision.WAIT}
    reasons = plan.by_key[Key(Step.ENVIRONMENTS)].reasons
    assert [(r.why, r.facts["kind"]) for r in reasons] == [(Why.NO_PROVIDER, "script-model")]


def test_a_step_that_failed_leaves_the_next_one_waiting() -> None:
    given_up = frozenset({Key(Step.ENVIRONMENTS)})
    w = begun(options=PlanOptions(given_up=given_up))
    assert decisions(w) == [Decision.BLOCKED, Decision.MAKE, Decision.WAIT]


def test_what_the_film_may_cost_is_in_the_price_before_there_are_scenes() -> None:
    w = begun(
        providers=providers(engine((5, 9), dollars=2.0), script(dollars=0.1), sounds(dollars=0.5)),
        options=PlanOptions(max_scenes=3),
    )
    plan = w.plan()
    assert plan.bound.low == 0.0
    # Three scenes of 20 s at most are 3 clips of 2 dollars each (5, 5, 9 s or so), and a sound.
    assert plan.bound.high is not None
    assert plan.bound.high >= 3 * (3 * 2.0 + 0.5)
    # Each of three answers may have to be asked for once more.
    assert plan.price.high == pytest.approx(plan.bound.high + 0.6)
    assert plan.price.low == pytest.approx(0.3)
    (note,) = plan.notes
    assert "at most 3 scenes" in note


def test_a_price_that_nobody_knows_is_an_unknown_bound() -> None:
    def raising(request: Any, options: Any) -> Price:
        raise RuntimeError("no idea")

    paid = engine((5,), price=raising)
    assert begun(providers=providers(paid, script())).plan().bound == Price(0.0, None)


def test_free_providers_promise_a_free_film() -> None:
    free = engine((5,), price=priced(0.0))
    plan = begun(providers=providers(free, script(dollars=0))).plan()
    assert plan.price.free
    assert "price" not in plan.notes[0]


@pytest.mark.parametrize(("skip", "said"), [(False, 1), (True, 0)])
def test_a_language_that_the_voice_lacks_is_said_before_anything_is_made(
    skip: bool, said: int
) -> None:
    voice = speech(dollars=0)
    able = evolve(voice.spec, unable=lambda text, options: "the voice lacks " + text)
    w = begun(
        providers=providers(engine(), script(), evolve(voice, spec=able)),
        options=PlanOptions(skip_narration=skip),
    )
    w.texts[f"script_{TS}.txt"] = "Norwegian"
    notes = [note for note in w.plan().notes if "the voice lacks Norwegian" in note]
    assert len(notes) == said


def test_metadata_only_plans_the_words_and_leaves_the_film() -> None:
    w = begun(*WORDS, options=PlanOptions(metadata_only=True))
    assert w.plan().bound.free  # nothing after the words is bought
    told = World(
        scenes=(scene(1, narration="A boat."), scene(2, narration="A storm.")),
        providers=w.providers,
        options=w.options,
    )
    plan = told.plan()
    assert [task.key.step for task in plan.tasks] == [Step.NARRATION_TEXT, Step.FILM]
    assert plan.by_key[THE_FILM].decision is Decision.LEAVE
    assert plan.tasks[0].price.free
    told.perform(plan.tasks[0])
    assert told.plan().finished
    assert not evolve(told.options, metadata_only=False).metadata_only


# the most that it may cost -----------------------------------------------


def test_the_initial_image_is_in_the_bound_and_only_once() -> None:
    w = begun(
        providers=providers(engine((20,)), script(), images(dollars=4.0)),
        options=PlanOptions(max_scenes=3, initial_image_prompt="a boat"),
    )
    assert w.plan().bound.high == pytest.approx(3 * 1.0 + 4.0)


def test_scenes_that_grow_for_their_words_are_in_the_bound() -> None:
    free = speech(dollars=0.0)
    w = begun(providers=providers(engine((5,)), script(), free), options=PlanOptions(max_scenes=1))
    plan = w.plan()
    assert plan.bound.high == pytest.approx(5)  # 60 words take 24 s, and a scene goes on after
    assert "at most 1 scene of at most 24.8 s" in plan.notes[0]
    w.options = PlanOptions(max_scenes=1, skip_narration=True)
    assert w.plan().bound.high == pytest.approx(4)
    assert "of at most 20 s" in w.plan().notes[0]


def test_a_shorter_scene_of_more_clips_is_in_the_bound() -> None:
    one = PlanOptions(max_scenes=1)
    w = begun(providers=providers(engine((5, 8, 24)), script()), options=one)
    assert w.plan().bound.high == pytest.approx(4)  # 20 s are four clips, 24 s only one


@pytest.mark.parametrize(
    "lengths",
    [
        (1e-5, 5.0),
        (0.01, 0.0123, 10.0),
        tuple(1 + number * 0.00137 for number in range(40)),
    ],
)
@pytest.mark.parametrize(("dollars", "bound"), [(2.0, None), (0.0, 0.0)])
def test_lengths_of_which_there_are_too_many_sums_have_no_bound_unless_they_are_free(
    lengths: tuple[float, ...], dollars: float, bound: float | None
) -> None:
    paid = engine(lengths, price=priced(dollars))
    assert begun(providers=providers(paid, script(dollars=0))).plan().bound.high == bound


def test_who_is_paid_for_a_film_without_scenes_is_known_by_kind_and_name() -> None:
    w = begun(
        providers=providers(
            engine((20,), name="luma", dollars=2.0),
            images(name="luma", dollars=0.5),
            sounds(dollars=0.0),
            script(dollars=0.1),
        ),
        options=PlanOptions(max_scenes=3, first_frames=True, initial_image_prompt="a boat"),
    )
    plan = w.plan()
    assert dict(plan.bounds) == {
        (ProviderKind.VIDEO_ENGINE, "luma"): Price(0.0, 6.0),
        (ProviderKind.IMAGE_GENERATOR, "luma"): Price(0.0, 2.0),
    }
    assert plan.bound == Price(0.0, 8.0)


def test_one_price_that_nobody_knows_leaves_the_others_known() -> None:
    unknown = sounds()
    unknown = evolve(unknown, spec=evolve(unknown.spec, price=lambda *_: UNKNOWN_PRICE))
    w = begun(
        providers=providers(engine((20,)), unknown, script()), options=PlanOptions(max_scenes=1)
    )
    bounds = w.plan().bounds
    assert bounds[ProviderKind.VIDEO_ENGINE, "paid"] == Price(0.0, 1.0)
    assert bounds[ProviderKind.SOUND_ENGINE, "paid"] == UNKNOWN_PRICE


FREELY: Callable[[ClipRequest], bool] = lambda clip: not (clip.start_frame or clip.start_of)  # noqa: E731


@pytest.mark.parametrize(
    ("abilities", "dear", "high"),
    [
        ((), FREELY, 3.0),
        ((), lambda clip: clip.start_frame, 3.0),
        ((), lambda clip: clip.start_of, 1.0),
        (("starts-from-jobs",), lambda clip: clip.start_of, 3.0),
        (("pictures-by-url",), lambda clip: clip.start_frame, 1.0),  # without a host it has none
    ],
)
def test_a_clip_that_is_dearer_for_what_it_starts_from_is_in_the_bound(
    abilities: tuple[str, ...], dear: Callable[[ClipRequest], Any], high: float
) -> None:
    def price(request: ClipRequest, options: Any) -> Price:
        return Price(3.0, 3.0) if dear(request) else Price(1.0, 1.0)

    paid = engine((20,), price=price, abilities=abilities)
    w = begun(providers=providers(paid, script()), options=PlanOptions(max_scenes=1))
    assert w.plan().bound.high == pytest.approx(high)


def test_a_form_of_the_clips_whose_price_nobody_knows_is_in_the_bound() -> None:
    def price(request: ClipRequest, options: Any) -> Price:
        return UNKNOWN_PRICE if request.start_frame else Price(0.02, 0.02)

    w = begun(providers=providers(engine((5,), price=price), script(dollars=0.0)))
    assert w.plan().bound == UNKNOWN_PRICE


def per_second(base: float, rate: float, pictured: float = 1.0) -> Callable[[Any, Any], Price]:
    def price(request: Any, options: Any) -> Price:
        dollars = base + rate * request.seconds
        if getattr(request, "start_frame", None):
            dollars *= pictured
        return Price(dollars, dollars)

    return price


def per_letter(request: SpeechRequest, options: Any) -> Price:
    return Price(0.0, 0.001 * len(request.text))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_bound_is_never_below_the_plan_for_scenes_as_they_were_asked_for(
    data: st.DataObject,
) -> None:
    draw = data.draw
    lengths = draw(st.sets(st.sampled_from((4, 5, 6.5, 8, 9, 12, 24)), min_size=1))
    rates = st.sampled_from((0.0, 0.3, 1.0))
    pictured = draw(st.sampled_from((0.5, 1.0, 2.0)))
    price = per_second(draw(rates), draw(rates), pictured)
    chosen = [engine(tuple(lengths), price=price)]
    for one in (
        images(dollars=4.0),
        evolve(speech(), spec=evolve(speech().spec, price=per_letter)),
        evolve(sounds(), spec=evolve(sounds().spec, price=per_second(0.0, 1.0))),
    ):
        chosen += [one] if draw(st.booleans()) else []
    most = draw(st.integers(1, 3))
    w = begun(
        providers=providers(*chosen, script(dollars=0.0)),
        options=PlanOptions(
            max_scenes=most,
            first_frames=draw(st.booleans()),
            initial_image_prompt=draw(st.sampled_from(("", "a boat"))),
        ),
    )
    plan = w.plan()
    asked = plan.by_key[Key(Step.SCENES_WITHOUT_ENVIRONMENT)].request
    assert isinstance(asked, ScenesRequest)
    w.scenes = tuple(
        _as_asked_for(draw, asked, number) for number in range(1, draw(st.integers(1, most)) + 1)
    )
    follows = w.plan().price.high
    assert plan.bound.high is not None
    assert follows is not None
    assert follows <= plan.bound.high + 1e-6


def _as_asked_for(draw: st.DrawFn, asked: ScenesRequest, number: int) -> Scene:
    """A scene that is no longer than was asked for, with words that are about as many."""
    duration = draw(st.just(asked.longest) | st.floats(0.5, asked.longest))
    most = int(1.5 * asked.words_per_second * duration)
    words = draw(st.just(most) | st.integers(0, most))
    told = " ".join(["boats"] * words)
    return scene(number, duration, narration=told, source={"narration": told})


@pytest.mark.parametrize("word", ["boats ", "x", "\u8239", "so ", "Dampfschiffe "])
@pytest.mark.parametrize("lengths", [(5.0,), (8.0,), (4.0, 6.5), (24.0,)])
def test_the_bound_holds_for_whatever_narration_is_taken(
    word: str, lengths: tuple[float, ...]
) -> None:
    letters = evolve(speech(), spec=evolve(speech().spec, price=per_letter))
    timed = engine(lengths, price=per_second(0.0, 1.0))
    w = begun(
        providers=providers(timed, letters, script(dollars=0.0)), options=PlanOptions(max_scenes=1)
    )
    plan = w.plan()
    asked = plan.by_key[Key(Step.SCENES_WITHOUT_ENVIRONMENT)].request
    assert isinstance(asked, ScenesRequest)
    told = (word * count for count in range(500, 0, -1))
    longest = next(words.strip() for words in told if _is_taken(words, asked))
    w.scenes = (scene(1, asked.longest, narration=longest, source={"narration": longest}),)
    follows = w.plan().price.high
    assert plan.bound.high is not None
    assert follows is not None
    assert 0 < follows <= plan.bound.high + 1e-6


def _is_taken(words: str, asked: ScenesRequest) -> bool:
    told = {"scene_number": 1, "scene_duration": 5, "scene_movement_description": "a boat"}
    try:
        file_of(json.dumps({"scenes": [{**told, "narration": words}]}), asked)
    except BadOutput:
        return False
    return True
