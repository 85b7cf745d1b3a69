"""Letters of other scripts, drawn with real fonts: they are there, and run in their direction.

The fonts come with the development dependencies; without them these tests are skipped.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vidgen_core.media import Media
from vidgen_core.stitch.captions import draw, text_of
from vidgen_core.stitch.footage import survey
from vidgen_core.stitch.letters import letters_of
from vidgen_core.stitch.typeface import Typeface, typeface_for

from ..run_directories import video

HEBREW = ("pylopdf-fonts-he", "NotoSansHebrew-Variable.ttf")
ARABIC = ("pylopdf-fonts-ar", "NotoNaskhArabic-Variable.ttf")
JAPANESE = ("pylopdf-fonts-jp", "NotoSansJP-Regular.otf")

Ink = NDArray[Any]


def font(package: str, name: str) -> str:
    try:
        found = [file for file in files(package) or () if file.name == name]
    except PackageNotFoundError:
        found = []
    if not found:
        pytest.skip(f"the font package {package} is not installed")
    return str(found[0].locate())


def drawn(
    media: Media,
    folder: Path,
    words: str,
    face: Typeface | str,
    size: tuple[int, int] = (1280, 720),
) -> Ink:
    """Where *words* are drawn bright in the picture: rows and columns of true and false."""
    shown, srt, into = folder / "shown.mp4", folder / "words.srt", folder / "drawn.mp4"
    shown.write_bytes(video(3, 0.5, size=f"{size[0]}x{size[1]}"))
    srt.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{words}\n", "utf-8")
    typeface = face if isinstance(face, Typeface) else typeface_for(text_of(srt), face)
    draw(media, survey(shown), srt, typeface, into)
    with av.open(str(into)) as opened:
        frame = next(opened.decode(video=0)).to_ndarray(format="gray")
    ink: Ink = frame > 130
    return ink


def columns(ink: Ink) -> list[tuple[int, int]]:
    """The runs of columns that have ink, from left to right: begin and end."""
    there = np.flatnonzero(ink.any(axis=0))
    cuts = np.flatnonzero(np.diff(there) > 1)
    begins = [there[0], *there[cuts + 1]]
    return list(zip(begins, [*there[cuts], there[-1]], strict=True))


def height(ink: Ink, begin: int, end: int) -> int:
    """How high the ink between two columns is, in pixels."""
    rows = np.flatnonzero(ink[:, begin : end + 1].any(axis=1))
    return int(rows[-1] - rows[0] + 1)


def trimmed(ink: Ink) -> Ink:
    rows, across = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, across[0] : across[-1] + 1]


@pytest.mark.parametrize(
    ("face", "words"), [(HEBREW, "לווווו."), (ARABIC, "طررر.")], ids=["Hebrew", "Arabic"]
)
def test_a_line_from_right_to_left_begins_at_the_right_and_ends_with_its_stop(
    media: Media, tmp_path: Path, face: tuple[str, str], words: str
) -> None:
    # The first letter of each stands above all others, the stop below them.
    ink = trimmed(drawn(media, tmp_path, words, font(*face)))
    across = ink.shape[1]
    highest = np.flatnonzero(ink[: max(1, ink.shape[0] // 8)].any(axis=0))
    assert highest.min() > across / 2
    stop = columns(ink)[0]
    assert stop[1] - stop[0] < across / 8
    assert height(ink, *stop) < ink.shape[0] / 3


def test_numbers_run_from_left_to_right_within_it(media: Media, tmp_path: Path) -> None:
    ink = trimmed(drawn(media, tmp_path, "שנת 1111117", font(*HEBREW)))
    widths = [end - begin for begin, end in columns(ink)][:7]
    assert widths.index(max(widths)) == 6, "the 7 comes last of the seven digits"


def test_arabic_letters_are_joined(media: Media, tmp_path: Path) -> None:
    ink = drawn(media, tmp_path, "ببببب", font(*ARABIC))
    body = columns(ink)
    assert len(body) == 1, "five letters, one stroke"


def test_chinese_and_japanese_letters_are_drawn_and_no_boxes(media: Media, tmp_path: Path) -> None:
    face = font(*JAPANESE)
    pictures = [trimmed(drawn(media, tmp_path, letter, face)) for letter in "清晨あ"]
    box = trimmed(drawn(media, tmp_path, "꯴", Typeface(file=Path(face), family="Noto Sans JP")))
    for number, one in enumerate(pictures):
        assert one.shape[0] > 10
        for other in (*pictures[:number], box):
            assert one.shape != other.shape or (one == other).mean() < 0.9


def test_a_line_of_seventeen_wide_letters_fits_into_a_narrow_picture(
    media: Media, tmp_path: Path
) -> None:
    ink = drawn(media, tmp_path, "清" * 17, font(*JAPANESE), (180, 320))
    across = np.flatnonzero(ink.any(axis=0))
    assert across[0] >= 4
    assert across[-1] < 176


def test_a_line_that_is_wider_than_the_picture_is_drawn_smaller(
    media: Media, tmp_path: Path
) -> None:
    ink = drawn(media, tmp_path, "WWWWWWW MMMMMMMM WWWWWWWW MMMMMMMM WWWWWW", "", (240, 240))
    across = np.flatnonzero(ink.any(axis=0))
    assert across[0] >= 6
    assert across[-1] < 234
    assert across[-1] - across[0] > 200


def test_letters_are_as_large_in_every_font() -> None:
    """A font that has room for high signs would be drawn small by the height of its lines."""
    for package, name in (HEBREW, ARABIC, JAPANESE):
        face = Typeface(file=Path(font(package, name)), family="x")
        assert 1.1 < letters_of(face, "").height < 2.5
    own = letters_of(typeface_for("Wi", ""), "Wi\u0301")
    assert own.height == pytest.approx(1.257, abs=0.01)
    assert own.width("Wi\u0301") == own.width("Wi") > own.width("W") > own.width("i") > 0


@pytest.mark.parametrize("name", ["film", "it's [0:v]; a:b,c=d\\e %d", "first\nsecond", "\udcff"])
def test_what_is_drawn_lies_beside_the_film_and_nowhere_else(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / name
    try:
        folder.mkdir()
    except (OSError, ValueError):
        pytest.skip("this file system takes no such name")
    video(3, 0.5, size="320x180")  # which the tests make in a folder of their own, once
    nowhere = str(tmp_path / "there is no folder for what nobody keeps")
    monkeypatch.setattr(tempfile, "tempdir", nowhere)
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, nowhere)
    ink = drawn(media, folder, "Waves", "", (320, 180))
    assert ink[90:].any()
    assert not ink[:90].any()
    assert sorted(path.name for path in folder.iterdir()) == ["drawn.mp4", "shown.mp4", "words.srt"]
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
