"""``vidgen verify`` reads again all that counts, says what is not whole, and writes nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk
from vidgen_core.errors import ExitCode
from vidgen_core.inspection import files
from vidgen_core.journal import Journal
from vidgen_core.journal.stored import path_of_answer, path_of_sent
from vidgen_core.report import words
from vidgen_core.rundir import RunDirectory

from ..broken_files import CORRUPTIONS
from ..command_line import Ended, vidgen
from ..fakes import PRICE
from ..journal_records import CLIP, path_of, rewritten, work
from ..retakes.studio import Studio
from ..run_directories import (
    TS,
    add_clip,
    add_scene,
    begin,
    everything,
    newer_run,
    older_run,
    picture,
    put,
    sound,
    video,
)
from ..run_paths import clip_path, video_path
from .findings import conditions, found

Command = Callable[..., Ended]
Retaken = Callable[[Studio], None]
FILM = f"final_video_{TS}.mp4"


def flipped(path: Path, *, keep_time: bool) -> None:
    """Change one bit in the middle of the media data."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[content.index(b"mdat") + 40] ^= 1
    path.write_bytes(content)
    if keep_time:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_finished_film_is_whole_and_not_a_byte_is_written(
    studio: Studio, retaken: Retaken
) -> None:
    retaken(studio)
    before = everything(studio.root)
    for options in ((), ("--deep",), ("-v",)):
        ended = studio.vidgen("verify", *options)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.splitlines()[-1].startswith("all of it is whole")
    assert everything(studio.root) == before
    told = studio.vidgen("verify", "--json").json
    assert told["as_written"] == told["files"] - 1  # the scenes file is somebody's own


