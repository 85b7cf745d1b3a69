"""Films from the corner shop, the commands that make them, and what must hold meanwhile.

The shop (``tests/data/corner-shop``) is installed as pip would; its books outlive the
processes that order there. A film is made once without a fault. What comes of it with one
is compared with that, and the journal with the books.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from vidgen_core import layout
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import Ledger

from ..command_line import Ended, vidgen
from ..plugins.distributions import write_distribution
from ..run_directories import begin, contents, everything, picture, sound, video
from ..run_paths import FILM, TS
from .forked import Forked
from .small_films import AGAIN, CONTINUE, Command, Film

SHOP = Path(__file__).parents[1] / "data" / "corner-shop" / "corner_shop.py"
#: The key with which the shop is paid: no byte of it may be found anywhere.
CANARY = "corner-canary-0815-4711"
KILLED = -9
#: What a process that begins commands of these films loads beforehand.
MODULES = (
    "corner_shop",
    "vidgen_core.cli.redo_command",
    "vidgen_core.cli.undo_command",
    "vidgen_core.executor.preview",
    "vidgen_core.stitch",
    "av.subtitles.stream",
    "ffmpeg",
    "imageio_ffmpeg",
    "platformdirs.unix",
    "pysubs2",
    "tomli_w",
    "fontTools.ttLib",
    "vidgen_local.engine",
    "vidgen_local.script",
    "vidgen_local.voice",
)

#: Sums of prices are not exact in binary.
_CENT = 0.001
#: How often a user goes on before the film must be there.
_TURNS = 6
#: Nobody waits for the shop: what is ordered there is done at once.
_SPEED = 100.0
_SCRIPT = "A boat.\n"
#: What lies in vidgen's own folder, beside what is unfinished and what was replaced.
_STATE = re.compile(
    r"(lock|journal\.jsonl|settings\.toml|probes\.json|patterns\.json"
    r"|requests/[a-z0-9-]+\.json|answers/[a-z0-9-]+)(\.new)?"
)
#: What tells a user how to go on.
_NEXT = re.compile(r"\bvidgen (continue|redo|undo|generate)\b|--in-doubt|the same command again")
_TIMESTAMP = re.compile(r"\d{8}_\d{6}")


def install_shop(site: Path) -> None:
    """Have the corner shop installed in the folder *site*."""
    site.mkdir()
    write_distribution(site, "corner-shop", SHOP.read_text("utf-8"), version="0.6")


def _stock(folder: Path) -> None:
    """Fill the *folder* of a case: a shop with goods, a home, a place for runs."""
    for name in ("shop", "home", "runs", "tmp"):
        (folder / name).mkdir(parents=True)
    for number in (1, 2):
        (folder / "shop" / f"clip-{number}.mp4").write_bytes(video(number, 1.0))
    (folder / "shop" / "long.mp4").write_bytes(video(4, 10.0))
    (folder / "shop" / "speech.mp3").write_bytes(sound(0.15))
    (folder / "script.txt").write_text(_SCRIPT)
    (folder / "picture.jpg").write_bytes(picture(3))


@define(kw_only=True, eq=False)
class Corner:
    """One film in *folder*, the shop's books beside it, and the user who types commands.

    ``whole``: what each file may be by its name, a digest; ``None`` where that is not known yet.
    """

    film: Film
    folder: Path
    site: Path
    forked: Forked | None
    whole: Mapping[str, set[str]] | None = None
    again: int = field(default=0, init=False)
    told: list[str] = field(factory=list, init=False)
    _bought: bool = field(default=False, init=False)

    # what there is --------------------------------------------------------

    @property
    def root(self) -> Path | None:
        """The run directory; ``None`` while there is none that can be continued."""
        for root in sorted((self.folder / "runs").iterdir()):
            if any((*root.glob("scenes_*.json"), *root.glob("script_*.txt"))):
                return root
        return None

    def orders(self) -> list[dict[str, Any]]:
        """What the shop has charged."""
        return self._book("orders")

    def _book(self, name: str) -> list[dict[str, Any]]:
        path = self.folder / "shop" / f"{name}.jsonl"
        return list(map(json.loads, path.read_bytes().splitlines())) if path.exists() else []

    def files(self) -> dict[str, str]:
        """The digest of each file of the film, by its name for any timestamp."""
        if self.root is None:
            return {}
        return {_TIMESTAMP.sub("TS", name): found for name, found in contents(self.root).items()}

    def kept(self) -> set[str]:
        """The digest of every file, wherever in the run directory it lies."""
        paths = (path for path in (self.folder / "runs").rglob("*") if path.is_file())
        return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    # what the user types --------------------------------------------------

    def begin(self) -> None:
        """Make what the film begins with, and go through the commands before."""
        _stock(self.folder)
        if self.film.scenes:
            begin(self.folder / "runs", self.film.written())
        for fault, words in self.film.before:
            ended = self.type(*words, fault=fault)
            self.must(ended.code == (KILLED if fault else 0), ended.err)
        if self.film.broken:
            root = self.folder / "runs" / f"video_{TS}"
            whole = (root / self.film.broken).read_bytes()
            (root / self.film.broken).write_bytes(whole[: len(whole) // 2])
            (root / FILM).unlink()

    def type(self, *words: str, fault: str = "") -> Ended:
        """Run a command: ``DIR``, ``RUNS``, ``SCRIPT`` and ``PICTURE`` stand for paths."""
        folder, home = self.folder, self.folder / "home"
        paths = {"DIR": self.root, "RUNS": folder / "runs"}
        paths |= {"SCRIPT": folder / "script.txt", "PICTURE": folder / "picture.jpg"}
        arguments = [str(paths.get(word, word)) for word in words]
        arguments += self.film.options if words[0] == "continue" else ()
        arguments += () if words[0] == "undo" else ("--jobs", "1", "--yes")
        own = {
            "CORNER_SHOP": str(folder / "shop"),
            "CORNER_SHOP_KEY": CANARY,
            "PYTHONPATH": str(self.site),
            "TMPDIR": str(folder / "tmp"),
        }
        own |= {"VIDGEN_FAULT": fault} if fault else {}
        orders = self.orders()
        if self.forked is None:
            ended = vidgen(*arguments, home=home, environ=own)
        else:
            stop = "vidgen: hangs at" if fault.startswith("hang@") else ""
            ended = self.forked.vidgen(
                *arguments, home=home, environ=own, seconds=300, speed=_SPEED, stop_at=stop
            )
        self._bought = self.orders() != orders
        self.told.append(f"{' '.join(words)} {fault}: {ended.code} {ended.last}")
        return ended

    def command(self, fault: str = "") -> Ended:
        """Run the command that is looked at."""
        return self.type(*self.film.command, fault=fault)

    def go_on(self, *, looks: bool) -> None:
        """Type what a user would until the film is there; *looks*: into the shop's account."""
        answer: Command = ()
        for _ in range(_TURNS):
            ended = self.type(*CONTINUE, *answer) if self.root else self.command()
            self.look(ended)
            if ended.code == 0:
                return
            answer = self._answer(looks=looks) if ended.code == 10 else ()
        self.must(False, "I5: it is not finished")

    def _answer(self, *, looks: bool) -> Command:
        """Say what became of what is in doubt."""
        assert self.root is not None
        doubtful = [work for work in read_ledger(self.root).in_flight.values() if work.is_doubtful]
        self.must(bool(doubtful), "I10: a question, and nothing is in doubt")
        self.must(not self.film.asked, "I3: a question that the shop can answer")
        jobs = sorted(self._jobs_taken() - self._jobs_known())
        if looks and jobs:
            return ("--in-doubt", f"adopt={jobs[0]}")
        self.again += 1
        return ("--in-doubt", "again")

    def _jobs_taken(self) -> set[str]:
        """The jobs in the shop's books; the voice answers at once and keeps none."""
        return {order["id"] for order in self.orders() if order["by"] != "corner-voice"}

    def _jobs_known(self) -> set[str]:
        assert self.root is not None
        lines = (self.root / layout.JOURNAL).read_bytes().rpartition(b"\n")[0].splitlines()
        return {json.loads(line).get("job", "") for line in lines}

    # what must hold -------------------------------------------------------

    def must(self, fact: bool, what: str) -> None:
        """Fail with all that was typed."""
        assert fact, "\n".join((what, f"the film: {self.film}", *self.told))

    def look(self, ended: Ended) -> None:
        """Check what must hold after any command."""
        self._look_outside()
        self._look_for_secrets(ended)
        self._look_at_words(ended)
        if self.root is None:
            self.must(not self.orders(), "I3: it was bought for no run")
            return
        self._look_at_names(self.root)
        self._look_at_bill(read_ledger(self.root))

    def _look_outside(self) -> None:
        made = {"shop", "home", "runs", "tmp", "script.txt", "picture.jpg"}
        there = {path.name for path in self.folder.iterdir()}
        self.must(there <= made, f"I9: {there - made} beside the runs")
        strays = [*(self.folder / "tmp").iterdir(), *(self.folder / "home").rglob("*")]
        self.must(not strays, f"I9: {strays}")
        for run in (self.folder / "runs").iterdir():
            if run != self.root:  # one that was killed before it had its script
                left = {path.name.partition("_2")[0] for path in run.iterdir()}
                self.must(left <= {layout.STATE, "initial_image"}, f"I2: {left} in {run}")

    def _look_for_secrets(self, ended: Ended) -> None:
        self.must(CANARY not in ended.out + ended.err, "I8: a key is shown")
        for path in self.folder.rglob("*"):
            if path.is_file():
                self.must(CANARY.encode() not in path.read_bytes(), f"I8: a key in {path}")

    def _look_at_words(self, ended: Ended) -> None:
        if ended.code in (0, KILLED):
            return
        said = ended.out + ended.err
        for mishap in ("Traceback (most recent call last)", "bug in vidgen", "Warning:"):
            self.must(mishap not in said, f"I10: {ended.err}")
        last = " ".join(ended.err.strip().splitlines()[-2:])
        self.must(bool(_NEXT.search(last)), f"I10: what is to be typed after {last}?")
        self.must("charged" in last or not self._bought, f"I10: what was charged? {last}")

    def _look_at_names(self, root: Path) -> None:
        state = root / layout.STATE
        for path in state.rglob("*"):
            name = path.relative_to(state).as_posix()
            if path.is_file() and not name.startswith(("tmp/", "replaced/")):
                self.must(_STATE.fullmatch(name) is not None, f"I2: .vidgen/{name}")
        if self.whole is not None:
            for name, found in self.files().items():
                self.must(found in self.whole.get(name, ()), f"I1: {name} is not whole")

    def _look_at_bill(self, ledger: Ledger) -> None:
        self.must(not ledger.damage, ledger.damage)
        orders, low, high = self.orders(), ledger.bill.low, ledger.bill.high
        usd = sum(order["usd"] for order in orders)
        self.must(low <= usd + _CENT, f"I12: at least ${low} says the journal, ${usd} the bill")
        most = float("inf") if high is None else high
        self.must(usd <= most + _CENT, f"I12: at most ${most} says the journal, ${usd} the bill")
        times = Counter((order["by"], order["scene"], order.get("clip")) for order in orders)
        allowed = 1 + max(ledger.redone.values(), default=0) + self._bought_again
        self.must(max(times.values(), default=0) <= allowed, f"I3: paid twice: {times}")

    @property
    def _bought_again(self) -> int:
        """How often the user said that what is in doubt is bought once more."""
        return self.again + (self.film.command == AGAIN)

    def look_at_the_end(self, ends: Sequence[Mapping[str, str]]) -> None:
        """Check a film of which vidgen said that it is finished: one of *ends*, and it stays so."""
        found, root, end = self.files(), self.root, ends[-1]
        assert root is not None
        other = sorted(
            each for each in found.keys() | end.keys() if found.get(each) != end.get(each)
        )
        self.must(found in ends, f"I5: otherwise than without a fault: {other}")
        ledger = read_ledger(root)
        self.must(not ledger.in_flight, f"I5: still in flight: {list(ledger.in_flight)}")
        if not self._bought_again:
            unknown = self._jobs_taken() - self._jobs_known()
            self.must(not unknown, f"I4: the journal does not know {unknown}")
        before, calls = everything(self.folder / "runs"), self._book("calls")
        ended = self.type(*CONTINUE)
        self.must(ended.code == 0, "I6: it is finished, and does not say so")
        self.must(everything(self.folder / "runs") == before, "I6: something was written")
        self.must(self._book("calls") == calls, "I6: a provider was called")


