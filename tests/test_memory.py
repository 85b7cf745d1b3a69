"""What is known of a file is not found out again until the file changes."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import disk, layout
from vidgen_core import listing as room
from vidgen_core.ledger import Published
from vidgen_core.memory import Memory, read_memory
from vidgen_core.model import Facts, Key, Step, Verdict
from vidgen_core.plan import File

from .listed import listed
from .run_directories import begin, put
from .run_paths import TS

SCENE = f"scene_1_{TS}.mp4"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are hashed."""
    done: list[str] = []
    digest = disk.digest

    def spy(path: Path) -> str:
        done.append(path.name)
        return digest(path)

    monkeypatch.setattr(room.disk, "digest", spy)
    return done


def own(root: Path, path: str) -> Published:
    status = (root / path).stat()
    return Published(
        path=path,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        sha256=disk.digest(root / path),
    )


def test_a_file_is_probed_once_until_its_size_or_time_changes(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    path, memory = put(root / SCENE, b"one"), Memory()
    assert listed(root, memory)[1][SCENE] == 1
    assert listed(root, memory)[1][SCENE] == 0
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert listed(root, memory)[1][SCENE] == 1
    path.write_bytes(b"longer")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert listed(root, memory)[1][SCENE] == 1
    assert listed(root, memory)[1][SCENE] == 0


def test_the_memory_survives_its_file(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    put(root / SCENE, b"one")
    memory = Memory()
    first, _ = listed(root, memory)
    assert memory.changed
    put(root / layout.PROBES, memory.to_bytes())
    again = read_memory(root)
    second, calls = listed(root, again)
    assert calls == Counter()
    assert second == first
    assert not again.changed
    assert again.to_bytes() == memory.to_bytes()


def test_what_many_files_have_in_common_is_remembered_once(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    memory = Memory()
    for n in range(1, 9):
        put(root / f"scene_{n}_{TS}.mp4", b"one")
    listed(root, memory)
    content = json.loads(memory.to_bytes())
    assert len(content["files"]) == 9
    assert len(content["facts"]) == 2
    put(root / layout.PROBES, memory.to_bytes())
    assert listed(root, read_memory(root))[1] == Counter()


def test_our_own_file_is_hashed_only_when_size_or_time_differ(
    tmp_path: Path, hashes: list[str]
) -> None:
    root = begin(tmp_path, 1)
    path = put(root / SCENE, b"ours")
    published = {SCENE: own(root, SCENE)}
    hashes.clear()
    memory = Memory()
    (file,) = listed(root, memory, published=published)[0].by_key[Key(Step.SCENE, 1)]
    assert file.sha256 == published[SCENE].sha256
    assert hashes == []
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))  # as cp leaves it
    for _ in range(3):
        (file,) = listed(root, memory, published=published)[0].by_key[Key(Step.SCENE, 1)]
        assert file.sha256 == published[SCENE].sha256
    assert hashes == [SCENE]
    path.write_bytes(b"hers")
    (file,) = listed(root, memory, published=published)[0].by_key[Key(Step.SCENE, 1)]
    assert file.sha256 != published[SCENE].sha256
    assert hashes == [SCENE, SCENE]


def test_a_foreign_input_of_a_record_is_hashed_once(tmp_path: Path, hashes: list[str]) -> None:
    root = begin(tmp_path, 1)
    put(root / SCENE, b"foreign")
    put(root / f"scene_2_{TS}.mp4", b"not asked for")
    film = Published(path="film", size=1, mtime_ns=1, sha256="x", inputs={SCENE: "y"})
    memory = Memory()
    for _ in range(2):
        listed(root, memory, published={"film": film})
    assert hashes == [SCENE]


def memory_of(entry: Any, facts: Any = ()) -> dict[str, Any]:
    return {"schema": 2, "facts": facts or [{}], "files": {SCENE: entry}}


HOSTILE: list[Any] = [
    [],
    None,
    {},
    {**memory_of(["S", "T", "", 0]), "schema": 3},
    {"schema": 2},
    {"schema": 2, "facts": [], "files": []},
    {"schema": 2, "facts": {}, "files": {}},
    memory_of(None),
    memory_of([3, 4]),
    memory_of(["3", "4", "", 0]),
    memory_of(["S", "T", ["sha"], 0]),
    memory_of(["S", "T", "", 1]),
    memory_of(["S", "T", "", -1]),
    memory_of(["S", "T", "", True], [{}, {}]),
    memory_of(["S", "T", "", {}]),
    memory_of([True, "T", "", 0]),
    memory_of(["S", "T", "", 0], [{"verdict": "perfect"}]),
    memory_of(["S", "T", "", 0], [{"frames": "many"}]),
    memory_of(["S", "T", "", 0], [{"seconds": "long"}]),
    memory_of(["S", "T", "", 0], [{"frames": True}]),
    memory_of(["S", "T", "", 0], [{"colour": "red"}]),
    memory_of(["S", "T", "", 0], [[]]),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=json.dumps)
def test_a_memory_that_makes_no_sense_is_an_empty_one(tmp_path: Path, hostile: Any) -> None:
    root = begin(tmp_path, 1)
    status = put(root / SCENE, b"one").stat()
    text = json.dumps(hostile)
    text = text.replace('"S"', str(status.st_size)).replace('"T"', str(status.st_mtime_ns))
    put(root / layout.PROBES, text.encode())
    found, calls = listed(root, read_memory(root))
    assert calls[SCENE] == 1
    (file,) = found.by_key[Key(Step.SCENE, 1)]
    assert file.facts.seconds == 1.0


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b"1e999"])
def test_a_memory_that_is_no_json_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    root = begin(tmp_path, 1)
    put(root / layout.PROBES, content)
    assert listed(root, read_memory(root))[1] == Counter({f"scenes_{TS}.json": 0})


def test_a_pipe_for_a_memory_is_not_waited_for(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    (root / layout.STATE).mkdir()
    os.mkfifo(root / layout.PROBES)
    assert read_memory(root).to_bytes() == Memory().to_bytes()


@given(
    st.builds(
        Facts,
        verdict=st.sampled_from(Verdict),
        fault=st.text(max_size=5),
        seconds=st.floats(0, 1e6),
        frames=st.integers(0, 10**6),
        fps=st.floats(0, 240),
        width=st.integers(0, 9000),
        height=st.integers(0, 9000),
        signature=st.text(max_size=5),
        has_audio=st.booleans(),
        decoded=st.booleans(),
    ),
    st.text(max_size=8),
)
@settings(deadline=None, max_examples=60)
def test_whatever_is_remembered_comes_back(
    tmp_path_factory: pytest.TempPathFactory, facts: Facts, sha256: str
) -> None:
    root = tmp_path_factory.mktemp("run")
    memory = Memory()
    file = File(path="a", key=Key(Step.FILM), pattern="", size=1, mtime_ns=2, facts=facts)
    memory.remember(evolve(file, sha256=sha256))
    put(root / layout.PROBES, memory.to_bytes())
    known = read_memory(root).recall("a", 1, 2)
    assert known is not None
    assert (known.facts, known.sha256) == (facts, sha256)
    assert read_memory(root).recall("a", 1, 3) is None
