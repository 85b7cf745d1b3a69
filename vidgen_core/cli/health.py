"""Whether this machine is fit for making films: one finding for each thing that is looked at."""

from __future__ import annotations

import platform
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

import vidgen_core
from vidgen_core import disk
from vidgen_core.errors import ExitCode, Locked, MachineError, VidgenError
from vidgen_core.media import ENCODERS, Media
from vidgen_core.media.ffmpeg_binary import ffmpeg_python
from vidgen_core.rundir import RunDirectory

#: A short film and what is made on the way to it need about so much.
_LEAST_FREE = 1 << 30
#: A file that is written now and dated otherwise by more seconds comes from another clock.
_MOST_APART = 5.0
_OLDEST_PYTHON = (3, 11)


@frozen(kw_only=True)
class Finding:
    """What was looked at and found. ``advice``: what to type, where something is wrong.

    ``code``: 0 where all is well, else the exit code that this fault stands for.
    """

    name: str
    said: str
    advice: str = ""
    code: ExitCode = ExitCode.COMPLETE

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return self.code is ExitCode.COMPLETE


def fault(name: str, error: VidgenError) -> Finding:
    """Return the finding that *error* stands for."""
    advice = error.advice or "see to that, then: vidgen doctor"
    return Finding(name=name, said=error.message, advice=advice, code=error.exit_code)


def machine(ffmpeg: str) -> Iterator[Finding]:
    """Yield what is found about this machine, and about making films in this folder."""
    yield _python()
    yield _guarded("ffmpeg", lambda: _ffmpeg(ffmpeg))
    try:
        folder = Path.cwd()
    except OSError:
        gone = "the folder that this is typed in is gone"
        advice = "cd to another one, then: vidgen doctor"
        yield Finding(name="disk", said=gone, advice=advice, code=ExitCode.MACHINE)
        return
    yield _guarded("disk", lambda: _room(folder))
    yield _guarded("file system", lambda: _file_system(folder))
    yield _guarded("clock", lambda: _clock(folder))


def _guarded(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except VidgenError as error:
        return fault(name, error)
    except OSError as error:
        return fault(name, disk.machine_error(error, "it cannot be looked at"))


def _python() -> Finding:
    said = f"{platform.python_version()}, vidgen {vidgen_core.__version__}"
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding(name="python", said=said)
    needed = ".".join(map(str, _OLDEST_PYTHON))
    return Finding(
        name="python",
        said=f"{said}: Python {needed} is needed",
        advice=f"python{needed} -m venv .venv, and install vidgen there",
        code=ExitCode.MACHINE,
    )


def _ffmpeg(wanted: str) -> Finding:
    media = Media(wanted)
    said = f"{media.version}, {media.executable}, with all {len(ENCODERS)} encoders that are needed"
    ffmpeg_python()
    return Finding(name="ffmpeg", said=said)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / (1 << 30):.1f} GiB free in {folder}"
    if free >= _LEAST_FREE:
        return Finding(name="disk", said=said)
    return Finding(
        name="disk",
        said=f"{said}: a film and its parts need about {_LEAST_FREE >> 30} GiB",
        advice="free some space, or: vidgen generate SCRIPT --output-dir ELSEWHERE",
        code=ExitCode.MACHINE,
    )


def _file_system(folder: Path) -> Finding:
    """Do here what every run does: lock, write, make durable, rename."""
    try:
        trial = Path(tempfile.mkdtemp(prefix=".vidgen-doctor-", dir=folder))
    except OSError as error:
        raise MachineError(
            f"cannot write in {folder}: {error.strerror or error}",
            advice="cd to a folder of yours, or: vidgen generate SCRIPT --output-dir ELSEWHERE",
        ) from error
    try:
        run = RunDirectory(trial)
        with run.locked("vidgen doctor"):
            run.write_state(".vidgen/trial", b"one")
            run.write_state(".vidgen/trial", b"two")
            if not _is_held(run):
                raise MachineError(
                    f"the file system of {folder} does not keep locks: two runs could buy the same",
                    advice=f"cd to a folder on a local disk, or never run vidgen twice in one of "
                    f"{shlex.quote(str(folder))}",
                )
    finally:
        shutil.rmtree(trial, ignore_errors=True)
    return Finding(name="file system", said=f"locks hold and writes are durable in {folder}")


def _is_held(run: RunDirectory) -> bool:
    try:
        with run.locked("vidgen doctor, again"):
            return False
    except Locked:
        return True


def _clock(folder: Path) -> Finding:
    """Compare this machine's clock with the file system's and with when vidgen was installed."""
    now = time.time()
    said = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    installed = Path(vidgen_core.__file__).stat().st_mtime
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            written = disk.modified(file.fileno())
    except OSError:  # that nothing can be written here is told in a line of its own
        written = now
    if now < installed - 86_400:
        why = "that is before vidgen was installed"
    elif abs(written - now) > _MOST_APART:
        why = f"what is written here is dated {written - now:+.0f} s from that"
    else:
        return Finding(name="clock", said=said)
    return Finding(
        name="clock",
        said=f"{said}: {why}",
        advice="set the clock (timedatectl set-ntp true), for certificates and jobs go by it",
        code=ExitCode.MACHINE,
    )
