"""Where the system forbids something, it is said what to type: to look, or to allow it."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from vidgen_core import disk, refusal
from vidgen_core.errors import MachineError
from vidgen_core.media.children import Ended
from vidgen_core.media.machine_faults import check_machine
from vidgen_core.rundir import RunDirectory

from .run_directories import begin, put

AGAIN = ", then run the same command again"
BINDS = os.name == "posix" and os.geteuid() != 0
binding = pytest.mark.skipif(not BINDS, reason="nothing is forbidden to this user")


def refused(number: int, *paths: object) -> str:
    """The advice for an error about *paths*."""
    error = OSError(number, os.strerror(number), *paths[:1], None, *paths[1:])
    return disk.advice_for(error)


def typed(advice: str) -> list[str]:
    """The command in it."""
    return shlex.split(advice.partition(": ")[2].removesuffix(AGAIN))


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has permissions tell what this user may do, as they would anybody but root."""

    def access(path: Path, what: int, **_: object) -> bool:
        try:
            mode = Path(path).stat().st_mode >> 6
        except OSError:
            return False
        return mode & what == what

    monkeypatch.setattr(refusal, "_may", access)


@pytest.mark.parametrize("name", ["film", "my film; $(x)", "a 'film'"])
def test_what_is_typed_opens_a_folder_of_ones_own(bound: None, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    folder.chmod(0o555)
    advice = refused(errno.EACCES, str(folder / "new.mp4"))
    assert typed(advice) == ["chmod", "u+rwX", str(folder)]
    subprocess.run(typed(advice), check=True)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert "chmod" not in refused(errno.EACCES, str(folder / "new.mp4"))


def test_the_folder_that_cannot_be_entered_is_named_and_none_below_it(
    bound: None, tmp_path: Path
) -> None:
    inner = put(tmp_path / "closed/film/scene.mp4", b"x")
    (tmp_path / "closed").chmod(0o600)
    assert typed(refused(errno.EACCES, str(inner)))[2:] == [str(tmp_path / "closed")]
    (tmp_path / "closed").chmod(0o700)


def test_a_file_that_may_not_be_read_is_named(bound: None, tmp_path: Path) -> None:
    file = put(tmp_path / "scene.mp4", b"x")
    file.chmod(0)
    assert typed(refused(errno.EACCES, os.fsencode(file)))[2:] == [str(file)]


def test_each_side_of_a_rename_is_looked_at(bound: None, tmp_path: Path) -> None:
    one, two = put(tmp_path / "one/a", b"x"), tmp_path / "two"
    two.mkdir()
    two.chmod(0o555)
    assert typed(refused(errno.EACCES, str(one), two / "a"))[2:] == [str(two)]
    two.chmod(0o755)


def test_what_is_another_users_is_shown_and_never_taken(
    bound: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o555)
    monkeypatch.setattr(refusal, "_is_ours", lambda path: False)
    advice = refused(errno.EACCES, str(folder / "new"))
    assert f"ls -ld {folder}" in advice
    assert "chmod" not in advice
    assert "sudo" not in advice
    folder.chmod(0o755)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_where_all_seems_allowed_there_is_a_command_that_shows_more(
    bound: None, tmp_path: Path, number: int
) -> None:
    advice = refused(number, str(tmp_path / "film.mp4"))
    assert f"ls -ld {tmp_path}" in advice
    assert ("lsattr" in advice) == (number == errno.EPERM and os.uname().sysname == "Linux")


def test_a_file_system_that_is_read_only_is_named_by_its_place(tmp_path: Path) -> None:
    advice = refused(errno.EROFS, str(tmp_path / "nowhere/film.mp4"))
    place = Path(shlex.split(advice)[0])
    assert place.is_mount()
    assert tmp_path.is_relative_to(place)
    assert f"sudo mount -o remount,rw {shlex.quote(str(place))}" in advice or os.name != "posix"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
@pytest.mark.parametrize("path", [None, 7, "red \x1b[31m", os.fsdecode(b"\xff")])
def test_there_is_something_to_type_where_no_path_can_be_shown(number: int, path: object) -> None:
    advice = refused(number, path)
    assert advice.isprintable()
    assert any(word in advice for word in ("ls -ld DIR", "df DIR", "sudo mount "))


def test_nothing_is_said_of_other_errors() -> None:
    assert refusal.to_type(OSError(errno.ENOSPC, "full", "film.mp4")) == ""
    assert disk.advice_for(OSError(errno.EBADF, "closed")) == ""


@binding
def test_a_real_folder_that_may_not_be_written_in_is_opened_by_what_is_typed(
    tmp_path: Path,
) -> None:
    run = RunDirectory(begin(tmp_path, 1))
    run.root.chmod(0o555)
    with pytest.raises(MachineError) as caught, run.locked("a test"):
        pass
    subprocess.run(typed(caught.value.advice), check=True)
    with run.locked("a test"):
        pass


def test_a_folder_that_was_looked_at_before_it_was_paid_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: None
) -> None:
    run = RunDirectory(begin(tmp_path, 1))
    run.root.chmod(0o555)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(os, "supports_effective_ids", {os.access})
    with pytest.raises(MachineError, match="cannot write in") as caught:
        run.can_write("scene_1.mp4")
    run.root.chmod(0o755)
    assert typed(caught.value.advice) == ["chmod", "u+rwX", str(run.root)]


@pytest.mark.parametrize("words", ["Permission denied", "Read-only file system"])
def test_what_ffmpeg_may_not_write_is_told_with_what_to_type(tmp_path: Path, words: str) -> None:
    with pytest.raises(MachineError) as caught:
        check_machine(Ended(code=1, words=f"out.mp4: {words}"), tmp_path / "out.mp4")
    assert caught.value.advice
    assert any(each in caught.value.advice for each in ("ls -ld", "mount"))
