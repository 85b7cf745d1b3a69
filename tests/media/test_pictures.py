"""Frames are found by number, and pictures keep their colours and proportions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import ffmpeg
import pytest
from PIL import Image

from vidgen_core.errors import InputError, MachineError
from vidgen_core.media import Media
from vidgen_core.media.glance import _matrix
from vidgen_core.model import Kind
from vidgen_core.probe import probe

from .. import broken_files
from .media_files import HEIGHT, WIDTH, number_of


@pytest.fixture(scope="module")
def forms(media: Media, counted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The numbered frames again: with B-frames, uneven in time, in WebM, with an edit list."""
    folder = tmp_path_factory.mktemp("forms")
    for name, options in {
        "b-frames.mp4": {"c:v": "libx264", "bf": 3, "g": 24, "x264-params": "b-adapt=0"},
        "many keyframes.mp4": {"c:v": "libx264", "g": 5},
        "uneven.mp4": {"c:v": "libx264", "vf": "setpts=N*N*40/TB/1000", "fps_mode": "passthrough"},
        "vp9.webm": {"c:v": "libvpx-vp9", "deadline": "realtime"},
        "hevc.mp4": {"c:v": "libx265", "x265-params": "log-level=none:bframes=3"},
    }.items():
        into = folder / name
        media.run(media.output(media.input(counted).video, into=into, **options), into)
    return folder


FORMS = ["b-frames.mp4", "many keyframes.mp4", "uneven.mp4", "vp9.webm", "hevc.mp4"]


@pytest.mark.parametrize("name", FORMS)
def test_a_frame_is_found_by_its_exact_number(
    name: str, media: Media, forms: Path, tmp_path: Path
) -> None:
    for frame in (0, 1, 7, 11, 22, 23):
        media.save_frame(forms / name, tmp_path / "x.png", frame)
        assert number_of(tmp_path / "x.png") == frame


@pytest.mark.parametrize("name", FORMS)
def test_without_a_number_it_is_the_last_frame(
    name: str, media: Media, forms: Path, tmp_path: Path
) -> None:
    media.save_frame(forms / name, tmp_path / "x.jpg")
    assert number_of(tmp_path / "x.jpg") == 23


