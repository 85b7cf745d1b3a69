"""The lamp room of a lighthouse with its great lens."""

from __future__ import annotations

import numpy as np

from vidgen_local.picture import Floats, floats
from vidgen_local.world import figures, furniture
from vidgen_local.world.model import Beam, Lamp, World
from vidgen_local.world.palette import BLACK, WHITE, Colour, colour, mixed
from vidgen_local.world.sheet import Layer, Part, Point, box
from vidgen_local.world.skies import paint_sky
from vidgen_local.world.waters import lay_water
from vidgen_local.world.words import Weather

#: The lens as a body turned around its axis: heights and half widths, its middle being 0.
_BARREL = tuple(
    (float(up), 0.42 + 0.58 * (1 - abs(float(up)) ** 2.3)) for up in np.linspace(-1, 1, 33)
)
_PRISMS = 9


def paint_lamp_room(world: World) -> None:
    """The top of a lighthouse: the great lens inside, the sea behind the panes."""
    sheet, palette = world.sheet, world.palette
    paint_sky(world, 0.58)
    lay_water(world, 0.58, 0.2, choppy=1.4 if palette.weather is Weather.STORM else 0.8)
    iron = furniture.room_paint(world, "3c464e", 0.9)
    _panes(world, iron)
    lens = world.layer(colour("d8c890"), 0.75)
    size = min(1.0, 0.55 + 0.3 * sheet.aspect)
    x, y, high = sheet.across(0.5), 0.4, 0.3 * size
    _pedestal(world, lens, x, y + high, size)
    _lens(world, lens, (x, y), 0.21 * size, high)
    for radius, strength in ((0.08, 0.7), (0.42, 0.34)):
        world.lamps.append(
            Lamp(
                x=x,
                y=y,
                radius=radius,
                light=colour("ffdf9a"),
                strength=strength,
                depth=0.75,
                unrest=0.25,
            )
        )
    world.beams.append(Beam(x=x, y=y, reach=1.6, depth=0.75))
    if world.words.has("person"):
        who = world.layer(palette.near, 0.9)
        figures.person(
            world,
            who,
            sheet.across(0.24 if palette.sun_x > 0.5 else 0.76),
            1.06,
            0.62 * sheet.scale,
            mixed(iron, BLACK, 0.55),
        )


def _panes(world: World, iron: Colour) -> None:
    """Add the bars between the panes, the wall below them, and the floor."""
    sheet = world.sheet
    lit = mixed(iron, colour("ffcf88"), 0.35)
    frame = world.layer(iron, 0.55)
    for at in np.linspace(-0.1, 1.1, 7):
        x = sheet.across(float(at))
        frame.fill((lit, iron), box(x - 0.011, sheet.north, x + 0.011, 0.76))
        frame.strokes(mixed(lit, WHITE, 0.25), 0.003, [(x - 0.007, sheet.north), (x - 0.007, 0.76)])
    for y in (0.06, 0.36, 0.62):
        frame.fill(iron, box(sheet.west, y - 0.007, sheet.east, y + 0.007))
    frame.fill((mixed(iron, BLACK, 0.3), iron), box(sheet.west, sheet.north, sheet.east, 0.03))
    frame.fill((lit, mixed(iron, BLACK, 0.35)), box(sheet.west, 0.74, sheet.east, 0.86))
    frame.strokes(mixed(lit, WHITE, 0.2), 0.006, [(sheet.west, 0.742), (sheet.east, 0.742)])
    for at in np.linspace(-0.1, 1.1, 7):
        x = sheet.across(float(at))
        frame.strokes(mixed(iron, BLACK, 0.45), 0.005, [(x, 0.75), (x, 0.86)])
    boards = furniture.room_paint(world, "4a3c30", 1.0)
    frame.fill((mixed(boards, BLACK, 0.3), boards), box(sheet.west, 0.86, sheet.east, sheet.south))
    for at in np.linspace(-1.4, 1.4, 23).tolist():
        middle = sheet.across(0.5)
        frame.strokes(
            mixed(boards, BLACK, 0.5),
            0.003,
            [(middle + at * 0.8, 0.86), (middle + at * 1.5, sheet.south)],
            strength=0.7,
        )
    frame.halo(sheet.across(0.5), 0.93, 0.28, colour("ffcf88"), 0.3)


def _turned(
    layer: Layer, x: float, profile: tuple[Point, ...]
) -> tuple[Part, Floats, Floats, Floats] | None:
    """Return where a body turned around *x* is: its part, and for each pixel of it the mask,
    the place across (-1 to 1) and the height. *profile* is heights and half widths."""
    sheet = layer.sheet
    heights, halves = [y for y, _ in profile], [half for _, half in profile]
    part = sheet.bounds(x - max(halves), heights[0], x + max(halves), heights[-1])
    if part is None:
        return None
    y = sheet.y[part[0]][:, None]
    half = np.interp(y, heights, halves)
    away = (sheet.x[part[1]][None, :] - np.float32(x)) * np.ones_like(y)
    across = away / np.maximum(half, 1e-4)
    edge = np.clip((half - np.abs(away)) * sheet.unit + 0.5, 0, 1)
    ends = np.clip(np.minimum(y - heights[0], heights[-1] - y) * sheet.unit + 0.5, 0, 1)
    return part, floats(edge * ends), floats(np.clip(across, -1, 1)), floats(y * np.ones_like(away))


def _brass(world: World, layer: Layer, x: float, profile: tuple[Point, ...]) -> None:
    """Turn a body of polished brass: dark at its sides, two bright lines between."""
    body = _turned(layer, x, profile)
    if body is None:
        return
    part, mask, across, _ = body
    gold = mixed(furniture.room_paint(world, "a87c34", 1.5), colour("c08a3c"), 0.35)
    tone = 0.25 + 0.6 * np.sqrt(np.clip(1 - across**2, 0, 1))
    shine = np.exp(-(((np.abs(across) - 0.46) / 0.13) ** 2))
    paint = gold * floats(tone)[..., None]
    paint = paint + (colour("ffe9b0") - paint) * floats(0.45 * shine)[..., None]
    layer.lay(floats(paint), mask, part)


