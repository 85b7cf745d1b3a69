"""Ordinary paragraphs keep their place and their weather: read and drawn."""

from __future__ import annotations

import numpy as np
import pytest

from vidgen_local.picture import Floats
from vidgen_local.script.environments import environments_of
from vidgen_local.script.setting import Setting
from vidgen_local.script.story import read_story
from vidgen_local.world.painting import paint_world
from vidgen_local.world.pose import Pose
from vidgen_local.world.stage import as_picture, stage_for
from vidgen_local.world.words import Hour, Place, Season, Weather, read_words


def settings(script: str) -> list[Setting]:
    return [beat.setting for beat in read_story(script).beats]


def described(script: str) -> str:
    return environments_of(read_story(script), 1, 1)[0]


def picture(text: str, seed: int = 1) -> Floats:
    return as_picture(stage_for(read_words(text), seed, (160, 90)).frame(Pose(), 0.0))


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("At noon the sun burns over the flat, empty desert.", "desert"),
        ("The wind drives the rain across the flat roofs of the city.", "rooftop"),
        ("The desert is flat and bare.", "desert"),
        ("Anna waits in the flat.", "home"),
        ("In her flat, Anna cooks.", "home"),
        ("They rent a flat.", "home"),
    ],
)
def test_only_a_flat_that_stands_alone_is_a_home(line: str, place: str) -> None:
    assert settings(line)[0].place == place


@pytest.mark.parametrize(
    ("script", "places"),
    [
        ("A village sleeps at night. Light falls onto the white roofs.", ["village", "village"]),
        ("At night a small village sleeps. Light falls onto its roofs.", ["village", "village"]),
        ("In the kitchen, Jonas waits. Rain drums on the roof.", ["kitchen", "kitchen"]),
        ("Rain falls on the street. Lightning flashes behind the tower.", ["street", "street"]),
    ],
)
def test_nobody_is_where_something_is_only_seen_or_heard(script: str, places: list[str]) -> None:
    assert [setting.place for setting in settings(script)] == places


@pytest.mark.parametrize(
    ("line", "weather"),
    [
        ("At noon the sun burns over the desert.", "clear"),
        ("A light wind lifts the sand of the desert. The sky is blue.", "clear"),
        ("Under a blue sky, a fresh wind blows over the meadow.", "clear"),
        ("In the meadow the sky is clear. A wind moves the grass.", "clear"),
        ("A cool wind blows through the forest under gray clouds.", "cloudy"),
        ("A strong wind blows over the meadow.", "wind"),
        ("The caravan reaches the desert under a hazy sky.", "haze"),
        ("Soft mist drifts over the lake.", "mist"),
        ("Thick fog lies over the harbour.", "fog"),
        ("The village sleeps under deep snow.", ""),
        ("The sun shines on the frozen lake.", "clear"),
    ],
)
def test_the_weather_is_the_one_that_is_told(line: str, weather: str) -> None:
    assert settings(line)[-1].weather == weather


def test_rain_in_a_new_paragraph_is_a_storm_no_more() -> None:
    script = "A storm beats on the city.\n\nAt night an alley lies in the steady rain."
    first, second = settings(script)
    assert (first.weather, second.weather) == ("storm", "rain")


def test_ice_that_melts_makes_no_winter() -> None:
    (found,) = settings("A gentle rain melts the last ice on the lake.")
    assert (found.weather, found.season, found.things) == ("rain", "", ())
    (found,) = settings("The snow melts on the meadow.")
    assert (found.weather, found.season) == ("", "")


@pytest.mark.parametrize(
    ("script", "place", "hour", "weather"),
    [
        ("At noon the sun shines on a wide beach.", Place.SEA, Hour.DAY, Weather.CLEAR),
        ("At night a small village sleeps.", Place.VILLAGE, Hour.NIGHT, Weather.CLEAR),
        ("At dawn thick fog lies over the harbour.", Place.SEA, Hour.DAWN, Weather.FOG),
        ("By day a wind blows over the field.", Place.HILLS, Hour.DAY, Weather.CLEAR),
        ("At night a wind blows over the field.", Place.HILLS, Hour.NIGHT, Weather.CLEAR),
        ("In the evening it rains on the street.", Place.STREET, Hour.DUSK, Weather.RAIN),
        ("On a clear night the stars shine on the peak.", None, Hour.NIGHT, Weather.CLEAR),
        ("At noon they reach the oasis under a hazy sky.", Place.DESERT, Hour.DAY, Weather.CLEAR),
        ("At dawn soft mist drifts over the lake.", Place.LAKE, Hour.DAWN, Weather.FOG),
    ],
)
def test_what_is_described_is_drawn(
    script: str, place: Place | None, hour: Hour, weather: Weather
) -> None:
    found = read_words(described(script))
    assert (found.place, found.hour, found.weather) == (
        place or Place.MOUNTAINS,
        hour,
        weather,
    )


def test_an_oasis_has_palms_and_a_pool() -> None:
    text = described("Late in the afternoon the caravan reaches a green oasis in the desert.")
    assert "oasis" in text
    assert read_words(text).has("palms")
    assert len(paint_world(read_words(text), 1, (160, 90)).waters) == 1
    assert not paint_world(read_words("A desert of long dunes, by day"), 1, (160, 90)).waters


def test_a_frozen_lake_is_white_and_still() -> None:
    text = described("On a winter day thick snow falls over the frozen lake.")
    words = read_words(text)
    assert (words.place, words.season) == (Place.LAKE, Season.WINTER)
    assert not paint_world(words, 1, (160, 90)).waters
    ice = picture(text)[60:72, 40:120].mean(axis=(0, 1))
    assert ice.min() > 150
    assert ice.max() - ice.min() < 40


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clouds_of_a_fresh_wind_are_white_on_a_blue_sky(seed: int) -> None:
    sky = picture(described("By day a strong wind blows over the meadow."), seed)[:35]
    brightness = sky.mean(axis=2)
    clouds = brightness > 190
    blue = sky[..., 2] - sky[..., 0] > 40
    assert clouds.mean() > 0.03
    assert blue.mean() > 0.3
    assert (brightness < 90).mean() < 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clouds_by_day_are_lighter_than_those_of_a_storm(seed: int) -> None:
    grey, storm = (
        picture(f"A meadow by day, {air}", seed)[:40].mean(axis=2)
        for air in ("under a grey, cloudy sky", "in a storm")
    )
    assert np.percentile(grey, 2) > 105
    assert np.percentile(grey, 2) > np.percentile(storm, 2) + 25


def test_haze_is_lighter_than_fog() -> None:
    """Contrast of the picture: haze keeps most of it, fog does not."""
    clear, haze, fog = (
        picture(f"A desert of long dunes, by day, {air}").std()
        for air in ("under a clear sky", "under a hazy sky", "in thick fog")
    )
    assert fog < haze < clear * 1.1
    assert read_words("A desert under a hazy sky").weather is Weather.CLEAR


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rain_by_day_is_lighter_than_any_night(seed: int) -> None:
    day, dawn, night = (
        picture(f"A still lake, {hour}, in steady rain", seed).mean()
        for hour in ("by day", "at dawn", "at night")
    )
    assert day > 113
    assert dawn > 102
    assert night < 55
