"""``vidgen plugins``: what is installed, which key is set, and what failed."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vidgen_core import plugins, settings
from vidgen_core.cli import plugins_command

from ..command_line import pip_install
from .distributions import GOOD, PREAMBLE, ROOT, Install

KEYED = GOOD.replace('summary="works"', 'summary="works", keys=("ODD_API_KEY", "ODD_KEY")')


def show(capsys: pytest.CaptureFixture[str], **arguments: object) -> str:
    assert plugins_command.run(argparse.Namespace(**arguments)) == 0
    return capsys.readouterr().out


def test_the_list_shows_which_key_is_set_and_never_its_value(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("vidgen-keyed", KEYED)
    install("vidgen-odd", "import no_such_sdk", version="0.3")
    assert "ODD_API_KEY or ODD_KEY is not set" in show(capsys, json=False, verbose=0)
    monkeypatch.setenv("ODD_KEY", "hunter2")
    for arguments in ({"json": False, "verbose": 1}, {"json": True}):
        out = show(capsys, **arguments)
        assert "ODD_KEY" in out
        assert "hunter2" not in out
        assert "vidgen-odd" in out
        assert "0.3" in out
        assert "No module named 'no_such_sdk'" in out
    assert "ODD_KEY is set" in show(capsys, json=False, verbose=0)


def test_the_json_list_is_one_object_with_a_schema(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(
        "vidgen-keyed",
        KEYED.replace("lengths", "options=O, lengths").replace(
            "\n@hookimpl",
            "\nimport attrs\nfrom pathlib import Path\nfrom vidgen_core import option\n"
            "@attrs.frozen\nclass O:\n    sizes: tuple[int, ...] = option((1, 2), 'Sizes.')\n"
            "    home: Path = option(Path('x'), 'Folder.', scope='user')\n"
            "    limit: float = option(float('inf'), 'Limit.')\n"
            "@hookimpl",
        ),
    )
    monkeypatch.setenv("ODD_API_KEY", "hunter2")
    shown = json.loads(show(capsys, json=True))
    assert shown["schema"] == 1
    (engine,) = (p for p in shown["providers"] if p["distribution"] == "vidgen-keyed")
    assert engine["key"] == {
        "variables": ["ODD_API_KEY", "ODD_KEY"],
        "set": "ODD_API_KEY",
        "source": "environment",
        "fault": None,
    }
    assert engine["patterns"][0]["step"] == "clip"
    assert engine["options"][:2] == [
        {"name": "sizes", "default": [1, 2], "scope": "run", "help": "Sizes."},
        {"name": "home", "default": "x", "scope": "user", "help": "Folder."},
    ]
    assert engine["options"][2]["default"] == "inf"


def test_a_key_line_that_cannot_be_read_is_shown_and_the_list_goes_on(
    install: Install,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    install("vidgen-keyed", KEYED)
    (tmp_path / ".env").write_text("ODD_KEY='hunter2\n")
    monkeypatch.chdir(tmp_path)
    out = show(capsys, json=False, verbose=0)
    assert "line 1: the value of ODD_KEY cannot be read" in out
    assert "hunter2" not in out


def test_verbose_shows_summary_options_and_tracebacks(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        "vidgen-odd",
        PREAMBLE
        + "import attrs\nfrom vidgen_core import option\n@attrs.frozen\nclass O:\n"
        + "    fps: int = option(24, 'Frames a second.')\nbad(options=O, summary='old films')\n"
        + "@hookimpl\ndef vidgen_stitchers(): 1 / 0",
    )
    out = show(capsys, json=False, verbose=1)
    assert "odd (video-engine): old films\n  --set odd.fps=24  Frames a second.\n" in out
    assert "    ZeroDivisionError: division by zero" in out
    assert "Traceback" not in show(capsys, json=False, verbose=0)


TYPED = """
import attrs
from vidgen_core import option

@attrs.frozen
class O:
    none_yet: tuple[float, ...] = option((), 'Lengths.')
    sizes: tuple[int, ...] = option((5, 9), 'Sizes.')
    loud: bool = option(False, 'Loud.')
    limit: float | None = option(None, 'Limit.')
    words: str = option("a 'b' c", 'Words.')

bad(options=O)
"""


def test_a_default_is_shown_as_it_can_be_typed_back(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("vidgen-odd", PREAMBLE + TYPED)
    out = show(capsys, json=False, verbose=1)
    lines = [line for line in out.splitlines() if "--set odd." in line or "--set 'odd." in line]
    sets = [shlex.split(line, posix=True)[1] for line in map(str.strip, lines)]
    assert sets[:2] == ["odd.none_yet=", "odd.sizes=5,9"]
    (odd,) = (each for each in plugins.load().providers if each.name == "odd")
    given = settings.load(sets=sets, specs=[odd.spec]).options_for("odd", odd.spec.options)
    assert given == odd.spec.options()


def test_a_terminal_gets_a_table(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("vidgen-good", GOOD)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    out = show(capsys, json=False, verbose=0)
    assert "vidgen-good" in out
    assert "none needed" in out


PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "vidgen-real"
version = "4.2"

[project.entry-points.vidgen]
real = "vidgen_real"

[tool.hatch.build.targets.wheel]
packages = ["vidgen_real.py"]
only-include = ["vidgen_real.py"]
"""


def listed(site: Path) -> list[tuple[str, str]]:
    code = (
        "import argparse; from vidgen_core.cli.plugins_command import run; "
        "run(argparse.Namespace(json=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [(p["name"], p["version"]) for p in json.loads(done.stdout)["providers"]]


def test_a_distribution_that_pip_installs_is_found_by_the_next_process(tmp_path: Path) -> None:
    project, site = tmp_path / "project", tmp_path / "site"
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "vidgen_real.py").write_text("print('loud')" + GOOD.replace("good", "real"))
    assert ("real", "4.2") not in listed(site)
    pip_install(project, site)
    assert ("real", "4.2") in listed(site)
