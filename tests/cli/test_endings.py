"""How the process ends: its exit code, its last line, and never a traceback."""

from __future__ import annotations

import errno
import os
import re
import shlex
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vidgen_core import cli
from vidgen_core.cli import READER_GONE, main
from vidgen_core.errors import (
    BadOutput,
    ExitCode,
    InputError,
    Locked,
    MachineError,
    UsageError,
    VidgenError,
)

from ..full_disk import FULL, needs_a_full_disk
from .command_lines import PROJECT

posix = pytest.mark.skipif(os.name != "posix", reason="pipes, signals and names differ elsewhere")

_MORE_SPACE = "free some space, then run the same command again\n"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Namespace], Any]], None]:
    """Put a function in the place of the command that will be run."""

    def put(run: Callable[[Namespace], Any]) -> None:
        monkeypatch.setattr(cli, "import_module", lambda name: SimpleNamespace(run=run))

    return put


def raising(error: BaseException) -> Callable[[Namespace], int]:
    def run(arguments: Namespace) -> int:
        raise error

    return run


def test_the_commands_module_is_imported_when_it_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fake(name: str) -> Any:
        asked.append(name)
        return SimpleNamespace(run=lambda arguments: 7)

    monkeypatch.setattr(cli, "import_module", fake)
    assert main(["continue", "DIR"]) == 7
    assert main(["generate", "--continue_from_dir", "DIR"]) == 7
    assert main(["status", "DIR"]) == 7
    assert [name.removeprefix("vidgen_core.cli.") for name in asked] == [
        "continue_command",
        "continue_command",
        "status_command",
    ]


def test_a_command_may_return_an_exit_code(command: Any) -> None:
    command(lambda arguments: ExitCode.DECISION)
    code = main(["status", "DIR"])
    assert code == 10
    assert type(code) is int


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("what"), 2),
        (InputError("what"), 8),
        (Locked("what"), 7),
        (MachineError("what"), 9),
        (BadOutput("what"), 3),
        (VidgenError("what"), 1),
    ],
)
def test_an_error_becomes_its_exit_code_and_the_last_line(
    error: VidgenError, code: int, command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(error))
    assert main(["status", "DIR"]) == code
    assert capsys.readouterr() == ("", "vidgen: what\n")


def test_advice_stands_below_the_message(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(InputError("what", advice="Type this:\n  vidgen")))
    assert main(["status", "DIR"]) == 8
    assert capsys.readouterr().err == "vidgen: what\nType this:\n  vidgen\n"


def test_a_message_cannot_reach_the_terminal_raw(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(InputError("a\nb\x1b[2J\udcff", advice="c\x1b[2J")))
    assert main(["status", "DIR"]) == 8
    assert capsys.readouterr().err == "vidgen: a\\nb\\x1b[2J\\udcff\nc\\x1b[2J\n"


def test_ctrl_c_ends_with_130(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(KeyboardInterrupt()))
    assert main(["continue", "DIR"]) == 130
    assert capsys.readouterr().err == "vidgen: interrupted\n"


def a_bug(arguments: Namespace) -> int:
    raise KeyError("scene")


