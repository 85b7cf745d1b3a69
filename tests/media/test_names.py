"""No name of a file is read as anything else, and no list passes for a video."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from vidgen_core.errors import InputError
from vidgen_core.media import Media

from ..broken_files import ODD_NAMES
from .media_files import HEIGHT, WIDTH, number_of, numbered, on_posix


@on_posix
@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_is_interpreted_on_the_way_in_or_out(
    name: str, media: Media, tmp_path: Path
) -> None:
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    clip = folder / f"{name}.mp4"
    media.encode_frames(numbered(6), clip, width=WIDTH, height=HEIGHT, fps=12)
    for suffix in (".png", ".jpg"):
        media.save_frame(clip, folder / f"{name}{suffix}", 4)
        assert number_of(folder / f"{name}{suffix}") == 4
    media.save_image(folder / f"{name}.jpg", folder / f"{name} copy.png")
    media.encode_audio([bytes(4000)], folder / f"{name}.wav", rate=8000, channels=1)
    assert media.measure_loudness(folder / f"{name}.wav") == -math.inf
    assert len(list(folder.iterdir())) == 5
    assert list(tmp_path.iterdir()) == [folder]


def test_a_relative_name_that_looks_like_an_option_or_a_protocol_works(
    media: Media, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-i.mp4", "http:x.mp4"):
        media.encode_frames(numbered(3), Path(name), width=WIDTH, height=HEIGHT, fps=12)
        assert len(media.read_frame(Path(name), width=8, height=8)) == 192
    assert sorted(path.name for path in tmp_path.iterdir()) == ["-i.mp4", "http:x.mp4"]


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile secret.mp4\n",
        "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n",
        "<!DOCTYPE html>",
        "",
    ],
)
def test_a_list_in_disguise_is_refused(
    text: str, media: Media, counted: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.mp4").write_bytes(counted.read_bytes())
    path = tmp_path / "list.mp4"
    path.write_text(text)
    for call in (
        lambda: media.input(path),
        lambda: media.read_frame(path, width=8, height=8),
        lambda: media.save_frame(path, tmp_path / "x.png"),
        lambda: media.save_image(path, tmp_path / "x.png"),
        lambda: media.measure_loudness(path),
    ):
        with pytest.raises(InputError):
            call()
    assert not (tmp_path / "x.png").exists()


def test_a_file_that_is_not_there_is_an_input_error(media: Media, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        media.input(tmp_path / "none.mp4")
