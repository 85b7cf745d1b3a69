"""What is made appears whole, in its place, and nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.rundir import RunDirectory

from ..fakes import Film
from ..run_directories import contents, put
from ..run_paths import TS, clip_path
from .films import Crash, local, put_first_frames


def test_a_scene_folder_that_is_a_link_elsewhere_is_not_written_through_nor_paid_for(
    film: Film, tmp_path: Path
) -> None:
    put_first_frames(film.root, 2)
    folder = film.root / f"scene_1_all_vid_{TS}"
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    before = contents(elsewhere)
    outcome = film.work()
    assert outcome.codes == {ExitCode.MACHINE}
    assert contents(elsewhere) == before
    assert film.service.bill() == {"clip-2-1": 1}  # one bad folder does not stop the others


def test_what_is_built_on_a_clip_is_moved_away_before_the_clip_is_published(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    film.work()
    (film.root / clip_path(1, 1)).unlink()
    (film.root / f"scene_1_{TS}.mp4").unlink()
    original = RunDirectory.publish

    def publish(self: Any, finished: Path, relative: str) -> Any:
        if relative == clip_path(1, 1):
            assert not (film.root / f"final_video_{TS}.mp4").exists()
            assert not (
                film.root / clip_path(1, 1).replace(f"_{TS}.mp4", "_last_frame.jpg")
            ).exists()
            raise Crash
        return original(self, finished, relative)

    monkeypatch.setattr(RunDirectory, "publish", publish)
    with pytest.raises(Crash):
        film.work()
    monkeypatch.undo()
    assert film.work().codes == set()
    assert film.is_finished()


def test_a_file_that_vanishes_while_it_is_replaced_does_no_harm(film: Film) -> None:
    local(film)
    put(film.root / f"final_video_{TS}.mp4", b"broken")
    film.service.at = lambda point: (
        (film.root / f"final_video_{TS}.mp4").unlink(missing_ok=True) if point == "film" else None
    )
    assert film.work().codes == set()
    assert film.is_finished()


def test_a_broken_film_that_is_moved_aside_is_called_broken(film: Film) -> None:
    put(film.root / f"final_video_{TS}.mp4", b"broken")
    film.work()
    (moved,) = [line for line in film.said.splitlines() if " -> " in line]
    assert moved.startswith(f"final_video_{TS}.mp4 -> ")
    assert moved.endswith("(broken)")
