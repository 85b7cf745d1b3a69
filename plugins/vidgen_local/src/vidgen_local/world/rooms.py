"""Rooms: walls, floor, a window with the weather behind it, and the light that falls in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import (
    figures,
    furnished,
    furniture,
    halls,
    lanterns,
)
from vidgen_local.world.model import World
from vidgen_local.world.palette import BLACK, colour, mixed
from vidgen_local.world.sheet import Layer, box
from vidgen_local.world.skies import paint_sky
from vidgen_local.world.words import Room, Weather

_WALLS: Mapping[Room, tuple[str, str]] = {
    Room.PARLOUR: ("a98a72", "6e4a34"),
    Room.LAMP_ROOM: ("5a6670", "3c4248"),
    Room.KITCHEN: ("c9bd9a", "8a6a4a"),
    Room.LIBRARY: ("5f4634", "5a3524"),
    Room.CABIN: ("8a5f3c", "6a4428"),
    Room.BEDROOM: ("8f97ad", "70584a"),
    Room.OFFICE: ("9aa6ac", "5c646a"),
    Room.CORRIDOR: ("8f8672", "54463a"),
    Room.TAVERN: ("7a5236", "5c3a24"),
    Room.WORKSHOP: ("84786a", "5c5248"),
}


def paint_room(world: World) -> None:
    """The inside of a house at the palette's hour."""
    words = world.words
    if words.room is Room.LAMP_ROOM:
        lanterns.paint_lamp_room(world)
        return
    if words.room is Room.CORRIDOR:
        halls.paint_corridor(world)
        return
    sheet, palette = world.sheet, world.palette
    _outside(world)
    left = palette.sun_x < 0.5
    at = 0.3 if left else 0.7
    _shell(world, at)
    # before the furniture: what stands in the room is not lit through
    _fallen_light(world, at)
    furnished.FURNITURE.get(words.room, furnished.parlour)(world, 0.72 if left else 0.28)
    if words.has("person"):
        layer = world.layer(palette.near, 0.75)
        figures.person(world, layer, sheet.across(0.5), 0.96, 0.52 * sheet.scale)
    _foreground(world)


def _outside(world: World) -> None:
    paint_sky(world, 0.6)
    sheet, palette = world.sheet, world.palette
    for depth, base, clear in ((0.08, 0.5, 0.3), (0.15, 0.56, 0.6)):
        layer = world.layer(palette.far(palette.near, clear), depth)
        layer.cover[:] = sheet.below(floats(base - 0.04 * sheet.line(2.0, 0.5)))


def _shell(world: World, at: float) -> None:
    """Add the wall with its window, and the floor."""
    sheet, palette, words = world.sheet, world.palette, world.words
    wall_code, floor_code = _WALLS[words.room]
    wall = world.layer(furniture.room_paint(world, wall_code), 0.4, full=True)
    wall.shade(1 + (sheet.noise(7, 7, 4) - np.float32(0.5)) * np.float32(0.16))
    if words.room in (Room.CABIN, Room.TAVERN, Room.WORKSHOP):
        planks = np.abs(np.sin(sheet.y * 28))[:, None] ** 6
        wall.shade(
            floats(
                1 - 0.35 * (1 - np.clip(planks * 6, 0, 1)) + 0.3 * (sheet.noise(1.5, 50, 3) - 0.5)
            )
        )
    elif words.room in (Room.KITCHEN, Room.BEDROOM, Room.PARLOUR):
        panel = np.clip((sheet.y - 0.52) * 200, 0, 1)[:, None] * np.ones_like(wall.cover)
        wall.tint(furniture.room_paint(world, floor_code, 1.2), floats(panel * 0.35))
        wall.fill(
            furniture.room_paint(world, floor_code, 0.8), box(sheet.west, 0.515, sheet.east, 0.527)
        )
    size = min(0.44, 0.5 * sheet.aspect)
    x, top = sheet.across(at), 0.1
    _window(world, wall, x, top, size)
    corner = np.clip(sheet.distance(x, 0.4) / (0.8 * max(0.8, sheet.aspect * 0.7)), 0, 1)
    wall.tint(BLACK + palette.near * np.float32(0.35), floats(0.7 * corner**1.7))
    floor = world.layer(furniture.room_paint(world, floor_code), 0.62)
    line = 0.74
    down = np.clip((sheet.y - line) / (1 - line), 0.0, 3)[:, None]
    lane = (sheet.x[None, :] - sheet.across(0.5)) / (0.75 + down) * 8
    seam = np.abs(lane - np.rint(lane))
    tone = 0.86 + 0.14 * np.sin(np.floor(lane + 0.5) * 12.9898) + 0.1 * down
    floor.shade(
        floats((tone + 0.3 * (sheet.noise(2, 40, 4) - 0.5)) * np.clip(seam * -7 + 4.2, 0.6, 1))
    )
    floor.cover[:] = sheet.below(floats(np.full(sheet.width, line)))
    floor.fill(
        furniture.room_paint(world, floor_code, 0.6),
        box(sheet.west, line - 0.03, sheet.east, line + 0.004),
    )
    rug = furniture.room_paint(
        world, ("9c3a34", "3a5a7a", "5a7048")[int(sheet.random.integers(3))], 1.1
    )
    mid = sheet.across(0.48)
    floor.fill(
        rug,
        [(mid - 0.34, 0.81), (mid + 0.34, 0.81), (mid + 0.48, 0.95), (mid - 0.48, 0.95)],
        strength=0.85,
    )
    floor.strokes(
        mixed(rug, colour("e8d8a8"), 0.4),
        0.008,
        [
            (mid - 0.32, 0.822),
            (mid + 0.32, 0.822),
            (mid + 0.445, 0.938),
            (mid - 0.445, 0.938),
            (mid - 0.32, 0.822),
        ],
    )


