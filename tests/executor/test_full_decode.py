"""Damage that only a full decode finds, and what becomes of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from vidgen_core.errors import ExitCode
from vidgen_core.executor import work
from vidgen_core.executor.events import Moved, Noted
from vidgen_core.model import Verdict

from ..fakes import Film
from ..run_directories import add_clip, add_scene, put, video
from ..run_paths import TS, clip_path
from .films import local


def decode_says(monkeypatch: pytest.MonkeyPatch, verdict: str, path: str) -> None:
    """Have the full decode of *path* find what the quick look did not."""
    real_probe = work.probe

    def probe(file: Path, kind: Any, *, decode: bool = False) -> Any:
        facts = real_probe(file, kind, decode=decode)
        if decode and file.as_posix().endswith(path):
            return evolve(facts, verdict=Verdict(verdict), fault="frame 7 is missing")
        return facts

    monkeypatch.setattr(work, "probe", probe)


def test_a_broken_scene_found_at_the_decode_is_rejoined_from_its_clips(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    add_clip(film.root, 1, 1)
    add_scene(film.root, 1, 1.5)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "broken", f"/scene_1_{TS}.mp4")
    before = (film.root / f"scene_1_{TS}.mp4").read_bytes()
    assert film.work().codes == set()
    assert f"scene_1_{TS}.mp4 is broken: frame 7 is missing" in film.said
    (kept,) = (film.root / ".vidgen/replaced").glob(f"*/scene_1_{TS}.mp4")
    assert kept.read_bytes() == before
    assert (film.root / f"scene_1_{TS}.mp4").read_bytes() == video(1)
    assert film.service.count("render") == 0
    assert any(isinstance(e, Moved) and e.why == "broken" for e in film.told)


def test_a_broken_clip_found_at_the_decode_is_made_again_where_that_is_free(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    add_clip(film.root, 1, 1)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "broken", clip_path(1, 1))
    assert film.work().codes == set()
    assert film.service.count("render") == 1
    assert list((film.root / ".vidgen/replaced").glob(f"*/{clip_path(1, 1)}"))


def test_a_broken_clip_found_at_the_decode_is_not_bought_without_being_asked(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_clip(film.root, 1, 1)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "broken", clip_path(1, 1))
    outcome = film.work()
    assert outcome.codes == {ExitCode.DECISION}
    assert film.service.bill() == {}
    assert (film.root / clip_path(1, 1)).is_file()


def test_damage_is_named_before_the_first_join_and_the_file_is_kept(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(film)
    add_clip(film.root, 1, 1)
    add_scene(film.root, 2)
    decode_says(monkeypatch, "damaged", clip_path(1, 1))
    order: list[str] = []
    film.service.at = order.append
    outcome = film.work(listen=lambda e: order.append(e.text) if isinstance(e, Noted) else None)
    assert outcome.codes == set()
    named = f"{clip_path(1, 1)} is damaged, but all of it can be shown: frame 7 is missing"
    assert order.count(named) == 1
    assert (film.root / clip_path(1, 1)).read_bytes() == video(1)


def test_a_foreign_file_is_decoded_once_and_an_own_one_never(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    real_probe = work.probe

    def probe(file: Path, kind: Any, *, decode: bool = False) -> Any:
        if decode:
            decoded.append(file.name)
        return real_probe(file, kind, decode=decode)

    monkeypatch.setattr(work, "probe", probe)
    local(film)
    add_scene(film.root, 1)
    with film.working() as run:
        run.work()
        run.directory.write_state(".vidgen/probes.json", run.memory.to_bytes())
    assert decoded == [f"scene_1_{TS}.mp4"]
    (film.root / f"final_video_{TS}.mp4").unlink()
    film.work()
    assert decoded == [f"scene_1_{TS}.mp4"]
    put(film.root / f"scene_2_{TS}.mp4", video(2, 1.5))  # no longer what vidgen made
    (film.root / f"final_video_{TS}.mp4").unlink()
    film.work()
    assert decoded == [f"scene_1_{TS}.mp4", f"scene_2_{TS}.mp4"]
