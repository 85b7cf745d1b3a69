"""Bells, a foghorn, a clock and wood that creaks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vidgen_local.sound.blocks import RATE, Block, Wave, panned, placed, span
from vidgen_local.sound.noise import band, burst
from vidgen_local.sound.prompt import Part

Random = np.random.Generator
_Events = Iterator[tuple[float, Block]]

#: Partials of a church bell: times the pitch, how loud, seconds until a third is left.
_PARTIALS = (
    (0.5, 0.6, 2.6),
    (1.0, 1.0, 1.9),
    (1.19, 0.7, 1.5),
    (1.5, 0.4, 1.1),
    (2.0, 0.7, 1.0),
    (2.67, 0.3, 0.6),
    (3.0, 0.25, 0.5),
    (4.1, 0.15, 0.3),
)


def bell(random: Random, part: Part) -> Iterator[Block]:
    """A bell that is struck slowly."""
    return placed(_strokes(random, part))


def _strokes(random: Random, part: Part) -> _Events:
    at, pitch = 0.3, random.uniform(280, 420)
    strokes = [panned(_stroke(random, pitch), 0.1) for _ in range(3)]
    while True:
        yield at, np.float32(random.uniform(0.8, 1)) * strokes[int(random.integers(3))]
        at += random.uniform(2.6, 3.1) / part.pace


def _stroke(random: Random, pitch: float) -> Wave:
    times = span(7.0)
    wave = np.zeros(times.size)
    for share, loud, fade in _PARTIALS:
        beat = 1 + 0.15 * np.sin(2 * np.pi * random.uniform(0.5, 1.6) * times)
        wave += loud * beat * np.exp(-times / fade) * np.sin(2 * np.pi * pitch * share * times)
    clang = burst(random, 7.0, band(1500, 6000))[: times.size] * np.exp(-times / 0.012)
    edge = np.minimum(1, times / 0.002) * np.minimum(1, (times[-1] - times) / 0.5)
    return np.asarray((wave + 0.5 * clang) * edge * 0.4, dtype=np.float32)


def foghorn(random: Random, part: Part) -> Iterator[Block]:
    """A long low call, and a pause."""
    return placed(_calls(random, part))


def _calls(random: Random, part: Part) -> _Events:
    at, pitch = random.uniform(0.5, 1.2), random.uniform(92, 118)
    while True:
        seconds = random.uniform(2.3, 3.1)
        times = span(seconds)
        hertz = pitch * (1 - 0.06 * np.exp(-times / 0.15))
        phase = 2 * np.pi * np.cumsum(hertz) / RATE
        tone = sum(
            np.sin(n * phase) * share
            for n, share in ((1, 1.0), (2, 0.8), (3, 0.55), (4, 0.3), (5, 0.2), (6, 0.1))
        )
        edge = np.minimum(1, times / 0.25) * np.minimum(1, (seconds - times) / 0.5)
        yield at, panned(np.asarray(0.4 * tone * edge**2, dtype=np.float32), -0.25)
        at += seconds + random.uniform(6, 10) / part.pace


def clock(random: Random, part: Part) -> Iterator[Block]:
    """A clock that ticks twice a second."""
    return placed(_ticks(random, part))


def _ticks(random: Random, part: Part) -> _Events:
    pitches = random.uniform(2100, 3600, 3)
    number = 0
    while True:
        times = span(0.09)
        deep = 1.0 if number % 2 == 0 else 0.86
        wave = np.zeros(times.size)
        for pitch, fade in zip(pitches, (0.006, 0.009, 0.004), strict=True):
            wave += np.sin(2 * np.pi * pitch * deep * times) * np.exp(-times / fade)
        body = np.sin(2 * np.pi * 420 * deep * times) * np.exp(-times / 0.012)
        edge = np.minimum(1, times / 0.0008) * np.minimum(1, (times[-1] - times) / 0.01)
        yield (
            0.15 + number * 0.5 / part.pace,
            panned((deep * edge * (0.4 * wave + 0.5 * body)).astype(np.float32), 0.2),
        )
        number += 1


def creaks(random: Random, part: Part) -> Iterator[Block]:
    """Old wood under strain."""
    return placed(_strains(random, part))


def _strains(random: Random, part: Part) -> _Events:
    at = random.uniform(0.3, 1.0)
    while True:
        seconds = random.uniform(0.4, 1.2)
        yield at, panned(_creak(random, seconds), random.uniform(-0.6, 0.6))
        at += seconds + random.uniform(1.5, 5) / part.pace


def _creak(random: Random, seconds: float) -> Wave:
    """Wood that sticks and slips: a row of clicks, each ringing in three resonances."""
    times = span(seconds)
    x = times / seconds
    hertz = random.uniform(28, 50) * (1 + random.uniform(0.3, 1.4) * np.sin(np.pi * x))
    turns = np.floor(np.cumsum(hertz) / RATE)
    clicks = np.zeros(times.size)
    slips = np.flatnonzero(np.diff(turns, prepend=0))  # where it gives way
    clicks[slips] = random.uniform(0.4, 1.0, slips.size)
    ring_times = span(0.04)
    ring = np.zeros(ring_times.size)
    for pitch in random.uniform(320, 1500, 3):
        ring += np.sin(2 * np.pi * pitch * ring_times) * np.exp(-ring_times / 0.007)
    size = 1 << (times.size + ring.size).bit_length()
    wave = np.fft.irfft(np.fft.rfft(clicks, size) * np.fft.rfft(ring, size), size)[: times.size]
    return np.asarray(0.7 * wave * np.sin(np.pi * x) ** 0.7, dtype=np.float32)
