"""The sounds of a prompt, mixed: who is how loud, how far away, in what kind of place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np

from vidgen_local.sound import creatures, places, signals, water, weather
from vidgen_local.sound.blocks import HOP, RATE, Block, convolved, span
from vidgen_local.sound.prompt import Heard, Kind, Part, read_prompt

#: Makes one sound, without end.
Maker = Callable[[np.random.Generator, Part], Iterator[Block]]

#: How each kind is made, and its level: of beds the RMS, of single sounds the peak, about.
_MAKERS: Mapping[Kind, tuple[Maker, float]] = MappingProxyType(
    {
        Kind.WIND: (weather.wind, 0.10),
        Kind.LEAVES: (weather.leaves, 0.07),
        Kind.RAIN: (weather.rain, 0.08),
        Kind.THUNDER: (weather.thunder, 0.30),
        Kind.SNOW: (weather.snow, 0.05),
        Kind.SEA: (water.sea, 0.09),
        Kind.STREAM: (water.stream, 0.10),
        Kind.WATERFALL: (water.waterfall, 0.085),
        Kind.DRIPS: (water.drips, 0.25),
        Kind.FIRE: (places.fire, 0.10),
        Kind.BIRDS: (creatures.birds, 0.20),
        Kind.GULLS: (creatures.gulls, 0.24),
        Kind.INSECTS: (creatures.insects, 0.16),
        Kind.CITY: (places.city, 0.075),
        Kind.CROWD: (creatures.crowd, 0.09),
        Kind.ROOM: (places.room, 0.035),
        Kind.AIR: (places.air, 0.03),
        Kind.MACHINE: (places.machine, 0.09),
        Kind.TRAIN: (places.train, 0.085),
        Kind.STEPS: (creatures.steps, 0.25),
        Kind.BELL: (signals.bell, 0.20),
        Kind.FOGHORN: (signals.foghorn, 0.30),
        Kind.CLOCK: (signals.clock, 0.40),
        Kind.HEARTBEAT: (creatures.heartbeat, 0.40),
        Kind.CREAKS: (signals.creaks, 0.30),
        Kind.DRONE: (places.drone, 0.13),
    }
)
#: Sounds with pauses in between: under these alone lies a breath of air.
_SINGLE = frozenset(
    {
        Kind.THUNDER,
        Kind.DRIPS,
        Kind.BIRDS,
        Kind.GULLS,
        Kind.INSECTS,
        Kind.STEPS,
        Kind.BELL,
        Kind.FOGHORN,
        Kind.CLOCK,
        Kind.HEARTBEAT,
        Kind.CREAKS,
        Kind.CROWD,
    }
)
#: What lies under single sounds, and how loud.
_UNDER = (places.air, 0.012)
#: How much of a place answers on its own, without an echo in the prompt.
_OWN_ECHO: Mapping[Kind, float] = MappingProxyType(
    {
        Kind.THUNDER: 0.3,
        Kind.BELL: 0.3,
        Kind.FOGHORN: 0.4,
        Kind.DRIPS: 0.5,
        Kind.BIRDS: 0.15,
        Kind.GULLS: 0.15,
        Kind.CROWD: 0.15,
        Kind.STEPS: 0.1,
        Kind.DRONE: 0.3,
    }
)
#: Where even the loudest part is soft or far, all are lifted to this many decibels.
_QUIETEST = -3.0
_FADE_SECONDS = 0.5
#: Below this the mix is untouched; above it is bent so that it never reaches the second.
_KNEE, _CEILING = 0.42, 0.6
_WHOLE = (1 << 64) - 1


def _random(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed & _WHOLE, *name.encode()])


def sample_count(seconds: float) -> int:
    """Return how many samples (per side) a sound of *seconds* has, at least one."""
    return max(1, round(seconds * RATE))


def ambience(prompt: str, seconds: float, seed: int) -> Iterator[Block]:
    """Yield the blocks of the ambience of *prompt*: together exactly *seconds*, at 48 kHz.

    The last block is shorter. The same three values give the same samples.
    """
    heard = read_prompt(prompt)
    left = count = sample_count(seconds)
    for block in _mixed(heard, seed):
        bent = _bent(block[:, :left])
        yield bent * _edges(count - left, bent.shape[1], count)
        left -= bent.shape[1]
        if not left:
            return


def _mixed(heard: Heard, seed: int) -> Iterator[Block]:
    """Yield the sum of all parts, without end."""
    sounds = [part for part in heard.parts if part.kind is not Kind.SILENCE]
    if not sounds:
        while True:
            yield np.zeros((2, HOP), dtype=np.float32)
    quiet = max(_decibels(part) for part in sounds)
    lift = max(0.0, _QUIETEST - quiet)
    layers = [_layer(part, heard.echo, lift, seed) for part in sounds]
    share = len(sounds) ** -0.35
    if _SINGLE.issuperset(part.kind for part in sounds):
        maker, level = _UNDER
        under = maker(_random(seed, "under"), Part(kind=Kind.AIR))
        layers.append(block * np.float32(level / share) for block in under)
    for blocks in zip(*layers, strict=True):
        total = np.sum(blocks, axis=0, dtype=np.float32)
        yield np.asarray(share * total, dtype=np.float32)


def _decibels(part: Part) -> float:
    """Return how much louder than usual a part is, in decibels."""
    return 8 * (part.force - 0.5) - 8 * part.distance


def _layer(part: Part, echo: float, lift: float, seed: int) -> Iterator[Block]:
    """Yield one part as loud as it is heard from where it is."""
    maker, level = _MAKERS[part.kind]
    random = _random(seed, part.kind)
    loud = _decibels(part) + lift
    wet = min(1.0, max(echo, _OWN_ECHO.get(part.kind, 0.0)) + 0.3 * part.distance)
    response = _response(random, part.distance, wet) * np.float32(level * 10 ** (loud / 20))
    return convolved(maker(random, part), response)


def _response(random: np.random.Generator, distance: float, wet: float) -> Block:
    """Return what a click sounds like from *distance* in a place that answers (*wet*, 0 to 1)."""
    times = span(min(2.4, 0.5 + 2.2 * wet))
    tail = random.standard_normal((2, times.size))
    tail *= np.exp(-times / (0.08 + 0.42 * wet)) * np.minimum(1, times / 0.012)
    tail *= np.minimum(1, (times[-1] - times) / 0.1)
    tail *= 0.75 * wet / np.sqrt(np.sum(tail**2, axis=1, keepdims=True))
    size = 2 * times.size  # room for what the filters smear past the end
    waves = 1j * np.fft.rfftfreq(size, 1 / RATE)
    direct = 1 - 0.5 * distance * wet
    whole = direct + np.fft.rfft(tail, size) / (1 + waves / 4500)
    whole *= waves / (waves + 12)  # no direct current
    if distance:
        whole = whole / (1 + waves / (9000 * (1 - distance) + 500)) ** 2
    return np.fft.irfft(whole, size)[:, : times.size].astype(np.float32)


def _bent(block: Block) -> Block:
    """Return *block* with its peaks bent under the ceiling, without an edge."""
    size = np.abs(block)
    room = _CEILING - _KNEE
    soft = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.where(size > _KNEE, np.copysign(soft, block), block).astype(np.float32)


def _edges(start: int, length: int, count: int) -> Block:
    """Return the fade of the samples from *start* on, of a sound of *count* samples."""
    fade = max(1.0, min(_FADE_SECONDS * RATE, count / 4))
    places = np.arange(start, start + length)
    nearest = np.minimum(places, count - 1 - places)
    rise = np.sin(np.pi / 2 * np.minimum(1.0, nearest / fade)) ** 2
    return rise.astype(np.float32)[None, :]
