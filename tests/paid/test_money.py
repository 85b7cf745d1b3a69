"""What may be spent: agreed to, limited, or not at all."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
from attrs import evolve

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger

from ..command_line import PICTURES_ONLY, Ended
from ..run_directories import add_clip
from .customers import (
    FILM,
    Customer,
    assert_books_agree,
    assert_paid_once,
    clips,
    film_of,
    jobs_in_journal,
)

#: What a clip of six seconds costs with LTX, and one of five with Luma.
LTX, LUMA = 0.24, 0.71
#: First frames that are made here let every clip be ordered at once.
AT_ONCE = ("--image-generator", "local", "--first-frame-image-gen")


@pytest.fixture
def user(customer: Customer) -> Customer:
    return evolve(customer, more={"VIDGEN_RESOLUTION": "96x64"})


def asked(user: Customer, root: Path, engine: str, *more: str) -> Ended:
    """Continue *root* without having agreed to anything."""
    return user.vidgen("continue", root, "--engine", engine, *PICTURES_ONLY, *more)


def commands(ended: Ended) -> list[list[str]]:
    """The commands that *ended* says to type, as a shell reads them."""
    found = [line.partition("vidgen ") for line in ended.err.splitlines() if "vidgen " in line]
    words = [shlex.split(command) for before, name, command in found if before.endswith(": ")]
    return [command for command in words if command[:1] == ["continue"]]


# agreeing ----------------------------------------------------------------


def test_without_a_terminal_nothing_is_bought_unless_somebody_agreed(user: Customer) -> None:
    root = user.scenes(2)
    ended = asked(user, root, "ltx")
    assert ended.code == ExitCode.DECISION, ended.err
    assert "$0.48" in ended.err
    assert "2026-" in ended.err  # since when prices are known
    assert user.orders() == 0
    limited, agreed = commands(ended)
    assert limited[-2:] == ["--max-cost", "0.48"]
    assert agreed[-1] == "--yes"
    done = user.vidgen(*limited)
    assert done.code == 0, done.err
    assert_paid_once(root, user.service)


def test_no_input_does_what_is_free_and_what_is_paid_for_already(user: Customer) -> None:
    root = user.scenes(3)
    add_clip(root, 1, 1, 5.0)
    user.service.trouble("luma.video", "slow-queue")
    command = ("continue", root, "--engine", "luma", *FILM)
    user.killed_once(command, lambda: user.service.requests("luma.get"))
    user.service.advance(7200)
    ended = asked(user, root, "luma", "--no-input")
    assert ended.code == ExitCode.DECISION, ended.err
    assert user.orders() == len(user.bill()) == 1
    assert (root / "scene_1_20250131_120000.mp4").is_file()
    assert len(clips(root)) == 2  # the one that was there, and the one that was paid for
    (*_, last) = commands(ended)
    done = user.vidgen(*last)
    assert done.code == 0, done.err
    film_of(root)
    assert len(user.bill()) == 2


def test_no_input_with_yes_buys(user: Customer) -> None:
    root = user.scenes(1)
    assert asked(user, root, "ltx", "--no-input", "--yes").code == 0
    assert len(user.bill()) == 1


def test_generate_without_agreement_leaves_nothing(user: Customer) -> None:
    words = [word for word in user.generating("luma") if word != "--yes"]
    ended = user.vidgen(*words)
    assert ended.code == ExitCode.DECISION, ended.err
    assert not list((user.home / "generated_videos").glob("*"))
    assert user.service.requests() == []


# a limit -----------------------------------------------------------------


def test_a_limit_holds_for_work_at_once_and_over_runs(user: Customer) -> None:
    root = user.scenes(4)
    for limit, bought in ((0.50, 2), (0.50, 2), (0.71, 2), (0.72, 3)):
        ended = asked(user, root, "ltx", *AT_ONCE, "--max-cost", str(limit))
        assert ended.code == ExitCode.MONEY, ended.err
        assert len(user.bill()) == len(clips(root)) == bought
        assert user.usd() <= limit
        assert "--max-cost" in ended.last
        made = list(root.glob("scene_?_2*.mp4"))
        assert len(made) == bought  # what is free is finished
    ended = asked(user, root, "ltx", *AT_ONCE, "--max-cost", "0.96")
    assert ended.code == 0, ended.err
    assert_paid_once(root, user.service)


def test_a_limit_counts_what_is_in_flight_and_collects_it(user: Customer) -> None:
    root = user.scenes(2)
    user.service.trouble("luma.video", "slow-queue")
    command = ("continue", root, "--engine", "luma", *FILM)
    user.killed_once(command, lambda: user.service.requests("luma.get"))
    user.service.advance(7200)
    ended = user.finish(root, "ltx", "--max-cost", str(LUMA + LTX - 0.01))
    assert ended.code == ExitCode.MONEY, ended.err
    assert len(clips(root)) == len(user.bill()) == 1
    ended = user.finish(root, "ltx", "--max-cost", str(LUMA + LTX))
    assert ended.code == 0, ended.err
    assert_paid_once(root, user.service)


def test_a_limit_counts_what_is_in_doubt(user: Customer) -> None:
    root = user.scenes(2)
    user.service.trouble("fal.submit", "drop")
    limit = ("--max-cost", str(2 * LTX + 0.01))
    assert user.finish(root, "ltx", *limit).code == ExitCode.DECISION
    ended = user.finish(root, "ltx", "--in-doubt", "again", *limit)
    assert ended.code == ExitCode.MONEY, ended.err
    assert len(user.bill()) == 2
    assert len(clips(root)) == 1


def test_a_limit_in_a_run_directory_is_no_limit_of_the_users(user: Customer) -> None:
    root = user.scenes(1)
    (root / ".vidgen").mkdir()
    (root / ".vidgen/settings.toml").write_text("max_cost = 100.0\nunknown_price = 0.0\n")
    ended = user.finish(root, "ltx", VIDGEN_MAX_COST="0.10")
    assert ended.code == ExitCode.MONEY, ended.err
    assert user.orders() == 0


def test_what_has_no_known_price_is_not_bought_below_a_limit(user: Customer) -> None:
    root = user.scenes(1)
    strange = ("--set", "luma.model=ray-99", "--max-cost", "5")
    ended = user.finish(root, "luma", *strange)
    assert ended.code == ExitCode.MONEY, ended.err
    assert user.orders() == 0
    ended = user.finish(root, "luma", *strange, VIDGEN_UNKNOWN_PRICE="6")
    assert ended.code == ExitCode.MONEY, ended.err
    assert user.orders() == 0
    ended = user.finish(root, "luma", *strange, VIDGEN_UNKNOWN_PRICE="5")
    assert user.orders() == 1


def test_a_copy_of_a_directory_knows_what_was_spent(user: Customer) -> None:
    root = user.scenes(2)
    assert asked(user, root, "ltx", "--max-cost", str(LTX)).code == ExitCode.MONEY
    copy = Path(shutil.copytree(root, user.home / "copy" / root.name))
    ended = asked(user, copy, "ltx", "--max-cost", str(LTX))
    assert ended.code == ExitCode.MONEY, ended.err
    assert len(user.bill()) == 1


# collecting and cost -----------------------------------------------------


def test_collect_fetches_what_is_paid_for_and_orders_nothing(user: Customer) -> None:
    root = user.scenes(3)
    user.service.trouble("luma.video", "slow-queue", at=2)
    command = ("continue", root, "--engine", "luma", *FILM)
    user.killed_once(command, lambda: len(user.bill()) == 2 and len(jobs_in_journal(root)) == 2)
    user.service.advance(7200)
    ended = user.vidgen("collect", root)
    assert ended.code not in (ExitCode.BUG, ExitCode.USAGE), ended.err
    assert len(clips(root)) == 2
    assert user.orders() == 2
    again = user.vidgen("collect", root)
    assert again.code not in (ExitCode.BUG, ExitCode.USAGE), again.err
    assert user.orders() == 2
    assert user.finish(root).code == 0
    assert_paid_once(root, user.service)


def test_collect_neither_repeats_nor_forgets_what_is_in_doubt(user: Customer) -> None:
    root = user.scenes(1)
    user.service.trouble("fal.submit", "drop")
    assert user.finish(root, "ltx").code == ExitCode.DECISION
    user.vidgen("collect", root)
    assert user.orders() == 1
    assert len(read_ledger(root).in_flight) == 1


def test_cost_is_the_bill_of_each_provider(user: Customer) -> None:
    user.service.trouble("luma.video", "out-of-credit", at=2)
    root = user.scenes(2)
    user.finish(root, "luma")
    assert user.finish(root, "ltx").code == 0
    ended = user.vidgen("cost", root)
    assert ended.code == 0, ended.err
    for price in (LUMA, LTX, LUMA + LTX):
        assert f"${price:.2f}" in ended.out
    assert {"luma:", "ltx:"} <= set(ended.out.split())
    assert_books_agree(root, user.service)