def _pedestal(world: World, layer: Layer, x: float, top: float, size: float) -> None:
    """Stand the lens on its brass column, which stands on the floor."""
    foot = 0.97
    layer.round(BLACK, x, foot, 0.2 * size, 0.026, strength=0.55, blur=0.014)
    column = foot - 0.05
    for profile in (
        ((foot - 0.028, 0.15 * size), (foot, 0.16 * size)),
        ((column, 0.1 * size), (foot - 0.028, 0.13 * size)),
        ((top + 0.07, 0.085 * size), (top + 0.12, 0.06 * size), (column, 0.075 * size)),
        ((top + 0.035, 0.16 * size), (top + 0.075, 0.12 * size)),
        ((top - 0.008, 0.125 * size), (top + 0.038, 0.13 * size)),
    ):
        _brass(world, layer, x, profile)
    # the round edges of the plates, seen a little from above
    for y, wide in ((foot, 0.16), (top + 0.035, 0.16)):
        layer.strokes(
            colour("f0cf86"),
            0.003,
            [
                (x + wide * size * float(np.cos(a)), y + 0.006 * float(np.sin(a)))
                for a in np.linspace(0, np.pi, 24)
            ],
            strength=0.6,
        )


def _lens(world: World, layer: Layer, middle: Point, wide: float, high: float) -> None:
    """Build the lens: bands of prisms in a brass frame, and the lamp that glows inside."""
    x, y = middle
    profile = tuple((y + high * up, wide * half) for up, half in _BARREL)
    body = _turned(layer, x, profile)
    if body is None:
        return
    part, mask, across, height = body
    round_ = np.sqrt(np.clip(1 - across**2, 0, 1))
    # seen from its middle, what is above bends up before the axis, what is below down
    up = (height - np.float32(y)) / np.float32(high) / (0.9 + 0.1 * round_)
    away = np.hypot(across * 1.05, up * np.float32(high / wide) * 1.05)
    eye = np.clip((0.5 - away) * 12, 0, 1)
    place = up * _PRISMS * (1 - eye) + eye * (away * 9 + 0.5)
    phase = place - np.floor(place)
    bevel = np.clip(1 - phase * 1.5, 0, 1) ** 1.6
    seam = np.exp(-((np.minimum(phase, 1 - phase) / 0.09) ** 2))
    lamp = np.exp(-((away / 0.62) ** 2))
    cold = mixed(colour("9fc4bd"), world.palette.sky[2], 0.35)
    glass = mixed(cold * np.float32(0.62), colour("e8d8a0"), 0.3)
    paint = glass * floats(0.4 + 0.5 * round_)[..., None]
    paint += (colour("ffd98c") - paint) * floats(0.75 * lamp)[..., None]
    paint += (colour("fffaf0") - paint) * floats(bevel * (0.28 + 0.4 * lamp))[..., None]
    paint *= floats(1 - seam * (0.5 - 0.25 * lamp))[..., None]
    glint = np.exp(-(((np.abs(across) - 0.62) / 0.05) ** 2)) * (0.4 + 0.6 * bevel)
    paint += (WHITE - paint) * floats(0.4 * glint)[..., None]
    core = np.exp(-((away / 0.17) ** 2))
    paint += (colour("fff6d8") - paint) * floats(core)[..., None]
    layer.lay(floats(np.clip(paint, 0, 255)), floats(mask * (0.86 + 0.14 * lamp)), part)
    _frame(world, layer, middle, wide, high)


def _frame(world: World, layer: Layer, middle: Point, wide: float, high: float) -> None:
    """Hold the glass with brass: ribs from top to foot, rings around, a cap and a collar."""
    x, y = middle
    ups, halves = [up for up, _ in _BARREL], [half for _, half in _BARREL]
    gold = mixed(furniture.room_paint(world, "a87c34", 1.5), colour("b8863c"), 0.4)
    fine = np.linspace(-1, 1, 33)
    for turn in (-1.45, -0.85, 0.85, 1.45):
        rib = [
            (x + wide * float(np.interp(up, ups, halves) * np.sin(turn)), y + high * float(up))
            for up in fine
        ]
        layer.strokes(mixed(gold, BLACK, 0.35), 0.011, rib)
        layer.strokes(mixed(gold, WHITE, 0.35), 0.004, [(a - 0.0015, b) for a, b in rib])
    for up in (-0.62, 0.62):
        half = wide * float(np.interp(up, ups, halves))
        bend = 0.1 * high * up
        ring = [
            (x + half * float(np.sin(a)), y + high * up * 0.9 + bend * float(np.cos(a)))
            for a in np.linspace(-np.pi / 2, np.pi / 2, 25)
        ]
        layer.strokes(mixed(gold, BLACK, 0.35), 0.013, ring)
        layer.strokes(mixed(gold, WHITE, 0.35), 0.004, [(a, b - 0.003) for a, b in ring])
    top, bottom = y - high, y + high
    _brass(
        world,
        layer,
        x,
        (
            (top - 0.075, 0.012),
            (top - 0.05, 0.016),
            (top - 0.045, 0.045),
            (top - 0.012, wide * 0.46),
        ),
    )
    _brass(world, layer, x, ((top - 0.014, wide * 0.5), (top + 0.012, wide * 0.5)))
    _brass(world, layer, x, ((bottom - 0.012, wide * 0.5), (bottom + 0.014, wide * 0.55)))
