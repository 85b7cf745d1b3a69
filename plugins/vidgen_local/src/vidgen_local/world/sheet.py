"""The sheet that a world is painted on, layer by layer, and the strokes it is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from vidgen_local.picture import Bytes, Floats, floats
from vidgen_local.world.palette import Colour

Point: TypeAlias = tuple[float, float]
Outline: TypeAlias = Sequence[Point]
#: Where pixels of a sheet are: rows and columns.
Part: TypeAlias = tuple[slice, slice]
#: One colour, one above another (from the top of a shape to its foot), or a picture.
Paint: TypeAlias = Colour | tuple[Colour, Colour]

#: How far a sheet reaches beyond each side of the frame, in sizes of the frame.
BEYOND_X, BEYOND_Y = 0.15, 0.11
_FINE = 3


class Sheet:
    """The measures that all layers of one world share, and the world's chance.

    Points are in heights of the frame from its upper left corner; ``aspect`` is the
    frame's width in them, ``west``, ``east``, ``north`` and ``south`` are where the
    sheet ends. ``scale`` is the size of a thing that should be 1 high in a wide
    frame: it shrinks where the frame is narrow. Chance is never spent by the pixel,
    so that a sheet of another size shows the same world.
    """

    def __init__(self, random: np.random.Generator, frame: tuple[int, int]) -> None:
        self.random = random
        self.frame = frame
        self.unit = frame[1]
        self.aspect = frame[0] / frame[1]
        self.scale = min(1.0, 0.42 + 0.36 * self.aspect)
        # even, so that chroma of half the size fits
        left, top = 2 * math.ceil(BEYOND_X * frame[0] / 2), 2 * math.ceil(BEYOND_Y * frame[1] / 2)
        self.left, self.top = left, top
        self.width, self.height = frame[0] + 2 * left, frame[1] + 2 * top
        self.west, self.north = -left / self.unit, -top / self.unit
        self.east, self.south = self.aspect - self.west, 1 - self.north
        self.x = floats((np.arange(self.width) + 0.5) / self.unit + self.west)
        self.y = floats((np.arange(self.height) + 0.5) / self.unit + self.north)

    def uniform(self, low: float, high: float) -> float:
        """Return a number between *low* and *high* by chance."""
        return float(self.random.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Return true in *share* (0 to 1) of all cases."""
        return bool(self.random.random() < share)

    def across(self, share: float) -> float:
        """Return the x of a place that is *share* of the frame's width from its left side."""
        return share * self.aspect

    def steps(self, gap: float, spread: float = 0.5, start: float | None = None) -> Iterable[float]:
        """Yield places from west to east, about *gap* apart."""
        x = (self.west if start is None else start) - gap * self.uniform(0, 1)
        while x < self.east + gap:
            yield x
            x += gap * self.uniform(1 - spread, 1 + spread)

    def row(self, y: float) -> int:
        """Return the row at height *y*, within the sheet."""
        return min(self.height, max(0, round((y - self.north) * self.unit)))

    def noise(
        self, across: float, down: float, octaves: int = 4, gain: float = 0.55, turn: bool = False
    ) -> Floats:
        """Return cloudy noise (0 to 1) with *across* and *down* cells per frame height.

        With *turn*, its left and its right end meet.
        """
        total = np.zeros((self.height, self.width), dtype=np.float32)
        weight = 0.0
        for octave in range(octaves):
            share = gain**octave
            total += np.float32(share) * self._cells(across * 2**octave, down * 2**octave, turn)
            weight += share
        return total / np.float32(weight)

    def _cells(self, across: float, down: float, turn: bool) -> Floats:
        wide, high = (self.east - self.west) * across, (self.south - self.north) * down
        shape = (math.ceil(high) + 4, (max(2, round(wide)) if turn else math.ceil(wide) + 4))
        grid = self.random.random(shape, dtype=np.float32)
        left = 2.0
        if turn:
            grid = np.concatenate([grid[:, -2:], grid, grid[:, :3]], axis=1)
            wide = float(shape[1])
        image = Image.fromarray(grid)
        box = (left, 1.5, left + wide, 1.5 + high)
        return np.asarray(
            image.resize((self.width, self.height), Image.Resampling.BICUBIC, box=box)
        )

    def line(self, cells: float, roughness: float = 0.5, octaves: int = 7) -> Floats:
        """Return a wandering line over the width, about ±1, *cells* bends per height."""
        total = np.zeros(self.width, dtype=np.float64)
        for octave in range(octaves):
            scale = cells * 2**octave
            knots = self.random.uniform(-1, 1, int((self.east - self.west) * scale) + 4)
            place = (self.x - self.west) * scale + 1
            first = np.floor(place).astype(int)
            share = place - first
            if octave < 2:  # the large bends are round
                share = share * share * (3 - 2 * share)
            total += roughness**octave * (knots[first] * (1 - share) + knots[first + 1] * share)
        return floats(total * (1 - roughness))

    def below(self, line: Floats, blur: float = 0.0) -> Floats:
        """Return the mask of all that lies below *line* (a height for each column)."""
        edge = max(1.0, blur * self.unit)
        under = (self.y[:, None] - line[None, :]) * np.float32(self.unit / edge)
        return floats(np.clip(under + np.float32(0.5), 0, 1))

    def height_at(self, line: Floats, x: float) -> float:
        """Return the height of *line* at *x*."""
        return float(np.interp(x, self.x, line))

    def distance(self, x: float, y: float, squeeze: float = 1.0) -> Floats:
        """Return how far every pixel is from a point, in heights; *squeeze* flattens."""
        return floats(
            np.hypot(
                self.x[None, :] - np.float32(x),
                (self.y[:, None] - np.float32(y)) / np.float32(squeeze),
            )
        )

    def bounds(self, left: float, top: float, right: float, bottom: float) -> Part | None:
        """Return the part of the sheet that holds these heights, ``None`` where it is outside."""
        columns = (
            max(0, math.floor((left - self.west) * self.unit) - 1),
            min(self.width, math.ceil((right - self.west) * self.unit) + 1),
        )
        rows = (
            max(0, math.floor((top - self.north) * self.unit) - 1),
            min(self.height, math.ceil((bottom - self.north) * self.unit) + 1),
        )
        if columns[0] >= columns[1] or rows[0] >= rows[1]:
            return None
        return slice(*rows), slice(*columns)


