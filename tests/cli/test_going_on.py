"""What goes on with a run says again what the run does not keep: the limit before all."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path

import pytest

from vidgen_core import plugins
from vidgen_core.cli import main
from vidgen_core.cli.adopting import without_jobs
from vidgen_core.cli.last_line import Circumstances, last_line
from vidgen_core.cli.obstacles import obstacle
from vidgen_core.cli.repeated import Repeated, repeated
from vidgen_core.cli.results import print_result
from vidgen_core.errors import CapReached, ExitCode, OutOfCredit, Undecided, UsageError
from vidgen_core.executor import Outcome
from vidgen_core.executor.questions import was_it_taken
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Step
from vidgen_core.opening import open_run
from vidgen_core.plan import Choice, Decision, InDoubt, Plan, Task
from vidgen_core.report.words import is_question, question
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import UNKNOWN_PRICE, Price, ProviderKind

from ..command_line import PICTURES_ONLY
from ..planning_files import a_clip
from ..plugins.conftest import install
from ..plugins.distributions import Install
from ..run_directories import begin
from ..run_paths import FILM, TS
from .command_lines import read

__all__ = ["install"]

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")

AGREED = Repeated(options=(("--max-cost", "2.5"),), consent=("--yes",))


def stopped(error: Exception | None = None, price: Price = UNKNOWN_PRICE) -> Outcome:
    """A run that left a clip unmade, for *error*."""
    clip = Task(
        key=a_clip(1, 1),
        decision=Decision.MAKE,
        output="1.mp4",
        kind=ProviderKind.VIDEO_ENGINE,
        provider="paid",
        price=price,
    )
    film = Task(key=Key(Step.FILM), decision=Decision.WAIT, output=FILM)
    outcome = Outcome(plan=Plan(timestamp=TS, tasks=(clip, film), scenes=()))
    outcome.errors = [(clip, error)] if error else []  # type: ignore[list-item]
    return outcome


def way_on(outcome: Outcome, code: ExitCode, circumstances: Circumstances) -> str:
    line = last_line(Path("/run"), outcome, code, circumstances)
    return line.partition("; to go on: ")[2]


# what is repeated ---------------------------------------------------------


def test_what_no_run_keeps_is_repeated_and_what_it_keeps_is_not() -> None:
    typed = (
        "continue D --engine local --seed 7 --max-cost 2.50 --patience 8h --jobs 2 --yes "
        "--set unknown_price=0.5 --set local.grain=1 --set max-scenes=3 --set 'gone.url=a b'"
    )
    found = repeated(read(typed), plugins.load())
    again = read(f"continue D {shlex.join(found.words)}")
    assert (again.max_cost, again.patience, again.jobs, again.yes) == (2.5, 28_800.0, 2, True)
    assert again.set == ["unknown_price=0.5", "gone.url=a b"]
    assert (again.engine, again.seed) == (None, None)


@pytest.mark.parametrize("amount", ["0.000001", "20", "7.10", "999999999", "0"])
def test_an_amount_is_repeated_as_it_can_be_typed(amount: str) -> None:
    found = repeated(read(f"continue D --max-cost {amount}"), plugins.load())
    assert read(f"continue D {shlex.join(found.words)}").max_cost == float(amount)


def test_a_limit_of_the_settings_is_not_repeated_for_it_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VIDGEN_MAX_COST", "3")
    assert repeated(read("continue D"), plugins.load()).words == ()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (ExitCode.INTERRUPTED, None),
        (ExitCode.MONEY, OutOfCredit("paid has no money left", advice="fill it up")),
    ],
)
def test_the_limit_and_the_consent_are_in_the_command_that_goes_on(
    code: ExitCode, error: Exception | None
) -> None:
    way = way_on(stopped(error), code, Circumstances(repeated=AGREED))
    assert way == "vidgen continue /run --max-cost 2.5 --yes"


def test_a_run_without_input_goes_on_without_input() -> None:
    circumstances = Circumstances(repeated=Repeated(consent=("--no-input",)), draft=True)
    way = way_on(stopped(), ExitCode.INTERRUPTED, circumstances)
    assert way == "vidgen continue / --draft --no-input"


def test_the_film_of_words_that_were_agreed_to_keeps_the_limit_and_is_asked_about() -> None:
    film = Task(key=Key(Step.FILM), decision=Decision.LEAVE, output=FILM)
    outcome = Outcome(plan=Plan(timestamp=TS, tasks=(film,), scenes=()))
    line = last_line(Path("/run"), outcome, ExitCode.COMPLETE, Circumstances(repeated=AGREED))
    assert line.endswith("as you like, then vidgen continue /run --max-cost 2.5")


CLUMSY = """
from vidgen_core import BadOutput, VideoEngineSpec, hookimpl

class Engine:
    def render(self, request, into, progress):
        raise BadOutput("the picture came out black", billed="no")

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="clumsy", summary="fails", factory=lambda context: Engine(), lengths=(5,)
    )
