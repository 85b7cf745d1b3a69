"""How much of the sweeps is run is chosen by one seed, and what they did can be added up."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from . import extent
from .counts import table
from .extent import counted, some


def test_a_part_is_spread_over_the_whole_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "ALL", False)
    for seed in range(50):
        monkeypatch.setattr(extent, "SEED", seed)
        part = some(range(100), 10)
        assert [item // 10 for item in part] == list(range(10))


def test_the_same_seed_chooses_the_same_and_another_one_something_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extent, "ALL", False)
    chosen = {}
    for seed in (1, 2, 1):
        monkeypatch.setattr(extent, "SEED", seed)
        part = some(range(1000), 10)
        assert chosen.setdefault(seed, part) == part
        assert f"VIDGEN_TEST_SEED={seed}" in capsys.readouterr().out
    assert chosen[1] != chosen[2]


def test_the_whole_extent_leaves_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "ALL", True)
    assert some(range(100), 10) == list(range(100))


def test_a_few_are_all_of_them() -> None:
    assert some(["one", "two"], 10) == ["one", "two"]


def _count(times: int) -> None:
    for _ in range(times):
        counted("real kills", kills=2, films=1)


def test_what_many_count_at_once_is_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "counts"
    monkeypatch.setenv("VIDGEN_FAULT_COUNTS", str(told))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_count, [100] * 4))
    counted("network", bad_answers=3)
    lines = told.read_text().splitlines()
    assert len(lines) == 401
    assert json.loads(lines[-1]) == {"layer": "network", "bad_answers": 3}
    rows = table(told.read_text()).splitlines()[2:]
    assert rows == [
        "| network | bad answers | 3 |",
        "| real kills | films | 400 |",
        "| real kills | kills | 800 |",
    ]


def test_nothing_is_counted_where_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIDGEN_FAULT_COUNTS", raising=False)
    monkeypatch.chdir(tmp_path)
    counted("network", bad_answers=3)
    assert not list(tmp_path.iterdir())
