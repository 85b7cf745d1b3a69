"""Requests tell which of their fields are paths: each becomes absolute, and none leads out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import specs
from vidgen_core.errors import JobLost
from vidgen_core.executor.sent import Sent, describe, read_sent
from vidgen_core.executor.work import Bench

SCENE = specs.SubtitledScene(number=1, video="v.mp4", text="t", speech="s.mp3", timings="s.json")
REQUESTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (specs.SpeechRequest(text="Hello", text_file="t.txt"), ("t.txt",)),
    (specs.SpeechRequest(text="Hello", scene=3), ()),
    (specs.ScenesRequest(most=1, lengths=(5.0,), script_file="s.txt"), ("s.txt",)),
    (specs.SceneJoinRequest(parts=(specs.JoinPart(path="a.mp4", frames=3),)), ("a.mp4",)),
    (
        specs.FilmJoinRequest(
            scenes=(specs.FilmScene(number=1, video="v.mp4", sound="s.mp3"),),
            narration="n.mp3",
            subtitles="u.srt",
            chapters=("The harbour",),
            font="/fonts/own.ttf",
        ),
        ("v.mp4", "s.mp3", "n.mp3", "u.srt"),
    ),
    (specs.FitNarrationRequest(narration="n.mp3", videos=("a", "b")), ("n.mp3", "a", "b")),
    (specs.JoinNarrationRequest(parts=("a", "b")), ("a", "b")),
    (specs.SubtitlesRequest(scenes=(SCENE,)), ("v.mp4", "s.mp3", "s.json")),
    (specs.FrameRequest(video="v.mp4", frame=0), ("v.mp4",)),
    (specs.ImportImageRequest(path="/home/me/cat.png"), ()),
)


@pytest.mark.parametrize(("request_", "paths"), REQUESTS)
def test_a_provider_gets_every_path_absolute_and_all_else_as_it_was(
    request_: Any, paths: tuple[str, ...]
) -> None:
    nothing: Any = None
    assert specs.paths_of(request_) == paths
    root = Path("/films/run")
    absolute = Bench(root=root, media=nothing, workshop=nothing).absolute(request_)
    assert specs.paths_of(absolute) == tuple(f"/films/run/{path}" for path in paths)
    back = specs.with_paths(absolute, lambda path: path.removeprefix("/films/run/"))
    assert back == request_


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/frame.jpg", "a\0b"])
def test_what_was_sent_is_not_believed_where_a_path_leads_out(path: str, tmp_path: Path) -> None:
    kept = tmp_path / "sent.json"
    request = specs.SpeechRequest(text="Hello", text_file="t.txt")
    kept.write_bytes(describe(Sent(provider="voice", request=request)))
    assert read_sent(kept).request == request
    value = json.loads(kept.read_text())
    value["request"]["text_file"] = path
    kept.write_text(json.dumps(value))
    with pytest.raises(JobLost, match="is not in the run directory"):
        read_sent(kept)
