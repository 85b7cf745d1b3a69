"""A town at its river, and the long bridge that crosses it."""

from __future__ import annotations

import numpy as np

from vidgen_local.world import things, vessels
from vidgen_local.world.lands import ridge
from vidgen_local.world.model import Lamp, World
from vidgen_local.world.palette import mixed
from vidgen_local.world.sheet import Layer, Outline, Point, box
from vidgen_local.world.skies import lay_mist, paint_sky
from vidgen_local.world.towns import skyline
from vidgen_local.world.waters import lay_water
from vidgen_local.world.words import Weather


def paint_riverside(world: World) -> None:
    """A wide river with the town behind it, a bridge across, and a quay close by."""
    sheet, palette, words = world.sheet, world.palette, world.words
    horizon = sheet.uniform(0.54, 0.58)
    foggy = palette.weather is Weather.FOG
    paint_sky(world, horizon)
    ridge(world, 0.1, horizon - 0.03, 0.04, 0.8, clear=0.25)
    for depth, clear, tallest, wide in ((0.14, 0.34, 0.3, 0.045), (0.22, 0.58, 0.22, 0.07)):
        skyline(world, depth, clear, horizon + 0.02, tallest * sheet.scale, wide)
        lay_mist(world, horizon - 0.02, 0.06, depth, 0.9 if foggy else 0.3)
    shore, line = ridge(world, 0.26, horizon - 0.006, 0.008, 1.0, clear=0.6)
    things.stand_on(world, shore, line, 0.2 if palette.sun_x > 0.5 else 0.8, 0.5)
    if words.has("bridge"):
        span = world.layer(palette.near, 0.3)
        _long_bridge(world, span, horizon + 0.035)
    choppy = 0.9 if palette.weather is Weather.STORM else 0.4
    lay_water(world, horizon, 0.32, choppy=choppy, clear=0.72)
    if words.has("bridge"):
        _piers(world, world.layer(palette.near, 0.33), horizon + 0.035)
    lay_mist(world, horizon + 0.02, 0.03, 0.36, 0.9 if foggy else 0.15)
    if words.has("boat", "ship"):
        boat = world.layer(palette.near, 0.6)
        vessels.rowing_boat(world, boat, sheet.across(0.4), horizon + 0.2, 0.18 * sheet.scale)
        boat.bob, boat.travel = 0.004, 0.006
    _quay(world)


def _towers(world: World) -> tuple[float, float]:
    return world.sheet.across(0.24), world.sheet.across(0.76)


def _long_bridge(world: World, layer: Layer, foot: float) -> None:
    """Hang a deck from two towers, from one side of the frame to the other."""
    sheet, palette = world.sheet, world.palette
    dark = mixed(palette.near, palette.stone, 0.3)
    rim = mixed(dark, palette.sun, 0.45 * (0.4 + palette.brightness))
    deck, high = foot - 0.1, 0.3 * max(0.7, sheet.scale)
    left, right = _towers(world)
    reach = right - left

    def cable(x: float) -> float:
        share = (x - left) / reach
        if 0 <= share <= 1:
            return deck - 0.02 - (high - 0.02) * (2 * share - 1) ** 2
        away = (left - x if share < 0 else x - right) / (0.62 * reach)
        return deck - 0.02 - (high - 0.02) * float(max(0.0, 1 - away) ** 1.6)

    line: list[Point] = [(float(x), cable(float(x))) for x in sheet.x[::6]]
    hangers: list[Outline] = [
        [(x, cable(x)), (x, deck)] for x in np.arange(sheet.west, sheet.east, 0.035).tolist()
    ]
    layer.strokes(dark, 0.0022, *hangers, strength=0.7)
    layer.strokes(dark, 0.008, line)
    layer.strokes(rim, 0.0025, [(x, y - 0.003) for x, y in line], strength=0.8)
    layer.fill((mixed(dark, rim, 0.4), dark), box(sheet.west, deck, sheet.east, deck + 0.022))
    layer.strokes(rim, 0.004, [(sheet.west, deck), (sheet.east, deck)])
    for x in (left, right):
        for side in (-1, 1):
            layer.fill(
                (mixed(dark, rim, 0.35), dark),
                box(x + side * 0.022 - 0.008, deck - high - 0.02, x + side * 0.022 + 0.008, foot),
            )
        layer.fill(
            dark,
            *(box(x - 0.03, y, x + 0.03, y + 0.016) for y in (deck - high, deck - high * 0.5)),
            box(x - 0.034, deck + 0.02, x + 0.034, foot),
        )
    if palette.lamps:
        for x in np.arange(sheet.west + 0.05, sheet.east, 0.14).tolist():
            layer.fill(palette.lamp, box(x - 0.003, deck - 0.02, x + 0.003, deck - 0.013))
        for x in (left, right):
            world.lamps.append(
                Lamp(
                    x=x,
                    y=deck - high,
                    radius=0.05,
                    light=palette.lamp,
                    strength=0.5,
                    depth=layer.depth,
                )
            )


def _piers(world: World, layer: Layer, foot: float) -> None:
    """Found the bridge's towers in the river."""
    palette = world.palette
    stone = mixed(palette.near, palette.stone, 0.35)
    for x in _towers(world):
        layer.fill((stone, palette.near), box(x - 0.045, foot - 0.035, x + 0.045, foot))
        layer.round(palette.near, x, foot, 0.05, 0.008)


def _quay(world: World) -> None:
    """A low wall right before the camera."""
    sheet, palette = world.sheet, world.palette
    layer = world.layer(palette.near, 1.0)
    edge = mixed(palette.near, palette.stone, 0.45)
    layer.fill((edge, palette.near), box(sheet.west, 0.945, sheet.east, sheet.south))
    layer.strokes(mixed(edge, palette.sun, 0.3), 0.008, [(sheet.west, 0.945), (sheet.east, 0.945)])
    for x in sheet.steps(0.42, 0.05):
        layer.fill((edge, palette.near), box(x - 0.02, 0.9, x + 0.02, 0.95))
        layer.round(edge, x, 0.9, 0.024, 0.012)
