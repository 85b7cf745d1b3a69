"""A plugin for benchmarks: any script is a film of scenes of about a second and a half.

The clips are those of the offline engine, which is only declared with shorter
lengths. ``long_film.py`` puts it on the path of the ``vidgen`` that it starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import evolve

import vidgen_local
from vidgen_core import (
    Context,
    EnvironmentsRequest,
    PlacedScenesRequest,
    Progress,
    Scene,
    ScenesRequest,
    ScriptModelSpec,
    VideoEngineSpec,
    dump_environments,
    dump_scenes,
    dump_scenes_without_environment,
    hookimpl,
)

NAME = "brief"
LENGTHS = (1.5, 3)
PLACES = ("A stormy sea at night.", "A pine forest in the snow.", "A desert at noon.")


class Brief:
    """Writes ``most`` scenes of a second, which grow to hold the few words spoken in them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def render(
        self,
        request: EnvironmentsRequest | ScenesRequest | PlacedScenesRequest,
        into: Path,
        progress: Progress,
    ) -> None:
        into.write_bytes(written(request))


def written(request: EnvironmentsRequest | ScenesRequest | PlacedScenesRequest) -> bytes:
    match request:
        case EnvironmentsRequest():
            return dump_environments(PLACES[: request.most])
        case ScenesRequest():
            return dump_scenes_without_environment([scene(n) for n in range(1, request.most + 1)])
        case PlacedScenesRequest():
            places = request.environments
            return dump_scenes(
                evolve(scene, environment=places[number % len(places)])
                for number, scene in enumerate(request.scenes)
            )


def scene(number: int) -> Scene:
    return Scene(
        number=number,
        duration=1.0,
        name=f"Scene {number}",
        movement="a traveller walks on alone",
        camera="the camera pans slowly to the right",
        sound_prompt="strong wind, slow footsteps",
        narration=f"Scene {number}.",
    )


@hookimpl
def vidgen_script_models() -> Iterable[ScriptModelSpec]:
    yield ScriptModelSpec(name=NAME, summary="as many scenes as there may be", factory=Brief)


@hookimpl
def vidgen_video_engines() -> Iterable[VideoEngineSpec]:
    for spec in vidgen_local.vidgen_video_engines():
        yield evolve(spec, name=NAME, lengths=LENGTHS)
