"""Who is waited for: why, for how long yet, and how much patience is left."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from vidgen_core.executor.events import Waiting
from vidgen_core.http_errors import clean_words
from vidgen_core.model import Key
from vidgen_core.strict_json import printable

#: So much is said of why, in characters.
_LONGEST = 80


def waiting(event: Waiting, seconds: float, patience: float | None) -> str:
    """Say who is waited for and why, that it is *seconds* more, and how much *patience* is left.

    ``luma: no connection; trying again in 4:12 (patience ends in 7 h 41 min)``.
    """
    ends = f" (patience ends in {_span(patience)})" if patience is not None else ""
    return f"{event.who}: {_trouble(event)}; trying again {_countdown(seconds)}{ends}"


def _trouble(event: Waiting) -> str:
    """Return what is wrong as a clause: the message, without who it is about at its begin."""
    words = clean_words(event.error.message, _LONGEST)
    about = words[: len(event.who)]
    if about.lower() == event.who.lower() and words[len(about) :].startswith(" "):
        words = words[len(about) + 1 :]
    return words.rstrip(". ") or type(event.error).__name__


def _countdown(seconds: float) -> str:
    left = math.ceil(seconds)
    if left < 1:
        return "now"
    if left < 60:
        return f"in {left} s"
    if left >= 3600:
        return f"in {_span(left)}"
    return f"in {left // 60}:{left % 60:02}"


def _span(seconds: float) -> str:
    """Return a longer time: ``7 h 41 min``, ``12 min``, ``40 s``."""
    if seconds < 60:
        return f"{max(0, math.ceil(seconds))} s"
    hours, minutes = divmod(int(seconds // 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@define(kw_only=True)
class Waits:
    """A line for each service that is waited for, counting down as often as it is drawn."""

    clock: Callable[[], float] = time.monotonic
    _of: dict[Key, tuple[Waiting, float]] = field(factory=dict, init=False)

    def began(self, event: Waiting) -> None:
        """Show what *event* tells until its task goes on or ends."""
        self._of[event.task.key] = event, self.clock()

    def ended(self, key: Key) -> None:
        """Show no more that *key* waits."""
        self._of.pop(key, None)

    def lines(self) -> list[str]:
        """Return what is waited for now, by each service only what comes next."""
        now = self.clock()
        nearest: dict[str, tuple[float, str]] = {}
        for event, since in list(self._of.values()):  # drawn by a thread of its own
            waited = now - since
            left = event.seconds - waited
            patience = None if event.patience is None else max(0.0, event.patience - waited)
            if event.who not in nearest or left < nearest[event.who][0]:
                nearest[event.who] = left, waiting(event, left, patience)
        return [text for _, text in nearest.values()]

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        """Draw it."""
        from rich.text import Text

        for line in self.lines():
            yield Text(printable(line))
