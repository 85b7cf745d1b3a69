"""Forests: trunks and crowns in many depths, light between them, ferns close by."""

from __future__ import annotations

import math

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import plants, things
from vidgen_local.world.lands import ridge, treeline
from vidgen_local.world.model import World
from vidgen_local.world.palette import mixed
from vidgen_local.world.sheet import Layer, box, soft
from vidgen_local.world.skies import lay_mist, paint_sky
from vidgen_local.world.snow import firs_of, lay_drifts, plant_firs, snowy
from vidgen_local.world.words import Season, Weather


def paint_forest(world: World) -> None:
    """The inside of a wood, lit from behind."""
    words, sheet, palette = world.words, world.sheet, world.palette
    winter = palette.season is Season.WINTER
    pines = words.has("pines") or (winter and not words.has("birch"))
    if palette.season is Season.SUMMER and not words.has("birch", "palms"):
        pines = pines or sheet.chance(0.3)
    paint_sky(world, 0.66, clouds=False)
    _glow(world)
    layer, line = ridge(world, 0.15, 0.6, 0.03, 1.0, clear=0.3)
    back = palette.far(mixed(palette.near, palette.leaf, 0.6), 0.32)
    treeline(world, layer, line, 0.3, 0.035, back, pines=pines)
    lay_mist(world, 0.58, 0.16, 0.25, 0.95 if palette.weather is Weather.FOG else 0.5)
    for depth, clear, base, tall, gap, wide in (
        (0.35, 0.5, 0.66, 0.62, 0.1, 0.012),
        (0.55, 0.72, 0.73, 0.85, 0.2, 0.024),
        (0.78, 0.9, 0.82, 1.2, 0.42, 0.05),
    ):
        _stand(world, depth, clear, base, tall, gap, wide, pines)
        if depth == 0.55:
            lay_mist(
                world,
                base + 0.01,
                0.09,
                depth,
                (0.85 if palette.weather is Weather.FOG else 0.34) * (1.2 - depth),
            )
        if depth == 0.55:
            _who_is_there(world, base)
    _shafts(world)
    _undergrowth(world, pines)


def _glow(world: World) -> None:
    sky, sheet, palette = world.layers[0], world.sheet, world.palette
    away = sheet.distance(sheet.across(0.4 + 0.2 * (palette.sun_x > 0.5)), 0.42)
    sky.glow(
        mixed(palette.sun, palette.sky[3], 0.5),
        soft(0.8, away) * np.float32(0.5 if not palette.moon else 0.25),
    )


def _stand(
    world: World,
    depth: float,
    clear: float,
    base: float,
    tall: float,
    gap: float,
    wide: float,
    pines: bool,
) -> None:
    """Add trunks with their crowns, and the ground that they stand on."""
    sheet, palette, words = world.sheet, world.palette, world.words
    line = floats(base + 0.025 * sheet.line(1.2, 0.5))
    bark = mixed(palette.near, palette.wood, 0.5)
    birch = words.has("birch")
    if birch:
        bark = palette.lit("e9e4da")
    trunk = palette.far(bark, clear)
    layer = world.layer(trunk, depth)
    leaf = palette.far(mixed(palette.leaf, palette.near, 0.35), clear)
    for x in sheet.steps(gap, 0.6):
        middle = abs(x / sheet.aspect - 0.5) < 0.16
        if middle and depth > 0.5:  # leave the clearing open
            continue
        foot = sheet.height_at(line, x) + 0.02
        high = tall * sheet.uniform(0.8, 1.2)
        if pines and depth < 0.7:
            green = palette.far(mixed(palette.near, palette.leaf, 0.35), clear)
            plant_firs(world, layer, green, firs_of(world, [(x, foot, high * 0.85)]), clear)
            continue
        _trunk(world, layer, trunk, x, foot, high + 0.2, wide * sheet.uniform(0.7, 1.25), birch)
        if palette.season is not Season.WINTER and not pines:
            for _ in range(7 if depth < 0.7 else 10):
                cx = x + sheet.uniform(-1, 1) * gap * 0.75
                cy = foot - high * sheet.uniform(0.55, 1.05)
                size = gap * sheet.uniform(0.2, 0.42)
                layer.fill(
                    mixed(leaf, palette.sun, sheet.uniform(0, 0.2) * palette.brightness),
                    plants.blob(sheet, cx, cy, size),
                    strength=0.94,
                )
    shady = 0.1 if snowy(world) else 0.35
    ground = palette.far(mixed(palette.ground, palette.near, shady), clear)
    floor = world.layer(ground, depth)
    if snowy(world):
        lay_drifts(world, floor, clear)
    else:
        floor.shade(1 + (sheet.noise(8, 26, 4) - np.float32(0.5)) * np.float32(0.6))
    lit = np.exp(-((sheet.x - sheet.across(0.5)) ** 2) / (0.28 * sheet.aspect) ** 2)[None, :]
    floor.tint(
        mixed(ground, palette.sun, 0.45),
        floats(lit * np.ones_like(floor.cover) * 0.55 * (0.3 + palette.glow)),
    )
    floor.cover[:] = sheet.below(line)


