"""Progress on standard error: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    Waiting,
    WentOn,
)
from vidgen_core.listing import OnProbe
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Task
from vidgen_core.report.forecast import LONGEST, Forecast, Running, in_words
from vidgen_core.report.waits import Waits, waiting
from vidgen_core.report.words import (
    columns,
    count,
    error_line,
    folded,
    is_question,
    is_there,
    name,
    say,
)
from vidgen_core.specs import ProviderKind
from vidgen_core.strict_json import printable
from vidgen_core.wording import name_is

#: Fewer are looked at before anybody wonders.
_MANY_FILES = 20
#: Made on the way to something else: not counted, and named only where everything is.
ON_THE_WAY = frozenset({Step.LAST_FRAME, Step.SCENE_LAST_FRAME})
#: So wide is what is said of nearly all work.
_WORDS = 40
#: Where less is left for words than this, they need the room of the bar.
_FEW = 12
#: A log hears no more often of one thing that is waited for, in seconds.
_NEWS = 60.0
_VERBS: Mapping[Step, str] = MappingProxyType(
    {
        Step.SCENE: "joining",
        Step.FILM: "joining",
        Step.NARRATION: "speaking",
        Step.SCENE_NARRATION: "speaking",
        Step.ENVIRONMENTS: "writing",
        Step.SCENES_WITHOUT_ENVIRONMENT: "writing",
        Step.SCENES: "writing",
        Step.NARRATION_TEXT: "writing",
        Step.SUBTITLES: "writing",
    }
)


@contextmanager
def progress(*, quiet: bool = False, verbose: bool = False) -> Iterator[Listener]:
    """Yield the listener that shows what happens."""
    if quiet:
        yield _quiet
    elif _can_move():
        with _live(verbose=verbose) as listener:
            yield listener
    else:
        yield Lines(verbose=verbose)


@contextmanager
def looking(*, quiet: bool = False) -> Iterator[OnProbe | None]:
    """Yield what is told how many files were looked at; a terminal shows it while it lasts."""
    if quiet or not _can_move():
        yield None
        return
    begin = "\r\x1b[K"

    def on_probe(done: int, total: int) -> None:
        if total >= _MANY_FILES:
            text = f"looking at the files: {done} of {total}"[: columns(sys.stderr) - 1]
            print(f"{begin}{text}", end="", file=sys.stderr, flush=True)

    try:
        yield on_probe
    finally:
        print(begin, end="", file=sys.stderr, flush=True)


def _can_move() -> bool:
    """Whether standard error is a terminal on which a line can be written over."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _quiet(event: Event) -> None:
    if isinstance(event, Stopped):
        say(_stopped(event))


def _stopped(event: Stopped) -> str:
    key, error = event.task.key, event.error
    what = f"{name_is(key)} postponed" if event.later else f"{name(key)} failed"
    return f"{what}: {error.message if is_question(error) else error_line(error)}"


