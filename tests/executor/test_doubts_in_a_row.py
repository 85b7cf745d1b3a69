"""Orders in doubt, one after the other: no answer to the last one answers the first."""

from __future__ import annotations

import pytest

from vidgen_core.errors import Billed, ExitCode, JobFailed, MachineError, OutOfCredit, Unavailable
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.limit import Limit
from vidgen_core.plan import NO_CHOICE, Choice, InDoubt

from ..fakes import Film, engine, local_engine
from ..run_paths import clip_path
from .films import CLIP_1, Crash, crash_before_the_record, ended, fail_first, lost

AGAIN = InDoubt(choice=Choice.AGAIN)
UNKNOWN = Unavailable("no answer", billed=Billed.UNKNOWN)


def test_the_first_order_in_doubt_is_a_question_again_when_the_later_ones_were_free(
    film: Film,
) -> None:
    lost(film, charged=True)
    film.in_doubt = AGAIN
    fail_first(film, "submitted", UNKNOWN)
    assert ended(film.work()) is ExitCode.DECISION
    fail_first(film, "submit", OutOfCredit("the account is empty", billed=Billed.NO))
    film.work()
    assert read_ledger(film.root).in_flight[CLIP_1].take == 2
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-2")
    fail_first(film, "poll", JobFailed("it broke", billed=Billed.NO))
    film.work()
    assert read_ledger(film.root).in_flight[CLIP_1].take == 1
    film.in_doubt = NO_CHOICE
    before = film.service.count("submit")
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.count("submit") == before


def test_every_order_in_doubt_counts_below_the_cap(film: Film) -> None:
    lost(film, charged=True)
    film.in_doubt = AGAIN
    fail_first(film, "submitted", UNKNOWN)
    film.work(limit=Limit(cap=1.0))
    assert read_ledger(film.root).bill.high == 1.0
    before = film.service.count("submit")
    assert ended(film.work(limit=Limit(cap=1.4))) is ExitCode.MONEY
    assert film.service.count("submit") == before
    assert read_ledger(film.root).in_flight[CLIP_1].take == 2


def test_what_was_made_for_nothing_in_the_place_of_a_doubt_keeps_its_record_through_a_crash(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(film, charged=True)
    film.specs = (engine(film.service), local_engine(film.service))
    film.flags = {"engine": "here"}
    film.in_doubt = AGAIN
    with monkeypatch.context() as patched:
        crash_before_the_record(patched)
        with pytest.raises(Crash):
            film.work()
    film.in_doubt = NO_CHOICE
    film.work()
    assert read_ledger(film.root).published[clip_path(1, 1)].provider == "here"


def test_a_job_whose_id_came_with_its_file_alone_is_recorded_after_a_crash(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    def submitted(*_: object) -> None:
        raise MachineError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "submitted", submitted)
        crash_before_the_record(patched)
        with pytest.raises(Crash):
            film.work()
    film.work()
    assert read_ledger(film.root).published[clip_path(1, 1)].job == "job-1"