@pytest.mark.parametrize("make", [older_run, newer_run])
def test_directories_of_earlier_scripts_are_whole_without_a_journal(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    root = make(tmp_path)
    before = everything(root)
    ended = vidgen("verify", root, "--json", home=tmp_path)
    assert (ended.code, ended.json["whole"], ended.json["as_written"]) == (0, True, 0)
    assert everything(root) == before


def test_each_kind_of_file_that_is_cut_short_is_named(tmp_path: Path, command: Command) -> None:
    root = begin(tmp_path, 2)
    folder = f"scene_1_all_vid_{TS}"
    broken = {
        f"script_{TS}.txt": b"",
        "picture of mine.jpg": picture(1)[:-40],
        f"{folder}/scene_1_first_frame.jpg": picture(1)[:50],
        f"{folder}/scene_1_sound.mp3": sound()[:200],
        f"{folder}/scene_1_narration_{TS}.mp3": b"<html>",
        f"{folder}/scene_1_narration_{TS}.json": b"[",
        f"narration_text_{TS}.txt": b"\0" * 40,
        f"narration_audio_{TS}.mp3": sound()[:100],
        clip_path(1, 1): video(1)[:-30],
        video_path(2, TS): b"",
        FILM: video(1)[:100],
    }
    for path, content in broken.items():
        put(root / path, content)
    add_clip(root, 2, 1)
    ended = command("verify", root, "--json")
    told = {each["path"]: each for each in ended.json["findings"]}
    assert ended.code == ExitCode.FAILED
    assert told.keys() == broken.keys()
    assert {each["condition"] for each in told.values()} == {"broken"}
    assert all(each["fault"] and each["advice"] for each in told.values())
    ended = command("verify", root)
    assert (ended.code, ended.out.splitlines()[-1]) == (3, "not whole: 11 findings")


@pytest.mark.parametrize("name", sorted(CORRUPTIONS)[::4])
def test_a_broken_clip_is_found_as_a_run_finds_it(
    tmp_path: Path, name: str, command: Command
) -> None:
    from vidgen_core.model import Kind, Verdict
    from vidgen_core.probe import probe

    root = begin(tmp_path, 1)
    path = put(root / clip_path(1, 1), CORRUPTIONS[name](video(1, 2)))
    verdict = probe(path, Kind.VIDEO, decode=True).verdict
    ended = command("verify", root, "--deep", "--json")
    said = {each["path"]: each["condition"] for each in ended.json["findings"]}
    assert said.get(clip_path(1, 1), "whole") == verdict.value
    assert ended.code == (0 if verdict is Verdict.WHOLE else ExitCode.FAILED)


def test_bytes_that_changed_while_nobody_wrote_are_spoilt(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    flipped(studio.root / clip_path(2, 1), keep_time=True)
    told = found(studio)
    assert set(told) == {clip_path(2, 1)}
    assert told[clip_path(2, 1)]["condition"] in ("spoilt", "damaged", "broken")
    assert "--scene 2" in told[clip_path(2, 1)]["advice"] or "continue" in str(told)
    assert studio.vidgen("verify").code == ExitCode.FAILED


def test_bits_that_no_decoder_minds_are_found_by_their_digest(
    studio: Studio, retaken: Retaken
) -> None:
    retaken(studio)
    path = studio.root / f"scene_2_all_vid_{TS}/scene_2_vid_1_last_frame.jpg"
    if not path.exists():
        path = studio.root / f"scene_1_all_vid_{TS}/scene_1_vid_1_last_frame.jpg"
    status = path.stat()
    put(path, path.read_bytes() + b"junk")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert set(conditions(studio).values()) == {"changed"}  # its size tells that it was written
    film = studio.root / FILM
    status, content = film.stat(), bytearray(film.read_bytes())
    at = content.index(b"Lavf")
    content[at : at + 4] = b"lavf"
    film.write_bytes(content)
    os.utime(film, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert conditions(studio)[FILM] == "spoilt"


def test_a_clip_of_somebodys_own_is_told_and_no_fault(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    put(studio.root / clip_path(2, 1), video(7))
    ended = studio.vidgen("verify")
    assert ended.code == 0
    assert f"{clip_path(2, 1)}: it is whole, and was changed since vidgen made it" in ended.out
    assert conditions(studio) == {clip_path(2, 1): "changed"}


def test_a_file_that_was_changed_is_decoded_in_full(
    studio: Studio, retaken: Retaken, monkeypatch: pytest.MonkeyPatch
) -> None:
    retaken(studio)
    put(studio.root / clip_path(2, 1), video(7))
    decoded: list[str] = []
    real = files.probe

    def probe(path: Path, kind: Any, *, decode: bool = False) -> Any:
        decoded.extend([path.name] if decode else [])
        return real(path, kind, decode=decode)

    monkeypatch.setattr(files, "probe", probe)
    assert studio.vidgen("verify").code == 0
    assert decoded == [Path(clip_path(2, 1)).name]


# what vidgen keeps ----------------------------------------------------------


def spoil_journal(root: Path) -> None:
    lines = path_of(root).read_bytes().splitlines(keepends=True)
    path_of(root).write_bytes(b"".join([*lines[:2], b"x" * 20 + b"\n", *lines[2:]]))


def newer_journal(root: Path) -> None:
    first, *lines = path_of(root).read_bytes().splitlines(keepends=True)
    path_of(root).write_bytes(b"".join([rewritten(first, schema=99), *lines]))


STATE: dict[str, tuple[Callable[[Path], object], str, int]] = {
    "journal.jsonl": (spoil_journal, "damaged", 3),
    "journal.jsonl ": (newer_journal, "newer", 10),
    "settings.toml": (lambda root: put(root / ".vidgen/settings.toml", b"= ="), "damaged", 3),
    "settings.toml ": (
        lambda root: put(root / ".vidgen/settings.toml", b"max_scenes = 'many'"), "damaged", 3,
    ),
    "patterns.json": (lambda root: put(root / ".vidgen/patterns.json", b"{"), "damaged", 3),
    "patterns.json ": (
        lambda root: put(root / ".vidgen/patterns.json", b'{"schema": 9}'), "newer", 10,
    ),
    "probes.json": (lambda root: put(root / ".vidgen/probes.json", b"[]"), "damaged", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", STATE)
def test_each_state_file_is_read(studio: Studio, retaken: Retaken, name: str) -> None:
    retaken(studio)
    spoil, condition, code = STATE[name]
    spoil(studio.root)
    told = found(studio)
    assert {path: each["condition"] for path, each in told.items()} == {
        f".vidgen/{name.strip()}": condition
    }
    assert all(each["advice"] for each in told.values())
    assert studio.vidgen("verify").code == code


@pytest.mark.parametrize("content", [b"[", b"", b"[]", b'[{"scene_number": 0}]'])
def test_a_scenes_file_that_cannot_be_used_is_bad_input(
    tmp_path: Path, content: bytes, command: Command
) -> None:
    root = begin(tmp_path, 1)
    name = put(root / f"scenes_{TS}.json", content).name
    ended = command("verify", root, "--json")
    (told,) = ended.json["findings"]
    assert told["path"] == name
    assert ended.code == (ExitCode.FAILED if told["condition"] == "broken" else ExitCode.BAD_INPUT)


def test_a_torn_last_line_is_no_damage(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    with path_of(studio.root).open("ab") as journal:
        journal.write(b'{"crc":"00')
    assert conditions(studio) == {}


def test_what_paid_work_under_way_needs_is_read(tmp_path: Path, command: Command) -> None:
    root = begin(tmp_path, 3)
    (root / ".vidgen").mkdir()
    order = work(price=PRICE)
    with Journal(root) as journal:
        journal.intent(order)
        journal.answered(CLIP, 1)
    put(root / path_of_sent(order), b'{"provider": ')
    put(root / path_of_answer(order), b"")
    ended = command("verify", root, "--json")
    told = {each["path"]: each for each in ended.json["findings"]}
    assert told.keys() == {path_of_sent(order), path_of_answer(order)}
    assert "your account with paid" in told[path_of_sent(order)]["advice"]
    assert "it is empty" in told[path_of_answer(order)]["fault"]
    assert ended.code == ExitCode.FAILED


def test_what_the_machine_does_not_give_out_is_not_called_broken(
    studio: Studio, retaken: Retaken, monkeypatch: pytest.MonkeyPatch
) -> None:
    retaken(studio)
    real = disk.digest

    def fails(path: Path) -> str:
        if path.name == FILM:
            raise OSError(5, "Input/output error")
        return real(path)

    monkeypatch.setattr(disk, "digest", fails)
    told = found(studio)
    assert told[FILM]["condition"] == "unreadable"
    assert "Input/output error" in told[FILM]["fault"]
    assert studio.vidgen("verify").code == ExitCode.MACHINE


def test_a_link_to_nothing_is_unreadable(tmp_path: Path, command: Command) -> None:
    root = begin(tmp_path, 1)
    (root / clip_path(1, 1)).parent.mkdir()
    (root / clip_path(1, 1)).symlink_to(tmp_path / "a disk that is not plugged in")
    ended = command("verify", root, "--json")
    assert ended.code == ExitCode.MACHINE
    assert "a link to nothing" in ended.json["findings"][0]["fault"]


def test_it_takes_no_lock_and_needs_none(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    with RunDirectory(studio.root).locked("vidgen continue"):
        assert studio.vidgen("verify").code == 0
    (studio.root / ".vidgen/lock").unlink()
    assert studio.vidgen("verify").code == 0
    assert not (studio.root / ".vidgen/lock").exists()


# for programs and for people ------------------------------------------------


def test_its_object_is_as_documented(studio: Studio, retaken: Retaken) -> None:
    page = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    part = page.partition("## `vidgen verify DIR --json`")[2]
    documented = json.loads(part.partition("```json\n")[2].partition("```")[0])
    retaken(studio)
    put(studio.root / FILM, b"")
    told = studio.vidgen("verify", "--json").json
    assert list(told) == list(documented)
    assert list(told["findings"][0]) == list(documented["findings"][0])
    assert told["findings"][0]["advice"] == documented["findings"][0]["advice"].replace(
        documented["directory"], str(studio.root)
    )


def test_what_is_typed_next_mends_it(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    put(studio.root / FILM, b"")
    advice = found(studio)[FILM]["advice"]
    assert advice.endswith(f"vidgen continue {studio.root}")
    assert studio.vidgen("continue").code == 0
    assert conditions(studio) == {}


def test_a_terminal_sees_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    from vidgen_core.cli import main

    from ..terminals import Terminal

    root = begin(tmp_path, 25)
    for number in range(1, 26):
        add_scene(root, number)
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["verify", str(root)]) == 0
    assert "looking at the files: 26 of 26" in shown.getvalue()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (5_210_333, "5.2 MB"),
        (7 * 10**9, "7.0 GB"),
        (8 * 10**13, "80.0 TB"),
    ],
)
def test_sizes_are_written_as_people_write_them(number: int, said: str) -> None:
    assert words.sized(number) == said
