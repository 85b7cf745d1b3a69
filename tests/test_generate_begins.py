"""The first moments of ``vidgen generate``: a run is begun with its script, or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk
from vidgen_core.cli.generate_command import begin
from vidgen_core.errors import MachineError
from vidgen_core.rundir import RunDirectory
from vidgen_core.settings import Settings, load

from .command_line import environment, refused
from .extent import some
from .generate_runs import SCRIPT, SMALL, generate, script_file
from .run_directories import picture, put

pytest.importorskip("vidgen_local")

#: Dies as with -9 when all is read and nothing is begun yet.
#: What a run begins with, in this order.
FIRST_STEPS = ("write_file", "sync_directory", "make_directories", "move")
DIES_BEFORE_IT_BEGINS = """
import os, signal, sys
from vidgen_core.cli import generate_command, main

def begin(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)

generate_command.begin = begin
main(sys.argv[1:])
"""


def test_a_run_that_dies_before_it_begins_leaves_nothing(tmp_path: Path) -> None:
    script, temporary = script_file(tmp_path), tmp_path / "temporary"
    temporary.mkdir()
    child = subprocess.run(
        [sys.executable, "-c", DIES_BEFORE_IT_BEGINS, "generate", str(script), *SMALL],
        env=environment(tmp_path, {"TMPDIR": str(temporary)}),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert list(temporary.iterdir()) == []
    assert sorted(tmp_path.iterdir()) == [script, temporary]


# a disk that is full -----------------------------------------------------


@pytest.fixture
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    return load()


class NoRoom:
    """A function of ``disk`` for which the disk is full from the call *number* on."""

    def __init__(self, patch: pytest.MonkeyPatch, function: str, number: int) -> None:
        self.real, self.left = getattr(disk, function), number - 1
        patch.setattr(disk, function, self)

    def __call__(self, *arguments: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.real(*arguments)


@pytest.mark.parametrize(("function", "there"), some([*product(FIRST_STEPS, [True, False])], 3))
def test_nothing_is_left_of_a_run_that_no_script_could_be_put_into(
    tmp_path: Path, no_settings: Settings, function: str, there: bool
) -> None:
    image, runs = put(tmp_path / "mine.jpg", picture(1)), tmp_path / "a" / "b"
    if there:
        put(runs / "video_20250101_120000" / "kept.txt", b"")
    before = sorted(tmp_path.rglob("*"))
    for number in count(1):
        with pytest.MonkeyPatch.context() as patch:
            disk_is_full = NoRoom(patch, function, number)
            with suppress(MachineError):
                begin(runs, SCRIPT, no_settings, image)
        if list(runs.glob("video_*/script_*.txt")):
            break  # it can be continued
        assert disk_is_full.left < 0
        assert sorted(tmp_path.rglob("*")) == before
    assert number > 1


def test_nothing_gets_its_name_before_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_settings: Settings
) -> None:
    image = put(tmp_path / "mine.jpg", picture(1))
    synced, named = set(), []
    fsync, publish = os.fsync, RunDirectory.publish

    def sync(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        fsync(handle)

    def name(self: RunDirectory, finished: Path, relative: str) -> os.stat_result:
        assert finished.stat().st_ino in synced, f"{relative} is not synced"
        named.append(relative)
        return publish(self, finished, relative)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(RunDirectory, "publish", name)
    root = begin(tmp_path / "a" / "runs", SCRIPT, no_settings, image).root
    assert len(named) == 2
    for folder in (root, root.parent, root.parent.parent, tmp_path):
        assert folder.stat().st_ino in synced, f"names in {folder} are not synced"


def test_what_somebody_put_into_it_is_not_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_settings: Settings
) -> None:
    write_file = disk.write_file

    def full(path: Path, content: bytes) -> None:
        if path.name != "output.txt":
            return write_file(path, content)
        put(path.parents[3] / "mine.txt", b"mine")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "write_file", full)
    with pytest.raises(MachineError):
        begin(tmp_path / "runs", SCRIPT, no_settings)
    (mine,) = (path for path in (tmp_path / "runs").rglob("*") if path.is_file())
    assert mine.read_bytes() == b"mine"


@pytest.mark.skipif(os.name != "posix", reason="limits are other things elsewhere")
def test_where_no_byte_can_be_written_no_directory_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    # Coverage could not write either, and would say so.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)

    def no_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    script = script_file(tmp_path)
    ended = generate(tmp_path, script, preexec_fn=no_bytes)
    assert refused(ended, 9)
    assert list(tmp_path.iterdir()) == [script]
