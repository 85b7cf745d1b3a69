"""Files that are not what they seem: each is named, and the film is whole all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.media import Media

from . import broken_files
from .command_line import WITH_LOCAL, Ended, vidgen
from .run_directories import FPS, add_scene, begin, colour, frames, is_near, put, video
from .run_paths import TS


def test_a_near_miss_is_named_with_the_name_that_it_should_have(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    near = put(root / "scene_2_final cut.mp4", video(2))
    ended = vidgen("continue", root, *WITH_LOCAL, "--dry-run", home=tmp_path)
    assert ended.code == 0, ended.err
    words = " ".join(ended.out.split())
    assert f"{near.name} looks like its file; if it is, rename it to scene_2_{TS}.mp4" in words
    near.rename(root / f"scene_2_{TS}.mp4")
    finished = vidgen("continue", root, *WITH_LOCAL, "--json", home=tmp_path)
    assert finished.json["made"] == [f"final_video_{TS}.mp4"]


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole clip whose every byte matters; two seconds long."""
    path = tmp_path_factory.mktemp("noisy") / "clip.mp4"
    return broken_files.make_clip(Media("bundled"), path).read_bytes()


@pytest.fixture(scope="module")
def spoilt(noisy: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A run whose every scene is spoilt in another way, all their clips being whole."""
    home = tmp_path_factory.mktemp("spoilt")
    kinds = tuple(broken_files.CORRUPTIONS)
    root = begin(home, len(kinds), seconds=2)
    for number, kind in enumerate(kinds, start=1):
        put(root / f"scene_{number}_{TS}.mp4", broken_files.CORRUPTIONS[kind](noisy))
        put(
            root / f"scene_{number}_all_vid_{TS}" / f"scene_{number}_vid_1_{TS}.mp4",
            video(number, 2),
        )
    return root, vidgen("continue", root, *WITH_LOCAL, home=home)


def number_of(kind: str) -> int:
    return list(broken_files.CORRUPTIONS).index(kind) + 1


def replaced(root: Path) -> list[str]:
    """The files that were moved aside, by their names in the run."""
    kept = root / ".vidgen" / "replaced"
    return sorted(
        path.relative_to(kept).as_posix().partition("/")[2]
        for path in kept.rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize("kind", broken_files.BROKEN)
def test_a_broken_scene_is_moved_aside_and_joined_again_from_its_clips(
    kind: str, spoilt: tuple[Path, Ended], noisy: bytes
) -> None:
    root, ended = spoilt
    assert ended.code == 0, ended.err
    number = number_of(kind)
    name = f"scene_{number}_{TS}.mp4"
    assert f"{name} is broken and counts as missing: " in ended.err
    assert f"moved aside, broken: {name} is now in .vidgen/replaced/" in ended.err
    (aside,) = (root / ".vidgen" / "replaced").glob(f"*/{name}")
    assert aside.read_bytes() == broken_files.CORRUPTIONS[kind](noisy)
    assert all(is_near(frame, colour(number)) for frame in frames(root / name))


@pytest.mark.parametrize("kind", [*broken_files.DOUBTFUL, *broken_files.SUBTLE])
def test_what_only_decoding_tells_is_named_before_it_is_joined(
    kind: str, spoilt: tuple[Path, Ended]
) -> None:
    root, ended = spoilt
    name = f"scene_{number_of(kind)}_{TS}.mp4"
    film = ended.err.index("the film: final_video")
    broken = f"{name} is broken" in ended.err[:film]
    damaged = f"{name} is damaged, but all of it can be shown" in ended.err[:film]
    assert broken != damaged, ended.err
    assert (name in replaced(root)) == broken


def test_whatever_was_spoilt_the_film_is_whole(spoilt: tuple[Path, Ended]) -> None:
    root, _ = spoilt
    assert len(frames(root / f"final_video_{TS}.mp4")) == 2 * FPS * len(broken_files.CORRUPTIONS)
    assert vidgen("continue", root, home=root.parent).code == 0


@pytest.mark.parametrize("kind", ["cut_at_half", "media_all_zero", "html_renamed"])
def test_a_broken_clip_is_made_again(kind: str, noisy: bytes, tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    clip = root / f"scene_2_all_vid_{TS}" / f"scene_2_vid_1_{TS}.mp4"
    put(clip, broken_files.CORRUPTIONS[kind](noisy))
    put(root / f"final_video_{TS}.mp4", broken_files.CORRUPTIONS[kind](noisy))
    ended = vidgen("continue", root, *WITH_LOCAL, home=tmp_path)
    assert ended.code == 0, ended.err
    assert f"{clip.name} is broken and counts as missing" in ended.words
    assert replaced(root) == [
        f"final_video_{TS}.mp4",
        f"scene_2_all_vid_{TS}/scene_2_vid_1_{TS}.mp4",
    ]
    assert len(frames(root / f"final_video_{TS}.mp4")) == 2 * FPS


def test_a_clip_that_only_a_full_decode_finds_broken_does_not_reach_the_film(
    noisy: bytes, tmp_path: Path
) -> None:
    root = begin(tmp_path, 2, seconds=2)
    add_scene(root, 1, 2)
    name = f"scene_2_{TS}.mp4"
    put(root / name, broken_files.late_hole_of_zeros(noisy))
    ended = vidgen("continue", root, *WITH_LOCAL, home=tmp_path)
    assert ended.code == 0, ended.err
    assert name in ended.err.partition("the film: final_video")[0]
    assert len(frames(root / f"final_video_{TS}.mp4")) == 4 * FPS
