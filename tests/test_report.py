"""What people and programs read: short, calm, each thing said once; the JSON as documented."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from vidgen_core import plugins
from vidgen_core.errors import Billed
from vidgen_core.ledger import Charge, InFlight, Ledger
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import Decision, Plan, Reason, Task, Why, because
from vidgen_core.report import as_json, text, words
from vidgen_core.report.prices import in_whole_cents
from vidgen_core.rundir import RunDirectory
from vidgen_core.scenes_file import UNWRITTEN
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from .command_line import PICTURES_ONLY, vidgen
from .planning_files import engine, images, providers, sounds
from .run_directories import add_clip, add_scene, begin, newer_run, put, scene_object, sound, video
from .run_paths import TS
from .terminals import Terminal

ENGINE: dict[str, Any] = {"engine": "local", "skip_narration": True, "skip_sound_effects": True}

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")


def look(root: Path, **flags: Any) -> tuple[Opened, Plan]:
    opened = open_run(RunDirectory(root), plugins.load(), flags=flags)
    return opened, opened.plan()


def analysed(root: Path, *, verbose: bool = False, **flags: Any) -> list[str]:
    return text.analysis(*look(root, **flags), verbose=verbose).splitlines()


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


def test_what_may_be_out_of_date_names_all_that_must_be_moved_away(tmp_path: Path) -> None:
    root = begin(tmp_path, 1, seconds=2)
    clips = [str(add_clip(root, 1, n, 1).relative_to(root)) for n in (1, 2)]
    whole = str(add_scene(root, 1, 2).relative_to(root))
    opened, plan = look(root, **ENGINE)
    reason = because(Why.PROMPT_CHANGED)
    stale = [
        evolve(each, decision=Decision.STALE, reasons=(reason,)) if each.key.scene else each
        for each in plan.tasks
    ]
    said = text.analysis(opened, evolve(plan, tasks=tuple(stale)))
    assert (
        "scene 1 may be out of date, and kept: the scenes file changed since it was made; "
        f"to make it again, move away {whole}, {clips[0]}, {clips[1]}"
    ) in said


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


# what it costs ---------------------------------------------------------------

CLIPS, PICTURES = ProviderKind.VIDEO_ENGINE, ProviderKind.IMAGE_GENERATOR


def bought(number: int, price: Price, kind: ProviderKind = CLIPS, provider: str = "luma") -> Task:
    key = Key(Step.CLIP if kind is CLIPS else Step.FIRST_FRAME, number, 1 if kind is CLIPS else 0)
    return Task(
        key=key, decision=Decision.MAKE, output=key.id, kind=kind, provider=provider, price=price
    )


def priced(
    root: Path, *tasks: Task, bounds: Mapping[tuple[ProviderKind, str], Price] | None = None
) -> tuple[Opened, Plan]:
    """A plan of *tasks*, where luma's prices have a date and the others' have none."""
    opened, plan = look(root, **ENGINE)
    installed = (engine(name="luma", priced_on="2025-10-01"), images(name="luma"), sounds())
    chosen = evolve(opened.selection, providers=providers(installed=installed))
    found = evolve(plan, tasks=(*tasks, plan.tasks[-1]), bounds=bounds or {})
    return evolve(opened, selection=chosen), found


def test_who_is_paid_and_by_which_prices_is_said_before_the_sum(tmp_path: Path) -> None:
    opened, plan = priced(
        begin(tmp_path, 2),
        bought(1, Price(0.4, 0.72)),
        bought(1, Price(0.03, 0.03), PICTURES),
        bought(2, Price(0.4, 0.72)),
        bought(3, Price(), provider="local"),
        bought(4, UNKNOWN_PRICE, provider="new"),
    )
    lines = text.steps(opened, plan).splitlines()[-5:]
    assert lines == [
        "  paid work:",
        "    luma, 2 clips: $0.80–1.44, prices of 2025-10-01",
        "    luma, 1 picture: $0.03, date of its prices unknown",
        "    new, 1 clip: price unknown",
        "  price: at least $0.83",
    ]
    assert text.price(opened, plan).splitlines() == lines


def test_before_there_are_scenes_the_most_is_said(tmp_path: Path) -> None:
    opened, plan = priced(
        begin(tmp_path, 1),
        bought(1, Price(0.5, 0.5), PICTURES),
        bounds={
            (CLIPS, "luma"): Price(0.0, 7.2),
            (PICTURES, "luma"): Price(0.0, 2.0),
            (ProviderKind.SOUND_ENGINE, "paid"): UNKNOWN_PRICE,
        },
    )
    assert text.price(opened, plan).splitlines() == [
        "  paid work:",
        "    luma, pictures: $0.50–2.50, date of its prices unknown",
        "    luma, clips: at most $7.20, prices of 2025-10-01",
        "    paid, sound effects: price unknown",
        "  price: at least $0.50",
    ]
    shares = as_json.state(opened, plan)["prices"]
    assert [share["pieces"] for share in shares] == [None, None, None]
    assert shares[1] == {
        "kind": "video-engine",
        "provider": "luma",
        "pieces": None,
        "low": 0.0,
        "high": 7.2,
        "priced_on": "2025-10-01",
    }
    assert (shares[0]["priced_on"], shares[2]["high"]) == (None, None)


@pytest.mark.parametrize("columns", [60, 200])
def test_each_price_is_one_line_of_a_narrow_and_of_a_wide_terminal(
    columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    some = [bought(number, Price(0.4, 1.27)) for number in range(1, 121)]
    said = text.price(*priced(begin(tmp_path, 1), *some))
    assert said.splitlines()[1] == "    luma, 120 clips: $48.00–152.40, prices of 2025-10-01"
    assert words.folded(said, Terminal()) == said


def test_a_free_plan_says_nothing_of_money(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), **ENGINE)
    assert text.price(opened, plan) == ""
    assert "price" not in text.steps(opened, plan)
    assert as_json.state(opened, plan)["prices"] == []
    assert not any("cost" in line or "flight" in line for line in analysed(opened.directory.root))


def charge(number: int, billed: Billed, price: Price = Price(0.5, 0.5)) -> Charge:  # noqa: B008
    key = Key(Step.CLIP, 1, number)
    return Charge(key=key, take=1, provider="luma", kind=CLIPS, price=price, billed=billed)


def test_what_a_directory_has_cost_and_what_is_on_its_way_is_said(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), **ENGINE)
    half = Price(0.5, 0.5)
    work = InFlight(
        key=Key(Step.CLIP, 1, 3), take=1, provider="luma", kind=CLIPS, token="t", price=half
    )
    ledger = Ledger(
        charges=(
            charge(1, Billed.YES),
            charge(2, Billed.NO),
            charge(3, Billed.UNKNOWN),
            charge(4, Billed.YES, Price(1.0, 1.5)),
            charge(5, Billed.YES, UNKNOWN_PRICE),
            charge(6, Billed.YES, Price()),
        ),
        in_flight={
            work.key: work,
            Key(Step.CLIP, 1, 4): evolve(work, key=Key(Step.CLIP, 1, 4), job="j"),
            Key(Step.CLIP, 1, 5): evolve(
                work, key=Key(Step.CLIP, 1, 5), answered=True, price=UNKNOWN_PRICE
            ),
        },
    )
    paid = evolve(opened, ledger=ledger)
    assert text.analysis(paid, plan).splitlines()[-3:] == [
        "  cost so far: at least $1.50 for 3 paid pieces of work,"
        " 1 piece of work may have been charged ($0.50)",
        "  in flight: scene 1 clip 4 and scene 1 clip 5 at luma, at least $0.50",
        "  in doubt, for no answer came: scene 1 clip 3 at luma, $0.50",
    ]
    state = as_json.state(paid, plan)
    assert state["cost"] == {"low": 1.5, "high": None}
    assert [(each["id"], each["job"], each["in_doubt"]) for each in state["in_flight"]] == [
        ("clip-1-3", None, True),
        ("clip-1-4", "j", False),
        ("clip-1-5", None, False),
    ]
    unwritten = text.analysis(evolve(paid, scenes=UNWRITTEN), plan)
    assert "  cost so far: at least $1.50" in unwritten


@pytest.mark.parametrize(
    ("dollars", "cents"), [(4.2, "4.20"), (4.201, "4.21"), (0.1 + 0.2, "0.30"), (0.0019, "0.01")]
)
def test_a_limit_is_rounded_up_to_cents_and_not_by_the_dust_of_sums(
    dollars: float, cents: str
) -> None:
    assert in_whole_cents(dollars) == cents


# the documented JSON -------------------------------------------------------

PAGE = (Path(__file__).parents[1] / "docs" / "json.md").read_text("utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]

PLUGIN = """
from vidgen_core import VideoEngineSpec, hookimpl

