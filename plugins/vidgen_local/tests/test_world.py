"""Drawn worlds: alive in every second, and each with its own colours."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from attrs import evolve
from local_clips import apart, blurred, frames, request
from numpy.typing import NDArray

from vidgen_local.world import plants
from vidgen_local.world.painting import paint_world
from vidgen_local.world.pose import MOST_CLOSER, MOST_X, MOST_Y, Pose
from vidgen_local.world.sheet import Sheet
from vidgen_local.world.stage import as_picture, stage_for
from vidgen_local.world.words import Place, read_words

PLACES = {
    Place.HILLS: "A meadow of wildflowers with a windmill and a farmhouse",
    Place.MOUNTAINS: "Snowy mountain peaks under a blue sky",
    Place.SEA: "A lighthouse on the coast at dusk, a boat, gulls, storm",
    Place.LAKE: "A lake at dawn, mist, a rowing boat",
    Place.FOREST: "An autumn forest",
    Place.CITY: "A city skyline at sunset",
    Place.STREET: "A street in the rain at night, neon",
    Place.VILLAGE: "A village under falling snow at night",
    Place.ROAD: "An open road under clouds, a car",
    Place.ROOM: "A log cabin interior with a fireplace",
    Place.DESERT: "Desert dunes at noon, camels",
    Place.SKY: "Above the clouds, a hot air balloon",
    Place.SPACE: "Outer space, a planet and a spaceship",
    Place.CAVE: "A cave with a pool",
    Place.UNDERWATER: "A coral reef underwater with fish",
}


@pytest.mark.parametrize("place", list(Place))
def test_no_second_stands_still_even_with_a_locked_camera(place: Place) -> None:
    """Mean difference of blurred luma over each second: above 0.4 grey levels, without grain."""
    text = PLACES[place]
    assert read_words(text).place is place
    clip = frames(request(text, "static, locked off", seconds=5, fps=4), grain=0)
    lumas = [blurred(planes[0]) for planes in clip]
    for second in range(5):
        part = lumas[4 * second : 4 * second + 5]
        moved = max(float(np.abs(a - part[0]).mean()) for a in part[1:])
        assert moved > 0.4, f"second {second}: {moved:.2f}"


def clips(*environments: str) -> list[list[tuple[NDArray[np.uint8], ...]]]:
    """One short clip of each environment, with another camera each time."""
    cameras = ("pan right", "push in", "static", "tilt up")
    return [
        frames(request(text, cameras[n % 4], scene=n + 1, seconds=2, fps=3), grain=0)
        for n, text in enumerate(environments)
    ]


def test_the_colours_of_two_environments_differ_by_more_than_half() -> None:
    """Share of pixels in other bins (8 x 16 x 16): above 0.5 between any two places."""
    made = clips(
        "A rocky coast at dusk",
        "The same coast in morning fog",
        "A pine forest in winter snow",
        "A kitchen at night",
        "Desert dunes at noon",
        "A neon street at night, rain",
    )
    for n, first in enumerate(made):
        for second in made[n + 1 :]:
            assert apart(first, second) > 0.5


@pytest.mark.parametrize("environment", ["A rocky coast at dusk", "A kitchen at night"])
def test_the_colours_of_two_scenes_of_one_environment_differ_by_less_than_a_third(
    environment: str,
) -> None:
    """The same measure: below 0.33 between scenes with different cameras."""
    made = clips(*[environment] * 4)
    for n, first in enumerate(made):
        for second in made[n + 1 :]:
            assert apart(first, second) < 0.33


def test_an_environment_is_one_world_whatever_else_the_scene_says() -> None:
    first, second = (
        next(iter(frames(request("A harbour", scene=n, movement=told, seconds=0.2), grain=0)))
        for n, told in ((1, "Ann waits"), (9, "The night falls over a forest"))
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_another_film_seed_is_another_world() -> None:
    words = read_words("A harbour")
    one, other = (stage_for(words, seed, (192, 108)).frame(Pose(), 0) for seed in (1, 2))
    assert np.abs(one[0].astype(int) - other[0]).mean() > 5


def test_a_world_is_the_same_at_another_size() -> None:
    """Mean difference below 4 grey levels between a small frame and a large one made small."""
    words = read_words("A lighthouse on the coast at dusk, a boat")
    small = as_picture(stage_for(words, 1, (320, 180)).frame(Pose(x=0.05), 1))
    large = as_picture(stage_for(words, 1, (640, 360)).frame(Pose(x=0.05), 1))
    shrunk = large.reshape(180, 2, 320, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - shrunk).mean() < 4


@pytest.mark.parametrize("place", list(Place))
def test_nearer_layers_come_later_and_the_first_hides_what_is_behind(place: Place) -> None:
    world = paint_world(read_words(PLACES[place]), 1, (160, 90))
    assert len(world.layers) >= 4
    assert world.layers[0].cover.min() == 1


@pytest.mark.parametrize("place", [Place.SEA, Place.FOREST, Place.ROOM, Place.STREET])
def test_no_pose_looks_beyond_the_world(place: Place) -> None:
    stage = stage_for(read_words(PLACES[place]), 1, (160, 90))
    for x, y, closer in ((-1, -1, 0), (1, 1, 0), (1, -1, 1), (-1, 1, 1)):
        pose = Pose(x=x * MOST_X, y=y * MOST_Y, closer=closer * MOST_CLOSER)
        luma = stage.frame(pose, 1)[0]
        for edge in (luma[:2], luma[-2:], luma[:, :2], luma[:, -2:]):
            assert (edge > 17).mean() > 0.2, pose


@pytest.mark.parametrize("size", [(90, 160), (120, 120)])
@pytest.mark.parametrize("place", list(Place))
def test_worlds_are_composed_for_every_shape_of_frame(place: Place, size: tuple[int, int]) -> None:
    luma, blue, red = stage_for(read_words(PLACES[place]), 3, size).frame(Pose(), 1)
    assert luma.shape == (size[1], size[0])
    assert blue.shape == red.shape == (size[1] // 2, size[0] // 2)
    assert luma.std() > 8


def test_rain_that_the_scene_tells_of_falls_into_a_dry_world() -> None:
    dry, wet = (
        frames(request("A meadow at noon", "static", seconds=3, fps=4, movement=told), grain=0)
        for told in ("Ann waits", "Rain begins to fall")
    )
    assert np.array_equal(dry[0][0], wet[0][0]), "it comes up slowly"
    assert np.abs(dry[-1][0].astype(int) - wet[-1][0]).mean() > 0.4


def test_no_rain_falls_in_a_room_whatever_the_scene_tells() -> None:
    dry, wet = (
        frames(request("A kitchen at night", seconds=2, fps=4, movement=told), grain=0)
        for told in ("Ann waits", "Rain lashes the windows")
    )
    assert np.array_equal(dry[-1][0], wet[-1][0])


@pytest.mark.parametrize(
    "text",
    [
        "A bridge over a wide river at sunset, the city nearby",
        "A city skyline with a long bridge at dusk",
        "A town at its river by day",
        "A stone bridge at dawn",
    ],
)
def test_a_river_that_is_named_is_painted(text: str) -> None:
    assert len(paint_world(read_words(text), 1, (160, 90)).waters) == 1


@pytest.mark.parametrize("text", ["A stone bridge over a river", "A bridge and the city by day"])
def test_a_bridge_that_is_named_is_seen(text: str) -> None:
    """Without it, some pixels of the same water differ by more than 30 grey levels."""
    words = evolve(read_words(text), things=read_words(text).things | {"river"})
    without = evolve(words, things=words.things - {"bridge"})
    one, other = (stage_for(w, 1, (192, 108)).frame(Pose(), 0)[0] for w in (words, without))
    assert (np.abs(one.astype(int) - other) > 30).mean() > 0.005


def test_firs_carry_snow_on_both_sides_within_their_outline() -> None:
    sheet = Sheet(np.random.default_rng(1), (160, 90))
    fir = plants.pine(sheet, 0.5, 0.9, 0.6)[0]
    snow = plants.bough_snow(fir)
    points = [point for patch in snow for point in patch]
    assert min(x for x, _ in points) < 0.5 < max(x for x, _ in points)
    assert min(x for x, _ in fir) <= min(x for x, _ in points)
    assert max(y for _, y in points) <= max(y for _, y in fir)
    assert plants.bough_snow([(0, 0), (1, 0), (1, 1), (0, 1)]) == []


def test_what_stands_in_a_cabin_is_solid() -> None:
    """The light from the window lies on the floor, before no furniture: it comes first."""
    world = paint_world(read_words(PLACES[Place.ROOM]), 1, (160, 90))
    depths = [layer.depth for layer in world.layers]
    assert depths.index(0.66) > depths.index(0.6)
    assert world.layers[depths.index(0.66)].cover.max() == 1


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x1b[31m forest \x07",
        "<script>alert(1)</script> drawtext=text='x':fontfile=/etc/passwd",
        "‮غابة‬ sea 🐙🔥",
        "%d %s {0} ${HOME} `id` | rm",
        "\ud800 night",
        "sea " * 200_000,
    ],
)
def test_hostile_text_gives_a_clip(text: str) -> None:
    clip = frames(request(text, text[:1000], movement=text[:1000], seconds=0.2, size=(64, 36)))
    assert len(clip) == 2


def test_frames_never_jump() -> None:
    """Mean difference of blurred luma between frames at 12 a second: below 3 grey levels."""
    for camera in ("pan left", "push in", "crane up", "orbit", "handheld"):
        clip = frames(request("A meadow with a windmill at noon", camera, seconds=3), grain=0)
        lumas = [blurred(planes[0]) for planes in clip]
        assert max(np.abs(b - a).mean() for a, b in pairwise(lumas)) < 3, camera
