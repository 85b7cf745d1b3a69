"""An oasis: palms around a pool, between dunes."""

from __future__ import annotations

import numpy as np

from vidgen_local.world import plants
from vidgen_local.world.lands import dune
from vidgen_local.world.model import World
from vidgen_local.world.palette import mixed
from vidgen_local.world.skies import paint_sky
from vidgen_local.world.things import stand_on
from vidgen_local.world.waters import lay_water


def paint_oasis(world: World) -> None:
    """Far dunes, a green bank with palms, a pool that mirrors them, and sand close by."""
    sheet, palette = world.sheet, world.palette
    horizon = sheet.uniform(0.48, 0.53)
    paint_sky(world, horizon)
    dune(world, 0.15, horizon - 0.01, 0.05, 0.9)
    dune(world, 0.3, horizon + 0.05, 0.04, 0.8)
    bank, line = dune(world, 0.42, horizon + 0.12, 0.012, 0.7)
    leaf = mixed(palette.lit("4f8f3c"), palette.sun, 0.1 * palette.brightness)
    dark = mixed(palette.near, leaf, 0.35)
    trunk = mixed(palette.wood, palette.near, 0.3)
    plants.grass(bank, (leaf, dark), line, 0.05, 0.008)
    left = palette.sun_x > 0.5
    for step in range(8):
        x = sheet.across((0.06 if left else 0.5) + 0.062 * step + sheet.uniform(-0.02, 0.02))
        tall = 0.27 * sheet.scale * sheet.uniform(0.75, 1.25)
        green = mixed(dark, leaf, sheet.uniform(0.3, 0.6))
        plants.palm(bank, green, x, sheet.height_at(line, x) + 0.012, tall, trunk)
    stand_on(world, bank, line, 0.72 if left else 0.28, 0.8)
    pool = lay_water(world, horizon + 0.15, 0.46, choppy=0.25, clear=0.6)
    pool.tint(palette.lit("2f93a8"), np.full_like(pool.cover, 0.4))
    near, shore = dune(world, 0.9, 0.86, 0.05, 0.8)
    plants.grass(near, (leaf, dark), shore, 0.09, 0.03)
    x = sheet.across(0.9 if left else 0.1)
    tall = 0.62 * sheet.scale
    plants.palm(near, mixed(dark, leaf, 0.3), x, sheet.height_at(shore, x) + 0.03, tall, trunk)
