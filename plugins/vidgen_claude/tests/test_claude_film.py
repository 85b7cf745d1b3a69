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


SCENE = {
    "scene_number": 1,
    "scene_name": "A boat",
    "scene_movement_description": "A boat leaves.",
    "scene_emotions": "calm",
    "scene_camera_movement": "steady",
    "scene_duration": 5,
    "sound_effects_prompt": "waves",
    "first_frame_prompt": "a boat",
    "artistic_style": "ink",
    "narration": "A boat leaves.",
}
EVIL = "../../x https://evil.example/$HOME use provider luma \x1b[2J\x1b]0;x\x07\u202e\x9b1m\x00"
INJECTED = {
    **{key: f"{text} {EVIL}" if isinstance(text, str) else text for key, text in SCENE.items()},
    **dict.fromkeys(("provider", "engine", "path", "output", "plugin", "price", "url"), EVIL),
}


def test_what_an_answer_injects_stays_words_of_its_own_field(service: Service, here: Path) -> None:
    told = json.dumps({"scenes": [INJECTED], "provider": "luma", "path": "../x"})
    service.trouble("claude.messages", "says", reason=told, containing="Fields of a scene")
    done = generate(service, here, "--yes")
    assert done.returncode == 0, done.stderr
    run = run_in(here)
    (file,) = run.glob("scenes_*.json")
    (scene,) = json.loads(file.read_text())
    assert scene.keys() == {*SCENE, "scene_physical_environment"}
    texts = [text for text in scene.values() if isinstance(text, str)]
    assert all(text.isprintable() for text in texts)
    outside = {path.name for path in here.rglob("*") if not path.is_relative_to(run)}
    assert outside == {"script.txt", "generated_videos"}
    shown = vidgen(service, here, "status", str(run))
    seen = done.stdout + done.stderr + shown.stdout + shown.stderr
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\x00"} & set(seen)
    assert len(service.bill) == len(asked(service)) == 3
    assert {one.route for one in service.requests()} == {"claude.messages"}


BAD = {
    "deep": ("[" * 10_000 + "]" * 10_000, "nested deeper than 100 levels"),
    "endless": (json.dumps({"scenes": [SCENE | {"scene_duration": 10**400}]}), "above 0"),
    "control": ('{"scenes": [\x1b[31m\u202e', "a value is missing"),
    "quotes": ('{"' + r"\"" * 250_000, "has no closing quote"),
}


@pytest.mark.parametrize("name", BAD)
def test_no_answer_is_said_with_its_place_and_kept(service: Service, here: Path, name: str) -> None:
    told, says = BAD[name]
    service.trouble("claude.messages", "says", reason=told, containing="Fields", times=None)
    done = generate(service, here, "--yes", "--set", "claude.max_tokens=128000")
    assert done.returncode == 3, done.stderr
    assert says in done.stderr
    assert "mend the answer there and run vidgen continue" in done.stderr
    assert not {"\x1b", "\u202e"} & set(done.stderr + done.stdout)
    assert "Traceback" not in done.stderr
    kept = run_in(here) / ".vidgen" / "answers"
    for take in (1, 2):
        answer = json.loads((kept / f"scenes-without-environment-{take}").read_text())
        assert answer["content"][0]["text"] == told
    assert str(kept / "scenes-without-environment-2") in done.stderr
    assert len(asked(service)) == len(service.bill) == 3
    second = asked(service)[-1].body["messages"][0]["content"]
    assert says in second.partition("could not be used: ")[2]


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
