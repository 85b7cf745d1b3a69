"""Waves: water that moves towards the camera, and the light that it throws back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidgen_local.picture import Bytes
from vidgen_local.world.model import Water
from vidgen_local.world.sheet import Sheet

_SWELL_SECONDS, _GLITTER_SECONDS = 2.5, 1.25


class Waves:
    """The living surface of one piece of water.

    Each pixel has a place in two cycles, one of swell and one of glitter; a frame
    looks its light up there, which is far cheaper than any sine.
    """

    def __init__(self, luma: Bytes, sheet: Sheet, water: Water, top: int, left: int) -> None:
        height, width = luma.shape
        self._first = max(0, sheet.row(water.horizon) - top)
        self._luma = luma
        self._out = luma.copy()
        rows = slice(top + self._first, top + height)
        down = np.clip((sheet.y[rows] - water.horizon) / (1 - water.horizon), 0, 1.5)[:, None]
        part = (rows, slice(left, left + width))
        far = 1 / (down + 0.05)
        wild = sheet.noise(1.4, 9, 3)[part]
        fine = sheet.noise(7, 120, 2)[part]
        self._swell = _cycle(far * 1.6 + wild * 2.2)
        self._glitter = _cycle(far * 2.7 + fine * 5.0 + wild)
        reach = 3.0 + 24 * np.clip(down, 0, 1)
        self._reach = np.clip(reach * water.choppy, 0, 60).astype(np.int16)
        side = (sheet.x[part[1]][None, :] - water.sun_x) / (0.06 + 0.24 * down)
        path = np.exp(-(side**2)) * (0.25 + 0.75 * water.glitter)
        self._path = np.clip((70 * path + 5) * min(1.0, 2 * water.choppy), 0, 90).astype(np.int16)
        turn = np.arange(256) / 256 * (2 * np.pi)
        self._wave = _table(64 * (0.72 * np.sin(turn) + 0.28 * np.sin(2 * turn + 0.8)))
        self._spark = _table(64 * np.clip(np.sin(turn), 0, 1) ** 5)

    def at(self, time: float, columns: tuple[int, int]) -> Image.Image:
        """Return the luma of the water at *time*, living only between *columns*."""
        part = slice(max(0, columns[0]), max(0, columns[1]))
        # the sum of 8-bit places wraps around as a cycle does
        swell = _looked_up(self._wave, self._swell[:, part] + _step(time / _SWELL_SECONDS))
        swell *= self._reach
        swell >>= 6
        spark = _looked_up(self._spark, self._glitter[:, part] - _step(time / _GLITTER_SECONDS))
        spark *= self._path[:, part]
        spark >>= 6
        swell += spark
        swell += self._luma[self._first :, part]
        np.clip(swell, 16, 235, out=swell)
        self._out[self._first :, part] = swell
        return Image.fromarray(self._out)


def _table(values: np.ndarray) -> list[int]:
    """Return *values*, within ±100, as a table of bytes, 128 being 0."""
    return [round(value) + 128 for value in values.tolist()]


def _looked_up(table: list[int], places: Bytes) -> NDArray[np.int16]:
    found = np.asarray(Image.fromarray(places).point(table)).astype(np.int16)
    found -= 128
    return found


def _cycle(value: np.ndarray) -> Bytes:
    return np.asarray((value % 1) * 256, dtype=np.int32).astype(np.uint8)


def _step(turns: float) -> np.uint8:
    return np.uint8(int((turns % 1) * 256) & 255)
