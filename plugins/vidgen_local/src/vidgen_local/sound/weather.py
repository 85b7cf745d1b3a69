"""Wind, leaves, rain, thunder and snow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vidgen_local.sound.blocks import RATE, Block, Wave, clock, grains, panned, placed, span
from vidgen_local.sound.noise import Drift, band, burst, noise
from vidgen_local.sound.prompt import Part

Random = np.random.Generator
_Column = NDArray[np.float64]


def wind(random: Random, part: Part) -> Iterator[Block]:
    """Air that swells and falls; the more force, the more it whistles."""
    gusts = Drift(random, 5.5 - 2 * part.force)
    low, high = noise(random, band(80, 550, 0.9)), noise(random, band(500, 1500))
    howl = 0.25 + 0.75 * ("howling" in part.marks)
    whistles = [_whistle(random, pitch) for pitch in (390, 520, 690, 910, 1180)]
    for times, deep, bright, *tones in zip(clock(), low, high, *whistles, strict=False):
        gust = 0.4 + 0.6 * gusts.at(times)
        total = deep * gust**2 + bright * gust**3 * (0.15 + 0.35 * part.force)
        for tone in tones:
            total += tone * gust * (howl * 0.9 * part.force**2)
        yield total


def _whistle(random: Random, pitch: float) -> Iterator[Block]:
    """A narrow band that comes and goes on its own; several of them glide."""
    drift = Drift(random, 2.6)
    for times, tone in zip(
        clock(), noise(random, band(pitch * 0.97, pitch * 1.03), 0.7), strict=False
    ):
        yield tone * drift.at(times) ** 5


def leaves(random: Random, part: Part) -> Iterator[Block]:
    """Foliage that rustles in gusts."""
    slow, quick = Drift(random, 4.0), Drift(random, 0.7)
    for times, dry, soft in zip(
        clock(),
        noise(random, band(2200, 8000, 0.5), 0.9),
        noise(random, band(300, 1500, 1), 0.7),
        strict=False,
    ):
        gust = (0.2 + 0.8 * slow.at(times)) ** 2
        yield dry * gust * (0.4 + 0.6 * quick.at(times)) + 0.35 * soft * gust


def rain(random: Random, part: Part) -> Iterator[Block]:
    """A hiss of far drops and the patter of near ones, each with a pitch of its own."""
    sway = Drift(random, 6.0)
    hiss = noise(random, band(900, 9000, 0.3), 0.85)
    body = noise(random, band(200, 1000, 0.5), 0.7)
    roof = "roof" in part.marks
    patter = grains(random, 150 + 900 * part.force, _drops)
    knocks = grains(random, 60 + 200 * part.force, _knocks)
    for times, far, deep, near, hollow in zip(clock(), hiss, body, patter, knocks, strict=False):
        swell = 0.8 + 0.4 * sway.at(times)
        total = (0.4 + 0.3 * part.force) * far + 0.4 * part.force**2 * deep
        total += (0.9 - 0.35 * part.force) * near + (0.7 if roof else 0.12) * hollow
        yield total * swell


def _drops(random: Random, count: int) -> Wave:
    pitch = np.exp(random.uniform(np.log(1800), np.log(7500), (count, 1)))
    fade = random.uniform(0.0012, 0.004, (count, 1))
    return _pings(random, count, 720, pitch, fade)


def _knocks(random: Random, count: int) -> Wave:
    pitch = np.exp(random.uniform(np.log(280), np.log(1300), (count, 1)))
    fade = random.uniform(0.005, 0.014, (count, 1))
    return _pings(random, count, 2400, pitch, fade)


def _pings(random: Random, count: int, length: int, pitch: _Column, fade: _Column) -> Wave:
    """Sines that are struck and die away; most of them soft."""
    times = np.arange(length, dtype=np.float32) / np.float32(RATE)
    # either way up, so that many of them together push nothing to one side
    loud = random.exponential(1.0, (count, 1)) * random.choice((-1.0, 1.0), (count, 1))
    edge = np.minimum(1, times / 0.0006) * np.minimum(1, (length / RATE - times) / 0.002)
    decay = np.exp(-times / fade.astype(np.float32)) * edge
    tone = np.sin((2 * np.pi * pitch).astype(np.float32) * times)
    return np.asarray(loud.astype(np.float32) * tone * decay, dtype=np.float32)


def thunder(random: Random, part: Part) -> Iterator[Block]:
    """Claps that roll; near ones crack before they do."""
    return placed(_claps(random, part))


def _claps(random: Random, part: Part) -> Iterator[tuple[float, Block]]:
    at = random.uniform(0.6, 1.8)
    while True:
        yield at, _clap(random, part)
        at += random.uniform(7, 15) / part.pace


def _clap(random: Random, part: Part) -> Block:
    seconds = random.uniform(5.5, 8.5)
    times = span(seconds)
    shape = np.zeros(times.size)
    loud = 1.0
    for at in np.cumsum(random.exponential(0.65, 9)) - 0.3:
        since = times - max(0.0, float(at))
        attack, decay = random.uniform(0.03, 0.2), random.uniform(0.5, 1.5)
        bump = (1 - np.exp(-np.maximum(since, 0) / attack)) * np.exp(-np.maximum(since, 0) / decay)
        shape += loud * random.uniform(0.5, 1) * np.where(since > 0, bump, 0)
        loud *= 0.8
    shape *= np.minimum(1, (seconds - times) / 1.5)
    deep = burst(random, seconds, band(32, 110, 0.8)) + 0.25 * burst(random, seconds, band(80, 420))
    clap = deep * shape.astype(np.float32)
    if part.distance < 0.5:
        crack = burst(random, 1.2, band(180, 2600, 0.6))
        since = span(1.2)
        fall = (1 - np.exp(-since / 0.004)) * np.exp(-since / 0.16)
        clap[: crack.size] += crack * fall.astype(np.float32)
    return panned(clap, random.uniform(-0.5, 0.5)) * np.float32(random.uniform(0.7, 1.0))


def snow(random: Random, part: Part) -> Iterator[Block]:
    """The hush of falling snow: soft air without an edge, and hardly a hiss."""
    breath = Drift(random, 7.0)
    for times, soft, fine in zip(
        clock(),
        noise(random, band(180, 900, 1), 0.8),
        noise(random, band(3500, 8000, 0.5), 1.0),
        strict=False,
    ):
        slow = breath.at(times)
        yield soft * (0.55 + 0.45 * slow) + 0.06 * fine * (1 - 0.5 * slow)
