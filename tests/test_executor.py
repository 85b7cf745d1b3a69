"""The money path: what is bought is bought once, and what is made is published whole."""

from __future__ import annotations

import errno
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from vidgen_core.cli.continue_command import _exit_code
from vidgen_core.errors import (
    AuthFailed,
    BadOutput,
    Billed,
    ExitCode,
    Interrupted,
    JobFailed,
    JobLost,
    MachineError,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.executor import Outcome, work
from vidgen_core.executor.clock import (
    LONGEST_PAUSE,
    Clock,
    Event,
    real,
    until_next_poll,
    until_next_try,
)
from vidgen_core.executor.crew import Crew, side_by_side
from vidgen_core.executor.events import Moved, Noted, Published
from vidgen_core.executor.preview import join_preview
from vidgen_core.executor.sent import Sent, describe, read_sent
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.model import Key, Step, Verdict
from vidgen_core.plan import Decision, InFlight, ProviderKind
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import FREE, Price, option

from .fakes import (
    PRICE,
    Film,
    Local,
    Remote,
    Service,
    answering,
    engine,
    facts_of,
    local_engine,
    no_worker_is_left,
)
from .run_directories import TS, add_clip, add_scene, begin, contents, picture, put, video

CLIP_1 = Key(Step.CLIP, 1, 1)


def clip(scene: int, number: int = 1) -> str:
    return f"scene_{scene}_all_vid_{TS}/scene_{scene}_vid_{number}_{TS}.mp4"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(folder=tmp_path / "service")


@pytest.fixture
def film(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Film]:
    """Two scenes of which none is there, and a paid engine."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    yield Film(begin(tmp_path, 2), service, (engine(service),))
    assert no_worker_is_left()


def use(film: Film, **changes: Any) -> None:
    """Have another paid engine installed."""
    film.specs = (engine(film.service, **changes),)


def ended(outcome: Outcome) -> ExitCode:
    """What the command would end with."""
    return _exit_code(outcome)


# from intent to file ---------------------------------------------------------


def test_intent_submitted_published_stand_in_the_journal_in_this_order(film: Film) -> None:
    seen: list[tuple[str, list[str]]] = []

    def look(point: str) -> None:
        seen.append((point, [kind for kind, _ in film.kinds()]))

    film.service.at = look
    outcome = film.work()
    assert outcome.codes == set()
    assert [kind for kind, what in film.kinds() if what == "clip-1-1"] == [
        "intent",
        "submitted",
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
    frame = f"scene_1_all_vid_{TS}/scene_1_vid_1_last_frame.jpg"
    assert sent.request.start_frame == frame  # type: ignore[union-attr]
    record = read_ledger(film.root).published[clip(2)]
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


def test_nothing_is_polled_before_it_can_be_ready_and_nothing_waits_in_a_provider(
    film: Film,
) -> None:
    film.service.polls_needed = 4
    film.work()
    polls = [at for name, at in film.service.times if name == "poll"][:4]
    assert all(1.0 <= later - earlier < 5 for earlier, later in itertools.pairwise(polls))
    assert all(name.startswith("vidgen ") for name in film.service.threads)


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(20, 10.0), (0.1, 1.0), (-5, 1.0), (1e9, 30.0), (float("nan"), 1.0), ("soon", 1.0)],
)
def test_the_pause_between_polls_follows_the_service_within_limits(
    left: Any, seconds: float
) -> None:
    assert until_next_poll(0, left) == seconds


def test_the_pause_between_polls_grows_and_never_overflows() -> None:
    assert until_next_poll(3, None) > until_next_poll(1, None)
    assert until_next_poll(10**9, None) == 30.0
    assert until_next_try(10**9, Unavailable("x")) == 30.0
    assert until_next_try(1, RateLimited("x", retry_after=7)) == 7
    assert until_next_try(1, RateLimited("x", retry_after=float("nan"))) == 2.0
    assert real(True) is None


def test_the_real_clock_waits_for_an_event_and_no_longer_than_asked() -> None:
    clock, events = Clock(), queue.SimpleQueue[Event]()
    before = clock.now()
    assert clock.wait(events, 0.01) is None
    assert clock.now() > before
    events.put(print)
    assert clock.wait(events, 60) is print


def test_a_run_starts_no_more_than_max_active_at_a_provider(film: Film, tmp_path: Path) -> None:
    film = Film(begin(tmp_path / "six", 6), film.service, ())
    put_first_frames(film.root, 6)
    use(film, max_active=2)
    film.service.polls_needed = 3
    active: set[str] = set()
    most = 0

    def hear(event: Any) -> None:
        nonlocal most
        if isinstance(event, Published):
            active.discard(event.task.key.id)
        running = getattr(event, "running", ())
        most = max(most, sum(task.key.step is Step.CLIP for task, _ in running))

    film.work(listen=hear)
    assert most == 2
    assert sum(film.service.bill().values()) == 6


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_than_jobs_pieces_run_on_this_machine_at_once(
    film: Film, tmp_path: Path, jobs: int
) -> None:
    film = Film(begin(tmp_path / "six", 6), film.service, ())
    put_first_frames(film.root, 6)
    film.flags = {"engine": "here"}
    film.specs = (local_engine(film.service),)
    lock, running, seen = threading.Lock(), [0], []

    def busy() -> None:
        with lock:
            running[0] += 1
            seen.append(running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1

    film.service.trouble["render"] = [busy] * 6
    assert film.work(jobs=jobs).codes == set()
    assert max(seen) == jobs


def put_first_frames(root: Path, scenes: int) -> None:
    for n in range(1, scenes + 1):
        put(root / f"scene_{n}_all_vid_{TS}" / f"scene_{n}_first_frame.jpg", picture(n))


def test_many_remote_jobs_share_a_few_threads(film: Film, tmp_path: Path) -> None:
    film = Film(begin(tmp_path / "many", 40), film.service, ())
    put_first_frames(film.root, 40)
    use(film)
    most = [0]

    def count() -> None:
        names = [t.name for t in threading.enumerate() if t.name.startswith("vidgen clip")]
        most[0] = max(most[0], len(names))
        time.sleep(0.005)

    film.service.trouble["submit"] = [count] * 40
    assert film.work().codes == set(), film.said
    assert 1 < most[0] <= 16
    assert sum(film.service.bill().values()) == 40


# a provider that fails ---------------------------------------------------------


def fail_first(film: Film, call: str, *troubles: Any) -> None:
    film.service.trouble[call] = list(troubles)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("moderated"), ExitCode.FAILED),
        (AuthFailed("bad key"), ExitCode.KEY),
        (OutOfCredit("no money"), ExitCode.MONEY),
        (JobFailed("crashed", billed=Billed.YES), ExitCode.FAILED),
        (JobFailed("crashed"), ExitCode.DECISION),
        (Unavailable("timeout", billed=Billed.UNKNOWN), ExitCode.DECISION),
        (ZeroDivisionError("x"), ExitCode.DECISION),
        (SystemExit(3), ExitCode.DECISION),
        (ConnectionResetError("gone"), ExitCode.DECISION),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_a_submit_that_failed_is_repeated_only_where_it_was_not_charged(
    film: Film, error: BaseException, code: ExitCode
) -> None:
    fail_first(film, "submit", error)
    outcome = film.work()
    assert code in outcome.codes
    assert film.service.bill()["clip-1-1"] == 0
    assert film.service.count("submit") <= 2  # the other scene's, where that may be made
    assert "clip-1-1" in {task.key.id for task, _ in outcome.errors}
    charged = isinstance(error, JobFailed) and error.billed is Billed.YES
    assert outcome.paid == sum(film.service.bill().values()) + charged


def test_a_failed_scene_does_not_stop_the_others_and_lost_continuity_is_said(film: Film) -> None:
    fail_first(film, "submit", Refused("moderated"))
    outcome = film.work()
    assert film.service.bill() == {"clip-2-1": 1}
    assert (film.root / f"scene_2_{TS}.mp4").is_file()
    assert not (film.root / f"final_video_{TS}.mp4").exists()
    assert outcome.codes == {ExitCode.FAILED}
    reasons = [
        str(r) for e in film.told if hasattr(e, "plan") for t in e.plan.tasks for r in t.reasons
    ]
    assert "scene 1 could not be made, so it starts without a picture" in reasons


def test_a_key_that_is_rejected_closes_the_provider_for_this_run(
    film: Film, tmp_path: Path
) -> None:
    film = Film(begin(tmp_path / "six", 6), film.service, (engine(film.service, max_active=1),))
    put_first_frames(film.root, 6)
    fail_first(film, "submit", *[AuthFailed("bad key")] * 6)
    outcome = film.work()
    assert film.service.count("submit") == 1
    assert outcome.codes == {ExitCode.KEY}
    assert film.work().codes == {ExitCode.KEY}  # nothing was given up: it is tried again
    film.service.trouble.clear()
    assert film.work().codes == set()


def test_out_of_credit_still_collects_what_is_paid_for(film: Film) -> None:
    put_first_frames(film.root, 2)
    use(film, max_active=1)
    unreachable = [Unavailable("no route")] * 5
    fail_first(film, "poll", None, *unreachable)  # scene 2's job is left in flight
    assert film.work().codes == {ExitCode.LATER}
    for name in (clip(1), f"scene_1_{TS}.mp4"):
        (film.root / name).unlink()
    fail_first(film, "submit", OutOfCredit("no money"))
    assert film.work().codes == {ExitCode.MONEY}
    assert (film.root / clip(2)).is_file()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_rate_limit_is_waited_for_as_long_as_the_service_says(film: Film) -> None:
    fail_first(film, "submit", RateLimited("slow down", retry_after=90))
    assert film.work().codes == set()
    first, second = [at for name, at in film.service.times if name == "submit"][:2]
    assert 90 <= second - first < 92
    assert [kind for kind, what in film.kinds() if what == "clip-1-1"] == [
        "intent",
        "ended",
        "intent",
        "submitted",
        "published",
    ]


def test_a_rate_limit_of_an_hour_is_left_to_the_next_run(film: Film) -> None:
    fail_first(film, "submit", RateLimited("tomorrow", retry_after=LONGEST_PAUSE * 12))
    outcome = film.work()
    assert outcome.codes == {ExitCode.LATER}
    assert film.clock.time < LONGEST_PAUSE
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_an_unreachable_service_is_tried_five_times_and_its_job_is_kept(film: Film) -> None:
    fail_first(film, "poll", *[Unavailable("no route")] * 5)
    outcome = film.work()
    assert outcome.codes == {ExitCode.LATER}
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


@pytest.mark.parametrize(
    "answer",
    [JobFailed("crashed"), JobLost("what job?"), Refused("moderated")],
    ids=["failed", "lost", "refused"],
)
def test_a_job_that_is_gone_costs_that_scene_and_is_not_bought_again_in_this_run(
    film: Film, answer: ProviderError
) -> None:
    fail_first(film, "poll", answer)
    outcome = film.work()
    assert outcome.codes == {ExitCode.FAILED}
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert CLIP_1 not in read_ledger(film.root).in_flight
    assert film.open().plan().by_key[CLIP_1].decision is Decision.MAKE  # the user may agree again


def test_a_poll_that_says_failed_ends_the_job(film: Film) -> None:
    class Failing(Remote):
        def poll(self, job: JobRef) -> Failed:
            return Failed(message="no", billed="certainly")

    use(film, factory=lambda context: Failing(film.service))
    assert film.work().codes == {ExitCode.FAILED}
    assert film.service.bill()["clip-1-1"] == 1
    records = (film.root / ".vidgen/journal.jsonl").read_text()
    assert '"billed":"unknown"' in records


@pytest.mark.parametrize("state", [None, "ready", 7])
def test_nonsense_from_a_poll_is_a_plugins_bug_and_loses_no_job(film: Film, state: Any) -> None:
    class Odd(Remote):
        def poll(self, job: JobRef) -> Any:
            return state

    use(film, factory=lambda context: Odd(film.service))
    assert ExitCode.FAILED in film.work().codes
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"


def test_odd_numbers_of_a_pending_job_do_no_harm(film: Film) -> None:
    class Odd(Remote):
        def poll(self, job: JobRef) -> Any:
            if super().poll(job).__class__ is Pending:
                return Pending(fraction=float("nan"), seconds_left="soon")  # type: ignore[arg-type]
            return Ready(job=job)

    film.service.polls_needed = 3
    use(film, factory=lambda context: Odd(film.service))
    assert film.work().codes == set()


@pytest.mark.parametrize("ref", [None, JobRef(id=""), JobRef(id=7)], ids=str)  # type: ignore[arg-type]
def test_a_submit_without_a_jobs_id_is_a_question(film: Film, ref: Any) -> None:
    class Odd(Remote):
        def submit(self, request: Any, token: str) -> Any:
            super().submit(request, token)
            return ref

    use(film, factory=lambda context: Odd(film.service))
    assert ended(film.work()) is ExitCode.DECISION
    assert ended(film.work()) is ExitCode.DECISION
    assert film.service.bill() == {"clip-1-1": 1}


def test_facts_of_a_job_that_json_does_not_know_lose_no_id(film: Film) -> None:
    class Odd(Remote):
        def submit(self, request: Any, token: str) -> JobRef:
            return JobRef(id=super().submit(request, token).id, facts={"at": {1, 2}, 3: None})  # type: ignore[dict-item]

    use(film, factory=lambda context: Odd(film.service))
    assert film.work().codes == set()
    with Journal(film.root) as journal:
        assert journal.ledger.damage == ""


def test_bad_output_is_fetched_once_more(film: Film) -> None:
    good = film.service.content
    delivered: list[int] = []

    def flaky(job: Any) -> bytes:
        delivered.append(1)
        return b"<html>busy</html>" if len(delivered) == 1 else good(job)

    film.service.content = flaky
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_output_that_stays_bad_is_kept_and_its_job_is_over(film: Film) -> None:
    film.service.content = lambda job: b"no video" if job["scene"] == 1 else video(job["scene"], 1)
    outcome = film.work()
    assert outcome.codes == {ExitCode.FAILED}
    assert film.service.bill()["clip-1-1"] == 1
    (kept,) = (film.root / ".vidgen/replaced").glob(f"*/{clip(1)}")
    assert kept.read_bytes() == b"no video"
    assert CLIP_1 not in read_ledger(film.root).in_flight


def test_output_that_is_bad_in_another_way_each_time_stays_ours_to_fetch(film: Film) -> None:
    noise = iter(range(100))
    good = film.service.content
    film.service.content = lambda job: b"%d" % next(noise)
    assert film.work().codes == {ExitCode.FAILED}
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    film.service.content = good
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_file_that_is_a_link_is_no_output(film: Film, tmp_path: Path) -> None:
    elsewhere = put(tmp_path / "elsewhere.mp4", video(1))

    class Linking(Remote):
        def fetch(self, ready: Ready, into: Path) -> None:
            into.symlink_to(elsewhere)

    use(film, factory=lambda context: Linking(film.service))
    assert ExitCode.FAILED in film.work().codes
    assert not (film.root / clip(1)).exists()
    assert elsewhere.read_bytes() == video(1)


def test_a_paid_provider_that_only_renders_is_refused(film: Film) -> None:
    use(film, factory=lambda context: Local(film.service))
    outcome = film.work()
    assert ExitCode.FAILED in outcome.codes
    assert film.service.count("render") == 0
    assert "could not be accounted for" in str(outcome.errors[0][1])


def test_a_free_remote_clip_is_not_recorded_as_paid(film: Film) -> None:
    use(film, price=lambda request, options: FREE)
    outcome = film.work()
    assert outcome.price == FREE
    assert not read_ledger(film.root).published[clip(1)].paid


# local work that fails -----------------------------------------------------------


def local(film: Film) -> None:
    film.flags = {"engine": "here"}
    film.specs = (local_engine(film.service),)


def test_local_work_is_tried_three_times_where_its_provider_says_so(film: Film) -> None:
    local(film)
    fail_first(film, "render", Unavailable("busy"), Unavailable("busy"))
    assert film.work().codes == set()
    fail_first(film, "render", *[Unavailable("busy")] * 3)
    (film.root / f"scene_1_{TS}.mp4").unlink()
    (film.root / clip(1)).unlink()
    assert film.work().codes == {ExitCode.LATER}


@pytest.mark.parametrize("error", [Refused("no"), RuntimeError("bug"), BadOutput("odd")])
def test_local_work_that_fails_for_good_costs_its_scene_alone(film: Film, error: Exception) -> None:
    local(film)
    fail_first(film, "render", error)
    assert film.work().codes == {ExitCode.FAILED}
    assert (film.root / f"scene_2_{TS}.mp4").is_file()
    assert film.service.count("render") == 2


def test_a_local_clip_that_is_too_short_is_refused_and_made_no_more(film: Film) -> None:
    local(film)
    film.service.content = lambda job: video(job["scene"], 0.5)
    assert film.work().codes == {ExitCode.FAILED}
    assert film.service.count("render") == 2
    assert not (film.root / clip(1)).exists()


def test_a_full_disk_stops_new_work_and_keeps_everything(film: Film) -> None:
    before = contents(film.root)
    fail_first(film, "fetch", OSError(errno.ENOSPC, "No space left on device"))
    outcome = film.work()
    assert outcome.codes == {ExitCode.MACHINE}
    assert film.service.count("submit") == 1
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    assert before.items() <= contents(film.root).items()
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_one_file_that_ffmpeg_cannot_make_does_not_stop_the_others(film: Film) -> None:
    put_first_frames(film.root, 2)
    local(film)
    fail_first(film, "render", MachineError("ffmpeg failed (1)"))
    outcome = film.work(jobs=1)
    assert outcome.codes == {ExitCode.MACHINE}
    assert (film.root / f"scene_2_{TS}.mp4").is_file()
    assert film.work().codes == set()


def test_an_id_that_the_journal_has_no_room_for_is_written_later(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_one, full = Journal.submitted, [True, True]

    def submitted(self: Journal, *facts: Any) -> None:
        if full:
            full.pop()
            raise MachineError("the disk is full")
        real_one(self, *facts)

    monkeypatch.setattr(Journal, "submitted", submitted)
    film.service.polls_needed = 3
    outcome = film.work()
    assert outcome.codes == {ExitCode.MACHINE}
    assert [kind for kind, what in film.kinds() if what == "clip-1-1"] == [
        "intent",
        "submitted",
        "published",
    ]
    assert film.service.bill()["clip-1-1"] == 1


def test_an_answer_that_the_disk_has_no_room_for_is_written_from_memory(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(film)

    def answered(self: Journal, *facts: Any) -> None:
        raise MachineError("the disk is full")

    monkeypatch.setattr(Journal, "answered", answered)
    outcome = film.work()
    assert (film.root / f"narration_text_{TS}.txt").read_bytes() == b"answer: a boat"
    assert outcome.codes == {ExitCode.MACHINE}
    assert film.service.bill() == {"NarrationTextRequest": 1, "SpeechRequest": 1}


# crashes ---------------------------------------------------------------------------


class Crash(BaseException):
    """The process is gone."""


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


def test_other_scenes_go_on_while_one_is_a_question(film: Film) -> None:
    put_first_frames(film.root, 2)
    use(film, max_active=1)
    fail_first(film, "submitted", Unavailable("timeout", billed=Billed.UNKNOWN))
    assert ExitCode.DECISION in film.work().codes
    assert (film.root / f"scene_2_{TS}.mp4").is_file()


def lost(film: Film, *, charged: bool, ability: str = "") -> InFlight:
    """Have the journal say that clip 1 was asked for, and nothing more."""
    with film.working() as run:
        task = run.planning(run.listing, run.journal.ledger, run.options).by_key[CLIP_1]
        begun = InFlight(
            key=CLIP_1,
            take=1,
            provider="paid",
            kind=ProviderKind.VIDEO_ENGINE,
            token="t0ken",
            seconds=1.0,
            since=5.0,
            price=PRICE,
        )
        assert task.request is not None
        sent = Sent(provider="paid", request=task.request)
        run.directory.write_state(".vidgen/requests/clip-1-1-1.json", describe(sent))
        run.journal.intent(begun)
        if charged:
            film.service.charge(facts_of(task.request), begun.token)
    return begun


@pytest.mark.parametrize("charged", [True, False])
def test_an_idempotent_submit_is_repeated_with_the_same_token(film: Film, charged: bool) -> None:
    film.service.idempotent = True
    use(film, abilities=frozenset({"idempotent"}))
    lost(film, charged=charged)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert next(job["token"] for job in film.service.jobs()) == "t0ken"
    assert read_ledger(film.root).published[clip(1)].take == 1


def test_find_adopts_exactly_one_without_buying(film: Film) -> None:
    use(film, abilities=frozenset({"find"}))
    lost(film, charged=True)
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert film.service.count("find") == 1
    assert read_ledger(film.root).published[clip(1)].job == "job-1"


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
    for name in (clip(1), f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
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
        film.run.check_machine(full)
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
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert film.service.count("find") == 2
    assert read_ledger(film.root).published[clip(1)].take == 2


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
        assert outcome.paid == 2  # the one in doubt counts, too
        assert "its outcome is unknown" in (film.root / ".vidgen/journal.jsonl").read_text()
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
    assert read_ledger(film.root).published[clip(1)].provider == "paid"


def test_a_job_whose_request_is_lost_is_collected_all_the_same(film: Film) -> None:
    fail_first(film, "poll", *[Unavailable("no route")] * 5)
    film.work()
    (film.root / ".vidgen/requests/clip-1-1-1.json").write_text("{")
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_file_without_its_record_is_kept_and_the_record_is_mended(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Journal.published

    def published(self: Journal, key: Key, file: Any) -> None:
        if key == CLIP_1:
            raise Crash
        original(self, key, file)

    monkeypatch.setattr(Journal, "published", published)
    with pytest.raises(Crash):
        film.work()
    monkeypatch.undo()
    stood = (film.root / clip(1)).stat()
    assert film.work().codes == set()
    after = (film.root / clip(1)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (stood.st_ino, stood.st_mtime_ns)
    record = read_ledger(film.root).published[clip(1)]
    assert (record.job, record.paid, record.take) == ("job-1", True, 1)
    assert record.prompt
    assert read_ledger(film.root).in_flight == {}
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_paid_file_that_broke_is_fetched_again_for_nothing(film: Film) -> None:
    film.work()
    whole = (film.root / clip(1)).read_bytes()
    (film.root / clip(1)).write_bytes(whole[:300])
    for name in (f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
        (film.root / name).unlink()
    outcome = film.work()
    assert outcome.codes == set()
    assert outcome.paid == 0
    assert (film.root / clip(1)).read_bytes() == whole
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert read_ledger(film.root).published[clip(1)].paid


def test_a_paid_file_that_broke_and_is_gone_at_the_service_is_a_question_of_its_price(
    film: Film,
) -> None:
    film.work()
    (film.root / clip(1)).write_bytes(b"broken")
    for name in (f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
        (film.root / name).unlink()
    fail_first(film, "poll", JobLost("too old"))
    outcome = film.work()
    assert outcome.codes == {ExitCode.DECISION}, film.said
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    (kept,) = (film.root / ".vidgen/replaced").glob(f"*/{clip(1)}")
    assert kept.read_bytes() == b"broken"
    assert film.open().plan().price == PRICE  # the user sees it before the next run
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 2, "clip-2-1": 1}


# answers that come at once -----------------------------------------------------------


def speak(film: Film) -> None:
    """Scenes that are whole, and a narration to be written and spoken for money."""
    for n in (1, 2):
        add_scene(film.root, n)
    film.specs = answering(film.service)
    film.flags = {"engine": None, "skip_narration": False, "model": "words", "tts": "voice"}


def test_an_answer_is_stored_before_anything_parses_it(film: Film) -> None:
    speak(film)
    fail_first(film, "write", BadOutput("cannot parse"))
    assert film.work().codes == {ExitCode.FAILED}
    assert film.service.bill() == {"NarrationTextRequest": 1}
    answer = film.root / ".vidgen/answers/narration-text-1"
    assert answer.read_bytes() == b"answer: a boat"
    assert film.work().codes == set()  # read again, not bought again
    assert film.service.bill() == {"NarrationTextRequest": 1, "SpeechRequest": 1}
    sent = read_sent(film.root / ".vidgen/requests/narration-1.json")
    assert sent.request.text == "answer: a boat"  # type: ignore[union-attr]


def test_an_answer_that_is_gone_is_over_and_was_charged(film: Film) -> None:
    speak(film)
    fail_first(film, "write", BadOutput("cannot parse"))
    film.work()
    (film.root / ".vidgen/answers/narration-text-1").unlink()
    assert film.work().codes == {ExitCode.FAILED}
    assert '"billed":"yes"' in (film.root / ".vidgen/journal.jsonl").read_text()
    assert film.service.bill() == {"NarrationTextRequest": 1}


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
    assert (film.root / clip(1)).is_file()
    assert "paid made 0.25 s for scene 1 clip 1, asked for 1 s" in film.said
    assert "would cost $0.50 more than was agreed to" in film.said
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


# broken and damaged files at the decode ---------------------------------------------------


def decode_says(monkeypatch: pytest.MonkeyPatch, verdict: str, path: str) -> None:
    """Have the full decode of *path* find what the quick look did not."""
    real_probe = work.probe

    def probe(file: Path, kind: Any, *, decode: bool = False) -> Any:
        facts = real_probe(file, kind, decode=decode)
        if decode and file.as_posix().endswith(path):
            return evolve(facts, verdict=Verdict(verdict), fault="frame 7 is missing")
        return facts

    monkeypatch.setattr(work, "probe", probe)


def test_a_broken_scene_found_at_the_decode_is_rejoined_from_its_clips(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    add_clip(film.root, 1, 1)
    add_scene(film.root, 1, 1.5)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "broken", f"/scene_1_{TS}.mp4")
    before = (film.root / f"scene_1_{TS}.mp4").read_bytes()
    assert film.work().codes == set()
    assert f"scene_1_{TS}.mp4 is broken: frame 7 is missing" in film.said
    (kept,) = (film.root / ".vidgen/replaced").glob(f"*/scene_1_{TS}.mp4")
    assert kept.read_bytes() == before
    assert (film.root / f"scene_1_{TS}.mp4").read_bytes() == video(1)
    assert film.service.count("render") == 0
    assert any(isinstance(e, Moved) and e.why == "broken" for e in film.told)


def test_a_broken_clip_found_at_the_decode_is_made_again_where_that_is_free(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    add_clip(film.root, 1, 1)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "broken", clip(1))
    assert film.work().codes == set()
    assert film.service.count("render") == 1
    assert list((film.root / ".vidgen/replaced").glob(f"*/{clip(1)}"))


def test_a_broken_clip_found_at_the_decode_is_not_bought_without_being_asked(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_clip(film.root, 1, 1)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "broken", clip(1))
    outcome = film.work()
    assert outcome.codes == {ExitCode.DECISION}
    assert film.service.bill() == {}
    assert (film.root / clip(1)).is_file()


def test_damage_is_named_before_the_first_join_and_the_file_is_kept(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    add_clip(film.root, 1, 1)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "damaged", clip(1))
    order: list[str] = []
    film.service.at = order.append
    outcome = film.work(listen=lambda e: order.append(e.text) if isinstance(e, Noted) else None)
    assert outcome.codes == set()
    named = f"{clip(1)} is damaged, but all of it can be shown: frame 7 is missing"
    assert order.count(named) == 1
    assert (film.root / clip(1)).read_bytes() == video(1)


def test_a_foreign_file_is_decoded_once_and_an_own_one_never(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    real_probe = work.probe

    def probe(file: Path, kind: Any, *, decode: bool = False) -> Any:
        if decode:
            decoded.append(file.name)
        return real_probe(file, kind, decode=decode)

    monkeypatch.setattr(work, "probe", probe)
    local(film)
    add_scene(film.root, 1)
    with film.working() as run:
        run.work()
        run.directory.write_state(".vidgen/probes.json", run.memory.to_bytes())
    assert decoded == [f"scene_1_{TS}.mp4"]
    (film.root / f"final_video_{TS}.mp4").unlink()
    film.work()
    assert decoded == [f"scene_1_{TS}.mp4"]
    put(film.root / f"scene_2_{TS}.mp4", video(2, 1.5))  # no longer what vidgen made
    (film.root / f"final_video_{TS}.mp4").unlink()
    film.work()
    assert decoded == [f"scene_1_{TS}.mp4", f"scene_2_{TS}.mp4"]


# publishing -----------------------------------------------------------------------------


def test_a_scene_folder_that_is_a_link_elsewhere_is_not_written_through_nor_paid_for(
    film: Film, tmp_path: Path
) -> None:
    put_first_frames(film.root, 2)
    folder = film.root / f"scene_1_all_vid_{TS}"
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    before = contents(elsewhere)
    outcome = film.work()
    assert outcome.codes == {ExitCode.MACHINE}
    assert contents(elsewhere) == before
    assert film.service.bill() == {"clip-2-1": 1}  # one bad folder does not stop the others


def test_what_is_built_on_a_clip_is_moved_away_before_the_clip_is_published(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    film.work()
    (film.root / clip(1)).unlink()
    (film.root / f"scene_1_{TS}.mp4").unlink()
    original = RunDirectory.publish

    def publish(self: Any, finished: Path, relative: str) -> Any:
        if relative == clip(1):
            assert not (film.root / f"final_video_{TS}.mp4").exists()
            assert not (film.root / clip(1).replace(f"_{TS}.mp4", "_last_frame.jpg")).exists()
            raise Crash
        return original(self, finished, relative)

    monkeypatch.setattr(RunDirectory, "publish", publish)
    with pytest.raises(Crash):
        film.work()
    monkeypatch.undo()
    assert film.work().codes == set()
    assert film.is_finished()


def test_a_file_that_vanishes_while_it_is_replaced_does_no_harm(film: Film) -> None:
    local(film)
    put(film.root / f"final_video_{TS}.mp4", b"broken")
    film.service.at = lambda point: (
        (film.root / f"final_video_{TS}.mp4").unlink(missing_ok=True) if point == "film" else None
    )
    assert film.work().codes == set()
    assert film.is_finished()


# stopping ----------------------------------------------------------------------------------


def test_an_interrupted_run_stops_and_cleans_its_scratch(film: Film) -> None:
    local(film)

    class Slow(Local):
        def render(self, request: Any, into: Path, progress: Callable[[float], None]) -> None:
            into.write_bytes(b"half")
            film.run.interrupt()
            while True:
                progress(0.5)
                time.sleep(0.005)

    film.specs = (local_engine(film.service, factory=lambda context: Slow(film.service)),)
    outcome = film.work()
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert not (film.root / ".vidgen/tmp").exists()
    film.specs = (local_engine(film.service),)
    assert film.work().codes == set()


def test_an_interrupt_lets_a_submit_on_its_way_write_its_id(film: Film) -> None:
    def stop() -> None:
        film.run.interrupt()
        time.sleep(0.2)

    fail_first(film, "submitted", stop)
    outcome = film.work()
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert outcome.paid == 1  # it is said that it was charged
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


@pytest.mark.parametrize("twice", [True, False])
def test_a_submit_that_hangs_is_left_behind_and_its_id_is_not_lost_twice(
    film: Film, twice: bool
) -> None:
    go_on = threading.Event()

    def hang() -> None:
        film.run.interrupt()
        if twice:
            film.run.interrupt()
        go_on.wait(10)

    fail_first(film, "submitted", hang)
    with film.working(grace=30.0 if twice else 0.2) as run:
        outcome = run.work()
    go_on.set()  # it comes back after the journal was closed
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert no_worker_is_left()
    ledger = read_ledger(film.root)
    assert ledger.damage == ""
    assert ledger.in_flight[CLIP_1].job == ""


def test_no_submit_begins_once_the_run_was_interrupted(film: Film) -> None:
    put_first_frames(film.root, 2)
    use(film, max_active=1)
    fail_first(film, "submit", lambda: film.run.interrupt())
    film.work()
    assert film.service.count("submit") == 1
    assert len(read_ledger(film.root).in_flight) == 1


def test_a_crew_runs_no_more_at_once_than_it_has_hands() -> None:
    crew, seen, running, lock = Crew(most=2), [], [0], threading.Lock()

    def call() -> None:
        with lock:
            running[0] += 1
            seen.append(running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1

    for _ in range(6):
        crew.start(call, name="vidgen test")
    assert crew.leave(5, 5, lambda: False)
    assert (len(seen), max(seen)) == (6, 2)


def test_a_crew_waits_longer_for_what_is_precious() -> None:
    crew, done = Crew(most=2), threading.Event()
    crew.start(lambda: (time.sleep(0.3), done.set())[1], name="vidgen test", precious=True)
    assert crew.leave(0.0, 5, lambda: False)
    assert done.is_set()


def test_side_by_side_keeps_the_order_and_raises_the_first_fault() -> None:
    assert side_by_side(lambda n: n * n, range(20), 3) == [n * n for n in range(20)]
    assert side_by_side(str, [], 3) == []
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda n: 1 / n, [1, 0, 2], 2)


# the preview --------------------------------------------------------------------------------


def test_a_preview_joins_what_is_there_and_leaves_the_films_name_free(film: Film) -> None:
    add_scene(film.root, 1)
    fail_first(film, "submit", Refused("no"))
    with film.working() as run:
        run.work()
        join_preview(run)
    assert (film.root / ".vidgen/preview.mp4").read_bytes() == video(1)
    assert not (film.root / f"final_video_{TS}.mp4").exists()


def test_a_preview_of_nothing_says_so(film: Film) -> None:
    fail_first(film, "submit", Refused("no"), Refused("no"))
    with film.working() as run:
        run.work()
        join_preview(run)
    assert "no preview: there is nothing to show yet" in film.said


def test_a_preview_that_fails_hides_nothing_of_the_run(film: Film) -> None:
    add_scene(film.root, 1)
    fail_first(film, "submit", Refused("no"))
    fail_first(film, "film", MachineError("ffmpeg failed"))
    with film.working() as run:
        outcome = run.work()
        join_preview(run)
    assert outcome.codes == {ExitCode.FAILED, ExitCode.MACHINE}
    assert "no preview: ffmpeg failed" in film.said


def test_a_preview_stops_when_the_run_is_interrupted(film: Film) -> None:
    add_scene(film.root, 1)
    fail_first(film, "submit", Refused("no"))
    fail_first(film, "film", Interrupted("interrupted"))
    with film.working() as run:
        run.work()
        with pytest.raises(Interrupted):
            join_preview(run)


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
