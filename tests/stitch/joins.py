"""A scene that is joined from clips, and what it should show."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from vidgen_core.media import Media
from vidgen_core.specs import JoinPart, SceneJoinRequest

from ..stitch_files import luma, silent, stitcher, times


def parts(*paths: Path | tuple[Path, int]) -> tuple[JoinPart, ...]:
    pairs = [(p, None) if isinstance(p, Path) else p for p in paths]
    return tuple(JoinPart(path=str(path), frames=frames) for path, frames in pairs)


def join(media: Media, tmp_path: Path, *paths: Path | tuple[Path, int], **how: Any) -> Path:
    folder = tmp_path / "joining"
    folder.mkdir(exist_ok=True)
    into = folder / "scene.mp4"
    request = SceneJoinRequest(parts=parts(*paths), **how)
    stitcher(media).join_scene(request, into, silent)
    return into


def in_time(path: Path, frames: int, fps: Fraction = Fraction(24)) -> bool:
    """Whether frame k is shown at k / fps, for each of *frames*."""
    found = times(path)
    return len(found) == frames and all(
        abs(time - k / float(fps)) < 1e-4 for k, time in enumerate(found)
    )


def ramp(frames: int = 24, start: int = 0) -> list[int]:
    return [luma(n, start) for n in range(frames)]
