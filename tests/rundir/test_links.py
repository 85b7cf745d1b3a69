"""Nothing is written through a link that leaves the run directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import layout
from vidgen_core.errors import MachineError
from vidgen_core.rundir import RunDirectory

from ..run_directories import contents, put
from ..run_paths import TS
from .conftest import finished

FILM = f"final_video_{TS}.mp4"
FOLDER = f"scene_1_all_vid_{TS}"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    put(folder / "theirs.txt", b"theirs")
    put(folder / "tmp" / "theirs.txt", b"theirs")
    return folder


Act = Callable[[RunDirectory], Any]

ACTS: dict[str, tuple[str, Act]] = {
    "lock": (layout.STATE, lambda run: run.locked("x").__enter__()),
    "scratch below": (layout.STATE, lambda run: run.scratch("x")),
    "state": (layout.STATE, lambda run: run.write_state(layout.SETTINGS, b"x")),
    "scratch": (layout.TEMPORARY, lambda run: run.scratch("x")),
    "replaced": (layout.REPLACED, lambda run: run.displace(f"scenes_{TS}.json")),
    "answers": (layout.ANSWERS, lambda run: run.write_state(f"{layout.ANSWERS}/a-1", b"x")),
    "requests": (layout.REQUESTS, lambda run: run.write_state(f"{layout.REQUESTS}/a.json", b"x")),
    "publish": (FOLDER, lambda run: run.publish(run.root / "made", f"{FOLDER}/clip.mp4")),
    "displace": (FOLDER, lambda run: run.displace(f"{FOLDER}/theirs.txt")),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_link_that_leaves_the_directory_is_never_written_through(
    run: RunDirectory, outside: Path, act: str
) -> None:
    place, do = ACTS[act]
    run.path(place).parent.mkdir(exist_ok=True)
    run.path(place).symlink_to(outside)
    put(run.root / "made", b"made")
    before, inside = contents(outside), contents(run.root)
    with pytest.raises(MachineError, match="is a link that leaves") as caught:
        do(run)
    assert f"{run.path(place)}" in caught.value.advice
    assert contents(outside) == before
    assert contents(run.root) == inside


def test_a_folder_above_its_own_that_only_looks_the_same_is_outside(
    run: RunDirectory, tmp_path: Path
) -> None:
    twin = run.root.with_name(run.root.name + "_2")
    twin.mkdir()
    run.path(FOLDER).symlink_to(twin)
    with pytest.raises(MachineError, match="leaves"):
        run.may_write(f"{FOLDER}/clip.mp4")


def test_a_link_within_the_directory_may_be_written_through(run: RunDirectory) -> None:
    (run.root / "real").mkdir()
    run.path(FOLDER).symlink_to(run.root / "real")
    run.publish(finished(run), f"{FOLDER}/clip.mp4")
    assert (run.root / "real/clip.mp4").read_bytes() == b"new"


@pytest.mark.parametrize("target", [".", "mine"])
def test_vidgens_own_folder_is_no_link_at_all_for_it_is_cleared(
    run: RunDirectory, target: str
) -> None:
    put(run.root / "tmp/mine.txt", b"mine")
    put(run.root / "mine/tmp/mine.txt", b"mine")
    before = contents(run.root)
    run.path(layout.STATE).symlink_to(target)
    with pytest.raises(MachineError, match=r"\.vidgen is a link"), run.locked("x"):
        run.clear_scratch()
    run.path(layout.STATE).unlink()
    assert contents(run.root) == before


def test_a_run_directory_that_is_reached_by_a_link_is_written(
    run: RunDirectory, tmp_path: Path
) -> None:
    (tmp_path / "shortcut").symlink_to(run.root)
    other = RunDirectory(tmp_path / "shortcut")
    with other.locked("x"):
        other.publish(finished(other), FILM)
    assert run.path(FILM).read_bytes() == b"new"


def test_the_final_name_is_never_written_through(run: RunDirectory, outside: Path) -> None:
    run.path(FILM).symlink_to(outside / "theirs.txt")
    run.publish(finished(run), FILM)
    assert not run.path(FILM).is_symlink()
    assert (outside / "theirs.txt").read_bytes() == b"theirs"


@pytest.mark.parametrize("kind", ["link", "hard link"])
def test_state_is_never_written_through(run: RunDirectory, outside: Path, kind: str) -> None:
    run.path(layout.STATE).mkdir()
    for name in (layout.SETTINGS, f"{layout.SETTINGS}.new"):
        if kind == "link":
            run.path(name).symlink_to(outside / "theirs.txt")
        else:
            run.path(name).hardlink_to(outside / "theirs.txt")
    run.write_state(layout.SETTINGS, b"new")
    assert run.path(layout.SETTINGS).read_bytes() == b"new"
    assert (outside / "theirs.txt").read_bytes() == b"theirs"


def test_a_lock_that_is_a_link_is_refused(run: RunDirectory, outside: Path) -> None:
    run.path(layout.STATE).mkdir()
    run.path(layout.LOCK).symlink_to(outside / "theirs.txt")
    with pytest.raises(MachineError), run.locked("x"):
        pass
    assert (outside / "theirs.txt").read_bytes() == b"theirs"