@define(kw_only=True)
class Lines:
    """One line an event, for logs and pipes.

    ``paths``: say where each file is. ``waits``: say what is waited for, once a minute
    or when that changes. ``done`` of ``total`` files are made so far, of the script's
    first and then, once there are ``scenes``, of the film's. ``clock`` counts seconds.
    """

    verbose: bool = False
    paths: bool = True
    waits: bool = True
    clock: Callable[[], float] = time.monotonic
    done: int = field(default=0, init=False)
    total: int = field(default=0, init=False)
    scenes: int | None = field(default=None, init=False)
    _told: dict[str, tuple[type, float]] = field(factory=dict, init=False)
    _begun: set[Key] = field(factory=set, init=False)

    def __call__(self, event: Event) -> None:
        """Print what *event* says."""
        text = self.text(event)
        if text:
            say(text)

    @property
    def whole(self) -> str:
        """How far the whole is, in words."""
        what = "the scenes' words" if self.scenes == 0 else "the film"
        return f"{what}: {self.done} of {count(self.total, 'file')}" if self.total else what

    def text(self, event: Event) -> str:
        """Return the line for *event*; empty for none."""
        match event:
            case Planned(plan):
                return self._planned(plan)
            case Started(task):
                self._begun.add(task.key)
                return f"{_doing(task)} …" if self.verbose or _is_long(task) else ""
            case Published(task, path):
                self._begun.discard(task.key)
                if task.key.step in ON_THE_WAY:
                    return self._named(task, path) if self.verbose else ""
                self.done += 1
                self.total = max(self.total, self.done)
                return f"[{self.done}/{self.total}] {self._named(task, path)}"
            case Stopped(task):
                self._begun.discard(task.key)
                return _stopped(event)
            case Moved(path, place, why):
                folder = place.removesuffix(path).rstrip("/")
                return f"moved aside, {why}: {path} is now in {folder}"
            case Noted(text):
                return text
            case Waiting() if self.waits and self._is_news(event):
                return waiting(event, event.seconds, event.patience)
        return ""

    def _is_news(self, event: Waiting) -> bool:
        why, when = self._told.get(event.who, (None, 0.0))
        now = self.clock()
        if why is type(event.error) and now - when < _NEWS:
            return False
        self._told[event.who] = type(event.error), now
        return True

    def _planned(self, plan: Plan) -> str:
        """Count what is to be made; say what the script became when that is known."""
        before, self.scenes = self.scenes, len(plan.scenes)
        begins = before == 0 and self.scenes > 0
        if begins:
            self.done = 0
        self.total = self.done + sum(task.key.step not in ON_THE_WAY for task in self._left(plan))
        if not begins or not plan.to_do:
            return ""
        seconds = sum(scene.seconds for scene in plan.scenes)
        return f"the film: {count(self.scenes, 'scene')}, about {seconds:.0f} s"

    def _left(self, plan: Plan) -> Sequence[Task]:
        """Return what is still to be made.

        An order that is just being placed looks like one in doubt to a plan made meanwhile, and
        what is built on it seems to wait.
        """
        asked = {task.key for task in plan.tasks if task.decision is Decision.ASK}
        if not asked or not asked <= self._begun:
            return plan.to_do
        waits = (Decision.ASK, Decision.WAIT)
        held_up = [task for task in plan.tasks if task.decision in waits]
        return [
            *plan.to_do,
            *(task for task in held_up if plan.scenes or task.key.step is not Step.FILM),
        ]

    def _named(self, task: Task, path: str) -> str:
        named = self.paths or self.verbose
        return f"{name(task.key)}: {path}" if named else is_there(task.key)


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
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    console = Console(stderr=True, highlight=False, markup=False)
    # Columns that hold their width let nothing move when other work begins.
    room = console.width - LONGEST - 8
    bar = [BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4))]
    if room < _FEW:
        room, bar = max(1, console.width - LONGEST - 2), []
    words = Column(no_wrap=True, min_width=min(_WORDS, room), max_width=room)
    time = Column(no_wrap=True, min_width=LONGEST)
    bars = Progress(
        TextColumn("{task.description}", markup=False, table_column=words),
        *bar,
        TextColumn("{task.fields[left]}", markup=False, table_column=time),
        console=console,
        expand=True,
    )
    waits = Waits()
    shown = Live(Group(bars, waits), console=console, transient=True, refresh_per_second=8)
    with shown:
        lines = Lines(verbose=verbose, paths=False, waits=False)
        yield _Live(bars=bars, waits=waits, lines=lines)


@define(kw_only=True)
class _Live:
    """What *bars* show: the whole in the first row, and one row for each running task.

    *waits* shows below them which services are waited for.
    """

    bars: Any
    waits: Waits
    lines: Lines
    forecast: Forecast = field(factory=Forecast)
    rows: dict[Key, Any] = field(factory=dict)
    whole: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.whole = self.bars.add_task(self.lines.whole, total=None, left="")

    def __call__(self, event: Event) -> None:
        """Show what *event* says."""
        match event:
            case Progressed(running):
                self._show_tasks(running)
                self._show_whole(running)
                return
            case Started(task):
                self.forecast.started(task)
                return  # its row says so
            case Waiting():
                self.waits.began(event)
            case WentOn(task):
                self.waits.ended(task.key)
            case Published(task, _):
                self.waits.ended(task.key)
                self.forecast.published(task)
            case Stopped(task):
                self.waits.ended(task.key)
                self.forecast.stopped(task)
        text = self.lines.text(event)
        if text:
            self.bars.console.print(folded(printable(text), sys.stderr), soft_wrap=True)
        if isinstance(event, Planned):
            self.forecast.planned(event.plan)
            self._show_whole(())

    def _show_whole(self, running: Running) -> None:
        self.bars.update(
            self.whole,
            description=self.lines.whole,
            total=1.0,
            completed=self.forecast.share(running),
            # What the film takes nobody knows before it has scenes.
            left=in_words(self.forecast.left(running)) if self.lines.scenes else "",
        )

    def _show_tasks(self, running: Running) -> None:
        shown = {task.key for task, _ in running}
        for key in self.rows.keys() - shown:
            self.bars.remove_task(self.rows.pop(key))
        for task, fraction in running:
            if task.key not in self.rows:
                row = self.bars.add_task(f"  {_doing(task)}", total=None, left="")
                self.rows[task.key] = row
            if fraction is not None:
                percent = f"{100 * fraction:.0f} %"
                self.bars.update(self.rows[task.key], total=1.0, completed=fraction, left=percent)
