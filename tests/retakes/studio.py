"""The commands in this process, with a paid engine of the tests and nothing of ffmpeg."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from vidgen_core.cli import main
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Step
from vidgen_core.plugins import Registry
from vidgen_core.specs import ImageGeneratorSpec, ProviderSpec, SoundEngineSpec

from ..command_line import Ended
from ..fakes import Film, Service, engine, facts_of, registry, stitcher
from ..run_directories import picture, sound, video

#: A film without speech and sounds.
PLAIN = ("--skip-narration", "--skip-sound-effects")


class Drawing:
    """An image generator on this machine."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def render(self, request: Any, into: Path, progress: Any) -> None:
        self.service.called("draw", facts_of(request)["what"])
        into.write_bytes(picture(self.service.count("draw")))


class Humming:
    """A sound engine on this machine."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def render(self, request: Any, into: Path, progress: Any) -> None:
        self.service.called("hum")
        into.write_bytes(sound(1.0, 300 + 50 * self.service.count("hum")))


def pictures(service: Service) -> ImageGeneratorSpec:
    return ImageGeneratorSpec(
        name="draws", summary="draws", factory=lambda context: Drawing(service)
    )


def sounds(service: Service) -> SoundEngineSpec:
    return SoundEngineSpec(name="hums", summary="hums", factory=lambda context: Humming(service))


def takes(job: Any) -> bytes:
    """A clip that is another one each time that it is made."""
    number = int(str(job.get("id", "job-0")).rpartition("-")[2])
    return video(1 + number % 8, 1)


class Crash(BaseException):
    """The machine stops."""


@define(eq=False)
class Studio:
    """A run directory, what is installed, and the commands."""

    root: Path
    service: Service
    capsys: pytest.CaptureFixture[str]
    specs: list[ProviderSpec] = field(factory=list)

    def installed(self) -> Registry:
        return registry(*self.specs, stitcher(self.service))

    def vidgen(self, command: str, *options: str) -> Ended:
        """Run ``vidgen COMMAND root OPTIONS``."""
        self.capsys.readouterr()
        code = main([command, str(self.root), *options])
        out, err = self.capsys.readouterr()
        assert "bug in vidgen" not in err, err
        return Ended(code=code, out=out, err=err)

    def made(self, *options: str) -> None:
        """Have the film finished."""
        ended = self.vidgen("continue", "--yes", "--engine", "paid", *options)
        assert ended.code == 0, ended.err

    def killed(self, *abilities: str) -> InFlight:
        """Have a redo of scene 2 die before its engine, which can tell so, had the order."""
        self.specs[0] = engine(self.service, abilities=frozenset(abilities))
        self.service.idempotent = "idempotent" in abilities
        self.made(*PLAIN)

        def dies(point: str) -> None:
            if point == "before submit":
                raise Crash

        self.service.at = dies
        with suppress(Crash):
            main(["redo", str(self.root), "--scene", "2", "--yes", "-q"])
        self.service.at = lambda point: None
        return read_ledger(self.root).in_flight[Key(Step.CLIP, 2, 1)]

    def films(self) -> Film:
        return Film(self.root, self.service, tuple(self.specs))

    def records(self, kind: str) -> list[Any]:
        """The journal's records of one kind."""
        lines = (self.root / ".vidgen/journal.jsonl").read_text().splitlines()
        return [record for record in map(json.loads, lines) if record["kind"] == kind]


def without_scene(studio: Studio, number: int) -> None:
    """Take a scene out of the scenes file."""
    path = next(studio.root.glob("scenes_*.json"))
    scenes = json.loads(path.read_text())
    path.write_text(json.dumps([scene for scene in scenes if scene["scene_number"] != number]))
