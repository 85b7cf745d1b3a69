"""What must hold after every step of a film's life, whatever befell it (I1 to I12).

Each check raises ``AssertionError`` and begins with the number of what it protects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from attrs import define, field

from vidgen_core import layout
from vidgen_core.journal import read_ledger
from vidgen_core.ledger import Ledger
from vidgen_core.model import Key, Step

from ..run_directories import Seen, contents, everything
from ..run_paths import FILM, TS, clip_path, video_path
from ..sweep.shop import Order
from .lifetimes import Ended, World
from .market import digest, mark_of

#: Sums of prices are not exact in binary.
CENT = 0.001
#: What lies in vidgen's own folder beside what is moved aside and what is unfinished.
_STATE = re.compile(
    r"(lock|journal\.jsonl|settings\.toml|probes\.json|patterns\.json"
    r"|requests/[a-z0-9-]+\.json|answers/[a-z0-9-]+)(\.new)?"
)
#: Files of a film that was made in one go, by what they are called.
_NAMES = re.compile(
    rf"scenes_{TS}\.json|{FILM}|scene_\d_{TS}\.mp4"
    rf"|scene_(\d)_all_vid_{TS}/scene_\1_(vid_\d_{TS}\.mp4|(vid_\d_)?last_frame\.jpg)"
)


@define(eq=False)
class Before:
    """What there was before a command: each file's digest, and each order."""

    files: dict[str, str]
    orders: dict[str, Order]
    calls: int
    tree: dict[bytes, Seen]
    scratch: set[Path]


