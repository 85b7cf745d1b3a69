"""Of a broken file that the film does not need, ``vidgen verify`` says what really helps."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode
from vidgen_core.opening import Opened
from vidgen_core.plan import Plan

from ..retakes.studio import Studio
from ..run_directories import TS, video
from ..run_paths import FILM, clip_path, video_path
from .findings import conditions, found

IDLE = "the film does not need it: delete it or move it away"
FOLDER = f"scene_2_all_vid_{TS}"
CLIP, SCENE, FIRST = clip_path(2, 1), video_path(2, TS), f"{FOLDER}/scene_2_first_frame.jpg"
SPOKEN, LAST = f"narration_audio_{TS}.mp3", f"{FOLDER}/scene_2_vid_1_last_frame.jpg"


@pytest.fixture(scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole") / "film"


@pytest.fixture
def film(studio: Studio, _whole: Path) -> Studio:
    """A whole film with speech, sounds and a first frame for each scene."""
    if not _whole.exists():
        chosen = ("--tts", "voice", "--sound-engine", "hums", "--image-gen-model", "draws")
        studio.made(*chosen, "--first-frame-image-gen")
        shutil.copytree(studio.root, _whole)
        return studio
    shutil.rmtree(studio.root)
    shutil.copytree(_whole, studio.root)
    return studio


def cut(film: Studio, path: str) -> str:
    """Cut the file to its half, and return what is advised about it."""
    content = (film.root / path).read_bytes()
    (film.root / path).write_bytes(content[: len(content) // 2])
    told = found(film)
    assert {path: each["condition"] for path, each in told.items()} == {path: "broken"}
    assert film.vidgen("verify").code == ExitCode.FAILED
    return str(told[path]["advice"])


def spoil(film: Studio, path: str) -> None:
    """Change the file's bytes as a disk does: neither its size nor its times."""
    file = film.root / path
    status, content = file.stat(), bytearray(file.read_bytes())
    content[content.index(b"Lavf")] ^= 0x20
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def does(film: Studio, advice: str, *more: str) -> int:
    """Do what *advice* ends with."""
    _, _, typed = advice.partition(f"{IDLE}; to have it made again, ")[2].partition("vidgen ")
    command, root, *options = shlex.split(typed)
    assert root == str(film.root)
    return film.vidgen(command, *options, *more).code


@pytest.mark.parametrize("path", [CLIP, SCENE, FIRST, SPOKEN, LAST])
def test_it_is_told_that_a_run_would_not_touch_it(film: Studio, path: str) -> None:
    assert cut(film, path).startswith(IDLE)
    assert "nothing to do: the film is finished" in film.vidgen("continue").err
    (film.root / path).unlink()
    assert set(conditions(film).values()) <= {"unneeded"}
    assert film.vidgen("verify").code == 0


@pytest.mark.parametrize(("path", "is_bought"), [(CLIP, True), (FIRST, False)])
def test_a_redo_makes_it_again_and_tells_the_price_first(
    film: Studio, path: str, is_bought: bool
) -> None:
    advice = cut(film, path)
    assert "the price shown first: vidgen redo" in advice
    refused = ExitCode.DECISION if is_bought else ExitCode.COMPLETE
    assert does(film, advice, "--no-input") == refused
    assert does(film, advice, "--yes") == 0
    assert conditions(film) == {}


def test_a_scene_is_joined_again_for_nothing_where_the_film_goes_too(film: Studio) -> None:
    advice = cut(film, SCENE)
    assert "move the film away, too, then vidgen continue" in advice
    (film.root / FILM).rename(film.root / "my film so far.mp4")
    assert does(film, advice, "--no-input") == 0
    assert conditions(film) == {}


def test_what_the_disk_spoilt_and_the_film_does_not_need_is_told_alike(film: Studio) -> None:
    scene = film.root / SCENE
    spoil(film, SCENE)
    told = found(film)[SCENE]
    assert told["condition"] == "spoilt"
    assert told["advice"].startswith(IDLE)
    scene.rename(film.root / "spoilt.mp4")
    (film.root / FILM).rename(film.root / "my film so far.mp4")
    assert does(film, told["advice"], "--no-input") == 0
    assert conditions(film) == {}


def test_what_another_file_stands_for_is_not_bought_again(film: Studio) -> None:
    second = clip_path(2, 1, "20200101_000000")
    (film.root / second).parent.mkdir()
    shutil.copy(film.root / CLIP, film.root / second)
    spoil(film, CLIP)
    assert found(film)[CLIP]["advice"] == IDLE
    (film.root / CLIP).write_bytes(video(1)[:-30])
    told = found(film)[CLIP]
    assert (told["condition"], told["advice"]) == ("broken", IDLE)
    (film.root / second).write_bytes(video(1)[:-30])
    assert "vidgen redo" in found(film)[CLIP]["advice"]


def test_many_spoilt_files_are_judged_together(
    film: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan for each of them would take minutes for a long film."""
    made: list[int] = []
    plan = Opened.plan

    def counted(opened: Opened) -> Plan:
        made.append(1)
        return plan(opened)

    monkeypatch.setattr(Opened, "plan", counted)
    spoilt = [video_path(number, TS) for number in (1, 2)]
    for path in spoilt:
        spoil(film, path)
    told = found(film)
    assert {path: each["condition"] for path, each in told.items()} == dict.fromkeys(
        spoilt, "spoilt"
    )
    assert all(each["advice"].startswith(IDLE) for each in told.values())
    assert len(made) == 2
    spoil(film, FILM)
    told = found(film)
    assert [each["advice"] for each in told.values()] == [
        f"move it away, then vidgen continue {film.root}"
    ] * 3
    for path in told:
        (film.root / path).rename(film.root / f"spoilt {Path(path).name}")
    assert film.vidgen("continue", "--no-input").code == 0
    assert conditions(film) == {}


def test_what_is_of_no_scene_of_the_film_has_no_command(film: Studio) -> None:
    other = clip_path(9, 1)
    (film.root / other).parent.mkdir()
    (film.root / other).write_bytes(video(1)[:-30])
    assert found(film)[other]["advice"] == IDLE


def test_what_the_film_needs_is_made_again_by_the_next_run(film: Studio) -> None:
    for path in (FILM, f"{FOLDER}/scene_2_sound.mp3"):
        assert "made or fetched again" in cut(film, path)
        assert film.vidgen("continue", "--yes").code == 0
        assert conditions(film) == {}
