"""One clip after another: what follows begins where the one before ended."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from local_clips import blurred, frames, request, saved, ssim, textured
from numpy.typing import NDArray

from vidgen_core import Context
from vidgen_core.media import Media
from vidgen_local import LocalOptions
from vidgen_local.engine import LocalEngine, clip_frames
from vidgen_local.world.pose import MOST_CLOSER, MOST_X, Pose, opening_pose, path_from

SIZE = (256, 144)
FOLDER = "scene_1_all_vid_20260101_090000"


def lumas(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


@pytest.fixture
def last_of_scene_1(tmp_path: Path) -> Path:
    (tmp_path / FOLDER).mkdir()
    return tmp_path / FOLDER / "scene_1_vid_1_last_frame.jpg"


def test_each_clip_of_a_chain_begins_where_the_one_before_ended_with_ssim_of_095(
    last_of_scene_1: Path, tmp_path: Path
) -> None:
    """After encoding: three clips of one scene, then a scene elsewhere."""
    engine = LocalEngine(Context(options=LocalOptions(), media=Media()))
    chain = [
        ("A lake at dawn, mist", "pan right", 1, 1),
        ("A lake at dawn, mist", "pan right", 1, 2),
        ("A lake at dawn, mist", "push in", 1, 3),
        ("A kitchen at night", "static", 2, 1),
    ]
    start, before = None, None
    for environment, camera, scene, clip in chain:
        asked = request(
            environment, camera, seconds=2.5, size=SIZE, start=start, scene=scene, clip=clip
        )
        engine.render(asked, tmp_path / "clip.mp4", lambda part: None)
        made = lumas(tmp_path / "clip.mp4")
        if before is not None:
            assert ssim(before, made[0]) >= 0.95
        before = made[-1]
        *_, last = clip_frames(asked, grain=0.6, cancelled=bool)
        start = saved(last, last_of_scene_1)


@pytest.mark.parametrize("environment", ["An autumn forest", "A street at night, rain"])
def test_a_clip_goes_on_in_its_own_world_without_a_jump(
    environment: str, last_of_scene_1: Path
) -> None:
    """Blurred frames at 12 a second differ by less than 2.5 grey levels, the first as the rest."""
    first = frames(request(environment, "pan right", seconds=5, size=SIZE))
    start = saved(first[-1], last_of_scene_1)
    second = frames(request(environment, "pan left", seconds=5, size=SIZE, clip=2, start=start))
    steps = [np.abs(blurred(b[0]) - blurred(a[0])).mean() for a, b in pairwise(second)]
    assert max(steps) < 2.5
    own = frames(request(environment, "pan left", seconds=0.2, size=SIZE, clip=2))
    # it is the world itself that moves on, sharp and alive, and no copy of the picture
    assert second[-1][0].astype(float).std() > 0.8 * own[-1][0].astype(float).std()


def test_a_scene_elsewhere_is_reached_within_a_second_and_a_half(last_of_scene_1: Path) -> None:
    before = frames(request("A kitchen at night", seconds=0.5, size=SIZE))[-1]
    start = saved(before, last_of_scene_1)
    clip = frames(request("Desert dunes at noon", "static", scene=2, size=SIZE, start=start))
    own = frames(request("Desert dunes at noon", "static", scene=2, size=SIZE))
    assert np.abs(clip[18][0].astype(int) - own[18][0]).mean() < 1
    assert np.abs(clip[0][0].astype(int) - before[0]).mean() < 4


def test_the_neighbouring_scene_of_one_place_goes_on_there(last_of_scene_1: Path) -> None:
    environment = "A lake at dawn, mist"
    before = frames(request(environment, "push in", seconds=5, size=SIZE))[-1]
    start = saved(before, last_of_scene_1)
    clip = frames(request(environment, "static", scene=2, seconds=2, size=SIZE, start=start))
    assert np.abs(blurred(clip[-1][0]) - blurred(before[0])).mean() < 5


def test_the_first_frame_is_the_picture_itself(last_of_scene_1: Path, tmp_path: Path) -> None:
    """Equal to the last frame up to the JPEG between: below 2 grey levels."""
    for environment in ("A lake at dawn, mist", "A kitchen at night"):
        before = frames(request("A lake at dawn, mist", seconds=1, size=SIZE))[-1]
        start = saved(before, last_of_scene_1)
        asked = request(environment, scene=2, size=SIZE, start=start)
        first = next(clip_frames(asked, grain=0.6, cancelled=bool))
        assert np.abs(first[0].astype(int) - before[0]).mean() < 2


def test_a_picture_that_shows_no_world_stays_the_world_of_the_clip(tmp_path: Path) -> None:
    start = textured(tmp_path / "initial_image.png", SIZE)
    clip = frames(request("A lake at dawn", "static", seconds=3, size=SIZE, start=start))
    first, last = (blurred(clip[index][0]).ravel() for index in (0, -1))
    assert np.corrcoef(first, last)[0, 1] > 0.7


def test_a_path_never_leaves_the_world_however_long_the_chain() -> None:
    from vidgen_local.camera import read_camera

    pose = opening_pose(read_camera("pan right", "", 0), 5)
    for camera in ("pan right", "pan right fast", "push in", "push in", "pull out", "tilt up") * 4:
        way = path_from(pose, read_camera(camera, "", 0), 10)
        assert way(0) == pose
        places = [way(t / 4) for t in range(41)]
        assert max(abs(p.x) for p in places) <= MOST_X
        assert all(0 <= p.closer <= MOST_CLOSER for p in places)
        assert places[-1] != pose, "it moves even where there is no room left"
        pose = places[-1]


def test_a_pan_begins_with_the_world_before_it() -> None:
    from vidgen_local.camera import read_camera

    right, left = (opening_pose(read_camera(f"pan {way}", "", 0), 5) for way in ("right", "left"))
    assert right.x < 0 < left.x
    assert opening_pose(read_camera("static", "", 0), 5).x == Pose().x
