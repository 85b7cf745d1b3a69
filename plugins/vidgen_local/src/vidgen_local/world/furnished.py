"""What stands in each kind of room."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vidgen_local.world import fires, furniture, workplaces
from vidgen_local.world.model import Lamp, Rising, World
from vidgen_local.world.palette import BLACK, colour, mixed
from vidgen_local.world.sheet import box
from vidgen_local.world.words import Room


def parlour(world: World, at: float) -> None:
    """A sofa below a picture, and a lamp on its table."""
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "6a4428"), 0.68)
    x = sheet.across(at)
    furniture.wall_picture(world, layer, x, 0.26, 0.12)
    seat = furniture.room_paint(world, "7a3c34", 1.1)
    reach = 0.27 * sheet.scale
    layer.fill(
        (seat, mixed(seat, BLACK, 0.4)),
        box(x - reach, 0.56, x + reach, 0.76),
        box(x - reach * 1.2, 0.63, x - reach * 0.95, 0.82),
        box(x + reach * 0.95, 0.63, x + reach * 1.2, 0.82),
    )
    layer.fill(
        (mixed(seat, colour("ffe0b0"), 0.2), seat),
        box(x - reach * 0.95, 0.7, x - 0.01, 0.76),
        box(x + 0.01, 0.7, x + reach * 0.95, 0.76),
    )
    layer.fill(mixed(seat, BLACK, 0.55), box(x - reach * 1.15, 0.8, x + reach * 1.15, 0.83))
    side = sheet.across(0.5) + (at - 0.5) * 0.2
    furniture.table(world, layer, side, 0.68, 0.09, 0.82)
    furniture.table_lamp(world, layer, side, 0.66, 0.12)


def _kitchen(world: World, at: float) -> None:
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "8a6a4a"), 0.66)
    x = sheet.across(at)
    reach = 0.42 * sheet.scale
    layer.fill(
        furniture.room_paint(world, "6a4a30"),
        box(x - reach, 0.25, x + reach, 0.268),
        box(x - reach, 0.38, x + reach, 0.398),
    )
    for number in range(9):
        cx = x - reach * 0.88 + number * reach * 0.22
        paint = furniture.room_paint(
            world, ("b8503a", "e0d4b8", "4a6a8a", "c9a24a")[number % 4], 1.15
        )
        high = 0.05 + 0.03 * (number % 3)
        layer.fill(
            (paint, mixed(paint, BLACK, 0.3)), box(cx - 0.022, 0.25 - high, cx + 0.022, 0.25)
        )
        layer.round(paint, cx, 0.36 - 0.008, 0.026, 0.026)
    for number in range(4):
        cx = x - reach * 0.7 + number * reach * 0.45
        layer.strokes(furniture.room_paint(world, "3c3834"), 0.006, [(cx, 0.398), (cx, 0.44)])
        layer.round(furniture.room_paint(world, "a8683c", 1.2), cx, 0.47, 0.036, 0.034)
    layer.fill(
        (furniture.room_paint(world, "d8ccb4", 1.1), furniture.room_paint(world, "a89878")),
        box(x - reach * 1.1, 0.6, x + reach * 1.1, 0.84),
    )
    layer.fill(
        furniture.room_paint(world, "7a5638", 1.1),
        box(x - reach * 1.15, 0.575, x + reach * 1.15, 0.605),
    )
    stove = x + reach * 0.45
    layer.fill(
        (furniture.room_paint(world, "4a4a50"), furniture.room_paint(world, "2c2c30")),
        box(stove - 0.13, 0.565, stove + 0.13, 0.84),
    )
    layer.fill(colour("ff9a4a"), box(stove - 0.08, 0.68, stove + 0.08, 0.78), strength=0.75)
    layer.fill(
        (furniture.room_paint(world, "b8bcc0", 1.2), furniture.room_paint(world, "6a6e74")),
        box(stove - 0.07, 0.5, stove + 0.07, 0.566),
        box(stove + 0.06, 0.515, stove + 0.13, 0.528),
    )
    world.lamps.append(
        Lamp(
            x=stove,
            y=0.73,
            radius=0.16,
            light=colour("ff9a4a"),
            strength=0.55,
            depth=0.66,
            unrest=0.3,
        )
    )
    world.rising.append(Rising(x=stove, y=0.5, width=0.07, depth=0.66, kind="smoke"))
    for place in (-0.85, -0.5, -0.1):
        layer.strokes(
            furniture.room_paint(world, "8a6a4a"),
            0.005,
            [(x + reach * place, 0.63), (x + reach * place, 0.82)],
        )
    front = world.layer(furniture.room_paint(world, "8a5c38"), 0.9)
    middle = sheet.across(0.46)
    furniture.table(world, front, middle, 0.8, 0.32 * sheet.scale, 1.05)
    front.fill(
        furniture.room_paint(world, "e6dcc8", 1.2),
        [
            (middle - 0.09, 0.77),
            (middle + 0.03, 0.77),
            (middle + 0.01, 0.792),
            (middle - 0.07, 0.792),
        ],
    )
    for number, code in enumerate(("c8402e", "d8a03a", "7a9a4a")):
        front.round(
            furniture.room_paint(world, code, 1.3),
            middle - 0.06 + 0.03 * number,
            0.765,
            0.018,
            0.018,
        )
    front.fill(
        (furniture.room_paint(world, "6a8aa0", 1.2), furniture.room_paint(world, "3a5064")),
        box(middle + 0.12, 0.69, middle + 0.17, 0.785),
    )
    furniture.chair(world, front, middle + 0.4 * sheet.scale, 1.02, 0.26, -1)
    furniture.hanging_lamp(world, front, middle, 0.3)


def _library(world: World, at: float) -> None:
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "4a2e1c"), 0.64)
    codes = ("8a3a2c", "3a5a50", "b08a3c", "3a4a6a", "6a3a4a", "c8b48a", "55432f")
    left = sheet.across(0.52) if at > 0.5 else sheet.west
    right = sheet.east if at > 0.5 else sheet.across(0.48)
    layer.fill(
        (furniture.room_paint(world, "5a3824"), furniture.room_paint(world, "3a2416")),
        box(left, sheet.north, right, 0.83),
    )
    for shelf in range(6):
        foot = 0.02 + 0.15 * shelf
        layer.fill(
            furniture.room_paint(world, "2a1a10"), box(left + 0.02, foot - 0.125, right, foot)
        )
        x = left + 0.025
        while x < right - 0.02:
            wide, tall = sheet.uniform(0.012, 0.028), sheet.uniform(0.08, 0.115)
            paint = furniture.room_paint(
                world, codes[int(sheet.random.integers(len(codes)))], sheet.uniform(0.9, 1.35)
            )
            layer.fill((paint, mixed(paint, BLACK, 0.35)), box(x, foot - tall, x + wide, foot))
            layer.fill(
                mixed(paint, colour("ffe0a0"), 0.4),
                box(x, foot - tall * 0.8, x + wide, foot - tall * 0.75),
            )
            x += wide + (0.02 if sheet.chance(0.06) else 0.0015)
        layer.fill(furniture.room_paint(world, "7a5030", 1.1), box(left, foot, right, foot + 0.018))
    front = world.layer(furniture.room_paint(world, "6a4428"), 0.85)
    middle = sheet.across(0.5)
    furniture.table(world, front, middle, 0.76, 0.3 * sheet.scale, 0.98)
    for number, code in enumerate(("8a3a2c", "b08a3c", "3a4a6a")):
        front.fill(
            furniture.room_paint(world, code, 1.3),
            box(
                middle - 0.2,
                0.735 - 0.024 * number,
                middle - 0.06 - 0.01 * number,
                0.757 - 0.024 * number,
            ),
        )
    front.fill(
        furniture.room_paint(world, "f0e6cc", 1.3),
        [(middle - 0.02, 0.755), (middle + 0.05, 0.735), (middle + 0.12, 0.755)],
    )
    furniture.table_lamp(world, front, middle + 0.2 * sheet.scale, 0.74, 0.14)


def _cabin(world: World, at: float) -> None:
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "6a625a"), 0.66)
    x, wide = sheet.across(at), 0.26 * sheet.scale
    stone = furniture.room_paint(world, "8a8078", 1.1)
    layer.fill(
        (stone, mixed(stone, BLACK, 0.3)),
        box(x - wide, 0.4, x + wide, 0.84),
        box(x - wide * 0.62, sheet.north, x + wide * 0.62, 0.4),
    )
    for row in range(12):
        for column in range(5):
            y = 0.42 + 0.036 * row
            cx = x - wide + wide * 0.4 * (column + 0.5 * (row % 2))
            if cx + wide * 0.38 > x + wide or y > 0.81:
                continue
            layer.fill(
                mixed(stone, (BLACK, colour("ffe0c0"))[int(sheet.random.integers(2))], 0.12),
                box(cx + 0.003, y + 0.003, cx + wide * 0.39, y + 0.033),
            )
    layer.fill(
        furniture.room_paint(world, "5a3820", 1.2),
        box(x - wide * 1.12, 0.385, x + wide * 1.12, 0.415),
    )
    mouth = [
        (x - wide * 0.62, 0.82),
        (x - wide * 0.62, 0.6),
        (x - wide * 0.4, 0.53),
        (x + wide * 0.4, 0.53),
        (x + wide * 0.62, 0.6),
        (x + wide * 0.62, 0.82),
    ]
    layer.fill(colour("1c0f0a"), mouth)
    layer.strokes(colour("3a2014"), 0.03, [(x - wide * 0.4, 0.8), (x + wide * 0.4, 0.79)])
    fires.flame(world, x, 0.795, 0.11, 0.66)
    for number in (-0.7, 0.0, 0.6):
        layer.fill(
            furniture.room_paint(world, "c9a24a", 1.2),
            box(x + wide * number - 0.012, 0.33, x + wide * number + 0.012, 0.386),
        )
    lit, size = (1 if at > 0.5 else -1), 0.39 * max(0.75, sheet.scale)
    # beside the fire, which nothing can hide
    beside = max(abs(sheet.across(0.5) - x) + 0.05, wide * 0.68 + size * 0.54)
    furniture.armchair(world, layer, x - lit * beside, 0.9, size, lit)


def _bedroom(world: World, at: float) -> None:
    sheet = world.sheet
    layer = world.layer(furniture.room_paint(world, "6a4428"), 0.7)
    x, reach = sheet.across(at), 0.36 * sheet.scale
    wood = furniture.room_paint(world, "6a4428", 1.1)
    cover = furniture.room_paint(
        world, ("5a7a9a", "9a5a5a", "6a8a6a")[int(sheet.random.integers(3))], 1.2
    )
    side = 1 if at > 0.5 else -1
    layer.fill(
        (wood, mixed(wood, BLACK, 0.4)),
        box(x + side * reach - 0.03, 0.5, x + side * reach + 0.03, 0.9),
    )
    layer.fill(
        (cover, mixed(cover, BLACK, 0.45)),
        [(x - reach, 0.72), (x + reach, 0.7), (x + reach, 0.87), (x - reach, 0.89)],
    )
    layer.fill(
        furniture.room_paint(world, "f0ece2", 1.25),
        [
            (x + side * reach * 0.5, 0.64),
            (x + side * reach * 0.95, 0.63),
            (x + side * reach * 0.95, 0.72),
            (x + side * reach * 0.5, 0.73),
        ],
    )
    layer.fill(
        furniture.room_paint(world, "e6e0d2", 1.2),
        [
            (x - side * reach * 0.1, 0.7),
            (x + side * reach * 0.5, 0.7),
            (x + side * reach * 0.5, 0.74),
            (x - side * reach * 0.1, 0.74),
        ],
    )
    layer.fill(mixed(wood, BLACK, 0.3), box(x - reach, 0.87, x + reach, 0.91))
    furniture.wall_picture(world, layer, x, 0.28, 0.1)
    stand = sheet.across(0.5)
    furniture.table(world, layer, stand, 0.68, 0.08, 0.85)
    furniture.table_lamp(world, layer, stand, 0.66, 0.11)


FURNITURE: Mapping[Room, Callable[[World, float], None]] = {
    Room.PARLOUR: parlour,
    Room.KITCHEN: _kitchen,
    Room.LIBRARY: _library,
    Room.CABIN: _cabin,
    Room.BEDROOM: _bedroom,
    Room.OFFICE: workplaces.office,
    Room.TAVERN: workplaces.tavern,
    Room.WORKSHOP: workplaces.workshop,
}
