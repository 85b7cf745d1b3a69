"""Trees, grass and other things that grow, as outlines and on layers."""

from __future__ import annotations

import math

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world.palette import Colour, Palette, mixed
from vidgen_local.world.sheet import Layer, Outline, Point, Sheet, box
from vidgen_local.world.words import Season


def pine(sheet: Sheet, x: float, foot: float, tall: float) -> list[Outline]:
    """Return the outlines of a conifer with ragged boughs."""
    half = tall * sheet.uniform(0.17, 0.24)
    right: list[Point] = [(x, foot - tall)]
    left: list[Point] = []
    boughs = 9
    for bough in range(1, boughs + 1):
        share = bough / boughs
        out = half * share**0.85 * sheet.uniform(0.78, 1.1)
        back = half * share**0.85 * 0.5
        low = foot - tall * (1 - 0.92 * share)
        right += [(x + out, low + tall * 0.02), (x + back, low - tall * 0.012)]
        out = half * share**0.85 * sheet.uniform(0.78, 1.1)
        left += [(x - out, low + tall * 0.02), (x - back, low - tall * 0.012)]
    trunk = box(x - tall * 0.016, foot - tall * 0.12, x + tall * 0.016, foot + 0.02)
    return [[*right, *reversed(left)], trunk]


def bough_snow(fir: Outline) -> list[Outline]:
    """Return where snow lies on a *fir* (an outline of ``pine``): right and left in turn."""
    if len(fir) < 9:
        return []
    x, apex = fir[0]
    half = (len(fir) - 1) // 2
    right, left = fir[1 : 1 + half], list(reversed(fir[1 + half :]))
    found: list[Outline] = []
    # each side alternates between tips, and backs from which the next bough grows;
    # reversed, the left side begins with its first tip too
    for number in range(0, half - 1, 2):
        for side in (right, left):
            upper = side[number - 1] if number else (x, apex)
            tip = side[number]
            fall = tip[1] - upper[1]
            found.append(
                [
                    upper,
                    tip,
                    (x + 0.7 * (tip[0] - x), tip[1] - 0.42 * fall),
                    (x + 0.5 * (tip[0] - x), tip[1] - 0.36 * fall),
                    (x + 0.3 * (tip[0] - x), upper[1] + 0.3 * fall),
                ]
            )
    return found


def branches(
    sheet: Sheet, x: float, y: float, turn: float, long: float, wide: float, deep: int
) -> list[tuple[float, Outline]]:
    """Return the strokes (width, line) of a bare tree that grows from a point."""
    bend = turn + sheet.uniform(-0.15, 0.15)
    middle = (x + 0.5 * long * math.cos(turn), y + 0.5 * long * math.sin(turn))
    end = (middle[0] + 0.5 * long * math.cos(bend), middle[1] + 0.5 * long * math.sin(bend))
    found: list[tuple[float, Outline]] = [(wide, [(x, y), middle, end])]
    if deep:
        for side in (-1, 1):
            found += branches(
                sheet,
                *end,
                bend + side * sheet.uniform(0.25, 0.6),
                long * sheet.uniform(0.62, 0.82),
                wide * 0.62,
                deep - 1,
            )
    return found


def bare_tree(
    layer: Layer, paint: Colour, x: float, foot: float, tall: float, deep: int = 6
) -> None:
    """Draw a leafless tree."""
    strokes = branches(layer.sheet, x, foot + 0.01, -math.pi / 2, tall * 0.3, tall * 0.05, deep)
    for wide in sorted({round(width, 6) for width, _ in strokes}, reverse=True):
        lines = [line for width, line in strokes if round(width, 6) == wide]
        layer.strokes(paint, max(0.0012, wide), *lines)


def leafy_tree(
    layer: Layer, palette: Palette, leaf: Colour, x: float, foot: float, tall: float
) -> None:
    """Draw a broad tree: its shadow, its trunk, and a crown of leaves lit from the sun's side."""
    sheet = layer.sheet
    sun = 1 if palette.sun_x > x / sheet.aspect else -1
    ground_shadow(layer, palette, x - sun * tall * 0.12, foot + 0.01 + tall * 0.01, tall * 0.3)
    for width, line in branches(sheet, x, foot + 0.01, -math.pi / 2, tall * 0.3, tall * 0.055, 3):
        layer.strokes(mixed(palette.near, palette.wood, 0.5), width, line)
    clumps = []
    for _ in range(18):
        turn, out = sheet.uniform(0, math.tau), sheet.uniform(0, 1) ** 0.6
        cx = x + math.cos(turn) * out * tall * 0.29
        cy = foot - tall * 0.67 + math.sin(turn) * out * tall * 0.21
        clumps.append((cx, cy, tall * sheet.uniform(0.09, 0.15)))
    # from the shade inside to the light outside: ever smaller, ever nearer to the sun
    for share, size, up, strength, count in (
        (-0.62, 1.0, 0.0, 1.0, 20),
        (-0.28, 0.84, 0.14, 0.9, 18),
        (0.0, 0.66, 0.3, 0.85, 16),
        (0.24, 0.46, 0.44, 0.8, 12),
    ):
        other = palette.near if share < 0 else palette.sun
        paint = mixed(leaf, other, abs(share) * (1.0 if share < 0 else palette.brightness))
        outlines: list[Outline] = []
        for cx, cy, wide in clumps:
            at = (cx + sun * wide * up * 0.7, cy - wide * up)
            outlines.append(blob(sheet, *at, wide * size * 0.9))
            outlines += _leaves(sheet, *at, wide * size, tall * 0.017, count)
        layer.fill((mixed(paint, palette.sun, 0.06), paint), *outlines, strength=strength)


