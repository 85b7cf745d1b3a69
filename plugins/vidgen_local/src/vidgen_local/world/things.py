"""Puts what a text names where it can stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vidgen_local.picture import Floats
from vidgen_local.world import buildings, figures, fires, plants, vessels
from vidgen_local.world.model import World
from vidgen_local.world.sheet import Layer

_Builder = Callable[[World, Layer, float, float, float], None]


#: What stands on firm ground, and how tall it is in the middle distance.
_STANDING: Mapping[str, tuple[_Builder, float]] = {
    "castle": (buildings.castle, 0.2),
    "lighthouse": (buildings.lighthouse, 0.36),
    "mill": (buildings.windmill, 0.34),
    "train": (vessels.train, 0.075),
    "house": (buildings.house, 0.14),
    "church": (lambda w, layer, x, f, s: buildings.house(w, layer, x, f, s, church=True), 0.13),
    "tent": (buildings.tent, 0.1),
    "car": (vessels.car, 0.1),
    "animal": (figures.animal, 0.1),
    "person": (figures.person, 0.14),
}


def stand_on(
    world: World, layer: Layer, line: Floats, share: float, size: float, *, road: bool = False
) -> None:
    """Put what is named on *line*, from *share* of the frame's width towards the middle."""
    sheet, words = world.sheet, world.words
    step = 0.2 if share < 0.5 else -0.2
    place = share
    for name, (build, tall) in _STANDING.items():
        if not words.has(name) or (road and name in ("train", "lighthouse")):
            continue
        x = sheet.across(place)
        scale = size * sheet.scale * (1.5 if road else 1.0)
        build(world, layer, x, sheet.height_at(line, x) + 0.012, tall * scale)
        place += step
    if words.has("tree") and not words.has("castle", "lighthouse"):
        x = sheet.across(place)
        plants.leafy_tree(
            layer,
            world.palette,
            plants.leaf_of(world.palette, sheet),
            x,
            sheet.height_at(line, x) + 0.012,
            0.26 * size * sheet.scale,
        )
        place += step
    if words.has("fire"):
        x = sheet.across(place)
        fires.campfire(world, layer, x, sheet.height_at(line, x) + 0.014, 0.05 * size * sheet.scale)


def stand_fire(world: World, layer: Layer, line: Floats) -> None:
    """Light the fire that is named on a beach."""
    if world.words.has("fire"):
        x = world.sheet.across(0.62)
        fires.campfire(
            world, layer, x, world.sheet.height_at(line, x) + 0.15, 0.07 * world.sheet.scale
        )


def stand_village(world: World, layer: Layer, line: Floats) -> None:
    """Put the people, animals and fire that are named before the houses."""
    sheet, words = world.sheet, world.words
    if words.has("person"):
        x = sheet.across(0.44)
        figures.person(world, layer, x, sheet.height_at(line, x), 0.17 * sheet.scale)
    if words.has("animal"):
        x = sheet.across(0.6)
        figures.animal(world, layer, x, sheet.height_at(line, x), 0.12 * sheet.scale)
    if words.has("fire"):
        x = sheet.across(0.54)
        fires.campfire(world, layer, x, sheet.height_at(line, x) + 0.02, 0.06 * sheet.scale)
