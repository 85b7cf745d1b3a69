"""Is this picture whole, and is this text one?"""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from .probing import verdict, written

# Pictures


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_whole_picture_is_whole_and_a_cut_one_broken(
    suffix: str, folder: Path, pictures: dict[str, bytes]
) -> None:
    data = pictures[suffix]
    facts = probe(written(folder, data), Kind.IMAGE)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert (facts.width, facts.height, facts.decoded) == (160, 90, True)
    for length in (len(data) // 10, len(data) // 2, len(data) * 97 // 100, len(data) - 3):
        assert verdict(folder, data[:length], Kind.IMAGE) is Verdict.BROKEN, length


def test_a_damaged_png_is_broken(folder: Path, pictures: dict[str, bytes]) -> None:
    data = bytearray(pictures[".png"])
    data[len(data) // 2] ^= 0xFF
    assert verdict(folder, bytes(data), Kind.IMAGE) is Verdict.BROKEN


def test_junk_after_a_picture_does_no_harm(folder: Path, pictures: dict[str, bytes]) -> None:
    for suffix in (".png", ".jpg"):
        assert verdict(folder, pictures[suffix] + b"junk" * 9, Kind.IMAGE) is Verdict.WHOLE


# Texts


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.JSON])
def test_a_text_is_broken_when_empty_or_zeroed(kind: Kind, folder: Path) -> None:
    assert verdict(folder, b"", kind) is Verdict.BROKEN
    assert verdict(folder, bytes(100_000), kind) is Verdict.BROKEN
    assert verdict(folder, b"[1]", kind) is Verdict.WHOLE
    assert verdict(folder, "[1]".encode("utf-16"), kind) is Verdict.WHOLE
