"""What lies below ``.vidgen`` when ``vidgen clean`` comes, and what is to be there afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..run_directories import everything, put


def left_unfinished(root: Path) -> None:
    """What a run that was killed left."""
    put(root / ".vidgen/tmp/clip-1/half.mp4", b"x" * 1234)
    put(root / ".vidgen/tmp/join-2/inner/part", b"yy")


def make_state(root: Path) -> Path:
    (root / ".vidgen").mkdir()
    return root


def replaced(root: Path, take: str, path: str, content: bytes = b"abc") -> str:
    place = f".vidgen/replaced/{take}/{path}"
    put(root / place, content)
    return place


def all_but_the_lock(root: Path) -> dict[bytes, Any]:
    """Everything below *root*; who holds it may be written down before it is refused."""
    return {name: seen for name, seen in everything(root).items() if name != b"/.vidgen/lock"}


def kept(root: Path) -> dict[str, bytes]:
    """The content of every file of vidgen's own that is to stay."""
    state = root / ".vidgen"
    gone = (state / "tmp", state / "replaced", state / "lock")
    return {
        str(path.relative_to(state)): path.read_bytes()
        for path in state.rglob("*")
        if path.is_file() and not any(path.is_relative_to(each) for each in gone)
    }
