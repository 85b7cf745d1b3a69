"""What a disk says is told apart, and names are made durable before they count."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core import disk, layout
from vidgen_core.errors import MachineError
from vidgen_core.rundir import RunDirectory

from ..run_directories import put
from ..run_paths import TS
from .conftest import finished

FILM = f"final_video_{TS}.mp4"
FOLDER = f"scene_1_all_vid_{TS}"


def test_what_every_other_work_would_meet_is_told_from_what_one_file_meets() -> None:
    full = disk.machine_error(OSError(errno.ENOSPC, "full"), "x")
    full.__cause__ = OSError(errno.ENOSPC, "full")
    assert disk.is_everywhere(full)
    assert disk.is_everywhere(MemoryError())
    assert not disk.is_everywhere(MachineError("ffmpeg failed"))
    assert not disk.is_everywhere(FileNotFoundError(errno.ENOENT, "gone"))
    assert not disk.is_everywhere(None)


def test_a_disk_with_room_is_not_full_nor_is_one_that_cannot_be_asked(tmp_path: Path) -> None:
    assert not disk.is_full(tmp_path)
    assert not disk.is_full(tmp_path / "gone")


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    path = put(tmp_path / "big", b"x" * 11)
    assert disk.read_file(path, 11) == b"x" * 11
    with pytest.raises(OSError, match="larger than"):
        disk.read_file(path, 10)
    with pytest.raises(OSError, match="regular"):
        disk.read_file(tmp_path, 10)


def test_a_file_system_that_syncs_no_directories_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(reason: int) -> Callable[[int], None]:
        def fsync(handle: int) -> None:
            raise OSError(reason, os.strerror(reason))

        return fsync

    monkeypatch.setattr(os, "fsync", fail(errno.EINVAL))
    disk.sync_directory(tmp_path)
    monkeypatch.setattr(os, "fsync", fail(errno.EIO))
    with pytest.raises(OSError, match=r"Input/output"):
        disk.sync_directory(tmp_path)


# names that last -----------------------------------------------------------------------------


def test_no_thread_goes_by_a_folder_whose_name_another_one_has_not_synced(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, synced, done = threading.Event(), threading.Event(), []
    real = disk.sync_directory

    def slow(path: Path) -> None:
        if path == run.root and not synced.is_set():
            made.set()
            assert not done or synced.wait(60)
            time.sleep(0.2)  # the other one has time to go wrong
            real(path)
            synced.set()
            return
        real(path)

    one, two = finished(run), finished(run)
    monkeypatch.setattr(disk, "sync_directory", slow)
    first = threading.Thread(target=run.publish, args=(one, f"{FOLDER}/one.mp4"))
    first.start()
    assert made.wait(60)
    run.publish(two, f"{FOLDER}/two.mp4")
    assert synced.is_set()
    first.join(60)


def test_a_folder_whose_name_cannot_be_synced_is_not_left_for_the_next_one(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    source = finished(run)
    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync_directory", fail)
        with pytest.raises(MachineError):
            run.publish(source, f"{FOLDER}/one.mp4")
    assert not run.path(FOLDER).exists()


def test_a_run_makes_the_names_durable_that_an_earlier_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunDirectory(tmp_path / "film")
    for name in (FOLDER, layout.REQUESTS, f"{layout.REPLACED}/0001/{FOLDER}"):
        put(run.path(name) / "left.mp4", b"")
    for name in (f"{layout.TEMPORARY}/clip-1", f"{layout.DRAFT}/{FOLDER}"):
        put(run.path(name) / "left.mp4", b"")
    synced: list[Path] = []
    real = disk.sync_directory
    monkeypatch.setattr(disk, "sync_directory", lambda path: (real(path), synced.append(path))[0])
    with run.locked("a test"):
        known = {path.relative_to(tmp_path).as_posix() for path in synced}
    taken = (layout.REPLACED, f"{layout.REPLACED}/0001", f"{layout.REPLACED}/0001/{FOLDER}")
    inside = ("", FOLDER, layout.STATE, layout.REQUESTS, *taken)
    assert known == {".", *(f"film/{name}".rstrip("/") for name in inside)}


def test_a_run_makes_durable_the_last_takes_that_were_moved_aside_and_no_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 101):
        (tmp_path / f".vidgen/replaced/{number:04}").mkdir(parents=True)
    synced: list[str] = []
    monkeypatch.setattr(disk, "sync_directory", lambda path: synced.append(path.name))
    with RunDirectory(tmp_path).locked("continue"):
        assert {"replaced", "0100", "0099"} <= set(synced)
        assert "0001" not in synced
