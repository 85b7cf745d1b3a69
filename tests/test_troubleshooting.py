"""What goes wrong with run directories: each a repair or a clear error, none a traceback."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vidgen_core.rundir import RunDirectory

from . import broken_files
from .command_line import Ended, vidgen
from .run_directories import (
    FPS,
    OTHER_TS,
    TS,
    add_clip,
    add_scene,
    begin,
    colour,
    contents,
    everything,
    frames,
    is_near,
    picture,
    put,
    scene_object,
    video,
)

WORDS = ("--engine", "local", "--skip-narration", "--skip-sound-effects")


def refused(ended: Ended, code: int) -> str:
    """The refusal of a command that printed no result."""
    assert ended.code == code, ended.err
    assert ended.out == ""
    return ended.words


# which JSON ----------------------------------------------------------------


def test_without_a_scenes_json_the_error_names_what_was_looked_at(tmp_path: Path) -> None:
    root = tmp_path / f"video_{TS}"
    put(root / "notes.json", b'{"a": 1}')
    put(root / f"scene_physical_environment_{TS}.json", b'[{"scene_physical_environment": "x"}]')
    before = everything(root)
    said = refused(vidgen("continue", root, *WORDS, home=tmp_path), 8)
    assert "notes.json (other, 1 items)" in said
    assert f"scene_physical_environment_{TS}.json (physical environments, 1 items)" in said
    assert "--list-json-files" in said
    assert everything(root) == before


@pytest.mark.parametrize("command", ["continue", "status"])
def test_the_list_of_json_files_comes_first_even_where_none_has_scenes(
    command: str, tmp_path: Path
) -> None:
    root = tmp_path / f"video_{TS}"
    put(root / "notes.json", b'{"a": 1}')
    ended = vidgen(command, root, "--list-json-files", home=tmp_path)
    assert ended.code == 8
    assert ended.out.split() == ["notes.json", "other", "8", "bytes", "1", "item"]


def test_an_empty_directory_has_no_scenes(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no JSON file" in refused(vidgen("continue", "empty", home=tmp_path), 8)


def test_the_last_modified_of_several_scenes_files_is_taken_and_said(tmp_path: Path) -> None:
    root = begin(tmp_path, 1, name="a film")
    add_scene(root, 1)
    newer = put(root / f"scenes_{OTHER_TS}.json", (root / f"scenes_{TS}.json").read_bytes())
    os.utime(root / f"scenes_{TS}.json", (1_600_000_000, 1_600_000_000))
    os.utime(newer, (1_700_000_000, 1_700_000_000))
    ended = vidgen("status", root, "--json", home=tmp_path)
    assert ended.json["scenes_file"] == newer.name
    assert "modified last" in ended.json["scenes_file_reason"]


def test_metadata_without_environments_is_better_than_nothing(tmp_path: Path) -> None:
    root = tmp_path / f"video_{TS}"
    bare = {"scene_number": 1, "scene_duration": 1}
    put(root / f"scene_metadata_no_env_{TS}.json", json.dumps([bare]).encode())
    add_scene(root, 1)
    ended = vidgen("continue", root, "--skip-narration", home=tmp_path)
    assert ended.code == 0, ended.err
    assert "it holds scene metadata" in ended.words


# the scenes in it ----------------------------------------------------------


BAD_SCENES = {
    "cut off": (b'[{"scene_number": 1', "line 1, column 20"),
    "a web page": (b"<html></html>", "line 1, column 1"),
    "not a number": (b'[{"scene_number": 1, "scene_duration": NaN}]', "NaN"),
    "a key twice": (b'[{"scene_number": 1, "scene_number": 2}]', "line 1, column 22"),
    "too deep": (b"[" * 5000 + b"]" * 5000, "line 1"),
    "too large": (b"[" + b" " * 5_000_001 + b"]", "5"),
    "nothing": (b"", "empty"),
    "no scene": (b"[]", "scene"),
    "no list": (b"42", "scene"),
    "zero": (b'[{"scene_number": 0}]', "0"),
    "negative": (b'[{"scene_number": -1}]', "-1"),
    "true": (b'[{"scene_number": true}]', "true"),
    "a fraction": (b'[{"scene_number": 1.5}]', "1.5"),
    "twice the same": (b'[{"scene_number": 1}, {"scene_number": "1"}]', "1"),
    "full-width": ('[{"scene_number": "１"}]'.encode(), "scene_number"),
    "no number": (b'[{"scene_name": "a"}]', "scene_number"),
    "endless": (b'[{"scene_number": 1, "scene_duration": 1e999}]', "line 1, column 40"),
    "no time": (b'[{"scene_number": 1, "scene_duration": 0}]', "scene_duration"),
    "a word": (b'[{"scene_number": 1, "scene_duration": "long"}]', "scene_duration"),
    "not UTF-8": (b'[{"scene_number": 1, "scene_name": "\xff"}]', "UTF-8"),
}


@pytest.mark.parametrize("fault", BAD_SCENES)
def test_scenes_that_cannot_be_read_are_refused_with_the_place(fault: str, tmp_path: Path) -> None:
    content, place = BAD_SCENES[fault]
    root = tmp_path / f"video_{TS}"
    put(root / f"scenes_{TS}.json", content)
    said = refused(vidgen("continue", root, *WORDS, home=tmp_path), 8)
    assert f"scenes_{TS}.json" in said
    assert place in said
    assert [path.name for path in root.iterdir()] == [f"scenes_{TS}.json"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_other_editors_are_read(encoding: str, tmp_path: Path) -> None:
    root = tmp_path / f"video_{TS}"
    put(root / f"scenes_{TS}.json", json.dumps([scene_object(1)]).encode(encoding))
    assert vidgen("status", root, "--json", home=tmp_path).json["scenes"][0]["number"] == 1


def test_no_scene_number_in_common_stops(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 7)
    add_scene(root, 8)
    before = everything(root)
    said = refused(vidgen("continue", root, *WORDS, home=tmp_path), 8)
    assert "no scene number in common: the scenes file has 1, 2, the videos are of scenes 7" in said
    assert everything(root) == before


def test_scenes_that_are_not_in_the_scenes_file_are_listed_and_left_alone(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    stranger = add_scene(root, 9)
    clip = add_clip(root, 9, 1)
    before = {path: seen for path, seen in everything(root).items() if b"scene_9" in path}
    ended = vidgen("continue", root, *WORDS, home=tmp_path)
    assert ended.code == 0, ended.err
    assert "left alone" in ended.words
    assert stranger.name in ended.words
    assert clip.name in ended.words
    after = everything(root)
    assert {path: after[path] for path in before} == before
    assert len(frames(root / f"final_video_{TS}.mp4")) == FPS


# files that are not what they seem -----------------------------------------


def test_a_near_miss_is_named_with_the_name_that_it_should_have(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    near = put(root / "scene_2_final cut.mp4", video(2))
    ended = vidgen("continue", root, *WORDS, "--dry-run", home=tmp_path)
    assert ended.code == 0, ended.err
    words = " ".join(ended.out.split())
    assert f"{near.name} looks like its file; if it is, rename it to scene_2_{TS}.mp4" in words
    near.rename(root / f"scene_2_{TS}.mp4")
    finished = vidgen("continue", root, *WORDS, "--json", home=tmp_path)
    assert finished.json["made"] == [f"final_video_{TS}.mp4"]


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole clip whose every byte matters; two seconds long."""
    from vidgen_core.media import Media

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
    return root, vidgen("continue", root, *WORDS, home=home)


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
    ended = vidgen("continue", root, *WORDS, home=tmp_path)
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
    ended = vidgen("continue", root, *WORDS, home=tmp_path)
    assert ended.code == 0, ended.err
    assert name in ended.err.partition("the film: final_video")[0]
    assert len(frames(root / f"final_video_{TS}.mp4")) == 4 * FPS


