"""From the intent to the file: what is bought is bought once, and for what was agreed."""

from __future__ import annotations

import pytest
from attrs import evolve, frozen

from vidgen_core.errors import BadOutput, Billed, ExitCode, JobLost, Unavailable
from vidgen_core.executor.sent import describe, read_sent
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision
from vidgen_core.specs import ClipRequest, Price, SpeechRequest, option

from ..fakes import PRICE, Film
from ..run_directories import video
from ..run_paths import clip_path, frame_path
from .films import ended, fail_first, speak, use

# from intent to file ---------------------------------------------------------


def test_intent_submitted_arriving_published_stand_in_the_journal_in_this_order(film: Film) -> None:
    seen: list[tuple[str, list[str]]] = []

    def look(point: str) -> None:
        seen.append((point, [kind for kind, _ in film.kinds()]))

    film.service.at = look
    outcome = film.work()
    assert outcome.codes == set()
    assert [kind for kind, what in film.kinds() if what == "clip-1-1"] == [
        "intent",
        "submitted",
        "arriving",
        "published",
    ]
    on_disk = dict(reversed(seen))  # what each point saw first
    assert on_disk["before submit"] == ["opened", "intent"]
    assert on_disk["after submit"] == ["opened", "intent"]
    assert on_disk["poll"] == ["opened", "intent", "submitted"]
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert (outcome.paid, outcome.price) == (2, Price(1.0, 1.0))
    assert film.is_finished()


def test_what_was_sent_is_kept_with_options_inputs_and_version(film: Film) -> None:
    @frozen(kw_only=True)
    class Options:
        model: str = option("big", "Which model.")
        base_url: str = option("https://example.org", "Where.", scope="user")

    use(film, options=Options)
    film.work()
    sent = read_sent(film.root / ".vidgen/requests/clip-2-1-1.json")
    assert sent.options == {"model": "big"}
    assert (sent.distribution, sent.version) == ("vidgen-fake", "1.0")
    frame = frame_path(1, 1)
    assert isinstance(sent.request, ClipRequest)
    assert sent.request.start_frame == frame
    record = read_ledger(film.root).published[clip_path(2, 1)]
    assert sent.inputs == record.inputs == {frame: read_ledger(film.root).published[frame].sha256}
    assert record.paid
    assert record.job == "job-2"
    assert "example.org" not in "".join(
        path.read_text(errors="replace") for path in (film.root / ".vidgen").glob("**/*.json*")
    )


def test_a_request_in_the_run_directory_cannot_send_other_files_away(film: Film) -> None:
    film.work()
    path = film.root / ".vidgen/requests/clip-2-1-1.json"
    sent = read_sent(path)
    for stray in ("/etc/passwd", "../../secret.jpg", "a/../../b"):
        request = evolve(sent.request, start_frame=stray)
        path.write_bytes(describe(evolve(sent, request=request)))
        with pytest.raises(JobLost, match="not in the run directory"):
            read_sent(path)


# answers that come at once -----------------------------------------------------------


def test_an_answer_is_stored_before_anything_parses_it(film: Film) -> None:
    speak(film)
    unwritten = BadOutput("cannot parse")
    fail_first(film, "write", None, unwritten)
    assert film.work().codes == {ExitCode.FAILED}
    assert film.service.bill() == {"NarrationTextRequest": 1, "SpeechRequest": 1}
    assert (film.root / ".vidgen/answers/narration-text-1").read_bytes() == b"answer: a boat"
    assert (film.root / ".vidgen/answers/narration-1").read_bytes() == b"answer: a boat"
    assert film.work().codes == set()  # read again, not bought again
    assert film.service.bill() == {"NarrationTextRequest": 1, "SpeechRequest": 1}
    sent = read_sent(film.root / ".vidgen/requests/narration-1.json")
    assert isinstance(sent.request, SpeechRequest)
    assert sent.request.text == "answer: a boat"


def test_an_answer_that_is_gone_was_charged_and_the_plan_shows_the_price_of_a_new_one(
    film: Film,
) -> None:
    speak(film)
    fail_first(film, "write", None, BadOutput("cannot parse"))
    film.work()
    assert film.open().plan().price.free  # what is there was paid for
    (film.root / ".vidgen/answers/narration-1").unlink()
    assert film.open().plan().price == PRICE
    assert film.work(agreed=False).codes == {ExitCode.FAILED}
    assert '"billed":"yes"' in (film.root / ".vidgen/journal.jsonl").read_text()
    assert film.service.bill() == {"NarrationTextRequest": 1, "SpeechRequest": 1}
    assert film.work().codes == set()
    assert film.service.bill()["SpeechRequest"] == 2


def test_a_lost_answer_is_a_question(film: Film) -> None:
    speak(film)
    fail_first(film, "ask", Unavailable("timeout", billed=Billed.UNKNOWN))
    assert ended(film.work()) is ExitCode.DECISION
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.count("ask") == 1


# agreement ----------------------------------------------------------------------------


def test_a_clip_that_comes_out_short_counts_for_what_it_is_and_no_more_is_bought(
    film: Film,
) -> None:
    film.service.content = lambda job: video(job["scene"], 0.25)
    outcome = film.work()
    assert ExitCode.DECISION in outcome.codes
    assert film.service.bill() == {"clip-1-1": 1}
    assert (film.root / clip_path(1, 1)).is_file()
    assert "paid made 0.25 s for scene 1 clip 1, asked for 1 s" in film.said
    assert "scene 1 clip 2: later: it would cost $0.50, more than was agreed to" in film.said
    task = film.open().plan().by_key[Key(Step.CLIP, 1, 2)]
    assert task.decision is Decision.MAKE


def test_a_provider_that_is_always_too_short_cannot_drain_money(film: Film) -> None:
    film.service.content = lambda job: video(job["scene"], 0.25)
    for run in range(1, 4):
        film.work()
        assert sum(film.service.bill().values()) <= 2 * run


def test_a_little_short_is_a_rounding_and_buys_nothing(film: Film) -> None:
    film.service.content = lambda job: video(job["scene"], 11 / 12)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


# a service that takes the work and then does not answer ------------------------


def test_a_lost_answer_is_never_taken_for_a_submit_that_was_not_charged() -> None:
    assert Unavailable("no answer").billed is Billed.UNKNOWN


def test_an_idempotent_submit_keeps_its_token_even_when_a_try_was_not_charged(film: Film) -> None:
    film.service.idempotent = True
    use(film, abilities=frozenset({"idempotent"}))
    fail_first(film, "submit", Unavailable("refused", billed=Billed.NO), Unavailable("lost"))
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    intents = [record for record in film.kinds() if record[0] == "intent"]
    assert len(intents) == 2  # one intent an output, however often it was tried


def test_what_may_have_been_charged_is_counted_apart(film: Film) -> None:
    use(film)
    fail_first(film, "submit", Unavailable("the answer was lost"))
    outcome = film.work()
    assert [work.key for work in outcome.in_doubt] == [Key(Step.CLIP, 1, 1)]
    assert ExitCode.DECISION in outcome.codes
