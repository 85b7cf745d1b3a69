"""``vidgen log`` tells what happened, in order, whatever became of the journal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.cli import READER_GONE, main
from vidgen_core.errors import Billed, ExitCode, Refused, Unavailable
from vidgen_core.journal import Journal
from vidgen_core.journal.story import Story
from vidgen_core.model import Key, Step
from vidgen_core.report.story import without_queries
from vidgen_core.specs import Price

from ..command_line import Ended, environment, vidgen
from ..fakes import PRICE
from ..journal_records import CLIP, five_records, path_of, record, rewritten, work
from ..retakes.studio import PLAIN, Studio
from ..run_directories import begin, everything, put
from ..run_paths import clip_path
from ..terminals import Terminal

Command = Callable[..., Ended]
Retaken = Callable[[Studio], None]
KEY = "Zq7Lx2Vt9Rw4Bn8KcJ5mTf3Y"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A run with a journal of every kind of record."""
    root = begin(tmp_path, 4)
    (root / ".vidgen").mkdir()
    path = clip_path(2, 1)
    with Journal(root, version="1.2") as journal:
        journal.intent(work(price=Price(0.5, 0.7), seconds=5.0))
        journal.submitted(CLIP, 1, f"https://u:{KEY}@luma.example/jobs/7?sig=abc#x", {"url": "x"})
        journal.arriving(CLIP, record(path, paid=True, provider="paid"))
        journal.published(CLIP, record(path, paid=True, provider="paid"))
        journal.retake((2,), "clip", {path: f".vidgen/replaced/0001/{path}"})
        journal.displaced(path, f".vidgen/replaced/0001/{path}", "it is made again")
        journal.restored(path, f".vidgen/replaced/0001/{path}")
        journal.intent(work(Key(Step.SCENES), price=Price(0.1, 0.3)))
        journal.answered(Key(Step.SCENES), 1, Price(0.02, 0.02))
        journal.close_orders()
        journal.priced(work(Key(Step.SCENES), price=Price(0.2, 0.4)))
        journal.intent(work(Key(Step.CLIP, 3, 1), price=Price(0.5, 0.5)))
        journal.ended(Key(Step.CLIP, 3, 1), 1, f"see https://a.example/b?key={KEY}.", Billed.NO)
        journal.intent(work(Key(Step.CLIP, 4, 1), price=Price(0.5, 0.5)))
        journal.adopted(Key(Step.CLIP, 4, 1), 1, "job-9")
        journal.intent(work(Key(Step.SOUND, 4), price=Price(0.1, 0.1)))
    return root


def test_each_record_is_a_sentence_in_the_order_of_time(root: Path, command: Command) -> None:
    ended = command("log", root, "-v")
    assert ended.code == 0
    said = [line[21:] for line in ended.out.splitlines()]
    path = clip_path(2, 1)
    assert said[:17] == [
        "the journal begins, by vidgen 1.2",
        "asked paid for scene 2 clip 1 (5 s): $0.50–0.70",
        "paid has scene 2 clip 1 as job https://luma.example/jobs/7?…",
        f"scene 2 clip 1 is here, and gets its name: {path}",
        f"scene 2 clip 1 made by paid, paid for: {path}",
        "redo: the clips of scene 2; 1 file moves away",
        f"moved to .vidgen/replaced/0001 (it is made again): {path}, which was paid for",
        f"{path} is back from .vidgen/replaced/0001",
        "asked paid for the scenes: $0.10–0.30",
        "paid answered: the scenes, and says that it cost $0.02",
        "nothing more is asked for the scenes at its price: it cost $0.02",
        "to go on with the scenes at paid costs $0.20–0.40 now",
        "asked paid for scene 3 clip 1: $0.50",
        "scene 3 clip 1 came to nothing: see https://a.example/b?…; not charged",
        "asked paid for scene 4 clip 1: $0.50",
        "you said that paid has scene 4 clip 1: job job-9 is adopted",
        "asked paid for the sound of scene 4: $0.10",
    ]
    assert "cost so far: $1.02–1.22 for 3 paid pieces of work" in ended.out
    assert "in doubt, for no answer came: the sound of scene 4 at paid, $0.10" in ended.out
    short = command("log", root)
    assert "gets its name" not in short.out
    assert "nothing more is asked" not in short.out


