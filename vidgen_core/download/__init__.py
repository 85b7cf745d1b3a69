"""Downloads: results of services, brought here without a sign of who asks for them.

A request holds no key, no cookie and nothing of a netrc file, and goes where the
service says over https only. Every address on the way is checked, and the one
that was checked is the one that is connected to. Plain http is for a rehearsal on
this machine. A proxy that the user's environment names (``HTTPS_PROXY``,
``ALL_PROXY``, ``NO_PROXY``) is used; through one, host names are the proxy's to
look up and to judge.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from attrs import frozen

from vidgen_core.protocols import LARGEST_DOWNLOAD

#: From a host's name and a port to its addresses; raises ``OSError`` where there are none.
Resolve = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of *host*, in the order in which they are tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@frozen(kw_only=True)
class Downloader:
    """Downloads for one provider; behind ``protocols.Downloads``, and as such stateless.

    ``loopback``: the user has put the provider's service on this machine, and what it
    made may be had from here by plain http. ``cancelled()`` ends a download. At most
    ``redirects`` are followed. A transfer that breaks off goes on where it was, if the
    server lets it, or begins again: ``tries`` in all, ``pause`` seconds after the first
    one and twice as long after each further one. What fails before a byte came is for
    the caller to repeat. ``stall`` is the longest silence and ``total`` the longest
    time, in seconds.
    """

    loopback: bool = False
    cancelled: Callable[[], bool] = lambda: False
    redirects: int = 5
    tries: int = 5
    pause: float = 0.5
    stall: float = 30.0
    total: float = 3600.0
    resolve: Resolve = look_up

    def __call__(self, url: str, into: Path, *, limit: int = LARGEST_DOWNLOAD) -> None:
        """Write what stands at *url* to *into*; see ``protocols.Downloads``."""
        from vidgen_core.download.transfer import download  # it knows the HTTP library

        download(url, into, limit=limit, rules=self)
