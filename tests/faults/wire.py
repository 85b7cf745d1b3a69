"""A raw server between vidgen and the rehearsal service: what a network makes of an answer."""

from __future__ import annotations

import contextlib
import gzip
import select
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from attrs import define, evolve, field, frozen

from vidgen_core.testing.service import Service
from vidgen_core.testing.service.messages import Answer, Delivery, Request

#: ``SO_LINGER`` on, for 0 seconds: closing sends a reset.
_AT_ONCE = struct.pack("ii", 1, 0)
#: No stall lasts longer: who waits so long would wait for ever.
_LONGEST_STALL = 40.0
_LOOK = 0.02
_LARGEST_HEAD = 1 << 16


@frozen(kw_only=True)
class Prank:
    """What happens to an answer. ``read``: whether the service was given the request at all.

    ``change`` makes another answer of the service's. ``part``: how much of it is sent, from 0
    to 1, and ``then`` what comes after that.
    """

    read: bool = True
    change: Callable[[Answer], Answer] = lambda answer: answer
    part: float = 1.0
    then: str = "close"  # or "reset", or "stall"
    raw: bytes = b""


def body(content: bytes, kind: str = "") -> Callable[[Answer], Answer]:
    """Return what puts *content* in the place of an answer's body."""

    def change(answer: Answer) -> Answer:
        headers = {**answer.headers, **({"content-type": kind} if kind else {})}
        headers = {name: text for name, text in headers.items() if name != "content-range"}
        status = 200 if answer.status == 206 else answer.status
        return evolve(answer, body=content, headers=headers, status=status)

    return change


def status(number: int) -> Callable[[Answer], Answer]:
    """Return what gives an answer another status."""
    return lambda answer: evolve(answer, status=number)


