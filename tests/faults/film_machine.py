"""Everything that may befall a film, in any order: what hypothesis chooses from."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from vidgen_core import layout
from vidgen_core.errors import ExitCode, JournalDamaged
from vidgen_core.journal import SCHEMA, read_ledger
from vidgen_core.model import Key
from vidgen_core.retake import unfinished
from vidgen_core.rundir import RunDirectory

from ..journal_records import rewritten
from ..run_directories import contents, everything
from ..run_paths import TS
from ..sweep.machine import about_money, any_moment
from ..sweep.shop import TRAITS, Order
from .invariants import Watcher, clip_key
from .lifetimes import ENGINES, PLAIN, Ended, Kill, World
from .market import digest

PAID = ("first", "second")
SCENES = f"scenes_{TS}.json"

#: Most commands are killed, half of them near the moment at which money goes.
KILLED = st.one_of(
    st.builds(Kill, last=st.integers(0, 160), aim=st.just(any_moment)),
    st.builds(Kill, last=st.integers(0, 40), aim=st.just(about_money)),
)
KILLS = st.one_of(st.none(), KILLED, KILLED)
ANSWERS = st.sampled_from(("", "", "again", "skip", "wait", "adopt"))
#: A film has few files: this chooses one of them.
WHICH = st.integers(0, 40)


class FilmMachine(RuleBasedStateMachine):
    """One film, from its scenes file to its end."""

    #: Where directories are made.
    place: ClassVar[Path]
    #: What was done in all, for the counts.
    done: ClassVar[dict[str, int]]

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(dir=self.place)
        self.began = False
        self.untouched = True
        self.edits = 0
        self.redone: set[int] = set()
        self.spoilt_orders: set[str] = set()

    @initialize(
        seconds=st.sampled_from(((1, 1), (1, 2), (2, 1), (3,))),
        traits=st.permutations(TRAITS).map(lambda traits: (traits[0], traits[1])),
        kill=KILLED,
    )
    def begin(self, seconds: tuple[int, ...], traits: tuple[str, str], kill: Kill | None) -> None:
        """A run, which is killed or not."""
        self.world = World(Path(self._folder.name), seconds, traits)
        self.watcher = Watcher(self.world)
        self.began = True
        self.vidgen("continue", "--yes", "--engine", "first", *PLAIN, kill=kill)

    @invariant()
    def all_holds(self) -> None:
        if self.began:
            self.watcher.look()

    def teardown(self) -> None:
        try:
            if self.began and sys.exc_info()[0] is None:
                self.comes_to_its_end()
        finally:
            self.close()

    def close(self) -> None:
        """Count what was done, and leave nothing behind."""
        if self.began:
            self.world.close()
            self.done["films"] += 1
            self.done["commands"] += self.world.lives
            self.done["kills"] += self.world.kills
            self.done["orders"] += len(list(self.orders()))
        self._folder.cleanup()

    # commands -----------------------------------------------------------------

    def vidgen(
        self,
        command: str,
        *options: str,
        redone: tuple[int, ...] = (),
        kill: Kill | None = None,
        stop_after: float | None = None,
    ) -> Ended:
        before = self.watcher.before()
        undone = self.undone()
        ended = self.world.vidgen(command, *options, kill=kill, stop_after=stop_after)
        self.watcher.look_at(ended, before, redone, undone)
        return ended

    def undone(self) -> set[Key]:
        """The clips that an undo which was killed moves away for good: the next run does first."""
        root = self.world.root
        try:
            ledger = read_ledger(root)
        except JournalDamaged:  # a newer vidgen's, for the moment
            return set()
        if ledger.retake is None or not unfinished(RunDirectory(root), ledger):
            return set()
        return set(filter(None, map(clip_key, ledger.retake.leaving)))

    @rule(engine=st.sampled_from(ENGINES), answer=ANSWERS, kill=KILLS)
    def continues(self, engine: str, answer: str, kill: Kill | None = None) -> None:
        self.vidgen("continue", "--yes", "--engine", engine, *PLAIN, *self.says(answer), kill=kill)

    @rule(answer=ANSWERS, kill=KILLS)
    def goes_on(self, answer: str, kill: Kill | None = None) -> None:
        """Without a word about who works."""
        self.vidgen("continue", "--yes", *PLAIN, *self.says(answer), kill=kill)

    @rule(engine=st.sampled_from(PAID), seconds=st.floats(1, 90))
    def is_interrupted(self, engine: str, seconds: float) -> None:
        self.vidgen("continue", "--yes", "--engine", engine, *PLAIN, stop_after=seconds)

    @rule(engine=st.sampled_from(PAID), usd=st.floats(0.2, 4))
    def has_a_limit(self, engine: str, usd: float) -> None:
        spent = self.world.usd
        self.vidgen("continue", f"--max-cost={usd:.2f}", "--engine", engine, *PLAIN)
        above = self.world.usd > max(spent, round(usd, 2)) + 0.001
        assert not above, f"${self.world.usd} are spent, and {usd:.2f} was the limit"

    @rule()
    def may_not_buy(self) -> None:
        spent = len(list(self.orders()))
        self.vidgen("continue", "--no-input", *PLAIN)
        assert len(list(self.orders())) == spent, "bought, and nobody agreed"

    @rule(scene=st.integers(1, 2), engine=st.sampled_from(("", *ENGINES)), kill=KILLS)
    def redoes(self, scene: int, engine: str, kill: Kill | None = None) -> None:
        if scene > len(self.world.seconds):
            return
        who = ("--engine", engine) if engine else ()
        self.concede(self.spoilt(scene))
        self.untouched = False
        redone = self.vidgen(
            "redo", "--scene", str(scene), "--yes", *who, kill=kill, redone=(scene,)
        )
        if redone.killed or redone.code not in (2, 10):
            self.redone.add(scene)

    @rule(kill=KILLS)
    def undoes(self, kill: Kill | None = None) -> None:
        self.untouched = False
        self.vidgen("undo", kill=kill)
        # What is in doubt of them is not asked about any more.
        self.concede(order for order in self.unknown() if order.key.scene in self.redone)

    @rule(kill=KILLS)
    def collects(self, kill: Kill | None = None) -> None:
        count = len(list(self.orders()))
        self.vidgen("collect", kill=kill)
        assert len(list(self.orders())) == count, "collect bought something"

    @rule(command=st.sampled_from(("status", "cost")))
    def looks(self, command: str) -> None:
        before = self.watcher.before()
        ended = self.vidgen(command)
        assert self.world.calls == before.calls, f"{ended} called a service"
        assert everything(self.world.root) == before.tree, f"{ended} wrote something"

    @precondition(lambda self: b"\n" in self.world.journal())
    @rule(command=st.sampled_from(("continue", "redo", "undo", "collect", "status", "cost")))
    def meets_what_a_newer_vidgen_wrote(self, command: str) -> None:
        """It is refused, and put right by the user."""
        path = self.world.root / layout.JOURNAL
        ours = path.read_bytes()
        first, *rest = ours.splitlines(keepends=True)
        path.write_bytes(rewritten(first, schema=SCHEMA + 1, vidgen="9.9") + b"".join(rest))
        options = {"continue": ("--yes", *PLAIN), "redo": ("--scene", "1", "--yes")}
        before = self.watcher.before()
        ended = self.vidgen(command, *options.get(command, ()))
        assert ended.code == ExitCode.DECISION, f"I11: {ended}\n{ended.err}"
        assert "newer vidgen (9.9)" in ended.err, f"I11: {ended}\n{ended.err}"
        assert self.world.calls == before.calls, f"I11: {ended} called a service"
        assert everything(self.world.root) == before.tree, f"I11: {ended} wrote something"
        path.write_bytes(ours)

    def says(self, answer: str) -> tuple[str, ...]:
        """Return the option with the user's *answer* about what is in doubt."""
        if answer == "adopt":
            found = next(self.unknown(), None)
            if found is None:
                return ()
            key = f"{found.key.step.value}-{found.key.scene}-{found.key.clip}"
            return ("--in-doubt", f"adopt={key}:{found.id}")
        if answer == "again":
            self.concede(self.unknown())
        return ("--in-doubt", answer) if answer else ()

    # orders -------------------------------------------------------------------

    def orders(self) -> Iterator[Order]:
        for market in self.world.markets.values():
            yield from market.orders

    def unknown(self) -> Iterator[Order]:
        """What a service has, of which the journal knows no id."""
        known = {id for _, id in read_ledger(self.world.root).jobs}
        return (order for order in self.orders() if order.id not in known)

    def concede(self, orders: Iterable[Order]) -> None:
        """Let what was ordered with *orders* be ordered once more."""
        for order in list(orders):
            self.world.market_of(order.id).fate.setdefault(order.id, "conceded")

    def spoilt(self, scene: int | None = None) -> Iterator[Order]:
        """What was delivered, was spoilt, and is still to be fetched again."""
        for order in self.orders():
            if order.id in self.spoilt_orders and scene in (None, order.key.scene):
                yield order

    # the user, and what befalls the files ---------------------------------------

    def film_files(self) -> list[str]:
        """The files but the scenes file."""
        return sorted(contents(self.world.root).keys() - {SCENES} - self.watcher.own)

    @rule(scene=st.integers(1, 3))
    def edits_a_prompt(self, scene: int) -> None:
        path = self.world.root / SCENES
        scenes = json.loads(path.read_bytes())
        if scene > len(scenes):
            return
        self.edits += 1
        scenes[scene - 1]["scene_movement_description"] = f"boat {scene} turns, {self.edits}"
        path.write_bytes(self.world.known.add(json.dumps(scenes, indent=2).encode()))

    @precondition(lambda self: self.film_files())
    @rule(which=WHICH)
    def deletes(self, which: int) -> None:
        name = self.choose(which)
        (self.world.root / name).unlink()
        if (key := clip_key(name)) is not None:  # a clip that is deleted is asked for anew
            self.concede(order for order in self.spoilt() if order.key == key)

    @precondition(lambda self: self.film_files())
    @rule(which=WHICH, part=st.sampled_from((0.0, 0.5, 0.9)))
    def spoils(self, which: int, part: float) -> None:
        path = self.world.root / self.choose(which)
        content = path.read_bytes()
        short = content[: int(len(content) * part)]
        path.write_bytes(short)
        self.watcher.spoilt.add(digest(short))
        for order in self.orders():
            market = self.world.market_of(order.id)
            delivered = market.fate.get(order.id) == "delivered"
            can_be_asked = market.name in self.world.installed
            if delivered and can_be_asked and digest(content) == digest(market.content(order)):
                del market.fate[order.id]  # it can be fetched again, for nothing
                self.spoilt_orders.add(order.id)

    @precondition(lambda self: self.film_files())
    @rule(which=WHICH, near=st.booleans())
    def renames(self, which: int, near: bool) -> None:
        """To a name that means nothing, or to one that vidgen asks about."""
        path = self.world.root / self.choose(which)
        key = clip_key(path.name)
        scene = f"scene_{key.scene}_" if near and key else ""
        other = f"{scene}spare {len(self.watcher.own)}{path.suffix}.old"
        other = other.removesuffix(".old") if path.suffix == ".mp4" else other
        path.rename(self.world.root / other)
        self.watcher.own.add(other)
        if key is not None:
            self.concede(order for order in self.spoilt() if order.key == key)

    def choose(self, which: int) -> str:
        """Return one of the film's files."""
        self.untouched = False
        files = self.film_files()
        return files[which % len(files)]

    @rule(copies=st.booleans(), keeps=st.booleans())
    def moves_the_directory(self, copies: bool, keeps: bool) -> None:
        """Rename the directory, or go on with a copy: the old one stays as it is, or goes."""
        old = self.world.root
        new = old.with_name(f"video_{TS} {self.world.lives} {len(self.watcher.outside)}")
        if new.exists():
            return
        if not copies:
            old.rename(new)
        else:
            shutil.copytree(old, new, copy_function=shutil.copyfile if keeps else shutil.copy2)
            if keeps:
                self.watcher.outside[old] = everything(old)
            else:
                shutil.rmtree(old)
        self.world.root = new

    # the services -----------------------------------------------------------------

    @rule(engine=st.sampled_from(PAID), right=st.booleans())
    def changes_a_key(self, engine: str, right: bool) -> None:
        good = self.world.markets[engine].key
        self.world.give_key(engine, good if right else f"wr0ng-key-of-{engine}-0123")

    @rule(engine=st.sampled_from(ENGINES), there=st.booleans())
    def changes_what_is_installed(self, engine: str, there: bool) -> None:
        if there:
            self.world.installed.add(engine)
        else:
            self.world.installed.discard(engine)
            # Whom nobody can ask for what it delivered is not waited for.
            self.concede(order for order in self.spoilt() if order.id.startswith(engine))

    @rule(hours=st.sampled_from((0.01, 1, 12, 30)))
    def time_passes(self, hours: float) -> None:
        self.world.past += hours * 3600

    @rule(engine=st.sampled_from(PAID), trouble=st.sampled_from(("loses", "fails", "empty")))
    def is_in_trouble(self, engine: str, trouble: str) -> None:
        market = self.world.markets[engine]
        match trouble:
            case "loses":
                market.loses = 1
            case "fails":
                market.fails = 1
            case "empty":
                market.empty = not market.empty

    # the end -------------------------------------------------------------------------

    def comes_to_its_end(self) -> None:
        """Put everything right, let the film be finished, and look at it."""
        world = self.world
        world.installed.update(ENGINES)
        for market in world.markets.values():
            world.give_key(market.name, market.key)
            market.loses, market.fails, market.empty = 0, 0, False
        for name in self.watcher.own:
            (world.root / name).unlink()
        self.watcher.own.clear()
        said = []
        for _ in range(6):
            answer = self.says("again")
            ended = self.vidgen("continue", "--yes", "--engine", "first", *PLAIN, *answer)
            self.watcher.look()
            said.append(f"{ended}\n{ended.err}")
            if ended.code == 0:
                break
        assert ended.code == 0, "I5: it does not come to its end\n" + "\n".join(said)
        self.watcher.look_at_whole(untouched=self.untouched)
        before = self.watcher.before()
        ended = self.vidgen("continue", "--yes", *PLAIN)
        assert ended.code == 0, f"I6: {ended}\n{ended.err}"
        assert world.calls == before.calls, "I6: a finished film calls a service"
        assert everything(world.root) == before.tree, "I6: a finished film is written to"
