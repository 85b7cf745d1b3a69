"""What goes on from a paid answer costs no more than was agreed to and written down."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from vidgen_core.errors import Billed, ExitCode, Unavailable
from vidgen_core.executor.sent import read_sent
from vidgen_core.journal import read_ledger
from vidgen_core.limit import Limit
from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import NO_CHOICE, Choice, InDoubt
from vidgen_core.protocols import JobRef, Ready
from vidgen_core.script_files import dump_environments, dump_scenes_without_environment
from vidgen_core.serialize import load_storyboard
from vidgen_core.specs import Price, ScenesRequest, ScriptModelSpec, option

from ..fakes import PRICE, Film, Service
from ..run_directories import put
from ..run_paths import TS
from .films import ended, fail_first
from .test_asked_on import SAID, WORDS, Words, asked, put_in_flight, telling, written
from .test_crashes import at_step, kill_in, pytestmark, steps_of
from .test_speech_in_parts import PARTS, SPEECH, USD, begin_with, is_spoken, joined
from .test_speech_in_parts import asked as spoken
from .test_speech_in_parts import telling as speaking

__all__ = ["joined", "pytestmark"]

NEW = "New words."
SCENES = Key(Step.SCENES_WITHOUT_ENVIRONMENT)
SCRIPT = f"script_{TS}.txt"
LOST = Unavailable("no answer", billed=Billed.UNKNOWN)


@frozen(kw_only=True)
class WordOptions:
    usd: float = option(0.5, "What an answer costs.")


@frozen
class Listed(Words):
    """A script model whose service lists nothing."""

    def find(self, request: Any, token: str, since: float) -> Sequence[JobRef]:
        return []

    def poll(self, job: JobRef) -> Ready:
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        raise AssertionError("there is nothing to fetch")


def listed(film: Film, *answers: str) -> Listed:
    """Have the service of the script model be asked what it has."""
    words = Listed(film.service, answers)
    model = evolve(film.specs[0], factory=lambda context: words, abilities={"find"})
    film.specs = (model, *film.specs[1:])
    return words


def set_option(film: Film, provider: str, line: str) -> None:
    settings = film.root / ".vidgen/settings.toml"
    told = settings.read_text() if settings.is_file() else ""
    settings.write_text(f"{told}\n[providers.{provider}]\n{line}\n")


@frozen
class Scenes:
    """A script model that tells one scene in each answer."""

    service: Service

    def ask(self, request: Any) -> bytes:
        self.service.charge({"what": type(request).__name__, "scene": 1}, "")
        self.service.called("asked")
        return b"good"

    def rest(self, answer: bytes, request: Any) -> Any:
        if not isinstance(request, ScenesRequest) or request.told:
            return None
        return evolve(request, told=(Scene(number=1, duration=1.0),))

    def write(self, answer: bytes, request: Any, into: Path) -> None:
        if isinstance(request, ScenesRequest):
            last = Scene(number=len(request.told) + 1, duration=1.0)
            into.write_bytes(dump_scenes_without_environment([*request.told, last]))
        else:
            into.write_bytes(dump_environments(["a bay"]))


def from_script(folder: Path) -> Film:
    """A film of a script, whose scenes come in parts; its places are told."""
    service = Service(folder=folder / "service")
    root = folder / f"video_{TS}"
    put(root / SCRIPT, b"Two boats come in.")
    put(root / f"scene_physical_environment_{TS}.json", dump_environments(["a bay"]))
    model = ScriptModelSpec(
        name="words",
        summary="w",
        factory=lambda context: Scenes(service),
        price=lambda request, options: PRICE,
    )
    flags = {"engine": None, "model": "words", "max_scenes": 30}
    return Film(root, service, (model,), flags)


def scenes_told(film: Film) -> list[int]:
    path = film.root / f"scene_metadata_no_env_{TS}.json"
    if not path.exists():
        return []
    return [scene.number for scene in load_storyboard(path.read_bytes(), path.name)]


# script models --------------------------------------------------------------------


def test_an_answer_that_is_bought_again_in_doubt_has_a_price_of_its_own(tmp_path: Path) -> None:
    film, _ = telling(tmp_path)
    listed(film, "bad 1", SAID)
    fail_first(film, "asked", None, LOST)
    assert film.work().codes == set()
    assert asked(film) == 3
    assert read_ledger(film.root).bill == Price(1.0, 2.0)


def test_a_second_answer_in_doubt_is_not_bought_again_above_the_limit(tmp_path: Path) -> None:
    film, _ = telling(tmp_path)
    listed(film, "bad 1", SAID)
    fail_first(film, "asked", None, LOST)
    assert ended(film.work(limit=Limit(cap=1.5))) is ExitCode.MONEY
    assert asked(film) == 2


def test_no_run_asks_for_more_answers_than_its_price_counts(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, *["part"] * 5, SAID)
    for count in (2, 4):
        assert ended(film.work()) is ExitCode.DECISION
        assert "more answers than its price counts" in film.said
        assert asked(film) == count
    assert film.work().codes == set()
    assert asked(film) == 6
    assert read_ledger(film.root).bill == Price(1.5, 3.0)


def dearer(film: Film) -> None:
    """Have an answer of the script model cost 0.5, or what its option says."""

    def price(request: Any, options: Any) -> Price:
        return Price(options.usd, options.usd)

    film.specs = (evolve(film.specs[0], options=WordOptions, price=price), *film.specs[1:])


@pytest.mark.parametrize("find", [False, True])
def test_what_became_dearer_is_paid_for_only_once_its_price_was_shown(
    tmp_path: Path, find: bool
) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    if find:
        listed(film, "bad 1", SAID)
    dearer(film)
    if find:
        fail_first(film, "asked", lambda: lose_and_stop(film))
        film.work()
    else:
        put_in_flight(film)
    set_option(film, "words", "usd = 5.0")
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert "which nobody agreed to" in film.said
    assert asked(film) == 1
    shown = film.open().plan().by_key[WORDS].price
    assert shown == Price(0.0, 10.0 if find else 5.0)
    assert film.work().codes == set()
    assert asked(film) == 2
    bill = read_ledger(film.root).bill
    assert bill.low <= 5.5 <= bill.high <= 11.0  # type: ignore[operator]


def lose_and_stop(film: Film) -> None:
    film.run.interrupt()
    raise LOST


def test_a_bill_of_the_past_keeps_its_price(tmp_path: Path) -> None:
    film, _ = telling(tmp_path, "bad 1", SAID)
    dearer(film)
    put_in_flight(film)
    before = read_ledger(film.root).bill
    set_option(film, "words", "usd = 5.0")
    film.work()
    assert read_ledger(film.root).bill == before


def test_what_was_asked_is_lost_and_in_doubt_and_ends_where_the_user_says_again(
    tmp_path: Path,
) -> None:
    film, _ = telling(tmp_path)
    listed(film, SAID)
    fail_first(film, "asked", lambda: lose_and_stop(film))
    film.work()
    (film.root / ".vidgen/requests/narration-text-1.json").unlink()
    assert ended(film.work()) is ExitCode.DECISION
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    assert film.work().codes == {ExitCode.FAILED}
    assert asked(film) == 1
    film.in_doubt = NO_CHOICE
    assert film.work().codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 2)
    assert read_ledger(film.root).bill.high == 2.0


def test_what_an_answer_leaves_to_be_asked_is_kept_with_paths_of_the_directory(
    tmp_path: Path,
) -> None:
    film = from_script(tmp_path)
    fail_first(film, "asked", None, lambda: film.run.interrupt())
    film.work()
    sent = read_sent(film.root / f".vidgen/requests/{SCENES.id}-2.json").request
    assert isinstance(sent, ScenesRequest)
    assert (sent.script_file, len(sent.told)) == (SCRIPT, 1)


def test_a_later_part_of_an_earlier_run_is_put_behind_those_before_it(tmp_path: Path) -> None:
    film = from_script(tmp_path)
    fail_first(film, "asked", None, lambda: film.run.interrupt())
    film.work()
    film.work()
    assert scenes_told(film) == [1, 2]
    assert film.service.bill()["ScenesRequest"] == 2


def test_a_part_of_the_scenes_of_which_nothing_tells_which_it_is_is_not_all_of_them(
    tmp_path: Path,
) -> None:
    film = from_script(tmp_path)
    fail_first(film, "asked", None, lambda: film.run.interrupt())
    film.work()
    (film.root / f".vidgen/requests/{SCENES.id}-2.json").unlink()
    assert film.work().codes == {ExitCode.FAILED}
    assert scenes_told(film) == []
    film.work()
    assert scenes_told(film) == [1, 2]
    assert film.service.bill()["ScenesRequest"] == 4


def stored_and_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Film:
    """A film whose process was killed between storing an answer and writing that down."""
    film, _ = telling(tmp_path / "whole", SAID)
    steps = steps_of(film, monkeypatch)
    number = steps.index(f"after {WORDS.id}-1", steps.index("after ask"))
    film, _ = telling(tmp_path, SAID)
    kill_in(film, monkeypatch, at_step(number), steps[number])
    (work,) = read_ledger(film.root).in_flight.values()
    assert not work.answered
    return film


def test_an_answer_that_is_stored_is_no_question_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = stored_and_killed(tmp_path, monkeypatch)
    film.in_doubt = InDoubt(choice=Choice.AGAIN)  # which would pay for it once more
    assert film.work().codes == set()
    assert (written(film), asked(film)) == (["a boat 2"], 1)
    assert read_ledger(film.root).bill.low == 0.5


def test_a_plan_knows_what_goes_on_from_an_answer_that_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = speaking(tmp_path / "whole")
    steps = steps_of(film, monkeypatch)
    number = steps.index(f"after {SPEECH.id}-1", steps.index("after ask"))
    film = speaking(tmp_path)
    kill_in(film, monkeypatch, at_step(number), steps[number])
    (work,) = read_ledger(film.root).in_flight.values()
    assert not work.answered
    planned = film.open().plan()
    rest = USD * len("".join(PARTS[1:]))
    assert planned.by_key[SPEECH].price == Price(rest, rest)
    assert film.work().codes == set()
    assert spoken(film) == PARTS


def test_an_answer_that_is_older_than_the_question_is_not_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = stored_and_killed(tmp_path, monkeypatch)
    os.utime(film.root / f".vidgen/answers/{WORDS.id}-1", (1, 1))
    assert ended(film.work()) is ExitCode.DECISION
    assert (written(film), asked(film)) == ([], 1)


# speech in parts ------------------------------------------------------------------


def in_doubt(film: Film) -> None:
    """Have part 2 of the speech be in doubt."""
    fail_first(film, "asked", None, LOST)
    film.work()
    assert spoken(film) == PARTS[:2]


def double(film: Film) -> None:
    """Have the voice's service double its prices."""

    def price(request: Any, options: Any) -> Price:
        return Price(*[2 * USD * len(request.text)] * 2)

    film.specs = (evolve(film.specs[0], price=price),)


