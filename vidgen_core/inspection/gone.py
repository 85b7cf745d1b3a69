"""What vidgen made and is not there any more, and whether the film lacks it.

Somebody may have deleted it on purpose, and a whole film needs few of the files that it was
made from: the plan tells which of them a run would make again.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from vidgen_core import disk, layout
from vidgen_core.inspection.finding import Condition, Finding
from vidgen_core.inspection.standing import Standing
from vidgen_core.journal import read_ledger
from vidgen_core.layout import Output
from vidgen_core.ledger import Ledger, Published
from vidgen_core.listing import Claims
from vidgen_core.model import Key
from vidgen_core.plan import STUCK, Decision, Listing, Task


@frozen(kw_only=True)
class _Missing:
    """An output that has a record and no file."""

    record: Published
    key: Key

    @property
    def path(self) -> str:
        return self.record.path


def what_is_gone(
    root: Path,
    ledger: Ledger,
    *,
    listing: Listing,
    standing: Standing,
    known: Iterable[Output],
    refused: Collection[str],
) -> Iterator[Finding]:
    """Yield what *ledger* records and *listing*, of the *known* outputs, does not hold.

    Not so what a redo moved away or another whole file stands for. *standing*: what a run would
    do. *refused*: what this machine did not give out, which is not gone. A damaged journal tells
    nothing of this: what was moved may stand in the line that it lacks.
    """
    if ledger.damage:
        return
    claims = Claims(tuple(known))
    missing = list(_missing(root, ledger, listing, claims, refused))
    if not missing:
        return
    ledger = read_ledger(root)  # a run at work may have moved it since
    aside = _aside(root, missing)
    missing = [
        each
        for each in missing
        if ledger.published.get(each.path) == each.record and each.path not in aside
    ]
    if not missing:
        return
    strays = _strays(root, ledger, listing, missing)
    for each in missing:
        yield _finding(root, each, standing, strays.get(each.record.sha256, ""))


def _missing(
    root: Path, ledger: Ledger, listing: Listing, claims: Claims, refused: Collection[str]
) -> Iterator[_Missing]:
    for path, record in sorted(ledger.published.items()):
        claim = claims.claim(path)
        if claim is None or not _is_gone(root, path) or _is_below(path, refused):
            continue
        if not any(file.counts for file in listing.by_key.get(claim[0], ())):
            yield _Missing(record=record, key=claim[0])


def _is_gone(root: Path, path: str) -> bool:
    """Whether there surely is nothing at *path*, which any journal may say."""
    try:
        os.lstat(root / path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _is_below(path: str, refused: Collection[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in refused)


def _aside(root: Path, missing: Iterable[_Missing]) -> set[str]:
    """Return which of *missing* lie among what was replaced, though no record says so.

    A crash came between the move and its record. A rename changes neither size nor time.
    """
    wanted = {each.path: (each.record.size, each.record.mtime_ns) for each in missing}
    found = set()
    takes = root / layout.REPLACED
    for folder, _, names in os.walk(takes):
        for name in names:
            path = Path(folder, name).relative_to(takes).as_posix().partition("/")[2]
            if path in wanted and _seen(Path(folder, name)) == wanted[path]:
                found.add(path)
    return found


def _seen(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def _strays(
    root: Path, ledger: Ledger, listing: Listing, missing: Iterable[_Missing]
) -> Mapping[str, str]:
    """Return where the bytes of *missing* files are now, by digest: somebody moved them.

    Only under a name that is none of vidgen's own files: last frames are often alike.
    """
    wanted = {(each.record.size, each.record.sha256) for each in missing}
    sizes = {size for size, _ in wanted}
    found: dict[str, str] = {}
    for path in (*listing.unclaimed, *(file.path for file in listing.files)):
        seen = _seen(root / path)
        if path in ledger.published or seen is None or seen[0] not in sizes:
            continue
        try:
            sha256 = disk.digest(root / path)
        except OSError:
            continue
        if (seen[0], sha256) in wanted:
            found.setdefault(sha256, path)
    return found


def _finding(root: Path, missing: _Missing, standing: Standing, stray: str) -> Finding:
    if standing.does_without(missing.key):
        fault = "it is gone, and the film does not need it"
        return Finding(path=missing.path, condition=Condition.UNNEEDED, fault=fault)
    how = "it was paid for" if missing.record.paid else "vidgen made it"
    task = standing.task(missing.key)
    return Finding(
        path=missing.path,
        condition=Condition.GONE,
        fault=f"{how}, and it is not there any more",
        advice=_back(root, stray, missing.path) if stray else _again(root, task),
    )


def _back(root: Path, stray: str, path: str) -> str:
    move = shlex.join(["mv", str(root / stray), str(root / path)])
    folder = (root / path).parent
    if not folder.is_dir():
        move = f"{shlex.join(['mkdir', '-p', str(folder)])} && {move}"
    return f"it lies there under another name: {move}"


def _again(root: Path, task: Task | None) -> str:
    """Return what to type for it to be there again."""
    command = shlex.join(["vidgen", "continue", str(root)])
    if task is None or task.decision in STUCK:
        return f"put a copy of it back, or see what it takes: {command} --dry-run"
    if task.decision is Decision.ATTACH:
        return f"it is fetched again, which costs nothing: {command}"
    if task.price.free:
        return f"it is made again, which costs nothing: {command}"
    return f"put a copy of it back, or have it bought again, the price shown first: {command}"
