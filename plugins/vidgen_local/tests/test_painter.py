"""The image generator ``local``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from local_clips import request
from PIL import Image

from vidgen_core import BadOutput, Context, ImageRequest, Interrupted, LocalWork, Refused, Scene
from vidgen_core.media import Media
from vidgen_local import LocalOptions
from vidgen_local.engine import clip_frames
from vidgen_local.painter import LocalPainter


def painter(cancelled: object = bool) -> LocalPainter:
    assert callable(cancelled)
    return LocalPainter(Context(options=LocalOptions(), media=Media(), cancelled=cancelled))


def picture(path: Path, prompt: str = "A harbour at dusk", **more: object) -> Image.Image:
    asked = ImageRequest(prompt=prompt, **{"width": 192, "height": 108, **more})  # type: ignore[arg-type]
    painter().render(asked, path, lambda part: None)
    with Image.open(path) as opened:
        opened.load()
        return opened.copy()


def test_it_is_local_work() -> None:
    assert isinstance(painter(), LocalWork)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.jpeg", "JPEG")]
)
def test_the_suffix_says_what_is_written(tmp_path: Path, name: str, kind: str) -> None:
    picture(tmp_path / name)
    with Image.open(tmp_path / name) as opened:
        assert opened.format == kind


def test_another_suffix_is_an_error_that_says_what_to_use(tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match="webp") as caught:
        picture(tmp_path / "a.webp")
    assert ".png" in caught.value.advice


@pytest.mark.parametrize("size", [(192, 108), (108, 192), (128, 128), (101, 63), (1, 1)])
def test_a_picture_has_the_size_asked_for(tmp_path: Path, size: tuple[int, int]) -> None:
    found = picture(tmp_path / "a.png", width=size[0], height=size[1])
    assert found.size == size


def test_one_request_gives_one_picture(tmp_path: Path) -> None:
    first, second = (np.asarray(picture(tmp_path / f"{n}.png", seed=n)) for n in (1, 2))
    assert np.array_equal(first, second), "only the film's seed and the words count"
    other = np.asarray(picture(tmp_path / "3.png", film_seed=9))
    assert np.abs(first.astype(int) - other).mean() > 3


def test_two_scenes_of_one_environment_have_one_picture(tmp_path: Path) -> None:
    scenes = [Scene(number=n, environment="A harbour", camera="static") for n in (1, 2)]
    first, second = (
        np.asarray(picture(tmp_path / f"{s.number}.png", f"frame {s.number}", scene=s))
        for s in scenes
    )
    assert np.array_equal(first, second)


def test_the_engine_goes_on_in_the_world_of_the_first_frame(tmp_path: Path) -> None:
    """A clip from the painter's picture is the clip without one, up to small differences."""
    asked = request("A lake at dawn", "pan right", seconds=3, size=(256, 144))
    start = tmp_path / "scene_1_first_frame.jpg"
    painter().render(
        ImageRequest(
            prompt="", scene=asked.scene, width=256, height=144, film_seed=asked.film_seed
        ),
        start,
        lambda part: None,
    )
    again = request("A lake at dawn", "pan right", seconds=3, size=(256, 144), start=start)
    free, bound = (list(clip_frames(r, grain=0, cancelled=bool)) for r in (asked, again))
    assert np.abs(free[-1][0].astype(int) - bound[-1][0]).mean() < 6


def test_a_picture_without_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="0x108"):
        picture(tmp_path / "a.png", width=0)


def test_it_stops_when_the_run_does(tmp_path: Path) -> None:
    asked = ImageRequest(prompt="sea", width=64, height=36)
    with pytest.raises(Interrupted):
        painter(lambda: True).render(asked, tmp_path / "a.png", lambda part: None)
    assert not (tmp_path / "a.png").exists()
