"""Colours by hour, weather, season and place."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from vidgen_local.world.words import Hour, Place, Season, Weather, Words

Colour: TypeAlias = NDArray[np.float32]


def colour(code: str) -> Colour:
    """Return the red, green and blue (0 to 255) of ``rrggbb``."""
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], dtype=np.float32)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return *first* with *share* (0 to 1) of *second*."""
    return (first * np.float32(1 - share) + second * np.float32(share)).astype(np.float32)


def turned(paint: Colour, hue: float, more: float = 1.0) -> Colour:
    """Return *paint* with its hue turned by *hue* (1 is once around) and *more* saturation."""
    h, lightness, s = colorsys.rgb_to_hls(*(float(c) / 255 for c in paint))
    rgb = colorsys.hls_to_rgb((h + hue) % 1, lightness, min(1.0, s * more))
    return np.array(rgb, dtype=np.float32) * 255


WHITE, BLACK = colour("ffffff"), colour("000000")


@frozen(kw_only=True, eq=False)
class Palette:
    """The colours of one world, and where its sun or moon stands.

    ``sky``: four colours from the zenith to the horizon. ``haze`` is the air before
    far things, ``ground`` the nearest earth, ``leaf`` and ``near`` what grows and
    what stands dark on it, ``wall``, ``roof``, ``stone`` and ``wood`` what is built.
    All of them are lit by the hour already. ``brightness`` is that light, 0 to 1.
    ``sun_x`` is in widths of the frame, ``sun_y`` and ``sun_size`` in heights;
    ``glow`` and ``clouds`` run from 0 to 1; ``lamps`` says that windows are lit.
    """

    sky: tuple[Colour, ...]
    haze: Colour
    near: Colour
    ground: Colour
    leaf: Colour
    stone: Colour
    wall: Colour
    roof: Colour
    wood: Colour
    sun: Colour
    sun_x: float
    sun_y: float
    sun_size: float
    glow: float
    clouds: float
    cloud: Colour
    cloud_shade: Colour
    brightness: float
    moon: bool
    stars: bool
    lamps: bool
    lamp: Colour
    hour: Hour
    weather: Weather
    season: Season

    def far(self, paint: Colour, depth: float) -> Colour:
        """Return how *paint* looks at *depth*: 0 is lost in the air, 1 is near."""
        return mixed(self.haze, paint, depth)

    def lit(self, code: str) -> Colour:
        """Return the colour *code* (``rrggbb``) as it looks in this light."""
        return _lit(colour(code), self.brightness, self.haze)


def _lit(paint: Colour, brightness: float, air: Colour) -> Colour:
    tinted = paint * (0.62 + 0.38 * air / max(1.0, float(air.max())))
    return (tinted * np.float32(0.12 + 0.88 * brightness)).astype(np.float32)


@frozen(kw_only=True)
class _Tones:
    """Sky from zenith to horizon, haze, dark, sun; the sun's height; glow; brightness."""

    sky: str
    haze: str
    near: str
    sun: str
    height: tuple[float, float]
    size: float
    glow: float
    brightness: float