def _leaves(
    sheet: Sheet, x: float, y: float, reach: float, size: float, count: int
) -> list[Outline]:
    """Return single leaves around the rim of a clump."""
    turns, outs = (
        sheet.random.uniform(0, math.tau, (2, count)),
        sheet.random.uniform(0.72, 1.18, count),
    )
    found: list[Outline] = []
    for turn, lean, out in zip(turns[0], turns[1], outs, strict=True):
        cx, cy = x + reach * out * math.cos(turn), y + reach * 0.82 * out * math.sin(turn)
        along = (size * math.cos(lean), size * math.sin(lean))
        aside = (-0.5 * along[1], 0.5 * along[0])
        found.append(
            [
                (cx - along[0], cy - along[1]),
                (cx + aside[0], cy + aside[1]),
                (cx + along[0], cy + along[1]),
                (cx - aside[0], cy - aside[1]),
            ]
        )
    return found


def ground_shadow(layer: Layer, palette: Palette, x: float, y: float, wide: float) -> None:
    """Let something *wide* (in heights, to each side) throw a soft shadow on the ground."""
    sheet, high = layer.sheet, wide * 0.16
    part = sheet.bounds(x - 2 * wide, y - 2.4 * high, x + 2 * wide, y + 2.4 * high)
    if part is None:
        return
    across = np.exp(-(((sheet.x[part[1]] - x) / wide) ** 4))
    along = np.exp(-(((sheet.y[part[0]] - y) / high) ** 2))
    mask = floats(along[:, None] * across[None, :]) * np.float32(0.2 + 0.3 * palette.brightness)
    layer.tint(mixed(palette.near, palette.ground, 0.25), mask, part)


def blob(sheet: Sheet, x: float, y: float, size: float) -> Outline:
    """Return the outline of a leafy clump."""
    return [
        (x + size * r * math.cos(a), y + size * 0.8 * r * math.sin(a))
        for a, r in zip(
            np.linspace(0, math.tau, 26), sheet.random.uniform(0.8, 1.12, 26), strict=True
        )
    ]


def palm(
    layer: Layer,
    paint: Colour,
    x: float,
    foot: float,
    tall: float,
    trunk: Colour | None = None,
) -> None:
    """Draw a palm that leans; its *trunk* has the colour of its leaves where none is given."""
    sheet = layer.sheet
    lean = sheet.uniform(-0.2, 0.2) * tall
    top = (x + lean, foot - tall)
    bend = (x + lean * 0.35, foot - tall * 0.5)
    layer.strokes(paint if trunk is None else trunk, tall * 0.045, [(x, foot + 0.02), bend, top])
    for turn in np.linspace(-math.pi * 1.05, 0.05 * math.pi, 9):
        long = tall * sheet.uniform(0.34, 0.46)
        tip = (top[0] + long * math.cos(turn), top[1] + long * (0.55 * math.sin(turn) + 0.28))
        knee = (
            top[0] + 0.55 * long * math.cos(turn),
            top[1] + long * (0.62 * math.sin(turn) - 0.08),
        )
        under = (knee[0], knee[1] + tall * 0.06)
        layer.fill(paint, [top, knee, tip, under])


def grass(
    layer: Layer, paint: tuple[Colour, Colour], line: np.ndarray, tall: float, gap: float
) -> None:
    """Let blades grow along *line*."""
    sheet = layer.sheet
    blades: list[Outline] = []
    for x in sheet.steps(gap, 0.8):
        foot = sheet.height_at(line, x) + tall * 0.25
        high, bend = tall * sheet.uniform(0.4, 1.1), sheet.uniform(-0.5, 0.5)
        wide = max(0.0016, tall * 0.035)
        blades.append(
            [
                (x - wide, foot),
                (x + bend * high * 0.3, foot - high * 0.6),
                (x + bend * high, foot - high),
                (x + wide + bend * high * 0.3, foot - high * 0.55),
                (x + wide, foot),
            ]
        )
    layer.fill(paint, *blades)


def flowers(
    layer: Layer, line: np.ndarray, paints: list[Colour], spread: float, count: int
) -> None:
    """Scatter blossoms below *line*, smaller the farther."""
    sheet = layer.sheet
    for _ in range(count):
        x, down = sheet.uniform(sheet.west, sheet.east), sheet.uniform(0, 1)
        y = sheet.height_at(line, x) - 0.01 + spread * down
        size = 0.0035 + 0.011 * down
        paint = paints[int(sheet.random.integers(len(paints)))]
        layer.round(paint, x, y, size, size * 0.75)


def leaf_of(palette: Palette, sheet: Sheet) -> Colour:
    """Return one tree's own shade of the season's leaf."""
    warm = (
        sheet.uniform(-0.12, 0.22) if palette.season is Season.AUTUMN else sheet.uniform(-0.1, 0.1)
    )
    other = palette.sun if warm > 0 else palette.near
    return mixed(palette.leaf, other, abs(warm) * (0.3 + palette.brightness))
