"""What is missing and cannot be made: what stands in the way, and what to type next."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from .command_line import refused, vidgen
from .run_directories import (
    FPS,
    add_clip,
    add_scene,
    begin,
    colour,
    everything,
    frames,
    is_near,
    put,
    video,
)
from .run_paths import TS


def test_clips_are_missing_and_no_engine_is_named(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    said = refused(vidgen("continue", root, home=tmp_path), 2)
    assert "clips are missing" in said
    assert "--engine NAME" in said
    assert "local (needs no key)" in said
    assert everything(root) == before


PLUGIN = """
from vidgen_core import BadOutput, Price, VideoEngineSpec, hookimpl

class Engine:
    def __init__(self, context):
        self.key = context.key

    def render(self, request, into, progress):
        if request.scene.number == 3:
            raise BadOutput("the picture came out black", billed="no")
        raise RuntimeError("a slip of the pen")

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="dear", summary="a service", factory=Engine, lengths=(5,),
        keys=("DEAR_API_KEY", "DEAR_KEY"),
        price=lambda request, options: Price(low=0.5, high=0.5),
    )
    yield VideoEngineSpec(name="clumsy", summary="fails", factory=Engine, lengths=(5,))
"""


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """The environment in which a distribution with a paid and a faulty engine is installed."""
    site = tmp_path / "site"
    put(site / "dear.py", textwrap.dedent(PLUGIN).encode())
    facts = site / "vidgen_dear-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-dear\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\ndear = dear\n")
    places = [str(Path(__file__).parents[1]), str(site)]
    return {"PYTHONPATH": os.pathsep.join(places)}


def test_a_missing_key_is_named_before_anything_starts(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    ended = vidgen("continue", root, "--engine", "dear", "--yes", home=tmp_path, environ=plugin)
    said = refused(ended, 4)
    assert "video engine dear needs a key, and DEAR_API_KEY or DEAR_KEY is not set" in said
    assert everything(root) == before
    bare = vidgen("continue", root, home=tmp_path, environ=plugin | {"DEAR_KEY": "k-123"})
    said = refused(bare, 2)
    assert "dear (DEAR_API_KEY is set)" not in said
    assert "dear (" in said
    assert "k-123" not in said


def test_a_new_film_asks_for_key_and_consent_before_it_has_a_directory(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    script = put(tmp_path / "script.txt", b"A boat.")
    words = ("generate", script, "--engine", "dear", "--max-scenes", "2")
    ended = vidgen(*words, "--yes", home=tmp_path, environ=plugin)
    assert "video engine dear needs a key" in refused(ended, 4)
    ended = vidgen(*words, home=tmp_path, environ=plugin | {"DEAR_KEY": "k-123"})
    said = refused(ended, 10)
    # Two scenes, of at most 24.8 s with their words, are ten clips of half a dollar each.
    assert "a whole film, price: at most $5.00; nothing was bought" in said
    assert not (tmp_path / "generated_videos").exists()


def test_a_dry_run_shows_plan_and_price_and_then_names_the_missing_key(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    words = ("continue", root, "--engine", "dear", "--dry-run")
    ended = vidgen(*words, home=tmp_path, environ=plugin)
    assert ended.code == 0
    assert "price: $0.50" in ended.out
    said = "video engine dear needs a key, and DEAR_API_KEY or DEAR_KEY is not set"
    assert said in ended.last
    told = vidgen(*words, "--json", home=tmp_path, environ=plugin).json
    assert said in told["notes"][-1]
    assert everything(root) == before


@pytest.mark.parametrize(
    "options", [("--seed", "5"), ("--set", "local.grain=2.0"), ("--engine", "clumsy")]
)
def test_options_without_effect_on_a_finished_film_are_named(
    options: tuple[str, ...], plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    put(root / f"final_video_{TS}.mp4", video(1))
    before = everything(root)
    for more in ((), ("--dry-run",)):
        ended = vidgen("continue", root, *options, *more, home=tmp_path, environ=plugin)
        assert ended.code == 0
        words = " ".join(options)
        assert f"without effect on a finished film, and not kept: {words}; to make" in ended.words
    plain = vidgen("continue", root, home=tmp_path, environ=plugin)
    assert "without effect" not in plain.err
    assert everything(root) == before


def test_status_names_the_engines_that_could_make_what_is_missing(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    ended = vidgen("status", root, home=tmp_path)
    assert ended.code == 0
    last = ended.out.splitlines()[-1]
    assert last.startswith("  choose one with --engine NAME; installed: local (needs no key)")


def test_a_preview_needs_no_engine(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    add_scene(root, 1)
    add_clip(root, 3, 1)
    ended = vidgen("continue", root, "--preview", home=tmp_path)
    said = refused(ended, 2)
    preview = root / ".vidgen" / "preview.mp4"
    assert f"preview: {preview}" in said
    assert "clips are missing, and they need a video engine" in said
    assert len(frames(preview)) == 2 * FPS


def test_of_a_film_that_is_finished_no_preview_is_made(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    add_scene(root, 2)
    options = ("--preview", "--skip-narration", "--skip-sound-effects")
    for _ in range(2):
        ended = vidgen("continue", root, *options, home=tmp_path)
        assert ended.code == 0, ended.err
        assert not (root / ".vidgen" / "preview.mp4").exists()


def test_money_is_not_spent_without_consent(plugin: dict[str, str], tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    environ = plugin | {"DEAR_KEY": "k-123"}
    ended = vidgen("continue", root, "--engine", "dear", home=tmp_path, environ=environ)
    said = refused(ended, 10)
    assert "1 paid piece of work, price: $0.50; nothing was bought" in said
    assert "--yes" in said
    assert everything(root) == before


def test_without_input_a_new_film_gets_its_free_words_and_says_how_to_go_on(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    script = put(tmp_path / "script.txt", b"A boat.")
    words = ("generate", script, "--engine", "dear", "--max-scenes", "1", "--skip-sound-effects")
    environ = plugin | {"DEAR_KEY": "k-123"}
    words += ("--skip-narration", "--patience", "60s", "--no-input")
    ended = vidgen(*words, home=tmp_path, environ=environ)
    said = refused(ended, 10)
    assert "dear, clips: at most $2.00, date of its prices unknown" in said
    (root,) = (tmp_path / "generated_videos").iterdir()
    assert list(root.glob("scenes_*.json"))
    assert "nothing was charged" in ended.last
    assert ended.last.endswith(f"; to go on: vidgen continue {root} --patience 60 --yes")


def test_a_paid_clip_with_a_near_miss_is_a_question(plugin: dict[str, str], tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    put(root / "scene_2_final cut.mp4", video(2))
    environ = plugin | {"DEAR_KEY": "k-123"}
    ended = vidgen("continue", root, "--engine", "dear", "--yes", home=tmp_path, environ=environ)
    said = refused(ended, 10)
    assert "scene_2_final cut.mp4 looks like its file" in said
    assert ended.last.startswith("not finished: scene 2 clip 1: ")
    assert "nothing was charged" in ended.last


def test_a_faulty_plugin_costs_its_own_clips_and_is_named(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_clip(root, 1, 1)
    ended = vidgen("continue", root, "--engine", "clumsy", home=tmp_path, environ=plugin)
    refused(ended, 3)
    assert "vidgen-dear 1.2: making scene 2 clip 1 raised RuntimeError: a slip" in ended.words
    assert ended.last.startswith("not finished: ")
    assert "nothing was charged" in ended.last
    assert ended.last.endswith(f"to go on: vidgen continue {root}")
    assert (root / f"scene_1_{TS}.mp4").is_file(), "the other scenes went on"
    assert not (root / f"final_video_{TS}.mp4").exists(), "a short film is no film"


def test_a_preview_shows_what_is_there_of_a_film_that_could_not_be_finished(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 3)
    add_scene(root, 1)
    add_clip(root, 3, 1)
    words = ("continue", root, "--engine", "clumsy", "--preview")
    ended = vidgen(*words, home=tmp_path, environ=plugin)
    refused(ended, 3)
    preview = root / ".vidgen" / "preview.mp4"
    assert f"preview: {preview}" in ended.words
    shown = frames(preview)
    assert len(shown) == 2 * FPS
    assert is_near(shown[0], colour(1))
    assert is_near(shown[FPS], colour(3))
    assert not (root / f"final_video_{TS}.mp4").exists()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--initial-image-path", "a.jpg", "--initial-image-prompt", "a bay"), "not allowed with"),
        (("--initial-image-path", "nothing.jpg"), "it does not exist"),
        (("--initial-image-prompt", "a bay"), "needs an image generator"),
        (("--first-frame-image-gen",), "needs an image generator"),
        (("--engine", "lokal"), "local"),
        (("--set", "local.grian=1"), "grain"),
        (("--set", "local.grain=much"), "local.grain"),
        (("--jobs", "0"), "whole number"),
        (("--enginee", "local"), "--engine"),
    ],
)
def test_options_that_make_no_sense_end_before_anything_is_written(
    options: tuple[str, ...], word: str, tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    assert word in refused(vidgen("continue", root, *options, home=tmp_path), 2)
    assert everything(root) == before


@pytest.mark.parametrize("what", ["nothing there", "a file"])
def test_a_directory_that_is_none(what: str, tmp_path: Path) -> None:
    put(tmp_path / "a file", b"")
    said = refused(vidgen("continue", what, home=tmp_path), 2)
    assert what in said
    assert "vidgen:" in said
