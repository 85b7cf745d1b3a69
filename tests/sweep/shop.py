"""Services that take money and keep their books in memory, and who is spoken to there."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from vidgen_core.model import Key, Step
from vidgen_core.protocols import JobRef, Pending, Ready
from vidgen_core.specs import (
    ClipRequest,
    ImageGeneratorSpec,
    Price,
    StitcherSpec,
    VideoEngineSpec,
)

from ..fakes import QuickMedia, facts_of_video
from ..run_directories import FPS, picture, sound, video

#: How a service can be asked about a submit whose answer was lost.
TRAITS = ("idempotent", "find", "")
#: For at most so long a shop lists no new job, and how long its provider says that takes.
UNLISTED, SETTLES = 15.0, 20.0
#: Prices of a second of a clip, and of a picture.
FIXED, RANGE, UNKNOWN = Price(0.5, 0.5), Price(0.4, 0.6), Price(0.0, None)
#: What they cost at most, also where nobody says.
MOST = 0.6


@frozen(kw_only=True)
class Order:
    """One job in a shop's books, which was charged when it was taken."""

    id: str
    key: Key
    request: Any
    token: str
    usd: float
    listed: float
    polls: int

    @property
    def content(self) -> bytes:
        """What is delivered: the same by whichever shop."""
        if self.key.step is Step.CLIP:
            return video(self.key.scene, self.request.seconds)
        return picture(self.key.scene)


@define(kw_only=True, eq=False)
class Shop:
    """A service: what it is called, how it can be asked, what it charges.

    ``price``: what a second of a clip costs, or a picture; an unknown one (``high`` is
    ``None``) is :data:`MOST` at most.
    """

    name: str
    trait: str
    price: Price
    dice: random.Random
    now: Callable[[], float]
    orders: list[Order] = field(factory=list)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def take(self, request: Any, token: str) -> Order:
        """Take an order and its money."""
        with self._lock:
            for order in self.orders:
                if self.trait == "idempotent" and order.token == token:
                    return order
            quoted = self.quote(request)
            high = MOST * pieces(request) if quoted.high is None else quoted.high
            order = Order(
                id=f"{self.name}-{len(self.orders) + 1}",
                key=key_of(request),
                request=request,
                token=token,
                usd=self.dice.uniform(quoted.low, high),
                listed=self.now() + self.dice.uniform(0, UNLISTED),
                polls=self.dice.choice((1, 1, 2)),
            )
            self.orders.append(order)
            return order

    def quote(self, request: Any) -> Price:
        """Return what a request costs."""
        count, high = pieces(request), self.price.high
        return Price(self.price.low * count, None if high is None else high * count)

    def submits(self) -> Counter[Key]:
        """How often each output was charged for."""
        return Counter(order.key for order in self.orders)

    @property
    def usd(self) -> float:
        """What is on the bill."""
        return sum(order.usd for order in self.orders)


def pieces(request: Any) -> float:
    """How many times its price a request costs."""
    return request.seconds if isinstance(request, ClipRequest) else 1.0


def key_of(request: Any) -> Key:
    """Which output a request is for."""
    if isinstance(request, ClipRequest):
        return Key(Step.CLIP, request.scene.number, request.clip)
    return Key(Step.FIRST_FRAME, request.scene.number)


class Till:
    """The provider of a shop."""

    settle_seconds = SETTLES

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._polls: Counter[str] = Counter()

    def submit(self, request: Any, token: str) -> JobRef:
        return JobRef(id=self._shop.take(request, token).id, facts={"at": self._shop.name})

    def poll(self, job: JobRef) -> Pending | Ready:
        self._polls[job.id] += 1
        if self._polls[job.id] < self._order(job).polls:
            return Pending(fraction=0.5)
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        into.write_bytes(self._order(ready.job).content)

    def find(self, request: Any, token: str, since: float) -> list[JobRef]:
        """Return what is listed and looks like the request: what a shop shows has no token."""
        now = self._shop.now()
        alike = (
            o for o in self._shop.orders if o.listed <= now and _shown(o.request) == _shown(request)
        )
        return [JobRef(id=order.id) for order in alike]

    def _order(self, job: JobRef) -> Order:
        assert job.facts.get("at", self._shop.name) == self._shop.name, "another shop's job"
        return next(order for order in self._shop.orders if order.id == job.id)


def _shown(request: Any) -> tuple[Any, ...]:
    frame = getattr(request, "start_frame", None)
    return type(request), request.prompt, getattr(request, "seconds", 0), frame and Path(frame).name


class Splicer:
    """A stitcher that knows what comes out by what goes in: as long, in one colour."""

    def join_scene(self, request: Any, into: Path, progress: Any) -> None:
        shown = (
            part.frames / FPS if part.frames else facts_of_video(part.path)
            for part in request.parts
        )
        number = int(Path(request.parts[0].path).name.split("_")[1])
        into.write_bytes(video(number, round(sum(shown), 3)))

    def join_film(self, request: Any, into: Path, progress: Any) -> None:
        seconds = sum(facts_of_video(scene.video) for scene in request.scenes)
        into.write_bytes(video(8, round(seconds, 3)))

    def fit_narration(self, request: Any, into: Path, progress: Any) -> str:
        into.write_bytes(Path(request.narration).read_bytes())
        return ""

    def join_narration(self, request: Any, into: Path, progress: Any) -> None:
        into.write_bytes(sound(0.5 * len(request.parts)))

    def place_narration(self, request: Any, into: Path, progress: Any) -> str:
        into.write_bytes(sound(0.5 * len(request.scenes)))
        return ""


def splicing() -> StitcherSpec:
    return StitcherSpec(name="ffmpeg", summary="splices", factory=lambda context: Splicer())


class StillMedia(QuickMedia):
    """ffmpeg's part: the last frame of a clip is a picture of its scene."""


def engine_of(
    shop: Shop, factory: Callable[[Any], Any], lengths: tuple[float, ...]
) -> VideoEngineSpec:
    return VideoEngineSpec(
        name=shop.name,
        summary="clips for money",
        factory=factory,
        lengths=lengths,
        price=lambda request, options: shop.quote(request),
        abilities=frozenset({shop.trait} - {""}),
        max_active=2,
    )


def painter_of(shop: Shop, factory: Callable[[Any], Any]) -> ImageGeneratorSpec:
    return ImageGeneratorSpec(
        name=shop.name,
        summary="pictures for money",
        factory=factory,
        price=lambda request, options: shop.quote(request),
        abilities=frozenset({shop.trait} - {""}),
        max_active=2,
    )
