"""One walk tells what is there, and whose it is."""

from __future__ import annotations

import errno
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import disk, layout
from vidgen_core.errors import MachineError
from vidgen_core.layout import OUTPUT, Output
from vidgen_core.listing import Claims, list_directory
from vidgen_core.memory import Memory, read_memory
from vidgen_core.model import Key, Kind, Step, Verdict

from .listed import listed
from .run_directories import add_clip, add_scene, begin, contents, older_run, put
from .run_paths import OTHER_TS, TS

SCENE = f"scene_1_{TS}.mp4"


def test_every_file_of_an_older_run_is_claimed_or_named(tmp_path: Path) -> None:
    root = older_run(tmp_path)
    before = contents(root)
    found = list_directory(root)
    paths = {file.path for file in found.files} | set(found.unclaimed)
    assert paths == {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    assert [file.path for file in found.files] == sorted(file.path for file in found.files)
    assert contents(root) == before


def test_the_walk_is_one_and_leaves_vidgens_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = older_run(tmp_path)
    put(root / ".vidgen/replaced/0001" / SCENE, b"old")
    walked: Counter[str] = Counter()
    scandir = os.scandir

    def spy(path: Any) -> Any:
        walked[os.fspath(path)] += 1
        return scandir(path)

    monkeypatch.setattr(os, "scandir", spy)
    found, _ = listed(root)
    assert set(walked.values()) == {1}
    assert not any(".vidgen" in path for path in walked)
    assert not any(file.path.startswith(".vidgen") for file in found.files)


@pytest.mark.parametrize(
    ("path", "key", "timestamp"),
    [
        (SCENE, Key(Step.SCENE, 1), TS),
        (f"final_video_{TS}.mp4", Key(Step.FILM), TS),
        (f"scene_2_all_vid_{TS}/scene_2_vid_3_{TS}.mp4", Key(Step.CLIP, 2, 3), TS),
        (f"scene_2_all_vid_{TS}/scene_2_{TS}.mp4", Key(Step.CLIP, 2, 1), TS),
        (f"scene_2_all_vid_{OTHER_TS}/scene_2_vid_3_{TS}.mp4", Key(Step.CLIP, 2, 3), TS),
        (f"scene_2_all_vid_{TS}/scene_2_sound.mp3", Key(Step.SOUND, 2), TS),
        (f"scene_2_all_vid_{TS}/first_frame/a b.jpg", Key(Step.FIRST_FRAME, 2), TS),
        ("boat.jpg", Key(Step.INITIAL_IMAGE), ""),
        (f"scene_2_all_vid_{TS}/scene_3_vid_1_{TS}.mp4", None, ""),
        (f"scene_01_{TS}.mp4", None, ""),
        ("notes.txt", None, ""),
        ("", None, ""),
    ],
)
def test_a_path_is_claimed_by_its_pattern(path: str, key: Key | None, timestamp: str) -> None:
    claim = Claims(layout.OUTPUTS).claim(path)
    assert (claim[0] if claim else None) == key
    assert (claim[1] if claim else "") == timestamp


def test_a_writing_pattern_goes_before_a_reading_one() -> None:
    webm = Output(step=Step.INITIAL_IMAGE, pattern="picture.png", probe=Kind.IMAGE)
    claim = Claims((*layout.OUTPUTS, webm)).claim("picture.png")
    assert claim is not None
    assert claim[2] == "picture.png"


@given(st.text(max_size=40))
@settings(deadline=None)
def test_no_name_makes_claiming_raise(name: str) -> None:
    Claims(layout.OUTPUTS).claim(name)


@pytest.mark.parametrize(
    "name",
    ["a 'b' \"c\".jpg", "a\nb.jpg", "🎬.jpg", "-rf.jpg", "%d.jpg", "concat:x.jpg", "[1].jpg"],
)
def test_odd_names_are_listed_as_they_are(tmp_path: Path, name: str) -> None:
    root = begin(tmp_path / "odd\n🎬 'dir'", 1)
    put(root / name, b"x")
    found, calls = listed(root)
    assert name in {file.path for file in found.files}
    assert calls[name] == 1


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_a_name_that_is_no_text_is_listed_and_remembered(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    odd = os.fsdecode(b"caf\xe9.jpg")
    put(root / odd, b"x")
    memory = Memory()
    found, _ = listed(root, memory)
    assert odd in {file.path for file in found.files}
    put(root / layout.PROBES, memory.to_bytes())
    _, calls = listed(root, read_memory(root))
    assert calls[odd] == 0


def test_links_that_lead_in_circles_end_the_walk(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    (root / "self").symlink_to(root)
    (root / "a").mkdir()
    (root / "a/b").symlink_to(root / "a")
    (root / "nowhere").symlink_to(root / "not there")
    (root / "loop").symlink_to(root / "loop")
    found, calls = listed(root)
    assert calls[SCENE] == 1
    assert [file.path for file in found.files if file.key.step is Step.SCENE] == [SCENE]


class _Hidden:
    """An entry of a folder of which the machine gives out the name alone."""

    def __init__(self, entry: os.DirEntry[str], error: int) -> None:
        self.name, self.error = entry.name, error

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        raise OSError(self.error, os.strerror(self.error))

    def is_symlink(self) -> bool:
        return False


def hide(monkeypatch: pytest.MonkeyPatch, name: str, error: int, *, listed: bool) -> None:
    """Have the machine not give out the file or folder *name*; *listed*: its name it does."""
    scandir = os.scandir

    def refusing(path: Any) -> Any:
        if Path(path).name == name and not listed:
            raise OSError(error, os.strerror(error))
        return [_Hidden(each, error) if each.name == name else each for each in scandir(path)]

    monkeypatch.setattr(os, "scandir", refusing)


def _said_of(error: int) -> str:
    return "too many files are open" if error == errno.EMFILE else os.strerror(error)


@pytest.mark.parametrize("error", [errno.EIO, errno.EACCES, errno.EMFILE])
def test_clips_that_the_machine_does_not_give_out_are_no_missing_ones(
    tmp_path: Path, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing clips would be bought again."""
    root = begin(tmp_path, 1)
    clip = add_clip(root, 1, 1)
    for name, is_listed in ((clip.parent.name, False), (clip.parent.name, True), (clip.name, True)):
        with monkeypatch.context() as patch:
            hide(patch, name, error, listed=is_listed)
            with pytest.raises(MachineError, match=_said_of(error)):
                list_directory(root)
            refused: list[str] = []
            list_directory(root, on_refusal=lambda path, _, told=refused: told.append(path))
            assert [path.rpartition("/")[2] for path in refused] == [name]


@pytest.mark.parametrize("error", [errno.EIO, errno.EACCES, errno.EMFILE])
def test_words_that_the_machine_does_not_give_out_are_not_broken(
    tmp_path: Path, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken ones would be asked for again, at a price."""
    root = begin(tmp_path, 1)
    put(root / OUTPUT[Step.ENVIRONMENTS].pattern.format(timestamp=TS), b"[]")
    assert list_directory(root).by_key[Key(Step.ENVIRONMENTS)]

    def refuse(path: Path, largest: int) -> bytes:
        raise OSError(error, os.strerror(error), str(path))

    monkeypatch.setattr(disk, "read_file", refuse)
    with pytest.raises(MachineError, match=_said_of(error)):
        list_directory(root)


def test_folders_in_which_no_output_lies_may_be_closed_or_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    add_clip(root, 1, 1)
    (root / "lost+found").mkdir()
    with monkeypatch.context() as patch:
        hide(patch, "lost+found", errno.EACCES, listed=False)
        assert Key(Step.SCENE, 1) in list_directory(root).by_key
    hide(monkeypatch, f"scene_1_all_vid_{TS}", errno.ENOENT, listed=False)  # it went away
    assert Key(Step.CLIP, 1, 1) not in list_directory(root).by_key


def test_folders_are_followed_only_so_deep(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    put(root.joinpath(*"abcdefghijkl") / "deep.jpg", b"x")
    found, _ = listed(root)
    assert not any("deep.jpg" in path for path in found.unclaimed)


def test_pipes_and_sockets_are_no_files(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    os.mkfifo(root / "pipe.jpg")
    found, calls = listed(root)
    assert calls["pipe.jpg"] == 0
    assert all(file.path != "pipe.jpg" for file in found.files)


def test_a_directory_that_cannot_be_read_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot read"):
        list_directory(tmp_path / "gone")


def test_an_empty_text_is_broken_and_a_full_one_whole(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    put(root / f"narration_text_{TS}.txt", b"")
    found, _ = listed(root)
    (text,) = found.by_key[Key(Step.NARRATION_TEXT)]
    assert text.facts.verdict is Verdict.BROKEN
    (scenes,) = found.by_key[Key(Step.SCENES)]
    assert scenes.counts


def test_probing_tells_how_far_it_is(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    for n in range(1, 7):
        put(root / f"scene_{n}_{TS}.mp4", b"x")
    seen: list[tuple[int, int]] = []
    listed(root, on_probe=lambda done, total: seen.append((done, total)))
    assert seen == [(n, 7) for n in range(1, 8)]


def test_layouts_clip_pattern_is_the_one_that_scripts_wrote(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    path = add_clip(root, 1, 1)
    (file,) = list_directory(root).by_key[Key(Step.CLIP, 1, 1)]
    assert file.path == str(path.relative_to(root))
    assert file.pattern == OUTPUT[Step.CLIP].pattern.template
    assert file.facts.seconds == pytest.approx(1.0)
