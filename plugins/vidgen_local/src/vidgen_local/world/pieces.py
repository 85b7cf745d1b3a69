"""Painted layers as planes of luma, chroma and cover, and how a frame is put together."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from attrs import define, frozen
from PIL import Image

from vidgen_local.picture import Images, Planes, to_planes
from vidgen_local.world.model import Water
from vidgen_local.world.patches import Patch, patches_of, whole
from vidgen_local.world.pose import Pose
from vidgen_local.world.sheet import Layer, Sheet
from vidgen_local.world.waves import Waves

#: A part of a frame: left, top, right and bottom, all even.
Spot: TypeAlias = tuple[int, int, int, int]
#: Everything that moves by itself is back where it was after so many seconds.
BEAT = 5.0
#: Rows that sway are cut where they would part by so many pixels.
_LEAST_STEP, _MOST_STRIPS = 0.4, 20
#: Transparent pixels kept around what is drawn.
_RIM = 4


@define(kw_only=True, eq=False)
class Piece:
    """One layer, cropped to what is on it; ``left`` and ``top`` are pixels of the sheet."""

    planes: Images
    cover: Image.Image
    patches: tuple[Patch, ...]
    left: int
    top: int
    depth: float
    drift: float
    sway: float
    bob: float
    travel: float
    foot: float
    #: The one luma, blue and red of a piece that has no others.
    flat: tuple[int, int, int] | None
    #: The first row of the sheet from which nothing behind is seen; ``None``: there is none.
    solid: int | None
    waves: Waves | None


def piece_of(
    layer: Layer, water: Water | None, noise: np.random.Generator, step: float
) -> Piece | None:
    """Return *layer* as planes, ``None`` where nothing is on it.

    *step* is the most pixels of the sheet that a pixel of the frame will be.
    """
    sheet = layer.sheet
    seen = layer.cover > 1 / 255
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return None
    top = max(0, (int(rows[0]) - _RIM) // 2 * 2)
    bottom = min(sheet.height, (int(rows[-1]) + _RIM) // 2 * 2 + 2)
    left = 0 if layer.drift else max(0, (int(columns[0]) - _RIM) // 2 * 2)
    right = sheet.width if layer.drift else min(sheet.width, (int(columns[-1]) + _RIM) // 2 * 2 + 2)
    rgb = np.clip(layer.rgb[top:bottom, left:right], 0, 255)
    cover = np.clip(np.rint(layer.cover[top:bottom, left:right] * 255), 0, 255).astype(np.uint8)
    dither = noise.random(rgb.shape[:2], dtype=np.float32) - np.float32(0.5)
    planes = to_planes(rgb, dither)
    if layer.drift:  # two of them, so that a view never meets the end
        planes = (
            np.tile(planes[0], (1, 2)),
            np.tile(planes[1], (1, 2)),
            np.tile(planes[2], (1, 2)),
        )
        cover = np.tile(cover, (1, 2))
    still = not layer.alone
    luma, blue, red = (Image.fromarray(plane) for plane in planes)
    return Piece(
        planes=(luma, blue, red),
        cover=Image.fromarray(cover),
        # what sways is never where it was
        patches=whole(cover) if layer.sway else patches_of(cover, math.ceil(2 * step) + 2),
        left=left,
        top=top,
        depth=layer.depth,
        drift=layer.drift,
        sway=layer.sway,
        bob=layer.bob,
        travel=layer.travel,
        foot=layer.foot,
        flat=_flat(rgb, planes) if water is None else None,
        solid=_solid(cover, top, bottom, sheet)
        if still and left == 0 and right == sheet.width
        else None,
        waves=Waves(planes[0], sheet, water, top, left) if water else None,
    )


def _flat(rgb: np.ndarray, planes: Planes) -> tuple[int, int, int] | None:
    first = rgb[:1, :1]
    if float(np.abs(rgb[::7, ::7] - first).max()) > 0.5 or float(np.abs(rgb - first).max()) > 0.5:
        return None
    luma, blue, red = (int(np.rint(plane.mean())) for plane in planes)
    return luma, blue, red


def _solid(cover: np.ndarray, top: int, bottom: int, sheet: Sheet) -> int | None:
    if bottom < sheet.height:
        return None
    open_rows = np.flatnonzero((cover < 255).any(axis=1))
    first = int(open_rows[-1]) + 1 if open_rows.size else 0
    return top + first if first < cover.shape[0] else None


@define(kw_only=True, eq=False)
class Glass:
    """The frame that a world is seen through: ``size`` in pixels, at *pose*, at *time*."""

    sheet: Sheet
    size: tuple[int, int]
    pose: Pose
    time: float

    def box(self, depth: float) -> tuple[float, float, float]:
        """Return the left, the top and the step, in pixels of the sheet, of a plane's view."""
        sheet = self.sheet
        x, y, size = self.pose.of(depth)
        width, height = sheet.frame
        left = sheet.left + (x - size / 2) * width
        top = sheet.top + (y - size / 2) * height
        return left, top, size * width / self.size[0]

    def place(self, x: float, y: float, depth: float) -> tuple[float, float]:
        """Return the pixel of the frame where a point (in heights) of a plane is seen."""
        left, top, step = self.box(depth)
        return (
            ((x - self.sheet.west) * self.sheet.unit - left) / step,
            ((y - self.sheet.north) * self.sheet.unit - top) / step,
        )

    def zoom(self, depth: float) -> float:
        """Return how many pixels of the frame a height is, at *depth*."""
        return self.sheet.unit / self.box(depth)[2]

    def draw(self, frame: Images, piece: Piece, bottom: int) -> None:
        """Draw *piece* into *frame*, down to its row *bottom*."""
        left, top, step = self.box(piece.depth)
        unit, time = self.sheet.unit, self.time
        turn = math.tau * time / BEAT
        left -= piece.travel * unit * (time % 40)
        top -= piece.bob * unit * math.sin(turn)
        lean = 0.0
        if piece.sway:
            lean = piece.sway * unit * (math.sin(turn) + 0.45 * math.sin(2 * turn + 1) - 0.38)
        if piece.drift:
            wide = self.sheet.width
            left += wide - (piece.drift * time * wide) % wide
            left %= wide
        source = piece.cover.size
        reach = abs(lean) * 1.2
        spot = self._spot(piece, left, top, step, source, reach, bottom)
        if spot is None:
            return
        foot = (piece.foot - self.sheet.north) * unit - piece.top
        look = _Look(
            corner=(left - piece.left, top - piece.top), step=step, shear=lean / unit, foot=foot
        )
        planes = piece.planes
        if piece.waves is not None:
            planes = (piece.waves.at(time, look.seen(spot)), *planes[1:])
        for patch in piece.patches:
            part = spot if piece.sway else look.part(patch, spot)
            if part[0] < part[2] and part[1] < part[3]:
                _paste(frame, planes, piece, look, part, patch.full)

    def _spot(
        self,
        piece: Piece,
        left: float,
        top: float,
        step: float,
        source: tuple[int, int],
        reach: float,
        bottom: int,
    ) -> Spot | None:
        """Return the part of the frame, on even pixels, where *piece* is."""
        x0 = math.ceil((piece.left - reach - left) / step)
        y0 = math.ceil((piece.top - top) / step)
        x1 = math.floor((piece.left + source[0] + reach - left) / step)
        y1 = math.floor((piece.top + source[1] - top) / step)
        x0, y0 = max(0, x0 + x0 % 2), max(0, y0 + y0 % 2)
        x1, y1 = min(self.size[0], x1 - x1 % 2), min(bottom + bottom % 2, self.size[1], y1 - y1 % 2)
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _paste(
    frame: Images, planes: Images, piece: Piece, look: _Look, spot: Spot, full: bool
) -> None:
    """Draw what *look* sees of *piece* into the part *spot* of *frame*."""
    mask = None if full else look.at(piece.cover, spot)
    half = None if mask is None else mask.reduce(2)
    for number, (target, plane, cover) in enumerate(
        zip(frame, planes, (mask, half, half), strict=True)
    ):
        part = spot if number == 0 else (spot[0] // 2, spot[1] // 2, spot[2] // 2, spot[3] // 2)
        if piece.flat is not None:
            target.paste(piece.flat[number], part, cover)
        else:
            target.paste(look.at(plane, spot, 1 if number == 0 else 2), part, cover)


@frozen(kw_only=True)
class _Look:
    """How a frame lies on a piece: its corner and step in pixels of it, and the wind's lean."""

    corner: tuple[float, float]
    step: float
    shear: float
    foot: float

    def part(self, patch: Patch, spot: Spot) -> Spot:
        """Return where *patch* is within *spot*; patches side by side leave no gap."""
        x0, y0, x1, y1 = (
            2 * round((edge - start) / self.step / 2)
            for edge, start in zip(
                (patch.left, patch.top, patch.right, patch.bottom), self.corner * 2, strict=True
            )
        )
        return max(spot[0], x0), max(spot[1], y0), min(spot[2], x1), min(spot[3], y1)

    def seen(self, spot: Spot) -> tuple[int, int]:
        """Return the columns of the piece that *spot* reads."""
        reach = abs(self.shear) * 4000 + 3
        return (
            math.floor(self.corner[0] + spot[0] * self.step - reach),
            math.ceil(self.corner[0] + spot[2] * self.step + reach),
        )

    def at(self, plane: Image.Image, spot: Spot, part: int = 1) -> Image.Image:
        """Return what is seen in *spot* of *plane*, which is the piece at 1/*part* of its size."""
        width, height = (spot[2] - spot[0]) // part, (spot[3] - spot[1]) // part
        strips = self._strips(height)
        if strips == 1:
            return self._strip(plane, spot, width, (0, height), part)
        found = Image.new("L", (width, height))
        edges = [round(height * number / strips) for number in range(strips + 1)]
        for rows in pairwise(edges):
            found.paste(self._strip(plane, spot, width, rows, part), (0, rows[0]))
        return found

    def _strips(self, height: int) -> int:
        """Return how many strips move together: each a fraction of a pixel from the next."""
        count = math.ceil(abs(self.shear) * height * self.step / _LEAST_STEP)
        return max(1, min(count, _MOST_STRIPS, height))

    def _strip(
        self, plane: Image.Image, spot: Spot, width: int, rows: tuple[int, int], part: int
    ) -> Image.Image:
        step = self.step
        y = (self.corner[1] + spot[1] * step) / part + rows[0] * step
        high = (rows[1] - rows[0]) * step
        x = (self.corner[0] + spot[0] * step) / part
        x -= self.shear * (self.foot / part - y - high / 2)
        x = min(max(0.0, x), max(0.0, plane.width - width * step))
        box = (
            x,
            max(0.0, y),
            min(float(plane.width), x + width * step),
            min(float(plane.height), y + high),
        )
        return plane.resize((width, rows[1] - rows[0]), Image.Resampling.BILINEAR, box=box)


def empty_frame(size: tuple[int, int]) -> Images:
    """Return black planes of a frame."""
    half = (size[0] // 2, size[1] // 2)
    return Image.new("L", size, 16), Image.new("L", half, 128), Image.new("L", half, 128)
