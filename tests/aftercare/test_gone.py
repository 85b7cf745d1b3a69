"""``vidgen verify`` tells what vidgen made and is gone, and whether the film lacks it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest

from vidgen_core.cli import verify_command
from vidgen_core.errors import ExitCode
from vidgen_core.inspection import gone
from vidgen_core.journal import Journal
from vidgen_core.ledger import Ledger
from vidgen_core.model import Key, Step
from vidgen_core.rundir import RunDirectory

from ..journal_records import path_of, record
from ..retakes.studio import Studio
from ..run_directories import TS, video
from ..run_paths import FILM, OTHER_TS, clip_path, frame_path, video_path
from .findings import conditions, found

Retaken = Callable[[Studio], None]
CLIP, SCENE = clip_path(2, 1), video_path(2, TS)


@pytest.fixture
def film(studio: Studio, retaken: Retaken) -> Studio:
    """A whole film whose scene 2 was made twice."""
    retaken(studio)
    return studio


def take(film: Studio, *paths: str) -> None:
    for path in paths:
        (film.root / path).unlink()


def test_a_film_that_is_gone_is_told_with_what_brings_it_back(film: Studio) -> None:
    take(film, FILM)
    told = found(film)
    assert told.keys() == {FILM}
    assert told[FILM]["condition"] == "gone"
    assert told[FILM]["fault"] == "vidgen made it, and it is not there any more"
    assert told[FILM]["advice"] == (
        f"it is made again, which costs nothing: vidgen continue {film.root}"
    )
    ended = film.vidgen("verify")
    assert ended.code == ExitCode.FAILED
    assert f"{FILM} is gone: vidgen made it" in ended.out
    assert ended.out.splitlines()[-1] == "not whole: 1 finding"
    assert film.vidgen("continue").code == 0
    assert conditions(film) == {}


def test_a_clip_that_was_paid_for_and_is_needed_is_told_with_what_it_takes(film: Studio) -> None:
    take(film, CLIP, SCENE, FILM)
    told = found(film)
    assert {path: each["condition"] for path, each in told.items()} == dict.fromkeys(
        (CLIP, SCENE, FILM), "gone"
    )
    assert told[CLIP]["fault"] == "it was paid for, and it is not there any more"
    assert (
        "put a copy of it back, or have it bought again, the price shown first"
        in (told[CLIP]["advice"])
    )
    assert "which costs nothing" in told[SCENE]["advice"]
    assert film.vidgen("continue", "--yes").code == 0
    assert conditions(film) == {}


def test_a_clip_of_a_scene_that_is_broken_is_needed(film: Studio) -> None:
    take(film, CLIP)
    (film.root / SCENE).write_bytes(b"no video any more")
    assert conditions(film) == {CLIP: "gone", SCENE: "broken"}


def test_what_the_film_does_not_need_may_be_deleted(film: Studio) -> None:
    take(film, CLIP)
    assert conditions(film) == {CLIP: "unneeded"}
    ended = film.vidgen("verify")
    assert ended.code == 0
    assert f"{CLIP}: it is gone, and the film does not need it" in ended.out
    assert ended.out.splitlines()[-1] == "all of it is whole"
    assert film.vidgen("continue").code == 0


def test_many_files_that_are_not_needed_are_counted_and_named_where_that_is_asked(
    film: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_command, "_MOST_NAMED", 3)
    for folder in film.root.glob("scene_*_all_vid_*"):
        shutil.rmtree(folder)
    lost = conditions(film)
    assert len(lost) > 3
    assert set(lost.values()) == {"unneeded"}
    short, long = film.vidgen("verify"), film.vidgen("verify", "-v")
    assert (short.code, long.code) == (0, 0)
    assert f"{len(lost)} files are gone that the film does not need (-v names them)" in short.out
    assert CLIP not in short.out
    assert all(path in long.out for path in lost)


def test_what_a_provider_made_that_is_not_installed_any_more_may_be_deleted(film: Studio) -> None:
    take(film, CLIP)
    film.specs.clear()
    assert conditions(film) == {CLIP: "unneeded"}
    take(film, SCENE, FILM)
    told = found(film)
    assert told[CLIP]["condition"] == "gone"
    assert told[CLIP]["advice"].endswith(f"vidgen continue {film.root} --dry-run")


def test_what_was_replaced_undone_or_cleaned_is_not_gone(film: Studio) -> None:
    assert conditions(film) == {}
    assert film.vidgen("undo").code == 0
    assert conditions(film) == {}
    assert film.vidgen("clean", "--yes").code == 0
    assert conditions(film) == {}


def test_what_was_moved_aside_before_a_crash_is_not_gone(film: Studio) -> None:
    place = RunDirectory(film.root).displace(FILM)  # and no record was written of it
    assert conditions(film) == {}
    (film.root / place).unlink()
    assert conditions(film) == {FILM: "gone"}


def test_another_whole_file_stands_for_one_that_is_gone(film: Studio) -> None:
    other = CLIP.replace(f"vid_1_{TS}", f"vid_1_{OTHER_TS}")
    assert other != CLIP
    (film.root / CLIP).rename(film.root / other)
    assert conditions(film) == {}
    (film.root / other).write_bytes(b"")
    assert conditions(film) == {CLIP: "unneeded", other: "broken"}


@pytest.mark.parametrize("name", ["the film of our year.mp4", "old/film.mp4"])
def test_a_file_that_somebody_gave_another_name_is_found_by_its_bytes(
    film: Studio, name: str
) -> None:
    (film.root / "old").mkdir()
    (film.root / FILM).rename(film.root / name)
    advice = found(film)[FILM]["advice"]
    assert advice.startswith("it lies there under another name: mv ")
    subprocess.run(advice.partition(": ")[2], shell=True, check=True)
    assert (film.root / FILM).exists()
    assert conditions(film) == {}


def test_a_folder_that_is_gone_is_made_for_what_goes_back_there(film: Studio) -> None:
    take(film, SCENE, FILM)
    (film.root / CLIP).rename(film.root / "mine.mp4")
    shutil.rmtree((film.root / CLIP).parent)
    told = found(film)
    subprocess.run(told[CLIP]["advice"].partition(": ")[2], shell=True, check=True)
    assert (film.root / CLIP).exists()


def test_vidgens_own_files_that_are_alike_are_not_taken_for_one_that_is_gone(
    film: Studio,
) -> None:
    assert film.vidgen("undo").code == 0
    one, other = frame_path(1, 1), frame_path(2, 1)
    assert (film.root / one).read_bytes() == (film.root / other).read_bytes()
    take(film, one, CLIP, SCENE, FILM)
    told = found(film)
    assert told[one]["condition"] == "gone"
    assert not any("under another name" in each["advice"] for each in told.values())


def test_what_this_machine_does_not_give_out_is_not_gone(film: Studio) -> None:
    folder = (film.root / CLIP).parent
    folder.rename(film.root.parent / "a disk that is not plugged in")
    folder.symlink_to(film.root.parent / "nowhere")
    assert conditions(film) == {folder.name: "unreadable"}


def test_a_damaged_journal_is_not_asked_what_is_gone(film: Studio) -> None:
    take(film, FILM)
    lines = path_of(film.root).read_bytes().splitlines(keepends=True)
    path_of(film.root).write_bytes(b"".join([*lines[:2], b"x" * 20 + b"\n", *lines[2:]]))
    assert conditions(film) == {".vidgen/journal.jsonl": "damaged"}


def test_without_a_journal_nobody_knows_what_is_gone(film: Studio) -> None:
    take(film, FILM)
    path_of(film.root).unlink()
    assert conditions(film) == {}


def test_what_a_run_at_work_moves_away_meanwhile_is_not_gone(
    film: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(film, FILM)

    def a_moment_later(root: object) -> Ledger:
        with Journal(film.root) as journal:
            journal.displaced(FILM, f".vidgen/replaced/0009/{FILM}", "replaced by scene 2")
            return journal.ledger

    monkeypatch.setattr(gone, "read_ledger", a_moment_later)
    assert film.vidgen("verify").code == 0


@pytest.mark.parametrize("path", [f"../{FILM}", "a\0b.jpg", "\udcff.jpg", "x" * 5000 + ".jpg"])
def test_a_journal_from_elsewhere_may_say_anything(film: Studio, path: str) -> None:
    with Journal(film.root) as journal:
        journal.published(Key(Step.INITIAL_IMAGE), record(path))
    assert film.vidgen("verify").code == 0


def test_where_nothing_can_be_planned_what_is_gone_is_told_all_the_same(film: Studio) -> None:
    take(film, CLIP)
    (film.root / f"scenes_{TS}.json").write_text('[{"scene_number": 40}]')
    assert found(film)[CLIP]["condition"] == "gone"


def test_a_clip_that_somebody_put_in_its_place_is_changed_and_not_gone(film: Studio) -> None:
    (film.root / CLIP).write_bytes(video(7))
    assert conditions(film) == {CLIP: "changed"}
