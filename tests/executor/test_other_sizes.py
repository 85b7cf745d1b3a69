"""An engine that gives another size than it is asked for does not change the film."""

from __future__ import annotations

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.executor.work import _is_another_size
from vidgen_core.model import Facts, Scene
from vidgen_core.specs import ClipRequest, SceneJoinRequest

from ..fakes import Film
from ..run_directories import FPS, HEIGHT, WIDTH, add_scene, video
from ..run_paths import TS, clip_path
from .films import local

SAID = "made 64x64 for scene 2 clip 1, asked for 160x90"


@pytest.fixture
def begun(film: Film) -> Film:
    """A film whose first scene is there, and whose engine gives pictures of 64x64."""
    add_scene(film.root, 1)
    film.service.content = lambda job: video(job["scene"], 1, "64x64")
    return film


def test_a_local_clip_of_another_size_is_refused(begun: Film) -> None:
    local(begun)
    outcome = begun.work()
    assert outcome.codes == {ExitCode.FAILED}
    assert f"here {SAID}" in begun.said
    assert not (begun.root / clip_path(2, 1)).exists()


def test_a_paid_clip_of_another_size_is_kept_and_said_and_does_not_outvote_the_others(
    begun: Film,
) -> None:
    begun.service.content = lambda job: video(job["scene"], 9, "64x64")
    assert begun.work().codes == set()
    assert begun.said.count(f"paid {SAID}") == 1
    assert (begun.root / clip_path(2, 1)).is_file()
    for name in ("scene_2", "final_video"):
        (begun.root / f"{name}_{TS}.mp4").unlink()
    plan = begun.open().plan()
    (request,) = [t.request for t in plan.to_do if isinstance(t.request, SceneJoinRequest)]
    assert request.size == (WIDTH, HEIGHT, FPS)


def test_the_size_of_a_paid_clip_that_is_collected_later_is_checked_too(begun: Film) -> None:
    with begun.working() as run:
        begun.service.at = lambda point: run.interrupt() if point == "after submit" else None
        run.work()
    begun.service.at = lambda point: None
    begun.work()
    assert begun.said.count(SAID) == 1


@pytest.mark.parametrize(
    ("made", "odd"),
    [
        ((1280, 720), False),
        ((1280, 704), False),
        ((1248, 720), False),
        ((1920, 1088), False),
        ((1024, 576), True),
        ((720, 1280), True),
        ((1280, 1280), True),
        ((0, 0), False),
    ],
)
def test_a_side_that_was_rounded_is_no_other_size(made: tuple[int, int], odd: bool) -> None:
    asked = ClipRequest(scene=Scene(number=1), clip=1, prompt="", seconds=1)
    assert _is_another_size(asked, Facts(width=made[0], height=made[1])) is odd
