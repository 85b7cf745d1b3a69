"""Frames that tell their number, and a script in the place of ffmpeg."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from vidgen_core.media import Media

WIDTH, HEIGHT = 64, 48

on_posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for ffmpeg is a shell script")


def grey(level: int) -> bytes:
    return bytes([level]) * (WIDTH * HEIGHT * 3)


def numbered(count: int) -> Iterator[bytes]:
    """Yield frames whose brightness tells their number."""
    for number in range(count):
        yield grey(8 + 10 * number)


def number_of(picture: Path) -> int:
    with Image.open(picture) as opened:
        pixel = opened.convert("RGB").getpixel((WIDTH // 2, HEIGHT // 2))
    assert isinstance(pixel, tuple)
    return round((pixel[0] - 8) / 10)


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
