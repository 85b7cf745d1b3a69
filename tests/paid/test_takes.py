"""Taking again, taking back, fetching and summing up: the commands, with real SDKs and a bill."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger

from ..run_directories import contents, everything
from .customers import FILM, Customer, clips, film_of


@pytest.fixture
def user(customer: Customer) -> Customer:
    return evolve(customer, more={"VIDGEN_RESOLUTION": "96x64"})


def test_a_scene_is_taken_again_by_another_engine_and_taken_back(user: Customer) -> None:
    root = user.scenes(2)
    assert user.finish(root, "ltx").code == 0
    old, records = contents(root), read_ledger(root).published
    unasked = user.vidgen("redo", root, "--scene", "2", "--engine", "luma")
    assert unasked.code == ExitCode.DECISION
    assert "luma, 1 clip: $0.71" in unasked.err
    assert contents(root) == old
    assert len(user.bill()) == 2
    ended = user.vidgen("redo", root, "--scene", "2", "--engine", "luma", "--yes")
    assert ended.code == 0, ended.err
    assert [charge.provider for charge in read_ledger(root).charges] == ["ltx", "ltx", "luma"]
    assert len(user.bill()) == 3
    new = contents(root)
    film_of(root)
    costs = user.vidgen("cost", root).out.splitlines()
    assert costs == [
        "ltx: 2 pieces of work, $0.48",
        "luma: 1 piece of work, $0.71",
        "in all: $1.19",
    ]
    assert user.vidgen("undo", root).code == 0
    assert contents(root).items() <= old.items()
    assert read_ledger(root).published == records
    assert user.vidgen("undo", root).code == 0
    assert contents(root).items() <= new.items()
    assert user.vidgen("cost", root).out.splitlines() == costs
    assert user.finish(root).code == 0
    assert len(user.bill()) == 3


def test_what_is_in_flight_is_fetched_and_nothing_is_ordered(user: Customer) -> None:
    root = user.scenes(2)
    user.service.trouble("luma.video", "slow-queue")
    command = ("continue", root, "--engine", "luma", *FILM)
    user.killed_once(command, lambda: user.service.requests("luma.get"))
    orders = user.orders()
    costs = user.vidgen("cost", root).out
    assert "luma: 1 piece of work, $0.71; 1 of it still under way" in costs
    before = everything(root)
    keyless = user.vidgen("collect", root, LUMAAI_API_KEY="", LUMA_API_KEY="")
    assert keyless.code == ExitCode.KEY
    assert "LUMAAI_API_KEY" in keyless.err
    assert everything(root) == before
    user.service.advance(7200)
    ended = user.vidgen("collect", root)
    assert ended.code == 0, ended.err
    assert len(clips(root)) == 1
    assert user.orders() == orders
    assert not film(root)
    assert f"vidgen continue {root}" in ended.last
    again = user.vidgen("collect", root)
    assert again.code == 0
    assert "nothing to collect" in again.err


def film(root: Path) -> list[Path]:
    return list(root.glob("final_video_*.mp4"))
