"""What becomes of an order: states, results, failures, and jobs that are lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from ltx_orders import KEY, clip, engine, ordered, painter, picture, places

from vidgen_core import (
    AuthFailed,
    BadOutput,
    Billed,
    Expired,
    Failed,
    JobLost,
    JobRef,
    Kind,
    Pending,
    Ready,
    Refused,
    Scene,
    Unavailable,
)
from vidgen_core.probe import probe
from vidgen_core.testing.answers import Answer, answering
from vidgen_core.testing.service import Service, digest


def test_a_clip_is_queued_then_worked_on_then_fetched(slow: Service, tmp_path: Path) -> None:
    ltx = engine(slow)
    job = ordered(ltx, clip())
    assert ltx.poll(job) == Pending()
    slow.advance(50)
    assert ltx.poll(job) == Pending()
    slow.advance(60)
    ready = ltx.poll(job)
    assert isinstance(ready, Ready)
    ltx.fetch(ready, tmp_path / "clip.mp4")
    facts = probe(tmp_path / "clip.mp4", Kind.VIDEO)
    assert facts.seconds == pytest.approx(6, abs=0.1)
    assert not facts.has_audio
    assert all(not asked.keys for asked in slow.requests("fal.asset")), "downloads show no key"


@pytest.mark.parametrize(("scene", "suffix"), [(Scene(number=1), "jpg"), (None, "png")])
def test_a_picture_is_fetched_in_the_format_of_its_file(
    service: Service, tmp_path: Path, scene: Scene | None, suffix: str
) -> None:
    fal = painter(service)
    ready = fal.poll(ordered(fal, picture(scene=scene, seed=5)))
    fal.fetch(ready, tmp_path / f"picture.{suffix}")
    head = (tmp_path / f"picture.{suffix}").read_bytes()[:4]
    assert head.startswith(b"\xff\xd8" if suffix == "jpg" else b"\x89PNG")
    asked = service.requests("fal.submit")[0].body
    assert asked["image_size"] == {"width": 1280, "height": 720}
    assert (asked["num_images"], asked["seed"]) == (1, 5)


def test_a_state_that_is_not_known_means_that_it_goes_on(service: Service) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    service.trouble("fal.status", "unknown-state")
    assert ltx.poll(job) == Pending()
    assert isinstance(ltx.poll(job), Ready)


def test_a_job_that_fal_failed_is_failed_and_free(service: Service) -> None:
    service.trouble("fal.submit", "failed", reason="out of memory")
    ltx = engine(service)
    assert ltx.poll(ordered(ltx, clip())) == Failed(
        message="fal failed the job (500 internal_server_error): out of memory", billed="no"
    )


def test_moderation_is_refused_and_may_have_been_charged(service: Service) -> None:
    service.trouble("fal.submit", "moderation")
    ltx = engine(service)
    with pytest.raises(Refused, match=r"422 content_policy_violation.*flagged") as raised:
        ltx.poll(ordered(ltx, clip()))
    assert (raised.value.billed, raised.value.retry) == (Billed.UNKNOWN, False)


def test_an_argument_that_the_model_rejects_is_refused_with_its_name(service: Service) -> None:
    ltx = engine(service, lengths=(7,))
    with pytest.raises(Refused, match="duration: Input should be one of 6, 8, 10"):
        ltx.poll(ordered(ltx, clip(seconds=7.0)))


def test_a_cancelled_job_is_failed(slow: Service) -> None:
    ltx = engine(slow)
    job = ordered(ltx, clip())
    httpx.put(job.facts["cancel_url"], headers={"Authorization": f"Key {KEY}"})
    ended = ltx.poll(job)
    assert isinstance(ended, Failed)
    assert ended.billed == "unknown"
    assert "Request was cancelled" in ended.message


@pytest.mark.parametrize(
    ("route", "billed"), [("fal.status", Billed.UNKNOWN), ("fal.result", Billed.YES)]
)
def test_a_result_that_fal_no_longer_has_is_lost(
    service: Service, route: str, billed: Billed
) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    service.trouble(route, "gone")
    with pytest.raises(JobLost, match="Request not found") as raised:
        ltx.poll(job)
    assert (raised.value.billed, raised.value.retry) == (billed, False)
    assert "an hour" in raised.value.advice
    with pytest.raises(JobLost):
        ltx.poll(job)


def test_results_are_kept_for_an_hour(service: Service) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    service.advance(3500)
    assert isinstance(ltx.poll(job), Ready)
    service.advance(200)
    with pytest.raises(JobLost):
        ltx.poll(job)


@pytest.mark.parametrize("mode", ["drop", "html", "truncated", "nginx", "500", "429", "400", "405"])
@pytest.mark.parametrize("route", ["fal.status", "fal.result"])
def test_a_question_that_fails_costs_nothing_and_loses_no_job(
    service: Service, route: str, mode: str
) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    service.trouble(route, mode)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which ones is what is asked below
        ltx.poll(job)
    error: Any = raised.value
    assert not isinstance(error, (JobLost, Refused))
    assert (error.retry, error.billed) == (True, Billed.NO)
    assert isinstance(ltx.poll(job), Ready), "asked again, it answers"


def test_a_question_that_hangs_is_given_up(service: Service) -> None:
    ltx = engine(service, timeout=0.3)
    job = ordered(ltx, clip())
    service.trouble("fal.status", "hang")
    with pytest.raises(Unavailable) as raised:
        ltx.poll(job)
    assert raised.value.billed is Billed.NO


def test_what_another_server_does_not_know_is_not_lost(service: Service) -> None:
    with (
        answering(Answer(status=404, body=b"<html>nothing here</html>")) as (base, _),
        pytest.raises(Unavailable, match="something else answered 404") as raised,
    ):
        engine(service, base_url=base).poll(JobRef(id="abc"))
    assert raised.value.retry


def test_an_expired_address_is_replaced_by_a_fresh_one(service: Service, tmp_path: Path) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    service.trouble("fal.asset", "expired")
    with pytest.raises(Expired):
        ltx.fetch(ltx.poll(job), tmp_path / "clip.mp4")
    ltx.fetch(ltx.poll(job), tmp_path / "clip.mp4")
    assert probe(tmp_path / "clip.mp4", Kind.VIDEO).width


def test_a_wrong_key_is_told_apart_from_an_empty_account(service: Service) -> None:
    with pytest.raises(AuthFailed):
        ordered(engine(service, key="wrong-key"), clip())
    with pytest.raises(Exception, match=r"no credit left.*Exhausted balance"):
        ordered(engine(service, key="no-credit"), clip())


def test_a_picture_that_was_blacked_out_was_charged_and_is_not_made_again(
    service: Service,
) -> None:
    body = b'{"status": "COMPLETED", "has_nsfw_concepts": [true], "images": [{"url": "https://x"}]}'
    with (
        answering(Answer(body=body)) as (base, _),
        pytest.raises(Refused, match="blacked") as raised,
    ):
        painter(service, base_url=base).poll(JobRef(id="abc"))
    assert raised.value.billed is Billed.YES


def test_a_result_without_a_video_was_paid_and_keeps_its_job(service: Service) -> None:
    ltx = engine(service, model="fal-ai/flux/dev", lengths=(6.0,))
    with pytest.raises(BadOutput, match="but images, timings, seed") as raised:
        ltx.poll(ordered(ltx, clip()))
    assert (raised.value.billed, raised.value.retry) == (Billed.YES, False)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"status_url": "https://evil.example/fal-ai/ltx-2.3/requests/ID/status"},
        {"status_url": "http://127.0.0.1:OTHER/fal-ai/ltx-2.3/requests/ID/status"},
        {"status_url": "BASE@127.0.0.1:OTHER/x"},
        {"status_url": "BASE.evil.example/x/y"},
        {"status_url": "BASE/../../../x/y"},
        {"status_url": "BASE/x/..%2f..%2fy"},
        {"status_url": "BASE//127.0.0.1:OTHER/x"},
        {"status_url": "BASE/\\127.0.0.1:OTHER/x"},
        {"status_url": "BASE/x/y?redirect=1"},
        {"status_url": "BASE/x/y#z"},
        {"status_url": "file:///etc/passwd", "response_url": "gopher://127.0.0.1:OTHER/"},
        {"model": "../../../elsewhere/x"},
        {"model": "fal-ai/ltx-2.3/requests/other"},
        {"model": "@127.0.0.1:OTHER/x"},
    ],
)
def test_addresses_of_a_journal_send_no_key_elsewhere(
    service: Service, facts: dict[str, str]
) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    with answering(Answer(body=b"{}")) as (other, asked_there):
        port = other.rpartition(":")[2]
        base = places(service)["base_url"]
        told = {
            name: text.replace("BASE", base).replace("OTHER", port).replace("ID", job.id)
            for name, text in facts.items()
        }
        assert isinstance(ltx.poll(JobRef(id=job.id, facts=told)), Ready)
    assert not asked_there
    root = f"/fal/queue/fal-ai/ltx-2.3/requests/{job.id}"
    assert [asked.path for asked in service.requests()[1:]] == [f"{root}/status", root]
    assert all(asked.keys == {"authorization": digest(KEY)} for asked in service.requests())


@pytest.mark.parametrize("job", ["", "../../x", "a b", "x/status?y=", "http://127.0.0.1/", "é"])
def test_an_id_that_is_none_is_asked_of_nobody(service: Service, job: str) -> None:
    with pytest.raises(JobLost):
        engine(service).poll(JobRef(id=job))
    assert not service.requests()


def test_a_film_that_was_moved_to_another_address_is_asked_there(service: Service) -> None:
    ltx = engine(service)
    job = ordered(ltx, clip())
    moved = {name: url.replace("127.0.0.1", "localhost") for name, url in job.facts.items()}
    assert isinstance(ltx.poll(JobRef(id=job.id, facts=moved)), Ready)
    assert {asked.headers["host"] for asked in service.requests()} == {f"127.0.0.1:{service.port}"}
