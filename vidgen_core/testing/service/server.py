"""HTTP/1.1 on loopback: reading requests, sending answers, and sending them badly."""

from __future__ import annotations

import os
import select
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from vidgen_core.testing.service.messages import Answer, Delivery, Request, as_text

#: No request is larger.
LARGEST_BODY = 128 << 20
#: How often a handler that says nothing looks whether somebody still waits.
_LOOK = 0.05
#: ``SO_LINGER`` on, for 0 seconds: closing sends a reset.
_AT_ONCE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Server(ThreadingHTTPServer):
    """Answers on 127.0.0.1 with what *answer* returns, each connection in a thread.

    ``port`` 0 takes a free one. :meth:`close` ends every connection, also those
    that are kept waiting, and returns when all threads have ended.
    """

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128
    #: On Windows it would let two servers share a port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._reset: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(_LOOK,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def server_bind(self) -> None:
        """Bind without asking what this machine is called, which may take its time."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.port

    def begin(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End every connection and every thread."""
        self.closing.set()
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        with self._lock:
            for connection in self._open:
                _end(connection)
        self.server_close()

    def reset(self, connection: socket.socket) -> None:
        """Let *connection* end in a reset instead of in good order."""
        with self._lock:
            self._reset.add(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, and serve it in a thread."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection: in good order, or by a reset where that was asked for."""
        with self._lock:
            self._open.discard(request)
            resets = request in self._reset
            self._reset.discard(request)
        if not resets:
            super().shutdown_request(request)
            return
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away go; anything else is a fault of this service."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log is a file."""

    def version_string(self) -> str:
        """Return the name in the header Server."""
        return "vidgen-rehearsal"

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._send(as_text("Bad Request", 400))
            return
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=MappingProxyType(dict(parse_qsl(parts.query, keep_blank_values=True))),
            headers=MappingProxyType({k.lower(): v for k, v in self.headers.items()}),
            body=body,
        )
        answer = self.server.answer(request)
        match answer.delivery:
            case Delivery.RESET:
                self.server.reset(self.connection)
                self.close_connection = True
            case Delivery.NEVER:
                self._say_nothing(answer.seconds)
                self.close_connection = True
            case _:
                self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _serve
    do_CONNECT = _serve  # a client that takes this for its proxy is heard, too

    def _body(self) -> bytes | None:
        """Return the body, ``None`` where its length cannot be read."""
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return None
        return self._exactly(int(length))

    def _chunks(self) -> bytes | None:
        body = b""
        while len(body) <= LARGEST_BODY:
            try:
                size = int(self.rfile.readline(100).split(b";")[0], 16)
            except ValueError:
                return None
            chunk = self._exactly(size)
            self.rfile.readline(100)
            if chunk is None:
                return None
            if not chunk:
                return body
            body += chunk
        return None

    def _exactly(self, size: int) -> bytes | None:
        content = self.rfile.read(size)
        return content if len(content) == size else None

    def _send(self, answer: Answer) -> None:
        cut = answer.delivery is Delivery.CUT
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        if cut:
            self.close_connection = True

    def _say_nothing(self, seconds: float | None) -> None:
        """Wait until the client goes, the service ends, or *seconds* are over."""
        waited = 0.0
        while seconds is None or waited < seconds:
            if self.server.closing.wait(_LOOK):
                return
            waited += _LOOK
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not _has_more(self.connection):
                return


def _has_more(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
