"""One call is one order, whatever goes wrong on the way, and the error says what it cost."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from luma_orders import TOKEN, clip, engine_of, painter_of, picture, submits

from vidgen_core import (
    AuthFailed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)
from vidgen_core.testing.service import Service
from vidgen_luma.work import LumaEngine

FAULTS = [
    ("drop", {}, Unavailable, "unknown"),
    ("hang", {}, Unavailable, "unknown"),
    ("truncated", {}, Unavailable, "unknown"),
    ("html", {}, Unavailable, "unknown"),
    ("nginx", {}, Unavailable, "unknown"),
    ("500", {}, Unavailable, "unknown"),
    ("503", {}, Unavailable, "unknown"),
    ("503", {"retry_after": "7"}, Unavailable, "unknown"),
    ("408", {}, Unavailable, "unknown"),
    ("429", {}, RateLimited, "no"),
    ("429", {"retry_after": "7"}, RateLimited, "no"),
    ("400", {}, Refused, "no"),
    ("404", {}, Refused, "no"),
    ("409", {}, Refused, "no"),
    ("422", {}, Refused, "no"),
    ("402", {}, OutOfCredit, "no"),
    ("401", {}, AuthFailed, "no"),
    ("403", {}, AuthFailed, "no"),
    ("403", {"reason": "Insufficient credits"}, OutOfCredit, "no"),
    ("400", {"reason": "You have no credits left"}, OutOfCredit, "no"),
    ("wrong-key", {}, AuthFailed, "no"),
    ("out-of-credit", {}, OutOfCredit, "no"),
]


@pytest.mark.parametrize("kind", ["clip", "picture"])
@pytest.mark.parametrize(("mode", "more", "error", "billed"), FAULTS)
def test_one_call_is_one_order(
    service: Service,
    kind: str,
    mode: str,
    more: dict[str, Any],
    error: type[ProviderError],
    billed: str,
) -> None:
    service.trouble("luma.*", mode, **more)
    with pytest.raises(ProviderError) as raised:
        _submit(service, kind, timeout=0.5 if mode == "hang" else 20.0)
    assert type(raised.value) is error
    assert raised.value.billed == billed
    assert len(submits(service)) == 1
    assert getattr(raised.value, "retry_after", None) == (7 if "retry_after" in more else None)


def _submit(service: Service, kind: str, **options: Any) -> None:
    if kind == "clip":
        engine_of(service, **options).submit(clip(), TOKEN)
    else:
        painter_of(service, **options).submit(picture(), TOKEN)


def test_a_call_that_found_no_connection_was_not_charged() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        engine = engine_of(f"http://127.0.0.1:{closed.getsockname()[1]}/dream-machine/v1")
        with pytest.raises(Unavailable, match="cannot be reached") as raised:
            engine.submit(clip(), TOKEN)
    assert (raised.value.billed, raised.value.retry) == ("no", True)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b"null", b'"words"', b'{"id": 7}', b'{"id": "../x"}', b"{" * 5000, b"\xff"],
)
def test_an_answer_without_a_job_leaves_open_whether_it_was_paid(body: bytes) -> None:
    with _answering(b"201 Created", body) as (base, connections):
        with pytest.raises(Unavailable, match="cannot be read") as raised:
            engine_of(base).submit(clip(), TOKEN)
        assert raised.value.billed == "unknown"
        assert connections() == 1


def test_a_redirect_is_not_followed() -> None:
    with _answering(b"307 Elsewhere\r\nLocation: /other", b"{}") as (base, connections):
        with pytest.raises(Unavailable) as raised:
            engine_of(base).submit(clip(), TOKEN)
        assert raised.value.billed == "unknown"
        assert connections() == 1


def test_a_wrong_key_is_named_by_its_variable(service: Service) -> None:
    service.trouble("luma.video", "401", reason="Invalid API key, \x1b[31mred")
    with pytest.raises(AuthFailed) as raised:
        engine_of(service, key="luma-secret-99").submit(clip(), TOKEN)
    assert "LUMAAI_API_KEY" in raised.value.advice
    assert raised.value.message.endswith("Invalid API key, red")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_luma_says_why_in_its_own_words(service: Service) -> None:
    service.trouble("luma.video", "400", reason="resolution must be one of 540p, 720p")
    with pytest.raises(Refused, match="resolution must be one of 540p, 720p"):
        engine_of(service).submit(clip(), TOKEN)


def test_a_list_of_what_is_wrong_is_read_too() -> None:
    body = b'{"detail": [{"loc": ["body"], "msg": "too long"}, {"msg": "too dark"}]}'
    with (
        _answering(b"422 Unprocessable", body) as (base, _),
        pytest.raises(Refused, match="too long; too dark"),
    ):
        engine_of(base).submit(clip(), TOKEN)


@pytest.mark.parametrize("mode", ["drop", "hang", "html", "truncated", "500", "503", "429"])
def test_a_question_that_fails_costs_nothing_and_is_asked_again(
    service: Service, engine: LumaEngine, mode: str
) -> None:
    job = engine.submit(clip(), TOKEN)
    service.trouble("luma.get", mode)
    with pytest.raises((Unavailable, RateLimited)) as raised:
        engine_of(service, timeout=0.5 if mode == "hang" else 20.0).poll(job)
    assert (raised.value.billed, raised.value.retry) == ("no", True)
    assert len(service.requests("luma.get")) == 1


def _answering(status: bytes, body: bytes) -> Any:
    """Serve one answer to everybody; yields its URL and how many came."""
    import contextlib
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    came: list[str] = []
    code, _, rest = status.partition(b" ")
    words, *headers = rest.decode().split("\r\n")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(int(code), words)
            for header in headers:
                name, _, value = header.partition(": ")
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    @contextlib.contextmanager
    def serve() -> Any:
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/v1", lambda: len(came)
            finally:
                server.shutdown()
                thread.join()

    return serve()
