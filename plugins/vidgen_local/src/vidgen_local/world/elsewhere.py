"""The sky above the clouds, space, caves, and the bottom of the sea."""

from __future__ import annotations

import math

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import figures, fires, plants, vessels
from vidgen_local.world.lands import ridge
from vidgen_local.world.model import Lamp, Rising, World
from vidgen_local.world.palette import colour, mixed
from vidgen_local.world.sheet import Outline, box, soft
from vidgen_local.world.skies import paint_sky
from vidgen_local.world.waters import lay_water


def paint_heights(world: World) -> None:
    """A sea of clouds in the light, and who flies above it."""
    sheet, palette, _words = world.sheet, world.palette, world.words
    horizon = sheet.uniform(0.55, 0.66)
    paint_sky(world, horizon)
    for number, depth in enumerate((0.12, 0.25, 0.45, 0.8)):
        base = horizon + (0.02, 0.1, 0.22, 0.38)[number]
        light = mixed(palette.cloud, palette.far(palette.cloud, 0.5), 0.6 - 0.15 * number)
        layer = world.layer(light, depth)
        layer.drift = 1 / (120 - 22 * number)
        heap = sheet.noise(1.6 - 0.22 * number, 1.6, 5, turn=True)
        top = base - (0.05 + 0.03 * number) * (heap[sheet.row(base)] - 0.35) * 4
        away = sheet.y[:, None] - top[None, :]
        puff = sheet.noise(3.2 - 0.4 * number, 4.6 - 0.5 * number, 5, turn=True)
        layer.cover[:] = floats(np.clip((away + (puff - 0.5) * 0.16) * 16, 0, 1))
        shade = np.clip(away * 3.2 + (0.5 - puff) * 1.6, 0, 1)
        layer.tint(mixed(palette.cloud_shade, palette.sky[1], 0.5), floats(shade * 0.62))
        layer.tint(
            mixed(palette.sun, palette.sky[3], 0.3),
            floats(np.exp(-np.abs(away) / 0.02) * 0.5 * palette.glow),
        )
        if number == 1:
            _flyers(world)
    world.layers[0].halo(sheet.across(palette.sun_x), palette.sun_y, 0.5, palette.sun, 0.4)


def _flyers(world: World) -> None:
    sheet, words = world.sheet, world.words
    x = sheet.across(0.36 if world.palette.sun_x > 0.5 else 0.64)
    layer = world.layer(world.palette.near, 0.5)
    layer.bob, layer.travel = 0.008, 0.012
    if words.has("balloon"):
        vessels.balloon(world, layer, x, 0.36, 0.13 * sheet.scale)
    elif words.has("plane"):
        vessels.plane(world, layer, x, 0.4, 0.2 * sheet.scale)


def paint_space(world: World) -> None:
    """Stars, a glowing nebula, a planet with its shadow, and ground where one stands on it."""
    sheet, palette, words = world.sheet, world.palette, world.words
    deep = colour("05060f")
    sky = world.layer(deep, 0.0, full=True)
    hues = (("7a2f8a", "2f5fb0"), ("b0503a", "5a2f8a"), ("1f7a80", "3a3fa0"))[
        int(sheet.random.integers(3))
    ]
    for number, code in enumerate(hues):
        cloud = np.clip((sheet.noise(1.1 + 0.4 * number, 1.5, 6, 0.6) - 0.44) * 3, 0, 1)
        sky.glow(colour(code), floats(cloud**1.5 * (0.85 - 0.2 * number)))
    dust = np.clip((sheet.noise(1.6, 2.2, 6) - 0.5) * 4, 0, 1)
    sky.tint(deep, floats(dust * 0.55))
    for _ in range(int(430 * max(1.0, sheet.aspect))):
        light = sheet.uniform(0.2, 1) ** 2.2
        paint = colour(("ffffff", "ffe2c0", "c0d4ff")[int(sheet.random.integers(3))])
        sky.dot(
            sheet.uniform(sheet.west, sheet.east),
            sheet.uniform(sheet.north, sheet.south),
            0.001 + 0.0016 * light,
            paint,
            min(1.0, light * 1.3),
        )
    _planet(world, sheet.across(0.7 if palette.sun_x < 0.5 else 0.3), 0.4, 0.27 * sheet.scale)
    _planet(world, sheet.across(0.24 if palette.sun_x < 0.5 else 0.78), 0.24, 0.055 * sheet.scale)
    if words.has("spaceship"):
        _spaceship(world)
    if words.has("person", "moon", "mars") or "surface" in words.text.casefold():
        for depth, base in ((0.4, 0.82), (0.95, 0.94)):
            ground = mixed(
                colour("8a8680"), colour("b0603a"), 0.8 if words.has("mars") else 0.0
            ) * np.float32(0.75 + 0.1 * depth)
            layer, line = ridge(world, depth, base, 0.03, 1.1, paint=ground, clear=1.0, grain=0.35)
            if depth == 0.4 and words.has("person"):
                x = sheet.across(0.42)
                figures.person(
                    world,
                    layer,
                    x,
                    sheet.height_at(line, x) + 0.02,
                    0.2 * sheet.scale,
                    colour("d8dce4"),
                )


