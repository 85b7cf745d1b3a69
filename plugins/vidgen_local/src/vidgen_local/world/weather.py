"""What falls and flies before the camera: rain, snow, dust, flames, bubbles, birds."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from vidgen_local.picture import floats
from vidgen_local.world.model import Air, Flock, Rising
from vidgen_local.world.palette import Colour, colour
from vidgen_local.world.pieces import BEAT, Glass

Steps: TypeAlias = NDArray[np.int16]
Tile: TypeAlias = NDArray[np.uint8]
#: Streaks are drawn so many times finer than they are seen, for soft edges.
_RAIN_FINE = 2


class Falling:
    """Rain or snow as patterns that repeat, one for each distance, falling at its own speed."""

    def __init__(self, air: Air, size: tuple[int, int], random: np.random.Generator) -> None:
        self._size = size
        self._sheets: list[tuple[Tile, int, float, float]] = []
        slant = 0.05 + 0.3 * air.wind
        for number in range(3):
            if air.rain:
                tile = _rain(size, random, air.rain, number, slant)
                self._sheets.append((_doubled(tile), 6 + 3 * number, slant, 0.0))
            if air.snow:
                tile = _snow(size, random, air.snow, number)
                self._sheets.append((_doubled(tile), 1 + (number > 0), 0.0, 0.012 + 0.012 * number))

    def over(self, luma: Steps, time: float) -> None:
        """Add what falls to *luma*, in place."""
        width, height = self._size
        falls: Tile | None = None
        for tile, turns, slant, sway in self._sheets:
            fallen = time / BEAT * turns % 1
            # what slants has come back to its column when it has come back to its row
            column = (
                int(
                    -slant * height * (time / BEAT * turns)
                    - sway * width * math.sin(math.tau * time / BEAT)
                )
                % width
            )
            row = int(-fallen * height) % height
            seen = tile[row : row + height, column : column + width]
            falls = seen if falls is None else np.maximum(falls, seen)
        if falls is None:
            return
        room = np.clip(238 - luma, 0, 238).astype(np.uint16)
        room *= falls
        room >>= 8
        luma += room.view(np.int16)


def _doubled(tile: Tile) -> Tile:
    return np.tile(tile, (2, 2))


def _rain(
    size: tuple[int, int], random: np.random.Generator, strength: float, number: int, slant: float
) -> Tile:
    """Return streaks on a sheet whose ends meet once it is sheared by what it slants.

    Far ones are many, short and faint; near ones few, long and out of focus. Each has
    its own length and light, and is faint where it begins.
    """
    width, height = size[0] * _RAIN_FINE, size[1] * _RAIN_FINE
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)
    most = height * (0.045, 0.08, 0.15)[number]
    # what is thinner than a pixel is fainter
    wide = height / 620 * (0.8, 1.1, 1.8)[number]
    faint = min(1.0, max(0.4, wide))
    for _ in range(int(strength * (360, 150, 36)[number] * max(0.5, width / height))):
        x, y = random.uniform(0, width), random.uniform(0, height)
        long = most * random.uniform(0.35, 1.2)
        light = random.uniform(0.25, 1) ** 1.4 * (100, 132, 88)[number] * faint
        for across in (-width, 0, width):
            for down in (-height, 0, height):
                a = (x + across, y + down)
                if not (-long < a[0] < width + long and -long < a[1] < height + long):
                    continue
                middle = (a[0] + slant * long * 0.45, a[1] + long * 0.45)
                end = (a[0] + slant * long, a[1] + long)
                thick = max(1, round(wide))
                draw.line([a, middle], fill=int(0.5 * light), width=thick)
                draw.line([middle, end], fill=int(light), width=thick)
    if number == 2:
        image = image.filter(ImageFilter.GaussianBlur(height / 600))
    return np.asarray(image.reduce(_RAIN_FINE))


def _snow(size: tuple[int, int], random: np.random.Generator, strength: float, number: int) -> Tile:
    width, height = size
    fine = 2
    image = Image.new("L", (width * fine, height * fine))
    draw = ImageDraw.Draw(image)
    radius = height * fine * (0.0022, 0.0042, 0.0085)[number]
    for _ in range(int(strength * (300, 150, 46)[number] * max(0.5, width / height))):
        x, y = random.uniform(0, width * fine), random.uniform(0, height * fine)
        r = max(1.0, radius * random.uniform(0.6, 1.3))
        light = int(random.uniform(0.55, 1) * (210, 225, 150)[number])
        for across in (-width * fine, 0, width * fine):
            for down in (-height * fine, 0, height * fine):
                a, b = x + across, y + down
                if -r < a < width * fine + r and -r < b < height * fine + r:
                    draw.ellipse([a - r, b - r, a + r, b + r], fill=light)
    soft = image.filter(ImageFilter.GaussianBlur(radius * (0.35 + 0.25 * number)))
    return np.asarray(soft.reduce(fine))


def blend(
    planes: list[Steps], mask: NDArray[np.float32], left: int, top: int, paint: Colour
) -> None:
    """Lay *paint* over a part of 16-bit planes; *left* and *top* are even, *mask* 0 to 1."""
    height, width = planes[0].shape
    rows = slice(max(0, top), min(height, top + mask.shape[0]))
    columns = slice(max(0, left), min(width, left + mask.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    mask = mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    luma = float(paint @ np.array([0.2126, 0.7152, 0.0722]))
    levels = (
        16 + luma * 219 / 255,
        128 + (paint[2] - luma) * 0.4734,
        128 + (paint[0] - luma) * 0.5578,
    )
    spot = planes[0][rows, columns]
    spot += np.rint((levels[0] - spot) * mask).astype(np.int16)
    small = mask[::2, ::2]
    for plane, level in zip(planes[1:], levels[1:], strict=True):
        part = plane[rows.start // 2 :, columns.start // 2 :][: small.shape[0], : small.shape[1]]
        small_part = small[: part.shape[0], : part.shape[1]]
        part += np.rint((level - part) * small_part).astype(np.int16)


def _shape(
    points: list[list[tuple[float, float]]], blur: float = 0.0
) -> tuple[NDArray[np.float32], int, int] | None:
    """Return the mask of small polygons (in pixels), and its left and top."""
    xs, ys = [x for line in points for x, _ in line], [y for line in points for _, y in line]
    rim = 2 + 2 * blur
    left, top = int(min(xs) - rim) // 2 * 2, int(min(ys) - rim) // 2 * 2
    width, height = int(max(xs) + rim) - left + 2, int(max(ys) + rim) - top + 2
    if width * height > 4_000_000:
        return None
    image = Image.new("L", (width * 3, height * 3))
    draw = ImageDraw.Draw(image)
    for line in points:
        draw.polygon([((x - left) * 3, (y - top) * 3) for x, y in line], fill=255)
    small = image.reduce(3)
    if blur:
        small = small.filter(ImageFilter.GaussianBlur(blur))
    return floats(small) / np.float32(255), left, top


def draw_birds(
    planes: list[Steps], glass: Glass, flock: Flock, phases: NDArray[np.float64], paint: Colour
) -> None:
    """Let a flock wheel and beat its wings."""
    turn = math.tau * glass.time / (4 * BEAT)
    zoom = glass.zoom(0.2)
    for number in range(flock.count):
        phase = float(phases[number % len(phases)])
        x = flock.x + 0.28 * math.sin(turn + phase) + 0.05 * math.sin(3 * turn + 2 * phase)
        y = flock.y + 0.1 * math.cos(turn + 1.7 * phase) + 0.025 * math.sin(2 * turn + phase)
        size = flock.size * (0.6 + 0.5 * ((phase * 7) % 1)) * zoom
        px, py = glass.place(x, y, 0.2)
        beat = math.sin(math.tau * glass.time / BEAT * (6 + number % 4) + phase) * (
            0.35 + 0.65 * (math.sin(2 * turn + phase) > -0.2)
        )
        wings = []
        for side in (-1, 1):
            knee = (px + side * size * 0.5, py - size * (0.18 + 0.3 * beat))
            tip = (px + side * size, py - size * (0.02 + 0.5 * beat))
            wings.append(
                [
                    (px, py - size * 0.05),
                    knee,
                    tip,
                    (knee[0], knee[1] + size * 0.13),
                    (px, py + size * 0.1),
                ]
            )
        shape = _shape(wings)
        if shape:
            blend(planes, shape[0] * np.float32(flock.dark), shape[1], shape[2], paint)


def draw_flames(
    planes: list[Steps], glass: Glass, fire: Rising, phases: NDArray[np.float64]
) -> None:
    """Let three tongues of flame lick upwards."""
    x, y = glass.place(fire.x, fire.y, fire.depth)
    size = fire.width * glass.zoom(fire.depth)
    turn = math.tau * glass.time / BEAT
    for code, share, strength in (
        ("ff6a1e", 1.0, 0.85),
        ("ffa62e", 0.72, 0.9),
        ("fff0a8", 0.4, 0.95),
    ):
        tongues = []
        for number, at in enumerate((-0.36, 0.0, 0.34)):
            phase = float(phases[number])
            high = (
                size
                * share
                * (0.95, 1.35, 0.85)[number]
                * (
                    1
                    + 0.22 * math.sin((7 + 2 * number) * turn + phase)
                    + 0.1 * math.sin(17 * turn + phase)
                )
            )
            lean = size * 0.16 * math.sin((4 + number) * turn + 2 * phase)
            half, middle = size * 0.3 * share, x + at * size * (0.5 + 0.5 * share)
            tongues.append(
                [
                    (middle - half, y - half * 0.5),
                    (middle - half * 0.85 + lean * 0.3, y - high * 0.4),
                    (middle + lean, y - high),
                    (middle + half * 0.8 + lean * 0.35, y - high * 0.42),
                    (middle + half, y - half * 0.5),
                    (middle, y + half * 0.1),
                ]
            )
        shape = _shape(tongues, blur=max(0.5, size * 0.03))
        if shape:
            blend(planes, shape[0] * np.float32(strength), shape[1], shape[2], colour(code))


def draw_bubbles(
    planes: list[Steps], glass: Glass, rising: Rising, phases: NDArray[np.float64]
) -> None:
    """Let bubbles wobble upwards."""
    zoom = glass.zoom(rising.depth)
    for number in range(12):
        phase = float(phases[number])
        age = (glass.time / (2 * BEAT) * (1 + number % 2) + phase) % 1
        x = rising.x + rising.width * 0.5 * math.sin(phase * 5) + 0.012 * math.sin(20 * age + phase)
        px, py = glass.place(x, rising.y - 1.05 * age, rising.depth)
        radius = (0.003 + 0.007 * ((phase * 3) % 1)) * zoom * (0.6 + 0.6 * age)
        ring = [
            (px + radius * math.cos(a), py + radius * math.sin(a))
            for a in np.linspace(0, math.tau, 14)
        ]
        shape = _shape([ring])
        if shape:
            blend(
                planes,
                shape[0] * np.float32(0.45 * math.sin(math.pi * min(1.0, age * 1.02))),
                shape[1],
                shape[2],
                colour("d8f8ff"),
            )
