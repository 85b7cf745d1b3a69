"""Speech by scene through a whole run: what it publishes, and what a crash leaves of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from vidgen_core.errors import JobFailed
from vidgen_core.model import Key, Step
from vidgen_core.script_files import load_timings

from ..fakes import Film, Service, local_engine, voice
from ..run_directories import TS, begin, contents, scene_object, video, visible
from ..run_paths import ADJUSTED, FILM, NARRATION, SUBTITLES, TEXT, speech_path, timings_path
from .test_crashes import in_child, watched

pytestmark = pytest.mark.usefixtures("small_pictures")

SPOKEN = {1: 0.6, 2: 1.7}


def told_film(folder: Path) -> Film:
    """Two scenes of a second each; the words of the second last longer. All is free."""
    scenes = [scene_object(n, narration=f"Scene {n} speaks. Twice.") for n in (1, 2)]
    service = Service(folder=folder / "service")
    service.content = lambda job: video(job["scene"], 1)
    film = Film(
        begin(folder, scenes),
        service,
        (local_engine(service, lengths=(1,)), voice(service, SPOKEN)),
    )
    film.flags = {"engine": "here", "tts": "voice", "skip_narration": False}
    return film


@pytest.fixture
def told(tmp_path: Path, nothing_of_this_machine: None) -> Film:
    return told_film(tmp_path)


def test_a_run_speaks_first_and_makes_the_clips_as_long_as_the_words(told: Film) -> None:
    told.work()
    assert told.is_finished(), told.said
    names = [name for name, _ in told.service.calls]
    made = [what for name, what in told.service.calls if name == "render"]
    assert names.index("speak") < names.index("render")
    assert sorted(made) == ["clip-1-1", "clip-1-2", "clip-2-1", "clip-2-2", "clip-2-3"]
    expected = {TEXT, NARRATION, ADJUSTED, SUBTITLES, FILM, speech_path(2), timings_path(2)}
    assert expected <= visible(told.root).keys()
    assert (told.root / TEXT).read_text() == "Scene 1 speaks. Twice.\n\nScene 2 speaks. Twice.\n"
    timings = load_timings((told.root / timings_path(2)).read_bytes(), "timings")
    assert timings[0].end == SPOKEN[2]
    assert "estimated" not in told.said
    assert "00:00:02" in (told.root / SUBTITLES).read_text()


def test_timings_are_named_before_the_speech_that_they_belong_to(told: Film) -> None:
    told.work()
    published = [key for kind, key in told.kinds() if kind == "published"]
    for number in (1, 2):
        timings, speech = Key(Step.SCENE_TIMINGS, number), Key(Step.SCENE_NARRATION, number)
        assert published.index(timings.id) < published.index(speech.id)


def test_timings_that_cannot_be_read_are_not_published_and_it_is_said(told: Film) -> None:
    def spoil(request, into, progress):  # type: ignore[no-untyped-def]
        speaking.render(request, into, progress)
        into.with_suffix(".json").write_bytes(b"[{}")

    spec = voice(told.service, SPOKEN)
    speaking = spec.factory(None)

    class Careless:
        render = staticmethod(spoil)

    told.specs = (told.specs[0], voice(told.service, SPOKEN, factory=lambda context: Careless()))
    told.work()
    assert told.is_finished()
    assert timings_path(1) not in visible(told.root)
    assert "subtitle times are estimated for scenes 1–2" in told.said


def test_clips_go_on_as_the_scenes_file_says_where_speech_fails(told: Film) -> None:
    def fail(request, into, progress):  # type: ignore[no-untyped-def]
        raise JobFailed("no voice")

    class Mute:
        render = staticmethod(fail)

    told.specs = (told.specs[0], voice(told.service, SPOKEN, factory=lambda context: Mute()))
    told.work()
    made = [what for name, what in told.service.calls if name == "render"]
    assert sorted(made) == ["clip-1-1", "clip-2-1"]
    assert not (told.root / FILM).exists()
    told.flags["skip_narration"] = True
    told.work()
    assert told.is_finished()


def test_a_deleted_speech_is_spoken_again_and_no_clip_is_made(told: Film) -> None:
    told.work()
    (told.root / speech_path(2)).unlink()
    told.service.calls.clear()
    told.work()
    assert told.is_finished()
    assert [call for call in told.service.calls if call[0] in ("speak", "render")] == [
        ("speak", "2")
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_killed_before_or_after_any_publish_it_ends_as_the_same_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_of_this_machine: None
) -> None:
    steps: list[str] = []
    film = told_film(tmp_path / "whole")
    with monkeypatch.context() as patch:
        watched(patch, film.service, steps.append)
        film.work(jobs=1)
    assert film.is_finished()
    wanted = contents(film.root)
    renames = [n for n, name in enumerate(steps) if TS in name or "narration" in name]
    assert len(renames) > 20
    for number in renames:
        film = told_film(tmp_path / str(number))
        left = [number]

        def step(here: str, left: list[int] = left) -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with monkeypatch.context() as patch:
            watched(patch, film.service, step)
            assert in_child(lambda film=film: film.work(jobs=1)) == signal.SIGKILL, steps[number]
        film.service.at = lambda point: None
        film.work(jobs=1)
        assert film.is_finished(), steps[number]
        assert contents(film.root) == wanted, steps[number]
