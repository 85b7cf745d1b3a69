"""A shop whose goods and books lie in the folder that ``CORNER_SHOP`` names.

It sells the clips ``clip-*.mp4`` of one second (by the request's seed), ``long.mp4`` of ten,
and ``speech.mp3``. ``orders.jsonl`` holds what was charged, a line each, and ``calls.jsonl``
every call: they outlive the processes that order here, so that bills can be compared with
journals.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from vidgen_core import (
    ClipRequest,
    Context,
    JobRef,
    Kind,
    Output,
    Pending,
    Price,
    Progress,
    Ready,
    SpeechEngineSpec,
    SpeechRequest,
    Step,
    VideoEngineSpec,
    hookimpl,
)

KEY = "CORNER_SHOP_KEY"
NAMES = "corner_{timestamp}/s{scene}_c{clip}_{timestamp}.mp4"
#: What each engine that is paid charges for a clip, the voice for a text, and what they say.
CLIP, SPEECH = 0.5, 0.125
QUOTES = {"corner-token": Price(CLIP, CLIP), "corner-list": Price(0.25, 1.0)}


def shop() -> Path:
    """Return the folder with the goods and the books."""
    return Path(os.environ["CORNER_SHOP"])


def clip_of(request: ClipRequest) -> Path:
    """Return the clip that is sold for *request*."""
    clips = sorted(shop().glob("clip-*.mp4"))
    return clips[request.seed % len(clips)]


@contextmanager
def _book(name: str) -> Iterator[Any]:
    """Open a book for appending; nobody else writes in it meanwhile."""
    with (shop() / name).open("ab+", buffering=0) as book:
        flock(book, LOCK_EX)
        book.seek(0)
        yield book


def called(what: str) -> None:
    """Write down a call."""
    with _book("calls.jsonl") as book:
        book.write(json.dumps({"call": what}).encode() + b"\n")


def orders() -> list[dict[str, Any]]:
    """Return what was charged."""
    path = shop() / "orders.jsonl"
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def charge(by: str, usd: float, *, once: bool = False, **facts: Any) -> str:
    """Take *usd* for an order and return its id; *once*: none is charged for a token again."""
    with _book("orders.jsonl") as book:
        known = [json.loads(line) for line in book.readlines()]
        for order in known:
            if once and (order["by"], order["token"]) == (by, facts["token"]):
                return str(order["id"])
        order = {"id": f"{by}-{len(known) + 1}", "by": by, "usd": usd, **facts}
        book.write(json.dumps(order).encode() + b"\n")
        return str(order["id"])


class Copying:
    """An engine on this machine that copies a clip."""

    def __init__(self, context: Context) -> None:
        pass

    def render(self, request: ClipRequest, into: Path, progress: Progress) -> None:
        """Copy a clip to *into*."""
        called("render")
        shutil.copyfile(clip_of(request), into)
        progress(1.0)


class Lasting(Copying):
    """Another one, whose clips last ten seconds."""

    def render(self, request: ClipRequest, into: Path, progress: Progress) -> None:
        """Copy the long clip to *into*."""
        called("render")
        shutil.copyfile(shop() / "long.mp4", into)
        progress(1.0)


class Selling:
    """An engine at a service: *once* charges a token once, and every order is listed."""

    settle_seconds = 0.0

    def __init__(self, by: str, once: bool, context: Context) -> None:
        assert context.key, "core looks the key up"
        self._by, self._once = by, once

    def submit(self, request: ClipRequest, token: str) -> JobRef:
        """Charge for a clip."""
        called("submit")
        about = {"scene": request.scene.number, "clip": request.clip, "good": clip_of(request).name}
        return JobRef(id=charge(self._by, CLIP, once=self._once, token=token, **about))

    def poll(self, job: JobRef) -> Pending | Ready:
        """Say that the clip is ready: it was before it was ordered."""
        called("poll")
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        """Copy the clip that was ordered to *into*."""
        called("fetch")
        (order,) = (order for order in orders() if order["id"] == ready.job.id)
        shutil.copyfile(shop() / order["good"], into)

    def find(self, request: ClipRequest, token: str, since: float) -> list[JobRef]:
        """Return the orders that look like *request*: what is listed has no token."""
        called("find")
        wanted = (self._by, request.scene.number, request.clip, clip_of(request).name)
        return [
            JobRef(id=order["id"])
            for order in orders()
            if (order["by"], order.get("scene"), order.get("clip"), order.get("good")) == wanted
        ]


class Speaking:
    """A voice that answers at once."""

    def __init__(self, context: Context) -> None:
        assert context.key, "core looks the key up"

    def ask(self, request: SpeechRequest) -> bytes:
        """Charge for the text of a scene and return its speech."""
        called("ask")
        charge("corner-voice", SPEECH, token="", scene=request.scene, text=request.text)
        return (shop() / "speech.mp3").read_bytes()

    def write(self, answer: bytes, request: SpeechRequest, into: Path) -> None:
        """Put the *answer* into a file."""
        into.write_bytes(answer)

    def charged(self, answer: bytes, request: SpeechRequest) -> Price:
        """Return what the *answer* cost."""
        return Price(SPEECH, SPEECH)


def _selling(by: str, *abilities: str) -> VideoEngineSpec:
    once, price = "idempotent" in abilities, QUOTES.get(by, Price(CLIP, CLIP))
    factory: Callable[[Context], Selling] = lambda context: Selling(by, once, context)  # noqa: E731
    return VideoEngineSpec(
        name=by,
        summary="clips for money",
        factory=factory,
        keys=(KEY,),
        lengths=(1,),
        abilities=frozenset(abilities),
        price=lambda request, options: price,
    )


@hookimpl
def vidgen_video_engines() -> Iterator[VideoEngineSpec]:
    """Announce two engines that are free, and three that can be asked in other ways."""
    yield VideoEngineSpec(
        name="corner-copy", summary="clips for nothing", factory=Copying, lengths=(1,)
    )
    yield VideoEngineSpec(
        name="corner-named",
        summary="clips for nothing, under names of its own",
        factory=Lasting,
        lengths=(10,),
        outputs=(Output(step=Step.CLIP, pattern=NAMES, probe=Kind.VIDEO),),
    )
    yield _selling("corner-token", "idempotent")
    yield _selling("corner-list", "find")
    yield _selling("corner-mute")


@hookimpl
def vidgen_speech_engines() -> Iterator[SpeechEngineSpec]:
    """Announce the voice."""
    yield SpeechEngineSpec(
        name="corner-voice",
        summary="speech for money",
        factory=Speaking,
        keys=(KEY,),
        price=lambda request, options: Price(0.0625, 0.25),
    )
