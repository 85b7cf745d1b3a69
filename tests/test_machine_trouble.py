"""A machine that stands in the way: a clear error, no traceback, no file lost."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vidgen_core.rundir import RunDirectory

from .command_line import WITH_LOCAL, Ended, refused, vidgen
from .run_directories import (
    add_scene,
    begin,
    colour,
    contents,
    everything,
    frames,
    is_near,
    picture,
    put,
)
from .run_paths import TS


def test_a_directory_that_another_run_holds(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    with RunDirectory(root).locked("vidgen continue somewhere"):
        before = contents(root)
        said = refused(vidgen("continue", root, *WITH_LOCAL, home=tmp_path), 7)
        assert contents(root) == before
        looked = vidgen("status", root, home=tmp_path)
    assert f"pid {os.getpid()} on " in said
    assert "since" in said
    assert "vidgen continue somewhere" in said
    assert looked.code == 0


def test_an_ffmpeg_that_is_none(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    environ = {"VIDGEN_FFMPEG": "/nowhere/ffmpeg"}
    ended = vidgen("continue", root, *WITH_LOCAL, home=tmp_path, environ=environ)
    assert "/nowhere/ffmpeg" in refused(ended, 9)
    assert ended.last.startswith("not finished: ")
    assert "nothing was charged" in ended.last
    assert ended.last.endswith(f"to go on: vidgen continue {root}")


def without_power() -> None:
    """Take root's power over permissions from this process and the programs that it starts."""
    if os.geteuid() != 0:
        return
    library = ctypes.CDLL(None, use_errno=True)
    for power in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if library.prctl(24, power, 0, 0, 0):  # PR_CAPBSET_DROP
            raise OSError(ctypes.get_errno(), "prctl")


@pytest.fixture
def bounded(tmp_path: Path) -> Callable[..., Ended]:
    """Return a function that runs the command as a user whom permissions bind."""
    if os.name != "posix" or (os.geteuid() == 0 and not sys.platform.startswith("linux")):
        pytest.skip("permissions do not bind this user")

    def run(*arguments: str | Path) -> Ended:
        return vidgen(*arguments, home=tmp_path, preexec_fn=without_power)

    try:
        run("--version")
    except subprocess.SubprocessError:
        pytest.skip("root cannot give up its power over permissions here")
    return run


@contextmanager
def permitted(path: Path, mode: int) -> Iterator[None]:
    """Give *path* other permissions for a while."""
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(0o755)


@pytest.mark.parametrize("command", ["continue", "status"])
def test_a_directory_that_may_not_be_read(
    command: str, bounded: Callable[..., Ended], tmp_path: Path
) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    with permitted(root, 0):
        said = refused(bounded(command, root), 9)
    assert str(root) in said
    assert "Permission denied" in said


def test_a_directory_below_one_that_may_not_be_entered(
    bounded: Callable[..., Ended], tmp_path: Path
) -> None:
    root = begin(tmp_path / "closed", 1)
    with permitted(tmp_path / "closed", 0):
        said = refused(bounded("continue", root), 9)
    assert "Permission denied" in said


def test_a_directory_that_may_not_be_written(bounded: Callable[..., Ended], tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    with permitted(root, 0o555):
        before = everything(root)
        said = refused(bounded("continue", root), 9)
        assert everything(root) == before
        assert bounded("status", root).code == 0
    assert str(root) in said
    assert "Permission denied" in said


def test_a_video_that_may_not_be_read_is_not_taken_for_a_broken_one(
    bounded: Callable[..., Ended], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    scene = add_scene(root, 1)
    with permitted(scene, 0):
        said = refused(bounded("continue", root, *WITH_LOCAL), 9)
    assert scene.name in said
    assert list(root.glob("scene_2*")) == []


def test_a_link_that_leaves_the_directory_is_not_written_through(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / f"scene_2_all_vid_{TS}").symlink_to(outside, target_is_directory=True)
    ended = vidgen("continue", root, *WITH_LOCAL, home=tmp_path)
    assert "nothing is written through it" in refused(ended, 9)
    assert list(outside.iterdir()) == []


def test_a_picture_that_is_none_is_no_picture(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    frame = root / f"scene_1_all_vid_{TS}" / "scene_1_last_frame.jpg"
    put(frame, picture(1)[:200])
    ended = vidgen("continue", root, *WITH_LOCAL, home=tmp_path)
    assert ended.code == 0, ended.err
    assert "scene_1_last_frame.jpg is broken" in ended.words
    assert is_near(frames(root / f"scene_2_{TS}.mp4")[0], colour(1), 14)


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    put(root / ".vidgen" / "settings.toml", b"engine = ")
    said = refused(vidgen("continue", root, home=tmp_path), 2)
    assert "settings.toml" in said


def test_other_state_of_vidgens_own_that_is_damaged_costs_no_file(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    add_scene(root, 2)
    assert vidgen("continue", root, home=tmp_path).code == 0
    film = root / f"final_video_{TS}.mp4"
    film.unlink()
    for name in ("probes.json", "patterns.json"):
        put(root / ".vidgen" / name, b'{"schema": [')
    content = contents(root)
    ended = vidgen("continue", root, home=tmp_path)
    assert ended.code == 0, ended.err
    assert {**contents(root), film.name: ""} == {**content, film.name: ""}
