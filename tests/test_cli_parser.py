"""The command line's outside: what is accepted, what is refused, and how the process ends."""

from __future__ import annotations

import errno
import importlib.util
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
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import cli
from vidgen_core.cli import READER_GONE, main
from vidgen_core.cli.parser import build_parser, parse
from vidgen_core.errors import (
    BadOutput,
    ExitCode,
    InputError,
    Locked,
    MachineError,
    UsageError,
    VidgenError,
)

#: A busy machine is no fault of the code.
unhurried = settings(deadline=None)

PROJECT = Path(__file__).parent.parent
posix = pytest.mark.skipif(os.name != "posix", reason="pipes, signals and names differ elsewhere")
COMMANDS = ("continue", "generate", "status", "plugins")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDGEN_DEBUG", raising=False)


def read(line: str) -> Namespace:
    return parse(shlex.split(line))


def refused(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that explains the refusal of a command line."""
    with pytest.raises(SystemExit) as end:
        read(line)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    usage, *rest = err.splitlines()
    assert usage.startswith("usage: vidgen")
    (told,) = rest
    return told


# --- what is accepted -----------------------------------------------------------------------


def test_what_is_not_given_is_left_to_the_settings() -> None:
    arguments = read("continue DIR")
    assert vars(arguments) == {
        "command": "continue",
        "directory": "DIR",
        "unused": (),
        "engine": None,
        "model": None,
        "image_generator": None,
        "tts": None,
        "sound_engine": None,
        "stitcher": None,
        "set": [],
        "skip_narration": None,
        "skip_sound_effects": None,
        "keep_clip_audio": None,
        "first_frame_image_gen": None,
        "initial_image_path": None,
        "initial_image_prompt": None,
        "seed": None,
        "preview": False,
        "dry_run": False,
        "jobs": None,
        "yes": False,
        "list_json_files": False,
        "json": False,
        "quiet": False,
        "verbose": False,
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--engine local", {"engine": "local"}),
        ("--engine=local", {"engine": "local"}),
        ("--video-engine local", {"engine": "local"}),
        ("--video_engine local", {"engine": "local"}),
        ("--model claude", {"model": "claude"}),
        ("--image-generator fal", {"image_generator": "fal"}),
        ("--image_generator fal", {"image_generator": "fal"}),
        ("--image-gen-model fal", {"image_generator": "fal"}),
        ("--image_gen_model fal", {"image_generator": "fal"}),
        ("--tts voice", {"tts": "voice"}),
        ("--sound-engine s", {"sound_engine": "s"}),
        ("--sound_engine s", {"sound_engine": "s"}),
        ("--stitcher ffmpeg", {"stitcher": "ffmpeg"}),
        ("--skip-narration", {"skip_narration": True}),
        ("--skip_narration", {"skip_narration": True}),
        ("--narration", {"skip_narration": False}),
        ("--skip-narration --narration", {"skip_narration": False}),
        ("--narration --skip_narration", {"skip_narration": True}),
        ("--skip_sound_effects", {"skip_sound_effects": True}),
        ("--sound-effects", {"skip_sound_effects": False}),
        ("--sound_effects", {"skip_sound_effects": False}),
        ("--first_frame_image_gen", {"first_frame_image_gen": True}),
        ("--first-frame-image-gen", {"first_frame_image_gen": True}),
        ("--no-first-frame-image-gen", {"first_frame_image_gen": False}),
        ("--keep-clip-audio", {"keep_clip_audio": True}),
        ("--drop-clip-audio", {"keep_clip_audio": False}),
        ("--initial-image-path 'a b.png'", {"initial_image_path": "a b.png"}),
        ("--initial_image_path x", {"initial_image_path": "x"}),
        ("--initial_image_prompt 'a %d'", {"initial_image_prompt": "a %d"}),
        ("--list_json_files", {"list_json_files": True}),
        ("--set local.zoom=1=2 --set seed=3", {"set": ["local.zoom=1=2", "seed=3"]}),
        ("--set 'local.text=a\nb'", {"set": ["local.text=a\nb"]}),
        ("--jobs 4", {"jobs": 4}),
        ("--dry-run --json --preview --yes", {"dry_run": True, "json": True, "preview": True}),
        ("--dry_run", {"dry_run": True}),
        ("--seed 0", {"seed": 0}),
        ("-q", {"quiet": True}),
        ("-v", {"verbose": True}),
        ("-qv", {"quiet": True, "verbose": True}),
    ],
)
def test_every_option_is_accepted_in_both_spellings(
    options: str, expected: dict[str, object]
) -> None:
    for line in (f"continue DIR {options}", f"continue {options} DIR"):
        arguments = read(line)
        assert arguments.directory == "DIR"
        assert {name: getattr(arguments, name) for name in expected} == expected
    finished = read(f"generate --continue-from-dir DIR {options}")
    assert vars(finished) == vars(read(f"continue DIR {options}"))


@pytest.mark.parametrize("command", ["continue", "status"])
@pytest.mark.parametrize(
    "line", ["DIR", "--directory DIR", "--directory=DIR", "-- DIR", "--json DIR", "DIR --json"]
)
def test_the_directory_may_be_given_in_either_way(command: str, line: str) -> None:
    assert read(f"{command} {line}").directory == "DIR"


@pytest.mark.parametrize("command", ["continue", "status"])
@pytest.mark.parametrize("name", ["-x", "--json", "--", "-1", "a b", "é\udcff", "a\nb", "%d"])
def test_a_directory_of_any_name_may_stand_behind_two_dashes(command: str, name: str) -> None:
    arguments = parse([command, "--", name])
    assert arguments.directory == name
    assert not arguments.json
    assert name == "--" or parse([command, f"--directory={name}"]).directory == name
    assert parse([command, "--json", "--", name]).json


@pytest.mark.parametrize("option", ["--continue-from-dir", "--continue_from_dir"])
def test_generate_with_a_run_is_continue(option: str) -> None:
    line = f"generate {option} DIR --video_engine local --skip_narration"
    assert vars(read(line)) == vars(read("continue DIR --engine local --skip-narration"))


def test_options_of_new_films_are_accepted_and_named_as_unused() -> None:
    line = "generate --continue_from_dir DIR --max_scenes 5 --max-environments 3 --metadata_only"
    arguments = read(f"{line} --script_file s.txt")
    assert arguments.command == "continue"
    expected = ("--script-file", "--metadata-only", "--max-scenes", "--max-environments")
    assert arguments.unused == expected


@pytest.mark.parametrize("line", ["s.txt", "--script_file s.txt", "", "s.txt --max_scenes 2"])
def test_a_film_from_a_script_is_not_in_this_version(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", *shlex.split(line)]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("vidgen: this version cannot make a film from a script yet")
    assert "vidgen continue DIR" in err


def test_plugins_takes_no_directory() -> None:
    expected = {"command": "plugins", "json": True, "verbose": False}
    assert vars(read("plugins --json")) == expected


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "vidgen: error: the following arguments are required: COMMAND"),
        ("continue", "vidgen continue: error: the run's directory is missing"),
        ("status --json", "vidgen status: error: the run's directory is missing"),
        ("continue ''", "vidgen continue: error: the run's directory is missing"),
        (
            "generate --continue-from-dir ''",
            "vidgen generate: error: the run's directory is missing",
        ),
        ("continue A B", "vidgen continue: error: 'B' is one argument too many"),
        ("plugins A", "vidgen plugins: error: 'A' is one argument too many"),
        (
            "continue A --directory B",
            "vidgen continue: error: give the directory once: either DIR or --directory DIR",
        ),
        (
            "generate S --continue-from-dir D",
            "vidgen generate: error: give either SCRIPT or --continue-from-dir DIR",
        ),
        (
            "continue D --engin local",
            "vidgen continue: error: there is no option --engin; did you mean --engine?",
        ),
        (
            "continue D --skip_naration",
            "vidgen continue: error: there is no option --skip_naration; "
            "did you mean --skip-narration?",
        ),
        ("status D --wombat=1", "vidgen status: error: there is no option --wombat"),
        ("continue D -z", "vidgen continue: error: there is no option -z"),
        ("continue D --engine", "vidgen continue: error: argument --engine: expected one argument"),
        (
            "continue D --engine ''",
            "vidgen continue: error: argument --engine: it must not be empty",
        ),
        (
            "continue D --json=1",
            "vidgen continue: error: argument --json: ignored explicit argument '1'",
        ),
        (
            "continue D --set local.zoom",
            "vidgen continue: error: argument --set: 'local.zoom' is not PROVIDER.OPTION=VALUE",
        ),
        (
            "continue D --set =1",
            "vidgen continue: error: argument --set: '=1' is not PROVIDER.OPTION=VALUE",
        ),
        *[
            (
                f"continue D --jobs={text}",
                f"vidgen continue: error: argument --jobs: '{text}' is not a whole number "
                "from 1 to 256",
            )
            for text in ("0", "-1", "1.5", "two", "٣", "257", "9" * 30)
        ],
        *[
            (
                f"continue D {option}=--",
                f"vidgen continue: error: argument {option}: expected one argument",
            )
            for option in ("--tts", "--set")
            if sys.version_info < (3, 13)  # later ones take such a value as it stands
        ],
        (
            "continue D --seed=-1",
            "vidgen continue: error: argument --seed: '-1' is not a whole number "
            "from 0 to 2147483647",
        ),
    ],
)
def test_a_bad_command_line_is_refused_with_usage_and_one_line(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(line, capsys) == told
    assert main(shlex.split(line)) == ExitCode.USAGE


@pytest.mark.parametrize("path", ["--initial-image-path", "--initial_image_path"])
@pytest.mark.parametrize("prompt", ["--initial-image-prompt", "--initial_image_prompt"])
def test_the_initial_image_is_a_path_or_a_prompt_and_not_both(
    path: str, prompt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(f"continue D {path} a.png {prompt} text", capsys)
    assert told.endswith(f"argument {prompt}: not allowed with argument {path}")
    told = refused(f"generate --continue_from_dir D {prompt} text {path} a.png", capsys)
    assert told.endswith(f"argument {path}: not allowed with argument {prompt}")


def test_an_unknown_command_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = refused("contineu DIR", capsys)
    assert "contineu" in told
    assert all(command in told for command in COMMANDS)


def visible_options(command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit):
        read(f"{command} --help")
    return re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+)", capsys.readouterr().out)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_may_be_abbreviated(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = visible_options(command, capsys)
    given = (
        "" if command == "plugins" else "--continue-from-dir D" if command == "generate" else "D"
    )
    for name in names:
        short = name[:-1]
        assert short not in names
        told = refused(f"{command} {given} {short}", capsys)
        assert told.startswith(f"vidgen {command}: error: there is no option {short}")


def test_every_skip_has_its_opposite(capsys: pytest.CaptureFixture[str]) -> None:
    names = visible_options("continue", capsys)
    skips = [name for name in names if name.startswith("--skip-")]
    assert skips == ["--skip-narration", "--skip-sound-effects"]
    assert all(name.replace("--skip-", "--") in names for name in skips)


@unhurried
@given(st.lists(st.text(max_size=8) | st.sampled_from(["continue", "status", "--", "--json"])))
def test_any_command_line_is_read_or_refused_with_2(words: list[str]) -> None:
    try:
        arguments = parse(words)
    except SystemExit as end:
        assert end.code in (0, 2)  # noqa: PT017
    else:
        assert arguments.command in COMMANDS


# --- help -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("columns", [60, 100])
def test_help_fits_the_window_and_shows_no_old_spelling(
    command: str, columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main([*command.split(), "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"usage: vidgen {command}".rstrip())
    assert max(map(len, out.splitlines())) <= columns
    assert not re.search(r"--\w+_\w+", out)
    assert "SUPPRESS" not in out


def test_the_examples_of_the_help_can_be_typed(capsys: pytest.CaptureFixture[str]) -> None:
    examples = []
    for command in ("", "continue"):
        main([*command.split(), "--help"])
        lines = capsys.readouterr().out.splitlines()
        examples += [line for line in lines if line.startswith("  vidgen ")]
    assert len(examples) >= 5
    for example in examples:
        assert read(example.removeprefix("  vidgen ")).directory == "DIR"


def test_the_version_is_printed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(r"vidgen \d+\S+\n", out)
    assert err == ""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    """Run *code* with nothing but the standard library and this project in reach."""
    return subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r})\n{code}"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "import vidgen_core.cli.parser as p; p.build_parser()",
        "from vidgen_core.cli import main; main(['continue', '--help'])",
        "from vidgen_core.cli import main; assert main(['generate', 'x']) == 2",
    ],
)
def test_the_parser_imports_the_standard_library_only(code: str) -> None:
    done = run_python(
        f"before = set(sys.modules)\n{code}\n"
        "known = {*sys.stdlib_module_names, 'vidgen_core'}\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print('foreign:', sorted(new - known))"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "foreign: []"


# --- how the process ends -------------------------------------------------------------------


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
    assert capsys.readouterr().err == "vidgen: film.mp4: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_cannot_be_written_is_this_machines_error() -> None:
    with Path("/dev/full").open("wb") as full:
        done = run_command("print(1)", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == ExitCode.MACHINE
    assert done.stderr == b"vidgen: No space left on device\n"


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
    with subprocess.Popen(
        [sys.executable, "-c", program(body), "status", "DIR"],
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


# --- the manual page ------------------------------------------------------------------------


def load_make_man() -> Any:
    spec = importlib.util.spec_from_file_location("make_man", PROJECT / "docs" / "make_man.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_manual_page_is_what_the_parser_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("argparse_manpage", reason="argparse-manpage is not installed")
    make_man = load_make_man()
    for columns in ("40", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        assert make_man.page() == make_man.PAGE.read_text(encoding="utf-8")
    assert make_man.main(["--check"]) == 0


def test_an_outdated_manual_page_is_noticed_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("argparse_manpage", reason="argparse-manpage is not installed")
    make_man = load_make_man()
    monkeypatch.setattr(make_man, "PAGE", tmp_path / "vidgen.1")
    assert make_man.main(["--check"]) == 1
    assert make_man.main([]) == 0
    assert make_man.main(["--check"]) == 0


def test_the_manual_page_names_every_option_and_exit_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (PROJECT / "docs" / "vidgen.1").read_text(encoding="utf-8").replace(r"\-", "-")
    for command_name in COMMANDS:
        for option in visible_options(command_name, capsys):
            assert option == "--help" or f"{option}\\fR" in text
    for code in (*ExitCode, READER_GONE):
        assert f"\n\\fB{int(code)}\\fR\n" in text
    assert build_parser().prog == "vidgen"
