"""``vidgen clean`` where something is damaged, foreign, in use, or ends it half-way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import clearing, disk
from vidgen_core.clearing import drop, remains
from vidgen_core.cli import main
from vidgen_core.errors import ExitCode, JournalDamaged
from vidgen_core.journal import read_ledger
from vidgen_core.retake import to_undo
from vidgen_core.rundir import RunDirectory

from ..command_line import Ended, vidgen
from ..journal_records import path_of, rewritten
from ..retakes.studio import Studio
from ..run_directories import TS, begin, contents, everything, put
from ..run_paths import clip_path
from .leftovers import all_but_the_lock, kept, left_unfinished, make_state, replaced

Command = Callable[..., Ended]
Retaken = Callable[[Studio], None]
OLD = ".vidgen/replaced/0001"


def test_without_a_journal_it_says_that_nobody_can_tell(tmp_path: Path, command: Command) -> None:
    root = make_state(begin(tmp_path, 1))
    replaced(root, "0001", "scene_1.mp4")
    ended = command("clean", root, "--yes")
    assert (ended.code, ended.out) == (0, "deleted: 1 file, 3 bytes\n")
    assert "there is no journal: nobody can tell what of it was paid for" in ended.words
    assert not (root / ".vidgen/journal.jsonl").exists()


# what stands in its way -----------------------------------------------------


@pytest.mark.parametrize("between", [(b"x" * 30 + b"\n", 3), (b"", 4)], ids=["spoilt", "lacks"])
def test_a_damaged_journal_keeps_what_was_replaced(
    studio: Studio, retaken: Retaken, between: tuple[bytes, int]
) -> None:
    retaken(studio)
    journal = path_of(studio.root)
    lines = journal.read_bytes().splitlines(keepends=True)
    line, rest = between
    journal.write_bytes(b"".join([*lines[:3], line, *lines[rest:]]))
    before = all_but_the_lock(studio.root)
    ended = studio.vidgen("clean", "--yes")
    assert ended.code == ExitCode.DECISION
    assert "the journal is damaged" in ended.words
    assert "nothing was deleted" in ended.words
    assert "line 4" in ended.words
    assert all_but_the_lock(studio.root) == before
    assert f"clean {studio.root} --tmp" in ended.words
    assert studio.vidgen("clean", "--tmp", "--yes").out == "deleted: 2 files, 1.2 kB\n"


def test_a_newer_journal_is_refused(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    journal = path_of(studio.root)
    first, *lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([rewritten(first, schema=99), *lines]))
    ended = studio.vidgen("clean", "--yes")
    assert (ended.code, "newer vidgen" in ended.words) == (ExitCode.DECISION, True)
    assert "nothing was deleted" in ended.words
    assert (studio.root / f"{OLD}/{clip_path(2, 1)}").exists()


def test_what_an_interrupted_undo_still_needs_is_kept(
    studio: Studio, retaken: Retaken, monkeypatch: pytest.MonkeyPatch
) -> None:
    retaken(studio)

    def stops(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(disk, "keep_also", stops)
        assert studio.vidgen("undo").code == ExitCode.MACHINE
    before = all_but_the_lock(studio.root)
    ended = studio.vidgen("clean", "--yes")
    assert ended.code == ExitCode.DECISION
    assert "an undo was interrupted here" in ended.words
    assert f"to finish it: vidgen undo {studio.root}" in ended.words
    assert all_but_the_lock(studio.root) == before
    assert studio.vidgen("clean", "--tmp", "--yes").code == 0
    assert studio.vidgen("undo").code == 0
    assert studio.vidgen("clean", "--yes").code == 0


@pytest.mark.parametrize("folder", ["tmp", "replaced", "."])
def test_nothing_behind_a_link_is_touched(tmp_path: Path, folder: str, command: Command) -> None:
    root, elsewhere = begin(tmp_path, 1), tmp_path / "mine"
    put(elsewhere / "tmp" / "film.mp4", b"mine")
    put(elsewhere / "replaced" / "0001" / "film.mp4", b"mine")
    if folder == ".":
        (root / ".vidgen").symlink_to(elsewhere)
    else:
        make_state(root)
        (root / ".vidgen" / folder).symlink_to(elsewhere / folder)
    before = everything(elsewhere)
    ended = command("clean", root, "--yes")
    assert ended.code == ExitCode.MACHINE
    assert "is a link" in ended.words
    assert ended.words.count("nothing was deleted") == 1
    assert everything(elsewhere) == before


def test_links_in_what_goes_go_themselves(tmp_path: Path, command: Command) -> None:
    root = make_state(begin(tmp_path, 1))
    mine = put(tmp_path / "mine" / "film.mp4", b"mine")
    for folder in ("tmp", "replaced/0001"):
        put(root / ".vidgen" / folder / "file", b"x")
        (root / ".vidgen" / folder / "folder").symlink_to(mine.parent)
        (root / ".vidgen" / folder / "link").symlink_to(mine)
    ended = command("clean", root, "--yes")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("deleted: 6 files")
    assert mine.read_bytes() == b"mine"


@pytest.mark.parametrize("scenes", [b"[", b"\xff\xfe\x00"])
def test_a_broken_scenes_file_does_not_stop_it(tmp_path: Path, scenes: bytes) -> None:
    root = make_state(begin(tmp_path, 1))
    put(root / f"scenes_{TS}.json", scenes)
    put(root / ".vidgen/settings.toml", b"= broken")
    left_unfinished(root)
    ended = vidgen("clean", root, "--yes", home=tmp_path)
    assert (ended.code, ended.out) == (0, "deleted: 2 files, 1.2 kB\n")


def test_what_is_no_run_is_left_alone(tmp_path: Path, command: Command) -> None:
    put(tmp_path / "a folder/tmp/mine", b"mine")
    ended = command("clean", "a folder", "--yes")
    assert (ended.code, "nothing was deleted" in ended.words) == (ExitCode.BAD_INPUT, True)
    assert (tmp_path / "a folder/tmp/mine").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_cannot_go_is_named(tmp_path: Path, command: Command) -> None:
    root = make_state(begin(tmp_path, 1))
    stuck = put(root / ".vidgen/tmp/x/y", b"x").parent
    stuck.chmod(0o555)
    ended = command("clean", root, "--yes")
    stuck.chmod(0o755)
    assert ended.code == ExitCode.MACHINE


def test_a_disk_that_fails_is_told_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_state(begin(tmp_path, 1))
    left_unfinished(root)

    def fails(path: Path) -> None:
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(disk, "drop_all", fails)
    assert main(["clean", str(root), "--yes"]) == ExitCode.MACHINE
    told = capsys.readouterr().err
    assert "Input/output error; some of it may be deleted" in told
    assert f"to delete the rest: vidgen clean {root}" in told


def test_a_child_that_still_writes_does_not_stop_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_state(begin(tmp_path, 1))
    left_unfinished(root)
    real, times = disk.drop_all, []

    def disturbed(folder: Path) -> None:
        times.append(folder)
        if len(times) == 1:
            raise OSError(39, "Directory not empty", str(folder))
        real(folder)

    monkeypatch.setattr(disk, "drop_all", disturbed)
    assert main(["clean", str(root), "--yes"]) == 0
    assert not (root / ".vidgen/tmp").exists()


# crashes, and takes that come after -----------------------------------------


@pytest.mark.parametrize("point", ["drop_all", "move", "make_directories"])
def test_a_crash_leaves_whole_takes_or_none(
    studio: Studio, retaken: Retaken, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    retaken(studio)
    films = contents(studio.root)
    shutil.rmtree(studio.root / ".vidgen/tmp")
    directory = RunDirectory(studio.root)

    class Crash(BaseException):
        pass

    def dies(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(disk, point, dies)
        with pytest.raises(Crash):
            drop(directory)
    there = to_undo(directory, read_ledger(studio.root))
    assert len(there) == (4 if point == "move" else 0)
    assert contents(studio.root) == films
    assert studio.vidgen("clean", "--yes").code == 0
    assert contents(studio.root) == films


def killed_while(root: Path, home: Path, patch: str) -> Ended:
    """Run the command in a process that kills itself where *patch* says so."""
    code = f"{patch}\nfrom vidgen_core.cli import main\nimport sys\nsys.exit(main(sys.argv[1:]))"
    words = [sys.executable, "-c", code, "clean", str(root), "--yes"]
    done = subprocess.run(words, cwd=home, capture_output=True, timeout=60, check=False)
    return Ended(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def test_killed_in_the_middle_it_has_lost_nothing_else(
    studio: Studio, retaken: Retaken, tmp_path: Path
) -> None:
    retaken(studio)
    films, state = contents(studio.root), kept(studio.root)
    patch = (
        "import os, signal\nreal, seen = os.unlink, []\n"
        "def unlink(*a, **k):\n    seen.append(a)\n    real(*a, **k)\n"
        "    if len(seen) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.unlink = unlink"
    )
    ended = killed_while(studio.root, tmp_path, patch)
    assert ended.code == -signal.SIGKILL, ended.err
    assert (contents(studio.root), kept(studio.root)) == (films, state)
    assert not remains(RunDirectory(studio.root)).replaced
    assert studio.vidgen("continue").code == 0


def test_a_damaged_journal_is_an_error_of_its_own(tmp_path: Path) -> None:
    root = make_state(begin(tmp_path, 1))
    replaced(root, "0001", "x")
    put(path_of(root), b"x\ny\n")
    with pytest.raises(JournalDamaged):
        clearing.remains(RunDirectory(root))
