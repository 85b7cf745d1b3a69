"""Where a download goes, and where nobody can send it."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.download import Downloader, look_up
from vidgen_core.download.addresses import objection
from vidgen_core.errors import BadOutput, Billed, Unavailable

from .sites import OTHER_PUBLIC, PUBLIC, Handler, Net, Site, broken, file, rest, serving, to

FILM = bytes(range(256)) * 500
Certificate = Callable[..., ssl.SSLContext]


def public(net: Net, **rules: object) -> Downloader:
    """A downloader of a user whose services are out there."""
    return Downloader(**{"resolve": net.resolve, "pause": 0.0, **rules})  # type: ignore[arg-type]


def put(net: Net, site: Site, name: str, address: str = PUBLIC) -> str:
    """Have *site* stand behind a name of the public net; return an address there."""
    net.names[name] = [(address,)]
    net.servers[address] = site.port
    return f"https://{name}/clip.mp4"


def refused(net: Net, url: str, into: Path, **rules: object) -> BadOutput:
    with pytest.raises(BadOutput) as caught:
        public(net, **rules)(url, into)
    assert not into.exists()
    assert not caught.value.retry
    return caught.value


# connections ----------------------------------------------------------------


def test_a_public_server_is_reached_at_the_address_that_was_checked(
    net: Net, certificate: Certificate, into: Path
) -> None:
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        public(net)(put(net, site, "cdn.test"), into)
    assert into.read_bytes() == FILM
    assert net.connected == [PUBLIC]
    assert site.asked[0].headers["host"] == "cdn.test"


def test_a_name_that_changes_its_address_after_the_check_leads_nowhere_else(
    net: Net, certificate: Certificate, into: Path
) -> None:
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        url = put(net, site, "cdn.test")
        net.names["cdn.test"] = [(PUBLIC,), ("127.0.0.1",)]
        net.servers["127.0.0.1"] = site.port
        public(net)(url, into)
        assert net.connected == [PUBLIC]
        assert net.names["cdn.test"] == [("127.0.0.1",)]  # it was looked up once
        refused(net, url, into)
    assert net.connected == [PUBLIC]


def test_every_connection_is_checked_anew(net: Net, certificate: Certificate, into: Path) -> None:
    answer = broken(FILM, 1000, Accept_Ranges="bytes", ETag='"v1"')
    with serving(answer, rest(FILM), trust=certificate("cdn.test")) as site:
        url = put(net, site, "cdn.test")
        net.names["cdn.test"] = [(PUBLIC,), ("10.0.0.1",)]
        assert "private" in refused(net, url, into).message
    assert net.connected == [PUBLIC]


def test_a_server_has_to_prove_its_name(net: Net, certificate: Certificate, into: Path) -> None:
    with serving(file(FILM), trust=certificate("other.test", PUBLIC)) as site:
        url = put(net, site, "cdn.test")
        with pytest.raises(Unavailable, match="certificate") as caught:
            public(net)(url, into)
    assert caught.value.billed is Billed.NO
    assert not site.asked


def test_a_server_that_nobody_vouches_for_is_not_asked(
    net: Net, certificate: Certificate, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        url = put(net, site, "cdn.test")
        with pytest.raises(Unavailable, match="certificate"):
            public(net)(url, into)
    assert not site.asked


def test_a_second_address_is_tried_where_the_first_does_not_answer(
    net: Net, certificate: Certificate, into: Path
) -> None:
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        url = put(net, site, "cdn.test")
        net.names["cdn.test"] = [(OTHER_PUBLIC, PUBLIC)]
        public(net)(url, into)
    assert net.connected == [OTHER_PUBLIC, PUBLIC]


def test_a_slow_server_is_waited_for(net: Net, certificate: Certificate, into: Path) -> None:
    def slow(handler: Handler) -> None:
        handler.reply(200, FILM[:1000], Content_Length=str(len(FILM)))
        handler.wfile.flush()
        time.sleep(0.6)  # several looks at whether the download is still wanted
        handler.wfile.write(FILM[1000:])

    with serving(slow, trust=certificate("cdn.test")) as site:
        public(net)(put(net, site, "cdn.test"), into)
    assert into.read_bytes() == FILM
    assert len(site.asked) == 1


def test_a_server_that_falls_silent_is_left_over_tls_too(
    net: Net, certificate: Certificate, into: Path
) -> None:
    released, outwaited = threading.Event(), threading.Event()

    def silent(handler: Handler) -> None:
        handler.reply(200, FILM[:1000], Content_Length=str(len(FILM)))
        handler.wfile.flush()
        if not released.wait(10):
            outwaited.set()

    with serving(silent, file(FILM), trust=certificate("cdn.test")) as site:
        public(net, stall=0.3)(put(net, site, "cdn.test"), into)
        released.set()
    assert not outwaited.is_set()
    assert into.read_bytes() == FILM
    assert len(site.asked) == 2


def test_a_name_that_nobody_knows_may_be_known_later(net: Net, into: Path) -> None:
    with pytest.raises(Unavailable, match="name is not known") as caught:
        public(net)("https://gone.test/", into)
    assert (caught.value.retry, caught.value.billed) == (True, Billed.NO)


def test_this_machines_own_name_is_looked_up() -> None:
    assert set(look_up("localhost", 80)) <= {"127.0.0.1", "::1"}
    assert look_up("127.0.0.1", 80) == ("127.0.0.1",)


# addresses ------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.test/clip.mp4",
        "HTTP://cdn.test/clip.mp4",
        "http://127.0.0.1/clip.mp4",
        "ftp://cdn.test/clip.mp4",
        "file:///etc/passwd",
        "//cdn.test/clip.mp4",
        "data:video/mp4;base64,AAAA",
    ],
)
def test_only_https_is_spoken(net: Net, into: Path, url: str) -> None:
    net.names["cdn.test"] = [(PUBLIC,)]
    refused(net, url, into)
    assert not net.connected


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "10.1.2.3", "192.168.1.1", "169.254.169.254",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.64.0.1", "[::1]", "[::]", "[fe80::1]",
        "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::10.0.0.1]",
        "[2002:7f00:1::]", "[ff02::1]", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
        "１２７.0.0.1", "127.0.0.1.",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(net: Net, into: Path, host: str) -> None:
    refused(net, f"https://{host}/clip.mp4", into)
    assert not net.connected


def test_a_name_with_one_private_address_is_refused(net: Net, into: Path) -> None:
    net.names["cdn.test"] = [(PUBLIC, "192.168.0.1")]
    refused(net, "https://cdn.test/", into)
    assert not net.connected


def test_an_address_with_a_user_is_refused(net: Net, into: Path) -> None:
    net.names["cdn.test"] = [(PUBLIC,)]
    assert "canary" not in refused(net, "https://me:canary@cdn.test/", into).message
    assert not net.connected


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:80b::200e",
     "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)  # fmt: skip
def test_public_addresses_are_gone_to(address: str) -> None:
    assert objection(address, here=False) == ""
    assert objection(address, here=True)


CLOSED = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip
CLOSED_6 = [
    "::/128", "::1/128", "100::/64", "2001:db8::/32", "2001::/32", "3fff::/20", "5f00::/16",
    "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
]  # fmt: skip


def inside(nets: list[str]) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    return st.sampled_from(nets).flatmap(lambda net: st.ip_addresses(network=ip_network(net)))


@given(inside(CLOSED + CLOSED_6))
def test_no_address_of_a_closed_net_is_gone_to(address: IPv4Address | IPv6Address) -> None:
    assert objection(str(address), here=False)
    assert (objection(str(address), here=True) == "") is address.is_loopback


@given(inside(CLOSED))
def test_a_closed_address_stays_closed_in_every_dress(address: IPv4Address) -> None:
    number = int(address)
    for dressed in (
        IPv6Address((0xFFFF << 32) | number),  # mapped
        IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        IPv6Address((0x64FF9B << 96) | number),  # NAT64
        IPv6Address(number),  # compatible, as it was once
    ):
        assert objection(str(dressed), here=False)


@given(st.ip_addresses(v=4).filter(lambda a: all(a not in IPv4Network(net) for net in CLOSED)))
def test_an_ordinary_address_is_the_same_in_every_dress(address: IPv4Address) -> None:
    mapped, nat64 = (
        objection(str(IPv6Address(prefix | int(address))), here=False)
        for prefix in (0xFFFF << 32, 0x64FF9B << 96)
    )
    assert mapped == nat64 == objection(str(address), here=False)


# redirects ------------------------------------------------------------------


def test_a_redirect_leads_to_another_server(net: Net, certificate: Certificate, into: Path) -> None:
    with (
        serving(file(FILM), trust=certificate("cdn.test")) as cdn,
        serving(
            to("https://cdn.test/clip.mp4?sig=1", Set_Cookie="canary=1; Domain=test"),
            trust=certificate("files.test"),
        ) as first,
    ):
        put(net, cdn, "cdn.test", OTHER_PUBLIC)
        public(net)(put(net, first, "files.test"), into)
    assert into.read_bytes() == FILM
    assert net.connected == [PUBLIC, OTHER_PUBLIC]
    asked = cdn.asked[0]
    assert (asked.path, asked.headers["host"]) == ("/clip.mp4?sig=1", "cdn.test")
    for each in (*first.asked, asked):
        assert not {"authorization", "cookie", "referer"} & set(each.headers)


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/secret",
        "https://localhost/secret",
        "https://[::1]/secret",
        "https://169.254.169.254/latest/meta-data",
        "https://inside.test/secret",
        "//10.0.0.1/secret",
        "http://cdn.test/clip.mp4",
        "http://127.0.0.1/secret",
        "ftp://cdn.test/clip.mp4",
        "https://me:you@cdn.test/",
        "https://[/",
        "",
    ],
)
def test_no_redirect_leads_where_an_address_may_not(
    net: Net, certificate: Certificate, into: Path, location: str
) -> None:
    net.names["inside.test"] = [("10.0.0.1",)]
    with serving(to(location), trust=certificate("cdn.test")) as site:
        refused(net, put(net, site, "cdn.test"), into)
    assert net.connected == [PUBLIC]


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_five_redirects_are_followed_and_no_more(
    net: Net, certificate: Certificate, into: Path, number: int
) -> None:
    hops = [to(f"/{hop}", number) for hop in range(5)]
    with serving(*hops, file(FILM), trust=certificate("cdn.test")) as site:
        public(net)(put(net, site, "cdn.test"), into)
    assert len(site.asked) == 6
    with serving(to("/again", number), trust=certificate("cdn.test")) as site:
        error = refused(net, put(net, site, "cdn.test"), into)
    assert len(site.asked) == 6
    assert "more than 5 times" in error.message


# rehearsals -----------------------------------------------------------------


def test_a_rehearsal_on_this_machine_needs_no_https(into: Path) -> None:
    with serving(to("/clip.mp4"), file(FILM)) as site:
        Downloader(loopback=True)(f"http://localhost:{site.port}/", into)
    assert into.read_bytes() == FILM


def test_plain_http_stays_on_this_machine_in_a_rehearsal_too(net: Net, into: Path) -> None:
    net.names |= {"cdn.test": [(PUBLIC,)], "me.test": [("127.0.0.1",)], "localhost": [(PUBLIC,)]}
    for host in ("cdn.test", "me.test", "localhost", PUBLIC, "192.168.0.1"):
        refused(net, f"http://{host}/clip.mp4", into, loopback=True)
    assert not net.connected


def test_a_rehearsal_may_bring_what_stands_out_there(
    net: Net, certificate: Certificate, into: Path
) -> None:
    with serving(file(FILM), trust=certificate("cdn.test")) as site:
        public(net, loopback=True)(put(net, site, "cdn.test"), into)
    assert into.read_bytes() == FILM


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_out_there_sends_a_rehearsal_back_to_this_machine(
    net: Net, certificate: Certificate, into: Path, scheme: str
) -> None:
    away = to(f"{scheme}://127.0.0.1/secret")
    with serving(away, trust=certificate("cdn.test")) as site:
        refused(net, put(net, site, "cdn.test"), into, loopback=True)
    assert net.connected == [PUBLIC]
