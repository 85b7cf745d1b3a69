"""Where values are given, and what each place gives for an option."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from attrs import field, frozen

from vidgen_core.errors import UsageError
from vidgen_core.settings.names import declaration, dotted
from vidgen_core.settings.settings_file import PROVIDERS

FLAG = "flag"
ENVIRONMENT = "environment"
RUN = "run"


@frozen
class Found:
    """A value as it was given, and where; ``advice`` is what to do if it is bad."""

    value: Any
    origin: str
    advice: str = ""


@frozen
class Source:
    """One place where values are given, by dotted name (the environment: by variable)."""

    origin: str
    values: Mapping[str, Any] = field(repr=False)
    advice: str = ""

    def get(self, name: str, metadata: Mapping[str, Any]) -> Found | None:
        """Return what is given here for *name*, if it may be given here."""
        key, origin = name, self.origin
        if self.origin == RUN and metadata.get("scope") != "run":
            return None
        if self.origin == ENVIRONMENT:
            key = variable(name)
            origin = f"{ENVIRONMENT} {key}"
            if not metadata.get("environment", True) or not self.values.get(key):
                return None
        return Found(self.values[key], origin, self.advice) if key in self.values else None


def variable(name: str) -> str:
    """Return the environment variable that gives the option *name*."""
    return "VIDGEN_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def from_sets(sets: Sequence[str], classes: Mapping[str, tuple[type, ...]]) -> dict[str, str]:
    """Read the texts of ``--set``; the last one for an option wins."""
    values = {}
    for text in sets:
        left, equals, value = text.partition("=")
        provider, _, option = left.strip().rpartition(".")
        if not equals or not option:
            raise UsageError(
                f"--set {text}: expected PROVIDER.OPTION=VALUE",
                advice="for example --set local.grain=1",
            )
        name = dotted(provider, option.replace("-", "_"))
        declaration(name, classes)
        values[name] = value
    return values


def flat_values(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a file's values by dotted name."""
    flat = {key: value for key, value in tables.items() if key != PROVIDERS}
    for provider, table in tables.get(PROVIDERS, {}).items():
        flat |= {f"{provider}.{key}": value for key, value in table.items()}
    return flat


def look_up(name: str, attribute: attrs.Attribute[Any], sources: Sequence[Source]) -> Found | None:
    """Return what the nearest of the *sources* gives for *name*; ``None`` where none does."""
    found = (source.get(name, attribute.metadata) for source in sources)
    return next((each for each in found if each is not None), None)


def place(name: str, found: Found) -> str:
    """Return where *name* was given, as its user knows it."""
    flag = f"--set {name}" if "." in name else "--" + name.replace("_", "-")
    places = {FLAG: flag, RUN: f"the run's settings, {name}"}
    return places.get(found.origin, f"{found.origin}, {name}")
