"""What people and programs read: short, calm, each thing said once."""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Reason, Task, Why, because
from vidgen_core.report import as_json, text, words
from vidgen_core.specs import ProviderKind

from .looks import ENGINE, analysed, look
from .run_directories import add_clip, add_scene, begin, put, scene_object, sound, video
from .run_paths import TS
from .terminals import Terminal

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")


def planned(root: Path, *, verbose: bool = False, **flags: Any) -> list[str]:
    return text.steps(*look(root, **flags), verbose=verbose).splitlines()


# words ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [([], ""), ([4], "4"), ([1, 2, 3], "1–3"), ([5, 1, 2], "1–2, 5"), ([1, 3, 5], "1, 3, 5")],
)
def test_numbers_are_written_as_people_write_them(numbers: list[int], shown: str) -> None:
    assert words.ranges(numbers) == shown


def test_a_long_list_of_scenes_is_shortened_and_counted() -> None:
    odd = list(range(1, 200, 2))
    assert words.scenes(odd, all_of_them=False) == "100 scenes (1, 3, 5, 7, 9, 11, …, 199)"
    assert words.scenes(odd).count(",") == 99
    assert words.scenes(list(range(1, 200)), all_of_them=False) == "scenes 1–199"
    assert words.scenes([7]) == "scene 7"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (Key(Step.CLIP, 3, 2), "scene 3 clip 2"),
        (Key(Step.SCENE, 3), "scene 3"),
        (Key(Step.LAST_FRAME, 3, 2), "the last frame of scene 3 clip 2"),
        (Key(Step.SCENE_LAST_FRAME, 3), "the last frame of scene 3"),
        (Key(Step.FIRST_FRAME, 3), "the first frame of scene 3"),
        (Key(Step.SOUND, 3), "the sound of scene 3"),
        (Key(Step.NARRATION_ADJUSTED), "the narration at the film's length"),
        (Key(Step.FILM), "the film"),
    ],
)
def test_everything_has_a_name_in_plain_words(key: Key, name: str) -> None:
    assert words.name(key) == name


def test_a_reason_is_said_once_and_without_jargon() -> None:
    kind = ProviderKind.VIDEO_ENGINE.value
    missing = because(Why.NO_PROVIDER, kind=kind)
    assert words.why([missing, missing]) == "no video engine was chosen"
    assert words.why([because(Why.MISSING)], leave_out=[Why.MISSING]) == ""
    short = because(Why.SHORT, missing=1.50001, duration=5.0)
    assert words.sentence(short) == "1.5 s of its 5 s are missing"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            because(Why.INPUT_MADE, input=Key(Step.NARRATION_ADJUSTED)),
            "the narration at the film's length is made in this run",
        ),
        (
            because(Why.INPUT_MADE, input=Key(Step.SUBTITLES)),
            "the subtitles are made in this run",
        ),
        (
            because(Why.UNTOLD, input=Key(Step.SUBTITLES)),
            "the subtitles are made of words that are told no more",
        ),
        (
            because(Why.INPUT_REMOVED, input=Key(Step.SCENE, 3)),
            "scene 3 is in it, but no longer in the scenes file",
        ),
        (because(Why.WAITS_FOR, input=Key(Step.SCENES)), "it waits for the scenes"),
        (because(Why.INPUT_ADDED, input="a.srt"), "a.srt is not in it"),
    ],
)
def test_a_reason_names_what_it_is_about_in_plain_words(reason: Reason, said: str) -> None:
    assert words.sentence(reason) == said


def test_every_reason_has_a_sentence() -> None:
    names = {name for why in Why for name in re.findall(r"\{(\w+)", why.value)}
    facts = dict.fromkeys(names, 1.0)
    for why in Why:
        assert "{" not in words.sentence(Reason(why, facts))


def test_settings_are_said_as_the_options_that_set_them() -> None:
    kept = {"skip_narration": True, "skip_sound_effects": False, "engine": "local", "local.x": 2}
    assert words.flags(kept) == "--engine local --set local.x=2 --skip-narration --sound-effects"


