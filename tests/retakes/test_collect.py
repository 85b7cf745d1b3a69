"""``vidgen collect``: what is paid for is fetched, and nothing is ever asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.errors import ExitCode, OutOfCredit, Unavailable
from vidgen_core.journal import read_ledger
from vidgen_core.specs import ImageGeneratorSpec

from ..fakes import PRICE, Remote, Service, engine
from ..run_directories import add_single_clip, contents, everything, picture
from .studio import PLAIN, Studio, without_scene

BEGIN = ("--engine", "paid", "--yes", *PLAIN)


def begun(studio: Studio) -> None:
    """Have one clip in flight."""
    studio.service.trouble["poll"] = [Unavailable("the service is down")] * 30
    assert studio.vidgen("continue", *BEGIN).code == ExitCode.LATER
    studio.service.trouble.clear()
    assert studio.service.bill() == {"clip-1-1": 1}


def test_what_is_in_flight_is_fetched_and_nothing_more_is_done(studio: Studio) -> None:
    begun(studio)
    ended = studio.vidgen("collect")
    assert ended.code == 0, ended.err
    assert studio.service.count("fetch") == 1
    assert studio.service.count("submit") == 1
    assert studio.service.count("join") == 0
    assert "1 file collected, nothing was bought" in ended.last
    assert f"vidgen continue {studio.root}" in ended.last
    assert ended.out == ""


def test_its_object_tells_what_was_fetched(studio: Studio) -> None:
    begun(studio)
    value = studio.vidgen("collect", "--json").json
    assert value["exit_code"] == 0
    assert value["made"] == ["scene_1_all_vid_20250131_120000/scene_1_vid_1_20250131_120000.mp4"]
    assert value["in_flight"] == []


def test_where_nothing_is_in_flight_nothing_is_written(studio: Studio) -> None:
    before = everything(studio.root)
    ended = studio.vidgen("collect")
    assert ended.code == 0
    assert "nothing to collect" in ended.words
    assert ended.last.endswith(f"to go on: vidgen continue {studio.root}"), "the film is missing"
    assert everything(studio.root) == before


@pytest.mark.parametrize("abilities", [{"find"}, {"idempotent"}])
def test_what_was_lost_is_looked_for_and_never_asked_for_again(
    studio: Studio, abilities: set[str]
) -> None:
    service = studio.service
    service.idempotent = True
    studio.specs[0] = engine(service, abilities=frozenset(abilities))
    service.trouble["submitted"] = [Unavailable("the line went dead")] * 9
    service.trouble["find"] = [Unavailable("the line is dead", retry=True)] * 30
    studio.vidgen("continue", *BEGIN)
    asked = service.count("submit")
    service.trouble.clear()
    ended = studio.vidgen("collect")
    assert service.count("submit") == asked
    assert ended.code == (0 if abilities == {"find"} else ExitCode.DECISION), ended.err


def test_what_never_arrived_is_not_bought(studio: Studio) -> None:
    service = studio.service
    studio.specs[0] = engine(service, abilities=frozenset({"find"}))
    service.trouble["submit"] = [Unavailable("the line went dead")] * 9
    service.trouble["find"] = [Unavailable("the line is dead", retry=True)] * 30
    studio.vidgen("continue", *BEGIN)
    service.trouble.clear()
    asked = service.count("submit")
    ended = studio.vidgen("collect")
    assert service.count("submit") == asked
    assert ended.code == ExitCode.DECISION
    assert service.bill() == {}


def test_what_nobody_can_tell_is_named_and_left_to_the_user(studio: Studio) -> None:
    studio.service.trouble["submitted"] = [Unavailable("the line went dead")]
    studio.vidgen("continue", *BEGIN)
    before = everything(studio.root)
    ended = studio.vidgen("collect")
    assert ended.code == ExitCode.DECISION
    assert ended.last.endswith(f"to go on: vidgen continue {studio.root}")
    assert "scene 1 clip 1" in ended.words
    assert everything(studio.root) == before


def test_a_missing_key_is_named_before_anything_is_done(studio: Studio) -> None:
    begun(studio)
    studio.specs[0] = engine(studio.service, keys=("PAID_ENGINE_KEY",))
    before = everything(studio.root)
    ended = studio.vidgen("collect")
    assert ended.code == ExitCode.KEY
    assert "PAID_ENGINE_KEY" in ended.err
    assert everything(studio.root) == before


def test_a_service_that_does_not_answer_is_left_to_another_time(studio: Studio) -> None:
    begun(studio)
    studio.service.trouble["poll"] = [Unavailable("the service is down")] * 30
    ended = studio.vidgen("collect")
    assert ended.code == ExitCode.LATER
    assert f"vidgen collect {studio.root}" in ended.last
    assert ended.last.endswith(f"for the rest of the film: vidgen continue {studio.root}")


# --- what is under way and no plan needs ------------------------------------------------------


def paid_pictures(service: Service) -> ImageGeneratorSpec:
    return ImageGeneratorSpec(
        name="paints",
        summary="paints",
        factory=lambda context: Remote(service),
        price=lambda request, options: PRICE,
    )


def is_down(studio: Studio) -> None:
    studio.service.trouble["poll"] = [Unavailable("the service is down")] * 30


def redone_half(studio: Studio, *options: str) -> None:
    """Have a redo of scene 2 leave its paid job at the service."""
    is_down(studio)
    assert studio.vidgen("redo", "--scene", "2", "--yes", *options).code == ExitCode.LATER
    studio.service.trouble.clear()


def helps(studio: Studio, stands: Sequence[Path] = ()) -> None:
    """Have ``undo`` refuse, follow its advice, which leaves what *stands*, and have it work."""
    ended = studio.vidgen("undo")
    assert ended.code == ExitCode.DECISION
    assert f"vidgen collect {studio.root}" in ended.err
    bill, before = studio.service.bill(), [path.read_bytes() for path in stands]
    collected = studio.vidgen("collect")
    assert collected.code == 0, collected.err
    assert "1 file collected, nothing was bought" in collected.last
    assert studio.service.bill() == bill
    assert [path.read_bytes() for path in stands] == before
    assert read_ledger(studio.root).in_flight == {}
    ended = studio.vidgen("undo")
    assert ended.code == 0, ended.err


def test_a_first_frame_that_only_redo_wants_is_fetched(studio: Studio) -> None:
    def drawn(job: Any) -> bytes:
        return picture(int(str(job["id"]).rpartition("-")[2]) % 8)

    paints = Service(folder=studio.root.parent / "paints", content=drawn)
    studio.specs.append(paid_pictures(paints))
    studio.made("--image-generator", "paints", "--first-frame-image-gen", *PLAIN)
    old = contents(studio.root)
    paints.trouble["poll"] = [Unavailable("the service is down")] * 30
    redo = ("redo", "--scene", "2", "--only", "first-frame", "--yes")
    assert studio.vidgen(*redo).code == ExitCode.LATER
    paints.trouble.clear()
    helps(studio)
    assert paints.count("submit") == 4
    assert contents(studio.root) == old


def test_a_clip_is_fetched_where_its_old_scene_was_put_back_by_hand(studio: Studio) -> None:
    studio.made(*PLAIN)
    redone_half(studio)
    away = next((studio.root / ".vidgen/replaced").rglob("scene_2_2025*.mp4"))
    back = studio.root / away.name
    away.rename(back)
    assert studio.vidgen("continue", "--no-input").code == 0
    film = studio.root / "final_video_20250131_120000.mp4"
    helps(studio, stands=(back, film))
    assert studio.vidgen("status", "--json").json["in_flight"] == []


def test_a_clip_is_fetched_where_its_scene_is_gone(studio: Studio) -> None:
    studio.made(*PLAIN)
    redone_half(studio)
    without_scene(studio, 2)
    helps(studio)
    ended = studio.vidgen("collect")
    nothing = "nothing to collect: no paid work is under way that could be fetched"
    assert ended.last == f"{nothing}; to go on: vidgen continue {studio.root}"


def test_a_clip_that_would_be_the_only_one_stays_and_what_can_be_done_is_said(
    studio: Studio,
) -> None:
    begun(studio)
    without_scene(studio, 1)
    before = everything(studio.root)
    ended = studio.vidgen("collect")
    assert ended.code == 0
    assert "scene 1 clip 1 at paid, $0.50: its scene is not in the scenes file" in ended.words
    assert "no paid work" not in ended.words
    assert everything(studio.root) == before
    ended = studio.vidgen("continue", "--yes")
    assert ended.code == 0, ended.err
    assert studio.vidgen("collect").code == 0
    assert read_ledger(studio.root).in_flight == {}


def test_a_job_whose_place_is_taken_is_named(studio: Studio) -> None:
    begun(studio)
    mine = add_single_clip(studio.root, 1)
    ended = studio.vidgen("collect")
    assert ended.code == 0
    path = mine.relative_to(studio.root)
    assert f"scene 1 clip 1 at paid, $0.50: {path} is there in its place" in ended.words
    assert "no paid work" not in ended.words


def test_work_in_doubt_that_nothing_needs_is_named(studio: Studio) -> None:
    studio.made(*PLAIN)
    studio.service.trouble["submitted"] = [Unavailable("the line went dead")]
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == ExitCode.DECISION
    without_scene(studio, 2)
    ended = studio.vidgen("collect")
    assert ended.code == 0
    assert "scene 2 clip 1 at paid, $0.50: it may have been charged" in ended.words
    assert "no paid work" not in ended.words


@pytest.mark.parametrize("trouble", [False, True])
def test_the_patience_that_was_asked_for_is_in_the_command_that_goes_on(
    studio: Studio, trouble: bool
) -> None:
    begun(studio)
    if trouble:
        studio.service.trouble["poll"] = [OutOfCredit("no money is left")]
    ended = studio.vidgen("collect", "--patience", "15m")
    command = "collect" if trouble else "continue"
    assert f"; to go on: vidgen {command} {studio.root} --patience 900" in ended.last
    assert ended.last.endswith(f"vidgen continue {studio.root} --patience 900")
