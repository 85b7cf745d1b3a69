"""What befalls a film by its seed, and what must hold at every moment of it."""

from __future__ import annotations

import os
import random
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import define, field, frozen

from vidgen_core.errors import Billed, ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import Ledger
from vidgen_core.limit import Limit
from vidgen_core.model import Key
from vidgen_core.plan import NO_CHOICE, Choice, InDoubt
from vidgen_core.specs import Price

from ..run_directories import contents
from .films import SHAPES, Film, Life, Place, Shape, new_film
from .machine import Aim, about_money, any_moment
from .shop import FIXED, RANGE, TRAITS

#: How many films are killed: some by default, 2,000 in ``nox -s kills``.
SWEEP = int(os.environ.get("VIDGEN_TEST_SWEEP", "20"))
#: The seed of the first of them.
FIRST_SEED = int(os.environ.get("VIDGEN_TEST_SEED", "1"))
#: So many films are one test, so that each is bounded in time.
TOGETHER = 20
#: Sums of prices are not exact in binary.
CENT = 0.001


@frozen(kw_only=True)
class Whole:
    """A film of a shape that nobody killed: its files, its moments, its price at most."""

    files: dict[str, str]
    moments: tuple[str, ...]
    submits: Counter[Place]
    most: float


@cache
def whole(shape: Shape, price: Price = FIXED) -> Whole:
    """Make a film without a kill; each shape's is made once."""
    with TemporaryDirectory() as folder:
        return unkilled(new_film(Path(folder) / "whole", shape, ("", "", ""), price=price))


def unkilled(film: Film) -> Whole:
    """Let *film*, which has not begun, be made, and return what came of it."""
    most = film.world.open().plan().price.high
    life = film.world.live()
    assert life.code is ExitCode.COMPLETE, life.outcome
    return Whole(
        files=contents(film.world.root),
        moments=tuple(life.process.moments),
        submits=Counter(film.jobs().values()),
        most=0.0 if most is None else most,
    )


