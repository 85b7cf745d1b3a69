"""What a download says where there is no file for it."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from vidgen_core.errors import (
    BadOutput,
    Billed,
    Expired,
    ProviderError,
    RateLimited,
    Unavailable,
    VidgenError,
)

from .sites import Answer, broken, file, serving, status, to
from .tries import FILM, fails, here


@pytest.mark.parametrize(
    ("number", "kind", "retry"),
    [
        (403, Expired, True),
        (404, Expired, True),
        (410, Expired, True),
        (429, RateLimited, True),
        (408, Unavailable, True),
        (425, Unavailable, True),
        (500, Unavailable, True),
        (503, Unavailable, True),
        (400, BadOutput, False),
        (401, BadOutput, False),
        (407, BadOutput, False),
        (304, BadOutput, False),
        (204, BadOutput, False),
    ],
)
def test_an_answer_without_a_file_says_whether_to_ask_again(
    into: Path, number: int, kind: type[ProviderError], retry: bool
) -> None:
    with serving(status(number, Retry_After="7", Content_Length="0")) as site:
        error = fails(site, into, kind)
    assert type(error) is kind
    assert error.retry is retry
    assert str(number) in error.message
    assert error.retry_after == (7.0 if kind in (Unavailable, RateLimited) else None)
    assert len(site.asked) == 1


def test_an_empty_file_is_no_result(into: Path) -> None:
    with serving(file(b"")) as site:
        fails(site, into, BadOutput)


def test_nobody_at_the_address_is_no_reason_to_give_up(into: Path) -> None:
    with serving(file(FILM)) as site:
        pass
    error = fails(site, into, Unavailable)
    assert isinstance(error, Unavailable)
    assert (error.retry, error.billed) == (True, Billed.NO)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>", b"\xef\xbb\xbf \n<HTML lang='en'>"])
@pytest.mark.parametrize("kind", ["text/html", "video/mp4", ""])
def test_the_page_of_a_network_that_wants_a_sign_in_is_no_result(
    into: Path, page: bytes, kind: str
) -> None:
    with serving(file(page + b"Sign in" * 100, Content_Type=kind)) as site:
        error = fails(site, into, Unavailable)
    assert isinstance(error, Unavailable)
    assert (error.retry, error.billed) == (True, Billed.NO)


SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "answer",
    [
        *(status(number) for number in (403, 404, 429, 500, 400)),
        broken(FILM, 0),
        broken(FILM, 1000),
        file(b""),
        file(FILM),
        to(f"https://10.0.0.1/?{SECRET}"),
        to(f"http://93.184.216.34/{SECRET}?{SECRET}"),
        to(f"https://[{SECRET}/?{SECRET}"),
        to(f"?{SECRET}"),
        to(f"ftp://{SECRET}:{SECRET}@[::1]/"),
    ],
)
def test_no_error_shows_a_signed_address(into: Path, answer: Answer) -> None:
    with serving(answer) as site, pytest.raises(VidgenError) as caught:
        here()(site.url(f"/{SECRET}/clip.mp4?signature={SECRET}"), into, limit=10_000)
    said = "".join(traceback.format_exception(caught.value))
    values = [line for line in said.splitlines() if "site.url" not in line and "to(f" not in line]
    assert SECRET not in "\n".join([*values, caught.value.message, caught.value.advice])


@pytest.mark.parametrize("url", ["", "clip.mp4", "https://", f"https://[{SECRET}", "https://a b/"])
def test_what_is_no_address_is_said_without_it(into: Path, url: str) -> None:
    with pytest.raises(BadOutput) as caught:
        here()(url, into)
    assert SECRET not in caught.value.message
    assert not into.exists()
