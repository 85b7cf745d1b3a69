"""What script models and speech engines write beside the scenes file, to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve

from vidgen_core.errors import InputError
from vidgen_core.model import Scene, Storyboard, Timing
from vidgen_core.serialize import ENVIRONMENT, TEXT_KEYS, dump_storyboard
from vidgen_core.strict_json import MAX_BYTES, parse_json, printable

#: What a scene without environment tells of the scene before it, "none" in the first.
_PREVIOUS = ("movement", "emotions", "camera", "sound_prompt")
_PREVIOUS_SCENE = "previous_scene_"
_NONE = "none"
_ENVIRONMENTS = "environments"
#: No speech lasts as many seconds: it is some months.
_LONGEST = 10_000_000


def dump_scenes(scenes: Iterable[Scene]) -> bytes:
    """Return *scenes* as a scenes file."""
    return dump_storyboard(Storyboard(scenes=tuple(scenes)))


def dump_scenes_without_environment(scenes: Sequence[Scene]) -> bytes:
    """Return *scenes* as a file of scenes without environments.

    Each also holds what the scene before it does, for continuity.
    """
    written: list[dict[str, Any]] = json.loads(dump_scenes(scenes))
    before: dict[str, Any] | None = None
    for item in written:
        item.pop(ENVIRONMENT, None)
        keys = ["scene_duration", *(TEXT_KEYS[name] for name in _PREVIOUS)]
        added = {_of_previous(key): before.get(key, _NONE) if before else _NONE for key in keys}
        before = dict(item)
        item.update(added)
    return _text(written)


def without_previous(scene: Scene) -> Scene:
    """Return *scene* without what its source tells of the scene before it."""
    kept = {k: v for k, v in scene.source.items() if not k.startswith(_PREVIOUS_SCENE)}
    return evolve(scene, source=kept)


def _of_previous(key: str) -> str:
    return f"{_PREVIOUS_SCENE}{key.removeprefix('scene_')}"


def dump_environments(environments: Iterable[str]) -> bytes:
    """Return descriptions of places as an environments file."""
    return _text([{ENVIRONMENT: environment} for environment in environments])


def load_environments(data: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> tuple[str, ...]:
    """Return the places that the environments file *name* describes; raises ``InputError``."""
    value = parse_json(data, name, max_bytes=max_bytes)
    items = value.get(_ENVIRONMENTS) if isinstance(value, dict) else value
    if not isinstance(items, list) or not items:
        raise InputError(f"{printable(name)}: an array of environments is needed")
    found: list[str] = []
    for number, item in enumerate(items, start=1):
        text = item.get(ENVIRONMENT) if isinstance(item, dict) else item
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{printable(name)}: item {number}: {ENVIRONMENT} must be a text")
        found.append(text)
    return tuple(found)


def dump_timings(timings: Iterable[Timing]) -> bytes:
    """Return *timings* as the file that stands beside a spoken text."""
    return _text(
        [{"text": t.text, "start": round(t.start, 3), "end": round(t.end, 3)} for t in timings]
    )


def load_timings(data: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> tuple[Timing, ...]:
    """Return what :func:`dump_timings` wrote; raises ``InputError``."""
    value = parse_json(data, name, max_bytes=max_bytes)
    timings: list[Timing] = []
    if not isinstance(value, list):
        raise InputError(f"{printable(name)}: an array of timings is needed")
    for number, item in enumerate(value, start=1):
        timing = _timing(item)
        if timing is None or (timings and timing.start < timings[-1].start):
            raise InputError(f"{printable(name)}: item {number} is no timing")
        timings.append(timing)
    return tuple(timings)


def _timing(item: Any) -> Timing | None:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        return None
    start, end = item.get("start"), item.get("end")
    for seconds in (start, end):
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            return None
        if not 0 <= seconds <= _LONGEST:  # whole numbers may be larger than any other
            return None
    return Timing(text=item["text"], start=float(start), end=float(end)) if start <= end else None  # type: ignore[operator,arg-type]


def _text(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"
