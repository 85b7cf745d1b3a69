"""The price in a plan holds the bill that comes later, from wherever a film was left.

Each seed is a directory that is partly finished, and an engine with options; the plan is
the command's own (``--dry-run --json``), the work that of the real plugins at a service.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.testing.service import Service

from ..command_line import PICTURES_ONLY, vidgen
from ..run_directories import add_clip, add_scene, begin, picture, put
from ..run_paths import first_frame_path
from .rehearsed import KEY, RealFilm, RealShape, real_film, scenes_of
from .stories import CENT, FIRST_SEED, SWEEP

#: How many directories: a few by default, 50 in ``nox -s kills``.
DIRECTORIES = int(os.environ.get("VIDGEN_TEST_PRICES", "50" if SWEEP >= 1000 else "3"))

#: What each engine is asked for. Where a price is known to nobody there is no upper bound.
_MODELS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "luma": (
        (),
        ("luma.resolution=540p",),
        ("luma.resolution=1080p",),
        ("luma.model=ray-flash-2", "luma.resolution=4k"),
        ("luma.model=ray-flash-2",),
    ),
    "ltx": (
        (),
        ("ltx.resolution=1440p",),
        ("ltx.model=fal-ai/ltx-2.3/text-to-video",),
        ("ltx.model=fal-ai/ltx-2/text-to-video", "ltx.resolution=2160p"),
        ("ltx.model=fal-ai/ltx-video",),
        ("ltx.model=fal-ai/ltx-video-v097",),
    ),
}
_DRAWN: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "luma": ((), ("luma.image_model=photon-flash-1",)),
    "fal": ((), ("fal.model=fal-ai/flux/schnell",)),
}
#: Whose bill a provider's work is on.
_VENDORS = {"luma": "luma", "ltx": "fal", "fal": "fal"}


@frozen(kw_only=True)
class Left:
    """A film as it was left: its scenes, what is there of them, and what is asked for now."""

    seconds: tuple[float, ...]
    scenes: frozenset[int]
    clips: frozenset[tuple[int, int]]
    frames: frozenset[int]
    flags: Mapping[str, Any]
    sets: tuple[str, ...]

    def begin(self, folder: Path) -> Path:
        """Make its directory."""
        root = begin(folder, scenes_of(self.seconds))
        for scene in self.scenes:
            add_scene(root, scene, self.seconds[scene - 1])
        for scene, clip in self.clips:
            add_clip(root, scene, clip, 2.0)
        for scene in self.frames:
            put(root / first_frame_path(scene), picture(scene))
        return root

    @property
    def words(self) -> list[str]:
        """What is typed for it."""
        words = [*PICTURES_ONLY]
        for name, value in self.flags.items():
            option = f"--{name.replace('_', '-')}"
            words += [option] if value is True else [option, str(value)]
        return words + [word for each in self.sets for word in ("--set", each)]


def left(dice: random.Random) -> Left:
    """Return a film that was left somewhere."""
    engine = dice.choice(("luma", "ltx"))
    count = dice.randint(2, 4)
    numbers = range(1, count + 1)
    flags: dict[str, Any] = {"engine": engine, "frame_host": "fal"}
    sets = dice.choice(_MODELS[engine])
    if dice.random() < 0.5:
        painter = dice.choice(("luma", "fal"))
        flags |= {"image_generator": painter, "first_frame_image_gen": True}
        sets += dice.choice(_DRAWN[painter])
    if dice.random() < 0.5:
        sets += (f"resolution={dice.choice(('540p', '1080p', '1440p'))}",)
    return Left(
        seconds=tuple(dice.choice((2.5, 4, 5, 6, 7.5, 9, 11, 16)) for _ in numbers),
        scenes=frozenset(n for n in numbers if dice.random() < 0.2),
        clips=frozenset((n, c) for n in numbers for c in (1, 2, 3) if dice.random() < 0.15),
        frames=frozenset(n for n in numbers if dice.random() < 0.15),
        flags=flags,
        sets=sets,
    )


def planned(film: RealFilm, home: Path) -> Any:
    """Return the plan as the command tells it."""
    keys = {"LUMAAI_API_KEY": KEY, "FAL_KEY": KEY}
    asked = (*film.shape.words, "--dry-run", "--json")
    environ = film.service.environment | keys
    ended = vidgen("continue", film.world.root, *asked, home=home, environ=environ)
    assert ended.out, f"{ended.code}: {ended.err}"
    return ended.json


def charged(service: Service) -> dict[str, float]:
    """What is on each vendor's bill."""
    sums = dict.fromkeys(_VENDORS.values(), 0.0)
    for charge in service.bill:
        sums[charge.vendor] += charge.usd or 0.0
    return sums


def bounds(plan: Any, vendor: str) -> tuple[float, float]:
    """The least and the most that a plan says *vendor* will be paid."""
    shares = [share for share in plan["prices"] if _VENDORS[share["provider"]] == vendor]
    lows, highs = ([share[end] for share in shares] for end in ("low", "high"))
    return sum(lows), sum(float("inf") if high is None else high for high in highs)


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + DIRECTORIES))
def test_a_plans_price_holds_the_later_bill(tmp_path: Path, service: Service, seed: int) -> None:
    dice = random.Random(f"price {seed}")
    film = real_film(tmp_path / "film", left(dice), service)
    film.world.sets = film.shape.sets
    told = [str(film.shape)]
    if dice.random() < 0.6:
        told.append(film.world.live(dice.randrange(20, 300)).process.where)
    before = charged(service)
    plan = planned(film, tmp_path)
    told.append(json.dumps(plan["prices"]))
    life = film.world.live()
    after = charged(service)
    where = "\n".join((f"once more: VIDGEN_TEST_SEED={seed} VIDGEN_TEST_PRICES=1", *told))
    assert life.code in (ExitCode.COMPLETE, ExitCode.DECISION), where
    for vendor in before:
        low, high = bounds(plan, vendor)
        paid = after[vendor] - before[vendor]
        assert low - CENT <= paid <= high + CENT, f"{vendor} was paid ${paid}\n{where}"
    assert plan["price"]["low"] == pytest.approx(sum(bounds(plan, v)[0] for v in before)), where
    ledger = read_ledger(film.world.root)
    assert ledger.bill.low - CENT <= film.usd, where
    assert ledger.bill.high is None or film.usd <= ledger.bill.high + CENT, where


@pytest.mark.parametrize("taken", [True, False])
def test_the_price_of_a_lost_submit_holds_whether_it_was_taken_or_not(
    tmp_path: Path, service: Service, taken: bool
) -> None:
    shape = RealShape(engine="luma", seconds=(5, 5))
    film = real_film(tmp_path / "film", shape, service)
    moment = "after submit" if taken else "before submit"
    assert film.world.live(0, moment.__eq__).outcome is None
    price, before = film.world.open().plan().price, film.usd
    assert film.world.live().code is ExitCode.COMPLETE
    assert film.usd - before == pytest.approx(0.71 if taken else 1.42)
    assert price.high is not None
    assert price.low - CENT <= film.usd - before <= price.high + CENT
