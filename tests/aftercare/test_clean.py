"""``vidgen clean`` deletes what nothing needs, says first what was paid for, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk
from vidgen_core.clearing import remains
from vidgen_core.cli import main
from vidgen_core.errors import Billed, ExitCode
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.retake import to_undo
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import Price

from ..command_line import Ended
from ..extent import ALL
from ..fakes import PRICE
from ..journal_records import CLIP, record, work
from ..retakes.studio import PLAIN, Studio
from ..run_directories import TS, begin, contents, everything, put
from ..run_paths import clip_path
from ..terminals import Terminal
from .leftovers import kept, left_unfinished, make_state, replaced

Command = Callable[..., Ended]
Retaken = Callable[[Studio], None]
OLD = ".vidgen/replaced/0001"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody at a terminal who answers, and what they are shown."""

    def answers(answer: str) -> Terminal:
        terminal = Terminal(answer)
        monkeypatch.setattr(sys, "stdin", terminal)
        shown = Terminal()
        monkeypatch.setattr(sys, "stderr", shown)
        monkeypatch.setenv("COLUMNS", "110")
        return shown

    return answers


def test_it_deletes_what_is_not_needed_and_touches_nothing_else(
    studio: Studio, retaken: Retaken
) -> None:
    retaken(studio)
    films, state = contents(studio.root), kept(studio.root)
    assert {"journal.jsonl", "settings.toml", "probes.json"} <= state.keys()
    ended = studio.vidgen("clean", "--yes")
    assert (ended.code, ended.out) == (0, "deleted: 6 files, " + ended.out.partition("files, ")[2])
    assert (contents(studio.root), kept(studio.root)) == (films, state)
    assert not (studio.root / ".vidgen/tmp").exists()
    assert [path.name for path in (studio.root / ".vidgen/replaced").rglob("*")] == ["0001"]
    before = everything(studio.root)
    assert studio.vidgen("clean", "--yes").out == "nothing to delete\n"
    assert everything(studio.root) == before
    assert studio.vidgen("continue").code == 0
    assert contents(studio.root) == films


def test_what_was_paid_for_is_told_with_its_price_before_anything_goes(
    studio: Studio, retaken: Retaken
) -> None:
    retaken(studio)
    ended = studio.vidgen("clean", "--yes")
    place = f"{OLD}/{clip_path(2, 1)}"
    assert "2 files, 1.2 kB that unfinished work left" in ended.words
    assert f"1 of them paid for: {PRICE}" in ended.words
    assert f"scene 2 clip 1, paid, {PRICE}: {place}" in ended.words
    assert "vidgen undo can bring back the clips of scene 2 (4 files)" in ended.words


