"""The scenes file of a run is chosen by rule, and every JSON beside it can be listed."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import scenes_file
from vidgen_core.errors import ExitCode, InputError, MachineError, UsageError
from vidgen_core.scenes_file import (
    JsonFile,
    choose,
    directory_timestamp,
    run_timestamp,
    scenes_timestamp,
    survey,
)

TS = "20240102_030405"
OLDER = "20230102_030405"
NEWER = "20250102_030405"

SCENES = [{"scene_number": 1, "scene_physical_environment": "a shore"}]
METADATA = [{"scene_number": 1, "previous_scene_emotions": "none"}]
ENVIRONMENTS = [{"scene_physical_environment": "a shore"}]

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a right")
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
needs_refusal = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    directory = tmp_path / f"video_{TS}"
    directory.mkdir()
    return directory


def put(root: Path, name: str, value: Any, *, mtime: int = 1_000) -> Path:
    path = root / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    os.utime(path, (mtime, mtime))
    return path


def named(number: int) -> list[dict[str, Any]]:
    """Scenes that show which file they came from."""
    return [{"scene_number": number, "scene_physical_environment": "x"}]


def chosen(root: Path, **options: Any) -> str:
    found = choose(root, **options)
    assert len(found.storyboard) >= 1
    assert found.why
    return found.path


# --- the rules ------------------------------------------------------------------------------


def test_the_recorded_file_comes_first(root: Path) -> None:
    put(root, "mine.json", named(7))
    put(root, f"scenes_{TS}.json", SCENES)
    found = choose(root, recorded="mine.json")
    assert found.path == "mine.json"
    assert found.storyboard.scenes[0].number == 7


def test_a_recorded_file_that_is_gone_is_no_longer_kept(root: Path) -> None:
    put(root, f"scenes_{TS}.json", SCENES)
    assert chosen(root, recorded="mine.json") == f"scenes_{TS}.json"
    assert chosen(root, recorded="") == f"scenes_{TS}.json"


@pytest.mark.parametrize("recorded", ["../outside.json", "sub/inside.json", "..", "a\0b", "sub"])
def test_a_record_may_only_name_a_file_of_the_directory(root: Path, recorded: str) -> None:
    put(root.parent, "outside.json", named(9))
    (root / "sub").mkdir()
    put(root / "sub", "inside.json", named(9))
    put(root, f"scenes_{TS}.json", SCENES)
    assert chosen(root, recorded=recorded) == f"scenes_{TS}.json"
    assert chosen(root, recorded=str(root.parent / "outside.json")) == f"scenes_{TS}.json"


def test_the_directorys_own_timestamp_comes_before_a_newer_file(root: Path) -> None:
    put(root, f"scenes_{TS}.json", SCENES, mtime=1_000)
    put(root, f"scenes_{NEWER}.json", SCENES, mtime=9_000)
    assert chosen(root) == f"scenes_{TS}.json"


def test_of_several_scenes_files_the_one_modified_last_is_chosen(root: Path) -> None:
    put(root, f"scenes_{OLDER}.json", named(1), mtime=9_000)
    put(root, f"scenes_{NEWER}.json", named(2), mtime=1_000)
    assert chosen(root) == f"scenes_{OLDER}.json"


def test_of_scenes_files_modified_at_once_the_latest_name_is_chosen(root: Path) -> None:
    for timestamp in (NEWER, OLDER):
        put(root, f"scenes_{timestamp}.json", SCENES)
    assert chosen(root) == f"scenes_{NEWER}.json"


@pytest.mark.parametrize(
    "name",
    [f"scenes_{TS}_old.json", f"my_scenes_{TS}.json", "scenes_1.json", f"scenes_{TS}.JSON.json"],
)
def test_only_the_whole_name_makes_a_scenes_file(root: Path, name: str) -> None:
    put(root, name, named(2), mtime=9_000)
    put(root, f"scenes_{OLDER}.json", named(1))
    assert chosen(root) == f"scenes_{OLDER}.json"


def test_any_json_with_scenes_will_do_with_environments_before_metadata(root: Path) -> None:
    put(root, "z_metadata.json", METADATA, mtime=9_000)
    assert chosen(root) == "z_metadata.json"
    put(root, "environments.json", ENVIRONMENTS)
    assert chosen(root) == "z_metadata.json"
    put(root, "a.json", {"scenes": SCENES})
    assert chosen(root) == "a.json"


def test_of_several_with_scenes_the_timestamp_in_the_name_decides(root: Path) -> None:
    put(root, f"story_{OLDER}.json", SCENES, mtime=9_000)
    put(root, f"story_{NEWER}.json", SCENES)
    assert chosen(root) == f"story_{NEWER}.json"
    put(root, f"copy of scenes_{TS}.json", SCENES)
    assert chosen(root) == f"copy of scenes_{TS}.json"


def test_a_directory_with_a_scenes_files_name_is_no_file(root: Path) -> None:
    (root / f"scenes_{TS}.json").mkdir()
    (root / f"scenes_{NEWER}.json").mkdir()
    put(root, "other.json", SCENES)
    assert chosen(root) == "other.json"


@pytest.mark.parametrize("broken", ["", "[", "[]", '{"environments": []}', '[{"scene_number": 0}]'])
def test_a_file_that_a_rule_names_is_never_passed_over(root: Path, broken: str) -> None:
    put(root, f"scenes_{NEWER}.json", SCENES)
    own = put(root, f"scenes_{TS}.json", broken)
    with pytest.raises(InputError, match=rf"^scenes_{TS}\.json: .*line 1, column "):
        choose(root)
    own.rename(root / f"scenes_{OLDER}.json")
    os.utime(root / f"scenes_{OLDER}.json", (9_000, 9_000))
    with pytest.raises(InputError, match=rf"^scenes_{OLDER}\.json: "):
        choose(root)
    put(root, "mine.json", broken)
    with pytest.raises(InputError, match=r"^mine\.json: "):
        choose(root, recorded="mine.json")


def test_the_other_files_are_not_read_when_a_name_decides(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, f"scenes_{TS}.json", SCENES)
    put(root, f"scenes_{NEWER}.json", "[" * 1000)
    put(root, "broken.json", "[")
    read: list[str] = []
    real = scenes_file._read

    def spy(path: Path, max_bytes: int) -> bytes:
        read.append(path.name)
        return real(path, max_bytes)

    monkeypatch.setattr(scenes_file, "_read", spy)
    choose(root)
    assert read == [f"scenes_{TS}.json"]


def test_the_limit_of_bytes_is_the_callers(root: Path) -> None:
    path = put(root, f"scenes_{TS}.json", SCENES)
    size = path.stat().st_size
    assert chosen(root, max_bytes=size) == path.name
    with pytest.raises(InputError, match="larger than") as caught:
        choose(root, max_bytes=size - 1)
    assert "max_scenes_file_bytes" in caught.value.advice


# --- nothing to choose ----------------------------------------------------------------------


def test_without_any_scenes_the_error_says_what_was_looked_at(root: Path) -> None:
    put(root, "environments.json", ENVIRONMENTS)
    put(root, "broken.json", "[1,]")
    put(root, "notes.json", {"a": 1, "b": 2})
    with pytest.raises(InputError) as caught:
        choose(root)
    error = caught.value
    assert error.exit_code is ExitCode.BAD_INPUT
    assert error.message == (
        f"{root}: no JSON with scenes in it: looked at "
        "broken.json: line 1, column 3: a comma stands before the closing bracket; "
        "environments.json (physical environments, 1 items); notes.json (other, 2 items)"
    )
    assert error.advice.endswith(f"vidgen status {root} --list-json-files")


def test_the_error_stays_short_with_many_files(root: Path) -> None:
    for number in range(30):
        put(root, f"{number:02}.json", "{}")
    with pytest.raises(InputError, match=r"09\.json \(other, 0 items\); and 20 more$"):
        choose(root)


def test_a_directory_without_json_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it has no JSON file"):
        choose(tmp_path)


def test_the_advice_can_be_typed_for_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-x y").mkdir()
    put(Path("-x y"), "notes.json", "{}")
    with pytest.raises(InputError) as caught:
        choose(Path("-x y"))
    assert "vidgen status './-x y' --list-json-files" in caught.value.advice


@pytest.mark.parametrize("look", [choose, survey])
def test_what_is_no_directory_is_a_usage_error(tmp_path: Path, look: Any) -> None:
    put(tmp_path, "file", "[]")
    for name in ("missing", "file"):
        with pytest.raises(UsageError, match="is not a directory"):
            look(tmp_path / name)


@needs_refusal
def test_a_directory_that_may_not_be_listed_is_this_machines_error(tmp_path: Path) -> None:
    directory = tmp_path / "closed"
    directory.mkdir(mode=0)
    try:
        with pytest.raises(MachineError, match="Permission denied"):
            survey(directory)
    finally:
        directory.chmod(0o700)


# --- the survey -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "items"),
    [
        (SCENES, "scenes with environments", 1),
        ({"scenes": SCENES * 2, "title": 1}, "scenes with environments", 2),
        (METADATA, "scene metadata", 1),
        ([{"scene_number": 1, "scene_physical_environment": ""}], "scene metadata", 1),
        (ENVIRONMENTS * 3, "physical environments", 3),
        ({"environments": ENVIRONMENTS}, "physical environments", 1),
        ([*SCENES, *ENVIRONMENTS], "other", 2),
        ([1, 2], "other", 2),
        ([{}], "other", 1),
        ([], "other", 0),
        ({"a": 1, "b": 2}, "other", 2),
        ({"scenes": 3}, "other", 1),
        ({"environments": [3]}, "other", 1),
        (3, "other", 0),
        (None, "other", 0),
    ],
)
def test_the_kind_of_a_json_is_told_by_its_content(
    root: Path, value: Any, kind: str, items: int
) -> None:
    path = put(root, "x.json", value, mtime=5)
    assert survey(root) == (
        JsonFile(
            path="x.json",
            kind=kind,
            bytes=path.stat().st_size,
            items=items,
            mtime_ns=5_000_000_000,
        ),
    )


def test_the_survey_lists_top_level_files_in_the_order_of_their_names(root: Path) -> None:
    for name in ("b.json", "a.JSON", f"scenes_{TS}.json", ".hidden.json", "c.txt", "json"):
        put(root, name, SCENES)
    (root / "folder.json").mkdir()
    (root / ".vidgen").mkdir()
    put(root / ".vidgen", "deep.json", SCENES)
    assert [file.path for file in survey(root)] == ["a.JSON", "b.json", f"scenes_{TS}.json"]


def test_a_file_that_cannot_be_read_says_why(root: Path) -> None:
    put(root, "a.json", '[{"scene_number": 1,}]')
    put(root, "b.json", SCENES)
    first, second = survey(root)
    assert first.fault == "a.json: line 1, column 20: a comma stands before the closing bracket"
    assert (first.kind, first.items, first.bytes) == ("other", 0, 22)
    assert not second.fault
    (large, _) = survey(root, max_bytes=3)
    assert large.fault == "a.json: it is larger than 3 bytes"
    assert large.bytes == 22


@needs_links
def test_links_are_followed_to_regular_files_only(root: Path, tmp_path: Path) -> None:
    target = put(tmp_path, "elsewhere", SCENES)
    (root / "a.json").symlink_to(target)
    (root / "b.json").symlink_to(root / "nowhere")
    (root / "c.json").symlink_to("c.json")
    (root / "d.json").symlink_to(tmp_path)
    (root / "e.json").symlink_to("/dev/zero")
    good, dangling, looping, device = survey(root)
    assert good.kind == "scenes with environments"
    assert dangling.fault == "b.json: it is a symbolic link to nothing"
    assert looping.fault.startswith("c.json: ")
    assert looping.kind == "other"
    assert device.fault == "e.json: it is not a regular file"


@needs_links
def test_a_scenes_file_that_links_to_nothing_is_not_passed_over(root: Path) -> None:
    put(root, "other.json", SCENES)
    (root / f"scenes_{TS}.json").symlink_to("nowhere")
    with pytest.raises(MachineError, match="it is a symbolic link to nothing"):
        choose(root)
    (root / f"scenes_{TS}.json").rename(root / f"scenes_{OLDER}.json")
    with pytest.raises(MachineError, match="it is a symbolic link to nothing"):
        choose(root)


@needs_pipes
def test_a_named_pipe_or_socket_is_told_without_waiting(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / f"scenes_{TS}.json")
    monkeypatch.chdir(root)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.json")
        faults = [file.fault for file in survey(root)]
    assert faults == [
        "a.json: it is not a regular file",
        f"scenes_{TS}.json: it is not a regular file",
    ]
    with pytest.raises(InputError, match="it is not a regular file"):
        choose(root)


@needs_refusal
def test_a_file_that_may_not_be_read_is_this_machines_error(root: Path) -> None:
    put(root, f"scenes_{TS}.json", SCENES).chmod(0)
    (file,) = survey(root)
    assert file.fault == f"scenes_{TS}.json: Permission denied"
    with pytest.raises(MachineError, match="Permission denied"):
        choose(root)


def test_a_read_that_fails_is_this_machines_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, f"scenes_{TS}.json", SCENES)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(scenes_file.os, "open", refuse)
    with pytest.raises(MachineError, match=rf"^scenes_{TS}\.json: Permission denied$"):
        choose(root)
    (file,) = survey(root)
    assert file.fault.endswith("Permission denied")


def test_a_directory_whose_listing_fails_is_this_machines_error(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(scenes_file.os, "scandir", refuse)
    with pytest.raises(MachineError, match="Permission denied"):
        survey(root)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_text_are_listed_and_told_with_escapes(root: Path) -> None:
    (root / os.fsdecode(b"\xff\n.json")).write_text("[")
    (file,) = survey(root)
    assert os.fsencode(file.path) == b"\xff\n.json"
    assert file.fault.startswith(r"\udcff\n.json: line 1, column 2: ")


# --- timestamps -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "timestamp"),
    [
        (f"video_{TS}", TS),
        ("video_", ""),
        (f"video_{TS}_copy", ""),
        (f"my_video_{TS}", ""),
        ("film", ""),
        ("", ""),
    ],
)
def test_a_directorys_timestamp_is_its_whole_name(name: str, timestamp: str) -> None:
    assert directory_timestamp(name) == timestamp


def test_a_scenes_files_timestamp_is_its_names() -> None:
    assert scenes_timestamp(f"scenes_{TS}.json") == TS
    assert scenes_timestamp("scenes.json") == ""


@needs_links
def test_the_runs_timestamp_is_found_through_dots_and_links(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "sub").mkdir()
    monkeypatch.chdir(root)
    assert run_timestamp(Path()) == TS
    monkeypatch.chdir(root / "sub")
    assert run_timestamp(Path("..")) == TS
    (tmp_path / "latest").symlink_to(root)
    assert run_timestamp(tmp_path / "latest") == TS
    (tmp_path / f"video_{NEWER}").symlink_to(root)
    assert run_timestamp(tmp_path / f"video_{NEWER}") == NEWER
