"""Luma's own SDK speaks to the service as to Luma."""

from __future__ import annotations

from pathlib import Path

import httpx
import lumaai
import pytest
from lumaai import LumaAI
from lumaai.types import Generation

from vidgen_core.model import Kind
from vidgen_core.probe import probe
from vidgen_core.testing.service import Service, colour_of

from ..extent import some
from .asked import KEY, cat, difference, download, last_pixels, pixels, video_url
from .conftest import luma_of


def test_a_generation_is_queued_then_dreaming_then_completed(slow: Service) -> None:
    with luma_of(slow) as client:
        begun = cat(client)
        assert isinstance(begun, Generation)
        assert (begun.state, begun.assets, begun.failure_reason) == ("queued", None, None)
        assert begun.id
        slow.advance(21)
        assert client.generations.get(begun.id).state == "dreaming"
        slow.advance(80)
        done = client.generations.get(begun.id)
    assert (done.state, done.generation_type, done.model) == ("completed", "video", "ray-2")
    assert done.created_at == begun.created_at
    assert video_url(done).startswith(slow.base)


def test_a_request_is_answered_201_and_echoed(service: Service, luma: LumaAI) -> None:
    raw = luma.generations.with_raw_response.create(
        model="ray-2",
        prompt="a cat",
        callback_url="https://example.com/?token=7",
        concepts=[{"key": "dolly_zoom"}],
        loop=False,
    )
    assert raw.http_response.status_code == 201
    echo = raw.parse().request
    assert echo is not None
    assert echo.to_dict() == {
        "model": "ray-2",
        "prompt": "a cat",
        "callback_url": "https://example.com/?token=7",
        "concepts": [{"key": "dolly_zoom"}],
        "loop": False,
        "generation_type": "video",
    }


@pytest.mark.parametrize(("duration", "aspect"), some([("5s", "16:9"), ("9s", "9:16")], 1))
def test_a_video_is_real_and_as_long_and_wide_as_asked_for(
    luma: LumaAI, http: httpx.Client, tmp_path: Path, duration: str, aspect: str
) -> None:
    done = cat(luma, duration=duration, aspect_ratio=aspect)
    facts = probe(download(http, video_url(done), tmp_path / "v.mp4"), Kind.VIDEO, decode=True)
    assert not facts.fault
    assert facts.seconds == pytest.approx(int(duration[0]))
    assert (facts.width, facts.height) == ((192, 108) if aspect == "16:9" else (108, 192))


def test_each_video_has_the_colour_of_its_job(
    service: Service, luma: LumaAI, http: httpx.Client, tmp_path: Path
) -> None:
    films = [
        download(http, video_url(cat(luma)), tmp_path / f"{number}.mp4") for number in range(2)
    ]
    for number, film in enumerate(films, start=1):
        corner = pixels(film)[:3]
        assert corner == pytest.approx(colour_of(number), abs=12)
    assert difference(pixels(films[0]), pixels(films[1])) > 40


def test_a_clip_begins_with_a_generations_last_frame_or_ends_with_its_first(
    luma: LumaAI, http: httpx.Client, tmp_path: Path
) -> None:
    first = cat(luma)
    second = cat(luma, keyframes={"frame0": {"type": "generation", "id": first.id}})
    third = cat(luma, keyframes={"frame0": {"type": "generation", "id": second.id}})
    before = cat(luma, keyframes={"frame1": {"type": "generation", "id": second.id}})
    films = [
        download(http, video_url(made), tmp_path / f"{number}.mp4")
        for number, made in enumerate((first, second, third, before))
    ]
    begins, ends = [pixels(film) for film in films], [last_pixels(film) for film in films]
    assert difference(begins[1], ends[1]) > 40
    assert difference(ends[0], begins[1]) < 6
    assert difference(ends[1], begins[2]) < 6
    assert difference(ends[3], begins[1]) < 6


