"""Each trouble does what its name says, and is counted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fal_client
import httpx
import lumaai
import pytest
from lumaai import LumaAI
from lumaai.types import Generation

from vidgen_core.testing.service import Service, Trouble

from .asked import KEY, LTX, cat, video_url
from .conftest import luma_of

#: What Luma's SDK makes of each trouble, and whether the work was done all the same.
SDK = [
    ("drop", lumaai.APIConnectionError, True),
    ("hang", lumaai.APITimeoutError, True),
    ("429", lumaai.RateLimitError, False),
    ("500", lumaai.InternalServerError, False),
    ("503", lumaai.InternalServerError, False),
    ("nginx", lumaai.InternalServerError, False),
    ("422", lumaai.UnprocessableEntityError, False),
    ("truncated", lumaai.APIConnectionError, True),
    ("wrong-key", lumaai.AuthenticationError, False),
    ("out-of-credit", lumaai.APIStatusError, False),
]


@pytest.mark.parametrize(("mode", "error", "done"), SDK)
def test_a_submit_by_lumas_sdk_meets_it_once(
    service: Service, mode: str, error: type[Exception], done: bool
) -> None:
    service.trouble("luma.video", mode)
    with luma_of(service, timeout=1 if mode == "hang" else 30) as client:
        with pytest.raises(error):
            cat(client)
        assert len(service.requests("luma.video")) == 1
        assert len(service.bill) == len(service.jobs) == done
        assert cat(client).state == "completed"
    assert [one.trouble for one in service.requests("luma.video")] == [mode, ""]


@pytest.mark.parametrize(
    ("mode", "error", "done"),
    [
        ("drop", httpx.ReadError, True),
        ("hang", httpx.ReadTimeout, True),
        ("truncated", httpx.RemoteProtocolError, True),
    ],
)
def test_a_submit_to_fal_meets_it_once(
    service: Service, http: httpx.Client, mode: str, error: type[Exception], done: bool
) -> None:
    service.trouble("fal.submit", mode)
    with pytest.raises(error):
        _to_fal(service, http, timeout=1 if mode == "hang" else 30)
    assert len(service.requests("fal.submit")) == 1
    assert len(service.bill) == len(service.jobs) == done


def _to_fal(service: Service, http: httpx.Client, timeout: float = 30) -> httpx.Response:
    url = f"{service.environment['VIDGEN_LTX_BASE_URL']}/{LTX}"
    headers = {"Authorization": f"Key {KEY}"}
    return http.post(url, headers=headers, json={"prompt": "a cat"}, timeout=timeout)


@pytest.mark.parametrize(
    ("mode", "status", "done"),
    [("429", 429, 0), ("500", 500, 0), ("503", 503, 0), ("nginx", 503, 0), ("html", 200, 1),
     ("wrong-key", 401, 0), ("out-of-credit", 403, 0)],
)  # fmt: skip
def test_fal_answers_with_it(
    service: Service, http: httpx.Client, mode: str, status: int, done: int
) -> None:
    service.trouble("fal.submit", mode)
    answer = _to_fal(service, http)
    assert answer.status_code == status
    assert len(service.bill) == done
    is_html = answer.headers["content-type"].startswith("text/html")
    assert is_html is (mode in ("nginx", "html"))
    # fal's SDK takes such an answer for a proxy's, and repeats, unless this header is there
    assert ("nginx" in answer.text and "x-fal-request-id" not in answer.headers) is (
        mode == "nginx"
    )


def test_a_reset_is_a_reset(service: Service, http: httpx.Client) -> None:
    service.trouble("luma.ping", "drop")
    with pytest.raises(httpx.ReadError) as reset:
        http.get(f"{service.environment['VIDGEN_LUMA_BASE_URL']}/ping")
    cause: BaseException | None = reset.value
    while cause is not None and not isinstance(cause, ConnectionResetError):
        cause = cause.__cause__ or cause.__context__
    assert isinstance(cause, ConnectionResetError)


def test_a_page_in_place_of_an_answer_is_text_to_lumas_sdk(service: Service, luma: LumaAI) -> None:
    service.trouble("luma.video", "html")
    answer: Any = cat(luma)
    assert isinstance(answer, str)
    assert not isinstance(answer, Generation)
    assert len(service.bill) == 1


@pytest.mark.parametrize("wait", ["", "7", "Wed, 21 Oct 2037 07:28:00 GMT"])
def test_a_rate_limit_says_how_long_to_wait_if_it_was_told_to(
    service: Service, luma: LumaAI, wait: str
) -> None:
    service.trouble("luma.video", "429", retry_after=wait)
    with pytest.raises(lumaai.RateLimitError) as limited:
        cat(luma)
    assert limited.value.response.headers.get("retry-after", "") == wait


def test_a_hang_ends_when_it_was_told_to(service: Service, http: httpx.Client) -> None:
    service.trouble("luma.ping", "hang", seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(f"{service.environment['VIDGEN_LUMA_BASE_URL']}/ping")


def test_stopping_ends_what_hangs(tmp_path: Path, http: httpx.Client) -> None:
    service = Service(tmp_path)
    service.trouble("luma.ping", "hang")
    failed = threading.Event()

    def ask() -> None:
        with pytest.raises(httpx.TransportError):
            http.get(f"{service.environment['VIDGEN_LUMA_BASE_URL']}/ping")
        failed.set()

    with service:
        thread = threading.Thread(target=ask)
        thread.start()
        while not service.requests("luma.ping"):
            assert thread.is_alive()
    thread.join()
    assert failed.is_set()


def test_the_work_is_done_or_not_as_one_wishes(service: Service, luma: LumaAI) -> None:
    service.trouble("luma.video", "drop", done=False)
    service.trouble("luma.video", "500", at=2, done=True)
    for _ in range(2):
        with pytest.raises(lumaai.APIError):
            cat(luma)
    assert len(service.bill) == 1


def test_it_meets_the_nth_request_and_so_many_after_it(service: Service, luma: LumaAI) -> None:
    service.trouble("luma.*", "503", at=2, times=2)
    met = []
    for _ in range(4):
        try:
            luma.ping.check()
            met.append(False)
        except lumaai.InternalServerError:
            met.append(True)
    assert met == [False, True, True, False]


def test_it_can_go_on_until_it_is_cleared(service: Service, luma: LumaAI) -> None:
    service.trouble("luma.ping", "503", times=None)
    for _ in range(3):
        with pytest.raises(lumaai.InternalServerError):
            luma.ping.check()
    service.clear()
    assert luma.ping.check().message == "pong"


def test_it_meets_only_requests_with_the_text_that_was_named(
    service: Service, luma: LumaAI
) -> None:
    service.trouble("luma.video", "500", containing="a dog")
    assert cat(luma).id
    with pytest.raises(lumaai.InternalServerError):
        luma.generations.create(model="ray-2", prompt="a dog")


@pytest.mark.parametrize(
    ("route", "mode", "more"),
    [
        ("luma.movie", "drop", {}),
        ("luma.video", "explode", {}),
        ("luma.video", "200", {}),
        ("luma.*", "unlisted", {}),
        ("fal.submit", "unlisted", {}),
        ("", "drop", {}),
        ("luma.video", "drop", {"at": 0}),
        ("luma.video", "drop", {"times": 0}),
        ("luma.video", "hang", {"seconds": -1}),
        ("luma.video", "truncated", {"done": False}),
    ],
)
def test_what_would_never_happen_is_refused(
    service: Service, route: str, mode: str, more: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        service.trouble(route, mode, **more)


def test_a_trouble_without_a_status_has_none() -> None:
    assert Trouble(route="luma.video", mode="failed").status is None


def test_an_expired_url_stays_so_and_a_fresh_one_works(
    service: Service, luma: LumaAI, http: httpx.Client
) -> None:
    made = cat(luma)
    assert made.id
    service.trouble("luma.asset", "expired")
    old = video_url(made)
    assert [http.get(old).status_code for _ in range(2)] == [403, 403]
    fresh = video_url(luma.generations.get(made.id))
    assert fresh != old
    assert http.get(fresh).status_code == 200


def test_a_fresh_url_of_fals_works_too(
    service: Service, fal: fal_client.SyncClient, http: httpx.Client
) -> None:
    service.trouble("fal.asset", "expired")
    handle = fal.submit(LTX, {"prompt": "a cat"})
    assert http.get(handle.get()["video"]["url"]).status_code == 403
    assert http.get(handle.get()["video"]["url"]).status_code == 200


def test_a_slow_queue_is_slow(tmp_path: Path) -> None:
    with Service(tmp_path, delay=0) as service, luma_of(service) as client:
        service.trouble("luma.video", "slow-queue", seconds=500)
        made = cat(client)
        assert made.id
        service.advance(490)
        assert client.generations.get(made.id).state == "queued"
        service.advance(20)
        assert client.generations.get(made.id).state == "completed"


def test_what_is_gone_stays_gone(
    service: Service, luma: LumaAI, fal: fal_client.SyncClient
) -> None:
    made = cat(luma)
    assert made.id
    service.trouble("luma.get", "gone")
    handle = fal.submit(LTX, {"prompt": "a cat"})
    service.trouble("fal.result", "gone")
    for _ in range(2):
        with pytest.raises(lumaai.NotFoundError):
            luma.generations.get(made.id)
        with pytest.raises(fal_client.FalClientHTTPError) as lost:
            handle.get()
        assert lost.value.status_code == 404
    assert len(service.bill) == 2


@pytest.fixture
def film(luma: LumaAI, http: httpx.Client) -> tuple[str, bytes]:
    url = video_url(cat(luma))
    return url, http.get(url).content


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=100-", lambda film: film[100:], "bytes 100-{last}/{size}"),
        ("bytes=0-9", lambda film: film[:10], "bytes 0-9/{size}"),
        ("bytes=-5", lambda film: film[-5:], "bytes {tail}-{last}/{size}"),
    ],
)
def test_a_part_of_a_file_can_be_had(
    http: httpx.Client,
    film: tuple[str, bytes],
    wanted: str,
    part: Callable[[bytes], bytes],
    told: str,
) -> None:
    url, whole = film
    answer = http.get(url, headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (206, part(whole))
    size = len(whole)
    text = told.format(size=size, last=size - 1, tail=size - 5)
    assert answer.headers["content-range"] == text


def test_a_part_beyond_the_end_another_file_and_no_ranges_at_all(
    service: Service, http: httpx.Client, film: tuple[str, bytes]
) -> None:
    url, whole = film
    beyond = http.get(url, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.content) == (416, b"")
    other = http.get(url, headers={"Range": "bytes=9-", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, whole)
    same = http.get(url, headers={"Range": "bytes=9-", "If-Range": other.headers["etag"]})
    assert same.status_code == 206
    service.trouble("luma.asset", "no-range")
    assert http.get(url, headers={"Range": "bytes=9-"}).content == whole
    head = http.head(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole)))


def test_a_download_that_broke_can_go_on(
    service: Service, http: httpx.Client, film: tuple[str, bytes]
) -> None:
    url, whole = film
    service.trouble("luma.asset", "truncated")
    with http.stream("GET", url) as answer:
        parts = answer.iter_raw()
        begun = next(parts)
        with pytest.raises(httpx.RemoteProtocolError):
            begun += next(parts)
    assert begun == whole[: len(whole) // 2]
    rest = http.get(url, headers={"Range": f"bytes={len(begun)}-"})
    assert begun + rest.content == whole