def test_a_rest_that_became_dearer_is_shown_and_then_paid_for(tmp_path: Path) -> None:
    film = speaking(tmp_path)
    begin_with(film, 1)
    double(film)
    assert ended(film.work()) is ExitCode.DECISION
    assert spoken(film) == PARTS[:1]
    rest = 2 * USD * len("".join(PARTS[1:]))
    assert film.open().plan().by_key[SPEECH].price == Price(rest, rest)
    assert film.work().codes == set()
    assert spoken(film) == PARTS
    paid = USD * len(PARTS[0]) + rest
    assert read_ledger(film.root).bill == Price(paid, paid)


def test_a_part_in_doubt_that_became_dearer_is_shown_and_then_ordered_again(
    tmp_path: Path,
) -> None:
    film = speaking(tmp_path)
    in_doubt(film)
    double(film)
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    assert ended(film.work()) is ExitCode.DECISION
    assert spoken(film) == PARTS[:2]
    rest = 2 * USD * len("".join(PARTS[1:]))
    assert film.open().plan().by_key[SPEECH].price == Price(rest, rest)
    assert film.work().codes == set()
    assert spoken(film) == [*PARTS[:2], *PARTS[1:]]


def test_a_text_that_was_changed_is_not_gone_on_with(tmp_path: Path) -> None:
    film = speaking(tmp_path)
    begin_with(film, 1)
    put(film.root / f"narration_text_{TS}.txt", NEW.encode())
    for _ in range(2):
        outcome = film.work()
        assert ended(outcome) is ExitCode.DECISION
        assert spoken(film) == PARTS[:1]
    ((_, error),) = outcome.errors
    assert "its text was changed" in error.message
    assert "delete .vidgen/answers/narration-1 " in error.advice
    (film.root / ".vidgen/answers/narration-1").unlink()
    for _ in range(2):
        film.work()
    assert spoken(film) == [PARTS[0], NEW]
    assert is_spoken(film)


def test_a_part_in_doubt_of_another_text_is_not_ordered_again(tmp_path: Path) -> None:
    film = speaking(tmp_path)
    in_doubt(film)
    put(film.root / f"narration_text_{TS}.txt", NEW.encode())
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    assert film.work().codes == {ExitCode.FAILED}
    assert spoken(film) == PARTS[:2]
    film.in_doubt = NO_CHOICE
    assert film.work().codes == set()
    assert spoken(film) == [*PARTS[:2], NEW]


def test_a_text_that_grew_since_the_plan_was_made_is_a_question(tmp_path: Path) -> None:
    film = speaking(tmp_path, text=NEW)
    path = film.root / f"narration_text_{TS}.txt"
    with film.working() as run:
        run.replan()
        path.write_text("Many more new words.")  # still one part
        outcome = run.work()
    assert ended(outcome) is ExitCode.DECISION
    assert spoken(film) == []
    assert film.work().codes == set()
