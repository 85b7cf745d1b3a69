"""Towers, houses, castles, mills, bridges and tents."""

from __future__ import annotations

import math

import numpy as np

from vidgen_local.world.model import Beam, Lamp, Rising, World
from vidgen_local.world.palette import Colour, mixed
from vidgen_local.world.sheet import Layer, box


def _sides(world: World, paint: Colour, x: float) -> tuple[Colour, Colour]:
    """Return how *paint* looks on its left and on its right side."""
    palette = world.palette
    light = mixed(paint, palette.sun, 0.28 * palette.brightness)
    dark = mixed(paint, palette.near, 0.5)
    return (light, dark) if world.sheet.across(palette.sun_x) < x else (dark, light)


def lighthouse(world: World, layer: Layer, x: float, foot: float, tall: float) -> None:
    """Build a striped tower; where lamps are lit, its beam goes round."""
    palette = world.palette
    top, wide, narrow = foot - tall * 0.78, tall * 0.1, tall * 0.064
    white, red = palette.lit("f3ece0"), palette.lit("b83e2e")
    for number in range(7):
        low, high = number / 7, (number + 1) / 7
        a, b = wide + (narrow - wide) * low, wide + (narrow - wide) * high
        ya, yb = foot + (top - foot) * low, foot + (top - foot) * high
        left, right = _sides(world, red if number % 2 else white, x)
        for strip in range(6):
            s, t = -1 + strip / 3, -1 + (strip + 1) / 3
            shade = mixed(left, right, (strip + 0.5) / 6)
            layer.fill(shade, [(x + a * s, ya), (x + b * s, yb), (x + b * t, yb), (x + a * t, ya)])
    dark = mixed(palette.near, palette.stone, 0.15)
    lamp = top - tall * 0.075
    layer.fill(
        dark, box(x - narrow * 1.55, top - tall * 0.014, x + narrow * 1.55, top + tall * 0.012)
    )
    glass = palette.lamp if palette.lamps else mixed(palette.sky[2], palette.sky[3], 0.5)
    layer.fill(
        glass, box(x - narrow * 0.72, lamp - tall * 0.055, x + narrow * 0.72, top - tall * 0.01)
    )
    for at in (-0.72, -0.24, 0.24, 0.72):
        layer.strokes(
            dark, tall * 0.006, [(x + narrow * at, lamp - tall * 0.055), (x + narrow * at, top)]
        )
    layer.fill(
        dark,
        [
            (x - narrow, lamp - tall * 0.055),
            (x - narrow * 0.5, lamp - tall * 0.1),
            (x, lamp - tall * 0.125),
            (x + narrow * 0.5, lamp - tall * 0.1),
            (x + narrow, lamp - tall * 0.055),
        ],
        box(x - narrow * 0.07, lamp - tall * 0.17, x + narrow * 0.07, lamp - tall * 0.1),
    )
    for at in (0.3, 0.55):
        layer.fill(
            dark,
            box(
                x - tall * 0.012, foot - tall * at - 0.03 * tall, x + tall * 0.012, foot - tall * at
            ),
        )
    layer.fill(dark, box(x - tall * 0.022, foot - tall * 0.075, x + tall * 0.022, foot))
    if palette.lamps or palette.brightness < 0.62:
        world.beams.append(Beam(x=x, y=lamp - tall * 0.03, reach=1.5, depth=layer.depth))
        world.lamps.append(
            Lamp(
                x=x,
                y=lamp - tall * 0.03,
                radius=tall * 0.13,
                light=palette.lamp,
                strength=0.9,
                depth=layer.depth,
                unrest=0.25,
            )
        )