@define(kw_only=True, eq=False)
class Undisturbed:
    """A film before and after its command, which nothing disturbed.

    ``visits``: the points that the command came to, ``POINT#VISIT`` each, in their order.
    ``ends``: the files that may be there in the end; after a ``redo`` or ``undo`` that was
    killed before it began, those of before, too.
    """

    film: Film
    folder: Path
    site: Path
    forked: Forked
    visits: list[str] = field(factory=list, init=False)
    ends: list[dict[str, str]] = field(factory=list, init=False)
    whole: dict[str, set[str]] = field(factory=dict, init=False)
    _kept: set[str] = field(factory=set, init=False)

    def make(self) -> Undisturbed:
        """Make it."""
        start = self._corner("start", self.forked)
        start.begin()
        self._kept = set(start.files().values())
        end, trace = self._copy("end", self.forked), self.folder / "trace"
        ended = end.command(f"trace@{trace}")
        end.must(ended.code == 0, ended.err)
        end.look(ended)
        self.visits = trace.read_text().split()
        was_there = [start.files()] if self.film.command[0] in ("redo", "undo") else []
        self.ends = [*was_there, end.files()]
        for state in (start.files(), end.files()):
            for name, found in state.items():
                self.whole.setdefault(name, set()).add(found)
        end.look_at_the_end(self.ends)
        return self

    def _corner(self, name: str, forked: Forked | None) -> Corner:
        return Corner(film=self.film, folder=self.folder / name, site=self.site, forked=forked)

    def _copy(self, name: str, forked: Forked | None) -> Corner:
        shutil.copytree(self.folder / "start", self.folder / name, symlinks=True)
        return self._corner(name, forked)

    def disturb(self, fault: str, *, looks: bool, real: bool = False) -> Ended:
        """Run the command with *fault*, then what a user types, and check all that must hold.

        *real*: by the command itself, without a process that has it loaded already.
        """
        corner = self._copy("disturbed", None if real else self.forked)
        corner.whole = self.whole
        try:
            ended = corner.command(fault)
            corner.look(ended)
            corner.go_on(looks=looks)
            corner.look_at_the_end(self.ends)
            lost = self._kept - corner.kept()
            corner.must(not lost, f"I7: {len(lost)} files are gone")
        finally:
            shutil.rmtree(corner.folder)
        return ended
