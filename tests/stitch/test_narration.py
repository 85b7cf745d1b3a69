"""Speech by scene in the film: where it begins, to the sample, and what else there is to read."""

from __future__ import annotations

import math
import subprocess
from array import array
from pathlib import Path

import av
import pytest

from vidgen_core.errors import InputError, UsageError
from vidgen_core.media import Media
from vidgen_core.specs import (
    FilmJoinRequest,
    FilmScene,
    JoinNarrationRequest,
    PlaceNarrationRequest,
    SpokenScene,
    SubtitledScene,
    SubtitlesRequest,
)
from vidgen_core.stitch.typeface import typeface_for
from vidgen_core.subtitles import write_subtitles

from ..stitch_files import RATE, clip, heard, silent, stitcher, times

#: Half the film's frames each; the third is of another rate, as an odd one out may be.
FRAMES = (31, 40)


@pytest.fixture(scope="module")
def videos(media: Media, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("videos")
    size = (160, 90)
    plain = [clip(media, folder / f"{n}.mp4", frames=n, size=size) for n in FRAMES]
    slow = clip(media, folder / "slow.mp4", frames=13, fps="12", size=size)
    return (plain[0], slow, plain[1])


def click(media: Media, path: Path, seconds: float, *, rate: int = RATE) -> Path:
    """Speech that begins with a click, and is silent from there on."""
    samples = array("f", bytes(4 * round(seconds * rate)))
    for index in range(rate // 100):
        samples[index] = 0.8 * math.sin(2 * math.pi * 1000 * index / rate)
    media.encode_audio([samples.tobytes()], path, rate=rate, channels=1)
    return path


def clicks(path: Path) -> list[float]:
    """When each click of a file begins, in seconds of its decoded sound."""
    samples = heard(path)
    loud = 0.25 * max(map(abs, samples))
    found: list[int] = []
    for index, sample in enumerate(samples):
        if abs(sample) > loud and (not found or index - found[-1] > RATE // 2):
            found.append(index)
    return [index / RATE for index in found]


def place(
    media: Media, folder: Path, videos: tuple[Path, ...], *speech: Path | None
) -> tuple[Path, str]:
    into = folder / "placed.mp3"
    request = PlaceNarrationRequest(
        scenes=tuple(
            SpokenScene(video=str(video), speech=str(one) if one else None)
            for video, one in zip(videos, speech, strict=True)
        )
    )
    return into, stitcher(media).place_narration(request, into, silent)


def film(folder: Path, videos: tuple[Path, ...], media: Media, **more: object) -> Path:
    into = folder / "film" / "film.mp4"
    into.parent.mkdir()
    scenes = tuple(FilmScene(number=n, video=str(video)) for n, video in enumerate(videos, 1))
    stitcher(media).join_film(FilmJoinRequest(scenes=scenes, **more), into, silent)  # type: ignore[arg-type]
    return into


def test_speech_begins_at_the_first_frame_of_its_scene_in_the_film(
    media: Media, tmp_path: Path, videos: tuple[Path, ...]
) -> None:
    rates = (24_000, 44_100, 48_000)
    speech = [click(media, tmp_path / f"{n}.mp3", 0.9, rate=r) for n, r in enumerate(rates)]
    placed, said = place(media, tmp_path, videos, *speech)
    starts = [0.0, 31 / 24, 57 / 24]
    assert said == ""
    assert len(heard(placed)) == round(97 / 24 * RATE)
    made = film(tmp_path, videos, media, narration=str(placed))
    for path in (placed, made):
        assert clicks(path) == pytest.approx(starts, abs=0.001)


def test_a_scene_without_speech_is_silent_and_moves_nobody(
    media: Media, tmp_path: Path, videos: tuple[Path, ...]
) -> None:
    last = click(media, tmp_path / "a.mp3", 0.5)
    placed, _ = place(media, tmp_path, videos, None, None, last)
    assert clicks(placed) == pytest.approx([57 / 24], abs=0.001)


@pytest.mark.parametrize(("seconds", "cut"), [(1.4, False), (2.5, True)])
def test_longer_speech_is_sped_up_a_little_and_then_cut_and_it_is_said(
    media: Media, tmp_path: Path, videos: tuple[Path, ...], seconds: float, cut: bool
) -> None:
    first, second = (click(media, tmp_path / f"{n}.mp3", s) for n, s in ((1, seconds), (2, 0.5)))
    placed, said = place(media, tmp_path, videos, first, second, None)
    assert clicks(placed) == pytest.approx([0.0, 31 / 24], abs=0.001)
    assert len(heard(placed)) == round(97 / 24 * RATE)
    assert bool(said) == cut
    if cut:
        assert "scene 1" in said
        assert "0.9 s too long" in said


def test_the_narration_as_spoken_has_a_pause_between_scenes(media: Media, tmp_path: Path) -> None:
    parts = [click(media, tmp_path / f"{n}.mp3", s) for n, s in enumerate((1.0, 1.5, 0.8))]
    into = tmp_path / "raw.mp3"
    request = JoinNarrationRequest(parts=tuple(map(str, parts)))
    stitcher(media).join_narration(request, into, silent)
    assert clicks(into) == pytest.approx([0.0, 1.35, 3.2], abs=0.002)
    assert len(heard(into)) / RATE == pytest.approx(4.0, abs=0.002)


# to read -----------------------------------------------------------------

TEXTS = ("The keeper waves.", "", "It's 5:00 <b>sharp</b>, \\N{x} 'yes' – Žluťoučký kůň.")


@pytest.fixture
def subtitles(videos: tuple[Path, ...], tmp_path: Path) -> Path:
    into = tmp_path / "subtitles.srt"
    scenes = tuple(
        SubtitledScene(number=n, video=str(video), text=text)
        for n, (video, text) in enumerate(zip(videos, TEXTS, strict=True), start=1)
    )
    said = write_subtitles(SubtitlesRequest(scenes=scenes), into)
    assert said == "subtitle times are estimated for scenes 1, 3"
    return into


def track(media: Media, path: Path) -> str:
    """The film's subtitle track, as ffmpeg shows it."""
    command = [media.executable, "-v", "error", "-i", str(path), "-map", "0:s:0", "-f", "srt", "-"]
    return subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout


def test_the_film_has_its_subtitles_as_a_track_and_a_chapter_for_each_scene(
    media: Media, tmp_path: Path, videos: tuple[Path, ...], subtitles: Path
) -> None:
    names = ("Dawn", "Zwei – é", "Drei")
    made = film(tmp_path, videos, media, subtitles=str(subtitles), chapters=names)
    assert len(times(made)) == 97
    assert track(media, made).split() == subtitles.read_text("utf-8").split()
    with av.open(str(made)) as opened:
        found = opened.chapters()
    assert [one["metadata"]["title"] for one in found] == list(names)
    starts = [float(one["start"] * one["time_base"]) for one in found]
    assert starts == pytest.approx([0.0, 31 / 24, 57 / 24], abs=0.001)


def test_drawn_subtitles_change_the_picture_and_not_its_frames(
    media: Media, tmp_path: Path, videos: tuple[Path, ...], subtitles: Path
) -> None:
    made = film(tmp_path, videos, media, subtitles=str(subtitles), burn_subtitles=True)
    assert len(times(made)) == 97
    with av.open(str(made)) as opened:
        frames = [frame.to_ndarray(format="gray") for frame in opened.decode(video=0)]
    told, quiet = frames[5], frames[40]
    assert told[60:].max() > 150
    assert told[:45].std() < 5
    assert quiet.std() < 5


def test_letters_that_the_font_lacks_end_the_join_before_any_work(
    media: Media, tmp_path: Path, videos: tuple[Path, ...]
) -> None:
    words = tmp_path / "east.srt"
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\n清晨 and dawn\n", "utf-8")
    with pytest.raises(InputError, match=r"has no 晨 \(U\+6668\) or 清 \(U\+6E05\), so") as caught:
        film(tmp_path, videos, media, subtitles=str(words), burn_subtitles=True)
    assert "font" in caught.value.advice
    assert not list((tmp_path / "film").iterdir())


def test_what_is_no_font_is_named() -> None:
    with pytest.raises(UsageError, match=r"nowhere\.ttf cannot be read"):
        typeface_for("a", "nowhere.ttf")
    with pytest.raises(UsageError, match="is no font"):
        typeface_for("a", __file__)


def test_vidgens_own_font_has_the_letters_of_europe() -> None:
    typeface_for("é ß ø œ “” — … € Ż ő ğ Привет Ελλάδα\n")


def test_the_letters_that_a_font_lacks_are_named_by_their_numbers() -> None:
    def said(text: str) -> str:
        with pytest.raises(InputError) as caught:
            typeface_for(text)
        return caught.value.message

    assert "has no 世 (U+4E16), so" in said("The 世 is a boat, 世!")
    assert "has no THAI CHARACTER MAI EK (U+0E48), so" in said("\u0e48"), "it would not stand alone"
    many = said("".join(map(chr, range(0x4E00, 0x4E0B))))
    assert "一 (U+4E00)" in many
    assert many.count("U+") == 8
    assert "and 3 more letters, so" in many
