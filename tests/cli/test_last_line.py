"""The last line says how a run ended, and what it tells to type can be copied."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest
from attrs import evolve

from vidgen_core import plugins
from vidgen_core.cli import last_line as room
from vidgen_core.cli.last_line import Circumstances, last_line, say_last_line
from vidgen_core.errors import Billed, CapReached, ExitCode, Undecided
from vidgen_core.executor import Outcome
from vidgen_core.journal import Journal
from vidgen_core.ledger import Charge, InFlight
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import Decision, Plan, Task, Why, because
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from ..planning_files import a_clip, engine, providers
from ..run_directories import begin
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
    drafted = Circumstances(draft=True)
    line = last_line(root, ended(Decision.WAIT), ExitCode.INTERRUPTED, drafted)
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


# what was charged ---------------------------------------------------------

ENGINE = ProviderKind.VIDEO_ENGINE
HALF = Price(0.5, 0.5)


def charge(number: int, billed: Billed, price: Price = HALF) -> Charge:
    key = a_clip(1, number)
    return Charge(key=key, take=1, provider="paid", kind=ENGINE, price=price, billed=billed)


def asked_for(number: int, price: Price = HALF) -> InFlight:
    """What a service was asked for, and no answer came."""
    key = a_clip(1, number)
    return InFlight(key=key, take=1, provider="paid", kind=ENGINE, token="t", price=price)


def charged(*charges: Charge, in_doubt: tuple[InFlight, ...] = ()) -> str:
    """What the last line says was charged."""
    outcome = ended()
    outcome.charges, outcome.in_doubt = list(charges), list(in_doubt)
    line = last_line(Path("/run"), outcome, ExitCode.COMPLETE)
    return line.partition(" made, ")[2].partition("; ")[0]


def test_what_was_charged_is_told_apart_from_what_may_have_been() -> None:
    yes, unknown, no = Billed.YES, Billed.UNKNOWN, Billed.NO
    assert charged() == "nothing was charged"
    assert charged(charge(1, yes), charge(2, yes)) == "charged $1.00 for 2 paid pieces of work"
    assert charged(charge(1, no), charge(2, no)) == "nothing was charged"
    assert charged(charge(1, unknown)) == "1 piece of work may have been charged ($0.50)"
    assert charged(charge(1, yes), charge(2, no), charge(3, unknown), charge(4, unknown)) == (
        "charged $0.50 for 1 paid piece of work, 2 pieces of work may have been charged ($1.00)"
    )


def test_what_is_in_doubt_is_counted_once_be_it_from_this_run_or_another() -> None:
    both = charged(charge(1, Billed.UNKNOWN), in_doubt=(asked_for(1), asked_for(2)))
    assert both == "2 pieces of work may have been charged ($1.00)"


def test_an_unknown_price_is_called_that() -> None:
    said = charged(charge(1, Billed.YES, UNKNOWN_PRICE), in_doubt=(asked_for(2, UNKNOWN_PRICE),))
    assert said == (
        "charged an unknown price for 1 paid piece of work, "
        "1 piece of work may have been charged (an unknown price)"
    )


def test_what_costs_nothing_was_not_charged() -> None:
    assert charged(charge(1, Billed.YES, Price())) == "nothing was charged"


# what to type where money is the matter -----------------------------------


def stopped(*tasks: Task) -> Outcome:
    film = Task(key=Key(Step.FILM), decision=Decision.WAIT, output=FILM)
    return Outcome(plan=Plan(timestamp=TS, tasks=(*tasks, film), scenes=()), made=["a.mp4"])


def clip(number: int, decision: Decision, why: Why | None = None, **facts: str) -> Task:
    return Task(
        key=a_clip(1, number),
        decision=decision,
        output=f"{number}.mp4",
        kind=ENGINE,
        provider="paid",
        price=HALF,
        reasons=(because(why, **facts),) if why else (),
    )


@pytest.fixture
def opened(tmp_path: Path, nothing_of_this_machine: None) -> Opened:
    """A directory, and an engine of which the account is another's."""
    found = open_run(RunDirectory(begin(tmp_path, 1)), plugins.load(), flags={"max_cost": 0.4})
    return evolve(
        found, selection=evolve(found.selection, providers=providers(engine(keys=("FAL_KEY",))))
    )


