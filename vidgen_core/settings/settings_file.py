"""Where settings files lie, and how one is read without trusting it."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vidgen_core import disk
from vidgen_core.errors import MachineError, UsageError
from vidgen_core.layout import SETTINGS

#: The table that holds a table for each provider.
PROVIDERS = "providers"

#: Settings are a few lines; anything this large is something else.
_MOST_BYTES = 1_000_000
_DEEPEST = 20
_PLACED = re.compile(r"(.*?)(?: \(at (?:line (\d+), column (\d+)|end of document)\))?", re.DOTALL)


def user_file(environ: Mapping[str, str]) -> Path:
    """Return the path of the user's own settings file, whether it is there or not.

    Raises ``MachineError`` where the user has no home.
    """
    chosen = environ.get("VIDGEN_CONFIG")
    if chosen:
        return Path(chosen).expanduser()
    return disk.user_folder() / "settings.toml"


def read_user_file(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the user's file says, empty where there is none.

    Raises ``UsageError`` for a file that is no TOML, or that ``VIDGEN_CONFIG``
    names and that is not there.
    """
    path = user_file(environ)
    if not path.exists() and environ.get("VIDGEN_CONFIG"):
        raise UsageError(
            f"VIDGEN_CONFIG names {path}, which is not there",
            advice="correct VIDGEN_CONFIG or unset it",
        )
    return _read(path, advice=f"correct {path}")


def run_file(run_directory: Path) -> Path:
    """Return the path of a run's settings file."""
    return run_directory / SETTINGS


def run_advice(run_directory: Path) -> str:
    """Return what to do about a run's settings file that cannot be used."""
    path = run_file(run_directory)
    return f"correct {path}, or move it away and give the run's options again"


def read_run_file(run_directory: Path) -> Mapping[str, Any]:
    """Return what the run's file says, empty where there is none.

    A file that lies elsewhere, behind a symlink, is refused: its unknown keys
    would be copied into the run directory. Raises ``UsageError``.
    """
    path, advice = run_file(run_directory), run_advice(run_directory)
    try:
        stays = path.resolve().is_relative_to(run_directory.resolve())
    except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise the latter
        raise UsageError(f"{path} is a link that leads round in a circle", advice=advice) from None
    if not stays:
        raise UsageError(f"{path} is a link that leaves the run directory", advice=advice)
    return _read(path, advice=advice)


def _read(path: Path, *, advice: str) -> Mapping[str, Any]:
    import tomllib

    try:
        text = _text(path)
        tables = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}, line {line}: it is not UTF-8", advice=advice) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_broken(path, text, str(error)), advice=advice) from None
    except RecursionError:
        raise UsageError(f"{path}: it is nested too deeply", advice=advice) from None
    except OSError as error:
        raise MachineError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise UsageError(f"{path}: {error}", advice=advice) from None
    if _depth(tables) > _DEEPEST:
        raise UsageError(f"{path}: it is nested too deeply", advice=advice)
    providers = tables.get(PROVIDERS, {})
    if not isinstance(providers, dict) or not all(isinstance(t, dict) for t in providers.values()):
        raise UsageError(f"{path}: {PROVIDERS} must hold a table for each provider", advice=advice)
    return tables


def _depth(tables: Mapping[str, Any]) -> int:
    """Return how deep *tables* are nested, counting no further than is allowed."""
    level: list[Any] = [tables]
    for depth in range(_DEEPEST + 1):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return depth + 1
    return _DEEPEST + 1


def _text(path: Path) -> str:
    """Return the file's text; raises ``ValueError`` for what is no small file."""
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ValueError("it is not a file")
    if facts.st_size > _MOST_BYTES:
        raise ValueError(f"it is larger than {_MOST_BYTES} bytes")
    return path.read_bytes().decode("utf-8-sig")


def _broken(path: Path, text: str, message: str) -> str:
    """Return the parser's message with its place in front; without one, it is the end."""
    what, line, column = _PLACED.fullmatch(message).groups()  # type: ignore[union-attr]
    where = f"line {line}, column {column}" if line else f"line {text.count(chr(10)) + 1}"
    return f"{path}, {where}: {what}"
