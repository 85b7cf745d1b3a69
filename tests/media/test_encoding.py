"""What is encoded has the form, the length and the loudness that it should have."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.media import Media
from vidgen_core.media.encoding import frame_rate, time_scale
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from .media_files import HEIGHT, WIDTH, grey, numbered


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
