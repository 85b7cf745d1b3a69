"""The run directory: one run at a time, whole files only, and nothing is ever deleted."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk, faults, layout
from vidgen_core.errors import ExitCode, Locked, MachineError
from vidgen_core.listing import list_directory
from vidgen_core.rundir import RunDirectory, new_timestamp, timestamp_of_run

from .run_directories import add_scene, begin, contents, put
from .run_paths import OTHER_TS, TS

FILM = f"final_video_{TS}.mp4"
FOLDER = f"scene_1_all_vid_{TS}"

#: Takes the lock, says so, and does what it is told.
HOLD = """
import os, signal, subprocess, sys, time
from pathlib import Path
from vidgen_core.rundir import RunDirectory
with RunDirectory(Path(sys.argv[1])).locked("vidgen continue 'a b'"):
    {before}
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(begin(tmp_path, 1))


@contextmanager
def holder(root: Path, before: str = "pass") -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    code = HOLD.format(before=before)
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


# the lock ------------------------------------------------------------------------------


def test_a_second_process_is_told_who_holds_the_directory(run: RunDirectory) -> None:
    with holder(run.root) as child:
        assert said(child) == "held"
        with pytest.raises(Locked) as caught, run.locked("another"):
            pytest.fail("both hold it")
        message = str(caught.value)
        assert f"pid {child.pid} on {socket.gethostname()} since 2" in message
        assert "(vidgen continue 'a b')" in message
        assert caught.value.exit_code is ExitCode.LOCKED
        who = json.loads(run.path(layout.LOCK).read_text())
        assert datetime.fromisoformat(who["since"]).tzinfo is not None


def test_the_lock_is_released_when_its_holder_is_killed(run: RunDirectory) -> None:
    with holder(run.root) as child:
        assert said(child) == "held"
        child.kill()
        child.wait()
        with run.locked("next"):
            assert json.loads(run.path(layout.LOCK).read_text())["pid"] == os.getpid()


@pytest.mark.parametrize(
    "start",
    [
        "child = subprocess.Popen(['sleep', '30'], close_fds=False); print(child.pid, flush=True)",
        "child = os.fork()\n    if not child: time.sleep(30)\n    print(child, flush=True)",
    ],
    ids=["started", "forked"],
)
def test_children_never_inherit_the_lock(run: RunDirectory, start: str) -> None:
    with holder(run.root, start) as child:
        grandchild = int(said(child))
        try:
            assert said(child) == "held"
            child.kill()
            child.wait()
            os.kill(grandchild, 0)  # it outlives the holder
            deadline = time.monotonic() + 5  # a forked child lets go right after the fork
            while True:
                try:
                    with run.locked("next"):
                        break
                except Locked:
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_the_lock_is_released_by_an_error_and_can_be_taken_again(run: RunDirectory) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), run.locked("a"):
            raise ZeroDivisionError
    with run.locked("b"), pytest.raises(Locked), run.locked("c"):
        pass


def test_a_lock_that_says_nothing_is_a_lock(run: RunDirectory) -> None:
    with run.locked("a"):
        run.path(layout.LOCK).write_text("{")
        with pytest.raises(Locked, match="has not said who it is yet"), run.locked("b"):
            pass


