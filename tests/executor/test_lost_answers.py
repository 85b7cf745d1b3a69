"""What may have been charged is adopted, repeated with its token, or made a question."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import pytest
from attrs import evolve

from vidgen_core.errors import (
    AuthFailed,
    Billed,
    ExitCode,
    JobFailed,
    JobLost,
    MachineError,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.journal import read_ledger
from vidgen_core.plan import Choice, Decision, InDoubt
from vidgen_core.specs import Price

from ..fakes import PRICE, Film, Remote, Service, engine
from ..run_directories import add_scene, put, video
from ..run_paths import TS, clip_path
from .films import (
    CLIP_1,
    Crash,
    crash_before_the_record,
    ended,
    fail_first,
    lost,
    put_first_frames,
    use,
)


@pytest.mark.parametrize("ability", ["idempotent", "find", ""])
def test_a_lost_answer_is_paid_for_once_or_becomes_a_question(film: Film, ability: str) -> None:
    film.service.idempotent = ability == "idempotent"
    use(film, abilities=frozenset({ability} - {""}))
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    outcome = film.work()
    assert film.service.bill()["clip-1-1"] == 1
    if ability:
        assert outcome.codes == set()
        assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
        return
    assert ExitCode.DECISION in outcome.codes
    assert "it is not known whether paid took scene 1 clip 1" in film.said
    assert film.service.bill() == {"clip-1-1": 1}  # what starts from it waits for the answer


def test_a_question_of_an_earlier_run_blames_no_crash(film: Film) -> None:
    fail_first(film, "submitted", Unavailable("connection reset", billed=Billed.UNKNOWN))
    film.work()
    why = str(film.open().plan().by_key[CLIP_1].reasons[-1])
    assert why == "paid was asked, and no answer on record tells whether it took the job"


def test_nor_does_that_about_an_engine_that_cannot_do_what_its_spec_says(film: Film) -> None:
    lost(film, charged=True)
    remote = Remote(film.service)
    blind = SimpleNamespace(submit=remote.submit, poll=remote.poll, fetch=remote.fetch)
    use(film, abilities=frozenset({"find"}), factory=lambda context: blind)
    assert ended(film.work()) is ExitCode.DECISION
    said = "it is not known whether paid took scene 1 clip 1 (no answer is on record)"
    assert said in film.said


def test_other_scenes_go_on_while_one_is_a_question(film: Film) -> None:
    put_first_frames(film.root, 2)
    use(film, max_active=1)
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    assert ExitCode.DECISION in film.work().codes
    assert (film.root / f"scene_2_{TS}.mp4").is_file()


@pytest.mark.parametrize("charged", [True, False])
def test_an_idempotent_submit_is_repeated_with_the_same_token(film: Film, charged: bool) -> None:
    film.service.idempotent = True
    use(film, abilities=frozenset({"idempotent"}))
    lost(film, charged=charged)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert next(job["token"] for job in film.service.jobs()) == "t0ken"
    assert read_ledger(film.root).published[clip_path(1, 1)].take == 1


def test_find_adopts_exactly_one_without_buying(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert film.service.count("find") == 1
    assert read_ledger(film.root).published[clip_path(1, 1)].job == "job-1"


def test_what_was_sent_and_cannot_be_read_is_neither_repeated_nor_looked_for(film: Film) -> None:
    for ability in ("idempotent", "find"):
        use(film, abilities=frozenset({ability}))
        if not read_ledger(film.root).in_flight:
            lost(film, charged=True)
            (film.root / ".vidgen/requests/clip-1-1-1.json").write_text("{")
        outcome = film.work()
        assert outcome.codes == {ExitCode.DECISION}
        assert "is not known any more" in film.said
    assert film.service.count("submit") == film.service.count("find") == 0


def test_a_damaged_journal_buys_nothing_and_free_work_goes_on(film: Film) -> None:
    add_scene(film.root, 2)
    film.work()
    journal = film.root / ".vidgen/journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"n":2', b'"n":7'))
    for name in (clip_path(1, 1), f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
        (film.root / name).unlink()
    broken = journal.read_bytes()
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.bill() == {"clip-1-1": 1}
    put(film.root / f"scene_1_{TS}.mp4", video(1))
    assert film.work().codes == set()  # the film is free
    assert (film.root / f"final_video_{TS}.mp4").is_file()
    assert journal.read_bytes().startswith(broken)


def test_nothing_is_bought_by_a_retry_once_the_machine_is_in_trouble(film: Film) -> None:
    put_first_frames(film.root, 2)
    add_scene(film.root, 2)

    def trouble() -> None:
        full = MachineError("the disk is full")
        full.__cause__ = OSError(errno.ENOSPC, "full")
        film.run.setbacks.check_machine(full)
        raise RateLimited("slow down", retry_after=9)

    fail_first(film, "submit", trouble)
    assert film.work().codes == {ExitCode.MACHINE}
    assert film.service.count("submit") == 1


def test_a_job_that_appears_late_is_found_at_the_second_look(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    film.service.hidden = {"job-1"}
    fail_first(film, "find", None, film.service.hidden.clear)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    first, second = (at for name, at in film.service.times if name == "find")
    assert second - first >= Remote.settle_seconds


def test_what_is_not_found_twice_is_made_once(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=False)
    outcome = film.work()
    assert outcome.codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert film.service.count("find") == 2
    assert read_ledger(film.root).published[clip_path(1, 1)].take == 2
    assert outcome.price == PRICE + PRICE
    assert read_ledger(film.root).bill == Price(1.0, 1.5)  # a list that lacks it proves nothing


def test_each_lost_submit_is_looked_for_twice_before_the_next(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    timeout = Unavailable("timeout", billed=Billed.UNKNOWN)
    fail_first(film, "submit", timeout, timeout, timeout)
    outcome = film.work()
    calls = [name for name, what in film.service.calls if what == "clip-1-1"]
    assert calls == ["submit", "find", "find", "submit", "find", "find", "submit"]
    assert outcome.codes == {ExitCode.LATER}


def test_several_jobs_that_may_be_it_are_a_question(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    job = film.service.jobs()[0]
    film.service.charge({k: v for k, v in job.items() if k not in ("id", "token")}, "another")
    outcome = film.work()
    assert ExitCode.DECISION in outcome.codes
    assert "job-1, job-2" in film.said
    assert film.service.count("submit") == 0


def test_a_job_that_failed_before_is_not_adopted(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    fail_first(film, "poll", JobFailed("crashed"))
    film.work()
    assert film.service.bill()["clip-1-1"] == 1
    fail_first(film, "submit", Unavailable("timeout", billed=Billed.UNKNOWN))
    film.work()
    assert film.service.bill()["clip-1-1"] == 2  # the first is known, so the second was never begun
    assert film.is_finished()


def test_neither_find_nor_repeat_is_a_question_until_the_file_is_there(film: Film) -> None:
    lost(film, charged=True)
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.count("submit") == 0
    task = film.open().plan().by_key[CLIP_1]
    assert task.decision is Decision.ASK
    put(film.root / task.output, video(1))  # the user saved it by hand
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert CLIP_1 not in read_ledger(film.root).in_flight


@pytest.mark.parametrize(("limit", "bought"), [(0.0, 1), (0.4, 1), (0.5, 2)])
def test_in_doubt_it_is_bought_once_more_up_to_the_users_limit(
    film: Film, limit: float, bought: int
) -> None:
    lost(film, charged=True)
    outcome = film.work(in_doubt_limit=limit)
    assert film.service.bill()["clip-1-1"] == bought
    if bought == 2:
        assert (outcome.paid, len(outcome.doubtful)) == (1, 1)  # both are told
        assert read_ledger(film.root).bill == Price(0.5, 1.0)
        assert film.kinds().count(("intent", CLIP_1.id)) == 2
        assert outcome.codes == {ExitCode.DECISION}  # what waited for it was not in the sum
        assert film.work().codes == set()
        assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}


def test_in_doubt_it_is_repeated_once_only(film: Film) -> None:
    lost(film, charged=True)
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    film.work(in_doubt_limit=9)
    assert film.service.bill()["clip-1-1"] == 2
    for _ in range(2):
        film.work(in_doubt_limit=9)
    assert film.service.bill()["clip-1-1"] == 2


def test_unknown_prices_never_qualify_for_doubt(film: Film) -> None:
    use(film, price=lambda request, options: Price(0.1, None))
    before = lost(film, charged=True)
    with film.working() as run:
        run.journal.ended(CLIP_1, 1, "again", Billed.NO)
        run.journal.intent(evolve(before, take=2, price=Price(0.1, None)))
    film.work(in_doubt_limit=1e9)
    assert film.service.bill()["clip-1-1"] == 1


def test_a_job_is_collected_from_who_took_the_money_whatever_engine_is_chosen(film: Film) -> None:
    fail_first(film, "poll", *[Unavailable("no route")] * 5)
    film.work()
    other = Service(folder=film.service.folder.with_name("other"))
    film.specs = (engine(film.service), engine(other, "cheap"))
    film.flags = {"engine": "cheap"}
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1}
    assert other.bill() == {"clip-2-1": 1}
    assert read_ledger(film.root).published[clip_path(1, 1)].provider == "paid"


def test_a_job_whose_request_is_lost_is_collected_all_the_same(film: Film) -> None:
    fail_first(film, "poll", *[Unavailable("no route")] * 5)
    film.work()
    (film.root / ".vidgen/requests/clip-1-1-1.json").write_text("{")
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_file_without_its_record_is_kept_and_the_record_is_mended(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        crash_before_the_record(patched)
        with pytest.raises(Crash):
            film.work()
    stood = (film.root / clip_path(1, 1)).stat()
    assert film.work().codes == set()
    after = (film.root / clip_path(1, 1)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (stood.st_ino, stood.st_mtime_ns)
    record = read_ledger(film.root).published[clip_path(1, 1)]
    assert (record.job, record.paid, record.take) == ("job-1", True, 1)
    assert record.prompt
    assert read_ledger(film.root).in_flight == {}
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_paid_file_that_broke_is_fetched_again_for_nothing(film: Film) -> None:
    film.work()
    whole = (film.root / clip_path(1, 1)).read_bytes()
    (film.root / clip_path(1, 1)).write_bytes(whole[:300])
    for name in (f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
        (film.root / name).unlink()
    outcome = film.work()
    assert outcome.codes == set()
    assert outcome.paid == 0
    assert (film.root / clip_path(1, 1)).read_bytes() == whole
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert read_ledger(film.root).published[clip_path(1, 1)].paid


def test_a_paid_file_that_broke_and_is_gone_at_the_service_is_a_question_of_its_price(
    film: Film,
) -> None:
    film.work()
    (film.root / clip_path(1, 1)).write_bytes(b"broken")
    for name in (f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
        (film.root / name).unlink()
    fail_first(film, "poll", JobLost("too old"))
    outcome = film.work()
    assert outcome.codes == {ExitCode.DECISION}, film.said
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    (kept,) = (film.root / ".vidgen/replaced").glob(f"*/{clip_path(1, 1)}")
    assert kept.read_bytes() == b"broken"
    assert film.open().plan().price == PRICE  # the user sees it before the next run
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}


@pytest.mark.parametrize(
    "refusal",
    [
        AuthFailed("it does not accept the key (401)", advice="set PAID_KEY first"),
        Refused("it refuses the request (403)"),
        OutOfCredit("there is no credit (402)"),
        JobLost("there is no such list (404)"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_search_that_is_refused_is_no_order_that_was_refused(
    film: Film, refusal: ProviderError
) -> None:
    put_first_frames(film.root, 2)
    use(film, abilities=frozenset({"find"}), max_active=1)
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    fail_first(film, "find", refusal)
    outcome = film.work()
    assert ended(outcome) is ExitCode.DECISION
    assert "it is not known whether paid took scene 1 clip 1" in film.said
    assert refusal.message in film.said
    ((_, question),) = outcome.errors
    assert question.advice.startswith(refusal.advice)
    assert "--in-doubt again" in question.advice
    ledger = read_ledger(film.root)
    assert list(ledger.in_flight) == [CLIP_1]  # as it was
    assert ledger.bill.high == pytest.approx(2 * (PRICE.high or 0))
    assert (film.root / clip_path(2, 1)).is_file()  # the rest goes on
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_what_is_bought_once_more_is_so_where_no_search_is_allowed(film: Film) -> None:
    put_first_frames(film.root, 1)
    use(film, abilities=frozenset({"find"}))
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    fail_first(film, "find", *[AuthFailed("it may not list jobs (401)")] * 9)
    assert ended(film.work()) is ExitCode.DECISION
    film.in_doubt = InDoubt(choice=Choice.AGAIN)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}
    assert not read_ledger(film.root).in_flight
