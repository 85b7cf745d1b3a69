"""Requests, frames and measurements for the tests of ``vidgen_local``."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from vidgen_core import ClipRequest, Scene
from vidgen_local.engine import clip_frames
from vidgen_local.picture import Planes

SIZE = (192, 108)


def request(
    environment: str = "A lighthouse by the sea at dusk",
    camera: str = "static",
    *,
    seconds: float = 5,
    size: tuple[int, int] = SIZE,
    fps: float = 12,
    start: Path | None = None,
    scene: int = 1,
    clip: int = 1,
    seed: int = 7,
    prompt: str = "",
) -> ClipRequest:
    told = Scene(number=scene, environment=environment, camera=camera)
    return ClipRequest(
        scene=told,
        clip=clip,
        prompt=prompt or told.prompt,
        seconds=seconds,
        start_frame=str(start) if start else None,
        width=size[0],
        height=size[1],
        fps=fps,
        seed=seed,
    )


def frames(asked: ClipRequest, grain: float = 0.6) -> list[Planes]:
    return list(clip_frames(asked, grain=grain, cancelled=lambda: False))


def textured(path: Path, size: tuple[int, int] = SIZE) -> Path:
    """A picture with detail at several scales, so that movement can be measured."""
    random = np.random.default_rng(3)
    total = np.zeros((size[1], size[0], 3), dtype=np.float32)
    for cells in (6, 14, 40):
        grid = random.integers(0, 256, (cells, cells * 2, 3), dtype=np.uint8)
        if cells > 6:  # fine colours would not survive 4:2:0
            grid[:] = grid[..., :1]
        total += np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC))
    Image.fromarray((total / 3).astype(np.uint8)).save(path)
    return path


def flat(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = SIZE) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def blurred(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """*luma* without grain and single specks."""
    soft = Image.fromarray(luma).filter(ImageFilter.GaussianBlur(luma.shape[0] / 40))
    return np.asarray(soft, dtype=np.float32)


def shift(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[float, float]:
    """How far (x, y), in pixels, the content moved from *first* to *second*.

    Phase correlation with a parabola through the peak; good to about 0.05 pixels.
    """
    window = np.hanning(first.shape[0])[:, None] * np.hanning(first.shape[1])[None, :]
    a, b = (np.fft.rfft2((p - p.mean()) * window) for p in (first.astype(float), second))
    cross = b * np.conj(a)
    plane = np.fft.irfft2(cross / (np.abs(cross) + 1e-3 * np.abs(cross).max()), s=first.shape)
    row, column = np.unravel_index(int(plane.argmax()), plane.shape)

    def fine(before: float, peak: float, after: float) -> float:
        return (before - after) / (2 * (before - 2 * peak + after))

    height, width = plane.shape
    down = row + fine(plane[row - 1, column], plane[row, column], plane[(row + 1) % height, column])
    right = column + fine(
        plane[row, column - 1], plane[row, column], plane[row, (column + 1) % width]
    )
    return (
        float(right - width if right > width / 2 else right),
        float(down - height if down > height / 2 else down),
    )


def travel(clip: list[Planes], step: int = 1) -> tuple[float, float]:
    """How far (x, y) the content moved over the whole clip."""
    chosen = clip[::step]
    moves = [shift(a[0], b[0]) for a, b in pairwise(chosen)]
    return sum(x for x, _ in moves), sum(y for _, y in moves)