"""


def test_a_command_that_ends_early_repeats_its_own_options(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install("vidgen-clumsy", CLUMSY)
    root = begin(tmp_path, 1)
    words = ["--engine", "clumsy", "--max-cost", "4.5", "--yes", *PICTURES_ONLY]
    assert main(["continue", str(root), *words]) == ExitCode.FAILED
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith(f"; to go on: vidgen continue {root} --max-cost 4.5 --yes")


# where the limit has no room ----------------------------------------------


def at_the_limit(tmp_path: Path, price: Price, repeats: Repeated, **flags: float) -> str:
    opened = open_run(RunDirectory(begin(tmp_path, 1)), plugins.load(), flags=flags)
    circumstances = Circumstances(opened=opened, repeated=repeats)
    return way_on(stopped(CapReached("no room"), price), ExitCode.MONEY, circumstances)


def test_a_limit_that_was_reached_is_replaced_and_not_given_twice(tmp_path: Path) -> None:
    way = at_the_limit(tmp_path, Price(3.0, 3.0), AGREED, max_cost=2.5)
    assert way == "vidgen continue /run --max-cost 3.00 --yes"


def test_where_a_price_is_unknown_it_is_told_how_to_say_it_or_do_without_the_limit(
    tmp_path: Path,
) -> None:
    way = at_the_limit(tmp_path, UNKNOWN_PRICE, AGREED, max_cost=2.5)
    assert way == (
        "say in dollars what a piece without a price counts as: "
        "vidgen continue /run --set unknown_price=USD --max-cost 2.5 --yes; "
        "or without the limit: vidgen continue /run"
    )
    counted = open_run(
        RunDirectory(begin(tmp_path, 1, name="again")),
        plugins.load(),
        flags={"max_cost": 2.5},
        sets=["unknown_price=0.5"],
    )
    assert counted.settings.core.limit.unknown_price == 0.5


def test_a_limit_of_the_settings_is_done_without_by_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDGEN_MAX_COST", "2.5")
    way = at_the_limit(tmp_path, UNKNOWN_PRICE, Repeated())
    assert way.endswith("or without the limit: vidgen continue /run --set max_cost=none")
    directory = RunDirectory(begin(tmp_path, 1, name="again"))
    assert open_run(directory, plugins.load(), flags={}).settings.core.max_cost == 2.5
    free = open_run(directory, plugins.load(), flags={}, sets=["max_cost=none"])
    assert free.settings.core.max_cost is None


# what is in doubt ---------------------------------------------------------

AT_ONCE = """
from types import SimpleNamespace
from vidgen_core import AuthFailed, ImageGeneratorSpec, SoundEngineSpec, VideoEngineSpec, hookimpl

def ask(request): return b""
def nothing(*_): raise AuthFailed("none")

@hookimpl
def vidgen_image_generators():
    yield ImageGeneratorSpec(
        name="at-once", summary="answers",
        factory=lambda context: SimpleNamespace(ask=ask, write=nothing),
    )

@hookimpl
def vidgen_sound_engines():
    yield SoundEngineSpec(
        name="forgets", summary="answers",
        factory=lambda context: SimpleNamespace(ask=ask, write=nothing, poll=nothing),
    )

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="queue", summary="keeps jobs", lengths=(5,),
        factory=lambda context: SimpleNamespace(submit=nothing, poll=nothing, fetch=nothing),
    )
    yield VideoEngineSpec(name="closed", summary="lets nobody in", lengths=(5,), factory=nothing)
