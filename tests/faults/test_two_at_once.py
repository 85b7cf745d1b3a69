"""Layer 8: many processes continue one directory at once; one of them works."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from attrs import frozen

from vidgen_core.errors import ExitCode

from ..terminals import hears_signals
from .corner import SCENES, Corner, is_locked, needs_linux, new_corner
from .extent import ALL, SEED, counted

#: Each of these tests is many commands, and other work may be under way.
pytestmark = pytest.mark.timeout(300)

ROUNDS = 200 if ALL else 3
MOST = 8 if ALL else 3
#: A run lasts about so long where nobody else is at work, in seconds.
LASTS = 2.0
_MISHAPS = ("Traceback", "bug in vidgen")


@frozen(kw_only=True)
class Runner:
    """One process: what it says is written to *said*."""

    process: subprocess.Popen[bytes]
    said: Path

    @property
    def words(self) -> str:
        return self.said.read_text("utf-8")


@frozen(kw_only=True)
class Round:
    """What happens in one round: who begins when, by which engine, and who is killed when.

    ``late``: after so many seconds each of them begins; ``killed``: which one is killed, by
    what, and how many seconds after it began.
    """

    engine: str
    late: tuple[float, ...]
    killed: tuple[int, int, float] | None


def round_number(number: int) -> Round:
    """Return what the seed chose for a round."""
    dice = random.Random(f"{SEED} {number}")
    count = dice.randint(2, MOST)
    kills = number % 3 == 1
    engines = ("corner-token", "corner-list") if kills else (
        "corner-token", "corner-list", "corner-mute", "corner-copy"
    )  # fmt: skip
    by = dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
    spread = dice.choice((0.0, 0.2, LASTS))
    return Round(
        engine=dice.choice(engines),
        late=tuple(dice.uniform(0, spread) for _ in range(count)),
        killed=(dice.randrange(count), by, dice.uniform(0.3, 1.5 * LASTS)) if kills else None,
    )


def begin(corner: Corner, plan: Round, number: int) -> Runner:
    said = corner.home / f"said-{number}"
    with said.open("wb") as file:
        process = corner.start(
            corner.command(engine=plan.engine),
            stdout=subprocess.DEVNULL,
            stderr=file,
            preexec_fn=hears_signals,
        )
    return Runner(process=process, said=said)


def play(corner: Corner, plan: Round) -> list[Runner]:
    """Have every process begin at its time, kill one, and wait for the end of all."""
    runners: dict[int, Runner] = {}
    start = time.monotonic()
    moments = [(late, number, 0) for number, late in enumerate(plan.late)]
    if plan.killed is not None:
        number, by, after = plan.killed
        moments.append((plan.late[number] + after, number, by))
    for moment, number, by in sorted(moments):
        time.sleep(max(0.0, start + moment - time.monotonic()))
        if by:
            runners[number].process.send_signal(by)
        else:
            runners[number] = begin(corner, plan, number)
    for runner in runners.values():
        runner.process.wait(100)
    return [runners[number] for number in sorted(runners)]


def assert_ended_well(plan: Round, runners: list[Runner]) -> None:
    """Each ended as one that worked, that found all done, or that was kept out."""
    killed = plan.killed[0] if plan.killed else -1
    made = 0
    for number, runner in enumerate(runners):
        code, words = runner.process.returncode, runner.words
        assert not any(mishap in words for mishap in _MISHAPS), words
        # A polite kill is heard from where vidgen begins.
        if number == killed and code in (-signal.SIGKILL, -signal.SIGTERM, ExitCode.INTERRUPTED):
            continue
        assert code in (0, ExitCode.LOCKED), f"{code}: {words}"
        if code == ExitCode.LOCKED:
            assert "another run holds" in words.splitlines()[-2], words
        made += f"finished: {2 * SCENES + 1} files made" in words
    if not plan.killed:
        assert made == 1, [runner.words for runner in runners]


def calls(corner: Corner) -> Counter[str]:
    """How often each call arrived at the shop."""
    book = corner.shop / "calls.jsonl"
    return Counter(json.loads(line)["call"] for line in book.read_bytes().splitlines())


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_many_processes_in_one_directory_one_works(tmp_path: Path, number: int) -> None:
    needs_linux()
    corner = new_corner(tmp_path)
    plan = round_number(number)
    print(f"VIDGEN_TEST_SEED={SEED}, round {number}: {plan}")
    runners = play(corner, plan)
    assert_ended_well(plan, runners)
    assert not is_locked(corner.root)
    free = plan.engine == "corner-copy"
    corner.assert_sound()
    if plan.killed:
        corner.finish("--engine", plan.engine, "--skip-narration", "--skip-sound-effects")
    elif free:
        assert corner.orders() == []
        assert calls(corner) == {"render": SCENES}
    else:
        corner.assert_bought_once()
        assert {name: calls(corner)[name] for name in ("submit", "fetch")} == {
            "submit": SCENES,
            "fetch": SCENES,
        }
    counted("two at once", rounds=1, processes=len(runners), kills=int(plan.killed is not None))
