"""A sheet to paint on, and the few strokes that everything is made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from vidgen_local.palette import Colour
from vidgen_local.picture import Floats, Margins, floats

Point = tuple[float, float]
#: Shapes are drawn this much larger and shrunk, which smooths their edges.
_FINE = 2


class Canvas:
    """A picture in the making, ``height x width x 3``, 0 to 255.

    Points are in heights of the frame, from its upper left corner; ``aspect`` is
    the frame's width in them. The margins lie outside: ``west``, ``east``,
    ``north`` and ``south`` are where the sheet ends. Chance is spent on a world
    of three frames by three, so that the margins do not change the picture.
    """

    def __init__(
        self, random: np.random.Generator, frame: tuple[int, int], margins: Margins
    ) -> None:
        self.random = random
        self.unit = frame[1]
        self.aspect = frame[0] / frame[1]
        self.width = margins.left + frame[0] + margins.right
        self.height = margins.top + frame[1] + margins.bottom
        self.west, self.north = -margins.left / self.unit, -margins.top / self.unit
        self.east = self.aspect + margins.right / self.unit
        self.south = 1 + margins.bottom / self.unit
        self.rgb: Floats = np.zeros((self.height, self.width, 3), dtype=np.float32)
        self.x = floats((np.arange(self.width) + 0.5) / self.unit + self.west)
        self.y = floats((np.arange(self.height) + 0.5) / self.unit + self.north)

    def lay(self, paint: Colour | Floats, mask: Floats, top: int = 0) -> None:
        """Lay *paint* over the rows from *top* on, as much as *mask* (0 to 1) says."""
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        if not rows.size:
            return
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        under = self.rgb[top : top + mask.shape[0]][part]
        under += ((paint if paint.ndim == 1 else paint[part]) - under) * mask[part][..., None]

    def glow(self, light: Colour, mask: Floats) -> None:
        """Add *light* where *mask* is, without going beyond white."""
        self.rgb += (255 - self.rgb) * (light / 255) * mask[..., None]

    def rows(self, y: float) -> int:
        """Return the row at height *y*, within the sheet."""
        return min(self.height, max(0, round((y - self.north) * self.unit)))

    def noise(self, across: float, down: float, octaves: int = 4) -> Floats:
        """Return cloudy noise (0 to 1) with *across* and *down* cells per frame height."""
        total = np.zeros((self.height, self.width), dtype=np.float32)
        weight = 0.0
        for octave in range(octaves):
            share = 0.55**octave
            total += np.float32(share) * self._cells(across * 2**octave, down * 2**octave)
            weight += share
        return total / np.float32(weight)

    def _cells(self, across: float, down: float) -> Floats:
        """Return smooth noise from a grid that spans the world, however much of it is seen."""
        shape = (int(3 * down) + 6, int(3 * self.aspect * across) + 6)
        grid = Image.fromarray(self.random.random(shape, dtype=np.float32))
        left, top = (self.west + self.aspect) * across + 2, (self.north + 1) * down + 2
        right = min(shape[1], left + (self.east - self.west) * across)
        bottom = min(shape[0], top + (self.south - self.north) * down)
        left, top = max(0.0, left), max(0.0, top)
        size = (self.width, self.height)
        return np.asarray(
            grid.resize(size, Image.Resampling.BICUBIC, box=(left, top, right, bottom))
        )

    def line(self, cells: float, roughness: float, octaves: int = 7) -> Floats:
        """Return a wandering line over the width, about ±1, *cells* bends per height."""
        total = np.zeros(self.width, dtype=np.float64)
        for octave in range(octaves):
            scale = cells * 2**octave
            count = int(3 * self.aspect * scale) + 4
            knots = self.random.uniform(-1, 1, count)
            place = (self.x + self.aspect) * scale + 1
            total += roughness**octave * np.interp(place, np.arange(count), knots)
        return floats(total * (1 - roughness))

    def below(self, line: Floats) -> Floats:
        """Return the mask of all that lies below *line* (a height for each column)."""
        under = (self.y[:, None] - line[None, :]) * np.float32(self.unit)
        return floats(np.clip(under + np.float32(0.5), 0, 1))

    def shape(self, *outlines: Sequence[Point]) -> Floats:
        """Return the mask of filled polygons."""
        image = Image.new("L", (self.width * _FINE, self.height * _FINE))
        draw = ImageDraw.Draw(image)
        scale = self.unit * _FINE
        for outline in outlines:
            draw.polygon(
                [((x - self.west) * scale, (y - self.north) * scale) for x, y in outline], fill=255
            )
        small = image.resize((self.width, self.height), Image.Resampling.BOX)
        return floats(small) / np.float32(255)

    def dot(self, x: float, y: float, radius: float, light: Colour, strength: float) -> None:
        """Add a small round light at a point."""
        radius = max(radius, 0.6 / self.unit)
        left, top = (x - 3 * radius - self.west), (y - 3 * radius - self.north)
        reach = int(6 * radius * self.unit) + 2
        column, row = int(left * self.unit), int(top * self.unit)
        columns = slice(max(0, column), max(0, column + reach))
        rows = slice(max(0, row), max(0, row + reach))
        across = np.exp(-0.5 * ((self.x[columns] - np.float32(x)) / np.float32(radius)) ** 2)
        along = np.exp(-0.5 * ((self.y[rows] - np.float32(y)) / np.float32(radius)) ** 2)
        mask = (along[:, None] * across[None, :])[..., None] * np.float32(strength)
        part = self.rgb[rows, columns]
        part += (255 - part) * (light / 255) * mask

    def finish(self) -> None:
        """Darken the corners a little, as a lens does, and keep every value in range."""
        middle = self.distance(self.aspect / 2, 0.5) / np.float32(np.hypot(self.aspect, 1) / 2)
        self.rgb *= (1 - 0.22 * np.clip(middle - 0.45, 0, 1) ** 1.5)[..., None]
        np.clip(self.rgb, 0, 255, out=self.rgb)

    def distance(self, x: float, y: float) -> Floats:
        """Return how far every pixel is from a point, in heights."""
        away: Floats = np.hypot(self.x[None, :] - np.float32(x), self.y[:, None] - np.float32(y))
        return away


def box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Return the outline of an upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def soft(edge: float, value: Floats) -> Floats:
    """Return 1 at 0, falling smoothly to 0 at *edge* and beyond."""
    part = np.clip(1 - value / np.float32(edge), 0, 1)
    return floats(part * part * (3 - 2 * part))
