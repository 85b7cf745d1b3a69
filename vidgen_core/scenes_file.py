"""Which JSON of a run directory is its scenes file, and what the others hold."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from attrs import frozen

from vidgen_core.errors import InputError, MachineError, UsageError
from vidgen_core.layout import OUTPUT, RUN_DIRECTORY, STATE
from vidgen_core.model import Step, Storyboard
from vidgen_core.serialize import ENVIRONMENT, NUMBER, load_storyboard, scene_items
from vidgen_core.strict_json import MAX_BYTES, parse_json, printable

_SCENES = OUTPUT[Step.SCENES].pattern
_SCRIPT = OUTPUT[Step.SCRIPT].pattern
#: How many files an error names.
_NAMED = 10
_TIMESTAMP = re.compile(r"(?<![0-9])[0-9]{8}_[0-9]{6}(?![0-9])")


class Content(StrEnum):
    """What a JSON file holds, by its content."""

    SCENES = "scenes with environments"
    METADATA = "scene metadata"
    ENVIRONMENTS = "physical environments"
    OTHER = "other"


@frozen(kw_only=True)
class JsonFile:
    """One JSON file at the top of a run directory.

    ``path`` is its name there; ``items`` counts the members of its array (of
    its object, where it holds no array); ``fault`` is a sentence where it
    cannot be read, and then ``kind`` is *other*.
    """

    path: str
    kind: str
    bytes: int = 0
    items: int = 0
    fault: str = ""
    mtime_ns: int = 0


@frozen(kw_only=True)
class ChosenScenes:
    """The scenes file: its name in the run directory, its scenes, and why it was chosen.

    A run of which only the script is there has no file yet, and no scenes.
    ``others``: the files that it was chosen from beside itself.
    """

    path: str
    storyboard: Storyboard
    why: str
    others: tuple[str, ...] = ()


#: A run that ended before its scenes were written.
UNWRITTEN = ChosenScenes(
    path="", storyboard=Storyboard(scenes=()), why="its scenes are still to be written"
)


def survey(root: Path, *, max_bytes: int = MAX_BYTES) -> tuple[JsonFile, ...]:
    """Return the JSON files at the top of *root*, in the order of their names.

    Hidden files and directories are passed over. A file that cannot be read
    says so in its ``fault``. Raises ``UsageError`` where *root* is no directory.
    """
    return tuple(_look(root, name, max_bytes) for name in _json_names(root))


def choose(root: Path, *, recorded: str = "", max_bytes: int = MAX_BYTES) -> ChosenScenes:
    """Return the scenes file of the run in *root*.

    The first that is there: the *recorded* one; ``scenes_TS.json`` with the
    directory's own timestamp; of all ``scenes_*.json`` the most recently
    modified; any JSON that holds scenes. Raises ``InputError`` where there is
    none, or where the one that a rule names cannot be used.
    """
    named = _by_name(root, recorded)
    if named is not None:
        name, why, dated = named
        return _load(root, name, why, max_bytes, dated)
    if _has_script(root):
        return UNWRITTEN  # what metadata there is leads to the scenes
    files = survey(root, max_bytes=max_bytes)
    own = run_timestamp(root)
    for kind in (Content.SCENES, Content.METADATA):
        found = [file.path for file in files if file.kind == kind]
        if found:
            name = max(found, key=lambda path: _preference(path, own))
            return _load(root, name, f"it holds {kind}", max_bytes, found)
    raise _none_found(root, files)


def directory_timestamp(name: str) -> str:
    """Return the timestamp in a run directory's *name* (``video_TS``), or ``""``."""
    found = RUN_DIRECTORY.match(name)
    return str(found["timestamp"]) if found else ""


def run_timestamp(root: Path) -> str:
    """Return the timestamp of *root*'s name, by which it is called or by which it is stored."""
    return directory_timestamp(root.name) or directory_timestamp(Path(os.path.realpath(root)).name)


def scenes_timestamp(path: str) -> str:
    """Return the timestamp of a scenes file's name (``scenes_TS.json``), or ``""``."""
    found = _SCENES.match(path)
    return str(found["timestamp"]) if found else ""


def _by_name(root: Path, recorded: str) -> tuple[str, str, list[str]] | None:
    """Return name and reason of the file that the first three rules name, and all they regard."""
    # A record is read from the run directory: it may only name a file there.
    if recorded and recorded == Path(recorded).name and _is_file_name(root, recorded):
        return recorded, "the run was begun with it", []
    own = run_timestamp(root)
    dated = [name for name in _json_names(root) if _SCENES.match(name)]
    if own:
        name = _SCENES.format(timestamp=own)
        if _is_file_name(root, name):
            return name, "it has the directory's timestamp", dated
    if not dated:
        return None
    latest = max(dated, key=lambda name: (_mtime_ns(root / name), name))
    only = "it is the only one with a scenes file's name"
    return latest, only if len(dated) == 1 else "it was modified last", dated


def _load(root: Path, name: str, why: str, max_bytes: int, found: Sequence[str]) -> ChosenScenes:
    data = _read(root / name, max_bytes)
    storyboard = load_storyboard(data, name, max_bytes=max_bytes)
    others = tuple(other for other in found if other != name)
    return ChosenScenes(path=name, storyboard=storyboard, why=why, others=others)


