"""A proxy that the user's environment names is used, and sees no more than it has to."""

from __future__ import annotations

import base64
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import define, field

from vidgen_core.download import Downloader
from vidgen_core.errors import BadOutput, Billed, MachineError, Unavailable, VidgenError

from .sites import PUBLIC, Net, file, serving, to

FILM = bytes(range(256)) * 500
Certificate = Callable[..., ssl.SSLContext]


@define(eq=False)
class Proxy:
    """Leads every name to one port; ``asked`` holds the heads of the requests."""

    port: int
    leads_to: int = 0
    answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    asked: list[str] = field(factory=list)
    trust: ssl.SSLContext | None = None

    def serve(self, client: socket.socket) -> None:
        if self.trust is not None:
            client = self.trust.wrap_socket(client, server_side=True)
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.decode())
            client.sendall(self.answer)
            if b" 200 " not in self.answer:
                return
            with socket.socket() as server:
                server.connect(("127.0.0.1", self.leads_to))
                _pass_on(client, server)


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    while True:
        held = isinstance(one, ssl.SSLSocket) and one.pending()
        ready = [one] if held else select.select([one, other], [], [], 20)[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)
        if not ready:
            return


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        proxy = Proxy(listening.getsockname()[1])
        closing = threading.Event()

        def run() -> None:
            while not closing.is_set():
                try:
                    client, _ = listening.accept()
                except TimeoutError:
                    continue
                client.settimeout(20)
                try:
                    proxy.serve(client)
                except OSError:
                    continue

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield proxy
        closing.set()
        thread.join(30)


@pytest.fixture
def behind(net: Net, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Net:
    """A net that a user reaches through a proxy only."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass%20word@127.0.0.1:{proxy.port}")
    net.servers["127.0.0.1"] = proxy.port
    return net


def test_a_download_goes_through_the_users_proxy_by_name(
    behind: Net, proxy: Proxy, certificate: Certificate, into: Path
) -> None:
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        proxy.leads_to = site.port
        Downloader(resolve=behind.resolve)("https://cdn.test/clip.mp4?sig=canary", into)
    assert into.read_bytes() == FILM
    assert behind.connected == ["127.0.0.1"]
    (head,) = proxy.asked
    assert head.startswith("CONNECT cdn.test:443 HTTP/1.1\r\n")
    assert "canary" not in head
    login = base64.b64encode(b"me:pass word").decode()
    assert f"proxy-authorization: basic {login}".lower() in head.lower()
    assert not {"proxy-authorization", "authorization"} & set(site.asked[0].headers)


def test_a_proxy_may_speak_tls_itself(
    behind: Net,
    proxy: Proxy,
    certificate: Certificate,
    into: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
    proxy.trust = certificate("127.0.0.1")
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        proxy.leads_to = site.port
        Downloader()("https://cdn.test/clip.mp4", into)
    assert into.read_bytes() == FILM


def test_behind_a_proxy_a_server_proves_its_name_too(
    behind: Net, proxy: Proxy, certificate: Certificate, into: Path
) -> None:
    with serving(file(FILM), trust=certificate("other.test")) as site:
        proxy.leads_to = site.port
        with pytest.raises(Unavailable, match="certificate"):
            Downloader()("https://cdn.test/clip.mp4", into)
    assert not site.asked


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/", "https://127.0.0.1/", "https://localhost/", "https://127.1/",
     "https://[::1]/", "http://cdn.test/"],
)  # fmt: skip
def test_a_proxy_is_not_asked_for_what_is_refused(
    behind: Net, proxy: Proxy, into: Path, url: str
) -> None:
    with pytest.raises(BadOutput):
        Downloader()(url, into)
    assert not proxy.asked


def test_a_redirect_behind_a_proxy_is_checked(
    behind: Net, proxy: Proxy, certificate: Certificate, into: Path
) -> None:
    with serving(to("https://10.0.0.1/"), trust=certificate("cdn.test")) as site:
        proxy.leads_to = site.port
        with pytest.raises(BadOutput):
            Downloader()("https://cdn.test/clip.mp4", into)
    assert len(proxy.asked) == 1


def test_a_proxy_that_refuses_is_no_reason_to_give_up(
    behind: Net, proxy: Proxy, into: Path
) -> None:
    proxy.answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Unavailable) as caught:
        Downloader()("https://cdn.test/clip.mp4", into)
    assert "407" in caught.value.message
    assert caught.value.billed is Billed.NO
    assert "pass" not in caught.value.message


@pytest.mark.parametrize("passed_by", ["*", "cdn.test", ".test", "a.test, test "])
def test_a_host_that_needs_no_proxy_is_reached_without(
    behind: Net,
    proxy: Proxy,
    certificate: Certificate,
    into: Path,
    monkeypatch: pytest.MonkeyPatch,
    passed_by: str,
) -> None:
    monkeypatch.setenv("NO_PROXY", passed_by)
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        behind.names["cdn.test"] = [(PUBLIC,)]
        behind.servers[PUBLIC] = site.port
        Downloader(resolve=behind.resolve)("https://cdn.test/clip.mp4", into)
    assert behind.connected == [PUBLIC]
    assert not proxy.asked


def test_a_host_whose_name_only_ends_alike_goes_through_the_proxy(
    behind: Net, proxy: Proxy, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "n.test,,other.test")
    proxy.answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Unavailable):
        Downloader()("https://cdn.test/clip.mp4", into)
    assert len(proxy.asked) == 1


def test_a_rehearsal_on_this_machine_needs_no_proxy(
    proxy: Proxy, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    with serving(file(FILM)) as site:
        Downloader(loopback=True)(site.url(), into)
    assert into.read_bytes() == FILM
    assert not proxy.asked


@pytest.mark.parametrize(
    "named", ["socks5://me:canary@127.0.0.1:1", "http://", "http://me:canary@[/", "gopher://x"]
)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    into: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", named)
    with pytest.raises(VidgenError) as caught:
        Downloader()("https://cdn.test/clip.mp4", into)
    assert isinstance(caught.value, MachineError)
    assert "ALL_PROXY" in caught.value.message
    assert "canary" not in caught.value.message + caught.value.advice
