"""The words of camera texts, and the ways they move the picture."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from local_clips import frames, request, textured, travel

from vidgen_local.camera import View, read_camera


def signs(camera: str, prompt: str = "") -> tuple[int, int, int]:
    """What the camera does: right, down and closer, each -1, 0 or 1."""
    move = read_camera(camera, prompt, 0)
    return tuple(int(np.sign(x)) for x in (move.right, move.down, move.closer))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        ("Pan left", (-1, 0, 0)),
        ("The camera pans slowly to the right across the bay.", (1, 0, 0)),
        ("A sweeping pan from left to right", (1, 0, 0)),
        ("tracking shot, right to left", (-1, 0, 0)),
        ("Tracking shot following the keeper", (1, 0, 0)),
        ("trucks leftwards", (-1, 0, 0)),
        ("tilt up", (0, -1, 0)),
        ("The camera tilts down to the water", (0, 1, 0)),
        ("crane shot rising above the cliff", (0, -1, 0)),
        ("Descends slowly", (0, 1, 0)),
        ("slow push in", (0, 0, 1)),
        ("push-in", (0, 0, 1)),
        ("Slow zoom in on the lamp", (0, 0, 1)),
        ("dolly forward", (0, 0, 1)),
        ("The camera moves closer to her face", (0, 0, 1)),
        ("zooms out", (0, 0, -1)),
        ("Pull back to reveal the harbour", (0, 0, -1)),
        ("slow pull-out", (0, 0, -1)),
        ("camera moves away", (0, 0, -1)),
        ("pan left, then push in", (-1, 0, 1)),
        ("Pans right and tilts up", (1, -1, 0)),
        ("slow orbit around the tower", (1, 0, 1)),
        ("static wide shot", (0, 0, 0)),
        ("Locked-off tripod shot", (0, 0, 0)),
        ("Close-up, fixed camera", (0, 0, 0)),
        ("Static shot, the boat on the left", (0, 0, 0)),
        ("Static, no panning or zooming", (0, 0, 0)),
        ("handheld", (0, 0, 0)),
    ],
)
def test_the_usual_wordings_are_understood(camera: str, expected: tuple[int, int, int]) -> None:
    assert signs(camera) == expected


def test_where_the_camera_text_says_nothing_the_prompts_camera_lines_do() -> None:
    prompt = "The stairs rise to the left.\nCamera: zooms out.\nThe sun goes down."
    assert signs("", prompt) == (0, 0, -1)


def test_a_prompt_that_speaks_of_no_camera_moves_none_but_the_quiet_ones() -> None:
    assert read_camera("", "the sun rises and birds fly left", 0) == read_camera("", "", 0)
    assert not read_camera("", "", 1).still


@pytest.mark.parametrize("camera", ["pan left", "pull out fast", "handheld orbit", "static"])
@pytest.mark.parametrize("seconds", [0.1, 5, 10, 60])
def test_every_path_begins_at_the_given_frame_and_at_rest(camera: str, seconds: float) -> None:
    move = read_camera(camera, "", 0)
    assert move.view(0, seconds) == View()
    soon = move.view(seconds / 500, seconds)
    assert max(abs(soon.x), abs(soon.y), abs(soon.size - 1)) < 1e-3


@pytest.mark.parametrize("camera", ["pan right", "zoom in", "rise", "orbit", "pull back"])
def test_a_path_is_smooth(camera: str) -> None:
    move = read_camera(camera, "", 0)
    path = [move.view(index / 24, 5) for index in range(121)]
    places = np.array([(view.x, view.y, view.size) for view in path])
    assert np.abs(np.diff(places, axis=0)).max() < 0.004
    assert np.abs(np.diff(places, n=2, axis=0)).max() < 0.0003


def test_slow_goes_less_far_than_fast() -> None:
    slow, plain, fast = (
        read_camera(f"{pace} pan right", "", 0).right for pace in ("slow", "", "fast")
    )
    assert slow < plain < fast


@pytest.mark.parametrize(
    ("camera", "x", "y"),
    [("pan right", -1, 0), ("pan left", 1, 0), ("tilt up", 0, 1), ("tilt down", 0, -1)],
)
def test_the_picture_moves_against_the_camera(tmp_path: Path, camera: str, x: int, y: int) -> None:
    start = textured(tmp_path / "start.png")
    clip = frames(request(camera=camera, start=start, seconds=5, fps=6), grain=0)
    across, along = travel(clip)
    assert np.sign(round(across / 192, 2)) == x
    assert np.sign(round(along / 108, 2)) == y


@pytest.mark.parametrize(("camera", "grows"), [("push in", True), ("pull out", False)])
def test_a_push_in_makes_things_larger(tmp_path: Path, camera: str, grows: bool) -> None:
    start = textured(tmp_path / "start.png")
    clip = frames(request(camera=camera, start=start, seconds=5, fps=6), grain=0)
    halves = [
        [(p[0][:, :96], p[1], p[2]) for p in clip],
        [(p[0][:, 96:], p[1], p[2]) for p in clip],
    ]
    left, right = (travel(half)[0] for half in halves)
    assert (right - left > 4) if grows else (right - left < -4)


def test_what_lies_beyond_a_given_picture_is_no_hard_edge(tmp_path: Path) -> None:
    start = textured(tmp_path / "start.png")
    last = frames(request(camera="fast pull out", start=start, seconds=5, fps=6), grain=0)[-1][0]
    rows = [np.abs(b.astype(int) - a).mean() for a, b in pairwise(last)]
    inside = np.median(rows)
    assert max(rows) < 4 * inside + 4
