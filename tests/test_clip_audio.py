"""A film is joined again when the choice about its clips' own sound changes, and only then."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import pytest
from attrs import evolve

from vidgen_core.plan import Decision, PlanOptions, Why
from vidgen_core.planner.situation import join_digest

from .command_line import Ended, vidgen
from .planning_files import THE_FILM, World, scene
from .run_directories import TS, add_clip, begin, everything

FILM = f"final_video_{TS}.mp4"
OPTIONS = ("--engine", "local", "--skip-narration", "--skip-sound-effects", "--json")


def add_tone(clip: Path) -> None:
    """Give a clip a sound of its own."""
    mute = clip.with_suffix(".mute")
    clip.rename(mute)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(mute)]
    tone = ["-f", "lavfi", "-i", "sine=f=440:r=48000", "-shortest", "-c:v", "copy", "-c:a", "aac"]
    subprocess.run([*command, *tone, str(clip)], check=True, timeout=60)
    mute.unlink()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A finished film of one scene, whose two clips have sound."""
    root = begin(tmp_path, 1, seconds=2)
    for number in (1, 2):
        add_tone(add_clip(root, 1, number, last_frame=False))
    assert made(root) == [FILM, f"scene_1_{TS}.mp4"]
    assert not sounds(root)
    return root


def made(root: Path, *options: str) -> list[str]:
    ended: Ended = vidgen("continue", root, *OPTIONS, *options, home=root.parent)
    assert ended.code == 0, ended.err
    return sorted(ended.json["made"])


def sounds(root: Path) -> bool:
    """Whether the film has sound."""
    with av.open(str(root / FILM)) as film:
        return bool(film.streams.audio)


def test_a_changed_choice_joins_the_film_again_and_an_unchanged_one_never_does(root: Path) -> None:
    assert made(root, "--keep-clip-audio") == [FILM, f"scene_1_{TS}.mp4"]
    assert sounds(root)
    before = everything(root)
    assert made(root) == []
    assert made(root, "--keep-clip-audio") == []
    assert everything(root) == before
    assert made(root, "--drop-clip-audio") == [FILM]  # its scene may keep the sound
    assert not sounds(root)
    assert made(root) == []
    assert made(root, "--keep-clip-audio") == [FILM]
    assert sounds(root)


def world(mark: str) -> World:
    """A finished film whose record holds *mark*."""
    there = World(scenes=(scene(1),))
    there.put(f"scene_1_{TS}.mp4")
    there.put(FILM)
    there.record(FILM, [f"scene_1_{TS}.mp4"], prompt=mark)
    return there


@pytest.mark.parametrize("keep", [False, True])
def test_a_film_whose_record_does_not_tell_the_choice_is_not_joined_again(keep: bool) -> None:
    there = world("")
    there.options = PlanOptions(keep_clip_audio=keep)
    assert there.plan().finished


@pytest.mark.parametrize("keep", [False, True])
def test_the_plan_says_that_the_choice_changed(keep: bool) -> None:
    there = world(join_digest(keep_audio=keep))
    there.options = PlanOptions(keep_clip_audio=keep)
    assert there.plan().finished
    there.options = evolve(there.options, keep_clip_audio=not keep)
    task = there.plan().by_key[THE_FILM]
    assert task.decision is Decision.REDO
    assert [reason.why for reason in task.reasons] == [Why.CHOICE_CHANGED]


def test_sound_that_is_left_out_is_said_once_and_how_it_is_kept() -> None:
    there = World(scenes=(scene(1, sound_prompt=""), scene(2, sound_prompt="")))
    for number in (1, 2):
        path = f"scene_{number}_{TS}.mp4"
        file = there.put(path)
        there.files[path] = evolve(file, facts=evolve(file.facts, has_audio=True))
    said = "the clips' own sound is left out (--keep-clip-audio keeps it)"
    there.options = PlanOptions(skip_narration=True)
    assert there.plan().notes == (said,)
    there.options = PlanOptions(skip_narration=True, keep_clip_audio=True)
    assert there.plan().notes == ()
    there.options = PlanOptions(skip_narration=True)
    there.finish()
    assert there.plan().notes == ()