def house(
    world: World, layer: Layer, x: float, foot: float, size: float, *, church: bool = False
) -> None:
    """Build a house, *size* high, or a church with its steeple."""
    palette, sheet = world.palette, world.sheet
    half, wall = size * 0.62, foot - size * 0.5
    left, right = _sides(world, palette.wall, x)
    layer.fill(
        (mixed(left, right, 0.35), mixed(left, right, 0.65)),
        box(x - half, wall, x + half, foot + 0.02),
    )
    gable = x + half * 0.36
    layer.fill(
        right,
        [(gable, wall), (x + half, wall), (x + half, foot + 0.02), (gable, foot + 0.02)],
        strength=0.55,
    )
    roof = [
        (x - half * 1.12, wall + 0.01 * size),
        (x - half * 0.72, foot - size),
        (x + half * 0.72, foot - size),
        (x + half * 1.12, wall + 0.01 * size),
    ]
    layer.fill((mixed(palette.roof, palette.sun, 0.15 * palette.brightness), palette.roof), roof)
    chimney = x - half * 0.4
    layer.fill(
        mixed(palette.roof, palette.near, 0.4),
        box(chimney, foot - size * 1.16, chimney + half * 0.2, foot - size * 0.9),
    )
    if church:
        tower = x - half * 1.25
        layer.fill(
            mixed(left, right, 0.4),
            box(tower - size * 0.22, foot - size * 1.5, tower + size * 0.22, foot + 0.02),
        )
        layer.fill(
            palette.roof,
            [
                (tower - size * 0.28, foot - size * 1.48),
                (tower, foot - size * 2.5),
                (tower + size * 0.28, foot - size * 1.48),
            ],
        )
    panes = [
        box(
            x + half * at - size * 0.075,
            wall + size * 0.14,
            x + half * at + size * 0.075,
            wall + size * 0.32,
        )
        for at in (-0.62, -0.05, 0.66)
    ]
    lit = palette.lamps or (palette.brightness < 0.75 and sheet.chance(0.6))
    dark = mixed(palette.near, palette.wall, 0.15)
    layer.fill(dark, box(x + half * 0.1, wall + size * 0.16, x + half * 0.28, foot + 0.01))
    layer.fill(palette.lamp if lit else dark, *panes)
    for pane in panes:
        middle = (pane[0][0] + pane[1][0]) / 2
        layer.strokes(dark, size * 0.012, [(middle, pane[0][1]), (middle, pane[2][1])])
    if lit:
        world.lamps.append(
            Lamp(
                x=x - half * 0.3,
                y=wall + size * 0.23,
                radius=size * 0.35,
                light=palette.lamp,
                strength=0.42,
                depth=layer.depth,
                unrest=0.2,
            )
        )
    if lit or palette.brightness < 0.9:
        world.rising.append(
            Rising(
                x=chimney + half * 0.1,
                y=foot - size * 1.18,
                width=size * 0.08,
                depth=layer.depth,
                kind="smoke",
            )
        )


