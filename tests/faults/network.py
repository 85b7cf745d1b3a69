"""Everything that a network or a service does wrong, by who meets it at which of their calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from .buyers import BUYERS, Buyer
from .wire import PRANKS, Prank, body, sent_on

#: Nobody answers there, and nobody is to be asked.
PRIVATE = "http://10.255.255.1/latest/meta-data"


class End(Enum):
    """What has to come of an order that met trouble, or of a question about one."""

    #: It is as if nothing had happened.
    FINE = "fine"
    #: The order was surely not charged: it is sent again, in this run or in a later one.
    AGAIN = "again"
    #: Nobody knows: it is looked for, or the user is asked.
    DOUBT = "doubt"
    #: Fine or in doubt, as the vendor's SDK takes it.
    OPEN = "open"
    #: The answer was charged and cannot be used: it is kept, and nothing is bought.
    KEPT = "kept"
    #: An answer that says nothing is an answer of that vendor's, too: it is kept, or asked on
    #: once within the price that was agreed to.
    TAKEN = "taken"
    #: The work was charged and came to nothing: it may be bought once more.
    LOST = "lost"
    #: Whatever the run ends with, nothing is bought again.
    ONCE = "once"


@frozen(kw_only=True)
class Case:
    """Trouble for *buyer* at one of its calls.

    ``prank``: what the network does; ``mode``: what the service does, with ``more``. ``times``:
    how many requests meet it, ``None``: all until it is well again. ``codes``: what the run
    may end with; empty for whatever fits ``end``. ``lost``: the order's own answer was lost
    before, so that it is looked for.
    """

    buyer: Buyer
    call: str
    name: str
    end: End
    prank: Prank | None = None
    mode: str = ""
    more: Mapping[str, Any] = field(factory=dict)
    at: int = 1
    times: int | None = 1
    codes: tuple[int, ...] = ()
    lost: bool = False
    scenes: int = 1

    @property
    def route(self) -> str:
        """Where the call arrives."""
        return self.buyer.routes[self.call]

    def __str__(self) -> str:
        often = "always" if self.times is None else f"{self.times} times"
        return f"{self.buyer.name}, {self.call}: {self.name}, {often}"


# orders ------------------------------------------------------------------------------------

#: Half of it, or something else, is an answer all the same: a sound is taken as it comes.
_TAKEN_AS_SOUND = (
    *("half", "null", "list", "object", "text", "number", "deep", "bytes"),
    *("page called a file", "status 299"),
)
_NOT_TO_ORDERS = ("page 404",)
#: What the services say by themselves, and whether that is surely free.
_SAID: Mapping[str, tuple[dict[str, Any], End, tuple[int, ...]]] = MappingProxyType(
    {
        "429": ({"retry_after": "2"}, End.AGAIN, (0,)),
        "400": ({}, End.AGAIN, (3,)),
        "422": ({}, End.AGAIN, (3,)),
        "404": ({}, End.AGAIN, (3,)),
        "401": ({}, End.AGAIN, (4,)),
        "403": ({}, End.AGAIN, (3, 4)),
        "402": ({}, End.AGAIN, (6,)),
        "wrong-key": ({}, End.AGAIN, (4,)),
        "out-of-credit": ({}, End.AGAIN, (6,)),
        "451": ({}, End.AGAIN, (3,)),
        "499": ({}, End.AGAIN, (3,)),
        "500": ({}, End.OPEN, ()),
        "503": ({}, End.OPEN, ()),
        "508": ({}, End.OPEN, ()),
        "599": ({}, End.OPEN, ()),
    }
)


def _orders(buyer: Buyer) -> Iterator[Case]:
    for name, prank in PRANKS.items():
        if name not in _NOT_TO_ORDERS:
            yield Case(buyer=buyer, call="order", name=name, prank=prank, end=_end(buyer, name))
    on = Prank(change=sent_on(PRIVATE))
    yield Case(buyer=buyer, call="order", name="sent on", prank=on, end=End.DOUBT)
    for mode, (more, end, codes) in _SAID.items():
        yield Case(buyer=buyer, call="order", name=mode, mode=mode, more=more, end=end, codes=codes)
    storm = {"retry_after": "1"}
    yield Case(
        buyer=buyer, call="order", name="a storm of 429", mode="429", more=storm,
        times=None, end=End.AGAIN, codes=(5,),
    )  # fmt: skip
    if not buyer.name.endswith("-words"):  # those of a whole film are one order
        yield Case(
            buyer=buyer, call="order", name="out of credit half-way", mode="out-of-credit",
            at=2, times=None, end=End.AGAIN, codes=(6,), scenes=2,
        )  # fmt: skip
    if "submit" in buyer.routes["order"] or buyer.vendor == "luma":
        for fate in ("failed", "moderation"):
            yield Case(
                buyer=buyer, call="order", name=f"{fate} after rendering", mode=fate,
                end=End.LOST, codes=(3,),
            )  # fmt: skip


def _end(buyer: Buyer, name: str) -> End:
    if name == "packed":
        return End.FINE
    if name == "status 299":
        return End.OPEN
    if buyer.vendor == "gemini" and name == "object":
        return End.TAKEN
    if buyer.name == "elevenlabs-sound" and name in _TAKEN_AS_SOUND:
        return End.KEPT
    return End.DOUBT


# questions ---------------------------------------------------------------------------------


def _questions(buyer: Buyer) -> Iterator[Case]:
    for call in ("poll", "result", "find"):
        if call not in buyer.routes:
            continue
        lost = call == "find" or buyer.vendor == "elevenlabs"
        for times in (1, None):
            for name, prank in PRANKS.items():
                yield Case(
                    buyer=buyer, call=call, name=name, prank=prank, times=times,
                    end=End.ONCE, lost=lost,
                )  # fmt: skip
            for mode in ("400", "401", "402", "403", "408", "418", "422", "429", "500", "503"):
                # So fal says that the model failed: what it made is no result.
                failed = buyer.routes[call] == "fal.result" and mode == "422"
                yield Case(
                    buyer=buyer, call=call, name=mode, mode=mode, times=times,
                    end=End.LOST if failed else End.ONCE, lost=lost,
                )  # fmt: skip
        if buyer.routes[call] in ("luma.get", "fal.status"):
            yield Case(
                buyer=buyer, call=call, name="a state never seen", mode="unknown-state",
                times=3, end=End.ONCE, codes=(0,),
            )  # fmt: skip


# downloads ---------------------------------------------------------------------------------

_FILES: Mapping[str, bytes] = MappingProxyType(
    {
        "a playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "a concat script": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "a shell script": b"#!/bin/sh\ntouch hacked\n",
        "an SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "a picture in a text": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/"/></svg>',
        "an archive": b"PK\x03\x04" + bytes(60),
        "zeros": bytes(4096),
    }
)
_ELSEWHERE = (PRIVATE, "https://169.254.169.254/", "file:///etc/passwd", "ftp://127.0.0.1/x")


def _fetches(buyer: Buyer) -> Iterator[Case]:
    if "fetch" not in buyer.routes:
        return
    lost = buyer.vendor == "elevenlabs"
    for times in (1, None):
        for name, prank in PRANKS.items():
            same = times is None and name in _ALWAYS_THE_SAME
            yield Case(
                buyer=buyer, call="fetch", name=name, prank=prank, times=times,
                end=End.LOST if same else End.ONCE, lost=lost,
            )  # fmt: skip
        for mode in ("404", "403", "500", "503", "429", "418"):
            # So the history of an account says that speech is deleted.
            gone = buyer.vendor == "elevenlabs" and mode == "404"
            yield Case(
                buyer=buyer, call="fetch", name=mode, mode=mode, times=times,
                end=End.LOST if gone else End.ONCE, lost=lost,
            )  # fmt: skip
        for name, content in _FILES.items():
            yield Case(
                buyer=buyer, call="fetch", name=name, prank=Prank(change=body(content)),
                times=times, end=End.ONCE if times else End.LOST, lost=lost,
            )  # fmt: skip
        for place in _ELSEWHERE:
            yield Case(
                buyer=buyer, call="fetch", name=f"sent on to {place}", times=times,
                prank=Prank(change=sent_on(place, 302)), end=End.ONCE, lost=lost,
            )  # fmt: skip
    if buyer.vendor != "elevenlabs":
        yield Case(
            buyer=buyer, call="fetch", name="an address that expired", mode="expired",
            end=End.ONCE, codes=(0,),
        )  # fmt: skip


#: A service that sends one and the same useless file again and again has made no other.
_ALWAYS_THE_SAME = (
    *("half", "deep", "bytes", "null", "list", "text", "number", "object", "packed"),
)


def every_case() -> list[Case]:
    """Return the matrix: who buys, at which call, and what goes wrong there."""
    return [
        case
        for buyer in BUYERS
        for cases in (_orders, _questions, _fetches)
        for case in cases(buyer)
    ]
