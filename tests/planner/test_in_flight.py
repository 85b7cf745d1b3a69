"""What is paid for is collected, asked about or named, and never bought again."""

from __future__ import annotations

from typing import Any

import pytest

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision
from vidgen_core.specs import Price

from ..planning_files import (
    World,
    a_clip,
    decisions,
    engine,
    images,
    providers,
    scene,
    script,
    sounds,
    speech,
    whys,
)
from ..run_paths import FILM, TS, clip_path, sound_path, video_path
from .worlds import WEBM, clip_of, world


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
    may_be_free = Price(0, 1)  # it is bought now, or was before
    assert task.price == (may_be_free if abilities else Price(1, 1))
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
