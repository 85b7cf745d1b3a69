"""A long text is spoken in parts: each is paid for once and kept, and all are joined."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from vidgen_core.errors import Billed, ExitCode, Refused, Unavailable
from vidgen_core.executor import parts
from vidgen_core.executor.sent import describe, read_sent
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight, Ledger
from vidgen_core.limit import Limit
from vidgen_core.model import Key, Step, Timing
from vidgen_core.plan import Choice, Decision, InDoubt
from vidgen_core.planner.situation import prompt_digest
from vidgen_core.protocols import JobRef, Ready
from vidgen_core.script_files import dump_timings, load_timings
from vidgen_core.specs import Price, ProviderKind, SpeechEngineSpec, SpeechRequest, option
from vidgen_core.subtitles import words_spoken

from ..fakes import Film, Service
from ..run_directories import add_scene, begin, put, sound
from ..run_paths import TS
from .films import ended, fail_first
from .test_crashes import at_step, kill_in, pytestmark, steps_of

__all__ = ["pytestmark"]

SPEECH = Key(Step.NARRATION)
TEXT = "A lighthouse stands at sea. Its lamp burns all night. The keeper sleeps until dawn.\n"
PARTS = ["A lighthouse stands at sea. ", "Its lamp burns all night. ", TEXT[54:]]
#: What one character costs: dollars whose sums are exact.
USD = 1 / 64
WHOLE = USD * len(TEXT)


@frozen(kw_only=True)
class VoiceOptions:
    pitch: int = option(1, "How high it speaks.")


@frozen
class Voice:
    """A voice that answers at once, keeps what it said, and tells when it said it."""

    service: Service

    def ask(self, request: SpeechRequest) -> bytes:
        self.service.called("ask", request.text)
        self.service.at("before ask")
        self.service.charge({"what": request.text, "scene": 1}, "")
        self.service.at("after ask")
        self.service.called("asked")
        return request.text.encode()

    def write(self, answer: bytes, request: SpeechRequest, into: Path) -> None:
        assert answer.decode() == request.text
        into.write_bytes(sound(0.5))
        timing = Timing(text=request.text.strip(), start=0.1, end=0.4)
        into.with_suffix(".json").write_bytes(dump_timings([timing]))

    def find(self, request: SpeechRequest, token: str, since: float) -> Sequence[JobRef]:
        same = (job for job in self.service.jobs() if job["what"] == request.text)
        return [JobRef(id=job["id"]) for job in same]

    def poll(self, job: JobRef) -> Ready:
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        self.service.called("fetch")
        into.write_bytes(sound(0.5))


@pytest.fixture(autouse=True)
def joined(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have parts joined without ffmpeg; how many were, each time."""
    counts: list[int] = []

    def join(media: Any, files: Sequence[Path], into: Path) -> tuple[float, ...]:
        counts.append(len(files))
        assert all(file.is_file() for file in files)
        into.write_bytes(sound(0.5 * len(files)))
        return tuple(float(number) for number in range(len(files)))

    monkeypatch.setattr(parts, "join_parts", join)
    return counts


def telling(folder: Path, *, find: bool = False, text: str = TEXT) -> Film:
    """A film of one whole scene whose narration is written and not spoken."""
    service = Service(folder=folder / "service")
    film = Film(begin(folder, 1), service, ())
    add_scene(film.root, 1)
    put(film.root / f"narration_text_{TS}.txt", text.encode())
    film.specs = (
        SpeechEngineSpec(
            name="voice",
            summary="v",
            factory=lambda context: Voice(service),
            options=VoiceOptions,
            price=lambda request, options: Price(*[USD * len(request.text)] * 2),
            longest=lambda options: 30,
            abilities={"find"} if find else (),
        ),
    )
    film.flags = {"engine": None, "skip_narration": False, "tts": "voice"}
    return film


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return telling(tmp_path)


def asked(film: Film) -> list[str]:
    return [job["what"] for job in film.service.jobs()]


def is_spoken(film: Film) -> bool:
    return len(list(film.root.glob("narration_audio_2*.mp3"))) == 1


