"""Fire, city, rooms, open air, machines, trains and a drone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vidgen_local.sound.blocks import RATE, Block, Times, Wave, clock, grains, panned, placed, span
from vidgen_local.sound.noise import Drift, band, burst, harmonics, noise
from vidgen_local.sound.prompt import Part

Random = np.random.Generator


def fire(random: Random, part: Part) -> Iterator[Block]:
    """A low roar, crackles, and now and then a log that pops."""
    quick = Drift(random, 0.5)
    crackles = grains(random, (8 + 14 * part.force) * part.pace, _crackles)
    pops = grains(random, 0.7 * part.pace, _pops)
    for times, bed, crackle, pop in zip(
        clock(), noise(random, band(60, 600, 0.9), 0.6), crackles, pops, strict=False
    ):
        yield 0.5 * bed * (0.4 + 0.6 * quick.at(times)) + 1.0 * crackle + 1.2 * pop


def _crackles(random: Random, count: int) -> Wave:
    """Clicks of a few milliseconds: noise that dies away, most of it soft."""
    times = np.arange(1440) / RATE
    raw = random.standard_normal((count, times.size), dtype=np.float32)
    raw[:, 2:] += raw[:, 1:-1] + raw[:, :-2]  # darker than white
    fall = np.exp(-times / random.uniform(0.0012, 0.005, (count, 1)))
    edge = np.minimum(1, times / 0.0004) * np.minimum(1, (times[-1] - times) / 0.004)
    return np.asarray(raw * fall * edge * _loudness(random, count), dtype=np.float32)


def _pops(random: Random, count: int) -> Wave:
    times = np.arange(4800) / RATE
    pitch = random.uniform(160, 420, (count, 1))
    tone = np.sin(2 * np.pi * pitch * times) * np.exp(-times / 0.016)
    edge = np.minimum(1, times / 0.0008) * np.minimum(1, (times[-1] - times) / 0.01)
    return np.asarray(tone * edge * _loudness(random, count), dtype=np.float32)


def _loudness(random: Random, count: int) -> NDArray[np.float64]:
    """Most soft, a few loud, none that deafens."""
    return np.minimum(random.exponential(0.6, (count, 1)), 2.2)


def city(random: Random, part: Part) -> Iterator[Block]:
    """A far rumble, and cars that pass from one side to the other."""
    slow = Drift(random, 5.0)
    cars = placed(_cars(random, part))
    for times, rumble, far, car in zip(
        clock(),
        noise(random, band(40, 260, 1.2), 0.5),
        noise(random, band(300, 1800, 0.8), 0.9),
        cars,
        strict=False,
    ):
        hum = (0.05 * np.sin(2 * np.pi * 100 * times)).astype(np.float32)
        yield rumble * (0.7 + 0.3 * slow.at(times)) + 0.22 * far + hum + 0.9 * car


def _cars(random: Random, part: Part) -> Iterator[tuple[float, Block]]:
    at = random.uniform(0.0, 1.5)
    while True:
        seconds = random.uniform(3.5, 7)
        times = span(seconds)
        x = times / seconds
        tyres = burst(random, seconds, band(250, 2200, 0.8))
        motor = burst(random, seconds, band(60, 220, 0.6))
        wave = (tyres + 0.8 * motor) * (np.sin(np.pi * x) ** 4).astype(np.float32)
        way = (-1.0 if random.random() < 0.5 else 1.0) * (1.6 * x - 0.8)
        angle = (way + 1) * np.pi / 4
        sides = np.stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
        yield at, sides * wave * np.float32(random.uniform(0.35, 1.0))
        if random.random() < 0.25:
            yield at + 0.5, _car_horn(random)
            at += 0.5
        at += random.uniform(1.2, 4.5) / part.pace


def _car_horn(random: Random) -> Block:
    """Two tones, far down the street."""
    times = span(random.uniform(0.18, 0.5))
    pitch = random.uniform(340, 430)
    tone = sum(np.sin(2 * np.pi * pitch * f * times) / n for n, f in ((1, 1), (1.2, 1.26), (3, 2)))
    edge = np.minimum(1, times / 0.02) * np.minimum(1, (times[-1] - times) / 0.06)
    return panned(np.asarray(0.12 * tone * edge, dtype=np.float32), random.uniform(-0.9, 0.9))


def room(random: Random, part: Part) -> Iterator[Block]:
    """The tone of a closed room."""
    slow = Drift(random, 6.0)
    for times, low, air in zip(
        clock(),
        noise(random, band(45, 350, 1), 0.5),
        noise(random, band(600, 5000, 1), 0.9),
        strict=False,
    ):
        yield low * (0.85 + 0.15 * slow.at(times)) + 0.22 * air


def air(random: Random, part: Part) -> Iterator[Block]:
    """Open air on a still day."""
    slow = Drift(random, 5.0)
    for times, soft in zip(clock(), noise(random, band(90, 1500, 1), 0.8), strict=False):
        yield soft * (0.6 + 0.4 * slow.at(times))


def machine(random: Random, part: Part) -> Iterator[Block]:
    """Something that turns: its hum, and a breath for every turn."""
    base = random.uniform(46, 62)
    turn = random.uniform(4.5, 8.0) * part.pace
    shares = random.uniform(0.3, 1.0, 9) / np.arange(1, 10) ** 0.7
    drifts = [Drift(random, 2.5) for _ in shares]
    for times, deep, whirr in zip(
        clock(),
        noise(random, band(60, 300, 0.8), 0.5),
        noise(random, band(300, 2600, 0.8), 0.7),
        strict=False,
    ):
        hum = np.zeros(times.size, dtype=np.float32)
        tones = harmonics(times, base, len(drifts))
        for tone, share, drift in zip(tones, shares, drifts, strict=True):
            hum += tone * drift.at(times) * np.float32(share)
        stroke = (0.5 + 0.5 * next(harmonics(times, turn, 1))) ** 2
        breath = np.float32(0.15 + 0.25 * part.force) * stroke
        yield np.asarray(0.55 * hum + 0.35 * deep + whirr * breath, dtype=np.float32)


def train(random: Random, part: Part) -> Iterator[Block]:
    """Wheels over the joints of the rails, two and two."""
    slow = Drift(random, 4.0)
    joints = placed(_joints(random, part))
    for times, rumble, wheels, joint in zip(
        clock(),
        noise(random, band(40, 300, 0.9), 0.5),
        noise(random, band(500, 2600, 0.9), 0.8),
        joints,
        strict=False,
    ):
        sway = 0.75 + 0.25 * slow.at(times)
        yield 0.35 * rumble * sway + 0.16 * wheels * sway + 3 * joint


def _joints(random: Random, part: Part) -> Iterator[tuple[float, Block]]:
    at = 0.1
    period = random.uniform(0.85, 0.95) / part.pace
    while True:
        for late, loud in ((0.0, 1.0), (0.13, 0.8), (0.30, 0.55), (0.43, 0.45)):
            times = span(0.16)
            fall = np.exp(-times / 0.022) * np.minimum(1, times / 0.002)
            fall *= np.minimum(1, (times[-1] - times) / 0.02)
            clack = burst(random, 0.16, band(120, 1500, 0.7)) * fall.astype(np.float32)
            yield at + late / part.pace, panned(np.float32(loud) * clack, 0.3 - 0.5 * (late > 0.2))
        at += period * random.uniform(0.99, 1.01)


#: Chords in half tones above the root, which a pad goes through and begins again.
_CALM = ((0, 7, 16, 23), (-3, 4, 12, 19), (-7, 5, 12, 16), (-5, 7, 14, 17))
_TENSE = ((0, 7, 12, 13), (0, 6, 12, 15), (-1, 6, 11, 12), (0, 8, 12, 13))
_CHORD_SECONDS = 8.0
_PARTIALS = (1.0, 0.4, 0.18, 0.07)


def drone(random: Random, part: Part) -> Iterator[Block]:
    """A pad of soft voices that changes its chord without an edge."""
    chords = _TENSE if "tense" in part.marks else _CALM
    root = 82.4 if "tense" in part.marks else 98.0
    drifts = [[Drift(random, 3.0) for _ in chord] for chord in chords]
    breath = noise(random, band(200, 1200, 1), 1.0)
    for times, soft in zip(clock(), breath, strict=False):
        total = 0.06 * soft
        place = times / (_CHORD_SECONDS / part.pace) % len(chords)
        for number, chord in enumerate(chords):
            away = np.abs((place - number + len(chords) / 2) % len(chords) - len(chords) / 2)
            if float(away.min()) >= 1:
                continue
            heard = (np.cos(np.pi / 2 * np.minimum(1, away))).astype(np.float32)
            for note, drift in zip(chord, drifts[number], strict=True):
                total += _voice(times, root * 2 ** (note / 12)) * heard * (0.35 + drift.at(times))
        yield total


def _voice(times: Times, hertz: float) -> Block:
    """One note: a few soft partials, a little apart on the two sides."""
    sides = []
    for apart in (-0.13, 0.13):
        tone = np.zeros(times.size, dtype=np.float32)
        for sine, share in zip(harmonics(times, hertz + apart, 4), _PARTIALS, strict=True):
            tone += sine * np.float32(share)
        sides.append(tone)
    return 0.3 * np.stack(sides)