"""

IMAGE, SOUND = ProviderKind.IMAGE_GENERATOR, ProviderKind.SOUND_ENGINE
ENGINE = ProviderKind.VIDEO_ENGINE


def doubtful(kind: ProviderKind, provider: str, key: Key) -> InFlight:
    price = Price(0.5, 0.5)
    return InFlight(key=key, take=1, provider=provider, kind=kind, token="t", price=price)


def asked(*works: InFlight) -> Outcome:
    """A run in which nobody knows what became of *works*; the user was asked of the first."""
    film = Task(key=Key(Step.FILM), decision=Decision.WAIT, output=FILM)
    task = Task(key=works[0].key, decision=Decision.ASK, output="it")
    outcome = Outcome(plan=Plan(timestamp=TS, tasks=(task, film), scenes=()))
    outcome.errors = [(task, was_it_taken(works[0], "no answer within 60 s"))]
    outcome.in_doubt = list(works)
    return outcome


PICTURE = doubtful(IMAGE, "at-once", Key(Step.FIRST_FRAME, 1))
NOISE = doubtful(SOUND, "forgets", Key(Step.SOUND, 1))
CLIP = doubtful(ENGINE, "queue", a_clip(1, 1))
PLACES = doubtful(ProviderKind.SCRIPT_MODEL, "claude", Key(Step.ENVIRONMENTS))


def test_a_provider_that_answers_at_once_keeps_no_jobs(install: Install, tmp_path: Path) -> None:
    install("vidgen-at-once", AT_ONCE)
    opened = open_run(RunDirectory(begin(tmp_path, 1)), plugins.load(), flags={})
    works = [PICTURE, NOISE, CLIP, doubtful(ENGINE, "closed", a_clip(1, 2)), PLACES]
    assert without_jobs(opened, works) == {(IMAGE, "at-once"), (SOUND, "forgets")}
    assert without_jobs(opened, [doubtful(ENGINE, "not-installed", a_clip(1, 1))]) == set()


@pytest.mark.parametrize(
    ("works", "offered"),
    [
        ((PICTURE,), ""),
        ((PICTURE, NOISE, PLACES), ""),
        ((CLIP,), "adopt=JOB"),
        ((PICTURE, CLIP), "adopt=clip-1-1:JOB"),
    ],
)
def test_a_job_is_asked_for_only_where_there_may_be_one(
    works: tuple[InFlight, ...], offered: str
) -> None:
    outcome = asked(*works)
    jobless = frozenset({(IMAGE, "at-once"), (SOUND, "forgets")})
    circumstances = Circumstances(jobless=jobless, repeated=AGREED)
    way = way_on(outcome, ExitCode.DECISION, circumstances)
    assert offered in way
    assert ("adopt" in way) is bool(offered)
    assert "vidgen continue /run --max-cost 2.5 --yes --in-doubt " in way


@pytest.mark.parametrize("code", [ExitCode.DECISION, ExitCode.INTERRUPTED])
@pytest.mark.parametrize(
    ("works", "offered"),
    [
        ((PICTURE,), ""),
        ((NOISE, CLIP), ""),
        ((PLACES,), ""),
        ((CLIP,), "if its job is there, give its id with --in-doubt adopt=JOB"),
        ((CLIP, PICTURE), "if its job is there, give its id with --in-doubt adopt=clip-1-1:JOB"),
    ],
)
def test_who_reads_json_is_offered_a_job_only_where_there_may_be_one(
    works: tuple[InFlight, ...], offered: str, code: ExitCode, install: Install, tmp_path: Path
) -> None:
    install("vidgen-at-once", AT_ONCE)
    run = begin(tmp_path, 1)
    opened = open_run(RunDirectory(run), plugins.load(), flags={})
    arguments = read(f"continue {run} --json")
    arguments.results = io.StringIO()
    outcome = asked(*works)
    print_result(opened, outcome.plan, arguments, code, None, outcome)
    [error] = json.loads(arguments.results.getvalue())["errors"]
    assert offered in error["advice"]
    assert ("adopt" in error["advice"]) is bool(offered)
    assert "--in-doubt again buys it once more" in error["advice"]


@pytest.mark.parametrize(
    ("works", "said", "advice"),
    [
        ((PICTURE,), "keeps no jobs", "again"),
        ((PICTURE, NOISE), "keeps no jobs", "again"),
        (
            (PICTURE, CLIP),
            "2 pieces of work are in doubt",
            "say which: --in-doubt adopt=clip-1-1:J",
        ),
    ],
)
def test_a_job_that_is_named_for_work_without_one_is_refused_before_anything_begins(
    works: tuple[InFlight, ...], said: str, advice: str, install: Install, tmp_path: Path
) -> None:
    install("vidgen-at-once", AT_ONCE)
    directory = RunDirectory(begin(tmp_path, 1))
    with directory.locked("a test"), Journal(directory.root, version="1") as journal:
        for work in works:
            journal.intent(work)
    choice = InDoubt(choice=Choice.ADOPT, job="J")
    opened = open_run(directory, plugins.load(), flags={}, in_doubt=choice)
    lacking = obstacle(opened, opened.plan())
    assert isinstance(lacking, UsageError)
    assert said in lacking.message
    assert advice in lacking.advice


def test_what_a_script_model_may_have_written_has_a_name_and_no_job() -> None:
    error = was_it_taken(PLACES, "no answer within 60 s (a timeout)")
    assert error.message.startswith("it is not known whether claude took the places (no answer ")
    assert "adopt" not in error.advice
    assert "--in-doubt again" in error.advice
    assert "adopt=JOB" in was_it_taken(CLIP, "no answer").advice


def test_the_last_line_says_the_question_and_not_once_more_how_it_arose() -> None:
    line = last_line(Path("/run"), asked(PLACES), ExitCode.DECISION)
    assert line == (
        "not finished: it is not known whether claude took the places; 0 files made, "
        "1 piece of work may have been charged ($0.50); to go on: look into your account with "
        "claude for what was charged; vidgen continue /run --in-doubt again buys it once more; "
        "--in-doubt skip leaves it out, wait asks again later"
    )


def test_only_a_question_about_work_in_doubt_is_shortened() -> None:
    error = was_it_taken(PLACES, "no answer")
    assert is_question(error)
    assert question(error) == "it is not known whether claude took the places"
    assert not is_question(Undecided("it costs more", advice="--yes"))
    assert not is_question(OutOfCredit("no", advice="--in-doubt"))
