"""Options that cannot change a finished film: what must be moved away for them to count."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .command_line import vidgen
from .run_directories import add_scene, begin, everything, put, sound, video
from .run_paths import ADJUSTED, FILM, NARRATION, sound_path, speech_path

PICTURES = "to make it again, move the film, its scenes and their clips away"


def finished(parent: Path) -> Path:
    """A film of two scenes that are told and heard."""
    root = begin(parent, 2)
    for number in (1, 2):
        add_scene(root, number)
        put(root / speech_path(number), sound())
        put(root / sound_path(number), sound())
    for path in (NARRATION, ADJUSTED):
        put(root / path, sound(2))
    put(root / FILM, video(1, 2))
    return root


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (
            "--skip-narration",
            [re.sub("scene_1", "scene_*", speech_path(1)), NARRATION, ADJUSTED, FILM],
        ),
        ("--skip-sound-effects", [re.sub("scene_1", "scene_*", sound_path(1)), FILM]),
    ],
)
def test_what_is_skipped_later_costs_no_clip(option: str, named: list[str], tmp_path: Path) -> None:
    root = finished(tmp_path)
    before = everything(root)
    ended = vidgen("continue", root, option, home=tmp_path)
    assert ended.code == 0
    assert f"not kept: {option}; to have it otherwise, move {', '.join(named)} away" in ended.words
    assert PICTURES not in ended.words
    assert everything(root) == before
    for path in [found for name in named for found in root.glob(name)]:
        path.unlink()
    rest = everything(root)
    told = vidgen("continue", root, option, "--dry-run", "--json", home=tmp_path).json
    made = [task["id"] for task in told["tasks"] if task["decision"] not in ("keep", "stale")]
    step = "narration" if option == "--skip-narration" else "sound"
    assert "film" in made
    assert not [key for key in made if key.startswith(("clip", "scene-1", "scene-2"))]
    assert not [task for task in told["tasks"] if step in task["step"].split("-")]
    assert everything(root) == rest


def test_what_is_not_skipped_any_more_needs_only_the_film_away(tmp_path: Path) -> None:
    said = vidgen("continue", finished(tmp_path), "--narration", home=tmp_path).words
    assert f"move {FILM} away and give --narration again" in said


def test_options_of_both_kinds_each_get_their_way(tmp_path: Path) -> None:
    words = ("--seed", "5", "--skip-sound-effects")
    said = vidgen("continue", finished(tmp_path), *words, home=tmp_path).words
    assert PICTURES in said
    assert "and give --skip-sound-effects again" in said


def test_nothing_is_named_where_nothing_of_it_is_there(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    put(root / FILM, video(1))
    said = vidgen("continue", root, "--skip-narration", home=tmp_path).words
    assert "not kept: --skip-narration" in said
    assert "away" not in said
