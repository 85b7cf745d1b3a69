"""What the commands around takes and money refuse: one error, for people and for programs."""

from __future__ import annotations

import pytest

from vidgen_core.errors import ExitCode

from ..run_directories import everything, put
from .studio import PLAIN, Studio

COMMANDS = ("redo", "continue", "status", "cost", "undo", "collect", "verify", "log", "clean")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--scene", "2"), ExitCode.DECISION),
        (("--scene", "2", "--no-input"), ExitCode.DECISION),
        (("--scene", "2", "--max-cost", "0.01"), ExitCode.MONEY),
        (("--scene", "7"), ExitCode.USAGE),
        (("--scene", "2", "--only", "first-frame"), ExitCode.USAGE),
        (("--scene", "2", "--only", "narration"), ExitCode.USAGE),
        (("--scene", "2", "--engine", "nobody"), ExitCode.USAGE),
    ],
)
def test_each_refusal_is_one_object_for_programs(
    studio: Studio, options: tuple[str, ...], code: ExitCode
) -> None:
    studio.made(*PLAIN)
    ended = studio.vidgen("redo", *options, "--json")
    assert (ended.code, ended.json["exit_code"]) == (code, code)
    assert set(ended.json) == {"schema", "exit_code", "error", "advice"}
    assert ended.json["error"] in ended.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_directory_that_is_not_there_is_told_as_json_by_every_command(
    studio: Studio, command: str
) -> None:
    studio.root = studio.root / "nowhere"
    ended = studio.vidgen(command, *(["--stale"] if command == "redo" else []), "--json")
    assert (ended.code, ended.json["exit_code"]) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "does not exist" in ended.json["error"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_of_runs_is_not_taken_for_a_run(studio: Studio, command: str) -> None:
    again = ("--stale",) if command == "redo" else ()
    run = studio.root
    studio.root = run.parent
    put(studio.root / "notes.json", b"{}")
    before = everything(studio.root)
    ended = studio.vidgen(command, *again, "--json")
    assert (ended.code, ended.json["exit_code"]) == (ExitCode.BAD_INPUT, ExitCode.BAD_INPUT)
    assert "is not the directory of a run: a run is in it" in ended.json["error"]
    assert ended.json["advice"] == f"name it instead: {run}"
    assert everything(studio.root) == before
    later = studio.root / "video_20250131_120001"
    later.mkdir()
    ended = studio.vidgen(command, *again)
    assert "2 runs are in it" in ended.words
    assert f"name one of them instead: {later}, {run}" in ended.words


@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_folder_is_not_taken_for_a_run(studio: Studio, command: str) -> None:
    studio.root = studio.root.parent / "empty"
    studio.root.mkdir()
    ended = studio.vidgen(command, *(("--stale",) if command == "redo" else ()))
    assert ended.code == ExitCode.BAD_INPUT
    assert "no JSON with scenes in it" in ended.words
    assert "name the directory of a run: video_TIMESTAMP" in ended.words
    assert not list(studio.root.iterdir())


@pytest.mark.parametrize("spoil", ["gone", "broken"])
def test_what_was_paid_is_told_whatever_became_of_the_scenes_file(
    studio: Studio, spoil: str
) -> None:
    studio.made(*PLAIN)
    path = next(studio.root.glob("scenes_*.json"))
    path.unlink() if spoil == "gone" else path.write_text("[")
    ended = studio.vidgen("cost")
    assert ended.code == 0
    assert "3 pieces of work" in ended.out


def test_a_run_whose_scenes_file_is_broken_has_cost_nothing_yet(studio: Studio) -> None:
    next(studio.root.glob("scenes_*.json")).write_text("[")
    assert studio.vidgen("cost").out == "nothing was paid for here\n"
