"""A scenes file that is missing, unclear or wrong is refused with its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .command_line import WITH_LOCAL, refused, vidgen
from .extent import some
from .run_directories import FPS, add_clip, add_scene, begin, everything, frames, put, scene_object
from .run_paths import OTHER_TS, TS

# which JSON ----------------------------------------------------------------


def test_without_a_scenes_json_the_error_names_what_was_looked_at(tmp_path: Path) -> None:
    root = tmp_path / f"video_{TS}"
    put(root / "notes.json", b'{"a": 1}')
    put(root / f"scene_physical_environment_{TS}.json", b'[{"scene_physical_environment": "x"}]')
    before = everything(root)
    said = refused(vidgen("continue", root, *WITH_LOCAL, home=tmp_path), 8)
    assert "notes.json (other, 1 items)" in said
    assert f"scene_physical_environment_{TS}.json (physical environments, 1 items)" in said
    assert "--list-json-files" in said
    assert everything(root) == before


@pytest.mark.parametrize("command", ["continue", "status"])
def test_the_list_of_json_files_comes_first_even_where_none_has_scenes(
    command: str, tmp_path: Path
) -> None:
    root = tmp_path / f"video_{TS}"
    put(root / "notes.json", b'{"a": 1}')
    ended = vidgen(command, root, "--list-json-files", home=tmp_path)
    assert ended.code == 8
    assert ended.out.split() == ["notes.json", "other", "8", "bytes", "1", "item"]


def test_an_empty_directory_has_no_scenes(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no JSON file" in refused(vidgen("continue", "empty", home=tmp_path), 8)


def test_the_last_modified_of_several_scenes_files_is_taken_and_said(tmp_path: Path) -> None:
    root = begin(tmp_path, 1, name="a film")
    add_scene(root, 1)
    newer = put(root / f"scenes_{OTHER_TS}.json", (root / f"scenes_{TS}.json").read_bytes())
    os.utime(root / f"scenes_{TS}.json", (1_600_000_000, 1_600_000_000))
    os.utime(newer, (1_700_000_000, 1_700_000_000))
    ended = vidgen("status", root, "--json", home=tmp_path)
    assert ended.json["scenes_file"] == newer.name
    assert "modified last" in ended.json["scenes_file_reason"]


def test_metadata_without_environments_is_better_than_nothing(tmp_path: Path) -> None:
    root = tmp_path / f"video_{TS}"
    bare = {"scene_number": 1, "scene_duration": 1}
    put(root / f"scene_metadata_no_env_{TS}.json", json.dumps([bare]).encode())
    add_scene(root, 1)
    ended = vidgen("continue", root, "--skip-narration", home=tmp_path)
    assert ended.code == 0, ended.err
    assert "it holds scene metadata" in ended.words


# the scenes in it ----------------------------------------------------------

BAD_SCENES = {
    "cut off": (b'[{"scene_number": 1', "line 1, column 20"),
    "a web page": (b"<html></html>", "line 1, column 1"),
    "not a number": (b'[{"scene_number": 1, "scene_duration": NaN}]', "NaN"),
    "a key twice": (b'[{"scene_number": 1, "scene_number": 2}]', "line 1, column 22"),
    "too deep": (b"[" * 5000 + b"]" * 5000, "line 1"),
    "too large": (b"[" + b" " * 5_000_001 + b"]", "5"),
    "nothing": (b"", "empty"),
    "no scene": (b"[]", "scene"),
    "no list": (b"42", "scene"),
    "zero": (b'[{"scene_number": 0}]', "0"),
    "negative": (b'[{"scene_number": -1}]', "-1"),
    "true": (b'[{"scene_number": true}]', "true"),
    "a fraction": (b'[{"scene_number": 1.5}]', "1.5"),
    "twice the same": (b'[{"scene_number": 1}, {"scene_number": "1"}]', "1"),
    "full-width": ('[{"scene_number": "１"}]'.encode(), "scene_number"),
    "no number": (b'[{"scene_name": "a"}]', "scene_number"),
    "endless": (b'[{"scene_number": 1, "scene_duration": 1e999}]', "line 1, column 40"),
    "no time": (b'[{"scene_number": 1, "scene_duration": 0}]', "scene_duration"),
    "a word": (b'[{"scene_number": 1, "scene_duration": "long"}]', "scene_duration"),
    "not UTF-8": (b'[{"scene_number": 1, "scene_name": "\xff"}]', "UTF-8"),
}


@pytest.mark.parametrize("fault", some([*BAD_SCENES], 4))
def test_scenes_that_cannot_be_read_are_refused_with_the_place(fault: str, tmp_path: Path) -> None:
    content, place = BAD_SCENES[fault]
    root = tmp_path / f"video_{TS}"
    put(root / f"scenes_{TS}.json", content)
    said = refused(vidgen("continue", root, *WITH_LOCAL, home=tmp_path), 8)
    assert f"scenes_{TS}.json" in said
    assert place in said
    assert [path.name for path in root.iterdir()] == [f"scenes_{TS}.json"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_other_editors_are_read(encoding: str, tmp_path: Path) -> None:
    root = tmp_path / f"video_{TS}"
    put(root / f"scenes_{TS}.json", json.dumps([scene_object(1)]).encode(encoding))
    assert vidgen("status", root, "--json", home=tmp_path).json["scenes"][0]["number"] == 1


def test_no_scene_number_in_common_stops(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 7)
    add_scene(root, 8)
    before = everything(root)
    said = refused(vidgen("continue", root, *WITH_LOCAL, home=tmp_path), 8)
    assert "the scenes file has scenes 1–2, the videos are of scenes 7–8" in said
    assert everything(root) == before


def test_scenes_that_are_not_in_the_scenes_file_are_listed_and_left_alone(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    stranger = add_scene(root, 9)
    clip = add_clip(root, 9, 1)
    before = {path: seen for path, seen in everything(root).items() if b"scene_9" in path}
    ended = vidgen("continue", root, *WITH_LOCAL, home=tmp_path)
    assert ended.code == 0, ended.err
    assert "left alone" in ended.words
    assert stranger.name in ended.words
    assert clip.name in ended.words
    after = everything(root)
    assert {path: after[path] for path in before} == before
    assert len(frames(root / f"final_video_{TS}.mp4")) == FPS