def test_no_key_and_no_query_is_shown(root: Path, tmp_path: Path) -> None:
    with Journal(root) as journal:
        journal.ended(Key(Step.SOUND, 4), 1, f"the header was Bearer {KEY}", Billed.UNKNOWN)
    site = tmp_path / "site"
    plugin = b"""
from vidgen_core import VideoEngineSpec, hookimpl

@hookimpl
def vidgen_video_engines():
    made = {"factory": lambda context: None, "lengths": (5,), "keys": ("PAID_KEY",)}
    yield VideoEngineSpec(name="paid", summary="x", **made)
"""
    put(site / "dear.py", plugin)
    facts = site / "vidgen_dear-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-dear\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\ndear = dear\n")
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(site)])
    for options in (("-v",), ("--json",)):
        ended = vidgen(
            *("log", root, *options), home=tmp_path, environ={"PYTHONPATH": path, "PAID_KEY": KEY}
        )
        assert ended.code == 0, ended.err
        for part in (KEY, "sig=abc", "key="):
            assert part not in ended.out + ended.err
        assert "Bearer [key]" in ended.out


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://u:p@h.example/a/b?key=1;2#x; then", "https://h.example/a/b?…; then"),
        ("(http://x.example/z?q=1).", "(http://x.example/z?…)."),
        ("data:image/png;base64,AAAA= x", "data:… x"),
        ("https://[bad/?k=1", "https:…"),
        ("s3://bucket/key?sig=1, ftp://a", "s3://bucket/key?…, ftp://a"),
        ("no address: at all", "no address: at all"),
    ],
)
def test_of_an_address_only_the_place_is_shown(text: str, shown: str) -> None:
    assert without_queries(text) == shown


def test_a_run_is_told_as_it_went(studio: Studio) -> None:
    studio.service.trouble["submit"] = [Refused("no boats"), None]
    studio.service.trouble["submitted"] = [Unavailable("the line went dead")]
    studio.vidgen("continue", "--engine", "paid", "--yes", *PLAIN)
    before = everything(studio.root)
    ended = studio.vidgen("log")
    assert (ended.code, ended.err) == (0, "")
    assert everything(studio.root) == before
    assert "scene 1 clip 1 came to nothing: no boats; not charged" in ended.out
    assert "may have been charged" in ended.out
    assert "in doubt, for no answer came: scene" in ended.out
    bill = studio.vidgen("cost", "--json").json["total"]
    assert studio.vidgen("log", "--json").json["cost"] == bill


def test_one_scene_is_told_alone(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    told = studio.vidgen("log", "--scene", "2", "--json").json
    assert told["cost"] == {"low": 2 * PRICE.low, "high": 2 * (PRICE.high or 0)}
    for entry in told["entries"]:
        of = [part for part in (entry["id"] or "").split("-") if part.isdigit()]
        assert "2" in of[:1] or entry["scenes"] == [2] or "scene_2_" in entry["path"]
    kinds = [entry["kind"] for entry in told["entries"]]
    assert kinds.count("intent") == 2
    assert "retake" in kinds
    assert studio.vidgen("log", "--scene", "7").out == "the journal says nothing about that\n"


# what became of the journal -------------------------------------------------


def test_lines_that_cannot_be_read_are_named_and_the_rest_is_told(
    root: Path, command: Command
) -> None:
    lines = path_of(root).read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b"paid", b"pAid", 1)
    lines[8] = rewritten(lines[8], work={"key": 5})
    path_of(root).write_bytes(b"".join(lines) + b'{"crc":"12')
    before = everything(root)
    ended = command("log", root)
    assert ended.code == 0
    assert everything(root) == before
    assert "line 5 cannot be read: its checksum does not fit" in ended.out
    assert "line 9 cannot be read: it makes no sense" in ended.out
    assert "is torn (10 bytes), and is dropped" in ended.out
    assert "2 lines of" in ended.out
    assert "the sum may lack them" in ended.out
    assert "paid has scene 2 clip 1 as job" in ended.out
    told = command("log", root, "--json").json
    assert [e["line"] for e in told["entries"] if e["kind"] == "unreadable"] == [5, 9]
    assert told["torn_bytes"] == 10


