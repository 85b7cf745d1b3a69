"""Progress on standard error: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from attrs import define, field

from vidgen_core.executor.events import (
    Event,
    Listener,
    Moved,
    Noted,
    Planned,
    Progressed,
    Published,
    Started,
    Stopped,
)
from vidgen_core.listing import OnProbe
from vidgen_core.model import Step
from vidgen_core.plan import Decision, ProviderKind, Task
from vidgen_core.report.words import error_line, folded, is_there, name, say
from vidgen_core.strict_json import printable

#: Fewer are looked at before anybody wonders.
_MANY_FILES = 20
#: Made on the way to something else: named only where everything is.
_ON_THE_WAY = frozenset({Step.LAST_FRAME, Step.SCENE_LAST_FRAME})
_VERBS: Mapping[Step, str] = MappingProxyType(
    {
        Step.SCENE: "joining",
        Step.FILM: "joining",
        Step.NARRATION: "speaking",
        Step.SCENE_NARRATION: "speaking",
        Step.NARRATION_TEXT: "writing",
        Step.SUBTITLES: "writing",
    }
)


@contextmanager
def progress(*, quiet: bool = False, verbose: bool = False) -> Iterator[Listener]:
    """Yield the listener that shows what happens."""
    if quiet:
        yield _quiet
    elif sys.stderr.isatty():
        with _live(verbose=verbose) as listener:
            yield listener
    else:
        yield Lines(verbose=verbose)


@contextmanager
def looking(*, quiet: bool = False) -> Iterator[OnProbe | None]:
    """Yield what is told how many files were looked at; a terminal shows it while it lasts."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    begin = "\r\x1b[K"

    def on_probe(done: int, total: int) -> None:
        if total >= _MANY_FILES:
            text = f"{begin}looking at the files: {done} of {total}"
            print(text, end="", file=sys.stderr, flush=True)

    try:
        yield on_probe
    finally:
        print(begin, end="", file=sys.stderr, flush=True)


def _quiet(event: Event) -> None:
    if isinstance(event, Stopped):
        say(_stopped(event))


def _stopped(event: Stopped) -> str:
    word = "is postponed" if event.later else "failed"
    return f"{name(event.task.key)} {word}: {error_line(event.error)}"


@define(kw_only=True)
class Lines:
    """One line an event, for logs and pipes.

    ``paths``: say where each file is. ``done`` of ``total`` steps are made so far.
    """

    verbose: bool = False
    paths: bool = True
    done: int = field(default=0, init=False)
    total: int = field(default=0, init=False)

    def __call__(self, event: Event) -> None:
        """Print what *event* says."""
        text = self.text(event)
        if text:
            say(text)

    def text(self, event: Event) -> str:
        """Return the line for *event*; empty for none."""
        match event:
            case Planned(plan):
                shown = sum(self._is_shown(task) for task in plan.to_do)
                self.total = max(self.total, self.done + shown)
            case Started(task):
                return f"{_doing(task)} …" if self.verbose or _is_long(task) else ""
            case Published(task, path):
                if not self._is_shown(task):
                    return ""
                self.done += 1
                self.total = max(self.total, self.done)
                return self._published(task, path)
            case Stopped():
                return _stopped(event)
            case Moved(path, place, why):
                folder = place.removesuffix(path).rstrip("/")
                return f"moved aside, {why}: {path} is now in {folder}"
            case Noted(text):
                return text
        return ""

    def _is_shown(self, task: Task) -> bool:
        """Whether *task* has a line, and so a number."""
        return self.verbose or task.key.step not in _ON_THE_WAY

    def _published(self, task: Task, path: str) -> str:
        named = self.paths or self.verbose
        what = f"{name(task.key)}: {path}" if named else is_there(task.key)
        return f"[{self.done}/{self.total}] {what}"


def _is_long(task: Task) -> bool:
    """Whether work on *task* may take so long that its begin is worth a line."""
    by_a_provider = task.kind is not None and task.kind is not ProviderKind.STITCHER
    return by_a_provider or task.key.step is Step.FILM


def _doing(task: Task) -> str:
    verb = _VERBS.get(task.key.step, "making")
    if task.decision is Decision.ATTACH:
        verb = "collecting"
    what = name(task.key)
    if verb == "speaking" and task.kind is ProviderKind.STITCHER:
        verb = "joining"
    elif verb == "speaking":
        what = f"scene {task.key.scene}" if task.key.scene else "the narration"
    by = f" with {task.provider}" if task.kind and task.kind is not ProviderKind.STITCHER else ""
    again = " again" if task.decision is Decision.REDO else ""
    return f"{verb} {what}{again}{by}"


@contextmanager
def _live(*, verbose: bool = False) -> Iterator[Listener]:
    """Show a line for each running task and one for the whole, with the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn
    from rich.table import Column

    console = Console(stderr=True, highlight=False, markup=False)
    bars = Progress(
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
        BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4)),
        TextColumn("{task.fields[left]}", markup=False, table_column=Column(no_wrap=True)),
        console=console,
        transient=True,
        refresh_per_second=8,
        expand=True,
    )
    begun = time.monotonic()
    lines = Lines(verbose=verbose, paths=False)
    rows: dict[str, TaskID] = {}

    def listen(event: Event) -> None:
        match event:
            case Progressed(running, _, _):
                _update(bars, rows, running)
                done = lines.done + sum(fraction or 0.0 for _, fraction in running)
                bars.update(
                    whole,
                    description=f"the film: {lines.done} of {lines.total}",
                    total=max(lines.total, 1),
                    completed=done,
                    left=_left(time.monotonic() - begun, done, lines.total),
                )
            case Started():
                return
            case _:
                text = lines.text(event)
                if text:
                    console.print(folded(printable(text), sys.stderr), soft_wrap=True)

    with bars:
        whole = bars.add_task("the film", total=None, left="")
        yield listen


def _update(bars: Any, rows: dict[str, Any], running: Any) -> None:
    shown = {task.key.id for task, _ in running}
    for row in [row for row in rows if row not in shown]:
        bars.remove_task(rows.pop(row))
    for task, fraction in running:
        if task.key.id not in rows:
            rows[task.key.id] = bars.add_task(f"  {_doing(task)}", total=None, left="")
        if fraction is not None:
            percent = f"{100 * fraction:.0f} %"
            bars.update(rows[task.key.id], total=1.0, completed=fraction, left=percent)


def _left(spent: float, done: float, total: int) -> str:
    """Say how long the rest will take, once that can be guessed."""
    if done < 0.3 or spent < 2 or total <= 0:
        return ""
    seconds = spent / done * max(total - done, 0)
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left"
