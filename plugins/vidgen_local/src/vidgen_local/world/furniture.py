"""Tables, lamps and other things of a room, in its own warm light."""

from __future__ import annotations

import numpy as np

from vidgen_local.world.model import Lamp, World
from vidgen_local.world.palette import BLACK, Colour, colour, mixed
from vidgen_local.world.sheet import Layer, Outline, box


def room_light(world: World) -> float:
    """Return how bright the walls are: by day from outside, else from lamps."""
    return max(0.42, world.palette.brightness * 0.85)


def room_paint(world: World, code: str, more: float = 1.0) -> Colour:
    """Return *code* in the room's own warm light."""
    lamp = colour("ffc98a") if world.palette.brightness < 0.7 else colour("ffffff")
    return (colour(code) * lamp / 255 * np.float32(min(1.0, room_light(world) * more))).astype(
        np.float32
    )


def table_lamp(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Stand a lit lamp on a table."""
    brass, shade = room_paint(world, "7a5a28"), colour("ffdf9a")
    layer.fill(
        brass,
        box(x - size * 0.25, foot - size * 0.1, x + size * 0.25, foot),
        box(x - size * 0.06, foot - size * 0.6, x + size * 0.06, foot),
    )
    layer.fill(
        (colour("fff0c4"), shade),
        [
            (x - size * 0.25, foot - size * 1.05),
            (x + size * 0.25, foot - size * 1.05),
            (x + size * 0.45, foot - size * 0.5),
            (x - size * 0.45, foot - size * 0.5),
        ],
    )
    world.lamps.append(
        Lamp(
            x=x,
            y=foot - size * 0.75,
            radius=size * 0.9,
            light=colour("ffcf88"),
            strength=0.65,
            depth=layer.depth,
            unrest=0.12,
        )
    )
    world.lamps.append(
        Lamp(
            x=x,
            y=foot - size * 0.6,
            radius=size * 3.6,
            light=colour("ffb765"),
            strength=0.36,
            depth=layer.depth,
            unrest=0.14,
        )
    )


def table(world: World, layer: Layer, x: float, top: float, reach: float, foot: float) -> None:
    """Set a table: its top, half of its length, and where its feet are."""
    wood = room_paint(world, "8a5c38", 1.05)
    dark = mixed(wood, BLACK, 0.45)
    layer.fill(
        dark,
        *[box(x + reach * at - 0.014, top, x + reach * at + 0.014, foot) for at in (-0.86, 0.86)],
    )
    layer.fill((wood, dark), box(x - reach, top - 0.02, x + reach, top + 0.018))
    layer.strokes(
        mixed(wood, colour("ffe0b0"), 0.4),
        0.005,
        [(x - reach, top - 0.02), (x + reach, top - 0.02)],
    )


def chair(world: World, layer: Layer, x: float, foot: float, size: float, turn: int) -> None:
    """Put a chair, seen from the side."""
    wood = mixed(room_paint(world, "6a4428"), BLACK, 0.2)
    layer.strokes(
        wood,
        size * 0.06,
        [(x - turn * size * 0.3, foot - size * 1.1), (x - turn * size * 0.26, foot)],
        [(x + turn * size * 0.26, foot - size * 0.5), (x + turn * size * 0.28, foot)],
        [(x - turn * size * 0.3, foot - size * 0.52), (x + turn * size * 0.3, foot - size * 0.5)],
    )
    for up in (0.7, 0.88, 1.06):
        layer.strokes(
            wood,
            size * 0.05,
            [(x - turn * size * 0.3, foot - size * up), (x - turn * size * 0.22, foot - size * up)],
        )


def rounded(left: float, top: float, right: float, bottom: float, corner: float) -> Outline:
    """Return the outline of a rectangle whose corners are round, *corner* being their radius."""
    corner = min(corner, (right - left) / 2, (bottom - top) / 2)
    points = []
    for number, (x, y) in enumerate(
        (
            (right - corner, bottom - corner),
            (left + corner, bottom - corner),
            (left + corner, top + corner),
            (right - corner, top + corner),
        )
    ):
        for turn in np.linspace(0, np.pi / 2, 7) + number * np.pi / 2:
            points.append((x + corner * float(np.cos(turn)), y + corner * float(np.sin(turn))))
    return points


def armchair(world: World, layer: Layer, x: float, foot: float, size: float, lit: int) -> None:
    """Put an armchair of height *size*; light falls on its *lit* side (-1 left, 1 right)."""
    cloth = room_paint(world, "94503a", 1.15)
    light, dark = mixed(cloth, colour("ffd9a0"), 0.32), mixed(cloth, BLACK, 0.42)
    deep, half = mixed(cloth, BLACK, 0.66), size * 0.46
    seat, floor = foot - size * 0.4, foot - size * 0.08
    layer.fill(
        BLACK,
        rounded(
            x - half * 1.2, foot - size * 0.05, x + half * 1.2, foot + size * 0.06, size * 0.05
        ),
        strength=0.5,
        blur=size * 0.035,
    )
    wood = room_paint(world, "4a2e1c")
    for side in (-1, 1):
        at = x + side * half * 0.84
        layer.fill(
            (wood, mixed(wood, BLACK, 0.5)),
            [
                (at - size * 0.035, floor - 0.01),
                (at + size * 0.035, floor - 0.01),
                (at + size * 0.018, foot),
                (at - size * 0.018, foot),
            ],
        )
    top = foot - size
    layer.fill((cloth, dark), rounded(x - half * 0.82, top, x + half * 0.82, seat, size * 0.16))
    layer.fill(
        (mixed(light, cloth, 0.35), mixed(cloth, dark, 0.6)),
        rounded(x - half * 0.64, top + size * 0.06, x + half * 0.64, seat, size * 0.12),
        blur=size * 0.012,
    )
    for row, up in enumerate((0.74, 0.6)):
        for across in ((-0.36, 0.0, 0.36), (-0.18, 0.18))[row]:
            layer.round(
                deep,
                x + half * across,
                foot - size * up,
                size * 0.013,
                size * 0.013,
                strength=0.7,
                blur=size * 0.004,
            )
    # the seat's front, its cushion in the light, and the shade where it meets the back
    front = rounded(x - half, foot - size * 0.3, x + half, floor, size * 0.04)
    layer.fill((mixed(cloth, dark, 0.5), deep), front)
    layer.fill(
        deep,
        rounded(x - half * 0.7, seat - size * 0.07, x + half * 0.7, seat + size * 0.02, 0.03),
        strength=0.75,
        blur=size * 0.022,
    )
    cushion = rounded(
        x - half * 0.72, seat - size * 0.02, x + half * 0.72, foot - size * 0.25, size * 0.05
    )
    layer.fill((light, mixed(cloth, dark, 0.7)), cushion)
    for side in (-1, 1):
        face = mixed(cloth, light, 0.4) if side == lit else mixed(cloth, dark, 0.45)
        _arm(layer, face, x + side * half * 0.9, foot, size)


def _arm(layer: Layer, face: Colour, x: float, foot: float, size: float) -> None:
    """Add the arm of an armchair with its rolled top, seen from before."""
    wide, up = size * 0.101, foot - size * 0.5
    layer.fill(
        (face, mixed(face, BLACK, 0.5)),
        rounded(x - wide, up, x + wide, foot - size * 0.08, size * 0.05),
    )
    roll = (mixed(face, colour("ffe0b0"), 0.3), mixed(face, BLACK, 0.25))
    layer.round(roll, x, up, wide * 1.12, size * 0.085)
    layer.round(
        mixed(face, BLACK, 0.35),
        x,
        up,
        wide * 0.52,
        size * 0.04,
        strength=0.6,
        blur=size * 0.008,
    )


def wall_picture(world: World, layer: Layer, x: float, y: float, size: float) -> None:
    """Hang a framed landscape on the wall."""
    layer.fill(room_paint(world, "7a5a28"), box(x - size * 1.3, y - size, x + size * 1.3, y + size))
    layer.fill(
        (room_paint(world, "8fb0c0"), room_paint(world, "6a8a5a")),
        box(x - size * 1.15, y - size * 0.85, x + size * 1.15, y + size * 0.85),
    )
    layer.fill(
        room_paint(world, "4a6a54"),
        [
            (x - size * 1.15, y + size * 0.85),
            (x - size * 0.3, y - size * 0.1),
            (x + size * 0.3, y + size * 0.4),
            (x + size * 0.8, y),
            (x + size * 1.15, y + size * 0.85),
        ],
    )


def hanging_lamp(world: World, layer: Layer, x: float, y: float) -> None:
    """Hang a lit lamp from the ceiling."""
    dark = room_paint(world, "3a3430")
    layer.strokes(dark, 0.006, [(x, world.sheet.north), (x, y - 0.05)])
    layer.fill(dark, [(x - 0.03, y - 0.05), (x + 0.03, y - 0.05), (x + 0.085, y), (x - 0.085, y)])
    layer.round(colour("fff0c8"), x, y + 0.006, 0.03, 0.02)
    world.lamps.append(
        Lamp(
            x=x,
            y=y + 0.01,
            radius=0.12,
            light=colour("ffd896"),
            strength=0.8,
            depth=layer.depth,
            unrest=0.08,
        )
    )
    world.lamps.append(
        Lamp(
            x=x,
            y=y + 0.12,
            radius=0.5,
            light=colour("ffc070"),
            strength=0.3,
            depth=layer.depth,
            unrest=0.1,
        )
    )


def candle(world: World, layer: Layer, x: float, foot: float) -> None:
    """Light a candle."""
    layer.fill(room_paint(world, "f0e6cc", 1.4), box(x - 0.01, foot - 0.06, x + 0.01, foot))
    layer.fill(
        colour("ffe9a8"), [(x - 0.008, foot - 0.064), (x, foot - 0.1), (x + 0.008, foot - 0.064)]
    )
    world.lamps.append(
        Lamp(
            x=x,
            y=foot - 0.08,
            radius=0.1,
            light=colour("ffc870"),
            strength=0.8,
            depth=layer.depth,
            unrest=0.35,
        )
    )
