"""Offices, taverns and workshops."""

from __future__ import annotations

from vidgen_local.world import furniture
from vidgen_local.world.model import Lamp, World
from vidgen_local.world.palette import colour, mixed
from vidgen_local.world.sheet import box


def office(world: World, at: float) -> None:
    """Cabinets, a desk and lit screens."""
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "6a6e74"), 0.68)
    x = sheet.across(at)
    for column in range(3):
        cx = x - 0.25 + 0.17 * column
        layer.fill(
            (furniture.room_paint(world, "7a8288"), furniture.room_paint(world, "565c62")),
            box(cx, 0.2, cx + 0.15, 0.5),
        )
        for row in range(4):
            layer.fill(
                furniture.room_paint(world, "3a4046"),
                box(cx + 0.01, 0.215 + 0.072 * row, cx + 0.14, 0.27 + 0.072 * row),
            )
    furniture.table(world, layer, x, 0.68, 0.36 * sheet.scale, 0.9)
    for number in (-0.5, 0.35):
        cx = x + number * 0.36 * sheet.scale
        layer.fill(
            furniture.room_paint(world, "2a2c30"),
            box(cx - 0.1, 0.5, cx + 0.1, 0.64),
            box(cx - 0.012, 0.63, cx + 0.012, 0.665),
        )
        layer.fill((colour("a8e0ff"), colour("3a8ac0")), box(cx - 0.09, 0.51, cx + 0.09, 0.63))
        for line in range(5):
            layer.fill(
                colour("e8f8ff"),
                box(
                    cx - 0.08,
                    0.525 + 0.02 * line,
                    cx - 0.08 + sheet.uniform(0.04, 0.15),
                    0.53 + 0.02 * line,
                ),
                strength=0.7,
            )
        world.lamps.append(
            Lamp(
                x=cx,
                y=0.57,
                radius=0.2,
                light=colour("7ac8ff"),
                strength=0.4,
                depth=0.68,
                unrest=0.15,
            )
        )
    chair = furniture.room_paint(world, "2c3036")
    layer.fill(
        chair,
        box(x - 0.1, 0.7, x + 0.1, 0.88),
        box(x - 0.015, 0.86, x + 0.015, 0.96),
        box(x - 0.09, 0.95, x + 0.09, 0.97),
    )
    furniture.table_lamp(world, layer, x - 0.02, 0.66, 0.09)


def tavern(world: World, at: float) -> None:
    """Bottles, a counter, mugs and lamps."""
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "5a3824"), 0.64)
    x, reach = sheet.across(at), 0.4 * sheet.scale
    for shelf in (0.24, 0.38):
        layer.fill(
            furniture.room_paint(world, "4a2e1c", 1.2),
            box(x - reach, shelf, x + reach, shelf + 0.016),
        )
        for number in range(12):
            cx = x - reach * 0.92 + number * reach * 0.165
            paint = furniture.room_paint(
                world, ("3a6a4a", "8a4a2a", "c9a24a", "5a3a3a")[int(sheet.random.integers(4))], 1.4
            )
            layer.fill(
                (mixed(paint, colour("ffe8b0"), 0.3), paint),
                box(cx - 0.014, shelf - 0.07, cx + 0.014, shelf),
                box(cx - 0.005, shelf - 0.1, cx + 0.005, shelf - 0.07),
            )
    layer.fill(
        (furniture.room_paint(world, "8a5530", 1.2), furniture.room_paint(world, "4a2c18")),
        box(x - reach * 1.2, 0.58, x + reach * 1.2, 0.84),
    )
    layer.fill(
        furniture.room_paint(world, "b07a48", 1.2),
        box(x - reach * 1.25, 0.56, x + reach * 1.25, 0.588),
    )
    for place in (-0.6, 0.1, 0.7):
        layer.round(furniture.room_paint(world, "4a2e1c"), x + reach * place, 0.76, 0.05, 0.016)
        layer.strokes(
            furniture.room_paint(world, "4a2e1c"),
            0.012,
            [
                (x + reach * place - 0.03, 0.9),
                (x + reach * place, 0.76),
                (x + reach * place + 0.03, 0.9),
            ],
        )
    front = world.layer(furniture.room_paint(world, "6a4428"), 0.85)
    for place in (0.35, 0.65):
        furniture.hanging_lamp(world, front, sheet.across(place), 0.24)
    middle = sheet.across(0.4 if at > 0.5 else 0.6)
    furniture.table(world, front, middle, 0.8, 0.24 * sheet.scale, 1.05)
    for place in (-0.08, 0.07):
        front.fill(
            (
                furniture.room_paint(world, "e8c060", 1.3),
                furniture.room_paint(world, "b0802c", 1.1),
            ),
            box(middle + place - 0.022, 0.725, middle + place + 0.022, 0.782),
        )
        front.fill(
            furniture.room_paint(world, "fff6e0", 1.3),
            box(middle + place - 0.024, 0.712, middle + place + 0.024, 0.732),
        )
    furniture.candle(world, front, middle, 0.782)


def workshop(world: World, at: float) -> None:
    """Tools on the wall, a bench, gears."""
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "5c5248"), 0.66)
    x, reach = sheet.across(at), 0.4 * sheet.scale
    layer.fill(furniture.room_paint(world, "7a5a3c"), box(x - reach, 0.14, x + reach, 0.5))
    steel = furniture.room_paint(world, "b8bcc0", 1.2)
    for number in range(7):
        cx, high = x - reach * 0.85 + number * reach * 0.28, sheet.uniform(0.1, 0.2)
        layer.strokes(
            furniture.room_paint(world, "8a4a2a", 1.2), 0.016, [(cx, 0.2), (cx, 0.2 + high)]
        )
        layer.fill(
            steel,
            box(cx - 0.03, 0.18, cx + 0.03, 0.215)
            if number % 2
            else box(cx - 0.012, 0.2 + high, cx + 0.012, 0.28 + high),
        )
    furniture.table(world, layer, x, 0.62, reach * 1.1, 0.88)
    layer.fill(
        furniture.room_paint(world, "4a6a7a", 1.2), box(x - reach * 0.8, 0.52, x - reach * 0.5, 0.6)
    )
    layer.fill(
        steel,
        box(x + reach * 0.2, 0.55, x + reach * 0.5, 0.6),
        box(x + reach * 0.3, 0.5, x + reach * 0.36, 0.6),
    )
    gear = (x + reach * 0.02, 0.55)
    layer.round(furniture.room_paint(world, "c08a3c", 1.2), *gear, 0.045, 0.045)
    layer.round(furniture.room_paint(world, "4a3420"), *gear, 0.018, 0.018)
    front = world.layer(furniture.room_paint(world, "3a3430"), 0.85)
    furniture.hanging_lamp(world, front, x, 0.2)
