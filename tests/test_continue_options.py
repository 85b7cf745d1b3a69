"""What ``vidgen continue`` is told on its command line, and what it prints: the command itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .command_line import PICTURES_ONLY, WITH_LOCAL, environment, vidgen
from .run_directories import (
    FPS,
    add_scene,
    begin,
    colour,
    contents,
    everything,
    frames,
    is_near,
    newer_run,
    picture,
    put,
)
from .run_paths import TS
from .terminals import hears_signals


def ready(home: Path) -> Path:
    """A directory whose two scenes are there, so that only the film is to be joined."""
    root = begin(home, 2)
    add_scene(root, 1)
    add_scene(root, 2)
    return root


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path: Path) -> None:
    root = newer_run(tmp_path)
    before = everything(root)
    ended = vidgen("continue", root, *WITH_LOCAL, "--dry-run", home=tmp_path)
    assert ended.code == 0
    said = [line.strip() for line in ended.out.splitlines()]
    assert "make scene 1 clip 1 (5 s) with local" in said
    assert "join scene 5" in said
    assert said[-2:] == ["join the film", "price: nothing"]
    assert everything(root) == before


def test_json_is_one_object_with_what_was_made(tmp_path: Path) -> None:
    root = ready(tmp_path)
    ended = vidgen("continue", root, *PICTURES_ONLY, "--json", home=tmp_path)
    state = ended.json
    assert (state["schema"], state["exit_code"], state["errors"]) == (1, 0, [])
    assert state["finished"] is True
    assert state["made"] == [f"final_video_{TS}.mp4"]
    assert state["film"] == {"path": f"final_video_{TS}.mp4", "decision": "keep"}


def test_the_list_of_json_files_comes_first_and_the_command_goes_on(tmp_path: Path) -> None:
    root = ready(tmp_path)
    put(root / "notes.json", b'{"a": 1}')
    ended = vidgen("continue", root, "--list-json-files", home=tmp_path)
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert [line.split()[0] for line in lines[:2]] == ["notes.json", f"scenes_{TS}.json"]
    assert "scenes with environments" in lines[1]
    assert "2 items" in lines[1]
    assert lines[2:] == [f"{root}/final_video_{TS}.mp4"]


def test_the_list_of_json_files_can_be_part_of_the_json_object(tmp_path: Path) -> None:
    root = ready(tmp_path)
    (listed,) = vidgen("status", root, "--list_json_files", "--json", home=tmp_path).json[
        "json_files"
    ]
    assert listed["path"] == f"scenes_{TS}.json"
    assert (listed["kind"], listed["items"]) == ("scenes with environments", 2)
    assert listed["bytes"] == (root / listed["path"]).stat().st_size


def test_quiet_says_nothing_where_nothing_goes_wrong(tmp_path: Path) -> None:
    root = ready(tmp_path)
    for _ in range(2):
        ended = vidgen("continue", root, "-q", "--skip-narration", home=tmp_path)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out == f"{root}/final_video_{TS}.mp4\n"


def test_options_of_the_run_are_kept_and_said_in_one_line(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    ended = vidgen(
        "continue", root, *WITH_LOCAL, "--set", "local.grain=0.5", "--jobs", "1", home=tmp_path
    )
    assert ended.code == 0, ended.err
    kept = [line for line in ended.err.splitlines() if line.startswith("kept for this run: ")]
    assert kept == [
        "kept for this run: --engine local --set local.grain=0.5 --skip-narration"
        " --skip-sound-effects"
    ]
    settings = (root / ".vidgen" / "settings.toml").read_text()
    assert 'engine = "local"' in settings
    assert "jobs" not in settings
    (root / f"final_video_{TS}.mp4").unlink()
    (root / f"scene_2_{TS}.mp4").unlink()
    shutil.rmtree(root / f"scene_2_all_vid_{TS}")
    bare = vidgen("continue", root, home=tmp_path)
    assert bare.code == 0, bare.err
    assert "kept for this run" not in bare.err


def test_narration_undoes_a_kept_skip_narration(tmp_path: Path) -> None:
    root = ready(tmp_path)
    assert vidgen("continue", root, "--skip-narration", home=tmp_path).code == 0
    assert "skip_narration = true" in (root / ".vidgen" / "settings.toml").read_text()
    (root / f"final_video_{TS}.mp4").unlink()
    ended = vidgen("continue", root, "--narration", home=tmp_path)
    assert ended.code == 0, ended.err
    assert "kept for this run: --narration" in ended.err
    assert "skip_narration = false" in (root / ".vidgen" / "settings.toml").read_text()


@pytest.mark.skipif(os.name != "posix", reason="signals are other things elsewhere")
def test_ctrl_c_ends_a_run_cleanly_and_the_next_one_goes_on(tmp_path: Path) -> None:
    root = begin(tmp_path, 4, seconds=10)
    add_scene(root, 1, 10)
    before = contents(root)
    command = [sys.executable, "-m", "vidgen_core", "continue", str(root), *WITH_LOCAL]
    child = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_signals,
    )
    assert child.stderr is not None
    with child, child.stderr:
        next(line for line in child.stderr if line.startswith("making scene 2 clip 1"))
        child.send_signal(signal.SIGINT)
        last = child.stderr.read().splitlines()[-1]
        assert child.wait(60) == 130
    assert last.startswith("interrupted: ")
    assert "nothing was charged" in last
    assert last.endswith(f"to go on: vidgen continue {root}")
    there = contents(root)
    assert {path: there[path] for path in before} == before
    assert f"final_video_{TS}.mp4" not in there
    ended = vidgen("continue", root, home=tmp_path)
    assert ended.code == 0, ended.err
    assert len(frames(root / f"final_video_{TS}.mp4")) == 40 * FPS


def test_generate_with_a_directory_is_continue(tmp_path: Path) -> None:
    root = ready(tmp_path)
    ended = vidgen("generate", "--continue_from_dir", root, home=tmp_path)
    assert (ended.code, ended.out) == (0, f"{root}/final_video_{TS}.mp4\n")


def test_two_dashes_end_the_options(tmp_path: Path) -> None:
    begin(tmp_path, 1, name="-x")
    add_scene(tmp_path / "-x", 1)
    ended = vidgen("continue", "--skip-narration", "--", "-x", home=tmp_path)
    assert (ended.code, ended.out) == (0, f"{tmp_path}/-x/final_video_{TS}.mp4\n"), ended.err
    again = vidgen("continue", "--directory=-x", home=tmp_path)
    assert (again.code, again.out) == (0, ended.out)


def test_verbose_says_every_step_and_why_the_scenes_file_was_chosen(tmp_path: Path) -> None:
    root = ready(tmp_path)
    ended = vidgen("continue", root, "-v", home=tmp_path)
    assert ended.code == 0
    assert "(it has the directory's timestamp)" in ended.words
    assert "joining the film" in ended.words


def test_status_says_the_same_and_needs_neither_lock_nor_write(tmp_path: Path) -> None:
    root = newer_run(tmp_path)
    before = everything(root)
    ended = vidgen("status", root, home=tmp_path)
    assert ended.code == 0
    assert "scenes 1, 3–4 are missing" in ended.out
    assert ended.err == ""
    assert everything(root) == before


def test_an_initial_image_starts_the_first_clip_that_is_made(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    image = put(tmp_path / "a picture.jpg", picture(4))
    ended = vidgen("continue", root, *WITH_LOCAL, "--initial-image-path", image, home=tmp_path)
    assert ended.code == 0, ended.err
    assert is_near(frames(root / f"scene_2_{TS}.mp4")[0], colour(4), 8)
    assert (root / f"initial_image_{TS}.png").is_file()
