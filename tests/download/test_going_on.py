"""A transfer that broke off goes on where it was, or begins again."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.errors import (
    Billed,
    Unavailable,
)

from .sites import Answer, broken, file, rest, serving, status
from .tries import FILM, LATE, RESUMES, TAG, fails, here


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        (RESUMES, TAG),
        ({"Accept_Ranges": "bytes", "Last_Modified": LATE}, LATE),
        ({"Accept_Ranges": "bytes", "Last_Modified": LATE, "ETag": 'W/"weak"'}, LATE),
    ],
    ids=["tag", "date", "weak tag"],
)
def test_a_broken_transfer_goes_on_where_it_was(
    into: Path, headers: dict[str, str], version: str
) -> None:
    half = len(FILM) // 2
    with serving(broken(FILM, half, **headers), rest(FILM)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM
    assert site.asked[1].headers["range"] == f"bytes={half}-"
    assert site.asked[1].headers["if-range"] == version


def test_what_goes_on_may_break_again(into: Path) -> None:
    answers = (broken(FILM, 1000, **RESUMES), rest(FILM, 3000, ETag=TAG), status(503), rest(FILM))
    with serving(*answers) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM
    ranges = [asked.headers.get("range") for asked in site.asked]
    assert ranges == [None, "bytes=1000-", "bytes=3000-", "bytes=3000-"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ETag": TAG},
        {"Accept_Ranges": "none", "ETag": TAG},
        {"Accept_Ranges": "bytes"},
        {"Accept_Ranges": "bytes", "ETag": 'W/"weak"'},
    ],
    ids=["nothing", "no ranges", "none", "no version", "weak tag"],
)
def test_where_the_server_does_not_let_it_go_on_it_begins_again(
    into: Path, headers: dict[str, str]
) -> None:
    with serving(broken(FILM, 1000, **headers), file(FILM)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM
    assert "range" not in site.asked[1].headers


def part(begin: int, size: str, content: bytes = b"?" * 1000, **headers: str) -> Answer:
    """A part of another file than the one that was begun, unless *content* says otherwise."""
    span = f"bytes {begin}-{begin + len(content) - 1}/{size}"
    return lambda handler: handler.reply(206, content, Content_Range=span, **headers)


def test_a_part_that_is_shorter_than_the_rest_is_not_the_end(into: Path) -> None:
    short = part(1000, str(len(FILM)), FILM[1000:3000])
    with serving(broken(FILM, 1000, **RESUMES), short, rest(FILM)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM
    assert site.asked[2].headers["range"] == "bytes=3000-"


def test_a_part_that_is_longer_than_the_rest_is_not_believed(into: Path) -> None:
    long = part(1000, str(len(FILM)), FILM[1000:] + b"more")
    with serving(broken(FILM, 1000, **RESUMES), long, file(FILM)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == FILM
    assert "range" not in site.asked[2].headers


OTHER = FILM[::-1]


@pytest.mark.parametrize(
    "second",
    [
        part(0, str(len(FILM))),
        part(1000, str(len(FILM) + 1)),
        part(1000, str(len(FILM)), ETag='"v2"'),
        lambda handler: handler.reply(206, b"?" * 1000),
        lambda handler: handler.reply(206, b"?", Content_Range="bytes 1000-1000/x"),
        status(416),
    ],
    ids=["another part", "another size", "another version", "no range", "no size", "none"],
)
def test_no_part_of_another_file_is_joined(into: Path, second: Answer) -> None:
    with serving(broken(FILM, 1000, **RESUMES), second, file(OTHER)) as site:
        here()(site.url(), into)
    assert into.read_bytes() == OTHER
    assert "range" not in site.asked[2].headers


def test_a_file_that_changed_meanwhile_comes_whole(into: Path) -> None:
    with serving(broken(FILM, 1000, **RESUMES), file(OTHER, ETag='"v2"')) as site:
        here()(site.url(), into)
    assert into.read_bytes() == OTHER


def test_a_transfer_is_tried_five_times(into: Path) -> None:
    with serving(broken(FILM, 1000)) as site:
        error = fails(site, into, Unavailable)
    assert len(site.asked) == 5
    assert isinstance(error, Unavailable)
    assert (error.retry, error.billed) == (True, Billed.NO)
    assert "5 times" in error.message


def test_the_rest_is_asked_for_at_most_five_times(into: Path) -> None:
    answers: list[Answer] = [broken(FILM, 1000, **RESUMES)]
    answers += [rest(FILM, 1000 * n, ETag=TAG) for n in range(2, 9)]
    with serving(*answers) as site:
        fails(site, into, Unavailable)
    assert len(site.asked) == 5


def test_what_fails_before_a_byte_came_is_for_the_caller_to_repeat(into: Path) -> None:
    with serving(broken(FILM, 0)) as site:
        fails(site, into, Unavailable)
    assert len(site.asked) == 1


def test_a_server_that_asks_for_time_gets_it(into: Path) -> None:
    with serving(broken(FILM, 1000, **RESUMES), status(503, Retry_After="7")) as site:
        error = fails(site, into, Unavailable)
    assert len(site.asked) == 2
    assert isinstance(error, Unavailable)
    assert error.retry_after == 7.0


def test_tries_are_farther_and_farther_apart(into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vidgen_core.download.network import Watch

    rests: list[float] = []
    monkeypatch.setattr(Watch, "rest", lambda watch, seconds: rests.append(seconds))
    with serving(broken(FILM, 1000)) as site:
        fails(site, into, Unavailable, pause=0.5)
    assert rests == [0.5, 1.0, 2.0, 4.0]