class Layer:
    """One plane of a world: colour (``height x width x 3``, 0 to 255) and cover (0 to 1).

    ``depth`` runs from 0, infinitely far, to 1 and more, close to the camera.
    ``drift``: sheets per second that it moves by itself, its ends meeting.
    ``sway``: how far its top bends in the wind, in heights; ``bob``: how it rides on
    water, in heights; ``travel``: heights per second that it goes to the right.
    """

    def __init__(self, sheet: Sheet, base: Colour, depth: float, *, full: bool = False) -> None:
        self.sheet = sheet
        self.depth = depth
        self.drift = self.sway = self.bob = self.travel = 0.0
        self.foot = 1.0
        shape = (sheet.height, sheet.width)
        self._rgb: Floats = np.broadcast_to(base, (*shape, 3)).astype(np.float32)
        self._cover: Floats = np.full(shape, float(full), dtype=np.float32)
        self._packed: tuple[Bytes, Bytes] | None = None

    @property
    def rgb(self) -> Floats:
        """The colours, to be painted on."""
        self._unpack()
        return self._rgb

    @rgb.setter
    def rgb(self, value: Floats) -> None:
        self._unpack()
        self._rgb = value

    @property
    def cover(self) -> Floats:
        """How much of what lies behind is hidden, to be painted on."""
        self._unpack()
        return self._cover

    @cover.setter
    def cover(self, value: Floats) -> None:
        self._unpack()
        self._cover = value

    def pack(self) -> None:
        """Keep the layer in a quarter of the room, until it is looked at again."""
        if self._packed is None:
            self._packed = (
                np.clip(np.rint(self._rgb), 0, 255).astype(np.uint8),
                np.clip(np.rint(self._cover * 255), 0, 255).astype(np.uint8),
            )
            self._rgb = self._cover = np.zeros(0, dtype=np.float32)

    def drop(self) -> None:
        """Forget what was painted: it takes much room."""
        self._packed = None
        self._rgb = self._cover = np.zeros((0, 0), dtype=np.float32)

    def _unpack(self) -> None:
        if self._packed is not None:
            rgb, cover = self._packed
            self._packed = None
            self._rgb, self._cover = floats(rgb), floats(cover) / np.float32(255)

    @property
    def alone(self) -> bool:
        """Whether it moves by itself."""
        return bool(self.drift or self.sway or self.bob or self.travel)

    def lay(self, paint: Colour | Floats, mask: Floats, part: Part | None = None) -> None:
        """Lay *paint* over *part* of the layer, as much as *mask* (0 to 1, its size) says."""
        if part is None:
            part = (slice(None), slice(None))
            rows = np.flatnonzero(mask.any(axis=1))
            if not rows.size:
                return
            part = (slice(rows[0], rows[-1] + 1), slice(None))
            mask = mask[part]
            paint = paint if paint.ndim == 1 else paint[part]
        under, cover = self.rgb[part], self.cover[part]
        cover += mask - cover * mask
        share = mask / np.maximum(cover, np.float32(1e-4))
        under += (paint - under) * share[..., None]

    def tint(self, light: Colour, mask: Floats, part: Part | None = None) -> None:
        """Move what is there towards *light*, as much as *mask* says; the cover stays."""
        under = self.rgb if part is None else self.rgb[part]
        under += (light - under) * mask[..., None]

    def glow(self, light: Colour, mask: Floats) -> None:
        """Add *light* where *mask* is, without going beyond white; the cover stays."""
        self.rgb += (255 - self.rgb) * (light / 255) * mask[..., None]

    def shade(self, factor: Floats) -> None:
        """Make each pixel as bright as *factor* says."""
        self.rgb *= factor[..., None]

    def fill(
        self, paint: Paint, *outlines: Outline, strength: float = 1.0, blur: float = 0.0
    ) -> None:
        """Fill polygons; *blur* softens their edges, in heights."""
        self._draw(
            paint, outlines, lambda draw, points: draw.polygon(points, fill=255), strength, blur
        )

    def strokes(
        self, paint: Paint, width: float, *lines: Outline, strength: float = 1.0, blur: float = 0.0
    ) -> None:
        """Draw lines of *width* heights."""
        pixels = max(1, round(width * self.sheet.unit * _FINE))

        def stroke(draw: ImageDraw.ImageDraw, points: list[Point]) -> None:
            draw.line(points, fill=255, width=pixels, joint="curve")

        self._draw(paint, lines, stroke, strength, blur, width)

    def round(
        self, paint: Paint, x: float, y: float, wide: float, high: float, **more: float
    ) -> None:
        """Fill an ellipse around a point; *wide* and *high* are its radii."""
        points = [
            (x + wide * math.cos(a), y + high * math.sin(a)) for a in np.linspace(0, math.tau, 40)
        ]
        self.fill(paint, points, **more)

    def _draw(
        self,
        paint: Paint,
        outlines: Sequence[Outline],
        draw_one: Callable[[ImageDraw.ImageDraw, list[Point]], None],
        strength: float,
        blur: float,
        reach: float = 0.0,
    ) -> None:
        places = [point for outline in outlines for point in outline]
        if not places:
            return
        reach += 2 * blur
        xs, ys = [p[0] for p in places], [p[1] for p in places]
        top, bottom = min(ys), max(ys)
        part = self.sheet.bounds(min(xs) - reach, top - reach, max(xs) + reach, bottom + reach)
        if part is None:
            return
        mask = self._mask(part, outlines, draw_one)
        if blur:
            mask = soften(mask, blur * self.sheet.unit)
        laid: Colour | Floats
        if isinstance(paint, tuple):
            share = np.clip((self.sheet.y[part[0]] - top) / max(1e-6, bottom - top), 0, 1)
            shades = paint[0] + (paint[1] - paint[0]) * share[:, None]
            laid = np.broadcast_to(shades[:, None, :], (*mask.shape, 3)).astype(np.float32)
        else:
            laid = paint
        self.lay(laid, mask * np.float32(strength), part)

    def _mask(
        self,
        part: Part,
        outlines: Sequence[Outline],
        draw_one: Callable[[ImageDraw.ImageDraw, list[Point]], None],
    ) -> Floats:
        rows, columns = part
        size = (columns.stop - columns.start, rows.stop - rows.start)
        image = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
        draw = ImageDraw.Draw(image)
        scale = self.sheet.unit * _FINE
        left = self.sheet.west * scale + columns.start * _FINE
        top = self.sheet.north * scale + rows.start * _FINE
        for outline in outlines:
            if len(outline) > 1:
                draw_one(draw, [(x * scale - left, y * scale - top) for x, y in outline])
        return floats(image.reduce(_FINE)) / np.float32(255)

    def dot(self, x: float, y: float, radius: float, light: Colour, strength: float) -> None:
        """Add a small round light at a point."""
        radius = max(radius, 0.6 / self.sheet.unit)
        part = self.sheet.bounds(x - 3 * radius, y - 3 * radius, x + 3 * radius, y + 3 * radius)
        if part is None:
            return
        across = np.exp(-0.5 * ((self.sheet.x[part[1]] - x) / radius) ** 2)
        along = np.exp(-0.5 * ((self.sheet.y[part[0]] - y) / radius) ** 2)
        mask = floats(along[:, None] * across[None, :])[..., None] * np.float32(strength)
        spot = self.rgb[part]
        spot += (255 - spot) * (light / 255) * mask

    def halo(self, x: float, y: float, radius: float, light: Colour, strength: float) -> None:
        """Add a wide soft light around a point, to what is there."""
        reach = 3.2 * radius
        part = self.sheet.bounds(x - reach, y - reach, x + reach, y + reach)
        if part is None:
            return
        away = np.hypot(
            self.sheet.x[part[1]][None, :] - np.float32(x),
            self.sheet.y[part[0]][:, None] - np.float32(y),
        )
        mask = np.exp(-away / np.float32(radius)) * soft(reach, floats(away))
        spot = self.rgb[part]
        spot += (255 - spot) * (light / 255) * floats(mask * np.float32(strength))[..., None]


def soften(mask: Floats, pixels: float) -> Floats:
    """Return *mask* blurred by *pixels*."""
    from PIL import ImageFilter

    image = Image.fromarray(np.clip(mask * 255, 0, 255).astype(np.uint8))
    return floats(image.filter(ImageFilter.GaussianBlur(pixels))) / np.float32(255)


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Return the outline of an upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def soft(edge: float, value: Floats) -> Floats:
    """Return 1 at 0, falling smoothly to 0 at *edge* and beyond."""
    part = np.clip(1 - value / np.float32(edge), 0, 1)
    return floats(part * part * (3 - 2 * part))
