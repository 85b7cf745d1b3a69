"""Draws the place that a scene's words name, as layers from the sky to the foreground."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from vidgen_local.canvas import Canvas, box
from vidgen_local.indoors import paint_room
from vidgen_local.palette import Colour, Palette, colour, mixed, palette_for
from vidgen_local.picture import Floats, Margins, floats
from vidgen_local.things import birds, boat, house, lighthouse, pine
from vidgen_local.words import Hour, Place, Weather, Words

#: Pictures are drawn at about this many pixels and brought to size.
_LARGE = 1280 * 720
_SMALL = 480 * 270


def paint(
    words: Words, random: np.random.Generator, margins: Margins, frame: tuple[int, int]
) -> Floats:
    """Return the picture of *words*, the *frame* (width, height) with its *margins*.

    It is ``height x width x 3``, 0 to 255. The same words and *random* give the
    same picture, whatever the margins are.
    """
    scale = _scale(frame)
    canvas = Canvas(
        random,
        (max(2, round(frame[0] * scale)), max(2, round(frame[1] * scale))),
        _scaled(margins, scale),
    )
    chance = (Hour.DAWN, Hour.DAY, Hour.DUSK)[int(random.integers(3))]
    usual = chance if words.weather is Weather.CLEAR else Hour.DAY
    palette = palette_for(words.hour or usual, words.weather)
    if words.place is Place.ROOM:
        paint_room(canvas, palette, words)
    else:
        paint_sky(canvas, palette)
        _LANDS[words.place](canvas, palette, words)
    canvas.finish()
    width = margins.left + frame[0] + margins.right
    height = margins.top + frame[1] + margins.bottom
    return _resized(canvas.rgb, width, height)


def _scale(frame: tuple[int, int]) -> float:
    pixels = frame[0] * frame[1]
    if pixels > _LARGE:
        return math.sqrt(_LARGE / pixels)
    # whole numbers, so that margins stay whole and the picture does not shift with them
    return min(8, math.ceil(math.sqrt(_SMALL / pixels)))


def _scaled(margins: Margins, scale: float) -> Margins:
    return Margins(
        left=round(margins.left * scale),
        top=round(margins.top * scale),
        right=round(margins.right * scale),
        bottom=round(margins.bottom * scale),
    )


def _resized(rgb: Floats, width: int, height: int) -> Floats:
    if rgb.shape[:2] == (height, width):
        return rgb
    planes = [
        Image.fromarray(np.ascontiguousarray(rgb[..., channel])).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        for channel in range(3)
    ]
    return floats(np.clip(np.stack([np.asarray(plane) for plane in planes], axis=-1), 0, 255))


def paint_sky(canvas: Canvas, palette: Palette, horizon: float = 0.62) -> None:
    """Fill the sheet with the sky: gradient, stars, sun or moon, clouds."""
    stops = np.array([-0.1, 0.35, 0.75, 1.0]) * horizon
    for channel in range(3):
        shades = [stop[channel] for stop in palette.sky]
        canvas.rgb[..., channel] = np.interp(canvas.y, stops, shades)[:, None]
    if palette.stars:
        _stars(canvas, horizon)
    _sun(canvas, palette)
    _clouds(canvas, palette, horizon)


def _stars(canvas: Canvas, horizon: float) -> None:
    for _ in range(420):
        x = canvas.random.uniform(-canvas.aspect, 2 * canvas.aspect)
        y = canvas.random.uniform(-0.5, horizon)
        light = canvas.random.uniform(0.2, 1.0) ** 2 * (1 - 0.7 * max(0.0, y) / horizon)
        canvas.dot(float(x), float(y), 0.0011 + 0.0006 * light, colour("f2f0ff"), float(light))


def _sun(canvas: Canvas, palette: Palette) -> None:
    x, y = palette.sun_x * canvas.aspect, palette.sun_y
    away = canvas.distance(x, y)
    canvas.glow(palette.sun, np.float32(palette.glow * 0.75) * np.exp(-4.2 * away))
    canvas.glow(palette.sun, np.float32(palette.glow * 0.5) * np.exp(-16 * away))
    if palette.sun_size:
        edge = np.clip((palette.sun_size - away) * canvas.unit + 0.5, 0, 1)
        canvas.lay(palette.sun, edge.astype(np.float32))


def _clouds(canvas: Canvas, palette: Palette, horizon: float) -> None:
    dense = canvas.noise(1.3, 4.2, 6)
    height = np.clip(1 - np.abs(canvas.y / horizon - 0.45) / 0.75, 0, 1)[:, None]
    start = 0.64 - 0.3 * palette.clouds
    mask = np.clip((dense - np.float32(start)) * 3.2, 0, 1) * height.astype(np.float32)
    canvas.lay(palette.cloud, mask * np.float32(0.35 + 0.5 * palette.clouds))
    rim = mask * (1 - mask)
    canvas.lay(mixed(palette.cloud, palette.sky[3], 0.8), rim)


def _behind_air(palette: Palette, near: Colour, depth: float) -> Colour:
    """Return how *near* looks at *depth*: 0 is far and hazy, 1 is near."""
    return mixed(palette.haze, near, depth**0.9)


def _ridge(
    canvas: Canvas, palette: Palette, depth: float, base: float, amplitude: float, cells: float
) -> Floats:
    """Lay one range of hills and return its line."""
    line = base - np.float32(amplitude) * canvas.line(cells, 0.52)
    mask = canvas.below(line)
    shade = np.broadcast_to(_behind_air(palette, palette.ground, depth), canvas.rgb.shape).copy()
    down = np.clip((canvas.y[:, None] - line[None, :]) / 0.22, 0, 1)[..., None]
    mist = mixed(palette.haze, palette.sky[3], 0.4)
    shade += (mist - shade) * down * np.float32(0.42 * (1 - depth))
    grain = canvas.noise(9 + 14 * depth, 16 + 10 * depth, 4)[..., None] - np.float32(0.5)
    shade *= 1 + grain * np.float32(0.10 + 0.2 * depth)
    canvas.lay(shade, mask)
    return line


def _pines(
    canvas: Canvas, palette: Palette, line: Floats, depth: float, size: float, gap: float
) -> None:
    """Plant a row of trees along *line*."""
    outlines = []
    x = -canvas.aspect
    while x < 2 * canvas.aspect:
        tall = size * float(canvas.random.uniform(0.55, 1.15))
        foot = float(np.interp(x, canvas.x, line)) + 0.01
        outlines += pine(x, foot, tall)
        x += gap * float(canvas.random.uniform(0.35, 1.6))
    canvas.lay(_behind_air(palette, palette.near, depth), canvas.shape(*outlines))


def _hills(canvas: Canvas, palette: Palette, words: Words) -> None:
    _ridge(canvas, palette, 0.10, 0.56, 0.17, 1.1)
    _ridge(canvas, palette, 0.30, 0.64, 0.12, 1.3)
    middle = _ridge(canvas, palette, 0.52, 0.74, 0.09, 1.2)
    _pines(canvas, palette, middle, 0.6, 0.05, 0.035)
    _stand(canvas, palette, words, middle, 0.66)
    near = _ridge(canvas, palette, 0.80, 0.86, 0.06, 0.9)
    _pines(canvas, palette, near, 0.88, 0.16, 0.16)
    _ridge(canvas, palette, 1.0, 0.97, 0.05, 0.8)


def _forest(canvas: Canvas, palette: Palette, words: Words) -> None:
    _ridge(canvas, palette, 0.15, 0.52, 0.10, 1.0)
    for depth, base, size, gap in (
        (0.3, 0.62, 0.16, 0.03),
        (0.5, 0.71, 0.24, 0.06),
        (0.72, 0.82, 0.36, 0.13),
    ):
        line = _ridge(canvas, palette, depth, base, 0.05, 1.0)
        _pines(canvas, palette, line, depth, size, gap)
    _stand(canvas, palette, words, line, 0.5)
    near = _ridge(canvas, palette, 0.95, 0.95, 0.04, 0.8)
    _pines(canvas, palette, near, 1.0, 0.75, 0.62)


def _desert(canvas: Canvas, palette: Palette, words: Words) -> None:
    sand = mixed(palette.haze, colour("d9a066") * np.float32(palette.near.mean() / 110 + 0.5), 0.6)
    for step, base in enumerate((0.60, 0.68, 0.79, 0.92)):
        depth = step / 3
        line = base - np.float32(0.10 + 0.03 * step) * canvas.line(0.9, 0.3, 4)
        down = np.clip((canvas.y[:, None] - line[None, :]) / (0.1 + 0.1 * depth), 0, 1)
        shade = sand * np.float32(1.05 - 0.35 * depth)
        dark = shade * np.float32(0.62)
        body = shade + (dark - shade) * down[..., None].astype(np.float32)
        canvas.lay(body.astype(np.float32), canvas.below(line))
    _stand(canvas, palette, words, line, 0.6)


def _city(canvas: Canvas, palette: Palette, words: Words) -> None:
    for depth, base, tallest, wide in (
        (0.2, 0.70, 0.34, 0.05),
        (0.5, 0.82, 0.42, 0.075),
        (0.95, 1.0, 0.46, 0.13),
    ):
        _skyline(canvas, palette, depth, base, tallest, wide)
    if "birds" in words.things:
        birds(canvas, palette)


def _skyline(
    canvas: Canvas, palette: Palette, depth: float, base: float, tallest: float, wide: float
) -> None:
    """Build one row of houses, with lamps behind some windows."""
    walls, windows = [], []
    x = -canvas.aspect
    while x < 2 * canvas.aspect:
        width = wide * float(canvas.random.uniform(0.6, 1.5))
        top = base - tallest * float(canvas.random.uniform(0.25, 1.0))
        walls.append(box(x, top, x + width, 2.0))
        windows += _windows(canvas, x, top, width, base + 0.3, wide)
        x += width * float(canvas.random.uniform(0.75, 1.0))
    canvas.lay(_behind_air(palette, palette.built, depth), canvas.shape(*walls))
    foot = np.clip((canvas.y - (base - tallest * 0.5)) / (tallest * 0.9), 0, 1)[:, None]
    lit = canvas.shape(*windows)
    if palette.lamps:
        canvas.glow(colour("ffd48a"), lit * np.float32(0.35 + 0.45 * depth))
    else:
        canvas.lay(palette.sky[1], lit * np.float32(0.4))
    mist = np.broadcast_to(foot, lit.shape) * np.float32(0.4 * (1 - depth))
    canvas.lay(palette.haze, mist.astype(np.float32))


def _windows(
    canvas: Canvas, left: float, top: float, width: float, bottom: float, wide: float
) -> list[list[tuple[float, float]]]:
    """Return the lit windows of one house."""
    step = wide * 0.2
    size = step * 0.45
    found = []
    for row in range(int((bottom - top) / (step * 1.4))):
        for column in range(int((width - step * 0.6) / step)):
            if canvas.random.random() < 0.3:
                x, y = left + step * (0.55 + column), top + step * (0.8 + 1.4 * row)
                found.append(box(x, y, x + size, y + size * 1.5))
    return found


def _sea(canvas: Canvas, palette: Palette, words: Words) -> None:
    horizon = 0.62
    _headland(canvas, palette, horizon)
    _water(canvas, palette, horizon)
    if "boat" in words.things:
        boat(canvas, palette, 0.36 * canvas.aspect, 0.715, 0.17)
    if "lighthouse" in words.things:
        _rock(canvas, palette, words)
    if "birds" in words.things:
        birds(canvas, palette)


def _headland(canvas: Canvas, palette: Palette, horizon: float) -> None:
    fall = np.clip((canvas.x / canvas.aspect - 0.22) / 0.5, 0, 1)
    line = horizon - (0.10 + 0.04 * canvas.line(1.6, 0.5)) * (1 - fall**0.7) + 0.002
    canvas.lay(_behind_air(palette, palette.near, 0.3), canvas.below(line.astype(np.float32)))


def _water(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """Lay the sea from *horizon* down: the sky's colours, ripples, and the sun's path."""
    top = canvas.rows(horizon)
    depth = np.clip((canvas.y[top:] - horizon) / (1 - horizon), 0, 1.6)[:, None]
    far = mixed(palette.sky[3], palette.haze, 0.5) * np.float32(0.86)
    deep = mixed(palette.sky[0], palette.near, 0.45) * np.float32(0.85)
    share = np.clip(depth**0.55, 0, 1)[..., None]
    body = np.broadcast_to(far + (deep - far) * share, canvas.rgb[top:].shape).copy()
    ripple = _ripples(canvas, top, depth)
    body *= 1 + (ripple - np.float32(0.5))[..., None] * (0.25 + 0.55 * share)
    canvas.lay(body.astype(np.float32), np.ones(body.shape[:2], dtype=np.float32), top)
    aside = (canvas.x[None, :] - palette.sun_x * canvas.aspect) / (0.03 + 0.16 * depth)
    path = np.exp(-(aside**2)) * np.clip((ripple - 0.42) * 4.5, 0, 1)
    light = np.zeros((canvas.height, canvas.width), dtype=np.float32)
    light[top:] = path * np.float32(palette.glow)
    canvas.glow(palette.sun, light)


def _ripples(canvas: Canvas, top: int, depth: Floats) -> Floats:
    """Return noise (0 to 1) that is fine at the horizon and broad near the shore."""
    fine = canvas.noise(5, 90, 3)
    broad = canvas.noise(2.2, 26, 3)
    share = np.clip(depth * 1.2, 0, 1)
    mix = fine[top:] * (1 - share) + broad[top:] * share
    return floats(np.clip((mix - np.float32(0.5)) * 1.7 + 0.5, 0, 1))


def _rock(canvas: Canvas, palette: Palette, words: Words) -> None:
    """Raise a rock at the right and put the lighthouse on it."""
    foot = 0.72 * canvas.aspect
    reach = np.clip(np.abs(canvas.x - foot) / (0.42 * max(1.0, canvas.aspect * 0.6)), 0, 1)
    rise = np.where(canvas.x > foot, 1 - 0.5 * reach, 1 - reach**1.5)
    rugged = canvas.line(2.2, 0.55) * (0.2 + 0.8 * reach)
    line = (1.02 - 0.27 * rise + 0.03 * rugged).astype(np.float32)
    ground = float(np.interp(foot, canvas.x, line))
    lighthouse(canvas, palette, foot, ground + 0.015, 0.46)
    if "house" in words.things:
        house(canvas, palette, foot + 0.13, ground + 0.03, 0.08)
    stone = np.broadcast_to(_behind_air(palette, palette.near, 0.92), canvas.rgb.shape).copy()
    grain = canvas.noise(7, 13, 5)[..., None] - np.float32(0.5)
    stone *= 1 + grain * np.float32(0.9)
    rim = np.exp(-np.clip(canvas.y[:, None] - line[None, :], 0, 1) / 0.02)[..., None]
    stone += (palette.sky[3] - stone) * rim.astype(np.float32) * np.float32(0.16)
    canvas.lay(stone, canvas.below(line))


def _stand(canvas: Canvas, palette: Palette, words: Words, line: Floats, x: float) -> None:
    """Put what else was named on *line*, around *x* of the frame's width."""
    place = x * canvas.aspect
    ground = float(np.interp(place, canvas.x, line)) + 0.012
    if "lighthouse" in words.things:
        lighthouse(canvas, palette, place - 0.16, ground, 0.34)
    if "house" in words.things:
        house(canvas, palette, place, ground, 0.11)
    if "birds" in words.things:
        birds(canvas, palette)


_LANDS: Mapping[Place, Callable[[Canvas, Palette, Words], None]] = {
    Place.HILLS: _hills,
    Place.SEA: _sea,
    Place.FOREST: _forest,
    Place.CITY: _city,
    Place.DESERT: _desert,
}
