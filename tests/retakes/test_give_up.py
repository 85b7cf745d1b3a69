"""``vidgen redo --give-up``: what was paid for and never comes is ordered anew, if asked to."""

from __future__ import annotations

import shlex

import pytest

from vidgen_core.errors import BadOutput, Billed, ExitCode, Expired, ProviderError, Unavailable
from vidgen_core.http_errors import no_answer, service_error
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step

from ..run_directories import everything, put, video
from ..run_paths import clip_path
from .studio import PLAIN, Studio, without_scene

BEGIN = ("--engine", "paid", "--yes", *PLAIN)
CLIP_1 = Key(Step.CLIP, 1, 1)
WEB_PAGE = Unavailable("a web page came in place of the download", billed=Billed.NO)
NEVER = (WEB_PAGE, Expired("it does not hold the result (404)"), BadOutput("it is too large"))


def begun(studio: Studio, error: ProviderError = WEB_PAGE) -> str:
    """Have one clip that is paid for and never comes; return the last line."""
    studio.service.trouble["fetch"] = [error] * 300
    ended = studio.vidgen("continue", *BEGIN)
    assert ended.code in (ExitCode.LATER, ExitCode.FAILED)
    assert read_ledger(studio.root).in_flight[CLIP_1].job == "job-1"
    return ended.last


def given_up(studio: Studio) -> str:
    return f"vidgen redo {studio.root} --give-up=job-1"


@pytest.mark.parametrize("error", NEVER, ids=["page", "404", "too large"])
def test_the_last_line_names_a_command_that_ends_what_never_comes(
    studio: Studio, error: ProviderError
) -> None:
    for _ in range(2):
        last = begun(studio, error)
        assert studio.service.bill()["clip-1-1"] == 1, "it is never ordered again by itself"
        assert given_up(studio) in last
    studio.service.trouble.clear()
    ended = studio.vidgen("redo", *shlex.split(given_up(studio))[3:], "--yes")
    assert ended.code == 0, ended.err
    assert "given up: scene 1 clip 1 at paid, job job-1, which was paid for ($0.50)" in ended.words
    assert studio.service.bill() == {"clip-1-1": 2, "clip-2-1": 1, "clip-3-1": 1}
    ledger = read_ledger(studio.root)
    assert ledger.in_flight == {}
    assert [charge.billed for charge in ledger.charges] == [Billed.YES] * 4
    before = everything(studio.root)
    assert studio.vidgen("continue").code == 0
    assert everything(studio.root) == before


def test_it_is_not_given_up_before_the_user_agreed_to_pay_again(studio: Studio) -> None:
    begun(studio)
    before = everything(studio.root)
    assert studio.vidgen("redo", "--give-up", "job-1", "--dry-run").code == 0
    asked = studio.vidgen("redo", "--give-up", "job-1", "--no-input")
    assert asked.code == ExitCode.DECISION
    assert "given up: scene 1 clip 1" in asked.words
    capped = studio.vidgen("redo", "--give-up", "job-1", "--yes", "--max-cost", "1.50")
    assert capped.code == ExitCode.MONEY, "what is given up counts in the limit"
    assert everything(studio.root) == before
    assert studio.service.bill() == {"clip-1-1": 1}


def test_the_same_command_again_leaves_the_new_order_alone(studio: Studio) -> None:
    begun(studio)
    again = ("redo", *shlex.split(given_up(studio))[3:], "--yes")
    assert studio.vidgen(*again).code != 0  # the new job does not come either
    assert studio.service.bill()["clip-1-1"] == 2
    ended = studio.vidgen(*again)
    assert "job job-1 is not under way any more" in ended.words
    assert studio.service.bill()["clip-1-1"] == 2
    assert read_ledger(studio.root).in_flight[CLIP_1].job == "job-2"


