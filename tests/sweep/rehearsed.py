"""Films by the real plugins and their SDKs, in processes that may be killed.

Services on this machine answer in place of the paid ones, and keep the books.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from vidgen_core.model import Key, Kind, Step, Verdict
from vidgen_core.probe import probe
from vidgen_core.specs import ProviderSpec
from vidgen_core.testing.service import Footage, Job, Service

from ..run_directories import begin, contents, scene_object
from .films import Place, World
from .machine import Time
from .shop import UNLISTED, splicing

#: No secret, and none that the service refuses.
KEY = "a-key-of-the-tests-0815"
#: Engines, and who draws first frames beside each.
ENGINES: Mapping[str, str] = {"luma": "luma", "ltx": "fal"}

_SCENE = re.compile(r"bay number ([0-9]+)")
_KINDS = {".mp4": Kind.VIDEO, ".jpg": Kind.IMAGE, ".png": Kind.IMAGE}


@frozen(kw_only=True)
class RealShape:
    """What a film is made of: who makes it, and the seconds of its scenes."""

    engine: str
    seconds: tuple[int, ...]
    pictures: bool = False

    def begin(self, folder: Path) -> Path:
        """Make its directory."""
        return begin(folder, scenes_of(self.seconds))

    @property
    def flags(self) -> dict[str, Any]:
        """What is asked for on the command line."""
        flags: dict[str, Any] = {"engine": self.engine, "frame_host": "fal"}
        if self.pictures:
            drawn = {"image_generator": ENGINES[self.engine], "first_frame_image_gen": True}
            return flags | drawn
        return flags


def scenes_of(seconds: tuple[float, ...]) -> list[dict[str, Any]]:
    """Scenes whose jobs tell which they are of, by their environment."""
    return [
        scene_object(n, seconds=each, scene_physical_environment=f"bay number {n}")
        for n, each in enumerate(seconds, start=1)
    ]


#: Scenes of two clips are left to one engine: another one makes them of one.
REAL_SHAPES = (
    RealShape(engine="luma", seconds=(5, 10)),
    RealShape(engine="luma", seconds=(5, 5), pictures=True),
    RealShape(engine="ltx", seconds=(6, 5)),
    RealShape(engine="ltx", seconds=(5, 5), pictures=True),
)


def real_specs(guard: Callable[[Any], Any]) -> tuple[ProviderSpec, ...]:
    """Return what luma and ltx declare, with keys in place and their calls guarded."""
    luma, ltx = pytest.importorskip("vidgen_luma"), pytest.importorskip("vidgen_ltx")
    engines = (*luma.vidgen_video_engines(), *ltx.vidgen_video_engines())
    painters = (*luma.vidgen_image_generators(), *ltx.vidgen_image_generators())
    every = (*engines, *painters, *ltx.vidgen_frame_hosts())

    def wired(spec: Any) -> Any:
        def factory(context: Any) -> Any:
            return guard(spec.factory(evolve(context, key=KEY)))

        return evolve(spec, keys=(), factory=factory)

    return (*map(wired, every), splicing())


@define(eq=False)
class ServiceTime(Time):
    """Time that passes for the service, too."""

    service: Service = field(kw_only=True)
    begun: float = field(factory=time.time, init=False)

    def waited(self, seconds: float) -> None:
        self.service.advance(seconds)

    def today(self) -> float:
        """Unix time as the service has it."""
        return time.time() + self.passed


@define(kw_only=True, eq=False)
class RealFilm:
    """A film of a shape whose clips and pictures are ordered at *service*."""

    shape: Any
    world: World
    service: Service

    def switch(self) -> None:
        """Go on with the other engine."""
        flags = self.world.flags
        flags["engine"] = next(name for name in ENGINES if name != flags["engine"])

    @property
    def usd(self) -> float:
        """What is on the bill."""
        return float(self.service.summed_bill()["usd"])

    def jobs(self) -> dict[str, Place]:
        """Every job by its id, and which scene's clip or picture it was for."""
        return {job.id: (_scene_of(job), job.is_video) for job in self.service.jobs}

    def place(self, key: Key) -> Place:
        """What the jobs for *key* are counted under."""
        return key.scene, key.step is Step.CLIP

    def can_be_asked(self) -> bool:
        """Whether the services can say what became of a submit: fal cannot."""
        return not any(name in ("ltx", "fal") for name in self.world.flags.values())

    def strange(self, expected: Mapping[str, str]) -> list[str]:
        """Return the files that are none of those *expected*, or not whole."""
        return [
            name
            for name in contents(self.world.root)
            if name not in expected or not _is_whole(self.world.root / name)
        ]

    def __str__(self) -> str:
        return f"{self.shape}, a real one"


def _scene_of(job: Job) -> int:
    found = _SCENE.search(str(job.request.get("prompt")))
    assert found, job.request
    return int(found[1])


def _is_whole(path: Path) -> bool:
    kind = _KINDS.get(path.suffix)
    return kind is None or probe(path, kind).verdict is Verdict.WHOLE


def real_film(folder: Path, shape: Any, service: Service, *, at_once: bool = True) -> RealFilm:
    """Begin a film of *shape* at *service*."""
    folder.mkdir(parents=True)
    clock = ServiceTime(service=service)
    world = World(
        root=shape.begin(folder),
        time=clock,
        specs=real_specs,
        flags=shape.flags,
        at_once=at_once,
        today=clock.today,
    )
    return RealFilm(shape=shape, world=world, service=service)


def hide_new_jobs(service: Service, dice: random.Random) -> None:
    """Have Luma list its jobs only some time after they were ordered."""
    for route in ("luma.video", "luma.image"):
        service.trouble(route, "unlisted", times=None, seconds=dice.uniform(0, UNLISTED))


@contextmanager
def at_service(folder: Path, footage: Footage) -> Iterator[Service]:
    """Yield a service whose jobs are done at once, and where the providers are led to."""
    with (
        Service(folder, delay=0, footage=footage) as service,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in service.environment.items():
            patch.setenv(name, value)
        yield service
