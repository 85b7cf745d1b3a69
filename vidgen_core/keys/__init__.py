"""Where a provider's key comes from: the environment, ``.env`` beside the user, the store.

Only the variables that are asked for are ever read out of a ``.env`` file, and
none is exported. A key's value is in no ``repr`` and no message: :func:`redacted` takes
out of a text each key that was ever found here.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from traceback import format_exception
from urllib.parse import quote

from attrs import field, frozen

from vidgen_core.belongings import users_environment, working_directory
from vidgen_core.errors import UsageError
from vidgen_core.keys import env_file
from vidgen_core.keys.env_file import Exposure
from vidgen_core.keys.store import IN_KEYRING, Store
from vidgen_core.keys.system_keyring import NoKeyring, SystemKeyring

__all__ = [
    "ENVIRONMENT",
    "IN_KEYRING",
    "REDACTED",
    "Exposure",
    "FoundKey",
    "HeldKey",
    "NoKeyring",
    "Store",
    "SystemKeyring",
    "checked_key",
    "find_key",
    "held_key",
    "held_keys",
    "redacted",
    "traced",
]

#: The source of a key that is set in the environment.
ENVIRONMENT = "environment"
#: What stands in place of a key.
REDACTED = "[key]"
#: Shorter keys are taken out only where they stand alone: they may be part of any word.
_LONG = 8
#: Still shorter ones are words or numbers, and nobody's secret.
_SHORTEST = 4
_URL_SAFE = str.maketrans("+/", "-_")
#: How texts end that were cut off.
_CUT = ("…", "...")

# Every key that was found in this process. State of the module, for a message that is
# shown must not hold a key, whoever wrote it and whatever they were given.
_found_keys: set[str] = set()


@frozen(kw_only=True)
class FoundKey:
    """A key: the ``variable`` that holds it, and where that was found.

    ``source`` is ``environment``, the path of the ``.env`` file, ``system keyring``, or
    the path of the store's file.
    """

    variable: str
    value: str = field(repr=False)
    source: str


@frozen(kw_only=True)
class HeldKey:
    """A key that is somewhere, not looked at: ``variable`` and ``source`` as a FoundKey's.

    ``exposures``: how others may come to read it there.
    """

    variable: str
    source: str
    exposures: tuple[Exposure, ...] = ()
    _value: Callable[[], str | None] = field(repr=False, eq=False)

    def found(self) -> FoundKey | None:
        """Return the key, ``None`` where its keyring lost it.

        Raises ``UsageError`` for what can be no key, ``AuthFailed`` for a keyring that
        does not give it out.
        """
        value = self._value()
        return checked_key(self.variable, value, self.source) if value else None


def find_key(
    names: Sequence[str],
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    *,
    run_directory: Path | None = None,
    store: Store | None = None,
) -> FoundKey | None:
    """Return the first of the variables *names* that is set, or ``None``.

    All of them are looked for in *environ* (default: the process's), then in ``.env``
    in *directory* (default: the working directory), then in *store* (default: the
    user's). An empty value is not set. A ``.env`` inside *run_directory* is not read: a
    run directory is untrusted. Raises ``UsageError`` for a line of one of *names*, or a
    store, that cannot be read, ``AuthFailed`` for a keyring that cannot.
    """
    held = held_keys(names, environ, directory, run_directory=run_directory, store=store)
    return next((found for found in (each.found() for each in held) if found is not None), None)


def held_key(
    names: Sequence[str], *, run_directory: Path | None = None, store: Store | None = None
) -> HeldKey | None:
    """Return the key that :func:`find_key` would begin with; no keyring is asked for it."""
    return next(held_keys(names, run_directory=run_directory, store=store), None)


def held_keys(
    names: Sequence[str],
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
    *,
    run_directory: Path | None = None,
    store: Store | None = None,
) -> Iterator[HeldKey]:
    """Yield each place where one of *names* is, in the order in which they count.

    A place is looked at when it is asked for. Raises ``UsageError`` as :func:`find_key`.
    """
    if not names:
        return
    variables = users_environment() if environ is None else environ
    for name in names:
        if value := variables.get(name, "").strip():
            yield HeldKey(variable=name, source=ENVIRONMENT, value=partial(str, value))
    path = _env_file(directory)
    if path is not None and not _inside(path, run_directory):
        yield from _in_env_file(path, names)
    yield from _in_store(store or Store.of_user(), names)


def _env_file(directory: Path | None) -> Path | None:
    try:
        return (directory or working_directory()) / ".env"
    except FileNotFoundError:  # the working directory was removed
        return None


def _in_env_file(path: Path, names: Sequence[str]) -> Iterator[HeldKey]:
    values = env_file.read(path, frozenset(names))
    held = [name for name in names if values.get(name)]
    exposures = tuple(env_file.exposures(path)) if held else ()
    for name in held:
        yield HeldKey(
            variable=name,
            source=str(path),
            exposures=exposures,
            value=partial(values.get, name),
        )


def _in_store(store: Store, names: Sequence[str]) -> Iterator[HeldKey]:
    for name in names:
        if place := store.place(name):
            yield HeldKey(
                variable=name,
                source=place,
                exposures=tuple(store.exposures()) if place != IN_KEYRING else (),
                value=partial(store.get, name),
            )


def checked_key(name: str, value: str, source: str) -> FoundKey:
    """Return a key that is one as far as can be seen, and is never shown from now on.

    Raises ``UsageError``.
    """
    if not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(
            f"{name} ({source}) holds something else than a key: a space, or a character "
            "that is not printable ASCII",
            advice=f"set {name} again",
        )
    _found_keys.add(value)
    return FoundKey(variable=name, value=value, source=source)


def redacted(text: str) -> str:
    """Return *text* with :data:`REDACTED` in place of each key that was found so far.

    Also as it stands in URLs, in JSON, in base64 and in hex, its parts where it has a
    colon, and its begin where the text was cut off in the middle of it.
    """
    # The longest first: one key may be the begin of another.
    for key in sorted(_secrets(), key=len, reverse=True):
        if len(key) >= _LONG:
            text = _without_begin(text.replace(key, REDACTED), key)
        else:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(key)}(?![A-Za-z0-9])", REDACTED, text)
    return text


def traced(error: BaseException) -> str:
    """Return the traceback of *error* as text, without keys."""
    return redacted("".join(format_exception(error)))


def _secrets() -> set[str]:
    """Return all that must not be shown."""
    keys = {key for key in tuple(_found_keys) if len(key) >= _SHORTEST}
    parts = {part for key in keys for part in key.split(":") if len(part) >= _LONG}
    return {form for key in keys | parts for form in _forms(key)}


def _forms(key: str) -> Iterator[str]:
    yield key
    yield quote(key)
    yield quote(key, safe="")
    yield json.dumps(key)[1:-1]
    yield repr(key)[1:-1]
    yield key.encode().hex()
    # Of base64 only what the bytes before and after it have no part in.
    for before in range(3):
        coded = b64encode(b"\0" * before + key.encode()).decode()[4 if before else 0 : -4]
        yield from (form for form in (coded, coded.translate(_URL_SAFE)) if len(form) >= _LONG)


def _without_begin(text: str, key: str) -> str:
    """Return *text* without the begin of *key* at a place where it was cut off."""
    for mark in _CUT:
        pieces = text.split(mark)
        if len(pieces) > 1:
            text = mark.join([*(_less(piece, key) for piece in pieces[:-1]), pieces[-1]])
    return text


def _less(piece: str, key: str) -> str:
    length = next((n for n in range(len(key), _LONG - 1, -1) if piece.endswith(key[:n])), 0)
    return piece[: len(piece) - length] + REDACTED if length else piece


def _inside(path: Path, directory: Path | None) -> bool:
    if directory is None:
        return False
    # Unlike Path.resolve, it never raises: a link that leads round in a circle is somewhere, too.
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(directory))
