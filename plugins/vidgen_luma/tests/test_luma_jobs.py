"""A job on its way: states, results, failures."""

from __future__ import annotations

from pathlib import Path

import pytest
from luma_orders import TOKEN, clip, engine_of, picture

from vidgen_core import (
    AuthFailed,
    Expired,
    Failed,
    JobLost,
    JobRef,
    Kind,
    Pending,
    Ready,
    Refused,
    Unavailable,
)
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.answers import Answer, answering
from vidgen_core.testing.service import Service
from vidgen_luma.generation import read_generation
from vidgen_luma.work import LumaEngine, LumaPainter


def test_a_job_is_pending_while_it_queues_and_dreams(slow: Service) -> None:
    engine = engine_of(slow)
    job = engine.submit(clip(), TOKEN)
    assert engine.poll(job) == Pending()
    slow.advance(50)
    assert engine.poll(job) == Pending()
    slow.advance(60)
    assert isinstance(engine.poll(job), Ready)


def test_a_state_that_nobody_knows_is_that_of_work_going_on(
    service: Service, engine: LumaEngine
) -> None:
    job = engine.submit(clip(), TOKEN)
    service.trouble("luma.get", "unknown-state")
    assert engine.poll(job) == Pending()
    assert isinstance(engine.poll(job), Ready)


def test_what_is_fetched_is_a_whole_video(
    service: Service, engine: LumaEngine, tmp_path: Path
) -> None:
    ready = engine.poll(engine.submit(clip(), TOKEN))
    assert isinstance(ready, Ready)
    into = tmp_path / "clip.mp4"
    engine.fetch(ready, into)
    facts = probe(into, Kind.VIDEO)
    assert facts.verdict is Verdict.WHOLE
    assert facts.seconds == pytest.approx(5, abs=0.1)


def test_an_address_that_expired_is_told_afresh(
    service: Service, engine: LumaEngine, tmp_path: Path
) -> None:
    job = engine.submit(clip(), TOKEN)
    old = engine.poll(job)
    assert isinstance(old, Ready)
    service.trouble("luma.asset", "expired")
    with pytest.raises(Expired):
        engine.fetch(old, tmp_path / "clip.mp4")
    fresh = engine.poll(job)
    assert isinstance(fresh, Ready)
    engine.fetch(fresh, tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").stat().st_size
    assert len(service.requests("luma.video")) == 1


def test_a_job_that_luma_has_no_more_is_lost(service: Service, engine: LumaEngine) -> None:
    job = engine.submit(clip(), TOKEN)
    service.trouble("luma.get", "gone")
    with pytest.raises(JobLost) as raised:
        engine.poll(job)
    assert not raised.value.retry


@pytest.mark.parametrize("name", ["", "..", "../credits", "a/b", "a?b", "é", "x" * 300])
def test_an_id_that_would_lead_elsewhere_is_not_asked_for(
    service: Service, engine: LumaEngine, name: str
) -> None:
    with pytest.raises(JobLost):
        engine.poll(JobRef(id=name))
    assert not service.requests()


def test_a_failed_job_says_why(service: Service, engine: LumaEngine) -> None:
    service.trouble("luma.video", "failed", reason="out of \x1b[1mink")
    job = engine.submit(clip(), TOKEN)
    assert engine.poll(job) == Failed(message=f"Luma failed job {job.id}: out of ink")


@pytest.mark.parametrize("reason", ["", "Contains prohibited content"])
def test_what_the_moderation_will_not_make_is_refused(
    service: Service, painter: LumaPainter, reason: str
) -> None:
    service.trouble("luma.image", "moderation", reason=reason)
    job = painter.submit(picture(), TOKEN)
    with pytest.raises(Refused, match=r"moderation|prohibited") as raised:
        painter.poll(job)
    assert (raised.value.billed, raised.value.retry) == ("unknown", False)


def test_a_key_that_was_withdrawn_is_said_to_be_wrong(service: Service, engine: LumaEngine) -> None:
    job = engine.submit(clip(), TOKEN)
    with pytest.raises(AuthFailed):
        engine_of(service, key="wrong-key").poll(job)


def test_a_completed_job_without_a_result_is_asked_about_again(
    engine: LumaEngine, painter: LumaPainter
) -> None:
    drawn = painter.submit(picture(), TOKEN)
    assert isinstance(engine.poll(drawn), Ready)  # its own kind of result is told
    made = read_generation({"id": "a", "state": "completed", "assets": {"video": None}})
    assert made is not None
    engine._luma.get = lambda name: made  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="shows no video") as raised:
        engine.poll(JobRef(id="a"))
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize(
    "answer", [None, [], "text", {}, {"id": 3}, {"id": ""}, {"id": "a b"}, {"state": "completed"}]
)
def test_what_has_no_id_is_no_job(answer: object) -> None:
    assert read_generation(answer) is None


def test_a_job_is_read_whatever_else_stands_in_it() -> None:
    made = read_generation(
        {"id": "a", "state": 5, "assets": [], "created_at": "yesterday", "request": 1, "new": {}}
    )
    assert made is not None
    assert (made.state, made.url, made.created, dict(made.asked)) == ("", "", None, {})
    assert not made.is_done
    assert not made.has_failed


@pytest.mark.parametrize("mode", ["400", "409", "418", "422"])
def test_a_question_that_is_refused_ends_no_job(
    service: Service, engine: LumaEngine, mode: str
) -> None:
    job = engine.submit(clip(), TOKEN)
    service.trouble("luma.get", mode)
    with pytest.raises(Unavailable) as raised:
        engine.poll(job)
    assert (raised.value.billed, raised.value.retry) == ("no", True)
    assert isinstance(engine.poll(job), Ready)


def test_the_page_of_a_proxy_that_finds_nothing_loses_no_job() -> None:
    page = Answer(status=404, body=b"<html>Not Found</html>", headers={"content-type": "text/html"})
    with answering(page) as (base, _), pytest.raises(Unavailable) as raised:
        engine_of(base).poll(JobRef(id="a1"))
    assert (raised.value.billed, raised.value.retry) == ("no", True)