def _half(answer: Answer) -> Answer:
    return evolve(answer, body=answer.body[: len(answer.body) // 2])


def _gzip(answer: Answer) -> Answer:
    """Say that the body is packed, and send what is none of it."""
    return evolve(answer, headers={**answer.headers, "content-encoding": "gzip"})


def _packed(answer: Answer) -> Answer:
    """Pack the body as a proxy may, asked or not."""
    headers = {**answer.headers, "content-encoding": "gzip"}
    return evolve(answer, body=gzip.compress(answer.body), headers=headers)


def sent_on(location: str, number: int = 307) -> Callable[[Answer], Answer]:
    """Return what sends a request on to *location*."""
    return lambda answer: Answer(status=number, headers={"location": location})


PAGE = b"<!DOCTYPE html><html><body><h1>Sign in to this network</h1></body></html>"

_HTML = MappingProxyType({"content-type": "text/html"})

#: By their names: what may become of any request and its answer.
PRANKS: Mapping[str, Prank] = MappingProxyType(
    {
        "reset, unread": Prank(read=False, part=0, then="reset"),
        "closed, unread": Prank(read=False, part=0),
        "stall, unread": Prank(read=False, part=0, then="stall"),
        "page, unread": Prank(read=False, change=lambda _: Answer(body=PAGE, headers=_HTML)),
        "reset": Prank(part=0, then="reset"),
        "closed": Prank(part=0),
        "stall": Prank(part=0, then="stall"),
        "reset half-way": Prank(part=0.5, then="reset"),
        "cut half-way": Prank(part=0.5),
        "stall half-way": Prank(part=0.5, then="stall"),
        "page": Prank(change=body(PAGE, "text/html")),
        "page called a file": Prank(change=body(PAGE)),
        "half": Prank(change=_half),
        "empty": Prank(change=body(b"")),
        "null": Prank(change=body(b"null")),
        "list": Prank(change=body(b"[]")),
        "object": Prank(change=body(b"{}")),
        "text": Prank(change=body(b'"queued"')),
        "number": Prank(change=body(b"1e999")),
        "deep": Prank(change=body(b"[" * 100_000)),
        "bytes": Prank(change=body(b"\xff\xfe\x00{")),
        "packed": Prank(change=_packed),
        "said to be packed": Prank(change=_gzip),
        "no HTTP": Prank(raw=b"SSH-2.0-OpenSSH_9.6\r\n"),
        "endless head": Prank(raw=b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * (1 << 20)),
        "status 204": Prank(change=lambda answer: Answer(status=204)),
        "status 299": Prank(change=status(299)),
        "status 520": Prank(change=status(520)),
        "status 600": Prank(change=status(600)),
        "page 404": Prank(change=lambda _: Answer(status=404, body=PAGE, headers=_HTML)),
    }
)


@define
class _Due:
    route: str
    prank: Prank
    at: int
    times: int | None
    met: int = 0


@define(eq=False)
class Wire:
    """What was asked for, and where it all goes through."""

    base: str
    _service: Service
    _lock: threading.Lock = field(factory=threading.Lock)
    _due: list[_Due] = field(factory=list)
    closing: threading.Event = field(factory=threading.Event)

    def play(self, route: str, prank: Prank | str, *, at: int = 1, times: int | None = 1) -> None:
        """Have *prank* meet requests of *route* from the one number *at* on, *times* of them."""
        chosen = PRANKS[prank] if isinstance(prank, str) else prank
        with self._lock:
            self._due.append(_Due(route, chosen, at, times))

    def clear(self) -> None:
        """Let all be well again."""
        with self._lock:
            self._due.clear()

    def has_played(self, prank: Prank) -> bool:
        """Whether *prank* met a request that was to meet it."""
        with self._lock:
            return any(due.prank is prank and due.met >= due.at for due in self._due)

    def met(self, request: Request) -> Prank:
        """Count *request*, and return what happens to its answer."""
        found = self._service._router.find(request)
        route = "" if isinstance(found, Answer) else found[1].name
        chosen = Prank()
        with self._lock:
            for due in self._due:
                if not fnmatchcase(route, due.route):
                    continue
                due.met += 1
                last = None if due.times is None else due.at + due.times
                if due.met >= due.at and (last is None or due.met < last):
                    chosen = due.prank
        return chosen

    def answer(self, request: Request) -> Answer:
        """Return what the service says."""
        answer = self._service._answer(request)
        assert answer.delivery is Delivery.WHOLE, "the wire plays the pranks of a network itself"
        return answer


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    wire: Wire

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away go."""

    def shutdown_request(self, request: Any) -> None:
        """Close, without a word to who was told a reset already."""
        with contextlib.suppress(OSError):
            super().shutdown_request(request)


class _Line(socketserver.BaseRequestHandler):
    """One connection: one request, one answer."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(30)
        head = self._head()
        if head is None:
            return
        wire = self.server.wire
        prank = wire.met(_request(head, b""))
        answer = Answer()
        if prank.read:
            answer = wire.answer(self._whole(head))
        elif prank.part:
            self._whole(head)
        sent = prank.raw or _wire(prank.change(answer), part=prank.part)
        with contextlib.suppress(OSError):
            self.request.sendall(sent)
            if prank.then == "stall":
                self._stall()
        if prank.then == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.request.close()

    def _head(self) -> bytes | None:
        """Look at the head of the request without taking it off the line."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            seen = self.request.recv(_LARGEST_HEAD, socket.MSG_PEEK)
            if not seen:
                return None
            if b"\r\n\r\n" in seen:
                return seen.partition(b"\r\n\r\n")[0]
            time.sleep(_LOOK)
        return None

    def _whole(self, head: bytes) -> Request:
        """Take the request off the line."""
        self._exactly(len(head) + 4)
        headers = _request(head, b"").headers
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return _request(head, self._chunks())
        return _request(head, self._exactly(int(headers.get("content-length", "0"))))

    def _chunks(self) -> bytes:
        content = b""
        while True:
            line = b""
            while not line.endswith(b"\r\n"):
                line += self._exactly(1)
            chunk = self._exactly(int(line.split(b";")[0], 16))
            self._exactly(2)
            if not chunk:
                return content
            content += chunk

    def _exactly(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            part = self.request.recv(size - len(content))
            if not part:
                raise ConnectionError("the request was cut off")
            content += part
        return content

    def _stall(self) -> None:
        """Say nothing until the client goes, or all of this ends."""
        poll, until = select.poll(), time.monotonic() + _LONGEST_STALL
        poll.register(self.request, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
        while time.monotonic() < until and not self.server.wire.closing.wait(_LOOK):
            if poll.poll(0):
                return


def _request(head: bytes, content: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    parts = urlsplit(target)
    pairs = (line.partition(":") for line in lines)
    return Request(
        method=method,
        path=parts.path,
        query=MappingProxyType(dict(parse_qsl(parts.query, keep_blank_values=True))),
        headers=MappingProxyType({name.lower(): text.strip() for name, _, text in pairs}),
        body=content,
    )


def _wire(answer: Answer, *, part: float) -> bytes:
    """Return *part* of *answer* as it goes over the line."""
    if not part:
        return b""
    lines = [f"HTTP/1.1 {answer.status} Said", "connection: close"]
    lines += [f"{name}: {text}" for name, text in answer.headers.items()]
    if answer.status != 204:
        lines.append(f"content-length: {len(answer.body)}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head + answer.body[: int(len(answer.body) * part)]


@contextmanager
def wired(service: Service) -> Iterator[Wire]:
    """Put a line in front of *service*, whose addresses are those of the line from now on."""
    with _Server(("127.0.0.1", 0), _Line) as server:
        server.wire = Wire(f"http://127.0.0.1:{server.server_address[1]}", service)
        service._studio.base = server.wire.base
        thread = threading.Thread(target=server.serve_forever, args=(_LOOK,), daemon=True)
        thread.start()
        try:
            yield server.wire
        finally:
            server.wire.closing.set()
            server.shutdown()
            thread.join()