def _planet(world: World, x: float, y: float, size: float) -> None:
    sheet = world.sheet
    first, second = (
        ("c98a5a", "e6c08a"),
        ("3a6ab0", "9ac0d8"),
        ("7a4a8a", "c08ab0"),
        ("3f7a6a", "a8c890"),
    )[int(sheet.random.integers(4))]
    layer = world.layer(colour(first), 0.12 + size * 0.4)
    away = sheet.distance(x, y)
    bands = np.sin(
        (sheet.y[:, None] - y) / size * 9
        + (sheet.noise(2.5 / size * 0.3, 5 / size * 0.3, 4) - 0.5) * 7
    )
    layer.tint(colour(second), floats(np.clip(bands * 0.5 + 0.4, 0, 1) * 0.8))
    side = (sheet.x[None, :] - x) / size * (-0.8 if world.palette.sun_x < 0.5 else 0.8) - (
        sheet.y[:, None] - y
    ) / size * 0.45
    layer.shade(floats(np.clip(0.62 + side * 0.75, 0.04, 1.1)))
    layer.cover[:] = np.clip((size - away) * sheet.unit + 0.5, 0, 1)
    sky = world.layers[0]
    sky.glow(
        colour(second),
        floats(
            np.exp(-np.clip(away - size, 0, 2) / (0.16 * size))
            * np.clip(0.35 + side * 0.4, 0, 1)
            * 0.5
        ),
    )
    if size > 0.15 and sheet.chance(0.6):
        ring = [
            (x + size * 1.75 * math.cos(a), y + size * (0.32 * math.sin(a) + 0.18 * math.cos(a)))
            for a in np.linspace(-0.12, math.pi + 0.12, 60)
        ]
        for width, strength in ((0.11, 0.45), (0.04, 0.7)):
            layer.strokes(colour(second), size * width, ring, strength=strength)


def _spaceship(world: World) -> None:
    sheet = world.sheet
    layer = world.layer(colour("9aa4b0"), 0.6)
    layer.travel, layer.bob = 0.014, 0.004
    x, y, size = sheet.across(0.4), 0.6, 0.17 * sheet.scale
    hull, dark = colour("c4ccd6"), colour("4a525e")
    layer.fill(
        (hull, dark),
        [
            (x - size, y - size * 0.16),
            (x + size * 0.6, y - size * 0.18),
            (x + size * 1.2, y + size * 0.02),
            (x + size * 0.6, y + size * 0.16),
            (x - size, y + size * 0.18),
        ],
    )
    layer.fill(
        (dark, hull),
        [
            (x - size * 0.7, y),
            (x + size * 0.1, y + size * 0.05),
            (x - size * 0.5, y + size * 0.62),
            (x - size * 0.95, y + size * 0.62),
        ],
    )
    layer.fill(
        mixed(hull, dark, 0.4),
        [
            (x - size * 0.8, y - size * 0.15),
            (x - size * 0.2, y - size * 0.17),
            (x - size * 0.75, y - size * 0.6),
            (x - size, y - size * 0.6),
        ],
    )
    layer.fill(
        colour("9ae4ff"),
        [
            (x + size * 0.5, y - size * 0.14),
            (x + size * 0.85, y - size * 0.07),
            (x + size * 0.5, y - size * 0.03),
        ],
    )
    world.lamps.append(
        Lamp(
            x=x - size * 1.05,
            y=y,
            radius=size * 0.35,
            light=colour("7ac8ff"),
            strength=0.95,
            depth=0.6,
            unrest=0.4,
        )
    )


