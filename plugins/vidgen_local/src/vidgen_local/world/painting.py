"""Turns what was read of a place into its world."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np
from attrs import evolve

from vidgen_local.world.elsewhere import paint_cave, paint_depths, paint_heights, paint_space
from vidgen_local.world.lands import paint_desert, paint_hills, paint_mountains
from vidgen_local.world.model import Air, Flock, World
from vidgen_local.world.oases import paint_oasis
from vidgen_local.world.palette import palette_for
from vidgen_local.world.rivers import paint_riverside
from vidgen_local.world.roads import paint_road
from vidgen_local.world.rooms import paint_room
from vidgen_local.world.sheet import Sheet
from vidgen_local.world.shores import paint_sea
from vidgen_local.world.skies import veil
from vidgen_local.world.streets import paint_street
from vidgen_local.world.towns import paint_city, paint_village
from vidgen_local.world.waters import paint_lake
from vidgen_local.world.woods import paint_forest
from vidgen_local.world.words import Hour, Place, Weather, Words

_PAINTERS: Mapping[Place, Callable[[World], None]] = {
    Place.HILLS: paint_hills,
    Place.MOUNTAINS: paint_mountains,
    Place.SEA: paint_sea,
    Place.LAKE: paint_lake,
    Place.FOREST: paint_forest,
    Place.CITY: paint_city,
    Place.STREET: paint_street,
    Place.VILLAGE: paint_village,
    Place.ROAD: paint_road,
    Place.ROOM: paint_room,
    Place.DESERT: paint_desert,
    Place.SKY: paint_heights,
    Place.SPACE: paint_space,
    Place.CAVE: paint_cave,
    Place.UNDERWATER: paint_depths,
}
#: No weather comes here.
_SHELTERED = (Place.CAVE, Place.UNDERWATER, Place.SPACE)


def seeded(*parts: object) -> np.random.Generator:
    """Return a generator that is the same for the same *parts*, on every machine."""
    text = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text).digest()[:16], "big"))


def paint_world(words: Words, seed: int, frame: tuple[int, int]) -> World:
    """Paint the world of *words* for a *frame* (width, height, both even).

    One text and one *seed* always give one world, larger or smaller.
    """
    text = " ".join(words.text.split())
    random = seeded("world", seed, text)
    palette = palette_for(words, seeded("palette", seed, text))
    world = World(words=words, palette=palette, sheet=Sheet(random, frame))
    _painter_of(words)(world)
    if words.place not in (*_SHELTERED, Place.ROOM):
        _lay_air(world)
    world.air = air_of(words, palette.hour, seeded("air", seed, text))
    if words.has("birds") or (words.place in (Place.SEA, Place.SKY) and _fair(words, palette.hour)):
        x = world.sheet.across(0.36 if palette.sun_x > 0.5 else 0.6)
        world.flocks.append(
            Flock(x=x, y=0.26, count=9 if words.has("birds") else 4, size=0.026, dark=0.75)
        )
    return world


def _lay_air(world: World) -> None:
    """Let fog or haze lie over the world, where its words tell of it."""
    if world.words.weather is Weather.FOG:
        veil(world, 0.7 if world.words.has("haze") else 1.0)
    elif world.words.weather is Weather.CLEAR and world.words.has("haze"):
        veil(world, 0.45)


def _painter_of(words: Words) -> Callable[[World], None]:
    """Return what paints *words*: a town at its river is neither skyline nor lake alone."""
    town = words.place is Place.CITY or (words.place is Place.LAKE and words.has("city"))
    if town and words.has("bridge", "river"):
        return paint_riverside
    if words.place is Place.DESERT and words.has("oasis"):
        return paint_oasis
    return _PAINTERS[words.place]


def _fair(words: Words, hour: Hour) -> bool:
    return hour is not Hour.NIGHT and words.weather in (Weather.CLEAR, Weather.CLOUDY)


def air_of(words: Words, hour: Hour, random: np.random.Generator) -> Air:
    """Return what falls and floats in the air of *words*; indoors it is seen through panes."""
    weather, place = words.weather, words.place
    air = Air(
        rain={Weather.RAIN: 0.75, Weather.STORM: 1.0}.get(weather, 0.0),
        snow=0.8 if weather is Weather.SNOW else 0.0,
        lightning=1.0 if weather is Weather.STORM else 0.0,
        wind=0.8 if words.has("wind") else float(random.uniform(0.15, 0.4)),
        fireflies=1.0 if words.has("fireflies") and hour in (Hour.NIGHT, Hour.DUSK) else 0.0,
    )
    if place is Place.ROOM:
        # behind panes it is fainter
        return evolve(air, rain=0.6 * air.rain, motes=1.0, fireflies=0.0)
    if place in _SHELTERED:
        return Air(motes=0.6, wind=air.wind)
    if place is Place.FOREST and weather is Weather.CLEAR:
        return evolve(air, motes=0.8, fireflies=1.0 if hour is Hour.NIGHT else air.fireflies)
    return evolve(air, motes=0.3 if weather in (Weather.CLEAR, Weather.FOG) else 0.0)
