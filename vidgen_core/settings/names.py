"""The names of options: which there are, and what is said of one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import attrs

from vidgen_core.errors import UsageError
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.specs import ProviderSpec
from vidgen_core.wording import NOT_INSTALLED


def dotted(provider: str, option: str) -> str:
    """Return the name of a provider's *option*, or of core's own, where *provider* is empty."""
    return f"{provider}.{option}" if provider else option


def declared(specs: Iterable[ProviderSpec]) -> dict[str, tuple[type, ...]]:
    """Return the options classes by provider; several kinds may share one name."""
    classes: dict[str, tuple[type, ...]] = {"": (CoreOptions,)}
    for spec in specs:
        classes[spec.name] = tuple(dict.fromkeys((*classes.get(spec.name, ()), spec.options)))
    return classes


def attributes(options: type) -> dict[str, attrs.Attribute[Any]]:
    """Return the options that a class declares, by name."""
    found = (attribute for attribute in attrs.fields(options) if attribute.init)
    return {attribute.alias or attribute.name: attribute for attribute in found}


def declaration(name: str, classes: Mapping[str, tuple[type, ...]]) -> attrs.Attribute[Any]:
    """Return the declaration of an option; raises ``UsageError`` for an unknown one."""
    provider, _, option = name.rpartition(".")
    if provider not in classes:
        names = [known for known in classes if known]
        raise UsageError(
            f"{name}: no provider is called {provider!r}",
            advice=nearest(provider, names, "installed", NOT_INSTALLED),
        )
    known: dict[str, attrs.Attribute[Any]] = {}
    for options in reversed(classes[provider]):
        known |= attributes(options)
    if option not in known:
        owner = f"provider {provider!r}" if provider else "vidgen"
        advice = nearest(option, sorted(known), "its options")
        having = [] if provider else _providers_with(option, classes)
        if len(having) == 1:
            advice = f"did you mean {dotted(having[0], option)}?"
        raise UsageError(f"{name}: {owner} has no option {option!r}", advice=advice)
    return known[option]


def _providers_with(option: str, classes: Mapping[str, tuple[type, ...]]) -> list[str]:
    """Return the providers that have such an option of their own."""
    return [
        name
        for name, group in classes.items()
        if name and any(option in attributes(options) for options in group)
    ]


def nearest(word: str, known: Sequence[str], label: str, hint: str = "") -> str:
    """Return which of the *known* names may be meant by *word*, and all of them."""
    near = get_close_matches(word, known, n=1)
    listed = f"{label}: {', '.join(known) or 'none'}"
    first = f"did you mean {near[0]!r}?" if near else hint
    return f"{first} ({listed})" if first else listed
