"""Films of a few scenes that the real command makes, with a service in ElevenLabs' place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from vidgen_core.testing.service import Service

#: Like nothing else that could stand in a file.
KEY = "Kp4Vw8Zs2Xn6Rb0TqLd7Gh3M"
TIMESTAMP = "20250601_120000"


def film_of(folder: Path, scenes: Sequence[tuple[str, str]]) -> Path:
    """Return a run's directory with *scenes*, each its words and its sound, and nothing else."""
    film = folder / "here" / f"video_{TIMESTAMP}"
    film.mkdir(parents=True)
    told = [
        {
            "scene_number": number,
            "scene_duration": 4,
            "scene_movement_description": text,
            "narration": text,
            "sound_effects_prompt": sound,
        }
        for number, (text, sound) in enumerate(scenes, start=1)
    ]
    (film / f"scenes_{TIMESTAMP}.json").write_text(json.dumps(told), encoding="utf-8")
    return film


def environment_of(service: Service, here: Path, **more: str) -> dict[str, str]:
    """Return only what the command needs of the environment, with *here* as its home."""
    environment = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    environment |= service.environment
    environment |= {"ELEVENLABS_API_KEY": KEY, "VIDGEN_RESOLUTION": "96x64", "HOME": str(here)}
    return {**environment, **more}


def finish(
    service: Service, film: Path, *more: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Make the film."""
    small = ("--engine", "local", "--yes")
    words = ("--tts", "elevenlabs", "--sound-engine", "elevenlabs")
    return subprocess.run(
        [sys.executable, "-m", "vidgen_core", "continue", film.name, *small, *words, *more],
        cwd=film.parent,
        env=environment_of(service, film.parent, **environment),
        capture_output=True,
        text=True,
        timeout=100,
    )
