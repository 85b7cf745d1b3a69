"""A journal that was deleted is no reason to buy silently what was asked for before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vidgen_core import layout
from vidgen_core.cli.last_line import exit_code, last_line
from vidgen_core.errors import ExitCode, Unavailable
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Why

from .fakes import Film, Service, engine, local_engine, no_worker_is_left
from .run_directories import begin, put

CLIP_1 = Key(Step.CLIP, 1, 1)
REQUEST = f"{layout.REQUESTS}/clip-1-1-1.json"


@pytest.fixture
def film(tmp_path: Path, nothing_of_this_machine: None, small_pictures: None) -> Iterator[Film]:
    """Scene 1 was asked for, the answer was lost, and then the journal was; scene 2 is new."""
    service = Service(folder=tmp_path / "service")
    service.trouble["submitted"] = [Unavailable("the line went dead")]
    film = Film(begin(tmp_path, 1), service, (engine(service), local_engine(service)))
    film.work()
    assert service.bill() == {"clip-1-1": 1}
    (film.root / layout.JOURNAL).unlink()
    yield film
    assert no_worker_is_left()


@pytest.mark.parametrize("emptied", [False, True])
def test_what_a_stored_request_tells_of_is_a_question_without_its_journal(
    film: Film, emptied: bool
) -> None:
    if emptied:
        (film.root / layout.JOURNAL).touch()
    for _ in range(2):  # a journal that was begun anew knows no more
        task = film.open().plan().by_key[CLIP_1]
        assert (task.decision, [each.why for each in task.reasons][-1]) == (
            Decision.ASK,
            Why.FORGOTTEN,
        )
        assert f"{layout.REQUESTS}/clip-1-1-*.json" in str(task.reasons[-1])
        outcome = film.work()
        assert exit_code(outcome) is ExitCode.DECISION
        assert film.service.bill() == {"clip-1-1": 1}
    opened: Any = SimpleNamespace(directory=film.open().directory)
    assert layout.REQUESTS in last_line(opened.directory.root, outcome, ExitCode.DECISION)


def test_it_is_bought_once_its_request_is_moved_away(film: Film) -> None:
    film.work()
    (film.root / REQUEST).unlink()
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 2}
    assert film.is_finished()
    assert not read_ledger(film.root).forgotten


def test_free_work_of_that_key_goes_on_and_answers_the_question(film: Film) -> None:
    film.flags = {"engine": "here"}
    assert film.work().codes == set()
    assert film.is_finished()
    assert not read_ledger(film.root).forgotten


def test_a_request_that_no_intent_followed_is_no_question_while_its_journal_is_there(
    film: Film,
) -> None:
    (film.root / REQUEST).unlink()
    with film.working():
        put(film.root / REQUEST, b"{}")  # a crash right before the intent
    assert film.open().plan().by_key[CLIP_1].decision is Decision.MAKE
    assert film.work().codes == set()


def test_strange_names_among_the_requests_tell_nothing(film: Film) -> None:
    (film.root / REQUEST).unlink()
    for name in ("notes.txt", "a-b-1.json", "clip", "-"):
        put(film.root / layout.REQUESTS / name, b"")
    assert not read_ledger(film.root).forgotten


@pytest.mark.parametrize(
    "content", [b"", bytes(400), b'{"provider": "paid", "requ', b"{\n" + bytes(60)]
)
@pytest.mark.parametrize("name", [REQUEST, f"{REQUEST}.new"])
def test_a_request_that_a_crash_left_unfinished_is_no_question(
    film: Film, name: str, content: bytes
) -> None:
    (film.root / REQUEST).unlink()
    put(film.root / name, content)
    assert not read_ledger(film.root).forgotten
    assert film.work().codes == set()
