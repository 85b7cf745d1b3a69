"""Names that shells, ffmpeg and terminals read in their own way: every run continues."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from .command_line import WITH_LOCAL, vidgen
from .extent import some
from .run_directories import (
    FPS,
    add_scene,
    begin,
    clips_folder,
    colour,
    everything,
    frames,
    is_near,
    picture,
    put,
)
from .run_paths import TS

NAMES = {
    "spaces": " two  spaces ",
    "single quote": "grandma's film",
    "double quotes": 'the "best" one',
    "newline": "first line\nsecond line",
    "emoji": "🎬 a film 🌊",
    "leading dash": "-rf",
    "option": "--engine",
    "percent": "100%d of %04d %s",
    "protocol": "concat:a|b",
    "file url": "file:x",
    "brackets": "[0:v]{scene}(x)",
    "glob": "*?[a-z]",
    "backslash": "a\\b",
    "shell": "$(touch hacked); `touch hacked` & #",
    "semicolon and comma": "a;b,c=d@e",
    "escape": "red \x1b[31m text",
    "right to left": "\u202eמלף",
    "combining": "cafe\u0301",
    "bytes": os.fsdecode(b"caf\xe9 \xff\xfe"),
    "long": "x" * 200,
}


def makes(path: Path) -> bool:
    """Whether this file system takes such a name."""
    try:
        path.mkdir()
    except (OSError, ValueError):
        return False
    return True


@pytest.mark.parametrize("kind", some([*NAMES], 4))
def test_a_directory_and_files_of_that_name_continue(kind: str, tmp_path: Path) -> None:
    name = NAMES[kind]
    if not makes(tmp_path / name):
        pytest.skip("this file system takes no such name")
    root = begin(tmp_path, 2, name=f"{name}/{name}")
    add_scene(root, 1)
    put(clips_folder(root, 2) / "first_frame" / f"{name}.jpg", picture(4))
    put(root / f"{name}.jpg", picture(1))
    put(root / name / name, b"something of the user's own")
    before = everything(root / name)
    ended = vidgen("continue", *WITH_LOCAL, "--", root.relative_to(tmp_path), home=tmp_path)
    assert ended.code == 0, ended.err
    assert ended.out == f"{root}/final_video_{TS}.mp4\n"
    assert "\x1b" not in ended.err
    film = frames(root / f"final_video_{TS}.mp4")
    assert len(film) == 2 * FPS
    assert is_near(film[0], colour(1))
    assert is_near(film[FPS], colour(4), 14), "the scene starts with its first frame"
    assert everything(root / name) == before
    assert not list(tmp_path.rglob("hacked"))


@pytest.mark.parametrize("kind", some(["newline", "bytes", "leading dash", "percent"], 1))
def test_the_json_names_the_directory_so_that_it_can_be_found(kind: str, tmp_path: Path) -> None:
    root = begin(tmp_path, 1, name=NAMES[kind])
    add_scene(root, 1)
    for words in (("status", "--json"), ("continue", "--json", "--dry-run")):
        found = vidgen(*words, "--", NAMES[kind], home=tmp_path).json["directory"]
        assert Path(found) == root
        assert Path(found).samefile(root)


def test_a_picture_of_any_name_can_be_the_initial_image(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    image = put(tmp_path / "-i %03d 'x'\n[0].jpg", picture(3))
    option = f"--initial-image-path={image.name}"
    ended = vidgen("continue", root, *WITH_LOCAL, option, home=tmp_path)
    assert ended.code == 0, ended.err
    assert is_near(frames(root / f"scene_2_{TS}.mp4")[0], colour(3), 14)


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system makes names Unicode")
def test_a_terminal_sees_escapes_where_a_program_gets_the_bytes(tmp_path: Path) -> None:
    root = begin(tmp_path, 1, name=NAMES["bytes"])
    add_scene(root, 1)
    ended = vidgen("continue", NAMES["bytes"], "--skip-narration", home=tmp_path)
    assert os.fsencode(ended.out) == os.fsencode(root) + f"/final_video_{TS}.mp4\n".encode()
    assert "caf\\udce9" in ended.err
