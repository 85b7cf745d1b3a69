"""Corridors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from vidgen_local.picture import floats
from vidgen_local.world import figures, furniture
from vidgen_local.world.model import Lamp, World
from vidgen_local.world.palette import Colour, colour, mixed


def paint_corridor(world: World) -> None:
    """A passage that runs away to a lit end."""
    sheet, palette, words = world.sheet, world.palette, world.words
    wall_code, floor_code = "8f8672", "54463a"
    x, y = sheet.across(sheet.uniform(0.44, 0.56)), 0.45
    end = world.layer(mixed(palette.sky[3], colour("fff0d0"), 0.4), 0.2, full=True)
    end.shade(floats(np.clip(1.3 - sheet.distance(x, y) * 1.6, 0.4, 1)))
    wide = min(1.0, 0.45 + 0.32 * sheet.aspect)
    cuts = [1.6 * 0.72**n for n in range(9)]
    for number, (a, b) in enumerate(reversed(list(pairwise(cuts)))):
        clear = 0.35 + 0.65 * number / 7
        layer = world.layer(furniture.room_paint(world, wall_code), 0.25 + 0.09 * number)

        def at(away: float, side: float, up: float) -> tuple[float, float]:
            return x + side * away * wide * 0.62, y + away * (0.55 if up > 0 else -0.58) * abs(up)

        def tone(code: str, more: float, clear: float = clear) -> Colour:
            return furniture.room_paint(world, code, more) * np.float32(1.25 - 0.55 * clear)

        for side in (-1, 1):
            wall = tone(wall_code, 1.0 if side * (palette.sun_x - 0.5) > 0 else 0.8)
            layer.fill(wall, [at(a, side, -1), at(b, side, -1), at(b, side, 1), at(a, side, 1)])
            p, q = a * 0.75 + b * 0.25, a * 0.3 + b * 0.7
            layer.fill(
                tone("4a3424", 1.0),
                [at(p, side, -0.35), at(q, side, -0.35), at(q, side, 1), at(p, side, 1)],
            )
            layer.strokes(
                tone("c9a868", 1.1),
                0.006 * a,
                [at(p, side, 1), at(p, side, -0.35), at(q, side, -0.35), at(q, side, 1)],
            )
        layer.fill(tone(floor_code, 1.1), [at(a, -1, 1), at(b, -1, 1), at(b, 1, 1), at(a, 1, 1)])
        layer.fill(
            tone("8a3430", 1.1), [at(a, -0.4, 1), at(b, -0.4, 1), at(b, 0.4, 1), at(a, 0.4, 1)]
        )
        layer.fill(tone(wall_code, 0.7), [at(a, -1, -1), at(b, -1, -1), at(b, 1, -1), at(a, 1, -1)])
        if number % 2:
            lx, ly = at((a + b) / 2, 0, -0.86)
            layer.round(colour("fff0c8"), lx, ly, 0.03 * a, 0.014 * a)
            world.lamps.append(
                Lamp(
                    x=lx,
                    y=ly,
                    radius=0.2 * a,
                    light=colour("ffd08a"),
                    strength=0.6,
                    depth=layer.depth,
                    unrest=0.3,
                )
            )
    if words.has("person"):
        who = world.layer(palette.near, 0.6)
        figures.person(world, who, x + 0.03, y + 0.36, 0.46 * sheet.scale)