def test_a_directory_that_cannot_be_written_is_the_machines_fault(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(disk, "make_directories", refuse)
    with pytest.raises(MachineError, match="Read-only") as caught, run.locked("a"):
        pass
    assert "read-only" in caught.value.advice


# publishing ----------------------------------------------------------------------------


def finished(run: RunDirectory, content: bytes = b"new") -> Path:
    return put(run.scratch("film") / "output.mp4", content)


def test_a_file_gets_its_name_by_one_rename_on_the_same_disk(run: RunDirectory) -> None:
    source = finished(run)
    inode = source.stat().st_ino
    status = run.publish(source, f"{FOLDER}/clip.mp4")
    assert status.st_ino == inode
    assert run.path(f"{FOLDER}/clip.mp4").read_bytes() == b"new"
    assert not source.exists()


def test_a_rename_is_followed_by_a_sync_of_both_folders(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    rename, sync = os.rename, disk.sync_directory
    monkeypatch.setattr(
        os, "rename", lambda s, t: (rename(s, t), done.append(f"rename {t.name}"))[0]
    )
    monkeypatch.setattr(
        disk, "sync_directory", lambda p: (sync(p), done.append(f"sync {p.name}"))[0]
    )
    source = finished(run)
    done.clear()
    run.publish(source, f"{FOLDER}/clip.mp4")
    made, renamed = f"sync {run.root.name}", "rename clip.mp4"
    assert done == [made, renamed, f"sync {FOLDER}", f"sync {source.parent.name}"]


def test_a_publish_that_fails_leaves_what_was_there(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(run.path(FILM), b"old")
    source = finished(run)

    def fail(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(MachineError, match=f"cannot write {FILM}: No space"):
        run.publish(source, FILM)
    assert run.path(FILM).read_bytes() == b"old"
    assert source.read_bytes() == b"new"


def test_state_is_replaced_as_a_whole(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write_state(layout.SETTINGS, b"old")

    def fail(self: Path, target: Path) -> None:
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(MachineError):
            run.write_state(layout.SETTINGS, b"new")
    assert run.path(layout.SETTINGS).read_bytes() == b"old"
    run.write_state(layout.SETTINGS, b"new")  # what the failure left is no hindrance
    assert run.path(layout.SETTINGS).read_bytes() == b"new"
    assert not list(run.path(layout.STATE).glob("*.new"))


# nothing is deleted ----------------------------------------------------------------------


def test_what_is_displaced_keeps_its_path_under_a_take_of_its_own(run: RunDirectory) -> None:
    for content in (b"first", b"second"):
        put(run.path(f"{FOLDER}/clip.mp4"), content)
        run.displace(f"{FOLDER}/clip.mp4")
    replaced = run.path(layout.REPLACED)
    assert (replaced / "0001" / FOLDER / "clip.mp4").read_bytes() == b"first"
    assert (replaced / "0002" / FOLDER / "clip.mp4").read_bytes() == b"second"


def test_takes_go_on_after_the_highest_and_past_strange_names(run: RunDirectory) -> None:
    for name in ("0009", "10", "notes", "0003", "99999999999999999999"):
        put(run.path(layout.REPLACED) / name / "x", b"kept")
    put(run.path(FILM), b"old")
    assert run.displace(FILM) == f"{layout.REPLACED}/0011/{FILM}"


def test_a_folder_or_a_link_in_the_way_is_moved_whole(run: RunDirectory, tmp_path: Path) -> None:
    put(run.path(FILM) / "inside.txt", b"kept")
    place = run.displace(FILM)
    assert run.path(place).joinpath("inside.txt").read_bytes() == b"kept"
    target = put(tmp_path / "elsewhere.mp4", b"theirs")
    run.path(FILM).symlink_to(target)
    place = run.displace(FILM)
    assert run.path(place).is_symlink()
    assert target.read_bytes() == b"theirs"


def test_only_the_scratch_folder_is_ever_cleared(run: RunDirectory) -> None:
    put(run.path(f"{FOLDER}/clip.mp4"), b"x")
    run.displace(f"{FOLDER}/clip.mp4")
    run.write_state(f"{layout.ANSWERS}/narration-1", b"answer")
    state = run.path(layout.STATE)
    before = contents(state)
    assert len(before) == 2
    finished(run)
    run.clear_scratch()
    assert contents(state) == before
    run.clear_scratch()


def test_scratch_folders_are_new_and_empty(run: RunDirectory) -> None:
    one, two = run.scratch("clip-1-1"), run.scratch("clip-1-1")
    assert one != two
    assert not list(one.iterdir())
    assert one.name.startswith("clip-1-1-")


def test_scratch_folders_have_names_that_no_run_before_had(run: RunDirectory) -> None:
    """An ffmpeg that outlived the run which was killed may still write there."""
    names = set()
    for _ in range(8):
        again = RunDirectory(run.root)
        again.clear_scratch()
        names |= {again.scratch("film").name for _ in range(2)}
    assert len(names) == 16


@pytest.mark.parametrize("fault", ["trace@{}", "kill@submit-after"])
def test_the_same_run_makes_the_same_scratch_folders_under_a_fault(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("VIDGEN_FAULT", fault.format(tmp_path / "points"))
    monkeypatch.setattr(faults, "_visited", None)
    faults.arm()

    def names() -> list[str]:
        again = RunDirectory(run.root)
        again.clear_scratch()
        return [again.scratch(name).name for name in ("clip-1-1", "clip-1-1", "film")]

    assert names() == names()


def test_no_scratch_folder_gets_a_name_that_a_late_writer_may_still_have(run: RunDirectory) -> None:
    one = run.scratch("film")
    run.clear_scratch()
    assert run.scratch("film") != one


# links -------------------------------------------------------------------------------------


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


# the run's timestamp -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "recorded", "scenes", "wanted"),
    [
        (f"video_{TS}", OTHER_TS, f"scenes_{TS}.json", OTHER_TS),
        (f"video_{TS}", "", f"scenes_{OTHER_TS}.json", TS),
        (f"video_{TS}", "nonsense", "", TS),
        ("my film", "", f"scenes_{OTHER_TS}.json", OTHER_TS),
        ("my film", "", "other.json", TS),
    ],
)
def test_the_timestamp_is_the_recorded_the_directorys_the_scenes_files_or_the_commonest(
    tmp_path: Path, name: str, recorded: str, scenes: str, wanted: str
) -> None:
    root = begin(tmp_path, 2, name=name)
    add_scene(root, 1)
    add_scene(root, 2, timestamp=OTHER_TS)
    found = timestamp_of_run(
        root, recorded=recorded, scenes_file=scenes, listing=list_directory(root)
    )
    assert found == wanted


def test_a_directory_without_any_timestamp_has_none(tmp_path: Path) -> None:
    (tmp_path / "film").mkdir()
    listing = list_directory(tmp_path / "film")
    found = timestamp_of_run(tmp_path / "film", recorded="", scenes_file="", listing=listing)
    assert found is None
    assert layout.is_timestamp(new_timestamp())
    assert new_timestamp(lambda: datetime(2025, 1, 31, 12, 0, 0)) == TS


# the disk ------------------------------------------------------------------------------------


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
