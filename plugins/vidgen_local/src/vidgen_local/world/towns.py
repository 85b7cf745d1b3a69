"""Cities from above the roofs, streets between houses, villages."""

from __future__ import annotations

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import buildings, figures, plants, things
from vidgen_local.world.lands import ridge, treeline
from vidgen_local.world.model import World
from vidgen_local.world.palette import colour, mixed
from vidgen_local.world.sheet import Layer, Outline, box
from vidgen_local.world.skies import lay_mist, paint_sky
from vidgen_local.world.snow import firs_of, plant_firs
from vidgen_local.world.words import Season, Weather


def paint_city(world: World) -> None:
    """A skyline in four depths over roofs."""
    sheet, palette, words = world.sheet, world.palette, world.words
    paint_sky(world, 0.68)
    for depth, clear, base, tallest, wide in (
        (0.1, 0.26, 0.72, 0.4, 0.05),
        (0.24, 0.5, 0.78, 0.52, 0.085),
        (0.45, 0.78, 0.9, 0.56, 0.13),
    ):
        skyline(world, depth, clear, base, tallest * sheet.uniform(0.85, 1.1), wide)
        lay_mist(world, base - 0.03, 0.1, depth, 0.9 if palette.weather is Weather.FOG else 0.32)
    _roofs(world)
    if words.has("person"):
        layer = world.layers[-1]
        figures.person(world, layer, sheet.across(0.3), 0.9, 0.3 * sheet.scale)


def skyline(
    world: World, depth: float, clear: float, base: float, tallest: float, wide: float
) -> None:
    """Add one row of tall houses, with lamps behind some windows."""
    sheet, palette = world.sheet, world.palette
    wall = palette.far(mixed(mixed(palette.near, palette.stone, 0.45), palette.ground, 0.3), clear)
    layer = world.layer(wall, depth)
    lit: list[Outline] = []
    dim: list[Outline] = []
    x = sheet.west - wide
    centre = sheet.across(sheet.uniform(0.3, 0.7))
    while x < sheet.east:
        width = wide * sheet.uniform(0.55, 1.3)
        swell = 0.45 + 0.55 * np.exp(-(((x - centre) / (0.45 * max(0.8, sheet.aspect))) ** 2))
        top = base - tallest * sheet.uniform(0.3, 1.0) * swell
        paint = mixed(wall, palette.haze, sheet.uniform(0, 0.16))
        shapes = [box(x, top, x + width, sheet.south)]
        style = sheet.uniform(0, 1)
        if style < 0.25:
            shapes.append(box(x + width * 0.2, top - tallest * 0.07, x + width * 0.8, top))
        elif style < 0.4:
            shapes.append(
                [
                    (x + width * 0.1, top),
                    (x + width * 0.5, top - tallest * 0.16),
                    (x + width * 0.9, top),
                ]
            )
        elif style < 0.55:
            shapes.append(box(x + width * 0.48, top - tallest * 0.2, x + width * 0.53, top))
        light_side = x + width if palette.sun_x > 0.5 else x
        layer.fill((paint, mixed(paint, palette.haze, 0.25 * (1 - clear))), *shapes)
        layer.fill(
            mixed(paint, palette.sun, 0.35 * palette.brightness),
            box(
                min(light_side, light_side - width * 0.24) if palette.sun_x > 0.5 else x,
                top,
                light_side if palette.sun_x > 0.5 else x + width * 0.24,
                sheet.south,
            ),
            strength=0.55,
        )
        step = wide * 0.17
        for row in range(int((base + 0.12 - top) / (step * 1.25))):
            for column in range(int((width - step * 0.5) / step)):
                pane = box(
                    x + step * (0.45 + column),
                    top + step * (0.7 + 1.25 * row),
                    x + step * (0.95 + column),
                    top + step * (1.4 + 1.25 * row),
                )
                (lit if sheet.chance(0.36) else dim).append(pane)
        x += width * sheet.uniform(0.85, 1.25)
    dark = mixed(wall, palette.near, 0.45)
    layer.fill(
        dark if palette.lamps else mixed(wall, palette.sky[1], 0.4), *dim, strength=0.5 * clear
    )
    if palette.lamps:
        layer.fill(mixed(palette.lamp, wall, 0.55 - 0.5 * clear), *lit[::2])
        layer.fill(mixed(colour("fff0cc"), wall, 0.6 - 0.5 * clear), *lit[1::2])
    else:
        layer.fill(mixed(wall, palette.sky[3], 0.65), *lit, strength=0.6)


