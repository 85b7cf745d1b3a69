"""What is written is on the disk before it gets its name, and nothing is written under it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from vidgen_core import layout

from ..executor.films import ended
from ..fakes import Film, Service, engine
from ..run_directories import begin, visible_files
from ..run_paths import FILM

#: An inode and what tells whether it was written to since: size and time.
State = tuple[int, int, int]


def state_of(status: os.stat_result) -> State:
    return status.st_ino, status.st_size, status.st_mtime_ns


@define(eq=False)
class Writes:
    """What a run synced and named. ``named``: each target, its state, whether it was synced.

    ``new``: the files that are there afterwards, and were not before.
    """

    root: Path
    synced: set[State] = field(factory=set)
    named: dict[str, tuple[State, bool]] = field(factory=dict)
    new: set[str] = field(factory=set)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        fsync = os.fsync

        def synced(handle: int) -> None:
            fsync(handle)
            self.synced.add(state_of(os.fstat(handle)))

        patch.setattr(os, "fsync", synced)
        for name in ("rename", "replace"):
            patch.setattr(os, name, self._noted(getattr(os, name)))

    def _noted(self, real: Any) -> Any:
        def named(source: Any, target: Any, **more: Any) -> None:
            state = state_of(Path(source).stat())
            real(source, target, **more)
            if Path(target).is_relative_to(self.root):
                name = Path(target).relative_to(self.root).as_posix()
                self.named[name] = state, state in self.synced

        return named


@pytest.fixture
def writes(tmp_path: Path, nothing_of_this_machine: None, small_pictures: None) -> Writes:
    """What was written for a film of two scenes whose clips are bought."""
    service = Service(folder=tmp_path / "service")
    film = Film(begin(tmp_path, 2), service, (engine(service),))
    before = set(visible_files(film.root))
    made = Writes(film.root)
    with pytest.MonkeyPatch.context() as patch:
        made.watch(patch)
        with film.working() as run:
            code = ended(run.work())
            run.directory.write_state(layout.PROBES, run.memory.to_bytes())
    assert code == 0
    made.new = set(visible_files(film.root)) - before
    return made


def test_a_file_is_synced_before_it_gets_its_name(writes: Writes) -> None:
    outputs = {name: synced for name, (_, synced) in writes.named.items() if name[0] != "."}
    assert FILM in outputs
    assert not [name for name, synced in outputs.items() if not synced]


def test_state_is_synced_before_it_gets_its_name(writes: Writes) -> None:
    state = {name: synced for name, (_, synced) in writes.named.items() if name[0] == "."}
    assert layout.PROBES in state
    assert any(name.startswith(f"{layout.REQUESTS}/") for name in state)
    assert not [name for name, synced in state.items() if not synced]


def test_no_output_is_written_under_its_own_name(writes: Writes) -> None:
    """What stands there is what was renamed, as it was."""
    assert FILM in writes.new
    assert writes.new <= writes.named.keys()
    for name, (state, _) in writes.named.items():
        path = writes.root / name
        if path.exists():
            assert state_of(path.stat()) == state, name
