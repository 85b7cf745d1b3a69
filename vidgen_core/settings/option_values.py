"""Values of options: from text or TOML to the type that an options class declares.

One reading serves flags, variables and files: ``"yes"`` is a bool, ``"5, 9"`` a
tuple of numbers, a word one of an enum's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path, PurePath
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


class BadValue(ValueError):
    """A value does not fit the option's type; the message says what is expected."""


def at_fault(options: type, values: Mapping[str, Any], error: ValueError) -> list[str]:
    """Return which of *values* the class *options* refuses with *error*.

    One, where it is refused alone; else those without which the class would not say so.
    """
    said = error.args[:1]
    for name, value in values.items():
        if _complaint(options, {name: value}) == said:
            return [name]
    rests = {name: {k: v for k, v in values.items() if k != name} for name in values}
    involved = [name for name, rest in rests.items() if _complaint(options, rest) != said]
    return involved or list(values)


def _complaint(options: type, values: Mapping[str, Any]) -> object:
    """Return what the class says against *values*, ``None`` where it takes them."""
    try:
        options(**values)
    except ValueError as error:
        return error.args[:1]
    return None


def parse(value: Any, wanted: Any) -> Any:
    """Return *value* as the type *wanted*.

    Known types: bool, int, float, str, ``Path``, enums, ``Literal``, tuples of
    these, and any of them or ``None``. Raises ``BadValue``; ``TypeError`` for a
    type that no option can have.
    """
    if get_origin(wanted) in (Union, UnionType):
        return _union(value, get_args(wanted))
    if get_origin(wanted) is tuple:
        return _tuple(value, get_args(wanted))
    if get_origin(wanted) is Literal:
        return _choose(value, {choice: (choice,) for choice in get_args(wanted)})
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        spellings = {member: (member.value, member.name) for member in wanted}
        return _choose(value, spellings)
    if wanted not in _READ:
        raise TypeError(f"no option can be of type {wanted!r}")
    return _READ[wanted](value)


def to_toml(value: Any) -> Any:
    """Return *value* as TOML can hold it, so that :func:`parse` gives it back."""
    if value is None:
        return "none"
    if isinstance(value, Enum):
        return to_toml(value.value)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, (tuple, list)):
        return [to_toml(item) for item in value]
    return value


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in _TRUE + _FALSE:
        raise BadValue(f"expected true or false, got {_short(value)}")
    return word in _TRUE


def _int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        if isinstance(value, str) and value.isascii():
            return int(value)
    except ValueError:
        pass
    raise BadValue(f"expected a whole number, got {_short(value)}")


def _float(value: Any) -> float:
    fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        number = float(value) if fits or (isinstance(value, str) and value.isascii()) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(f"expected a number, got {_short(value)}")
    return number


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValue(f"expected text, got {_short(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue(f"expected text, got bytes that are none: {_short(value)}") from None
    return value


def _path(value: Any) -> Path:
    return Path(_str(value)).expanduser()


_READ: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {bool: _bool, int: _int, float: _float, str: _str, Path: _path}
)


def _choose(value: Any, choices: dict[Any, tuple[Any, ...]]) -> Any:
    """Return the choice that one of whose spellings is *value*."""
    for choice, spellings in choices.items():
        if any(type(value) is type(word) and value == word for word in spellings):
            return choice
    for choice, spellings in choices.items():
        if isinstance(value, str) and value.lower() in (str(word).lower() for word in spellings):
            return choice
    words = [str(spellings[0]) for spellings in choices.values()]
    known = ", ".join(word for word in words if word) + (", or nothing" if "" in words else "")
    raise BadValue(f"expected one of {known}; got {_short(value)}")


def _tuple(value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else []
    if not isinstance(value, (list, tuple)):
        raise BadValue(f"expected a list, got {_short(value)}")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(parse(item, kinds[0]) for item in value)
    if len(value) != len(kinds):
        raise BadValue(f"expected {len(kinds)} values, got {len(value)}")
    return tuple(parse(item, each) for item, each in zip(value, kinds, strict=True))


def _union(value: Any, declared: tuple[Any, ...]) -> Any:
    """Try the members in the order in which they are declared."""
    kinds = [each for each in declared if each is not NoneType]
    none = len(kinds) < len(declared)
    if none and (value is None or (isinstance(value, str) and value.lower() in ("", "none"))):
        return None
    faults = []
    for each in kinds:
        try:
            return parse(value, each)
        except BadValue as error:
            faults.append(str(error))
    raise BadValue(" or ".join(dict.fromkeys(faults)))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
