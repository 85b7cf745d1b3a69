"""``vidgen generate``: from a script to a film, by the providers that need no key."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

import av
import pytest

from vidgen_core.cli.generate_command import read_script

from .command_line import PICTURES_ONLY, environment, refused, vidgen
from .extent import some
from .generate_runs import (
    SCRIPT,
    SMALL,
    Generated,
    die_at,
    generate,
    script_file,
    the_run,
)
from .kill_harness import shown
from .run_directories import contents, picture, put, visible_files

pytest.importorskip("vidgen_local")


@pytest.fixture
def made(generated: Generated) -> Path:
    """A home in which a film was generated from SCRIPT."""
    return generated.home


def timestamp(home: Path) -> str:
    return the_run(home).name.removeprefix("video_")


def names(home: Path) -> set[str]:
    """The files of a run without its timestamp."""
    return {name.replace(timestamp(home), "TS") for name in visible_files(the_run(home))}


def test_everything_is_written_under_the_names_of_the_old_scripts(made: Path) -> None:
    assert names(made) >= {
        "script_TS.txt",
        "scenes_TS.json",
        "scene_metadata_no_env_TS.json",
        "scene_physical_environment_TS.json",
        "narration_text_TS.txt",
        "narration_audio_TS.mp3",
        "narration_audio_adjusted_TS.mp3",
        "subtitles_TS.srt",
        "final_video_TS.mp4",
        "scene_1_TS.mp4",
        "scene_2_TS.mp4",
        "scene_1_all_vid_TS/scene_1_narration_TS.mp3",
        "scene_1_all_vid_TS/scene_1_narration_TS.json",
        "scene_1_all_vid_TS/scene_1_sound.mp3",
        "scene_1_all_vid_TS/scene_1_vid_1_TS.mp4",
    }


def test_the_script_is_kept_as_it_was(made: Path) -> None:
    assert (the_run(made) / f"script_{timestamp(made)}.txt").read_text() == SCRIPT


def test_the_scenes_have_the_keys_that_users_know(made: Path) -> None:
    scenes = json.loads((the_run(made) / f"scenes_{timestamp(made)}.json").read_text())
    assert [scene["scene_number"] for scene in scenes] == [1, 2]
    for scene in scenes:
        for key in ("scene_name", "scene_physical_environment", "scene_movement_description"):
            assert scene[key].strip()
        assert scene["scene_duration"] % 5 == 0
        assert len(scene["sound_effects_prompt"].split()) < 30
        assert scene["narration"].strip()
        assert not [key for key in scene if key.startswith("previous_")]


def test_the_film_has_picture_voice_and_subtitles(made: Path) -> None:
    with av.open(str(the_run(made) / f"final_video_{timestamp(made)}.mp4")) as film:
        kinds = [stream.type for stream in film.streams if stream.type != "data"]
        assert kinds == ["video", "audio", "subtitle"]
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == (96, 64)


def test_a_finished_film_is_left_alone(made: Path) -> None:
    before = contents(the_run(made))
    ended = generate(made, "--continue-from-dir", the_run(made), small=False)
    assert ended.code == 0
    assert "nothing to do" in ended.words
    assert contents(the_run(made)) == before


def test_another_run_of_the_same_second_has_a_directory_of_its_own(tmp_path: Path) -> None:
    script = script_file(tmp_path)
    command = [sys.executable, "-m", "vidgen_core", "generate", str(script), "--metadata-only"]
    both = [
        subprocess.Popen(
            command,
            env=environment(tmp_path),
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [child.communicate(timeout=100)[0].decode().strip() for child in both]
    assert [child.returncode for child in both] == [0, 0]
    assert sorted(said) == sorted(str(path) for path in (tmp_path / "generated_videos").iterdir())
    assert len(set(said)) == 2


def test_metadata_only_stops_after_the_words_and_continue_makes_the_film(tmp_path: Path) -> None:
    ended = generate(tmp_path, script_file(tmp_path), "--metadata-only")
    assert ended.code == 0
    assert ended.out == f"{the_run(tmp_path)}\n"
    assert names(tmp_path) == {
        "script_TS.txt",
        "scenes_TS.json",
        "scene_metadata_no_env_TS.json",
        "scene_physical_environment_TS.json",
        "narration_text_TS.txt",
    }
    remembered = (the_run(tmp_path) / ".vidgen" / "settings.toml").read_text()
    assert f'scenes_file = "scenes_{timestamp(tmp_path)}.json"' in remembered
    words = ("--continue-from-dir", the_run(tmp_path), *PICTURES_ONLY)
    done = generate(tmp_path, *words, small=False)
    assert done.code == 0
    assert "final_video_TS.mp4" in names(tmp_path)


def test_a_dry_run_says_the_steps_and_writes_nothing(tmp_path: Path) -> None:
    script, temporary = script_file(tmp_path), tempfile.gettempdir()
    ended = generate(tmp_path, script, "--dry-run", "-v")
    assert ended.code == 0
    assert "write the scenes with local" in ended.out
    assert "at most 2 scenes" in ended.words
    assert ended.out.endswith("  price: nothing\n")
    assert temporary not in ended.out + ended.err
    assert list(tmp_path.iterdir()) == [script]


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", 8, "the script is empty"),
        (b" \n\t\n", 8, "the script is empty"),
        (b"... 1, 2, 3 ...", 8, "the script holds no words"),
        (bytes(range(256)) * 20, 8, "it is not UTF-8 text"),
        (b"a\0b" * 100, 8, "it is not text"),
        ("Ein Boot in der Nacht für Möwen.".encode("latin-1"), 8, "save the script as UTF-8"),
    ],
)
def test_what_is_no_script_is_refused_before_anything_is_written(
    tmp_path: Path, content: bytes, code: int, said: str
) -> None:
    script = tmp_path / "script.txt"
    script.write_bytes(content)
    assert said in refused(generate(tmp_path, script), code)
    assert list(tmp_path.iterdir()) == [script]


def test_a_script_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert "No such file" in refused(generate(tmp_path, "nothing.txt"), 2)
    assert "the script is missing" in refused(generate(tmp_path, small=False), 2)
    assert "Is a directory" in refused(generate(tmp_path, tmp_path), 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_script_may_be_in_any_unicode(tmp_path: Path, encoding: str) -> None:
    text = "Am Abend fällt Schnee auf das kleine Dorf."
    assert read_script(str(put(tmp_path / "script.txt", text.encode(encoding)))) == text


def test_a_script_may_come_by_standard_input(tmp_path: Path) -> None:
    text = "Am Abend fällt Schnee auf das kleine Dorf."
    done = subprocess.run(
        [sys.executable, "-m", "vidgen_core", "generate", "-", *SMALL, "--metadata-only"],
        env=environment(tmp_path),
        cwd=tmp_path,
        input=text.encode("utf-16"),
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept = the_run(tmp_path) / f"script_{timestamp(tmp_path)}.txt"
    assert kept.read_bytes() == text.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--engine", "lumma"),
        ("--aspect", "4:5"),
        ("--resolution", "huge"),
        ("--max-scenes", "0"),
        ("--set", "local.grain=9"),
    ],
)
def test_a_wrong_option_costs_no_directory(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    script = script_file(tmp_path)
    assert refused(generate(tmp_path, script, *arguments, small=False), 2)
    assert list(tmp_path.iterdir()) == [script]


@pytest.mark.parametrize("below", ["", "runs", "more/runs"])
def test_where_a_file_is_no_runs_can_be(tmp_path: Path, below: str) -> None:
    script = script_file(tmp_path)
    for more in ([], ["--dry-run"]):
        said = refused(generate(tmp_path, script, "--output-dir", script / below, *more), 2)
        assert f"{script} is not a directory" in said
    assert list(tmp_path.iterdir()) == [script]


def test_a_new_film_has_no_json_files_to_be_listed(tmp_path: Path) -> None:
    script = script_file(tmp_path)
    assert "--list-json-files" in refused(generate(tmp_path, script, "--list-json-files"), 2)
    assert list(tmp_path.iterdir()) == [script]


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        (("--aspect", "9:16", "--resolution", "90p"), (90, 160)),
        (("--aspect", "1:1", "--resolution", "64p"), (64, 64)),
    ],
)
def test_the_film_has_the_shape_that_was_asked_for(
    tmp_path: Path, arguments: tuple[str, ...], size: tuple[int, int]
) -> None:
    script = script_file(tmp_path, "A boat.")
    one = ("--max-scenes", "1", *PICTURES_ONLY, "--json")
    ended = generate(tmp_path, script, *arguments, *one, small=False)
    assert ended.code == 0, ended.err
    with av.open(str(the_run(tmp_path) / ended.json["film"]["path"])) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == size


def test_a_script_that_cannot_be_read_is_told_as_json(tmp_path: Path) -> None:
    ended = generate(tmp_path, "nothing.txt", "--json")
    assert (ended.code, ended.json["exit_code"]) == (2, 2)
    assert "No such file" in ended.json["error"]


def test_the_picture_that_a_film_starts_with_is_there_from_the_beginning(tmp_path: Path) -> None:
    image = put(tmp_path / "mine.jpg", picture(1))
    script = script_file(tmp_path)
    ended = generate(tmp_path, script, "--initial-image-path", image, "--metadata-only")
    assert ended.code == 0, ended.err
    assert "initial_image_TS.png" in names(tmp_path)
    root = the_run(tmp_path)
    state = vidgen("status", root, "--json", home=tmp_path).json
    (first,) = [task for task in state["tasks"] if task["id"] == "clip-1-1"]
    assert first["decision"] == "make"


def test_an_emptied_script_is_said_and_a_spoilt_file_on_the_way_is_made_again(
    tmp_path: Path,
) -> None:
    generate(tmp_path, script_file(tmp_path), "--metadata-only")
    root = the_run(tmp_path)
    (root / f"scenes_{timestamp(tmp_path)}.json").unlink()
    (places,) = root.glob("scene_physical_environment_*.json")
    was = places.read_bytes()
    places.write_text("[]")
    ended = vidgen("continue", root, "--dry-run", home=tmp_path)
    assert "write the places with local" in ended.out
    again = vidgen("continue", root, "--draft", "--dry-run", home=tmp_path)
    assert again.code == 0
    places.write_bytes(was)
    (root / f"script_{timestamp(tmp_path)}.txt").write_text("")
    assert "the script is empty" in refused(vidgen("continue", root, home=tmp_path), 8)


def test_a_language_that_nobody_speaks_is_said_once_and_before_it_matters(tmp_path: Path) -> None:
    script = script_file(tmp_path, "夜里，暴风雨席卷大海。一只小船在黑浪上起伏。")
    ended = generate(tmp_path, script, "--metadata-only")
    assert ended.code == 0, ended.err
    assert ended.words.count("narration is not spoken") == 1
    last = [line for line in ended.err.splitlines() if line.startswith("[")][-1]
    assert ended.err.index("narration is not spoken") < ended.err.index(last)


def test_letters_that_cannot_be_drawn_are_named_before_anything_is_written(tmp_path: Path) -> None:
    script = script_file(tmp_path, "A boat called 世界.")
    said = refused(generate(tmp_path, script, "--burn-subtitles"), 8)
    assert "has no 世 (U+4E16) or 界 (U+754C), so the subtitles cannot be drawn" in said
    assert "any word of the script may be told, until its scenes are written" in said
    assert "--font FILE" in said
    assert "--no-burn-subtitles" in said
    assert list(tmp_path.iterdir()) == [script]
    assert generate(tmp_path, script, "--dry-run").code == 0


# a run that dies on the way ----------------------------------------------

#: In the order in which they are published.
STEPS = (
    "environments",
    "scenes-without-environment",
    "scenes",
    "scene-narration-1",
    "narration-text",
    "subtitles",
)


@pytest.mark.timeout(400)
def test_a_run_that_dies_at_every_step_is_continued_to_the_same_film(
    made: Path, tmp_path: Path
) -> None:
    command: tuple[str | Path, ...] = ("generate", script_file(tmp_path), *SMALL)
    before: dict[str, int] = {}
    for step, moment in some([*product(STEPS, ("before", "after"))], 2):
        root = die_at(tmp_path, step, moment, *command)
        now = inodes(root)
        assert before.items() <= now.items(), f"made again after {step}"
        before, command = now, ("continue", root)
    ended = generate(tmp_path, "--continue-from-dir", root, small=False)
    assert ended.code == 0, ended.err
    assert before.items() <= inodes(root).items()
    assert names(tmp_path) == names(made)
    for name in ("scenes_{}.json", "narration_text_{}.txt", "subtitles_{}.srt"):
        ours = (root / name.format(timestamp(tmp_path))).read_bytes()
        assert ours == (the_run(made) / name.format(timestamp(made))).read_bytes()
    assert sorted(shown(root).frames.values()) == sorted(shown(the_run(made)).frames.values())


def inodes(root: Path) -> dict[str, int]:
    """Which file stands under each name: another one was made again."""
    return {name: path.stat().st_ino for name, path in visible_files(root).items()}
