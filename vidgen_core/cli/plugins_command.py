"""``vidgen plugins``: what is installed, what it needs, and what failed to load."""

from __future__ import annotations

import argparse
import json
import math
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from typing import Any

import attrs

from vidgen_core.belongings import Kept, UsersInterrupt
from vidgen_core.errors import UsageError
from vidgen_core.keys import held_key
from vidgen_core.plugins import Failure, Loaded, Registry, load
from vidgen_core.report.words import INDENT, columns, folded, width
from vidgen_core.settings.option_values import to_toml
from vidgen_core.specs import ProviderSpec

_COLUMNS = ("provider", "kind", "distribution", "version", "key", "patterns")
_GAP = "  "
#: What a line of a traceback begins with; no other line does.
_TRACE = "    "


def run(arguments: argparse.Namespace) -> int:
    """Print the providers and the failures; the result is always 0.

    ``--json``: one object with ``schema``, ``providers`` and ``failures``. ``-v``
    adds each provider's file names, summary and options, and each failure's traceback.
    """
    registry = load()
    if getattr(arguments, "json", False):
        print(json.dumps(as_json(registry), indent=2))
        return 0
    verbose = bool(getattr(arguments, "verbose", 0))
    shown = len(_COLUMNS) if verbose else len(_COLUMNS) - 1
    rows = [row[:shown] for row in (_COLUMNS, *map(_row, registry.providers))]
    if not sys.stdout.isatty():
        _print_lines(rows)
    elif _table_width(rows) <= columns(sys.stdout):
        _print_table(rows)
    else:
        _print_blocks(rows[1:], width(sys.stdout))
    for line in _after(registry, verbose):
        print(line if line.startswith(_TRACE) else folded(line, sys.stdout))
    return 0


def as_json(registry: Registry) -> dict[str, Any]:
    """Return the whole registry as plain JSON values, schema 1. No key's value is in it."""
    return {
        "schema": 1,
        "providers": [_provider(provider) for provider in registry.providers],
        "failures": [
            {
                "distribution": failure.distribution,
                "version": failure.version,
                "entry_point": failure.entry_point,
                "error": failure.error,
            }
            for failure in registry.failures
        ],
    }


def _provider(provider: Loaded) -> dict[str, Any]:
    spec = provider.spec
    return {
        "name": spec.name,
        "kind": provider.kind.value,
        "summary": spec.summary,
        "distribution": provider.distribution,
        "version": provider.version,
        "key": _key(spec.keys),
        "abilities": sorted(spec.abilities),
        "checks_key": spec.check is not None,
        "lists_models": spec.models is not None,
        "patterns": [
            {
                "step": output.step.value,
                "pattern": str(output.pattern),
                "reads": [str(pattern) for pattern in output.reads],
            }
            for output in spec.outputs
        ],
        "options": list(_options(spec)),
    }


def _key(names: Sequence[str]) -> dict[str, Any]:
    """Return which variables may hold the key, which of them does, and where it was found."""
    try:
        held = held_key(names)
    except UsageError as error:
        return {"variables": list(names), "set": None, "source": None, "fault": error.message}
    return {
        "variables": list(names),
        "set": held.variable if held else None,
        "source": held.source if held else None,
        "fault": None,
    }


def _options(spec: ProviderSpec) -> Iterator[dict[str, Any]]:
    defaults = _defaults(spec)
    for attribute in attrs.fields(spec.options):
        yield {
            "name": attribute.alias,
            "default": _plain(to_toml(getattr(defaults, attribute.name, ""))),
            "scope": attribute.metadata.get("scope", "user"),
            "help": attribute.metadata.get("help", ""),
        }


def _defaults(spec: ProviderSpec) -> Any:
    """Return the options of a provider as they are by themselves; what it prints is no result."""
    try:
        with redirect_stdout(sys.stderr), Kept():
            return spec.options()
    except UsersInterrupt:
        raise
    except BaseException:  # it could be made as it was loaded, and a plugin's class may do anything
        return None


def _plain(value: Any) -> Any:
    """Return *value* as JSON can hold it."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (bool, int, str)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _row(provider: Loaded) -> tuple[str, ...]:
    return (
        provider.name,
        provider.kind.value.replace("-", " "),
        provider.distribution,
        provider.version,
        _key_words(provider.spec.keys),
        _GAP.join(str(output.pattern) for output in provider.spec.outputs),
    )


def _key_words(names: Sequence[str]) -> str:
    if not names:
        return "none needed"
    state = _key(names)
    if state["fault"]:
        return f"{' or '.join(names)}: {state['fault']}"
    return f"{state['set']} is set" if state["set"] else f"{' or '.join(names)} is not set"


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    header, *others = rows
    for name in header:
        table.add_column(name, overflow="fold")
    for row in others:
        table.add_row(*(Text(cell.replace(_GAP, "\n")) for cell in row))
    Console().print(table)


def _table_width(rows: Sequence[Sequence[str]]) -> int:
    """Return how many columns of a terminal the table takes unfolded."""
    split = [[cell.split(_GAP) for cell in row] for row in rows]
    widest = [max(len(part) for row in split for part in row[i]) for i in range(len(rows[0]))]
    return sum(widest) + len(_GAP) * (len(widest) - 1)


def _print_blocks(rows: Sequence[Sequence[str]], columns: int) -> None:
    """Print a paragraph for each provider, where the table is wider than the terminal."""
    for name, kind, distribution, version, key, *patterns in rows:
        print(folded(f"{name}: {kind}", sys.stdout))
        print(folded(f"{INDENT}from {distribution} {version}", sys.stdout))
        print(folded(f"{INDENT}key: {key}", sys.stdout))
        for pattern in filter(None, _GAP.join(patterns).split(_GAP)):
            print("\n".join(_broken(pattern, columns)))


def _broken(pattern: str, columns: int) -> Iterator[str]:
    """Yield the lines that show *pattern*, broken between its words where it is too long."""
    line = INDENT
    for piece in filter(None, re.split(r"(?<=/)|(?=_)", pattern)):
        if len(line) + len(piece) > columns and line.strip():
            yield line
            line = INDENT * 2
        line += piece
    yield line


def _print_lines(rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns, for pipes and logs; the patterns stand last."""
    widths = [max(len(line[i]) for line in rows) for i in range(len(rows[0]) - 1)]
    for line in rows:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        print(_GAP.join([*cells, line[-1]]).rstrip())


def _after(registry: Registry, verbose: bool) -> Iterator[str]:
    if verbose:
        for provider in registry.providers:
            yield from _details(provider)
    if registry.failures:
        yield ""
        yield "failed to load:"
    for failure in registry.failures:
        yield _failure_line(failure)
        if verbose and failure.detail:
            yield from (f"{_TRACE}{line}" for line in failure.detail.rstrip().splitlines())


def _details(provider: Loaded) -> Iterator[str]:
    yield ""
    yield f"{provider.name} ({provider.kind}): {provider.spec.summary}"
    for option in _options(provider.spec):
        setting = f"{provider.name}.{option['name']}={_typed(option['default'])}"
        yield f"  --set {shlex.quote(setting)}  {option['help']}".rstrip()


def _typed(default: Any) -> str:
    """Return *default* as it is typed after ``--set``."""
    if isinstance(default, list):
        return ",".join(map(_typed, default))
    return str(default).lower() if isinstance(default, bool) else str(default)


def _failure_line(failure: Failure) -> str:
    source = f"{failure.distribution} {failure.version} ({failure.entry_point})"
    return f"  {source}: {failure.error}"
