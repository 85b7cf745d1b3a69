"""From a model's answer to the file that a run directory keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from attrs import evolve

from vidgen_core.errors import BadOutput, Billed, InputError
from vidgen_core.model import Scene
from vidgen_core.pace import most_characters, word_count
from vidgen_core.script_answers.asking import COMPLETE, comes_in_parts, most_now
from vidgen_core.script_answers.found import json_in
from vidgen_core.script_answers.shapes import (
    Choices,
    ToldNarration,
    ToldPlaces,
    ToldScene,
    ToldScenes,
    checked,
)
from vidgen_core.script_answers.wording import TEXTS, clean, durations_of, most_words_of
from vidgen_core.script_files import (
    dump_environments,
    dump_scenes,
    dump_scenes_without_environment,
)
from vidgen_core.specs import (
    EnvironmentsRequest,
    NarrationTextRequest,
    PlacedScenesRequest,
    ScenesRequest,
    ScriptRequest,
)

T = TypeVar("T")

_LONGEST_FAULT = 300


def file_of(text: str, request: ScriptRequest, kept: bytes = b"") -> bytes:
    """Return the file that *request* asks for, from the *text* that a model answered.

    *kept*: the whole answer as it is stored: lines and columns are counted in it.
    Raises ``BadOutput`` with the place of what is wrong; the answer was paid for.
    """
    try:
        match request:
            case EnvironmentsRequest():
                return dump_environments(_environments(text, request, kept))
            case ScenesRequest():
                return dump_scenes_without_environment(
                    [*request.told, *_scenes(text, request, kept)[0]]
                )
            case PlacedScenesRequest():
                return dump_scenes(_placed(text, request, kept))
            case NarrationTextRequest():
                narration = _told(text, "narration", ToldNarration, kept).narration
                return narration.encode() + b"\n"
    except InputError as error:
        raise bad_answer(error.message) from None


def rest_of(text: str, request: ScriptRequest, kept: bytes = b"") -> ScriptRequest | None:
    """Return what is still to be asked for after *text* answered *request*; ``None``: nothing.

    Only the scenes of a long film come in parts. Raises ``BadOutput`` as :func:`file_of`.
    """
    if not isinstance(request, ScenesRequest):
        return None
    try:
        scenes, complete = _scenes(text, request, kept)
    except InputError as error:
        raise bad_answer(error.message) from None
    told = (*request.told, *scenes)
    if complete or len(told) >= request.most:
        return None
    return evolve(request, told=told, fault="")


def bad_answer(why: str) -> BadOutput:
    """Return the error for an answer that cannot be used, and was paid for."""
    return BadOutput(clean(why)[:_LONGEST_FAULT], billed=Billed.YES)


def _told(text: str, key: str, shape: type[T], kept: bytes) -> T:
    value: Any = json_in(text, key, kept)  # or the array alone that this key would hold
    return checked({key: value} if isinstance(value, list) else value, shape)


def _environments(text: str, request: EnvironmentsRequest, kept: bytes) -> Sequence[str]:
    places = _told(text, "environments", ToldPlaces, kept).environments
    different = list(dict.fromkeys(places))
    if len(different) > request.most:
        raise InputError(f"it describes {len(different)} places, at most {request.most} are taken")
    return different


def _scenes(text: str, request: ScenesRequest, kept: bytes) -> tuple[list[Scene], bool]:
    """Return the scenes of an answer, numbered on, and whether they are the last."""
    told = _told(text, "scenes", ToldScenes, kept)
    different = list(dict.fromkeys(told.scenes))
    numbers = [scene.number for scene in different]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise InputError(f"it tells two different scenes {twice}")
    now = most_now(request)
    if len(different) > now:
        raise InputError(f"it tells {len(different)} scenes, at most {now} are taken")
    in_order = sorted(different, key=lambda scene: scene.number)
    _check_progress(in_order, request)
    _check_narration(in_order, request)
    complete = _is_complete(told.complete, len(different), request)
    if not complete and len(different) < now:
        raise InputError(
            f"it tells {len(different)} scenes of {now} and says that the script goes on"
        )
    seconds = durations_of(request)
    first = len(request.told) + 1
    scenes = [_scene(scene, number, seconds) for number, scene in enumerate(in_order, start=first)]
    return scenes, complete


def _check_progress(scenes: Sequence[ToldScene], request: ScenesRequest) -> None:
    """Raise ``InputError`` where a part of a film tells mostly what was told before.

    One scene may look like another, such as a black picture.
    """
    before = {(scene.movement, scene.narration): scene.number for scene in request.told}
    again = [before.get((scene.movement, scene.narration)) for scene in scenes]
    known = [number for number in again if number is not None]
    if 2 * len(known) > len(scenes):
        raise InputError(
            f"it tells scene {known[0]} again, and is to go on after scene {len(request.told)}"
        )


def _check_narration(scenes: Sequence[ToldScene], request: ScenesRequest) -> None:
    """Raise ``InputError`` where more is spoken in a scene than its price was reckoned for."""
    words = most_words_of(request)
    characters = most_characters(words)
    faults = []
    for scene in scenes:
        told = f"scene {scene.number} is narrated in"
        if (count := word_count(scene.narration)) > words:
            faults.append(f"{told} {count} words, at most {words} are taken")
        elif (count := len(scene.narration)) > characters:
            faults.append(f"{told} {count} characters, at most {characters} are taken")
    if faults:
        raise InputError("; ".join(faults))


def _is_complete(said: bool | None, count: int, request: ScenesRequest) -> bool:
    """Return whether the script is told to its end; an answer that is full has to say so."""
    is_full = count == most_now(request) and len(request.told) + count < request.most
    if said is None and is_full and comes_in_parts(request):
        raise InputError(f"it does not say whether the script goes on: {COMPLETE} is missing")
    return said is not False


def _scene(told: ToldScene, number: int, durations: Sequence[float]) -> Scene:
    """Return a scene that lasts as its engine can: no shorter than it was told to, if it can."""
    fitting = (each for each in durations if each >= told.duration - 1e-6)
    texts = {attribute: str(getattr(told, attribute)) for attribute in TEXTS}
    texts["name"] = texts["name"] or f"Scene {number}"
    # Silence is said, too: else a narration would be written for the whole film.
    source = {} if texts["narration"] else {TEXTS["narration"]: ""}
    return Scene(number=number, duration=next(fitting, durations[-1]), source=source, **texts)


def _placed(text: str, request: PlacedScenesRequest, kept: bytes) -> list[Scene]:
    choices = _told(text, "places", Choices, kept).places
    places: dict[int, int] = {}
    for choice in choices:
        if places.setdefault(choice.scene, choice.place) != choice.place:
            raise InputError(f"it puts scene {choice.scene} into two places")
        if choice.place > len(request.environments):
            raise InputError(
                f"it puts scene {choice.scene} into place {choice.place} "
                f"of {len(request.environments)}"
            )
    missing = [scene.number for scene in request.scenes if scene.number not in places]
    if missing:
        named = ", ".join(map(str, missing[:10]))
        raise InputError(f"it gives no place for scene {named}")
    return [
        evolve(scene, environment=request.environments[places[scene.number] - 1])
        for scene in request.scenes
    ]
