"""``vidgen undo``: the old take comes back with all that was known of it; no clip is ever lost."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk
from vidgen_core.cli import main
from vidgen_core.errors import Billed, ExitCode, Refused, Unavailable
from vidgen_core.journal import Journal, read_ledger
from vidgen_core.model import Key, Step
from vidgen_core.retake import unfinished
from vidgen_core.rundir import RunDirectory

from ..fakes import Service, engine
from ..run_directories import add_clip, add_scene, add_single_clip, contents, everything, video
from .studio import PLAIN, Crash, Studio

CLIP_1_2 = "scene_1_all_vid_20250131_120000/scene_1_vid_2_20250131_120000.mp4"
CLIP_2 = "scene_2_all_vid_20250131_120000/scene_2_vid_1_20250131_120000.mp4"


def test_the_old_take_comes_back_and_a_second_undo_is_a_redo(studio: Studio) -> None:
    studio.made(*PLAIN)
    old, records = contents(studio.root), read_ledger(studio.root).published
    studio.vidgen("redo", "--scene", "2", "--yes")
    new, new_records = contents(studio.root), read_ledger(studio.root).published
    assert new != old
    for now, known in ((old, records), (new, new_records), (old, records)):
        ended = studio.vidgen("undo")
        assert ended.code == 0, ended.err
        assert {name: now[name] for name in contents(studio.root)} == contents(studio.root)
        assert contents(studio.root).items() <= now.items()
        assert read_ledger(studio.root).published == known
        assert studio.films().is_finished()
    assert studio.service.bill()["clip-2-1"] == 2


def test_the_tracks_and_subtitles_of_the_old_take_come_back_with_it(studio: Studio) -> None:
    studio.made("--tts", "voice", "--sound-engine", "hums")
    old, spoken = contents(studio.root), studio.service.count("speak")
    for only in ("clip", "narration", "sound"):
        assert studio.vidgen("redo", "--scene", "2", "--only", only, "--yes").code == 0
        moved = {path for path, _ in studio.records("retake")[-1]["away"]}
        tracks = {path for path in moved if path.startswith(("narration_audio", "subtitles"))}
        assert bool(tracks) == (only != "sound")
        assert studio.vidgen("undo").code == 0
        assert contents(studio.root).items() <= old.items()
        assert studio.films().root.joinpath("subtitles_20250131_120000.srt").exists()
        assert studio.vidgen("status", "--json").json["finished"]
    assert studio.service.count("speak") == spoken + 1


def test_an_undo_costs_nothing_and_takes_no_charge_back(studio: Studio) -> None:
    studio.made(*PLAIN)
    studio.vidgen("redo", "--scene", "2", "--yes")
    before = read_ledger(studio.root).charges
    studio.vidgen("undo")
    assert read_ledger(studio.root).charges == before
    assert [charge.billed for charge in before] == [Billed.YES] * 4


def test_what_came_back_is_still_known_to_be_out_of_date(studio: Studio) -> None:
    studio.made(*PLAIN)
    path = next(studio.root.glob("scenes_*.json"))
    scenes = json.loads(path.read_text())
    scenes[1]["scene_emotions"] = "furious"
    path.write_text(json.dumps(scenes))
    assert stale(studio) == {"scene-2"}
    studio.vidgen("redo", "--stale", "--yes")
    assert stale(studio) == set()
    studio.vidgen("undo")
    assert stale(studio) == {"scene-2"}


def stale(studio: Studio) -> set[str]:
    tasks = studio.vidgen("status", "--json").json["tasks"]
    return {task["id"] for task in tasks if task["decision"] == "stale"}


def test_a_clip_that_came_back_and_broke_is_fetched_by_its_own_job(studio: Studio) -> None:
    studio.made(*PLAIN)
    old = (studio.root / CLIP_2).read_bytes()
    studio.vidgen("redo", "--scene", "2", "--yes")
    studio.vidgen("undo")
    (studio.root / CLIP_2).write_bytes(old[: len(old) // 2])
    (studio.root / "scene_2_20250131_120000.mp4").unlink()
    (studio.root / "final_video_20250131_120000.mp4").unlink()
    ended = studio.vidgen("continue")
    assert ended.code == 0, ended.err
    assert (studio.root / CLIP_2).read_bytes() == old
    assert studio.service.bill()["clip-2-1"] == 2


def test_files_of_other_names_give_way_to_the_old_take(studio: Studio) -> None:
    for number in (1, 2, 3):
        add_scene(studio.root, number)
    add_single_clip(studio.root, 2, folder="20240101_000000", timestamp="20240101_000000")
    studio.vidgen("continue", "--engine", "paid", *PLAIN)
    old = contents(studio.root)
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == 0
    assert (studio.root / CLIP_2).exists()
    assert studio.vidgen("undo").code == 0
    assert not (studio.root / CLIP_2).exists()
    assert old.items() <= contents(studio.root).items()


def test_a_clip_that_only_the_new_take_has_goes_away_with_it(studio: Studio) -> None:
    studio.made(*PLAIN)
    studio.vidgen("redo", "--scene", "2", "--yes")
    more = add_clip(studio.root, 2, 2, last_frame=False)
    assert studio.vidgen("undo").code == 0
    assert not more.exists()
    assert studio.vidgen("undo").code == 0
    assert more.exists()


def test_a_redo_that_was_refused_is_undone(studio: Studio) -> None:
    studio.made(*PLAIN)
    old = contents(studio.root)
    studio.service.trouble["submit"] = [Refused("no boats")]
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == ExitCode.FAILED
    assert studio.vidgen("undo").code == 0
    assert {name: old[name] for name in contents(studio.root)} == contents(studio.root)
    assert studio.films().is_finished()


@pytest.mark.parametrize("wiped", [False, True])
def test_where_there_is_nothing_to_undo_it_is_said(studio: Studio, wiped: bool) -> None:
    studio.made(*PLAIN)
    if wiped:
        studio.vidgen("redo", "--scene", "2", "--yes")
        shutil.rmtree(studio.root / ".vidgen/replaced")
    before = everything(studio.root)
    ended = studio.vidgen("undo")
    assert ended.code == ExitCode.USAGE
    assert "nothing to undo" in ended.words
    assert everything(studio.root) == before


def test_paid_work_that_is_under_way_is_fetched_before_the_old_take_comes_back(
    studio: Studio,
) -> None:
    studio.made(*PLAIN)
    studio.service.trouble["poll"] = [Unavailable("the service is down")] * 30
    studio.vidgen("redo", "--scene", "2", "--yes")
    studio.service.trouble.clear()
    before = everything(studio.root)
    ended = studio.vidgen("undo")
    assert ended.code == ExitCode.DECISION
    assert "vidgen collect" in ended.err
    assert everything(studio.root) == before
    assert studio.vidgen("collect").code == 0
    assert studio.vidgen("undo").code == 0
    assert studio.service.bill()["clip-2-1"] == 2


@pytest.mark.parametrize("path", ["../../stolen.mp4", "/tmp/stolen.mp4", ".vidgen/settings.toml"])
def test_a_journal_from_elsewhere_moves_nothing_out_of_the_directory(
    studio: Studio, path: str
) -> None:
    with_journal(studio, lambda journal: journal.retake((2,), "clip", {path: f"x/{path}"}))
    place = studio.root / ".vidgen/replaced/0001" / path.lstrip("/.")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x")
    before = everything(studio.root.parent)
    assert studio.vidgen("undo").code == ExitCode.USAGE
    assert everything(studio.root.parent) == before


def with_journal(studio: Studio, do: Callable[[Journal], None]) -> None:
    (studio.root / ".vidgen").mkdir()
    with Journal(studio.root) as journal:
        do(journal)


# --- a crash at every step --------------------------------------------------------------------


@contextmanager
def crashing(monkeypatch: pytest.MonkeyPatch, step: int) -> Iterator[list[int]]:
    """Crash right before durable step number *step*; the list tells how many there were."""
    count = [0]

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] >= step:
                raise Crash
            return original(*arguments, **more)

        return call

    with monkeypatch.context() as patch:
        for name in ("move", "keep_also"):
            patch.setattr(disk, name, counted(getattr(disk, name)))
        patch.setattr(Journal, "_append", counted(Journal._append))
        yield count


def digests(studio: Studio) -> Counter[str]:
    """How often each content lies anywhere in the directory."""
    files = [path for path in studio.root.rglob("*") if path.suffix in (".mp4", ".jpg", ".mp3")]
    return Counter({hashlib.sha256(path.read_bytes()).hexdigest(): 1 for path in files})


def test_a_crash_in_the_middle_of_an_undo_loses_nothing_and_buys_nothing(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    studio.made(*PLAIN)
    old, records = contents(studio.root), read_ledger(studio.root).published
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == 0
    add_clip(studio.root, 2, 2)  # nothing of the old take comes to where this is
    there, bill, step = digests(studio), studio.service.bill(), 0
    shutil.copytree(studio.root, tmp_path / "redone")
    crashed = True
    while crashed:
        step += 1
        put_back(studio, tmp_path / "redone")
        with crashing(monkeypatch, step) as count, suppress(Crash):
            main(["undo", str(studio.root), "-q"])
        crashed = count[0] >= step
        assert there - digests(studio) == Counter(), step
        shutil.rmtree(tmp_path / "crashed", ignore_errors=True)
        shutil.copytree(studio.root, tmp_path / "crashed")
        if crashed:
            assert studio.vidgen("undo").code == 0, step
        assert_is(studio, old, records)
        put_back(studio, tmp_path / "crashed")
        assert studio.vidgen("continue", "--no-input").code == 0, step
        assert studio.service.bill() == bill, step
        assert there - digests(studio) == Counter(), step
    assert step > 12


def of_two_clips_and_of_one(studio: Studio, other: Service) -> None:
    """Have scene 1 bought as two clips, then as one, and no take of it be joined."""
    path = next(studio.root.glob("scenes_*.json"))
    path.write_text(path.read_text().replace('"scene_duration": 1', '"scene_duration": 2', 1))
    studio.specs.append(engine(other, "long", lengths=(2,)))
    studio.made(*PLAIN)
    unjoin(studio)
    assert studio.vidgen("redo", "--scene", "1", "--engine", "long", "--yes").code == 0
    unjoin(studio)


def unjoin(studio: Studio) -> None:
    for path in (*studio.root.glob("scene_1_2*"), *studio.root.glob("final_video*")):
        path.unlink()


def test_a_continue_after_a_crash_in_an_undo_finishes_it_and_never_buys_what_it_brings_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = Service(folder=tmp_path / "other", content=lambda job: video(9, 2))
    of_two_clips_and_of_one(studio, other)
    bills, crashed, step = (studio.service.bill(), other.bill()), True, 0
    assert bills[0]["clip-1-2"] == 1 == bills[1]["clip-1-1"]
    shutil.copytree(studio.root, tmp_path / "redone")
    finished = set()
    while crashed:
        step += 1
        put_back(studio, tmp_path / "redone")
        with crashing(monkeypatch, step) as count, suppress(Crash):
            main(["undo", str(studio.root), "-q"])
        crashed = count[0] >= step
        waits = bool(unfinished(RunDirectory(studio.root), read_ledger(studio.root)))
        status = studio.vidgen("status", "--json").json
        assert not [
            task
            for task in status["tasks"]
            if task["decision"] == "make" and task["id"].startswith("clip-")
        ], step
        told = "an undo was interrupted here"
        before = everything(studio.root)
        assert (told in studio.vidgen("continue", "--dry-run").words) is waits, step
        assert any(told in note for note in status["notes"]) is waits, step
        assert everything(studio.root) == before
        ended = studio.vidgen("continue", "--yes")
        assert ended.code == 0, ended.err
        assert ("undo that was interrupted here is finished" in ended.words) is waits, step
        assert unfinished(RunDirectory(studio.root), read_ledger(studio.root)) == {}
        assert (studio.service.bill(), other.bill()) == bills, step
        finished.add(waits)
        if waits:  # the takes change places, and nothing of either was lost
            assert (studio.root / CLIP_1_2).exists(), step
        assert studio.vidgen("undo").code == 0, step
        assert studio.vidgen("continue", "--yes").code == 0, step
        assert (studio.service.bill(), other.bill()) == bills, step
    assert finished == {True, False}
    assert step > 6


def test_a_clip_that_was_brought_back_by_hand_leaves_no_undo_half_done(studio: Studio) -> None:
    studio.made(*PLAIN)
    old = contents(studio.root)
    studio.vidgen("redo", "--scene", "2", "--yes")
    (away,) = (studio.root / ".vidgen/replaced").rglob(Path(CLIP_2).name)
    away.replace(studio.root / CLIP_2)
    assert studio.vidgen("undo").code == 0
    assert contents(studio.root).items() <= old.items()
    assert unfinished(RunDirectory(studio.root), read_ledger(studio.root)) == {}
    again = studio.vidgen("redo", "--scene", "2", "--yes")
    assert again.code == 0, again.err


@pytest.mark.parametrize("wiped", [False, True])
def test_an_undo_that_only_lacks_what_gives_way_is_finished_before_anything_else(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, wiped: bool
) -> None:
    studio.made(*PLAIN)
    old = contents(studio.root)
    studio.vidgen("redo", "--scene", "2", "--yes")
    more = add_clip(studio.root, 2, 2, last_frame=False)
    move = disk.move

    def crash_at_the_rest(source: Path, target: Path) -> None:
        if source == more:
            raise Crash
        move(source, target)

    with monkeypatch.context() as patch, suppress(Crash):
        patch.setattr(disk, "move", crash_at_the_rest)
        main(["undo", str(studio.root), "-q"])
    assert more.exists()
    if wiped:
        shutil.rmtree(studio.root / ".vidgen/replaced")
    before = everything(studio.root)
    ended = studio.vidgen("redo", "--scene", "2", "--yes")
    assert ended.code == ExitCode.USAGE
    assert "undo was interrupted" in ended.words
    assert everything(studio.root) == before
    ended = studio.vidgen("undo")
    assert ended.code == 0
    assert "all of it was there (an undo that was interrupted is finished)" in ended.words
    assert contents(studio.root).items() <= old.items()
    assert not more.exists()
    assert studio.vidgen("undo").code == 0
    assert more.exists()


def test_an_interrupted_undo_from_elsewhere_moves_nothing_of_the_directory_s_own(
    studio: Studio,
) -> None:
    path = ".vidgen/settings.toml"
    place = f".vidgen/replaced/0001/{path}"
    with_journal(studio, lambda journal: journal.retake((2,), "clip", {path: place}, back=True))
    (studio.root / path).write_text("max_cost = 1\n")
    before = everything(studio.root)
    assert studio.vidgen("undo").code == ExitCode.USAGE
    assert everything(studio.root) == before


def put_back(studio: Studio, kept: Path) -> None:
    """Have the run directory be what was *kept* of it."""
    shutil.rmtree(studio.root)
    shutil.copytree(kept, studio.root)


def assert_is(studio: Studio, files: dict[str, str], records: Any) -> None:
    here = contents(studio.root)
    assert {name: files.get(name) for name in here} == here
    known = read_ledger(studio.root).published
    assert {path: known[path] for path in here if path in records} == {
        path: records[path] for path in here if path in records
    }


def test_a_crash_in_the_middle_of_a_redo_is_undone(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.made(*PLAIN)
    old, records = contents(studio.root), read_ledger(studio.root).published
    for step in range(1, 12):
        with crashing(monkeypatch, step), suppress(Crash):
            main(["redo", str(studio.root), "--scene", "2", "--engine", "here", "-q"])
        code = studio.vidgen("undo").code
        assert code in (ExitCode.COMPLETE, ExitCode.USAGE)
        assert contents(studio.root) == old, step
        assert read_ledger(studio.root).published == records, step
    assert read_ledger(studio.root).redone[Key(Step.CLIP, 2)] > 5


def test_a_take_in_doubt_that_is_undone_is_no_question_any_more_and_stays_in_the_sum(
    studio: Studio,
) -> None:
    studio.made(*PLAIN)
    old = contents(studio.root)
    studio.service.trouble["submitted"] = [Unavailable("the line went dead")]
    assert studio.vidgen("redo", "--scene", "2", "--yes").code == ExitCode.DECISION
    ended = studio.vidgen("undo")
    assert ended.code == 0, ended.err
    assert "may have been charged" in ended.err
    assert {name: old[name] for name in contents(studio.root)} == contents(studio.root)
    assert read_ledger(studio.root).in_flight == {}
    assert read_ledger(studio.root).charges[-1].billed is Billed.UNKNOWN
    again = studio.vidgen("redo", "--scene", "2", "--yes")
    assert again.code == 0, again.err


@pytest.mark.parametrize("command", ["undo", "collect", "cost"])
def test_no_directory_is_told_in_json_too(studio: Studio, command: str) -> None:
    assert main([command, str(studio.root / "nowhere"), "--json"]) == ExitCode.USAGE
