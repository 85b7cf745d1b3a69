"""``vidgen plugins`` can be read in a terminal of any usual width."""

from __future__ import annotations

import argparse
import re
import sys

import pytest

from vidgen_core import plugins
from vidgen_core.cli import plugins_command

LONG = "scene_{scene}_all_vid_{timestamp}/scene_{scene}_vid_{clip}_{timestamp}.mp4"


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_every_line_fits_and_breaks_between_words_only(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert plugins_command.run(argparse.Namespace(json=False, verbose=0)) == 0
    short = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "{timestamp}" not in short
    monkeypatch.setattr(plugins_command, "_details", lambda _: iter(()))
    assert plugins_command.run(argparse.Namespace(json=False, verbose=1)) == 0
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert all(len(line.rstrip()) <= columns for line in (short + out).splitlines())
    for loaded in plugins.load().providers:
        for words in (loaded.name, loaded.distribution, loaded.version, loaded.kind.value):
            assert words.replace("-", " ") in out.replace("-", " ")
    assert "none needed" in out
    assert LONG in "".join(out.split())
    assert (LONG in out) is (columns >= 80)


def test_a_wide_terminal_still_gets_the_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    plugins_command.run(argparse.Namespace(json=False, verbose=0))
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert out.split()[:2] == ["provider", "kind"]
