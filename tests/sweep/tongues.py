"""Script models and voices that take money, at services that keep their books in memory."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from vidgen_core.errors import BadOutput, Billed, RateLimited, Refused, Unavailable
from vidgen_core.model import Key, Scene, Step
from vidgen_core.protocols import JobRef, Pending, Ready
from vidgen_core.script_files import (
    dump_environments,
    dump_scenes,
    dump_scenes_without_environment,
)
from vidgen_core.specs import (
    EnvironmentsRequest,
    NarrationTextRequest,
    PlacedScenesRequest,
    Price,
    ScenesRequest,
    ScriptModelSpec,
    SpeechEngineSpec,
    SpeechRequest,
    option,
)

from ..run_directories import sound
from .shop import SETTLES, UNLISTED

#: How a voice is spoken to, and how it can be asked about a lost answer.
WAYS = (
    ("ask", ""),
    ("ask", "find"),
    ("submit", ""),
    ("submit", "find"),
    ("submit", "idempotent"),
)
#: How many characters a voice speaks at once.
LONGEST = 40
#: What a writer's answer costs, and a character that is spoken.
ANSWER, CHARACTER = Price(0.1, 0.2), Price(0.01, 0.02)
#: How many scenes a film from a script may have: more than come in one answer.
MOST_SCENES = 30

#: The steps that a writer does, by what it is asked.
STEPS: dict[type, Step] = {
    EnvironmentsRequest: Step.ENVIRONMENTS,
    ScenesRequest: Step.SCENES_WITHOUT_ENVIRONMENT,
    PlacedScenesRequest: Step.SCENES,
    NarrationTextRequest: Step.NARRATION_TEXT,
}


@frozen(kw_only=True)
class Tier:
    """How dear it is."""

    tier: int = option(1, "How often the usual price is paid.")


@frozen(kw_only=True)
class Piece:
    """What one order is for: a part of an output, and whether its fault was named."""

    key: Key
    part: int
    repaired: bool = False


@frozen(kw_only=True)
class Order:
    """One order in the books."""

    id: str
    piece: Piece
    text: str
    token: str
    usd: float
    listed: float


@define(kw_only=True, eq=False)
class Desk:
    """A service that writes or speaks. ``troubles``: what befalls its next calls."""

    name: str
    trait: str
    dice: random.Random
    now: Callable[[], float]
    troubles: list[str] = field(factory=list)
    faults: frozenset[tuple[Step, int]] = frozenset()
    orders: list[Order] = field(factory=list)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def take(self, request: Any, token: str, price: Price) -> Order:
        """Take an order and its money; in trouble, perhaps neither, or say nothing of it."""
        with self._lock:
            trouble = self.troubles.pop() if self.troubles else ""
            if trouble == "refused":
                raise Refused("not now", billed=Billed.NO)
            if trouble == "busy":
                raise RateLimited("slow down", retry_after=1)
            if trouble == "gone":
                raise Unavailable("no line", billed=Billed.UNKNOWN)
            order = self._known(token) or self._order(request, token, price)
            if trouble == "lost":
                raise Unavailable("no answer", billed=Billed.UNKNOWN)
            return order

    def _known(self, token: str) -> Order | None:
        if self.trait != "idempotent":
            return None
        return next((order for order in self.orders if order.token == token), None)

    def _order(self, request: Any, token: str, price: Price) -> Order:
        assert price.high is not None
        order = Order(
            id=f"{self.name}-{len(self.orders) + 1}",
            piece=piece_of(request),
            text=getattr(request, "text", ""),
            token=token,
            usd=self.dice.uniform(price.low, price.high),
            listed=self.now() + self.dice.uniform(0, UNLISTED),
        )
        self.orders.append(order)
        return order

    def cost_of(self, request: Any) -> Price:
        """What the last order for what *request* wants cost."""
        wanted = piece_of(request)
        with self._lock:
            usd = next(order.usd for order in reversed(self.orders) if order.piece == wanted)
        return Price(usd, usd)

    @property
    def usd(self) -> float:
        """What is on the bill."""
        return sum(order.usd for order in self.orders)


def piece_of(request: Any) -> Piece:
    """Which part of which output a request is for."""
    if isinstance(request, SpeechRequest):
        step = Step.SCENE_NARRATION if request.scene else Step.NARRATION
        return Piece(key=Key(step, request.scene), part=len(request.spoken) + 1)
    part = len(getattr(request, "told", ())) + 1
    return Piece(key=Key(STEPS[type(request)]), part=part, repaired=bool(request.fault))


# a writer -------------------------------------------------------------------------


@frozen
class Writer:
    """A script model: some of its first answers cannot be used, and scenes come one by one."""

    desk: Desk
    options: Tier

    def ask(self, request: Any) -> bytes:
        order = self.desk.take(request, "", answer_price(request, self.options))
        piece = order.piece
        bad = (piece.key.step, piece.part) in self.desk.faults and not piece.repaired
        return b"bad" if bad else b"good"

    def rest(self, answer: bytes, request: Any) -> Any:
        if answer == b"bad":
            raise BadOutput("it cannot be used", billed=Billed.YES)
        if not isinstance(request, ScenesRequest) or request.told:
            return None
        return evolve(request, told=(_scene(1),), fault="")

    def write(self, answer: bytes, request: Any, into: Path) -> None:
        if answer == b"bad":  # whose question is lost, so that it was not asked what is left
            raise BadOutput("it cannot be used", billed=Billed.YES)
        assert answer == b"good"
        match request:
            case EnvironmentsRequest():
                into.write_bytes(dump_environments(["a quiet bay"]))
            case ScenesRequest():
                into.write_bytes(dump_scenes_without_environment([*request.told, _scene(2)]))
            case PlacedScenesRequest():
                placed = (evolve(each, environment="a quiet bay") for each in request.scenes)
                into.write_bytes(dump_scenes(list(placed)))
            case NarrationTextRequest():
                into.write_text(story_of(5))


class Reckoning(Writer):
    """A script model whose answers say what they cost."""

    def charged(self, answer: bytes, request: Any) -> Price:
        return self.desk.cost_of(request)


def _scene(number: int) -> Scene:
    silent = {"narration": ""}
    return Scene(
        number=number, duration=1.0, name=f"S{number}", movement=f"boat {number}", source=silent
    )


def story_of(sentences: int, first: int = 1) -> str:
    """Return a text of so many sentences, no two alike."""
    return " ".join(f"Boat number {n} comes in slowly." for n in range(first, first + sentences))


def answer_price(request: Any, options: Any) -> Price:
    assert ANSWER.high is not None
    return Price(ANSWER.low * options.tier, ANSWER.high * options.tier)


def writer_of(desk: Desk, guard: Callable[[Any], Any], *, tells: bool) -> ScriptModelSpec:
    return ScriptModelSpec(
        name=desk.name,
        summary="writes for money",
        factory=lambda context: guard((Reckoning if tells else Writer)(desk, context.options)),
        options=Tier,
        price=answer_price,
    )


# voices ---------------------------------------------------------------------------


class _Kept:
    """What a service keeps is found and fetched."""

    settle_seconds = SETTLES

    def __init__(self, desk: Desk, options: Tier) -> None:
        self.desk = desk
        self.options = options
        self._polls: Counter[str] = Counter()

    def find(self, request: SpeechRequest, token: str, since: float) -> Sequence[JobRef]:
        now = self.desk.now()
        listed = (each for each in self.desk.orders if each.listed <= now)
        return [JobRef(id=each.id) for each in listed if each.text == request.text]

    def poll(self, job: JobRef) -> Pending | Ready:
        self._polls[job.id] += 1
        return Ready(job=job) if self._polls[job.id] > 1 else Pending(fraction=0.5)

    def fetch(self, ready: Ready, into: Path) -> None:
        into.write_bytes(sound(0.5))


class Speaking(_Kept):
    """A voice that answers at once."""

    def ask(self, request: SpeechRequest) -> bytes:
        return self.desk.take(request, "", speech_price(request, self.options)).text.encode()

    def write(self, answer: bytes, request: SpeechRequest, into: Path) -> None:
        assert answer.decode() == request.text, "the answer to another part"
        into.write_bytes(sound(0.5))


class Sending(_Kept):
    """A voice that takes its time."""

    def submit(self, request: SpeechRequest, token: str) -> JobRef:
        return JobRef(id=self.desk.take(request, token, speech_price(request, self.options)).id)


def speech_price(request: Any, options: Any) -> Price:
    assert CHARACTER.high is not None
    often = len(request.text) * options.tier
    return Price(CHARACTER.low * often, CHARACTER.high * often)


def voice_of(desk: Desk, way: str, guard: Callable[[Any], Any]) -> SpeechEngineSpec:
    kinds: dict[str, type[Any]] = {"ask": Speaking, "submit": Sending}
    return SpeechEngineSpec(
        name=desk.name,
        summary="speaks for money",
        factory=lambda context: guard(kinds[way](desk, context.options)),
        options=Tier,
        price=speech_price,
        longest=LONGEST,
        abilities=frozenset({desk.trait} - {""}),
        max_active=2,
    )
