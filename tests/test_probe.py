"""Is this file whole? Every way in which files break gets its verdict."""

from __future__ import annotations

import errno
import io
import math
import os
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import ffmpeg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidgen_core.errors import MachineError
from vidgen_core.media import Media
from vidgen_core.model import Facts, Kind, Verdict
from vidgen_core.probe import probe

from . import broken_files

FRAMES, FPS = broken_files.FRAMES, broken_files.FPS
EITHER = pytest.mark.parametrize("decode", [False, True], ids=["keyframes", "decoded"])


@pytest.fixture(scope="module")
def media() -> Media:
    return Media("bundled")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("probe")


@pytest.fixture(scope="module")
def clip(media: Media, folder: Path) -> bytes:
    return broken_files.make_clip(media, folder / "clip.mp4").read_bytes()


Make = Callable[..., Path]


@pytest.fixture(scope="module")
def make(media: Media, folder: Path, clip: bytes) -> Make:
    """Re-encode or copy the clip with other options and return the file."""

    def maker(name: str, *, sound: bool = False, cut: Any = None, **options: Any) -> Path:
        source = media.input(folder / "clip.mp4", **(cut or {}))
        streams = [source.video]
        if sound:
            streams.append(ffmpeg.input("sine=f=440:d=2", f="lavfi").audio)
        into = folder / name
        media.run(media.output(*streams, into=into, **options), into)
        return into

    return maker


@pytest.fixture(scope="module")
def tone(media: Media, folder: Path) -> Callable[..., bytes]:
    """Encode three seconds of a tone and return the bytes."""

    def maker(suffix: str, seconds: float = 3, **options: Any) -> bytes:
        source = ffmpeg.input(f"sine=f=330:d={seconds}:r=24000", f="lavfi").audio
        into = folder / f"tone{suffix}"
        media.run(media.output(source, into=into, **options), into)
        return into.read_bytes()

    return maker


def written(folder: Path, data: bytes, name: str = "x.mp4") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def verdict(folder: Path, data: bytes, kind: Kind, *, decode: bool = False) -> Verdict:
    return probe(written(folder, data), kind, decode=decode).verdict


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


ODD_NAMES = [
    "with space.mp4",
    'it\'s "quoted".mp4',
    "two\nlines.mp4",
    "film 🎬.mp4",
    "-leading.mp4",
    "%d %05d.mp4",
    "concat:a|b.mp4",
    "[brackets]{*}?.mp4",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_never_interpreted(name: str, tmp_path: Path, clip: bytes) -> None:
    assert probe(written(tmp_path, clip, name), Kind.VIDEO, decode=True).verdict is Verdict.WHOLE


@EITHER
@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.AUDIO, Kind.IMAGE])
@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile 'whole.mp4'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:2,\nwhole.mp4\n#EXT-X-ENDLIST\n",
        '<?xml version="1.0"?><MPD><BaseURL>whole.mp4</BaseURL></MPD>',
        "whole.mp4",
    ],
    ids=["concat", "hls", "dash", "name"],
)
def test_a_list_of_other_files_is_no_media(
    text: str, kind: Kind, decode: bool, tmp_path: Path, clip: bytes
) -> None:
    written(tmp_path, clip, "whole.mp4")
    path = written(tmp_path, text.encode(), "list.mp4")
    assert probe(path, kind, decode=decode).verdict is Verdict.BROKEN


def test_the_fault_says_in_words_what_a_file_is_instead(folder: Path, clip: bytes) -> None:
    def fault(data: bytes, kind: Kind) -> str:
        return probe(written(folder, data), kind).fault

    assert fault(broken_files.HTML, Kind.VIDEO) == "it is a web page, not a video"
    assert fault(broken_files.png(4, 4), Kind.VIDEO) == "it is a PNG picture, not a video"
    assert fault(bytes(4096), Kind.VIDEO) == "it is nothing but zero bytes, not a video"
    assert fault(clip, Kind.IMAGE) == "it is an MP4 file, not a picture"
    assert fault(b'{"error": 1}', Kind.AUDIO) == "it is a text, not a sound"


