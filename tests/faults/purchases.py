"""A purchase that meets trouble, and what must be true of it whatever that was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from attrs import field, frozen

from vidgen_core.errors import Billed, ExitCode
from vidgen_core.journal import read_ledger
from vidgen_core.model import Kind
from vidgen_core.probe import Verdict, probe
from vidgen_core.specs import FREE
from vidgen_core.testing.service import Logged, Service

from ..run_directories import everything, visible_files
from .buyers import SMALL
from .forked import Forked, Run
from .network import Case, End
from .wire import Wire

#: How many times as fast waits pass, and how long an answer is waited for where none comes.
_SPEED = 60.0
_SHORT = 3.0
_KINDS = {
    ".mp4": Kind.VIDEO, ".mp3": Kind.AUDIO, ".wav": Kind.AUDIO,
    ".png": Kind.IMAGE, ".jpg": Kind.IMAGE,
}  # fmt: skip
#: What a run may end with that could not do all of it.
_UNFINISHED = {3, 4, 5, 6, 10}


@frozen(kw_only=True)
class Purchase:
    """A *case* that is played with commands of *forked* at *service*, behind *wire*."""

    case: Case
    home: Path
    forked: Forked
    service: Service
    wire: Wire
    said: list[str] = field(factory=list)

    def play(self) -> None:
        """Buy, meet the trouble, let all be well again, and finish: nothing is paid twice."""
        case = self.case
        root = case.buyer.begin(self.home, case.scenes)
        self._prepare()
        first = self._run(root, *case.buyer.words)
        assert self._has_met(), f"it met no trouble: {first.err}"
        self._check_first(root, first)
        before = len(self.orders)
        self._well()
        if case.end is End.KEPT or (case.end is End.TAKEN and first.code):
            kept = self._run(root)
            assert kept.code == ExitCode.FAILED, kept.err
            assert len(self.orders) == before, "what was paid for and kept was bought again"
            return
        asked = self._finish(root)
        self._check_bill(root, asked)
        self._check_idle(root)

    # the trouble --------------------------------------------------------------------------

    def _prepare(self) -> None:
        case = self.case
        if case.lost:
            self.wire.play(case.buyer.routes["order"], "reset")
        if case.prank is not None:
            self.wire.play(case.route, case.prank, at=case.at, times=case.times)
        else:
            self.service.trouble(case.route, case.mode, at=case.at, times=case.times, **case.more)

    def _well(self) -> None:
        self.wire.clear()
        self.service.clear()

    def _has_met(self) -> bool:
        """Whether the trouble came to pass."""
        case = self.case
        if case.prank is not None:
            return self.wire.has_played(case.prank)
        return any(one.trouble == case.mode for one in self.service.requests(case.route))

    @property
    def orders(self) -> list[Logged]:
        """Every order that the service was given."""
        return self.service.requests(self.case.buyer.routes["order"])

    def _run(self, root: Path, *words: str) -> Run:
        stalls = self.case.prank is not None and self.case.prank.then == "stall"
        waiting = self.case.buyer.waiting(_SHORT) if stalls else ()
        ended = self.forked.vidgen(
            *("continue", root, *words, "--yes", *waiting),
            home=self.home,
            environ={**self.service.environment, **SMALL},
            seconds=170,
            speed=_SPEED,
            stall=_SHORT if stalls else 30.0,
        )
        self.said.append(ended.err)
        return ended

    # what must be true ---------------------------------------------------------------------

    def _check_first(self, root: Path, first: Run) -> None:
        case = self.case
        assert first.code in (case.codes or {0, *_UNFINISHED}), first.err
        if first.code:
            assert "vidgen" in first.last or "--" in first.last, f"no advice: {first.err}"
        self._check_files(root)
        orders, bill = len(self.orders), len(self.service.bill)
        if case.end in (End.DOUBT, End.ONCE, End.KEPT, End.LOST, End.FINE) and bill:
            assert orders == bill == 1, "it was ordered again though it may have been taken"
        if case.end is End.DOUBT and not case.buyer.can_find:
            assert first.code == ExitCode.DECISION, first.err
            assert "--in-doubt" in first.err
        if case.end is End.FINE or (case.end is End.ONCE and case.codes == (0,)):
            assert first.code == 0, first.err
        self._check_journal(root)

    def _finish(self, root: Path) -> int:
        """Continue to the end; return how many orders in doubt the user had to decide about."""
        ended = self._run(root)
        asked = 0
        if ended.code == ExitCode.DECISION:
            asked = len([work for work in read_ledger(root).in_flight.values() if not work.job])
            assert asked, ended.err
            assert "--in-doubt" in ended.err
            assert not self.case.buyer.can_find, ended.err
            ended = self._run(root, "--in-doubt", "again")
        assert ended.code == 0, ended.err
        return asked

    def _check_bill(self, root: Path, asked: int) -> None:
        case, bill = self.case, self.service.bill
        self._check_files(root)
        self._check_journal(root)
        ledger = read_ledger(root)
        assert not ledger.in_flight
        takes = {(charge.key, charge.take) for charge in ledger.charges}
        more = 1 if case.end is End.TAKEN else 0  # an order may have two answers
        assert len(bill) <= len(takes) + more, "more was charged than was ever meant to be bought"
        pieces, charged = case.scenes, len(bill)
        if case.end in (End.LOST, End.TAKEN):
            assert charged in (pieces, pieces + 1)
        else:
            assert pieces <= charged <= pieces + asked, [one.what for one in bill]
        # Of one piece only the last take counts as more than what may have been charged.
        sure = Counter(c.key for c in ledger.charges if c.billed is Billed.YES)
        limit = 2 if case.end in (End.LOST, End.TAKEN) else 1
        assert all(count <= limit for count in sure.values()), sure

    def _check_journal(self, root: Path) -> None:
        """The bill lies between the journal's sums, and each job that was told is on record."""
        ledger = read_ledger(root)
        price = sum((charge.bounds for charge in ledger.charges), FREE)
        assert price.high is not None
        usd = float(self.service.summed_bill()["usd"])
        assert price.low - 0.005 <= usd <= price.high + 0.005, (price, usd)
        asked = [one for one in self.service.requests() if one.method == "GET"]
        known = {job for _, job in ledger.jobs}
        for job in self.service.jobs:
            if any(job.id in one.path and "asset" not in one.route for one in asked):
                assert job.id in known, f"{job.id} was asked about and is not on record"

    def _check_files(self, root: Path) -> None:
        """Under the names of outputs there is nothing but what is whole."""
        for name, path in visible_files(root).items():
            kind = _KINDS.get(path.suffix)
            if kind is not None:
                assert probe(path, kind).verdict is Verdict.WHOLE, name
        left = [path for path in (root / ".vidgen/tmp").rglob("*") if path.is_file()]
        assert left == [], "unfinished work is left where no run is at work"
        assert not list(self.home.rglob("hacked"))

    def _check_idle(self, root: Path) -> None:
        """A finished film asks nobody for anything, and not a byte of it changes."""
        before, asked = everything(root), len(self.service.requests())
        assert self._run(root).code == 0
        assert everything(root) == before
        assert len(self.service.requests()) == asked
