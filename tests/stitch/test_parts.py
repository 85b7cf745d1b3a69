"""Speech that came in parts: one sound without a click, and times that stay true."""

from __future__ import annotations

import math
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from vidgen_core.errors import BadOutput
from vidgen_core.media import Media
from vidgen_core.stitch.parts import join_parts

from ..stitch_files import RATE, heard


def voice(
    media: Media, path: Path, *, before: float = 0.0, seconds: float = 0.4, after: float = 0.0
) -> Path:
    """A tone that begins and ends at its loudest, as badly as a service could cut it."""
    tone = (0.8 * math.cos(2 * math.pi * 220 * at / RATE) for at in range(round(seconds * RATE)))
    quiet, end = (bytes(4 * round(each * RATE)) for each in (before, after))
    samples = [piece for piece in (quiet, array("f", tone).tobytes(), end) if piece]
    media.encode_audio(samples, path, rate=RATE, channels=1)
    return path


def jump(samples: list[float]) -> float:
    return max(abs(one - other) for one, other in pairwise(samples))


def sounding(samples: list[float]) -> list[tuple[float, float]]:
    """From when to when something is heard, with what is less than 0.1 s apart taken as one."""
    found: list[list[int]] = []
    for index, sample in enumerate(samples):
        if abs(sample) < 0.2:
            continue
        if not found or index - found[-1][1] > RATE // 10:
            found.append([index, index])
        found[-1][1] = index
    return [(begin / RATE, end / RATE) for begin, end in found]


@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_no_join_clicks_however_hard_a_part_begins_and_ends(
    media: Media, tmp_path: Path, suffix: str
) -> None:
    parts = [voice(media, tmp_path / f"{n}.wav") for n in range(3)]
    hard = heard(parts[0])
    assert abs(hard[0]) > 20 * jump(hard)  # put one after the other they would click
    into = tmp_path / f"whole{suffix}"
    join_parts(media, parts, into)
    whole = heard(into)
    tone = jump(whole[RATE // 10 : RATE * 3 // 10])
    assert jump([0.0, *whole, 0.0]) < 1.1 * tone


def test_the_quiet_around_parts_gives_way_to_one_pause(media: Media, tmp_path: Path) -> None:
    parts = [
        voice(media, tmp_path / "1.wav", after=1.0),
        voice(media, tmp_path / "2.wav", before=0.7, after=0.02),
        voice(media, tmp_path / "3.wav"),
    ]
    begins = join_parts(media, parts, tmp_path / "whole.wav")
    found = sounding(heard(tmp_path / "whole.wav"))
    assert len(found) == 3
    pauses = [begin - end for (_, end), (begin, _) in pairwise(found)]
    assert pauses == pytest.approx([0.45, 0.37], abs=0.03)
    told = [begin + before for begin, before in zip(begins, (0.0, 0.7, 0.0), strict=True)]
    assert [begin for begin, _ in found] == pytest.approx(told, abs=0.01)


def test_a_pause_within_a_part_stays(media: Media, tmp_path: Path) -> None:
    tone = array("f", (0.5 * math.sin(0.03 * at) for at in range(RATE // 5))).tobytes()
    media.encode_audio([tone, bytes(4 * RATE), tone], tmp_path / "1.wav", rate=RATE, channels=1)
    join_parts(media, [tmp_path / "1.wav"] * 2, tmp_path / "whole.wav")
    found = sounding(heard(tmp_path / "whole.wav"))
    assert found[1][0] - found[0][1] == pytest.approx(1.0, abs=0.01)
    assert found[2][0] - found[1][1] < 0.5


def test_a_part_in_which_nothing_is_heard_is_no_speech(media: Media, tmp_path: Path) -> None:
    media.encode_audio([bytes(4 * RATE)], tmp_path / "none.wav", rate=RATE, channels=1)
    with pytest.raises(BadOutput, match="nothing can be heard"):
        join_parts(media, [tmp_path / "none.wav"], tmp_path / "whole.wav")
