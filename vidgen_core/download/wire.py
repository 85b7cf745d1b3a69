"""One GET over checked connections, behind its redirects.

It is built on the connections of httpcore, not on a client: what knows nothing of
credentials, cookies, netrc files and redirects cannot send or follow any.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import httpcore
import httpx
from attrs import frozen

from vidgen_core import disk
from vidgen_core.download.addresses import is_address, objection
from vidgen_core.download.network import Network, Watch
from vidgen_core.download.proxies import proxy_for
from vidgen_core.errors import BadOutput
from vidgen_core.hosts import is_host, is_loopback_host
from vidgen_core.http_errors import clean_words

if TYPE_CHECKING:
    from vidgen_core.download import Resolve

#: What a connection that breaks, stalls or talks nonsense raises.
FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
)

_REDIRECTS = frozenset((301, 302, 303, 307, 308))

_HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "vidgen",
}


@frozen
class Answer:
    """What a server answered; ``chunks`` are the body's bytes as they come."""

    status: int
    headers: httpx.Headers
    chunks: Iterable[bytes]


def host_of(url: str) -> str:
    """Return as much of *url* as may be shown: its host."""
    return clean_words(_parse(url).host, 100)


@contextmanager
def get(url: str, headers: Mapping[str, str], watch: Watch) -> Iterator[Answer]:
    """Yield the answer to a GET of *url*, and close its connection.

    Raises ``BadOutput`` for an address that a download does not go to, and one of
    ``FAULTS``, also while the body is read.
    """
    place, here = _parse(url), watch.rules.loopback
    for _ in range(watch.rules.redirects + 1):
        here = here and is_loopback_host(place.host)  # who left this machine does not come back
        _check(place, here=here)
        with _sent(place, headers, watch, here=here) as answer:
            if answer.status not in _REDIRECTS:
                yield answer
                return
            place = _next(place, answer.headers.get("location", ""))
    raise BadOutput(f"{host_of(url)} sends on more than {watch.rules.redirects} times")


def _parse(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise BadOutput("the service names an address that cannot be read") from None


def _next(place: httpx.URL, location: str) -> httpx.URL:
    if not location:
        raise BadOutput(f"{host_of(str(place))} sends on without saying where to")
    try:
        return place.join(location)
    except (httpx.InvalidURL, ValueError):
        raise BadOutput(f"{host_of(str(place))} sends on to what is no address") from None


def _check(place: httpx.URL, *, here: bool) -> None:
    """Raise ``BadOutput`` for what is wrong with an address by itself."""
    if not is_host(place.raw_host.decode("ascii", "replace")):
        raise BadOutput("the service names an address without a host")
    host = clean_words(place.host, 100)
    if place.scheme != "https" and not (here and place.scheme == "http"):
        raise BadOutput(f"a download from {host} is not over https")
    if place.userinfo:
        raise BadOutput(f"a download from {host} holds a user name")
    why = objection(place.host, here=here) if is_address(place.host) else ""
    if not here and is_loopback_host(place.host):
        why = "an address of this machine"
    if why:
        raise BadOutput(f"a download from {host} leads to {why}")


@contextmanager
def _sent(
    place: httpx.URL, headers: Mapping[str, str], watch: Watch, *, here: bool
) -> Iterator[Answer]:
    """Yield the answer of the one server at *place*."""
    url = httpcore.URL(
        scheme=place.raw_scheme, host=place.raw_host, port=place.port, target=place.raw_path
    )
    sent = [("Host", place.netloc.decode("ascii")), *_HEADERS.items(), *headers.items()]
    with (
        _connections(place, watch, here=here) as connections,
        connections.stream("GET", url, headers=sent) as response,
    ):
        yield Answer(response.status, httpx.Headers(response.headers), response.iter_stream())


def _connections(place: httpx.URL, watch: Watch, *, here: bool) -> httpcore.ConnectionPool:
    """Return what makes the one connection to *place*, by way of a proxy if there is one."""
    trust = _trust() if place.scheme == "https" else None
    proxy = None if here else proxy_for(place.host)
    if proxy is None:
        route = partial(_checked, watch.rules.resolve, here)
        return httpcore.ConnectionPool(ssl_context=trust, network_backend=Network(watch, route))
    return httpcore.HTTPProxy(
        proxy_url=httpcore.URL(
            scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=b"/"
        ),
        proxy_auth=proxy.raw_auth,
        ssl_context=trust,
        proxy_ssl_context=_trust() if proxy.url.scheme == "https" else None,
        network_backend=Network(watch, lambda host, port: (host,)),
    )


def _trust() -> ssl.SSLContext:
    """Return whom a connection trusts: what the SDKs that are built on httpx trust."""
    with disk.machine_errors("cannot read the certificates that connections are checked by"):
        return httpx.create_ssl_context()


def _checked(resolve: Resolve, here: bool, host: str, port: int) -> Sequence[str]:
    """Return the addresses of *host*; one that a download does not go to spoils them all."""
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError("its name is not known") from None
    for address in addresses:
        why = objection(address, here=here)
        if why:
            raise BadOutput(f"a download from {clean_words(host, 100)} leads to {why}")
    return addresses
