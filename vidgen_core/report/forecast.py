"""How far a run is and how long its rest takes, as far as its work so far can tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from attrs import define, field

from vidgen_core.model import Key, Step
from vidgen_core.plan import Plan, Task
from vidgen_core.specs import ProviderKind

#: What work takes before any of its kind was timed, in seconds: for each second of
#: picture or sound, or for each piece. It weighs kinds of work against each other.
_EACH_SECOND: Mapping[Step, float] = MappingProxyType(
    {
        Step.CLIP: 1.0,
        Step.SOUND: 0.4,
        Step.SCENE_NARRATION: 0.3,
        Step.FILM: 0.3,
        Step.SCENE: 0.05,
        Step.NARRATION: 0.05,
        Step.NARRATION_ADJUSTED: 0.05,
    }
)
_EACH: Mapping[Step, float] = MappingProxyType({Step.FIRST_FRAME: 5.0, Step.INITIAL_IMAGE: 5.0})
_SMALL = 0.5
_USUAL_SECONDS = 5.0
#: A smaller part of a piece of work says little about the whole.
_ENOUGH = 0.05

#: How many characters the time that is left takes at most.
LONGEST = len("89 min left")
_MOST_HOURS = 9999

_Kind = tuple[Step, str]
Running = Sequence[tuple[Task, float | None]]


@define(kw_only=True)
class Forecast:
    """What is told of each task as it begins and ends; ``clock`` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    _rest: dict[Key, Task] = field(factory=dict, init=False)
    _weights: dict[Key, float] = field(factory=dict, init=False)
    _done: float = field(default=0.0, init=False)
    _begun: dict[Key, float] = field(factory=dict, init=False)
    _timed: dict[_Kind, tuple[float, float]] = field(factory=dict, init=False)
    _first: float | None = field(default=None, init=False)
    _worked: float = field(default=0.0, init=False)

    def planned(self, plan: Plan) -> None:
        """Take note of what is still to be done."""
        lasting = {scene.number: scene.seconds for scene in plan.scenes}
        self._rest = {task.key: task for task in plan.to_do}
        self._weights = {key: _weight(task, lasting) for key, task in self._rest.items()}

    def started(self, task: Task) -> None:
        """Take note that *task* began."""
        self._begun[task.key] = self.clock()
        if self._first is None:
            self._first = self._begun[task.key]

    def published(self, task: Task) -> None:
        """Take note that *task* is done, and how long that took."""
        weight = self._weights.get(task.key, _SMALL)
        begun = self._begun.get(task.key)
        self.stopped(task)
        self._done += weight
        if begun is not None:
            before, seconds = self._timed.get(_kind(task), (0.0, 0.0))
            self._timed[_kind(task)] = before + weight, seconds + self.clock() - begun

    def stopped(self, task: Task) -> None:
        """Take note that *task* is not worked on any more in this run."""
        self._rest.pop(task.key, None)
        begun = self._begun.pop(task.key, None)
        if begun is not None:
            self._worked += self.clock() - begun

    def share(self, running: Running) -> float:
        """Return how much of the work is done, from 0 to 1."""
        rest = sum(self._weights[key] for key in self._rest)
        partly = sum(
            self._weights[task.key] * (fraction or 0.0)
            for task, fraction in running
            if task.key in self._rest
        )
        total = self._done + rest
        return min(1.0, (self._done + partly) / total) if total else 0.0

    def left(self, running: Running) -> float | None:
        """Return how many seconds the rest takes; ``None`` while that cannot be told.

        It can once most of what providers make is like something that was timed. The
        rest takes what its longest chain of tasks takes that need each other, or what
        all of it takes where as many are worked on at once as so far.
        """
        now = self.clock()
        fractions = {task.key: fraction for task, fraction in running}
        rates = self._rates(fractions, now)
        ends: dict[Key, float] = {}
        total = guessed = provided = 0.0
        for key, task in self._rest.items():  # in an order that respects their needs
            rate = rates.get(_kind(task))
            whole = self._weights[key] * (1.0 if rate is None else rate)
            seconds = self._remaining(key, whole, fractions.get(key), now)
            total += seconds
            if task.kind not in (None, ProviderKind.STITCHER):
                provided += seconds
                guessed += seconds if rate is None else 0.0
            ends[key] = seconds + max((ends.get(need, 0.0) for need in task.needs), default=0.0)
        if not ends or guessed > provided / 2:
            return None
        return max(max(ends.values()), total / self._hands(now))

    def _rates(self, fractions: Mapping[Key, float | None], now: float) -> dict[_Kind, float]:
        """Return what each unit of weight took, for the kinds of work that were timed."""
        evidence = dict(self._timed)
        for key, fraction in fractions.items():
            if fraction is not None and fraction >= _ENOUGH and key in self._rest:
                before, seconds = evidence.get(_kind(self._rest[key]), (0.0, 0.0))
                evidence[_kind(self._rest[key])] = (
                    before + self._weights[key] * fraction,
                    seconds + now - self._begun.get(key, now),
                )
        return {kind: seconds / weight for kind, (weight, seconds) in evidence.items()}

    def _remaining(self, key: Key, whole: float, fraction: float | None, now: float) -> float:
        """Return what is left of a task that takes *whole* seconds in all."""
        if key not in self._begun:
            return whole
        spent = now - self._begun[key]
        if fraction is not None and fraction >= _ENOUGH:
            return spent * (1 - fraction) / fraction
        return max(whole - spent, whole / 10)

    def _hands(self, now: float) -> float:
        """Return how many pieces of work were worked on at once, on average."""
        if self._first is None or now <= self._first:
            return 1.0
        worked = self._worked + sum(now - begun for begun in self._begun.values())
        return max(1.0, worked / (now - self._first))


def in_words(seconds: float | None) -> str:
    """Return ``5 min left``, no more exact than a forecast is; empty where nothing is known.

    It never has more than :data:`LONGEST` characters.
    """
    if seconds is None:
        return ""
    if seconds < 20:
        return f"{max(1, round(seconds))} s left"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min left"
    hours = min(seconds / 3600, _MOST_HOURS)
    return f"{hours:.1f} h left" if hours < 9.95 else f"{hours:.0f} h left"


def _kind(task: Task) -> _Kind:
    return task.key.step, task.provider


def _weight(task: Task, lasting: Mapping[int, float]) -> float:
    """Return what *task* weighs; *lasting*: the seconds of each scene."""
    step = task.key.step
    if step not in _EACH_SECOND:
        return _EACH.get(step, _SMALL)
    seconds = task.seconds or lasting.get(task.key.scene, 0.0)
    if not task.key.scene:
        seconds = sum(lasting.values())
    return _EACH_SECOND[step] * (seconds or _USUAL_SECONDS)
