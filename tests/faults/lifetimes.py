"""A film's directory over the lives of many processes, each of them one command.

Commands run in this process, with a clock that nobody waits for; one that is killed leaves
what it had written by then (see :mod:`tests.sweep.machine`).
"""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field, frozen

from vidgen_core import layout, plugins
from vidgen_core.cli import at_work, main
from vidgen_core.executor import Run
from vidgen_core.plugins import Registry

from ..fakes import no_worker_is_left, registry
from ..run_directories import contents
from ..sweep.films import Shape
from ..sweep.machine import Aim, Fragile, Process, Time, any_moment
from ..sweep.shop import RANGE
from .market import (
    Frames,
    Handmade,
    Known,
    Market,
    binding,
    free_engine,
    key_name,
    market_engine,
)

#: A film without speech and sounds, worked on by one thread.
PLAIN = ("--skip-narration", "--skip-sound-effects", "--jobs", "1")
ENGINES = ("first", "second", "here")


@frozen(kw_only=True)
class Kill:
    """When a command is killed: at moment number ``last`` of those that ``aim`` is true of."""

    last: int
    aim: Aim = any_moment


@frozen(kw_only=True)
class Ended:
    """How a command ended. ``where``: at which moment it was killed, for people."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str
    killed: bool
    where: str

    def __str__(self) -> str:
        how = self.where if self.killed else f"exit {self.code}"
        return f"vidgen {' '.join(self.argv)}: {how}"


@define(eq=False)
class Watch(Time):
    """The clock of one command; after ``stop_after`` seconds somebody presses Ctrl-C."""

    stop_after: float | None = None
    runs: list[Run] = field(factory=list)

    def waited(self, seconds: float) -> None:
        if self.stop_after is not None and self.passed >= self.stop_after:
            self.stop_after = None
            for run in self.runs:
                run.interrupt()


@define(eq=False)
class World:
    """A directory, the services that its film is bought from, and what is installed.

    ``root`` moves when the directory is renamed or copied. ``past``: how many seconds went
    by before the command that runs now.
    """

    folder: Path
    seconds: tuple[int, ...]
    traits: tuple[str, str]
    root: Path = field(init=False)
    known: Known = field(factory=Known)
    past: float = 1_000_000.0
    time: Watch = field(factory=Watch)
    installed: set[str] = field(factory=lambda: set(ENGINES))
    markets: dict[str, Market] = field(init=False)
    handmade: Handmade = field(init=False)
    lives: int = 0
    kills: int = 0
    _patch: pytest.MonkeyPatch = field(factory=pytest.MonkeyPatch, init=False)

    def __attrs_post_init__(self) -> None:
        films = self.folder / "films"
        films.mkdir()
        self.root = Shape(seconds=self.seconds).begin(films)
        self.handmade = Handmade(self.known)
        self.markets = {
            name: Market(
                name=name,
                trait=trait,
                price=RANGE,
                dice=random.Random(f"{name} {trait}"),
                now=self.now,
                key=f"s3cret-of-{name}-0123456789",
                known=self.known,
                written=self.journal,
            )
            for name, trait in zip(("first", "second"), self.traits, strict=True)
        }
        for market in self.markets.values():
            self.give_key(market.name, market.key)
        self._patch.setattr(plugins, "load", self._registry)
        self._patch.setattr(at_work, "Media", lambda *_, **__: Frames(self.known))
        self._patch.setattr(at_work, "Run", self._run)
        for path in self.root.rglob("*"):
            if path.is_file():
                self.known.add(path.read_bytes())

    def close(self) -> None:
        """Leave this process as it was."""
        self._patch.undo()

    def now(self) -> float:
        """What time it is, at the services and here."""
        return self.past + self.time.passed

    def give_key(self, name: str, key: str) -> None:
        """Have the user set the key of an engine."""
        self._patch.setenv(key_name(name), key)

    def market_of(self, job: str) -> Market:
        """The market whose job that is."""
        return self.markets[job.rpartition("-")[0]]

    @property
    def usd(self) -> float:
        """What is on the services' bills."""
        return sum(market.usd for market in self.markets.values())

    @property
    def calls(self) -> int:
        """How often the services were called, and the engine on this machine."""
        return sum(market.calls for market in self.markets.values()) + self.handmade.count

    def files(self) -> dict[str, str]:
        """The digest of each file of the film, and of those that were moved aside."""
        aside = self.root / layout.REPLACED
        found = contents(self.root)
        return found | {f"{layout.REPLACED}/{n}": d for n, d in contents(aside).items()}

    def vidgen(
        self,
        command: str,
        *options: str,
        kill: Kill | None = None,
        stop_after: float | None = None,
    ) -> Ended:
        """Run ``vidgen COMMAND root OPTIONS``, to its end or until it is killed."""
        self.time = Watch(stop_after=stop_after)
        process = Process(self.root, kill.last if kill else None, kill.aim if kill else any_moment)
        self.time.process = process
        out, err = io.StringIO(), io.StringIO()
        argv = (command, str(self.root), *options)
        with (
            redirect_stdout(out),
            redirect_stderr(err),
            process.watched(at_once=True),
        ):
            code = main(argv)
        assert no_worker_is_left()
        self.past += self.time.passed
        self.time = Watch()
        self.lives += 1
        self.kills += process.dead
        shown = (command, *options)
        return Ended(
            argv=shown,
            code=code,
            out=out.getvalue(),
            err=err.getvalue(),
            killed=process.dead,
            where=process.where,
        )

    def journal(self) -> bytes:
        """What the directory's journal says; nothing where there is none."""
        path = self.root / layout.JOURNAL
        return path.read_bytes() if os.path.lexists(path) else b""

    def _registry(self) -> Registry:
        guard: Callable[[Any], Any] = lambda provider: provider  # noqa: E731
        if (process := self.time.process) is not None:
            guard = lambda provider: Fragile(provider, process)  # noqa: E731
        engines = [market_engine(market, guard) for market in self.markets.values()]
        specs = [*engines, free_engine(self.handmade)]
        there = [spec for spec in specs if spec.name in self.installed]
        return registry(*there, binding(self.known))

    def _run(self, **facts: Any) -> Run:
        run = Run(**facts, clock=self.time, today=self.now)
        self.time.runs.append(run)
        return run
