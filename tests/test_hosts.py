"""Where a service may live."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from attrs import frozen
from hypothesis import example, given
from hypothesis import strategies as st

from vidgen_core import UsageError, VideoEngineSpec, option, service_url
from vidgen_core.hosts import is_host, is_loopback_host, is_on_this_machine
from vidgen_core.settings import load


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https://api.lumalabs.ai/dream-machine/v1", "https://api.lumalabs.ai/dream-machine/v1"),
        ("https://queue.fal.run/", "https://queue.fal.run"),
        (" HTTPS://Queue.Fal.Run:8443/A//\n", "https://queue.fal.run:8443/A"),
        ("https://10.0.0.5:8080/v1", "https://10.0.0.5:8080/v1"),
        ("http://127.0.0.1:8765/dream-machine/v1/", "http://127.0.0.1:8765/dream-machine/v1"),
        ("http://127.8.8.8", "http://127.8.8.8"),
        ("http://localhost:80", "http://localhost:80"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_a_service_lives_at_https_or_on_this_machine(text: str, meant: str) -> None:
    assert service_url(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "api.lumalabs.ai", "//api.lumalabs.ai", "https://", "https:///v1", "https:api.x",
        "http://api.lumalabs.ai", "http://10.0.0.5", "http://localhost.evil.test",
        "http://127.0.0.1.evil.test", "http://127.1", "http://2130706433", "http://[::2]",
        "ftp://localhost", "file:///etc/passwd", "javascript:alert(1)",
        "https://me@api.test", "https://me:canary@api.test", "https://@api.test",
        "http://localhost@evil.test", "https://api.test?x=canary", "https://api.test?",
        "https://api.test/#part", "https://api.test#", "https://api.test:0", "https://api.test:",
        "https://api.test:99999", "https://api.test:x", "https://[::1", "https://a b.test",
        "https://api.test/a b", "https://api.test\\@evil.test", "https://api.te\nst",
        "https://api.test/\x1b[31m", "https://ａpi.test", "https://-api.test", "https://api..test",
        f"https://{'a' * 64}.test", "https://api.test/<x>", "https://[fe80::1%25eth0]/",
    ],
)  # fmt: skip
def test_no_service_lives_anywhere_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"service|http") as caught:
        service_url(text)
    assert "canary" not in str(caught.value)
    assert not is_on_this_machine(text)


@pytest.mark.parametrize("value", [None, 3, b"https://api.test", ["https://api.test"]])
def test_what_is_no_text_is_no_address(value: object) -> None:
    with pytest.raises(ValueError, match="address"):
        service_url(value)  # type: ignore[arg-type]
    assert not is_on_this_machine(value)


LABELS = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
PATHS = st.lists(LABELS, max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(HOSTS, st.none() | st.integers(1, 65535), PATHS, st.integers(0, 3))
def test_an_address_is_kept_but_for_the_slashes_at_its_end(
    host: str, port: int | None, path: str, slashes: int
) -> None:
    address = f"https://{host}{'' if port is None else f':{port}'}{path}"
    assert service_url(address + "/" * slashes) == address


@given(st.text(max_size=40) | st.text("htps:/@?#[].0127localhost", max_size=40).map("http".__add__))
@example("http://localhost:8080/")
def test_what_is_accepted_is_what_was_promised(text: str) -> None:
    try:
        url = service_url(text)
    except ValueError:
        return
    parts = urlsplit(url)
    assert service_url(url) == url
    assert url.isascii()
    assert url.isprintable()
    assert not url.endswith("/")
    assert parts.scheme == "https" or is_loopback_host(parts.hostname or "")
    assert not any((parts.query, parts.fragment, parts.username, parts.password))
    assert is_on_this_machine(text) is (parts.scheme == "http")


def test_only_what_calls_itself_so_is_this_machine() -> None:
    for host in ("localhost", "LocalHost", "127.0.0.1", "127.255.0.1", "::1"):
        assert is_loopback_host(host)
    for host in ("", "localhost.test", "127.0.0.1.test", "0.0.0.0", "128.0.0.1", "::2", "me"):
        assert not is_loopback_host(host)


@given(st.text(max_size=20))
def test_a_host_holds_nothing_but_a_host(text: str) -> None:
    if is_host(text):
        assert not set(text) & set("/@?#%\\ []\r\n")


def test_an_option_that_is_no_service_is_the_users_mistake() -> None:
    @frozen(kw_only=True)
    class Options:
        base_url: str = option(
            "https://api.test", "The service.", scope="user", converter=service_url
        )

    spec = VideoEngineSpec(
        name="cloud", summary="clips", factory=lambda context: None, options=Options, lengths=(5,)
    )

    def given_url(text: str) -> str:
        environ = {"VIDGEN_CLOUD_BASE_URL": text}
        return load(environ=environ, specs=[spec]).options_for("cloud", Options).base_url

    assert given_url("https://proxy.test/luma/") == "https://proxy.test/luma"
    with pytest.raises(UsageError, match=r"VIDGEN_CLOUD_BASE_URL.*https://"):
        given_url("http://proxy.test/luma")
