"""``vidgen redo``: what goes, what is made again, and what nothing is moved for."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

from vidgen_core.errors import ExitCode, Refused, Unavailable

from ..command_line import Ended
from ..fakes import PRICE, engine
from ..run_directories import add_scene, contents, everything, picture, put
from .studio import PLAIN, Studio

SOUNDING = ("--skip-narration", "--sound-engine", "hums")
CLIP_2 = "scene_2_all_vid_20250131_120000/scene_2_vid_1_20250131_120000.mp4"
CLIP_1 = CLIP_2.replace("scene_2", "scene_1")
FIRST_FRAME_2 = "scene_2_all_vid_20250131_120000/scene_2_first_frame.jpg"
SCENE_1 = "scene_1_20250131_120000.mp4"
SCENE_2 = "scene_2_20250131_120000.mp4"
FILM = "final_video_20250131_120000.mp4"


def replaced(studio: Studio) -> set[str]:
    """What lies in ``.vidgen/replaced``, by the names that it had."""
    folder = studio.root / ".vidgen/replaced"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix().partition("/")[2] for path in files}


def test_a_scene_is_bought_once_more_and_nothing_else_is(studio: Studio) -> None:
    studio.made(*PLAIN)
    before = contents(studio.root)
    ended = studio.vidgen("redo", "--scene", "2", "--yes")
    assert ended.code == 0, ended.err
    assert studio.service.bill() == {"clip-1-1": 1, "clip-2-1": 2, "clip-3-1": 1}
    after = contents(studio.root)
    changed = {name for name in before if after.get(name) != before[name]}
    assert {CLIP_2, SCENE_2} <= changed
    assert not {name for name in changed if "scene_1" in name or "scene_3" in name}
    assert replaced(studio) >= {CLIP_2, SCENE_2, FILM}
    assert ended.out.strip().endswith(FILM)


def test_the_old_take_goes_before_a_crash_could_leave_it_beside_the_new_one(
    studio: Studio,
) -> None:
    studio.made(*PLAIN)
    studio.vidgen("redo", "--scene", "2", "--yes")
    (retake,) = studio.records("retake")
    order = [path for path, _ in retake["away"]]
    assert order.index(FILM) < order.index(SCENE_2) < order.index(CLIP_2)
    takes = {place.split("/")[2] for _, place in retake["away"]}
    assert len(takes) == 1
    assert {record["path"] for record in studio.records("displaced")} == set(order)


def advised(studio: Studio, ended: Ended) -> list[tuple[str, ...]]:
    """The commands that an error names, without the directory."""
    lines = [line.partition("vidgen ")[2] for line in ended.err.splitlines() if ": vidgen " in line]
    found = [shlex.split(line) for line in lines]
    assert all(words[1] == str(studio.root) for words in found)
    return [(words[0], *words[2:]) for words in found]


def typed(studio: Studio, monkeypatch: pytest.MonkeyPatch, command: str, *options: str) -> Ended:
    """Run a command with its words where those of a process stand."""
    monkeypatch.setattr(sys, "argv", ["vidgen", command, str(studio.root), *options])
    return studio.vidgen(command, *options)


@pytest.mark.parametrize("manner", [(), ("--no-input",)])
def test_nothing_is_moved_before_somebody_agreed(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, manner: tuple[str, ...]
) -> None:
    studio.made(*PLAIN)
    before = everything(studio.root)
    ended = typed(studio, monkeypatch, "redo", "--scene", "2", *manner)
    assert ended.code == ExitCode.DECISION
    assert everything(studio.root) == before
    enough = f"{4 * (PRICE.high or 0):.2f}"
    limited, agreed = advised(studio, ended)
    assert limited == ("redo", "--scene", "2", "--max-cost", enough)
    assert agreed == ("redo", "--scene", "2", "--yes")
    ended = typed(studio, monkeypatch, *limited)
    assert ended.code == 0, ended.err


def test_a_command_that_no_terminal_can_show_is_described(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.made(*PLAIN)
    monkeypatch.setattr(sys, "argv", ["vidgen", "redo", "a\x1bb", "--scene", "2"])
    ended = studio.vidgen("redo", "--scene", "2", "--no-input")
    assert "to agree, add --yes to the same command" in ended.words
    ended = studio.vidgen("redo", "--scene", "2", "--max-cost", "0.01")
    assert "the same command with --max-cost 2.00" in ended.words


@pytest.mark.parametrize(
    "manner",
    [("--max-cost", "0.01"), ("--max_cost=0.01", "--dry-run"), ("--yes", "--max-cost", "1.99")],
)
def test_nothing_is_moved_that_the_limit_has_no_room_for(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, manner: tuple[str, ...]
) -> None:
    studio.made(*PLAIN)
    before = everything(studio.root)
    ended = typed(studio, monkeypatch, "redo", "--scene", "2", *manner)
    assert everything(studio.root) == before
    enough = f"{4 * (PRICE.high or 0):.2f}"
    yes = ("--yes",) if "--yes" in manner else ()
    if "--dry-run" in manner:
        assert f"--scene 2 --max-cost {enough}" in ended.words
        return
    assert ended.code == ExitCode.MONEY
    assert "nothing was moved" in ended.words
    (room,) = advised(studio, ended)
    assert room == ("redo", "--scene", "2", *yes, "--max-cost", enough)
    ended = typed(studio, monkeypatch, *room)
    assert ended.code == 0, ended.err


def test_a_dry_run_shows_the_price_and_writes_nothing(studio: Studio) -> None:
    studio.made(*PLAIN)
    before = everything(studio.root)
    ended = studio.vidgen("redo", "--scene", "2-3", "--dry-run", "--json")
    assert ended.code == 0
    made = [task["id"] for task in ended.json["tasks"] if task["decision"] == "make"]
    assert {"clip-2-1", "clip-3-1", "film"} <= set(made)
    assert ended.json["price"]["high"] > 0
    assert everything(studio.root) == before


def test_a_scene_that_has_its_video_alone_is_made_again(studio: Studio) -> None:
    for number in (1, 2, 3):
        add_scene(studio.root, number)
    studio.vidgen("continue", *PLAIN)
    ended = studio.vidgen("redo", "--scene", "2", "--engine", "paid", "--yes")
    assert ended.code == 0, ended.err
    assert studio.service.bill() == {"clip-2-1": 1}
    assert SCENE_2 in replaced(studio)


def test_another_engine_may_make_it_again_and_a_free_one_asks_for_no_money(
    studio: Studio,
) -> None:
    studio.made(*PLAIN)
    ended = studio.vidgen("redo", "--scene", "1,3", "--engine", "here")
    assert ended.code == 0, ended.err
    assert studio.service.count("render") == 2
    assert sum(studio.service.bill().values()) == 3


def test_work_that_is_under_way_is_collected_and_not_bought_again(studio: Studio) -> None:
    studio.service.trouble["poll"] = [Unavailable("the service is down")] * 30
    studio.vidgen("continue", "--engine", "paid", "--yes", *PLAIN)
    assert studio.service.bill()["clip-1-1"] == 1
    studio.service.trouble.clear()
    ended = studio.vidgen("redo", "--scene", "1", "--yes")
    assert "it is collected, not bought again" in ended.words
    assert studio.service.bill()["clip-1-1"] == 1


def test_each_take_is_asked_for_with_a_seed_of_its_own(studio: Studio) -> None:
    studio.made(*PLAIN)
    studio.vidgen("redo", "--scene", "2", "--yes")
    requests = sorted((studio.root / ".vidgen/requests").glob("clip-2-1-*.json"))
    seeds = [json.loads(path.read_text())["request"]["seed"] for path in requests]
    assert len(set(seeds)) == 2


# --- only a part of it ------------------------------------------------------------------------


def test_a_sound_alone_is_made_again_and_the_clips_are_kept(studio: Studio) -> None:
    studio.made(*SOUNDING)
    before = contents(studio.root)
    ended = studio.vidgen("redo", "--scene", "2", "--only", "sound")
    assert ended.code == 0, ended.err
    after = contents(studio.root)
    changed = {name for name in before if after.get(name) != before[name]}
    assert "scene_2_all_vid_20250131_120000/scene_2_sound.mp3" in changed
    assert not {name for name in changed if name.startswith("scene_") and "sound" not in name}
    assert replaced(studio) == {FILM, "scene_2_all_vid_20250131_120000/scene_2_sound.mp3"}
    assert studio.service.count("hum") == 4


def test_what_is_spoken_in_a_scene_is_spoken_again(studio: Studio) -> None:
    studio.made("--tts", "voice", "--skip-sound-effects")
    spoken = studio.service.count("speak")
    ended = studio.vidgen("redo", "--scene", "3", "--only", "narration")
    assert ended.code == 0, ended.err
    assert studio.service.count("speak") == spoken + 1
    assert studio.service.calls.count(("speak", "3")) == 2
    assert studio.films().is_finished()


def test_a_first_frame_is_drawn_again_and_its_clip_is_reported(studio: Studio) -> None:
    drawn = ("--first-frame-image-gen", "--image-generator", "draws")
    studio.made(*PLAIN, *drawn)
    ended = studio.vidgen("redo", "--scene", "2", "--only", "first-frame")
    assert ended.code == 0, ended.err
    assert studio.service.calls.count(("draw", "image-2")) == 2
    assert sum(studio.service.bill().values()) == 3
    state = studio.vidgen("status", "--json").json
    assert state["finished"]
    assert {t["id"] for t in state["tasks"] if t["decision"] == "stale"} == {"scene-2"}
    again = studio.vidgen("redo", "--stale", "--yes")
    assert again.code == 0, again.err
    assert studio.service.bill() == {"clip-1-1": 1, "clip-2-1": 2, "clip-3-1": 1}


def test_a_first_frame_needs_somebody_who_draws_it(studio: Studio) -> None:
    for number in (1, 2, 3):
        add_scene(studio.root, number)
    ended = studio.vidgen("redo", "--scene", "2", "--only", "first-frame")
    assert ended.code == ExitCode.USAGE
    assert "draws" in ended.err


@pytest.mark.parametrize("job", [False, True], ids=["from a last frame", "from a job"])
@pytest.mark.parametrize("joined", [True, False])
def test_a_first_frame_that_no_clip_would_show_is_not_bought(
    studio: Studio, job: bool, joined: bool
) -> None:
    if job:
        studio.specs[0] = engine(studio.service, abilities={"starts-from-jobs"})
    studio.made(*PLAIN)
    if not joined:
        (studio.root / SCENE_2).unlink()
    before = everything(studio.root)
    ended = studio.vidgen(
        "redo", "--scene", "2", "--only", "first-frame", "--image-generator", "draws", "--yes"
    )
    assert ended.code == ExitCode.USAGE
    assert "no clip would show a new first frame" in ended.words
    picture = "scene 1 clip 1" if job else "the last frame of scene 1 clip 1"
    assert f"scene 2 begins with {picture}:" in ended.words
    assert f"vidgen redo {studio.root} --scene 2 --only clip" in ended.words
    assert studio.service.count("draw") == 0
    assert everything(studio.root) == before


def test_a_scene_that_begins_with_the_initial_image_gets_no_first_frame(studio: Studio) -> None:
    image = put(studio.root.parent / "mine.jpg", picture(4))
    studio.made(*PLAIN, "--initial-image-path", str(image))
    redo = ("redo", "--scene", "1", "--only", "first-frame", "--image-generator", "draws")
    for file in (FILM, SCENE_1, CLIP_1):
        ended = studio.vidgen(*redo, "--yes")
        assert ended.code == ExitCode.USAGE
        assert "scene 1 begins with the initial image" in ended.words
        (studio.root / file).unlink()
    assert studio.vidgen(*redo, "--yes").code == ExitCode.USAGE
    assert studio.service.count("draw") == 0


def test_an_interrupted_redo_of_a_first_frame_is_given_again(studio: Studio) -> None:
    studio.made(*PLAIN, "--first-frame-image-gen", "--image-generator", "draws")
    redo = ("redo", "--scene", "2", "--only", "first-frame")
    studio.service.trouble["draw"] = [Refused("no pictures")]
    assert studio.vidgen(*redo).code != 0
    assert not (studio.root / FIRST_FRAME_2).exists()
    ended = studio.vidgen(*redo)
    assert ended.code == 0, ended.err
    assert stale(studio) == {"scene-2"}


def test_a_clip_is_out_of_date_whatever_its_first_frame_was_called(studio: Studio) -> None:
    mine = studio.root / FIRST_FRAME_2.replace("scene_2_first_frame", "first_frame/mine")
    put(mine, picture(7))
    studio.made(*PLAIN)
    ended = studio.vidgen(
        "redo", "--scene", "2", "--only", "first-frame", "--image-generator", "draws"
    )
    assert ended.code == 0, ended.err
    assert not mine.exists()
    assert stale(studio) == {"scene-2"}
    (studio.root / SCENE_2).unlink()
    (studio.root / FILM).unlink()
    assert stale(studio) == {"clip-2-1"}


def stale(studio: Studio) -> set[str]:
    tasks = studio.vidgen("status", "--json").json["tasks"]
    return {task["id"] for task in tasks if task["decision"] == "stale"}


@pytest.mark.parametrize(
    ("only", "said"),
    [("sound", "this run makes none"), ("narration", "this run makes none")],
)
def test_what_the_run_leaves_out_is_not_moved_away(studio: Studio, only: str, said: str) -> None:
    studio.made("--tts", "voice", "--sound-engine", "hums")
    studio.vidgen("continue", *PLAIN)
    (studio.root / FILM).unlink()
    studio.vidgen("continue", *PLAIN)
    before = everything(studio.root)
    ended = studio.vidgen("redo", "--scene", "2", "--only", only)
    assert ended.code == ExitCode.USAGE
    assert said in ended.words
    assert everything(studio.root) == before


# --- what is named ----------------------------------------------------------------------------


def test_a_scene_that_is_not_there_is_refused_with_those_that_are(studio: Studio) -> None:
    ended = studio.vidgen("redo", "--scene", "2,7-8", "--engine", "paid")
    assert ended.code == ExitCode.USAGE
    assert "no scenes 7–8" in ended.words
    assert "scenes 1–3" in ended.words


@pytest.mark.parametrize("which", ["--stale", "--failed", "--give-up=job-1"])
def test_where_nothing_is_amiss_nothing_is_written(studio: Studio, which: str) -> None:
    studio.made(*PLAIN)
    before = everything(studio.root)
    ended = studio.vidgen("redo", which)
    assert ended.code == 0
    assert "nothing is made again" in ended.words
    assert everything(studio.root) == before


def test_what_was_refused_is_tried_again(studio: Studio) -> None:
    studio.service.trouble["submit"] = [None, Refused("no boats"), None]
    first = studio.vidgen("continue", "--engine", "paid", "--yes", "--jobs", "1", *PLAIN)
    assert first.code == ExitCode.FAILED
    ended = studio.vidgen("redo", "--failed", "--yes")
    assert ended.code == 0, ended.err
    assert "tried again" in ended.words
    assert sorted(studio.service.bill().values()) == [1, 1, 1]


def test_a_clip_that_would_begin_without_a_picture_again_is_not_bought_as_a_stale_one(
    studio: Studio,
) -> None:
    studio.specs[0] = engine(studio.service, abilities=frozenset({"pictures-by-url"}))
    studio.made(*PLAIN)
    bill = studio.service.bill()
    assert "out of date" not in studio.vidgen("status").out
    ended = studio.vidgen("redo", "--stale", "--yes")
    assert "no clip is out of date: nothing is made again" in ended.words
    assert studio.service.bill() == bill
    local = studio.vidgen("redo", "--stale", "--engine", "here", "--dry-run")
    assert "tried again: scene 2 clip 1" not in local.words
    assert "made again: scene 2 clip 1, scene 3 clip 1" in local.words, "it takes files"


@pytest.mark.parametrize("gone", [SCENE_1, CLIP_1])
def test_a_stale_clip_is_not_bought_again_for_nothing_where_the_scene_before_is_not_joined(
    studio: Studio, gone: str
) -> None:
    studio.specs[0] = engine(studio.service, abilities=frozenset({"pictures-by-url"}))
    studio.made(*PLAIN)
    for path in (gone, SCENE_1):
        (studio.root / path).unlink(missing_ok=True)
    bill = studio.service.bill()
    studio.vidgen("redo", "--stale", "--yes")
    assert studio.service.bill() == bill


def test_a_stale_clip_is_left_out_where_the_plan_begins_it_without_a_picture_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.specs[0] = engine(studio.service, abilities=frozenset({"pictures-by-url"}))
    studio.made(*PLAIN)
    monkeypatch.setattr("vidgen_core.planner.freshness.can_go_on_from", lambda s, before: True)
    assert "out of date" in studio.vidgen("status").out
    bill = studio.service.bill()
    studio.vidgen("redo", "--stale", "--yes")
    assert studio.service.bill() == bill


def test_that_the_new_take_begins_without_a_picture_is_said_before_anybody_agrees(
    studio: Studio,
) -> None:
    studio.specs[0] = engine(studio.service, abilities=frozenset({"pictures-by-url"}))
    studio.made(*PLAIN)
    asked = studio.vidgen("redo", "--scene", "2")
    assert asked.code == ExitCode.DECISION
    assert "scene 2 clip 1 starts without a picture" in asked.words
