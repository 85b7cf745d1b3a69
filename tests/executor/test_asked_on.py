"""An answer that cannot be used is asked for once more, and no answer is ever paid for unkept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, field, frozen

from vidgen_core.errors import BadOutput, Billed, ExitCode, RateLimited, Refused, Unavailable
from vidgen_core.executor.sent import read_sent
from vidgen_core.journal import read_ledger
from vidgen_core.limit import Limit
from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import Choice, Decision, InDoubt
from vidgen_core.specs import NarrationTextRequest, Price, ScriptModelSpec

from ..fakes import PRICE, Film, Service, voice
from ..run_directories import add_scene, begin
from .films import ended, fail_first
from .test_crashes import at_step, kill_in, pytestmark, steps_of

__all__ = ["pytestmark"]

WORDS = Key(Step.NARRATION_TEXT)
SAID = "a boat"


@frozen
class Words:
    """A script model that answers with *answers*, one after the other, for money.

    ``bad`` cannot be used; ``part`` is not all; of anything else it writes what it says.
    """

    service: Service
    answers: Sequence[str]
    faults: list[str] = field(factory=list)

    def ask(self, request: Any) -> bytes:
        self.faults.append(request.fault)
        self.service.called("ask")
        self.service.at("before ask")
        self.service.charge({"what": "words", "scene": 1}, "")
        self.service.at("after ask")
        self.service.called("asked")
        return self.answers[min(self.service.bill()["words"], len(self.answers)) - 1].encode()

    def rest(self, answer: bytes, request: NarrationTextRequest) -> NarrationTextRequest | None:
        if answer.startswith(b"bad"):
            raise BadOutput(f"{answer.decode()} words", billed=Billed.YES)
        if answer != b"part":
            return None
        told = (*request.scenes, Scene(number=9))
        return evolve(request, scenes=told, fault="")

    def write(self, answer: bytes, request: NarrationTextRequest, into: Path) -> None:
        self.service.called("write")
        if answer == b"refused":
            raise Refused("it will not say that", billed=Billed.YES)
        into.write_text(f"{answer.decode()} {len(request.scenes)}")


def telling(folder: Path, *answers: str, price: Price = PRICE) -> tuple[Film, Words]:
    """A film of two whole scenes whose narration is still to be written."""
    service = Service(folder=folder / "service")
    film = Film(begin(folder, 2), service, ())
    for number in (1, 2):
        add_scene(film.root, number)
    words = Words(service, answers)
    model = ScriptModelSpec(
        name="words", summary="w", factory=lambda context: words, price=lambda request, o: price
    )
    film.specs = (model, voice(service, {}))
    film.flags = {"engine": None, "skip_narration": False, "model": "words", "tts": "voice"}
    return film, words


def asked(film: Film) -> int:
    return film.service.bill()["words"]


def written(film: Film) -> list[str]:
    return [path.read_text() for path in film.root.glob("narration_text_*.txt")]


def test_an_answer_that_cannot_be_used_is_asked_for_once_more_with_its_fault(
    tmp_path: Path,
) -> None:
    film, words = telling(tmp_path, "bad 1", SAID)
    outcome = film.work()
    assert outcome.codes == set()
    assert written(film) == ["a boat 2"]
    assert words.faults == ["", "bad 1 words"]
    assert "words is asked on: bad 1 words" in film.said
    answers = film.root / ".vidgen/answers"
    assert (answers / "narration-text-1").read_text() == "bad 1"
    assert (answers / "narration-text-2").read_text() == SAID
    assert read_sent(film.root / ".vidgen/requests/narration-text-2.json").request == evolve(
        read_sent(film.root / ".vidgen/requests/narration-text-1.json").request,
        fault="bad 1 words",
    )
    kinds = [kind for kind, key in film.kinds() if key == WORDS.id]
    once = ["intent", "answered"]
    assert kinds == [*once, *once, "arriving", "published"]
    (record,) = (r for p, r in read_ledger(film.root).published.items() if "narration_text" in p)
    assert (record.take, record.paid) == (2, True)


def test_the_price_that_is_agreed_to_counts_the_second_request(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    assert film.open().plan().price == Price(0.5, 1.0)
    outcome = film.work(limit=Limit(cap=1.0))
    assert outcome.codes == set()
    assert outcome.price == read_ledger(film.root).bill == Price(0.5, 1.0)


def test_below_the_price_of_both_requests_not_even_the_first_is_sent(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    assert ended(film.work(limit=Limit(cap=0.99))) is ExitCode.MONEY
    assert asked(film) == 0


def test_a_second_answer_that_cannot_be_used_is_kept_and_never_asked_for_a_third_time(
    tmp_path: Path,
) -> None:
    film, _ = telling(tmp_path, "bad 1", "bad 2", SAID)
    for _ in range(3):
        outcome = film.work()
        assert outcome.codes == {ExitCode.FAILED}
        assert asked(film) == 2
        (error,) = (error for task, error in outcome.errors if task.key == WORDS)
        kept = film.root / ".vidgen/answers/narration-text-2"
        assert str(kept) in error.message
        assert "bad 2" in error.message
        assert "vidgen continue" in error.advice
    kept.write_text("mended")
    assert film.work().codes == set()
    assert (written(film), asked(film)) == (["mended 2"], 2)


def deleted(folder: Path, *more: str) -> Film:
    """A film of which an answer that could not be used was paid for, kept and deleted."""
    film, _ = telling(folder, "bad 1", "bad 2", *more)
    film.work()
    (film.root / ".vidgen/answers/narration-text-2").unlink()
    return film


def test_a_kept_answer_that_was_deleted_is_asked_for_anew_at_once(tmp_path: Path) -> None:
    film = deleted(tmp_path, SAID)
    assert film.open().plan().price == Price(0.5, 1.0)
    outcome = film.work()
    assert outcome.codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 3)
    assert "answers/narration-text-2 is gone" in film.said
    assert outcome.price == Price(0.5, 1.0)
    assert read_ledger(film.root).bill == Price(1.0, 2.0)


def test_what_is_asked_anew_may_be_asked_on_for_the_same_price(tmp_path: Path) -> None:
    film = deleted(tmp_path, "bad 3", SAID)
    assert film.work(limit=Limit(cap=2.0)).codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 4)


def test_what_was_deleted_is_not_asked_for_above_the_limit(tmp_path: Path) -> None:
    film = deleted(tmp_path, SAID)
    assert ended(film.work(limit=Limit(cap=1.99))) is ExitCode.MONEY
    assert asked(film) == 2
    assert film.work(limit=Limit(cap=2.0)).codes == set()


@pytest.mark.parametrize("barred", [{"agreed": False}, {"collect": True}])
def test_what_was_deleted_is_not_asked_for_without_leave(
    tmp_path: Path, barred: dict[str, bool]
) -> None:
    film = deleted(tmp_path, SAID)
    outcome = film.work(**barred)
    assert outcome.codes == {ExitCode.FAILED}
    ((_, error),) = outcome.errors
    assert "vidgen continue" in error.advice
    assert asked(film) == 2
    assert film.work().codes == set()
    assert asked(film) == 3


def test_what_was_deleted_and_became_dearer_is_a_question(tmp_path: Path) -> None:
    film = deleted(tmp_path, SAID)
    dearer = evolve(film.specs[0], price=lambda request, options: Price(2.0, 3.0))
    film.specs = (dearer, film.specs[1])
    assert ended(film.work()) is ExitCode.DECISION
    assert "it would cost $2.00–6.00, more than was agreed to" in film.said
    assert asked(film) == 2
    assert film.work().codes == set()
    assert asked(film) == 3


@pytest.mark.parametrize("last", [SAID, "bad 2"])
def test_killed_at_any_step_no_answer_is_paid_for_a_third_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    film, _ = telling(tmp_path / "whole", "bad 1", last, "bad 3")
    steps = steps_of(film, monkeypatch)
    until = max(n for n, name in enumerate(steps) if name == "after ask") + 12
    for number in range(0, min(until, len(steps)), 2 if last == SAID else 3):
        film, _ = telling(tmp_path / str(number), "bad 1", last, "bad 3")
        kill_in(film, monkeypatch, at_step(number), steps[number])
        code = [ended(film.work()) for _ in range(2)][-1]
        where = f"killed at step {number}, {steps[number]}: {film.said}"
        assert asked(film) <= 2, where
        ledger = read_ledger(film.root)
        assert ledger.damage == "", where
        # Between intent and answer nobody knows whether it was taken.
        is_told = code is not ExitCode.DECISION
        assert code in (ExitCode.DECISION, ExitCode.COMPLETE if last == SAID else ExitCode.FAILED)
        if is_told:
            assert asked(film) == 2, where
            assert written(film) == (["a boat 2"] if last == SAID else []), where


def test_a_second_request_in_doubt_is_a_question_and_not_sent_again(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    fail_first(film, "asked", None, Unavailable("no answer", billed=Billed.UNKNOWN))
    for _ in range(2):
        assert ended(film.work()) is ExitCode.DECISION
        assert asked(film) == 2
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    assert film.work().codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 3)
    assert read_ledger(film.root).bill.high == pytest.approx(2.0)  # two orders of two requests


def test_a_second_request_that_is_refused_and_free_leaves_the_first_answer_in_flight(
    tmp_path: Path,
) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    fail_first(film, "ask", None, Refused("not now", billed=Billed.NO))
    assert film.work().codes == {ExitCode.FAILED}
    assert read_ledger(film.root).in_flight[WORDS].take == 1
    assert film.work().codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 2)


def test_a_busy_service_is_asked_again_for_the_second_answer(tmp_path: Path) -> None:
    film, words = telling(tmp_path, "bad 1", SAID)
    fail_first(film, "ask", None, RateLimited("slow down", retry_after=3))
    assert film.work().codes == set()
    assert words.faults == ["", "bad 1 words", "bad 1 words"]
    assert asked(film) == 2
    assert read_ledger(film.root).bill == Price(0.5, 1.0)


def put_in_flight(film: Film) -> None:
    """Have an earlier run paid for a first answer and read nothing of it."""
    fail_first(film, "asked", film_stops(film))
    film.work()
    assert read_ledger(film.root).in_flight[WORDS].answered


def film_stops(film: Film) -> Callable[[], None]:
    return lambda: film.run.interrupt()


def test_what_an_earlier_run_paid_for_is_asked_on_only_with_leave(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    put_in_flight(film)
    task = film.open().plan().by_key[WORDS]
    assert (task.decision, task.price) == (Decision.ATTACH, Price(0.0, 1.0))
    for barred in ({"agreed": False}, {"collect": True}):
        outcome = film.work(**barred)
        assert ended(outcome) is ExitCode.DECISION
        assert "needs a further answer" in film.said
        assert asked(film) == 1
    assert film.work().codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 2)


def test_a_good_answer_of_an_earlier_run_needs_no_leave(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, SAID)
    put_in_flight(film)
    film.work(agreed=False)
    assert (written(film), asked(film)) == (["a boat 2"], 1)


def test_a_model_that_costs_nothing_is_never_a_question_of_money(tmp_path: Path) -> None:
    film, words = telling(tmp_path, "bad 1", SAID)
    free = ScriptModelSpec(name="words", summary="w", factory=lambda context: words)
    film.specs = (free, film.specs[1])
    put_in_flight(film)
    assert film.open().plan().price.free
    assert film.work().codes == set()
    assert written(film) == ["a boat 2"]


def test_an_answer_whose_question_is_lost_is_never_asked_on(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    put_in_flight(film)
    (film.root / ".vidgen/requests/narration-text-1.json").write_text("{")
    fail_first(film, "write", BadOutput("odd", billed=Billed.YES))
    assert film.work().codes == {ExitCode.FAILED}
    assert asked(film) == 1


def test_a_refusal_ends_the_order_and_says_why(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "refused", SAID)
    assert film.work().codes == {ExitCode.FAILED}
    assert "it will not say that" in film.said
    assert WORDS not in read_ledger(film.root).in_flight
    assert film.work().codes == set()  # another script, another question
    assert asked(film) == 2


def test_parts_are_asked_for_one_after_the_other_and_each_is_kept(tmp_path: Path) -> None:
    film, words = telling(tmp_path, "part", "bad 1", "part", SAID)
    for count in (2, 3, 3):  # a narration's price counts two answers: more is a question
        assert ended(film.work()) is ExitCode.DECISION
        assert asked(film) == count
    assert film.work().codes == set()
    bill = read_ledger(film.root).bill
    assert bill.low <= 4 * 0.5 <= bill.high  # type: ignore[operator]
    assert words.faults == ["", "", "bad 1 words", ""]
    assert written(film) == ["a boat 4"]
    kept = sorted(path.name for path in (film.root / ".vidgen/answers").iterdir())
    assert kept == [f"narration-text-{take}" for take in range(1, 5)]
