"""Kill -9 at any moment of a film by a paid engine: the bill is one order for each clip."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from attrs import evolve, frozen

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key
from vidgen_core.testing.service import Footage, Service

from ..extent import ALL
from ..kill_harness import as_they_are, moments
from .customers import (
    FILM,
    Command,
    Customer,
    assert_books_agree,
    assert_paid_once,
    clips,
    film_of,
    jobs_in_journal,
)

#: How often each engine's film is killed: twice, more where this is set.
KILLS = int(os.environ.get("VIDGEN_TEST_KILLS", "1"))
ENGINES = ("luma", "ltx")


@frozen(kw_only=True)
class Lasts:
    """How long a film takes that nobody kills, in seconds."""

    continued: float
    generated: float


@pytest.fixture(scope="module")
def lasts(tmp_path_factory: pytest.TempPathFactory, footage: Footage) -> Lasts:
    """Measured with one engine for both: moments are chosen by it, and nothing is compared."""
    folder = tmp_path_factory.mktemp("unkilled")
    with Service(folder / "service", delay=0.2, short_side=36, footage=footage) as service:
        customer = Customer(home=folder, service=service)
        begun = time.monotonic()
        assert customer.finish(customer.scenes(2), "luma").code == 0
        half_way = time.monotonic()
        assert customer.generate("luma").code == 0
        return Lasts(continued=half_way - begun, generated=time.monotonic() - half_way)


@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_film_is_paid_for_once(
    customer: Customer, lasts: Lasts, engine: str, number: int
) -> None:
    # Every other one is generated.
    if number % 2:
        root, seconds = None, lasts.generated
        command: Command = customer.generating(engine)
    else:
        root, seconds = customer.scenes(2), lasts.continued
        command = ("continue", root, "--engine", engine, *FILM)
    moment = moments(KILLS, seconds, seed=ENGINES.index(engine))[number]
    code = customer.killed_after(command, moment)
    assert code in (0, -9), f"killed after {moment:.2f} s"
    root = root or customer.run
    if root is None:
        assert customer.orders() == 0  # nothing was promised yet, and nothing was made
        return
    kept = {name: was.content for name, was in as_they_are(root).items() if name.endswith(".mp4")}
    finish(customer, root, engine)
    after = {name: was.content for name, was in as_they_are(root).items()}
    assert kept.items() <= after.items(), f"killed after {moment:.2f} s"


def test_killed_again_and_again_a_film_is_paid_for_once(customer: Customer, lasts: Lasts) -> None:
    root = customer.scenes(2)
    for moment in moments(3 if ALL else 2, lasts.continued, seed=23):
        command = ("continue", root, "--engine", "luma", *FILM)
        customer.killed_after(command, moment)
    finish(customer, root, "luma")


def finish(customer: Customer, root: Path, engine: str) -> None:
    """Continue to the end, with an answer to what nobody but the user can know."""
    ended = customer.finish(root, engine)
    asked: set[Key] = set()
    if ended.code == ExitCode.DECISION:
        assert engine == "ltx", "Luma tells what it has: " + ended.err
        asked = {key for key, work in read_ledger(root).in_flight.items() if not work.job}
        assert len(asked) == 1, ended.err
        ended = customer.finish(root, engine, "--in-doubt", _answer(customer, root))
    assert ended.code == 0, ended.err
    if len(customer.bill()) == len(jobs_in_journal(root)):
        assert_paid_once(root, customer.service)
    film_of(root)
    assert len(clips(root)) == 2
    assert len(customer.bill()) == 2
    orders = customer.orders()
    assert customer.finish(root).code == 0
    assert customer.orders() == orders
    assert not asked & set(read_ledger(root).in_flight)


def _answer(customer: Customer, root: Path) -> str:
    """Look into the account, as a user would."""
    unknown = {charge.job for charge in customer.bill()} - set(jobs_in_journal(root))
    return f"adopt={unknown.pop()}" if unknown else "again"


def test_a_limit_holds_over_kills_and_over_work_at_once(customer: Customer, lasts: Lasts) -> None:
    # Four pictures that are made here let four clips be ordered at once.
    pictures = ("--image-generator", "local", "--first-frame-image-gen")
    small = evolve(customer, more={"VIDGEN_RESOLUTION": "96x64", "VIDGEN_JOBS": "2"})
    root = small.scenes(4)
    limit = ("--max-cost", "0.60")  # two clips at $0.24, and not a third
    command = ("continue", root, "--engine", "ltx", *pictures, *FILM, *limit)
    for moment in moments(2, 2 * lasts.continued, seed=5):
        small.killed_after(command, moment)
        assert small.usd() <= 0.60
    small.finish(root, "", *limit)
    assert small.usd() <= 0.60
    ended = small.finish(root, "", "--in-doubt", "wait", *limit)
    assert ended.code in (ExitCode.MONEY, ExitCode.DECISION), ended.err
    assert small.usd() <= 0.60
    if ended.code == ExitCode.MONEY:
        assert_books_agree(root, small.service)
        assert len(clips(root)) == 2
