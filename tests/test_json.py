"""With ``--json`` there is one object on standard output, however the command ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vidgen_core.rundir import RunDirectory

from .command_line import Ended, vidgen
from .run_directories import TS, add_scene, begin, put

PLUGIN = """
from vidgen_core import Price, VideoEngineSpec, hookimpl

def price(request, options):
    return Price(1.5, 1.5)

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="dear", summary="costs", factory=lambda context: None, lengths=(5,), price=price
    )
    yield VideoEngineSpec(
        name="closed", summary="has a key", factory=lambda context: None, lengths=(5,),
        keys=("DEAR_KEY",),
    )
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where Python finds an engine that costs money."""
    site = tmp_path / "site"
    put(site / "dear.py", PLUGIN.encode())
    facts = site / "vidgen_dear-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-dear\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\ndear = dear\n")
    return os.pathsep.join([str(Path(__file__).parents[1]), str(site)])


def told(ended: Ended, code: int, *keys: str) -> str:
    """The error in the one object that was printed, which says what standard error says."""
    assert ended.code == code, ended.err
    assert set(ended.json) == {"schema", "exit_code", "error", "advice", *keys}
    assert (ended.json["schema"], ended.json["exit_code"]) == (1, code)
    for said in (ended.json["error"], *ended.json["advice"].splitlines()):
        assert said in ended.err
    return str(ended.json["error"])


def test_a_price_that_nobody_agreed_to_is_told_as_json(tmp_path: Path, path: str) -> None:
    root = begin(tmp_path, 2)
    words = ("continue", root, "--engine", "dear", "--json")
    ended = vidgen(*words, home=tmp_path, environ={"PYTHONPATH": path})
    assert "nothing was bought" in told(ended, 10)
    assert "--yes" in ended.json["advice"]


def test_an_engine_or_a_key_that_is_missing_is_told_as_json(tmp_path: Path, path: str) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    ended = vidgen("continue", root, "--json", "--list-json-files", home=tmp_path)
    assert "engine" in told(ended, 2, "json_files")
    words = ("continue", root, "--engine", "closed", "--json")
    ended = vidgen(*words, home=tmp_path, environ={"PYTHONPATH": path})
    assert "DEAR_KEY" in told(ended, 4)


def test_scenes_that_make_no_sense_are_told_as_json(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    put(root / f"scenes_{TS}.json", b"[")
    for command in ("status", "continue"):
        told(vidgen(command, root, "--json", home=tmp_path), 8)
        told(vidgen(command, root, "--json", "--list-json-files", home=tmp_path), 8, "json_files")


def test_a_directory_that_another_run_holds_is_told_as_json(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    with RunDirectory(root).locked("vidgen continue somewhere"):
        ended = vidgen("continue", root, "--engine", "local", "--json", home=tmp_path)
    assert "another run holds" in told(ended, 7)


def test_the_plan_of_a_script_names_the_directory_that_would_be_made(tmp_path: Path) -> None:
    pytest.importorskip("vidgen_local")
    script = put(tmp_path / "script.txt", b"A boat.")
    words = ("generate", script, "--dry-run", "--json", "--output-dir", "my films")
    for draft in ((), ("--draft",)):
        ended = vidgen(*words, *draft, home=tmp_path)
        assert ended.code == 0, ended.err
        state = ended.json
        run = tmp_path / "my films" / f"video_{state['timestamp']}"
        assert Path(state["directory"]) == (run / "draft" if draft else run)
        assert (state["scenes_file"], state["scenes"], state["finished"]) == ("", [], False)
        assert state["film"]["path"] == f"final_video_{state['timestamp']}.mp4"
    assert list(tmp_path.iterdir()) == [script]


def test_without_json_nothing_of_an_error_stands_on_standard_output(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    ended = vidgen("continue", root, home=tmp_path)
    assert (ended.code, ended.out) == (2, "")
