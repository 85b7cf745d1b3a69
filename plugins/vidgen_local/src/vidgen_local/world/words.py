"""Where, when and in what weather a scene is, as its words tell."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from attrs import frozen

from vidgen_local.world import vocabulary

T = TypeVar("T")
#: So much of a text is read; a place is named early or not at all.
_READ_CHARACTERS = 6000


class Place(StrEnum):
    """The kinds of place that can be drawn."""

    HILLS = "hills"
    MOUNTAINS = "mountains"
    SEA = "sea"
    LAKE = "lake"
    FOREST = "forest"
    CITY = "city"
    STREET = "street"
    VILLAGE = "village"
    ROAD = "road"
    ROOM = "room"
    DESERT = "desert"
    SKY = "sky"
    SPACE = "space"
    CAVE = "cave"
    UNDERWATER = "underwater"


class Room(StrEnum):
    """The kinds of room; ``PARLOUR`` is any room of which nothing more is known."""

    PARLOUR = "parlour"
    LAMP_ROOM = "lamp room"
    KITCHEN = "kitchen"
    LIBRARY = "library"
    CABIN = "cabin"
    BEDROOM = "bedroom"
    OFFICE = "office"
    CORRIDOR = "corridor"
    TAVERN = "tavern"
    WORKSHOP = "workshop"


class Hour(StrEnum):
    """The times of day."""

    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    """What the air is like."""

    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    STORM = "storm"
    FOG = "fog"
    SNOW = "snow"


class Season(StrEnum):
    """The times of year that change how a place looks."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


@frozen(kw_only=True)
class Words:
    """What was understood. ``hour`` and ``season`` are ``None`` where nothing tells them.

    ``things``: what is named besides (``lighthouse``, ``boat``, ``birds``, ``wind``
    …: the names of ``vocabulary.THINGS``). ``text`` is what all of it was read from.
    """

    text: str
    place: Place = Place.HILLS
    room: Room = Room.PARLOUR
    hour: Hour | None = None
    weather: Weather = Weather.CLEAR
    season: Season | None = None
    things: frozenset[str] = frozenset()

    def has(self, *things: str) -> bool:
        """Whether any of *things* is named."""
        return not self.things.isdisjoint(things)


def read_words(text: str) -> Words:
    """Read *text*, which may be anything at all."""
    words = _folded(text)
    room = _best(Room, vocabulary.ROOMS, words)
    return Words(
        text=text,
        place=_best(Place, vocabulary.PLACES, words) or Place.HILLS,
        room=room or Room.PARLOUR,
        hour=_best(Hour, vocabulary.HOURS, words),
        weather=_best(Weather, vocabulary.WEATHER, words) or Weather.CLEAR,
        season=_best(Season, vocabulary.SEASONS, words),
        things=frozenset(
            name for name, terms in vocabulary.THINGS.items() if _places(terms, words)
        ),
    )


_NEGATED = re.compile(
    r"\b(?:no|not|without|never|ohne|sans|sin|senza|kein\w*)\s+(?:\w+\s+or\s+)?\w+"
    r"|\b(?:rain|storm|snow\w*|fog|mist|thunder)\s+(?:(?:is|was|has|had)\s+(?:\w+\s+)?"
    r"(?:over|gone|past|passed|ended|stopped|cleared|lifted|died)|ends|ended|stops|stopped|passes"
    r"|passed|clears|cleared|lifts|lifted)\b"
)


def _folded(text: str) -> list[str]:
    """Return the words of *text* in small letters without accents; CJK sign by sign."""
    apart = unicodedata.normalize("NFKD", text[:_READ_CHARACTERS].casefold())
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return re.findall(r"[぀-ヿ㐀-鿿]|[^\W぀-ヿ㐀-鿿]+", _NEGATED.sub(" ", plain))


def _places(terms: str, text: list[str]) -> list[tuple[int, float]]:
    """Return where in *text* any of *terms* (see ``vocabulary``) stands, and its weight."""
    wanted: dict[str, float] = {}
    for term in terms.split():
        name, _, share = term.partition(":")
        wanted[name] = float(share or 1)
    found = []
    for index, word in enumerate(text):
        pair = f"{word}_{text[index + 1]}" if index + 1 < len(text) else ""
        weight = wanted.get(pair) or wanted.get(word)
        if weight:
            found.append((index, weight))
    return found


def _best(kind: type[T], table: Mapping[str, str], text: list[str]) -> T | None:
    """Return the entry that *text* speaks of most, its first words counting for more."""
    best, most = None, 0.0
    for name, terms in table.items():
        hits = _places(terms, text)
        score = sum(weight * (0.6 + 1.6 * math.exp(-index / 7)) for index, weight in hits)
        if score > most:
            best, most = name, score
    return None if best is None else kind(best)  # type: ignore[call-arg]
