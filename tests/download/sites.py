"""Small servers on loopback that answer as a test tells them, and a net that leads to them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import define, field, frozen

#: An address of the public net; no test reaches it.
PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "93.184.216.35"

Answer = Callable[["Handler"], None]


@frozen
class Asked:
    """One request as a server saw it; names of headers are in lower case."""

    path: str
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        site = self.server.site
        site.asked.append(Asked(self.path, headers))
        self.close_connection = True
        answers = site.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(self)
        except OSError:
            return  # who asked has gone

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@define(kw_only=True, eq=False)
class Site:
    """A server. ``answers`` are given one after the other, the last one for ever."""

    answers: list[Answer]
    port: int
    scheme: str = "http"
    asked: list[Asked] = field(factory=list)

    def url(self, path: str = "/clip.mp4") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"


@contextmanager
def serving(*answers: Answer, trust: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Run a server until the block ends; with *trust* it speaks TLS."""
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.site = Site(answers=list(answers), port=server.server_address[1])
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
        server.site.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def file(content: bytes, **headers: str) -> Answer:
    """The whole of *content*."""
    return lambda handler: handler.reply(200, content, **headers)


def status(number: int, **headers: str) -> Answer:
    return lambda handler: handler.reply(number, b"<Error>no</Error>", **headers)


def to(location: str, number: int = 302, **headers: str) -> Answer:
    return lambda handler: handler.reply(number, Location=location, **headers)


def broken(content: bytes, after: int, **headers: str) -> Answer:
    """Promise all of *content* and break off *after* some bytes."""
    return lambda handler: handler.reply(
        200, content[:after], Content_Length=str(len(content)), **headers
    )


def rest(content: bytes, upto: int | None = None, **headers: str) -> Answer:
    """What the request's Range asks for; *upto* breaks off there."""

    def answer(handler: Handler) -> None:
        begin = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        handler.reply(
            206,
            content[begin:upto],
            Content_Length=str(len(content) - begin),
            Content_Range=f"bytes {begin}-{len(content) - 1}/{len(content)}",
            **headers,
        )

    return answer


@define(eq=False)
class Net:
    """What stands behind names and addresses: a name's answers come one after the other.

    ``servers`` maps public addresses to ports on loopback; ``connected`` lists every
    address that a connection was asked for.
    """

    names: dict[str, list[Sequence[str]]] = field(factory=dict)
    servers: dict[str, int] = field(factory=dict)
    connected: list[str] = field(factory=list)
    connect: Callable[..., socket.socket] = socket.create_connection

    def resolve(self, host: str, port: int) -> Sequence[str]:
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def create_connection(self, address: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        host = address[0]
        self.connected.append(host)
        if host not in self.servers:
            raise ConnectionRefusedError(111, "Connection refused")
        return self.connect(("127.0.0.1", self.servers[host]), *args, **more)
