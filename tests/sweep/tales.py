"""What befalls films whose words and voices are bought in several answers."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from vidgen_core.errors import CapReached, ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import InFlight
from vidgen_core.limit import Limit
from vidgen_core.model import Key
from vidgen_core.plan import NO_CHOICE, Choice, InDoubt
from vidgen_core.planner.doubts import is_doubtful

from ..run_directories import contents
from .films import Life
from .machine import about_money, any_moment
from .stories import CENT
from .told_films import KINDS, Tale, Telling, Told, telling, told
from .tongues import STEPS, WAYS, Piece

_TROUBLES = ("", "", "", "", "refused", "busy", "gone", "lost")
#: What counts for a speech whose text is not written yet.
_UNKNOWN = 3.5
#: So often a film is worked on before it counts as one that never ends.
_LIVES = 60
_DELETE = re.compile(r"delete (\S+) ")
_KEPT = re.compile(r"the paid answer is kept: (\S+)")


@define(kw_only=True, eq=False)
class Teller:
    """One film, what befalls it, and what must hold at every moment of it.

    ``meddles``: whether its user deletes, edits and changes things in between; then work may
    be paid for again. ``again``: what the user said is to be bought once more.
    """

    seed: int
    dice: random.Random
    film: Telling
    expected: Told
    meddles: bool
    cap: float | None = None
    again: set[Any] = field(factory=set)
    said: list[str] = field(factory=list)
    kills: int = 0

    @property
    def root(self) -> Path:
        return self.film.world.root

    def live(self, last: int | None = None, aim: Any = any_moment, **changes: Any) -> Life:
        """Let the film be worked on, and look at what came of it."""
        world, before = self.film.world, self.film.usd
        begun = self._half_spoken()
        plan = world.open().plan()
        if self.cap is not None:
            limit = Limit(cap=self.cap, unknown_price=_UNKNOWN)
            changes = {"limit": limit, **changes}
        life = world.live(last, aim, **changes)
        paid = self.film.usd - before
        codes = "" if life.outcome is None else f", {life.code.name} {self._errors(life)}"
        self.said.append(
            f"{world.flags['tts']}, {world.in_doubt.choice}, {changes}: {plan.price}, ${paid:.2f} "
            f"paid: {life.process.where}{codes}"
        )
        self.kills += life.outcome is None
        buys = changes.get("agreed", True) and not changes.get("collect", False)
        most = (plan.bound + plan.price).high if buys else 0.0
        self.must(
            most is None or paid <= most + CENT,
            f"${paid} were paid, and the plan said {plan.price}",
        )
        if life.outcome is not None and life.code is ExitCode.COMPLETE and not self.meddles:
            self.must(paid >= plan.price.low - CENT, f"only ${paid}, the plan said {plan.price}")
        if life.outcome is not None and life.code is ExitCode.MONEY and not begun:
            only = all(isinstance(error, CapReached) for _, error in life.outcome.errors)
            # What is not listed may have been charged: it takes the room of what comes after it.
            half = self._half_spoken() if only and not life.outcome.doubtful else set()
            self.must(not half, f"begun without room for all of it: {half}")
        self.look()
        return life

    def _half_spoken(self) -> set[Key]:
        """What is spoken in part."""
        return {work.key for work in read_ledger(self.root).in_flight.values() if work.parts > 1}

    @staticmethod
    def _errors(life: Life) -> str:
        assert life.outcome is not None
        return "; ".join(
            f"{task.key}: {error.message} ({error.advice})" for task, error in life.outcome.errors
        )

    def must(self, fact: bool, what: str) -> None:
        """Fail with all that happened, and how to see it once more."""
        assert fact, (
            f"{what}\nonce more: VIDGEN_TEST_SEED={self.seed} VIDGEN_TEST_SWEEP=1\n"
            f"{self.film.tale}, cap {self.cap}, meddled {self.meddles}, threads "
            f"{not self.film.world.at_once}\n" + "\n".join(self.said)
        )

    def look(self) -> None:
        """Check the directory against the books of those who were paid."""
        ledger, usd = read_ledger(self.root), self.film.usd
        self.must(not ledger.damage, ledger.damage)
        bill = ledger.bill
        self.must(bill.low <= usd + CENT, f"the journal says at least ${bill.low}, paid ${usd}")
        most = bill.high
        self.must(most is not None and usd <= most + CENT, f"journal: at most {most}, paid ${usd}")
        if self.cap is not None:
            self.must(usd <= self.cap + CENT, f"${usd} is above the cap")
        if not self.meddles:
            found = contents(self.root).items()
            strange = [name for name, digest in found if self.expected.files.get(name) != digest]
            self.must(not strange, f"files that are not whole, or nobody's: {strange}")
            self._look_at_pieces()

    def _look_at_pieces(self) -> None:
        """Check that nothing was paid for twice but what the user had bought once more."""
        taken = self.film.pieces()
        twice = {piece for piece, times in taken.items() if times > 1 and not self._may(piece)}
        self.must(not twice, f"paid twice: {twice}, asked for again {self.again}")

    def _may(self, piece: Any) -> bool:
        """Whether *piece* may be paid for again: of a speech that part alone, else its order."""
        if not isinstance(piece, Piece):
            return False
        return (piece.key, piece.part) in self.again or (piece.key, 0) in self.again

    # what happens ---------------------------------------------------------------

    def befall(self) -> None:
        """Kill it some times, perhaps with a user who meddles in between."""
        for desk in self.film.desks:
            calls = self.dice.choice((0, 0, 3, 6, 9))
            desk.troubles.extend(self.dice.choice(_TROUBLES) for _ in range(calls))
        for number in range(self.dice.choice((1, 1, 2, 3, 5))):
            aim = self.dice.choice((any_moment, about_money, about_money))
            moments = sum(map(aim, self.expected.moments)) // (1 + number // 2)
            self.live(self.dice.randrange(moments), aim)
            if self.meddles and self.dice.random() < 0.6:
                self.meddle()

    def finish(self) -> None:
        """Let it be worked on to the end, with a user who answers and follows advice."""
        for _ in range(_LIVES):
            self._answer()
            life = self.live()
            self.film.world.in_doubt = NO_CHOICE
            if life.code is ExitCode.COMPLETE:
                break
            if life.code is ExitCode.MONEY and self.cap is not None:
                self.cap = None if self.dice.random() < 0.5 else self.cap * 1.5
            self._follow(life)
        self.must(life.code is ExitCode.COMPLETE, f"it never ends: {life.code.name}")
        self.must(self.film.world.open().plan().finished, "there is more to do")
        if not self.meddles:
            ledger = read_ledger(self.root)
            self.must(not ledger.in_flight, f"still in flight: {list(ledger.in_flight)}")
            self.must(contents(self.root).keys() == self.expected.files.keys(), "files differ")
            taken = self.film.pieces()
            self.must(taken.keys() == self.expected.pieces.keys(), f"charged for {taken}")

    def _answer(self) -> None:
        """Have bought once more what is in doubt, perhaps."""
        doubtful = [w for w in read_ledger(self.root).in_flight.values() if is_doubtful(w)]
        choice = self.dice.choice((Choice.WAIT, Choice.SKIP, *[Choice.AGAIN] * 3))
        if not doubtful or choice is Choice.WAIT:
            return
        self.film.world.in_doubt = self._adopting(doubtful) or InDoubt(choice=choice)
        if self.film.world.in_doubt.choice is not Choice.AGAIN:
            return
        in_parts = {(work.key, work.part) for work in doubtful}
        whole = {(work.key, 0) for work in doubtful if work.provider == "writer"}
        self.again |= in_parts | whole

    def _adopting(self, doubtful: list[InFlight]) -> InDoubt | None:
        """Return a job of what is in doubt, where its service has one and shows it."""
        known = read_ledger(self.root).jobs
        pieces = self.film.pieces()
        orders = [(desk.name, each) for desk in self.film.voices for each in desk.orders]
        jobs = [
            InDoubt(choice=Choice.ADOPT, job=order.id, key=work.key)
            for work in doubtful
            for name, order in orders
            if (name, order.piece.key, order.piece.part) == (work.provider, work.key, work.part)
            and (name, order.id) not in known
            and pieces[order.piece] == 1  # of several it may be another that is in doubt
        ]
        return jobs[0] if jobs and self.dice.random() < 0.5 else None

    def _follow(self, life: Life) -> None:
        """Do what the errors advise, where that is more than to go on."""
        assert life.outcome is not None
        for _, error in life.outcome.errors:
            if "as they were" in error.advice and self.dice.random() < 0.5:
                self._set_tier(1)
                self.film.world.flags["tts"] = "alto"
            elif found := _KEPT.search(error.message) or _DELETE.search(error.advice):
                (self.root / found[1]).unlink(missing_ok=True)
                self.said.append(f"the user deletes {found[1]}")

    # a user who meddles ---------------------------------------------------------

    def meddle(self) -> None:
        """Do one of the things that users do."""
        act = self.dice.choice(
            (self._lose, self._spoil, self._edit, self._retune, self._switch, self._look_only)
        )
        self.said.append(f"the user: {act.__name__}")
        act()

    def _some(self, folder: str) -> Path | None:
        there = sorted((self.root / ".vidgen" / folder).glob("*"))
        return self.dice.choice(there) if there else None

    def _lose(self) -> None:
        lost = self._some(self.dice.choice(("answers", "requests")))
        if lost is not None:
            self.said.append(f"{lost.name} of {lost.parent.name} is lost")
            lost.unlink()

    def _spoil(self) -> None:
        spoilt = self._some("requests")
        if spoilt is not None:
            spoilt.write_bytes(spoilt.read_bytes()[:-20])

    def _edit(self) -> None:
        for text in self.root.glob("narration_text_*.txt"):
            text.write_text(f"{text.read_text()} And so it ends.")

    def _retune(self) -> None:
        self._set_tier(self.dice.choice((1, 2, 3)))

    def _set_tier(self, tier: int) -> None:
        names = ("writer", "alto", "bass")
        self.film.world.sets = tuple(f"{name}.tier={tier}" for name in names)

    def _switch(self) -> None:
        flags = self.film.world.flags
        flags["tts"] = "bass" if flags["tts"] == "alto" else "alto"

    def _look_only(self) -> None:
        self.live(**self.dice.choice(({"agreed": False}, {"collect": True})))


def teller(seed: int, folder: Path) -> Teller:
    """Return the film of *seed*, which has not begun."""
    dice = random.Random(f"tale {seed}")
    kind = dice.choice(KINDS)
    steps = [(step, part) for step in STEPS.values() for part in (1, 2)]
    tale = Tale(
        kind=kind,
        ways=(dice.choice(WAYS), dice.choice(WAYS)),
        faults=frozenset(each for each in steps if dice.random() < 0.4),
    )
    tale = evolve(tale, costs=random.Random(f"costs {seed}").random() < 0.6)
    film = telling(folder / str(seed), tale, seed=seed, at_once=dice.random() < 0.8)
    expected = told(tale)
    cap = None
    if dice.random() < 0.4:
        cap = round(expected.usd_at_most * dice.choice((0.3, 0.6, 0.9, 1.0, 2.0)), 4)
    return Teller(
        seed=seed,
        dice=dice,
        film=film,
        expected=expected,
        meddles=dice.random() < 0.35,
        cap=cap,
    )
