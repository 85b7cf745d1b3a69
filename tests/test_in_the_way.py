"""What has the name of vidgen's own folder or lock is named, with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core import layout
from vidgen_core.errors import MachineError
from vidgen_core.rundir import RunDirectory

from .command_line import vidgen
from .run_directories import begin, everything

Maker = Callable[[Path], object]


def link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def link_to_a_file(path: Path) -> None:
    (path.parent / "theirs").touch()
    path.symlink_to("theirs")


LOCKS: dict[str, tuple[Maker, str]] = {
    "folder": (lambda path: path.mkdir(), "is a folder, and vidgen keeps a file of that name"),
    "link": (link, "is a link, and vidgen keeps a file of that name"),
    "link to a file": (link_to_a_file, "is a link, and vidgen keeps a file of that name"),
    "pipe": (os.mkfifo, "is a special file, and vidgen keeps a file of that name"),
}
STATES: dict[str, tuple[Maker, str]] = {
    "file": (lambda path: path.touch(), "is a file, and vidgen keeps a folder of that name"),
    "link": (link, "is a link, and vidgen keeps a folder of that name"),
    "link to a file": (link_to_a_file, "is a link, and vidgen keeps a folder of that name"),
    "link to itself": (
        lambda path: path.symlink_to(path.name),
        "is a link, and vidgen keeps a folder of that name",
    ),
}


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_of_another_kind_is_named(tmp_path: Path, kind: str) -> None:
    run = RunDirectory(begin(tmp_path, 1))
    lock = run.path(layout.LOCK)
    lock.parent.mkdir()
    make, said = LOCKS[kind]
    make(lock)
    with pytest.raises(MachineError) as caught, run.locked("x"):
        pass
    assert caught.value.message == f"{lock} {said}"
    assert caught.value.advice == f"move it away: mv {lock} {lock}.old"
    assert not (lock.parent / "nowhere").exists()


@pytest.mark.parametrize("command", ["status", "continue"])
@pytest.mark.parametrize("kind", STATES)
def test_a_state_folder_of_another_kind_is_named_before_anything_in_it(
    tmp_path: Path, kind: str, command: str
) -> None:
    root = begin(tmp_path, 1)
    make, said = STATES[kind]
    make(root / layout.STATE)
    before = everything(root)
    ended = vidgen(command, root, home=tmp_path)
    assert ended.code == 9
    assert f"{root}/.vidgen {said}" in ended.err
    assert ended.last == f"move it away: mv {root}/.vidgen {root}/.vidgen.old"
    assert everything(root) == before


def test_a_state_folder_elsewhere_is_named_and_not_the_settings_in_it(tmp_path: Path) -> None:
    root, elsewhere = begin(tmp_path, 1), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "settings.toml").touch()
    (root / layout.STATE).symlink_to(elsewhere)
    ended = vidgen("continue", root, home=tmp_path)
    assert ended.code == 9
    assert f".vidgen is a link that leaves {root}" in ended.err
    assert ended.last == f"replace the link {root}/.vidgen by a real folder"


@pytest.mark.parametrize("name", [layout.TEMPORARY, layout.REPLACED, layout.REQUESTS])
def test_a_file_in_place_of_another_folder_of_vidgens_is_named(tmp_path: Path, name: str) -> None:
    run = RunDirectory(begin(tmp_path, 1))
    run.path(layout.STATE).mkdir()
    run.path(name).touch()
    with pytest.raises(MachineError, match=f"{name} is a file, and vidgen keeps a folder"):
        run.may_write(f"{name}/x")
