"""A download stays within bounds: of size, of time, of this machine."""

from __future__ import annotations

import errno
import os
import threading
import traceback
from pathlib import Path

import pytest

from vidgen_core import disk
from vidgen_core.errors import BadOutput, Interrupted, MachineError, Unavailable

from ..full_disk import FULL, needs_a_full_disk
from .sites import Answer, Handler, broken, file, rest, serving
from .tries import FILM, RESUMES, TAG, fails, here


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
    wanted, left = threading.Event(), threading.Event()

    def answer(handler: Handler) -> None:
        if after:
            handler.reply(200, FILM[:after], Content_Length=str(len(FILM)))
        wanted.set()
        hold.wait(20)
        left.set()

    with serving(answer) as site:
        fails(site, into, Interrupted, cancelled=wanted.is_set)
        assert not left.is_set()  # the server would have waited on
        hold.set()


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


@needs_a_full_disk
def test_a_full_disk_is_the_machines_fault(into: Path) -> None:
    into.symlink_to(FULL)
    with serving(file(FILM)) as site:
        error = fails(site, into, MachineError)
    assert disk.is_everywhere(error)
    assert "free some space" in error.advice
    assert FULL.exists()


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
