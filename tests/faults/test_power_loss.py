"""The power fails at any moment: what the disk then holds is gone on from, and paid for once.

Runs are recorded at the one module that writes; of each moment, what a disk may hold is laid
out anew, and a run goes on from there with the services' books as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core import layout

from ..run_directories import contents
from ..sweep.films import SHAPES
from ..sweep.told_films import KINDS, Tale, joined_quickly
from ..sweep.tongues import WAYS
from .blackouts import (
    Making,
    distinct,
    film_of,
    recovers,
    tale_of,
    wrecks_of,
    wrecks_of_the_killed,
)
from .extent import ALL, counted, some

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures")

#: What is made while the power fails: films whose engine is asked in each way, words, voices.
MAKINGS: dict[str, Callable[[Path], Making]] = {
    "idempotent": lambda folder: film_of(folder, SHAPES[1], ("idempotent",) * 3),
    "listing": lambda folder: film_of(folder, SHAPES[3], ("find",) * 3),
    "neither": lambda folder: film_of(folder, SHAPES[0], ("",) * 3),
    "half a film": lambda folder: film_of(folder, SHAPES[5], ("find",) * 3),
    **{
        f"{kind} {' '.join(way)}".strip(): (
            lambda folder, kind=kind, way=way: tale_of(
                folder, Tale(kind=kind, ways=(way, WAYS[0]), faults=frozenset())
            )
        )
        for kind, way in zip((*KINDS, KINDS[1]), (WAYS[0], WAYS[3], WAYS[2], WAYS[4]), strict=True)
    },
}


@pytest.fixture
def quickly() -> object:
    with joined_quickly():
        yield


@pytest.mark.parametrize("name", MAKINGS)
@pytest.mark.usefixtures("quickly")
def test_what_is_recorded_is_what_is_there(name: str, tmp_path: Path) -> None:
    """What went around the one module that writes would be missing in the recording."""
    making = MAKINGS[name](tmp_path / "film")
    recording = making.record()
    assert making.live()
    seen = {
        path.partition("/")[2]: content
        for path, content in recording.seen_now().items()
        if content is not None
    }
    there = {
        path.relative_to(making.world.root).as_posix(): path.read_bytes()
        for path in making.world.root.rglob("*")
        if path.is_file()
    }
    assert seen == there
    assert contents(making.world.root)


@pytest.mark.parametrize("name", MAKINGS)
@pytest.mark.usefixtures("quickly")
@pytest.mark.timeout(1800)
def test_a_film_is_finished_from_whatever_a_disk_holds(name: str, tmp_path: Path) -> None:
    making = MAKINGS[name](tmp_path / "told" / "film")
    recording = making.record()
    assert making.live()
    wrecks = distinct(wrecks_of(recording))
    chosen = some(wrecks, 3)
    for wreck in chosen:
        recovers(MAKINGS[name], making, wreck, tmp_path / "again" / "film")
    counted("power loss", moments=len(recording.moments), disks=len(chosen))


@pytest.mark.parametrize("name", some([*MAKINGS], 2))
@pytest.mark.usefixtures("quickly")
@pytest.mark.timeout(1800)
def test_what_a_killed_run_left_unsynced_is_not_lost_after_the_next_one(
    name: str, tmp_path: Path
) -> None:
    first = MAKINGS[name](tmp_path / "first" / "film")
    operations = first.record().operations
    assert first.live()
    wrecks = 0
    wanted = _leaves_a_name if ALL else _names_an_output
    kills = [number for number, what in enumerate(operations) if wanted(what)]
    for number in some(kills, 1):
        making = MAKINGS[name](tmp_path / str(number) / "film")
        recording = making.record()
        assert not making.live(number)
        killed = len(recording.moments) - 1
        making.live()
        for wreck in distinct(wrecks_of_the_killed(recording, killed)):
            recovers(MAKINGS[name], making, wreck, tmp_path / "again" / "film")
            wrecks += 1
    counted("power loss", disks_after_a_kill=wrecks)


def _names_an_output(what: str) -> bool:
    return what.startswith("rename") and layout.STATE not in what.split()[2]


def _leaves_a_name(what: str) -> bool:
    return what.startswith(("open", "mkdir", "rename", "link"))