def test_a_bug_says_so_and_where_without_a_traceback(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(a_bug)
    assert main(["continue", "DIR"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    told, advice = err.splitlines()
    assert re.fullmatch(
        r"vidgen: this is a bug in vidgen: KeyError: 'scene' \(__init__\.py, line \d+\)", told
    )
    assert "-v" in advice


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_a_traceback_is_shown_when_asked_for(
    way: str, command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command(a_bug)
    if way == "variable":
        monkeypatch.setenv("VIDGEN_DEBUG", "1")
    assert main(["continue", "DIR", *(["-v"] if way == "flag" else [])]) == 1
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert 'raise KeyError("scene")' in err
    assert err.splitlines()[-2].startswith("vidgen: this is a bug in vidgen: KeyError")


def test_bad_input_shows_its_traceback_to_developers_only(
    command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(InputError("what")))
    assert main(["continue", "DIR", "-v"]) == 8
    assert capsys.readouterr().err == "vidgen: what\n"
    monkeypatch.setenv("VIDGEN_DEBUG", "1")
    assert main(["continue", "DIR"]) == 8
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.endswith("vidgen: what\n")


@pytest.mark.parametrize(("end", "code"), [(None, 0), (4, 4), ("text", 1)])
def test_a_command_that_exits_keeps_its_code(end: Any, code: int, command: Any) -> None:
    command(raising(SystemExit(end)))
    assert main(["status", "DIR"]) == code


def test_unused_options_are_told_in_one_line_unless_quiet(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(lambda arguments: 0)
    line = ["generate", "--continue_from_dir", "DIR", "--max_scenes", "5"]
    assert main(line) == 0
    assert capsys.readouterr().err == "vidgen: not used when a film is finished: --max-scenes\n"
    assert main([*line, "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_a_broken_pipe_of_our_own_is_a_bug_and_not_silent(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    assert main(["continue", "DIR"]) == 1
    assert "this is a bug in vidgen: BrokenPipeError" in capsys.readouterr().err


def test_where_pipes_cannot_be_asked_a_broken_one_is_taken_for_the_readers(
    command: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "select", SimpleNamespace())
    command(raising(BrokenPipeError(errno.EPIPE, "Broken pipe")))
    assert main(["continue", "DIR"]) == READER_GONE
    assert capsys.readouterr() == ("", "")


def test_a_stream_that_cannot_be_flushed_is_pointed_to_nowhere(
    command: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "output"
    with target.open("wb") as file:

        def flush() -> None:
            raise OSError(errno.EIO, "Input/output error")

        stream = SimpleNamespace(flush=flush, fileno=file.fileno, write=len)
        monkeypatch.setattr(sys, "stdout", stream)
        command(lambda arguments: 0)
        assert main(["status", "DIR"]) == ExitCode.MACHINE
        os.write(file.fileno(), b"lost")
    assert target.read_bytes() == b""


def run_command(body: str, *, variables: dict[str, str] | None = None, **settings: Any) -> Any:
    """Run *body* as the status command, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program(body), "status", os.fsdecode(b"a\xffb")],
        cwd=PROJECT,
        env={**os.environ, "PYTHONUNBUFFERED": "", **(variables or {})},
        timeout=60,
        check=False,
        **settings,
    )


def program(body: str) -> str:
    return (
        "import sys\n"
        "from types import SimpleNamespace\n"
        "from vidgen_core import cli\n"
        f"def run(arguments):\n    {body}\n    return 0\n"
        "cli.import_module = lambda name: SimpleNamespace(run=run)\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )


@pytest.fixture
def nobody() -> Iterator[int]:
    """The writing end of a pipe whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@posix
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_reader_that_goes_away_ends_quietly(lines: int, unbuffered: str, nobody: int) -> None:
    done = run_command(
        f"[print('x' * 80) for _ in range({lines})]",
        variables={"PYTHONUNBUFFERED": unbuffered},
        stdout=nobody,
        stderr=subprocess.PIPE,
    )
    assert (done.returncode, done.stderr) == (READER_GONE, b"")


@posix
def test_an_error_that_nobody_can_read_keeps_its_exit_code(nobody: int) -> None:
    body = "print(1); from vidgen_core.errors import InputError; raise InputError('what')"
    done = run_command(body, stdout=nobody, stderr=nobody)
    assert done.returncode == ExitCode.BAD_INPUT
    done = run_command(body, stdout=nobody, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (ExitCode.BAD_INPUT, b"vidgen: what\n")


def test_a_full_disk_is_this_machines_error(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(OSError(errno.ENOSPC, "No space left on device", "film.mp4")))
    assert main(["continue", "DIR"]) == ExitCode.MACHINE
    assert capsys.readouterr().err == f"vidgen: film.mp4: No space left on device\n{_MORE_SPACE}"


@needs_a_full_disk
def test_output_that_cannot_be_written_is_this_machines_error() -> None:
    with FULL.open("wb") as full:
        done = run_command("print(1)", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == ExitCode.MACHINE
    assert done.stderr == f"vidgen: No space left on device\n{_MORE_SPACE}".encode()


@posix
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_output_that_cannot_be_encoded_is_escaped(locale: str) -> None:
    done = run_command(
        r"print('\xe9', arguments.directory); print(arguments.directory, file=sys.stderr)",
        variables={"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        capture_output=True,
    )
    shown = b"\\xe9" if locale == "C" else "é".encode()
    assert done.stdout == shown + b" a\\udcffb\n"
    assert done.stderr == b"a\\udcffb\n"
    assert done.returncode == 0


@posix
def test_an_interrupt_from_outside_ends_with_130() -> None:
    body = "print('ready', flush=True); import time; time.sleep(60)"
    # What runs in a shell's background is begun with interrupts ignored.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    with subprocess.Popen(
        [sys.executable, "-c", heard + program(body), "status", "DIR"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "vidgen: interrupted\n"


@posix
def test_a_closed_standard_output_is_no_crash() -> None:
    line = f"{shlex.join([sys.executable, '-c', program('print(1)'), 'status', 'DIR'])} >&-"
    done = subprocess.run(["/bin/sh", "-c", line], cwd=PROJECT, timeout=60, check=False)
    assert done.returncode == 0


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vidgen_core", "--version"],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("vidgen ")
