"""Scenes and journal records, from JSON and back.

Reading a scenes file and writing it again gives the same JSON value: keys that
vidgen does not know, their order, and spellings such as ``"5"`` for 5 survive.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from vidgen_core.errors import InputError
from vidgen_core.ledger import InFlight, Published
from vidgen_core.model import Key, Scene, Storyboard, key_from_id
from vidgen_core.specs import Price, ProviderKind
from vidgen_core.strict_json import MAX_BYTES, Way, parse_json, place_of, printable

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "ENVIRONMENT",
    "MAX_BYTES",
    "NUMBER",
    "converter",
    "dump_storyboard",
    "load_storyboard",
    "parse_json",
    "record_from_json",
    "record_to_json",
    "scene_items",
]

Record = TypeVar("Record", Published, InFlight, Price)

NUMBER = "scene_number"
DURATION = "scene_duration"
ENVIRONMENT = "scene_physical_environment"
SCENES = "scenes"

#: The text fields of a scene, and the key under which a scenes file keeps each.
TEXT_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "name": "scene_name",
        "environment": ENVIRONMENT,
        "movement": "scene_movement_description",
        "emotions": "scene_emotions",
        "camera": "scene_camera_movement",
        "style": "artistic_style",
        "sound_prompt": "sound_effects_prompt",
        "first_frame_prompt": "first_frame_prompt",
        "narration": "narration",
    }
)

LARGEST_NUMBER = 999_999_999
LONGEST_SCENE = 24 * 60 * 60
LONGEST_TEXT = 100_000

_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SPACES = " \t\r\n"


class _Wrong(ValueError):
    """A value cannot be used; ``way`` leads to it where it is known."""

    def __init__(self, sentence: str, way: Way = (), label: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.way = way
        self.label = label


def load_storyboard(data: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> Storyboard:
    """Return the scenes of the file *name* whose content is *data*, in its order.

    A bare array, or an object that keeps one under ``scenes``. Raises
    ``InputError`` with file, item, key, line and column.
    """
    value = parse_json(data, name, max_bytes=max_bytes)
    try:
        return _storyboard(value)
    except _Wrong as wrong:
        place = place_of(data, wrong.way)
        parts = [printable(name), wrong.label, place, wrong.sentence]
        raise InputError(": ".join(part for part in parts if part)) from None


def dump_storyboard(storyboard: Storyboard) -> bytes:
    """Return *storyboard* as a scenes file: UTF-8, indented, with a final newline.

    Each scene is written as its ``source``, with the fields that differ from it.
    """
    scenes = [_scene_to_json(scene) for scene in storyboard.scenes]
    value: Any = scenes
    if storyboard.wrapper is not None:
        value = {**storyboard.wrapper, SCENES: scenes}
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    # Only a lone surrogate cannot be encoded, and its escape is the JSON that it came from.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def scene_items(value: Any) -> tuple[list[Any] | None, Way]:
    """Return the array of scenes in the JSON *value*, and the way to it.

    ``None`` where there is none; what the array holds is not looked at.
    """
    if isinstance(value, list):
        return value, ()
    if isinstance(value, dict) and isinstance(value.get(SCENES), list):
        return value[SCENES], (SCENES,)
    return None, ()


def _storyboard(value: Any) -> Storyboard:
    items, way = scene_items(value)
    if items is None:
        raise _no_array(value)
    if not items:
        raise _Wrong("it holds no scenes", way)
    scenes: list[Scene] = []
    items_by_number: dict[int, int] = {}
    for index, item in enumerate(items):
        scene = _scene(item, index, (*way, index))
        first = items_by_number.setdefault(scene.number, index)
        if first != index:
            sentence = f"scene {scene.number} is item {first + 1} already"
            raise _Wrong(sentence, (*way, index, NUMBER), f"item {index + 1} ({NUMBER})")
        scenes.append(scene)
    # The array's place among the other keys is kept by an empty stand-in.
    wrapper = {key: [] if key == SCENES else other for key, other in value.items()} if way else None
    return Storyboard(scenes=tuple(scenes), wrapper=wrapper)


def _no_array(value: Any) -> _Wrong:
    if not isinstance(value, dict):
        return _Wrong(f"an array of scenes is needed, and this is {_kind_of(value)}")
    if SCENES in value:
        found = _kind_of(value[SCENES])
        return _Wrong(f'"{SCENES}" must hold an array of scenes, not {found}', (SCENES,))
    keys = ", ".join(_quoted(key) for key in list(value)[:5])
    return _Wrong(f"an array of scenes is needed, and this is an object with {keys or 'no key'}")


def _scene(item: Any, index: int, way: Way) -> Scene:
    if not isinstance(item, dict):
        label = f"item {index + 1}"
        raise _Wrong(f"a scene must be an object, and this is {_kind_of(item)}", way, label)

    if NUMBER not in item:
        raise _Wrong("the scene has no number", way, f"item {index + 1} ({NUMBER})")
    read: dict[str, Any] = {}
    for attribute, key, reader in _FIELDS:
        try:
            read[attribute] = reader(item.get(key))
        except _Wrong as wrong:
            raise _Wrong(wrong.sentence, (*way, key), f"item {index + 1} ({key})") from None
    return Scene(source=item, **read)


def _scene_to_json(scene: Scene) -> dict[str, Any]:
    written = dict(scene.source)
    if _differs(scene.number, _number, written.get(NUMBER)):
        written[NUMBER] = scene.number
    if _differs(scene.duration, _duration, written.get(DURATION)):
        whole = scene.duration is not None and float(scene.duration).is_integer()
        written[DURATION] = int(scene.duration or 0) if whole else scene.duration
    for attribute, key in TEXT_KEYS.items():
        text = getattr(scene, attribute)
        if _differs(text, _text, written.get(key)):
            written[key] = text
    return written


def _differs(ours: object, reader: Callable[[Any], object], theirs: Any) -> bool:
    try:
        return ours != reader(theirs)
    except _Wrong:
        return True


def _number(value: Any) -> int:
    """Return the scene number that *value* spells: 3, 3.0, ``"3"``."""
    number = 0
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    elif isinstance(value, str) and _DIGITS.fullmatch(value.strip(_SPACES)):
        # A scene number has nine digits; Python refuses to read one of thousands.
        number = int(value.strip(_SPACES).lstrip("0")[:20] or 0)
    if not 1 <= number <= LARGEST_NUMBER:
        raise _Wrong(
            f"{_quoted(value)} is no scene number: it must be a whole number "
            f"from 1 to {LARGEST_NUMBER}"
        )
    return number


def _duration(value: Any) -> float | None:
    """Return seconds; ``None`` where *value* says nothing."""
    if value is None:
        return None
    seconds: int | float = 0
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str):
        text = value.strip(_SPACES)
        if not text:
            return None
        seconds = float(text) if _DECIMAL.fullmatch(text) else 0
    if not 0 < seconds <= LONGEST_SCENE:
        raise _Wrong(
            f"{_quoted(value)} is no duration: it must be a number of seconds above 0, "
            f"at most {LONGEST_SCENE} (24 hours)"
        )
    return float(seconds)


def _text(value: Any) -> str:
    """Return *value* as text for prompts: no control characters, no lone surrogates."""
    text = value if isinstance(value, str) else _spoken(value)
    if len(text) > LONGEST_TEXT:
        raise _Wrong(f"a text of {len(text)} characters is too long: at most {LONGEST_TEXT}")
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", text))


#: Attribute, key and reader of each field of a scene.
_FIELDS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("number", NUMBER, _number),
    ("duration", DURATION, _duration),
    *((attribute, key, _text) for attribute, key in TEXT_KEYS.items()),
)


def _spoken(value: Any) -> str:
    """Put a value that should have been text into words: ``["pan", "slow"]`` is *pan, slow*."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(text for text in map(_spoken, value) if text)
    if isinstance(value, dict):
        pairs = ((key, _spoken(inner)) for key, inner in value.items())
        return ", ".join(f"{key}: {text}" for key, text in pairs if text)
    return str(value)


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "an array" if isinstance(value, list) else "an object"


