"""Sea, stream, waterfall and drops."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vidgen_local.sound.blocks import RATE, Block, Wave, clock, grains, panned, placed, span
from vidgen_local.sound.noise import Drift, band, noise
from vidgen_local.sound.prompt import Part

Random = np.random.Generator


def sea(random: Random, part: Part) -> Iterator[Block]:
    """Waves that rise, break into foam and draw back, over the murmur of far surf."""
    floor = noise(random, band(90, 900, 1), 0.7)
    left, right = (_breakers(random, part, side) for side in (-0.45, 0.45))
    for far, one, two in zip(floor, left, right, strict=False):
        yield 0.28 * far + one + two


def _breakers(random: Random, part: Part, side: float) -> Iterator[Block]:
    """One row of waves, heard more from one *side*."""
    body = noise(random, band(100, 1200, 1), 0.7)
    foam = noise(random, band(1500, 7000, 0.6), 0.8)
    swells = placed(_swells(random, part))
    sides = panned(np.ones(1, dtype=np.float32), side)
    for deep, bright, swell in zip(body, foam, swells, strict=False):
        yield sides * (deep * swell[0] + (0.25 + 0.45 * part.force) * bright * (0.05 + swell[1]))


def _swells(random: Random, part: Part) -> Iterator[tuple[float, Wave]]:
    """Envelopes: the first row is the wave, the second its foam, which comes later."""
    at = random.uniform(0.0, 2.0)
    while True:
        seconds = random.uniform(5.5, 8.5)
        loud = random.uniform(0.6, 1.1)
        both = np.stack([_swell(seconds, 0.35), _swell(seconds, 0.48) ** 1.4])
        yield at, np.asarray(loud * both, dtype=np.float32)
        at += seconds * random.uniform(0.85, 1.35) / part.pace


def _swell(seconds: float, peak: float) -> Wave:
    """Rise until *peak* (a share of *seconds*), then fall, slowly at the end."""
    x = span(seconds) / seconds
    rise = np.sin(np.pi / 2 * np.minimum(1, x / peak)) ** 2
    fall = np.clip((1 - x) / (1 - peak), 0, 1) ** 1.6
    return np.where(x < peak, rise, fall).astype(np.float32)


def stream(random: Random, part: Part) -> Iterator[Block]:
    """Running water: a bed that quivers, and bubbles."""
    quick, slow = Drift(random, 0.35), Drift(random, 3.0)
    bubbles = grains(random, 45 + 60 * part.force, _bubbles)
    for times, bed, bubble in zip(
        clock(), noise(random, band(350, 3200, 0.7), 0.8), bubbles, strict=False
    ):
        yield bed * (0.5 + 0.3 * quick.at(times) + 0.2 * slow.at(times)) + 0.7 * bubble


def _bubbles(random: Random, count: int) -> Wave:
    """Short tones that rise as the bubble shrinks."""
    times = np.arange(2880) / RATE
    pitch = np.exp(random.uniform(np.log(420), np.log(1700), (count, 1)))
    length = random.uniform(0.018, 0.058, (count, 1))
    x = np.clip(times / length, 0, 1)
    phase = 2 * np.pi * pitch * (times + 0.35 * times**2 / length)
    loud = random.exponential(0.5, (count, 1))
    return np.asarray(loud * np.sin(phase) * np.sin(np.pi * x) ** 2 * (1 - x), dtype=np.float32)


def waterfall(random: Random, part: Part) -> Iterator[Block]:
    """A steady mass of water: deep roar and spray."""
    slow = Drift(random, 2.0)
    for times, roar, spray in zip(
        clock(),
        noise(random, band(70, 900, 0.6), 0.7),
        noise(random, band(900, 7000, 0.7), 0.95),
        strict=False,
    ):
        yield (roar + 0.75 * spray) * (0.85 + 0.15 * slow.at(times))


def drips(random: Random, part: Part) -> Iterator[Block]:
    """Single drops that fall into still water."""
    return placed(_falls(random, part))


def _falls(random: Random, part: Part) -> Iterator[tuple[float, Block]]:
    at = 0.3
    places = random.uniform(-0.7, 0.7, 3)
    while True:
        times = span(0.14)
        pitch = random.uniform(800, 1900)
        phase = 2 * np.pi * pitch * (times + 2.2 * times**2)
        fall = np.exp(-times / 0.025) * np.minimum(1, times / 0.001)
        fall *= np.minimum(1, (times[-1] - times) / 0.02)
        wave = (random.uniform(0.4, 1) * np.sin(phase) * fall).astype(np.float32)
        yield at, panned(wave, float(random.choice(places)))
        at += random.uniform(0.35, 1.8) / part.pace
