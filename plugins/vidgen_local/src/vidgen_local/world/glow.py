"""Light that comes and goes: lamps, fire, beams, lightning, clouds before the sun."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidgen_local.picture import Floats, floats
from vidgen_local.world.model import Beam, Lamp, Rising, World
from vidgen_local.world.palette import Colour, colour, mixed
from vidgen_local.world.pieces import BEAT, Glass
from vidgen_local.world.words import Hour

Steps: TypeAlias = NDArray[np.int16]

#: Light is soft: it is reckoned at this part of the frame's size.
PART = 4
#: Light is kept in eight bits, of which this is none; less is shade.
_NO_LIGHT = 28
_SPARKS, _PUFFS = 14, 7


class Glow:
    """All unsteady light of a world, for frames of one size."""

    def __init__(self, world: World, size: tuple[int, int], random: np.random.Generator) -> None:
        self._world = world
        self._size = size
        self._small = (max(1, size[0] // PART), max(1, size[1] // PART))
        self._phases = random.uniform(0, math.tau, 64)
        grid = random.standard_normal((4, 6)).astype(np.float32)
        turned = np.concatenate([grid, grid[:, :3]], axis=1)
        wide = Image.fromarray(np.clip(turned, -1.5, 1.5)).resize(
            (self._small[0] * 2, self._small[1]), Image.Resampling.BICUBIC, box=(1.0, 0.5, 7.0, 3.5)
        )
        self._patches: Floats = floats(wide)
        self._x = (np.arange(self._small[0], dtype=np.float32) + 0.5) * (size[0] / self._small[0])
        self._y = (np.arange(self._small[1], dtype=np.float32) + 0.5) * (size[1] / self._small[1])

    def at(self, glass: Glass) -> tuple[Floats, Floats, Floats]:
        """Return added light (share of white) and blue and red difference, all small."""
        shape = (self._small[1], self._small[0])
        light = self._living(glass.time)
        blue, red = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        planes = (light, blue, red)
        for number, lamp in enumerate(self._world.lamps):
            self._lamp(planes, glass, lamp, number)
        for beam in self._world.beams:
            self._beam(planes, glass, beam)
        for rising in self._world.rising:
            self._rise(planes, glass, rising)
        if self._world.air.fireflies:
            self._fireflies(planes, glass)
        if self._world.air.lightning:
            light += (
                np.float32(lightning(glass.time))
                * np.linspace(1, 0.35, shape[0], dtype=np.float32)[:, None]
            )
        return planes

    def _living(self, time: float) -> Floats:
        """Return slow patches of light and shade that pass over everything."""
        wide = self._small[0]
        gone = round(time / (4 * BEAT) * 2 * wide) % (2 * wide)
        strength = 0.016 + 0.03 * self._world.palette.brightness
        patch = np.take(self._patches, np.arange(gone, gone + wide) % (2 * wide), axis=1)
        return floats(patch * np.float32(strength)) + np.float32(
            0.012 * math.sin(math.tau * time / BEAT)
        )

    def _spot(
        self,
        planes: tuple[Floats, Floats, Floats],
        x: float,
        y: float,
        radius: float,
        strength: float,
        paint: Colour,
        *,
        sharp: bool = False,
    ) -> None:
        """Add a round light, *radius* in pixels of the frame."""
        reach = radius * (2.6 if sharp else 4.0)
        scale_x, scale_y = self._size[0] / self._small[0], self._size[1] / self._small[1]
        left, right = (
            max(0, int((x - reach) / scale_x)),
            min(self._small[0], int((x + reach) / scale_x) + 1),
        )
        top, bottom = (
            max(0, int((y - reach) / scale_y)),
            min(self._small[1], int((y + reach) / scale_y) + 1),
        )
        if left >= right or top >= bottom or strength == 0:
            return
        away = np.hypot(
            self._x[left:right][None, :] - np.float32(x),
            self._y[top:bottom][:, None] - np.float32(y),
        ) / np.float32(max(radius, 0.6 * scale_x))
        edge = np.clip(
            1 - away * np.float32(max(radius, 0.6 * scale_x) / max(reach, scale_x)), 0, 1
        )
        mask = (
            (np.exp(-away * away) if sharp else np.exp(-1.3 * away)) * edge * np.float32(strength)
        )
        self._add(planes, (slice(top, bottom), slice(left, right)), floats(mask), paint)

    def _add(
        self,
        planes: tuple[Floats, Floats, Floats],
        part: tuple[slice, slice],
        mask: Floats,
        paint: Colour,
    ) -> None:
        luma = float(paint @ np.array([0.2126, 0.7152, 0.0722]))
        planes[0][part] += mask * np.float32(luma / 255)
        planes[1][part] += mask * np.float32((paint[2] - luma) * 0.4734)
        planes[2][part] += mask * np.float32((paint[0] - luma) * 0.5578)

    def _lamp(
        self, planes: tuple[Floats, Floats, Floats], glass: Glass, lamp: Lamp, number: int
    ) -> None:
        phase = self._phases[number % 64]
        turn = math.tau * glass.time / BEAT
        unrest = (
            sum(math.sin(k * turn + phase * k) / n for n, k in enumerate((3, 7, 13), start=1))
            / 1.83
        )
        strength = lamp.strength * (1 - lamp.unrest * (0.5 - 0.5 * unrest))
        x, y = glass.place(lamp.x, lamp.y, lamp.depth)
        self._spot(planes, x, y, lamp.radius * glass.zoom(lamp.depth), strength * 0.8, lamp.light)

    def _beam(self, planes: tuple[Floats, Floats, Floats], glass: Glass, beam: Beam) -> None:
        """Turn the light once in two beats; it flares where it looks at the camera."""
        turn = math.tau * glass.time / (2 * BEAT) + 0.5
        along_screen, to_camera = math.cos(turn), math.sin(turn)
        x, y = glass.place(beam.x, beam.y, beam.depth)
        zoom = glass.zoom(beam.depth)
        warm = colour("ffe9b8")
        self._spot(planes, x, y, 0.055 * zoom * (1 + 1.6 * max(0.0, to_camera) ** 6), 0.95, warm)
        bright = 0.2 + 0.8 * (self._world.palette.hour in (Hour.NIGHT, Hour.DUSK))
        for side in (1, -1):
            way = side * (1 if along_screen > 0 else -1)
            far = abs(along_screen)
            along = (self._x[None, :] - np.float32(x)) * np.float32(way / zoom)
            aside = np.abs(
                self._y[:, None]
                - np.float32(y)
                - along * np.float32(0.10 * side * to_camera * zoom)
            ) / np.float32(zoom)
            wide = 0.012 + np.clip(along, 0, None) * np.float32(0.07 + 0.08 * (1 - far))
            cone = np.clip(1 - aside / wide, 0, 1)
            fade = np.exp(
                -np.clip(along, 0, None) / np.float32(max(0.12, beam.reach * far * 0.65))
            ) * (along > 0)
            self._add(
                planes,
                (slice(None), slice(None)),
                floats(cone * fade * np.float32(0.62 * bright * (0.25 + 0.75 * far))),
                warm,
            )

    def _rise(self, planes: tuple[Floats, Floats, Floats], glass: Glass, rising: Rising) -> None:
        if rising.kind == "smoke":
            self._smoke(planes, glass, rising)
        elif rising.kind == "sparks":
            self._sparks(planes, glass, rising)

    def _smoke(self, planes: tuple[Floats, Floats, Floats], glass: Glass, rising: Rising) -> None:
        # smoke takes the light of the air, but hardly its colour
        haze = self._world.palette.haze
        grey = mixed(haze, np.full(3, float(haze.mean()), dtype=np.float32), 0.85)
        zoom = glass.zoom(rising.depth)
        drift = 0.03 + 0.16 * self._world.air.wind
        for puff in range(_PUFFS):
            age = (glass.time / BEAT + puff / _PUFFS) % 1
            x = rising.x + drift * age**1.5 + 0.006 * math.sin(5 * age + self._phases[puff])
            y = rising.y - 0.1 * age**0.7
            px, py = glass.place(x, y, rising.depth)
            radius = (rising.width * 0.3 + 0.05 * age) * zoom
            strength = 0.1 * math.sin(math.pi * age) * (1 - 0.6 * age)
            self._spot(planes, px, py, radius, strength, grey, sharp=True)

    def _sparks(self, planes: tuple[Floats, Floats, Floats], glass: Glass, rising: Rising) -> None:
        zoom = glass.zoom(rising.depth)
        for spark in range(_SPARKS):
            phase = self._phases[spark]
            age = (glass.time / BEAT * (2 + spark % 2) + phase) % 1
            x = rising.x + rising.width * (
                0.5 * math.sin(3 * phase) + 0.7 * age * math.sin(9 * age + phase)
            )
            y = rising.y - (0.1 + 3.0 * rising.width) * age
            px, py = glass.place(x, y, rising.depth)
            self._spot(
                planes, px, py, 0.0035 * zoom, 0.9 * (1 - age) ** 0.7, colour("ffa04a"), sharp=True
            )

    def _fireflies(self, planes: tuple[Floats, Floats, Floats], glass: Glass) -> None:
        aspect = self._size[0] / self._size[1]
        for fly in range(22):
            a, b = self._phases[fly], self._phases[fly + 22]
            turn = math.tau * glass.time / (4 * BEAT)
            x = (a / math.tau + 0.03 * math.sin(3 * turn + b)) * aspect
            y = 0.45 + 0.5 * ((b / math.tau) % 1) + 0.03 * math.sin(4 * turn + a)
            px, py = glass.place(x, y, 0.8)
            pulse = max(0.0, math.sin(math.tau * glass.time / BEAT * (1 + fly % 2) + a)) ** 2
            self._spot(planes, px, py, 0.006 * self._size[1], pulse, colour("e8ff8a"), sharp=True)


def lightning(time: float) -> float:
    """Return the light of a far flash: one in two beats, never more than three a second."""
    since = time % (2 * BEAT) - 3.1
    if not 0 <= since < 0.9:
        return 0.0
    return 0.5 * math.exp(-since / 0.14) + (
        0.3 * math.exp(-(since - 0.36) / 0.16) if since > 0.36 else 0.0
    )


def shine(planes: list[Steps], glow: tuple[Floats, Floats, Floats], dither: Steps) -> None:
    """Add *glow* to 16-bit *planes*, in place; *dither* (0 to 255) hides its steps."""
    luma = planes[0]
    size = (luma.shape[1], luma.shape[0])
    levels = _upscaled(glow[0] * np.float32(256) + np.float32(_NO_LIGHT), size)
    room = np.clip(250 - luma, 0, 250).astype(np.uint16)
    lit = room * levels
    lit += dither.view(np.uint16)
    lit >>= 8
    room *= _NO_LIGHT
    room >>= 8
    luma += lit.view(np.int16)
    luma -= room.view(np.int16)
    for plane, added in zip(planes[1:], glow[1:], strict=True):
        if float(np.abs(added).max()) >= 0.4:
            plane += _upscaled(added + 110, (plane.shape[1], plane.shape[0])).view(np.int16) - 110


def _upscaled(levels: Floats, size: tuple[int, int]) -> NDArray[np.uint16]:
    image = Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR)).astype(np.uint16)
