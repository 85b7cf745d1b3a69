"""Whole files to be probed, and to be broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ffmpeg
import pytest

from vidgen_core.media import Media

from .. import broken_files
from .probing import Make


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("probe")


@pytest.fixture(scope="module")
def clip(media: Media, folder: Path) -> bytes:
    return broken_files.make_clip(media, folder / "clip.mp4").read_bytes()


@pytest.fixture(scope="module")
def make(media: Media, folder: Path, clip: bytes) -> Make:
    """Re-encode or copy the clip with other options and return the file."""

    def maker(name: str, *, sound: bool = False, cut: Any = None, **options: Any) -> Path:
        source = media.input(folder / "clip.mp4", **(cut or {}))
        streams = [source.video]
        if sound:
            streams.append(ffmpeg.input("sine=f=440:d=2", f="lavfi").audio)
        into = folder / name
        media.run(media.output(*streams, into=into, **options), into)
        return into

    return maker


@pytest.fixture(scope="module")
def tone(media: Media, folder: Path) -> Callable[..., bytes]:
    """Encode three seconds of a tone and return the bytes."""

    def maker(suffix: str, seconds: float = 3, **options: Any) -> bytes:
        source = ffmpeg.input(f"sine=f=330:d={seconds}:r=24000", f="lavfi").audio
        into = folder / f"tone{suffix}"
        media.run(media.output(source, into=into, **options), into)
        return into.read_bytes()

    return maker


@pytest.fixture(scope="module")
def pictures(media: Media, folder: Path, clip: bytes) -> dict[str, bytes]:
    made = {}
    for suffix in (".png", ".jpg"):
        media.save_frame(folder / "clip.mp4", folder / f"still{suffix}", 3)
        made[suffix] = (folder / f"still{suffix}").read_bytes()
    source = media.input(folder / "still.png")
    into = folder / "still.webp"
    media.run(media.output(source.video, into=into, format="webp"), into)
    return made | {".webp": into.read_bytes()}
