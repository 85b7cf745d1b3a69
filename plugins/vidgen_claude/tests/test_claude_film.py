"""A script becomes scenes: the real command, the real SDK, a service in Anthropic's place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from claude_questions import KEY, SCRIPT, asked

from vidgen_core.testing.service import Service

pytest.importorskip("vidgen_local", reason="scenes are written for clips of vidgen-local")


def vidgen(
    service: Service, here: Path, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in *here* with only what it needs of the environment."""
    environment = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    environment |= service.environment | {"ANTHROPIC_API_KEY": KEY, **more}
    return subprocess.run(
        [sys.executable, "-m", "vidgen_core", *arguments],
        cwd=here,
        env={**environment, "HOME": str(here)},
        capture_output=True,
        text=True,
        timeout=100,
    )


def generate(
    service: Service, here: Path, *more: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    (here / "script.txt").write_text(SCRIPT, encoding="utf-8")
    words = ("generate", "script.txt", "--model", "claude", "--metadata-only")
    return vidgen(service, here, *words, *more, **environment)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def run_in(here: Path) -> Path:
    (only,) = (here / "generated_videos").iterdir()
    return only


def answers(run: Path) -> list[str]:
    return sorted(path.name for path in (run / ".vidgen" / "answers").iterdir())


def test_a_script_becomes_scenes_within_the_price_and_no_key_is_written(
    service: Service, here: Path
) -> None:
    done = generate(service, here, "--max-cost", "1")
    assert done.returncode == 0, done.stderr
    run = run_in(here)
    (scenes,) = run.glob("scenes_*.json")
    told = json.loads(scenes.read_text())
    assert [each["scene_number"] for each in told] == [1, 2, 3]
    assert all(each["scene_physical_environment"] for each in told)
    assert answers(run) == ["environments-1", "scenes-1", "scenes-without-environment-1"]
    assert len(service.bill) == 3
    written = [path.read_bytes() for path in here.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in text for text in written)
    assert KEY not in done.stdout + done.stderr


def test_an_answer_that_cannot_be_used_is_repaired_by_one_question_more(
    service: Service, here: Path
) -> None:
    service.trouble("claude.messages", "half", containing="Fields of a scene")
    done = generate(service, here, "--yes")
    assert done.returncode == 0, done.stderr
    assert "is asked on: the answer: line 1" in done.stderr
    assert len(asked(service)) == len(service.bill) == 4
    assert "scenes-without-environment-2" in answers(run_in(here))


def test_what_cannot_be_repaired_is_kept_and_not_asked_for_a_third_time(
    service: Service, here: Path
) -> None:
    service.trouble("claude.messages", "says", reason="no", containing="Fields", times=None)
    done = generate(service, here, "--yes")
    assert done.returncode == 3, done.stderr
    run = run_in(here)
    kept = run / ".vidgen" / "answers" / "scenes-without-environment-2"
    assert str(kept) in done.stderr
    assert len(asked(service)) == 3
    again = vidgen(service, here, "continue", str(run), "--yes", "--engine", "local")
    assert again.returncode == 3, again.stderr
    assert len(asked(service)) == 3
    # The answer is the user's to mend: what stands in it now is read like any other.
    message = json.loads(kept.read_text())
    scene = {"scene_number": 1, "scene_duration": 5, "scene_movement_description": "A boat."}
    message["content"] = [{"type": "text", "text": json.dumps({"scenes": [scene]})}]
    kept.write_text(json.dumps(message))
    mended = vidgen(service, here, "continue", str(run), "--yes", "--dry-run")
    assert "scenes" in mended.stderr + mended.stdout


def test_a_refusal_is_told_in_claudes_words(service: Service, here: Path) -> None:
    service.trouble("claude.messages", "refusal", times=None)
    done = generate(service, here, "--yes")
    assert done.returncode == 3, done.stderr
    assert "asks for what this model does not write" in done.stderr
    assert len(asked(service)) == 2  # places and scenes, at the same time


def test_a_lost_answer_is_a_question_and_not_asked_again(service: Service, here: Path) -> None:
    service.trouble("claude.messages", "drop", containing="Describe the places")
    done = generate(service, here, "--yes")
    assert done.returncode == 10, done.stderr
    again = vidgen(service, here, "continue", str(run_in(here)), "--yes", "--engine", "local")
    assert again.returncode == 10, again.stderr
    assert len(asked(service)) == len(service.bill) == 2


@pytest.mark.parametrize(("key", "code"), [("wrong-key", 4), ("no-credit", 6), ("", 4)])
def test_a_wrong_key_an_empty_account_and_no_key_end_differently(
    service: Service, here: Path, key: str, code: int
) -> None:
    done = generate(service, here, "--yes", ANTHROPIC_API_KEY=key)
    assert done.returncode == code, done.stderr
    assert not service.bill
