"""``vidgen verify`` tells beside what is broken how far the run is, and what it could not tell."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import layout
from vidgen_core.cli import main
from vidgen_core.errors import ExitCode
from vidgen_core.inspection.holding import held_by
from vidgen_core.journal import read_ledger
from vidgen_core.rundir import RunDirectory

from ..journal_records import path_of
from ..retakes.studio import PLAIN, Crash, Studio, without_scene
from ..run_directories import TS, everything, picture, put
from .test_verify import Retaken, spoil_journal

SCENES_FILE = f"scenes_{TS}.json"


def last(studio: Studio, *options: str) -> str:
    """The last line of what it says, for which nothing is written, where nothing is broken."""
    before = everything(studio.root)
    ended = studio.vidgen("verify", *options)
    assert everything(studio.root) == before
    assert (ended.code, ended.err) == (0, "")
    return ended.out.splitlines()[-1]


def killed(studio: Studio, point: str) -> None:
    """Have a redo of scene 2 die at *point*, once a film is made."""
    studio.made(*PLAIN)

    def dies(reached: str) -> None:
        if reached == point:
            raise Crash

    studio.service.at = dies
    with suppress(Crash):
        main(["redo", str(studio.root), "--scene", "2", "--yes", "-q"])
    studio.service.at = lambda reached: None


# how far the run is ---------------------------------------------------------


def test_a_film_that_is_not_there_yet_is_told(studio: Studio) -> None:
    assert last(studio) == (
        f"all of it is whole; the film is not finished: vidgen status {studio.root}"
    )
    assert "the film is not there yet" in studio.vidgen("status").out
    told = studio.vidgen("verify", "--json").json
    assert (told["whole"], told["finished"]) == (True, False)


def test_a_finished_film_is_told_as_before(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    assert last(studio) == "all of it is whole"
    told = studio.vidgen("verify", "--json").json
    assert (told["finished"], told["under_way"], told["in_doubt"]) == (True, 0, 0)
    assert told["at_work"] == ""


@pytest.mark.parametrize(
    ("point", "said", "doubtful"),
    [("poll", "1 order under way", 0), ("before submit", "1 order under way (1 in doubt)", 1)],
)
def test_paid_work_under_way_is_told(studio: Studio, point: str, said: str, doubtful: int) -> None:
    killed(studio, point)
    assert last(studio) == (
        f"all of it is whole; the film is not finished, {said}: vidgen status {studio.root}"
    )
    told = studio.vidgen("verify", "--json").json
    assert (told["finished"], told["under_way"], told["in_doubt"]) == (False, 1, doubtful)


def test_an_order_that_the_film_does_not_need_is_told_too(studio: Studio) -> None:
    killed(studio, "poll")
    without_scene(studio, 2)
    assert studio.vidgen("continue", "--yes").code == 0
    assert last(studio) == (f"all of it is whole; 1 order under way: vidgen status {studio.root}")


def test_a_plan_that_cannot_be_made_is_no_finished_film(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    path = studio.root / SCENES_FILE
    scenes = json.loads(path.read_text())
    path.write_text(json.dumps([{**each, "scene_number": 50 + n} for n, each in enumerate(scenes)]))
    assert studio.vidgen("status").code == ExitCode.BAD_INPUT
    assert last(studio) == (
        f"all of it is whole; what the film lacks cannot be told: vidgen status {studio.root}"
    )
    assert studio.vidgen("verify", "--json").json["finished"] is None


# a run at work --------------------------------------------------------------


def test_a_run_at_work_is_named_whatever_is_found(studio: Studio, retaken: Retaken) -> None:
    retaken(studio)
    directory = RunDirectory(studio.root)
    with directory.locked("vidgen continue film"):
        ended = studio.vidgen("verify")
        told = studio.vidgen("verify", "--json").json
        (studio.root / f"final_video_{TS}.mp4").write_bytes(b"")
        broken = studio.vidgen("verify")
    *_, said, whole = ended.out.splitlines()
    assert (ended.code, whole) == (0, "all of it is whole")
    assert said.startswith(f"a run is at work here, pid {os.getpid()} on {socket.gethostname()}")
    assert said.endswith("(vidgen continue film): look again when it is over")
    assert said == f"a run is at work here, {told['at_work']}: look again when it is over"
    assert broken.code == ExitCode.FAILED
    assert "a run is at work here" in broken.out
    assert "at work" not in studio.vidgen("verify").out


def test_nobody_is_kept_from_beginning_by_a_look(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run left that is over names a process that is gone: its lock is not even tried."""
    directory = RunDirectory(studio.root)
    with directory.locked("vidgen continue"):
        pass
    lock = directory.path(layout.LOCK)
    who = json.loads(lock.read_bytes())
    fcntl = pytest.importorskip("fcntl")
    tried: list[int] = []
    monkeypatch.setattr(fcntl, "flock", lambda *_: tried.append(1))
    over = subprocess.Popen([sys.executable, "-c", ""])
    over.wait(60)
    pid = over.pid
    lock.write_text(json.dumps({**who, "pid": pid}))
    assert held_by(directory) == ""
    assert not tried
    for other in (b"", b"[]", b"{", json.dumps({**who, "host": "elsewhere", "pid": pid}).encode()):
        lock.write_bytes(other)
        assert held_by(directory) == ""
    assert len(tried) == 4


