"""What is understood of a scene's place, hour and weather."""

from __future__ import annotations

import pytest

from vidgen_local.words import Hour, Place, Weather, read_words


@pytest.mark.parametrize(
    ("text", "place", "hour", "weather"),
    [
        ("A rocky coast at dusk", Place.SEA, Hour.DUSK, Weather.CLEAR),
        ("The lamp room, at night, in a storm", Place.ROOM, Hour.NIGHT, Weather.STORM),
        ("Snow over the mountains", Place.HILLS, None, Weather.SNOW),
        ("Ein Wald im Nebel", Place.FOREST, None, Weather.FOG),
        ("Une forêt à l'aube", Place.FOREST, Hour.DAWN, Weather.CLEAR),
        ("NEON CITY", Place.CITY, None, Weather.CLEAR),
        ("", Place.HILLS, None, Weather.CLEAR),
        ("海辺の灯台 🐙", Place.HILLS, None, Weather.CLEAR),
    ],
)
def test_place_hour_and_weather_are_read(
    text: str, place: Place, hour: Hour | None, weather: Weather
) -> None:
    found = read_words(text)
    assert (found.place, found.hour, found.weather) == (place, hour, weather)


def test_only_whole_words_count() -> None:
    assert read_words("disease, season, monday, forestall") == read_words("").__class__(
        text="disease, season, monday, forestall"
    )


def test_what_is_named_most_often_wins() -> None:
    assert read_words("the room behind the harbour: boats, waves").place is Place.SEA


def test_what_the_place_leaves_open_is_looked_for_elsewhere() -> None:
    found = read_words("a harbour", "at night, in the snow, in a forest")
    assert (found.place, found.hour, found.weather) == (Place.SEA, Hour.NIGHT, Weather.SNOW)