def _quoted(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return _kind_of(value)
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= 40 else f"{text[:37]}..."


def record_to_json(record: Published | InFlight | Price) -> dict[str, Any]:
    """Return a journal record as plain JSON; outputs by their ``id``."""
    written: dict[str, Any] = converter().unstructure(record)
    return written


def record_from_json(value: Any, cls: type[Record]) -> Record:
    """Return the record of type *cls* that :func:`record_to_json` wrote.

    Fields that this version does not know are ignored, and missing ones take
    their default. Raises ``ValueError`` for a wrong type or a missing field
    that has none.
    """
    if not isinstance(value, dict):
        raise ValueError(f"a record must be an object, and this is {_kind_of(value)}")
    if cls is Published and _is_plain(value):
        return cls(**value)
    try:
        return converter().structure(value, cls)
    except KeyError as error:
        raise ValueError(f"the record lacks {error}") from None
    except (TypeError, OverflowError) as error:
        raise ValueError(f"the record has a value of the wrong type: {error}") from None


#: The types of a published file's record as vidgen writes it. A journal holds
#: hundreds of them, and checking them here takes a third of the converter's time.
_PLAIN: Mapping[str, type] = MappingProxyType(
    {
        "path": str,
        "size": int,
        "mtime_ns": int,
        "sha256": str,
        "inputs": dict,
        "provider": str,
        "distribution": str,
        "version": str,
        "prompt": str,
        "asked_seconds": float,
    }
)
_REQUIRED = frozenset({"path", "size", "mtime_ns", "sha256"})


def _is_plain(value: dict[str, Any]) -> bool:
    """Whether *value* holds just what most records hold, each of its right type."""
    if not _is_plain_shape((*value, *map(type, value.values()))):
        return False
    inputs = value.get("inputs")
    if inputs and set(map(type, inputs.values())) != {str}:
        return False
    return math.isfinite(value.get("asked_seconds", 0.0))


@lru_cache(maxsize=64)
def _is_plain_shape(names_and_types: tuple[Any, ...]) -> bool:
    """Whether these names, and then the types of their values, are those of a plain record."""
    half = len(names_and_types) // 2
    types = dict(zip(names_and_types[:half], names_and_types[half:], strict=True))
    return types.keys() >= _REQUIRED and types.items() <= _PLAIN.items()


@lru_cache(maxsize=1)
def converter() -> Converter:
    """Return the converter for journal records. Types are checked, never coerced."""
    from cattrs import Converter

    made = Converter(detailed_validation=False, omit_if_default=True)
    made.register_structure_hook(str, _checked_text)
    made.register_structure_hook(bool, _checked_flag)
    made.register_structure_hook(int, _checked_integer)
    made.register_structure_hook(float, _checked_real)
    made.register_structure_hook_func(lambda cls: cls == Mapping[str, str], _checked_texts)
    made.register_unstructure_hook_func(lambda cls: cls == Mapping[str, str], dict)
    made.register_structure_hook(Key, lambda value, _: key_from_id(_checked_text(value, str)))
    made.register_unstructure_hook(Key, lambda key: key.id)
    made.register_structure_hook(ProviderKind, lambda value, _: ProviderKind(value))
    made.register_unstructure_hook(ProviderKind, lambda kind: kind.value)
    return made


def _checked_text(value: Any, _: Any) -> str:
    if type(value) is str:
        return value
    raise ValueError(f"a text is needed, not {_kind_of(value)}")


def _checked_flag(value: Any, _: Any) -> bool:
    if type(value) is bool:
        return value
    raise ValueError(f"true or false is needed, not {_kind_of(value)}")


def _checked_integer(value: Any, _: Any) -> int:
    if type(value) is int:
        return value
    raise ValueError(f"a whole number is needed, not {_kind_of(value)}")


def _checked_real(value: Any, _: Any) -> float:
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int:
        return float(value)
    raise ValueError(f"a finite number is needed, not {_kind_of(value)}")


def _checked_texts(value: Any, _: Any) -> dict[str, str]:
    if type(value) is not dict:
        raise ValueError(f"an object of texts is needed, not {_kind_of(value)}")
    for key, text in value.items():
        _checked_text(key, str)
        _checked_text(text, str)
    return value
