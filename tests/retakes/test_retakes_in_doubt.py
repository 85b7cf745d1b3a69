"""A take that is in doubt: neither ``undo`` nor ``redo`` takes the question away unasked."""

from __future__ import annotations

from contextlib import suppress

import pytest

from vidgen_core.cli import main
from vidgen_core.errors import Billed, ExitCode, MachineError, Unavailable
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.rundir import RunDirectory

from ..run_directories import video
from ..run_paths import clip_path
from .studio import PLAIN, Crash, Studio

CLIP = Key(Step.CLIP, 2, 1)


def begun(studio: Studio) -> None:
    """A redo whose order was taken, and whose answer was lost."""
    studio.made(*PLAIN)
    studio.service.trouble["submitted"] = [Unavailable("no answer", billed=Billed.UNKNOWN)]
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == ExitCode.DECISION


def test_an_undo_that_crashes_before_it_moves_anything_leaves_the_question(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(studio)

    def dies(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched, suppress(Crash):
        patched.setattr(Journal, "retake", dies)
        main(["undo", str(studio.root), "-q"])
    before = studio.service.count("submit")
    assert studio.vidgen("continue", "--yes").code == ExitCode.DECISION
    assert studio.service.count("submit") == before


def test_an_undo_that_fails_leaves_the_question(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(studio)

    def fails(_: object) -> None:
        raise MachineError("there is no room")

    monkeypatch.setattr(RunDirectory, "new_take", fails)
    assert studio.vidgen("undo").code == ExitCode.MACHINE
    assert CLIP in read_ledger(studio.root).in_flight


@pytest.mark.parametrize("ability", ["find", "idempotent"])
def test_a_take_in_doubt_can_be_undone_and_its_price_is_told(studio: Studio, ability: str) -> None:
    studio.killed(ability)
    undone = studio.vidgen("undo")
    assert undone.code == ExitCode.COMPLETE
    assert "may have been charged" in undone.err
    assert CLIP not in read_ledger(studio.root).in_flight


def test_a_redo_asks_the_service_for_what_is_in_doubt_though_a_file_is_in_its_place(
    studio: Studio,
) -> None:
    work = studio.killed("find")
    old = next(job for job in studio.service.jobs() if job["what"] == "clip-2-1")
    sent = {name: value for name, value in old.items() if name not in ("id", "token")}
    studio.service.charge(sent, work.token)
    (studio.root / clip_path(2, 1)).parent.mkdir(exist_ok=True)
    (studio.root / clip_path(2, 1)).write_bytes(video(7, 1))
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == ExitCode.COMPLETE
    assert studio.service.bill()["clip-2-1"] == 2


def test_that_a_clip_begins_without_what_is_skipped_is_said_before_anybody_agrees(
    studio: Studio,
) -> None:
    studio.service.trouble["submitted"] = [Unavailable("no answer", billed=Billed.UNKNOWN)]
    assert studio.vidgen("continue", "--yes", "--engine=paid", *PLAIN).code == ExitCode.DECISION
    asked = studio.vidgen("continue", "--in-doubt", "skip")
    assert asked.code == ExitCode.DECISION
    lost = "scene 2 clip 1: scene 1 could not be made, so it starts without a picture"
    assert lost in asked.words
    bought = studio.vidgen("continue", "--in-doubt", "skip", "--yes")
    assert bought.words.count(lost) == 1
