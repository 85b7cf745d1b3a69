"""Files get their names whole, and nothing is ever deleted but what is unfinished."""

from __future__ import annotations

import errno
import os
from datetime import datetime
from pathlib import Path

import pytest

from vidgen_core import disk, faults, layout
from vidgen_core.errors import MachineError
from vidgen_core.listing import list_directory
from vidgen_core.rundir import RunDirectory, new_timestamp, timestamp_of_run

from ..run_directories import add_scene, begin, contents, put
from ..run_paths import OTHER_TS, TS
from .conftest import finished

FILM = f"final_video_{TS}.mp4"
FOLDER = f"scene_1_all_vid_{TS}"


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_the_scratch_folder_is_not_waited_at(run: RunDirectory) -> None:
    run.path(layout.STATE).mkdir()
    os.mkfifo(run.path(layout.TEMPORARY))
    run.clear_scratch()
    with pytest.raises(NotADirectoryError):
        disk.drop_all(run.path(layout.TEMPORARY))


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