# who may do the work -------------------------------------------------------


def test_clips_are_missing_and_no_engine_is_named(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    said = refused(vidgen("continue", root, home=tmp_path), 2)
    assert "clips are missing" in said
    assert "--engine NAME" in said
    assert "local (needs no key)" in said
    assert everything(root) == before


PLUGIN = """
from vidgen_core import BadOutput, Price, VideoEngineSpec, hookimpl

class Engine:
    def __init__(self, context):
        self.key = context.key

    def render(self, request, into, progress):
        if request.scene.number == 3:
            raise BadOutput("the picture came out black", billed="no")
        raise RuntimeError("a slip of the pen")

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="dear", summary="a service", factory=Engine, lengths=(5,),
        keys=("DEAR_API_KEY", "DEAR_KEY"),
        price=lambda request, options: Price(low=0.5, high=0.5),
    )
    yield VideoEngineSpec(name="clumsy", summary="fails", factory=Engine, lengths=(5,))
"""


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """The environment in which a distribution with a paid and a faulty engine is installed."""
    site = tmp_path / "site"
    put(site / "dear.py", textwrap.dedent(PLUGIN).encode())
    facts = site / "vidgen_dear-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-dear\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\ndear = dear\n")
    places = [str(Path(__file__).parents[1]), str(site)]
    return {"PYTHONPATH": os.pathsep.join(places)}


