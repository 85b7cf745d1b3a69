"""Sounds and measurements for the tests of ``vidgen_local.sound``."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vidgen_local.sound.ambience import ambience
from vidgen_local.sound.blocks import RATE


@cache
def sound(prompt: str, seconds: float = 5.4, seed: int = 5) -> NDArray[np.float32]:
    return np.concatenate(list(ambience(prompt, seconds, seed)), axis=1)


def power(samples: NDArray[np.float32], low: float, high: float) -> float:
    """The share of the energy between *low* and *high* hertz."""
    spectrum = np.abs(np.fft.rfft(samples.mean(axis=0))) ** 2
    hertz = np.fft.rfftfreq(samples.shape[1], 1 / RATE)
    return float(spectrum[(hertz >= low) & (hertz < high)].sum() / spectrum.sum())


def loudness(samples: NDArray[np.float32], step: float = 0.02) -> NDArray[np.float32]:
    """The RMS of every *step* seconds."""
    size = round(step * RATE)
    mono = samples.mean(axis=0)
    rows = mono[: mono.size // size * size].reshape(-1, size)
    return np.sqrt(np.mean(rows**2, axis=1))


def period(samples: NDArray[np.float32], shortest: float, longest: float) -> tuple[float, float]:
    """How many seconds lie between strokes, and how sure that is (0 to 1)."""
    onsets = np.maximum(np.diff(np.log(loudness(samples, 0.01) + 1e-4)), 0)
    onsets = onsets - onsets.mean()
    alike = np.correlate(onsets, onsets, "full")[onsets.size - 1 :]
    span = alike[round(shortest * 100) : round(longest * 100)]
    best = int(span.argmax())
    return (best + round(shortest * 100)) / 100, float(span[best] / alike[0])
