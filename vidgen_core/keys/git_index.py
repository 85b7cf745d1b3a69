"""Whether git keeps a file: read from the repository's index, for no program is started here.

The format is that of git's own documentation (``gitformat-index``), versions 2 to 4.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from vidgen_core import disk

_LARGEST = 256 << 20
#: Times, device, inode, mode, owner, group and size stand before the object's name.
_STATUS = 40
_EXTENDED = 0x4000
_SHA256 = re.compile(r"^\s*objectformat\s*=\s*sha256\s*$", re.IGNORECASE | re.MULTILINE)


def is_tracked(path: Path) -> bool:
    """Whether *path* is in the index of the repository that it lies in.

    What cannot be read counts as no repository.
    """
    place = path.parent.resolve() / path.name
    root = next((each for each in place.parents if (each / ".git").exists()), None)
    if root is None:
        return False
    name = os.fsencode(place.relative_to(root).as_posix())
    try:
        folder = _git_folder(root / ".git")
        index = disk.read_file(folder / "index", _LARGEST)
        # Up to version 3 names stand there whole; looking for one is quick.
        if index[7:8] != b"\4" and name + b"\0" not in index:
            return False
        return name in _names(index, _object_name_size(folder))
    except (OSError, ValueError, IndexError):
        return False


def _git_folder(git: Path) -> Path:
    """Return the folder that ``.git`` is, or that it names (in a worktree or a submodule)."""
    if git.is_dir():
        return git
    return git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()


def _object_name_size(folder: Path) -> int:
    common = folder / "commondir"
    home = folder / common.read_text("utf-8").strip() if common.is_file() else folder
    config = home / "config"
    text = config.read_text("utf-8", "replace") if config.is_file() else ""
    return 32 if _SHA256.search(text) else 20


def _names(index: bytes, object_name_size: int) -> Iterator[bytes]:
    """Yield the names in *index*. Raises ``ValueError`` or ``IndexError`` for what is none."""
    version = int.from_bytes(index[4:8])
    if index[:4] != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("this is no index that we know")
    at, name = 12, b""
    for _ in range(int.from_bytes(index[8:12])):
        begin = at
        at += _STATUS + object_name_size
        flags = int.from_bytes(index[at : at + 2])
        at += 4 if flags & _EXTENDED else 2
        left_off = 0
        if version == 4:
            left_off, at = _number(index, at)
        end = index.index(b"\0", at)
        kept = name[: len(name) - left_off] if version == 4 else b""
        name = kept + index[at:end]
        yield name
        # Up to version 3 an entry is filled up with 1 to 8 zeros.
        at = end + 1 if version == 4 else end + 8 - (end - begin) % 8


def _number(index: bytes, at: int) -> tuple[int, int]:
    """Return the number of variable length at *at*, and where it ends."""
    byte = index[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = index[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
