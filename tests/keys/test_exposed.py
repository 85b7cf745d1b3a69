"""A project's ``.env`` that others may come to read is named, with what to type."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from vidgen_core.keys import held_key
from vidgen_core.keys.git_index import is_tracked

git_needed = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has other means than modes")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, timeout=60)


def write(path: Path, text: str = "FAL_KEY=abc\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def exposures() -> list[str]:
    held = held_key(("FAL_KEY",))
    assert held is not None
    return [str(each) for each in held.exposures]


@posix
@pytest.mark.parametrize(("mode", "open_"), [(0o644, True), (0o604, True), (0o640, False)])
def test_a_file_that_every_user_can_read_is_named(mode: int, open_: bool) -> None:
    path = write(Path.cwd() / ".env", mode=mode)
    said = [f"{path} holds a key, and every user of this machine can read it: chmod 600 {path}"]
    assert exposures() == (said if open_ else [])


@posix
def test_a_file_without_a_key_that_is_asked_for_is_no_matter() -> None:
    write(Path.cwd() / ".env", "OTHER=1\n", 0o644)
    assert held_key(("FAL_KEY",)) is None


def test_a_key_from_the_environment_is_not_exposed_by_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(Path.cwd() / ".env", mode=0o644)
    monkeypatch.setenv("FAL_KEY", "abc")
    assert exposures() == []


@git_needed
def test_a_file_that_git_keeps_is_named_until_it_is_taken_out() -> None:
    work = Path.cwd()
    git(work, "init", "-q")
    path = write(work / ".env")
    assert exposures() == []
    git(work, "add", ".env")
    (said,) = exposures()
    assert f"git keeps it: git rm --cached {path}" in said
    git(work, "rm", "-q", "--cached", ".env")
    assert exposures() == []


@git_needed
@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_every_kind_of_index_is_read(tmp_path: Path, version: str, form: str) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "-q", f"--object-format={form}")
    git(repository, "config", "index.version", version)
    chance = random.Random(7)
    names = {
        "/".join("ab"[chance.randrange(2)] * chance.randrange(1, 40) for _ in range(depth))
        for depth in (1, 2, 3, 4)
        for _ in range(12)
    }
    files = [write(repository / f"{name}.d" / ".env") for name in sorted(names)]
    kept, left = files[::2], files[1::2]
    git(repository, "add", *map(str, kept))
    if version == "3":  # what git writes only where an entry needs it
        write(repository / "later")
        git(repository, "add", "--intent-to-add", "later")
    git(repository, "update-index", "--index-version", version)
    assert (repository / ".git/index").read_bytes()[7] == int(version)
    assert [is_tracked(path) for path in kept] == [True] * len(kept)
    assert [is_tracked(path) for path in left] == [False] * len(left)


@git_needed
def test_a_worktree_has_an_index_of_its_own(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "-q")
    write(repository / ".env")
    git(repository, "add", ".env")
    git(repository, "commit", "-q", "-m", "one")
    git(repository, "worktree", "add", "-q", str(tmp_path / "other"))
    assert is_tracked(tmp_path / "other" / ".env")
    git(tmp_path / "other", "rm", "-q", "--cached", ".env")
    assert not is_tracked(tmp_path / "other" / ".env")
    assert is_tracked(repository / ".env")


@pytest.mark.parametrize(
    "index", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\5.env\0", b"DIRC\0\0\0\4\0\0\0\1", b"nonsense" * 9]
)
def test_an_index_that_cannot_be_read_breaks_nothing(tmp_path: Path, index: bytes) -> None:
    (tmp_path / "it" / ".git").mkdir(parents=True)
    (tmp_path / "it" / ".git" / "index").write_bytes(index)
    assert not is_tracked(write(tmp_path / "it" / ".env"))


def test_outside_of_a_repository_nothing_is_kept_by_git(tmp_path: Path) -> None:
    write(tmp_path / "it" / ".git", "gitdir: nowhere\n")
    assert not is_tracked(write(tmp_path / "it" / ".env"))
    assert not is_tracked(write(tmp_path / "else" / ".env"))
