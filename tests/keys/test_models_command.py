"""``vidgen models``: the models of the account, where the service tells of them."""

from __future__ import annotations

import json

import pytest

from vidgen_core.cli import main

from ..plugins.distributions import Install
from .services import GOOD, SILENT, TELLING


@pytest.fixture(autouse=True)
def _installed(install: Install) -> None:
    install("vidgen-telling", TELLING)
    install("vidgen-silent", SILENT)


def test_each_model_is_a_line_that_no_terminal_acts_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TELLING_KEY", GOOD)
    assert main(["models", "telling"]) == 0
    assert capsys.readouterr().out == "one-2\ntwo\n[key]\n"
    assert main(["models", "telling", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"schema": 1, "provider": "telling", "models": ["one-2", "two", "[key]"]}


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("silent", 2, "silent cannot list models"),
        ("teling", 2, "no provider is called 'teling'\ndid you mean 'telling'?"),
        (
            "scribe",
            2,
            "no package that is installed brings it; vidgen's own lie in the folder plugins",
        ),
        ("telling", 4, "needs a key, and TELLING_KEY or TELLING_API_KEY is not set"),
    ],
)
def test_where_there_is_no_list_it_is_said_why(
    name: str, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", name]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err


@pytest.mark.parametrize("field", ["check", "models"])
def test_a_spec_that_promises_what_cannot_be_called_is_refused(
    field: str, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("vidgen-odd", SILENT.replace('keys=("SILENT_KEY",)', f"{field}='yes'"))
    assert main(["plugins"]) == 0
    out = capsys.readouterr().out
    assert "vidgen-odd 1.0" in out
    assert field in out.partition("failed to load")[2]
