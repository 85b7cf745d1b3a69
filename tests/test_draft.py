"""``--draft``: the whole film for nothing, in a folder that counts for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from .command_line import PICTURES_ONLY, refused, vidgen
from .generate_runs import generate, script_file, the_run
from .run_directories import add_scene, begin, contents, picture, put, scene_object, visible_files
from .run_paths import FILM, LATER_TS, OTHER_TS, TS

pytest.importorskip("vidgen_local")

QUICKLY = (*PICTURES_ONLY, "--set", "resolution=96x64")


def test_a_draft_is_a_whole_film_and_the_run_stays_as_it_was(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    before = contents(root)
    ended = vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    assert ended.out == f"{root / 'draft' / FILM}\n"
    after = contents(root)
    assert before.items() <= after.items()
    assert {name.partition("/")[0] for name in after.keys() - before.keys()} == {"draft"}


def test_nothing_of_a_draft_counts_for_the_run(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    state = vidgen("status", root, "--json", home=tmp_path).json
    assert not state["finished"]
    assert [scene["complete"] for scene in state["scenes"]] == [False, False]
    assert not [task for task in state["tasks"] if task["path"].startswith("draft/")]


def test_a_draft_follows_the_words_of_its_run(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    (scenes,) = root.glob("scenes_*.json")
    changed = scenes.read_text().replace('"scene_name": "', '"scene_name": "New ')
    scenes.write_text(changed)
    ended = vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    assert (root / "draft" / scenes.name).read_text() == changed


def test_a_draft_has_the_form_and_the_choices_of_its_run(tmp_path: Path) -> None:
    shape = ("--aspect", "9:16", "--resolution", "64x114", "--max-scenes", "1", *PICTURES_ONLY)
    script = script_file(tmp_path)
    assert generate(tmp_path, script, *shape, "--metadata-only", small=False).code == 0
    root = the_run(tmp_path)
    ended = vidgen("continue", root, "--draft", "--json", home=tmp_path)
    assert ended.code == 0, ended.err
    with av.open(str(root / "draft" / ended.json["film"]["path"])) as film:
        kinds = [stream.type for stream in film.streams if stream.type != "data"]
        assert "audio" not in kinds
        assert (film.streams.video[0].width, film.streams.video[0].height) == (64, 114)
    own = (root / "draft" / ".vidgen" / "settings.toml").read_text()
    assert "resolution" not in own, "its run's, as long as nobody gives it another"


def test_what_is_given_to_a_draft_stays_with_the_draft(tmp_path: Path) -> None:
    shape = ("--resolution", "96x64", "--max-scenes", "1", "--metadata-only")
    generate(tmp_path, script_file(tmp_path), *shape, small=False)
    root = the_run(tmp_path)
    settings = root / ".vidgen" / "settings.toml"
    before = settings.read_bytes()
    drafted = vidgen("continue", root, "--draft", "--seed", "7", *PICTURES_ONLY, home=tmp_path)
    assert drafted.code == 0, drafted.err
    assert settings.read_bytes() == before
    assert "seed = 7" in (root / "draft" / ".vidgen" / "settings.toml").read_text()


def to_do(root: Path, home: Path, *more: str) -> set[str]:
    """The outputs that the next draft of the run would make."""
    state = vidgen("continue", root, "--draft", "--dry-run", "--json", *more, home=home).json
    return {task["id"] for task in state["tasks"] if task["decision"] in ("make", "redo")}


def test_a_dry_run_knows_the_words_that_changed_since_the_last_draft(tmp_path: Path) -> None:
    root = begin(tmp_path, [scene_object(1, narration="A boat comes in.")])
    quickly = ("--skip-sound-effects", "--set", "resolution=96x64")
    assert vidgen("continue", root, "--draft", *quickly, home=tmp_path).code == 0
    assert to_do(root, tmp_path) == set()
    scenes = root / f"scenes_{TS}.json"
    scenes.write_text(scenes.read_text().replace("A boat", "A ship"))
    before = contents(root)
    foreseen = to_do(root, tmp_path)
    assert contents(root) == before
    assert {"scene-narration-1", "subtitles", "film"} <= foreseen
    made = vidgen("continue", root, "--draft", "--json", home=tmp_path)
    assert made.code == 0, made.err
    assert made.err.count("\n[") == len(foreseen)
    assert to_do(root, tmp_path) == set()


def test_a_draft_follows_its_run_to_another_scenes_file(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    value = json.loads((root / f"scenes_{TS}.json").read_text())
    (root / f"scenes_{TS}.json").unlink()
    both = json.dumps([*value, scene_object(2)]).encode()
    put(root / "film.json", both)
    assert "clip-2-1" in to_do(root, tmp_path, *QUICKLY)
    ended = vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    draft = root / "draft"
    assert (draft / "film.json").read_bytes() == both
    assert not (draft / f"scenes_{TS}.json").exists()
    assert list(draft.glob(f".vidgen/replaced/*/scenes_{TS}.json"))
    assert 'scenes_file = "film.json"' in (draft / ".vidgen" / "settings.toml").read_text()


def test_words_that_a_run_has_no_longer_leave_its_draft(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    image = put(root / "start.jpg", picture(1))
    add_scene(root, 1)
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert (root / "draft" / "start.jpg").read_bytes() == image.read_bytes()
    image.unlink()
    vidgen("continue", root, "--draft", *QUICKLY, home=tmp_path)
    assert not (root / "draft" / "start.jpg").exists()


def test_of_several_versions_a_draft_takes_the_one_that_counts(tmp_path: Path) -> None:
    root = begin(tmp_path, 1, name=f"video_{OTHER_TS}")
    put(root / f"scenes_{OTHER_TS}.json", json.dumps([scene_object(7)]).encode())
    put(root / f"scenes_{LATER_TS}.json", json.dumps([scene_object(8)]).encode())
    foreseen = vidgen("continue", root, "--draft", "--dry-run", "--json", home=tmp_path).json
    assert foreseen["timestamp"] == OTHER_TS
    assert [scene["number"] for scene in foreseen["scenes"]] == [7]


def test_a_renamed_run_that_has_a_script_alone_can_be_drafted(tmp_path: Path) -> None:
    root = tmp_path / "film1"
    put(root / f"script_{TS}.txt", b"At dawn a boat comes home.")
    assert "scenes" in to_do(root, tmp_path)
    ended = vidgen("continue", root, "--draft", *QUICKLY, "--json", home=tmp_path)
    assert ended.code == 0, ended.err
    assert f"final_video_{TS}.mp4" in visible_files(root / "draft")
    assert {path.name for path in root.iterdir()} == {f"script_{TS}.txt", "draft"}


def test_a_draft_is_not_drafted(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    draft = begin(root, 1, name="draft")
    before = contents(root)
    said = refused(vidgen("continue", draft, "--draft", home=tmp_path), 2)
    assert f"vidgen continue {root} --draft" in said
    assert contents(root) == before
    alone = begin(tmp_path / "films", 1, name="draft")
    assert vidgen("continue", alone, "--draft", "--dry-run", home=tmp_path).code == 0


def test_a_generated_draft_leaves_the_film_itself_to_be_made(tmp_path: Path) -> None:
    ended = generate(tmp_path, script_file(tmp_path), "--draft", "--metadata-only")
    assert ended.code == 0, ended.err
    root = the_run(tmp_path)
    assert ended.out == f"{root / 'draft'}\n"
    assert not list(root.glob("scenes_*.json"))
    assert list((root / "draft").glob("scenes_*.json"))


def test_a_dry_run_of_a_draft_writes_nothing(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    before = contents(root)
    ended = vidgen("continue", root, "--draft", "--dry-run", *QUICKLY, home=tmp_path)
    assert ended.code == 0, ended.err
    assert "make scene 1 clip 1" in ended.out
    assert contents(root) == before
    assert not (root / "draft").exists()


def test_a_draft_is_planned_as_it_is_made(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    words = ("continue", root, "--draft", "--dry-run", "--json", *QUICKLY)
    foreseen = vidgen(*words, home=tmp_path).json
    assert foreseen["directory"] == str(root / "draft")
    put(root / "draft" / f"scenes_{TS}.json", (root / f"scenes_{TS}.json").read_bytes())
    planned = vidgen(*words, home=tmp_path).json
    assert foreseen["tasks"] == planned["tasks"]
    assert foreseen["timestamp"] == planned["timestamp"] == TS
