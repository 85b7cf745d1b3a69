"""Layer 10: a run in a terminal ends in order, or at once, and the next one goes on with it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step

from ..command_line import PICTURES_ONLY, environment
from ..terminals import CTRL_C, HIDE_CURSOR, SHOW_CURSOR, Session, hears_signals
from .corner import Corner, is_locked, needs_linux, new_corner, stand_in_ffmpeg
from .extent import counted, some

#: Each of these tests is two commands or more, and other work may be under way.
pytestmark = pytest.mark.timeout(300)

CLIP_1 = Key(Step.CLIP, 1, 1)
#: How long an answer takes that is waited for, and one for which nobody has the patience.
A_WHILE, FOR_EVER = "1.5", "60"


@pytest.fixture
def corner(tmp_path: Path) -> Corner:
    needs_linux()
    return new_corner(tmp_path)


Open = Callable[..., Session]


@pytest.fixture
def terminal(corner: Corner) -> Iterator[Open]:
    """Return a function that begins a film in a terminal."""
    sessions: list[Session] = []

    def begin(slow: str = "0", columns: int = 100, asked: bool = False, **environ: str) -> Session:
        settings = corner.environ(**{"SLOW_CORNER": slow, "TERM": "xterm", **environ})
        session = Session(
            corner.command(engine="slow-corner")[: -1 if asked else None],
            env=environment(corner.home, settings),
            cwd=corner.home,
            columns=columns,
        )
        sessions.append(session)
        return session

    yield begin
    for session in sessions:
        session.close()
    counted("terminals", sessions=len(sessions))


def taken(corner: Corner) -> Callable[[], bool]:
    """Whether the shop took an order, and has not said so yet."""
    return (corner.shop / "taken").exists


def last_line(session: Session) -> str:
    """The last line on the screen, without what moves the cursor."""
    lines = session.said.decode(errors="replace").replace("\r", "\n").strip().splitlines()
    return lines[-1].rpartition("\x1b[?25h")[2].rpartition("\x1b[K")[2]


def shows_its_cursor(session: Session) -> bool:
    """Whether the cursor is there again, if it ever was hidden."""
    return session.said.rfind(SHOW_CURSOR) >= session.said.rfind(HIDE_CURSOR)


def test_ctrl_c_at_the_question_buys_nothing_and_says_how_to_go_on(
    corner: Corner, terminal: Open
) -> None:
    session = terminal(asked=True)
    session.until(lambda: b"Go on? [y/N]" in session.said)
    session.type(CTRL_C)
    assert session.wait() == 130
    assert "nothing was charged" in session.said.decode()
    assert "\nvidgen: interrupted" in session.said.decode().replace("\r", "")
    assert last_line(session).startswith(f"to go on: vidgen continue {corner.root}")
    assert corner.orders() == []
    assert not (corner.root / ".vidgen").exists()


@pytest.mark.parametrize("by", some(["Ctrl-C", "SIGTERM", "SIGHUP"], 1))
def test_a_run_that_is_asked_to_end_waits_for_what_is_precious_and_says_how_to_go_on(
    corner: Corner, terminal: Open, by: str
) -> None:
    session = terminal(A_WHILE)
    session.until(taken(corner))
    if by == "Ctrl-C":
        session.type(CTRL_C)
    else:
        session.process.send_signal(getattr(signal, by))
    assert session.wait() == 130
    assert shows_its_cursor(session)
    said = " ".join(session.said.decode().split())
    assert "interrupted: 0 files made, charged $0.50 for 1 paid piece of work" in said
    assert "; 1 paid job goes on at slow-corner, and is fetched later" in said
    assert f"to go on: vidgen continue {corner.root}" in last_line(session)
    assert read_ledger(corner.root).in_flight[CLIP_1].job == "slow-corner-1"
    corner.assert_sound()
    assert not is_locked(corner.root)
    corner.finish()


def test_the_second_ctrl_c_ends_a_run_at_once(corner: Corner, terminal: Open) -> None:
    session = terminal(FOR_EVER)
    session.until(taken(corner))
    session.type(CTRL_C)
    session.until(lambda: b"may cost money" in session.said)
    begun = time.monotonic()
    session.type(CTRL_C)
    assert session.wait() == 130
    assert time.monotonic() - begun < 4  # and not five, for which an answer is waited
    assert shows_its_cursor(session)
    assert f"vidgen cost {corner.root}" in last_line(session)
    assert last_line(session).endswith(f"to go on: vidgen continue {corner.root}")
    assert not is_locked(corner.root)
    assert read_ledger(corner.root).in_flight[CLIP_1].job == ""  # nobody knows, and it says so
    corner.assert_sound()
    corner.finish()


def test_the_second_ctrl_c_leaves_no_child_at_work(corner: Corner, terminal: Open) -> None:
    held, hold = corner.shop / "held", corner.shop / "hold"
    hold.touch()
    ffmpeg = stand_in_ffmpeg(corner)
    session = terminal(**ffmpeg)
    session.until(held.exists)
    session.until(lambda: len(psutil.Process(session.process.pid).children(recursive=True)) > 1)
    children = psutil.Process(session.process.pid).children(recursive=True)
    session.process.send_signal(signal.SIGINT)
    time.sleep(0.02)  # two at one moment are one
    session.process.send_signal(signal.SIGINT)
    assert session.wait() == 130
    _, alive = psutil.wait_procs(children, 3)
    for child in alive:
        child.kill()
    assert alive == []
    assert not is_locked(corner.root)
    hold.unlink()
    corner.finish(environ=ffmpeg)


def test_ctrl_c_while_the_end_is_told_loses_neither_the_charge_nor_what_to_type(
    corner: Corner,
) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:  # nobody reads yet: the result cannot be written
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    said = corner.home / "said"
    with said.open("wb") as err:
        child = corner.start(
            corner.command("--json"), stdout=writer, stderr=err, preexec_fn=hears_signals
        )
    os.close(writer)
    until_it_stands_still(corner, child)
    child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    with os.fdopen(reader, "rb") as pipe:
        result = pipe.read().lstrip(b"\0")
    assert child.wait(60) == 0
    assert json.loads(result)["exit_code"] == 0
    last = said.read_text().splitlines()[-1]
    assert last.startswith("finished: 5 files made, charged $1.00 for 2 paid pieces of work")
    corner.assert_bought_once()


def until_it_stands_still(corner: Corner, child: subprocess.Popen[bytes]) -> None:
    """Wait until the film is made, and *child* waits for somebody to read its result."""
    late = time.monotonic() + 90
    while not (corner.root / ".vidgen/probes.json").exists():
        assert child.poll() is None
        assert time.monotonic() < late
        time.sleep(0.05)
    me, before = psutil.Process(child.pid), -1.0
    while (now := sum(me.cpu_times()[:2])) != before or me.status() != psutil.STATUS_SLEEPING:
        before = now
        assert time.monotonic() < late
        time.sleep(0.5)


def test_a_terminal_that_is_closed_costs_no_order(corner: Corner, terminal: Open) -> None:
    session = terminal(A_WHILE)
    session.until(taken(corner))
    session.hang_up()
    assert session.wait() not in (0, 1)
    assert read_ledger(corner.root).in_flight[CLIP_1].job == "slow-corner-1"
    corner.assert_sound()
    corner.finish()


@pytest.mark.parametrize("name", some(["SIGHUP", "SIGINT"], 1))
def test_a_signal_that_was_ignored_from_the_first_stays_ignored(corner: Corner, name: str) -> None:
    number = getattr(signal, name)

    def as_nohup_does() -> None:
        hears_signals()
        signal.signal(number, signal.SIG_IGN)

    child = corner.start(
        corner.command(engine="slow-corner"),
        environ={"SLOW_CORNER": "0.5"},
        preexec_fn=as_nohup_does,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while not taken(corner)():
        assert child.poll() is None
        time.sleep(0.01)
    child.send_signal(number)
    assert child.wait(60) == 0
    corner.assert_bought_once()
    counted("terminals", ignored_signals=1)


CONTINUE = f"continue DIR --engine slow-corner {' '.join(PICTURES_ONLY)} --yes"
PIPES = (
    f"{CONTINUE} 2>&1 | head -n 1",
    f"{CONTINUE} --json | head -c 1",
    f"{CONTINUE} -v 2>&1 | head -n 4",
    "status DIR | head -c 1",
    "status DIR --json | head -c 1",
    "log DIR | head -n 1",
    "log DIR --json | head -c 1",
    "cost DIR -v | head -c 1",
)


def in_a_shell(corner: Corner, line: str, **environ: str) -> Any:
    """Run a line of a shell in which ``vidgen`` is the command, and ``DIR`` the film."""
    words = line.replace("DIR", shlex.quote(str(corner.root)))
    me = shlex.join([sys.executable, "-m", "vidgen_core"])
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {me} {words}"],
        env=environment(corner.home, corner.environ(**environ)),
        cwd=corner.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
        preexec_fn=hears_signals,
    )


@pytest.mark.parametrize("line", some(PIPES, 1))
def test_a_reader_who_goes_away_breaks_nothing(corner: Corner, line: str) -> None:
    done = in_a_shell(corner, line)
    assert done.returncode in (0, 141), done.stderr
    assert b"Traceback" not in done.stderr
    assert b"bug in vidgen" not in done.stderr
    corner.assert_sound()
    corner.finish("--engine", "slow-corner", *PICTURES_ONLY)
    counted("terminals", closed_pipes=1)


CLOSED = (">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&- 2>&-")


@pytest.mark.parametrize("closed", some(CLOSED, 1))
def test_streams_that_were_closed_from_the_first_lead_into_no_file(
    corner: Corner, closed: str
) -> None:
    done = in_a_shell(corner, f"{CONTINUE} {closed}")
    assert done.returncode == 0, done.stderr
    corner.assert_bought_once()
    for path in corner.root.rglob("*"):
        assert not path.is_file() or b"slow corner talks" not in path.read_bytes(), path
    for line in (corner.root / ".vidgen/journal.jsonl").read_text().splitlines():
        json.loads(line)
    counted("terminals", closed_streams=1)


_LOCALE = ("LANG", "LC_", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONCOERCE")
LOCALES = (
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "C"},
    {"LC_ALL": "nowhere_XX.UTF-8"},
    {"LANG": ""},
)


@pytest.mark.parametrize("locale", some(LOCALES, 1))
def test_no_locale_is_no_reason_to_fail(tmp_path: Path, locale: dict[str, str]) -> None:
    needs_linux()
    corner = new_corner(tmp_path, scene_name="Zoë geht 日本へ 🎬", narration="Schön — ﬁn")
    root = corner.root.rename(corner.root.parent / "Füße 日本")
    whole = environment(corner.home, corner.environ())
    bare = {name: value for name, value in whole.items() if not name.startswith(_LOCALE)}
    for words in (corner.command(root=root), [*corner.command()[:3], "status", str(root)]):
        done = subprocess.run(
            words,
            env=bare | locale,
            cwd=corner.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
    corner.assert_bought_once(root)
    counted("terminals", locales=1)


def test_a_window_that_is_resized_meanwhile_shows_on(corner: Corner, terminal: Open) -> None:
    session = terminal(A_WHILE, columns=120)
    session.until(taken(corner))
    for columns in (20, 1, 300, 80):
        session.resize(columns)
        time.sleep(0.2)
    assert session.wait() == 0, session.said
    assert shows_its_cursor(session)
    corner.assert_bought_once()


@pytest.mark.parametrize("columns", some((20, 5, 1), 1))
def test_a_narrow_window_is_wide_enough(corner: Corner, terminal: Open, columns: int) -> None:
    session = terminal("0.3", columns=columns)
    assert session.wait() == 0, session.said
    assert shows_its_cursor(session)
    assert b"Traceback" not in session.said
    corner.assert_bought_once()


def test_a_terminal_that_cannot_move_its_cursor_is_not_asked_to(
    corner: Corner, terminal: Open
) -> None:
    session = terminal(TERM="dumb")
    assert session.wait() == 0, session.said
    assert b"\x1b" not in session.said
    corner.assert_bought_once()
