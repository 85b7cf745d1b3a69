"""The picture that a clip begins with goes up first, for nothing, and with no key but fal's."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from ltx_orders import JPEG, KEY, clip, engine, host, jpeg, ordered, posts

from vidgen_core import Billed, ProviderError, Ready, Unavailable
from vidgen_core.testing.answers import Answer, answering
from vidgen_core.testing.service import Service, digest

_PICTURE_MODEL = "/fal/queue/fal-ai/ltx-2.3/image-to-video/fast"


@pytest.fixture
def real(service: Service, tmp_path: Path) -> Path:
    """A picture that the service can read."""
    from vidgen_core.media import Media

    media = Media()
    frames = [bytes((250, 140, 20)) * (64 * 36)]
    media.encode_frames(frames, tmp_path / "one.mp4", width=64, height=36, fps=1)
    media.save_frame(tmp_path / "one.mp4", tmp_path / "frame.jpg", 0)
    return tmp_path / "frame.jpg"


@pytest.mark.parametrize("pictures", ["upload", "inline"])
def test_a_clip_begins_with_its_picture(service: Service, real: Path, pictures: str) -> None:
    ltx = engine(service, pictures=pictures)
    assert isinstance(ltx.poll(ordered(ltx, clip(start_frame=str(real)))), Ready)
    asked = service.requests("fal.submit")[0]
    assert asked.path == _PICTURE_MODEL
    assert len(service.requests("fal.upload")) == (pictures == "upload")
    assert service.jobs[0].recipe.start, "the service has read it"


def test_an_upload_goes_before_the_order_and_without_the_key(
    service: Service, tmp_path: Path
) -> None:
    ordered(engine(service), clip(start_frame=jpeg(tmp_path)))
    token, upload, order = service.requests()
    assert [one.route for one in (token, upload, order)] == [
        "fal.token",
        "fal.upload",
        "fal.submit",
    ]
    assert token.query == {"storage_type": "fal-cdn-v3"}
    assert upload.headers["content-type"] == "image/jpeg"
    assert upload.headers["x-fal-file-name"] == "frame.jpeg", "file names stay at home"
    assert json.loads(upload.headers["x-fal-object-lifecycle"]) == {
        "expiration_duration_seconds": 86400
    }
    assert digest(KEY) not in upload.keys.values()
    assert order.body["image_url"].startswith(service.environment["VIDGEN_LTX_UPLOAD_URL"])


def test_a_picture_inside_the_order_is_the_whole_picture(service: Service, tmp_path: Path) -> None:
    ordered(engine(service, pictures="inline"), clip(start_frame=jpeg(tmp_path)))
    (order,) = service.requests()
    assert order.body["image_url"] == "data:image/jpeg;base64," + b64encode(JPEG).decode()


def test_a_url_that_a_frame_host_gave_is_used(service: Service) -> None:
    ordered(engine(service), clip(start_url="https://x.example/a.jpg", start_frame="/nowhere"))
    (order,) = service.requests()
    assert (order.path, order.body["image_url"]) == (_PICTURE_MODEL, "https://x.example/a.jpg")


@pytest.mark.parametrize("route", ["fal.token", "fal.upload"])
@pytest.mark.parametrize(
    "mode", ["drop", "hang", "html", "truncated", "nginx", "500", "404", "401", "429", "403"]
)
def test_what_fails_before_the_order_costs_nothing(
    service: Service, tmp_path: Path, route: str, mode: str
) -> None:
    service.trouble(route, mode)
    wait = 0.5 if mode == "hang" else 20.0
    with pytest.raises(ProviderError, match="fal's storage") as raised:
        ordered(engine(service, timeout=wait), clip(start_frame=jpeg(tmp_path)))
    assert raised.value.billed is Billed.NO
    assert len(service.requests(route)) == 1
    assert posts(service) == 0


@pytest.mark.parametrize("content", [None, b"", b"%PDF-1.7"])
def test_a_picture_that_is_none_is_not_ordered_with(
    service: Service, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "frame.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unavailable, match=r"frame\.jpg cannot be sent") as raised:
        ordered(engine(service), clip(start_frame=str(path)))
    assert (raised.value.billed, raised.value.retry) == (Billed.NO, False)
    assert not service.requests()


@pytest.mark.parametrize(
    "told",
    [
        {"token": "a\r\nX-Injected: 1", "token_type": "Bearer"},
        {"token": "", "token_type": "Bearer"},
        {"token": 5, "token_type": "Bearer"},
        {"token": "good", "token_type": "Bearer", "access_url": "javascript:alert(1)"},
        {"token": "good", "token_type": "Bearer", "access_url": "https://x/ y"},
        {"token": "good", "token_type": "Bearer"},
    ],
)
def test_what_the_storage_says_is_looked_at(
    service: Service, tmp_path: Path, told: dict[str, Any]
) -> None:
    body = json.dumps(told).encode()
    with answering(Answer(body=body)) as (base, asked):
        ltx = engine(service, storage_url=base, upload_url=base)
        with pytest.raises(Unavailable) as raised:
            ordered(ltx, clip(start_frame=jpeg(tmp_path)))
    assert raised.value.billed is Billed.NO
    assert len(asked) == (2 if told["token"] == "good" else 1)
    assert posts(service) == 0


def test_an_upload_does_not_follow_what_the_token_says(service: Service, tmp_path: Path) -> None:
    told = {"token": "t", "token_type": "Bearer", "base_url": service.base + "/elsewhere"}
    with answering(Answer(body=json.dumps(told).encode())) as (base, _):
        ordered(engine(service, storage_url=base, upload_url=base_of(service)), clip())
        with pytest.raises(ProviderError, match="Invalid or expired token"):
            ordered(engine(service, storage_url=base), clip(start_frame=jpeg(tmp_path)))
    assert [one.route for one in service.requests()][1:] == ["fal.upload"]


def base_of(service: Service) -> str:
    return service.environment["VIDGEN_LTX_UPLOAD_URL"]


def test_the_frame_host_gives_a_url_at_which_the_picture_is(
    service: Service, tmp_path: Path
) -> None:
    import httpx

    url = host(service).publish(Path(jpeg(tmp_path)))
    assert httpx.get(url, trust_env=False).content == JPEG
    assert not service.bill
