"""A street that runs away between house fronts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import things
from vidgen_local.world.model import Lamp, Water, World
from vidgen_local.world.palette import colour, mixed
from vidgen_local.world.sheet import Layer, Outline, box
from vidgen_local.world.skies import lay_mist, paint_sky
from vidgen_local.world.towns import skyline
from vidgen_local.world.words import Weather

_NEON = ("ff3f8e", "34e0ff", "ffd23c", "8a5cff", "4affa0")


def paint_street(world: World) -> None:
    """A street that runs away between house fronts."""
    sheet, palette, _words = world.sheet, world.palette, world.words
    horizon = sheet.uniform(0.52, 0.58)
    middle = sheet.across(sheet.uniform(0.42, 0.58))
    paint_sky(world, horizon)
    skyline(world, 0.12, 0.35, horizon + 0.06, 0.3, 0.05)
    lay_mist(world, horizon, 0.1, 0.2, 0.9 if palette.weather is Weather.FOG else 0.45)
    _pavement(world, horizon, middle)
    for depth, near, far in ((0.42, 0.34, 0.1), (0.7, 0.85, 0.3)):
        for side in (-1, 1):
            _fronts(world, depth, horizon, middle, side, near, far)
    _lamps(world, horizon, middle)
    layer = world.layer(palette.near, 0.8)
    line = floats(np.full(sheet.width, horizon + 0.3))
    things.stand_on(world, layer, line, 0.5 + (0.12 if middle < sheet.across(0.5) else -0.14), 1.9)


def _pavement(world: World, horizon: float, middle: float) -> None:
    sheet, palette = world.sheet, world.palette
    road = world.layer(mixed(palette.ground, palette.near, 0.25), 0.4)
    down = np.clip((sheet.y - horizon) / (1 - horizon), 0.001, 2)[:, None]
    road.shade(1 + (sheet.noise(6, 60, 4) - np.float32(0.5)) * np.float32(0.4))
    place = np.abs(sheet.x[None, :] - middle) / (0.02 + 0.75 * down)
    stones = (
        np.sin(14 / np.maximum(down, 0.05)) * 0.5
        + np.sin((sheet.x[None, :] - middle) / (0.02 + down) * 26) * 0.5
    )
    road.shade(floats(1 + 0.10 * stones * np.clip(down * 3, 0, 1)))
    road.tint(
        mixed(palette.stone, palette.haze, 0.2), floats(np.clip((place - 0.72) * 40, 0, 1) * 0.55)
    )
    road.tint(
        palette.far(palette.ground, 0.3),
        floats(np.clip(0.4 - down, 0, 1) * 1.5 * np.ones_like(road.cover)),
    )
    wet = palette.weather in (Weather.RAIN, Weather.STORM)
    if wet or palette.lamps:
        _shine(world, road, horizon, middle, 0.85 if wet else 0.3)
    road.cover[:] = sheet.below(floats(np.full(sheet.width, horizon)))
    if wet:
        world.waters.append(
            Water(
                layer=len(world.layers) - 1, horizon=horizon, choppy=0.1, sun_x=middle, glitter=0.1
            )
        )


def _shine(world: World, road: Layer, horizon: float, middle: float, strength: float) -> None:
    """Streak the ground with the colours of the sky and of lights above it."""
    sheet, palette, words = world.sheet, world.palette, world.words
    streak = sheet.noise(5, 1.2, 2)
    puddle = np.clip((sheet.noise(2.2, 14, 4) - 0.42) * 5, 0, 1)
    down = np.clip((sheet.y - horizon) / 0.2, 0, 1)[:, None]
    road.tint(mixed(palette.sky[3], palette.sky[2], 0.4), floats(puddle * down * 0.55 * strength))
    paints = (
        [colour(code) for code in _NEON] if words.has("neon") else [palette.lamp, colour("ffb45c")]
    )
    if not palette.lamps:
        return
    for number in range(9):
        x = middle + (sheet.uniform(-0.75, 0.75)) * min(1.0, sheet.aspect)
        column = np.exp(-(((sheet.x - x) / 0.035) ** 2))[None, :]
        road.glow(
            paints[number % len(paints)],
            floats(column * (0.4 + streak) * down * strength * 0.5 * np.exp(-down * 0.2)),
        )


def _fronts(
    world: World, depth: float, horizon: float, middle: float, side: int, near: float, far: float
) -> None:
    """Add a row of house fronts that runs towards the vanishing point."""
    sheet, palette, words = world.sheet, world.palette, world.words
    wide = min(1.0, 0.5 + 0.3 * sheet.aspect)

    def at(away: float, height: float) -> tuple[float, float]:
        """Return a point of the front, *away* from the vanishing point, *height* above ground."""
        reach = away * wide
        return middle + side * reach, horizon + away * 0.45 - height * away * 1.5

    clear = 0.62 if depth < 0.5 else 1.0
    cool = mixed(palette.near, palette.wall, 0.42 if not palette.lamps else 0.22)
    layer = world.layer(palette.far(cool, clear), depth)
    cuts = [near + (1.4 if depth > 0.5 else 0.0)]
    while cuts[-1] > far:
        cuts.append(cuts[-1] * sheet.uniform(0.6, 0.76))
    for number, (a, b) in enumerate(pairwise(cuts)):
        tall = sheet.uniform(0.62, 1.0)
        paint = palette.far(
            mixed(cool, (palette.roof, palette.wall, palette.stone)[number % 3], 0.35), clear
        )
        layer.fill(
            (paint, mixed(paint, palette.near, 0.4)), [at(a, 0), at(a, tall), at(b, tall), at(b, 0)]
        )
        layer.strokes(mixed(paint, palette.sky[3], 0.3), 0.008 * a, [at(a, tall), at(b, tall)])
        layer.strokes(mixed(paint, palette.near, 0.6), 0.01 * a, [at(a, 0), at(a, tall)])
        _panes(world, layer, at, a, b, tall, clear)
        if words.has("neon") or (palette.lamps and sheet.chance(0.4)):
            code = _NEON[int(sheet.random.integers(len(_NEON)))] if words.has("neon") else "ffb45c"
            p, q = a * 0.93, a * 0.8 + b * 0.2
            high = sheet.uniform(0.24, 0.5)
            layer.fill(
                mixed(colour(code), colour("ffffff"), 0.25),
                [at(p, high), at(p, high + 0.09), at(q, high + 0.09), at(q, high)],
            )
            x, y = at((p + q) / 2, high + 0.045)
            world.lamps.append(
                Lamp(
                    x=x,
                    y=y,
                    radius=0.16 * a,
                    light=colour(code),
                    strength=0.5,
                    depth=depth,
                    unrest=0.25,
                )
            )


def _panes(
    world: World, layer: Layer, at: object, a: float, b: float, tall: float, clear: float
) -> None:
    sheet, palette = world.sheet, world.palette
    assert callable(at)
    lit: list[Outline] = []
    dark: list[Outline] = []
    columns = 3
    for column in range(columns):
        p = a + (b - a) * (0.14 + column * 0.29)
        q = a + (b - a) * (0.14 + column * 0.29 + 0.16)
        for row in range(int(tall / 0.16)):
            low = 0.06 + 0.16 * row
            if low + 0.1 > tall:
                break
            pane = [at(p, low), at(p, low + 0.095), at(q, low + 0.095), at(q, low)]
            (lit if sheet.chance(0.45 if palette.lamps else 0.1) else dark).append(pane)
    glass = (
        mixed(palette.near, palette.sky[2], 0.35)
        if not palette.lamps
        else mixed(palette.near, palette.sky[1], 0.2)
    )
    layer.fill(palette.far(glass, clear), *dark)
    layer.fill(
        mixed(palette.lamp, palette.haze, 0.4 * (1 - clear))
        if palette.lamps
        else mixed(glass, palette.sky[3], 0.6),
        *lit,
    )


def _lamps(world: World, horizon: float, middle: float) -> None:
    """Line the street with lamps."""
    sheet, palette = world.sheet, world.palette
    layer = world.layer(palette.near, 0.75)
    wide = min(1.0, 0.5 + 0.3 * sheet.aspect)
    for side in (-1, 1):
        for away in (0.62, 0.34, 0.19, 0.11):
            x, foot, tall = middle + side * away * wide * 0.82, horizon + away * 0.48, away * 0.72
            paint = palette.far(palette.near, 0.4 + away)
            layer.strokes(
                paint,
                max(0.002, 0.014 * away),
                [(x, foot), (x, foot - tall), (x - side * tall * 0.16, foot - tall * 1.03)],
            )
            lamp = (x - side * tall * 0.17, foot - tall * 1.0)
            layer.fill(
                palette.lamp if palette.lamps else mixed(palette.near, palette.sky[3], 0.4),
                box(
                    lamp[0] - 0.022 * away,
                    lamp[1] - 0.014 * away,
                    lamp[0] + 0.022 * away,
                    lamp[1] + 0.022 * away,
                ),
            )
            if palette.lamps:
                world.lamps.append(
                    Lamp(
                        x=lamp[0],
                        y=lamp[1],
                        radius=0.16 * away,
                        light=palette.lamp,
                        strength=0.85,
                        depth=0.75,
                        unrest=0.1,
                    )
                )
