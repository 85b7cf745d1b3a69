"""What is understood of a scene's place, hour, weather and season."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_local.world.words import Hour, Place, Room, Season, Weather, read_words


@pytest.mark.parametrize(
    ("text", "place", "hour", "weather"),
    [
        ("A rocky coast at dusk", Place.SEA, Hour.DUSK, Weather.CLEAR),
        ("The lamp room, at night, in a storm", Place.ROOM, Hour.NIGHT, Weather.STORM),
        ("Rain on a neon street at midnight", Place.STREET, Hour.NIGHT, Weather.RAIN),
        ("Snow over the mountains", Place.MOUNTAINS, None, Weather.SNOW),
        ("Snowy peaks under a blue sky", Place.MOUNTAINS, Hour.DAY, Weather.CLEAR),
        ("A winding river at sunrise, thick mist", Place.LAKE, Hour.DAWN, Weather.FOG),
        ("Deep inside a dripping cave", Place.CAVE, None, Weather.CLEAR),
        ("Outer space, a ringed planet", Place.SPACE, None, Weather.CLEAR),
        ("A quiet village street lined with cottages", Place.VILLAGE, None, Weather.CLEAR),
        ("Ein Wald im Nebel", Place.FOREST, None, Weather.FOG),
        ("Une forêt à l'aube", Place.FOREST, Hour.DAWN, Weather.CLEAR),
        ("Тёмный лес, дождь", Place.FOREST, None, Weather.RAIN),
        ("海辺の灯台、夜", Place.SEA, Hour.NIGHT, Weather.CLEAR),
        ("الصحراء عند الفجر", Place.DESERT, Hour.DAWN, Weather.CLEAR),
        ("NEON CITY", Place.CITY, None, Weather.CLEAR),
        ("", Place.HILLS, None, Weather.CLEAR),
        ("🐙", Place.HILLS, None, Weather.CLEAR),
    ],
)
def test_place_hour_and_weather_are_read(
    text: str, place: Place, hour: Hour | None, weather: Weather
) -> None:
    found = read_words(text)
    assert (found.place, found.hour, found.weather) == (place, hour, weather)


def test_a_room_is_a_room_whatever_is_seen_from_it() -> None:
    found = read_words("The lamp room of a lighthouse, storm outside, the sea far below")
    assert (found.place, found.room) == (Place.ROOM, Room.LAMP_ROOM)


@pytest.mark.parametrize(
    ("text", "room"),
    [("a kitchen", Room.KITCHEN), ("an old library", Room.LIBRARY), ("a room", Room.PARLOUR)],
)
def test_rooms_are_told_apart(text: str, room: Room) -> None:
    assert read_words(text).room is room


def test_only_whole_words_count() -> None:
    text = "disease, seasonal, monday, forestall"
    found = read_words(text)
    assert (found.place, found.hour, found.things) == (Place.HILLS, None, frozenset())


def test_what_is_denied_does_not_count() -> None:
    assert read_words("a harbour without rain, no fog").weather is Weather.CLEAR


@pytest.mark.parametrize(
    "text", ["At dawn the rain is over.", "The storm had passed.", "The snow stops in the harbour."]
)
def test_weather_that_is_over_does_not_count(text: str) -> None:
    assert read_words(text).weather is Weather.CLEAR


def test_things_and_seasons_are_read() -> None:
    found = read_words("An autumn harbour: a lighthouse, two boats, gulls in the wind")
    assert found.has("lighthouse")
    assert {"boat", "birds", "wind"} <= found.things
    assert found.season is Season.AUTUMN


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert read_words(text).text == text


def test_five_megabytes_are_read_at_once() -> None:
    assert read_words("forest " * 700_000).place is Place.FOREST
