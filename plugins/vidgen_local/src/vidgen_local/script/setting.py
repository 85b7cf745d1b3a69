"""Where and when a story is, sentence by sentence, and that in words for a painter."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from vidgen_local.script.air import WET, is_another_time, is_over, melts, set_air, weather_after
from vidgen_local.script.places import PLACES, PlaceKind, seen_from
from vidgen_local.script.vocabulary import Found, Vocabulary

#: How sure it is that the story is at a place that is named.
_IN_PASSING, NAMED, SURE = 0.5, 1.2, 2.0
_NEAR = 4

_AIR = {
    "storm": "in a storm, with dark clouds, rain and strong wind",
    "rain": "in steady rain under grey clouds",
    "snow": "in falling snow, white and cold",
    "fog": "in thick fog",
    "mist": "in soft mist",
    "wind": "in a fresh wind under white clouds",
    "haze": "under a hazy sky",
    "cloudy": "under a grey, cloudy sky",
    "clear": "under a clear sky",
}
_WIND_IN_THE_DARK = "in a fresh wind under moving clouds"
_AIR_OUTSIDE = {
    "storm": "a storm with rain beats on the window",
    "rain": "rain runs down the window",
    "snow": "snow falls beyond the window",
    "fog": "fog stands before the window",
    "mist": "mist stands before the window",
    "wind": "wind moves beyond the window",
}
_LIGHT = {
    "dawn": "at dawn, with the first golden light of morning",
    "day": "by day, in bright daylight",
    "dusk": "at dusk, in the warm light of evening",
    "night": "at night, in deep blue moonlight",
}
_LIGHT_INSIDE = {
    "dawn": "at dawn, soft morning light",
    "day": "by day, clear daylight",
    "dusk": "at dusk, warm evening light",
    "night": "at night, warm lamplight",
}
_HOUR = {"dawn": "at dawn", "day": "by day", "dusk": "at dusk", "night": "at night"}
_SEASON = {
    "spring": "in spring, with blossoms",
    "summer": "in summer, green and warm",
    "autumn": "in autumn, with red and yellow leaves",
    "winter": "in winter",
}
_THINGS = {
    "boat": "a boat with white sails",
    "birds": "birds in the air",
    "house": "a small house",
    "lighthouse": "a lighthouse",
    "fire": "a campfire",
    "tent": "a tent",
    "wheat": "golden wheat",
}


@frozen(kw_only=True)
class Setting:
    """Where and when something happens; what is unknown is empty.

    ``place`` names an entry of ``PLACES``; ``name`` is what the script calls it;
    ``things`` are further things that are seen there.
    """

    place: str = ""
    name: str = ""
    hour: str = ""
    weather: str = ""
    season: str = ""
    mood: str = ""
    things: tuple[str, ...] = ()

    @property
    def kind(self) -> PlaceKind:
        """What kind of place it is; hills where nothing tells."""
        return PLACES[self.place or "hill"]

    @property
    def look(self) -> tuple[str, str, str, str, str]:
        """What makes two settings look alike."""
        return (self.place, self.name, self.hour, self.weather, self.season)

    def short(self) -> str:
        """Return a few words: ``a harbour at dusk``."""
        kind = self.kind.phrase.split(",")[0]
        named = f"{self.name}, {kind}" if self.name else kind
        return f"{named} at {self.hour}".replace("at day", "by day") if self.hour else named

    def described(self) -> str:
        """Return one or two sentences that a painter of places understands."""
        kind = self.kind
        place = f"{self.name}: {kind.phrase}" if self.name else _capital(kind.phrase)
        if kind.sheltered:
            ship = "a spaceship" if "spaceship" in self.things and kind.land == "space" else ""
            return self._sentence([place, _HOUR.get(self.hour, ""), ship])
        lights = _LIGHT_INSIDE if kind.indoors else _LIGHT
        season = _SEASON.get(self.season, "")
        season = season.split(",")[0] if kind.indoors else season
        parts = [place, lights.get(self.hour, ""), season]
        if kind.indoors:
            return self._sentence([*parts, _AIR_OUTSIDE.get(self.weather, "")])
        things = [_THINGS[t] for t in self.things if t in _THINGS and t not in kind.phrase]
        return self._sentence([*parts, *self._outside(), *things[:2]])

    def _outside(self) -> list[str]:
        """Return the weather under the open sky, and what it does to water."""
        dark = self.weather == "wind" and self.hour in ("dusk", "night")
        parts = [_WIND_IN_THE_DARK if dark else _AIR.get(self.weather, "")]
        if "wind" in self.things and self.weather not in ("storm", "wind"):
            parts.append("a fresh wind")
        if "ice" in self.things and self.place in ("lake", "river"):
            parts.append("thick ice on the water")
        return parts

    def _sentence(self, parts: list[str]) -> str:
        sentence = ", ".join(part for part in parts if part) + "."
        return f"{sentence} The mood is {self.mood}." if self.mood else sentence


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@frozen(kw_only=True)
class Signs:
    """What one sentence tells of its setting; ``sure`` is how sure its place is."""

    place: str = ""
    sure: float = 0.0
    hour: str = ""
    weather: str = ""
    season: str = ""
    things: tuple[str, ...] = ()


def read_signs(words: list[str], found: list[Found], vocabulary: Vocabulary) -> Signs:
    """Return what a sentence of *words*, in which *found* was found, tells of its setting."""
    named: dict[str, float] = {}
    air: dict[str, str] = {}
    things: list[str] = []
    last: tuple[str, int] | None = None
    for entry in found:
        before = words[max(0, entry.at - _NEAR) : entry.at]
        for told in entry.tells:
            family, _, concept = told.partition(":")
            if concept in ("snow", "winter", "ice") and melts(words, entry.at):
                continue
            if family == "thing" and concept not in things:
                things.append(concept)
            elif family == "air" and not is_another_time(entry.at, before, vocabulary):
                over = is_over(concept, words[entry.at + 1 : entry.at + 4])
                set_air(air, "clear" if over else concept)
            elif family == "place":
                here, there = _place(concept, before, vocabulary)
                if last is not None and _stands_in(last, entry.at, words, vocabulary):
                    there = _IN_PASSING
                named[here] = max(there, named.get(here, 0.0))
                last = (here, entry.at) if there >= NAMED else None
    if any(PLACES[place].land == "hills" for place in named):
        named.pop("rooftop", None)
    place, sure = _most_exact(named)
    return Signs(
        place=place,
        sure=sure,
        hour=air.get("hour", ""),
        weather=air.get("weather", ""),
        season=air.get("season", ""),
        things=tuple(things),
    )


def _most_exact(named: dict[str, float]) -> tuple[str, float]:
    """Return the surest of the places *named*, or a part of it that is named too."""
    if not named:
        return "", 0.0
    surest = max(named, key=lambda place: named[place])
    for place, sure in named.items():
        if sure >= NAMED and place != "ship" and surest in _WIDER.get(place, ()):
            return place, named[surest]
    return surest, named[surest]


#: What is seen from outside as well, or does not stay where it is.
_SEEN_FROM_OUTSIDE = frozenset(["church", "train", "car", "spaceship", "room", "home", "cabin"])
_EXACT_OUTSIDE = frozenset(["castle", "ruins", "graveyard", "lighthouse"])
_MOST_BETWEEN = 3


def _stands_in(last: tuple[str, int], at: int, words: list[str], vocabulary: Vocabulary) -> bool:
    """Whether the place at *at* only tells where the *last* one is: ``a bar in the city``."""
    place, before = last
    between = words[before + 1 : at]
    if not between or len(between) > _MOST_BETWEEN or between[0] not in vocabulary.within:
        return False
    return place in _EXACT_OUTSIDE or (PLACES[place].indoors and place not in _SEEN_FROM_OUTSIDE)


def _place(concept: str, before: list[str], vocabulary: Vocabulary) -> tuple[str, float]:
    """Return the place that is meant and how sure it is that the story is there."""
    if vocabulary.wide:
        return _OUTSIDE_OF.get(concept, concept), NAMED
    for word in reversed(before):
        told = () if word in _ADJECTIVES else vocabulary.tells(word)
        if any(name.startswith(("place:", "air:")) for name in told):
            break  # "in the morning the boat": the word before the boat is not its own
        if word in vocabulary.within:
            if concept == "rooftop" and word in ("on", "onto") and not WET.isdisjoint(before):
                return concept, _IN_PASSING  # rain drums on it, and nobody is there
            if concept == "tower_room" and word in _BESIDE:
                return concept, _IN_PASSING
            inside = word in vocabulary.inside and word != "at"
            indoors = inside and bool(PLACES[concept].inside) and concept != "ship"
            return (PLACES[concept].inside if indoors else concept), SURE
        if word in vocabulary.seen:
            return _OUTSIDE_OF.get(concept, concept), _IN_PASSING
    # a car that passes is no place to be
    return _OUTSIDE_OF.get(concept, concept), _IN_PASSING if concept == "car" else NAMED


#: Before a place, they are no place themselves: ``across the flat roofs``.
_ADJECTIVES = frozenset(["flat"])
#: Who is there is not in the tower.
_BESIDE = frozenset(
    ["by", "near", "beside", "behind", "outside", "around", "between", "beneath", "under", "along"]
)
#: Where one is who is not in it: ``a train crosses the bridge``.
_OUTSIDE_OF = {"train": "railway", "car": "road", "spaceship": "space"}


def moved(now: Setting, signs: Signs, *, opening: bool) -> Setting:
    """Return the setting after a sentence with *signs*; *opening*: it begins a paragraph."""
    needed = NAMED if opening else SURE
    later = bool(signs.hour) and (opening or signs.hour != now.hour)
    if later:
        needed = NAMED
    if not now.place:
        needed = _IN_PASSING
    place = signs.place if signs.sure >= needed else ""
    if place and (is_part_of(now.place, place) or (not later and _same_view(now, signs))):
        place = ""
    elsewhere = bool(place) and place != now.place
    if _next_day(now.hour, signs.hour):
        weather = signs.weather
    else:
        weather = weather_after(now.weather, signs.weather, opening=opening)
    return evolve(
        now,
        place=place or now.place,
        name="" if elsewhere else now.name,
        hour=signs.hour or now.hour,
        weather=weather,
        season=signs.season or now.season,
        things=signs.things
        if elsewhere or later
        else tuple(dict.fromkeys((*now.things, *signs.things))),
    )


def _next_day(before: str, now: str) -> bool:
    """Whether a night has passed, and its weather with it."""
    return bool(now) and now in ("dawn", "day") and before in ("dusk", "night")


def _same_view(now: Setting, signs: Signs) -> bool:
    """Whether the place that is named is likely seen from where the story is."""
    return bool(now.place) and signs.sure < SURE and now.kind.land == PLACES[signs.place].land


#: A place of which others are a part that needs no picture of its own.
_WIDER = {
    "kitchen": ("room", "home", "house"),
    "bedroom": ("room", "home", "house"),
    "living_room": ("room", "home", "house"),
    "lighthouse": ("coast", "sea", "house"),
    "lamp_room": ("room", "tower_room", "lighthouse", "stairs"),
    "tower_room": ("room", "lighthouse"),
    "harbour": ("sea", "ship"),
    "beach": ("sea", "coast"),
    "coast": ("sea",),
    "ship": ("sea",),
    "street": ("city", "house"),
    "rooftop": ("city", "street", "house"),
    "village": ("house",),
    "farm": ("house", "field"),
    "cabin": ("room", "house", "home"),
    "forest": ("road",),
    "mountain": ("road", "hill"),
    "desert": ("road",),
    "oasis": ("desert", "road", "lake"),
    "square": ("city", "street"),
    "office": ("room",),
    "library": ("room",),
    "classroom": ("room",),
    "hospital": ("room",),
    "stairs": ("tower_room",),
}


def is_part_of(now: str, place: str) -> bool:
    """Whether *place* needs no picture of its own where the story is at *now* already."""
    if place == "rooftop" and now and PLACES[now].land == "hills":
        return True  # the roofs of a village are seen from its street
    return place in _WIDER.get(now, ())


_DAY = frozenset(["day", "tag", "jour", "dia", "giorno"])
_NOT_A_NAME = re.compile(r"^(?:the|a|an|der|die|das|le|la|les|el|los|il|lo)\s+", re.IGNORECASE)


def read_slug_setting(
    now: Setting, indoors: bool, place: str, time: str, vocabulary: Vocabulary
) -> Setting:
    """Return the setting of a slugline: whether it is *indoors*, its *place*, its *time*."""
    words = vocabulary.words_of(place)
    told = [
        name.partition(":")[2]
        for entry in vocabulary.find(words)
        for name in entry.tells
        if name.startswith("place:")
    ]
    fitting = [name for name in told if PLACES[name].indoors == indoors]
    kind = PLACES[(fitting or told or ["room" if indoors else "hill"])[-1 if indoors else 0]]
    times = vocabulary.words_of(f"{time} {place}")
    signs = read_signs(times, vocabulary.find(times), vocabulary)
    hour = signs.hour or ("day" if _DAY.intersection(vocabulary.words_of(time)) else "")
    name = _NOT_A_NAME.sub("", place).strip()
    name = name.capitalize() if name.isupper() or name.islower() else name
    return Setting(
        place=seen_from(kind, indoors=indoors).name,
        name=name[:60].replace(":", ","),
        hour=hour or now.hour,
        weather=signs.weather or ("" if hour and hour != now.hour else now.weather),
        season=signs.season or now.season,
        things=signs.things,
    )