@pytest.mark.parametrize(
    ("numbers", "adopted"), [((2,), "adopt=JOB"), ((2, 3), "adopt=clip-1-2:JOB")]
)
def test_what_is_in_doubt_is_a_choice_and_names_the_account(
    numbers: tuple[int, ...], adopted: str, opened: Opened
) -> None:
    doubted = [clip(n, Decision.ASK, Why.UNKNOWN_OUTCOME, provider="paid") for n in numbers]
    outcome = stopped(*doubted)
    outcome.in_doubt = [asked_for(number) for number in numbers]
    error = Undecided("it is not known whether paid took it", advice="look there yourself")
    outcome.errors = [(doubted[0], error)]
    line = last_line(Path("/run"), outcome, ExitCode.DECISION, Circumstances(opened=opened))
    assert line.endswith(
        "; to go on: look into your account (FAL_KEY): if the job is there, "
        f"vidgen continue /run --in-doubt {adopted}; if not, --in-doubt again buys it once more; "
        "--in-doubt skip leaves it out, wait asks again later"
    )
    assert "look there yourself" not in line  # it is said once


def test_where_a_script_model_is_in_doubt_no_job_is_asked_for(opened: Opened) -> None:
    outcome = stopped(clip(1, Decision.ASK, Why.UNKNOWN_OUTCOME, provider="paid"))
    words = evolve(asked_for(1), key=Key(Step.SCENES), kind=ProviderKind.SCRIPT_MODEL)
    outcome.in_doubt = [words]
    line = last_line(Path("/run"), outcome, ExitCode.DECISION, Circumstances(opened=opened))
    assert "adopt" not in line
    assert "charged; vidgen continue /run --in-doubt again buys it once more" in line
    outcome.in_doubt = [words, asked_for(2)]
    line = last_line(Path("/run"), outcome, ExitCode.DECISION, Circumstances(opened=opened))
    assert "--in-doubt adopt=clip-1-2:JOB" in line


def test_an_account_without_a_key_is_the_providers() -> None:
    outcome = stopped(clip(1, Decision.ASK, Why.UNKNOWN_OUTCOME, provider="paid"))
    outcome.in_doubt = [asked_for(1)]
    line = last_line(Path("/run"), outcome, ExitCode.DECISION)
    assert "look into your account with paid: " in line


def test_what_a_lost_journal_knew_names_the_account_and_the_file(opened: Opened) -> None:
    outcome = stopped(clip(1, Decision.ASK, Why.FORGOTTEN, requests="clip-1-1-*.json"))
    line = last_line(Path("/run"), outcome, ExitCode.DECISION, Circumstances(opened=opened))
    assert "look into your account (FAL_KEY); if the files are there, save them as 1.mp4; " in line


def test_where_the_limit_is_reached_a_higher_one_is_told_that_is_enough(opened: Opened) -> None:
    root = opened.directory.root
    with opened.directory.locked("a test"), Journal(root, version="1") as journal:
        journal.intent(asked_for(1, Price(0.25, 0.25)))
        journal.submitted(a_clip(1, 1), 1, "job", {})
    missing = [clip(2, Decision.MAKE), clip(3, Decision.MAKE)]
    outcome = stopped(*missing)
    said = "it costs up to $0.50, and the limit of $0.40 has $0.15 left"
    reached = CapReached(said, advice="more")
    outcome.errors = [(missing[0], reached)]
    circumstances = Circumstances(opened=opened)
    line = last_line(root, outcome, ExitCode.MONEY, circumstances)
    assert line == (
        f"not finished: scene 1 clip 2: {said}; "
        "1 file made, nothing was charged; "
        f"to go on: vidgen continue {root} --max-cost 1.25"
    )


def test_no_limit_is_made_up_where_a_price_is_unknown(opened: Opened) -> None:
    unknown = evolve(clip(2, Decision.MAKE), price=UNKNOWN_PRICE)
    outcome = stopped(unknown)
    outcome.errors = [(unknown, CapReached("its price is unknown", advice="say what it costs"))]
    line = last_line(Path("/run"), outcome, ExitCode.MONEY, Circumstances(opened=opened))
    assert "its price is unknown; " in line
    assert "--max-cost" not in line


@pytest.mark.parametrize(
    ("left", "way"),
    [
        ((clip(1, Decision.MAKE),), "vidgen continue /run --engine paid --yes"),
        ((clip(1, Decision.BLOCKED, Why.FAILED),), "vidgen continue /run"),
    ],
)
def test_what_nobody_agreed_to_is_agreed_to_by_the_same_command(
    left: tuple[Task, ...], way: str
) -> None:
    outcome = stopped(*left)
    outcome.errors = [(left[0], Undecided("it would cost more than was agreed to"))]
    circumstances = Circumstances(to_agree="vidgen continue /run --engine paid --yes")
    line = last_line(Path("/run"), outcome, ExitCode.DECISION, circumstances)
    assert line.endswith(f"; to go on: {way}")
