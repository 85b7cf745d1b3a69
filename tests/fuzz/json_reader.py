"""JSON from anywhere: read as the standard library reads it, or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from vidgen_core.errors import InputError
from vidgen_core.ledger import InFlight, Published
from vidgen_core.script_files import load_environments, load_timings
from vidgen_core.serialize import dump_storyboard, load_storyboard, record_from_json
from vidgen_core.specs import Price
from vidgen_core.strict_json import MAX_DEPTH, Misread, parse_json, place_of

NAME = "scenes_20240101_000000.json"


def one_input(data: bytes) -> None:
    """Check the laws of all readers of JSON on one file."""
    value = _read(parse_json, data)
    if value is not None:
        (read,) = value
        assert read == json.loads(data.decode(json.detect_encoding(data)))
        assert json.loads(json.dumps(read, allow_nan=False)) == read
        assert _depth(read) <= MAX_DEPTH
        _check_places(data, read)
        for cls in (Published, InFlight, Price):
            _check_record(read, cls)
    for reader in (load_timings, load_environments):
        _read(reader, data)
    scenes = _read(load_storyboard, data)
    if scenes is not None:
        assert value is not None
        written = dump_storyboard(scenes[0])
        assert load_storyboard(written, NAME) == scenes[0]
        assert dump_storyboard(load_storyboard(written, NAME)) == written


def _read(reader: Callable[[bytes, str], Any], data: bytes) -> tuple[Any] | None:
    """Return what is read, or ``None`` where it is refused in one line about this file."""
    try:
        return (reader(data, NAME),)
    except InputError as error:
        message = error.message
        assert message.startswith(f"{NAME}: ")
        assert message.isprintable(), message
        if isinstance(error, Misread):
            assert 0 <= error.at <= len(data)
            assert "line " in message
        return None


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, (dict, list))]:
        depth += 1
        level = [
            child for item in level for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def _check_places(data: bytes, value: Any) -> None:
    """What is there has a place, and so has what is missing: that of what lacks it."""
    way: list[str | int] = []
    while isinstance(value, (dict, list)) and value:
        step: str | int = next(iter(value)) if isinstance(value, dict) else len(value) - 1
        way.append(step)
        value = value[step]  # type: ignore[index]
    assert place_of(data, tuple(way))
    assert place_of(data, (*way, "more"))


def _check_record(value: Any, cls: type[Any]) -> None:
    try:
        record_from_json(value, cls)
    except ValueError as error:
        assert str(error)


def seeds() -> list[bytes]:
    """Return what the search begins with."""
    scene = {
        "scene_number": 1, "scene_duration": 5.5, "scene_name": "A", "narration": "B",
        "scene_physical_environment": "a beach", "scene_camera_movement": ["pan", "slow"],
    }  # fmt: skip
    values = [
        [scene, {**scene, "scene_number": "2", "scene_duration": None}],
        {"title": "x", "scenes": [{**scene, "scene_number": 3.0}]},
        [{"text": "One.", "start": 0.0, "end": 1.5}],
        {"environments": ["a beach", "a wood"]},
        {"path": "a.mp4", "size": 3, "mtime_ns": 7, "sha256": "f0", "inputs": {"a": "b"}},
        {
            "key": "clip-2-1", "take": 1, "provider": "p", "kind": "video-engine", "token": "t",
            "price": {"low": 0.5, "high": 1},
        },
    ]  # fmt: skip
    texts = ["[1e999]", "[NaN]", '{"a":1,"a":2}', "[" * 101 + "]" * 101, '["\\ud800"]']
    texts += [f"[{'9' * 400}]", '[{"text": "", "start": 0, "end": ' + "9" * 400 + "}]"]
    plain = [json.dumps(value).encode() for value in values]
    return [*plain, *map(str.encode, texts), plain[0].decode().encode("utf-16")]
