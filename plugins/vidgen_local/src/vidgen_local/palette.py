"""Colours by hour and weather."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from vidgen_local.words import Hour, Weather

Colour: TypeAlias = NDArray[np.float32]


def colour(code: str) -> Colour:
    """Return the red, green and blue (0 to 255) of ``rrggbb``."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], dtype=np.float32)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return *first* with *share* (0 to 1) of *second*."""
    return (first * np.float32(1 - share) + second * np.float32(share)).astype(np.float32)


@frozen(kw_only=True, eq=False)
class Palette:
    """The colours of one picture, and where its sun or moon stands.

    ``sky``: four colours from the zenith to the horizon. ``ground`` is the nearest
    earth (or snow), ``near`` what stands dark on it, ``built`` walls, ``wood``
    furniture. ``sun_x``, ``sun_y`` and ``sun_size`` are in sizes of the frame;
    ``glow`` and ``clouds`` run from 0 to 1; ``lamps`` says that windows are lit.
    """

    sky: tuple[Colour, ...]
    haze: Colour
    near: Colour
    ground: Colour
    built: Colour
    wood: Colour
    sun: Colour
    sun_x: float
    sun_y: float
    sun_size: float
    glow: float
    clouds: float
    cloud: Colour
    stars: bool
    lamps: bool


@frozen(kw_only=True)
class _Tones:
    sky: str
    haze: str
    near: str
    sun: str
    place: tuple[float, float, float]
    glow: float
    brightness: float


_HOURS: Mapping[Hour, _Tones] = {
    Hour.DAWN: _Tones(
        sky="3b5a8c 8593bb eab39c ffe0b4",
        haze="e6bfae",
        near="2f3a4d",
        sun="fff1d2",
        place=(0.66, 0.50, 0.034),
        glow=0.75,
        brightness=0.78,
    ),
    Hour.DAY: _Tones(
        sky="2d6fb4 5f9fd6 a5cfec e4f1f5",
        haze="b9d4e4",
        near="2c4b3d",
        sun="fffbe9",
        place=(0.74, 0.17, 0.036),
        glow=0.5,
        brightness=1.0,
    ),
    Hour.DUSK: _Tones(
        sky="23265a 5e4480 cf6862 ffbc74",
        haze="b4707a",
        near="1d1b35",
        sun="ffe0a6",
        place=(0.33, 0.52, 0.040),
        glow=0.8,
        brightness=0.6,
    ),
    Hour.NIGHT: _Tones(
        sky="070c20 0f1b3d 1e335e 38577f",
        haze="2d486c",
        near="070c1a",
        sun="f4f2df",
        place=(0.72, 0.20, 0.028),
        glow=0.4,
        brightness=0.34,
    ),
}
#: Tint, how much of it, and how cloudy it is.
_AIR: Mapping[Weather, tuple[str, float, float]] = {
    Weather.CLEAR: ("ffffff", 0.0, 0.35),
    Weather.STORM: ("6f7b84", 0.72, 0.95),
    Weather.FOG: ("cfd4d4", 0.62, 0.25),
    Weather.SNOW: ("dbe5ee", 0.55, 0.5),
}


def palette_for(hour: Hour, weather: Weather) -> Palette:
    """Return the colours of *hour* in *weather*."""
    tones = _HOURS[hour]
    code, share, clouds = _AIR[weather]
    air = colour(code) * np.float32(tones.brightness)
    clear = weather is Weather.CLEAR
    sky = tuple(mixed(colour(stop), air, share) for stop in tones.sky.split())
    x, y, size = tones.place
    white = colour("ffffff") * np.float32(tones.brightness)
    near = mixed(colour(tones.near), air, share * 0.25)
    snowy = weather is Weather.SNOW
    return Palette(
        sky=sky,
        haze=mixed(colour(tones.haze), air, share),
        near=near,
        ground=mixed(near, mixed(air, white, 0.6), 0.72) if snowy else near,
        built=mixed(near, colour("4a5260") * np.float32(tones.brightness), 0.7),
        wood=colour("4b3726") * np.float32(0.3 + 0.7 * tones.brightness),
        sun=colour(tones.sun),
        sun_x=x,
        sun_y=y,
        sun_size=size if clear else 0.0,
        glow=tones.glow if clear else tones.glow * 0.35,
        clouds=clouds,
        cloud=mixed(sky[3], white, 0.35) if clear else mixed(sky[0], air * np.float32(0.7), 0.5),
        stars=hour is Hour.NIGHT and clear,
        lamps=hour is not Hour.DAY or weather is Weather.STORM,
    )
