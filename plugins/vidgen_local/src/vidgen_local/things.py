"""What stands in a landscape: trees, a lighthouse, a boat, a house, birds."""

from __future__ import annotations

import math

import numpy as np

from vidgen_local.canvas import Canvas, Point, box, soft
from vidgen_local.palette import Palette, colour, mixed

_LAMP = colour("ffe3a3")


def pine(x: float, foot: float, tall: float) -> list[list[Point]]:
    """Return the outlines of a tree that stands at *x*, *foot*."""
    outlines = [box(x - tall * 0.02, foot - tall * 0.15, x + tall * 0.02, foot + 0.02)]
    for step in range(5):
        low = foot - tall * (0.08 + 0.17 * step)
        half = tall * 0.21 * (1 - step / 5.6)
        outlines.append([(x - half, low), (x, low - tall * 0.28), (x + half, low)])
    return outlines


def lighthouse(canvas: Canvas, palette: Palette, x: float, foot: float, tall: float) -> None:
    """Build a striped tower at *x*, *foot*; where lamps are lit, its beam goes round."""
    top = foot - tall * 0.80
    wide, narrow = tall * 0.095, tall * 0.062
    lamp = top - tall * 0.075
    if palette.lamps:
        _beam(canvas, x, lamp, tall)
    light = 0.45 + 0.55 * float(palette.haze.mean()) / 255
    white = mixed(colour("f3ece0") * np.float32(light), palette.haze, 0.12)
    red = mixed(colour("b5402f") * np.float32(light), palette.haze, 0.12)
    tower = canvas.shape([(x - wide, foot), (x - narrow, top), (x + narrow, top), (x + wide, foot)])
    canvas.lay(white, tower)
    for step in (0, 2, 4):
        low, high = foot - tall * 0.16 * step, foot - tall * 0.16 * (step + 1)
        canvas.lay(red, tower * canvas.shape(box(x - wide, high, x + wide, low)))
    side = np.clip((canvas.x - x) / wide * 0.5 + 0.5, 0, 1)
    towards_sun = side if palette.sun_x * canvas.aspect < x else 1 - side
    canvas.lay(palette.near, tower * (0.62 * towards_sun).astype(np.float32)[None, :])
    dark = mixed(palette.near, palette.haze, 0.1)
    canvas.lay(
        dark,
        canvas.shape(
            box(x - narrow * 1.5, top - tall * 0.012, x + narrow * 1.5, top + tall * 0.012),
            [
                (x - narrow, lamp - tall * 0.055),
                (x, lamp - tall * 0.125),
                (x + narrow, lamp - tall * 0.055),
            ],
            box(x - narrow * 0.08, lamp - tall * 0.16, x + narrow * 0.08, lamp - tall * 0.1),
        ),
    )
    glass = _LAMP if palette.lamps else mixed(palette.sky[1], colour("ffffff"), 0.3)
    canvas.lay(
        glass,
        canvas.shape(
            box(x - narrow * 0.72, lamp - tall * 0.055, x + narrow * 0.72, top - tall * 0.012)
        ),
    )
    bars = [
        box(
            x + narrow * at - narrow * 0.05,
            lamp - tall * 0.055,
            x + narrow * at + narrow * 0.05,
            top,
        )
        for at in (-0.72, -0.24, 0.24, 0.72)
    ]
    canvas.lay(dark, canvas.shape(*bars))
    if palette.lamps:
        away = canvas.distance(x, lamp)
        canvas.glow(_LAMP, np.float32(0.8) * np.exp(-away / np.float32(tall * 0.11)))


def _beam(canvas: Canvas, x: float, y: float, tall: float) -> None:
    """Throw light to the left and, fainter, to the right."""
    for direction, strength in ((-1.0, 0.62), (1.0, 0.34)):
        along = (canvas.x[None, :] - np.float32(x)) * np.float32(direction)
        slope = np.float32(-0.10 * direction)
        aside = np.abs(canvas.y[:, None] - np.float32(y) - along * slope * np.float32(direction))
        width = np.float32(tall * 0.03) + np.clip(along, 0, None) * np.float32(0.085)
        fade = np.exp(-np.clip(along, 0, None) / np.float32(1.1)) * (along > 0)
        mask = soft(1.0, aside / width) * fade.astype(np.float32)
        canvas.glow(_LAMP, mask * np.float32(strength))


