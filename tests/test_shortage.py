"""A machine that has no more files, threads or memory is at fault, and nothing else is."""

from __future__ import annotations

import errno
import os
import threading
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, NoReturn

import av.error
import pytest

from vidgen_core import disk, plugins, shortage
from vidgen_core.cli.ending import as_ours
from vidgen_core.errors import MachineError
from vidgen_core.executor.crew import Crew
from vidgen_core.media.children import Ended
from vidgen_core.media.machine_faults import check_machine
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import decoding, probe

from .run_directories import put, video

NO_FILES = OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NO_FILES, "too many files are open at once"),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "there is not enough memory"),
        (MemoryError(), "there is not enough memory"),
        (RuntimeError("can't start new thread"), "no more threads can be started"),
        (ImportError("libx.so: failed to map segment from shared object"), "not enough memory"),
        (ImportError("libx.so: cannot open: Too many open files"), "too many files"),
        (OSError(errno.EFBIG, os.strerror(errno.EFBIG)), "no file may become so large"),
    ],
)
def test_a_shortage_is_no_bug_and_no_other_work_is_begun(error: Exception, words: str) -> None:
    ours = as_ours(error)
    assert isinstance(ours, MachineError)
    assert words in ours.message
    assert "ulimit" in ours.advice
    assert disk.is_everywhere(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("no more paint"),
        ImportError("No module named 'x'"),
        ImportError("libgomp.so.1: cannot allocate memory in static TLS block"),
        ImportError("x.so: failed to map segment from shared object: Operation not permitted"),
        OSError(errno.EFBIG, "it is larger than 100 MiB"),
        FileNotFoundError(errno.ENOENT, "No such file"),
    ],
)
def test_anything_else_is_none(error: Exception) -> None:
    assert not shortage.is_short(error)
    assert not disk.is_everywhere(error)


class _Lying(EntryPoint):
    """An entry point whose module raises what it has no cause to."""

    def load(self) -> NoReturn:
        raise MemoryError


LYING = _Lying(name="x", value="x", group="vidgen")


def test_a_plugin_that_only_says_that_memory_is_short_is_kept_apart_like_others() -> None:
    (failure,) = plugins.load([LYING]).failures
    assert "MemoryError" in failure.error


def test_a_plugin_that_meets_a_shortage_is_not_taken_for_a_broken_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shortage, "has_memory", lambda: False)
    with pytest.raises(MachineError, match="not enough memory"):
        plugins.load([LYING])


def test_packages_are_not_looked_for_where_no_folder_can_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*arguments: Any) -> NoReturn:
        raise NO_FILES

    monkeypatch.setattr(shortage.os, "open", refuse)
    with pytest.raises(MachineError, match="too many files are open"):
        plugins.load()


def test_a_video_that_no_memory_is_left_to_read_is_not_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = put(tmp_path / "a.mp4", video(1))

    def refuse(*arguments: Any, **options: Any) -> NoReturn:
        raise av.error.MemoryError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(decoding, "opened", refuse)
    asked_for_too_much = probe(path, Kind.VIDEO)
    assert asked_for_too_much.verdict is Verdict.BROKEN
    monkeypatch.setattr(shortage, "has_memory", lambda: False)
    with pytest.raises(MachineError, match="not enough memory"):
        probe(path, Kind.VIDEO)


def _refuse_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> NoReturn:
        raise RuntimeError(shortage.NO_THREAD)

    monkeypatch.setattr(threading.Thread, "start", start)


def test_where_no_thread_can_be_had_those_that_are_there_do_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crew, go_on, done = Crew(most=4), threading.Event(), threading.Event()
    crew.start(lambda: go_on.wait(60) and None, name="first")
    with monkeypatch.context() as patch:
        _refuse_threads(patch)
        crew.start(done.set, name="second")
    go_on.set()
    assert done.wait(60)
    assert crew.leave(60, 60, lambda: False)


def test_without_any_thread_a_call_is_refused_and_never_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crew, made = Crew(most=4), threading.Event()
    with monkeypatch.context() as patch:
        _refuse_threads(patch)
        with pytest.raises(RuntimeError):
            crew.start(made.set, name="first")
    crew.start(lambda: None, name="second")
    assert crew.leave(60, 60, lambda: False)
    assert not made.is_set()


def test_what_ffmpeg_says_of_a_decoder_that_gets_no_threads_is_of_the_machine() -> None:
    words = "[dec:h264 @ 0x1] Error while opening decoder: Resource temporarily unavailable"
    with pytest.raises(MachineError, match="no more threads can be started"):
        check_machine(Ended(code=245, words=words), None)
