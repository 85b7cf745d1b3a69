"""The arithmetic of missing time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import partial

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core.model import Key, Step
from vidgen_core.plan import TO_DO, Decision
from vidgen_core.planner.coverage import NewClip, is_covered, missing_clips
from vidgen_core.specs import SceneJoinRequest, split_evenly

from ..planning_files import World, engine, providers, scene
from ..run_paths import clip_path

SCENE = 14.0
LUMA, LTX, THIRD = (5.0, 9.0), (5.0,), (6.0, 8.0, 10.0)

New = list[tuple[int, int, int]]

#: Kept clips; then for each engine the new ones: number, length, and the seconds shown of it.
TABLE: tuple[tuple[Mapping[int, float], Mapping[tuple[float, ...], New]], ...] = (
    ({}, {
        LUMA: [(1, 5, 5), (2, 9, 9)],
        LTX: [(1, 5, 5), (2, 5, 5), (3, 5, 4)],
        THIRD: [(1, 6, 6), (2, 8, 8)],
    }),
    # what {5, 9} made: 5 + 9
    ({1: 5}, {LUMA: [(2, 9, 9)], LTX: [(2, 5, 5), (3, 5, 4)], THIRD: [(2, 10, 9)]}),
    ({2: 9}, {LUMA: [(1, 5, 5)], LTX: [(1, 5, 5)], THIRD: [(1, 6, 5)]}),
    ({1: 5, 2: 9}, {LUMA: [], LTX: [], THIRD: []}),
    # what {5} made: 5 + 5 + 5
    ({2: 5}, {LUMA: [(1, 9, 9)], LTX: [(1, 5, 5), (3, 5, 4)], THIRD: [(1, 10, 9)]}),
    ({3: 5}, {LUMA: [(1, 9, 9)], LTX: [(1, 5, 5), (2, 5, 4)], THIRD: [(1, 10, 9)]}),
    ({1: 5, 2: 5}, {LUMA: [(3, 5, 4)], LTX: [(3, 5, 4)], THIRD: [(3, 6, 4)]}),
    ({1: 5, 3: 5}, {LUMA: [(2, 5, 4)], LTX: [(2, 5, 4)], THIRD: [(2, 6, 4)]}),
    ({2: 5, 3: 5}, {LUMA: [(1, 5, 4)], LTX: [(1, 5, 4)], THIRD: [(1, 6, 4)]}),
    ({1: 5, 2: 5, 3: 5}, {LUMA: [], LTX: [], THIRD: []}),
    # what {6, 8, 10} made: 6 + 8
    ({1: 6}, {LUMA: [(2, 9, 8)], LTX: [(2, 5, 5), (3, 5, 3)], THIRD: [(2, 8, 8)]}),
    ({2: 8}, {LUMA: [(1, 9, 6)], LTX: [(1, 5, 5), (3, 5, 1)], THIRD: [(1, 6, 6)]}),
    ({1: 6, 2: 8}, {LUMA: [], LTX: [], THIRD: []}),
)  # fmt: skip
ROWS = [(kept, lengths, new) for kept, engines in TABLE for lengths, new in engines.items()]


def missing(
    duration: float, covered: Mapping[int, float], lengths: Sequence[float], fps: float = 24.0
) -> tuple[NewClip, ...]:
    split = partial(split_evenly, lengths=lengths)
    return missing_clips(duration=duration, covered=covered, lengths=lengths, split=split, fps=fps)


def shown(clip: NewClip, fps: float) -> float:
    return clip.shown_frames / fps if clip.shown_frames else clip.seconds


def test_the_table_has_every_subset_of_what_each_engine_makes() -> None:
    kept = [dict(row) for row, _ in TABLE]
    for whole in ({1: 5, 2: 9}, {1: 5, 2: 5, 3: 5}, {1: 6, 2: 8}):
        for size in range(len(whole) + 1):
            for numbers in itertools.combinations(whole, size):
                assert {number: whole[number] for number in numbers} in kept


@pytest.mark.parametrize(("kept", "lengths", "new"), ROWS)
def test_a_scene_of_14_s_gets_these_clips(
    kept: Mapping[int, float], lengths: tuple[float, ...], new: list[tuple[int, int, int]]
) -> None:
    found = missing(SCENE, kept, lengths)
    assert [(clip.number, clip.seconds, shown(clip, 24)) for clip in found] == new


@pytest.mark.parametrize(("kept", "lengths", "new"), ROWS)
def test_the_plan_of_a_scene_of_14_s_has_these_clips_and_keeps_the_others(
    kept: Mapping[int, float], lengths: tuple[float, ...], new: list[tuple[int, int, int]]
) -> None:
    world = World(scenes=(scene(1, SCENE),), providers=providers(engine(lengths)))
    for number, seconds in kept.items():
        world.put(clip_path(1, number), seconds)
    the_plan = world.plan()
    clips = [task for task in the_plan.tasks if task.key.step is Step.CLIP]
    made = [task for task in clips if task.decision in TO_DO]
    assert [(task.key.clip, task.seconds, task.shown_frames) for task in made] == [
        (number, length, part * 24 if part < length else 0) for number, length, part in new
    ]
    assert {task.key.clip for task in clips if task not in made} == set(kept)
    assert the_plan.price.high == len(new)
    join = the_plan.by_key[Key(Step.SCENE, 1)]
    assert isinstance(join.request, SceneJoinRequest)
    frames = {part.path: part.frames for part in join.request.parts}
    assert all(frames[clip_path(1, number)] is None for number in kept)
    assert len(frames) == len(kept) + len(new)


@st.composite
def cases(draw: st.DrawFn) -> tuple[float, dict[int, float], tuple[float, ...], float]:
    seconds = st.integers(1, 4000).map(lambda n: n / 100)
    lengths = draw(st.sets(st.sampled_from((3.0, 4.0, 5.0, 6.0, 8.0, 9.0, 10.0)), min_size=1))
    covered = draw(st.dictionaries(st.integers(1, 9), seconds, max_size=6))
    fps = draw(st.sampled_from((12.0, 23.976, 24.0, 25.0, 29.97, 60.0)))
    return draw(seconds), covered, tuple(sorted(lengths)), fps


@given(cases())
def test_what_is_there_and_what_is_made_cover_the_scene_and_no_more(
    case: tuple[float, dict[int, float], tuple[float, ...], float],
) -> None:
    duration, covered, lengths, fps = case
    there = math.fsum(covered.values())
    new = missing(duration, covered, lengths, fps)
    total = there + math.fsum(shown(clip, fps) for clip in new)
    assert is_covered(duration - total, fps)
    if new:
        assert total - duration <= max(0.5 + 1e-6, 1 - (duration - there) * fps) / fps


@given(cases())
def test_no_new_clip_could_be_left_out(
    case: tuple[float, dict[int, float], tuple[float, ...], float],
) -> None:
    duration, covered, lengths, fps = case
    new = missing(duration, covered, lengths, fps)
    total = math.fsum(covered.values()) + math.fsum(clip.seconds for clip in new)
    for clip in new:
        assert not is_covered(duration - (total - clip.seconds) + 2e-6, fps)


@given(cases())
def test_gaps_are_filled_first_and_in_order_and_only_the_last_new_clip_is_trimmed(
    case: tuple[float, dict[int, float], tuple[float, ...], float],
) -> None:
    duration, covered, lengths, fps = case
    new = missing(duration, covered, lengths, fps)
    numbers = [clip.number for clip in new]
    last = max(covered, default=0)
    gaps = [number for number in range(1, last) if number not in covered]
    tail = [number for number in numbers if number > last]
    assert numbers == sorted(numbers)
    assert numbers[: len(numbers) - len(tail)] == gaps[: len(numbers) - len(tail)]
    assert tail == list(range(last + 1, last + 1 + len(tail)))
    if tail:
        assert numbers[: len(gaps)] == gaps
    assert not [clip for clip in new[:-1] if clip.shown_frames]
    assert all(clip.seconds in lengths for clip in new)
    assert all(0 <= clip.shown_frames <= clip.seconds * fps + 1 for clip in new)


def test_less_than_a_frame_is_not_worth_a_clip() -> None:
    frame = 1 / 24
    assert missing(5 + 0.9 * frame, {1: 5.0}, (5.0,)) == ()
    assert len(missing(5 + frame, {1: 5.0}, (5.0,))) == 1


def test_part_of_a_frame_more_does_not_make_a_clip_longer_or_more_of_them() -> None:
    part = 0.5 / 24
    assert [clip.seconds for clip in missing(5 + part, {}, (5.0, 9.0))] == [5.0]
    assert [clip.seconds for clip in missing(10 + part, {2: 5.0}, (5.0, 9.0))] == [5.0]


def test_a_tiny_scene_is_one_clip_of_which_one_frame_is_shown() -> None:
    (clip,) = missing(1 / 24, {}, (5.0,))
    assert (clip.seconds, clip.shown_frames) == (5.0, 1)


def test_when_the_need_is_spent_the_gaps_left_stay_empty() -> None:
    assert [clip.number for clip in missing(14, {4: 5.0}, (5.0, 9.0))] == [1]


def test_huge_clip_numbers_cost_no_time() -> None:
    found = missing(7_200, {1: 5.0, 999_999_999: 5.0}, (5.0, 10.0))
    assert len(found) == 719
    assert found[-1].number == 720


TOO_MANY = r"would take more than 1000 clips"


@pytest.mark.parametrize(
    ("seconds", "lengths"),
    [
        (5.0, (1e-5,)),
        (5.0, (1e-5, 10.0)),
        (5.0, (1e-5, 1.3e-5, 1.71e-5, 10.0)),
        (900.0, (*(1 + number * 0.00137 for number in range(19)), 180.0)),
        (5000.1, (5.0,)),
        (1e300, (5.0,)),
    ],
)
def test_no_scene_is_split_into_more_than_a_thousand_clips(
    seconds: float, lengths: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match=TOO_MANY):
        split_evenly(seconds, lengths)
    with pytest.raises(ValueError, match=TOO_MANY):
        engine(lengths).spec.split_for(seconds, None)


def test_a_thousand_clips_are_not_too_many() -> None:
    assert split_evenly(5000.0, (5.0,)) == (5.0,) * 1000
    assert len(split_evenly(5000.0, (5.0, 2500.0))) == 2


def test_an_engines_own_split_into_too_many_clips_is_refused() -> None:
    own = evolve(engine((5.0,)).spec, split=lambda seconds, options: [seconds / 1001] * 1001)
    with pytest.raises(ValueError, match=TOO_MANY):
        own.split_for(5.0, None)


def test_too_many_clips_between_others_are_refused() -> None:
    with pytest.raises(ValueError, match=TOO_MANY):
        missing(10_020, {1: 5.0, 999_999_999: 5.0}, (5.0, 10.0))


def test_a_scene_of_too_many_clips_is_blocked_and_the_plan_says_why() -> None:
    w = World(scenes=(scene(1, 5.0),), providers=providers(engine((1e-5,))))
    (task,) = [task for task in w.plan().tasks if task.key.step is Step.CLIP]
    assert task.decision is Decision.BLOCKED
    assert "more than 1000 clips" in str(task.reasons)


def test_an_engine_of_very_many_lengths_is_split_for_too() -> None:
    halves = tuple(half / 2 for half in range(2, 41))
    assert split_evenly(99.5, halves) == (19.5, 20.0, 20.0, 20.0, 20.0)
    assert split_evenly(24.8, halves) == (12.5, 12.5)


@settings(max_examples=50)
@given(st.integers(1, 60), st.sampled_from((LUMA, LTX, THIRD, (3.0, 7.0))))
def test_splitting_evenly_wastes_least_then_takes_fewest(
    seconds: int, lengths: tuple[float, ...]
) -> None:
    found = split_evenly(seconds, lengths)
    longest = max(lengths)
    every = (
        combination
        for size in range(1, math.ceil(seconds / min(lengths)) + 1)
        for combination in itertools.combinations_with_replacement(lengths, size)
        if sum(combination) >= seconds
    )
    if seconds <= 5 * longest:
        best = min(every, key=lambda one: (sum(one) - seconds, len(one)))
        assert (sum(found), len(found)) == (sum(best), len(best))
    assert sum(found) >= seconds > sum(found) - min(found)
    assert list(found) == sorted(found)
