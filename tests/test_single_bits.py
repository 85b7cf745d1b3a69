"""One flipped bit in a clip: what a full decode can tell, and what nothing can."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vidgen_core.media import Media
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from .broken_files import body_of

WIDTH, HEIGHT, FPS, TRIES = 320, 180, 12, 25


def coarse_frames() -> Iterator[bytes]:
    """Noise without end: its frames are large, so most bits lie where others depend on them."""
    chance = random.Random(11)
    for _ in range(FPS):
        yield chance.randbytes(WIDTH * HEIGHT * 3)


def test_a_full_decode_sees_most_single_bit_flips_and_loses_no_clip_to_them(
    tmp_path: Path,
) -> None:
    clip = tmp_path / "clip.mp4"
    Media().encode_frames(coarse_frames(), clip, width=WIDTH, height=HEIGHT, fps=FPS)
    sound = clip.read_bytes()
    start, end = body_of(sound, b"mdat")
    chance, quick, full = random.Random(5), Counter[Verdict](), Counter[Verdict]()
    for _ in range(TRIES):
        flipped = bytearray(sound)
        flipped[chance.randrange(start + 16, end)] ^= 1 << chance.randrange(8)
        clip.write_bytes(flipped)
        quick[probe(clip, Kind.VIDEO).verdict] += 1
        full[probe(clip, Kind.VIDEO, decode=True).verdict] += 1
    assert full[Verdict.DAMAGED] >= TRIES // 2
    assert full[Verdict.DAMAGED] > quick[Verdict.DAMAGED]  # why it is decoded before a join
    assert full[Verdict.BROKEN] == quick[Verdict.BROKEN] == 0
