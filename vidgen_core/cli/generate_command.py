"""``vidgen generate SCRIPT``: a new run directory with its script in it, then ``continue``."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

from vidgen_core import disk, faults, layout, plugins
from vidgen_core.cli.asked import flags_of, open_asked
from vidgen_core.cli.drafting import draft, use_offline_providers
from vidgen_core.cli.ending import one_object, results_only
from vidgen_core.cli.finishing import agree, dry_run, finish
from vidgen_core.cli.last_line import same_command
from vidgen_core.cli.moving import told_when_interrupted
from vidgen_core.errors import InputError, Interrupted, MachineError, UsageError
from vidgen_core.media import Media
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, Words
from vidgen_core.plan import File
from vidgen_core.plugins import Registry
from vidgen_core.rundir import RunDirectory, new_timestamp
from vidgen_core.selection import OFFLINE, OPTION
from vidgen_core.settings import Settings, load, run_settings
from vidgen_core.specs import ProviderKind
from vidgen_core.strict_json import printable
from vidgen_core.wording import BRING_OFFLINE

#: A script of hundreds of pages has a megabyte.
_LARGEST_SCRIPT = 64 * 1024 * 1024
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def run(arguments: Namespace) -> int:
    """Make the film; return the exit code."""
    with (
        results_only(arguments),
        one_object(arguments, {}),
        told_when_interrupted(_interrupted),
    ):
        _refuse_list(arguments)
        script = read_script(arguments.script)
        registry = plugins.load()
        _use_offline_providers(arguments, registry)
        settings = _settings(arguments, registry)
        if arguments.draft:  # the run itself remembers what was chosen for it
            use_offline_providers(arguments, registry)
        runs = _runs(arguments.output_dir)
        # What would stop the film is found before anything of it is written.
        foreseen = _foresee(arguments, registry, runs, script)
        if arguments.dry_run:
            return dry_run(foreseen, arguments)
        agreed = agree(foreseen, arguments)
        image = Path(arguments.initial_image_path) if arguments.initial_image_path else None
        directory = begin(runs, script, settings, image)
        arguments.initial_image_path = None
        if arguments.draft:
            return draft(directory, arguments, registry)
        return finish(directory, arguments, registry, agreed=agreed)


def _interrupted() -> Interrupted:
    """Return how it ended that was interrupted before there was a film to go on with."""
    again = same_command()
    return Interrupted(
        "interrupted before any work began; nothing was charged",
        advice=f"to begin again: {again}" if again else "",
    )


def _refuse_list(arguments: Namespace) -> None:
    if arguments.list_json_files:
        raise UsageError(
            "--list-json-files lists what a run directory has, and a new film has none yet",
            advice="vidgen status DIR --list-json-files",
        )


def _runs(path: str) -> Path:
    """Return the absolute *path* of the folder for new runs, which need not be there.

    Raises ``UsageError`` where a file has its name, or that of a folder around it.
    """
    runs = Path(path).absolute()
    there = next(each for each in (runs, *runs.parents) if os.path.lexists(each))
    if not there.is_dir():
        raise UsageError(
            f"--output-dir {path}: {there} is not a directory",
            advice="name a folder; it is made where it is not there",
        )
    return runs


def _foresee(arguments: Namespace, registry: Registry, runs: Path, script: str) -> Opened:
    """Return the run that would be begun now with *script*, which is written nowhere."""
    root, timestamp = _free_name(runs)
    file = File(
        path=_named(Step.SCRIPT, timestamp),
        key=Key(Step.SCRIPT),
        pattern=layout.OUTPUT[Step.SCRIPT].pattern.template,
        timestamp=timestamp,
        size=len(_encoded(script)),
    )
    words = Words(timestamp=timestamp, files=(file,), texts={file.path: script})
    directory = RunDirectory(root / layout.DRAFT if arguments.draft else root)
    return open_asked(arguments, directory, registry, words=words)


def read_script(path: str) -> str:
    """Return the text of the script at *path*, ``-`` being standard input.

    Raises ``UsageError`` where there is no such file, ``InputError`` where it is
    no text or an empty one.
    """
    name = "standard input" if path == "-" else path
    data = _bytes(path)
    if len(data) > _LARGEST_SCRIPT:
        raise InputError(f"{name}: a script of more than {_LARGEST_SCRIPT} bytes is too long")
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{printable(name)}: it is not {encoding.upper()} text (byte {error.start + 1})",
            advice="save the script as UTF-8 text",
        ) from None
    if "\0" in text:
        raise InputError(f"{printable(name)}: it is not text", advice="a script is a text file")
    if not text.strip():
        raise InputError(f"{printable(name)}: the script is empty")
    if not any(map(str.isalpha, text)):
        raise InputError(f"{printable(name)}: the script holds no words")
    return text


def _bytes(path: str) -> bytes:
    if path == "-":
        if sys.stdin is None:
            raise UsageError("there is no standard input to read the script from")
        return sys.stdin.buffer.read(_LARGEST_SCRIPT + 1)
    try:
        with Path(path).open("rb") as file:  # a pipe is as good as a file
            return file.read(_LARGEST_SCRIPT + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise UsageError(f"{path}: {error.strerror}", advice="vidgen generate SCRIPT") from None
    except OSError as error:
        raise disk.machine_error(error, f"cannot read {path}") from error


def _use_offline_providers(arguments: Namespace, registry: Registry) -> None:
    """Have what nobody named made on this machine, and have the run remember it."""
    settings = _settings(arguments, registry)
    for kind, option in OPTION.items():
        if settings.origin(option) == "default" and OFFLINE in registry.names(kind):
            setattr(arguments, option, OFFLINE)
    if not arguments.engine and settings.origin("engine") == "default":
        names = ", ".join(registry.names(ProviderKind.VIDEO_ENGINE)) or "none"
        raise UsageError(
            f"no video engine was chosen, and {OFFLINE!r} is not installed",
            advice=f"{BRING_OFFLINE}; or --engine NAME; installed: {names}",
        )


def _settings(arguments: Namespace, registry: Registry) -> Settings:
    specs = [loaded.spec for loaded in registry.providers]
    return load(flags=flags_of(arguments), sets=arguments.set, specs=specs)


def begin(runs: Path, script: str, settings: Settings, image: Path | None = None) -> RunDirectory:
    """Make a new run directory in *runs*, with its settings and the *script* in it.

    *image*: the picture that the film starts with.

    The script comes last: where it is, ``continue`` makes the film that was asked for.
    Where it could not be written, nothing is left of what was made for it.
    """
    missing = [each for each in (runs, *runs.parents) if not os.path.lexists(each)]
    faults.point("begin-before")
    with ExitStack() as undo:
        undo.callback(_remove_empty, missing)
        with disk.machine_errors(f"cannot make a directory in {runs}"):
            disk.make_directories(runs, Path(runs.anchor))
            root, timestamp = _new_directory(runs)
            undo.callback(_take_back, root, timestamp)
            disk.sync_directory(runs)
        faults.point("begin-directory")
        directory = RunDirectory(root)
        with directory.locked("vidgen generate"):
            _fill(directory, timestamp, script, settings, image)
        undo.pop_all()
    return directory


def _fill(
    directory: RunDirectory, timestamp: str, script: str, settings: Settings, image: Path | None
) -> None:
    content = run_settings(settings, {"timestamp": timestamp})
    directory.write_state(layout.SETTINGS, content.encode())
    faults.point("begin-settings")
    if image is not None:
        picture = directory.scratch("image") / "output.png"
        Media(settings.core.ffmpeg).save_image(image, picture)
        with disk.machine_errors(f"cannot write in {directory.root}"):
            disk.sync_file(picture)
        directory.publish(picture, _named(Step.INITIAL_IMAGE, timestamp))
        faults.point("begin-image")
    file = directory.scratch("script") / "output.txt"
    with disk.machine_errors(f"cannot write in {directory.root}"):
        disk.write_file(file, _encoded(script))
    directory.publish(file, _named(Step.SCRIPT, timestamp))
    faults.point("begin-script")
    directory.clear_scratch()


def _encoded(script: str) -> bytes:
    return script.encode("utf-8")


def _named(step: Step, timestamp: str) -> str:
    return layout.OUTPUT[step].pattern.format(timestamp=timestamp)


def _new_directory(runs: Path) -> tuple[Path, str]:
    """Make the directory of a new run; return it and its timestamp, the next free second."""
    for root, timestamp in _names(runs):
        try:
            disk.make_new(root)
        except FileExistsError:
            continue
        return root, timestamp
    raise _no_name(runs)


def _free_name(runs: Path) -> tuple[Path, str]:
    """Return what the directory of a run would be called that was begun now."""
    for root, timestamp in _names(runs):
        if not os.path.lexists(root):
            return root, timestamp
    raise _no_name(runs)


def _no_name(runs: Path) -> MachineError:
    return MachineError(f"{runs} has no free name for a new run")


def _names(runs: Path) -> Iterator[tuple[Path, str]]:
    """Yield the names that a run may have which begins now, with their timestamps."""
    now = datetime.now()
    for later in range(100_000):
        timestamp = new_timestamp(lambda seconds=later: now + timedelta(seconds=seconds))  # type: ignore[misc]
        yield runs / layout.RUN_DIRECTORY.format(timestamp=timestamp), timestamp


def _take_back(root: Path, timestamp: str) -> None:
    """Remove the directory of a run that has no script, with all that was put there for it."""
    if (root / _named(Step.SCRIPT, timestamp)).exists():
        return  # it was begun, and can be continued
    disk.clear(root / layout.STATE)
    with suppress(OSError):
        disk.drop(root / _named(Step.INITIAL_IMAGE, timestamp))
    _remove_empty([root])


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove those *folders* that hold nothing; each is looked at before the one it lies in."""
    for folder in folders:
        disk.drop_empty(folder)
