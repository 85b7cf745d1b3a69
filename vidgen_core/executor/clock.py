"""The time by which a run waits, and how long it waits for what."""

from __future__ import annotations

import math
import queue
import time
from collections.abc import Callable
from statistics import median

from attrs import define, field

from vidgen_core.errors import ProviderError, RateLimited, Unavailable, VidgenError

SHORTEST_WAIT = 1.0
LONGEST_WAIT = 30.0
#: A service that asks for more patience than this is left to the next run, unless the
#: user has more. Nor is one that says nothing asked more rarely.
LONGEST_PAUSE = 300.0
#: A service that cannot be reached is asked this often before the run goes on without it,
#: where the user does not say how long.
TRIES = 5
#: By so much of the time that it took, a job may be found done too late.
_LATE = 0.1

Event = Callable[[], None]


class Clock:
    """Seconds that pass while the run waits. Tests bring their own."""

    def now(self) -> float:
        """Return the time in seconds since some moment."""
        return time.monotonic()

    def wait(self, events: queue.SimpleQueue[Event], seconds: float) -> Event | None:
        """Return the next event, or ``None`` when *seconds* are over before one comes."""
        try:
            return events.get(timeout=seconds)
        except queue.Empty:
            return None


def until_next_poll(seconds_left: object, *, age: float, usual: float | None) -> float:
    """Return the seconds until a job that is *age* seconds old is asked about again.

    *seconds_left* is what the service guesses; anything but a number is no guess. Then
    *usual* is how long such jobs take, where that is known. Half of what is left is
    waited. In any case a job is found done no later than a tenth of its time or 30 s
    after it was, whichever is more.
    """
    left = real(seconds_left)
    if left is None:
        left = 0.0 if usual is None else usual - age
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, _LATE * age, left / 2))


@define(eq=False)
class Usual:
    """How long jobs took in this run, by who did them."""

    _took: dict[str, list[float]] = field(factory=dict, init=False)

    def learn(self, who: str, seconds: float) -> None:
        """Take note that a job was done after so many seconds."""
        self._took.setdefault(who, []).append(seconds)

    def seconds(self, who: str) -> float | None:
        """Return how long the middle one of them took; ``None`` where there is none."""
        took = self._took.get(who)
        return median(took) if took else None


def until_next_try(tries: int, error: VidgenError) -> float:
    """Return the seconds until a call is tried again that failed *tries* times."""
    asked = _asked(error)
    return min(LONGEST_WAIT, _doubled(tries)) if asked is None else asked


def pause_after(tries: int, error: VidgenError, left: float | None) -> float | None:
    """Return the seconds until a call is tried again, or ``None`` where this run gives up.

    *left* is how much of the user's patience is left, in seconds. With ``None``, and for
    what is no outage, there are a handful of tries. What the service asks for is obeyed;
    where that did not help again and again, the pauses grow all the same.
    """
    if not (isinstance(error, ProviderError) and error.retry):
        return None
    if left is None or not is_passing(error):
        pause = until_next_try(tries, error)
        return pause if tries < TRIES and pause <= LONGEST_PAUSE else None
    asked, grown = _asked(error), min(LONGEST_PAUSE, _doubled(tries))
    if left < max(SHORTEST_WAIT, asked or 0.0):
        return None
    if asked is not None and tries < TRIES:
        return asked
    return min(left, max(asked or 0.0, grown))


def is_passing(error: VidgenError) -> bool:
    """Whether waiting helps: an outage, too many calls, or a service that says how long."""
    if isinstance(error, Unavailable) and error.for_good:
        return False
    return isinstance(error, (Unavailable, RateLimited)) or is_told(error)


def is_told(error: VidgenError) -> bool:
    """Whether the service said for how long to wait."""
    return _asked(error) is not None


def _asked(error: VidgenError) -> float | None:
    asked = real(error.retry_after) if isinstance(error, ProviderError) else None
    return asked if asked is not None and asked > 0 else None


def _doubled(tries: int) -> float:
    return float(SHORTEST_WAIT * 2 ** min(tries, 10))


def real(value: object) -> float | None:
    """Return *value* as a finite number, or ``None``: plugins are not type checked."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
