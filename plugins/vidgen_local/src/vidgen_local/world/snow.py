"""Snow that lies: on the ground, and on the boughs of firs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vidgen_local.picture import Floats, floats
from vidgen_local.world import plants
from vidgen_local.world.model import World
from vidgen_local.world.palette import Colour, colour, mixed
from vidgen_local.world.sheet import Layer, Outline
from vidgen_local.world.words import Season, Weather


def snowy(world: World) -> bool:
    """Whether snow lies."""
    return world.palette.season is Season.WINTER or world.palette.weather is Weather.SNOW


def snow_paint(world: World) -> tuple[Colour, Colour]:
    """Return the colours of snow in the light and of snow in the shade."""
    palette = world.palette
    # snow throws back more light than anything else
    white = np.minimum(palette.lit("ffffff") * np.float32(1.22), 250).astype(np.float32)
    light = mixed(white, palette.sun, 0.2 * palette.brightness)
    blue = mixed(palette.sky[0], colour("7f9fd0") * np.float32(0.2 + 0.8 * palette.brightness), 0.5)
    return light, mixed(light, blue, 0.5)


def lay_drifts(world: World, layer: Layer, clear: float) -> None:
    """Shape the snow of a *layer*: bright backs and soft blue hollows, without any grain.

    *clear* is how little air lies before it.
    """
    sheet, palette = world.sheet, world.palette
    light, shade = (palette.far(paint, clear) for paint in snow_paint(world))
    broad = sheet.noise(1.1, 5.5, 2, 0.4)
    layer.tint(light, floats(np.clip((broad - 0.42) * 3, 0, 1) * 0.75))
    layer.tint(shade, floats(np.clip((0.53 - broad) * 3.4, 0, 1) * 0.8))


def plant_firs(
    world: World, layer: Layer, paint: Colour, firs: Sequence[Outline], clear: float = 1.0
) -> None:
    """Fill the outlines of *firs* (of ``plants.pine``); in winter they carry snow."""
    layer.fill(paint, *firs)
    if not snowy(world):
        return
    light, shade = (world.palette.far(snow, clear) for snow in snow_paint(world))
    boughs = [part for fir in firs for part in plants.bough_snow(fir)]
    if boughs:
        layer.fill(mixed(light, paint, 0.1), *boughs[0::2], strength=0.92)
        layer.fill(mixed(shade, paint, 0.1), *boughs[1::2], strength=0.92)


def firs_of(world: World, places: Sequence[tuple[float, float, float]]) -> list[Outline]:
    """Return the outlines of firs at *places*: x, foot and height of each."""
    return [part for x, foot, tall in places for part in plants.pine(world.sheet, x, foot, tall)]


def slopes(line: Floats, x: Floats, reach: float) -> Floats:
    """Return the slope of *line* (one height for each of *x*), evened out over *reach* heights."""
    step = float(x[1] - x[0])
    wide = max(1, round(reach / step))
    kernel = np.hanning(2 * wide + 3)
    padded = np.pad(line, wide + 1, mode="edge")
    even = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return floats(np.gradient(even, step))
