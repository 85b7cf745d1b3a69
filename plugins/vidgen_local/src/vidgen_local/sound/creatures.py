"""Birds, gulls, insects, people, steps and a heart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vidgen_local.sound.blocks import RATE, Block, Wave, clock, panned, placed, span
from vidgen_local.sound.noise import Drift, band, burst, noise
from vidgen_local.sound.prompt import Part

Random = np.random.Generator
_Events = Iterator[tuple[float, Block]]


def _together(singers: list[Iterator[Block]]) -> Iterator[Block]:
    for blocks in zip(*singers, strict=True):
        yield np.sum(blocks, axis=0, dtype=np.float32)


def birds(random: Random, part: Part) -> Iterator[Block]:
    """Several birds, each with its own phrase and branch."""
    count = 3 + round(2 * part.pace * part.force)
    return _together([placed(_songs(random, part, number)) for number in range(count)])


def _songs(random: Random, part: Part, number: int) -> _Events:
    pitch, place = random.uniform(2600, 5000), random.uniform(-0.9, 0.9)
    loud = random.uniform(0.4, 1.0)
    sweeps = random.uniform(-0.22, 0.22, 4)
    at = 0.2 + 0.9 * number * random.uniform(0.5, 1.0)
    while True:
        chirps = int(random.integers(1, 5))
        for chirp in range(chirps):
            seconds = random.uniform(0.05, 0.13)
            wave = _chirp(pitch * random.uniform(0.94, 1.06), seconds, float(sweeps[chirp % 4]))
            yield at, panned(np.float32(loud) * wave, place)
            at += seconds + random.uniform(0.03, 0.09)
        at += random.uniform(0.7, 3.5) / part.pace


def _chirp(pitch: float, seconds: float, sweep: float) -> Wave:
    times = span(seconds)
    x = times / seconds
    hertz = pitch * (1 + sweep * np.sin(np.pi * 1.3 * x))
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    tone = np.sin(phase) + 0.12 * np.sin(2 * phase)
    return np.asarray(tone * np.sin(np.pi * x) ** 2, dtype=np.float32)


def gulls(random: Random, part: Part) -> Iterator[Block]:
    """Gulls that cry in rows, from wherever they fly."""
    return _together([placed(_cries(random, part, number)) for number in range(2)])


def _cries(random: Random, part: Part, number: int) -> _Events:
    at = 0.4 + 2.5 * number
    while True:
        place, pitch = random.uniform(-0.8, 0.8), random.uniform(850, 1250)
        loud = random.uniform(0.4, 1.0)
        for _ in range(int(random.integers(1, 5))):
            seconds = random.uniform(0.28, 0.6)
            yield at, panned(np.float32(loud) * _cry(random, pitch, seconds), place)
            at += seconds + random.uniform(0.08, 0.2)
            loud *= 0.85
        at += random.uniform(3, 8) / part.pace


def _cry(random: Random, pitch: float, seconds: float) -> Wave:
    times = span(seconds)
    x = times / seconds
    hertz = pitch * (0.8 + 0.5 * np.sin(np.pi * np.minimum(1, x * 1.1) ** 0.6) - 0.15 * x)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    rough = 1 + 0.25 * np.sin(2 * np.pi * random.uniform(55, 75) * times)
    tone = sum(np.sin(n * phase) * share for n, share in ((1, 0.6), (2, 1), (3, 0.5), (4, 0.2)))
    edge = np.minimum(1, x / 0.12) * np.minimum(1, (1 - x) / 0.35)
    return np.asarray(0.5 * tone * rough * edge, dtype=np.float32)


def insects(random: Random, part: Part) -> Iterator[Block]:
    """Crickets, each with its own pitch and pace, before a far shimmer of others."""
    near = _together([placed(_stridulation(random, part)) for _ in range(4)])
    breath = Drift(random, 4.0)
    for times, calls, far in zip(clock(), near, noise(random, band(4300, 5600), 1.0), strict=False):
        flutter = 0.6 + 0.4 * np.sin(2 * np.pi * 17 * times).astype(np.float32)
        yield calls + 0.10 * far * flutter * (0.4 + 0.6 * breath.at(times))


def _stridulation(random: Random, part: Part) -> _Events:
    pitch, place = random.uniform(3900, 5100), random.uniform(-0.9, 0.9)
    pause, loud = random.uniform(0.32, 0.6), random.uniform(0.25, 1.0)
    at = random.uniform(0, 0.8)
    while True:
        times = span(0.115)
        pulses = np.sin(np.pi * (times / 0.115 * 3)) ** 2  # three strokes of the wing
        tone = np.sin(2 * np.pi * pitch * random.uniform(0.995, 1.005) * times)
        wave = (loud * tone * pulses).astype(np.float32)
        yield at, panned(wave, place)
        at += pause * random.uniform(0.94, 1.06) / part.pace
        if random.random() < 0.04:
            at += random.uniform(1, 3)


#: The first three formants of some vowels, in hertz.
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410))
_VOWELS_TOO = ((300, 870, 2240), (490, 1350, 1690), (660, 1720, 2410))


def crowd(random: Random, part: Part) -> Iterator[Block]:
    """Many people who talk at once: syllables, and no words."""
    bank = [_syllable(random) for _ in range(48)]
    count = 5 + round(5 * part.pace * (0.5 + part.force))
    talkers = [placed(_talk(random, bank)) for _ in range(count)]
    murmur = noise(random, band(150, 900, 0.8), 0.7)
    slow = Drift(random, 2.0)
    for times, voices, deep in zip(clock(), _together(talkers), murmur, strict=False):
        yield 0.7 * voices + 0.25 * deep * (0.5 + 0.5 * slow.at(times))


def _syllable(random: Random) -> Wave:
    """A vowel, spoken once at a pitch of about 130 hertz, with its onset."""
    times = span(random.uniform(0.11, 0.26))
    x = times / times[-1]
    hertz = random.uniform(95, 215) * (1 + random.uniform(-0.12, 0.08) * x)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    formants = random.choice(np.array(_VOWELS + _VOWELS_TOO)) * random.uniform(0.92, 1.12)
    wave = np.zeros(times.size)
    for number in range(1, 26):
        f = number * float(hertz.mean())
        near = [1 / (1 + ((f - c) / (60 + 0.05 * c)) ** 2) for c in formants]
        wave += np.sin(number * phase) * (near[0] + 0.5 * near[1] + 0.2 * near[2] + 0.02)
    onset = burst(random, float(times[-1]) + 1 / RATE, band(1500, 6000))[: times.size]
    wave[: onset.size] += 0.15 * onset * np.exp(-times[: onset.size] / 0.02)
    return np.asarray(wave * np.sin(np.pi * x**0.7) ** 1.5, dtype=np.float32)


def _talk(random: Random, bank: list[Wave]) -> _Events:
    place, loud = random.uniform(-0.9, 0.9), random.uniform(0.3, 1.0)
    at = random.uniform(0, 1.5)
    own = random.choice(len(bank), 12, replace=False)
    while True:
        for _ in range(int(random.integers(4, 14))):
            wave = bank[int(random.choice(own))]
            yield at, panned(np.float32(loud * random.uniform(0.5, 1)) * wave, place)
            at += wave.size / RATE * random.uniform(0.75, 1.15)
        at += random.exponential(0.9)


def steps(random: Random, part: Part) -> Iterator[Block]:
    """Somebody who walks, about twice a second."""
    return placed(_walk(random, part))


def _walk(random: Random, part: Part) -> _Events:
    at, side = 0.25, 0.15
    stride = random.uniform(0.52, 0.6) / part.pace
    while True:
        yield at, panned(_footfall(random, "rough" in part.marks), side)
        at += stride * random.uniform(0.96, 1.04)
        side = -side


def _footfall(random: Random, rough: bool) -> Wave:
    """Heel and, softer, toe; on *rough* ground both crunch."""
    times = span(0.34)
    wave = np.zeros(times.size)
    for at, loud in ((0.0, 1.0), (random.uniform(0.09, 0.13), 0.45)):
        since = np.maximum(times - at, 0)
        struck = np.minimum(1, since / 0.002)
        thump = np.sin(2 * np.pi * random.uniform(85, 120) * since) * np.exp(-since / 0.03)
        knock = burst(random, 0.34, band(250, 1800, 0.7))[: times.size] * np.exp(-since / 0.012)
        wave += loud * struck * (thump + 0.5 * knock)
        if rough:
            grit = burst(random, 0.34, band(1200, 6500, 0.3))[: times.size]
            grit *= (np.abs(burst(random, 0.34, band(40, 160)))[: times.size]).astype(np.float32)
            wave += loud * struck * 0.45 * grit * np.exp(-since / 0.06)
    return np.asarray(wave * np.minimum(1, (times[-1] - times) / 0.05), dtype=np.float32)


def heartbeat(random: Random, part: Part) -> Iterator[Block]:
    """Two soft strokes, about 66 times a minute; faster with ``pace``."""
    return placed(_beats(random, part))


def _beats(random: Random, part: Part) -> _Events:
    at = 0.2
    while True:
        for pause, loud, pitch in ((0.0, 1.0, 58.0), (0.30, 0.7, 70.0)):
            times = span(0.26)
            phase = 2 * np.pi * (pitch * times + 1.6 * (1 - np.exp(-times / 0.02)))
            wave = (np.sin(phase) + 0.35 * np.sin(2 * phase)) * np.exp(-times / 0.055)
            wave *= np.minimum(1, times / 0.006) * np.minimum(1, (times[-1] - times) / 0.04)
            yield at + pause / part.pace**0.5, panned((loud * wave).astype(np.float32), 0.0)
        at += 0.9 * random.uniform(0.98, 1.02) / part.pace