def begin_with(film: Film, count: int) -> None:
    """Have an earlier run be stopped after *count* parts are paid for."""
    fail_first(film, "asked", *[None] * (count - 1), lambda: film.run.interrupt())
    film.work()
    assert len(asked(film)) == count


def test_each_part_is_one_order_that_is_told_what_is_around_it(
    film: Film, joined: list[int]
) -> None:
    assert film.work().codes == set()
    assert asked(film) == PARTS
    folder = film.root / ".vidgen"
    sent = [read_sent(folder / f"requests/narration-{n}.json").request for n in (1, 2, 3)]
    for number, request in enumerate(sent):
        assert isinstance(request, SpeechRequest)
        around = ("".join(PARTS[:number]), "".join(PARTS[number + 1 :]))
        assert (request.before, request.after) == around
        assert (folder / f"answers/narration-{number + 1}").read_text() == PARTS[number]
    assert sent[2].spoken == (".vidgen/answers/narration-1.mp3", ".vidgen/answers/narration-2.mp3")
    assert joined == [3]
    once = ["intent", "answered"]
    kinds = [kind for kind, key in film.kinds() if key == SPEECH.id]
    assert kinds == [*once, *once, *once, "arriving", "published"]
    (record,) = (r for p, r in read_ledger(film.root).published.items() if "narration_audio_2" in p)
    assert (record.take, record.prompt, record.job) == (3, prompt_digest(TEXT), "")
    assert film.is_finished()


def test_a_text_that_is_short_enough_is_one_order_and_joined_with_nothing(
    tmp_path: Path, joined: list[int]
) -> None:
    film = telling(tmp_path, text="Short.")
    assert film.work().codes == set()
    assert (asked(film), joined) == (["Short."], [])


def test_the_price_that_is_agreed_to_and_the_bill_count_every_part(film: Film) -> None:
    assert film.open().plan().price == Price(WHOLE, WHOLE)
    outcome = film.work(limit=Limit(cap=WHOLE))
    assert outcome.codes == set()
    assert outcome.price == read_ledger(film.root).bill == Price(WHOLE, WHOLE)


def test_below_the_price_of_all_parts_not_even_the_first_is_ordered(film: Film) -> None:
    assert ended(film.work(limit=Limit(cap=WHOLE - 0.01))) is ExitCode.MONEY
    assert asked(film) == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_later_run_pays_for_what_is_missing_and_shows_its_price_before(
    film: Film, count: int
) -> None:
    begin_with(film, count)
    rest = USD * len("".join(PARTS[count:]))
    task = film.open().plan().by_key[SPEECH]
    assert (task.decision, task.price) == (Decision.ATTACH, Price(rest, rest))
    assert Limit().needed(film.open().plan()) == rest
    for barred in ({"agreed": False}, {"collect": True}):
        assert ended(film.work(**barred)) is ExitCode.DECISION
        assert len(asked(film)) == count
    assert film.work(limit=Limit(cap=WHOLE)).codes == set()
    assert asked(film) == PARTS
    assert read_ledger(film.root).bill == Price(WHOLE, WHOLE)


def test_a_later_run_stops_at_its_limit_and_loses_no_part(film: Film) -> None:
    begin_with(film, 1)
    assert ended(film.work(limit=Limit(cap=WHOLE - 0.01))) is ExitCode.MONEY
    assert len(asked(film)) == 1
    assert film.work().codes == set()
    assert asked(film) == PARTS


@pytest.mark.parametrize("find", [False, True])
def test_killed_at_any_step_no_part_is_paid_for_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, find: bool
) -> None:
    film = telling(tmp_path / "whole", find=find)
    steps = steps_of(film, monkeypatch)
    first = next(n for n, name in enumerate(steps) if name == "before ask") - 4
    last = max(n for n, name in enumerate(steps) if name == "after ask") + 16
    for number in range(first + find, min(last, len(steps)), 7):
        film = telling(tmp_path / str(number), find=find)
        kill_in(film, monkeypatch, at_step(number), steps[number])
        code = ended(film.work())
        where = f"killed at step {number}, {steps[number]}: {film.said}"
        assert asked(film) == PARTS[: len(asked(film))], where
        ledger = read_ledger(film.root)
        assert ledger.damage == "", where
        if code is ExitCode.DECISION and not find:  # between intent and answer nobody knows
            assert not is_spoken(film), where
            continue
        assert code is ExitCode.COMPLETE, where
        assert asked(film) == PARTS, where
        assert is_spoken(film), where
        assert ledger.bill.low == WHOLE, where
        if not find:  # what is not in the history may still have been charged
            assert ledger.bill == Price(WHOLE, WHOLE), where


