"""Bill, log and jobs are on the disk, and a service that is begun again goes on with them."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from lumaai import LumaAI

from vidgen_core.testing import service as testing
from vidgen_core.testing.service import (
    Footage,
    Service,
    ServiceBroke,
    digest,
    read_bill,
    read_jobs,
    read_requests,
)

from .asked import KEY, cat
from .conftest import luma_of


def test_the_log_shows_each_request_but_no_key(service: Service, luma: LumaAI) -> None:
    cat(luma, callback_url=f"https://example.com/?leaked={KEY}")
    (logged,) = service.requests("luma.video")
    assert (logged.method, logged.path) == ("POST", "/luma/dream-machine/v1/generations/video")
    assert (logged.status, logged.trouble) == (201, "")
    assert logged.headers["authorization"] == "Bearer ***"
    assert logged.keys == {"authorization": digest(KEY)}
    assert logged.headers["x-stainless-retry-count"] == "0"
    assert logged.body["prompt"] == "a cat"
    assert logged.body["callback_url"] == "https://example.com/?leaked=***"
    assert service.bill[0].key == digest(KEY)


def test_a_body_that_is_no_text_is_told_by_its_digest(service: Service, http: httpx.Client) -> None:
    content = bytes(range(256)) * 4
    url = service.environment["VIDGEN_LTX_UPLOAD_URL"]
    http.put(f"{url}/put/0123456789abcdef-a.bin/a.bin", content=content)
    http.post(f"{url}/files/upload", content=iter([b"in ", b"pieces"]))
    binary, text = service.requests()
    assert (binary.route, binary.status) == ("fal.put", 200)
    assert binary.body["bytes"] == len(content)
    assert (text.status, text.body) == (401, "in pieces")


def test_a_key_in_the_query_is_masked_and_a_long_body_told_by_its_digest(
    service: Service, http: httpx.Client
) -> None:
    http.post(f"{service.base}/nothing", params={"key": KEY}, content="long " * 5000)
    (logged,) = service.requests()
    assert logged.query == {"key": "***"}
    assert logged.keys == {"?key": digest(KEY)}
    assert logged.body["bytes"] == 25_000


def test_what_nobody_answers_is_logged_without_a_route(
    service: Service, http: httpx.Client
) -> None:
    assert http.get(f"{service.base}/luma/nothing").status_code == 404
    url = service.environment["VIDGEN_LUMA_BASE_URL"]
    assert http.put(f"{url}/credits").headers["allow"] == "GET"
    assert [(one.route, one.status) for one in service.requests()] == [("", 404), ("", 405)]


def test_a_service_begun_again_goes_on(tmp_path: Path, footage: Footage) -> None:
    with Service(tmp_path, delay=100, footage=footage) as first, luma_of(first) as client:
        made = cat(client)
        first.advance(50)
        port = first.port
    for name in ("bill.jsonl", "jobs.jsonl", "requests.jsonl"):
        with (tmp_path / name).open("ab") as file:
            file.write(b'{"torn')
    assert len(read_bill(tmp_path)) == len(read_jobs(tmp_path)) == 1
    with Service(tmp_path, port=port, delay=0, footage=footage) as second:
        with luma_of(second) as client:
            assert made.id
            assert client.generations.get(made.id).state == "dreaming"
            second.advance(51)
            assert client.generations.get(made.id).state == "completed"
            cat(client)
        assert [charge.job for charge in second.bill] == [job.id for job in second.jobs]
        assert [job.number for job in second.jobs] == [1, 2]
    logged = read_requests(tmp_path)
    assert [one.number for one in logged] == [1, 2, 3, 4]
    assert read_bill(tmp_path) == second.bill


def test_many_clients_at_once_are_all_served_and_counted(
    service: Service, http: httpx.Client
) -> None:
    service.trouble("luma.video", "drop", at=5, times=10)
    url = service.environment["VIDGEN_LUMA_BASE_URL"] + "/generations/video"
    asked = {"model": "ray-2", "prompt": "a cat"}

    def ask(number: int) -> bool:
        try:
            key = {"Authorization": f"Bearer {KEY}"}
            return http.post(url, headers=key, json=asked).status_code == 201
        except httpx.TransportError:
            return False

    with ThreadPoolExecutor(12) as crew:
        answered = list(crew.map(ask, range(60)))
    assert answered.count(False) == 10
    assert [job.number for job in service.jobs] == list(range(1, 61))
    assert [charge.job for charge in service.bill] == [job.id for job in service.jobs]
    assert [one.number for one in service.requests()] == list(range(1, 61))


def test_equal_films_are_made_once(tmp_path: Path, footage: Footage) -> None:
    names = []
    for run in ("one", "two"):
        with Service(tmp_path / run, delay=0, footage=footage) as service:
            with luma_of(service) as client:
                cat(client)
            names.append(service.jobs[0].recipe.name)
        assert not (tmp_path / run / "media").exists()
    assert names[0] == names[1]


def test_a_fault_of_the_service_itself_is_not_taken_for_a_vendors(
    tmp_path: Path, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("a bug")

    monkeypatch.setattr(testing, "entry", broken)
    with pytest.raises(ServiceBroke, match="a bug"), Service(tmp_path) as service:
        assert http.get(f"{service.base}/luma/dream-machine/v1/ping").status_code == 500


def test_a_service_that_was_never_begun_can_be_stopped_and_stopped_again(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.stop()
    service.stop()


@pytest.mark.parametrize("wrong", [{"speed": 0}, {"delay": -1}, {"short_side": 1}])
def test_a_service_without_sense_does_not_begin(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="speed"):
        Service(tmp_path, **wrong)


def test_speed_divides_the_usual_times(tmp_path: Path) -> None:
    with Service(tmp_path, speed=7) as service, luma_of(service) as client:
        cat(client)
        (job,) = service.jobs
    assert (job.queued, job.working) == (pytest.approx(2 / 7), pytest.approx(12 / 7))


def test_the_control_routes_do_what_the_methods_do(
    service: Service, luma: LumaAI, http: httpx.Client
) -> None:
    at = f"{service.base}/_control"
    asked = http.post(f"{at}/trouble", json={"route": "luma.ping", "mode": "503", "times": None})
    assert asked.json()["done"] is False
    url = service.environment["VIDGEN_LUMA_BASE_URL"]
    http.headers["Authorization"] = f"Bearer {KEY}"
    assert http.get(f"{url}/ping").status_code == 503
    http.post(f"{at}/clear")
    assert http.get(f"{url}/ping").status_code == 200
    cat(luma)
    before = http.get(f"{at}/jobs").json()
    http.post(f"{at}/advance", json={"seconds": 5})
    assert [job["stage"] for job in before] == ["ended"]
    assert http.get(f"{at}/bill").json() == {
        "charges": [json.loads(json.dumps(before_charge(service)))],
        "usd": 0.71,
        "unknown": 0,
    }
    logged = http.get(f"{at}/requests", params={"route": "luma.ping"}).json()
    assert [one["status"] for one in logged] == [503, 200]
    assert http.get(f"{at}/environment").json() == service.environment
    assert "oldest-first" in http.get(f"{at}/routes").json()["luma.list"]
    assert {one.route for one in service.requests()} == {"luma.ping", "luma.video"}


def before_charge(service: Service) -> dict[str, object]:
    (charge,) = service.bill
    return {name: getattr(charge, name) for name in ("time", "vendor", "what", "job", "usd", "key")}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("trouble", b'{"route": "luma.ping"}', 400),
        ("trouble", b'{"route": "luma.ping", "mode": "explode"}', 400),
        ("trouble", b'{"route": "luma.ping", "mode": "503", "at": "2"}', 400),
        ("trouble", b"[]", 400),
        ("trouble", b"{", 400),
        ("advance", b"{}", 400),
        ("nothing", b"", 404),
    ],
)
def test_nonsense_at_the_control_routes_is_told(
    service: Service, http: httpx.Client, path: str, body: bytes, status: int
) -> None:
    answer = http.post(f"{service.base}/_control/{path}", content=body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)


def test_a_body_without_a_length_that_can_be_read_is_a_bad_request(service: Service) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n")
        assert connection.makefile("rb").readline() == b"HTTP/1.1 400 Bad Request\r\n"