def paint_cave(world: World) -> None:
    """A cave that opens to the light, with hanging stones and a pool."""
    sheet, palette, words = world.sheet, world.palette, world.words
    paint_sky(world, 0.6)
    x, y = sheet.across(0.42 + 0.16 * (palette.sun_x > 0.5)), 0.44
    world.layers[0].halo(x, y, 0.4, mixed(palette.sky[3], palette.sun, 0.4), 0.6)
    ridge(world, 0.15, 0.56, 0.05, 1.4, clear=0.5)
    rock = mixed(palette.lit("6a5a50"), palette.near, 0.2)
    lay_water(world, 0.64, 0.3, choppy=0.4, clear=0.75)
    for number, (depth, wide, high) in enumerate(
        ((0.45, 0.34, 0.27), (0.65, 0.5, 0.37), (0.95, 0.72, 0.5))
    ):
        dark = mixed(rock * np.float32(0.75 - 0.22 * number), palette.near, 0.25 + 0.2 * number)
        layer = world.layer(dark, depth)
        wide *= 0.5 + 0.4 * sheet.aspect
        turn = np.arctan2((sheet.y[:, None] - y) / high, (sheet.x[None, :] - x) / wide)
        ragged = (sheet.noise(4, 4, 5, 0.6) - 0.5) * 0.75
        away = np.hypot((sheet.y[:, None] - y) / high, (sheet.x[None, :] - x) / wide) + ragged
        layer.cover[:] = floats(np.clip((away - 1) * 26, 0, 1))
        if number < 2:
            layer.cover *= 1 - sheet.below(floats(np.full(sheet.width, 0.66 + 0.07 * number)))
        crag = sheet.noise(5, 6, 5, 0.62)
        layer.shade(floats(1 + (crag - 0.5) * 1.5))
        layer.tint(
            mixed(palette.sky[3], palette.sun, 0.4),
            floats(
                np.exp(-np.clip(away - 1, 0, 3) / 0.07)
                * (0.6 - 0.14 * number)
                * (1 - 0.4 * np.clip(np.sin(turn), 0, 1))
            ),
        )
        spikes: list[Outline] = []
        for sx in sheet.steps(0.09 + 0.03 * number, 0.8):
            out = abs(sx - x) / wide
            if out > 1.1:
                continue
            top = y - high * math.sqrt(max(0.0, 1.1 - out**2)) * 0.92
            long = sheet.uniform(0.03, 0.13) * (0.7 + 0.4 * number)
            spikes.append([(sx - 0.018, top - 0.05), (sx, top + long), (sx + 0.018, top - 0.05)])
        layer.fill((dark, mixed(dark, palette.sky[3], 0.15)), *spikes)
    ridge(
        world,
        1.05,
        0.93,
        0.05,
        1.8,
        paint=mixed(palette.near, rock, 0.25),
        clear=1.0,
        rough=0.62,
        grain=0.35,
    )
    if words.has("person"):
        who = world.layer(palette.near, 0.8)
        figures.person(world, who, sheet.across(0.56), 0.93, 0.3 * sheet.scale)
    if words.has("fire", "candles"):
        fire = world.layer(palette.near, 0.9)
        fires.campfire(world, fire, sheet.across(0.36), 0.93, 0.08 * sheet.scale)