def castle(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Build a castle of towers and walls."""
    palette = world.palette
    left, right = _sides(world, mixed(palette.stone, palette.near, 0.25), x)
    towers = (
        (-0.85, 0.13, 0.62),
        (-0.4, 0.17, 0.85),
        (0.05, 0.2, 1.2),
        (0.5, 0.15, 0.78),
        (0.9, 0.12, 0.55),
    )
    layer.fill(
        mixed(left, right, 0.5),
        box(x - size * 0.9, foot - size * 0.42, x + size * 0.9, foot + 0.03),
    )
    for at, wide, tall in towers:
        cx, w, top = x + at * size, wide * size, foot - tall * size
        for strip in range(4):
            shade = mixed(left, right, (strip + 0.5) / 4)
            layer.fill(
                shade, box(cx - w + w * strip / 2, top, cx - w + w * (strip + 1) / 2, foot + 0.03)
            )
        teeth = [
            box(
                cx - w * 1.12 + w * 0.45 * i,
                top - w * 0.28,
                cx - w * 1.12 + w * (0.45 * i + 0.26),
                top + 0.004,
            )
            for i in range(5)
        ]
        layer.fill(
            mixed(left, right, 0.6),
            *teeth,
            box(cx - w * 1.12, top - w * 0.05, cx + w * 1.1, top + w * 0.12),
        )
        if tall > 0.7:
            layer.fill(
                palette.roof, [(cx - w * 1.2, top), (cx, top - w * 2.1), (cx + w * 1.2, top)]
            )
            layer.strokes(palette.near, size * 0.012, [(cx, top - w * 2.1), (cx, top - w * 2.9)])
            layer.fill(
                palette.lit("b8402e"),
                [(cx, top - w * 2.9), (cx + w * 0.9, top - w * 2.65), (cx, top - w * 2.4)],
            )
        pane = palette.lamp if palette.lamps else palette.near
        layer.fill(pane, box(cx - w * 0.12, top + w * 0.5, cx + w * 0.12, top + w * 1.0))
        if palette.lamps:
            world.lamps.append(
                Lamp(
                    x=cx,
                    y=top + w * 0.75,
                    radius=w * 0.8,
                    light=palette.lamp,
                    strength=0.35,
                    depth=layer.depth,
                )
            )


def windmill(world: World, layer: Layer, x: float, foot: float, tall: float) -> None:
    """Build a windmill."""
    palette = world.palette
    left, right = _sides(world, palette.wall, x)
    layer.fill(
        mixed(left, right, 0.3),
        [
            (x - tall * 0.15, foot + 0.01),
            (x - tall * 0.09, foot - tall * 0.62),
            (x, foot - tall * 0.62),
            (x, foot + 0.01),
        ],
    )
    layer.fill(
        mixed(left, right, 0.75),
        [
            (x, foot + 0.01),
            (x, foot - tall * 0.62),
            (x + tall * 0.09, foot - tall * 0.62),
            (x + tall * 0.15, foot + 0.01),
        ],
    )
    layer.fill(
        palette.roof,
        [
            (x - tall * 0.11, foot - tall * 0.61),
            (x, foot - tall * 0.76),
            (x + tall * 0.11, foot - tall * 0.61),
        ],
    )
    hub = (x, foot - tall * 0.64)
    dark = mixed(palette.near, palette.wood, 0.2)
    for turn in np.arange(4) * math.pi / 2 + 0.5:
        tip = (hub[0] + tall * 0.42 * math.cos(turn), hub[1] + tall * 0.42 * math.sin(turn))
        layer.strokes(dark, tall * 0.014, [hub, tip])
        aside = (-math.sin(turn) * tall * 0.06, math.cos(turn) * tall * 0.06)
        start = (hub[0] + 0.25 * (tip[0] - hub[0]), hub[1] + 0.25 * (tip[1] - hub[1]))
        layer.fill(
            mixed(palette.lit("efe6d2"), palette.near, 0.15),
            [
                start,
                tip,
                (tip[0] + aside[0], tip[1] + aside[1]),
                (start[0] + aside[0], start[1] + aside[1]),
            ],
            strength=0.9,
        )


def bridge(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Span a stone bridge with three arches, *size* being half of its length."""
    palette = world.palette
    stone = mixed(palette.stone, palette.near, 0.25)
    top = foot - size * 0.42
    deck = [
        (x - size * 1.2, foot - size * 0.2),
        (x - size * 0.5, top),
        (x + size * 0.5, top),
        (x + size * 1.2, foot - size * 0.2),
        (x + size * 1.2, foot + 0.01),
    ]
    for at, wide in ((0.72, 0.26), (0.0, 0.34), (-0.72, 0.26)):
        arch = [
            (x + size * (at + wide * math.cos(a)), foot + 0.01 - size * wide * 0.85 * math.sin(a))
            for a in np.linspace(0, math.pi, 18)
        ]
        deck += arch
    deck.append((x - size * 1.2, foot + 0.01))
    layer.fill(
        (mixed(stone, palette.sun, 0.25 * palette.brightness), mixed(stone, palette.near, 0.3)),
        deck,
    )
    layer.strokes(
        mixed(stone, palette.sun, 0.35 * palette.brightness),
        size * 0.03,
        [
            (x - size * 1.2, foot - size * 0.2),
            (x - size * 0.5, top),
            (x + size * 0.5, top),
            (x + size * 1.2, foot - size * 0.2),
        ],
    )


def tent(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Pitch a tent, lit from inside after dark."""
    palette = world.palette
    cloth = (
        mixed(palette.lit("d98a3a"), palette.lamp, 0.6) if palette.lamps else palette.lit("d9772e")
    )
    dark = mixed(cloth, palette.near, 0.45)
    layer.fill(
        (mixed(cloth, palette.sun, 0.2), cloth),
        [
            (x - size, foot + 0.005),
            (x - size * 0.1, foot - size * 0.85),
            (x + size * 0.3, foot + 0.005),
        ],
    )
    layer.fill(
        dark,
        [
            (x - size * 0.1, foot - size * 0.85),
            (x + size * 0.8, foot - size * 0.05),
            (x + size * 0.3, foot + 0.005),
        ],
    )
    layer.fill(
        mixed(palette.near, cloth, 0.2),
        [
            (x - size * 0.5, foot + 0.005),
            (x - size * 0.2, foot - size * 0.62),
            (x - size * 0.1, foot + 0.005),
        ],
    )
    if palette.lamps:
        world.lamps.append(
            Lamp(
                x=x - size * 0.2,
                y=foot - size * 0.3,
                radius=size * 0.6,
                light=palette.lamp,
                strength=0.5,
                depth=layer.depth,
            )
        )