@pytest.mark.parametrize(
    ("form", "magic"), some([("jpg", b"\xff\xd8\xff"), ("png", b"\x89PNG")], 1)
)
def test_a_clip_begins_with_a_picture_of_lumas_own_by_url_and_by_id(
    luma: LumaAI, http: httpx.Client, tmp_path: Path, form: str, magic: bytes
) -> None:
    picture = luma.generations.image.create(
        model="photon-1",
        prompt="a cat",
        format=form,
        sync=True,
    )
    assert (picture.state, picture.generation_type) == ("completed", "image")
    assert picture.assets is not None
    url = picture.assets.image
    assert url is not None
    still = download(http, url, tmp_path / f"still.{form}")
    assert still.read_bytes().startswith(magic)
    by_url = cat(luma, keyframes={"frame0": {"type": "image", "url": url}})
    by_id = cat(luma, keyframes={"frame0": {"type": "generation", "id": picture.id}})
    for number, clip in enumerate((by_url, by_id)):
        film = download(http, video_url(clip), tmp_path / f"{number}.mp4")
        assert difference(pixels(still), pixels(film)) < 6


def test_the_list_comes_in_pages_the_newest_first(luma: LumaAI) -> None:
    made = [cat(luma).id for _ in range(3)]
    page = luma.generations.list(limit=2, offset=0)
    assert (page.has_more, page.count, page.limit, page.offset) == (True, 2, 2, 0)
    rest = luma.generations.list(limit=2, offset=2)
    assert not rest.has_more
    assert [one.id for one in page.generations + rest.generations] == made[::-1]


def test_the_list_may_have_another_order_and_lack_what_was_sent(
    service: Service, luma: LumaAI
) -> None:
    made = [cat(luma, callback_url="https://example.com/7").id for _ in range(2)]
    service.trouble("luma.list", "oldest-first")
    assert [one.id for one in luma.generations.list().generations] == made
    service.trouble("luma.list", "no-callback")
    for one in luma.generations.list().generations:
        assert one.request is not None
        assert "callback_url" not in one.request.to_dict()


def test_a_job_may_be_listed_late(slow: Service) -> None:
    slow.trouble("luma.video", "unlisted", seconds=30)
    with luma_of(slow) as client:
        begun = cat(client)
        assert client.generations.list().generations == []
        slow.advance(31)
        assert [one.id for one in client.generations.list().generations] == [begun.id]


def test_a_deleted_generation_is_not_found_and_stays_on_the_bill(
    service: Service, luma: LumaAI
) -> None:
    made = cat(luma)
    assert made.id
    luma.generations.delete(made.id)
    for call in (luma.generations.get, luma.generations.delete):
        with pytest.raises(lumaai.NotFoundError):
            call(made.id)
    assert luma.generations.list().generations == []
    assert len(service.bill) == 1


def test_credits_fall_by_the_price_in_cents(luma: LumaAI) -> None:
    before = luma.credits.get().credit_balance
    cat(luma, duration="9s", resolution="720p")
    after = luma.credits.get().credit_balance
    assert before is not None
    assert after == pytest.approx(before - 127)


@pytest.mark.parametrize(
    ("model", "resolution", "duration", "usd"),
    [
        ("ray-2", "540p", "5s", 0.40),
        ("ray-2", "4k", "9s", 11.47),
        ("ray-3-new", "540p", "5s", None),
    ],
)
def test_the_bill_has_the_price_or_says_that_it_is_unknown(
    service: Service, luma: LumaAI, model: str, resolution: str, duration: str, usd: float | None
) -> None:
    luma.generations.create(model=model, prompt="a cat", resolution=resolution, duration=duration)
    (charge,) = service.bill
    assert (charge.vendor, charge.what, charge.usd) == ("luma", model, usd)
    assert service.summed_bill()["unknown"] == (usd is None)


def test_a_wrong_key_and_none_are_rejected_and_an_empty_account_is_told_apart(
    service: Service, http: httpx.Client
) -> None:
    with luma_of(service, "wrong-key") as client, pytest.raises(lumaai.AuthenticationError):
        cat(client)
    url = service.environment["VIDGEN_LUMA_BASE_URL"]
    assert http.post(f"{url}/generations/video", json={}).status_code == 401
    with luma_of(service, "no-credit") as client:
        assert client.credits.get().credit_balance == 0
        with pytest.raises(lumaai.APIStatusError) as refused:
            cat(client)
    assert refused.value.status_code == 402
    assert refused.value.body == {"detail": "Insufficient credits"}
    assert service.bill == service.jobs == []