def test_it_is_named_where_a_service_refuses_to_be_asked_and_not_where_it_is_out_of_reach(
    studio: Studio,
) -> None:
    refused = service_error("paid", 400, "no such field", submitting=False)
    studio.service.trouble["poll"] = [refused] * 300
    assert given_up(studio) in studio.vidgen("continue", *BEGIN).last
    studio.service.trouble["poll"] = [no_answer("paid", "no route", submitting=False)] * 300
    ended = studio.vidgen("continue", *BEGIN)
    assert (ended.code, "give-up" in ended.words) == (ExitCode.LATER, False)


def test_a_job_that_nothing_needs_any_more_is_given_up_without_an_order(studio: Studio) -> None:
    begun(studio)
    studio.service.trouble.clear()
    without_scene(studio, 1)
    assert studio.vidgen("continue", "--yes").code == 0
    bill = studio.service.bill()
    assert CLIP_1 in read_ledger(studio.root).in_flight
    asked = studio.vidgen("redo", "--give-up=job-1")
    assert asked.code == ExitCode.DECISION
    assert "what was paid for is given up: scene 1 clip 1; nothing was changed" in asked.words
    ended = studio.vidgen("redo", "--give-up=job-1", "--yes")
    assert ended.code == 0, ended.err
    assert "ordered again" not in ended.words
    assert (read_ledger(studio.root).in_flight, studio.service.bill()) == ({}, bill)


def test_what_goes_on_where_nothing_is_given_up_keeps_the_engine_and_asks(studio: Studio) -> None:
    begun(studio)
    assert studio.vidgen("redo", "--give-up=job-1", "--yes").code != 0
    for what in ("--give-up=job-1", "--failed"):
        ended = studio.vidgen("redo", what, "--engine=here", "--max-cost=9", "--yes")
        assert ended.code == 0
        go_on = f"to go on: vidgen continue {studio.root} --engine here --max-cost 9"
        assert go_on in ended.words
        assert f"{go_on} --yes" not in ended.words


def test_a_job_that_nobody_knows_is_an_error_that_names_those_under_way(studio: Studio) -> None:
    begun(studio)
    before = everything(studio.root)
    ended = studio.vidgen("redo", "--give-up=job-9", "--yes")
    assert ended.code == ExitCode.USAGE
    assert "no job job-9 is known here" in ended.err
    assert ended.last == "--give-up takes one that is under way: job-1 (scene 1 clip 1 at paid)"
    assert everything(studio.root) == before


def test_of_work_in_doubt_alone_it_is_said_what_decides_about_it(studio: Studio) -> None:
    studio.killed()
    ended = studio.vidgen("redo", "--give-up=job-77", "--yes")
    assert ended.code == ExitCode.USAGE
    assert ended.last.startswith("what is under way is in doubt")


def test_a_job_whose_place_the_user_has_filled_is_given_up_without_an_order(
    studio: Studio,
) -> None:
    begun(studio)
    studio.service.trouble.clear()
    put(studio.root / clip_path(1, 1), video(8, 1))
    assert studio.vidgen("continue", "--yes").code == 0
    bill = studio.service.bill()
    assert CLIP_1 in read_ledger(studio.root).in_flight
    ended = studio.vidgen("redo", "--give-up=job-1", "--yes")
    assert ended.code == 0, ended.err
    assert "ordered again" not in ended.words
    assert (read_ledger(studio.root).in_flight, studio.service.bill()) == ({}, bill)


def test_what_was_paid_for_is_not_given_up_for_free_work_unasked(studio: Studio) -> None:
    begun(studio)
    before = everything(studio.root)
    ended = studio.vidgen("redo", "--give-up", "job-1", "--engine", "here")
    assert ended.code == ExitCode.DECISION
    assert everything(studio.root) == before


def test_a_job_that_was_given_up_is_not_taken_for_the_new_order(studio: Studio) -> None:
    begun(studio)
    studio.service.trouble.clear()
    studio.service.trouble["submit"] = [Unavailable("no route", billed=Billed.NO)] * 300
    assert studio.vidgen("redo", "--give-up", "job-1", "--yes").code == ExitCode.LATER
    assert CLIP_1 not in read_ledger(studio.root).in_flight
    fetched = studio.service.count("fetch")
    assert studio.vidgen("collect").code == 0
    assert studio.service.count("fetch") == fetched
