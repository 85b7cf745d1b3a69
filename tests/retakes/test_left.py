"""``vidgen collect`` where nothing needs the work any more: what it fetches, leaves and says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.errors import ExitCode, Unavailable
from vidgen_core.journal import read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.protocols import JobRef, Ready
from vidgen_core.specs import SoundEngineSpec, SpeechEngineSpec

from ..fakes import PRICE, Service, engine
from ..run_directories import contents, everything, sound, video
from .studio import PLAIN, Studio, takes

DOWN = Unavailable("the service is down")
CLIP_2 = Key(Step.CLIP, 2, 1)


class Orchestra:
    """A service that sounds or speaks, for money."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def submit(self, request: Any, token: str) -> JobRef:
        self.service.called("submit")
        return JobRef(id=self.service.charge({"what": "sound", "scene": 1}, token), facts={})

    def poll(self, job: JobRef) -> Ready:
        self.service.called("poll")
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        self.service.called("fetch")
        into.write_bytes(sound(0.5))


@pytest.fixture
def orchestra(studio: Studio, tmp_path: Path) -> Service:
    """A paid sound engine and a paid voice, both called ``plays``."""
    service = Service(folder=tmp_path / "orchestra")
    for kind in (SoundEngineSpec, SpeechEngineSpec):
        studio.specs.append(
            kind(
                name="plays",
                summary="plays",
                factory=lambda context: Orchestra(service),
                price=lambda request, options: PRICE,
            )
        )
    return service


def down(service: Service, run: Callable[[], Any]) -> Any:
    """Have *run* leave its paid jobs at *service*."""
    service.trouble["poll"] = [DOWN] * 90
    ended = run()
    service.trouble.clear()
    return ended


def edit(studio: Studio, **changes: Any) -> None:
    """Change every scene of the scenes file."""
    path = next(studio.root.glob("scenes_*.json"))
    path.write_text(json.dumps([scene | changes for scene in json.loads(path.read_text())]))


def stands_after(studio: Studio, *options: str) -> None:
    """Finish the film without what is under way; neither collect nor continue changes it."""
    ended = studio.vidgen("continue", "--no-input", *options)
    assert ended.code == 0, ended.err
    before = contents(studio.root)
    collected = studio.vidgen("collect")
    assert collected.code == 0
    assert "collecting" not in collected.err
    assert "nothing to collect: what is under way cannot be fetched" in collected.words
    assert studio.vidgen("continue", "--no-input").code == 0
    assert contents(studio.root) == before


SOUNDING = ("--yes", "--engine", "paid", "--sound-engine", "plays", "--skip-narration")
SPEAKING = ("--yes", "--engine", "paid", "--tts", "plays", "--skip-sound-effects")


def test_sounds_that_were_skipped_stay_out_of_the_film_until_they_are_asked_for(
    studio: Studio, orchestra: Service
) -> None:
    down(orchestra, lambda: studio.vidgen("continue", *SOUNDING))
    assert orchestra.count("submit") == 3
    stands_after(studio, "--skip-sound-effects")
    words = studio.vidgen("collect").words
    assert "the sound of scene 1 at plays, $0.50: the film is made without it" in words
    assert "vidgen continue DIR --sound-effects" in words
    ended = studio.vidgen("continue", "--sound-effects")
    assert ended.code == 0, ended.err
    assert orchestra.count("fetch") == 3
    assert orchestra.count("submit") == 3


def test_sounds_whose_prompts_were_emptied_stay_out_of_the_film_until_those_are_back(
    studio: Studio, orchestra: Service
) -> None:
    down(orchestra, lambda: studio.vidgen("continue", *SOUNDING))
    edit(studio, sound_effects_prompt="")
    stands_after(studio)
    assert "put the sound_effects_prompt back" in studio.vidgen("collect").words
    edit(studio, sound_effects_prompt="waves on stones")
    ended = studio.vidgen("continue", "--no-input")
    assert ended.code == 0, ended.err
    assert orchestra.count("fetch") == 3
    assert orchestra.count("submit") == 3


def test_speech_that_was_skipped_stays_out_of_the_film_until_it_is_asked_for(
    studio: Studio, orchestra: Service
) -> None:
    studio.made("--tts", "plays", "--skip-sound-effects")
    redo = ("redo", "--scene", "1", "--only", "narration", "--yes")
    assert down(orchestra, lambda: studio.vidgen(*redo)).code == ExitCode.LATER
    assert orchestra.count("submit") == 4
    stands_after(studio, "--skip-narration")
    assert "vidgen continue DIR --narration" in studio.vidgen("collect").words
    ended = studio.vidgen("continue", "--narration")
    assert ended.code == 0, ended.err
    assert orchestra.count("submit") == 4
    assert read_ledger(studio.root).in_flight == {}


def test_speech_of_a_scene_that_tells_nothing_any_more_is_fetched_and_not_heard(
    studio: Studio, orchestra: Service
) -> None:
    studio.made("--tts", "plays", "--skip-sound-effects")
    redo = ("redo", "--scene", "1", "--only", "narration", "--yes")
    assert down(orchestra, lambda: studio.vidgen(*redo)).code == ExitCode.LATER
    edit(studio, narration="")
    assert studio.vidgen("continue", "--no-input", "--skip-narration").code == 0
    assert read_ledger(studio.root).in_flight
    before = contents(studio.root)
    assert studio.vidgen("collect").code == 0
    assert read_ledger(studio.root).in_flight == {}
    assert studio.vidgen("continue", "--no-input").code == 0
    assert {path: contents(studio.root)[path] for path in before} == before


# --- keys --------------------------------------------------------------------------------------