def _window(world: World, wall: Layer, x: float, top: float, size: float) -> None:
    """Cut a window into *wall*: the layers behind show through."""
    half, bottom = size * 0.44, top + size
    frame = furniture.room_paint(
        world,
        "e8dfcf" if world.words.room in (Room.KITCHEN, Room.BEDROOM, Room.OFFICE) else "5a3c26",
    )
    wall.fill(frame, box(x - half - 0.03, top - 0.03, x + half + 0.03, bottom + 0.03))
    part = world.sheet.bounds(x - half, top, x + half, bottom)
    if part:
        inner = (
            slice(part[0].start + 1, part[0].stop - 1),
            slice(part[1].start + 1, part[1].stop - 1),
        )
        wall.cover[inner] = 0
    bars = world.layer(frame, 0.42)
    bars.strokes(
        frame,
        0.014,
        [(x, top), (x, bottom)],
        [(x - half, top + size * 0.45), (x + half, top + size * 0.45)],
    )
    wall.fill(
        mixed(frame, colour("ffffff"), 0.15),
        box(x - half - 0.06, bottom + 0.025, x + half + 0.06, bottom + 0.05),
    )
    cloth = furniture.room_paint(
        world, ("a8483c", "c9a85a", "6a7a94", "7a8a5c")[int(world.sheet.random.integers(4))], 1.1
    )
    for side in (-1, 1):
        edge = x + side * (half + 0.05)
        for fold in range(4):
            a, b = edge - side * 0.028 * fold, edge - side * 0.028 * (fold + 1)
            bars.fill(
                (
                    mixed(cloth, BLACK, 0.1 * (fold % 2)),
                    mixed(cloth, BLACK, 0.25 + 0.15 * (fold % 2)),
                ),
                [
                    (a, top - 0.05),
                    (b, top - 0.05),
                    (b + side * 0.012, bottom + 0.1),
                    (a + side * 0.012, bottom + 0.1),
                ],
            )
    bars.fill(
        furniture.room_paint(world, "4a3020"),
        box(x - half - 0.1, top - 0.06, x + half + 0.1, top - 0.045),
    )


def _fallen_light(world: World, at: float) -> None:
    """Let the window's light fall across the room."""
    sheet, palette = world.sheet, world.palette
    if palette.weather in (Weather.RAIN, Weather.STORM):
        return
    x, size = sheet.across(at), min(0.44, 0.5 * sheet.aspect)
    lean = 0.5 if at < 0.5 else -0.5
    layer = world.layer(mixed(palette.sun, palette.sky[3], 0.3), 0.6)
    for a, b in ((-0.4, -0.02), (0.02, 0.4)):
        layer.fill(
            layer.rgb[0, 0].copy(),
            [
                (x + size * a + lean * 0.66, 0.8),
                (x + size * b + lean * 0.66, 0.8),
                (x + size * b * 1.3 + lean * 0.95, 0.97),
                (x + size * a * 1.3 + lean * 0.95, 0.97),
            ],
            strength=0.2 * max(0.3, palette.brightness),
            blur=0.016,
        )
    layer.fill(
        layer.rgb[0, 0].copy(),
        [
            (x - size * 0.42, 0.12),
            (x + size * 0.42, 0.12),
            (x + size * 0.5 + lean * 0.95, 0.96),
            (x - size * 0.5 + lean * 0.95, 0.96),
        ],
        strength=0.1 * max(0.35, palette.brightness),
        blur=0.05,
    )


def _foreground(world: World) -> None:
    """Something dark and out of the light at the edge, for depth."""
    sheet = world.sheet
    dark = mixed(furniture.room_paint(world, "3a2a1e", 0.6), BLACK, 0.45)
    near = world.layer(dark, 1.1)
    x = sheet.across(0.02 if world.palette.sun_x > 0.5 else 0.98)
    side = 1 if world.palette.sun_x > 0.5 else -1
    near.round(dark, x, 0.86, 0.1, 0.05)
    near.fill(dark, [(x - 0.1, 0.86), (x + 0.1, 0.86), (x + 0.07, 1.12), (x - 0.07, 1.12)])
    leaf = mixed(world.palette.leaf * np.float32(0.5), BLACK, 0.35)
    for turn in np.linspace(-2.7, -0.4, 9):
        long = sheet.uniform(0.2, 0.34)
        tip = (x + long * np.cos(turn), 0.86 + long * np.sin(turn))
        knee = (x + long * 0.5 * np.cos(turn + 0.1 * side), 0.86 + long * 0.62 * np.sin(turn))
        near.fill(
            leaf, [(x, 0.86), (knee[0] - 0.022, knee[1]), tip, (knee[0] + 0.022, knee[1] + 0.01)]
        )
    near.sway, near.foot = 0.003, 0.86
