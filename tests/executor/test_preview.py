"""A preview shows what is there and hides nothing of the run."""

from __future__ import annotations

import pytest

from vidgen_core.errors import ExitCode, Interrupted, MachineError, Refused
from vidgen_core.executor import Outcome
from vidgen_core.executor.preview import join_preview

from ..fakes import Film
from ..run_directories import add_scene, video
from ..run_paths import TS
from .films import fail_first


def previewed(film: Film) -> Outcome:
    """Work on *film*, and show what is there."""
    with film.working() as run:
        outcome = run.work()
        join_preview(run)
    return outcome


def test_a_preview_joins_what_is_there_and_leaves_the_films_name_free(film: Film) -> None:
    add_scene(film.root, 1)
    fail_first(film, "submit", Refused("no"))
    previewed(film)
    assert (film.root / ".vidgen/preview.mp4").read_bytes() == video(1)
    assert not (film.root / f"final_video_{TS}.mp4").exists()


def test_a_preview_of_nothing_says_so(film: Film) -> None:
    fail_first(film, "submit", Refused("no"), Refused("no"))
    previewed(film)
    assert "no preview: there is nothing to show yet" in film.said


def test_a_preview_that_fails_hides_nothing_of_the_run(film: Film) -> None:
    add_scene(film.root, 1)
    fail_first(film, "submit", Refused("no"))
    fail_first(film, "film", MachineError("ffmpeg failed"))
    outcome = previewed(film)
    assert outcome.codes == {ExitCode.FAILED, ExitCode.MACHINE}
    assert "no preview: ffmpeg failed" in film.said


def test_a_preview_stops_when_the_run_is_interrupted(film: Film) -> None:
    add_scene(film.root, 1)
    fail_first(film, "submit", Refused("no"))
    fail_first(film, "film", Interrupted("interrupted"))
    with film.working() as run:
        run.work()
        run.interrupt()
        with pytest.raises(Interrupted):
            join_preview(run)