def test_an_account_can_run_dry(tmp_path: Path) -> None:
    with Service(tmp_path, delay=0, credit=1.0) as service, luma_of(service) as client:
        cat(client)
        with pytest.raises(lumaai.APIStatusError, match="credits"):
            cat(client)
        assert len(service.bill) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration": "6s"},
        {"resolution": "8k"},
        {"aspect_ratio": "2:1"},
        {"prompt": ""},
        {"model": ""},
        {"keyframes": "a.png"},
        {"keyframes": {"frame0": "a.png"}},
        {"keyframes": {"frame0": {"type": "generation", "id": "nobody"}}},
        {"keyframes": {"frame0": {"type": "image", "url": "data:image/png;base64,AAAA"}}},
        {"keyframes": {"frame0": {"type": "image", "url": "https://example.com/a.png"}}},
        {"keyframes": {"frame0": {"type": "image", "url": "http://127.0.0.1:9/a.png"}}},
    ],
    ids=str,
)
def test_what_luma_cannot_do_is_refused_and_not_paid(
    service: Service, luma: LumaAI, wrong: dict[str, object]
) -> None:
    asked = {"model": "ray-2", "prompt": "a cat"} | wrong
    with pytest.raises(lumaai.BadRequestError):
        luma.generations.create(**asked)
    assert service.bill == service.jobs == []


def test_no_clip_starts_from_a_video_or_from_a_picture_whose_url_has_expired(
    service: Service, luma: LumaAI, http: httpx.Client
) -> None:
    picture = luma.generations.image.create(model="photon-1", prompt="a cat")
    assert picture.assets is not None
    assert picture.assets.image is not None
    service.trouble("luma.asset", "expired")
    assert http.get(picture.assets.image).status_code == 403
    for url in (picture.assets.image, video_url(cat(luma)), f"{service.base}/nothing"):
        with pytest.raises(lumaai.BadRequestError):
            cat(luma, keyframes={"frame0": {"type": "image", "url": url}})


@pytest.mark.parametrize("body", [b"{", b"[]", b'"a cat"', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused_by_both(
    service: Service, http: httpx.Client, body: bytes
) -> None:
    luma_url = service.environment["VIDGEN_LUMA_BASE_URL"] + "/generations/video"
    fal_url = service.environment["VIDGEN_LTX_BASE_URL"] + "/fal-ai/ltx-video"
    for url, scheme in ((luma_url, "Bearer"), (fal_url, "Key")):
        answer = http.post(url, content=body, headers={"Authorization": f"{scheme} {KEY}"})
        assert answer.status_code == 400
    assert service.jobs == []


def test_no_clip_starts_from_a_generation_that_is_not_completed(slow: Service) -> None:
    with luma_of(slow) as client:
        begun = cat(client)
        with pytest.raises(lumaai.BadRequestError, match="not completed"):
            cat(client, keyframes={"frame0": {"type": "generation", "id": begun.id}})


def test_the_small_questions_are_answered(luma: LumaAI) -> None:
    assert luma.ping.check().message == "pong"
    assert "dolly_zoom" in luma.generations.concepts.list()


@pytest.mark.parametrize(("mode", "words"), [("failed", "lost it"), ("moderation", "")])
def test_a_failed_generation_says_why(
    service: Service, luma: LumaAI, mode: str, words: str
) -> None:
    service.trouble("luma.video", mode, reason=words)
    made = cat(luma)
    assert (made.state, made.assets) == ("failed", None)
    assert words in (made.failure_reason or "")
    assert (mode == "moderation") == ("moderation" in (made.failure_reason or "").lower())


def test_an_unknown_state_parses(service: Service, luma: LumaAI) -> None:
    made = cat(luma)
    assert made.id
    service.trouble("luma.get", "unknown-state")
    assert luma.generations.get(made.id).state == "rendering"
    assert luma.generations.get(made.id).state == "completed"


def test_no_key_reaches_the_place_of_the_downloads(
    service: Service, luma: LumaAI, http: httpx.Client, tmp_path: Path
) -> None:
    download(http, video_url(cat(luma)), tmp_path / "v.mp4")
    (fetched,) = service.requests("luma.asset")
    assert not fetched.keys
    assert all(KEY not in path.read_text() for path in (tmp_path / "rehearsal").glob("*.jsonl"))
