"""Is this video whole? Every way in which videos break gets its verdict."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from vidgen_core.media import Media
from vidgen_core.model import Kind, Verdict
from vidgen_core.probe import probe

from .. import broken_files
from .probing import EITHER, FPS, FRAMES, Make, verdict, written


def frames_of_a_tolerant_decoder(path: Path) -> int:
    count = 0
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            try:
                count += len(packet.decode())
            except av.error.InvalidDataError:
                continue
    return count


def test_a_whole_clip_is_whole_and_its_facts_are_right(folder: Path, clip: bytes) -> None:
    facts = probe(written(folder, clip), Kind.VIDEO)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert (facts.frames, facts.fps, facts.seconds) == (FRAMES, FPS, FRAMES / FPS)
    assert (facts.width, facts.height) == (160, 90)
    assert not facts.has_audio
    assert not facts.decoded
    assert facts.fault == ""


def test_the_signature_is_one_readable_line(folder: Path, clip: bytes) -> None:
    signature = probe(written(folder, clip), Kind.VIDEO).signature
    for part in ("h264/High", "160x90", "yuv420p", "12/1fps", "1/12288s", "sar1:1", "1-1-1-1"):
        assert part in signature
    assert "\n" not in signature


def test_a_full_decode_of_a_whole_clip_is_remembered(folder: Path, clip: bytes) -> None:
    facts = probe(written(folder, clip), Kind.VIDEO, decode=True)
    assert (facts.verdict, facts.decoded, facts.frames) == (Verdict.WHOLE, True, FRAMES)


@EITHER
@pytest.mark.parametrize("name", broken_files.BROKEN)
def test_a_file_that_lost_something_is_broken(
    name: str, decode: bool, folder: Path, clip: bytes
) -> None:
    data = broken_files.CORRUPTIONS[name](clip)
    facts = probe(written(folder, data), Kind.VIDEO, decode=decode)
    assert facts.verdict is Verdict.BROKEN
    assert facts.fault
    assert "\n" not in facts.fault


@EITHER
@pytest.mark.parametrize("name", broken_files.DOUBTFUL)
def test_damage_that_costs_frames_is_broken_and_other_damage_is_damaged(
    name: str, decode: bool, folder: Path, clip: bytes
) -> None:
    path = written(folder, broken_files.CORRUPTIONS[name](clip))
    facts = probe(path, Kind.VIDEO, decode=decode)
    complete = frames_of_a_tolerant_decoder(path) >= FRAMES
    assert facts.verdict is (Verdict.DAMAGED if complete else Verdict.BROKEN)
    assert facts.fault


def test_a_hole_in_a_keyframe_is_damaged_with_every_frame(folder: Path, clip: bytes) -> None:
    data = broken_files.CORRUPTIONS["hole_of_zeros"](clip)
    facts = probe(written(folder, data), Kind.VIDEO)
    assert (facts.verdict, facts.frames, facts.decoded) == (Verdict.DAMAGED, FRAMES, True)


@pytest.mark.parametrize("name", broken_files.SUBTLE)
def test_damage_between_keyframes_shows_at_the_full_decode(
    name: str, folder: Path, clip: bytes
) -> None:
    path = written(folder, broken_files.CORRUPTIONS[name](clip))
    assert probe(path, Kind.VIDEO).verdict is Verdict.WHOLE
    assert probe(path, Kind.VIDEO, decode=True).verdict is Verdict.DAMAGED


@EITHER
@pytest.mark.parametrize("name", broken_files.WHOLE)
def test_what_comes_after_the_last_complete_box_does_no_harm(
    name: str, decode: bool, folder: Path, clip: bytes
) -> None:
    path = written(folder, broken_files.CORRUPTIONS[name](clip))
    facts = probe(path, Kind.VIDEO, decode=decode)
    assert (facts.verdict, facts.frames) == (Verdict.WHOLE, FRAMES)


def test_every_corruption_is_in_exactly_one_group() -> None:
    groups = (
        *broken_files.BROKEN,
        *broken_files.DOUBTFUL,
        *broken_files.SUBTLE,
        *broken_files.WHOLE,
    )
    assert sorted(groups) == sorted(broken_files.CORRUPTIONS)


@pytest.mark.parametrize("percent", [1, 5, 20, 40, 60, 80, 90, 99])
def test_a_truncated_faststart_file_is_broken_wherever_it_was_cut(
    percent: int, folder: Path, clip: bytes
) -> None:
    assert verdict(folder, clip[: len(clip) * percent // 100], Kind.VIDEO) is Verdict.BROKEN


def test_a_file_that_lacks_its_last_byte_is_broken(folder: Path, clip: bytes) -> None:
    assert verdict(folder, clip[:-1], Kind.VIDEO) is Verdict.BROKEN


@EITHER
def test_a_file_with_its_index_at_the_end_that_was_cut_is_broken(
    decode: bool, folder: Path, make: Make
) -> None:
    data = make("late.mp4", c="copy", movflags="0").read_bytes()
    assert verdict(folder, data, Kind.VIDEO) is Verdict.WHOLE
    for length in (len(data) // 2, len(data) - 1):
        assert verdict(folder, data[:length], Kind.VIDEO, decode=decode) is Verdict.BROKEN


def test_sound_alone_is_no_video(media: Media, tone: Callable[..., bytes], folder: Path) -> None:
    facts = probe(written(folder, tone(".m4a")), Kind.VIDEO)
    assert (facts.verdict, facts.fault) == (Verdict.BROKEN, "it has no picture in it")


def test_a_valid_but_short_clip_is_whole_and_says_its_length(media: Media, folder: Path) -> None:
    facts = probe(broken_files.make_clip(media, folder / "short.mp4", frames=6), Kind.VIDEO)
    assert (facts.verdict, facts.frames, facts.seconds) == (Verdict.WHOLE, 6, 0.5)


def test_a_single_frame_is_a_video(media: Media, folder: Path) -> None:
    facts = probe(broken_files.make_clip(media, folder / "one.mp4", frames=1), Kind.VIDEO)
    assert (facts.verdict, facts.frames) == (Verdict.WHOLE, 1)
    assert math.isclose(facts.seconds, 1 / FPS, abs_tol=1e-3)


def test_black_is_a_picture(media: Media, folder: Path) -> None:
    path = folder / "black.mp4"
    media.encode_frames([bytes(160 * 90 * 3)] * 12, path, width=160, height=90, fps=12)
    assert probe(path, Kind.VIDEO, decode=True).verdict is Verdict.WHOLE


def test_a_foreign_time_scale_changes_the_signature_and_nothing_else(
    folder: Path, clip: bytes, make: Make
) -> None:
    ours = probe(written(folder, clip), Kind.VIDEO)
    theirs = probe(make("90k.mp4", c="copy", video_track_timescale=90000), Kind.VIDEO)
    assert theirs.verdict is Verdict.WHOLE
    assert (theirs.frames, theirs.seconds, theirs.fps) == (ours.frames, ours.seconds, ours.fps)
    assert theirs.signature != ours.signature
    assert theirs.signature.replace("1/90000s", "1/12288s") == ours.signature


def test_two_clips_of_one_making_have_one_signature(media: Media, folder: Path) -> None:
    first = broken_files.make_clip(media, folder / "a.mp4", frames=12)
    second = broken_files.make_clip(media, folder / "b.mp4", frames=18)
    assert probe(first, Kind.VIDEO).signature == probe(second, Kind.VIDEO).signature


@pytest.mark.parametrize(
    "options",
    [
        {"bf": 0, "refs": 1},
        {"vf": "scale=192:108"},
        {"pix_fmt": "yuv444p"},
        {"r": 25},
        {"vf": "setsar=4/3"},
    ],
    ids=["references", "size", "pixels", "rate", "shape"],
)
def test_what_forbids_copying_shows_in_the_signature(
    options: dict[str, Any], folder: Path, clip: bytes, make: Make
) -> None:
    other = probe(make("other.mp4", **{"c:v": "libx264"}, **options), Kind.VIDEO)
    assert other.verdict is Verdict.WHOLE, other.fault
    assert other.signature != probe(written(folder, clip), Kind.VIDEO).signature


def test_sound_beside_the_picture_is_noticed(make: Make) -> None:
    facts = probe(make("sound.mp4", sound=True, **{"c:v": "copy", "c:a": "aac"}), Kind.VIDEO)
    assert (facts.verdict, facts.has_audio, facts.frames) == (Verdict.WHOLE, True, FRAMES)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vp9.webm", {"c:v": "libvpx-vp9", "deadline": "realtime"}),
        ("vp8.webm", {"c:v": "libvpx", "auto-alt-ref": 1, "lag-in-frames": 16, "b:v": "300k"}),
        ("live.webm", {"c:v": "libvpx-vp9", "deadline": "realtime", "live": 1}),
        ("h264.mkv", {"c:v": "copy"}),
        ("hevc.mp4", {"c:v": "libx265", "x265-params": "log-level=none"}),
        ("av1.mp4", {"c:v": "libsvtav1", "preset": 12, "svtav1-params": "lp=1"}),
        ("pieces.mp4", {"c:v": "libx264", "g": 8, "movflags": "+frag_keyframe+empty_moov"}),
        ("quicktime.mov", {"c:v": "copy"}),
        ("old.avi", {"c:v": "mpeg4", "format": "avi", "q:v": 3}),
    ],
)
def test_other_containers_and_codecs_are_whole_and_broken_when_cut(
    name: str, options: dict[str, Any], folder: Path, make: Make
) -> None:
    path = make(name, **options)
    for decode in (False, True):
        facts = probe(path, Kind.VIDEO, decode=decode)
        assert (facts.verdict, facts.frames) == (Verdict.WHOLE, FRAMES), facts.fault
        assert math.isclose(facts.seconds, FRAMES / FPS, abs_tol=0.1)
    data = path.read_bytes()
    for length in (len(data) // 2, len(data) * 97 // 100, len(data) - 1):
        assert verdict(folder, data[:length], Kind.VIDEO) is Verdict.BROKEN, length


def test_a_hole_over_the_blocks_of_a_webm_is_broken(folder: Path, make: Make) -> None:
    data = make("hole.webm", **{"c:v": "libvpx-vp9", "deadline": "realtime"}).read_bytes()
    middle, length = len(data) // 2, len(data) // 10
    assert middle > length
    holed = data[:middle] + bytes(length) + data[middle + length :]
    assert verdict(folder, holed, Kind.VIDEO) is Verdict.BROKEN


def test_junk_after_a_webm_does_no_harm(folder: Path, make: Make) -> None:
    data = make("junk.webm", **{"c:v": "libvpx-vp9", "deadline": "realtime"}).read_bytes()
    assert verdict(folder, data + b"junk" * 50, Kind.VIDEO) is Verdict.WHOLE


def test_a_hole_in_hevc_is_noticed_without_decoding_it_all(folder: Path, make: Make) -> None:
    path = make("holed.mp4", **{"c:v": "libx265", "x265-params": "log-level=none"})
    data = path.read_bytes()
    start, length = broken_files.samples(data)[0]
    middle = start + length * 2 // 3
    holed = data[:middle] + bytes(64) + data[middle + 64 :]
    assert verdict(folder, holed, Kind.VIDEO) is not Verdict.WHOLE


def test_uneven_frames_are_counted_and_timed(make: Make) -> None:
    path = make(
        "uneven.mp4",
        **{"c:v": "libx264", "vf": "select=not(eq(mod(n\\,5)\\,3))", "fps_mode": "vfr"},
    )
    facts = probe(path, Kind.VIDEO, decode=True)
    assert (facts.verdict, facts.frames) == (Verdict.WHOLE, 19)
    assert facts.seconds < FRAMES / FPS + 0.1


def test_frames_that_an_edit_list_hides_are_not_counted(make: Make) -> None:
    path = make("edited.mp4", cut={"ss": 0.5}, c="copy")
    for decode in (False, True):
        facts = probe(path, Kind.VIDEO, decode=decode)
        assert (facts.verdict, facts.frames) == (Verdict.WHOLE, FRAMES - 6), facts.fault
        assert facts.seconds == 1.5


def test_frames_that_an_edit_list_cuts_off_must_be_in_the_file_all_the_same(
    folder: Path, clip: bytes
) -> None:
    place = clip.index(b"elst") + 12
    data = clip[:place] + struct.pack(">I", 1000) + clip[place + 4 :]
    facts = probe(written(folder, data), Kind.VIDEO, decode=True)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert FRAMES // 2 <= facts.frames < FRAMES


def test_a_clip_whose_sound_lies_behind_the_end_of_the_file_is_broken(
    folder: Path, make: Make
) -> None:
    """What plays in full and is silent was paid for with its sound."""
    data = make("loud.mp4", sound=True, vcodec="copy", acodec="aac").read_bytes()
    assert verdict(folder, data, Kind.VIDEO) is Verdict.WHOLE
    place = data.index(b"stco", data.index(b"soun"))
    count = int.from_bytes(data[place + 8 : place + 12], "big")
    last = place + 12 + 4 * (count - 1)
    for chunk in (len(data) - 8, len(data), len(data) + 1000, 2**32 - 1):
        moved = data[:last] + struct.pack(">I", chunk) + data[last + 4 :]
        for decode in (False, True):
            facts = probe(written(folder, moved), Kind.VIDEO, decode=decode)
            assert facts.verdict is Verdict.BROKEN, chunk
            assert "that its index names are missing" in facts.fault
