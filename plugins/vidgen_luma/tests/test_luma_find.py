"""A submit whose answer was lost is found in Luma's list, and nothing else is."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from luma_orders import TOKEN, clip, engine_of, painter_of, picture

from vidgen_core import ClipRequest, Unavailable
from vidgen_core.testing.service import Service
from vidgen_luma import service as module
from vidgen_luma.work import LumaEngine

OTHER = "f" * 32
CALLBACK = "https://me.example/luma"


def lost(service: Service, request: ClipRequest, token: str = TOKEN, **options: Any) -> str:
    """Order a clip, lose the answer, and return the id that nobody was told."""
    service.trouble("luma.video", "drop")
    with pytest.raises(Unavailable):
        engine_of(service, **options).submit(request, token)
    return service.jobs[-1].id


def found(service: Service, request: ClipRequest, **options: Any) -> list[str]:
    refs = engine_of(service, **options).find(request, TOKEN, time.time())
    return sorted(ref.id for ref in refs)


def test_an_order_whose_answer_was_lost_is_found(service: Service) -> None:
    name = lost(service, clip())
    assert found(service, clip()) == [name]
    assert len(service.requests("luma.video")) == 1


def test_a_lost_picture_is_found_and_is_no_clip(service: Service) -> None:
    painter = painter_of(service)
    service.trouble("luma.image", "drop")
    with pytest.raises(Unavailable):
        painter.submit(picture(), TOKEN)
    assert [ref.id for ref in painter.find(picture(), TOKEN, time.time())] == [service.jobs[0].id]
    assert found(service, clip()) == []


def test_an_order_that_never_arrived_is_not_found(service: Service, engine: LumaEngine) -> None:
    service.trouble("luma.video", "drop", done=False)
    with pytest.raises(Unavailable):
        engine.submit(clip(), TOKEN)
    assert found(service, clip()) == []


@pytest.mark.parametrize(
    "other", [{"prompt": "a harbour"}, {"seconds": 9.0}, {"width": 720, "height": 1280}]
)
def test_a_job_that_was_asked_otherwise_is_another(service: Service, other: Any) -> None:
    engine_of(service).submit(clip(**other), OTHER)
    assert found(service, clip()) == []


def test_what_a_clip_begins_with_tells_jobs_apart(service: Service, engine: LumaEngine) -> None:
    plain = engine.submit(clip(), OTHER)
    after = clip(start_job=plain.id, start_of="clip.mp4")
    chained = lost(service, after)
    third = lost(service, clip(start_job=chained, start_of="clip.mp4"))
    assert found(service, clip()) == [plain.id]
    assert found(service, after) == [chained]
    assert found(service, evolve(after, start_job=chained)) == [third]
    assert found(service, evolve(after, start_job="")) == sorted([chained, third])


def test_a_picture_that_a_clip_begins_with_has_another_address_each_time(service: Service) -> None:
    drawn = painter_of(service).submit(picture(), OTHER)
    request = clip(start_job=drawn.id, start_of="first_frame.jpg")
    name = lost(service, request)
    assert found(service, request) == [name]
    assert found(service, clip()) == []


def test_jobs_from_before_the_order_are_not_found(slow: Service, engine: LumaEngine) -> None:
    engine_of(slow).submit(clip(), OTHER)
    refs = engine_of(slow).find(clip(), TOKEN, time.time() + 600)
    assert refs == []
    near = engine_of(slow).find(clip(), TOKEN, time.time() + 60)
    assert [ref.id for ref in near] == [slow.jobs[0].id]


def test_a_clock_that_runs_ahead_hides_no_job(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = lost(service, clip())
    ahead = time.time() + 7200
    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: ahead))
    assert [ref.id for ref in engine_of(service).find(clip(), TOKEN, ahead)] == [name]


def test_options_that_were_changed_since_hide_no_job(service: Service) -> None:
    name = lost(service, clip(), resolution="540p", loop=True)
    assert found(service, clip(), resolution="1080p") == [name]


def test_options_choose_among_several(service: Service) -> None:
    small = lost(service, clip(), resolution="540p")
    large = lost(service, clip(), resolution="1080p")
    assert found(service, clip(), resolution="540p") == [small]
    assert found(service, clip()) == sorted([small, large])


def test_a_token_tells_equal_orders_apart(service: Service) -> None:
    lost(service, clip(), OTHER, callback_url=CALLBACK)
    mine = lost(service, clip(), TOKEN, callback_url=CALLBACK)
    lost(service, clip(), OTHER, callback_url=CALLBACK)
    assert found(service, clip()) == [mine]


def test_an_order_with_the_token_of_another_is_another(service: Service) -> None:
    lost(service, clip(), OTHER, callback_url=CALLBACK)
    assert found(service, clip(), callback_url=CALLBACK) == []


def test_where_the_token_is_not_told_the_order_itself_is_compared(service: Service) -> None:
    name = lost(service, clip(), callback_url=CALLBACK)
    service.trouble("luma.list", "no-callback")
    assert found(service, clip(), callback_url=CALLBACK) == [name]


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_the_list_is_read_to_where_the_job_can_be(
    service: Service, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    engine = engine_of(service)
    for number in range(4):
        engine.submit(clip(prompt=f"harbour {number}"), OTHER)
    service.advance(3600)  # what was ordered so far is old
    name = lost(service, clip())
    if order == "oldest first":
        service.trouble("luma.list", "oldest-first", times=None)
    refs = engine.find(clip(), TOKEN, time.time() + 3600)
    assert [ref.id for ref in refs] == [name]
    assert len(service.requests("luma.list")) == (1 if order == "newest first" else 3)


def test_a_list_without_an_end_is_not_taken_for_the_whole(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 1)
    monkeypatch.setattr(module, "_MOST_PAGES", 2)
    for _ in range(3):
        engine_of(service).submit(clip(), OTHER)
    with pytest.raises(Unavailable, match="more than 2 jobs") as raised:
        found(service, clip())
    assert raised.value.retry is False


@pytest.mark.parametrize("mode", ["html", "drop", "truncated", "503"])
def test_a_list_that_cannot_be_read_is_asked_for_again(service: Service, mode: str) -> None:
    service.trouble("luma.list", mode)
    with pytest.raises(Unavailable) as raised:
        found(service, clip())
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize("mode", ["400", "409", "422"])
def test_a_list_that_is_refused_is_no_order_that_is_refused(service: Service, mode: str) -> None:
    name = lost(service, clip())
    service.trouble("luma.list", mode)
    with pytest.raises(Unavailable) as raised:
        found(service, clip())
    assert (raised.value.billed, raised.value.retry) == ("no", True)
    assert found(service, clip()) == [name]
