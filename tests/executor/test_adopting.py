"""A job that is named for work which has none is a mistake of the command, not a plugin's bug."""

from __future__ import annotations

import pytest

from vidgen_core.cli.obstacles import obstacle
from vidgen_core.errors import Billed, ExitCode, Unavailable, UsageError
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import NO_CHOICE, Choice, InDoubt
from vidgen_core.wording import name

from ..fakes import Film
from .films import ended, fail_first, speak

WORDS, SPEECH = Key(Step.NARRATION_TEXT), Key(Step.NARRATION)


def doubtful(film: Film, key: Key) -> None:
    """Have the answer about *key* be lost, then name a job for it."""
    speak(film)
    before = [None] if key == SPEECH else []
    fail_first(film, "ask", *before, Unavailable("it broke off", billed=Billed.UNKNOWN))
    assert ended(film.work()) is ExitCode.DECISION
    assert list(read_ledger(film.root).in_flight) == [key]
    film.in_doubt = InDoubt(choice=Choice.ADOPT, job="job-1")


@pytest.mark.parametrize("key", [WORDS, SPEECH], ids=str)
def test_what_answers_at_once_has_no_job_to_adopt(film: Film, key: Key) -> None:
    doubtful(film, key)
    before = (film.root / ".vidgen/journal.jsonl").read_bytes()
    with pytest.raises(UsageError) as mistake:
        film.work()
    assert f"keeps no jobs, so there is none to adopt for {name(key)}" in mistake.value.message
    assert "--in-doubt again" in mistake.value.advice
    assert not hasattr(film.run, "outcome")  # which is how the command knows that nothing began
    assert (film.root / ".vidgen/journal.jsonl").read_bytes() == before
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    assert film.work().codes == set()
    assert film.is_finished()


@pytest.mark.parametrize("key", [WORDS, SPEECH], ids=str)
def test_the_command_says_so_before_it_begins(film: Film, key: Key) -> None:
    doubtful(film, key)
    opened = film.open()
    assert isinstance(obstacle(opened, opened.plan()), UsageError)
    film.in_doubt = NO_CHOICE
    opened = film.open()
    assert obstacle(opened, opened.plan()) is None