_HOURS: Mapping[Hour, tuple[_Tones, ...]] = MappingProxyType(
    {
        Hour.DAWN: (
            _Tones(
                sky="4a6fa5 93a9c9 f3b99b ffe3b0",
                haze="e9c3ae",
                near="33405a",
                sun="fff3d6",
                height=(0.40, 0.5),
                size=0.042,
                glow=0.8,
                brightness=0.74,
            ),
            _Tones(
                sky="5b6bb0 a98fc0 f5a9a0 ffd9c0",
                haze="dcb2b8",
                near="3a3557",
                sun="fff0dc",
                height=(0.38, 0.48),
                size=0.045,
                glow=0.75,
                brightness=0.7,
            ),
            _Tones(
                sky="3f86a8 8fc3c4 f0dca8 fff2c8",
                haze="d9dcb8",
                near="2b4a50",
                sun="fffae0",
                height=(0.36, 0.46),
                size=0.04,
                glow=0.8,
                brightness=0.8,
            ),
        ),
        Hour.DAY: (
            _Tones(
                sky="1f66b5 4f97d8 9ccdf0 e6f3f8",
                haze="bcd8ea",
                near="25483c",
                sun="fffbe6",
                height=(0.12, 0.2),
                size=0.04,
                glow=0.45,
                brightness=1.0,
            ),
            _Tones(
                sky="2a7fb8 66b3d6 aadde6 f2f5e4",
                haze="c8e0dc",
                near="2f4c33",
                sun="fff8d8",
                height=(0.13, 0.22),
                size=0.042,
                glow=0.5,
                brightness=1.0,
            ),
            _Tones(
                sky="3560b0 6f9be0 b9d2f2 f5ecdf",
                haze="cdd6e6",
                near="2f4350",
                sun="fff4d0",
                height=(0.14, 0.24),
                size=0.042,
                glow=0.5,
                brightness=0.96,
            ),
        ),
        Hour.DUSK: (
            _Tones(
                sky="2a2660 6b4488 d9655f ffb765",
                haze="b8707a",
                near="1e1a38",
                sun="ffe3a0",
                height=(0.44, 0.53),
                size=0.058,
                glow=0.9,
                brightness=0.52,
            ),
            _Tones(
                sky="3a1f4d 8c3a5e ee6c42 ffcf5e",
                haze="c4704f",
                near="26152a",
                sun="fff0b0",
                height=(0.42, 0.52),
                size=0.062,
                glow=0.95,
                brightness=0.5,
            ),
            _Tones(
                sky="1f3a6e 58669f cf8ea0 ffc7a0",
                haze="a98a9c",
                near="1c2744",
                sun="ffe6c8",
                height=(0.44, 0.52),
                size=0.052,
                glow=0.8,
                brightness=0.55,
            ),
        ),
        Hour.NIGHT: (
            _Tones(
                sky="060b20 0e1c42 1d3768 3a5f8c",
                haze="2e4c74",
                near="060b19",
                sun="f4f2df",
                height=(0.13, 0.24),
                size=0.038,
                glow=0.5,
                brightness=0.3,
            ),
            _Tones(
                sky="0b0a24 1c1648 352a6c 5b4f94",
                haze="3f3a72",
                near="0a081a",
                sun="f6ecff",
                height=(0.14, 0.26),
                size=0.042,
                glow=0.5,
                brightness=0.29,
            ),
            _Tones(
                sky="04141c 08303c 135460 2f8078",
                haze="22585e",
                near="041014",
                sun="eefae8",
                height=(0.13, 0.24),
                size=0.036,
                glow=0.45,
                brightness=0.28,
            ),
        ),
    }
)
#: Tint, how much of it, how cloudy it is, and how much darker.
_AIR: Mapping[Weather, tuple[str, float, float, float]] = MappingProxyType(
    {
        Weather.CLEAR: ("ffffff", 0.0, 0.28, 1.0),
        Weather.CLOUDY: ("aab3bb", 0.45, 0.75, 0.88),
        Weather.RAIN: ("93a2b0", 0.74, 0.9, 0.84),
        Weather.STORM: ("55636f", 0.74, 1.0, 0.64),
        Weather.FOG: ("cdd3d4", 0.66, 0.2, 0.86),
        Weather.SNOW: ("d3deea", 0.6, 0.55, 0.95),
    }
)
_LEAVES: Mapping[Season, tuple[str, ...]] = MappingProxyType(
    {
        Season.SPRING: ("7fb24a", "8fbf5a", "6aa858"),
        Season.SUMMER: ("3f7d3a", "4d8a3c", "2f6f48"),
        Season.AUTUMN: ("c9702a", "b8502c", "d39a34"),
        Season.WINTER: ("5a6a68", "66706e", "4e625f"),
    }
)
_GROUNDS: Mapping[Place, tuple[str, ...]] = MappingProxyType(
    {
        Place.DESERT: ("d99a5b", "e0b070", "c9784a"),
        Place.SEA: ("5d5a58", "6b5f52", "4f5a5e"),
        Place.MOUNTAINS: ("66707c", "6d6a68", "58677a"),
        Place.CITY: ("4a505c", "565058", "444e54"),
        Place.STREET: ("4a505c", "565058", "444e54"),
        Place.CAVE: ("5a4c44", "4a4e5c", "4c5648"),
    }
)
_ROOFS = ("8c4434", "5b4a55", "76553a", "3f5668")
_WALLS = ("d8c8ac", "c9c4bc", "b9897a", "e2d6c2")


