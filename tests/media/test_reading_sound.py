"""Sound is read back as the samples that went in."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

import pytest

from vidgen_core.errors import InputError
from vidgen_core.media import Media

RATE = 8000


@pytest.fixture(scope="module")
def media() -> Media:
    return Media()


def tone(seconds: float) -> array[float]:
    return array("f", (0.5 * math.sin(0.2 * at) for at in range(round(seconds * RATE))))


def test_samples_come_back_as_they_went_in(media: Media, tmp_path: Path) -> None:
    sound = tone(0.5)
    media.encode_audio([sound.tobytes()], tmp_path / "x.wav", rate=RATE, channels=1)
    back = array("f", media.read_audio(tmp_path / "x.wav", rate=RATE, channels=1, seconds=9))
    assert len(back) == len(sound)
    assert max(abs(a - b) for a, b in zip(sound, back, strict=True)) < 1e-4


@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_no_more_is_read_than_was_asked_for(media: Media, tmp_path: Path, suffix: str) -> None:
    into = tmp_path / f"x{suffix}"
    media.encode_audio([tone(1).tobytes()], into, rate=RATE, channels=1)
    assert len(media.read_audio(into, rate=16000, channels=2, seconds=0.25)) == 4 * 2 * 4000


def test_a_file_without_sound_is_an_input_error(media: Media, tmp_path: Path) -> None:
    for name, content in (("x.wav", b"RIFF...."), ("x.mp3", b"no sound"), ("y.mp3", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError):
            media.read_audio(tmp_path / name, rate=RATE, channels=1, seconds=1)
