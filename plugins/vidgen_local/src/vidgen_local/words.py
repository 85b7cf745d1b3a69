"""Where, when and in what weather a scene is, as its words tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from attrs import frozen

T = TypeVar("T")


class Place(StrEnum):
    """The kinds of place that can be drawn."""

    HILLS = "hills"
    SEA = "sea"
    FOREST = "forest"
    CITY = "city"
    ROOM = "room"
    DESERT = "desert"


class Hour(StrEnum):
    """The times of day."""

    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    """What the air is like."""

    CLEAR = "clear"
    STORM = "storm"
    FOG = "fog"
    SNOW = "snow"


@frozen(kw_only=True)
class Words:
    """What was understood. ``hour`` is ``None`` where nothing tells the time of day.

    ``things``: what stands in the place (``lighthouse``, ``boat``, ``house``, ``birds``).
    ``text`` is what all of it was read from: one text is one picture.
    """

    text: str
    place: Place = Place.HILLS
    hour: Hour | None = None
    weather: Weather = Weather.CLEAR
    things: frozenset[str] = frozenset()


_PLACES: Mapping[Place, str] = {
    Place.ROOM: "room rooms interior interiors indoors inside kitchen bedroom cabin hall hallway"
    " corridor stair stairs staircase library attic cellar workshop office study parlour parlor"
    " laboratory cafe tavern zimmer chambre habitacion stanza",
    Place.SEA: "sea seas ocean coast coastal shore shores beach harbour harbor island isle wave"
    " waves bay cliff cliffs lagoon lake lakes lighthouse boat boats ship ships pier tide surf"
    " marina fjord meer mer mar mare playa costa",
    Place.CITY: "city cities town street streets skyline urban downtown rooftop rooftops avenue"
    " metropolis alley skyscraper skyscrapers neon stadt ville ciudad citta",
    Place.FOREST: "forest forests wood woods woodland jungle tree trees pine pines grove taiga"
    " wald foret bosque foresta",
    Place.DESERT: "desert deserts dune dunes sahara sand sands mars martian wuste desierto",
    Place.HILLS: "hill hills mountain mountains valley meadow meadows field fields peak peaks"
    " ridge ridges alps village farm plain prairie berg berge montagne montagnes montana montanas",
}
_HOURS: Mapping[Hour, str] = {
    Hour.DAWN: "dawn sunrise daybreak morning morgen aube amanecer alba",
    Hour.DUSK: "dusk sunset twilight evening sundown abend crepuscule atardecer tramonto",
    Hour.NIGHT: "night nighttime midnight moon moonlight moonlit stars starry starlit nacht nuit"
    " noche notte",
    Hour.DAY: "day daytime daylight noon midday afternoon sunny sunlight tag jour dia giorno",
}
_WEATHER: Mapping[Weather, str] = {
    Weather.STORM: "storm storms stormy rain rainy raining thunder lightning tempest gale"
    " downpour sturm regen orage tormenta",
    Weather.SNOW: "snow snowy snowing blizzard winter frost frozen ice icy schnee neige nieve",
    Weather.FOG: "fog foggy mist misty haze hazy nebel brouillard niebla",
}
_THINGS: Mapping[str, str] = {
    "lighthouse": "lighthouse lighthouses leuchtturm phare faro",
    "boat": "boat boats ship ships sailboat sailboats sail sails yacht dinghy schooner boot bateau"
    " barco barca",
    "house": "house houses cottage hut farmhouse homestead village haus maison casa",
    "birds": "bird birds gull gulls seagull seagulls geese swallows crow crows vogel oiseaux",
}


def read_words(place: str, more: str = "") -> Words:
    """Read *place*, and *more* for what it leaves open; either may be any text at all."""
    first, second = _folded(place), _folded(more)
    return Words(
        text=place,
        place=_first(_PLACES, first) or _first(_PLACES, second) or Place.HILLS,
        hour=_first(_HOURS, first) or _first(_HOURS, second),
        weather=_first(_WEATHER, first) or _first(_WEATHER, second) or Weather.CLEAR,
        things=frozenset(name for name, words in _THINGS.items() if _found(words, first)),
    )


def _folded(text: str) -> list[str]:
    """Return the words of *text* in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return re.findall(r"\w+", plain)


def _found(words: str, text: list[str]) -> list[int]:
    """Return where in *text* any of *words* stands."""
    wanted = frozenset(words.split())
    return [place for place, word in enumerate(text) if word in wanted]


def _first(table: Mapping[T, str], text: list[str]) -> T | None:
    """Return the entry that *text* names most often, the earliest of several."""
    hits = {entry: _found(words, text) for entry, words in table.items()}
    named = [(-len(places), places[0], entry) for entry, places in hits.items() if places]
    return min(named, key=lambda hit: hit[:2])[2] if named else None
