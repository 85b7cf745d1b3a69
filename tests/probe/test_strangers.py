"""Files that lie about themselves, and files that are none: broken at once, never followed."""

from __future__ import annotations

import errno
import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidgen_core.errors import MachineError
from vidgen_core.model import Facts, Kind, Verdict
from vidgen_core.probe import probe
from vidgen_core.probe.mp4 import check_mp4

from .. import broken_files
from ..endless_files import EndlessFile
from .probing import EITHER, FRAMES, Make, verdict, written


@pytest.mark.parametrize("name", broken_files.ODD_NAMES)
def test_a_name_is_never_interpreted(name: str, tmp_path: Path, clip: bytes) -> None:
    assert (
        probe(written(tmp_path, clip, f"{name}.mp4"), Kind.VIDEO, decode=True).verdict
        is Verdict.WHOLE
    )


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


def test_a_file_of_many_small_parts_is_given_up() -> None:
    """A terabyte of empty boxes would be walked for days."""
    handle = EndlessFile(struct.pack(">I4s", 8, b"ftyp"), 1 << 40, struct.pack(">I4s", 8, b"free"))
    assert check_mp4(handle, 1 << 40).fault == "it is damaged: it has too many parts"
    assert handle.reads < 1_000_000


@pytest.mark.parametrize("table", [b"stts", b"ctts"])
def test_an_index_that_fills_the_memory_is_not_read(table: bytes) -> None:
    size = (1 << 32) - 64
    count = size // 8 - 2
    index = struct.pack(">I4sII", size, table, 0, count)
    for depth, kind in enumerate((b"stbl", b"minf", b"mdia", b"trak", b"moov"), start=1):
        index = struct.pack(">I4s", size + 8 * depth, kind) + index
    size += 40
    handle = EndlessFile(index, size, b"\0")
    assert check_mp4(handle, size).fault == f"its index is damaged: it has {size - 8} bytes"
    assert handle.amount < 1_000_000