def idle_clip(studio: Studio) -> None:
    """Have a clip of scene 2 under way, and its old scene in its place."""
    studio.made(*PLAIN)
    redo = ("redo", "--scene", "2", "--yes")
    assert down(studio.service, lambda: studio.vidgen(*redo)).code == ExitCode.LATER
    away = next((studio.root / ".vidgen/replaced").rglob("scene_2_2025*.mp4"))
    away.rename(studio.root / away.name)


def test_a_key_that_only_idle_work_needs_keeps_nothing_else_back(
    studio: Studio, tmp_path: Path
) -> None:
    idle_clip(studio)
    other = Service(folder=tmp_path / "other", content=takes)
    studio.specs.append(engine(other, "other"))
    redo = ("redo", "--scene", "3", "--engine", "other", "--yes")
    assert down(other, lambda: studio.vidgen(*redo)).code == ExitCode.LATER
    studio.specs[0] = engine(studio.service, keys=("PAID_ENGINE_KEY",))
    ended = studio.vidgen("collect")
    assert ended.code == 0, ended.err
    assert "1 file collected, nothing was bought" in ended.last
    assert list(read_ledger(studio.root).in_flight) == [CLIP_2]
    assert "scene 2 clip 1 at paid, $0.50: video engine paid needs a key" in ended.words
    assert "PAID_ENGINE_KEY is not set" in ended.words


def test_idle_work_alone_whose_key_is_missing_is_named_and_nothing_is_written(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle_clip(studio)
    studio.specs[0] = engine(studio.service, keys=("PAID_ENGINE_KEY",))
    before = everything(studio.root)
    ended = studio.vidgen("collect")
    assert ended.code == 0
    assert "PAID_ENGINE_KEY is not set" in ended.words
    assert "nothing to collect: what is under way cannot be fetched" in ended.last
    assert everything(studio.root) == before
    monkeypatch.setenv("PAID_ENGINE_KEY", "a-key-of-the-tests")
    assert studio.vidgen("collect").code == 0
    assert read_ledger(studio.root).in_flight == {}


def test_idle_work_whose_engine_is_not_installed_is_named_and_no_question(studio: Studio) -> None:
    idle_clip(studio)
    studio.specs[0] = engine(studio.service, "another")
    ended = studio.vidgen("collect")
    assert ended.code == 0
    assert "scene 2 clip 1 at paid, $0.50: video engine paid is not installed" in ended.words


# --- in doubt ----------------------------------------------------------------------------------


def test_idle_work_that_its_service_does_not_list_is_named_and_ends_well(studio: Studio) -> None:
    assert not studio.killed("find").job
    away = next((studio.root / ".vidgen/replaced").rglob("scene_2_2025*.mp4"))
    away.rename(studio.root / away.name)
    assert studio.vidgen("continue", "--no-input").code == 0
    asked = studio.service.count("submit")
    for _ in range(2):
        ended = studio.vidgen("collect")
        assert ended.code == 0, ended.err
        assert "scene 2 clip 1 at paid, $0.50: it may have been charged" in ended.words
        assert "your account with paid tells" in ended.words
        assert "vidgen collect" not in ended.last
    assert studio.vidgen("collect", "--json").json["exit_code"] == 0
    assert studio.service.count("submit") == asked


def test_needed_work_that_its_service_does_not_list_stays_a_question(studio: Studio) -> None:
    assert not studio.killed("find").job
    ended = studio.vidgen("collect")
    assert ended.code == ExitCode.DECISION
    assert "not all is collected: scene 2 clip 1: paid does not list" in ended.last


def test_idle_work_at_a_service_that_is_down_is_left_to_another_time(studio: Studio) -> None:
    idle_clip(studio)
    ended = down(studio.service, lambda: studio.vidgen("collect"))
    assert ended.code == ExitCode.LATER
    assert f"vidgen collect {studio.root}" in ended.last


# --- a clip put in the place of a job ----------------------------------------------------------


def test_a_job_beside_other_clips_is_had_without_buying_those_again(studio: Studio) -> None:
    edit(studio, scene_duration=2)
    polls: list[int] = []

    def from_the_second_on() -> None:
        polls.append(1)
        if len(polls) > 1:
            raise DOWN

    studio.service.trouble["poll"] = [from_the_second_on] * 60
    studio.vidgen("continue", "--yes", "--engine", "paid", *PLAIN)
    studio.service.trouble.clear()
    second = Key(Step.CLIP, 1, 2)
    assert second in read_ledger(studio.root).in_flight
    place = "scene_1_all_vid_20250131_120000/scene_1_vid_2_20250131_120000.mp4"
    (studio.root / place).write_bytes(video(7))
    assert studio.vidgen("continue", "--yes").code == 0
    bill = studio.service.bill()
    words = studio.vidgen("continue", "--no-input").words
    assert "vidgen redo DIR --scene 1" not in words
    built = ("scene_1_20250131_120000.mp4", "final_video_20250131_120000.mp4")
    assert f"move {place}, {built[0]}, {built[1]} away, then vidgen continue DIR" in words
    for path in (place, *built):
        (studio.root / path).unlink()
    ended = studio.vidgen("continue", "--no-input")
    assert ended.code == 0, ended.err
    assert second not in read_ledger(studio.root).in_flight
    assert studio.service.bill() == bill


def test_what_agrees_to_all_of_it_comes_with_the_price_of_all_of_it(studio: Studio) -> None:
    ended = studio.vidgen("continue", "--engine=paid", "--no-input", *PLAIN)
    assert "it would cost $0.50, and nobody agreed to that" in ended.last
    assert "; all that is to be bought: $1.50; nothing was charged" in ended.last.replace(
        "0 files made, ", ""
    )
