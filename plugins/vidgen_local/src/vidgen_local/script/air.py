"""What the words of one sentence tell of its hour, its weather and its season."""

from __future__ import annotations

from types import MappingProxyType

from vidgen_local.script.vocabulary import HOURS, SEASONS, WEATHERS, Vocabulary

#: What falls from the sky.
WET = frozenset(["rain", "raindrops", "hail", "snow", "drizzle", "sleet"])
_MELT = frozenset(["melt", "melts", "melted", "melting", "thaw", "thaws", "thawed", "thawing"])
#: What a weather is not ended by: a word about the wind is no end of a storm.
_OUTLASTS = MappingProxyType(
    {
        "storm": ("rain", "mist", "wind", "cloudy", "haze"),
        "rain": ("mist", "wind", "cloudy", "haze"),
        "snow": ("mist", "wind", "cloudy", "haze"),
        "fog": ("mist", "wind", "cloudy", "haze"),
        "mist": ("wind", "cloudy", "haze"),
        "cloudy": ("wind",),
        "clear": ("wind",),
    }
)


def is_another_time(at: int, before: list[str], vocabulary: Vocabulary) -> bool:
    """Whether a time is not that of the story: ``every night``, ``made that morning``."""
    if not before:
        return False
    return before[-1] in vocabulary.not_now or (at > 2 and before[-1] in ("that", "this"))


_PASSING = ("storm", "rain", "snow", "fog", "mist", "haze")
_IS = frozenset(["is", "was", "has", "had", "have", "are", "were"])
_OVER = frozenset(
    ["over", "gone", "passed", "past", "ended", "stopped", "cleared", "died", "lifted", "blown"]
)
_ENDS = frozenset(
    [
        "ends",
        "passes",
        "stops",
        "clears",
        "lifts",
        "fades",
        "dies",
        "ended",
        "passed",
        "stopped",
        "cleared",
    ]
)


def is_over(concept: str, after: list[str]) -> bool:
    """Whether the words *after* a storm (or other weather) say that there is none any more."""
    if concept not in _PASSING:
        return False
    if after and after[0] in _ENDS:
        return True
    return bool(after) and after[0] in _IS and not _OVER.isdisjoint(after[1:])


def set_air(air: dict[str, str], concept: str) -> None:
    """Note in *air* (``hour``, ``season``, ``weather``) what one word of a sentence tells."""
    if concept in HOURS:
        # stars and moon are seen at the end of a day that was told before
        air["hour"] = concept if air.get("hour", "day") == "day" else air["hour"]
    elif concept in SEASONS:
        air.setdefault("season", concept)
    elif concept in WEATHERS:
        now = air.get("weather", "")
        strong = not now or concept == "clear" or WEATHERS.index(concept) < WEATHERS.index(now)
        if strong and now != "clear":
            air["weather"] = concept


def melts(words: list[str], at: int) -> bool:
    """Whether the ice or snow at *at* is said to go: ``rain melts the last ice``."""
    return not _MELT.isdisjoint([*words[max(0, at - 3) : at], *words[at + 1 : at + 3]])


def weather_after(now: str, told: str, *, opening: bool) -> str:
    """Return the weather where *now* was and *told* is told; *opening*: in a new paragraph."""
    if opening and (now, told) == ("storm", "rain"):
        return told
    return now if told in _OUTLASTS.get(now, ()) else told or now
