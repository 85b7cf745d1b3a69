"""A whole film from a script: the real command, the real SDKs, a service in Gemini's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gemini_questions import EXTRA, KEY, SCRIPT, SDKS

from vidgen_core import Kind
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Service

pytest.importorskip("vidgen_local", reason="vidgen-local makes the rest of these films")


def vidgen(
    service: Service, here: Path, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in *here* with only what it needs of the environment."""
    environment = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    environment |= service.environment | {"GEMINI_API_KEY": KEY, **more}
    return subprocess.run(
        [sys.executable, "-m", "vidgen_core", *arguments],
        cwd=here,
        env={**environment, "HOME": str(here)},
        capture_output=True,
        text=True,
        timeout=110,
    )


def generate(
    service: Service, here: Path, *more: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Make a film of two scenes, small ones, by Gemini's words."""
    (here / "script.txt").write_text(SCRIPT, encoding="utf-8")
    small = ("--max-scenes", "2", "--resolution", "160x90", "--yes")
    asked = ("generate", "script.txt", "--model", "gemini", "--skip-sound-effects")
    return vidgen(service, here, *asked, *small, *more, **environment)


def film_in(here: Path) -> Path:
    (film,) = here.glob("generated_videos/video_*")
    return film


def posts(service: Service) -> int:
    return sum(one.method == "POST" for one in service.requests())


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@SDKS
def test_words_by_either_package_become_a_film(service: Service, here: Path, sdk: str) -> None:
    done = generate(service, here, "--skip-narration", "--set", f"gemini.sdk={sdk}")
    assert done.returncode == 0, done.stderr
    (final,) = film_in(here).glob("final_video_*.mp4")
    assert probe(final, Kind.VIDEO).verdict is Verdict.WHOLE
    assert posts(service) == len(service.bill) == 3
    (file,) = film_in(here).glob("scenes_*.json")
    assert [scene["scene_number"] for scene in json.loads(file.read_text())] == [1, 2]
    agents = {one.headers["x-goog-api-client"].split("/")[0] for one in service.requests()}
    assert agents == {"google-genai-sdk"} if sdk == "genai" else {"gl-python"}


@EXTRA
def test_words_pictures_and_voices_by_gemini_hold_no_key(service: Service, here: Path) -> None:
    by_gemini = ("--image-generator", "gemini", "--first-frame-image-gen", "--tts", "gemini")
    done = generate(service, here, *by_gemini, "--set", "gemini.sdk=genai")
    assert done.returncode == 0, done.stderr
    (final,) = film_in(here).glob("final_video_*.mp4")
    assert probe(final, Kind.VIDEO).verdict is Verdict.WHOLE
    assert len(list(film_in(here).glob("scene_*_all_vid_*/scene_*_first_frame.jpg"))) == 2
    assert len(list(film_in(here).glob("scene_*_all_vid_*/scene_*_narration_*.mp3"))) == 2
    assert posts(service) == len(service.bill) == 3 + 2 + 2
    written = [path.read_bytes() for path in here.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in text for text in written)
    assert KEY not in done.stdout + done.stderr


def test_an_answer_that_was_cut_off_is_asked_for_once_more(service: Service, here: Path) -> None:
    service.trouble("gemini.generate", "max-tokens")
    done = generate(service, here, "--metadata-only")
    assert done.returncode == 0, done.stderr
    assert posts(service) == len(service.bill) == 4


def test_what_gemini_refuses_is_said_and_not_asked_for_again(service: Service, here: Path) -> None:
    service.trouble("gemini.generate", "blocked", times=None)
    done = generate(service, here, "--metadata-only")
    assert done.returncode == 3, done.stderr
    assert "PROHIBITED_CONTENT" in done.stderr
    assert 1 <= posts(service) <= 2  # places and scenes; neither is asked for twice


def test_a_lost_answer_is_a_question_and_not_asked_for_again(service: Service, here: Path) -> None:
    service.trouble("gemini.generate", "drop", times=None)
    done = generate(service, here, "--metadata-only")
    assert done.returncode == 10, done.stderr
    asked = posts(service)
    assert asked == len(service.bill)
    again = vidgen(service, here, "continue", str(film_in(here)), "--yes")
    assert again.returncode == 10, again.stderr
    assert posts(service) == asked


@pytest.mark.parametrize(("key", "code"), [("", 4), ("wrong-key", 4), ("no-credit", 6)])
def test_no_key_a_wrong_one_and_an_empty_account_end_differently(
    service: Service, here: Path, key: str, code: int
) -> None:
    done = generate(service, here, "--metadata-only", GEMINI_API_KEY=key)
    assert done.returncode == code, done.stderr
    assert not service.bill


def test_the_second_key_is_taken_where_the_first_is_not_set(service: Service, here: Path) -> None:
    done = generate(service, here, "--metadata-only", GEMINI_API_KEY="", GOOGLE_API_KEY=KEY)
    assert done.returncode == 0, done.stderr