def test_nothing_goes_without_a_word(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    before = everything(studio.root)
    ended = studio.vidgen("clean")
    assert ended.code == ExitCode.DECISION
    assert f"would be deleted, 1 of them paid for: {PRICE}; nothing was deleted" in ended.words
    assert ended.out == ""
    assert everything(studio.root) == before
    told = studio.vidgen("clean", "--json").json
    assert (told["exit_code"], told["deleted"], told["tmp"]["files"]) == (10, False, 2)
    assert everything(studio.root) == before


@pytest.mark.parametrize(("answer", "goes"), [("y\n", True), ("n\n", False), ("", False)])
def test_a_terminal_is_asked_after_all_was_shown(
    studio: Studio, retaken: Retaken, asked: Any, answer: str, goes: bool
) -> None:
    retaken(studio)
    films = contents(studio.root)
    shown = asked(answer)
    assert main(["clean", str(studio.root)]) == (0 if goes else ExitCode.DECISION)
    told = shown.getvalue()
    assert told.index("paid for") < told.index("[y/N]")
    assert ("nothing was deleted" in told) is not goes
    assert (studio.root / f"{OLD}/{clip_path(2, 1)}").exists() is not goes
    assert contents(studio.root) == films


def test_each_of_both_goes_alone(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    assert studio.vidgen("clean", "--yes", "--replaced").out.startswith("deleted: 4 files")
    assert (studio.root / ".vidgen/tmp/clip-1/half.mp4").exists()
    shutil.rmtree(studio.root / ".vidgen/replaced")
    put(studio.root / OLD / "x", b"x")
    assert studio.vidgen("clean", "--yes", "--tmp").out == "deleted: 2 files, 1.2 kB\n"
    assert (studio.root / OLD / "x").exists()


def test_a_directory_that_another_run_holds_is_left_alone(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    with RunDirectory(studio.root).locked("vidgen continue"):
        before = everything(studio.root)
        ended = studio.vidgen("clean", "--yes", "--json")
        assert everything(studio.root) == before
    assert (ended.code, ended.json["exit_code"]) == (7, 7)
    assert "another run holds" in ended.json["error"]
    assert ended.json["error"].endswith("; nothing was deleted")


def test_an_order_under_way_keeps_its_request_and_its_answer(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    with Journal(make_state(root)) as journal:
        journal.intent(work(price=PRICE))
        journal.answered(CLIP, 1)
    request = put(root / f".vidgen/requests/{CLIP.id}-1.json", b"{}")
    answer = put(root / f".vidgen/answers/{CLIP.id}-1", b"words")
    left_unfinished(root)
    put(root / OLD / "scene_1.mp4", b"old")
    assert main(["clean", str(root), "--yes"]) == 0
    assert (request.read_bytes(), answer.read_bytes()) == (b"{}", b"words")
    assert read_ledger(root).in_flight[CLIP].answered


# what is known of it --------------------------------------------------------


def test_a_file_that_was_fetched_again_is_not_lost(tmp_path: Path) -> None:
    root = make_state(begin(tmp_path, 3))
    path = clip_path(2, 1)
    with Journal(root) as journal:
        for _ in (1, 2):
            journal.intent(work(price=PRICE))
            journal.submitted(CLIP, 1, "job", {})
            file = record(path, paid=True, provider="paid", job="job")
            journal.published(CLIP, file)
            if _ == 1:
                journal.displaced(path, replaced(root, "0001", path), "broken")
        put(root / path, b"abc")
    found = remains(RunDirectory(root))
    assert (len(found.paid), found.lost, found.price) == (1, (), Price())


def test_one_order_counts_once_however_often_its_file_lies_there(tmp_path: Path) -> None:
    root = make_state(begin(tmp_path, 3))
    path = clip_path(2, 1)
    with Journal(root) as journal:
        journal.intent(work(price=PRICE))
        journal.submitted(CLIP, 1, "job", {})
        for take in ("0001", "0002"):
            journal.published(CLIP, record(path, paid=True, provider="paid", job="job"))
            journal.displaced(path, replaced(root, take, path), "it is made again")
    found = remains(RunDirectory(root))
    assert (len(found.lost), found.price) == (2, PRICE)


def test_what_was_delivered_and_could_not_be_used_was_paid_for(tmp_path: Path) -> None:
    root = make_state(begin(tmp_path, 3))
    path = clip_path(2, 1)
    with Journal(root) as journal:
        journal.displaced(path, replaced(root, "0001", path), "broken")  # somebody's own
        journal.intent(work(price=PRICE))
        journal.submitted(CLIP, 1, "job", {})
        journal.displaced(path, replaced(root, "0002", path), "it is no video")
        journal.ended(CLIP, 1, "it is no video", Billed.YES)
    found = remains(RunDirectory(root))
    assert [(paid.place.split("/")[2], paid.price) for paid in found.paid] == [("0002", PRICE)]


def test_a_file_that_somebody_put_into_a_place_is_not_called_paid_for(tmp_path: Path) -> None:
    root = make_state(begin(tmp_path, 3))
    path = clip_path(2, 1)
    with Journal(root) as journal:
        journal.intent(work(price=PRICE))
        journal.submitted(CLIP, 1, "job", {})
        journal.published(CLIP, record(path, paid=True, provider="paid", job="job"))
        journal.displaced(path, replaced(root, "0001", path, b"other bytes"), "broken")
    assert remains(RunDirectory(root)).paid == ()


def test_a_move_that_no_record_tells_of_is_known_by_its_take(studio: Studio) -> None:
    studio.made(*PLAIN)
    path = clip_path(2, 1)
    directory = RunDirectory(studio.root)
    with Journal(studio.root) as journal:
        place = f"{directory.new_take()}/{path}"
        journal.retake((2,), Step.CLIP.value, {path: place})
    directory.move(path, place)
    (paid,) = remains(directory).lost
    assert (paid.key, paid.place, paid.price) == (Key(Step.CLIP, 2, 1), place, PRICE)


def test_a_later_take_never_passes_for_one_that_was_deleted(studio: Studio) -> None:
    """Its number may stand in the journal: undo would bring the wrong file back."""
    studio.made(*PLAIN)
    for _ in range(2):
        assert studio.vidgen("redo", "--scene", "2", "--yes").code == 0
    assert studio.vidgen("clean", "--yes").code == 0
    directory = RunDirectory(studio.root)
    assert directory.new_take() == ".vidgen/replaced/0003"
    film = f"final_video_{TS}.mp4"
    directory.displace(film)
    assert to_undo(directory, read_ledger(studio.root)) == {}
    assert studio.vidgen("undo").code == ExitCode.USAGE
    assert studio.vidgen("continue").code == 0


def test_a_number_of_a_take_comes_once_though_cleaning_was_cut_off(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.made(*PLAIN)
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == 0

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(disk, "drop_all", interrupted)
        assert studio.vidgen("clean", "--yes").code == ExitCode.INTERRUPTED
    assert RunDirectory(studio.root).new_take() == ".vidgen/replaced/0002"


def test_it_ends_at_ctrl_c_and_says_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_state(begin(tmp_path, 1))
    left_unfinished(root)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "drop_all", interrupted)
    assert main(["clean", str(root), "--yes", "--json"]) == ExitCode.INTERRUPTED
    out, err = capsys.readouterr()
    assert "some of it is deleted, and nothing else" in err
    assert (json.loads(out)["deleted"], json.loads(out)["exit_code"]) == (None, 130)


def test_twenty_thousand_files_take_no_sync_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of so many by default: what counts is that work does not grow faster than files."""
    root = make_state(begin(tmp_path, 1))
    number = 20_000 if ALL else 2_000
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        with Journal(root) as journal:
            for take in range(1, number // 2):
                path = f"scene_{take}_{TS}.mp4"
                journal.published(Key(Step.SCENE, take), record(path, paid=True, provider="paid"))
                journal.displaced(path, replaced(root, f"{take:04}", path), "broken")
        for file in range(number // 2):
            put(root / f".vidgen/tmp/clip-{file // 100}/{file}", b"x")
    synced: list[int] = []
    read: list[Path] = []
    real, real_read = os.fsync, disk.read_file
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(handle) or real(handle))

    def reads(path: Path, largest: int) -> bytes:
        read.append(path)
        return real_read(path, largest)

    monkeypatch.setattr(disk, "read_file", reads)
    assert main(["clean", str(root), "--yes", "-q"]) == 0
    assert not (root / ".vidgen/tmp").exists()
    assert len(synced) <= 8
    assert len(read) <= 2  # the journal, once


# for programs ---------------------------------------------------------------


def test_its_object_is_as_documented(studio: Studio, retaken: Retaken) -> None:
    page = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    part = page.partition("## `vidgen clean DIR --json`")[2]
    documented = json.loads(part.partition("```json\n")[2].partition("```")[0])
    retaken(studio)
    told = studio.vidgen("clean", "--yes", "--json").json
    assert list(told) == list(documented)
    assert list(told["paid"][0]) == list(documented["paid"][0])
    assert (told["deleted"], told["tmp"]["files"], told["replaced"]["files"]) == (True, 2, 4)
    assert told["to_undo"] == sorted(told["to_undo"])
    assert len(told["to_undo"]) == 4
    assert told["paid"][0]["path"] == f"{OLD}/{clip_path(2, 1)}"
    told = studio.vidgen("clean", "--yes", "--json").json
    assert (told["deleted"], told["paid"], told["tmp"]) == (False, [], {"files": 0, "bytes": 0})


@pytest.mark.parametrize("columns", [44, 110])
def test_it_fits_its_terminal(
    studio: Studio, retaken: Retaken, asked: Any, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    retaken(studio)
    shown = asked("n\n")
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["clean", str(studio.root)]) == ExitCode.DECISION
    for line in shown.getvalue().partition("Delete ")[0].splitlines():
        assert len(line) <= columns or " " not in line.strip(), line


def test_it_is_quiet_where_that_is_asked(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    ended = studio.vidgen("clean", "--yes", "-q")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
