"""What failed, what waits and what nobody can tell stops as little as it must."""

from __future__ import annotations

from typing import Any

import pytest

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, PlanOptions
from vidgen_core.specs import Price

from ..planning_files import (
    THE_FILM,
    a_clip,
    decisions,
    engine,
    images,
    providers,
    scene,
    to_do,
    whys,
)
from ..run_paths import TS, clip_path, video_path
from .worlds import clip_of, start_of, world

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

    w = world(None, providers=providers(engine(lengths)))
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