def _roofs(world: World) -> None:
    """A parapet, chimneys and aerials right before the camera."""
    sheet, palette = world.sheet, world.palette
    layer = world.layer(mixed(palette.near, palette.stone, 0.2), 0.95)
    edge = mixed(palette.near, palette.stone, 0.3)
    left = palette.sun_x > 0.5
    x = sheet.across(0.1 if left else 0.9)
    layer.fill(
        (edge, palette.near),
        [
            (sheet.west, 0.9),
            (sheet.east, 0.9),
            (sheet.east, sheet.south),
            (sheet.west, sheet.south),
        ],
    )
    layer.strokes(mixed(edge, palette.sky[3], 0.3), 0.012, [(sheet.west, 0.9), (sheet.east, 0.9)])
    layer.fill(
        (mixed(edge, palette.roof, 0.5), palette.near),
        box(x - 0.07, 0.72, x + 0.07, 0.92),
        box(x - 0.085, 0.7, x + 0.085, 0.725),
    )
    for at in (0.2, 0.26):
        mast = sheet.across(at if not left else 1 - at)
        layer.strokes(palette.near, 0.006, [(mast, 0.9), (mast, 0.62)])
        for rung in range(4):
            layer.strokes(
                palette.near,
                0.004,
                [(mast - 0.035, 0.64 + 0.025 * rung), (mast + 0.035, 0.64 + 0.025 * rung)],
            )


def paint_village(world: World) -> None:
    """Houses with a church between hills, fields and gardens before them."""
    sheet, palette, words = world.sheet, world.palette, world.words
    snowy = palette.season is Season.WINTER or palette.weather is Weather.SNOW
    horizon = sheet.uniform(0.5, 0.56)
    paint_sky(world, horizon)
    ridge(world, 0.12, horizon - 0.03, 0.1, 0.8, clear=0.22)
    layer, line = ridge(world, 0.25, horizon + 0.03, 0.05, 0.9, clear=0.45)
    treeline(
        world,
        layer,
        line,
        0.06,
        0.03,
        palette.far(mixed(palette.near, palette.leaf, 0.45), 0.52),
        pines=snowy or words.has("pines"),
    )
    lay_mist(world, horizon + 0.06, 0.06, 0.35, 0.9 if palette.weather is Weather.FOG else 0.35)
    church = True
    for depth, clear, base, size, gap in (
        (0.36, 0.68, 0.12, 0.085, 0.16),
        (0.5, 0.86, 0.22, 0.13, 0.26),
        (0.68, 1.0, 0.34, 0.19, 0.55),
    ):
        layer, line = ridge(world, depth, horizon + base, 0.02, 0.9, clear=clear)
        for x in sheet.steps(gap, 0.35):
            if depth > 0.6 and abs(x / sheet.aspect - 0.5) < 0.2:
                continue
            if sheet.chance(0.22):
                tall = size * sheet.uniform(1.0, 1.6)
                foot = sheet.height_at(line, x) + 0.012
                if snowy:
                    green = palette.far(mixed(palette.near, palette.leaf, 0.3), clear)
                    plant_firs(world, layer, green, firs_of(world, [(x, foot, tall)]), clear)
                else:
                    plants.leafy_tree(layer, palette, plants.leaf_of(palette, sheet), x, foot, tall)
                continue
            here = church and depth < 0.4 and abs(x / sheet.aspect - 0.5) < 0.25
            buildings.house(
                world,
                layer,
                x,
                sheet.height_at(line, x) + 0.012,
                size * sheet.scale * sheet.uniform(0.8, 1.15),
                church=here,
            )
            church = church and not here
        lay_mist(
            world,
            horizon + base + 0.02,
            0.04,
            depth,
            0.8 if palette.weather is Weather.FOG else 0.16,
        )
    if words.has("person", "animal", "fire"):
        who = world.layer(palette.near, 0.75)
        things.stand_village(world, who, floats(np.full(sheet.width, horizon + 0.38)))
    layer, line = ridge(world, 0.95, horizon + 0.43, 0.02, 1.0, clear=1.0, grain=0.2)
    layer.sway, layer.foot = 0.004, sheet.south
    _fence(world, layer, line)
    if not snowy:
        plants.grass(
            layer,
            (
                mixed(palette.ground, palette.sun, 0.25 * palette.brightness),
                mixed(palette.near, palette.ground, 0.4),
            ),
            line,
            0.07,
            0.014,
        )


def _fence(world: World, layer: Layer, line: np.ndarray) -> None:
    sheet, palette = world.sheet, world.palette
    paint = mixed(palette.wood, palette.near, 0.4)
    for x in sheet.steps(0.13, 0.1):
        foot = sheet.height_at(line, x) + 0.02
        layer.fill(paint, box(x - 0.008, foot - 0.1, x + 0.008, foot))
        after = sheet.height_at(line, x + 0.14) + 0.02
        for up in (0.08, 0.045):
            layer.strokes(paint, 0.009, [(x, foot - up), (x + 0.14, after - up)])