def boat(canvas: Canvas, palette: Palette, x: float, foot: float, size: float) -> None:
    """Set a small sailing boat on the water at *x*, *foot*, with its reflection."""
    half = size * 0.34
    hull: list[Point] = [
        (x - half, foot - size * 0.12),
        (x + half * 1.1, foot - size * 0.15),
        (x + half * 0.75, foot + size * 0.02),
        (x - half * 0.75, foot + size * 0.02),
    ]
    main: list[Point] = [
        (x + size * 0.02, foot - size * 0.95),
        (x + size * 0.02, foot - size * 0.2),
        (x + half * 0.95, foot - size * 0.2),
    ]
    jib: list[Point] = [
        (x - size * 0.02, foot - size * 0.86),
        (x - size * 0.02, foot - size * 0.2),
        (x - half * 0.85, foot - size * 0.2),
    ]
    light = 0.4 + 0.6 * float(palette.haze.mean()) / 255
    sail = mixed(colour("fbf3e4") * np.float32(light), palette.haze, 0.15)
    dark = mixed(palette.near, palette.haze, 0.08)
    mirror = [[(px, 2 * foot - py * 0.6 - foot * 0.4) for px, py in part] for part in (main, jib)]
    canvas.lay(sail, canvas.shape(*mirror) * np.float32(0.16))
    canvas.lay(dark, canvas.shape([(px, 2 * foot - py) for px, py in hull]) * np.float32(0.35))
    canvas.lay(sail, canvas.shape(main, jib))
    canvas.lay(dark, canvas.shape(hull, box(x - size * 0.012, foot - size, x + size * 0.012, foot)))
    if palette.lamps:
        canvas.dot(x - half * 0.6, foot - size * 0.17, size * 0.03, _LAMP, 0.9)


def house(canvas: Canvas, palette: Palette, x: float, foot: float, size: float) -> None:
    """Build a cottage around *x*, *foot*, *size* high."""
    half, wall = size * 0.62, foot - size * 0.55
    light = 0.4 + 0.6 * float(palette.haze.mean()) / 255
    canvas.lay(
        mixed(colour("cfc4b2") * np.float32(light), palette.haze, 0.2),
        canvas.shape(box(x - half, wall, x + half, foot + 0.02)),
    )
    roof = mixed(colour("7c4436") * np.float32(light), palette.near, 0.35)
    canvas.lay(
        roof,
        canvas.shape(
            [
                (x - half * 1.15, wall),
                (x - half * 0.8, foot - size),
                (x + half * 0.8, foot - size),
                (x + half * 1.15, wall),
            ],
            box(x + half * 0.35, foot - size * 1.15, x + half * 0.55, wall),
        ),
    )
    panes = [
        box(
            x + half * at - size * 0.08,
            wall + size * 0.15,
            x + half * at + size * 0.08,
            wall + size * 0.35,
        )
        for at in (-0.5, 0.5)
    ]
    canvas.lay(
        palette.near,
        canvas.shape(*panes, box(x - size * 0.07, wall + size * 0.16, x + size * 0.07, foot)),
    )
    if palette.lamps:
        canvas.lay(_LAMP, canvas.shape(*panes))
        canvas.glow(
            _LAMP, np.float32(0.3) * np.exp(-canvas.distance(x, wall) / np.float32(size * 0.6))
        )


def birds(canvas: Canvas, palette: Palette) -> None:
    """Let a few birds fly, far off."""
    outlines = []
    for _ in range(7):
        x = float(canvas.random.uniform(0.3, 0.62)) * canvas.aspect
        y = float(canvas.random.uniform(0.16, 0.4))
        size = float(canvas.random.uniform(0.010, 0.022))
        outlines += [_wing(x, y, size, side) for side in (-1, 1)]
    canvas.lay(mixed(palette.near, palette.haze, 0.15), canvas.shape(*outlines))


def _wing(x: float, y: float, size: float, side: int) -> list[Point]:
    upper = [
        (x + side * size * t, y - size * 0.5 * math.sin(math.pi * t**0.8)) for t in (0, 0.3, 0.6, 1)
    ]
    lower = [(px, py + size * 0.16 * (1 - abs(px - x) / size)) for px, py in reversed(upper)]
    return upper + lower
