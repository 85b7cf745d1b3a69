"""The sea with its coasts, beaches and harbours."""

from __future__ import annotations

import numpy as np

from vidgen_local.picture import Floats, floats
from vidgen_local.world import buildings, figures, plants, things, vessels
from vidgen_local.world.model import World
from vidgen_local.world.palette import mixed
from vidgen_local.world.sheet import Layer, box
from vidgen_local.world.skies import lay_mist, paint_sky, sun_rim
from vidgen_local.world.waters import lay_water
from vidgen_local.world.words import Weather


def _headland(
    world: World, horizon: float, depth: float, left: bool, high: float, clear: float
) -> None:
    sheet, palette = world.sheet, world.palette
    place = sheet.x / sheet.aspect
    away = np.clip((place if left else 1 - place) + 0.15, 0, None)
    fall = np.clip(1 - (away / 0.75) ** 1.4, 0, 1)
    line = floats(horizon + 0.004 - high * fall * (1 + 0.35 * sheet.line(1.8, 0.55)))
    paint = palette.far(mixed(palette.near, palette.ground, 0.3), clear)
    layer = world.layer(paint, depth)
    layer.shade(1 + (sheet.noise(8, 14, 4) - np.float32(0.5)) * np.float32(0.3))
    layer.cover[:] = sheet.below(line) * (
        1 - sheet.below(floats(np.full(sheet.width, horizon + 0.006)))
    )
    sun_rim(world, layer, line, 0.4 * palette.glow)


def paint_sea(world: World) -> None:
    """The open sea before a coast: boats, a lighthouse on its rock, a beach or a harbour."""
    words, sheet, palette = world.words, world.sheet, world.palette
    horizon = sheet.uniform(0.5, 0.6) if not words.has("lighthouse") else sheet.uniform(0.56, 0.62)
    paint_sky(world, horizon)
    left = palette.sun_x > 0.5
    _headland(world, horizon, 0.1, left, sheet.uniform(0.05, 0.1), 0.3)
    if sheet.chance(0.6):
        _headland(world, horizon, 0.14, not left, sheet.uniform(0.02, 0.05), 0.42)
    if words.has("ice"):
        _icebergs(world, horizon)
    stormy = palette.weather is Weather.STORM
    choppy = (
        1.7
        if stormy
        else 1.15
        if words.has("wind")
        else 0.55
        if palette.weather is Weather.FOG
        else 0.85
    )
    lay_water(world, horizon, 0.3, choppy=choppy, clear=0.3 if choppy < 1 else 0.0)
    if palette.weather is Weather.FOG:
        lay_mist(world, horizon + 0.01, 0.14, 0.3, 0.95)
    _vessels(world, horizon, left)
    if words.has("harbour"):
        _harbour(world, horizon, left)
    elif words.has("beach") and not words.has("lighthouse"):
        _beach(world, horizon)
    else:
        _rocks(world, horizon, left)


def _vessels(world: World, horizon: float, left: bool) -> None:
    words, sheet = world.words, world.sheet
    if words.has("ship"):
        far = world.layer(world.palette.near, 0.3)
        vessels.ship(
            world, far, sheet.across(0.42 if left else 0.6), horizon + 0.045, 0.15 * sheet.scale
        )
        far.bob, far.travel = 0.003, 0.004
    if words.has("boat"):
        for number, (at, down, size) in enumerate(((0.36, 0.13, 0.2), (0.56, 0.035, 0.075))):
            boat = world.layer(world.palette.near, 0.5 - 0.15 * number)
            x = sheet.across(at if not left else 1 - at)
            vessels.sailing_boat(world, boat, x, horizon + down, size * sheet.scale)
            boat.bob, boat.travel = 0.008 - 0.004 * number, (0.006 if number else 0.01)


def _icebergs(world: World, horizon: float) -> None:
    sheet, palette = world.sheet, world.palette
    for at, size in ((0.3, 0.16), (0.62, 0.1), (0.85, 0.2)):
        x = sheet.across(at)
        berg = world.layer(palette.lit("eaf4ff"), 0.2)
        ups = sheet.random.uniform(0.4, 1.0, 5)
        points = [
            (x + size * (i / 2 - 1) * 1.1, horizon + 0.01 - size * up) for i, up in enumerate(ups)
        ]
        berg.fill(
            (palette.lit("f6fbff"), palette.lit("9fc4e0")),
            [(x - size * 1.3, horizon + 0.01), *points, (x + size * 1.3, horizon + 0.01)],
        )
        berg.fill(
            palette.lit("7fb0d4"),
            [
                points[2],
                points[3],
                points[4],
                (x + size * 1.3, horizon + 0.01),
                (x + size * 0.2, horizon + 0.01),
            ],
            strength=0.7,
        )


