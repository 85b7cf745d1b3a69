"""The time by which a run waits, and how long it waits for what."""

from __future__ import annotations

import math
import queue
import time
from collections.abc import Callable

from vidgen_core.errors import ProviderError, VidgenError

SHORTEST_WAIT = 1.0
LONGEST_WAIT = 30.0
#: A service that asks for more patience than this is left to the next run.
LONGEST_PAUSE = 300.0

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


def until_next_poll(polls: int, seconds_left: object) -> float:
    """Return the seconds until a job is asked about again.

    *seconds_left* is what the service guesses; anything but a number is no guess.
    """
    left = real(seconds_left)
    if left is not None:
        return min(LONGEST_WAIT, max(SHORTEST_WAIT, left / 2))
    return float(min(LONGEST_WAIT, SHORTEST_WAIT * 1.3 ** min(polls, 50)))


def until_next_try(tries: int, error: VidgenError) -> float:
    """Return the seconds until a call is tried again that failed *tries* times."""
    asked = real(error.retry_after) if isinstance(error, ProviderError) else None
    if asked is not None and asked > 0:
        return asked
    return float(min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** min(tries, 10)))


def real(value: object) -> float | None:
    """Return *value* as a finite number, or ``None``: plugins are not type checked."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
