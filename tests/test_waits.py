"""Who is waited for is seen: counted down in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from vidgen_core.errors import RateLimited, Unavailable, VidgenError
from vidgen_core.executor.events import Progressed, Published, Stopped, Waiting, WentOn
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Task
from vidgen_core.report.progress import Lines, progress
from vidgen_core.report.waits import Waits, waiting
from vidgen_core.specs import ProviderKind

from .terminals import Terminal


def clip(scene: int) -> Task:
    return Task(
        key=Key(Step.CLIP, scene, 1),
        decision=Decision.MAKE,
        output="x.mp4",
        provider="luma",
        kind=ProviderKind.VIDEO_ENGINE,
    )


def wait(
    seconds: float,
    patience: float | None = None,
    error: VidgenError | None = None,
    scene: int = 1,
    who: str = "luma",
) -> Waiting:
    return Waiting(clip(scene), who, error or Unavailable("no connection"), seconds, patience)


class Hands:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("seconds", "patience", "ends"),
    [
        (252, 7 * 3600 + 41 * 60 + 20, "in 4:12 (patience ends in 7 h 41 min)"),
        (59.2, 3599, "in 1:00 (patience ends in 59 min)"),
        (8, 59, "in 8 s (patience ends in 59 s)"),
        (0.0, 0.0, "now (patience ends in 0 s)"),
        (-3, None, "now"),
        (3661, None, "in 1 h 1 min"),
        (3599.5, 86400 * 2, "in 1 h 0 min (patience ends in 48 h 0 min)"),
    ],
)
def test_a_wait_is_said_in_words(seconds: float, patience: float | None, ends: str) -> None:
    said = waiting(wait(seconds, patience), seconds, patience)
    assert said == f"luma: no connection; trying again {ends}"


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Luma cannot be reached: refused.", "cannot be reached: refused"),
        ("lumaless", "lumaless"),
        ("", "RateLimited"),
        ("red \x1b[31malert\x1b[0m\nnow", "red alert now"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_why_is_said_once_and_short(message: str, why: str) -> None:
    said = waiting(wait(9, error=RateLimited(message)), 9, None)
    assert said == f"luma: {why}; trying again in 9 s"


def test_a_log_has_a_line_a_minute_and_one_when_the_reason_changes() -> None:
    clock = Hands()
    lines = Lines(clock=clock)
    said = []
    for now, error in (
        (0, None),
        (8, None),
        (59, None),
        (61, None),
        (62, RateLimited("slow down")),
        (63, RateLimited("slower")),
        (130, RateLimited("slower still")),
    ):
        clock.now = now
        said.append(bool(lines.text(wait(8, error=error))))
    assert said == [True, False, False, True, True, False, True]
    assert lines.text(wait(8, who="ltx")), "each service for itself"
    assert lines.text(WentOn(clip(1), "luma")) == ""


def test_the_countdown_ticks_and_shows_what_comes_next_for_each_service() -> None:
    clock = Hands()
    waits = Waits(clock=clock)
    waits.began(wait(100, 1000))
    waits.began(wait(30, 1000, scene=2))
    waits.began(wait(5, who="ltx", scene=3))
    clock.now = 3
    assert waits.lines() == [
        "luma: no connection; trying again in 27 s (patience ends in 16 min)",
        "ltx: no connection; trying again in 2 s",
    ]
    clock.now = 40
    waits.ended(clip(2).key)
    waits.ended(clip(3).key)
    assert waits.lines() == ["luma: no connection; trying again in 1:00 (patience ends in 16 min)"]
    waits.ended(clip(1).key)
    assert waits.lines() == []


@pytest.mark.parametrize("columns", [24, 60, 140])
@pytest.mark.parametrize("end", ["went on", "published", "stopped"])
def test_a_terminal_shows_it_until_it_is_over(
    columns: int, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    last: Any = {
        "went on": WentOn(clip(1), "luma"),
        "published": Published(clip(1), "clip.mp4"),
        "stopped": Stopped(clip(1), Unavailable("gone"), later=True),
    }[end]
    with progress() as listen:
        listen(wait(252, 27_700.0))
        listen(Progressed(((clip(1), None),)))
        shown = _drawn(terminal, listen)
        listen(last)
        after = _drawn(terminal, listen)
    assert "trying again in 4:1" in shown
    assert "ends in 7 h 41 min" in shown
    assert "trying again" not in after
    lines = _plain(terminal).replace("\r", "\n").split("\n")
    assert [line for line in lines if len(line) > columns] == []


def _drawn(terminal: Terminal, listen: Any) -> str:
    """What is drawn next, as one line."""
    terminal.truncate(0)
    terminal.seek(0)
    listen.bars.console.print("mark")
    return " ".join(_plain(terminal).split())


def _plain(terminal: Terminal) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
