"""Progress on standard error: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from vidgen_core.events import (
    Event,
    Listener,
    Moved,
    Noted,
    Progressed,
    Published,
    Started,
    Stopped,
)
from vidgen_core.report.text import error_line, wrapped
from vidgen_core.strict_json import printable


@contextmanager
def progress(*, quiet: bool = False, verbose: bool = False) -> Iterator[Listener]:
    """Yield the listener that shows what happens."""
    if quiet:
        yield _quiet
    elif sys.stderr.isatty():
        with _live() as listener:
            yield listener
    else:
        yield Lines(verbose=verbose)


def _quiet(event: Event) -> None:
    if isinstance(event, Stopped):
        print(wrapped(_stopped(event)), file=sys.stderr)


def _stopped(event: Stopped) -> str:
    word = "postponed" if event.later else "failed"
    return f"{event.task.key}: {word}: {error_line(event.error)}"


@define(kw_only=True)
class Lines:
    """One line an event, for logs and pipes."""

    verbose: bool = False
    _done: int = field(default=0, init=False)

    def __call__(self, event: Event) -> None:
        """Print what *event* says."""
        text = self.text(event)
        if text:
            print(wrapped(text), file=sys.stderr, flush=True)

    def text(self, event: Event) -> str:
        """Return the line for *event*; empty for none."""
        match event:
            case Started(task):
                by = f" with {task.provider}" if task.provider else ""
                return f"{task.key}: {_doing(task)}{by}"
            case Published(task, path):
                return f"{task.key}: done: {path}"
            case Stopped():
                return _stopped(event)
            case Moved(path, place, why):
                return f"moved aside ({why}): {path} is now {place}"
            case Noted(text):
                return text
        return ""


def _doing(task: Any) -> str:
    return {"attach": "collecting", "redo": "making again"}.get(task.decision.value, "making")


@contextmanager
def _live() -> Iterator[Listener]:
    """Show a line for each running task and one for the whole, with the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn

    console = Console(stderr=True, highlight=False, markup=False)
    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[left]}", markup=False, justify="right"),
        console=console,
        transient=True,
        refresh_per_second=8,
        expand=True,
    )
    begun = time.monotonic()
    lines = Lines()
    rows: dict[str, TaskID] = {}

    def listen(event: Event) -> None:
        match event:
            case Progressed(running, done, total):
                _update(bars, rows, running)
                bars.update(
                    whole,
                    total=max(total, 1),
                    completed=done + sum(fraction or 0.0 for _, fraction in running),
                    left=_left(begun, done + sum(f or 0.0 for _, f in running), total),
                )
            case Started():
                return
            case _:
                text = lines.text(event)
                if text:
                    console.print(printable(text), soft_wrap=False)

    with bars:
        whole = bars.add_task("the film", total=1, left="")
        yield listen


def _update(bars: Any, rows: dict[str, Any], running: Any) -> None:
    shown = {task.key.id for task, _ in running}
    for name in [name for name in rows if name not in shown]:
        bars.remove_task(rows.pop(name))
    for task, fraction in running:
        if task.key.id not in rows:
            by = f" ({task.provider})" if task.provider else ""
            description = f"  {task.key}{by}"
            rows[task.key.id] = bars.add_task(description, total=None, left="")
        if fraction is not None:
            percent = f"{100 * fraction:.0f} %"
            bars.update(rows[task.key.id], total=1.0, completed=fraction, left=percent)


def _left(begun: float, done: float, total: int) -> str:
    """Say how long the rest will take, once that can be guessed."""
    spent = time.monotonic() - begun
    if done < 0.3 or spent < 2 or total <= 0:
        return f"{done:.0f} of {total}"
    seconds = spent / done * max(total - done, 0)
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left"
