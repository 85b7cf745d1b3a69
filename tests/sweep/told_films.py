"""Films whose words and voices are bought in several answers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import define, frozen

from vidgen_core.errors import ExitCode
from vidgen_core.executor import parts
from vidgen_core.journal import read_ledger
from vidgen_core.specs import ProviderSpec

from ..run_directories import add_scene, begin, contents, put, scene_object, sound
from ..run_paths import TS
from .films import World
from .machine import Time
from .shop import FIXED, Shop, Till, engine_of, splicing
from .tongues import Desk, story_of, voice_of, writer_of

#: What is told: by one voice over the film, scene by scene, or from a script on.
KINDS = ("film", "scenes", "script")


@frozen(kw_only=True)
class Tale:
    """A film and who tells it: what its voices are spoken to by, and where writers fail.

    ``costs``: whether the writer's answers say what they cost.
    """

    kind: str
    ways: tuple[tuple[str, str], tuple[str, str]]
    faults: frozenset[Any]
    costs: bool = False

    def begin(self, folder: Path) -> Path:
        """Make its directory."""
        if self.kind == "script":
            root = folder / f"video_{TS}"
            put(root / f"script_{TS}.txt", b"Two boats come in.")
            return root
        told = [
            scene_object(n, **({"narration": story_of(4, 10 * n)} if self.kind == "scenes" else {}))
            for n in (1, 2)
        ]
        root = begin(folder, told)
        for number in (1, 2):
            add_scene(root, number)
        return root


@define(kw_only=True, eq=False)
class Telling:
    """The film of a tale: its world, and the desks and the shop where it is bought."""

    tale: Tale
    world: World
    writer: Desk
    voices: tuple[Desk, Desk]
    shop: Shop

    @property
    def desks(self) -> tuple[Desk, ...]:
        return self.writer, *self.voices

    @property
    def usd(self) -> float:
        """What all of it has cost, by the books of those who were paid."""
        return sum(each.usd for each in (*self.desks, self.shop))

    def pieces(self) -> Counter[Any]:
        """How often each piece was charged for."""
        words = (order.piece for desk in self.desks for order in desk.orders)
        return Counter([*words, *(order.key for order in self.shop.orders)])


def telling(folder: Path, tale: Tale, *, seed: int = 0, at_once: bool = True) -> Telling:
    """Begin the film of *tale*."""
    folder.mkdir(parents=True)
    time = Time()

    def dice(name: str) -> random.Random:
        return random.Random(f"{seed} {name}")

    writer = Desk(name="writer", trait="", dice=dice("w"), now=time.now, faults=tale.faults)
    voices = tuple(
        Desk(name=name, trait=trait, dice=dice(name), now=time.now)
        for name, (_, trait) in zip(("alto", "bass"), tale.ways, strict=True)
    )
    shop = Shop(name="first", trait="idempotent", price=FIXED, dice=dice("s"), now=time.now)

    def specs(guard: Callable[[Any], Any]) -> tuple[ProviderSpec, ...]:
        spoken = (
            voice_of(desk, way, guard) for desk, (way, _) in zip(voices, tale.ways, strict=True)
        )
        clips = engine_of(shop, lambda context: guard(Till(shop)), (1.0,))
        return (writer_of(writer, guard, tells=tale.costs), *spoken, clips, splicing())

    flags: dict[str, Any] = {
        "engine": "first",
        "model": "writer",
        "tts": "alto",
        "max_scenes": 30,
        "skip_narration": tale.kind == "script",
    }
    world = World(root=tale.begin(folder), time=time, specs=specs, flags=flags, at_once=at_once)
    alto, bass = voices
    return Telling(tale=tale, world=world, writer=writer, voices=(alto, bass), shop=shop)


@contextmanager
def joined_quickly() -> Iterator[None]:
    """Have parts joined without ffmpeg."""

    def join(media: Any, files: Sequence[Path], into: Path) -> tuple[float, ...]:
        assert all(file.read_bytes() == sound(0.5) for file in files)
        into.write_bytes(sound(0.5 * len(files)))
        return tuple(0.5 * number for number in range(len(files)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "join_parts", join)
        yield


@frozen(kw_only=True)
class Told:
    """A tale whose film nobody killed."""

    files: dict[str, str]
    moments: tuple[str, ...]
    pieces: Counter[Any]
    usd_at_most: float


@cache
def told(tale: Tale) -> Told:
    """Make the film of *tale* without a kill, once."""
    with TemporaryDirectory() as folder:
        film = telling(Path(folder) / "whole", tale)
        life = film.world.live()
        assert life.code is ExitCode.COMPLETE, life.outcome
        ledger = read_ledger(film.world.root)
        most = ledger.bill.high
        assert most is not None
        if tale.costs:
            words = [each.price for each in ledger.charges if each.provider == "writer"]
            assert sum(each.low for each in words) == pytest.approx(film.writer.usd)
            assert sum(each.high or 0 for each in words) == pytest.approx(film.writer.usd)
        return Told(
            files=contents(film.world.root),
            moments=tuple(life.process.moments),
            pieces=film.pieces(),
            usd_at_most=most,
        )
