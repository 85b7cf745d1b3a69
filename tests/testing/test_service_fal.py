"""fal's own SDK, and one plain POST, speak to the service as to fal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import fal_client
import httpx
import pytest

from vidgen_core.media import Media
from vidgen_core.model import Kind
from vidgen_core.probe import probe
from vidgen_core.testing.service import Service, colour_of, digest

from ..extent import some
from .asked import FLUX, FROM_PICTURE, KEY, LTX, difference, download, pixels
from .conftest import fal_of


def submitted(service: Service, http: httpx.Client, model: str, **asked: Any) -> Any:
    """Submit by one POST, as the SDK does not: it repeats some."""
    url = f"{service.environment['VIDGEN_LTX_BASE_URL']}/{model}"
    answer = http.post(url, headers={"Authorization": f"Key {KEY}"}, json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def orange(tmp_path: Path) -> Path:
    path = tmp_path / "orange.png"
    frame = bytes((250, 140, 20)) * (64 * 36)
    Media().encode_frames([frame], tmp_path / "o.mp4", width=64, height=36, fps=1)
    Media().save_frame(tmp_path / "o.mp4", path, 0)
    return path


def test_a_request_is_queued_then_in_progress_then_completed(
    slow: Service, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sdk in fal_of(slow, monkeypatch):
        submitted(slow, http, LTX, prompt="a dog")
        handle = sdk.submit(LTX, {"prompt": "a cat"})
        assert handle.status() == fal_client.Queued(position=1)
        slow.advance(21)
        assert handle.status() == fal_client.InProgress(logs=None)
        assert handle.status(with_logs=True) == fal_client.InProgress(logs=[])
        assert "in progress" in sdk._client.get(handle.response_url).text
        slow.advance(80)
        done = handle.status()
        assert isinstance(done, fal_client.Completed)
        assert done.error is None
        assert set(handle.get()) == {"video", "seed"}


def test_the_answers_have_the_statuses_and_urls_of_the_queue(
    slow: Service, http: httpx.Client
) -> None:
    begun = submitted(slow, http, LTX, prompt="a cat")
    assert (begun["status"], begun["queue_position"]) == ("IN_QUEUE", 0)
    root = f"{slow.environment['VIDGEN_LTX_BASE_URL']}/fal-ai/ltx-2/requests/{begun['request_id']}"
    urls = [begun[f"{name}_url"] for name in ("response", "status", "cancel")]
    assert urls == [root, f"{root}/status", f"{root}/cancel"]
    http.headers["Authorization"] = f"Key {KEY}"
    assert http.get(f"{root}/status").status_code == 202
    slow.advance(50)
    assert http.get(f"{root}/status?logs=false").json()["logs"] is None
    slow.advance(60)
    answer = http.get(f"{root}/status")
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")
    assert "x-fal-request-id" in answer.headers


@pytest.mark.parametrize(
    ("model", "asked", "seconds", "usd", "sound"),
    some(
        [
            (LTX, {}, 6, 0.24, True),
            (LTX, {"duration": 12, "generate_audio": False}, 12, 0.48, False),
            ("fal-ai/ltx-2.3/text-to-video", {"duration": 8, "resolution": "2160p"}, 8, 2.56, True),
            ("fal-ai/ltx-video", {}, 121 / 24, 0.02, False),
            ("fal-ai/ltx-video-13b-dev", {"num_frames": 60, "frame_rate": 30}, 2, None, False),
        ],
        2,
    ),
)
def test_a_video_is_real_and_as_long_as_its_model_makes_it(
    service: Service,
    http: httpx.Client,
    tmp_path: Path,
    model: str,
    asked: dict[str, Any],
    seconds: float,
    usd: float | None,
    sound: bool,
) -> None:
    begun = submitted(service, http, model, prompt="a cat", **asked)
    result = http.get(begun["response_url"], headers={"Authorization": f"Key {KEY}"}).json()
    film = download(http, result["video"]["url"], tmp_path / "v.mp4")
    facts = probe(film, Kind.VIDEO, decode=True)
    assert not facts.fault
    assert facts.seconds == pytest.approx(seconds, abs=0.02)
    assert facts.has_audio is sound
    assert result["video"]["file_size"] == film.stat().st_size
    assert result["video"]["content_type"] == "video/mp4"
    assert [charge.usd for charge in service.bill] == [usd]
    assert pixels(film)[:3] == pytest.approx(colour_of(1), abs=12)


def test_a_picture_has_the_shape_and_format_that_was_asked_for(
    service: Service, fal: fal_client.SyncClient, http: httpx.Client, tmp_path: Path
) -> None:
    sizes = {"portrait_16_9": (108, 192), "square_hd": (108, 108)}
    for size, shape in sizes.items():
        result = fal.submit(FLUX, {"prompt": "a cat", "image_size": size}).get()
        (image,) = result["images"]
        still = download(http, image["url"], tmp_path / "still.jpg")
        facts = probe(still, Kind.IMAGE)
        assert (facts.width, facts.height) == (image["width"], image["height"]) == shape
        assert image["content_type"] == "image/jpeg"
    large = {"width": 2000, "height": 1000}
    asked = {"prompt": "a cat", "image_size": large, "output_format": "png"}
    (image,) = fal.submit(FLUX, asked).get()["images"]
    assert image["content_type"] == "image/png"
    assert [charge.usd for charge in service.bill] == [0.003, 0.003, 0.006]


def test_an_uploaded_picture_starts_a_clip_of_its_shape(
    service: Service,
    fal: fal_client.SyncClient,
    http: httpx.Client,
    tmp_path: Path,
    orange: Path,
) -> None:
    url = fal.upload_file(orange)
    assert url.startswith(service.environment["VIDGEN_LTX_UPLOAD_URL"])
    assert download(http, url, tmp_path / "back.png").read_bytes() == orange.read_bytes()
    result = fal.submit(FROM_PICTURE, {"prompt": "a cat", "image_url": url}).get()
    film = download(http, result["video"]["url"], tmp_path / "v.mp4")
    assert difference(pixels(orange), pixels(film)) < 6
    (asked, uploaded) = service.requests("fal.token") + service.requests("fal.upload")
    assert asked.keys["authorization"] == digest(KEY)
    assert uploaded.keys["authorization"] != digest(KEY)


@pytest.mark.parametrize("key", [f"Key {KEY}", f"Bearer {KEY}", "Bearer cdn-1-aaaa", ""])
def test_an_upload_needs_the_token_and_nothing_else(
    service: Service, http: httpx.Client, key: str
) -> None:
    url = f"{service.environment['VIDGEN_LTX_UPLOAD_URL']}/files/upload"
    assert http.post(url, headers={"Authorization": key}, content=b"x").status_code == 401


def test_a_file_can_be_put_only_where_the_storage_said(
    service: Service, http: httpx.Client
) -> None:
    url = service.environment["VIDGEN_LTX_UPLOAD_URL"]
    assert http.put(f"{url}/put/anywhere/a.png", content=b"x").status_code == 403
    assert http.get(f"{url}/files/0123456789abcdef-a.png/a.png").status_code == 404


def test_the_older_upload_works_too(
    service: Service, fal: fal_client.SyncClient, http: httpx.Client, orange: Path
) -> None:
    url = fal.upload(orange.read_bytes(), "image/png", "../odd name.png", repository="fal")
    assert http.get(url).content == orange.read_bytes()
    assert url.endswith("/odd_name.png")


@pytest.mark.parametrize("mark", ["data", "loopback"])
def test_a_clip_starts_from_a_data_url_and_from_a_server_on_this_machine(
    service: Service,
    fal: fal_client.SyncClient,
    http: httpx.Client,
    tmp_path: Path,
    orange: Path,
    elsewhere: str,
    mark: str,
) -> None:
    url = fal_client.encode_file(str(orange)) if mark == "data" else elsewhere
    result = fal.submit(FROM_PICTURE, {"prompt": "a cat", "image_url": url}).get()
    film = download(http, result["video"]["url"], tmp_path / "v.mp4")
    assert difference(pixels(orange), pixels(film)) < 6


@pytest.fixture
def elsewhere(orange: Path) -> Iterator[str]:
    """The URL of the picture at another server."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(orange.read_bytes())

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/orange.png?a=b"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("model", "asked", "argument"),
    [
        (LTX, {"prompt": "a cat", "duration": 7}, "duration"),
        (LTX, {"prompt": "a cat", "duration": "6"}, "duration"),
        ("fal-ai/ltx-2/text-to-video", {"prompt": "a cat", "duration": 12}, "duration"),
        (LTX, {"prompt": "a cat", "resolution": "720p"}, "resolution"),
        (LTX, {"prompt": "a cat", "fps": 24}, "fps"),
        (LTX, {"prompt": "a cat", "aspect_ratio": "wide"}, "aspect_ratio"),
        (LTX, {}, "prompt"),
        (FROM_PICTURE, {"prompt": "a cat"}, "image_url"),
        (FROM_PICTURE, {"prompt": "a cat", "image_url": "https://example.com/a"}, "image_url"),
        (FROM_PICTURE, {"prompt": "a cat", "image_url": "data:image/png,no"}, "image_url"),
        (FLUX, {"prompt": "a cat", "image_size": "huge"}, "image_size"),
        (FLUX, {"prompt": "a cat", "image_size": {"width": 9}}, "image_size"),
        (FLUX, {"prompt": "a cat", "output_format": "gif"}, "output_format"),
        ("fal-ai/ltx-video", {"prompt": "a cat", "num_frames": "many"}, "num_frames"),
    ],
    ids=str,
)
def test_what_a_model_rejects_is_queued_and_completed_with_an_error(
    service: Service, http: httpx.Client, model: str, asked: dict[str, Any], argument: str
) -> None:
    begun = submitted(service, http, model, **asked)
    http.headers["Authorization"] = f"Key {KEY}"
    status = http.get(begun["status_url"])
    assert (status.status_code, status.json()["status"]) == (200, "COMPLETED")
    assert status.json()["error"]
    result = http.get(begun["response_url"])
    assert result.status_code == 422
    assert [wrong["loc"] for wrong in result.json()["detail"]] == [["body", argument]]
    assert service.bill == []


