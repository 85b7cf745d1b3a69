"""Servers on this machine that nobody should speak to, and what they heard all the same."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: What an attacker's server says to anything: work that is done, at its own address.
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Listener(socketserver.ThreadingTCPServer):
    """Hears everything that is sent to it, as HTTP or not, and answers ``{}``."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Ear)

    @property
    def base(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Ear(socketserver.BaseRequestHandler):
    server: Any

    def handle(self) -> None:
        self.request.settimeout(2)
        said = b""
        try:
            while b"\r\n\r\n" not in said and len(said) < 1 << 20:
                part = self.request.recv(65536)
                if not part:
                    break
                said += part
            self.request.sendall(_ANSWER)
        except OSError:
            pass  # who speaks to it may be gone
        finally:
            self.server.heard.append(said)


@contextmanager
def listening() -> Iterator[Listener]:
    """Yield a listener that hears until the end."""
    with Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            listener.shutdown()
            thread.join()
