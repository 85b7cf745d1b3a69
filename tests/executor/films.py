"""What the executor's tests do to a film before or while it is worked on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vidgen_core.cli.last_line import exit_code
from vidgen_core.errors import ExitCode
from vidgen_core.executor import Outcome
from vidgen_core.model import Key, Step

from ..fakes import Film, answering, engine, local_engine
from ..run_directories import add_scene, begin, picture, put
from ..run_paths import first_frame_path

CLIP_1 = Key(Step.CLIP, 1, 1)


def use(film: Film, **changes: Any) -> None:
    """Have another paid engine installed."""
    film.specs = (engine(film.service, **changes),)


def ended(outcome: Outcome) -> ExitCode:
    """What the command would end with."""
    return exit_code(outcome)


def put_first_frames(root: Path, scenes: int) -> None:
    for n in range(1, scenes + 1):
        put(root / first_frame_path(n), picture(n))


def six_scenes(film: Film, folder: Path) -> Film:
    """Another film with the same service: six scenes that wait for no other scene's picture."""
    longer = Film(begin(folder / "six", 6), film.service, film.specs)
    put_first_frames(longer.root, 6)
    return longer


def fail_first(film: Film, call: str, *troubles: Any) -> None:
    film.service.trouble[call] = list(troubles)


def local(film: Film) -> None:
    film.flags = {"engine": "here"}
    film.specs = (local_engine(film.service),)


class Crash(BaseException):
    """The process is gone."""


def speak(film: Film) -> None:
    """Scenes that are whole, and a narration to be written and spoken for money."""
    for n in (1, 2):
        add_scene(film.root, n)
    film.specs = answering(film.service)
    film.flags = {"engine": None, "skip_narration": False, "model": "words", "tts": "voice"}
