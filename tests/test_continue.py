"""``vidgen continue`` on directories that earlier scripts left half done: the command itself."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from attrs import frozen

from .command_line import PICTURES_ONLY, WITH_LOCAL, Ended, vidgen
from .run_directories import (
    FPS,
    add_clip,
    add_scene,
    add_single_clip,
    begin,
    colour,
    contents,
    decoded_seconds,
    everything,
    frames,
    is_near,
    newer_run,
    older_run,
    put,
    scene_object,
    sound,
)
from .run_paths import OTHER_TS, TS

OLD_WORDS = ("--engine", "local", "--skip_narration", "--skip_sound_effects")


@frozen(kw_only=True)
class Finished:
    """A run that was half there and was continued to its end."""

    root: Path
    home: Path
    there: frozenset[int]
    seconds: int
    before: dict[bytes, Any]
    contents: dict[str, str]
    ended: Ended


def _finish(home: Path, maker: Callable[[Path], Path], there: set[int], seconds: int) -> Finished:
    root = maker(home)
    before, content = everything(root), contents(root)
    ended = vidgen("continue", root, *OLD_WORDS, home=home)
    return Finished(
        root=root,
        home=home,
        there=frozenset(there),
        seconds=seconds,
        before=before,
        contents=content,
        ended=ended,
    )


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return _finish(tmp_path_factory.mktemp("older"), older_run, {1, 3, 4}, 1)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return _finish(tmp_path_factory.mktemp("newer"), newer_run, {2, 5, 6}, 2)


@pytest.fixture(params=["older", "newer"])
def finished(request: pytest.FixtureRequest) -> Finished:
    """Each of the two variants of the format; to be looked at, not changed."""
    found: Finished = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def again(newer: Finished, tmp_path: Path) -> Path:
    """A copy of a finished run, to be spoilt."""
    root = tmp_path / newer.root.name
    shutil.copytree(newer.root, root)
    return root


def decisions(root: Path, home: Path, *options: str) -> list[tuple[str, str, str]]:
    """What a dry run would do with every file."""
    plan = vidgen("continue", root, *(options or WITH_LOCAL), "--dry-run", "--json", home=home)
    assert plan.code == 0, plan.err
    return [(task["id"], task["decision"], task["path"]) for task in plan.json["tasks"]]


def made(ended: Ended) -> list[str]:
    assert ended.code == 0, ended.err
    return sorted(ended.json["made"])


# half of the scenes there --------------------------------------------------


def test_half_a_film_is_finished_and_only_the_films_path_is_printed(finished: Finished) -> None:
    assert finished.ended.code == 0, finished.ended.err
    assert finished.ended.out == f"{finished.root}/final_video_{TS}.mp4\n"
    assert finished.ended.last.startswith("finished: ")
    assert "nothing was charged" in finished.ended.last


def test_what_was_there_is_not_touched(finished: Finished) -> None:
    after, content = everything(finished.root), contents(finished.root)
    files = {path: seen for path, seen in finished.before.items() if not seen.mode & 0o040000}
    assert files
    assert {path: after.get(path) for path in files} == files
    assert {path: content.get(path) for path in finished.contents} == finished.contents


def test_nothing_is_left_over_beside_what_the_format_names(finished: Finished) -> None:
    new = set(contents(finished.root)) - set(finished.contents)
    wanted = {f"final_video_{TS}.mp4"}
    for number in range(1, 7):
        wanted.add(f"scene_{number}_{TS}.mp4")
        folder = f"scene_{number}_all_vid_{TS}"
        wanted.add(f"{folder}/scene_{number}_vid_1_{TS}.mp4")
        wanted.add(f"{folder}/scene_{number}_vid_1_last_frame.jpg")
        wanted.add(f"{folder}/scene_{number}_last_frame.jpg")
    assert new <= wanted
    assert not list((finished.root / ".vidgen").glob("tmp/*"))


def test_the_film_shows_every_scene_in_order_and_as_long_as_it_should(finished: Finished) -> None:
    film = frames(finished.root / f"final_video_{TS}.mp4")
    each = finished.seconds * FPS
    assert len(film) == 6 * each
    for number in range(1, 7):
        shown = film[(number - 1) * each : number * each]
        assert shown == frames(finished.root / f"scene_{number}_{TS}.mp4"), number
        if number in finished.there:
            assert all(is_near(frame, colour(number)) for frame in shown), number


def test_a_new_clip_starts_from_the_last_frame_before_it(finished: Finished) -> None:
    each = finished.seconds * FPS
    film = frames(finished.root / f"final_video_{TS}.mp4")
    starts = [n for n in range(2, 7) if n not in finished.there and n - 1 in finished.there]
    assert starts
    for number in starts:
        assert is_near(film[(number - 1) * each], colour(number - 1), 14), number


def test_a_second_bare_continue_writes_nothing(finished: Finished) -> None:
    before = everything(finished.root)
    ended = vidgen("continue", finished.root, home=finished.home)
    assert everything(finished.root) == before
    assert ended.code == 0
    assert ended.out == finished.ended.out
    assert "nothing to do" in ended.words


def test_the_analysis_comes_before_the_work(newer: Finished) -> None:
    err = newer.ended.err
    assert err.startswith(f"video_{TS}: 6 scenes in scenes_{TS}.json")
    assert "scenes 2, 6 are complete, 4.0 s" in err
    assert "scene 5 is complete in clips, 2.0 s, to be joined" in err
    assert "scenes 1, 3–4 are missing" in err
    assert "the film is not there yet" in err
    assert err.index("are missing") < err.index("making scene 1 clip 1")


def test_the_scenes_file_keeps_what_nobody_knows(newer: Finished) -> None:
    value = json.loads((newer.root / f"scenes_{TS}.json").read_text())
    assert value["written_by"] == "hand"


# the same plan, wherever the directory is ----------------------------------


def test_renamed_copied_or_moved_it_is_the_same_plan(tmp_path: Path) -> None:
    root = newer_run(tmp_path)
    wanted = decisions(root, tmp_path)
    assert {decision for _, decision, _ in wanted} == {"keep", "make"}
    copy = tmp_path / "elsewhere" / root.name
    shutil.copytree(root, copy)
    assert decisions(copy, tmp_path) == wanted
    moved = root.rename(tmp_path / "my holiday film")
    assert decisions(moved, tmp_path) == wanted
    assert decisions(Path("my holiday film"), tmp_path) == wanted
    assert decisions(moved / ".." / moved.name, tmp_path) == wanted
    later = decisions(moved.rename(tmp_path / "video_20260101_000000"), tmp_path)
    assert [task[:2] for task in later] == [task[:2] for task in wanted]


def test_a_run_that_vidgen_began_may_be_renamed_to_any_timestamp(again: Path) -> None:
    (again / f"scene_3_{TS}.mp4").unlink()
    (again / f"final_video_{TS}.mp4").unlink()
    wanted = decisions(again, again.parent)
    renamed = again.rename(again.parent / "video_20200101_000000")
    assert decisions(renamed, again.parent) == wanted


def test_without_vidgens_own_folder_every_file_is_kept_or_made_as_with_it(again: Path) -> None:
    for path in (f"scene_3_{TS}.mp4", f"scene_4_{TS}.mp4", f"final_video_{TS}.mp4"):
        (again / path).unlink()
    shutil.rmtree(again / f"scene_4_all_vid_{TS}")
    wanted = decisions(again, again.parent)
    assert ("clip-4-1", "make") in [task[:2] for task in wanted]
    assert ("clip-3-1", "keep") in [task[:2] for task in wanted]
    shutil.rmtree(again / ".vidgen")
    assert decisions(again, again.parent) == wanted


def test_without_vidgens_own_folder_a_finished_film_is_finished(again: Path) -> None:
    shutil.rmtree(again / ".vidgen")
    before = everything(again)
    ended = vidgen("continue", again, home=again.parent)
    assert (ended.code, ended.out) == (0, f"{again}/final_video_{TS}.mp4\n")
    assert everything(again) == before


# some of it gone -----------------------------------------------------------


def test_a_scene_whose_clips_are_there_is_only_joined(again: Path) -> None:
    shutil.rmtree(again / ".vidgen")
    (again / f"scene_2_{TS}.mp4").unlink()
    (again / f"final_video_{TS}.mp4").unlink()
    ended = vidgen("continue", again, *WITH_LOCAL, "--json", home=again.parent)
    assert made(ended) == [f"final_video_{TS}.mp4", f"scene_2_{TS}.mp4"]
    assert all(is_near(frame, colour(2)) for frame in frames(again / f"scene_2_{TS}.mp4"))


def test_a_film_that_is_gone_is_only_joined(again: Path) -> None:
    film = again / f"final_video_{TS}.mp4"
    wanted = frames(film)
    film.unlink()
    ended = vidgen("continue", again, "--json", home=again.parent)
    assert made(ended) == [film.name]
    assert frames(film) == wanted


def test_where_all_scenes_are_whole_only_the_film_is_joined(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    for number in (1, 2, 3):
        add_scene(root, number)
    ended = vidgen("continue", root, "--skip-narration", home=tmp_path)
    assert (ended.code, ended.out) == (0, f"{root}/final_video_{TS}.mp4\n"), ended.err
    assert "scenes 1–3 are complete, 3.0 s" in ended.words
    shown = frames(root / f"final_video_{TS}.mp4")
    assert [is_near(shown[n * FPS + 6], colour(n + 1)) for n in range(3)] == [True] * 3


def test_the_order_is_the_scenes_files_not_the_numbers(tmp_path: Path) -> None:
    root = begin(tmp_path, [scene_object(n) for n in (3, 1, 10, 2)])
    for number in (1, 2, 3, 10):
        add_scene(root, number)
    ended = vidgen("continue", root, home=tmp_path)
    assert ended.code == 0, ended.err
    shown = frames(root / f"final_video_{TS}.mp4")
    assert [is_near(shown[n * FPS + 6], colour(s)) for n, s in enumerate((3, 1, 10, 2))] == [
        True
    ] * 4


def test_timestamps_that_differ_are_versions_of_one_run(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    add_scene(root, 1, timestamp=OTHER_TS)
    add_clip(root, 2, 1, timestamp=OTHER_TS, folder=TS)
    add_single_clip(root, 3, folder=OTHER_TS)
    ended = vidgen("continue", root, *PICTURES_ONLY, "--json", home=tmp_path)
    assert made(ended) == [f"final_video_{TS}.mp4", f"scene_2_{TS}.mp4", f"scene_3_{TS}.mp4"]
    shown = frames(root / f"final_video_{TS}.mp4")
    assert [is_near(shown[n * FPS + 6], colour(n + 1)) for n in range(3)] == [True] * 3


# sound ---------------------------------------------------------------------


def loudness(film: Path, second: int) -> float:
    """The mean square of what is heard during one second."""
    heard = bytearray()
    with av.open(os.fspath(film)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono", rate=8000)
        for frame in container.decode(stream):
            for part in resampler.resample(frame):
                heard += bytes(part.planes[0])[: part.samples * 2]
    samples = memoryview(bytes(heard)).cast("h")[second * 8000 + 1000 : second * 8000 + 7000]
    return sum(value * value for value in samples) / len(samples)


def test_a_sound_that_is_there_is_heard_in_its_scene_though_none_are_made(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    for number in (1, 2, 3):
        add_scene(root, number)
    put(root / f"scene_2_all_vid_{TS}" / "scene_2_sound.mp3", sound())
    ended = vidgen("continue", root, "--skip_sound_effects", "--skip_narration", home=tmp_path)
    assert ended.code == 0, ended.err
    film = root / f"final_video_{TS}.mp4"
    assert abs(decoded_seconds(film) - 3) < 1024 / 44100
    assert loudness(film, 1) > 100 * max(loudness(film, 0), loudness(film, 2), 1.0)


def test_a_narration_that_is_there_is_fitted_to_the_film_and_heard(tmp_path: Path) -> None:
    root = begin(tmp_path, 3)
    for number in (1, 2, 3):
        add_scene(root, number)
    put(root / f"narration_audio_{TS}.mp3", sound(2.8))
    ended = vidgen("continue", root, *PICTURES_ONLY, "--json", home=tmp_path)
    adjusted = f"narration_audio_adjusted_{TS}.mp3"
    assert made(ended) == [f"final_video_{TS}.mp4", adjusted]
    assert abs(decoded_seconds(root / adjusted) - 3) < 0.06
    assert loudness(root / f"final_video_{TS}.mp4", 1) > 1000


# words that changed ------------------------------------------------------


def test_words_that_changed_make_nothing_again_and_are_said(again: Path) -> None:
    path = again / f"scenes_{TS}.json"
    path.write_text(path.read_text().replace("a boat comes in slowly", "a boat leaves"))
    before = everything(again)
    ended = vidgen("continue", again, home=again.parent)
    assert ended.code == 0
    changed = "may be out of date, and kept: the scenes file changed since it was made"
    assert f"scene 1, scene 3 and scene 4 {changed}" in ended.words
    assert everything(again) == before