@define(kw_only=True, eq=False)
class Story:
    """One film, its kills, and what it was asked for in between.

    ``expected``: what comes out where nobody kills it.
    ``doubted``: the outputs whose outcome a run reported as unknown; ``looked``: whether
    the user looked into the account before deciding about them; ``again``: up to which
    price what is in doubt is bought once more without a question.
    """

    seed: int
    dice: random.Random
    film: Film
    expected: Whole
    cap: float | None = None
    unknown_price: float | None = None
    switches: bool = False
    again: float = 0.0
    doubted: set[Key] = field(factory=set)
    looked: bool = False
    told: list[str] = field(factory=list)
    kills: int = 0

    def live(self, last: int | None = None, aim: Aim = any_moment) -> Life:
        """Let the film be worked on, and look at what came of it."""
        money = {"limit": Limit(cap=self.cap, unknown_price=self.unknown_price)}
        changes = {name: value for name, value in money.items() if value is not None}
        life = self.film.world.live(last, aim, in_doubt_limit=self.again, **changes)
        self.told.append(f"{self.film.world.flags['engine']}: {life.process.where}")
        if life.outcome is None:
            self.kills += 1
        else:
            errors = "; ".join(f"{task.key}: {error}" for task, error in life.outcome.errors)
            self.told[-1] += f", {life.code.name} {errors}"
            self._note_doubts(life)
        self.look()
        return life

    def _note_doubts(self, life: Life) -> None:
        assert life.outcome is not None
        in_doubt = {work.key for work in life.outcome.in_doubt}
        if in_doubt:
            self.must(life.code in (ExitCode.DECISION, ExitCode.MONEY), f"{life.code} in doubt")
        self.doubted |= in_doubt

    def kill(self) -> None:
        """Kill it, perhaps again and again."""
        times = self.dice.choice((1, 1, 1, 2, 3, 5))
        for number in range(times):
            if number and self.switches and self.dice.random() < 0.6:
                self.film.switch()
            aim = self.dice.choice((any_moment, about_money))
            moments = sum(map(aim, self.expected.moments)) // (1 + number // 2)
            if self.live(self.dice.randrange(moments), aim).outcome is not None:
                break
        if self.switches and self.dice.random() < 0.5:
            self.film.switch()

    def finish(self) -> None:
        """Let it be worked on to the end, ask the user where that must be, and look at it all."""
        life = self.live()
        if life.code is ExitCode.DECISION:
            self.must(bool(self.doubted), "a question, and nothing is in doubt")
            self.must(not self.film.can_be_asked(), "a question, where the service can be asked")
            life = self.decide()
        self.must(life.code is ExitCode.COMPLETE, f"it ended with {life.code.name}")
        self.look_at_the_end()

    def must(self, fact: bool, what: str) -> None:
        """Fail with all that happened, and how to see it once more."""
        assert fact, (
            f"{what}\nonce more: VIDGEN_TEST_SEED={self.seed} VIDGEN_TEST_SWEEP=1\n"
            f"{self.film}, cap {self.cap}, threads {not self.film.world.at_once}\n"
            + "\n".join(self.told)
        )

    # the user -----------------------------------------------------------------

    def decide(self) -> Life:
        """Answer what is in doubt: look into the account, or just buy it once more."""
        self.looked = self.dice.random() < 0.5
        for _ in range(20):
            choice = self._found_job() if self.looked else None
            self.film.world.in_doubt = choice or InDoubt(choice=Choice.AGAIN)
            self.told.append(f"the user: {self.film.world.in_doubt}")
            life = self.live()
            self.film.world.in_doubt = NO_CHOICE
            if life.code is not ExitCode.DECISION:
                return life
        return life

    def _found_job(self) -> InDoubt | None:
        """Return the job of a piece in doubt, where a shop has it."""
        ledger = read_ledger(self.film.world.root)
        doubtful = {work.key for work in ledger.in_flight.values() if not work.job}
        known = {record["job"] for record in self.film.world.records() if "job" in record}
        for job, place in self.film.jobs().items():
            for key in doubtful:
                if self.film.place(key) == place and job not in known:
                    return InDoubt(choice=Choice.ADOPT, job=job, key=key)
        return None

    # what holds always --------------------------------------------------------

    def look(self) -> None:
        """Check the directory against the shops' books."""
        strange, stray = self.film.strange(self.expected.files), self.film.world.stray()
        self.must(not strange, f"files that are not whole, or nobody's: {strange}")
        self.must(not stray, f"outside of its directory: {stray}")
        ledger = read_ledger(self.film.world.root)
        self.must(not ledger.damage, ledger.damage)
        self._look_at_bill(ledger)
        if self.cap is not None:
            self.must(self.film.usd <= self.cap + CENT, f"${self.film.usd} is above the cap")

    def _look_at_bill(self, ledger: Ledger) -> None:
        low, high, usd = ledger.bill.low, ledger.bill.high, self.film.usd
        self.must(low <= usd + CENT, f"the journal says at least ${low}, the bill ${usd}")
        self.must(high is None or usd <= high + CENT, f"journal: at most ${high}, bill: ${usd}")
        sure = self._counted(ledger, Billed.YES)
        maybe = sure + self._counted(ledger, Billed.UNKNOWN)
        taken = Counter(self.film.jobs().values())
        self.must(taken <= maybe, f"charged {taken}, and the journal has {maybe}")
        self.must(sure <= taken, f"the journal says that {sure} were charged, and {taken} were")

    def _counted(self, ledger: Ledger, billed: Billed) -> Counter[Place]:
        charges = (charge for charge in ledger.charges if charge.billed is billed)
        return Counter(self.film.place(charge.key) for charge in charges)

    # what holds in the end ----------------------------------------------------

    def look_at_the_end(self) -> None:
        """Check that all is there, and was paid for once but for what was in doubt."""
        found, expected = contents(self.film.world.root), self.expected
        missing = expected.files.keys() - found.keys()
        self.must(not missing, f"not made: {missing}")
        ledger = read_ledger(self.film.world.root)
        self.must(not ledger.in_flight, f"still in flight: {list(ledger.in_flight)}")
        taken = Counter(self.film.jobs().values())
        self.must(taken.keys() == expected.submits.keys(), f"charged for {taken}")
        doubted = set() if self.looked else {self.film.place(key) for key in self.doubted}
        if self.again:  # what was in doubt is no question then: the journal tells of it
            doubted |= set(self._counted(ledger, Billed.UNKNOWN))
        twice = {place for place in taken if taken[place] != expected.submits[place]}
        self.must(twice <= doubted, f"paid twice: {twice}, in doubt {doubted}")
        self.must(self.film.world.open().plan().finished, "there is more to do")
        known = {r["job"] for r in self.film.world.records() if r["kind"] == "submitted"}
        unknown = {j: place for j, place in self.film.jobs().items() if j not in known}
        self.must(set(unknown.values()) <= doubted, f"the journal does not know {unknown}")


def seeds(count: int) -> list[range]:
    """*count* seeds, as many together as one test takes."""
    last = FIRST_SEED + count
    return [range(n, min(n + TOGETHER, last)) for n in range(FIRST_SEED, last, TOGETHER)]


def story(seed: int, folder: Path) -> Story:
    """Return the film of *seed*, which has not begun."""
    dice = random.Random(seed)
    shape = dice.choice(SHAPES)
    traits = (dice.choice(TRAITS), dice.choice(TRAITS), dice.choice(TRAITS))
    film = new_film(
        folder / str(seed),
        shape,
        traits,
        seed=seed,
        price=dice.choice((FIXED, RANGE)),
        at_once=dice.random() < 0.8,
    )
    return Story(
        seed=seed,
        dice=dice,
        film=film,
        expected=whole(shape, film.shops[0].price),
        switches=dice.random() < 0.3,
    )