def test_the_last_frame_of_a_damaged_video_is_the_last_that_can_be_decoded(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    data = bytearray(counted.read_bytes())
    places = broken_files.samples(bytes(data))
    with av.open(str(counted)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    shown = sorted(packet.pts or 0 for packet in packets)
    last = next(i for i, packet in enumerate(packets) if packet.pts == shown[-1])
    start, length = places[last]
    data[start : start + length] = bytes(length)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    media.save_frame(path, tmp_path / "x.png")
    assert number_of(tmp_path / "x.png") < 23
    assert number_of(tmp_path / "x.png") >= 20


def test_a_frame_that_is_not_there_is_an_input_error(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="frame 24 cannot be decoded; 24 frames can"):
        media.save_frame(counted, tmp_path / "x.png", 24)
    with pytest.raises(ValueError, match="should end in"):
        media.save_frame(counted, tmp_path / "x.gif", 1)


COLOURS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (230, 220, 60), (16, 16, 16)]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_picture_keeps_the_colours_of_its_frame(
    colour: tuple[int, int, int], suffix: str, media: Media, tmp_path: Path
) -> None:
    clip = tmp_path / "x.mp4"
    frames = [bytes(colour) * (WIDTH * HEIGHT)] * 3
    media.encode_frames(frames, clip, width=WIDTH, height=HEIGHT, fps=12)
    media.save_frame(clip, tmp_path / f"x{suffix}")
    with Image.open(tmp_path / f"x{suffix}") as picture:
        found = picture.convert("RGB").getpixel((20, 20))
    assert isinstance(found, tuple)
    back = media.read_frame(tmp_path / f"x{suffix}", width=WIDTH, height=HEIGHT)[:3]
    direct = media.read_frame(clip, width=WIDTH, height=HEIGHT)[:3]
    for other in (found, back, direct):
        assert max(abs(a - b) for a, b in zip(colour, other, strict=True)) <= 4


@pytest.mark.parametrize(
    ("space", "size", "matrix"),
    [
        (1, (1280, 720), "auto"),
        (2, (1280, 720), "bt709"),
        (2, (720, 1280), "bt709"),
        (2, (640, 480), "bt601"),
    ],
)
def test_a_video_that_names_no_matrix_is_read_as_players_read_it(
    space: int, size: tuple[int, int], matrix: str
) -> None:
    assert _matrix(space, *size) == matrix


def test_colours_do_not_drift_from_clip_to_clip(media: Media, tmp_path: Path) -> None:
    colour = bytes((180, 90, 60))
    frame = colour * (WIDTH * HEIGHT)
    for _ in range(6):
        media.encode_frames([frame] * 3, tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12)
        media.save_frame(tmp_path / "x.mp4", tmp_path / "x.jpg")
        frame = media.read_frame(tmp_path / "x.jpg", width=WIDTH, height=HEIGHT)
    assert max(abs(a - b) for a, b in zip(colour, frame[:3], strict=True)) <= 6


def picture(folder: Path, size: tuple[int, int], name: str = "p.png", **options: Any) -> Path:
    image = Image.new("RGB", size, (10, 20, 30))
    image.paste((250, 120, 0), (size[0] // 3, 0, size[0] * 2 // 3, size[1]))
    image.save(folder / name, **options)
    return folder / name


def test_a_picture_of_other_proportions_is_cut_and_not_distorted(
    media: Media, tmp_path: Path
) -> None:
    raw = media.read_frame(picture(tmp_path, (90, 30)), width=30, height=30)
    assert len(raw) == 30 * 30 * 3
    middle = raw[(15 * 30 + 15) * 3 :][:3]
    assert max(abs(a - b) for a, b in zip(middle, (250, 120, 0), strict=True)) <= 2
    # The middle third of the width is all that is left.
    edge = raw[(15 * 30 + 2) * 3 :][:3]
    assert max(abs(a - b) for a, b in zip(edge, (250, 120, 0), strict=True)) <= 2


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.jpeg"])
def test_an_image_is_imported_as_png(name: str, media: Media, tmp_path: Path) -> None:
    media.save_image(picture(tmp_path, (60, 40), name), tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as made:
        assert (made.format, made.size) == ("PNG", (60, 40))
        centre = made.convert("RGB").getpixel((30, 20))
    assert isinstance(centre, tuple)
    assert max(abs(a - b) for a, b in zip(centre, (250, 120, 0), strict=True)) <= 6


def test_a_png_is_imported_without_loss(media: Media, tmp_path: Path) -> None:
    source = picture(tmp_path, (61, 43))
    media.save_image(source, tmp_path / "out.png")
    with Image.open(source) as old, Image.open(tmp_path / "out.png") as new:
        assert old.convert("RGB").tobytes() == new.convert("RGB").tobytes()


def test_a_picture_above_64_megapixels_is_refused_undecoded(media: Media, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(broken_files.png_header_only(9000, 9000))
    with pytest.raises(InputError):
        media.save_image(path, tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("make", ["video", "text", "cut", "empty"])
def test_what_is_no_whole_picture_is_an_input_error(
    make: str, media: Media, counted: Path, tmp_path: Path
) -> None:
    whole = picture(tmp_path, (60, 40)).read_bytes()
    data = {
        "video": counted.read_bytes(),
        "text": b"hello",
        "cut": whole[: len(whole) // 3],
        "empty": b"",
    }[make]
    path = tmp_path / "given.png"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        media.save_image(path, tmp_path / "out.png")
    assert str(path) in caught.value.message


def test_a_cut_jpeg_is_not_imported_half_grey(media: Media, tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (160, 90), b"".join(broken_files.moving_frames(1)))
    noise.save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError):
        media.save_image(tmp_path / "cut.jpg", tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()


def test_a_graph_of_ones_own_is_run_with_the_same_care(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    into = tmp_path / "twice.mp4"
    seen: list[float] = []
    joined = ffmpeg.concat(media.input(counted).video, media.input(counted).video)
    node = media.output(joined, into=into, **{"c:v": "libx264"})
    words = media.run(node, into, seconds=4, progress=seen.append)
    assert isinstance(words, str)
    assert probe(into, Kind.VIDEO).frames == 48
    assert all(0 <= fraction <= 1 for fraction in seen)


def test_a_graph_that_makes_nothing_is_a_machine_error(
    media: Media, counted: Path, tmp_path: Path
) -> None:
    into = tmp_path / "none.mp4"
    nothing = media.input(counted).video.filter("select", "0")
    with pytest.raises(MachineError):
        media.run(media.output(nothing, into=into, format="rawvideo"), into)
