"""What the executor's tests do to a film before or while it is worked on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidgen_core.cli.last_line import exit_code
from vidgen_core.errors import ExitCode
from vidgen_core.executor import Outcome
from vidgen_core.executor.sent import Sent, describe
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight, Published
from vidgen_core.model import Key, Step
from vidgen_core.specs import ProviderKind

from ..fakes import PRICE, Film, answering, engine, facts_of, local_engine
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


def crash_before_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the next run die once the first clip has its name."""
    write = Journal.published

    def published(self: Journal, key: Key, file: Published) -> None:
        if key == CLIP_1:
            raise Crash
        write(self, key, file)

    monkeypatch.setattr(Journal, "published", published)


def speak(film: Film) -> None:
    """Scenes that are whole, and a narration to be written and spoken for money."""
    for n in (1, 2):
        add_scene(film.root, n)
    film.specs = answering(film.service)
    film.flags = {"engine": None, "skip_narration": False, "model": "words", "tts": "voice"}


def lost(film: Film, *, charged: bool, ability: str = "") -> InFlight:
    """Have the journal say that clip 1 was asked for, and nothing more."""
    with film.working() as run:
        task = run.planning(run.listing, run.journal.ledger, run.options).by_key[CLIP_1]
        begun = InFlight(
            key=CLIP_1,
            take=1,
            provider="paid",
            kind=ProviderKind.VIDEO_ENGINE,
            token="t0ken",
            seconds=1.0,
            since=5.0,
            price=PRICE,
        )
        assert task.request is not None
        sent = Sent(provider="paid", request=task.request)
        run.directory.write_state(".vidgen/requests/clip-1-1-1.json", describe(sent))
        run.journal.intent(begun)
        if charged:
            film.service.charge(facts_of(task.request), begun.token)
    return begun
