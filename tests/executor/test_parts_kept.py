"""Whatever becomes of one part of a speech, those before it are never paid for again."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.errors import Billed, ExitCode, Refused, Unavailable
from vidgen_core.journal import read_ledger
from vidgen_core.limit import Limit
from vidgen_core.model import Key, Step
from vidgen_core.plan import Choice, Decision, InDoubt
from vidgen_core.specs import Price

from ..fakes import Film
from .films import ended, fail_first
from .test_speech_in_parts import (
    PARTS,
    SPEECH,
    USD,
    WHOLE,
    asked,
    begin_with,
    film,
    in_doubt,
    is_spoken,
    joined,
    pytestmark,
    telling,
)

__all__ = ["film", "joined", "pytestmark"]

REFUSED = Refused("it will not say that", billed=Billed.YES)


def cost_of(parts: list[str]) -> Price:
    usd = USD * len("".join(parts))
    return Price(usd, usd)


def lose(film: Film, *names: str) -> None:
    for name in names:
        (film.root / ".vidgen/answers" / name).unlink()


@pytest.mark.parametrize("number", [2, 3])
def test_a_part_that_was_charged_and_came_to_nothing_leaves_those_before_it(
    film: Film, number: int
) -> None:
    fail_first(film, "asked", *[None] * (number - 1), REFUSED)
    assert film.work().codes == {ExitCode.FAILED}
    assert asked(film) == PARTS[:number]
    rest = cost_of(PARTS[number - 1 :])
    task = film.open().plan().by_key[SPEECH]
    assert (task.decision, task.price) == (Decision.ATTACH, rest)
    paid = WHOLE + USD * len(PARTS[number - 1])
    assert film.work(limit=Limit(cap=paid)).codes == set()
    assert asked(film) == [*PARTS[:number], *PARTS[number - 1 :]]
    assert is_spoken(film)
    assert read_ledger(film.root).bill == Price(paid, paid)


def test_a_part_that_is_refused_again_and_again_is_the_only_one_that_is_asked_for(
    film: Film,
) -> None:
    fail_first(film, "asked", None, REFUSED, REFUSED, REFUSED)
    for _ in range(3):
        assert film.work().codes == {ExitCode.FAILED}
    assert asked(film) == [*PARTS[:2], PARTS[1], PARTS[1]]
    assert film.work().codes == set()
    assert asked(film)[-2:] == PARTS[1:]


def test_a_first_part_that_came_to_nothing_leaves_nothing(film: Film) -> None:
    fail_first(film, "asked", REFUSED)
    assert film.work().codes == {ExitCode.FAILED}
    assert SPEECH not in read_ledger(film.root).in_flight
    assert film.open().plan().price == cost_of(PARTS)


def test_a_deleted_answer_is_the_only_part_that_is_asked_for_anew(film: Film) -> None:
    begin_with(film, 2)
    lose(film, "narration-2")
    plan = film.open().plan()
    assert plan.by_key[SPEECH].price == cost_of(PARTS[1:])
    assert Limit().needed(plan) == cost_of(PARTS[1:]).high
    assert "is gone, so it is asked for anew" in str(plan.by_key[SPEECH].reasons[-1])
    paid = WHOLE + USD * len(PARTS[1])
    assert film.work(limit=Limit(cap=paid)).codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS[1:]]
    assert read_ledger(film.root).bill == Price(paid, paid)


def test_deleted_answers_of_several_parts_are_paid_for_only_as_far_as_was_agreed_to(
    film: Film,
) -> None:
    begin_with(film, 2)
    lose(film, "narration-1", "narration-2")
    assert ended(film.work()) is ExitCode.DECISION
    assert asked(film) == PARTS[:2]
    assert film.open().plan().price == cost_of(PARTS)
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS]


def test_an_answer_that_goes_while_it_is_asked_for_leave_is_not_paid_for_without(
    film: Film,
) -> None:
    begin_with(film, 2)
    with film.working() as run:
        lose(film, "narration-2")
        assert ended(run.work()) is ExitCode.DECISION
    assert asked(film) == PARTS[:2]
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS[1:]]


def test_a_deleted_answer_of_another_text_has_all_of_it_spoken_anew(film: Film) -> None:
    begin_with(film, 2)
    (text,) = film.root.glob("narration_text_*.txt")
    text.write_text("Another one.")
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    ((_, error),) = ((t, e) for t, e in outcome.errors if t.key == SPEECH)
    assert ".vidgen/answers/narration-2 to pay for all of it again" in error.advice
    lose(film, "narration-2")
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], "Another one."]


def test_the_answer_of_a_short_text_is_asked_for_anew_at_once(tmp_path: Path) -> None:
    film = telling(tmp_path, text="Short.")
    begin_with(film, 1)
    lose(film, "narration-1")
    price = cost_of(["Short."])
    assert film.open().plan().price == price
    outcome = film.work(limit=Limit(cap=2 * USD * len("Short.")))
    assert outcome.codes == set()
    assert (outcome.price, asked(film)) == (price, ["Short."] * 2)


@pytest.mark.parametrize("barred", [{"agreed": False}, {"collect": True}])
def test_a_deleted_answer_is_not_asked_for_without_leave(
    film: Film, barred: dict[str, bool]
) -> None:
    begin_with(film, 2)
    lose(film, "narration-2")
    film.work(**barred)
    assert asked(film) == PARTS[:2]
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS[1:]]


def test_a_part_that_was_ordered_again_in_doubt_and_refused_leaves_those_before_it(
    film: Film,
) -> None:
    in_doubt(film, 2)
    fail_first(film, "asked", REFUSED)
    assert film.work().codes == {ExitCode.FAILED}
    with film.working() as run:
        assert SPEECH in run.journal.doubted
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], PARTS[1], *PARTS[1:]]
    assert read_ledger(film.root).bill.high == WHOLE + 2 * USD * len(PARTS[1])


def test_a_part_in_doubt_whose_text_was_changed_leaves_nothing_to_go_on_from(film: Film) -> None:
    in_doubt(film, 2)
    (text,) = film.root.glob("narration_text_*.txt")
    text.write_text("Another one.")
    assert film.work().codes == {ExitCode.FAILED}
    assert SPEECH not in read_ledger(film.root).in_flight
    film.in_doubt = InDoubt(choice=Choice.WAIT)
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], "Another one."]


def test_speech_that_the_user_puts_there_ends_the_parts_before_a_doubt(film: Film) -> None:
    fail_first(film, "asked", None, Unavailable("no answer", billed=Billed.UNKNOWN))
    film.work()
    begun = read_ledger(film.root).in_flight[SPEECH]
    assert begun.part == 2
    with film.working() as run:
        run.journal.ended(SPEECH, begun.take, "it is there", Billed.UNKNOWN)
    assert Key(Step.NARRATION) not in read_ledger(film.root).in_flight


def test_a_kept_part_that_is_gone_ends_the_order_before_more_is_paid_for(film: Film) -> None:
    begin_with(film, 2)
    (film.root / ".vidgen/answers/narration-1.mp3").unlink()
    assert film.work().codes == {ExitCode.FAILED}
    assert len(asked(film)) == 2
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS[1:]]


@pytest.mark.parametrize("count", [1, 2])
def test_a_part_of_which_nothing_tells_which_it_is_is_no_narration(film: Film, count: int) -> None:
    begin_with(film, count)
    (film.root / f".vidgen/requests/narration-{count}.json").unlink()
    assert film.work().codes == {ExitCode.FAILED}
    assert not is_spoken(film)
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:count], *PARTS[count - 1 :]]
