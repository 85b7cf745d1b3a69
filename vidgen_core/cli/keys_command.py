"""``vidgen keys``: keys are kept, listed, forgotten and checked, and never shown."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from attrs import frozen

from vidgen_core import plugins, settings
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.inquiry import ACCEPTED, Inquiry, advising
from vidgen_core.errors import AuthFailed, ExitCode, UsageError
from vidgen_core.keys import (
    IN_KEYRING,
    FoundKey,
    HeldKey,
    Store,
    checked_key,
    find_key,
    held_keys,
)
from vidgen_core.plugins import Loaded, Registry
from vidgen_core.report import as_json
from vidgen_core.report.words import folded, say

#: A terminal cuts off what is longer than 4095 in silence.
_LONGEST = 4_000
_QUOTES = ("'", '"')


@frozen(kw_only=True)
class Known:
    """The variables that installed providers take a key from, with those providers."""

    by_variable: dict[str, tuple[Loaded, ...]]

    @classmethod
    def of(cls, registry: Registry) -> Known:
        """Return what *registry* declares."""
        found: dict[str, tuple[Loaded, ...]] = {}
        for loaded in registry.providers:
            for variable in loaded.spec.keys:
                found[variable] = (*found.get(variable, ()), loaded)
        return cls(by_variable=found)

    def variables(self, name: str) -> tuple[str, ...]:
        """Return the variables that *name* stands for: itself, or those of that provider."""
        if name in self.by_variable:
            return (name,)
        named = (
            variable
            for variable, taking in self.by_variable.items()
            if name in {loaded.name for loaded in taking}
        )
        return tuple(named)

    def refusal(self) -> UsageError:
        """Return the error for a name that nobody declares; it may be a key, and is not shown."""
        listed = ", ".join(sorted(self.by_variable)) or "none: no installed provider needs a key"
        return UsageError(
            "that is neither a variable that an installed provider takes its key from, nor the "
            "name of a provider that needs one",
            advice=f"variables: {listed}",
        )


def run(arguments: Namespace) -> int:
    """Do what was asked for about keys; return the exit code."""
    actions = {"set": _set, "list": _list, "rm": _rm, "check": _check}
    with results_only(arguments), one_object(arguments, {}):
        return actions[arguments.action](arguments, plugins.load())


# kept and forgotten ------------------------------------------------------


def _set(arguments: Namespace, registry: Registry) -> int:
    variable = _one_of(Known.of(registry), arguments.name)
    key = checked_key(variable, _given(variable), "what was given")
    store = Store.of_user()
    place = store.put(variable, key.value)
    _say_first(variable, store)
    return _told(arguments, f"{variable} is kept: {place}", {"name": variable, "source": place})


def _one_of(known: Known, name: str) -> str:
    """Return the variable that *name* is, or that its provider looks for first."""
    if name in known.by_variable:
        return name
    first = {
        loaded.spec.keys[0]
        for taking in known.by_variable.values()
        for loaded in taking
        if loaded.name == name
    }
    if not first:
        raise known.refusal()
    if len(first) > 1:
        raise UsageError(
            f"{name} takes several keys", advice=f"say which: {', '.join(sorted(first))}"
        )
    return first.pop()


def _given(variable: str) -> str:
    """Return the key that is typed unseen, or that standard input holds."""
    command = f"vidgen keys set {variable}"
    if sys.stdin is None:
        raise UsageError(
            "there is no standard input to read a key from", advice=f"{command} < FILE"
        )
    try:
        text = _typed(variable) if sys.stdin.isatty() else sys.stdin.read(_LONGEST + 1)
    except UnicodeDecodeError:
        raise UsageError("what was given is no text, and so no key", advice=command) from None
    if len(text) > _LONGEST:
        raise UsageError("what was given is too long for a key", advice=command)
    words = text.split()
    if len(words) > 1:
        raise UsageError("what was given is more than one word, and so no key", advice=command)
    if not words:
        raise UsageError("no key was given", advice=command)
    if words[0].startswith((f"{variable}=", *_QUOTES)):
        raise UsageError(
            f"what was given is a line of a file and not a key alone: without {variable}= and "
            "without quotes, please",
            advice=command,
        )
    return words[0]


def _typed(variable: str) -> str:
    from getpass import getpass

    try:
        return getpass(f"{variable} (it is not shown): ")
    except EOFError:
        _end_line()
        return ""
    except (KeyboardInterrupt, UnicodeDecodeError):
        _end_line()
        raise


def _end_line() -> None:
    """End the line of a question: what was typed in the end, nobody saw."""
    print(file=sys.stderr, flush=True)


def _say_first(variable: str, store: Store) -> None:
    """Say it where another key counts before the one in the store, or instead of it."""
    first = next(held_keys((variable,)), None)
    if first is not None and first.source not in (IN_KEYRING, str(store.path)):
        say(f"{variable} is set elsewhere, too, and that counts first: {first.source}")


def _rm(arguments: Namespace, registry: Registry) -> int:
    store, known = Store.of_user(), Known.of(registry)
    kept = store.names()
    named = (arguments.name,) if arguments.name in kept else known.variables(arguments.name)
    if not named:
        raise known.refusal()
    removed = [variable for variable in named if variable in kept and store.remove(variable)]
    if not removed:
        elsewhere = next(held_keys(named), None)
        raise UsageError(
            f"{' or '.join(named)} is not kept by vidgen",
            advice=f"remove it yourself: {elsewhere.source}" if elsewhere else "vidgen keys list",
        )
    for variable in removed:
        _say_first(variable, store)
    return _told(arguments, f"forgotten: {', '.join(removed)}", {"removed": removed})


# listed ------------------------------------------------------------------


def _list(arguments: Namespace, registry: Registry) -> int:
    known = Known.of(registry).by_variable
    names = sorted({*known, *Store.of_user().names()})
    held = {name: list(held_keys((name,))) for name in names}
    if arguments.json:
        listed = [_as_object(name, known.get(name, ()), held[name]) for name in names]
        print(as_json.dump({"keys": listed}), file=arguments.results, flush=True)
        return ExitCode.COMPLETE
    width = max(map(len, names), default=0)
    for name in names:
        line = f"{name.ljust(width)}  {_where(held[name])}  ({_whose(known.get(name, ()))})"
        print(folded(line, arguments.results), file=arguments.results)
    if not names:
        print("no installed provider needs a key", file=arguments.results)
    exposures = (found for each in held.values() for one in each for found in one.exposures)
    for words in dict.fromkeys(map(str, exposures)):
        say(words)
    return ExitCode.COMPLETE


def _as_object(name: str, taking: Sequence[Loaded], held: Sequence[HeldKey]) -> dict[str, Any]:
    return {
        "name": name,
        "providers": sorted({loaded.name for loaded in taking}),
        "sources": [each.source for each in held],
        "exposures": list(dict.fromkeys(str(one) for each in held for one in each.exposures)),
    }


def _where(held: Sequence[HeldKey]) -> str:
    return ", then ".join(each.source for each in held) or "not set"


def _whose(taking: Sequence[Loaded]) -> str:
    return ", ".join(sorted({loaded.name for loaded in taking})) or "no provider is installed"


# checked -----------------------------------------------------------------


def _check(arguments: Namespace, registry: Registry) -> int:
    known = Known.of(registry)
    variables = known.variables(arguments.name)
    if not variables:
        raise known.refusal()
    taking = [
        loaded
        for variable in variables
        for loaded in known.by_variable[variable]
        if arguments.name in (variable, loaded.name)
    ]
    checking = {loaded.spec.check: loaded for loaded in taking if loaded.spec.check is not None}
    if not checking:
        return _untold(arguments, _found(variables), taking)
    own = settings.load(specs=[loaded.spec for loaded in registry.providers])
    inquiry = Inquiry(registry=registry, settings=own)
    told: list[str] = []
    for loaded in checking.values():
        key = _found([variable for variable in loaded.spec.keys if variable in variables])
        with advising(f"vidgen keys check {arguments.name}"):
            told.append(inquiry.account(loaded, key))
    said = "; ".join(filter(None, dict.fromkeys(told)))
    words = f"{key.variable} ({key.source}) " + (f"is good: {said}" if said else f"is {ACCEPTED}")
    facts = {"name": key.variable, "source": key.source, "valid": True, "said": said}
    return _told(arguments, words, facts)


def _untold(arguments: Namespace, key: FoundKey, taking: Sequence[Loaded]) -> int:
    """Say that a key is set, where no call tells for nothing whether it is good."""
    said = (
        "whether it is good only work that is paid for can tell: "
        f"{_whose(taking)} has no call for it that costs nothing"
    )
    facts = {"name": key.variable, "source": key.source, "valid": None, "said": said}
    return _told(arguments, f"{key.variable} is set ({key.source}); {said}", facts)


def _found(variables: Sequence[str]) -> FoundKey:
    key = find_key(variables)
    if key is None:
        raise AuthFailed(
            f"{' or '.join(variables)} is not set", advice=f"vidgen keys set {variables[0]}"
        )
    return key


def _told(arguments: Namespace, words: str, facts: dict[str, Any]) -> int:
    text = as_json.dump(facts) if arguments.json else folded(words, arguments.results)
    print(text, file=arguments.results, flush=True)
    return ExitCode.COMPLETE
