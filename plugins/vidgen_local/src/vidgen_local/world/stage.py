"""Shows a painted world to a camera, at any time: one frame after another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image

from vidgen_local.light import Speck, specks
from vidgen_local.picture import Floats, Images, Planes, floats
from vidgen_local.world.glow import Glow, Steps, shine
from vidgen_local.world.model import Water, World
from vidgen_local.world.painting import paint_world, seeded
from vidgen_local.world.palette import mixed
from vidgen_local.world.pieces import Glass, Piece, empty_frame, piece_of
from vidgen_local.world.pose import Pose
from vidgen_local.world.sheet import Layer
from vidgen_local.world.weather import Falling, draw_birds, draw_bubbles, draw_flames
from vidgen_local.world.words import Place, Words

#: Worlds are painted at no more pixels than this, and shown at any size.
_LARGE, _SMALL = 1280 * 720, 320 * 180

#: Still layers so near to each other move as one.
_NEAR = 0.045


class Stage:
    """One world, ready to be seen at *size* (width, height, both even)."""

    def __init__(
        self, world: World, size: tuple[int, int], *, seed: int, grain: float = 0.0
    ) -> None:
        text = world.words.text
        # each has its own chance: what is spent by the pixel must not change the rest
        random = seeded("stage", seed, text)
        self._world = world
        self._size = size
        self._pieces = _pieces(world, seeded("dither", seed, text), world.sheet.frame[0] / size[0])
        self._glow = Glow(world, size, random)
        self._phases = random.uniform(0, 2 * np.pi, 40)
        self._specks: tuple[Speck, ...] = specks(
            random, int(26 * world.air.motes), size[0] / size[1]
        )
        self._falling = Falling(world.air, size, seeded("falling", seed, text))
        #: Rain or snow fall here.
        self.wet = bool(world.air.rain or world.air.snow)
        self._shelter = next((n for n, p in enumerate(self._pieces) if p.depth >= 0.38), 0)
        self._corner = _corners(size)
        self._noise = seeded("grain", seed, text)
        shape = (size[1] + 61, size[0] + 89)
        self._dither = self._noise.integers(0, 256, shape, dtype=np.int16)
        rough = self._noise.standard_normal(shape, dtype=np.float32) * np.float32(grain)
        self._grain = np.rint(rough).astype(np.int16)

    def frame(self, pose: Pose, time: float, number: int = 0) -> Planes:
        """Return what is seen from *pose* at *time* seconds; *number* chooses its grain."""
        glass = Glass(sheet=self._world.sheet, size=self._size, pose=pose, time=time)
        picture = self._layers(glass)
        planes = [np.asarray(plane).astype(np.int16) for plane in picture]
        across, down = number * 37 % 89, number * 23 % 61
        part = (slice(down, down + self._size[1]), slice(across, across + self._size[0]))
        self._alive(planes, glass, self._dither[part])
        planes[0] += self._grain[part]
        luma = np.clip(planes[0], 16, 235).astype(np.uint8)
        return luma, _chroma(planes[1]), _chroma(planes[2])

    def _layers(self, glass: Glass) -> Images:
        picture = empty_frame(self._size)
        covered = _covered(self._pieces, glass)
        indoors = self._world.words.place is Place.ROOM
        for number, (piece, bottom) in enumerate(zip(self._pieces, covered, strict=True)):
            if indoors and number == self._shelter:
                picture = self._outside(picture, glass)
            glass.draw(picture, piece, bottom)
        return picture

    def _outside(self, picture: Images, glass: Glass) -> Images:
        luma = np.asarray(picture[0]).astype(np.int16)
        self._falling.over(luma, glass.time)
        return Image.fromarray(np.clip(luma, 16, 235).astype(np.uint8)), picture[1], picture[2]

    def _alive(self, planes: list[Steps], glass: Glass, dither: Steps) -> None:
        """Add everything that is drawn anew for each frame."""
        world = self._world
        dark = mixed(world.palette.near, world.palette.haze, 0.15)
        for flock in world.flocks:
            draw_birds(planes, glass, flock, self._phases, dark)
        for rising in world.rising:
            if rising.kind == "flames":
                draw_flames(planes, glass, rising, self._phases)
            elif rising.kind == "bubbles":
                draw_bubbles(planes, glass, rising, self._phases)
        if world.words.place is not Place.ROOM:
            self._falling.over(planes[0], glass.time)
        shine(planes, self._glow.at(glass), dither)
        for speck in self._specks:
            speck.draw(planes[0], glass.time)
        _darken(planes[0], self._corner)


def _pieces(world: World, random: np.random.Generator, step: float) -> tuple[Piece, ...]:
    waters = {water.layer: water for water in world.waters}
    _merge(world.layers, waters)
    pieces = []
    for number in range(len(world.layers)):
        piece = piece_of(world.layers[number], waters.get(number), random, step)
        world.layers[number].drop()
        if piece is not None:
            pieces.append(piece)
    world.layers.clear()
    return tuple(pieces)


def _merge(layers: list[Layer], waters: Mapping[int, Water]) -> None:
    """Paint each still layer onto the still one right behind it at the same depth."""
    for number in range(len(layers) - 1):
        behind, before = layers[number], layers[number + 1]
        if number in waters or number + 1 in waters or abs(behind.depth - before.depth) > _NEAR:
            continue
        if behind.alone or before.alone:
            continue
        behind.lay(before.rgb, before.cover)
        before.rgb, before.cover = behind.rgb, behind.cover
        before.depth = behind.depth
        behind.drop()
        before.pack()


def _covered(pieces: tuple[Piece, ...], glass: Glass) -> list[int]:
    """Return for each piece the row of the frame from which nearer ones hide it."""
    height = glass.size[1]
    rows: list[int] = []
    lowest = height
    for piece in reversed(pieces):
        rows.append(lowest)
        if piece.solid is not None:
            _, top, step = glass.box(piece.depth)
            lowest = min(lowest, max(0, int((piece.solid - top) / step) + 3))
    return rows[::-1]


def _corners(size: tuple[int, int]) -> np.ndarray:
    """Return how much of its light each pixel loses, in 1/256: a lens is darker at its rim."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    away = np.hypot((x / size[0] - 0.5) * 2, (y / size[1] - 0.5) * 2) / np.float32(1.414)
    return np.asarray(np.rint(256 * 0.26 * np.clip(away - 0.42, 0, 1) ** 1.5), dtype=np.uint16)