def test_a_part_whose_answer_was_lost_is_found_and_the_next_one_ordered(
    tmp_path: Path, joined: list[int]
) -> None:
    film = telling(tmp_path, find=True)
    fail_first(film, "asked", None, Unavailable("no answer", billed=Billed.UNKNOWN))
    assert film.work().codes == set()
    assert (asked(film), joined) == (PARTS, [3])
    assert film.service.count("fetch") == 1
    (record,) = (r for p, r in read_ledger(film.root).published.items() if "narration_audio_2" in p)
    assert record.job == ""


def test_a_last_part_that_was_found_is_no_job_of_the_whole(tmp_path: Path) -> None:
    film = telling(tmp_path, find=True)
    fail_first(film, "asked", None, None, Unavailable("no answer", billed=Billed.UNKNOWN))
    assert film.work().codes == set()
    (record,) = (r for p, r in read_ledger(film.root).published.items() if "narration_audio_2" in p)
    assert (record.job, dict(record.facts)) == ("", {})


@pytest.mark.parametrize("found", [False, True])
def test_a_part_that_is_refused_leaves_those_before_it(tmp_path: Path, found: bool) -> None:
    film = telling(tmp_path, find=True)
    if found:
        fail_first(film, "asked", Unavailable("no answer", billed=Billed.UNKNOWN))
    fail_first(film, "ask", None, Refused("not now", billed=Billed.NO))
    assert film.work().codes == {ExitCode.FAILED}
    assert read_ledger(film.root).in_flight[SPEECH].take == 1
    assert film.work().codes == set()
    assert asked(film) == PARTS


def test_what_is_found_and_gone_on_from_is_no_doubt(tmp_path: Path) -> None:
    film = telling(tmp_path, find=True)
    fail_first(film, "asked", Unavailable("no answer", billed=Billed.UNKNOWN))
    fail_first(film, "ask", None, lambda: doubts.append(film.run.journal.doubted))
    doubts: list[Any] = []
    assert film.work().codes == set()
    assert doubts == [frozenset()]


def test_a_part_in_doubt_is_a_question_and_the_others_are_not_bought_again(film: Film) -> None:
    fail_first(film, "asked", None, Unavailable("no answer", billed=Billed.UNKNOWN))
    for _ in range(2):
        assert ended(film.work()) is ExitCode.DECISION
        assert asked(film) == PARTS[:2]
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    rest = USD * len("".join(PARTS[1:]))
    task = film.open().plan().by_key[SPEECH]
    assert (task.decision, task.price) == (Decision.MAKE, Price(rest, rest))
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS[1:]]
    assert is_spoken(film)


def in_doubt(film: Film, number: int) -> None:
    """Have part *number* of the speech be in doubt, and the user order it again."""
    fail_first(
        film, "asked", *[None] * (number - 1), Unavailable("no answer", billed=Billed.UNKNOWN)
    )
    film.work()
    film.in_doubt = InDoubt(choice=Choice.AGAIN)


def test_a_first_part_in_doubt_is_ordered_with_all_the_others(film: Film) -> None:
    in_doubt(film, 1)
    assert film.open().plan().price == Price(WHOLE, WHOLE)
    assert film.work().codes == set()
    assert asked(film) == [PARTS[0], *PARTS]


def test_a_part_in_doubt_of_another_voice_is_no_part_of_this_ones(film: Film) -> None:
    in_doubt(film, 2)
    film.specs = (*film.specs, evolve(film.specs[0], name="other"))
    film.flags = {**film.flags, "tts": "other"}
    assert film.open().plan().price == Price(WHOLE, WHOLE)
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS]


