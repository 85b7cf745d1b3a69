"""Which ffmpeg to run, and whether it is good enough."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from vidgen_core import shortage
from vidgen_core.errors import MachineError
from vidgen_core.media.children import apart, bare_environment

#: libavcodec of ffmpeg 5.1. Builds from git carry no release number, but all have this one.
_LIBAVCODEC = (59, 37)
_RELEASE = "5.1"
_ADVICE = "set VIDGEN_FFMPEG=bundled, or install an ffmpeg of version 5.1 or newer"


@frozen
class Binary:
    """An ffmpeg: its absolute path and what it calls its version."""

    path: str
    version: str


def find_ffmpeg(wanted: str, *, encoders: frozenset[str], filters: frozenset[str]) -> Binary:
    """Return the ffmpeg for the setting *wanted*: empty, ``"bundled"`` or a path.

    Empty takes the one on PATH if it has all *encoders* and *filters* and is new
    enough, else the wheel's. Raises ``MachineError`` naming what is lacking.
    """
    faults = []
    for path, label in _candidates(wanted):
        try:
            version = _version(path)
            _lacks_nothing(path, encoders, filters)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            if isinstance(error, OSError) and shortage.to_start(error) is not None:
                raise not_started(error) from error  # another one would find no more
            faults.append(f"{label}: {error}")
        else:
            return Binary(path, version)
    if not faults:
        faults = [_NONE.get(wanted, f"there is no ffmpeg at {wanted}")]
    raise MachineError(f"ffmpeg cannot be used: {'; '.join(faults)}", advice=_ADVICE)


def not_started(error: Exception) -> MachineError:
    """Return the error for an ffmpeg that could not be started, because of *error*."""
    cause = error if isinstance(error, OSError) else error.__cause__
    short = shortage.to_start(cause) if isinstance(cause, OSError) else None
    advice = short.advice if short else ""
    return MachineError(
        f"ffmpeg cannot be started: {short.message if short else error}", advice=advice
    )


_NONE = {
    "": "there is none on PATH, and the package imageio-ffmpeg brings none",
    "bundled": "the package imageio-ffmpeg brings none for this machine",
}


def _candidates(wanted: str) -> Iterator[tuple[str, str]]:
    if wanted not in _NONE:
        found = shutil.which(Path(wanted).expanduser())
        if found:
            yield str(Path(found).absolute()), wanted
        return
    if not wanted:
        found = shutil.which("ffmpeg")
        # A relative entry of PATH could lead into a directory that somebody else filled.
        if found and Path(found).is_absolute():
            yield found, found
    bundled = _bundled()
    if bundled is not None:
        yield bundled, bundled


def _bundled() -> str | None:
    """Return the wheel's own binary.

    Not by ``imageio_ffmpeg.get_ffmpeg_exe()``: that obeys IMAGEIO_FFMPEG_EXE and
    falls back to others, unchecked.
    """
    spec = importlib.util.find_spec("imageio_ffmpeg")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "binaries"
    found = sorted(file for file in folder.glob("ffmpeg-*") if file.is_file())
    return str(found[-1]) if found else None


def _version(path: str) -> str:
    text = _ask(path, "-version")
    library = re.search(r"^libavcodec\s+(\d+)\.\s*(\d+)", text, re.MULTILINE)
    name = re.match(r"ffmpeg version (\S+)", text)
    if library is None or name is None:
        raise ValueError("it does not answer like ffmpeg")
    if (int(library[1]), int(library[2])) < _LIBAVCODEC:
        raise ValueError(f"it is version {name[1]}, and {_RELEASE} is needed")
    return name[1]


def _lacks_nothing(path: str, encoders: frozenset[str], filters: frozenset[str]) -> None:
    lacking = [
        *(f"encoder {name}" for name in sorted(encoders - _names(_ask(path, "-encoders")))),
        *(f"filter {name}" for name in sorted(filters - _names(_ask(path, "-filters")))),
    ]
    if lacking:
        raise ValueError(f"it has no {', no '.join(lacking)}")


def _names(table: str) -> frozenset[str]:
    """Return the second word of every line: flags, name, description."""
    rows = (line.split() for line in table.splitlines())
    return frozenset(row[1] for row in rows if len(row) > 1)


def _ask(path: str, question: str) -> str:
    answer = subprocess.run(
        [path, "-hide_banner", question],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=True,
        env=bare_environment(),
        **apart(),
    )
    return str(answer.stdout, "utf-8", "replace")


def ffmpeg_python() -> Any:
    """Return the package ffmpeg-python. Raises ``MachineError`` if another took its name."""
    try:
        import ffmpeg
    except ImportError:
        ffmpeg = None
    if ffmpeg is not None and hasattr(ffmpeg, "input") and hasattr(ffmpeg, "merge_outputs"):
        return ffmpeg
    others = importlib.metadata.packages_distributions().get("ffmpeg", [])
    remove = [name for name in dict.fromkeys(others) if name != "ffmpeg-python"]
    first = f"pip uninstall {' '.join(remove)}; " if remove else ""
    taken = f"; {', '.join(remove)} took its name" if remove else ""
    raise MachineError(
        f"the Python package ffmpeg-python is not in place{taken}",
        advice=f"{first}pip install --force-reinstall ffmpeg-python",
    )