def test_text_is_folded_for_a_terminal_and_left_alone_for_a_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    line = "  scene 1 is not complete: " + "word " * 12
    assert words.folded(line, io.StringIO()) == line
    folded = words.folded(line, Terminal()).splitlines()
    assert len(folded) == 2
    assert all(len(part) <= 50 for part in folded)
    assert (folded[0][:3], folded[1][:5]) == ("  s", "    w")


@pytest.mark.skipif(os.name != "posix", reason="terminals are other things elsewhere")
def test_text_is_as_wide_as_the_terminal_that_it_goes_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import fcntl
    import pty
    import struct
    import termios

    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 33, 0, 0))
    with os.fdopen(theirs, "w") as terminal, (tmp_path / "file").open("w") as file:
        assert words.columns(terminal) == 33
        assert words.columns(file) == shutil.get_terminal_size().columns
        assert max(map(len, words.folded("word " * 30, terminal).splitlines())) <= 33
        monkeypatch.setenv("COLUMNS", "50")
        assert words.columns(terminal) == 50
    os.close(ours)


# what is there -------------------------------------------------------------


def test_scenes_that_stand_alike_share_a_line(tmp_path: Path) -> None:
    root = begin(tmp_path, 7, seconds=2)
    for number in (1, 2):
        add_scene(root, number, 2)
    add_clip(root, 3, 1, 2)
    add_clip(root, 4, 1, 1)
    assert analysed(root, **ENGINE) == [
        f"video_{TS}: 7 scenes in scenes_{TS}.json",
        "  scenes 1–2 are complete, 4.0 s",
        "  scene 3 is complete in clips, 2.0 s, to be joined",
        "  scenes 5–7 are missing",
        "  scene 4 (Scene 4) is not complete: 1 s of its 2 s are missing",
        "  the film is not there yet",
    ]


