"""``vidgen undo`` brings back what ``redo`` moved away, and no other file from its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.retake import to_undo
from vidgen_core.rundir import RunDirectory

from ..journal_records import path_of, rewritten
from ..run_directories import contents, put, video
from ..run_paths import FILM, TS, clip_path, video_path
from .studio import PLAIN, Studio

CLIP = clip_path(2, 1)
PLACE = f".vidgen/replaced/0001/{CLIP}"


@pytest.fixture
def redone(studio: Studio) -> Callable[[], dict[str, str]]:
    """Has scene 2 be made again; returns what there was before."""

    def make() -> dict[str, str]:
        old = contents(studio.root)
        assert studio.vidgen("redo", "--scene", "2", "--yes").code == 0
        return old

    studio.made(*PLAIN)
    return make


def waiting(studio: Studio) -> set[str]:
    return set(to_undo(RunDirectory(studio.root), read_ledger(studio.root)))


def is_as(studio: Studio, old: dict[str, str]) -> bool:
    """Whether all that is there is as it was; a last frame may be missing, which is no loss."""
    return contents(studio.root).items() <= old.items()


Redone = Callable[[], dict[str, str]]


def test_what_has_the_place_since_its_folder_was_deleted_is_not_brought_back(
    studio: Studio, redone: Redone
) -> None:
    redone()
    assert waiting(studio) >= {CLIP, video_path(2, TS), FILM}
    shutil.rmtree(studio.root / ".vidgen/replaced")  # as one may: undo then has nothing
    film = contents(studio.root)
    directory = RunDirectory(studio.root)
    for path in (FILM, CLIP):
        broken = put(studio.root / "broken", b"a later one that could not be used")
        assert directory.set_aside(broken, path).startswith(".vidgen/replaced/000")
    assert (studio.root / f".vidgen/replaced/0001/{FILM}").exists()
    assert waiting(studio) == set()
    assert studio.vidgen("undo").code == ExitCode.USAGE
    assert contents(studio.root) == film


def test_a_file_that_somebody_put_into_the_place_stays_there(
    studio: Studio, redone: Redone
) -> None:
    old = redone()
    mine = video(7, 2)
    put(studio.root / PLACE, mine)
    new = (studio.root / CLIP).read_bytes()
    assert CLIP not in waiting(studio)
    ended = studio.vidgen("undo")
    assert ended.code == 0
    assert f"not brought back, for it is in .vidgen/replaced no more: {CLIP}" in ended.words
    assert (studio.root / PLACE).read_bytes() == mine
    assert contents(studio.root)[FILM] == old[FILM]
    assert (studio.root / CLIP).read_bytes() == new
    bought = studio.service.bill()
    assert studio.vidgen("continue", "--no-input").code == 0
    assert studio.service.bill() == bought


def test_a_copy_of_the_directory_whose_files_have_other_times_is_undone(
    studio: Studio, redone: Redone
) -> None:
    old = redone()
    elsewhere = studio.root.with_name("as it is copied")
    studio.root.rename(elsewhere)
    shutil.copytree(elsewhere, studio.root, copy_function=shutil.copyfile)
    ended = studio.vidgen("undo")
    assert ended.code == 0
    assert "not brought back" not in ended.words
    assert is_as(studio, old)


def test_another_take_of_the_same_size_is_told_by_its_bytes(studio: Studio, redone: Redone) -> None:
    redone()
    place = studio.root / PLACE
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    assert CLIP not in waiting(studio)


@pytest.mark.parametrize("copied", [False, True])
def test_a_clip_that_somebody_had_changed_before_comes_back(
    studio: Studio, redone: Redone, copied: bool
) -> None:
    """No record is of its bytes: those of the clip that vidgen made are others."""
    put(studio.root / CLIP, video(7, 1))
    old = redone()
    if copied:
        elsewhere = studio.root.with_name("as it is copied")
        studio.root.rename(elsewhere)
        shutil.copytree(elsewhere, studio.root, copy_function=shutil.copyfile)
    assert studio.vidgen("undo").code == 0
    assert (studio.root / CLIP).read_bytes() == video(7, 1)
    assert contents(studio.root)[CLIP] == old[CLIP]


def lines_of(root: Path) -> list[bytes]:
    return path_of(root).read_bytes().splitlines(keepends=True)


def test_a_journal_that_an_older_vidgen_wrote_is_undone(studio: Studio, redone: Redone) -> None:
    old = redone()
    older = [
        rewritten(line, seen=[]) if b'"kind":"retake"' in line else line
        for line in lines_of(studio.root)
    ]
    assert older != lines_of(studio.root)
    path_of(studio.root).write_bytes(b"".join(older))
    assert studio.vidgen("undo").code == 0
    assert is_as(studio, old)


@pytest.mark.parametrize(
    "seen", [7, [7], [[CLIP, 1]], [[CLIP, 1.5, 2]], [[CLIP, True, 2]], {"a": 1}]
)
def test_a_journal_whose_sizes_make_no_sense_is_damaged(
    studio: Studio, redone: Redone, seen: object
) -> None:
    redone()
    lines = [
        rewritten(line, seen=seen) if b'"kind":"retake"' in line else line
        for line in lines_of(studio.root)
    ]
    path_of(studio.root).write_bytes(b"".join(lines))
    assert "makes no sense" in read_ledger(studio.root).damage
