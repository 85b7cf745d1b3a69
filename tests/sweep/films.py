"""Small films made by paid providers, in processes that may be killed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from attrs import define, field, frozen

from vidgen_core import layout
from vidgen_core.cli.last_line import exit_code
from vidgen_core.errors import ExitCode
from vidgen_core.executor import Outcome, Run
from vidgen_core.journal import Journal
from vidgen_core.model import Key
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import NO_CHOICE, InDoubt
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import Price, ProviderSpec

from ..fakes import no_worker_is_left, prepare, registry
from ..run_directories import add_clip, add_scene, begin, contents, scene_object
from .machine import Aim, Fragile, Process, Time, any_moment
from .shop import FIXED, Shop, Till, engine_of, painter_of, splicing

#: What jobs are counted under: the outputs themselves, where a job tells which it is for.
Place = Hashable


@frozen(kw_only=True)
class Shape:
    """What a film is made of: the seconds of its scenes, and what is there at the start."""

    seconds: tuple[int, ...]
    lengths: tuple[float, ...] = (1.0,)
    pictures: bool = False
    scene_there: int = 0
    clip_there: int = 0

    def begin(self, folder: Path) -> Path:
        """Make its directory."""
        scenes = [
            scene_object(n, seconds=seconds, scene_movement_description=f"boat {n} comes in")
            for n, seconds in enumerate(self.seconds, start=1)
        ]
        root = begin(folder, scenes)
        if self.scene_there:
            add_scene(root, self.scene_there, self.seconds[self.scene_there - 1])
        if self.clip_there:
            add_clip(root, self.clip_there, 1, 1.0)
        return root


SHAPES = (
    Shape(seconds=(1, 1, 1)),
    Shape(seconds=(1, 2, 1)),
    Shape(seconds=(2, 3, 1), lengths=(1.0, 2.0)),
    Shape(seconds=(1, 1, 1), pictures=True),
    Shape(seconds=(2, 1, 2), pictures=True),
    Shape(seconds=(1, 3, 2), scene_there=1, clip_there=2),
    Shape(seconds=(2, 2, 2), scene_there=2, clip_there=3, pictures=True),
)


@frozen(kw_only=True)
class Life:
    """How one process ended; ``outcome`` is ``None`` where it was killed."""

    outcome: Outcome | None
    process: Process

    @property
    def code(self) -> ExitCode:
        """What it ended with."""
        assert self.outcome is not None, self.process.where
        return exit_code(self.outcome)


@define(kw_only=True, eq=False)
class World:
    """What outlives a process: a run directory, and what is installed, by name.

    ``specs`` are given what guards their provider's calls in this process.
    """

    root: Path
    time: Time
    specs: Callable[[Callable[[Any], Any]], tuple[ProviderSpec, ...]]
    flags: dict[str, Any] = field(factory=dict)
    sets: tuple[str, ...] = ()
    at_once: bool = True
    today: Callable[[], float] | None = None
    in_doubt: InDoubt = NO_CHOICE
    told: list[Any] = field(factory=list, init=False)

    def open(self, guard: Callable[[Any], Any] = lambda provider: provider) -> Opened:
        """Read the directory."""
        plain = {"skip_narration": True, "skip_sound_effects": True}
        directory, installed = RunDirectory(self.root), registry(*self.specs(guard))
        flags = {**plain, **self.flags}
        return open_run(directory, installed, flags=flags, sets=self.sets, in_doubt=self.in_doubt)

    def live(self, last: int | None = None, aim: Aim = any_moment, **changes: Any) -> Life:
        """Work on the film until moment number *last* of those that count, or to the end."""
        process = self.time.process = Process(self.root, last, aim)
        outcome = None
        with process.watched(at_once=self.at_once):
            try:
                outcome = self._work(process, changes)
            except BaseException:
                if not process.dead:
                    raise
            assert no_worker_is_left()
        return Life(outcome=None if process.dead else outcome, process=process)

    def _work(self, process: Process, changes: dict[str, Any]) -> Outcome:
        with self._run(process, changes) as run:
            outcome = run.work()
            directory, memory = run.directory, run.memory
            directory.clear_scratch()
            directory.write_state(layout.PROBES, memory.to_bytes())
            return outcome

    def stray(self) -> set[str]:
        """What lies beside its directory."""
        return {path.name for path in self.root.parent.iterdir()} - {self.root.name}

    @contextmanager
    def _run(self, process: Process, changes: dict[str, Any]) -> Iterator[Run]:
        directory = RunDirectory(self.root)
        self.told.clear()
        with directory.locked("a sweep"):
            directory.clear_scratch()
            opened = self.open(lambda provider: Fragile(provider, process))
            with Journal(self.root, version="sweep") as journal:
                film: Any = SimpleNamespace(told=self.told, clock=self.time)
                once = {"jobs": 1, "today": self.today or self.time.now}
                yield prepare(opened, journal, film, **{**once, **changes})

    def records(self) -> list[dict[str, Any]]:
        """The records of its journal."""
        path = self.root / layout.JOURNAL
        whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
        return [json.loads(line) for line in whole.splitlines()]


@define(kw_only=True, eq=False)
class Film:
    """A film of a shape whose clips and pictures are bought in shops."""

    shape: Shape
    world: World
    shops: tuple[Shop, ...]

    def switch(self) -> None:
        """Go on with the other engine."""
        now = self.world.flags["engine"]
        self.world.flags["engine"] = next(shop.name for shop in self.shops[:2] if shop.name != now)

    @property
    def usd(self) -> float:
        """What all of it has cost, by the shops' own books."""
        return sum(shop.usd for shop in self.shops)

    def jobs(self) -> dict[str, Place]:
        """Every job in the shops' books by its id, and what it was for."""
        return {order.id: order.key for shop in self.shops for order in shop.orders}

    def place(self, key: Key) -> Place:
        """What the jobs for *key* are counted under."""
        return key

    def can_be_asked(self) -> bool:
        """Whether every shop can say what became of a submit."""
        return all(shop.trait for shop in self.shops)

    def strange(self, expected: Mapping[str, str]) -> list[str]:
        """Return the files that are none of those *expected*, or not whole."""
        found = contents(self.world.root)
        return [name for name, digest in found.items() if expected.get(name) != digest]

    def __str__(self) -> str:
        return f"{self.shape}, traits {[shop.trait for shop in self.shops]}"


def new_film(
    folder: Path,
    shape: Shape,
    traits: tuple[str, str, str],
    *,
    seed: int = 0,
    price: Price = FIXED,
    at_once: bool = True,
) -> Film:
    """Begin a film with two engines and an image generator, each with one of *traits*."""
    folder.mkdir(parents=True)
    time = Time()
    shops = tuple(
        Shop(
            name=name, trait=trait, price=price, dice=random.Random(f"{seed} {name}"), now=time.now
        )
        for name, trait in zip(("first", "second", "draws"), traits, strict=True)
    )

    def specs(guard: Callable[[Any], Any]) -> tuple[ProviderSpec, ...]:
        def factory(shop: Shop) -> Callable[[Any], Any]:
            return lambda context: guard(Till(shop))

        first, second, draws = shops
        engines = (engine_of(shop, factory(shop), shape.lengths) for shop in (first, second))
        return (*engines, painter_of(draws, factory(draws)), splicing())

    flags: dict[str, Any] = {"engine": "first"}
    if shape.pictures:
        flags |= {"image_generator": "draws", "first_frame_image_gen": True}
    world = World(root=shape.begin(folder), time=time, specs=specs, flags=flags, at_once=at_once)
    return Film(shape=shape, world=world, shops=shops)