def _rocks(world: World, horizon: float, left: bool) -> None:
    """Raise a rock at one side, with the lighthouse on it, and stones before the camera."""
    words, sheet, palette = world.words, world.sheet, world.palette
    side = 0.74 if left else 0.26
    foot = sheet.across(side)
    tower = words.has("lighthouse")
    layer = world.layer(palette.far(mixed(palette.stone, palette.near, 0.45), 0.9), 0.62)
    out = (sheet.x - foot) * (1 if left else -1)
    reach = np.where(
        out > 0,
        out / (0.9 * max(0.7, sheet.aspect * 0.6)),
        -out / (0.36 * max(0.75, sheet.aspect * 0.6)),
    )
    rise = np.clip(1 - reach ** np.where(out > 0, 1.0, 1.7), -0.6, 1)
    high = 0.3 if tower or words.has("house") else 0.2
    base = horizon + 0.43
    line = floats(base - high * rise + 0.028 * sheet.line(2.6, 0.6) * (0.25 + np.clip(reach, 0, 1)))
    _stone(world, layer, line)
    ground = sheet.height_at(line, foot)
    if tower:
        buildings.lighthouse(world, layer, foot, ground + 0.02, 0.52 * sheet.scale)
    if words.has("house") or tower:
        x = foot + (0.15 if left else -0.15) * sheet.scale
        buildings.house(world, layer, x, sheet.height_at(line, x) + 0.012, 0.095 * sheet.scale)
    if words.has("person"):
        x = foot + (-0.2 if left else 0.2) * sheet.scale
        figures.person(world, layer, x, sheet.height_at(line, x) + 0.008, 0.12 * sheet.scale)
    if words.has("castle"):
        buildings.castle(
            world, layer, foot + (0.18 if left else -0.18), ground + 0.03, 0.18 * sheet.scale
        )
    near = world.layer(mixed(palette.near, palette.stone, 0.22), 1.05)
    low = floats(
        1.0
        - 0.13
        * np.clip(1 - np.abs(sheet.x / sheet.aspect - (0.05 if left else 0.95)) / 0.45, -0.3, 1)
        + 0.035 * sheet.line(2.2, 0.6)
    )
    _stone(world, near, low, dark=0.55)
    plants.grass(near, (mixed(palette.near, palette.leaf, 0.5), palette.near), low, 0.05, 0.03)
    near.sway, near.foot = 0.002, 1.1


def _stone(world: World, layer: Layer, line: Floats, dark: float = 0.0) -> None:
    sheet, palette = world.sheet, world.palette
    crag = sheet.noise(5, 9, 5, 0.65)
    layer.shade(1 + (crag - np.float32(0.5)) * np.float32(1.3))
    light = mixed(palette.stone, palette.sun, 0.4 * palette.brightness)
    shift = np.roll(crag, 3 if palette.sun_x < 0.5 else -3, axis=1)
    layer.tint(light, floats(np.clip((crag - shift) * 9, 0, 1) * 0.5))
    layer.tint(
        palette.near,
        floats(np.clip((sheet.y[:, None] - line[None, :]) / 0.3, 0, 1) * (0.5 + dark * 0.5)),
    )
    layer.cover[:] = sheet.below(line)
    sun_rim(world, layer, line, 0.6 * palette.glow)


