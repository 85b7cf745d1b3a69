"""Fires that burn."""

from __future__ import annotations

import numpy as np

from vidgen_local.world.model import Lamp, Rising, World
from vidgen_local.world.palette import mixed
from vidgen_local.world.sheet import Layer


def campfire(world: World, layer: Layer, x: float, foot: float, size: float) -> None:
    """Lay logs for a fire; its flames are drawn while it burns."""
    palette = world.palette
    wood = mixed(palette.near, palette.lit("4a2c1a"), 0.5)
    layer.strokes(
        wood,
        size * 0.14,
        [(x - size * 0.6, foot), (x + size * 0.5, foot - size * 0.16)],
        [(x + size * 0.6, foot), (x - size * 0.5, foot - size * 0.16)],
    )
    flame(world, x, foot - size * 0.1, size, layer.depth)


def flame(world: World, x: float, foot: float, size: float, depth: float) -> None:
    """Let a fire burn at a point: flames, light around it and sparks."""
    orange = np.array([255, 150, 60], dtype=np.float32)
    world.rising.append(Rising(x=x, y=foot, width=size, depth=depth, kind="flames"))
    world.rising.append(
        Rising(x=x, y=foot - size * 0.4, width=size * 0.8, depth=depth, kind="sparks")
    )
    world.lamps.append(
        Lamp(
            x=x,
            y=foot - size * 0.4,
            radius=size * 0.75,
            light=orange,
            strength=0.75,
            depth=depth,
            unrest=0.45,
        )
    )
    world.lamps.append(
        Lamp(
            x=x,
            y=foot - size * 0.3,
            radius=size * 3.4,
            light=orange,
            strength=0.42,
            depth=depth,
            unrest=0.4,
        )
    )
