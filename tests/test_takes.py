"""What is moved aside gets a number of its own, however much there is of it already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core import disk, layout
from vidgen_core.rundir import RunDirectory

from .run_directories import begin, put


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(begin(tmp_path, 1))


def displaced(run: RunDirectory, count: int) -> list[int]:
    """The numbers of so many takes, one after the other."""
    places = []
    for number in range(count):
        put(run.path(f"scene_{number}.mp4"), b"x")
        places.append(run.displace(f"scene_{number}.mp4"))
    return [int(place.split("/")[2]) for place in places]


def test_the_takes_are_counted_once_and_not_again_for_each_new_one(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "sync_directory", lambda path: None)
    for number in range(1, 201):
        run.path(f"{layout.REPLACED}/{number:04}").mkdir(parents=True)
    looked: list[str] = []
    real = Path.iterdir

    def iterdir(folder: Path) -> Iterator[Path]:
        for path in real(folder):
            looked.append(path.name)
            yield path

    with run.locked("a test"):
        monkeypatch.setattr(Path, "iterdir", iterdir)
        assert displaced(run, 100) == list(range(201, 301))
    assert len(looked) <= 200  # and no 25,000


def test_a_number_that_is_taken_meanwhile_is_passed_over(run: RunDirectory) -> None:
    with run.locked("a test"):
        assert displaced(run, 2) == [1, 2]
        run.path(f"{layout.REPLACED}/0003").mkdir()
        assert displaced(run, 2) == [4, 5]


def test_what_another_run_moved_aside_in_between_is_counted(run: RunDirectory) -> None:
    with run.locked("a test"):
        assert displaced(run, 2) == [1, 2]
    other = RunDirectory(run.root)
    with other.locked("another"):
        assert displaced(other, 3) == [3, 4, 5]
    for number in (1, 2, 3, 4):  # as clean leaves it: the last number only
        disk.drop_all(run.path(f"{layout.REPLACED}/{number:04}"))
    with run.locked("a test"):
        assert displaced(run, 1) == [6]


def test_a_number_that_could_not_be_had_is_had_by_the_next_one(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    with run.locked("a test"):
        assert displaced(run, 1) == [1]
        with monkeypatch.context() as patch:
            patch.setattr(disk, "make_new", full)
            with pytest.raises(Exception, match="No space left"):
                displaced(run, 1)
        assert displaced(run, 1) == [2]
