"""What becomes of a transfer that does not go well, and within which bounds it stays."""

from __future__ import annotations

import errno
import os
import threading
import time
import traceback
from pathlib import Path

import pytest

from vidgen_core import disk
from vidgen_core.download import Downloader
from vidgen_core.errors import (
    BadOutput,
    Billed,
    Expired,
    Interrupted,
    MachineError,
    ProviderError,
    RateLimited,
    Unavailable,
    VidgenError,
)

from .sites import Answer, Handler, Site, broken, file, rest, serving, status, to

FILM = bytes(range(256)) * 2000
TAG = '"v1"'
LATE = "Sat, 01 Aug 2026 10:00:00 GMT"
RESUMES = {"Accept_Ranges": "bytes", "ETag": TAG}


def here(**rules: object) -> Downloader:
    return Downloader(**{"loopback": True, "pause": 0.0, **rules})  # type: ignore[arg-type]


def fails(
    site: Site, into: Path, kind: type[VidgenError], limit: int = 1 << 30, **rules: object
) -> VidgenError:
    """The error that a download ends with; nothing is left of its file."""
    with pytest.raises(kind) as caught:
        here(**rules)(site.url(), into, limit=limit)
    assert not into.exists()
    return caught.value


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


# going on -----------------------------------------------------------------


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


# what the server says -------------------------------------------------------


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


# bounds ---------------------------------------------------------------------


def test_a_file_that_is_said_to_be_too_large_is_not_begun(into: Path) -> None:
    read = []

    def large(handler: Handler) -> None:
        handler.reply(200, Content_Length=str(1 << 40))
        read.append(handler.rfile.read(1))  # the other side hangs up

    with serving(large) as site:
        error = fails(site, into, BadOutput, limit=1 << 20)
    assert str(1 << 20) in error.message
    assert len(site.asked) == 1


def test_a_file_that_grows_too_large_is_left(into: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.reply(200, Content_Length="")
        while True:
            handler.wfile.write(b"x" * 65536)

    with serving(endless) as site:
        fails(site, into, BadOutput, limit=1 << 20)
    assert len(site.asked) == 1


def test_a_file_may_have_just_as_many_bytes_as_the_limit_says(into: Path) -> None:
    with serving(file(FILM)) as site:
        here()(site.url(), into, limit=len(FILM))
        fails(site, into, BadOutput, limit=len(FILM) - 1)


def test_a_rest_does_not_pass_the_limit(into: Path) -> None:
    def first(handler: Handler) -> None:  # a body that is cut into pieces has no length
        handler.reply(200, b"3e8\r\n" + FILM[:1000], Transfer_Encoding="chunked",
                      Content_Length="", **RESUMES)  # fmt: skip

    with serving(first, rest(FILM, ETag=TAG)) as site:
        fails(site, into, BadOutput, limit=2000)
    assert [asked.headers.get("range") for asked in site.asked] == [None, "bytes=1000-"]


@pytest.fixture
def hold() -> threading.Event:
    """What a server waits for; at most for a while, so that no test hangs."""
    return threading.Event()


def slow(hold: threading.Event, content: bytes, after: int) -> Answer:
    def answer(handler: Handler) -> None:
        handler.reply(200, content[:after], Content_Length=str(len(content)), **RESUMES)
        hold.wait(20)

    return answer


def test_a_server_that_falls_silent_is_left(into: Path, hold: threading.Event) -> None:
    with serving(slow(hold, FILM, 1000), rest(FILM)) as site:
        here(stall=0.3)(site.url(), into)
        hold.set()
    assert into.read_bytes() == FILM
    assert len(site.asked) == 2


def test_a_server_that_never_answers_is_left(into: Path, hold: threading.Event) -> None:
    with serving(lambda handler: hold.wait(20) and None) as site:
        error = fails(site, into, Unavailable, stall=0.3)
        hold.set()
    assert "no byte came for 0.3 s" in error.message


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"])
def test_bytes_that_trickle_do_not_last_for_ever(
    into: Path, beginning: bytes, hold: threading.Event
) -> None:
    def trickle(handler: Handler) -> None:
        handler.wfile.write(beginning or b"HTTP/1.1 200 OK\r\nX: ")
        while not hold.wait(0.02):
            handler.wfile.write(b"x")

    with serving(trickle) as site:
        error = fails(site, into, Unavailable, total=0.5, stall=20.0)
        hold.set()
    assert "not finished in 0.5 s" in error.message
    assert len(site.asked) == 1


@pytest.mark.parametrize("after", [0, 1000])
def test_a_download_that_is_not_wanted_any_more_ends(
    into: Path, after: int, hold: threading.Event
) -> None:
    wanted = threading.Event()

    def answer(handler: Handler) -> None:
        if after:
            handler.reply(200, FILM[:after], Content_Length=str(len(FILM)))
        wanted.set()
        hold.wait(20)

    began = time.monotonic()
    with serving(answer) as site:
        fails(site, into, Interrupted, cancelled=wanted.is_set)
        hold.set()
    assert time.monotonic() - began < 15  # far below what the server would have waited for


def test_a_download_that_was_never_wanted_asks_nobody(into: Path) -> None:
    with serving(file(FILM)) as site:
        fails(site, into, Interrupted, cancelled=lambda: True)
    assert not site.asked


def test_waiting_for_another_try_ends_when_it_is_not_wanted(into: Path) -> None:
    with serving(broken(FILM, 1000)) as site:
        fails(site, into, Interrupted, pause=100.0, cancelled=_rests)
    assert len(site.asked) == 1


def _rests() -> bool:
    """Whether a download waits for its next try: asked from inside of it."""
    return any(frame.name == "rest" for frame in traceback.extract_stack())


# the machine ----------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_the_machines_fault(into: Path) -> None:
    into.symlink_to("/dev/full")
    with serving(file(FILM)) as site:
        error = fails(site, into, MachineError)
    assert disk.is_everywhere(error)
    assert "free some space" in error.advice
    assert Path("/dev/full").exists()


def test_a_folder_that_is_not_there_is_the_machines_fault(tmp_path: Path) -> None:
    with serving(file(FILM)) as site:
        fails(site, tmp_path / "nowhere" / "output.mp4", MachineError)


def test_a_machine_without_free_sockets_is_not_a_broken_transfer(
    into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*arguments: object, **more: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with serving(file(FILM)) as site:
        monkeypatch.setattr("socket.create_connection", none_left)
        error = fails(site, into, MachineError)
    assert disk.is_everywhere(error)


# what is said ---------------------------------------------------------------

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
