"""Services that take money, ask for a key, forget jobs after a while, and lose answers.

What they deliver is marked, so that any file tells which order it came from.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from vidgen_core.errors import AuthFailed, Billed, JobLost, OutOfCredit, Unavailable
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.specs import FREE, StitcherSpec, VideoEngineSpec

from ..fakes import QuickMedia
from ..run_directories import picture, video
from ..sweep.shop import Order, Shop, Splicer, Till, engine_of

#: How long a service keeps what it made.
KEEPS = 24 * 3600.0
#: How long a job takes, in seconds.
TAKES = 40.0


def marked(content: bytes, mark: str) -> bytes:
    """Return an MP4 with *mark* in a box that no player looks at."""
    text = mark.encode()
    return content + struct.pack(">I4s", 8 + len(text), b"free") + text


def mark_of(content: bytes) -> str:
    """Return what :func:`marked` an MP4; empty where nothing did."""
    place = content.rfind(b"free")
    text = content[place + 4 :]
    return text.decode("ascii", "replace") if place > 0 and text.startswith(b"by ") else ""


def digest(content: bytes) -> str:
    """The sha256 of *content*."""
    return hashlib.sha256(content).hexdigest()


@define(eq=False)
class Known:
    """The digest of everything that was ever whole: made, delivered, or put there."""

    digests: set[str] = field(factory=set)

    def add(self, content: bytes) -> bytes:
        """Take note of *content*."""
        self.digests.add(digest(content))
        return content


@define(kw_only=True, eq=False)
class Market(Shop):
    """A service. ``key``: the one that it accepts; ``known`` is told what it makes.

    ``written``: what the journal on the disk holds now. ``fate``: why an order can be
    bought again: ``delivered``, ``dead`` (the service has it no more), or ``conceded`` by
    the user; one without a fate is still to be fetched. ``loses``: so many of the next
    answers get lost, ``fails``: so many of the next jobs come to nothing. ``empty``: the
    account has no money. ``refunds``: what was given back, by job. ``looks``: how often an
    order was looked for that the service does not list any more, and whose id nobody knows.
    """

    key: str
    known: Known
    written: Callable[[], bytes]
    fate: dict[str, str] = field(factory=dict)
    done: dict[str, float] = field(factory=dict)
    loses: int = 0
    fails: int = 0
    empty: bool = False
    refunds: dict[str, float] = field(factory=dict)
    calls: int = 0
    faults: list[str] = field(factory=list)
    looks: dict[str, int] = field(factory=dict)

    def content(self, order: Order) -> bytes:
        """What is delivered for *order*."""
        return self.known.add(marked(order.content, f"by {order.id}"))

    def is_gone(self, order: Order) -> bool:
        """Whether the service has nothing of *order* any more."""
        return self.now() > self.done[order.id] + KEEPS

    def must(self, fact: bool, what: str) -> None:
        """Take note of a *fact* that should hold: what raises here would be a plugin's bug."""
        if not fact:
            self.faults.append(what)

    def refund(self, order: Order) -> None:
        """Give the money for *order* back."""
        self.refunds[order.id] = order.usd
        self.orders[self.orders.index(order)] = evolve(order, usd=0.0)


class Counter(Till):
    """The provider of a market, made with the key that the user has."""

    def __init__(self, market: Market, key: str) -> None:
        super().__init__(market)
        self._market = market
        self._key = key

    def _come_in(self) -> None:
        self._market.calls += 1
        if self._key != self._market.key:
            raise AuthFailed(f"{self._market.name} does not know this key", billed=Billed.NO)

    def submit(self, request: Any, token: str) -> JobRef:
        market = self._market
        self._come_in()
        market.must(token.encode() in market.written(), "I3: a submit without a written intent")
        if market.empty:
            raise OutOfCredit("the account is empty", billed=Billed.NO)
        ref = super().submit(request, token)
        market.done.setdefault(ref.id, market.now() + TAKES)
        if market.loses:
            market.loses -= 1
            raise Unavailable("the line went dead", billed=Billed.UNKNOWN)
        return ref

    def poll(self, job: JobRef) -> Any:
        market = self._market
        self._come_in()
        id_on_disk = f'"{job.id}"'.encode() in market.written()
        market.must(id_on_disk, f"I4: {job.id} is polled before its id is on the disk")
        order = self._order(job)
        if market.is_gone(order):
            market.fate[order.id] = "dead"
            raise JobLost(f"there is no job {job.id}")
        if market.now() < market.done[order.id]:
            return Pending(seconds_left=market.done[order.id] - market.now())
        if market.fails and order.id not in market.fate:
            market.fails -= 1
            market.fate[order.id] = "dead"
            market.refund(order)
        if market.fate.get(order.id) == "dead":
            return Failed(message="what came out is not shown", billed="no")
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        self._come_in()
        into.write_bytes(self._market.content(self._order(ready.job)))

    def find(self, request: Any, token: str, since: float) -> list[JobRef]:
        self._come_in()
        market, listed = self._market, []
        for ref in super().find(request, token, since):
            if market.is_gone(self._order(ref)):
                known = f'"{ref.id}"'.encode() in market.written()
                market.looks[ref.id] = market.looks.get(ref.id, 0) + (not known)
                if market.looks[ref.id] > 1:  # one look is not enough to buy it again
                    market.fate.setdefault(ref.id, "dead")
            else:
                listed.append(ref)
        return listed


def market_engine(market: Market, guard: Callable[[Any], Any]) -> VideoEngineSpec:
    """The paid engine of *market*; *guard* stands around what its factory makes."""
    spec = engine_of(market, lambda context: guard(Counter(market, context.key)), (1.0,))
    return evolve(spec, keys=(key_name(market.name),))


def key_name(name: str) -> str:
    """The variable of an engine's key."""
    return f"{name.upper()}_KEY"


@define(eq=False)
class Handmade:
    """An engine on this machine."""

    known: Known
    count: int = 0

    def render(self, request: Any, into: Path, progress: Any) -> None:
        self.count += 1
        content = marked(video(request.scene.number, request.seconds), f"by here-{self.count}")
        into.write_bytes(self.known.add(content))


def free_engine(handmade: Handmade) -> VideoEngineSpec:
    """An engine on this machine that costs nothing."""
    return VideoEngineSpec(
        name="here",
        summary="clips for nothing",
        factory=lambda context: handmade,
        lengths=(1.0,),
        price=lambda request, options: FREE,
    )


@frozen
class Binder:
    """A stitcher whose joins are marked with the digests of what they were joined from."""

    known: Known

    def join_scene(self, request: Any, into: Path, progress: Any) -> None:
        Splicer().join_scene(request, into, progress)
        self._mark(into, [part.path for part in request.parts])

    def join_film(self, request: Any, into: Path, progress: Any) -> None:
        Splicer().join_film(request, into, progress)
        self._mark(into, [scene.video for scene in request.scenes])

    def _mark(self, into: Path, parts: list[str]) -> None:
        digests = " ".join(digest(Path(part).read_bytes())[:16] for part in parts)
        into.write_bytes(self.known.add(marked(into.read_bytes(), f"by joining {digests}")))


def binding(known: Known) -> StitcherSpec:
    """The stitcher of the machine's films."""
    return StitcherSpec(name="ffmpeg", summary="binds", factory=lambda context: Binder(known))


@frozen
class Frames(QuickMedia):
    """ffmpeg's part: the frames that it takes out are known."""

    known: Known

    def save_frame(self, video: Path, into: Path, frame: int | None = None) -> None:
        into.write_bytes(self.known.add(picture(1)))
