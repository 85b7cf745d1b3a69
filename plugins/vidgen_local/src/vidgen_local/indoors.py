"""Draws a room: a wall, a floor, a window with the weather behind it, a lamp."""

from __future__ import annotations

import numpy as np

from vidgen_local.canvas import Canvas, box, soft
from vidgen_local.palette import Palette, colour, mixed
from vidgen_local.words import Words

_FLOOR = 0.76


def paint_room(canvas: Canvas, palette: Palette, words: Words) -> None:
    """Fill the sheet with the inside of a house at the palette's hour."""
    bright = float(palette.sky[3].mean()) / 255
    _wall(canvas, palette, bright)
    _floor(canvas, palette, bright)
    middle = 0.36 * canvas.aspect
    size = min(0.46, 0.5 * canvas.aspect)
    _window(canvas, palette, middle, size)
    _fallen_light(canvas, palette, middle, size, bright)
    _table(canvas, palette, 0.74 * canvas.aspect)
    if palette.lamps:
        _lamp(canvas, 0.74 * canvas.aspect)


def _wall(canvas: Canvas, palette: Palette, bright: float) -> None:
    wall = mixed(colour("a98a68"), palette.sky[2], 0.2) * np.float32(0.25 + 0.6 * bright)
    canvas.rgb[:] = wall
    rough = canvas.noise(6, 6, 5)[..., None] - np.float32(0.5)
    canvas.rgb *= 1 + rough * np.float32(0.16)
    corner = np.clip(
        canvas.distance(0.45 * canvas.aspect, 0.42) / (0.62 * max(1, canvas.aspect)), 0, 1
    )
    canvas.lay(palette.wood * np.float32(0.35), (0.62 * corner**1.6).astype(np.float32))


def _floor(canvas: Canvas, palette: Palette, bright: float) -> None:
    top = canvas.rows(_FLOOR)
    depth = np.clip((canvas.y[top:] - _FLOOR) / (1 - _FLOOR), 0.0, 3)[:, None]
    board = colour("7a5234") * np.float32(0.25 + 0.6 * bright)
    centre = 0.5 * canvas.aspect
    lane = (canvas.x[None, :] - centre) / (0.75 + depth) * 9
    seam = np.abs(lane - np.rint(lane))
    tone = 0.82 + 0.18 * np.sin(np.floor(lane + 0.5) * 12.9898) + 0.12 * depth
    streaks = canvas.noise(2, 40, 4)[top:] - np.float32(0.5)
    body = board * ((tone + 0.3 * streaks) * np.clip(seam * -6 + 3.9, 0.55, 1))[..., None]
    canvas.lay(body.astype(np.float32), np.ones(body.shape[:2], dtype=np.float32), top)
    skirting = canvas.shape(box(canvas.west, _FLOOR - 0.035, canvas.east, _FLOOR))
    canvas.lay(board * np.float32(0.6), skirting)


def _window(canvas: Canvas, palette: Palette, x: float, size: float) -> None:
    """Cut a window of *size* into the wall and let the sky be seen through it."""
    half, top, bottom = size * 0.42, 0.14, 0.14 + size
    wood = palette.wood
    canvas.lay(wood, canvas.shape(box(x - half - 0.03, top - 0.03, x + half + 0.03, bottom + 0.03)))
    panes = canvas.shape(
        *(
            box(x + half * a, top + size * c, x + half * b, top + size * d)
            for a, b in ((-1.0, -0.04), (0.04, 1.0))
            for c, d in ((0.0, 0.485), (0.515, 1.0))
        )
    )
    stops = [top, top + size * 0.45, top + size * 0.75, bottom]
    sky = np.stack(
        [np.interp(canvas.y, stops, [stop[i] for stop in palette.sky]) for i in range(3)], axis=-1
    ).astype(np.float32)
    view = np.broadcast_to(sky[:, None, :], canvas.rgb.shape).copy()
    clouds = np.clip((canvas.noise(4, 9, 5) - 0.5) * 2.6, 0, 1)[..., None]
    view += (palette.cloud - view) * clouds * np.float32(0.3 + 0.5 * palette.clouds)
    hills = bottom - 0.06 - 0.03 * canvas.line(3.0, 0.5)
    far = canvas.below(hills.astype(np.float32))[..., None]
    view += (mixed(palette.haze, palette.near, 0.5) - view) * far
    canvas.lay(view, panes)
    sill = canvas.shape(box(x - half - 0.06, bottom + 0.02, x + half + 0.06, bottom + 0.05))
    canvas.lay(mixed(wood, palette.sky[3], 0.2), sill)


def _fallen_light(canvas: Canvas, palette: Palette, x: float, size: float, bright: float) -> None:
    """Let the window's light come in: on the floor, and as a soft shaft."""
    half = size * 0.42
    patch = canvas.shape(
        [(x + 0.02, 0.83), (x + half * 1.1, 0.83), (x + half * 2.0, 0.96), (x + 0.08, 0.96)],
        [(x - half * 0.95, 0.83), (x - 0.04, 0.83), (x + 0.0, 0.96), (x - half * 0.9, 0.96)],
    )
    light = palette.sky[3]
    canvas.glow(light, patch * np.float32(0.5 * bright**1.5))
    away = canvas.distance(x, 0.14 + size / 2)
    canvas.glow(light, soft(1.1, away) * np.float32(0.02 + 0.2 * bright))


def _table(canvas: Canvas, palette: Palette, x: float) -> None:
    wood = palette.wood * np.float32(0.85)
    reach = min(0.3, 0.2 * canvas.aspect)
    legs = [box(x + reach * at - 0.012, 0.66, x + reach * at + 0.012, 0.9) for at in (-0.85, 0.85)]
    canvas.lay(wood, canvas.shape(box(x - reach, 0.635, x + reach, 0.665), *legs))


def _lamp(canvas: Canvas, x: float) -> None:
    """Stand a lit oil lamp on the table."""
    flame = colour("ffdf9a")
    brass = colour("6e5228")
    canvas.lay(brass, canvas.shape(box(x - 0.035, 0.605, x + 0.035, 0.635)))
    canvas.lay(brass, canvas.shape(box(x - 0.014, 0.58, x + 0.014, 0.61)))
    canvas.glow(
        flame,
        canvas.shape(
            [
                (x - 0.018, 0.58),
                (x - 0.03, 0.54),
                (x - 0.012, 0.48),
                (x + 0.012, 0.48),
                (x + 0.03, 0.54),
                (x + 0.018, 0.58),
            ]
        )
        * np.float32(0.55),
    )
    canvas.glow(flame, soft(0.05, canvas.distance(x, 0.545)) * np.float32(0.95))
    away = canvas.distance(x, 0.54)
    canvas.glow(colour("ffcb80"), np.float32(0.55) * np.exp(-away / np.float32(0.14)))
    canvas.glow(colour("ffb765"), np.float32(0.34) * np.exp(-away / np.float32(0.42)))
