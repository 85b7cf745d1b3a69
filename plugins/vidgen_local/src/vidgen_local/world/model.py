"""What a painted world is made of: its layers, and what lives in it."""

from __future__ import annotations

from attrs import Factory, define, frozen

from vidgen_local.world.palette import Colour, Palette
from vidgen_local.world.sheet import Layer, Sheet
from vidgen_local.world.words import Words


@frozen(kw_only=True, eq=False)
class Water:
    """Waves on the layer number ``layer``, from ``horizon`` (a height) down.

    ``choppy`` is their strength, 1 for a fresh breeze; ``sun_x`` (in heights from the
    left) and ``glitter`` (0 to 1) are where and how much they throw light back.
    """

    layer: int
    horizon: float
    choppy: float = 1.0
    sun_x: float = 0.0
    glitter: float = 0.0


@frozen(kw_only=True, eq=False)
class Lamp:
    """A light that is never quite steady, at a point of the plane at ``depth``.

    ``unrest`` is the share of its ``strength`` (0 to 1) that comes and goes.
    """

    x: float
    y: float
    radius: float
    light: Colour
    strength: float
    depth: float
    unrest: float = 0.2


@frozen(kw_only=True)
class Beam:
    """The turning light of a lighthouse, ``reach`` long."""

    x: float
    y: float
    reach: float
    depth: float


@frozen(kw_only=True)
class Flock:
    """Birds around a point of the far air; lengths in heights."""

    x: float
    y: float
    count: int
    size: float
    dark: float


@frozen(kw_only=True)
class Rising:
    """Sparks, bubbles or smoke that rise from a place ``width`` wide; ``kind`` says which."""

    x: float
    y: float
    width: float
    depth: float
    kind: str


@frozen(kw_only=True)
class Air:
    """What falls and floats before the camera; each from 0 (none) to 1."""

    rain: float = 0.0
    snow: float = 0.0
    motes: float = 0.0
    fireflies: float = 0.0
    lightning: float = 0.0
    wind: float = 0.3


@define(kw_only=True, eq=False)
class World:
    """A place in the making; painters add layers from the far to the near."""

    words: Words
    palette: Palette
    sheet: Sheet
    layers: list[Layer] = Factory(list)
    waters: list[Water] = Factory(list)
    lamps: list[Lamp] = Factory(list)
    beams: list[Beam] = Factory(list)
    flocks: list[Flock] = Factory(list)
    rising: list[Rising] = Factory(list)
    air: Air = Factory(Air)

    def layer(self, base: Colour, depth: float, *, full: bool = False) -> Layer:
        """Add a layer in front of the others and return it."""
        # the sky's colours are too smooth for whole numbers, and it is but one
        for before in self.layers[1:-2]:
            before.pack()
        added = Layer(self.sheet, base, depth, full=full)
        self.layers.append(added)
        return added
