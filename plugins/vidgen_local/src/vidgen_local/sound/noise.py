"""Noise with a given colour, and the slow wandering that makes it live."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from vidgen_local.sound.blocks import HOP, RATE, Block, Times, Wave

#: How strong each frequency (in hertz) is.
Colour = Callable[[NDArray[np.float64]], NDArray[np.float64]]

#: Samples of one piece of noise: fine enough for 20 hertz, small enough to be quick.
_PIECE = 1 << 14


def band(low: float, high: float, slope: float = 0.0) -> Colour:
    """Return the colour that lies between *low* and *high* hertz and falls by f to the *slope*."""

    def colour(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        f = np.maximum(hertz, 1.0)
        found = 1 / (1 + (low / f) ** 4) / (1 + (f / high) ** 4)
        if slope:
            found = found * (np.maximum(f, low / 2) / low) ** -slope
        found[hertz < 15] = 0  # no direct current, and nothing that only moves the speaker
        return found

    return colour


def _amplitudes(colour: Colour, size: int) -> NDArray[np.float32]:
    """Return the amplitude of each bin of *size* samples, such that the noise has an RMS of 1."""
    gain = colour(np.asarray(np.fft.rfftfreq(size, 1 / RATE), dtype=np.float64))
    power = np.sqrt(float(np.sum(gain**2)))
    return np.asarray(gain * (size / 2 / power if power else 0.0), dtype=np.float32)


def _drawn(
    random: np.random.Generator, gain: NDArray[np.float32], size: int, rows: int
) -> NDArray[np.float32]:
    """Return *rows* new pieces of circular noise of *size* samples."""
    used = np.flatnonzero(gain > 1e-4 * gain.max())
    spectrum = np.zeros((rows, gain.size), dtype=np.complex64)
    parts = random.standard_normal((rows, used.size, 2), dtype=np.float32)
    spectrum[:, used] = parts.view(np.complex64)[..., 0] * gain[used]
    return np.asarray(np.fft.irfft(spectrum, size), dtype=np.float32)


def noise(random: np.random.Generator, colour: Colour, width: float = 0.6) -> Iterator[Block]:
    """Yield endless stereo noise of *colour* with an RMS of 1 and no period.

    Pieces of fresh noise are laid over each other at equal power. *width* is how
    much the sides differ: 0 mono, 1 entirely.
    """
    half = _PIECE // 2
    count = HOP // half
    gain = _amplitudes(colour, _PIECE)
    window = np.sin((np.arange(_PIECE) + 0.5) * np.pi / _PIECE).astype(np.float32)
    same, other = np.float32(1 - width), np.float32(np.sqrt(1 - (1 - width) ** 2))
    before = np.zeros((2, 1, half), dtype=np.float32)
    for number in itertools.count():
        sides = [_drawn(random, gain, _PIECE, count) * window for _ in range(2)]
        sides[1] = same * sides[0] + other * sides[1]
        pieces = np.stack(sides)
        ends = np.concatenate([before, pieces[:, :, half:]], axis=1)
        before = ends[:, -1:]
        if not number:  # the first piece has none before it to be laid over
            ends[:, 0] = _drawn(random, gain, _PIECE, 2)[:, half:] * window[half:]
        yield (ends[:, :-1] + pieces[:, :, :half]).reshape(2, HOP)


def burst(random: np.random.Generator, seconds: float, colour: Colour) -> Wave:
    """Return mono noise of *colour*, *seconds* long, with an RMS of 1."""
    count = max(64, round(seconds * RATE))
    size = 1 << (count - 1).bit_length()
    return _drawn(random, _amplitudes(colour, size), size, 1)[0, :count]


class Drift:
    """A value that wanders between 0 and 1 and never repeats.

    *every* is about how many seconds lie between two heights.
    """

    def __init__(self, random: np.random.Generator, every: float) -> None:
        # periods that share no common multiple
        self._rates = 2 * np.pi / (every * np.array([0.53, 0.79, 1.0, 1.62, 2.71]))
        self._rates = self._rates * random.uniform(0.9, 1.1, 5)
        self._phases = random.uniform(0, 2 * np.pi, 5)

    def at(self, times: Times) -> Wave:
        """Return the value at each of *times*, which are evenly spaced."""
        grid = times[:: max(1, RATE // 200)]
        grid = np.append(grid, times[-1])
        angles = grid[:, None] * self._rates + self._phases
        height = np.sin(angles) @ np.array([0.5, 0.8, 1.0, 0.9, 0.7])
        value = 0.5 + 0.5 * np.tanh(0.75 * height)
        return np.asarray(np.interp(times, grid, value), dtype=np.float32)


def harmonics(times: Times, hertz: float, count: int) -> Iterator[Wave]:
    """Yield the sines of 1 to *count* times *hertz* at *times*; powers are cheaper than sines."""
    phase = (2 * np.pi * np.modf(hertz * times)[0]).astype(np.float32)
    first = np.cos(phase) + 1j * np.sin(phase)
    turned = first
    for number in range(count):
        if number:
            turned = turned * first
        yield np.asarray(turned.imag, dtype=np.float32)
