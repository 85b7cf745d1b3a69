"""A file put in the place of work in flight is the user's own, and the job stays ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidgen_core.disk import digest
from vidgen_core.errors import Billed, Unavailable
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.rundir import RunDirectory

from ..fakes import Film, engine, frame_host
from ..run_directories import put, video
from ..run_paths import TS, clip_path
from .films import CLIP_1, Crash, crash_before_the_record, fail_first, lost, use

ABILITIES = frozenset({"pictures-by-url", "starts-from-jobs"})


@pytest.fixture
def begun(film: Film) -> Film:
    """A film whose first clip is under way at an engine that starts from its own jobs."""
    film.specs = (engine(film.service, abilities=ABILITIES), frame_host(film.service))
    film.flags = {"frame_host": "shelf"}
    fail_first(film, "poll", *[Unavailable("no route")] * 5)
    film.work()
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    assert film.service.bill() == {"clip-1-1": 1}
    return film


def put_clip(film: Film) -> bytes:
    """Put a clip of another film in the place of the first, and return what is in it."""
    return put(film.root / clip_path(1, 1), video(6)).read_bytes()


def second(film: Film) -> dict[str, Any]:
    return next(job for job in film.service.jobs() if job["what"] == "clip-2-1")


def test_a_clip_put_in_the_place_of_a_job_is_not_recorded_as_the_jobs(begun: Film) -> None:
    own = put_clip(begun)
    assert begun.work().codes == set()
    ledger = read_ledger(begun.root)
    assert clip_path(1, 1) not in ledger.published
    assert ledger.in_flight[CLIP_1].job == "job-1"
    assert (begun.root / clip_path(1, 1)).read_bytes() == own
    assert begun.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_the_next_clip_goes_on_from_the_clip_that_was_put_there(begun: Film) -> None:
    put_clip(begun)
    begun.work()
    assert second(begun)["job"] == ""
    assert second(begun)["frame"]


def test_the_job_of_a_place_that_is_taken_is_named_until_it_is_fetched(begun: Film) -> None:
    put_clip(begun)
    for _ in range(2):
        (note,) = [each for each in begun.open().plan().notes if "job-1" in each]
        assert "vidgen redo DIR --scene 1, which fetches it" in note
        begun.work()
    (begun.root / clip_path(1, 1)).unlink()
    for built in (f"scene_1_{TS}.mp4", f"final_video_{TS}.mp4"):
        (begun.root / built).unlink()
    assert begun.work().codes == set()
    assert read_ledger(begun.root).published[clip_path(1, 1)].job == "job-1"
    assert begun.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}
    assert not [each for each in begun.open().plan().notes if "job-1" in each]


def test_a_clip_put_over_what_had_just_arrived_is_the_users(
    begun: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(self: RunDirectory, finished: Path, relative: str) -> Any:
        raise Crash

    monkeypatch.setattr(RunDirectory, "publish", publish)
    with pytest.raises(Crash):
        begun.work()
    monkeypatch.undo()
    assert read_ledger(begun.root).arriving[CLIP_1].job == "job-1"
    own = put_clip(begun)
    begun.work()
    assert (begun.root / clip_path(1, 1)).read_bytes() == own
    assert clip_path(1, 1) not in read_ledger(begun.root).published
    assert second(begun)["job"] == ""


def test_what_a_crash_kept_from_its_record_is_known_before_and_after_it_is_mended(
    begun: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        crash_before_the_record(patched)
        with pytest.raises(Crash):
            begun.work()
    plan = begun.open().plan()
    assert plan.by_key[Key(Step.CLIP, 2, 1)].inputs == (clip_path(1, 1),)
    assert not [note for note in plan.notes if "job-1" in note]
    arrived = read_ledger(begun.root).arriving[CLIP_1]
    assert arrived.sha256 == digest(begun.root / clip_path(1, 1))
    assert begun.work().codes == set()
    ledger = read_ledger(begun.root)
    assert ledger.published[clip_path(1, 1)] == arrived
    assert ledger.arriving == {}
    assert second(begun)["job"] == "job-1"
    assert begun.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_a_file_in_the_place_of_work_in_doubt_ends_the_question_aloud(film: Film) -> None:
    use(film)
    lost(film, charged=True)
    put_clip(film)
    assert film.work().codes == set()
    assert "scene 1 clip 1 at paid is not asked about any more" in film.said
    assert "may have been charged" in film.said
    ledger = read_ledger(film.root)
    assert CLIP_1 not in ledger.in_flight
    assert ledger.charges[0].billed is Billed.UNKNOWN