@define(eq=False)
class Watcher:
    """Compares a film's directory with the services' books, before and after a command.

    ``own``: files that the user put under names of their own; ``spoilt``: the digests of
    those that somebody cut or emptied. ``outside``: what lies beside the directory and must
    not change.
    """

    world: World
    own: set[str] = field(factory=set)
    spoilt: set[str] = field(factory=set)
    outside: dict[Path, dict[bytes, Seen]] = field(factory=dict)

    def before(self) -> Before:
        """Take note of everything."""
        world = self.world
        return Before(
            files=world.files(),
            orders={order.id: order for order in self._orders()},
            calls=world.calls,
            tree=everything(world.root),
            scratch=self._scratch(),
        )

    def _scratch(self) -> set[Path]:
        folder = self.world.root / layout.TEMPORARY
        found = folder.rglob("*") if folder.is_dir() else ()
        return {path.relative_to(folder) for path in found if path.is_file()}

    def _orders(self) -> Iterator[Order]:
        for market in self.world.markets.values():
            yield from market.orders

    # after each step ----------------------------------------------------------

    def look(self) -> None:
        """Check what must hold at any time."""
        files = self.world.files()
        self._look_at_names(files)
        self._look_at_state()
        self._look_for_secrets()
        self._look_outside()
        self._look_at_bill()
        for market in self.world.markets.values():
            assert not market.faults, market.faults

    def _look_at_names(self, files: dict[str, str]) -> None:
        for name, found in files.items():
            if name.startswith(f"{layout.REPLACED}/") or name in self.own:
                continue
            whole = found in self.world.known.digests or found in self.spoilt
            assert whole, f"I1: {name} is not whole"
            assert _NAMES.fullmatch(name), f"I2: {name} is no name of the film's"

    def _look_at_state(self) -> None:
        state = self.world.root / layout.STATE
        for path in state.rglob("*") if state.is_dir() else ():
            name = path.relative_to(state).as_posix()
            if path.is_dir() or name.startswith(("tmp/", "replaced/")):
                continue
            assert _STATE.fullmatch(name), f"I2: .vidgen/{name}"
            if path.suffix == ".json":
                json.loads(path.read_bytes())

    def _look_for_secrets(self) -> None:
        secrets = [b"s3cret-of-", b"wr0ng-key-"]
        for path in self.world.folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not any(secret in content for secret in secrets), f"I8: a key in {path}"

    def _look_outside(self) -> None:
        for folder, tree in self.outside.items():
            assert everything(folder) == tree, f"I9: {folder} was changed"
        home = {path.name for path in self.world.folder.iterdir()}
        assert home <= {"films"}, f"I9: {home}"
        ours = {*self.outside, self.world.root}
        assert set((self.world.folder / "films").iterdir()) == ours, "I9: a folder of nobody's"

    def _look_at_bill(self) -> None:
        ledger = read_ledger(self.world.root)
        assert not ledger.damage, ledger.damage
        low, high, usd = ledger.bill.low, ledger.bill.high, self.world.usd
        told = usd + sum(self._not_told(ledger))
        assert low <= told + CENT, f"I12: the journal says at least ${low}, the bill is ${usd}"
        most = "nobody knows" if high is None else high
        assert high is None or usd <= high + CENT, f"I12: at most ${most}, and it is ${usd}"

    def _not_told(self, ledger: Ledger) -> Iterator[float]:
        """Yield what was given back for jobs that a killed process had no time to hear of."""
        jobs = {work.job for work in ledger.in_flight.values()}
        for market in self.world.markets.values():
            yield from (usd for job, usd in market.refunds.items() if job in jobs)

    # after a command ----------------------------------------------------------

    def look_at(
        self,
        ended: Ended,
        before: Before,
        redone: Iterable[int] = (),
        undone: Collection[Key] = (),
    ) -> None:
        """Check what a command did; it was allowed to make the scenes *redone* again.

        So it was what an interrupted undo is to move away, *undone*.
        """
        lost = set(before.files.values()) - set(self.world.files().values())
        gone = [name for name, found in before.files.items() if found in lost]
        assert not gone, f"I7: {gone} are gone after {ended}"
        self._look_at_orders(ended, before, set(redone), undone)
        self._settle()
        if not ended.killed:
            self._look_at_end(ended, before)

    def _look_at_orders(
        self, ended: Ended, before: Before, redone: set[int], undone: Collection[Key]
    ) -> None:
        for order in self._orders():
            if order.id in before.orders:
                continue
            earlier = [
                each.id
                for each in self._orders()
                if each.key == order.key and each.id != order.id and not self._fate(each)
            ]
            assert not earlier, f"I3: {ended} ordered {order.id} beside {earlier}, {order.key}"
            scene = order.key.scene
            assert scene is not None
            if scene not in redone and order.key not in undone:
                there = self._stood(before, order.key)
                assert not there, f"I3: {ended} ordered {order.id}, and {there} was there"

    def _fate(self, order: Order) -> str:
        return self.world.market_of(order.id).fate.get(order.id, "")

    def _stood(self, before: Before, key: Key) -> str:
        """Return the whole file that *key* or its scene had before; empty for none."""
        assert key.scene is not None
        assert key.clip is not None
        for name in (clip_path(key.scene, key.clip), video_path(key.scene)):
            if before.files.get(name, "") in self.world.known.digests and name not in self.own:
                return name
        return ""

    def _settle(self) -> None:
        """Take note of what was delivered: it is in the directory, under whichever name."""
        found = set(self.world.files().values())
        for market in self.world.markets.values():
            for order in market.orders:
                if order.id not in market.fate and digest(market.content(order)) in found:
                    market.fate[order.id] = "delivered"

    def _look_at_end(self, ended: Ended, before: Before) -> None:
        text = ended.out + ended.err
        assert not re.search("s3cret-of-|wr0ng-key-", text), f"I8: a key is shown by {ended}"
        assert "bug in vidgen" not in text, f"I10: {ended}\n{ended.err}"
        assert ended.code != 1, f"I10: {ended}\n{ended.err}"
        if ended.code:
            last = ended.err.strip().splitlines()[-2:]
            assert last, f"I10: {ended} says nothing"
            assert "vidgen" in "".join(last), f"I10: what is to be typed after {ended}?\n{last}"
        left = self._scratch() - before.scratch
        assert not left, f"I2: {ended} left {left}"

    # in the end ---------------------------------------------------------------

    def look_at_whole(self, *, untouched: bool) -> None:
        """Check a film of which vidgen says that it is finished."""
        found = contents(self.world.root)
        whole = {name for name, each in found.items() if each in self.world.known.digests}
        assert FILM in whole, f"I5: there is no whole film among {sorted(found)}"
        videos = []
        for scene, seconds in enumerate(self.world.seconds, start=1):
            clips = [clip_path(scene, clip) for clip in range(1, seconds + 1)]
            there = video_path(scene) in whole
            assert there or set(clips) <= whole, f"I5: nothing of scene {scene} is whole"
            if there:
                self._look_at_join(video_path(scene), clips, found)
            videos.append(video_path(scene))
            if untouched:
                assert {*clips, video_path(scene)} <= whole, f"I5: scene {scene}"
        self._look_at_join(FILM, videos, found)

    def _look_at_join(self, name: str, parts: list[str], found: dict[str, str]) -> None:
        """Check that *name* was joined from its *parts* as they are, where they are there."""
        mark = mark_of((self.world.root / name).read_bytes())
        if not mark.startswith("by joining "):
            return
        known = mark.split()[2:]
        assert len(known) == len(parts), f"I5: {name} was joined of {len(known)}"
        for part, digits in zip(parts, known, strict=True):
            whole = found.get(part, "") in self.world.known.digests and part not in self.own
            fits = not whole or found[part].startswith(digits)
            assert fits, f"I5: {name} does not show {part} as it is"


def clip_key(name: str) -> Key | None:
    """Return which clip a file of the film is, if it is one."""
    found = re.search(r"scene_(\d)_vid_(\d)_\d+_\d+\.mp4$", name)
    return Key(Step.CLIP, int(found[1]), int(found[2])) if found else None
