"""The last line says how a run ended, and what it tells to type can be copied."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest

from vidgen_core.cli import last_line as room
from vidgen_core.cli.last_line import last_line, say_last_line
from vidgen_core.errors import ExitCode
from vidgen_core.executor import Outcome
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Plan, Task

from ..run_paths import FILM, TS


@pytest.fixture(autouse=True)
def _linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.sys, "platform", "linux")


def ended(decision: Decision = Decision.KEEP) -> Outcome:
    film = Task(key=Key(Step.FILM), decision=decision, output=FILM)
    return Outcome(plan=Plan(timestamp=TS, tasks=(film,), scenes=()), made=["a.mp4", FILM])


class Stream(io.StringIO):
    """Standard error: a terminal or not, in any encoding."""

    def __init__(self, *, terminal: bool = True, encoding: str = "utf-8") -> None:
        super().__init__()
        self.terminal, self._encoding = terminal, encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self.terminal


def shown(monkeypatch: pytest.MonkeyPatch, root: Path, stream: Stream) -> list[str]:
    monkeypatch.setattr(room.sys, "stderr", stream)
    say_last_line(root, ended(), ExitCode.COMPLETE)
    return stream.getvalue().splitlines()


def test_the_last_line_says_how_to_open_the_film() -> None:
    line = last_line(Path("/my films/run"), ended(), ExitCode.COMPLETE)
    assert line == (
        f"finished: 2 files made, nothing was charged; to watch it: xdg-open '/my films/run/{FILM}'"
    )


def test_after_the_words_alone_it_says_which_file_to_change_and_how_to_go_on() -> None:
    line = last_line(Path("/run"), ended(Decision.LEAVE), ExitCode.COMPLETE)
    assert line == (
        "finished: 2 files made, nothing was charged; to make the film: "
        f"change scenes_{TS}.json as you like, then vidgen continue /run"
    )


def test_what_is_made_on_the_way_is_not_counted_as_it_was_not_while_it_was_made() -> None:
    outcome = ended()
    outcome.made.append(f"scene_1_all_vid_{TS}/scene_1_vid_1_last_frame.jpg")
    line = last_line(Path("/run"), outcome, ExitCode.COMPLETE)
    assert line.startswith("finished: 2 files made, ")


@pytest.mark.parametrize("platform", ["win32", "freebsd"])
def test_no_word_is_made_up_for_a_system_that_is_not_known(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room.sys, "platform", platform)
    assert "to watch it" not in last_line(Path("/run"), ended(), ExitCode.COMPLETE)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "a\tb", "a\udcffb", "a\u202eb", "a\x7fb"])
def test_a_command_that_cannot_be_copied_is_left_out(name: str) -> None:
    root = Path("/films") / name
    assert last_line(root, ended(), ExitCode.COMPLETE).endswith("nothing was charged")
    stopped = last_line(root, ended(Decision.WAIT), ExitCode.INTERRUPTED)
    assert stopped.endswith("; to go on: vidgen continue DIR")


def test_a_draft_goes_on_with_the_words_of_its_run() -> None:
    root = Path("/my films/run/draft")
    line = last_line(root, ended(Decision.WAIT), ExitCode.INTERRUPTED, draft=True)
    assert line.endswith("; to go on: vidgen continue '/my films/run' --draft")


@pytest.mark.parametrize("name", ["a b", "it's", "$(reboot)", "Москва", "電影"])
def test_a_command_that_is_shown_is_the_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path("/films") / name
    (line,) = shown(monkeypatch, root, Stream(terminal=False))
    command = line.partition("to watch it: ")[2]
    assert shlex.split(command) == ["xdg-open", str(root / FILM)]


def test_a_name_that_the_terminal_cannot_encode_is_not_told_to_be_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (line,) = shown(monkeypatch, Path("/films/é"), Stream(terminal=False, encoding="ascii"))
    assert "xdg-open" not in line


@pytest.mark.parametrize("columns", [30, 60, 100])
def test_what_is_to_be_typed_begins_a_line_of_a_narrow_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    *said, command = shown(monkeypatch, Path("/films/run"), Stream())
    assert command == f"to watch it: xdg-open /films/run/{FILM}"
    assert " ".join(" ".join(said).split()) == "finished: 2 files made, nothing was charged"
    assert all(len(line) <= columns for line in said)


def test_one_line_holds_all_where_the_terminal_is_wide_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    (line,) = shown(monkeypatch, Path("/films/run"), Stream())
    assert line == last_line(Path("/films/run"), ended(), ExitCode.COMPLETE)
