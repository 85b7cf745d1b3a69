"""Is this sound whole?"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from .probing import verdict, written

SOUNDS = [
    (".mp3", {"c:a": "libmp3lame", "b:a": "64k"}),
    (".wav", {"c:a": "pcm_s16le"}),
    (".flac", {"c:a": "flac"}),
    (".m4a", {"c:a": "aac"}),
    (".ogg", {"c:a": "libopus", "format": "ogg"}),
]


@pytest.mark.parametrize(("suffix", "options"), SOUNDS)
def test_a_whole_sound_is_whole_and_a_cut_one_broken(
    suffix: str, options: dict[str, Any], folder: Path, tone: Callable[..., bytes]
) -> None:
    data = tone(suffix, **options)
    facts = probe(written(folder, data), Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert math.isclose(facts.seconds, 3, abs_tol=0.06)
    assert facts.has_audio
    assert facts.decoded
    for length in (len(data) // 2, len(data) * 97 // 100):
        assert verdict(folder, data[:length], Kind.AUDIO) is Verdict.BROKEN, length


def test_an_mp3_without_a_header_is_broken_when_its_last_frame_is_cut(
    folder: Path, tone: Callable[..., bytes]
) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "write_xing": 0})
    assert verdict(folder, data, Kind.AUDIO) is Verdict.WHOLE
    assert verdict(folder, data[: len(data) // 2 + 7], Kind.AUDIO) is Verdict.BROKEN


def test_a_hole_in_an_mp3_is_broken(folder: Path, tone: Callable[..., bytes]) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k"})
    middle = len(data) // 2
    holed = data[:middle] + bytes(2000) + data[middle + 2000 :]
    assert verdict(folder, holed, Kind.AUDIO) is Verdict.BROKEN


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_sound_is_kept_only_if_all_of_it_can_be_decoded(
    seed: int, folder: Path, tone: Callable[..., bytes]
) -> None:
    data = bytearray(tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k"}))
    chance = random.Random(seed)
    # Frames of 64 kbit/s at 24 kHz have 192 bytes; what lies behind their headers is changed.
    first = bytes(data).index(b"\xff\xf3", 400)
    for _ in range(40):
        frame = first + 192 * chance.randrange(2, 60)
        data[frame + chance.randrange(4, 190)] ^= 1 << chance.randrange(8)
    path = written(folder, bytes(data))
    refused = 0
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            try:
                packet.decode()
            except av.error.FFmpegError:
                refused += 1
    found = probe(path, Kind.AUDIO).verdict
    assert (found is Verdict.BROKEN) == (refused > 0)


@pytest.mark.parametrize("name", ["Xing", "VBRI", "tag", "padding"])
def test_the_ways_in_which_an_mp3_begins(
    name: str, folder: Path, tone: Callable[..., bytes]
) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "id3v2_version": 0})
    bare = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "id3v2_version": 0, "write_xing": 0})
    header = bare[:4] + bytes(32) + b"VBRI" + bytes(10) + struct.pack(">I", 300) + bytes(138)
    begun, whole = {
        "Xing": (data, True),
        "VBRI": (header + bare, False),
        "tag": (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + data, True),
        "padding": (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + bytes(300) + data, True),
    }[name]
    assert (verdict(folder, begun, Kind.AUDIO) is Verdict.WHOLE) == whole


def test_tags_and_junk_around_an_mp3_do_no_harm(folder: Path, tone: Callable[..., bytes]) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "id3v2_version": 0})
    assert data[:3] != b"ID3"
    tag = b"ID3\x03\0\0\0\0\x01\0" + bytes(128)
    for whole in (data + b"TAG" + bytes(125), data + random.Random(1).randbytes(99), tag + data):
        facts = probe(written(folder, whole), Kind.AUDIO)
        assert facts.verdict is Verdict.WHOLE, facts.fault


def test_a_sound_without_samples_is_broken(folder: Path) -> None:
    head = (
        b"RIFF"
        + struct.pack("<I", 36)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 24000, 48000, 2, 16)
    )
    assert verdict(folder, head + b"data" + bytes(4), Kind.AUDIO) is Verdict.BROKEN


def test_a_video_without_sound_is_no_sound(folder: Path, clip: bytes) -> None:
    assert verdict(folder, clip, Kind.AUDIO) is Verdict.BROKEN
