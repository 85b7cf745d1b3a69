"""What lies in ``.vidgen`` is not trusted: nothing there can hang, crash or mislead a command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .command_line import PICTURES_ONLY, environment, vidgen
from .run_directories import add_scene, begin
from .run_paths import TS


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    root = begin(tmp_path, 2)
    for scene in (1, 2):
        add_scene(root, scene)
    ended = vidgen("continue", root, *PICTURES_ONLY, home=tmp_path)
    assert ended.code == 0
    return root


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_the_patterns_is_not_waited_for(
    finished: Path, tmp_path: Path
) -> None:
    os.mkfifo(finished / ".vidgen/patterns.json")
    assert vidgen("status", finished, home=tmp_path, timeout=30).code == 0


@pytest.mark.parametrize("content", ["[" * 100_000, "{}", "null", '{"patterns": [{"step": 3}]}'])
def test_patterns_that_make_no_sense_count_as_none(
    content: str, finished: Path, tmp_path: Path
) -> None:
    (finished / ".vidgen/patterns.json").write_text(content)
    assert vidgen("continue", finished, home=tmp_path).code == 0


def test_a_pattern_that_leads_out_of_the_directory_counts_for_nothing(
    finished: Path, tmp_path: Path
) -> None:
    entry = {"step": "clip", "pattern": "../{scene}_{clip}_{timestamp}.mp4", "probe": "video"}
    (finished / ".vidgen/patterns.json").write_text(json.dumps({"patterns": [entry]}))
    assert vidgen("continue", finished, home=tmp_path).code == 0


def test_settings_nested_beyond_reason_are_refused_with_their_place(
    finished: Path, tmp_path: Path
) -> None:
    (finished / ".vidgen/settings.toml").write_text(f"[{'.'.join('a' * 500)}]\n")
    ended = vidgen("continue", finished, home=tmp_path)
    assert ended.code == 2
    assert "settings.toml: it is nested too deeply" in ended.words


def test_a_cache_that_cannot_be_written_hides_nothing(finished: Path, tmp_path: Path) -> None:
    (finished / ".vidgen/probes.json").unlink()
    (finished / ".vidgen/probes.json").mkdir()
    (finished / f"final_video_{TS}.mp4").unlink()
    ended = vidgen("continue", finished, home=tmp_path)
    assert ended.code == 0
    assert ended.out.endswith(f"final_video_{TS}.mp4\n")
    assert "what was probed is not remembered" in ended.words


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_is_no_bug(closed: int, finished: Path, tmp_path: Path) -> None:
    command = f'exec "$0" -m vidgen_core continue "$1" {closed}>&-'
    ended = subprocess.run(
        ["sh", "-c", command, sys.executable, str(finished)],
        env=environment(tmp_path),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0


def test_a_broken_initial_image_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    (tmp_path / "bad.jpg").write_text("not a picture")
    image = tmp_path / "bad.jpg"
    more = ("--engine", "local", "--initial-image-path", image)
    ended = vidgen("continue", root, *more, home=tmp_path)
    assert ended.code == 2
    assert "is no whole picture" in ended.words
    assert not (root / ".vidgen").exists()


def test_the_list_of_json_files_comes_as_json_also_without_a_scenes_file(tmp_path: Path) -> None:
    (tmp_path / f"video_{TS}").mkdir()
    (tmp_path / f"video_{TS}" / "other.json").write_text("{}")
    ended = vidgen(
        "continue", tmp_path / f"video_{TS}", "--json", "--list-json-files", home=tmp_path
    )
    assert ended.code == 8
    assert ended.json["json_files"][0]["path"] == "other.json"


def test_a_foreign_film_that_is_shorter_than_its_scenes_is_pointed_out(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    for scene in (1, 2, 3):
        video = add_scene(root, scene)
    (root / f"final_video_{TS}.mp4").write_bytes(video.read_bytes())
    ended = vidgen("continue", root, home=tmp_path)
    assert "lasts 1.0 s and its scenes 3.0 s" in ended.words