@pytest.mark.parametrize("lost", ["requests/narration-2.json", "answers/narration-1.mp3"])
def test_a_part_in_doubt_without_those_before_it_is_not_ordered_again(
    film: Film, lost: str
) -> None:
    in_doubt(film, 2)
    (film.root / ".vidgen" / lost).unlink()
    assert film.work().codes == {ExitCode.FAILED}
    assert len(asked(film)) == 2
    rest = USD * len("".join(PARTS[1:]))
    assert film.open().plan().price == Price(rest, rest)
    assert film.work().codes == set()
    assert asked(film) == [*PARTS[:2], *PARTS[1:]]


def test_other_settings_never_speak_the_rest_of_a_text(film: Film) -> None:
    begin_with(film, 1)
    settings = film.root / ".vidgen/settings.toml"
    told = settings.read_text() if settings.is_file() else ""
    settings.write_text(f"{told}\n[providers.voice]\npitch = 2\n")
    assert film.open().settings.options_for("voice", VoiceOptions).pitch == 2
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    ((_, error),) = ((t, e) for t, e in outcome.errors if t.key == SPEECH)
    assert "pitch" in error.message
    assert asked(film) == PARTS[:1]
    (film.root / ".vidgen/answers/narration-1").unlink()  # what the advice says
    assert ".vidgen/answers/narration-1" in error.advice
    assert film.open().plan().price == Price(WHOLE, WHOLE)
    assert film.work().codes == set()
    assert asked(film) == [PARTS[0], *PARTS]


def test_a_stored_order_of_another_text_is_not_gone_on_with(film: Film) -> None:
    begin_with(film, 1)
    path = film.root / ".vidgen/requests/narration-1.json"
    sent = read_sent(path)
    assert isinstance(sent.request, SpeechRequest)
    path.write_bytes(describe(evolve(sent, request=evolve(sent.request, after=TEXT * 9))))
    assert ended(film.work()) is ExitCode.DECISION
    assert "its text was changed" in film.said
    assert len(asked(film)) == 1


def test_the_times_of_each_part_are_those_in_the_whole(tmp_path: Path) -> None:
    film = telling(tmp_path)
    scenes = film.root / f"scenes_{TS}.json"
    told = json.loads(scenes.read_text())
    scenes.write_text(json.dumps([{**scene, "narration": TEXT.strip()} for scene in told]))
    (film.root / f"narration_text_{TS}.txt").unlink()
    film.work()
    assert "".join(asked(film)) == TEXT.strip()
    (speech,) = film.root.glob("scene_1_*/scene_1_narration_*.mp3")
    times = load_timings(speech.with_suffix(".json").read_bytes(), "t")
    assert [(one.text, one.start, one.end) for one in times] == [
        (part.strip(), number + 0.1, number + 0.4) for number, part in enumerate(PARTS)
    ]
    speech.with_suffix(".json").unlink()  # what was asked for tells the words, too
    opened = film.open()
    assert words_spoken(film.root, opened.listing, opened.ledger) == {
        str(speech.relative_to(film.root)): TEXT.strip()
    }


def test_parts_without_times_make_a_whole_without_times(tmp_path: Path) -> None:
    film = telling(tmp_path, find=True)
    scenes = film.root / f"scenes_{TS}.json"
    told = json.loads(scenes.read_text())
    scenes.write_text(json.dumps([{**scene, "narration": TEXT.strip()} for scene in told]))
    fail_first(film, "asked", None, Unavailable("no answer", billed=Billed.UNKNOWN))
    film.work()  # what is fetched here tells no times
    (speech,) = film.root.glob("scene_1_*/scene_1_narration_*.mp3")
    assert not speech.with_suffix(".json").exists()


def test_room_is_kept_for_the_parts_to_come() -> None:
    begun = InFlight(
        key=SPEECH,
        take=1,
        provider="voice",
        kind=ProviderKind.SPEECH_ENGINE,
        token="t",
        rest=Price(2.0, 2.0),
    )
    ledger, limit = Ledger(in_flight={SPEECH: begun}), Limit(cap=3.0)
    limit.check(ledger, 1.0)
    limit.check(ledger, 3.0, SPEECH)
    with pytest.raises(Exception, match="it costs up to"):
        limit.check(ledger, 1.5)
