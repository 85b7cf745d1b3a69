"""``--draft``: the whole film for nothing, in a folder that counts for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from .command_line import PICTURES_ONLY, vidgen
from .generate_runs import generate, script_file, the_run
from .run_directories import add_scene, begin, contents, put
from .run_paths import FILM, TS

pytest.importorskip("vidgen_local")

QUICKLY = (*PICTURES_ONLY, "--set", "resolution=96x64")


def test_a_draft_is_a_whole_film_and_the_run_stays_as_it_was(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = contents(root)
    ended = vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    assert ended.out == f"{root / 'draft' / FILM}\n"
    after = contents(root)
    assert before.items() <= after.items()
    assert {name.partition("/")[0] for name in after.keys() - before.keys()} == {"draft"}


def test_nothing_of_a_draft_counts_for_the_run(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    state = vidgen("status", root, "--json", home=tmp_path).json
    assert not state["finished"]
    assert [scene["complete"] for scene in state["scenes"]] == [False, False]
    assert not [task for task in state["tasks"] if task["path"].startswith("draft/")]


def test_a_draft_follows_the_words_of_its_run(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    (scenes,) = root.glob("scenes_*.json")
    changed = scenes.read_text().replace('"scene_name": "', '"scene_name": "New ')
    scenes.write_text(changed)
    ended = vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    assert (root / "draft" / scenes.name).read_text() == changed


def test_a_generated_draft_leaves_the_film_itself_to_be_made(tmp_path: Path) -> None:
    ended = generate(tmp_path, script_file(tmp_path), "--draft", "--metadata-only")
    assert ended.code == 0, ended.err
    root = the_run(tmp_path)
    assert ended.out == f"{root / 'draft'}\n"
    assert not list(root.glob("scenes_*.json"))
    assert list((root / "draft").glob("scenes_*.json"))


def test_a_dry_run_of_a_draft_writes_nothing(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    before = contents(root)
    ended = vidgen("continue", root, "--draft", "--dry-run", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    assert "make scene 1 clip 1" in ended.out
    assert contents(root) == before
    assert not (root / "draft").exists()


def test_a_draft_is_planned_as_it_is_made(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    words = ("continue", root, "--draft", "--dry-run", "--json", *QUICKLY)
    foreseen = vidgen(*words, home=tmp_path).json
    assert foreseen["directory"] == str(root / "draft")
    put(root / "draft" / f"scenes_{TS}.json", (root / f"scenes_{TS}.json").read_bytes())
    planned = vidgen(*words, home=tmp_path).json
    assert foreseen["tasks"] == planned["tasks"]
    assert foreseen["timestamp"] == planned["timestamp"] == TS
