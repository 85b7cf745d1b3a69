"""What is shown while a run works: counted honestly, in words, and never too wide."""

from __future__ import annotations

import errno
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from vidgen_core.cli.at_work import outcome_of
from vidgen_core.cli.last_line import last_line
from vidgen_core.errors import BadOutput, Billed, ExitCode, MachineError, Unavailable, Undecided
from vidgen_core.executor import Outcome
from vidgen_core.executor.events import (
    Event,
    Moved,
    Noted,
    Planned,
    Progressed,
    Published,
    Started,
    Stopped,
)
from vidgen_core.ledger import Charge
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, SceneState, Task
from vidgen_core.report.progress import Lines, looking, progress
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import Price, ProviderKind

from .command_line import environment
from .run_directories import add_scene, begin
from .run_paths import TS
from .terminals import Terminal

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")


def task(key: Key, **changes: Any) -> Task:
    facts: dict[str, Any] = {"decision": Decision.MAKE, "output": "x.mp4"}
    return Task(key=key, **{**facts, **changes})


CLIP = task(Key(Step.CLIP, 2, 1), provider="local", kind=ProviderKind.VIDEO_ENGINE)
JOIN = task(Key(Step.SCENE, 2), provider="ffmpeg", kind=ProviderKind.STITCHER)
FRAME = task(Key(Step.LAST_FRAME, 2, 1))
CHARGE = Charge(
    key=Key(Step.CLIP, 1, 1),
    take=1,
    provider="paid",
    kind=ProviderKind.VIDEO_ENGINE,
    price=Price(0.5, 0.5),
    billed=Billed.YES,
)
FILM = task(Key(Step.FILM), provider="ffmpeg", kind=ProviderKind.STITCHER)
STORY: tuple[Event, ...] = (
    Planned(Plan(timestamp=TS, tasks=(FRAME, CLIP, JOIN, FILM), scenes=())),
    Started(FRAME),
    Published(FRAME, "frame.jpg"),
    Started(CLIP),
    Published(CLIP, "clip.mp4"),
    Started(JOIN),
    Moved("scene.mp4", ".vidgen/replaced/0001/scene.mp4", "broken"),
    Published(JOIN, "scene.mp4"),
    Noted("a sentence"),
    Started(FILM),
    Stopped(FILM, BadOutput("it is too short", advice="vidgen plugins")),
)


def told(lines: Lines) -> list[str]:
    return [line for line in map(lines.text, STORY) if line]


def test_a_log_has_a_line_for_what_takes_long_and_for_every_file() -> None:
    assert told(Lines()) == [
        "making scene 2 clip 1 with local …",
        "[1/3] scene 2 clip 1: clip.mp4",
        "moved aside, broken: scene.mp4 is now in .vidgen/replaced/0001",
        "[2/3] scene 2: scene.mp4",
        "a sentence",
        "joining the film …",
        "the film failed: it is too short (vidgen plugins)",
    ]


SCENE = SceneState(
    number=2, name="", complete=False, duration=5.0, seconds=12.4, clips=(1,), reasons=()
)
WORDS = tuple(
    task(Key(step)) for step in (Step.ENVIRONMENTS, Step.SCENES_WITHOUT_ENVIRONMENT, Step.SCENES)
)


def test_the_film_is_counted_from_its_scenes_on() -> None:
    lines = Lines()
    waiting = evolve(FILM, decision=Decision.WAIT)
    events = (
        Planned(Plan(timestamp=TS, tasks=(*WORDS, waiting), scenes=())),
        *(Published(each, "words.json") for each in WORDS),
        Planned(Plan(timestamp=TS, tasks=(CLIP, JOIN, FILM), scenes=(SCENE,))),
        Published(CLIP, "clip.mp4"),
        Planned(Plan(timestamp=TS, tasks=(JOIN, FILM), scenes=(SCENE,))),
        Published(JOIN, "scene.mp4"),
    )
    said = [line for line in map(lines.text, events) if line]
    assert [line.partition("]")[0] for line in said] == [
        *("[1/3", "[2/3", "[3/3"),
        *("the film: 1 scene, about 12 s", "[1/3", "[2/3"),
    ]
    assert lines.whole == "the film: 2 of 3 files"


