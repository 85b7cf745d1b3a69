"""The help, the version and the manual page: true, and quick to show."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.cli import READER_GONE, main
from vidgen_core.cli.parser import build_parser
from vidgen_core.errors import ExitCode

from .command_lines import COMMANDS, PROJECT, read, visible_options

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
    for command in ("", "continue", "generate", "redo"):
        main([*command.split(), "--help"])
        lines = capsys.readouterr().out.splitlines()
        examples += [line for line in lines if line.startswith("  vidgen ")]
    assert len(examples) >= 12
    for example in examples:
        typed = read(example.removeprefix("  vidgen ").partition(" < ")[0])
        assert typed.directory == "DIR" or typed.script in ("script.txt", "-")
    assert main(["keys", "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    examples = [line for line in lines if line.startswith("  vidgen ")]
    assert len(examples) == 5
    for example in examples:
        typed = read(example.removeprefix("  vidgen ").partition(" < ")[0])
        assert typed.action == "list" or typed.name in ("luma", "LUMAAI_API_KEY")


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
        "from vidgen_core.cli import main; assert main(['generate']) == 2",
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
    make_man = load_make_man()
    for columns in ("40", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        assert make_man.page() == make_man.PAGE.read_text(encoding="utf-8")
    assert make_man.main(["--check"]) == 0


def test_an_outdated_manual_page_is_noticed_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
