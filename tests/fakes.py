"""A run directory that is worked on in this process, with a clock that nobody waits for.

What is installed and paid in it is of :mod:`tests.fake_services`.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

from vidgen_core.executor import Outcome, Run
from vidgen_core.executor.clock import Clock, Event
from vidgen_core.executor.events import Event as Told
from vidgen_core.executor.events import Moved, Noted, Published, Stopped, Waiting
from vidgen_core.executor.work import Bench
from vidgen_core.executor.workshop import Workshop
from vidgen_core.journal import Journal
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import NO_CHOICE, InDoubt
from vidgen_core.report.waits import waiting
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import ProviderSpec

from .fake_services import (
    PRICE,
    SIGNED,
    Answering,
    Local,
    Remote,
    Scissors,
    Service,
    Speaking,
    answering,
    engine,
    facts_of,
    facts_of_video,
    frame_host,
    local_engine,
    registry,
    stitcher,
    voice,
)
from .run_directories import picture, sound
from .worker_threads import no_worker_is_left, workers

__all__ = [
    "PRICE",
    "SIGNED",
    "Answering",
    "Film",
    "Local",
    "QuickMedia",
    "Remote",
    "Scissors",
    "Service",
    "Speaking",
    "SwiftClock",
    "answering",
    "engine",
    "facts_of",
    "facts_of_video",
    "frame_host",
    "local_engine",
    "no_worker_is_left",
    "prepare",
    "registry",
    "sound",
    "stitcher",
    "voice",
    "workers",
]


class SwiftClock(Clock):
    """A clock whose time passes only while nobody works, and then at once.

    However slow the machine is, what a worker does takes no time by it.
    """

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def wait(self, events: queue.SimpleQueue[Event], seconds: float) -> Event | None:
        idle = not workers()
        try:
            return events.get(timeout=0.002)
        except queue.Empty:
            self.time += seconds if idle else 0.0
            return None


class QuickMedia:
    """ffmpeg's part, without ffmpeg."""

    def save_frame(self, video: Path, into: Path, frame: int | None = None) -> None:
        into.write_bytes(picture(1))

    def save_image(self, image: Path, into: Path) -> None:
        into.write_bytes(image.read_bytes())

    def stop(self) -> None:
        """There is nothing to stop."""

    def kill(self) -> None:
        """There is nothing to kill."""


@define(eq=False)
class Film:
    """One run directory and what is installed, worked on as often as one likes."""

    root: Path
    service: Service
    specs: tuple[ProviderSpec, ...]
    flags: dict[str, Any] = field(factory=dict)
    in_doubt: InDoubt = NO_CHOICE
    told: list[Told] = field(factory=list)
    clock: SwiftClock = field(factory=SwiftClock)
    run: Run = field(init=False)

    def open(self) -> Opened:
        flags = {"engine": "paid", "skip_narration": True, "skip_sound_effects": True}
        installed = registry(*self.specs, stitcher(self.service))
        return open_run(
            RunDirectory(self.root),
            installed,
            flags={**flags, **self.flags},
            in_doubt=self.in_doubt,
        )

    @contextmanager
    def working(self, **changes: Any) -> Iterator[Run]:
        """A run of the directory, locked and with its journal open."""
        self.clock = SwiftClock()
        self.service.clock = self.clock.now
        directory = RunDirectory(self.root)
        with directory.locked("a test"):
            directory.clear_scratch()
            opened = self.open()
            with Journal(self.root, version="test") as journal:
                self.run = prepare(opened, journal, self, **changes)
                yield self.run

    def work(self, **changes: Any) -> Outcome:
        self.told.clear()
        with self.working(**changes) as run:
            return run.work()

    @property
    def said(self) -> str:
        """Everything that the user was told, as text."""
        lines = []
        for event in self.told:
            match event:
                case Noted(text):
                    lines.append(text)
                case Moved(path, place, why):
                    lines.append(f"{path} -> {place} ({why})")
                case Stopped(task, error, later):
                    lines.append(f"{task.key}: {'later' if later else 'failed'}: {error.message}")
                case Published(_, path):
                    lines.append(f"published {path}")
                case Waiting():
                    lines.append(waiting(event, event.seconds, event.patience))
        return "\n".join(lines)

    def kinds(self) -> list[tuple[str, str]]:
        """The journal's records: kind and output."""
        path = self.root / ".vidgen/journal.jsonl"
        records = [json.loads(line) for line in path.read_text().splitlines()]
        return [
            (r["kind"], r.get("key") or r.get("work", {}).get("key") or r.get("path", ""))
            for r in records
        ]

    def is_finished(self) -> bool:
        return self.open().plan().finished


def prepare(opened: Opened, journal: Journal, film: Film, **changes: Any) -> Run:
    found = opened.registry.find
    media: Any = QuickMedia()
    workshop = Workshop(
        media=media,
        find=found,
        options_for=lambda loaded: opened.settings.options_for(loaded.name, loaded.spec.options),
        key_for=lambda loaded: "",
    )

    def max_active(task: Any) -> int:
        return found(task.kind, task.provider).spec.max_active if task.kind else 0

    facts: dict[str, Any] = {
        "directory": opened.directory,
        "journal": journal,
        "memory": opened.memory,
        "listing": opened.listing,
        "planning": opened.planning,
        "options": opened.options,
        "bench": Bench(root=opened.directory.root, media=media, workshop=workshop),
        "jobs": 2,
        "listen": film.told.append,
        "max_active": max_active,
        "clock": film.clock,
        "patience": 20.0,
        "grace": 20.0,
        "version_of": lambda task: ("vidgen-fake", "1.0"),
        "frame_host": host.name if (host := opened.selection.providers.frame_host) else "",
    }
    run = Run(**{**facts, **changes})
    workshop.cancelled = lambda: run.interrupted
    return run
