"""A command line, read or refused in this process."""

from __future__ import annotations

import re
import shlex
from argparse import Namespace
from pathlib import Path

import pytest

from vidgen_core.cli.parser import parse

PROJECT = Path(__file__).parents[2]

COMMANDS = (
    "continue",
    "generate",
    "redo",
    "undo",
    "collect",
    "cost",
    "status",
    "verify",
    "log",
    "clean",
    "plugins",
    "models",
    "keys",
    "doctor",
)


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


def visible_options(command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit):
        read(f"{command} --help")
    return re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+)", capsys.readouterr().out)