def _look(root: Path, name: str, max_bytes: int) -> JsonFile:
    try:
        status = (root / name).stat()
    except OSError as error:
        return JsonFile(path=name, kind=Content.OTHER, fault=_refusal(root / name, error))
    kind, items, fault = Content.OTHER, 0, ""
    try:
        value = parse_json(_read(root / name, max_bytes), name, max_bytes=max_bytes)
        kind, items = _content(value)
    except (InputError, MachineError) as error:
        fault = error.message
    return JsonFile(
        path=name,
        kind=kind,
        bytes=status.st_size,
        items=items,
        fault=fault,
        mtime_ns=status.st_mtime_ns,
    )


def _content(value: Any) -> tuple[Content, int]:
    """Return what the JSON *value* holds, and how many items of it."""
    items, _ = scene_items(value)
    if items is None and isinstance(value, dict) and isinstance(value.get("environments"), list):
        items = value["environments"]
    if items is None:
        return Content.OTHER, len(value) if isinstance(value, dict) else 0
    count = len(items)
    if not items or not all(isinstance(item, dict) for item in items):
        return Content.OTHER, count
    if all(NUMBER in item for item in items):
        placed = any(item.get(ENVIRONMENT) for item in items)
        return Content.SCENES if placed else Content.METADATA, count
    if any(ENVIRONMENT in item for item in items) and not any(NUMBER in item for item in items):
        return Content.ENVIRONMENTS, count
    return Content.OTHER, count


def _json_names(root: Path) -> list[str]:
    return [
        name
        for name in _names(root)
        if name.lower().endswith(".json")
        and not name.startswith(".")
        and not _is_directory(root / name)
    ]


def _names(root: Path) -> list[str]:
    try:
        with os.scandir(root) as entries:
            return sorted(entry.name for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{printable(str(root))} is not a directory") from None
    except OSError as error:
        raise MachineError(f"{printable(str(root))}: {error.strerror}") from None


def _is_file_name(root: Path, name: str) -> bool:
    """Whether something other than a directory has that name, be it readable or not."""
    return os.path.lexists(root / name) and not _is_directory(root / name)


def _is_directory(path: Path) -> bool:
    """Whether *path* leads to a directory; what leads nowhere, or in a circle, does not."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except OSError:
        return False


def _mtime_ns(path: Path) -> int:
    for status in (path.stat, path.lstat):
        with suppress(OSError):
            return status().st_mtime_ns
    return 0


def _read(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file; one byte above the limit gives a longer one away."""
    try:
        _refuse_special(path, path.stat())
        # Should it become a named pipe now, opening it must not wait for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _refuse_special(path, os.fstat(file.fileno()))
            return file.read(max_bytes + 1)
    except OSError as error:
        raise MachineError(_refusal(path, error)) from None


def _refuse_special(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{printable(path.name)}: it is not a regular file")


def _refusal(path: Path, error: OSError) -> str:
    why = error.strerror or str(error)
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        why = "it is a symbolic link to nothing"
    return f"{printable(path.name)}: {why}"


def _preference(name: str, own: str) -> tuple[bool, str, str]:
    """Order files of one kind: the directory's own timestamp, then the latest, then the name."""
    stamps = _TIMESTAMP.findall(name)
    return own in stamps, max(stamps, default=""), name


def must_be_a_run(root: Path) -> None:
    """Raise ``InputError`` where *root* has nothing of a run: no state, no script, no scenes.

    A scenes file that cannot be used is one all the same.
    """
    if _is_directory(root / STATE) or _has_script(root) or _by_name(root, "") is not None:
        return
    files = survey(root)
    if not any(file.kind in (Content.SCENES, Content.METADATA) for file in files):
        raise _none_found(root, files)


def _has_script(root: Path) -> bool:
    return any(_SCRIPT.match(name) for name in _names(root))


def _runs_in(root: Path) -> list[str]:
    """Return the runs in *root*, the latest first."""
    names = [name for name in _names(root) if directory_timestamp(name)]
    return [str(root / name) for name in reversed(names) if _is_directory(root / name)]


def _none_found(root: Path, files: Sequence[JsonFile]) -> InputError:
    shown = printable(str(root))
    runs = _runs_in(root)
    if runs:
        named = ", ".join(map(shlex.quote, runs[:_NAMED]))
        more = f" and {len(runs) - _NAMED} more" if len(runs) > _NAMED else ""
        what = "a run is in it" if len(runs) == 1 else f"{len(runs)} runs are in it"
        which = "it" if len(runs) == 1 else "one of them"
        return InputError(
            f"{shown} is not the directory of a run: {what}",
            advice=f"name {which} instead: {named}{more}",
        )
    quoted = shlex.quote(f"./{root}" if str(root).startswith("-") else str(root))
    looked_at = [
        file.fault or f"{printable(file.path)} ({file.kind}, {file.items} items)" for file in files
    ]
    more = f"; and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    told = f"looked at {'; '.join(looked_at[:_NAMED])}{more}" if files else "it has no JSON file"
    listing = f"To list its JSON files: vidgen status {quoted} --list-json-files"
    return InputError(
        f"{shown}: no JSON with scenes in it: {told}",
        advice=listing if files else "name the directory of a run: video_TIMESTAMP",
    )
