"""A road that runs to the horizon through open country."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import plants
from vidgen_local.world.lands import mesas, ridge, treeline
from vidgen_local.world.model import World
from vidgen_local.world.palette import mixed
from vidgen_local.world.skies import paint_sky
from vidgen_local.world.snow import snowy
from vidgen_local.world.things import stand_on
from vidgen_local.world.words import Weather


def paint_road(world: World) -> None:
    """A road that runs to the horizon through open country."""
    sheet, palette, words = world.sheet, world.palette, world.words
    horizon = sheet.uniform(0.5, 0.56)
    paint_sky(world, horizon)
    dry = words.has("canyon", "cactus", "desert")
    if dry:
        mesas(world, horizon)
    else:
        ridge(world, 0.12, horizon - 0.03, 0.06, 1.0, clear=0.25)
        layer, line = ridge(world, 0.2, horizon - 0.005, 0.02, 1.0, clear=0.45)
        treeline(
            world,
            layer,
            line,
            0.04,
            0.05,
            palette.far(mixed(palette.near, palette.leaf, 0.5), 0.5),
            pines=words.has("pines"),
        )
    plain = world.layer(palette.ground, 0.45)
    down = np.clip((sheet.y - horizon) / (1 - horizon), 0.001, 2)[:, None]
    plain.tint(
        palette.far(palette.ground, 0.4),
        floats(np.broadcast_to(np.clip(1 - down * 2.2, 0, 1), plain.cover.shape)),
    )
    plain.shade(1 + (sheet.noise(5, 40, 4) - np.float32(0.5)) * np.float32(0.35))
    plain.cover[:] = sheet.below(floats(np.full(sheet.width, horizon)))
    bend = sheet.uniform(-0.25, 0.25)
    middle = sheet.across(0.5) + bend * 0.35 * np.sin(3.2 / (down + 0.35))
    half = 0.012 + 0.62 * down * min(1.0, 0.55 + 0.25 * sheet.aspect)
    place = (sheet.x[None, :] - middle) / half
    tar = mixed(palette.lit("55565c"), palette.near, 0.25)
    if snowy(world):
        tar = mixed(tar, palette.ground, 0.4)
    below = plain.cover
    edge = np.clip((1 - np.abs(place)) * half * sheet.unit, 0, 1) * below
    verge = np.clip((1.25 - np.abs(place)) * half * sheet.unit * 0.5, 0, 1) * below
    plain.tint(mixed(palette.ground, palette.stone, 0.45), floats(verge * 0.7))
    plain.tint(tar, floats(edge))
    far = 1 / np.maximum(down, 0.02)
    dash = (np.sin(far * 9.0) > 0) * np.clip((0.022 - np.abs(place)) * half * sheet.unit * 6, 0, 1)
    side = np.clip((0.02 - np.abs(np.abs(place) - 0.9)) * half * sheet.unit * 6, 0, 1)
    line_paint = palette.lit("efe6c8")
    plain.tint(line_paint, floats((dash + side) * edge * 0.8))
    if palette.weather in (Weather.RAIN, Weather.STORM):
        wet = np.clip((sheet.noise(2, 10, 4) - 0.45) * 4, 0, 1) * edge
        plain.tint(mixed(palette.sky[3], palette.sky[2], 0.3), floats(wet * 0.6))
    _poles(world, horizon, 1 if bend < 0 else -1)
    mid = world.layer(palette.near, 0.8)
    flat = floats(np.full(sheet.width, horizon + 0.12))
    stand_on(world, mid, flat, 0.8 if palette.sun_x < 0.5 else 0.2, 0.9, road=True)
    near = world.layer(palette.ground, 1.0)
    near.sway, near.foot = 0.005, sheet.south
    for side_x in (0.0, 1.0):
        aside = np.abs(sheet.x / sheet.aspect - side_x)
        line = floats(np.where(aside < 0.3, 0.9 + 0.35 * aside, 1.4))
        tall, gap = (0.05, 0.05) if dry else (0.14, 0.014)
        tips = (mixed(palette.ground, palette.near, 0.3), palette.near)
        plants.grass(near, tips, line, tall, gap)


def _poles(world: World, horizon: float, side: int) -> None:
    """Set up telegraph poles along the road, and their wires."""
    sheet, palette = world.sheet, world.palette
    layer = world.layer(mixed(palette.near, palette.haze, 0.2), 0.6)
    tops = []
    for number in range(8):
        away = 0.86 * 0.62**number
        x = sheet.across(0.5) + side * (0.03 + 0.72 * away) * min(1.0, sheet.aspect)
        foot, tall = horizon + 0.42 * away, 0.62 * away + 0.01
        paint = palette.far(palette.near, 0.35 + 0.65 * away)
        layer.strokes(paint, max(0.0016, 0.016 * away), [(x, foot), (x, foot - tall)])
        layer.strokes(
            paint,
            max(0.0014, 0.01 * away),
            [(x - tall * 0.12, foot - tall * 0.93), (x + tall * 0.12, foot - tall * 0.93)],
        )
        tops.append((x, foot - tall * 0.95))
    for (ax, ay), (bx, by) in pairwise(tops):
        wire = [
            (
                ax + (bx - ax) * t,
                ay
                + (by - ay) * t
                + 0.12 * abs(ay - by) * t * (1 - t) * 2
                + 0.02 * abs(ax - bx) * t * (1 - t) * 4,
            )
            for t in np.linspace(0, 1, 12)
        ]
        layer.strokes(palette.near, 0.0014, wire, strength=0.7)
