"""``vidgen collect``: what is paid for is fetched, and nothing is ever asked for."""

from __future__ import annotations

import pytest

from vidgen_core.errors import ExitCode, Unavailable

from ..fakes import engine
from ..run_directories import everything
from .studio import Studio

PLAIN = ("--skip-narration", "--skip-sound-effects")
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