def test_the_total_is_what_the_last_plan_says() -> None:
    lines = Lines()
    plan = Plan(timestamp=TS, tasks=(CLIP, JOIN, FILM), scenes=(SCENE,))
    assert lines.text(Planned(plan)) == "", "a run that had scenes says so elsewhere"
    lines.text(Published(CLIP, "clip.mp4"))
    lines.text(Planned(evolve(plan, tasks=(JOIN, FILM))))
    assert (lines.done, lines.total) == (1, 3)
    grown = (clip_of(3), clip_of(4), JOIN, FILM)
    lines.text(Planned(evolve(plan, tasks=grown)))
    assert lines.whole == "the film: 1 of 5 files"
    lines.text(Planned(evolve(plan, tasks=(evolve(JOIN, decision=Decision.BLOCKED),))))
    assert lines.whole == "the film: 1 of 1 file", "what cannot be made is not promised"


def test_an_order_that_is_being_placed_takes_nothing_off_the_total() -> None:
    lines = Lines()
    sound = task(Key(Step.SOUND, 2), output="sound.mp3")
    plan = Plan(timestamp=TS, tasks=(sound, CLIP, JOIN, FILM), scenes=(SCENE,))
    lines.text(Planned(plan))
    lines.text(Started(sound))
    lines.text(Published(CLIP, "clip.mp4"))
    unsure, waiting = (evolve(sound, decision=Decision.ASK), evolve(FILM, decision=Decision.WAIT))
    meanwhile = Planned(evolve(plan, tasks=(unsure, JOIN, waiting)))
    lines.text(meanwhile)
    assert lines.whole == "the film: 1 of 4 files"
    lines.text(Stopped(sound, BadOutput("no answer came")))
    lines.text(meanwhile)
    assert lines.whole == "the film: 1 of 2 files", "now it is in doubt"


def clip_of(scene: int) -> Task:
    return evolve(CLIP, key=Key(Step.CLIP, scene, 1))


@pytest.mark.parametrize("columns", [20, 24, 30, 60, 140])
def test_what_is_shown_live_is_never_wider_than_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    longest = task(Key(Step.NARRATION_ADJUSTED), provider="ffmpeg", kind=ProviderKind.STITCHER)
    running: Any = ((CLIP, 0.25), (longest, None))
    with progress() as listen:
        for event in (
            Planned(Plan(timestamp=TS, tasks=(CLIP, longest, FILM), scenes=(SCENE,))),
            *(Started(CLIP), Started(longest), Progressed(running)),
            *(Published(CLIP, "clip.mp4"), Noted("something that takes a few words to say")),
            *(Progressed(running[1:]), Stopped(FILM, BadOutput("it is too short"))),
        ):
            listen(event)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    lines = plain.replace("\r", "\n").split("\n")
    assert [line for line in lines if len(line) > columns] == []
    assert any("25 %" in line for line in lines)
    if columns >= 60:
        assert any(line.startswith("  making scene 2 clip 1 with local ") for line in lines)
        assert any(line.startswith("the film: 1 of 3 files ") for line in lines)


@pytest.mark.parametrize("columns", [20, 28, 32, 80])
def test_the_time_left_is_never_cropped(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("vidgen_core.report.progress.in_words", lambda seconds: "89 min left")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress() as listen:
        listen(Planned(Plan(timestamp=TS, tasks=(CLIP, FILM), scenes=(SCENE,))))
        listen(Progressed(((CLIP, 0.25),)))
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())
    lines = plain.replace("\r", "\n").split("\n")
    whole = {line.rstrip() for line in lines if "89" in line}
    assert whole
    assert all(line.endswith(" 89 min left") and len(line) <= columns for line in whole), whole


def test_a_terminal_that_moves_no_cursor_gets_the_lines_of_a_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with looking() as on_probe, progress() as listen:
        for event in STORY:
            listen(event)
    assert on_probe is None
    assert terminal.getvalue().splitlines() == told(Lines())


def test_files_that_are_looked_at_fit_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with looking() as on_probe:
        assert on_probe is not None
        on_probe(12, 1000)
    said = terminal.getvalue().replace("\x1b[K", "").split("\r")
    assert "looking at the files: 1" in said
    assert max(map(len, said)) < 24