def test_a_missing_key_is_named_before_anything_starts(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    ended = vidgen("continue", root, "--engine", "dear", "--yes", home=tmp_path, environ=plugin)
    said = refused(ended, 4)
    assert "video engine dear needs a key, and DEAR_API_KEY or DEAR_KEY is not set" in said
    assert everything(root) == before
    bare = vidgen("continue", root, home=tmp_path, environ=plugin | {"DEAR_KEY": "k-123"})
    said = refused(bare, 2)
    assert "dear (DEAR_API_KEY is set)" not in said
    assert "dear (" in said
    assert "k-123" not in said


def test_money_is_not_spent_without_consent(plugin: dict[str, str], tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    environ = plugin | {"DEAR_KEY": "k-123"}
    ended = vidgen("continue", root, "--engine", "dear", home=tmp_path, environ=environ)
    said = refused(ended, 10)
    assert "1 paid piece of work, price: $0.50; nothing was bought" in said
    assert "--yes" in said
    assert everything(root) == before


def test_a_paid_clip_with_a_near_miss_is_a_question(plugin: dict[str, str], tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    put(root / "scene_2_final cut.mp4", video(2))
    environ = plugin | {"DEAR_KEY": "k-123"}
    ended = vidgen("continue", root, "--engine", "dear", "--yes", home=tmp_path, environ=environ)
    said = refused(ended, 10)
    assert "scene_2_final cut.mp4 looks like its file" in said
    assert ended.last.startswith("not finished: scene 2 clip 1: ")
    assert "nothing was charged" in ended.last


def test_a_faulty_plugin_costs_its_own_clips_and_is_named(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_clip(root, 1, 1)
    ended = vidgen("continue", root, "--engine", "clumsy", home=tmp_path, environ=plugin)
    refused(ended, 3)
    assert "vidgen-dear 1.2: making scene 2 clip 1 raised RuntimeError: a slip" in ended.words
    assert ended.last.startswith("not finished: ")
    assert "nothing was charged" in ended.last
    assert ended.last.endswith(f"to go on: vidgen continue {root}")
    assert (root / f"scene_1_{TS}.mp4").is_file(), "the other scenes went on"
    assert not (root / f"final_video_{TS}.mp4").exists(), "a short film is no film"


def test_a_preview_shows_what_is_there_of_a_film_that_could_not_be_finished(
    plugin: dict[str, str], tmp_path: Path
) -> None:
    root = begin(tmp_path, 3)
    add_scene(root, 1)
    add_clip(root, 3, 1)
    words = ("continue", root, "--engine", "clumsy", "--preview")
    ended = vidgen(*words, home=tmp_path, environ=plugin)
    refused(ended, 3)
    preview = root / ".vidgen" / "preview.mp4"
    assert f"preview: {preview}" in ended.words
    shown = frames(preview)
    assert len(shown) == 2 * FPS
    assert is_near(shown[0], colour(1))
    assert is_near(shown[FPS], colour(3))
    assert not (root / f"final_video_{TS}.mp4").exists()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--initial-image-path", "a.jpg", "--initial-image-prompt", "a bay"), "not allowed with"),
        (("--initial-image-path", "nothing.jpg"), "it does not exist"),
        (("--initial-image-prompt", "a bay"), "needs an image generator"),
        (("--first-frame-image-gen",), "needs an image generator"),
        (("--engine", "lokal"), "local"),
        (("--set", "local.grian=1"), "grain"),
        (("--set", "local.grain=much"), "local.grain"),
        (("--jobs", "0"), "whole number"),
        (("--enginee", "local"), "--engine"),
    ],
)
def test_options_that_make_no_sense_end_before_anything_is_written(
    options: tuple[str, ...], word: str, tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = everything(root)
    assert word in refused(vidgen("continue", root, *options, home=tmp_path), 2)
    assert everything(root) == before


@pytest.mark.parametrize("what", ["nothing there", "a file"])
def test_a_directory_that_is_none(what: str, tmp_path: Path) -> None:
    put(tmp_path / "a file", b"")
    said = refused(vidgen("continue", what, home=tmp_path), 2)
    assert what in said
    assert "vidgen:" in said


# the machine ---------------------------------------------------------------


def test_a_directory_that_another_run_holds(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    with RunDirectory(root).locked("vidgen continue somewhere"):
        before = contents(root)
        said = refused(vidgen("continue", root, *WORDS, home=tmp_path), 7)
        assert contents(root) == before
        looked = vidgen("status", root, home=tmp_path)
    assert f"pid {os.getpid()} on " in said
    assert "since" in said
    assert "vidgen continue somewhere" in said
    assert looked.code == 0


def test_an_ffmpeg_that_is_none(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    environ = {"VIDGEN_FFMPEG": "/nowhere/ffmpeg"}
    ended = vidgen("continue", root, *WORDS, home=tmp_path, environ=environ)
    assert "/nowhere/ffmpeg" in refused(ended, 9)
    assert ended.last.startswith("not finished: ")
    assert "nothing was charged" in ended.last
    assert ended.last.endswith(f"to go on: vidgen continue {root}")


def without_power() -> None:
    """Take root's power over permissions from this process and the programs that it starts."""
    if os.geteuid() != 0:
        return
    library = ctypes.CDLL(None, use_errno=True)
    for power in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if library.prctl(24, power, 0, 0, 0):  # PR_CAPBSET_DROP
            raise OSError(ctypes.get_errno(), "prctl")


@pytest.fixture
def bounded(tmp_path: Path) -> Callable[..., Ended]:
    """Return a function that runs the command as a user whom permissions bind."""
    if os.name != "posix" or (os.geteuid() == 0 and not sys.platform.startswith("linux")):
        pytest.skip("permissions do not bind this user")

    def run(*arguments: str | Path) -> Ended:
        return vidgen(*arguments, home=tmp_path, preexec_fn=without_power)

    try:
        run("--version")
    except subprocess.SubprocessError:
        pytest.skip("root cannot give up its power over permissions here")
    return run


@contextmanager
def permitted(path: Path, mode: int) -> Iterator[None]:
    """Give *path* other permissions for a while."""
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(0o755)


@pytest.mark.parametrize("command", ["continue", "status"])
def test_a_directory_that_may_not_be_read(
    command: str, bounded: Callable[..., Ended], tmp_path: Path
) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    with permitted(root, 0):
        said = refused(bounded(command, root), 9)
    assert str(root) in said
    assert "Permission denied" in said


def test_a_directory_below_one_that_may_not_be_entered(
    bounded: Callable[..., Ended], tmp_path: Path
) -> None:
    root = begin(tmp_path / "closed", 1)
    with permitted(tmp_path / "closed", 0):
        said = refused(bounded("continue", root), 9)
    assert "Permission denied" in said


def test_a_directory_that_may_not_be_written(bounded: Callable[..., Ended], tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    with permitted(root, 0o555):
        before = everything(root)
        said = refused(bounded("continue", root), 9)
        assert everything(root) == before
        assert bounded("status", root).code == 0
    assert str(root) in said
    assert "Permission denied" in said


def test_a_video_that_may_not_be_read_is_not_taken_for_a_broken_one(
    bounded: Callable[..., Ended], tmp_path: Path
) -> None:
    root = begin(tmp_path, 2)
    scene = add_scene(root, 1)
    with permitted(scene, 0):
        said = refused(bounded("continue", root, *WORDS), 9)
    assert scene.name in said
    assert list(root.glob("scene_2*")) == []


def test_a_link_that_leaves_the_directory_is_not_written_through(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / f"scene_2_all_vid_{TS}").symlink_to(outside, target_is_directory=True)
    ended = vidgen("continue", root, *WORDS, home=tmp_path)
    assert "nothing is written through it" in refused(ended, 9)
    assert list(outside.iterdir()) == []


def test_a_picture_that_is_none_is_no_picture(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    frame = root / f"scene_1_all_vid_{TS}" / "scene_1_last_frame.jpg"
    put(frame, picture(1)[:200])
    ended = vidgen("continue", root, *WORDS, home=tmp_path)
    assert ended.code == 0, ended.err
    assert "scene_1_last_frame.jpg is broken" in ended.words
    assert is_near(frames(root / f"scene_2_{TS}.mp4")[0], colour(1), 14)


def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    put(root / ".vidgen" / "settings.toml", b"engine = ")
    said = refused(vidgen("continue", root, home=tmp_path), 2)
    assert "settings.toml" in said


def test_other_state_of_vidgens_own_that_is_damaged_costs_no_file(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    add_scene(root, 2)
    assert vidgen("continue", root, home=tmp_path).code == 0
    film = root / f"final_video_{TS}.mp4"
    film.unlink()
    for name in ("probes.json", "patterns.json"):
        put(root / ".vidgen" / name, b'{"schema": [')
    content = contents(root)
    ended = vidgen("continue", root, home=tmp_path)
    assert ended.code == 0, ended.err
    assert {**contents(root), film.name: ""} == {**content, film.name: ""}
