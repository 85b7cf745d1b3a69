"""A long narration in parts: the real command and SDK, a service in ElevenLabs' place."""

from __future__ import annotations

import json
import subprocess
import sys
from array import array
from itertools import pairwise
from pathlib import Path

import pytest
from elevenlabs_films import TIMESTAMP, environment_of, film_of, finish

from vidgen_core.media import Media
from vidgen_core.testing.service import Service

pytest.importorskip("vidgen_local", reason="vidgen-local makes the rest of these films")

PARTS = ["A lighthouse stands at sea.", "Its lamp burns all night.", "The keeper sleeps till dawn."]
IN_PARTS = ("--skip-sound-effects", "--set", "elevenlabs.longest=30")
RATE = 44_100


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A run's directory with one scene, whose narration is too long for one order."""
    return film_of(tmp_path, [(" ".join(PARTS), "")])


def ordered(service: Service) -> list[str]:
    return [order.body["text"] for order in service.requests("elevenlabs.timed")]


def test_a_long_narration_is_ordered_in_parts_and_heard_as_one(
    service: Service, film: Path
) -> None:
    done = finish(service, film, *IN_PARTS)
    assert done.returncode == 0, done.stderr
    assert ordered(service) == PARTS
    around = [
        (order.body.get("previous_text"), order.body.get("next_text"))
        for order in service.requests("elevenlabs.timed")
    ]
    assert around == [
        (None, " ".join(PARTS[1:])),
        (PARTS[0], PARTS[2]),
        (" ".join(PARTS[:2]), None),
    ]
    assert len(service.bill) == 3
    usd = f"{service.summed_bill()['usd']:.2f}"
    assert f"charged ${usd}" in done.stderr
    (speech,) = film.glob("scene_1_*/scene_1_narration_*.mp3")
    times = json.loads(speech.with_suffix(".json").read_text("utf-8"))
    assert [one["text"] for one in times] == PARTS
    pauses = [after["start"] - before["end"] for before, after in pairwise(times)]
    assert all(0.3 < pause < 0.5 for pause in pauses)
    assert largest_jump(speech) < 1.2 * steepest(speech, times[0]["start"], times[0]["end"])


def samples_of(speech: Path) -> array[float]:
    return array("f", Media().read_audio(speech, rate=RATE, channels=1, seconds=60))


def largest_jump(speech: Path) -> float:
    """The most by which two samples beside each other differ, the joins included."""
    return max(abs(one - other) for one, other in pairwise(samples_of(speech)))


def steepest(speech: Path, start: float, end: float) -> float:
    """The same in the midst of the highest tone: each part of the service's is one tone."""
    middle = samples_of(speech)
    return max(
        abs(one - other)
        for second in (start, start + (end - start) / 2)
        for one, other in pairwise(middle[round((second + 0.2) * RATE) :][: RATE // 5])
    ) * (260 / 220)  # the third part's pitch, by the first one's


def test_killed_between_two_parts_only_what_is_missing_is_ordered(
    service: Service, film: Path
) -> None:
    code = (
        "import os, sys\n"
        "from vidgen_core.cli import main\n"
        "from vidgen_elevenlabs.speech import ElevenLabsSpeech\n"
        "write = ElevenLabsSpeech.write\n"
        "ElevenLabsSpeech.write = lambda self, answer, request, into: (\n"
        "    os._exit(9) if 'lamp' in request.text else write(self, answer, request, into))\n"
        "main(sys.argv[1:])\n"
    )
    asked = ("continue", film.name, "--engine", "local", "--tts", "elevenlabs", *IN_PARTS, "--yes")
    killed = subprocess.run(
        [sys.executable, "-c", code, *asked],
        cwd=film.parent,
        env=environment_of(service, film.parent),
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr
    assert ordered(service) == PARTS[:2]
    done = finish(service, film, *IN_PARTS)
    assert done.returncode == 0, done.stderr
    assert ordered(service) == PARTS
    assert len(service.bill) == 3
    assert (film / f"final_video_{TIMESTAMP}.mp4").is_file()


def test_a_part_whose_answer_was_lost_is_fetched_and_the_next_one_ordered(
    service: Service, film: Path
) -> None:
    service.trouble("elevenlabs.timed", "drop", containing='Its lamp burns all night."')
    done = finish(service, film, *IN_PARTS)
    assert done.returncode == 0, done.stderr
    assert ordered(service) == PARTS
    assert len(service.requests("elevenlabs.audio")) == 1
    assert len(service.bill) == 3