def test_a_film_that_claims_a_hundred_hours_is_broken_at_once(folder: Path, clip: bytes) -> None:
    place = clip.index(b"stts") + 4
    count, samples, _ = struct.unpack_from(">III", clip, place + 4)
    assert (count, samples) == (1, FRAMES)
    longer = struct.pack(">I", 100 * 3600 * 12288 // FRAMES)
    long = clip[: place + 12] + longer + clip[place + 16 :]
    facts = probe(written(folder, long.replace(b"edts", b"free")), Kind.VIDEO)
    assert facts.verdict is Verdict.BROKEN
    assert "hours" in facts.fault


def test_a_fragment_that_claims_too_many_samples_is_broken_at_once(
    folder: Path, make: Make
) -> None:
    data = make("f.mp4", **{"c:v": "libx264", "movflags": "+frag_keyframe+empty_moov"}).read_bytes()
    place = data.index(b"trun") + 8
    bomb = data[:place] + struct.pack(">I", 2_000_000_000) + data[place + 4 :]
    assert "names more than it holds" in probe(written(folder, bomb), Kind.VIDEO).fault
    # Without fields of its own a sample takes no byte of the table.
    bare = bomb[: place - 4] + bytes(4) + bomb[place:]
    assert "more samples" in probe(written(folder, bare), Kind.VIDEO).fault


@pytest.mark.parametrize("kind", [b"stts", b"stsc", b"stco", b"stsz"])
def test_a_table_that_names_more_than_it_holds_is_broken_at_once(
    kind: bytes, folder: Path, clip: bytes
) -> None:
    place = clip.index(kind) + (12 if kind == b"stsz" else 8)
    data = clip[:place] + struct.pack(">I", 2_000_000_000) + clip[place + 4 :]
    assert "names more than it holds" in probe(written(folder, data), Kind.VIDEO).fault


def test_a_track_with_an_absurd_number_is_broken_at_once(folder: Path, clip: bytes) -> None:
    place = clip.index(b"tkhd") + 16
    assert clip[place : place + 4] == b"\0\0\0\1"
    data = clip[:place] + b"\x90" + clip[place + 1 :]
    assert "a track has the number" in probe(written(folder, data), Kind.VIDEO).fault


@EITHER
def test_an_index_that_points_behind_the_end_is_broken(
    decode: bool, folder: Path, clip: bytes
) -> None:
    # All boxes are whole and the samples add up, but the last ones lie outside the file.
    place = clip.index(b"stco") + 12
    (first,) = struct.unpack_from(">I", clip, place)
    moved = struct.pack(">I", first + len(clip) // 2)
    path = written(folder, clip[:place] + moved + clip[place + 4 :])
    assert probe(path, Kind.VIDEO, decode=decode).verdict is Verdict.BROKEN


def test_an_index_whose_parts_do_not_fit_is_broken(folder: Path, clip: bytes) -> None:
    place = clip.index(b"stts") - 4
    data = clip[:place] + struct.pack(">I", 2_000) + clip[place + 4 :]
    assert "its index is damaged" in probe(written(folder, data), Kind.VIDEO).fault


def test_a_picture_of_absurd_size_is_never_decoded(folder: Path) -> None:
    for width, height in ((32768, 32768), (16385, 2), (9000, 9000), (2_000_000_000, 1)):
        path = written(folder, broken_files.png_header_only(width, height))
        assert probe(path, Kind.IMAGE).verdict is Verdict.BROKEN


def test_a_video_of_absurd_size_is_broken(folder: Path, clip: bytes) -> None:
    # Without decoder setup the header's word is all there is.
    place = clip.index(b"avc1", 100)
    huge = bytearray(clip)
    struct.pack_into(">HH", huge, place + 28, 40000, 40000)
    huge = huge.replace(b"avcC", b"free")
    assert verdict(folder, bytes(huge), Kind.VIDEO) is Verdict.BROKEN


@EITHER
def test_probing_never_writes(decode: bool, tmp_path: Path, clip: bytes) -> None:
    def state() -> dict[str, tuple[int, int, int, bytes]]:
        found = {}
        for path in [tmp_path, *tmp_path.rglob("*")]:
            stat = path.stat()
            body = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (stat.st_ino, stat.st_mtime_ns, stat.st_mode, body)
        return found

    for name, corrupt in broken_files.CORRUPTIONS.items():
        written(tmp_path, corrupt(clip), f"{name}.mp4")
    before = state()
    for path in tmp_path.iterdir():
        for kind in Kind:
            probe(path, kind, decode=decode)
    assert state() == before


def test_what_is_no_regular_file_is_broken(tmp_path: Path) -> None:
    assert probe(tmp_path / "nothing.mp4", Kind.VIDEO).fault == "it is not there"
    assert probe(tmp_path, Kind.VIDEO).verdict is Verdict.BROKEN
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
        assert probe(tmp_path / "pipe.mp4", Kind.VIDEO).fault == "it is no regular file"


def test_a_disk_that_fails_does_not_make_a_file_look_broken(
    monkeypatch: pytest.MonkeyPatch, folder: Path, clip: bytes
) -> None:
    class Failing(io.FileIO):
        def readinto(self, buffer: Any) -> int:
            if self.tell() >= 1 << 16:
                raise OSError(errno.EIO, "Input/output error")
            return super().readinto(buffer) or 0

    path = written(folder, clip)
    assert len(clip) > 1 << 16
    monkeypatch.setattr(io, "FileIO", Failing)
    with pytest.raises(MachineError, match="Input/output error"):
        probe(path, Kind.VIDEO)


def test_a_file_that_may_not_be_read_is_the_machines_fault(
    monkeypatch: pytest.MonkeyPatch, folder: Path, clip: bytes
) -> None:
    path = written(folder, clip)

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(MachineError, match="Permission denied"):
        probe(path, Kind.VIDEO)


# Sounds

SOUNDS = [
    (".mp3", {"c:a": "libmp3lame", "b:a": "64k"}),
    (".wav", {"c:a": "pcm_s16le"}),
    (".flac", {"c:a": "flac"}),
    (".m4a", {"c:a": "aac"}),
    (".ogg", {"c:a": "libopus", "format": "ogg"}),
]


@pytest.mark.parametrize(("suffix", "options"), SOUNDS)
def test_a_whole_sound_is_whole_and_a_cut_one_broken(
    suffix: str, options: dict[str, Any], folder: Path, tone: Callable[..., bytes]
) -> None:
    data = tone(suffix, **options)
    facts = probe(written(folder, data), Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert math.isclose(facts.seconds, 3, abs_tol=0.06)
    assert facts.has_audio
    assert facts.decoded
    for length in (len(data) // 2, len(data) * 97 // 100):
        assert verdict(folder, data[:length], Kind.AUDIO) is Verdict.BROKEN, length


def test_an_mp3_without_a_header_is_broken_when_its_last_frame_is_cut(
    folder: Path, tone: Callable[..., bytes]
) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "write_xing": 0})
    assert verdict(folder, data, Kind.AUDIO) is Verdict.WHOLE
    assert verdict(folder, data[: len(data) // 2 + 7], Kind.AUDIO) is Verdict.BROKEN


def test_a_hole_in_an_mp3_is_broken(folder: Path, tone: Callable[..., bytes]) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k"})
    middle = len(data) // 2
    holed = data[:middle] + bytes(2000) + data[middle + 2000 :]
    assert verdict(folder, holed, Kind.AUDIO) is Verdict.BROKEN


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_sound_is_kept_only_if_all_of_it_can_be_decoded(
    seed: int, folder: Path, tone: Callable[..., bytes]
) -> None:
    data = bytearray(tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k"}))
    chance = random.Random(seed)
    # Frames of 64 kbit/s at 24 kHz have 192 bytes; what lies behind their headers is changed.
    first = bytes(data).index(b"\xff\xf3", 400)
    for _ in range(40):
        frame = first + 192 * chance.randrange(2, 60)
        data[frame + chance.randrange(4, 190)] ^= 1 << chance.randrange(8)
    path = written(folder, bytes(data))
    refused = 0
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            try:
                packet.decode()
            except av.error.FFmpegError:
                refused += 1
    found = probe(path, Kind.AUDIO).verdict
    assert (found is Verdict.BROKEN) == (refused > 0)


@pytest.mark.parametrize("name", ["Xing", "VBRI", "tag", "padding"])
def test_the_ways_in_which_an_mp3_begins(
    name: str, folder: Path, tone: Callable[..., bytes]
) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "id3v2_version": 0})
    bare = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "id3v2_version": 0, "write_xing": 0})
    header = bare[:4] + bytes(32) + b"VBRI" + bytes(10) + struct.pack(">I", 300) + bytes(138)
    begun, whole = {
        "Xing": (data, True),
        "VBRI": (header + bare, False),
        "tag": (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + data, True),
        "padding": (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + bytes(300) + data, True),
    }[name]
    assert (verdict(folder, begun, Kind.AUDIO) is Verdict.WHOLE) == whole


def test_tags_and_junk_around_an_mp3_do_no_harm(folder: Path, tone: Callable[..., bytes]) -> None:
    data = tone(".mp3", **{"c:a": "libmp3lame", "b:a": "64k", "id3v2_version": 0})
    assert data[:3] != b"ID3"
    tag = b"ID3\x03\0\0\0\0\x01\0" + bytes(128)
    for whole in (data + b"TAG" + bytes(125), data + random.Random(1).randbytes(99), tag + data):
        facts = probe(written(folder, whole), Kind.AUDIO)
        assert facts.verdict is Verdict.WHOLE, facts.fault


def test_a_sound_without_samples_is_broken(folder: Path) -> None:
    head = (
        b"RIFF"
        + struct.pack("<I", 36)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 24000, 48000, 2, 16)
    )
    assert verdict(folder, head + b"data" + bytes(4), Kind.AUDIO) is Verdict.BROKEN


