"""``--frame-host`` and ``--require-continuity``: what the user is told before any money goes."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from .command_line import PICTURES_ONLY, refused, vidgen
from .run_directories import add_scene, begin, everything, picture, put
from .run_paths import first_frame_path

PLUGIN = """
from vidgen_core import FrameHostSpec, Price, VideoEngineSpec, hookimpl

def never(context):
    raise RuntimeError("nothing may be made here")

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="moon", summary="a service", factory=never, lengths=(1,),
        abilities={"pictures-by-url"}, price=lambda request, options: Price(low=0.5, high=0.5),
    )

@hookimpl
def vidgen_frame_hosts():
    yield FrameHostSpec(name="shelf", summary="a host", factory=never, keys=("SHELF_KEY",))
"""

MOON = ("--engine", "moon", *PICTURES_ONLY)


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """The environment in which an engine that needs URLs and a frame host are installed."""
    site = tmp_path / "site"
    put(site / "moon.py", textwrap.dedent(PLUGIN).encode())
    facts = site / "vidgen_moon-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-moon\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\nmoon = moon\n")
    places = [str(Path(__file__).parents[1]), str(site)]
    return {"PYTHONPATH": os.pathsep.join(places)}


def test_the_dry_run_says_which_clip_loses_continuity(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    ended = vidgen("continue", root, *MOON, "--dry-run", home=tmp_path, environ=plugin)
    assert ended.code == 0
    said = " ".join((ended.out + ended.err).split())
    assert "make scene 2 clip 1 (1 s) with moon, $0.50: moon takes pictures by URL only" in said
    assert "it starts without a picture; --frame-host NAME" in said


def test_the_dry_run_says_what_is_given_to_the_frame_host(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    plugin = plugin | {"SHELF_KEY": "x"}
    words = (*MOON, "--frame-host", "shelf", "--dry-run")
    ended = vidgen("continue", root, *words, home=tmp_path, environ=plugin)
    assert ended.code == 0
    assert "shelf gives scene_1_all_vid" in ended.out + ended.err


@pytest.mark.parametrize("words", [("--yes",), ("--dry-run",)])
def test_a_first_frame_without_a_host_ends_with_2_and_nothing_is_written(
    plugin: dict[str, str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    put(root / first_frame_path(2), picture(1))
    before = everything(root)
    said = refused(vidgen("continue", root, *MOON, *words, home=tmp_path, environ=plugin), 2)
    assert first_frame_path(2) in said
    assert "--frame-host NAME; installed: " in said
    assert "shelf (SHELF_KEY is not set)" in said
    assert everything(root) == before


def test_a_named_picture_ends_a_new_film_before_it_is_begun(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    script = put(tmp_path / "script.txt", b"A boat comes in.")
    image = put(tmp_path / "boat.jpg", picture(1))
    words = ("generate", script, *MOON, "--initial-image-path", image, "--yes")
    said = refused(vidgen(*words, home=tmp_path, environ=plugin), 2)
    assert "boat.jpg" in said
    assert not (tmp_path / "generated_videos").exists()


def test_continuity_that_is_required_ends_with_2_and_names_the_clips(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    before = everything(root)
    words = ("continue", root, *MOON, "--require-continuity", "--yes")
    said = refused(vidgen(*words, home=tmp_path, environ=plugin), 2)
    assert "scene 2 clip 1" in said
    assert everything(root) == before


def test_a_hosts_missing_key_ends_with_4_before_anything_is_bought(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    words = ("continue", root, *MOON, "--frame-host", "shelf", "--yes")
    said = refused(vidgen(*words, home=tmp_path, environ=plugin), 4)
    assert "SHELF_KEY is not set" in said


def test_plugins_lists_frame_hosts(plugin: dict[str, str], tmp_path: Path) -> None:
    out = vidgen("plugins", home=tmp_path, environ=plugin).out
    (line,) = [line for line in out.splitlines() if line.startswith("shelf")]
    assert "frame host" in line
    assert "SHELF_KEY is not set" in line