def test_verbose_names_what_is_made_on_the_way_too() -> None:
    lines = told(Lines(verbose=True))
    assert "the last frame of scene 2 clip 1: frame.jpg" in lines
    assert "[1/3] scene 2 clip 1: clip.mp4" in lines, "the same numbers as without it"
    assert "joining scene 2 …" in lines


def test_quiet_says_only_what_went_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=True) as listen:
        for event in STORY:
            listen(event)
        listen(Stopped(CLIP, Unavailable("no answer"), later=True))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "the film failed: it is too short (vidgen plugins)",
        "scene 2 clip 1 is postponed: no answer",
    ]


def test_what_is_several_is_spoken_of_so_and_a_question_is_answered_in_the_last_line() -> None:
    places = Task(key=Key(Step.ENVIRONMENTS), decision=Decision.MAKE, output="places.json")
    advice = "look into your account; --in-doubt again buys it once more"
    lines = Lines()
    asked = Undecided("it is not known whether claude took the places (no answer)", advice=advice)
    assert lines.text(Stopped(places, asked, later=True)) == (
        "the places are postponed: it is not known whether claude took the places (no answer)"
    )
    other = Undecided("it may cost money", advice="vidgen continue finds out")
    assert lines.text(Stopped(places, other, later=True)).endswith("(vidgen continue finds out)")
    assert lines.text(Stopped(places, Unavailable("gone"))) == "the places failed: gone"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MachineError("the journal cannot be written"), "the journal cannot be written"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_an_error_that_ends_the_work_hides_neither_files_nor_charges(
    error: Exception, said: str
) -> None:
    def work() -> None:
        raise error

    plan = Plan(timestamp=TS, tasks=(FILM,), scenes=())
    run: Any = SimpleNamespace(plan=plan, work=work)
    with pytest.raises(type(error)):
        outcome_of(run, preview=False)
    run.outcome = Outcome(plan=plan, made=["clip.mp4"], charges=[CHARGE])
    outcome = outcome_of(run, preview=False)
    assert outcome.codes == {ExitCode.MACHINE}
    opened: Any = SimpleNamespace(directory=RunDirectory(Path("/films/a b")))
    last = last_line(opened.directory.root, outcome, ExitCode.MACHINE)
    assert said in last
    assert "1 file made, charged $0.50 for 1 paid piece of work" in last
    assert last.endswith("to go on: vidgen continue '/films/a b'")


posix = pytest.mark.skipif(os.name != "posix", reason="terminals are other things elsewhere")


def on_a_terminal(home: Path, *arguments: str | Path, **environ: str) -> str:
    """Return what a terminal of 50 columns is sent."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 50, 0, 0))
    variables = environment(home, {"TERM": "xterm-256color", **environ})
    del variables["COLUMNS"]
    command = [sys.executable, "-m", "vidgen_core", *map(str, arguments)]
    child = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, cwd=home
    )
    os.close(theirs)
    try:
        return _read_all(ours)
    finally:
        os.close(ours)
        child.kill()
        child.wait()


def _read_all(terminal: int) -> str:
    sent = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            block = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not block:
            break
        sent += block
    return sent.decode()


@posix
def test_a_terminal_sees_folded_lines_live_progress_and_the_film(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    sent = on_a_terminal(tmp_path, "continue", root.name, "--engine", "local", "--skip-narration")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sent)
    lines = plain.replace("\r", "\n").split("\n")
    before = lines[: next(n for n, line in enumerate(lines) if "kept for this run" in line)]
    assert all(len(line) <= 50 for line in before), before
    assert "the film: " in plain
    assert "scene 2 is there" in plain
    assert f"{root}/final_video_{TS}.mp4" in plain.replace("\r", "").split("\n")
    assert "finished: " in plain
    assert re.search(r"\x1b\[[0-9;]*3[0-9]m|\x1b\[38", sent), "colours, where nobody minds them"


@posix
@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours_where_they_are_not_wanted(variable: dict[str, str], tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    words = ("continue", root.name, "--engine", "local", "--skip-narration")
    sent = on_a_terminal(tmp_path, *words, **variable)
    assert "finished: " in sent
    assert not re.search(r"\x1b\[[0-9;]*(3[0-9]|9[0-7]|4[0-9])[;0-9]*m", sent)