def test_a_finished_film_is_said_in_three_lines(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    add_scene(root, 2)
    put(root / f"final_video_{TS}.mp4", video(1, 2))
    assert analysed(root) == [
        f"video_{TS}: 2 scenes in scenes_{TS}.json",
        "  scenes 1–2 are complete, 2.0 s",
        f"  the film is there: final_video_{TS}.mp4, 2.0 s",
    ]


def test_why_a_scenes_file_was_chosen_is_said_where_it_is_not_the_runs_own(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    assert "(" not in analysed(root)[0]
    assert "(it has the directory's timestamp)" in analysed(root, verbose=True)[0]
    (root / f"scenes_{TS}.json").rename(root / "my scenes.json")
    assert "(it holds scenes with environments)" in analysed(root)[0]


def test_two_hundred_scenes_take_few_lines_and_all_are_there_with_v(tmp_path: Path) -> None:
    root = begin(tmp_path, 200)
    for number in range(1, 200, 10):
        add_scene(root, number)
    lines = analysed(root, **ENGINE)
    assert lines[1:3] == [
        "  20 scenes (1, 11, 21, 31, 41, 51, …, 191) are complete, 20.0 s",
        "  180 scenes (2–10, 12–20, 22–30, 32–40, 42–50, 52–60, …, 192–200) are missing",
    ]
    assert len(lines) <= 6
    assert "101, 111" in analysed(root, verbose=True, **ENGINE)[1]
    steps = planned(root, **ENGINE)
    assert any(line.startswith("  make 180 clips of 180 scenes (2–10,") for line in steps)
    assert "  join 180 scenes" in [line.partition(" (")[0] for line in steps]
    assert "  join the film" in steps
    assert steps[-1] == "  -v shows every step"
    assert len(steps) <= 10
    everything = planned(root, verbose=True, **ENGINE)
    assert "  make scene 117 clip 1 (5 s) with local" in everything
    assert len(everything) > 500


def test_what_cannot_be_made_is_said_once_with_what_waits_for_it(tmp_path: Path) -> None:
    root = begin(tmp_path, 9)
    add_scene(root, 1)
    steps = planned(root, skip_narration=True, skip_sound_effects=True)
    assert steps == [
        "  cannot make scene 2 clip 1, scene 3 clip 1, scene 4 clip 1 and 5 more:"
        " no video engine was chosen",
        "  scene 2, scene 3, scene 4 and 6 more wait for that",
    ]
    assert "it waits" not in "\n".join(analysed(root))


def test_every_file_that_is_not_whole_is_named_in_the_order_of_the_scenes(tmp_path: Path) -> None:
    root = begin(tmp_path, 30)
    for number in range(1, 31):
        put(root / f"scene_{number}_{TS}.mp4", b"")
    put(root / f"scene_31_{TS}.mp4", b"")
    lines = [line for line in analysed(root, **ENGINE) if "broken" in line]
    assert [int(line.split("_")[1]) for line in lines] == list(range(1, 31))
    assert lines[0].endswith(" is broken and counts as missing: it is empty")


def test_a_providers_name_is_noted_only_where_it_does_some_work(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    opened, plan = look(root, skip_narration=True)
    assert "no sound engine was named: " in "\n".join(text.notes(opened, plan))
    assert "no speech engine was named: " not in "\n".join(text.notes(opened, plan))


def test_narration_and_sounds_that_are_there_are_said(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    add_scene(root, 2)
    put(root / f"narration_audio_{TS}.mp3", sound(2))
    put(root / f"scene_1_all_vid_{TS}" / "scene_1_sound.mp3", sound())
    lines = analysed(root, skip_sound_effects=True)
    assert "  1 sound effect there" in lines
    assert f"  the narration is there: narration_audio_{TS}.mp3" in lines


@pytest.mark.parametrize("step", [Step.SOUND, Step.SCENE_NARRATION])
@pytest.mark.parametrize("decision", [Decision.KEEP, Decision.STALE, Decision.REDO])
def test_what_is_heard_counts_as_there_while_it_lies_there(
    step: Step, decision: Decision, tmp_path: Path
) -> None:
    opened, plan = look(begin(tmp_path, 2), **ENGINE)
    tasks = [
        Task(key=Key(step, number), decision=each, output=f"{number}.mp3")
        for number, each in ((1, decision), (2, Decision.MAKE))
    ]
    heard = evolve(plan, tasks=(*tasks, *plan.tasks))
    thing = "sound effects" if step is Step.SOUND else "scene narrations"
    assert f"  1 of 2 {thing} there" in text.analysis(opened, heard).splitlines()


def test_names_that_act_on_terminals_are_escaped(tmp_path: Path) -> None:
    root = begin(tmp_path, [scene_object(1, scene_name="\x1b[31mred", seconds=2)], name="a\x1b[2Jb")
    add_clip(root, 1, 1, 1)
    joined = "\n".join(analysed(root, **ENGINE) + planned(root, **ENGINE))
    assert "\x1b" not in joined
    assert "a\\x1b[2Jb" in joined


def test_a_scene_of_another_length_than_was_asked_for_says_so(tmp_path: Path) -> None:
    scenes = [scene_object(number, seconds=asked) for number, asked in ((1, 4), (2, 1), (3, 1.4))]
    root = begin(tmp_path, scenes)
    for number in (1, 2, 3):
        add_scene(root, number, 1)
    lines = analysed(root, **ENGINE)
    assert "  scenes 2–3 are complete, 2.0 s" in lines
    assert "  scene 1 is complete, 1.0 s (4 s asked for)" in lines


CHANGED = "may be out of date, and kept: the scenes file changed since it was made; to make"
PRICED = "again, with the price shown first: vidgen redo"


def stale_lines(root: Path, stale: dict[Key, Why]) -> list[str]:
    """What is said where the outputs *stale* are, each for its reason."""
    opened, plan = look(root, **ENGINE)
    tasks = [
        Task(key=key, decision=Decision.STALE, output="", reasons=(because(reason),))
        for key, reason in stale.items()
    ]
    others = [task for task in plan.tasks if task.key not in stale]
    said = text.analysis(opened, evolve(plan, tasks=(*tasks, *others))).splitlines()
    return [line.strip() for line in said if "may be out of date" in line]


def test_clips_that_may_be_out_of_date_are_made_again_by_one_command(tmp_path: Path) -> None:
    root = begin(tmp_path, 7)
    changed, lost = Why.PROMPT_CHANGED, Why.WHOLE
    assert stale_lines(root, {Key(Step.SCENE, 1): changed}) == [
        f"scene 1 {CHANGED} it {PRICED} {root} --stale"
    ]
    some = {Key(Step.CLIP, 1, 1): changed, Key(Step.SCENE, 2): changed, Key(Step.SCENE, 4): changed}
    scenes = "scene 1 clip 1, scene 2 and scene 4"
    assert stale_lines(root, some) == [f"{scenes} {CHANGED} them {PRICED} {root} --stale"]
    first, second = stale_lines(root, {**some, Key(Step.SCENE, 7): lost})
    assert first == f"{scenes} {CHANGED} them {PRICED} {root} --stale --scene 1-2,4"
    assert second.endswith(f"it {PRICED} {root} --stale --scene 7")


def test_speech_that_may_be_out_of_date_is_made_again_by_the_command_for_it(tmp_path: Path) -> None:
    root = begin(tmp_path, 3, name="my film")
    spoken = {Key(Step.SCENE_NARRATION, n): Why.PROMPT_CHANGED for n in (1, 2)}
    (line,) = stale_lines(root, spoken)
    assert line.endswith(f"{PRICED} '{root}' --scene 1-2 --only narration")


def test_what_no_command_makes_again_names_all_that_must_be_moved_away(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    told, spoken = f"narration_text_{TS}.txt", f"narration_audio_{TS}.mp3"
    put(root / told, b"A boat.")
    put(root / spoken, sound())
    assert stale_lines(root, {Key(Step.NARRATION_TEXT): Why.PROMPT_CHANGED}) == [
        f"the narration's text {CHANGED} it again, move away {told}, {spoken}"
    ]


def test_the_choice_of_a_scenes_file_is_said_wherever_there_was_one(tmp_path: Path) -> None:
    root = begin(tmp_path, 1, name="my film")
    other = put(root / "scenes_20240101_000000.json", (root / f"scenes_{TS}.json").read_bytes())
    os.utime(root / f"scenes_{TS}.json", (1, 1))
    lines = analysed(root, **ENGINE)
    said = f"{other.name} was taken: it was modified last; also there: scenes_{TS}.json"
    assert f"  {said}" in lines
    assert lines[0].endswith(other.name)
    named = begin(tmp_path, 1)
    put(named / other.name, other.read_bytes())
    said = f"scenes_{TS}.json was taken: it has the directory's timestamp; also there: {other.name}"
    assert f"  {said}" in analysed(named, **ENGINE)
    assert said in as_json.state(*look(named, **ENGINE))["notes"]


def test_a_broken_film_is_explained_once(tmp_path: Path) -> None:
    root = begin(tmp_path, 1)
    add_scene(root, 1)
    put(root / f"final_video_{TS}.mp4", video(1)[:400])
    said = "\n".join(analysed(root, **ENGINE) + planned(root, **ENGINE))
    assert said.count("is broken") == 1


def test_one_thing_that_is_called_several_has_its_verb_and_its_pronoun() -> None:
    asked = Task(
        key=Key(Step.SCENES),
        decision=Decision.ASK,
        output="scenes.json",
        reasons=(because(Why.UNKNOWN_OUTCOME, provider="claude"),),
    )
    waiting = Task(key=Key(Step.SUBTITLES), decision=Decision.WAIT, output="subtitles.srt")
    plan = Plan(timestamp=TS, tasks=(asked, waiting), scenes=())
    assert list(text._questions(plan))[-1] == "the subtitles wait for that"
    film = evolve(waiting, key=Key(Step.FILM))
    assert list(text._questions(evolve(plan, tasks=(asked, film))))[-1] == "the film waits for that"