def paint_depths(world: World) -> None:
    """Under water: light from above, rocks, weeds, corals, fish and bubbles."""
    sheet, palette, _words = world.sheet, world.palette, world.words
    bright = 0.35 + 0.65 * palette.brightness
    stops = [colour(c) * np.float32(bright) for c in ("6fd8e4", "2f9cc4", "145a94", "0a2c58")]
    sea = world.layer(stops[0], 0.0, full=True)
    for channel in range(3):
        sea.rgb[..., channel] = np.interp(
            sheet.y, [-0.1, 0.25, 0.62, 1.0], [s[channel] for s in stops]
        )[:, None]
    x = sheet.across(palette.sun_x)
    sea.glow(colour("e8fff8"), soft(0.75, sheet.distance(x, -0.1)) * np.float32(0.75 * bright))
    rays = world.layer(colour("c8f4f0") * np.float32(bright), 0.1)
    for _ in range(9):
        bottom = x + sheet.uniform(-1.1, 1.1)
        wide = sheet.uniform(0.02, 0.08)
        rays.fill(
            rays.rgb[0, 0].copy(),
            [
                (x - 0.02 + (bottom - x) * 0.1, -0.15),
                (x + 0.02 + (bottom - x) * 0.1, -0.15),
                (bottom + wide, 1.0),
                (bottom - wide, 1.0),
            ],
            strength=0.16,
            blur=0.012,
        )
    rays.cover *= np.clip(1.0 - sheet.y, 0, 1)[:, None]
    haze, dark = stops[1], mixed(stops[3], colour("02101f"), 0.5)
    for number, (depth, base, clear) in enumerate(
        ((0.25, 0.7, 0.35), (0.5, 0.8, 0.65), (0.95, 0.95, 0.95))
    ):
        paint = mixed(haze, dark, clear)
        layer, line = ridge(world, depth, base, 0.06, 1.4, paint=paint, clear=1.0, rough=0.58)
        layer.sway, layer.foot = 0.008 + 0.006 * number, base + 0.1
        for sx in sheet.steps(0.13 + 0.06 * number, 0.7):
            foot = sheet.height_at(line, sx) + 0.02
            paint = mixed(
                haze,
                colour(
                    ("e0604a", "e8a03a", "c04a8a", "4aa070", "3a8a50")[
                        int(sheet.random.integers(5))
                    ]
                )
                * np.float32(bright),
                clear * 0.85,
            )
            if sheet.chance(0.5):
                tall = sheet.uniform(0.1, 0.26) * (0.6 + 0.5 * number)
                points = [
                    (sx + 0.02 * math.sin(t * 7), foot - tall * t) for t in np.linspace(0, 1, 12)
                ]
                layer.strokes(mixed(paint, dark, 0.3), 0.008 + 0.006 * number, points)
            else:
                for width, line_points in plants.branches(
                    sheet, sx, foot, -math.pi / 2, 0.05 * (0.7 + 0.5 * number), 0.014, 3
                ):
                    layer.strokes(paint, width * 1.4, line_points)
        if number < 2:
            _fish(
                world,
                0.4 + 0.25 * number,
                7 - 3 * number,
                0.03 + 0.03 * number,
                mixed(haze, dark, 0.5 + 0.3 * number),
            )
    world.rising.append(Rising(x=sheet.across(0.3), y=0.95, width=0.12, depth=0.8, kind="bubbles"))
    world.rising.append(Rising(x=sheet.across(0.74), y=0.85, width=0.08, depth=0.5, kind="bubbles"))


def _fish(world: World, depth: float, count: int, size: float, paint: np.ndarray) -> None:
    sheet = world.sheet
    layer = world.layer(paint, depth)
    layer.travel, layer.bob = 0.03, 0.01
    for _ in range(count):
        x, y, s = (
            sheet.across(sheet.uniform(0.1, 0.8)),
            sheet.uniform(0.25, 0.62),
            size * sheet.uniform(0.7, 1.2),
        )
        layer.round(paint, x, y, s, s * 0.42)
        layer.fill(
            paint,
            [
                (x - s * 0.85, y),
                (x - s * 1.5, y - s * 0.4),
                (x - s * 1.35, y),
                (x - s * 1.5, y + s * 0.4),
            ],
            box(x, y, x, y),
        )
