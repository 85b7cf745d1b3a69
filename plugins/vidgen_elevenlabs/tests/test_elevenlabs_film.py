"""A whole film from its scenes: the real command, the real SDK, a service in ElevenLabs' place."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from elevenlabs_films import KEY, TIMESTAMP, film_of, finish

from vidgen_core import Kind
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Service

pytest.importorskip("vidgen_local", reason="vidgen-local makes the rest of these films")

SCENES = (
    ("A lighthouse stands at sea. Its lamp is lit.", "waves on rocks"),
    ("The keeper sleeps.", "wind in a tower"),
)
ORDERS = ("elevenlabs.timed", "elevenlabs.sound")


def orders(service: Service) -> int:
    return sum(len(service.requests(route)) for route in ORDERS)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A run's directory with the scenes of a film, and nothing else yet."""
    return film_of(tmp_path, SCENES)


def test_a_film_costs_what_the_bill_says_and_holds_no_key(service: Service, film: Path) -> None:
    service.trouble("elevenlabs.timed", "429", retry_after="1")
    done = finish(service, film)
    assert done.returncode == 0, done.stderr
    whole = film / f"final_video_{TIMESTAMP}.mp4"
    assert probe(whole, Kind.VIDEO).verdict is Verdict.WHOLE
    assert len(service.bill) == 4
    (charged,) = re.findall(r"charged \$([0-9.]+)", done.stderr)
    assert float(charged) == pytest.approx(service.summed_bill()["usd"], abs=0.006)
    subtitles = next(film.glob("*.srt")).read_text("utf-8")
    assert "00:00:00,000 --> " in subtitles
    assert "The keeper sleeps." in subtitles
    timed = json.loads(next(film.glob("scene_1_*/scene_1_narration_*.json")).read_text("utf-8"))
    assert [one["text"] for one in timed] == ["A lighthouse stands at sea.", "Its lamp is lit."]
    written = [path.read_bytes() for path in film.parent.rglob("*") if path.is_file()]
    said = (done.stdout + done.stderr).encode()
    parts = [KEY[at : at + 8].encode() for at in range(len(KEY) - 7)]
    assert not [part for part in parts for text in [*written, said] if part in text]
    again = finish(service, film)
    assert again.returncode == 0, again.stderr
    assert len(service.bill) == 4


def test_speech_whose_answer_was_lost_is_fetched_and_not_ordered_twice(
    service: Service, film: Path
) -> None:
    service.trouble("elevenlabs.timed", "drop", times=2)
    done = finish(service, film, "--skip-sound-effects")
    assert done.returncode == 0, done.stderr
    assert len(service.requests("elevenlabs.timed")) == len(service.bill) == 2
    assert len(service.requests("elevenlabs.audio")) == 2
    assert len(list(film.glob("scene_*/scene_*_narration_*.json"))) == 2
    assert (film / f"final_video_{TIMESTAMP}.mp4").is_file()


def test_a_sound_whose_answer_was_lost_is_a_question(service: Service, film: Path) -> None:
    service.trouble("elevenlabs.sound", "drop", containing="waves")
    done = finish(service, film)
    assert done.returncode == 10, done.stderr
    assert "--in-doubt again" in done.stderr
    assert "adopt" not in done.stderr
    assert len(service.requests("elevenlabs.sound")) == 2
    adopted = finish(service, film, "--in-doubt", "adopt=some-sound")
    assert adopted.returncode == 2, adopted.stderr
    assert "keeps no jobs" in adopted.stderr
    again = finish(service, film, "--in-doubt", "again")
    assert again.returncode == 0, again.stderr
    assert len(service.requests("elevenlabs.sound")) == 3


def test_what_is_sent_as_a_sound_and_is_none_is_kept_and_not_ordered_again(
    service: Service, tmp_path: Path
) -> None:
    film = film_of(tmp_path, SCENES[:1])
    service.trouble("elevenlabs.sound", "no-sound")
    for _ in range(2):
        done = finish(service, film, "--skip-narration")
        assert done.returncode == 3, done.stderr
        assert "the paid answer is kept" in done.stderr
        kept = film / ".vidgen/answers/sound-1-1"
        assert kept.read_bytes().startswith(b"These words are no sound")
        assert not list(film.glob("scene_1_*/*.mp3"))
        assert len(service.requests("elevenlabs.sound")) == len(service.bill) == 1


def test_a_stored_answer_is_not_paid_for_again(service: Service, film: Path) -> None:
    code = (
        "import sys\n"
        "from vidgen_core.cli import main\n"
        "from vidgen_elevenlabs.speech import ElevenLabsSpeech\n"
        "import os\n"
        "ElevenLabsSpeech.write = lambda *given: os._exit(9)\n"
        "main(sys.argv[1:])\n"
    )
    environment = {"PATH": os.environ.get("PATH", ""), "VIDGEN_RESOLUTION": "96x64"}
    environment |= service.environment
    asking = ("continue", film.name, "--engine", "local", "--tts", "elevenlabs")
    killed = subprocess.run(
        [sys.executable, "-c", code, *asking, "--skip-sound-effects", "--yes"],
        cwd=film.parent,
        env={**environment, "HOME": str(film.parent)},
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr
    asked = orders(service)
    assert asked
    done = finish(service, film, "--skip-sound-effects")
    assert done.returncode == 0, done.stderr
    assert len(service.bill) == 2
    assert orders(service) == 2


def test_the_variable_of_older_scripts_will_do(service: Service, film: Path) -> None:
    keys = {"ELEVENLABS_API_KEY": "", "ELEVEN_LABS_API_KEY": KEY}
    done = finish(service, film, "--skip-sound-effects", **keys)
    assert done.returncode == 0, done.stderr
    assert len(service.bill) == 2


def test_without_a_key_nothing_is_begun(service: Service, film: Path) -> None:
    done = finish(service, film, ELEVENLABS_API_KEY="")
    assert done.returncode == 4
    assert "ELEVENLABS_API_KEY" in done.stderr
    assert not service.requests()


@pytest.mark.parametrize(("key", "code"), [("wrong-key", 4), ("no-credit", 6)])
def test_a_wrong_key_and_a_used_up_quota_end_differently(
    service: Service, film: Path, key: str, code: int
) -> None:
    done = finish(service, film, ELEVENLABS_API_KEY=key)
    assert done.returncode == code, done.stderr
    assert not service.bill


def test_no_more_orders_than_the_plan_allows_are_under_way(service: Service, film: Path) -> None:
    service.trouble("elevenlabs.timed", "hang", seconds=2)
    done = finish(service, film, "--skip-sound-effects", "--set", "elevenlabs.max_active=1")
    assert done.returncode == 0, done.stderr
    first, second = service.requests("elevenlabs.timed")
    assert second.time - first.time >= 2