def palette_for(words: Words, random: np.random.Generator) -> Palette:
    """Return the colours of what *words* tell; *random* chooses what they leave open."""
    season = words.season or _usual_season(words, random)
    hour = words.hour or _usual_hour(words, random)
    tones = _HOURS[hour][int(random.integers(3))]
    code, share, clouds, dark = _AIR[words.weather]
    hue = float(random.uniform(-0.03, 0.03))
    bright = tones.brightness * dark
    air = colour(code) * np.float32(0.2 + 0.8 * tones.brightness) * np.float32(dark)
    clear = words.weather in (Weather.CLEAR, Weather.SNOW, Weather.FOG)
    # a low sun still colours the clouds of bad weather a little
    share *= 0.85 if hour in (Hour.DAWN, Hour.DUSK) else 1.0
    sky = tuple(mixed(turned(colour(s), hue), air, share) for s in tones.sky.split())
    haze = mixed(turned(colour(tones.haze), hue), air, share)
    near = mixed(turned(colour(tones.near), hue), air * np.float32(0.5), share * 0.3)
    white = mixed(colour("f2f6fb"), haze, 0.12) * np.float32(0.44 + 0.56 * bright)

    def pick(codes: tuple[str, ...]) -> Colour:
        chosen = turned(colour(codes[int(random.integers(len(codes)))]), hue * 0.7)
        return _lit(chosen, bright, haze)

    leaf = pick(_LEAVES[season])
    dry = words.place is Place.ROAD and words.has("canyon", "cactus", "desert")
    ground = pick(_GROUNDS.get(Place.DESERT if dry else words.place, _LEAVES[season]))
    snowy = words.weather is Weather.SNOW or season is Season.WINTER
    if snowy and words.place is not Place.DESERT:
        ground = mixed(ground, white * np.float32(1.12), 0.9)
        leaf = mixed(leaf, white, 0.2)
    left = bool(random.integers(2))
    sun_x = float(random.uniform(0.2, 0.36)) if left else float(random.uniform(0.64, 0.8))
    veiled = words.weather in (Weather.FOG, Weather.SNOW, Weather.CLOUDY)
    windy = words.weather is Weather.CLEAR and words.has("wind")
    cloud = _cloud(sky, air, tones, words.weather)
    return Palette(
        sky=sky,
        haze=haze,
        near=near,
        ground=ground,
        leaf=leaf,
        stone=_lit(colour("7d7a78"), bright, haze),
        wall=pick(_WALLS),
        roof=mixed(pick(_ROOFS), white, 0.75 if snowy else 0.0),
        wood=_lit(colour("6e4c31"), bright, haze),
        sun=mixed(colour(tones.sun), air, 0.3 if veiled else 0.0),
        sun_x=sun_x,
        sun_y=float(random.uniform(*tones.height)),
        sun_size=tones.size if clear and words.weather is not Weather.SNOW else 0.0,
        glow=tones.glow * (1.0 if words.weather is Weather.CLEAR else 0.55 if clear else 0.25),
        clouds=clouds + (0.2 if windy else 0.0) + float(random.uniform(-0.06, 0.06)),
        cloud=cloud,
        cloud_shade=_cloud_shade(cloud, sky, near, words.weather, hour),
        brightness=bright,
        moon=hour is Hour.NIGHT,
        stars=hour is Hour.NIGHT and words.weather in (Weather.CLEAR, Weather.SNOW),
        lamps=hour in (Hour.DUSK, Hour.NIGHT) or words.weather is Weather.STORM,
        lamp=colour("ffd890"),
        hour=hour,
        weather=words.weather,
        season=season,
    )


def _cloud(sky: tuple[Colour, ...], air: Colour, tones: _Tones, weather: Weather) -> Colour:
    if weather in (Weather.RAIN, Weather.STORM, Weather.CLOUDY):
        return mixed(air * np.float32(1.12), sky[3], 0.25)
    lit = mixed(sky[3], colour(tones.sun), 0.55)
    return mixed(
        lit, sky[2], 0.0 if tones.brightness > 0.6 else 0.35 if tones.brightness > 0.4 else 0.7
    )


def _cloud_shade(
    cloud: Colour, sky: tuple[Colour, ...], near: Colour, weather: Weather, hour: Hour
) -> Colour:
    if weather not in (Weather.RAIN, Weather.STORM, Weather.CLOUDY):
        return mixed(sky[1], near, 0.12)
    if weather is Weather.STORM or hour in (Hour.DUSK, Hour.NIGHT):
        return mixed(sky[1], near, 0.5)
    # by day, what brings no storm must not look like one
    return mixed(sky[1], near, 0.25) if weather is Weather.RAIN else mixed(cloud, sky[1], 0.5)


def _usual_hour(words: Words, random: np.random.Generator) -> Hour:
    chance = int(random.integers(4))
    if words.has("stars", "moon", "fireflies"):
        return Hour.NIGHT
    if words.weather is Weather.CLEAR:
        return (Hour.DAWN, Hour.DAY, Hour.DAY, Hour.DUSK)[chance]
    return Hour.DAY


def _usual_season(words: Words, random: np.random.Generator) -> Season:
    chance = int(random.integers(3))
    if words.weather is Weather.SNOW or words.has("ice"):
        return Season.WINTER
    return (Season.SUMMER, Season.SUMMER, Season.SPRING)[chance]
