"""A join that cannot be whole: what is wrong is named, and nothing short is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vidgen_core import stitch
from vidgen_core.errors import BadOutput, Billed, Interrupted, MachineError
from vidgen_core.media import Media
from vidgen_core.specs import SceneJoinRequest
from vidgen_core.stitch.footage import survey
from vidgen_core.stitch.splice import check_join, splice

from ..stitch_files import X264, clip, close, lumas, silent, stitcher
from .joins import join, parts, ramp
from .test_join import AAC


@pytest.mark.parametrize("keep_audio", [False, True])
def test_a_missing_clip_is_named_and_nothing_is_written(
    media: Media, tmp_path: Path, keep_audio: bool
) -> None:
    whole, gone = clip(media, tmp_path / "1.mp4"), tmp_path / "gone.mp4"
    with pytest.raises(MachineError, match=r"gone\.mp4"):
        join(media, tmp_path, whole, gone, whole, keep_audio=keep_audio)
    assert list((tmp_path / "joining").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"<html>no</html>", b"\0\0\0\x18ftypmp42" + bytes(40)])
def test_a_file_that_is_no_video_is_named(media: Media, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    with pytest.raises(BadOutput, match=r"broken\.mp4") as caught:
        join(media, tmp_path, clip(media, tmp_path / "1.mp4"), broken)
    assert caught.value.billed is Billed.NO
    assert list((tmp_path / "joining").iterdir()) == []


def test_no_clips_at_all_is_an_error(media: Media, tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match="no video"):
        join(media, tmp_path)


def test_a_copy_that_loses_a_clip_is_noticed_and_made_again(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    honest = stitch.splice

    def losing(shown: Any, into: Path, **how: Any) -> None:
        calls.append([part.path.name for part in shown])
        honest(shown[:-1] if len(calls) == 1 else shown, into, **how)

    monkeypatch.setattr(stitch, "splice", losing)
    whole = clip(media, tmp_path / "1.mp4")
    made = join(media, tmp_path, whole, whole)
    assert calls == [["1.mp4", "1.mp4"], ["part-0.mp4", "part-1.mp4"]]
    assert close(lumas(made), ramp() * 2)


def test_a_short_join_never_stays(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = stitch.splice
    monkeypatch.setattr(stitch, "splice", lambda shown, into, **how: honest(shown[1:], into, **how))
    whole = clip(media, tmp_path / "1.mp4")
    with pytest.raises(BadOutput, match="expected 48 frames, got 24"):
        join(media, tmp_path, whole, whole)
    assert not (tmp_path / "joining" / "scene.mp4").exists()


def test_what_was_made_anew_and_is_short_all_the_same_is_given_up(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, calls = stitch.splice, []

    def losing(shown: Any, into: Path, **how: Any) -> None:
        calls.append(len(shown))
        honest(shown[1:], into, **how)

    monkeypatch.setattr(stitch, "splice", losing)
    whole = clip(media, tmp_path / "1.mp4")
    with pytest.raises(BadOutput, match="expected 12 frames, got 6"):
        join(media, tmp_path, (whole, 6), (whole, 6))
    assert calls == [2]


def test_the_check_of_a_join_says_what_is_wrong(media: Media, tmp_path: Path) -> None:
    plain = survey(clip(media, tmp_path / "1.mp4"))
    loud = survey(clip(media, tmp_path / "2.mp4", *X264, sound=AAC))
    slow = survey(clip(media, tmp_path / "3.mp4", fps="12"))
    brief = ("-f", "lavfi", "-i", "sine=440:r=48000:d=0.9", "-c:a", "aac")
    short = survey(clip(media, tmp_path / "4.mp4", *X264, sound=brief))
    check_join(plain.path, [plain], sound=False)
    check_join(loud.path, [plain], sound=True)
    for made, sound, fault in (
        (loud, False, "nobody asked"),
        (plain, True, "sound is missing"),
        (slow, False, "evenly at 24"),
        (short, True, "expected 48000 samples"),
    ):
        with pytest.raises(BadOutput, match=fault):
            check_join(made.path, [plain], sound=sound)


def test_a_file_that_changes_while_it_is_joined_is_noticed(media: Media, tmp_path: Path) -> None:
    path = clip(media, tmp_path / "1.mp4")
    before = survey(path)
    clip(media, path, frames=12)
    with pytest.raises(BadOutput, match="do not fit"):
        splice([before], tmp_path / "scene.mp4")


def test_a_clip_that_gives_fewer_frames_than_it_has_is_named(media: Media, tmp_path: Path) -> None:
    whole = clip(media, tmp_path / "1.mp4")
    odd = clip(media, tmp_path / "2.mp4", *X264, "-movflags", "+faststart", size=(96, 64))
    data = bytearray(odd.read_bytes())
    start = data.index(b"mdat") + 800
    data[start:] = bytes(len(data) - start)
    hollow = tmp_path / "hollow.mp4"
    hollow.write_bytes(data)
    with pytest.raises((BadOutput, MachineError), match=r"hollow\.mp4"):
        join(media, tmp_path, whole, hollow, whole)
    assert not (tmp_path / "joining" / "scene.mp4").exists()


def test_a_join_stops_when_the_run_is_to_stop(media: Media, tmp_path: Path) -> None:
    whole = clip(media, tmp_path / "1.mp4")
    into = tmp_path / "scene.mp4"
    with pytest.raises(Interrupted):
        stitcher(media, lambda: True).join_scene(SceneJoinRequest(parts=parts(whole)), into, silent)
    assert not into.exists()


def test_a_place_that_cannot_be_written_is_a_fault_of_the_machine(
    media: Media, tmp_path: Path
) -> None:
    whole = clip(media, tmp_path / "1.mp4")
    with pytest.raises(MachineError, match=r"scene\.mp4"):
        stitcher(media).join_scene(
            SceneJoinRequest(parts=parts(whole)), tmp_path / "nowhere" / "scene.mp4", silent
        )


def test_progress_rises_to_one(media: Media, tmp_path: Path) -> None:
    whole = clip(media, tmp_path / "1.mp4")
    told: list[float] = []
    request = SceneJoinRequest(parts=parts(whole, (whole, 12), whole))
    stitcher(media).join_scene(request, tmp_path / "scene.mp4", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert all(0 <= fraction <= 1 for fraction in told)