def test_a_run_that_begins_in_the_middle_of_a_look_begins(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the lock's file says is of a pid that lives: the lock itself has to be asked."""
    directory = RunDirectory(studio.root)
    with directory.locked("vidgen continue"):
        pass
    fcntl = pytest.importorskip("fcntl")
    flock, met, begun = fcntl.flock, threading.Event(), []

    def begin() -> None:
        with directory.locked("vidgen continue"):
            begun.append(1)

    def meets(handle: int, how: int) -> Any:
        if threading.current_thread() is begins:
            try:
                return flock(handle, how)
            finally:
                met.set()
        flock(handle, how)
        begins.start()
        assert met.wait(10)
        return None

    begins = threading.Thread(target=begin)
    monkeypatch.setattr(fcntl, "flock", meets)
    assert held_by(directory) == ""
    begins.join(10)
    assert begun


@pytest.mark.parametrize("content", [b"", b"[" * 60000], ids=["empty", "nested"])
def test_a_run_that_has_not_said_who_it_is_is_at_work(studio: Studio, content: bytes) -> None:
    directory = RunDirectory(studio.root)
    with directory.locked("vidgen continue"):
        directory.path(layout.LOCK).write_bytes(content)
        assert held_by(directory) == "it has not said who it is yet"


# a journal that is damaged --------------------------------------------------


def advice(studio: Studio) -> str:
    ended = studio.vidgen("verify", "--json")
    (told,) = ended.json["findings"]
    assert (ended.code, told["condition"]) == (ExitCode.FAILED, "damaged")
    return str(told["advice"])


def test_what_goes_with_a_damaged_journal_is_told_first(studio: Studio) -> None:
    killed(studio, "poll")
    spoil_journal(studio.root)
    before, fetch, look = advice(studio).split("; ", 2)
    assert before == (
        "once it is moved away, 1 order under way is forgotten "
        "and what was spent ($2.00) counts in no limit any more"
    )
    assert fetch == f"fetch first what is under way: vidgen collect {studio.root}"
    file = path_of(studio.root)
    assert look == (
        f"look at it (vidgen log {studio.root}); then move it away: mv {file} {file}.damaged"
    )
    assert studio.vidgen("collect").code == 0
    assert not read_ledger(studio.root).in_flight
    assert advice(studio).startswith(
        "once it is moved away, what was spent ($2.00) counts in no limit any more; look at it"
    )


def test_what_is_in_doubt_cannot_be_fetched_by_a_damaged_journal(studio: Studio) -> None:
    killed(studio, "before submit")
    spoil_journal(studio.root)
    said = advice(studio)
    assert "1 order under way (1 in doubt) is forgotten" in said
    assert "($1.50–2.00)" in said
    assert "collect" not in said
    assert studio.vidgen("collect").code == ExitCode.DECISION
    ended = studio.vidgen("continue")
    assert ended.code == ExitCode.DECISION
    file = path_of(studio.root)
    assert ended.last.partition("; to go on: ")[2] == (
        f"once {file} is moved away, 1 order under way (1 in doubt) is forgotten and what was "
        f"spent ($1.50–2.00) counts in no limit any more; look at it (vidgen log {studio.root}), "
        f"move it away (mv {file} {file}.damaged), then vidgen continue {studio.root}"
    )


def test_a_journal_that_was_moved_away_before_is_never_overwritten(studio: Studio) -> None:
    """Each is a record of orders and of money: every advice names a place that is free."""
    killed(studio, "before submit")
    spoil_journal(studio.root)
    file = path_of(studio.root)
    for expected in ("damaged", "damaged-2", "damaged-3"):
        move = f"mv {file} {file}.{expected}"
        assert advice(studio).endswith(f"; then move it away: {move}")
        assert f", move it away ({move}), then " in studio.vidgen("continue").last
        assert move in studio.vidgen("clean", "--yes").err
        assert subprocess.run(move.split(), timeout=60).returncode == 0
        shutil.copy(f"{file}.{expected}", file)  # the next one that is damaged


def test_a_journal_that_names_no_money_is_moved_away_without_a_word(studio: Studio) -> None:
    assert studio.vidgen("continue", "--engine", "here", *PLAIN).code == 0
    spoil_journal(studio.root)
    assert advice(studio).startswith("look at it")


# what there is no record of -------------------------------------------------


def test_what_could_not_be_compared_is_counted_and_named_where_that_is_asked(
    studio: Studio, retaken: Retaken
) -> None:
    retaken(studio)
    short = studio.vidgen("verify").out
    assert ", 1 without a record to compare with (-v names it)\n" in short
    assert SCENES_FILE not in short
    mine = Path(f"scene_1_all_vid_{TS}/scene_1_first_frame.jpg")
    put(studio.root / mine, picture(3))
    long = studio.vidgen("verify", "-v").out
    assert ", 2 without a record to compare with\n" in long
    for path in (SCENES_FILE, mine):
        assert f"  {path}: read, and there is no record to compare it with\n" in long
    told = studio.vidgen("verify", "--json").json
    assert told["no_record"] == [str(mine), SCENES_FILE]
    assert told["as_written"] + 2 == told["files"]
