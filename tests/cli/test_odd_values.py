"""What is typed next is understood as it was meant, whatever its values look like."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from vidgen_core import plugins
from vidgen_core.cli.last_line import Circumstances, last_line
from vidgen_core.cli.repeated import Repeated, repeated
from vidgen_core.errors import CapReached, ExitCode
from vidgen_core.opening import open_run
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import UNKNOWN_PRICE, Price

from ..run_directories import begin
from .command_lines import read
from .test_going_on import stopped, way_on

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")


@pytest.mark.parametrize(
    "typed",
    [
        ["--font=-odd.ttf"],
        ["--font", 'it\'s "my" font.ttf'],
        ["--font", "$(touch x) `y` \\ *"],
        ["--set", "max_cost=-1"],
        ["--set", "gone.text=--yes"],
        ["--set=gone.text=", "--set", "gone.text=a=b  c"],
        ["--set", "gone.seed=1", "--set", "gone.seed=2", "--max-cost", "1", "--max-cost", "2"],
    ],
)
def test_a_value_is_repeated_as_it_was_meant(typed: list[str]) -> None:
    first = read(shlex.join(["continue", "D", *typed]))
    words = repeated(first, plugins.load()).words
    again = read(f"continue D {shlex.join(words)}")
    assert (again.font, again.set, again.max_cost) == (first.font, first.set, first.max_cost)
    assert (again.yes, again.no_input) == (False, False)


def after(tmp_path: Path, price: Price, *typed: str) -> str:
    """Return what is to be typed where the limit that was *typed* has no room for *price*."""
    arguments = read(shlex.join(["continue", "D", *typed]))
    registry = plugins.load()
    opened = open_run(
        RunDirectory(begin(tmp_path, 1)),
        registry,
        flags={"max_cost": arguments.max_cost},
        sets=arguments.set,
    )
    circumstances = Circumstances(opened=opened, repeated=repeated(arguments, registry))
    return way_on(stopped(CapReached("no room"), price), ExitCode.MONEY, circumstances)


@pytest.mark.parametrize("name", ["max_cost", "max-cost"])
def test_a_limit_that_was_set_is_replaced_like_one_that_was_given(
    tmp_path: Path, name: str
) -> None:
    way = after(tmp_path, Price(3.0, 3.0), "--set", f"{name}=2.5")
    assert way == "vidgen continue /run --max-cost 3.00"
    assert Repeated(options=(("--set", f"{name}=2"),)).without("--max-cost").words == ()


@pytest.mark.parametrize("typed", [["--set", "max_cost=2.5"], ["--max-cost", "2.5"]])
def test_to_do_without_a_limit_leaves_out_each_that_was_typed(
    tmp_path: Path, typed: list[str]
) -> None:
    way = after(tmp_path, UNKNOWN_PRICE, *typed, "--set", "max_cost=9", "--jobs", "2")
    assert way.endswith("; or without the limit: vidgen continue /run --jobs 2")


def test_a_limit_of_the_settings_stays_when_the_typed_one_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDGEN_MAX_COST", "2.5")
    way = after(tmp_path, UNKNOWN_PRICE, "--max-cost", "2")
    assert way.endswith("without the limit: vidgen continue /run --set max_cost=none")


def test_what_a_piece_counts_as_is_not_said_twice(tmp_path: Path) -> None:
    way = after(tmp_path, UNKNOWN_PRICE, "--max-cost", "2", "--set", "unknown_price=none")
    assert "vidgen continue /run --set unknown_price=USD --max-cost 2; or" in way


def test_a_directory_with_an_odd_name_is_one_word() -> None:
    line = last_line(Path("/a b/it's"), stopped(), ExitCode.INTERRUPTED)
    command = line.partition("to go on: ")[2]
    assert shlex.split(command) == ["vidgen", "continue", "/a b/it's"]
