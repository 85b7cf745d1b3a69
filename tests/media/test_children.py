"""How ffmpeg runs: on what, for how long, and with what result."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.errors import InputError, Interrupted, MachineError
from vidgen_core.media import Media, children
from vidgen_core.model import Kind
from vidgen_core.probe import probe

from ..full_disk import FULL, needs_a_full_disk
from ..run_directories import sound
from .media_files import HEIGHT, WIDTH, grey, numbered, on_posix, stand_in


@on_posix
def test_a_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LUMAAI_API_KEY", "hush")
    monkeypatch.setenv("FFREPORT", f"file={tmp_path / 'report'}")
    script = stand_in(tmp_path, f"env > '{tmp_path}/seen'; exit 3")
    with pytest.raises(MachineError):
        Media(str(script)).encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    seen = (tmp_path / "seen").read_text()
    assert "PATH=" in seen
    assert "hush" not in seen
    assert "FFREPORT" not in seen


@on_posix
def test_every_command_is_fenced_in(counted: Path, tmp_path: Path) -> None:
    script = stand_in(tmp_path, "exit 3")
    with pytest.raises((MachineError, InputError)):
        Media(str(script)).save_frame(counted, tmp_path / "x.png", 1)
    command = (tmp_path / "asked").read_text().splitlines()[-1].split()
    at = command.index("-i")
    before = command[:at]
    for flag in ("-nostdin", "-hide_banner", "-nostats", "-progress", "-filter_complex_threads"):
        assert flag in before
    for flag, value in (
        ("-f", "mov"),
        ("-format_whitelist", "mov"),
        ("-protocol_whitelist", "file"),
        ("-threads", "2"),
    ):
        assert before[before.index(flag) + 1] == value
    assert command[at + 1] == f"file:{counted}"
    assert command[-1] == f"file:{tmp_path / 'x.png'}"


@on_posix
def test_a_child_that_stands_still_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    script = stand_in(tmp_path, f"sleep 60 & echo $! > '{tmp_path}/pid'; wait")
    media = Media(str(script), patience=1.5)  # it writes its number long before
    with pytest.raises(MachineError, match=r"stood still for 1\.5 s"):
        media.encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    assert gone(int((tmp_path / "pid").read_text()))


def gone(pid: int) -> bool:
    """Whether a process ends (or is a zombie that nobody waits for) within two seconds."""
    for _ in range(40):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False


def test_a_slow_source_of_frames_is_not_taken_for_a_stall(tmp_path: Path) -> None:
    def slow() -> Iterator[bytes]:
        first, second = numbered(2)
        yield first
        time.sleep(2.0)
        yield second

    into = tmp_path / "slow.mp4"
    Media("bundled", patience=1.5).encode_frames(slow(), into, width=WIDTH, height=HEIGHT, fps=12)
    assert probe(into, Kind.VIDEO).frames == 2


@on_posix
def test_a_child_that_says_too_much_neither_blocks_nor_fills_memory(tmp_path: Path) -> None:
    noise = "yes 'a word of warning' | head -c 3000000 >&2; echo the end >&2; exit 7"
    script = stand_in(tmp_path, noise)
    with pytest.raises(MachineError, match=r"ffmpeg failed \(7\)") as caught:
        Media(str(script)).encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    assert caught.value.message.endswith("the end")
    assert caught.value.message.count("\n") <= 15


@on_posix
def test_a_child_that_somebody_killed_is_said_to_be(tmp_path: Path) -> None:
    script = stand_in(tmp_path, "echo a warning >&2; kill -KILL $$")
    into = tmp_path / "x.wav"
    with pytest.raises(MachineError) as caught:
        Media(str(script)).encode_audio([bytes(8)], into, rate=8000, channels=1)
    assert caught.value.message == f"{into}: ffmpeg was ended by SIGKILL"


@on_posix
@pytest.mark.parametrize("name", ["KILL", "TERM"])
def test_sound_is_not_cut_short_or_blamed_where_somebody_killed_its_decoder(
    tmp_path: Path, name: str
) -> None:
    script = stand_in(tmp_path, f"head -c 8000 /dev/zero; kill -{name} $$")
    (tmp_path / "a.mp3").write_bytes(sound(1.0))
    with pytest.raises(MachineError, match=f"ffmpeg was ended by SIG{name}"):
        Media(str(script)).read_audio(tmp_path / "a.mp3", rate=8000, channels=1, seconds=9)


@on_posix
def test_what_a_child_that_failed_by_itself_said_is_told(tmp_path: Path) -> None:
    script = stand_in(tmp_path, "echo Assertion failed >&2; kill -ABRT $$")
    with pytest.raises(MachineError, match="ffmpeg failed") as caught:
        Media(str(script)).encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    assert "Assertion failed" in caught.value.message


@on_posix
def test_what_a_child_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    script = stand_in(tmp_path, r"printf 'title \033[2J\033]0;x\007 end' >&2; exit 1")
    with pytest.raises(MachineError) as caught:
        Media(str(script)).encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    assert "\033" not in caught.value.message
    assert "title" in caught.value.message


def endless() -> Iterator[bytes]:
    while True:
        yield grey(100)


def test_stop_ends_a_running_child_and_lets_none_begin(tmp_path: Path) -> None:
    media = Media("bundled")
    before = threading.active_count()
    timer = threading.Timer(0.5, media.stop)
    timer.start()
    with pytest.raises(Interrupted):
        media.encode_frames(endless(), tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12)
    timer.join()
    with pytest.raises(Interrupted):
        media.encode_frames(numbered(1), tmp_path / "y.mp4", width=WIDTH, height=HEIGHT, fps=12)
    assert not (tmp_path / "y.mp4").exists()
    assert threading.active_count() == before


@on_posix
def test_cancelling_ends_a_child_that_is_silent(tmp_path: Path) -> None:
    begun = tmp_path / "pid"
    written = tmp_path / "part"
    script = stand_in(tmp_path, f"echo $$ > '{written}'; mv '{written}' '{begun}'; sleep 60")
    with pytest.raises(Interrupted):
        Media(str(script), begun.exists).encode_audio(
            [bytes(8)], tmp_path / "x.wav", rate=8000, channels=1
        )
    assert gone(int(begun.read_text()))


@on_posix
def test_a_kill_ends_every_child_at_once_though_nobody_is_looking(tmp_path: Path) -> None:
    begun, written = tmp_path / "pid", tmp_path / "part"
    script = stand_in(tmp_path, f"echo $$ > '{written}'; mv '{written}' '{begun}'; sleep 60")
    looking = threading.Event()
    media = Media(str(script), lambda: begun.exists() and looking.wait(60) and False)
    ended: list[BaseException] = []

    def encode() -> None:
        try:
            media.encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=encode)
    thread.start()
    while not begun.exists():
        time.sleep(0.01)
    media.kill()  # as a signal handler does before the process ends
    assert gone(int(begun.read_text()))
    looking.set()
    thread.join(30)
    assert len(ended) == 1
    with pytest.raises(Interrupted):
        media.encode_audio([bytes(8)], tmp_path / "y.wav", rate=8000, channels=1)


def test_what_the_source_of_frames_raises_goes_through_and_the_child_ends(
    media: Media, tmp_path: Path
) -> None:
    def failing() -> Iterator[bytes]:
        yield from numbered(3)
        raise RuntimeError("no more paint")

    before = threading.active_count()
    with pytest.raises(RuntimeError, match="no more paint"):
        media.encode_frames(failing(), tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12)
    assert threading.active_count() == before


def test_what_cancelled_raises_goes_through(tmp_path: Path) -> None:
    asked: list[int] = []

    def broken() -> bool:
        asked.append(1)
        if len(asked) > 2:
            raise RuntimeError("a bug")
        return False

    with pytest.raises(RuntimeError, match="a bug"):
        Media("bundled", broken).encode_frames(
            endless(), tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12
        )


@needs_a_full_disk
def test_a_full_disk_is_called_by_its_name(media: Media, tmp_path: Path) -> None:
    full = tmp_path / "full.wav"
    full.symlink_to(FULL)
    with pytest.raises(MachineError, match="No space left on device"):
        media.encode_audio([bytes(4 * 48000)], full, rate=48000, channels=1)


def test_a_folder_that_is_not_there_is_a_machine_error_naming_the_file(
    media: Media, tmp_path: Path
) -> None:
    into = tmp_path / "nowhere" / "x.wav"
    with pytest.raises(MachineError, match="its folder is not there") as caught:
        media.encode_audio([bytes(8)], into, rate=8000, channels=1)
    assert str(into) in caught.value.message


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("av_interleaved_write_frame(): Disk quota exceeded", ": Disk quota exceeded"),
        ("x.wav: Permission denied", "permission was denied"),
        ("x.wav: Read-only file system", "the file system is read-only"),
    ],
)
@on_posix
def test_what_the_machine_refuses_is_said_plainly(words: str, fact: str, tmp_path: Path) -> None:
    script = stand_in(tmp_path, f"echo '{words}' >&2; exit 1")
    with pytest.raises(MachineError, match=fact):
        Media(str(script)).encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)


@on_posix
def test_an_ffmpeg_that_vanished_is_a_machine_error(tmp_path: Path) -> None:
    script = stand_in(tmp_path, "true")
    media = Media(str(script))
    assert media.executable == str(script)
    script.unlink()
    with pytest.raises(MachineError, match="ffmpeg cannot be started: No such file"):
        media.encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)


def test_progress_rises_to_the_end(media: Media, tmp_path: Path) -> None:
    seen: list[float] = []
    frames = [grey(level % 200) for level in range(400)]
    media.encode_frames(
        frames, tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=24, progress=seen.append
    )
    assert seen == sorted(seen)
    assert all(0 <= fraction <= 1 for fraction in seen)


def test_several_children_run_side_by_side(media: Media, tmp_path: Path) -> None:
    def one(number: int) -> None:
        into = tmp_path / f"{number}.mp4"
        media.encode_frames(numbered(12), into, width=WIDTH, height=HEIGHT, fps=12)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [probe(p, Kind.VIDEO).frames for p in sorted(tmp_path.iterdir())] == [12] * 4


def test_an_environment_for_a_child_keeps_only_what_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "hush")
    assert "GEMINI_API_KEY" not in children.bare_environment()
    assert children.bare_environment()["LC_ALL"] == "C"
