"""What an answer has to hold, checked by cattrs with the place of each fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from attrs import field, fields_dict, frozen

from vidgen_core.errors import InputError
from vidgen_core.script_answers.wording import DURATION, NUMBER, PLACE, TEXTS, clean

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

LONGEST_TEXT = 4000
LONGEST_NARRATION = 200_000
#: No film has more: what is longer is no list of what was asked for.
_LONGEST_LIST = 2000
_MOST_FAULTS = 3
_LONGEST_SCENE = 24 * 60 * 60

_SECONDS = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(?:s|sec|seconds)?\s*", re.IGNORECASE)
_WHOLE = re.compile(r"\s*([0-9]{1,9})\s*")


class Words(str):
    """A text of a model: cleaned, on one line, and of a bounded length."""

    __slots__ = ()


class Telling(Words):
    """A text that may not be empty."""

    __slots__ = ()


class Long(str):
    """The narration of a whole film: paragraphs are kept."""

    __slots__ = ()


class Seconds(float):
    """A duration above 0."""

    __slots__ = ()


class Count(int):
    """A whole number from 1."""

    __slots__ = ()


_EMPTY = Words("")


@frozen(kw_only=True)
class ToldScene:
    """One scene as a model tells it. Everything else that it says of the scene is left out."""

    number: Count
    duration: Seconds
    movement: Telling
    name: Words = _EMPTY
    emotions: Words = _EMPTY
    camera: Words = _EMPTY
    style: Words = _EMPTY
    sound_prompt: Words = _EMPTY
    first_frame_prompt: Words = _EMPTY
    narration: Words = _EMPTY


@frozen(kw_only=True)
class ToldScenes:
    """Scenes, and whether the script is told to its end with them; ``None``: it is not said."""

    scenes: list[ToldScene]
    complete: bool | None = None


@frozen(kw_only=True)
class ToldPlaces:
    """Descriptions of places."""

    environments: list[Telling]


@frozen(kw_only=True)
class Choice:
    """Which place a scene plays in, both by their numbers."""

    scene: Count
    place: Count


@frozen(kw_only=True)
class Choices:
    """The places of all scenes."""

    places: list[Choice]


@frozen(kw_only=True)
class ToldNarration:
    """What is spoken over a film."""

    narration: Long = field()


_KEYS = {**TEXTS, "number": NUMBER, "duration": DURATION, "scene": NUMBER, "place": PLACE}
_LAST = re.compile(r"(?<=\.)\w+$")


def checked(value: Any, shape: type[T]) -> T:
    """Return *value* as a *shape*; raises ``InputError`` with the place of what is wrong."""
    from cattrs import transform_error

    try:
        return _converter().structure(value, shape)
    except Exception as error:
        told = transform_error(error, path="answer", format_exception=_sentence)
    more = len(told) - _MOST_FAULTS
    faults = "; ".join(clean(_LAST.sub(_as_key, each)) for each in told[:_MOST_FAULTS])
    raise InputError(faults + (f"; and {more} more" if more > 0 else ""))


@lru_cache(maxsize=1)
def _converter() -> Converter:
    from cattrs import Converter
    from cattrs.gen import make_dict_structure_fn, override

    made = Converter()
    hooks: dict[type, Callable[[Any, Any], Any]] = {
        Words: _words,
        Telling: _telling,
        Long: _long,
        Seconds: _seconds,
        Count: _count,
        bool: _flag,
    }
    for shape, hook in hooks.items():
        made.register_structure_hook(shape, hook)
    make: Any = make_dict_structure_fn  # its overrides go by any name, which it cannot type
    for shape in (ToldScene, Choice):
        names = {name: override(rename=_KEYS[name]) for name in fields_dict(shape)}
        made.register_structure_hook(shape, _an_object(make(shape, made, **names)))
    for inner in (ToldScene, Choice, Telling):
        made.register_structure_hook_func(partial(_is_list_of, inner), _bounded_list(made, inner))
    return made


def _as_key(found: re.Match[str]) -> str:
    """Return the key of the JSON for an attribute's name at the end of a place."""
    return _KEYS.get(found[0], found[0])


class _Wrong(ValueError):
    """A value is not what it should be; says what is needed."""


def _an_object(structure: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def check(value: Any, cls: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong(f"an object is needed, not {_kind(value)}")
        return structure(value, cls)

    return check


def _is_list_of(inner: type, cls: Any) -> bool:
    return get_origin(cls) is list and get_args(cls) == (inner,)


def _bounded_list(made: Converter, inner: type) -> Callable[[Any, Any], Any]:
    """Return a hook for a list of *inner*, whose faults name the item, counted from 0."""
    from cattrs import IterableValidationError
    from cattrs.errors import IterableValidationNote

    def check(value: Any, cls: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _Wrong(f"an array is needed, not {_kind(value)}")
        if not value:
            raise _Wrong("at least one is needed")
        if len(value) > _LONGEST_LIST:
            raise _Wrong(f"{len(value)} are too many")
        kept: list[Any] = []
        faults: list[Exception] = []
        for index, item in enumerate(value):
            try:
                kept.append(made.structure(item, inner))
            except Exception as error:
                error.add_note(IterableValidationNote(f"item {index}", index, inner))
                faults.append(error)
        if faults:
            raise IterableValidationError("while reading an array", faults, cls)
        return kept

    return check


def _sentence(error: BaseException, kind: type | None) -> str:
    """Say what is wrong at one place."""
    if isinstance(error, KeyError):
        return "it is missing"
    if isinstance(error, _Wrong):
        return str(error)
    return "it is not what was asked for"


def _words(value: Any, _: Any) -> Words:
    return Words(_text(value, LONGEST_TEXT))


def _telling(value: Any, _: Any) -> Telling:
    text = _text(value, LONGEST_TEXT)
    if not text:
        raise _Wrong("it is empty")
    return Telling(text)


def _long(value: Any, _: Any) -> Long:
    if not isinstance(value, str):
        raise _Wrong(f"a text is needed, not {_kind(value)}")
    paragraphs = filter(None, map(clean, value.split("\n")))
    text = "\n".join(paragraphs)
    if not text:
        raise _Wrong("it is empty")
    if len(text) > LONGEST_NARRATION:
        raise _Wrong(f"it has {len(text)} characters, at most {LONGEST_NARRATION} are taken")
    return Long(text)


def _text(value: Any, longest: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Wrong(f"a text is needed, not {_kind(value)}")
    text = clean(value)
    if len(text) > longest:
        raise _Wrong(f"it has {len(text)} characters, at most {longest} are taken")
    return text


def _seconds(value: Any, _: Any) -> Seconds:
    found = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    number = float(found[1]) if found else value
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise _Wrong(f"a number of seconds is needed, not {_kind(value)}")
    if not 0 < number <= _LONGEST_SCENE:
        raise _Wrong("a number of seconds above 0 is needed")
    return Seconds(number)


def _count(value: Any, _: Any) -> Count:
    found = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    number = int(found[1]) if found else value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        raise _Wrong(f"a whole number is needed, not {_kind(value)}")
    if not 1 <= number <= 999_999_999:
        raise _Wrong("a whole number from 1 is needed")
    return Count(number)


def _flag(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(f"true or false is needed, not {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "an array" if isinstance(value, list) else "an object"
