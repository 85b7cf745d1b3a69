"""Connections that go where they were told to, and do not outlast their welcome."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import httpcore
from attrs import frozen

from vidgen_core.errors import Billed, Interrupted, Unavailable

if TYPE_CHECKING:
    from vidgen_core.download import Downloader

#: A connection that takes longer than this to be made is none, in seconds.
_LONGEST_CONNECT = 15.0
#: How long a wait goes on before it is asked again whether it is wanted, in seconds.
_GLANCE = 0.25


@frozen
class Watch:
    """How long a download may take, and whether it is still wanted."""

    rules: Downloader
    ends: float

    @classmethod
    def begin(cls, rules: Downloader) -> Watch:
        """Return the watch of a download that begins now."""
        return cls(rules, time.monotonic() + rules.total)

    def left(self, longest: float) -> float:
        """Return for how long one may wait, at most *longest* seconds; above 0.

        Raises ``Interrupted``, or ``Unavailable`` where the whole took too long.
        """
        if self.rules.cancelled():
            raise Interrupted("the download was stopped")
        left = self.ends - time.monotonic()
        if left <= 0:
            raise Unavailable(
                f"the download was not finished in {self.rules.total:g} s", billed=Billed.NO
            )
        return max(0.001, min(left, longest))

    def connecting(self) -> float:
        """Return for how long one step of making a connection may take."""
        return self.left(min(_LONGEST_CONNECT, self.rules.stall))

    def rest(self, seconds: float) -> None:
        """Let *seconds* pass."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(self.left(min(left, _GLANCE)))


class Network(httpcore.NetworkBackend):
    """Connects to the very addresses that *route* gave for a host."""

    def __init__(self, watch: Watch, route: Callable[[str, int], Sequence[str]]) -> None:
        self._watch = watch
        self._route = route

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a watched connection to the first address that takes one."""
        failed: Exception = httpcore.ConnectError("it has no address")
        for address in self._route(host, port):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, self._watch.connecting(), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self._watch)
        raise failed


class _Stream(httpcore.NetworkStream):
    """A connection that is given up when it is silent for too long, late or not wanted."""

    def __init__(self, stream: httpcore.NetworkStream, watch: Watch) -> None:
        self._stream = stream
        self._watch = watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        patience = self._watch.rules.stall
        until = time.monotonic() + patience
        while (left := until - time.monotonic()) > 0:
            try:
                return self._stream.read(max_bytes, self._watch.left(min(left, _GLANCE)))
            except httpcore.ReadTimeout:
                continue
        raise httpcore.ReadTimeout(f"no byte came for {patience:g} s")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._watch.left(self._watch.rules.stall))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._watch.connecting())
        return _Stream(secured, self._watch)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