@pytest.mark.parametrize(("mode", "status"), [("failed", 500), ("moderation", 422)])
def test_completed_does_not_mean_success(
    service: Service, fal: fal_client.SyncClient, mode: str, status: int
) -> None:
    service.trouble("fal.submit", mode, reason="no such thing")
    handle = fal.submit(LTX, {"prompt": "a cat"})
    done = handle.status()
    assert isinstance(done, fal_client.Completed)
    assert done.error == "no such thing"
    with pytest.raises(fal_client.FalClientHTTPError) as failed:
        handle.get()
    assert failed.value.status_code == status
    assert failed.value.error_type == done.error_type
    assert service.bill == []


def test_a_result_is_gone_after_an_hour(slow: Service, http: httpx.Client) -> None:
    begun = submitted(slow, http, LTX, prompt="a cat")
    http.headers["Authorization"] = f"Key {KEY}"
    slow.advance(100 + 3590)
    assert http.get(begun["response_url"]).status_code == 200
    slow.advance(20)
    for name in ("response_url", "status_url"):
        assert http.get(begun[name]).status_code == 404


def test_a_request_can_be_taken_out_of_the_queue_and_is_not_paid(
    slow: Service, http: httpx.Client
) -> None:
    http.headers["Authorization"] = f"Key {KEY}"
    early, late = (submitted(slow, http, LTX, prompt=name) for name in ("early", "late"))
    assert http.put(early["cancel_url"]).json() == {"status": "CANCELLATION_REQUESTED"}
    assert http.get(early["status_url"]).json()["error_type"] == "request_cancelled"
    slow.advance(50)
    assert http.put(late["cancel_url"]).status_code == 202
    slow.advance(60)
    assert http.get(late["response_url"]).status_code == 200
    done = http.put(late["cancel_url"])
    assert (done.status_code, done.json()["status"]) == (400, "ALREADY_COMPLETED")
    nobody = http.put(late["cancel_url"].replace(late["request_id"], "nobody"))
    assert (nobody.status_code, nobody.json()["status"]) == (404, "NOT_FOUND")
    assert [charge.usd for charge in slow.bill] == [0.24, 0.24, -0.24]
    assert slow.summed_bill()["usd"] == 0.24


