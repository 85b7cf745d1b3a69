"""Work on this machine that fails, and a machine that has no room."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from vidgen_core.errors import BadOutput, ExitCode, MachineError, Refused, Unavailable
from vidgen_core.journal import Journal, read_ledger

from ..fakes import Film
from ..run_directories import contents, video
from ..run_paths import TS, clip_path
from .films import CLIP_1, fail_first, local, put_first_frames, speak


def test_local_work_is_tried_three_times_where_its_provider_says_so(film: Film) -> None:
    local(film)
    fail_first(film, "render", Unavailable("busy"), Unavailable("busy"))
    assert film.work().codes == set()
    fail_first(film, "render", *[Unavailable("busy")] * 3)
    (film.root / f"scene_1_{TS}.mp4").unlink()
    (film.root / clip_path(1, 1)).unlink()
    assert film.work().codes == {ExitCode.LATER}


@pytest.mark.parametrize("error", [Refused("no"), RuntimeError("bug"), BadOutput("odd")])
def test_local_work_that_fails_for_good_costs_its_scene_alone(film: Film, error: Exception) -> None:
    local(film)
    fail_first(film, "render", error)
    assert film.work().codes == {ExitCode.FAILED}
    assert (film.root / f"scene_2_{TS}.mp4").is_file()
    assert film.service.count("render") == 2


def test_a_local_clip_that_is_too_short_is_refused_and_made_no_more(film: Film) -> None:
    local(film)
    film.service.content = lambda job: video(job["scene"], 0.5)
    assert film.work().codes == {ExitCode.FAILED}
    assert film.service.count("render") == 2
    assert not (film.root / clip_path(1, 1)).exists()


def test_a_full_disk_stops_new_work_and_keeps_everything(film: Film) -> None:
    before = contents(film.root)
    fail_first(film, "fetch", OSError(errno.ENOSPC, "No space left on device"))
    outcome = film.work()
    assert outcome.codes == {ExitCode.MACHINE}
    assert film.service.count("submit") == 1
    assert read_ledger(film.root).in_flight[CLIP_1].job == "job-1"
    assert before.items() <= contents(film.root).items()
    assert film.work().codes == set()
    assert film.service.bill() == {"clip-1-1": 1, "clip-2-1": 1}


def test_one_file_that_ffmpeg_cannot_make_does_not_stop_the_others(film: Film) -> None:
    put_first_frames(film.root, 2)
    local(film)
    fail_first(film, "render", MachineError("ffmpeg failed (1)"))
    outcome = film.work(jobs=1)
    assert outcome.codes == {ExitCode.MACHINE}
    assert (film.root / f"scene_2_{TS}.mp4").is_file()
    assert film.work().codes == set()


def test_an_id_that_the_journal_has_no_room_for_is_written_later(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_one, full = Journal.submitted, [True, True]

    def submitted(self: Journal, *facts: Any) -> None:
        if full:
            full.pop()
            raise MachineError("the disk is full")
        real_one(self, *facts)

    monkeypatch.setattr(Journal, "submitted", submitted)
    film.service.polls_needed = 3
    outcome = film.work()
    assert outcome.codes == {ExitCode.MACHINE}
    assert [kind for kind, what in film.kinds() if what == "clip-1-1"] == [
        "intent",
        "submitted",
        "arriving",
        "published",
    ]
    assert film.service.bill()["clip-1-1"] == 1


def test_an_answer_that_the_disk_has_no_room_for_is_written_from_memory(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(film)

    def answered(self: Journal, *facts: Any) -> None:
        raise MachineError("the disk is full")

    monkeypatch.setattr(Journal, "answered", answered)
    outcome = film.work()
    assert (film.root / f"narration_text_{TS}.txt").read_bytes() == b"answer: a boat"
    assert outcome.codes == {ExitCode.MACHINE}
    assert film.service.bill() == {"NarrationTextRequest": 1, "SpeechRequest": 1}
