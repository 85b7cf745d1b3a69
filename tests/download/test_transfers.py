"""What a download brings, and what it says of who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from .sites import file, serving, to
from .tries import FILM, here


def test_a_file_comes_as_it_is(into: Path) -> None:
    with serving(file(FILM)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM
    assert len(site.asked) == 1


def test_what_was_there_before_is_not_mixed_in(into: Path) -> None:
    into.write_bytes(b"x" * 2 * len(FILM))
    with serving(file(FILM)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM


def test_a_file_of_unknown_length_comes_whole(into: Path) -> None:
    with serving(file(FILM, Content_Length="")) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM


def test_a_request_says_nothing_of_who_asks(
    into: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\ndefault login me password c\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(to("/two", Set_Cookie="canary=1; Path=/"), file(FILM)) as site:
        here()(site.url(), into)
    assert [asked.path for asked in site.asked] == ["/clip.mp4", "/two"]
    for asked in site.asked:
        names = {"host", "accept", "accept-encoding", "connection", "user-agent"}
        assert set(asked.headers) == names
        assert asked.headers["user-agent"] == "vidgen"
        assert asked.headers["host"] == f"127.0.0.1:{site.port}"


def test_the_address_is_asked_for_as_the_service_wrote_it(into: Path) -> None:
    path = "/a%2Fb%20c/clip.mp4?X-Sig=a%2Fb%3D%3D&e=1+2&empty="
    with serving(file(FILM)) as site:
        here()(site.url(path + "#part"), into)
    assert site.asked[0].path == path
