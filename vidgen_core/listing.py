"""One walk of a run directory: which files there are, what each is, whether it is whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import define, evolve, field

from vidgen_core import disk, layout
from vidgen_core.errors import InputError
from vidgen_core.layout import Output
from vidgen_core.ledger import Published
from vidgen_core.memory import Memory, Remembered
from vidgen_core.model import Facts, Key, Kind, Step, Verdict
from vidgen_core.patterns import OutputPattern
from vidgen_core.plan import File, Listing
from vidgen_core.probe import probe
from vidgen_core.script_files import load_environments, load_timings
from vidgen_core.serialize import load_storyboard
from vidgen_core.strict_json import MAX_BYTES
from vidgen_core.threads import side_by_side

Probe = Callable[[Path, Kind], Facts]
OnProbe = Callable[[int, int], None]
#: Told of a path that this machine does not give out, and why.
OnRefusal = Callable[[str, OSError], None]

#: Deeper folders and links that lead round in circles are not run directories.
_DEEPEST = 8
_WHOLE = Facts()
#: What is read as it stands: those on the way to the scenes, and when words are spoken.
_READ: Mapping[Step, Callable[[bytes, str], object]] = MappingProxyType(
    {
        Step.ENVIRONMENTS: load_environments,
        Step.SCENES_WITHOUT_ENVIRONMENT: load_storyboard,
        Step.SCENE_TIMINGS: load_timings,
    }
)
_PASSED_OVER = frozenset({layout.STATE, layout.DRAFT})
#: It went away meanwhile, or a link leads round in circles: there is no such file.
_NO_FILE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
#: It is a folder or a pipe, or too large: it holds no words that could be read.
_NO_WORDS = _NO_FILE | {errno.EISDIR, errno.EINVAL, errno.EFBIG}


@define
class Claims:
    """Which pattern claims a path. Writing patterns come before reading ones."""

    outputs: tuple[Output, ...]
    _rules: dict[int, list[tuple[OutputPattern, Step, Kind]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._rules = {}
        seen: set[tuple[Step, str]] = set()
        writing = [(o.pattern, o) for o in self.outputs]
        reading = [(pattern, o) for o in self.outputs for pattern in o.reads]
        for pattern, output in (*writing, *reading):
            if (output.step, pattern.template) in seen:
                continue
            seen.add((output.step, pattern.template))
            depth = pattern.template.count("/")
            self._rules.setdefault(depth, []).append((pattern, output.step, output.probe))

    def claim(self, path: str) -> tuple[Key, str, str, Kind] | None:
        """Return key, timestamp, pattern text and kind of *path*, or ``None``."""
        for pattern, step, kind in self._rules.get(path.count("/"), ()):
            found = pattern.regex.fullmatch(path)
            if found is None:
                continue
            values = pattern.values(found)
            if values is None:
                continue
            scene, clip = int(values.get("scene", 0)), int(values.get("clip", 0))
            if step is Step.CLIP and not clip:
                clip = 1  # older runs: a scene of one clip does not number it
            return Key(step, scene, clip), str(values.get("timestamp", "")), pattern.template, kind
        return None

    def may_be_at(self, path: str) -> bool:
        """Whether *path* may be an output, or a folder of outputs."""
        return self.claim(path) is not None or self.may_be_below(path)

    def may_be_below(self, folder: str) -> bool:
        """Whether a path that a pattern claims may lie below *folder*."""
        parts = folder.count("/") + 1
        rules = (rule for depth, some in self._rules.items() if depth >= parts for rule in some)
        above = {"/".join(pattern.template.split("/")[:parts]) for pattern, _, _ in rules}
        return any(OutputPattern(template).regex.fullmatch(folder) for template in above)


def list_directory(
    root: Path,
    *,
    outputs: Iterable[Output] = layout.OUTPUTS,
    published: Mapping[str, Published] | None = None,
    memory: Memory | None = None,
    check: Probe = probe,
    on_probe: OnProbe | None = None,
    on_refusal: OnRefusal | None = None,
) -> Listing:
    """Return what is in run directory *root*, reading it once and writing nothing.

    A file is probed only where *published* and *memory* do not know it by size
    and modification time; what is found is put into *memory*. ``on_probe(done,
    total)`` is told how far probing is. Raises ``MachineError`` where there may be outputs
    that this machine does not give out: they are no missing ones, to be bought again. Below
    *root* that is told to *on_refusal* instead, if there is one.
    """
    published = published or {}
    memory = memory if memory is not None else Memory()
    claims = Claims(tuple(outputs))
    digests_wanted = {path for record in published.values() for path in record.inputs}
    files: list[File] = []
    unclaimed: list[str] = []
    unknown: list[tuple[int, Kind]] = []
    news: list[int] = []
    refused = on_refusal or _refuse(root)
    for path, size, mtime_ns in sorted(_walk(root, claims, refused)):
        claim = claims.claim(path)
        if claim is None:
            unclaimed.append(path)
            continue
        key, timestamp, pattern, kind = claim
        known = memory.recall(path, size, mtime_ns)
        if known is None:
            unknown.append((len(files), kind))
            known = _UNKNOWN
        record = published.get(path)
        sha256 = known.sha256
        if (
            record is not None
            and record.size == size
            and record.mtime_ns == mtime_ns
            and record.sha256 != sha256
        ):
            sha256 = record.sha256
            news.append(len(files))
        files.append(
            File(
                path=path,
                key=key,
                pattern=pattern,
                timestamp=timestamp,
                size=size,
                mtime_ns=mtime_ns,
                facts=known.facts,
                sha256=sha256,
            )
        )
    _probe_unknown(root, files, unknown, check, on_probe, refused)
    news += _digest_wanted(root, files, published, digests_wanted)
    for index in (*news, *(index for index, _ in unknown)):
        memory.remember(files[index])
    return Listing(files=tuple(files), unclaimed=tuple(unclaimed))


_UNKNOWN = Remembered()


def _refuse(root: Path) -> OnRefusal:
    def refuse(path: str, error: OSError) -> None:
        raise disk.machine_error(error, f"cannot read {root / path}") from error

    return refuse


def _walk(root: Path, claims: Claims, refused: OnRefusal) -> Iterator[tuple[str, int, int]]:
    """Yield path, size and mtime_ns of every file below *root*; vidgen's and the draft's not."""
    visited: set[tuple[int, int]] = set()
    todo = [("", 0)]
    while todo:
        folder, depth = todo.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder) if folder else root))  # noqa: PTH118
        except OSError as error:
            if not folder:
                raise disk.machine_error(error, f"cannot read {root}") from error
            if error.errno not in _NO_FILE and claims.may_be_below(folder):
                refused(folder, error)
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                if entry.is_dir():
                    if path not in _PASSED_OVER and depth < _DEEPEST and _is_new(entry, visited):
                        todo.append((path, depth + 1))
                elif entry.is_file():
                    status = entry.stat()
                    yield path, status.st_size, status.st_mtime_ns
                elif _leads_nowhere(entry) and claims.may_be_at(path):  # as to a disk elsewhere
                    refused(path, OSError(errno.ENOENT, "it is a link to nothing"))
            except OSError as error:
                if error.errno not in _NO_FILE and claims.may_be_at(path):
                    refused(path, error)


def _leads_nowhere(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not os.path.exists(entry.path)  # noqa: PTH110 (never raises)


def _is_new(entry: os.DirEntry[str], visited: set[tuple[int, int]]) -> bool:
    """Whether a folder was not walked yet; only links can lead to one twice."""
    if not entry.is_symlink():
        return True
    status = entry.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in visited:
        return False
    visited.add(identity)
    return True


def _probe_unknown(
    root: Path,
    files: list[File],
    unknown: list[tuple[int, Kind]],
    check: Probe,
    on_probe: OnProbe | None,
    refused: OnRefusal,
) -> None:
    """Fill in the facts of the files that nothing is known of."""

    def facts(item: tuple[int, Kind]) -> Facts:
        index, kind = item
        file = files[index]
        if kind in (Kind.JSON, Kind.TEXT):
            fault = _fault(root, file, refused) if file.size else "it is empty"
            return Facts(verdict=Verdict.BROKEN, fault=fault) if fault else _WHOLE
        return check(root / file.path, kind)

    if len(unknown) < 4:
        results: Iterable[Facts] = map(facts, unknown)
        _fill_in(files, unknown, results, on_probe)
        return
    _fill_in(files, unknown, side_by_side(facts, unknown, min(4, os.cpu_count() or 1)), on_probe)


def _fault(root: Path, file: File, refused: OnRefusal) -> str:
    """Return what is wrong with a file that is only read where its words are needed."""
    load = _READ.get(file.key.step)
    if load is None:
        return ""
    try:
        load(disk.read_file(root / file.path, MAX_BYTES), file.path)
    except InputError as error:
        return str(error)
    except OSError as error:
        if error.errno not in _NO_WORDS:
            refused(file.path, error)
        return str(error)
    return ""


def _fill_in(
    files: list[File],
    unknown: list[tuple[int, Kind]],
    results: Iterable[Facts],
    on_probe: OnProbe | None,
) -> None:
    for done, ((index, _), facts) in enumerate(zip(unknown, results, strict=True), start=1):
        files[index] = evolve(files[index], facts=facts)
        if on_probe is not None:
            on_probe(done, len(unknown))


def _digest_wanted(
    root: Path, files: list[File], published: Mapping[str, Published], wanted: set[str]
) -> list[int]:
    """Hash the files whose content decides something and is not known; return which."""
    hashed = []
    for index, file in enumerate(files):
        if file.sha256 or (file.path not in wanted and file.path not in published):
            continue
        try:
            files[index] = evolve(file, sha256=disk.digest(root / file.path))
        except OSError as error:
            raise disk.machine_error(error, f"cannot read {file.path}") from error
        hashed.append(index)
    return hashed
