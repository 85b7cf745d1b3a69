"""A provider that fails: what is tried again, what is given up, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidgen_core.cli.last_line import last_line
from vidgen_core.errors import (
    AuthFailed,
    Billed,
    ExitCode,
    JobFailed,
    JobLost,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.executor.clock import LONGEST_PAUSE
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.specs import FREE

from ..fakes import Film, Local, Remote, local_engine
from ..run_directories import add_scene, begin, picture, put, video
from ..run_paths import TS, clip_path, first_frame_path
from .films import CLIP_1, ended, fail_first, put_first_frames, six_scenes, use


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
    lost = "scene 1 could not be made, so it starts without a picture"
    assert lost in reasons
    assert any(f"scene 2 clip 1: {lost}" in e.plan.notes for e in film.told if hasattr(e, "plan"))
    for plan in (outcome.plan, film.open().plan()):  # what was made so is known later, too
        task = plan.by_key[Key(Step.SCENE, 2)]
        assert task.decision is Decision.STALE
        later = "it was made without the last frame of scene 1, which plays before it"
        assert later in map(str, task.reasons)


def test_a_clip_that_lost_its_continuity_is_named_until_it_is_made_again(film: Film) -> None:
    fail_first(film, "submit", Refused("moderated"))
    film.work()
    assert film.work().codes == set()
    (film.root / f"scene_2_{TS}.mp4").unlink()
    task = film.open().plan().by_key[Key(Step.CLIP, 2, 1)]
    assert "NOT_CONTINUED" in {reason.why.name for reason in task.reasons}
    (film.root / clip_path(2, 1)).unlink()
    film.work()
    assert film.open().plan().by_key[Key(Step.SCENE, 2)].decision is Decision.KEEP


def test_a_key_that_is_rejected_closes_the_provider_for_this_run(
    film: Film, tmp_path: Path
) -> None:
    film = six_scenes(film, tmp_path)
    use(film, max_active=1)
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
    for name in (clip_path(1, 1), f"scene_1_{TS}.mp4"):
        (film.root / name).unlink()
    fail_first(film, "submit", OutOfCredit("no money"))
    assert film.work().codes == {ExitCode.MONEY}
    assert (film.root / clip_path(2, 1)).is_file()
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
        "arriving",
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


def test_a_long_wait_is_said_with_what_it_is_for(film: Film) -> None:
    fail_first(film, "poll", *[Unavailable("no route")] * 4)
    fail_first(film, "submit", RateLimited("slow down", retry_after=90))
    assert film.work().codes == set()
    assert [line for line in film.said.splitlines() if "trying again" in line] == [
        "paid: slow down; trying again in 1:30",
        "paid: no route; trying again in 8 s",
        "paid: no route; trying again in 16 s",
    ]


def test_what_does_not_wait_for_an_unreachable_service_is_made_and_the_rest_is_named(
    film: Film, tmp_path: Path
) -> None:
    longer = Film(begin(tmp_path / "five", 5), film.service, film.specs)
    add_scene(longer.root, 1)
    with longer.working() as run:
        longer.service.at = lambda point: run.interrupt() if point == "after submit" else None
        run.work()
    longer.service.at = lambda point: None
    put(longer.root / first_frame_path(5), picture(5))
    longer.specs = (*film.specs, local_engine(film.service))
    longer.flags = {"engine": "here"}
    fail_first(longer, "poll", *[Unavailable("no route")] * 5)
    outcome = longer.work()
    assert outcome.codes == {ExitCode.LATER}
    assert (longer.root / f"scene_5_{TS}.mp4").is_file(), "it starts from a picture of its own"
    last = last_line(longer.root, outcome, ExitCode.LATER)
    assert "scene 2 clip 1: no route; scenes 3–4 wait for its last frame; " in last


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


@pytest.mark.parametrize("call", ["poll", "fetch"])
def test_who_refuses_a_job_that_was_taken_does_not_say_that_it_was_not_charged(
    film: Film, call: str
) -> None:
    fail_first(film, call, Refused("moderated"))
    film.work()
    (charge,) = (each for each in read_ledger(film.root).charges if each.key == CLIP_1)
    assert charge.billed is Billed.UNKNOWN
    assert charge.bounds.high == charge.price.high


def test_a_service_that_says_that_a_job_failed_for_nothing_is_believed(film: Film) -> None:
    class Failing(Remote):
        def poll(self, job: JobRef) -> Failed:
            return Failed(message="no", billed="no")

    use(film, factory=lambda context: Failing(film.service))
    film.work()
    assert read_ledger(film.root).bill.free


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
    (kept,) = (film.root / ".vidgen/replaced").glob(f"*/{clip_path(1, 1)}")
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


def test_a_web_page_in_place_of_a_file_is_no_services_and_its_job_stays_ours(film: Film) -> None:
    good = film.service.content
    film.service.content = lambda job: b"\n<!DOCTYPE html><h1>Sign in to this network</h1>"
    assert ExitCode.LATER in film.work().codes
    assert "a web page came in place of what paid made" in film.said
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
    assert not (film.root / clip_path(1, 1)).exists()
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
    assert not read_ledger(film.root).published[clip_path(1, 1)].paid
