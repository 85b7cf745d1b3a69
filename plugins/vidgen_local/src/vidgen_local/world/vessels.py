"""What carries people: boats, ships, cars, trains, balloons, planes."""

from __future__ import annotations

import math

import numpy as np

from vidgen_local.world import figures
from vidgen_local.world.model import Lamp, Rising, World
from vidgen_local.world.palette import mixed
from vidgen_local.world.sheet import Layer, box


def sailing_boat(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Set a sailing boat on the water."""
    palette = world.palette
    half = size * 0.4
    sail = mixed(palette.lit("fbf3e4"), palette.sun, 0.15 * palette.brightness)
    hull = mixed(palette.near, palette.lit("8a3f2e"), 0.55)
    layer.fill(
        (sail, mixed(sail, palette.near, 0.25)),
        [
            (x + size * 0.02, foot - size * 1.05),
            (x + size * 0.16, foot - size * 0.6),
            (x + half * 0.95, foot - size * 0.2),
            (x + size * 0.02, foot - size * 0.2),
        ],
    )
    layer.fill(
        (mixed(sail, palette.near, 0.12), mixed(sail, palette.near, 0.4)),
        [
            (x - size * 0.02, foot - size * 0.95),
            (x - size * 0.02, foot - size * 0.2),
            (x - half * 0.95, foot - size * 0.2),
            (x - size * 0.14, foot - size * 0.5),
        ],
    )
    layer.strokes(palette.near, size * 0.022, [(x, foot - size * 1.1), (x, foot - size * 0.12)])
    layer.fill(
        (mixed(hull, palette.sun, 0.15 * palette.brightness), mixed(hull, palette.near, 0.5)),
        [
            (x - half * 1.05, foot - size * 0.15),
            (x + half * 1.2, foot - size * 0.19),
            (x + half * 0.82, foot + size * 0.03),
            (x - half * 0.8, foot + size * 0.03),
        ],
    )
    if palette.lamps:
        world.lamps.append(
            Lamp(
                x=x - half * 0.5,
                y=foot - size * 0.2,
                radius=size * 0.12,
                light=palette.lamp,
                strength=0.7,
                depth=layer.depth,
                unrest=0.1,
            )
        )


def ship(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Set a steamer with its funnel and lit cabins on the water."""
    palette = world.palette
    hull = mixed(palette.near, palette.lit("7a3a30"), 0.35)
    white = palette.lit("e6e2d8")
    layer.fill(
        (hull, mixed(hull, palette.near, 0.6)),
        [
            (x - size, foot - size * 0.3),
            (x + size * 1.1, foot - size * 0.36),
            (x + size * 0.9, foot + 0.01),
            (x - size * 0.88, foot + 0.01),
        ],
    )
    layer.fill(
        white,
        box(x - size * 0.6, foot - size * 0.5, x + size * 0.5, foot - size * 0.3),
        box(x - size * 0.3, foot - size * 0.66, x + size * 0.3, foot - size * 0.5),
    )
    layer.fill(
        palette.lit("b8402e"),
        box(x - size * 0.12, foot - size * 0.98, x + size * 0.06, foot - size * 0.66),
    )
    layer.strokes(
        palette.near,
        size * 0.015,
        [(x + size * 0.62, foot - size * 0.33), (x + size * 0.62, foot - size)],
    )
    for number in range(8):
        cx = x - size * 0.5 + number * size * 0.125
        pane = palette.lamp if palette.lamps else palette.near
        layer.fill(pane, box(cx, foot - size * 0.44, cx + size * 0.05, foot - size * 0.38))
    world.rising.append(
        Rising(x=x - size * 0.03, y=foot - size, width=size * 0.12, depth=layer.depth, kind="smoke")
    )
    if palette.lamps:
        world.lamps.append(
            Lamp(
                x=x,
                y=foot - size * 0.42,
                radius=size * 0.4,
                light=palette.lamp,
                strength=0.35,
                depth=layer.depth,
                unrest=0.1,
            )
        )


def fishing_boat(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Moor a fishing boat with its wheelhouse and mast."""
    palette = world.palette
    hull = palette.lit(
        ("3a6a8c", "a84434", "4a7a5a", "c9a24a")[int(world.sheet.random.integers(4))]
    )
    half = size * 0.6
    layer.strokes(
        palette.near,
        size * 0.02,
        [(x - half * 0.1, foot - size * 0.95), (x - half * 0.1, foot - size * 0.2)],
        [(x - half * 0.1, foot - size * 0.9), (x + half * 0.85, foot - size * 0.25)],
        [(x - half * 0.1, foot - size * 0.9), (x - half * 0.9, foot - size * 0.25)],
    )
    layer.fill(
        (palette.lit("efe8da"), palette.lit("b8b0a2")),
        box(x - half * 0.55, foot - size * 0.48, x + half * 0.05, foot - size * 0.15),
    )
    layer.fill(
        palette.lamp if palette.lamps else mixed(palette.near, palette.sky[2], 0.3),
        box(x - half * 0.45, foot - size * 0.42, x - half * 0.08, foot - size * 0.3),
    )
    layer.fill(
        (mixed(hull, palette.sun, 0.2 * palette.brightness), mixed(hull, palette.near, 0.6)),
        [
            (x - half, foot - size * 0.22),
            (x + half * 0.6, foot - size * 0.2),
            (x + half * 1.1, foot - size * 0.32),
            (x + half * 0.8, foot + size * 0.04),
            (x - half * 0.85, foot + size * 0.04),
        ],
    )
    layer.strokes(
        palette.lit("efe8da"),
        size * 0.025,
        [
            (x - half, foot - size * 0.2),
            (x + half * 0.6, foot - size * 0.185),
            (x + half * 1.08, foot - size * 0.3),
        ],
    )


def rowing_boat(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Set a rowing boat on still water, with somebody in it where one is named."""
    palette = world.palette
    if world.words.has("person"):
        figures.person(world, layer, x, foot + size * 0.06, size * 0.75)
    hull = mixed(palette.wood, palette.near, 0.35)
    layer.fill(
        (mixed(hull, palette.sun, 0.25 * palette.brightness), mixed(hull, palette.near, 0.5)),
        [
            (x - size * 0.75, foot - size * 0.18),
            (x - size * 0.5, foot - size * 0.1),
            (x + size * 0.5, foot - size * 0.1),
            (x + size * 0.75, foot - size * 0.18),
            (x + size * 0.5, foot + size * 0.05),
            (x - size * 0.5, foot + size * 0.05),
        ],
    )


def car(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Park a car, its lights on after dark."""
    palette = world.palette
    body = palette.lit(
        ("a83a30", "3a5f8c", "c9b25a", "5a7a5e")[int(world.sheet.random.integers(4))]
    )
    dark = mixed(palette.near, palette.stone, 0.1)
    layer.fill(
        (mixed(body, palette.sky[3], 0.3), mixed(body, dark, 0.3)),
        [
            (x - size, foot - size * 0.12),
            (x - size, foot - size * 0.36),
            (x - size * 0.58, foot - size * 0.42),
            (x - size * 0.36, foot - size * 0.68),
            (x + size * 0.34, foot - size * 0.68),
            (x + size * 0.62, foot - size * 0.42),
            (x + size, foot - size * 0.34),
            (x + size, foot - size * 0.12),
        ],
    )
    layer.fill(
        mixed(palette.sky[2], dark, 0.35),
        [
            (x - size * 0.47, foot - size * 0.43),
            (x - size * 0.31, foot - size * 0.62),
            (x - size * 0.02, foot - size * 0.62),
            (x - size * 0.02, foot - size * 0.43),
        ],
        [
            (x + size * 0.04, foot - size * 0.43),
            (x + size * 0.04, foot - size * 0.62),
            (x + size * 0.3, foot - size * 0.62),
            (x + size * 0.5, foot - size * 0.43),
        ],
    )
    for at in (-0.58, 0.58):
        layer.round(dark, x + size * at, foot - size * 0.12, size * 0.17, size * 0.17)
        layer.round(palette.stone, x + size * at, foot - size * 0.12, size * 0.08, size * 0.08)
    if palette.lamps:
        world.lamps.append(
            Lamp(
                x=x + size,
                y=foot - size * 0.3,
                radius=size * 0.3,
                light=palette.lamp,
                strength=0.9,
                depth=layer.depth,
                unrest=0.05,
            )
        )
        world.lamps.append(
            Lamp(
                x=x - size,
                y=foot - size * 0.3,
                radius=size * 0.14,
                light=np.array([255, 60, 40], np.float32),
                strength=0.8,
                depth=layer.depth,
                unrest=0.05,
            )
        )


def train(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Put a train on its rails, with lit carriages."""
    palette = world.palette
    dark = mixed(palette.near, palette.lit("3a2c2c"), 0.3)
    body = palette.lit("8a3a30")
    layer.strokes(dark, size * 0.05, [(world.sheet.west, foot), (world.sheet.east, foot)])
    for number in range(4):
        left = x - size * (1.25 + 1.95 * number)
        layer.fill(
            (body, mixed(body, dark, 0.5)),
            box(left - size * 0.9, foot - size * 0.75, left + size * 0.9, foot - size * 0.12),
        )
        layer.fill(
            dark,
            box(left - size * 0.94, foot - size * 0.82, left + size * 0.94, foot - size * 0.74),
        )
        pane = (
            palette.lamp
            if palette.lamps or palette.brightness < 0.9
            else mixed(palette.sky[2], dark, 0.3)
        )
        layer.fill(
            pane,
            *[
                box(
                    left + size * at,
                    foot - size * 0.62,
                    left + size * (at + 0.22),
                    foot - size * 0.36,
                )
                for at in (-0.78, -0.44, -0.1, 0.24, 0.56)
            ],
        )
    layer.fill(
        (mixed(dark, palette.sky[3], 0.25), dark),
        box(x - size * 0.25, foot - size * 0.62, x + size * 1.2, foot - size * 0.18),
        box(x - size * 0.3, foot - size, x + size * 0.25, foot - size * 0.12),
        box(x + size * 0.8, foot - size * 1.02, x + size * 0.98, foot - size * 0.6),
        [(x + size * 1.2, foot - size * 0.25), (x + size * 1.45, foot), (x + size * 1.1, foot)],
    )
    for at in (-0.1, 0.3, 0.65, 1.0):
        layer.round(dark, x + size * at, foot - size * 0.13, size * 0.15, size * 0.15)
    world.rising.append(
        Rising(
            x=x + size * 0.89,
            y=foot - size * 1.05,
            width=size * 0.3,
            depth=layer.depth,
            kind="smoke",
        )
    )
    world.lamps.append(
        Lamp(
            x=x + size * 1.2,
            y=foot - size * 0.5,
            radius=size * 0.3,
            light=palette.lamp,
            strength=0.8,
            depth=layer.depth,
            unrest=0.05,
        )
    )


def balloon(world: World, layer: Layer, x: float, y: float, size: float) -> None:
    """Let a hot-air balloon float around a point."""
    palette = world.palette
    codes = ("d8503a", "f0c24a", "e8e0d0", "4a86b0")
    for number in range(8):
        a, b = -1 + number / 4, -1 + (number + 1) / 4
        paint = mixed(palette.lit(codes[number % 4]), palette.near, 0.25 * abs(a + b) / 2)
        side = [
            (
                x + size * s * math.cos(t),
                y - size * 1.05 * math.sin(t) if t > 0 else y - size * 1.25 * math.sin(t) * 1.0,
            )
            for s, ts in (
                (a, np.linspace(math.pi / 2, -1.25, 14)),
                (b, np.linspace(-1.25, math.pi / 2, 14)),
            )
            for t in ts
        ]
        layer.fill(paint, side)
    basket = y + size * 1.62
    dark = mixed(palette.near, palette.wood, 0.5)
    layer.strokes(
        dark,
        size * 0.02,
        [(x - size * 0.3, y + size * 1.15), (x - size * 0.12, basket)],
        [(x + size * 0.3, y + size * 1.15), (x + size * 0.12, basket)],
    )
    layer.fill(dark, box(x - size * 0.14, basket, x + size * 0.14, basket + size * 0.2))


def plane(world: World, layer: Layer, x: float, y: float, size: float) -> None:
    """Let an aeroplane fly across the picture."""
    palette = world.palette
    body = mixed(palette.lit("e8ecf0"), palette.near, 0.12)
    shade = mixed(body, palette.near, 0.45)
    layer.fill(
        (body, shade),
        [
            (x - size, y - size * 0.04),
            (x + size * 0.75, y - size * 0.1),
            (x + size, y),
            (x + size * 0.75, y + size * 0.1),
            (x - size * 0.8, y + size * 0.07),
        ],
    )
    layer.fill(
        shade,
        [
            (x - size * 0.1, y + size * 0.03),
            (x + size * 0.25, y + size * 0.03),
            (x - size * 0.3, y + size * 0.42),
            (x - size * 0.45, y + size * 0.42),
        ],
    )
    layer.fill(
        body,
        [
            (x - size, y - size * 0.04),
            (x - size * 0.72, y - size * 0.06),
            (x - size * 0.98, y - size * 0.42),
            (x - size * 1.12, y - size * 0.42),
        ],
    )