def test_a_wrong_key_and_an_empty_account_are_told_apart(
    service: Service, http: httpx.Client
) -> None:
    url = f"{service.environment['VIDGEN_LTX_BASE_URL']}/{LTX}"
    for key, status in (("wrong-key", 401), ("", 401), ("no-credit", 403)):
        answer = http.post(
            url, headers={"Authorization": f"Key {key}".strip()}, json={"prompt": "a"}
        )
        assert answer.status_code == status
        assert ("balance" in answer.json()["detail"]) is (status == 403)
    assert service.bill == service.jobs == []


@pytest.mark.parametrize("path", ["fal-ai", "somebody/ltx", "fal-ai/ltx-2/requests/1/status"])
def test_there_is_no_such_model(service: Service, http: httpx.Client, path: str) -> None:
    url = f"{service.environment['VIDGEN_LTX_BASE_URL']}/{path}"
    answer = http.post(url, headers={"Authorization": f"Key {KEY}"}, json={"prompt": "a"})
    assert answer.status_code == 404
    assert service.jobs == []


def test_a_request_is_known_at_its_own_model_only(service: Service, http: httpx.Client) -> None:
    begun = submitted(service, http, LTX, prompt="a cat")
    http.headers["Authorization"] = f"Key {KEY}"
    elsewhere = begun["status_url"].replace("/ltx-2/", "/ltx-video/")
    assert http.get(elsewhere).status_code == 404


def test_an_unknown_status_reaches_the_sdk(service: Service, fal: fal_client.SyncClient) -> None:
    handle = fal.submit(LTX, {"prompt": "a cat"})
    service.trouble("fal.status", "unknown-state")
    with pytest.raises(ValueError, match="SUSPENDED"):
        handle.status()
