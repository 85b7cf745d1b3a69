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
from vidgen_local.world.stage import as_picture

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
    movement: str = "",
) -> ClipRequest:
    told = Scene(number=scene, environment=environment, camera=camera, movement=movement)
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
        film_seed=seed,
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


def saved(planes: Planes, path: Path) -> Path:
    """Write *planes* as core keeps a last frame."""
    Image.fromarray(np.rint(as_picture(planes)).astype(np.uint8)).save(path, quality=95)
    return path


def ssim(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the structural similarity of two luma planes, over windows of 8 x 8 pixels."""

    def windows(plane: NDArray[np.uint8]) -> NDArray[np.float64]:
        height, width = (side // 8 * 8 for side in plane.shape)
        cut = plane[:height, :width].astype(np.float64)
        return cut.reshape(height // 8, 8, width // 8, 8).swapaxes(1, 2).reshape(-1, 64)

    a, b = windows(first), windows(second)
    means = a.mean(1), b.mean(1)
    both = ((a - means[0][:, None]) * (b - means[1][:, None])).mean(1)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * means[0] * means[1] + c1) * (2 * both + c2)
    return float((top / ((means[0] ** 2 + means[1] ** 2 + c1) * (a.var(1) + b.var(1) + c2))).mean())


def histogram(clip: list[Planes]) -> NDArray[np.float64]:
    """Return the colours of a clip as shares of 8 x 16 x 16 bins."""
    total = np.zeros((8, 16, 16))
    for luma, blue, red in clip:
        small = luma[::2, ::2]
        places = (small // 32, blue // 16, red // 16)
        np.add.at(total, places, 1.0)
    return total / total.sum()


def apart(first: list[Planes], second: list[Planes]) -> float:
    """Return how far two clips' colours are apart: 0 is equal, 1 has nothing in common."""
    return float(np.abs(histogram(first) - histogram(second)).sum() / 2)
