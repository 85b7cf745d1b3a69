"""Living light: what keeps a picture from ever standing still.

A thin veil brightens and clears, soft patches of light pass over the picture and
warm it, and specks of dust drift in front. At time 0 all of it is exactly nothing.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from PIL import Image

from vidgen_local.picture import Bytes, Floats, Images, Planes, floats

Steps: TypeAlias = NDArray[np.int16]

#: The light is kept in 1/512 of a pixel's value, so that 16 bits hold every product.
_SHIFT = 9
_STRENGTH = 19.0
#: Added to a pixel before it is lit: black has something to glow with too.
_LIFT = 56
#: Brightness in grey levels, and the period in seconds.
_VEIL = ((5.0, 5.3), (2.5, 3.1))
_WARMTH = 2.6
_SPEED = 0.07
#: The pattern repeats after this many widths of the frame.
_PERIOD = 2
_FADE_SECONDS = 0.8


def _patches(random: np.random.Generator, width: int, height: int) -> Floats:
    """Return smooth patches, about ±1, of ``height x width``; left and right ends meet."""
    coarse = random.standard_normal((5, 8)).astype(np.float32)
    tiled = np.concatenate([coarse[:, -3:], coarse, coarse[:, :3]], axis=1)
    image = Image.fromarray(np.clip(tiled, -1.6, 1.6))
    wide = image.resize((width, height), Image.Resampling.BICUBIC, box=(3.0, 0.5, 11.0, 4.5))
    return floats(wide) / np.float32(1.6)


@frozen(kw_only=True, eq=False)
class Speck:
    """One mote of dust; lengths in heights of the frame, speeds in those per second."""

    x: float
    y: float
    right: float
    down: float
    radius: float
    light: float
    phase: float

    def place(self, time: float, aspect: float) -> tuple[float, float]:
        """Return where it is; what leaves on one side comes back on the other."""
        sway = 0.012 * math.sin(0.9 * time + self.phase)
        room = aspect + 0.2
        x = (self.x + self.right * time + 0.1) % room - 0.1
        y = (self.y + self.down * time + sway + 0.1) % 1.2 - 0.1
        return x, y

    def glow(self, time: float) -> float:
        """Return its brightness in grey levels, which swells and ebbs."""
        return self.light * (0.6 + 0.4 * math.sin(0.8 * time + 2 * self.phase))

    def draw(self, luma: Steps, time: float, fade: float = 1.0) -> None:
        """Add its light to *luma* (16 bits), in place."""
        height, width = luma.shape
        x, y = self.place(time, width / height)
        radius = max(0.7, self.radius * height)
        reach = int(3 * radius) + 1
        column, row = x * height, y * height
        left, right = _span(column, reach, width)
        top, bottom = _span(row, reach, height)
        if left >= right or top >= bottom:
            return
        across = np.exp(-0.5 * ((np.arange(left, right) - column) / radius) ** 2)
        along = np.exp(-0.5 * ((np.arange(top, bottom) - row) / radius) ** 2)
        glow = fade * self.glow(time) * along[:, None] * across[None, :]
        luma[top:bottom, left:right] += np.rint(glow).astype(np.int16)


def specks(random: np.random.Generator, count: int, aspect: float) -> tuple[Speck, ...]:
    """Return *count* motes over a frame that is *aspect* heights wide."""
    return tuple(
        Speck(
            x=float(random.uniform(-0.1, aspect + 0.1)),
            y=float(random.uniform(-0.1, 1.1)),
            right=float(random.uniform(-0.012, 0.03)),
            down=float(random.uniform(-0.022, 0.008)),
            radius=float(random.uniform(0.0022, 0.0075)),
            light=float(random.uniform(8, 24)),
            phase=float(random.uniform(0, math.tau)),
        )
        for _ in range(count)
    )


def _veil(time: float) -> float:
    """Return the veil's brightness in grey levels, 0 at time 0."""
    return sum(levels * math.sin(math.pi * time / period) ** 2 for levels, period in _VEIL)


class Light:
    """The light of one clip, which begins with *first*; *grain* is in grey levels."""

    def __init__(self, random: np.random.Generator, first: Images, *, grain: float) -> None:
        width, height = self.width, self.height = first[0].size
        # a veil before white could not be seen
        self._veil = 1 if np.asarray(first[0]).mean() < 128 else -1
        self._random = random
        self._luma = self._looped(_STRENGTH, width, height)
        self._chroma = self._looped(_WARMTH * 2**_SHIFT / 100, width // 2, height // 2)
        self._specks = specks(random, 18, width / height)
        self._dither, self._grain = self._noise(grain)

    def _looped(self, strength: float, width: int, height: int) -> Steps:
        """Return patches of two widths of the frame, and a third one to slide into."""
        once = np.rint(strength * _patches(self._random, _PERIOD * width, height))
        return np.concatenate([once, once[:, :width]], axis=1).astype(np.int16)

    def _noise(self, grain: float) -> tuple[Steps, Steps]:
        """Return dither (0 to one step) and grain, both a little larger than a frame."""
        shape = (self.height + 61, self.width + 89)
        unit = 2**_SHIFT
        dither = self._random.integers(0, unit, shape, dtype=np.int16)
        noise = self._random.standard_normal(shape, dtype=np.float32) * np.float32(grain * unit)
        return dither, np.clip(noise, -8000, 8000).astype(np.int16)

    def shine(self, planes: Images, time: float) -> Planes:
        """Return *planes* as they look *time* seconds after the start."""
        luma, blue, red = (np.asarray(plane) for plane in planes)
        return self._lit(luma, time), self._warmed(blue, time, -1), self._warmed(red, time, 1)

    def _change(self, pattern: Steps, width: int, time: float) -> Steps:
        """Return how much lighter each place is than it was at the start."""
        gone = round(_SPEED * width * time) % (_PERIOD * width)
        return pattern[:, gone : gone + width] - pattern[:, :width]

    def _lit(self, luma: Bytes, time: float) -> Bytes:
        lit = luma.astype(np.int16)
        added = lit + _LIFT
        added *= self._change(self._luma, self.width, time)
        added += round(2**_SHIFT * self._veil * _veil(time))
        if time > 0:
            added += self._speckle(time)
        added >>= _SHIFT
        lit += added
        self._dust(lit, time)
        return np.clip(lit, 16, 235).astype(np.uint8)

    def _speckle(self, time: float) -> Steps:
        """Return this frame's dither and grain, which fades in."""
        down, right = (int(self._random.integers(0, most)) for most in (61, 89))
        part = (slice(down, down + self.height), slice(right, right + self.width))
        share = min(1.0, time / _FADE_SECONDS)
        grain = self._grain[part]
        if share < 1:
            grain = (grain * np.float32(share)).astype(np.int16)
        return self._dither[part] + grain

    def _dust(self, lit: Steps, time: float) -> None:
        """Add the specks to *lit*, in place."""
        fade = min(1.0, time / (2 * _FADE_SECONDS))
        if fade == 0:
            return
        for speck in self._specks:
            speck.draw(lit, time, fade)

    def _warmed(self, plane: Bytes, time: float, sign: int) -> Bytes:
        if time == 0:
            return plane
        change = self._change(self._chroma, self.width // 2, time) * (sign * 100)
        change += 2 ** (_SHIFT - 1)
        change >>= _SHIFT
        warmed: Bytes = np.clip(plane + change, 16, 240).astype(np.uint8)
        return warmed


def _span(middle: float, reach: int, size: int) -> tuple[int, int]:
    return max(0, int(middle) - reach), min(size, int(middle) + reach + 1)
