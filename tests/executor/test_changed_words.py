"""Words changed after they were spoken, through whole runs: heard and read stay the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.model import Timing
from vidgen_core.script_files import dump_timings

from ..fakes import PRICE, Film, local_engine, sound, voice
from ..run_directories import visible
from ..run_paths import ADJUSTED, FILM, NARRATION, SUBTITLES, TEXT, speech_path, timings_path
from .test_scene_narration import SPOKEN, told_film

pytestmark = pytest.mark.usefixtures("small_pictures")


class Paid:
    """A voice of a service, which may say when it speaks its words."""

    def __init__(self, timed: bool) -> None:
        self.timed = timed

    def ask(self, request: Any) -> bytes:
        return str(request.text).encode()

    def write(self, answer: bytes, request: Any, into: Path) -> None:
        into.write_bytes(sound(0.6))
        if self.timed:
            timing = Timing(text=answer.decode(), start=0.0, end=0.6)
            into.with_suffix(".json").write_bytes(dump_timings([timing]))


@pytest.fixture
def told(tmp_path: Path, nothing_of_this_machine: None) -> Film:
    return told_film(tmp_path)


@pytest.fixture(params=["timings", "the request"])
def bought(request: pytest.FixtureRequest, told: Film) -> Film:
    """A finished film with speech that was paid for; what tells the words that are spoken."""
    timed = request.param == "timings"
    facts = {"factory": lambda context: Paid(timed), "price": lambda request, options: PRICE}
    told.specs = (told.specs[0], voice(told.service, SPOKEN, **facts))
    told.work()
    assert told.is_finished(), told.said
    assert (timings_path(1) in visible(told.root)) == timed
    return told


def rewrite(film: Film, change: Callable[[dict[str, Any]], None]) -> None:
    """Change each scene in the scenes file."""
    (path,) = film.root.glob("scenes_*.json")
    scenes = json.loads(path.read_text())
    for scene in scenes:
        change(scene)
    path.write_text(json.dumps(scenes))


def change_first(scene: dict[str, Any]) -> None:
    if scene["scene_number"] == 1:
        scene["narration"] = "Words that nobody said."


def take_away(scene: dict[str, Any]) -> None:
    scene["narration"] = ""


def test_subtitles_and_text_show_what_paid_speech_says(bought: Film) -> None:
    rewrite(bought, change_first)
    assert bought.is_finished()
    for path in (SUBTITLES, TEXT, FILM):
        (bought.root / path).unlink()
    bought.work()
    assert bought.is_finished(), bought.said
    for path in (SUBTITLES, TEXT):
        words = (bought.root / path).read_text()
        assert "Scene 1 speaks." in words
        assert "nobody said" not in words


def test_words_that_were_taken_away_are_out_of_the_film_until_they_are_put_back(
    bought: Film,
) -> None:
    (path,) = bought.root.glob("scenes_*.json")
    before, spoken = path.read_bytes(), visible(bought.root)[speech_path(1)]
    rewrite(bought, take_away)
    outcome = bought.work()
    assert bought.is_finished(), bought.said
    left = visible(bought.root).keys()
    assert not {ADJUSTED, NARRATION, SUBTITLES, TEXT} & left
    assert FILM in left
    assert visible(bought.root)[speech_path(1)] == spoken
    path.write_bytes(before)
    outcome = bought.work()
    assert bought.is_finished(), bought.said
    assert {ADJUSTED, SUBTITLES, TEXT} <= visible(bought.root).keys()
    assert outcome.charges == []


@pytest.mark.parametrize("damage", [b"[{", None])
def test_free_speech_and_its_timings_are_made_again_where_these_are_spoilt(
    told: Film, damage: bytes | None
) -> None:
    told.work()
    before = visible(told.root)
    timings = told.root / timings_path(1)
    timings.unlink()
    if damage is not None:
        timings.write_bytes(damage)
    told.work()
    assert told.is_finished(), told.said
    assert "estimated" not in told.said
    assert visible(told.root)[timings_path(1)] == before[timings_path(1)]
    assert visible(told.root)[SUBTITLES] == before[SUBTITLES]


def test_speech_that_comes_without_timings_this_time_is_not_made_again_and_again(
    told: Film,
) -> None:
    told.work()
    (told.root / timings_path(1)).unlink()

    class Careless:
        def render(self, request: Any, into: Path, progress: Any) -> None:
            into.write_bytes(sound(SPOKEN[request.scene]))

    told.specs = (
        local_engine(told.service, lengths=(1,)),
        voice(told.service, SPOKEN, factory=lambda context: Careless()),
    )
    told.work()
    assert told.is_finished(), told.said
    assert "subtitle times are estimated for scene 1" in told.said