def _beach(world: World, horizon: float) -> None:
    words, sheet, palette = world.words, world.sheet, world.palette
    edge = floats(
        horizon + 0.26 + 0.05 * sheet.line(0.8, 0.4, 4) + 0.06 * (sheet.x / sheet.aspect - 0.5)
    )
    foam = world.layer(palette.lit("f7fbfb"), 0.7)
    lace = np.clip((sheet.noise(10, 30, 4) - 0.38) * 4, 0, 1)
    away = sheet.y[:, None] - edge[None, :]
    foam.cover[:] = floats(
        np.clip(
            np.exp(-(((away + 0.005) / 0.013) ** 2))
            + 0.55 * np.exp(-(((away + 0.05) / 0.01) ** 2)),
            0,
            1,
        )
        * lace
    )
    foam.bob = 0.006
    sand = world.layer(palette.lit("dcbf8c"), 0.75)
    sand.shade(1 + (sheet.noise(12, 40, 4) - np.float32(0.5)) * np.float32(0.22))
    wet = np.exp(-np.clip(away, 0, 1) / 0.035)
    sand.tint(mixed(palette.lit("8a7455"), palette.sky[3], 0.3), floats(wet * 0.75))
    sand.cover[:] = sheet.below(edge, 0.012)
    if words.has("person"):
        x = sheet.across(0.4)
        figures.person(world, sand, x, sheet.height_at(edge, x) + 0.14, 0.26 * sheet.scale)
    things.stand_fire(world, sand, edge)
    near = world.layer(palette.near, 1.05)
    near.sway, near.foot = 0.006, 1.1
    if words.has("palms"):
        plants.palm(
            near,
            mixed(palette.near, palette.leaf, 0.2),
            sheet.across(0.16 if palette.sun_x > 0.5 else 0.84),
            1.08,
            0.85 * sheet.scale,
        )
    line = floats(
        1.02
        - 0.14
        * np.clip(
            1 - np.abs(sheet.x / sheet.aspect - (0.0 if palette.sun_x > 0.5 else 1.0)) / 0.42,
            -0.5,
            1,
        )
    )
    plants.grass(
        near,
        (mixed(palette.ground, palette.leaf, 0.6), mixed(palette.near, palette.leaf, 0.3)),
        line,
        0.13,
        0.012,
    )


def _harbour(world: World, horizon: float, left: bool) -> None:
    """Build a quay with houses and moored boats."""
    sheet, palette = world.sheet, world.palette
    row = world.layer(palette.wall, 0.42)
    start = 0.42 if left else -0.1
    x = sheet.across(start)
    while x < sheet.across(start + 0.72):
        size = sheet.uniform(0.13, 0.19) * sheet.scale
        buildings.house(world, row, x, horizon + 0.07, size, church=sheet.chance(0.1))
        x += size * sheet.uniform(1.0, 1.3)
    stone = mixed(palette.stone, palette.near, 0.35)
    row.fill(
        (stone, mixed(stone, palette.near, 0.5)),
        box(
            sheet.across(start) - 0.2,
            horizon + 0.065,
            sheet.across(start + 0.72) + 0.1,
            horizon + 0.105,
        ),
    )
    for number, (at, down, size) in enumerate(
        ((0.5, 0.16, 0.17), (0.66, 0.2, 0.21), (0.36, 0.26, 0.26))
    ):
        moored = world.layer(palette.near, 0.5 + 0.08 * number)
        spot = sheet.across(at if left else 1 - at)
        if number == 2 or not world.words.has("ship"):
            vessels.fishing_boat(world, moored, spot, horizon + down, size * sheet.scale)
        moored.bob = 0.006
    if world.words.has("lighthouse"):
        mole = world.layer(stone, 0.36)
        spot = sheet.across(0.14 if left else 0.86)
        mole.fill(
            (stone, palette.near),
            [
                (spot - 0.16, horizon + 0.06),
                (spot - 0.1, horizon + 0.02),
                (spot + 0.1, horizon + 0.02),
                (spot + 0.16, horizon + 0.06),
            ],
        )
        buildings.lighthouse(world, mole, spot, horizon + 0.03, 0.4 * sheet.scale)
    near = world.layer(mixed(palette.wood, palette.near, 0.4), 1.05)
    planks = mixed(palette.wood, palette.stone, 0.3)
    near.fill(
        (planks, mixed(planks, palette.near, 0.6)), box(sheet.west, 0.92, sheet.east, sheet.south)
    )
    for step in sheet.steps(0.12, 0.1):
        near.strokes(
            mixed(palette.near, palette.wood, 0.2),
            0.005,
            [(step, 0.92), (sheet.across(0.5) + (step - sheet.across(0.5)) * 1.3, sheet.south)],
        )
    for at in (0.1, 0.5, 0.88):
        post = sheet.across(at)
        near.fill(
            (
                mixed(palette.wood, palette.sun, 0.2 * palette.brightness),
                mixed(palette.near, palette.wood, 0.3),
            ),
            box(post - 0.018, 0.82, post + 0.018, 1.0),
        )
    if world.words.has("person"):
        figures.person(world, near, sheet.across(0.3 if left else 0.7), 0.96, 0.34 * sheet.scale)
