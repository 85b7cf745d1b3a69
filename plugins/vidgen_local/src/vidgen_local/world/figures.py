"""People and animals."""

from __future__ import annotations

from vidgen_local.world.model import World
from vidgen_local.world.palette import Colour, mixed
from vidgen_local.world.sheet import Layer, Point, box


def person(
    world: World, layer: Layer, x: float, foot: float, tall: float, paint: Colour | None = None
) -> None:
    """Draw somebody who stands there, seen from behind, in a coat."""
    palette = world.palette
    dark = mixed(palette.near, palette.stone, 0.08) if paint is None else paint
    head, unit = foot - tall * 0.93, tall
    layer.round(dark, x, head, unit * 0.062, unit * 0.075)
    coat: list[Point] = [
        (x - unit * 0.035, foot - unit * 0.86),
        (x - unit * 0.13, foot - unit * 0.79),
        (x - unit * 0.165, foot - unit * 0.45),
        (x - unit * 0.11, foot - unit * 0.44),
        (x - unit * 0.15, foot - unit * 0.27),
        (x + unit * 0.15, foot - unit * 0.27),
        (x + unit * 0.11, foot - unit * 0.44),
        (x + unit * 0.165, foot - unit * 0.45),
        (x + unit * 0.13, foot - unit * 0.79),
        (x + unit * 0.035, foot - unit * 0.86),
    ]
    layer.fill(
        dark,
        coat,
        [
            (x - unit * 0.1, foot - unit * 0.3),
            (x - unit * 0.015, foot - unit * 0.3),
            (x - unit * 0.025, foot),
            (x - unit * 0.1, foot),
        ],
        [
            (x + unit * 0.015, foot - unit * 0.3),
            (x + unit * 0.1, foot - unit * 0.3),
            (x + unit * 0.105, foot),
            (x + unit * 0.03, foot),
        ],
    )
    side = -1 if world.sheet.across(palette.sun_x) < x else 1
    rim = mixed(palette.sun, palette.sky[3], 0.4)
    layer.strokes(
        rim,
        unit * 0.014,
        [
            (x + side * unit * 0.05, head - unit * 0.05),
            (x + side * unit * 0.06, head + unit * 0.03),
        ],
        strength=0.6,
    )
    layer.strokes(
        rim,
        unit * 0.014,
        [
            (x + side * unit * 0.125, foot - unit * 0.78),
            (x + side * unit * 0.16, foot - unit * 0.46),
        ],
        strength=0.6,
    )


def animal(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Let a deer or horse stand there, as a silhouette."""
    dark = mixed(world.palette.near, world.palette.stone, 0.1)
    legs = [
        box(x + size * at - size * 0.03, foot - size * 0.5, x + size * at + size * 0.03, foot)
        for at in (-0.36, -0.26, 0.24, 0.34)
    ]
    layer.round(dark, x, foot - size * 0.58, size * 0.44, size * 0.18)
    layer.fill(
        dark,
        *legs,
        [
            (x + size * 0.24, foot - size * 0.6),
            (x + size * 0.5, foot - size * 1.02),
            (x + size * 0.6, foot - size * 0.96),
            (x + size * 0.42, foot - size * 0.5),
        ],
        [
            (x + size * 0.46, foot - size * 1.08),
            (x + size * 0.78, foot - size * 0.94),
            (x + size * 0.74, foot - size * 0.87),
            (x + size * 0.5, foot - size * 0.92),
        ],
        [
            (x - size * 0.42, foot - size * 0.64),
            (x - size * 0.54, foot - size * 0.4),
            (x - size * 0.44, foot - size * 0.5),
        ],
    )
    for side in (-0.02, 0.08):
        layer.strokes(
            dark,
            size * 0.03,
            [
                (x + size * 0.5, foot - size * 1.04),
                (x + size * (0.44 + side), foot - size * 1.28),
                (x + size * (0.54 + side * 2), foot - size * 1.42),
            ],
        )
