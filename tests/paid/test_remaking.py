"""Making a paid clip again costs one order, is agreed to first, and can be taken back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.testing.service import Service

from ..kill_harness import Was, as_they_are
from .customers import Customer, assert_books_agree, film_of, jobs_shown


@pytest.fixture
def film(customer: Customer) -> Path:
    """A film of two scenes by LTX."""
    root = customer.scenes(2)
    ended = customer.finish(root, "ltx")
    assert ended.code == 0, ended.err
    return root


def redo(customer: Customer, film: Path, *more: str | os.PathLike[str]) -> int:
    ended = customer.vidgen("redo", film, "--scene", "2", *more)
    assert ended.code != ExitCode.BUG, ended.err
    return ended.code


def stands(film: Path) -> dict[str, bytes]:
    """The content of each file that is seen."""
    return {name: was.content for name, was in as_they_are(film).items()}


def test_a_scene_is_made_again_by_one_order(customer: Customer, film: Path) -> None:
    assert redo(customer, film, "--yes") == 0
    assert customer.orders() == len(customer.bill()) == 3
    assert jobs_shown(film, customer.service) == [1, 3]
    assert_books_agree(film, customer.service)
    assert list((film / ".vidgen/replaced").rglob("scene_2_vid_1_*.mp4"))


def test_nobody_agreed_and_the_film_stands(customer: Customer, film: Path) -> None:
    before: dict[str, Was] = as_they_are(film)
    assert redo(customer, film) == ExitCode.DECISION
    assert redo(customer, film, "--dry-run") == 0
    assert redo(customer, film, "--max-cost", "0.50") == ExitCode.MONEY
    assert customer.orders() == 2
    assert {name: was.content for name, was in before.items()} == stands(film)


def test_what_was_made_again_is_taken_back_for_nothing(customer: Customer, film: Path) -> None:
    before = stands(film)
    assert redo(customer, film, "--yes") == 0
    ended = customer.vidgen("undo", film)
    assert ended.code == 0, ended.err
    assert customer.finish(film).code == 0
    assert customer.orders() == 3
    assert jobs_shown(film, customer.service) == [1, 2]
    clip = next(name for name in before if "scene_2_vid_1" in name)
    assert stands(film)[clip] == before[clip]
    assert len(read_ledger(film).charges) == 3  # what was spent stays spent


def test_killed_in_the_middle_it_is_paid_for_once(customer: Customer, film: Path) -> None:
    service: Service = customer.service
    asked = len(service.requests("fal.status"))
    command = ("redo", film, "--scene", "2", "--yes")
    customer.killed_once(command, lambda: len(service.requests("fal.status")) > asked)
    ended = customer.finish(film)
    assert ended.code == 0, ended.err
    assert customer.orders() == 3
    film_of(film)
    assert jobs_shown(film, service) == [1, 3]
    assert_books_agree(film, service)


def test_a_refused_remake_leaves_the_old_one_to_be_had_back(customer: Customer, film: Path) -> None:
    customer.service.trouble("fal.submit", "moderation")
    assert redo(customer, film, "--yes") == ExitCode.FAILED
    ended = customer.vidgen("undo", film)
    assert ended.code == 0, ended.err
    customer.finish(film)
    assert jobs_shown(film, customer.service) == [1, 2]
    assert customer.orders() == 3
