"""A clip that lasts longer than was asked for is trimmed where the plan meant to, else said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.journal import read_ledger

from .fakes import Film, Service, engine, local_engine, no_worker_is_left
from .run_directories import FPS, TS, begin, video

CLIP = f"scene_1_all_vid_{TS}/scene_1_vid_1_{TS}.mp4"


@pytest.fixture(params=["paid", "here"])
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Service:
    return Service(folder=tmp_path / request.param)


@pytest.fixture
def film(
    tmp_path: Path, service: Service, nothing_of_this_machine: None, small_pictures: None
) -> Iterator[Film]:
    """One scene to be made by an engine that gives more than it is asked for."""
    film = Film(tmp_path, service, (engine(service), local_engine(service)))
    film.flags = {"engine": service.folder.name}
    yield film
    assert no_worker_is_left()


def work(film: Film, *, wanted: float, given: float) -> None:
    film.root = begin(film.root, 1, seconds=wanted)
    film.service.content = lambda job: video(job["scene"], given)
    assert film.work().codes == set()
    assert film.is_finished()


def test_a_longer_clip_that_is_shown_whole_is_named_with_what_was_asked_and_got(film: Film) -> None:
    work(film, wanted=1, given=1.5)
    maker = film.service.folder.name
    said = [line for line in film.said.splitlines() if "asked for" in line]
    assert said == [
        f"{maker} made 1.50 s for scene 1 clip 1, asked for 1 s; its scene shows all of it"
    ]
    assert read_ledger(film.root).published[CLIP].shown_frames == 0


def test_a_longer_clip_that_was_to_be_trimmed_is_trimmed_and_not_talked_about(film: Film) -> None:
    work(film, wanted=0.5, given=1.5)
    assert "asked for" not in film.said
    assert read_ledger(film.root).published[CLIP].shown_frames == FPS / 2
    (film.root / f"final_video_{TS}.mp4").unlink()
    (film.root / f"scene_1_{TS}.mp4").unlink()
    (state,) = film.open().plan().scenes
    assert state.seconds == 0.5


def test_a_frame_more_than_asked_is_a_rounding_and_not_talked_about(film: Film) -> None:
    work(film, wanted=1, given=1 + 1 / FPS)
    assert "asked for" not in film.said
