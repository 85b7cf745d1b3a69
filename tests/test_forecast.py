"""How long the rest takes is told from what was timed, and not before."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define, evolve

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, SceneState, Task
from vidgen_core.report.forecast import LONGEST, Forecast, in_words
from vidgen_core.specs import ProviderKind

from .run_paths import TS


@define
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def clip(scene: int, *needs: Task) -> Task:
    return Task(
        key=Key(Step.CLIP, scene, 1),
        decision=Decision.MAKE,
        output=f"{scene}.mp4",
        kind=ProviderKind.VIDEO_ENGINE,
        provider="engine",
        seconds=5.0,
        needs=tuple(task.key for task in needs),
    )


FILM = Task(
    key=Key(Step.FILM), decision=Decision.MAKE, output="film.mp4", kind=ProviderKind.STITCHER
)


def plan(*tasks: Task) -> Plan:
    scenes = tuple(
        SceneState(
            number=task.key.scene,
            name="",
            complete=False,
            duration=5.0,
            seconds=5.0,
            clips=(1,),
            reasons=(),
        )
        for task in tasks
        if task.key.scene
    )
    return Plan(timestamp=TS, tasks=tasks, scenes=scenes)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forecast(clock: Clock) -> Forecast:
    return Forecast(clock=clock)


def work(forecast: Forecast, clock: Clock, seconds: float, *tasks: Task) -> None:
    """Do *tasks* at once, in *seconds*."""
    for task in tasks:
        forecast.started(task)
    clock.now += seconds
    for task in tasks:
        forecast.published(task)


def test_nothing_is_foretold_before_work_of_its_kind_was_timed(
    forecast: Forecast, clock: Clock
) -> None:
    first = clip(1)
    forecast.planned(plan(first, clip(2)))
    assert forecast.left(()) is None
    forecast.started(first)
    clock.now += 3
    assert forecast.left([(first, None)]) is None
    assert forecast.left([(first, 0.01)]) is None


def test_what_is_left_goes_by_how_long_the_like_took(forecast: Forecast, clock: Clock) -> None:
    clips = [clip(n) for n in (1, 2, 3)]
    forecast.planned(plan(*clips))
    work(forecast, clock, 30, clips[0])
    assert forecast.left(()) == pytest.approx(60)
    forecast.started(clips[1])
    clock.now += 10
    assert forecast.left([(clips[1], None)]) == pytest.approx(50)


def test_a_piece_on_its_way_tells_of_itself_and_of_the_next(
    forecast: Forecast, clock: Clock
) -> None:
    first, second = clip(1), clip(2)
    forecast.planned(plan(first, second))
    forecast.started(first)
    clock.now += 10
    assert forecast.left([(first, 0.25)]) == pytest.approx(30 + 40)


def test_work_that_is_done_at_once_is_done_sooner(forecast: Forecast, clock: Clock) -> None:
    clips = [clip(n) for n in range(1, 7)]
    forecast.planned(plan(*clips))
    work(forecast, clock, 30, *clips[:2])
    assert forecast.left(()) == pytest.approx(60)


def test_a_chain_of_clips_takes_as_long_as_its_links(forecast: Forecast, clock: Clock) -> None:
    first = clip(1)
    others = [clip(2, first)]
    for n in (3, 4):
        others.append(clip(n, others[-1]))
    beside = clip(5)
    forecast.planned(plan(first, *others, beside))
    work(forecast, clock, 30, first, beside)
    assert forecast.left(()) == pytest.approx(90), "no two of them can be made at once"


def test_what_takes_longer_than_foretold_is_not_said_to_be_over(
    forecast: Forecast, clock: Clock
) -> None:
    clips = [clip(1), clip(2)]
    forecast.planned(plan(*clips))
    work(forecast, clock, 10, clips[0])
    forecast.started(clips[1])
    clock.now += 1000
    left = forecast.left([(clips[1], None)])
    assert left is not None
    assert left > 0


def test_work_of_our_own_needs_no_like_to_be_foretold(forecast: Forecast, clock: Clock) -> None:
    first = clip(1)
    forecast.planned(plan(first, FILM))
    work(forecast, clock, 10, first)
    left = forecast.left(())
    assert left is not None
    assert 0 < left < 10


def test_the_share_grows_with_the_work_and_ends_at_one(forecast: Forecast, clock: Clock) -> None:
    first, second = clip(1), clip(2)
    forecast.planned(plan(first, second, FILM))
    shares = [forecast.share(())]
    forecast.started(first)
    shares.append(forecast.share([(first, 0.5)]))
    for task in (first, second, FILM):
        work(forecast, clock, 1, task)
        shares.append(forecast.share(()))
    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert forecast.left(()) is None, "nothing is left"


def test_a_plan_that_was_made_again_counts_what_is_done(forecast: Forecast, clock: Clock) -> None:
    first, second = clip(1), clip(2)
    forecast.planned(plan(first, second))
    work(forecast, clock, 10, first)
    done: Any = evolve(first, decision=Decision.KEEP)
    forecast.planned(plan(done, second))
    assert forecast.share(()) == pytest.approx(0.5)
    assert forecast.left(()) == pytest.approx(10)
    forecast.started(second)
    forecast.stopped(second)
    assert forecast.left(()) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "1 s left"),
        (13.4, "13 s left"),
        (43, "45 s left"),
        (92, "2 min left"),
        (3600, "60 min left"),
        (89.4 * 60, "89 min left"),
        (7500, "2.1 h left"),
        (9.97 * 3600, "10 h left"),
        (1e9, "9999 h left"),
    ],
)
def test_time_is_said_no_more_exactly_than_it_is_known(seconds: float | None, words: str) -> None:
    assert in_words(seconds) == words
    assert len(words) <= LONGEST
