"""``--draft``: the whole film by the offline providers, in a run directory of its own."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attrs import evolve

from vidgen_core import disk, layout
from vidgen_core.cli.asked import open_asked
from vidgen_core.cli.finishing import dry_run, finish
from vidgen_core.cli.last_line import command_for
from vidgen_core.cli.results import JsonFiles
from vidgen_core.errors import UsageError, VidgenError
from vidgen_core.journal import read_ledger
from vidgen_core.listing import Claims
from vidgen_core.model import Key, Step
from vidgen_core.opening import WORDS, Opened, Words, texts_of
from vidgen_core.plan import File
from vidgen_core.plugins import Registry
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import choose
from vidgen_core.selection import OFFLINE, OPTION
from vidgen_core.settings import run_values
from vidgen_core.specs import ProviderKind
from vidgen_core.wording import BRING_OFFLINE

#: What a draft decides for itself, whatever its run remembers.
_ITS_OWN = (*OPTION.values(), "timestamp", "scenes_file")


def use_offline_providers(arguments: Namespace, registry: Registry) -> None:
    """Have everything made on this machine, whatever the run or the user chose."""
    for kind, option in OPTION.items():
        if kind is ProviderKind.STITCHER:
            continue
        if OFFLINE not in registry.names(kind):
            what = kind.value.replace("-", " ")
            raise UsageError(
                f"a draft is made by the offline providers, and there is no {what} {OFFLINE!r}",
                advice=BRING_OFFLINE,
            )
        setattr(arguments, option, OFFLINE)


def draft(
    directory: RunDirectory, arguments: Namespace, registry: Registry, listed: JsonFiles = None
) -> int:
    """Make the draft of the run in *directory* with its words as they are now.

    Nothing in it counts for the run: its listing passes the folder over. The providers
    must have been chosen. Returns the exit code; raises ``UsageError`` for a draft's draft.
    """
    _must_be_no_draft(directory.root)
    words = _words_of(open_asked(arguments, directory, registry))
    place = RunDirectory(directory.path(layout.DRAFT))
    if arguments.dry_run:
        return dry_run(open_asked(arguments, place, registry, words=words), arguments, listed)
    _take_over(directory, place, words, registry)
    return finish(place, arguments, registry, listed, words=words)


def _must_be_no_draft(root: Path) -> None:
    place = Path(os.path.realpath(root))
    if place.name != layout.DRAFT or not _is_run(place.parent):
        return
    raise UsageError(
        f"{root} is a draft itself",
        advice=f"to draft its run as it is now: {command_for(str(root.parent), draft=True)}",
    )


def _is_run(root: Path) -> bool:
    if (root / layout.STATE).is_dir():
        return True
    with suppress(VidgenError):
        choose(root)
        return True
    return False


def _words_of(run: Opened) -> Words:
    """Return what a draft of *run* begins with."""
    root = run.directory.root
    with disk.machine_errors(f"cannot read the words of {root}"):
        files = tuple(evolve(file, sha256=disk.digest(root / file.path)) for file in _files_of(run))
    return Words(
        timestamp=run.timestamp,
        files=files,
        texts=texts_of(root, files),
        scenes=run.scenes,
        settings=run_values(run.settings, without=_ITS_OWN),
    )


def _files_of(run: Opened) -> Iterator[File]:
    """Yield the words that count in *run*: of several versions one, and what nothing else gives."""
    for step in WORDS:
        if step is Step.SCENES and run.scenes.path:
            yield _scenes_file(run)
            continue
        file = run.best(Key(step))
        record = run.ledger.published.get(file.path) if file else None
        written = step is Step.NARRATION_TEXT and record is not None and not record.provider
        if file is not None and not written:  # out of the scenes: the draft does that, too
            yield file


def _scenes_file(run: Opened) -> File:
    """Return the scenes file of *run*, which may have any name."""
    path = run.scenes.path
    for file in run.listing.files:
        if file.path == path:
            return file
    size = (run.directory.root / path).stat().st_size
    return File(path=path, key=Key(Step.SCENES), pattern=path, size=size)


def _take_over(run: RunDirectory, place: RunDirectory, words: Words, registry: Registry) -> None:
    """Have *words* of the *run*, and no older ones, lie in the draft at *place*."""
    run.may_write(f"{layout.DRAFT}/{layout.LOCK}")
    with disk.machine_errors(f"cannot make {place.root}"):
        disk.make_directories(place.root, run.root)
    with place.locked("vidgen --draft"):
        for name in _outdated(place.root, words, registry):
            place.displace(name)
        for file in words.files:
            _copy(run.path(file.path), place, file)


def _outdated(root: Path, words: Words, registry: Registry) -> list[str]:
    """Return the names of the words in *root* that its run does not have any more."""
    ledger = read_ledger(root)
    claims = Claims(tuple(output for output, _ in registry.patterns()))
    found = []
    with disk.machine_errors(f"cannot read {root}"):
        names = sorted(path.name for path in root.iterdir() if path.is_file())
    for name in names:
        claim = claims.claim(name)
        if claim is None:
            continue
        key, timestamp, pattern, _ = claim
        file = File(path=name, key=key, pattern=pattern, timestamp=timestamp)
        if words.outdate(file, ledger):
            found.append(name)
    return found


def _copy(source: Path, place: RunDirectory, file: File) -> None:
    target = place.path(file.path)
    with disk.machine_errors(f"cannot read {file.path}"):
        if target.exists() and disk.digest(target) == file.sha256:
            return
    if os.path.lexists(target):
        place.displace(file.path)
    copy = place.scratch("draft") / file.path
    with disk.machine_errors(f"cannot copy {file.path} into {place.root}"):
        disk.copy(source, copy)
    place.publish(copy, file.path)
    place.clear_scratch()