def test_a_video_without_sound_is_no_sound(folder: Path, clip: bytes) -> None:
    assert verdict(folder, clip, Kind.AUDIO) is Verdict.BROKEN


# Pictures


@pytest.fixture(scope="module")
def pictures(media: Media, folder: Path, clip: bytes) -> dict[str, bytes]:
    made = {}
    for suffix in (".png", ".jpg"):
        media.save_frame(folder / "clip.mp4", folder / f"still{suffix}", 3)
        made[suffix] = (folder / f"still{suffix}").read_bytes()
    source = media.input(folder / "still.png")
    into = folder / "still.webp"
    media.run(media.output(source.video, into=into, format="webp"), into)
    return made | {".webp": into.read_bytes()}


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_whole_picture_is_whole_and_a_cut_one_broken(
    suffix: str, folder: Path, pictures: dict[str, bytes]
) -> None:
    data = pictures[suffix]
    facts = probe(written(folder, data), Kind.IMAGE)
    assert facts.verdict is Verdict.WHOLE, facts.fault
    assert (facts.width, facts.height, facts.decoded) == (160, 90, True)
    for length in (len(data) // 10, len(data) // 2, len(data) * 97 // 100, len(data) - 3):
        assert verdict(folder, data[:length], Kind.IMAGE) is Verdict.BROKEN, length


def test_a_damaged_png_is_broken(folder: Path, pictures: dict[str, bytes]) -> None:
    data = bytearray(pictures[".png"])
    data[len(data) // 2] ^= 0xFF
    assert verdict(folder, bytes(data), Kind.IMAGE) is Verdict.BROKEN


def test_junk_after_a_picture_does_no_harm(folder: Path, pictures: dict[str, bytes]) -> None:
    for suffix in (".png", ".jpg"):
        assert verdict(folder, pictures[suffix] + b"junk" * 9, Kind.IMAGE) is Verdict.WHOLE


# Texts


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.JSON])
def test_a_text_is_broken_when_empty_or_zeroed(kind: Kind, folder: Path) -> None:
    assert verdict(folder, b"", kind) is Verdict.BROKEN
    assert verdict(folder, bytes(100_000), kind) is Verdict.BROKEN
    assert verdict(folder, b"[1]", kind) is Verdict.WHOLE
    assert verdict(folder, "[1]".encode("utf-16"), kind) is Verdict.WHOLE


# Anything


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_bytes_make_probing_raise(
    data: st.DataObject,
    folder: Path,
    clip: bytes,
    pictures: dict[str, bytes],
    tone: Callable[..., bytes],
) -> None:
    kind, seed = data.draw(
        st.sampled_from(
            [
                (Kind.VIDEO, clip),
                (Kind.IMAGE, pictures[".png"]),
                (Kind.IMAGE, pictures[".jpg"]),
                (Kind.IMAGE, pictures[".webp"]),
                (Kind.AUDIO, clip),
            ]
        )
    )
    changed = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, min(len(changed) - 1, 1500)))
        patch = data.draw(st.binary(min_size=1, max_size=6))
        changed[place : place + len(patch)] = patch
    facts = probe(written(folder, bytes(changed)), kind, decode=data.draw(st.booleans()))
    assert isinstance(facts, Facts)
    assert bool(facts.fault) == (facts.verdict is not Verdict.WHOLE)
