"""Sound as an endless run of stereo blocks, so that length never costs memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

#: Samples a second, and samples in a block (2.7 s).
RATE = 48_000
HOP = 1 << 17

#: Two rows, left and right, of 32-bit samples; 1.0 is full scale.
Block = NDArray[np.float32]
Wave = NDArray[np.float32]
Times = NDArray[np.float64]


def clock() -> Iterator[Times]:
    """Yield the time of every sample, in seconds from the beginning, block by block."""
    steps = np.arange(HOP) / RATE
    for number in itertools.count():
        yield steps + number * (HOP / RATE)


def span(seconds: float) -> Times:
    """Return the time of every sample of *seconds*, from 0."""
    return np.arange(max(1, round(seconds * RATE))) / RATE


def panned(wave: Wave, place: float) -> Block:
    """Return mono *wave* between left (-1) and right (1), equally loud everywhere."""
    angle = (place + 1) * np.pi / 4
    sides = np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)
    return sides[:, None] * wave


def placed(events: Iterator[tuple[float, NDArray[np.float32]]]) -> Iterator[NDArray[np.float32]]:
    """Yield blocks in which each event (its second, its wave) sounds where it belongs.

    *events* never end and come in the order of time; waves have one row or two,
    all the same, and may be longer than a block.
    """
    begin = 0
    at, wave = next(events)
    rows = wave.shape[:-1]
    kept = np.zeros((*rows, HOP), dtype=np.float32)
    while True:
        while (start := round(at * RATE) - begin) < HOP:
            start = max(0, start)
            end = start + wave.shape[-1]
            if end > kept.shape[-1]:
                more = np.zeros((*rows, end - kept.shape[-1]), dtype=np.float32)
                kept = np.concatenate([kept, more], axis=-1)
            kept[..., start:end] += wave
            at, wave = next(events)
        yield kept[..., :HOP]
        begin += HOP
        rest = kept[..., HOP:]
        kept = np.zeros((*rows, max(HOP, rest.shape[-1])), dtype=np.float32)
        kept[..., : rest.shape[-1]] = rest


def grains(
    random: np.random.Generator,
    per_second: float,
    make: Callable[[np.random.Generator, int], Wave],
) -> Iterator[Block]:
    """Yield blocks of very many short waves at random moments and places.

    ``make(random, count)`` returns *count* mono waves of one length, a row each.
    """
    length = make(random, 1).shape[1]
    rest = np.zeros((2, length), dtype=np.float32)
    while True:
        count = int(random.poisson(per_second * HOP / RATE))
        block = np.zeros((2, HOP + length), dtype=np.float32)
        block[:, :length] += rest
        starts = random.integers(0, HOP, count)
        angles = random.uniform(0.1, 0.9, count) * np.pi / 2
        sides = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        for first in range(0, count, 256):
            some = slice(first, first + 256)
            waves = make(random, starts[some].size)
            for start, side, wave in zip(starts[some], sides[some], waves, strict=True):
                block[:, start : start + length] += side[:, None] * wave
        rest = block[:, HOP:].copy()
        yield block[:, :HOP]


def convolved(blocks: Iterator[Block], response: Block) -> Iterator[Block]:
    """Yield *blocks* as heard through *response*, which is at most a block long."""
    size = 2 * HOP
    spectrum = np.fft.rfft(response, size).astype(np.complex64)
    rest = np.zeros((2, HOP), dtype=np.float32)
    for block in blocks:
        whole = np.fft.irfft(np.fft.rfft(block, size) * spectrum, size).astype(np.float32)
        whole[:, :HOP] += rest
        rest = whole[:, HOP:]
        yield whole[:, :HOP]
