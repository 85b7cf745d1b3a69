"""``--draft``: the whole film by the offline providers, in a run directory of its own."""

from __future__ import annotations

from argparse import Namespace

from vidgen_core import disk, layout
from vidgen_core.errors import InputError, UsageError
from vidgen_core.layout import OUTPUT
from vidgen_core.listing import list_directory
from vidgen_core.model import Step
from vidgen_core.opening import Words, texts_of
from vidgen_core.plan import Listing, ProviderKind
from vidgen_core.plugins import Registry
from vidgen_core.rundir import RunDirectory, new_timestamp, timestamp_of_run
from vidgen_core.scenes_file import choose, run_timestamp
from vidgen_core.selection import OFFLINE, OPTION

#: What a draft takes from its run; all else it makes itself.
_WORDS = (
    Step.SCRIPT,
    Step.SCENES_WITHOUT_ENVIRONMENT,
    Step.ENVIRONMENTS,
    Step.SCENES,
    Step.NARRATION_TEXT,
    Step.INITIAL_IMAGE,
)
_LARGEST = 64 * 1024 * 1024


def use_offline_providers(arguments: Namespace, registry: Registry) -> None:
    """Have everything made on this machine, whatever the run or the user chose."""
    for kind, option in OPTION.items():
        if kind is ProviderKind.STITCHER:
            continue
        if OFFLINE not in registry.names(kind):
            what = kind.value.replace("-", " ")
            raise UsageError(
                f"a draft is made by the offline providers, and there is no {what} {OFFLINE!r}",
                advice="pip install vidgen-local",
            )
        setattr(arguments, option, OFFLINE)


def words_of_draft(directory: RunDirectory) -> Words:
    """Return what a draft of the run in *directory* would begin with. Nothing is written."""
    names = _names(directory)
    listing = list_directory(directory.root)
    files = tuple(file for file in listing.files if file.path in names)
    scenes = choose(directory.root)
    timestamp = timestamp_of_run(
        directory.path(layout.DRAFT),
        recorded="",
        scenes_file=scenes.path,
        listing=Listing(files=files),
    )
    return Words(
        timestamp=timestamp or new_timestamp(),
        files=files,
        texts=texts_of(directory.root, files),
        scenes=scenes,
    )


def open_draft(directory: RunDirectory) -> RunDirectory:
    """Return the draft of the run in *directory*, with the run's words as they are now.

    Nothing in it counts for the run: its listing passes the folder over.
    """
    directory.may_write(f"{layout.DRAFT}/{layout.LOCK}")
    draft = RunDirectory(directory.path(layout.DRAFT))
    with disk.machine_errors(f"cannot make {draft.root}"):
        draft.root.mkdir(exist_ok=True)
    with draft.locked("vidgen --draft"):
        for name in _names(directory):
            _copy(directory, draft, name)
    return draft


def _names(directory: RunDirectory) -> list[str]:
    """Return the names of the run's words: by its timestamp, and the scenes file that it uses."""
    timestamp = run_timestamp(directory.root)
    names = []
    if timestamp:
        names = [OUTPUT[step].pattern.format(timestamp=timestamp) for step in _WORDS]
    try:
        names.append(choose(directory.root).path)
    except InputError:
        if not any(directory.path(name).is_file() for name in names):
            raise
    return [name for name in dict.fromkeys(names) if name and directory.path(name).is_file()]


def _copy(directory: RunDirectory, draft: RunDirectory, name: str) -> None:
    with disk.machine_errors(f"cannot read {name}"):
        content = disk.read_file(directory.path(name), _LARGEST)
        target = draft.path(name)
        if target.exists() and target.read_bytes() == content:
            return
    if target.exists():
        draft.displace(name)
    file = draft.scratch("draft") / name
    with disk.machine_errors(f"cannot write in {draft.root}"):
        disk.write_file(file, content)
    draft.publish(file, name)
    draft.clear_scratch()
