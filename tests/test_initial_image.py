"""A picture that was given for a clip is not lost by a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vidgen_core import layout
from vidgen_core.journal import read_ledger

from .command_line import environment, vidgen
from .run_directories import TS, add_scene, begin, picture, put

OPTIONS = ("--engine", "local", "--skip-narration", "--skip-sound-effects")
CLIP = f"scene_2_all_vid_{TS}/scene_2_vid_1_{TS}.mp4"
IMAGE = f"initial_image_{TS}.png"

DIES = """
import os, sys
from vidgen_core.cli import main
from vidgen_core.rundir import RunDirectory

write = RunDirectory.write_state

def write_and_die(run, relative, content):
    if relative == {name!r} and {before}:
        os._exit(9)
    write(run, relative, content)
    if relative == {name!r}:
        os._exit(9)

RunDirectory.write_state = write_and_die
sys.exit(main(sys.argv[1:]))
"""


def die(root: Path, *, before: bool) -> None:
    """Give a picture for scene 2, and die at the first write of the run's settings."""
    given = put(root.parent / "mine.jpg", picture(3))
    program = DIES.format(name=layout.SETTINGS, before=before)
    ended = subprocess.run(
        [sys.executable, "-c", program, "continue", root, *OPTIONS, "--initial-image-path", given],
        env=environment(root.parent),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 9, ended.stderr
    given.unlink()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    return root


def test_killed_after_the_settings_are_saved_the_clip_still_starts_from_the_picture(
    root: Path,
) -> None:
    die(root, before=False)
    ended = vidgen("continue", root, home=root.parent)
    assert ended.code == 0, ended.err
    assert list(read_ledger(root).published[CLIP].inputs) == [IMAGE]


def test_the_picture_is_there_before_anything_says_which_clip_it_starts(root: Path) -> None:
    die(root, before=True)
    assert (root / IMAGE).is_file()
    assert not (root / layout.SETTINGS).exists()


def test_a_picture_that_was_brought_in_counts_as_made(root: Path) -> None:
    given = put(root.parent / "mine.jpg", picture(3))
    words = ("continue", root, *OPTIONS, "--initial-image-path", given, "--json")
    ended = vidgen(*words, home=root.parent)
    assert ended.code == 0, ended.err
    assert ended.json["made"][:2] == [IMAGE, CLIP]
    assert list(read_ledger(root).published[CLIP].inputs) == [IMAGE]
