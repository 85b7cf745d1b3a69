"""Servers on this machine that say one thing or nothing: what no service would say by itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from vidgen_core.testing.service.messages import Answer, Delivery, Request
from vidgen_core.testing.service.server import Server

__all__ = ["Answer", "Delivery", "Request", "answering", "refusing"]


@contextmanager
def answering(answer: Answer) -> Iterator[tuple[str, list[Request]]]:
    """Give *answer* to everybody; yields the server's URL, and what it has been asked so far."""
    asked: list[Request] = []

    def tell(request: Request) -> Answer:
        asked.append(request)
        return answer

    server = Server(0, tell)
    server.begin()
    try:
        yield f"http://127.0.0.1:{server.port}", asked
    finally:
        server.close()


@contextmanager
def refusing() -> Iterator[str]:
    """Yield a URL at which no connection is made as long as this lasts."""
    with socket.socket() as taken:  # bound and not listening: whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
