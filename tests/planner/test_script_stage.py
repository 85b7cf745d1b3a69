"""Before there are scenes a plan leads from the script to them, and says what may follow."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, PlanOptions, Why
from vidgen_core.specs import EnvironmentsRequest, PlacedScenesRequest, Price, ScenesRequest

from ..planning_files import (
    THE_FILM,
    World,
    engine,
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
    assert plan.price.high == pytest.approx(plan.bound.high + 0.3)
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