def _darken(luma: Steps, corner: np.ndarray) -> None:
    lost = np.clip(luma - 16, 0, 240).astype(np.uint16)
    lost *= corner
    lost >>= 8
    luma -= lost.view(np.int16)


def _chroma(plane: Steps) -> np.ndarray:
    return np.clip(plane, 16, 240).astype(np.uint8)


def painted_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return at what size (both even) the world of a frame of *size* is painted."""
    pixels = size[0] * size[1]
    scale = min(1.0, (_LARGE / pixels) ** 0.5)
    if pixels < _SMALL:
        scale = min(6.0, (_SMALL / pixels) ** 0.5)
    width, height = (max(8, 2 * round(side * scale / 2)) for side in size)
    return width, height


def stage_for(words: Words, seed: int, size: tuple[int, int], *, grain: float = 0.0) -> Stage:
    """Paint the world of *words* and return its stage for frames of *size*."""
    world = paint_world(words, seed, painted_size(size))
    return Stage(world, size, seed=seed, grain=grain)


def as_picture(planes: Planes) -> Floats:
    """Return planes as ``height x width x 3``, 0 to 255."""
    luma = (floats(planes[0]) - 16) * np.float32(255 / 219)
    size = (planes[0].shape[1], planes[0].shape[0])
    blue, red = (
        floats(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR)) - 128
        for plane in planes[1:]
    )
    r = luma + red / np.float32(0.5578 * 1)
    b = luma + blue / np.float32(0.4734 * 1)
    g = (luma - np.float32(0.2126) * r - np.float32(0.0722) * b) / np.float32(0.7152)
    return floats(np.clip(np.stack([r, g, b], axis=-1), 0, 255))
