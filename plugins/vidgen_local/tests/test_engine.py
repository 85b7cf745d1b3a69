"""What a clip is: its first frame, its length, its life."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_clips import SIZE, blurred, flat, frames, request, shift, textured
from PIL import Image

from vidgen_core import Context, Interrupted, Refused
from vidgen_core.media import Media
from vidgen_local import LocalOptions
from vidgen_local.engine import LocalEngine, clip_frames
from vidgen_local.picture import floats, to_planes


def engine(cancelled: object = None) -> LocalEngine:
    stop = cancelled if callable(cancelled) else lambda: False
    return LocalEngine(Context(options=LocalOptions(), media=Media(), cancelled=stop))


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_the_first_frame_is_the_given_picture_and_nothing_else(tmp_path: Path) -> None:
    start = textured(tmp_path / "start.png")
    with Image.open(start) as picture:
        expected = to_planes(floats(picture))
    for camera in ("pan right", "pull back"):
        first = next(clip_frames(request(camera=camera, start=start), grain=3, cancelled=bool))
        for plane, same in zip(first, expected, strict=True):
            assert np.array_equal(plane, same), camera


def test_the_first_frame_of_the_file_looks_like_the_given_picture(tmp_path: Path) -> None:
    start = textured(tmp_path / "start.png", (320, 180))
    asked = request(start=start, camera="pan right", size=(320, 180), seconds=0.5, fps=24)
    engine().render(asked, tmp_path / "clip.mp4", lambda part: None)
    first = decoded(tmp_path / "clip.mp4")[0].astype(float)
    with Image.open(start) as picture:
        given_picture = np.asarray(picture).astype(float)
    assert np.abs(first - given_picture).mean() < 4
    assert np.abs(first.mean(axis=(0, 1)) - given_picture.mean(axis=(0, 1))).max() < 1.5


def test_a_picture_of_another_size_is_scaled_to_cover_the_frame(tmp_path: Path) -> None:
    start = textured(tmp_path / "start.png", (SIZE[0] * 2, SIZE[1] * 2))
    first = next(clip_frames(request(start=start), grain=0, cancelled=bool))
    with Image.open(start) as picture:
        small = np.asarray(picture.convert("L").resize(SIZE, Image.Resampling.LANCZOS))
    assert first[0].shape == (SIZE[1], SIZE[0])
    assert abs(np.corrcoef(first[0].ravel(), small.ravel())[0, 1]) > 0.97


def test_a_jpeg_that_lies_on_its_side_is_turned_upright(tmp_path: Path) -> None:
    sideways = Image.new("RGB", (SIZE[1], SIZE[0]))
    sideways.paste((250, 250, 250), (0, 0, SIZE[1] // 2, SIZE[0]))
    tags = Image.Exif()
    tags[0x0112] = 6
    sideways.save(tmp_path / "start.jpg", exif=tags)
    first = next(clip_frames(request(start=tmp_path / "start.jpg"), grain=0, cancelled=bool))[0]
    assert first[:10].mean() > 200
    assert first[-10:].mean() < 40


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_read(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("start.jpg" if mode == "CMYK" else "start.png")
    if mode == "I;16":
        Image.fromarray(np.full((SIZE[1], SIZE[0]), 128 * 256, dtype=np.uint16)).save(path)
    else:
        Image.new("RGB", SIZE, (128, 128, 128)).convert(mode).save(path)
    first = next(clip_frames(request(start=path), grain=0, cancelled=bool))
    assert abs(first[0].mean() - (16 + 219 * 128 / 255)) < 3 or mode == "1"


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_a_start_frame_that_is_no_picture_is_refused_by_name(
    tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "scene_1_last_frame.jpg"
    bad.write_bytes(content)
    with pytest.raises(Refused, match="scene_1_last_frame"):
        frames(request(start=bad))


def test_a_start_frame_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    start = textured(tmp_path / "start.jpg")
    start.write_bytes(start.read_bytes()[:800])
    with pytest.raises(Refused, match=r"start\.jpg"):
        frames(request(start=start))


@pytest.mark.parametrize(
    ("seconds", "fps", "count"), [(5, 24, 120), (0.5, 23.976, 12), (1, 30, 30), (0.01, 12, 1)]
)
def test_the_file_has_exactly_the_frames_size_and_rate_asked_for(
    tmp_path: Path, seconds: float, fps: float, count: int
) -> None:
    told: list[float] = []
    asked = request(seconds=seconds, fps=fps, size=(64, 36))
    engine().render(asked, tmp_path / "clip.mp4", told.append)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (64, 36)
        assert abs(float(stream.average_rate or 0) - fps) < 1e-2
        assert sum(1 for _ in container.decode(stream)) == count
    assert told == sorted(told)
    assert told[-1] == 1


def digest(environment: str, **more: object) -> str:
    found = hashlib.sha256()
    for planes in frames(request(environment, "pan left", seconds=1, **more)):  # type: ignore[arg-type]
        for plane in planes:
            found.update(plane.tobytes())
    return found.hexdigest()


def test_one_request_gives_the_same_frames_each_time() -> None:
    assert digest("a forest in fog") == digest("a forest in fog")


def test_another_seed_or_another_place_gives_another_clip() -> None:
    forest = digest("a forest in fog")
    assert forest != digest("a forest in fog", seed=8)
    assert forest != digest("a city at night")


@pytest.mark.parametrize("camera", ["static", "slow push in", "pan left", ""])
@pytest.mark.parametrize("colour", [(120, 130, 110), (0, 0, 0), (255, 255, 255)])
def test_a_clip_is_never_a_still(tmp_path: Path, camera: str, colour: tuple[int, int, int]) -> None:
    start = flat(tmp_path / "flat.png", colour)
    clip = frames(request(camera=camera, start=start, seconds=10, fps=2), grain=0)
    lumas = [blurred(planes[0]) for planes in clip[::2]]
    for second, (before, after) in enumerate(pairwise(lumas)):
        assert np.abs(after - before).mean() > 0.4, f"second {second}"


def test_a_drawn_picture_is_a_picture() -> None:
    for place in ("sea", "forest", "city at night", "kitchen", "desert", "mountains", "", "🐙"):
        luma = next(clip_frames(request(place), grain=0, cancelled=bool))[0]
        assert luma.std() > 10, place


@pytest.mark.parametrize(
    "name",
    [
        "scene_2_all_vid_20260101_090000/scene_2_vid_1_last_frame.jpg",
        "scene_2_all_vid_20260101_090000/scene_2_first_frame.jpg",
        "my own picture.png",
    ],
)
def test_a_picture_made_for_the_scene_stays(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    start = textured(path)
    clip = frames(request("hills by day", scene=2, start=start))
    first, last = (blurred(clip[index][0]).ravel() for index in (0, -1))
    assert np.corrcoef(first, last)[0, 1] > 0.8


def test_every_frame_moves_a_little_and_none_jumps(tmp_path: Path) -> None:
    size = (480, 270)
    start = textured(tmp_path / "start.png", size)
    asked = request(camera="pan right", start=start, size=size, fps=24, seconds=2)
    lumas = [planes[0] for planes in frames(asked, grain=0)]
    moves = [shift(a, b)[0] for a, b in pairwise(lumas)]
    assert abs(moves[0]) < 0.25, "it sets off gently"
    assert np.std(np.diff(moves)) < 0.15
    assert all(x < 0.1 for x in moves), "it never goes back"


@pytest.mark.parametrize("size", [(16, 16), (2, 2), (108, 192), (160, 16), (16, 160)])
@pytest.mark.parametrize("camera", ["fast pull out, pan left and crane up", "static"])
def test_extreme_sizes_are_rendered(tmp_path: Path, size: tuple[int, int], camera: str) -> None:
    start = textured(tmp_path / "start.png")
    for begin in (None, start):
        for place in ("lighthouse at sea, boat and gulls, night", "room"):
            for planes in frames(request(place, camera, size=size, seconds=0.2, start=begin)):
                assert planes[0].shape == (size[1], size[0])
                assert planes[1].shape == planes[2].shape == (size[1] // 2, size[0] // 2)


def test_an_odd_size_is_refused() -> None:
    with pytest.raises(Refused, match="63x36"):
        frames(request(size=(63, 36)))


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 2**63))
def test_any_text_gives_a_clip(environment: str, camera: str, seed: int) -> None:
    asked = request(environment, camera, seconds=0.2, size=(32, 18), fps=10, seed=seed)
    assert len(frames(asked)) == 2


def test_rendering_stops_when_the_run_does(tmp_path: Path) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 5

    with pytest.raises(Interrupted):
        engine(cancelled).render(request(), tmp_path / "clip.mp4", lambda part: None)
    assert len(asked) < 20