@pytest.mark.parametrize("at", range(0, 100, 14))
def test_a_journal_cut_anywhere_is_told(root: Path, capsys: Any, at: int) -> None:
    content = path_of(root).read_bytes()
    path_of(root).write_bytes(content[: len(content) * at // 100])
    assert main(["log", str(root)]) == 0
    assert main(["log", str(root), "--json"]) == 0
    capsys.readouterr()


def test_records_of_a_kind_to_come_are_named(root: Path, command: Command) -> None:
    lines = path_of(root).read_bytes().splitlines(keepends=True)
    path_of(root).write_bytes(b"".join([lines[0], rewritten(lines[1], kind="paused")]))
    ended = command("log", root)
    assert "a record that this version does not know: paused" in ended.out


def test_a_newer_journal_is_refused(root: Path, command: Command) -> None:
    first, *lines = path_of(root).read_bytes().splitlines(keepends=True)
    path_of(root).write_bytes(b"".join([rewritten(first, schema=99), *lines]))
    ended = command("log", root, "--json")
    assert (ended.code, "newer vidgen" in ended.json["error"]) == (ExitCode.DECISION, True)


def test_without_a_journal_it_says_why_there_may_be_none(tmp_path: Path, command: Command) -> None:
    root = begin(tmp_path, 1)
    ended = command("log", root)
    assert (ended.code, ended.out) == (
        0, "there is no journal: nothing was made here yet, or it was deleted\n",
    )  # fmt: skip
    put(root / f".vidgen/requests/{CLIP.id}-1.json", b"{}")
    ended = command("log", root)
    assert "1 order" in ended.out
    assert "it was lost" in ended.out
    assert not (root / ".vidgen/journal.jsonl").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "never"},
        {"at": "9999-12-31T23:59:59+00:00"},
        {"at": 7},
        {"kind": 3},
        {"kind": "submitted"},
        {"kind": "retake", "scenes": "x", "only": [], "away": 3, "back": 1},
        {"kind": "displaced", "path": 3, "place": None},
        {"kind": "published", "key": "clip-1-1", "file": {"path": "\x1b[2J"}},
        {"work": {"key": "clip-2-1", "take": 1, "price": {"low": -1, "high": 2}}},
    ],
)
def test_whatever_a_record_says_the_rest_is_told(
    root: Path, changes: dict[str, Any], command: Command
) -> None:
    lines = path_of(root).read_bytes().splitlines(keepends=True)
    lines[1] = rewritten(lines[1], **changes)
    path_of(root).write_bytes(b"".join(lines))
    ended = command("log", root)
    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.out
    assert "asked paid for the scenes" in ended.out


def test_the_story_adds_up_to_what_the_journal_says(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    (root / ".vidgen").mkdir()
    ledger = five_records(root)
    story = Story(root)
    assert len(list(story.happenings())) == 5
    assert story.reading.ledger() == ledger


# where it is shown ----------------------------------------------------------


@pytest.mark.parametrize("columns", [44, 110])
def test_it_fits_its_terminal(root: Path, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["log", str(root), "-v"]) == 0
    lines = shown.getvalue().splitlines()
    assert len(lines) > 20
    for line in lines:
        assert len(line) <= columns or " " not in line[10:].strip(), line
    dated = [line for line in lines if line[4:5] == "-"]
    assert len(dated) == (1 if columns == 44 else 17)


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    (root / ".vidgen").mkdir()
    with Journal(root) as journal:
        for number in range(1, 500):
            journal.displaced(f"{number}.mp4", f".vidgen/replaced/1/{number}.mp4", "x" * 400)
    log = subprocess.Popen(
        [sys.executable, "-m", "vidgen_core", "log", str(root)],
        cwd=Path(__file__).parents[2],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert log.stdout is not None
    assert b"the journal begins" in log.stdout.readline()
    log.stdout.close()
    assert log.stderr is not None
    assert (log.stderr.read(), log.wait(60)) == (b"", READER_GONE)
    log.stderr.close()


def test_its_object_is_as_documented(root: Path, command: Command) -> None:
    page = (Path(__file__).parents[2] / "docs/json.md").read_text("utf-8")
    part = page.partition("## `vidgen log DIR --json`")[2]
    documented = json.loads(part.partition("```json\n")[2].partition("```")[0])
    told = command("log", root, "--json").json
    assert list(told) == list(documented)
    assert list(told["entries"][0]) == list(documented["entries"][0])
    order = told["entries"][1]
    assert (order["kind"], order["id"], order["line"]) == ("intent", "clip-2-1", 2)
    assert order["price"] == {"low": 0.5, "high": 0.7}
    assert {entry["kind"] for entry in told["entries"]} <= set(
        part.replace("`", " ").replace(",", " ").split()
    )
    assert [each["id"] for each in told["in_flight"]]


def test_a_line_that_lacks_is_told_with_the_sum(studio: Studio) -> None:
    studio.made(*PLAIN)
    journal = path_of(studio.root)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    ended = studio.vidgen("log")
    assert ended.code == 0
    assert "lines are missing or out of order before it: the sum may lack them" in ended.out


def test_no_text_of_a_journal_takes_long_to_be_looked_through() -> None:
    assert without_queries("data:" + ":" * 200_000 + "x ") == "data:…" + " "
    assert without_queries("a" * 200_000 + " see https://a.example/b?key=c).") == (
        "a" * 200_000 + " see https://a.example/b?…)."
    )