def _trunk(
    world: World,
    layer: Layer,
    paint: np.ndarray,
    x: float,
    foot: float,
    high: float,
    wide: float,
    birch: bool,
) -> None:
    sheet, palette = world.sheet, world.palette
    lean = sheet.uniform(-0.05, 0.05) * high
    top = foot - high
    layer.fill(
        paint,
        [
            (x - wide * 1.7, foot),
            (x - wide * 0.8, foot - high * 0.08),
            (x + lean - wide * 0.5, top),
            (x + lean + wide * 0.5, top),
            (x + wide * 0.8, foot - high * 0.08),
            (x + wide * 1.7, foot),
        ],
    )
    side = 1 if x < sheet.across(0.5) else -1
    shade = mixed(paint, palette.near, 0.45)
    rim = mixed(paint, palette.sun, 0.5 * (0.25 + palette.brightness))
    layer.strokes(
        shade,
        wide * 0.6,
        [(x - side * wide * 0.5, foot), (x + lean - side * wide * 0.25, top)],
        strength=0.6,
    )
    layer.strokes(
        rim,
        wide * 0.22,
        [(x + side * wide * 0.72, foot - high * 0.05), (x + lean + side * wide * 0.42, top)],
        strength=0.75,
    )
    for _ in range(3):
        y = foot - high * sheet.uniform(0.35, 0.95)
        turn = -math.pi / 2 + sheet.uniform(0.5, 1.1) * (1 if sheet.chance(0.5) else -1)
        for width, line in plants.branches(
            sheet, x + lean * (foot - y) / high, y, turn, high * 0.1, wide * 0.45, 3
        ):
            layer.strokes(paint, max(0.001, width), line)
    if birch:
        marks = []
        for _ in range(16):
            y, out = foot - high * sheet.uniform(0.03, 1), wide * sheet.uniform(-0.6, 0.4)
            marks.append(
                box(
                    x + lean * (foot - y) / high + out,
                    y,
                    x + lean * (foot - y) / high + out + wide * 0.5,
                    y + wide * 0.16,
                )
            )
        layer.fill(mixed(palette.near, paint, 0.2), *marks)


def _who_is_there(world: World, base: float) -> None:
    layer = world.layer(world.palette.near, 0.6)
    line = floats(np.full(world.sheet.width, base + 0.1))
    things.stand_on(world, layer, line, 0.56, 1.35)


def _shafts(world: World) -> None:
    """Let light fall in slanting shafts between the trees."""
    sheet, palette = world.sheet, world.palette
    if palette.weather in (Weather.RAIN, Weather.STORM) or palette.brightness < 0.25:
        return
    layer = world.layer(mixed(palette.sun, palette.sky[3], 0.3), 0.6)
    slope = 0.45 if palette.sun_x < 0.5 else -0.45
    middle = sheet.across(0.5)
    for step in range(6):
        x = middle + sheet.uniform(-0.55, 0.5) * sheet.aspect * 0.7
        wide = sheet.uniform(0.02, 0.07)
        layer.fill(
            layer.rgb[0, 0].copy(),
            [
                (x - wide * 0.4 - slope * 0.3, -0.12),
                (x + wide * 0.4 - slope * 0.3, -0.12),
                (x + wide + slope * 0.75, 0.86),
                (x - wide + slope * 0.75, 0.86),
            ],
            strength=0.11 + 0.02 * step,
            blur=0.012,
        )
    layer.cover *= np.clip((0.9 - sheet.y) / 0.6, 0, 1)[:, None]
    layer.drift = 0.0


def _undergrowth(world: World, pines: bool) -> None:
    """Ferns and dark trunks right before the camera, and leaves from above."""
    sheet, palette = world.sheet, world.palette
    near = world.layer(palette.near, 1.0)
    near.sway, near.foot = 0.006, 1.1
    line = floats(0.97 + 0.02 * sheet.line(1.5, 0.5) - 0.1 * np.abs(sheet.x / sheet.aspect - 0.5))
    leaf = mixed(palette.near, palette.leaf, 0.4)
    if palette.season is Season.WINTER:
        mound = mixed(palette.ground, palette.near, 0.12)
        near.fill(
            mound,
            [
                (sheet.west, sheet.south),
                *[(float(x), float(y)) for x, y in zip(sheet.x[::8], line[::8], strict=True)],
                (sheet.east, sheet.south),
            ],
        )
    for x in sheet.steps(0.085, 0.6):
        foot = sheet.height_at(line, x) + 0.06
        for turn in (-2.6, -2.2, -1.75, -1.35, -0.95, -0.5):
            long = sheet.uniform(0.07, 0.15)
            turn += sheet.uniform(-0.2, 0.2)
            tip = (x + long * math.cos(turn), foot + long * math.sin(turn) * 0.9)
            knee = (x + long * 0.5 * math.cos(turn), foot + long * 0.75 * math.sin(turn))
            near.fill(
                mixed(leaf, palette.sun, sheet.uniform(0, 0.25) * palette.brightness),
                [
                    (x - 0.004, foot),
                    (knee[0] - 0.008, knee[1]),
                    tip,
                    (knee[0] + 0.008, knee[1] + 0.012),
                    (x + 0.004, foot),
                ],
            )
    frame = world.layer(palette.near, 1.2)
    frame.sway, frame.foot = 0.004, 1.1
    side = sheet.across(0.02 if palette.sun_x > 0.5 else 0.98)
    _trunk(
        world,
        frame,
        mixed(palette.near, palette.wood, 0.15),
        side,
        1.15,
        1.5,
        0.07 * sheet.scale,
        False,
    )
    if pines or palette.season is Season.WINTER:
        return
    for _ in range(26):
        x, y = sheet.uniform(sheet.west, sheet.east), sheet.north + abs(sheet.uniform(-0.16, 0.16))
        frame.fill(
            mixed(palette.near, palette.leaf, sheet.uniform(0.1, 0.4)),
            plants.blob(sheet, x, y, sheet.uniform(0.03, 0.075)),
        )