class Engine:
    def __init__(self, context):
        pass

    def render(self, request, into, progress):
        raise RuntimeError("a slip of the pen")

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(name="clumsy", summary="fails", factory=Engine, lengths=(5,))
"""


def shape(value: Any) -> Any:
    """The keys of all objects in *value* and the kinds of what they hold."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "text" if isinstance(value, str) else type(value).__name__


def first(items: list[dict[str, Any]], where: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return next(item for item in items if where(item))


def pruned(state: dict[str, Any]) -> dict[str, Any]:
    """*state* with one example of each list, as the page has it."""
    scenes = [first(state["scenes"], lambda scene: scene["complete"])]
    tasks = [first(state["tasks"], lambda each: each["id"] == "clip-2-1")]
    tasks[0]["reasons"] = [first(tasks[0]["reasons"], lambda each: each["code"] == "missing")]
    return {**state, "scenes": scenes, "tasks": tasks}


def test_the_example_of_a_plan_has_the_keys_that_are_printed(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    put(root / f"scene_2_{TS}.mp4", b"")
    add_scene(root, 9)
    words = ("--engine", "local", "--skip-sound-effects")
    plan = vidgen("continue", root, *words, "--dry-run", "--json", home=tmp_path).json
    documented = EXAMPLES[0]
    assert shape(pruned(plan)) == shape(documented)
    status = vidgen("status", root, "--json", home=tmp_path).json
    assert list(status) == list(documented)
    assert {each["code"] for scene in documented["scenes"] for each in scene["reasons"]} <= {
        why.name.lower().replace("_", "-") for why in Why
    }


def test_the_example_of_an_end_has_the_keys_that_are_printed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    put(site / "clumsy.py", PLUGIN.encode())
    facts = site / "vidgen_dear-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-dear\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\nclumsy = clumsy\n")
    root = begin(tmp_path, 2)
    add_clip(root, 1, 1)
    path = os.pathsep.join([str(Path(__file__).parents[1]), str(site)])
    words = ("continue", root, "--engine", "clumsy", "--json", "--list-json-files", *PICTURES_ONLY)
    ended = vidgen(*words, home=tmp_path, environ={"PYTHONPATH": path})
    assert ended.code == 3
    _, end, listed, *_ = EXAMPLES
    state = ended.json
    assert shape({key: state[key] for key in end}) == shape(end)
    assert state["made"] == end["made"]
    assert state["errors"][0]["error"] == end["errors"][0]["error"]
    assert shape(state["json_files"]) == shape(listed["json_files"])
    assert set(state) == {*EXAMPLES[0], *end, *listed}


def test_what_a_reason_is_about_is_an_id_in_json(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), skip_narration=True, skip_sound_effects=True)
    film = as_json.state(opened, plan)["tasks"][-1]
    waits = first(film["reasons"], lambda each: each["code"] == "waits-for")
    assert waits["input"] in {task.key.id for task in plan.tasks}
    json.loads(as_json.dump(as_json.state(opened, plan)))


def test_every_decision_is_documented() -> None:
    assert all(f"`{decision.value}`" in PAGE for decision in Decision)


def test_the_json_of_plugins_has_the_documented_keys(tmp_path: Path) -> None:
    listed = vidgen("plugins", "--json", home=tmp_path).json
    described = PAGE.partition("## `vidgen plugins --json`")[2]
    assert {"schema", "providers", "failures"} == set(listed)
    for key in (*listed["providers"][0], "failures"):
        assert f"`{key}`" in described


def test_the_same_directory_gives_the_same_text_and_json(tmp_path: Path) -> None:
    root = newer_run(tmp_path)
    first_look, second_look = look(root, **ENGINE), look(root, **ENGINE)
    assert as_json.dump(as_json.state(*first_look)) == as_json.dump(as_json.state(*second_look))
    assert text.analysis(*first_look) == text.analysis(*second_look)
