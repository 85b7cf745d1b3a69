"""Whatever a run directory holds, a command ends soon, names what is wrong, and loses nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from vidgen_core import layout
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.ledger import Ledger
from vidgen_core.model import Kind
from vidgen_core.probe import Verdict, probe

from ..command_line import PICTURES_ONLY
from ..journal_records import CLIP, five_records, path_of, work
from ..paid.listeners import Listener, listening
from ..run_directories import add_clip, add_scene, begin, everything, frames, put
from ..run_paths import FILM
from .corpus import MEDIA, Entry, every_entry
from .extent import ALL, counted, some
from .forked import Forked, Run, forked
from .odd_media import disguises

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system begins nothing by forking"),
    pytest.mark.timeout(300),
]

ENTRIES = every_entry()
#: Beside what a command has in place, in megabytes: nothing in a directory may take more.
ROOM = 1200
#: No directory of two scenes takes longer, in seconds, on a machine that does much else.
LONG = 120.0
#: In seconds of processors.
MUCH = 20.0
_LISTENER = b"@LISTENER@"


@frozen(kw_only=True)
class Corner:
    """A run's directory, a folder beside it that is none of its business, and who listens."""

    home: Path
    root: Path
    outside: Path
    listener: Listener
    forked: Forked

    def vidgen(self, *words: str) -> Run:
        """Run a command, within bounds."""
        ended = self.forked.vidgen(*words, home=self.home, seconds=LONG, megabytes=ROOM)
        assert ended.processor < MUCH, f"{words}: {ended.processor:.1f} s"
        assert "\x1b" not in ended.err
        return ended


@pytest.fixture(scope="module")
def commands() -> Iterator[Forked]:
    with forked() as begun:
        yield begun


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of two scenes that lacks nothing but the join."""
    root = begin(tmp_path_factory.mktemp("film"), 2)
    for scene in (1, 2):
        add_scene(root, scene)
    add_clip(root, 2, 1)
    return root


@pytest.fixture
def corner(tmp_path: Path, film: Path, commands: Forked) -> Iterator[Corner]:
    home, outside = tmp_path / "home", tmp_path / "outside"
    root = home / film.name
    shutil.copytree(film, root)
    put(outside / "precious", b"the user's own")
    put(outside / "folder" / "film.mp4", b"more of it")
    with listening() as listener:
        yield Corner(home=home, root=root, outside=outside, listener=listener, forked=commands)
    assert listener.heard == []
    assert not list(tmp_path.rglob("hacked"))


def _small() -> list[Entry]:
    return [entry for entry in ENTRIES if entry.megabytes < 10]


@pytest.mark.parametrize("entry", ENTRIES if ALL else some(_small(), 12), ids=str)
def test_a_directory_with_something_odd_in_it_ends_well_or_says_what_is_wrong(
    entry: Entry, corner: Corner
) -> None:
    entry.change(corner.root, corner.outside)
    _lure(corner)
    media, outside = _media(corner), everything(corner.outside)
    status = corner.vidgen("status", str(corner.root))
    planned = corner.vidgen("continue", str(corner.root), "--dry-run", *PICTURES_ONLY)
    assert {status.code, planned.code} <= {0, 2, 8, 9, 10}, planned.err
    told = (*PICTURES_ONLY, "--engine", "local", "--set", "resolution=96x64", *entry.words)
    ended = corner.vidgen("continue", str(corner.root), *told)
    assert ended.code in entry.codes, ended.err
    if ended.code:
        assert entry.place in ended.words, ended.err
        assert len(ended.words) < 4000, "nobody reads so much"
    else:
        assert probe(corner.root / FILM, Kind.VIDEO).verdict is Verdict.WHOLE
        assert len(frames(corner.root / FILM)) == 24
    assert everything(corner.outside) == outside, "something outside was touched"
    assert media <= _media(corner), "something is lost"
    counted("data", entries=1, commands=3)


def _lure(corner: Corner) -> None:
    """Have whatever leads to the net lead to who listens."""
    for path in corner.root.rglob("*"):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > 10_000:
            continue
        content = path.read_bytes()
        if _LISTENER in content:
            path.write_bytes(content.replace(_LISTENER, corner.listener.base.encode()))


def _media(corner: Corner) -> set[str]:
    """Return the digests of all that a user may have put there, wherever it is now."""
    return {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in corner.root.rglob("*")
        if not path.is_symlink() and path.is_file() and _is_the_users(path, corner.root)
    }


def _is_the_users(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return parts[0] != layout.STATE or "replaced" in parts


def test_what_is_there_before_anything_is_odd_becomes_a_film(corner: Corner) -> None:
    """The corpus tells nothing where this fails."""
    assert all((corner.root / name).is_file() for name in MEDIA)
    ended = corner.vidgen("continue", str(corner.root), *PICTURES_ONLY)
    assert ended.code == 0, ended.err
    assert len(frames(corner.root / FILM)) == 24


def test_a_journal_that_ends_at_any_byte_forgets_only_what_comes_after(tmp_path: Path) -> None:
    (tmp_path / layout.STATE).mkdir()
    five_records(tmp_path)
    whole = path_of(tmp_path).read_bytes()
    known: list[Ledger] = []
    for end in range(len(whole) + 1):
        path_of(tmp_path).write_bytes(whole[:end])
        ledger = read_ledger(tmp_path)
        assert ledger.damage == "", end
        assert path_of(tmp_path).read_bytes() == whole[:end], "reading wrote"
        if not known or ledger != known[-1]:
            known.append(ledger)
        if end % 7 == 0:  # and so does a run that goes on from there
            with Journal(tmp_path) as journal:
                journal.intent(work(take=9))
            again = read_ledger(tmp_path)
            assert again.damage == ""
            assert again.in_flight[CLIP].take == 9
    assert len(known) == 5, "each record is there or not"
    counted("data", journal_cuts=len(whole) + 1)


def test_ffmpeg_is_given_no_file_that_leads_elsewhere(corner: Corner) -> None:
    """What is no media is refused by its first bytes, before any program opens it."""
    for name, content in disguises().items():
        path = put(corner.root / "a.mp4", content.replace(_LISTENER, b"http://127.0.0.1:9"))
        for kind in (Kind.VIDEO, Kind.AUDIO, Kind.IMAGE):
            assert probe(path, kind).verdict is Verdict.BROKEN, (name, kind)
    counted("data", disguises=3 * len(disguises()))
