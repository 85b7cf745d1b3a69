"""Trouble that somebody asked for: which request it meets, and what happens then."""

from __future__ import annotations

import re
import threading
from fnmatch import fnmatchcase

from attrs import evolve, field, frozen, validators

from vidgen_core.testing.service.messages import Answer, Delivery, as_text

#: What can happen to any request; a status such as ``429`` can, too.
EVERYWHERE = frozenset(("drop", "hang", "html", "truncated", "nginx", "wrong-key", "out-of-credit"))
#: After these the work may have been done: the request was read, and no error came back.
_DONE = frozenset(("drop", "hang", "html", "truncated"))
_STATUS = re.compile("[45][0-9][0-9]")

_HTML = "<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>"
_NGINX = (
    "<html><head><title>503 Service Temporarily Unavailable</title></head><body>"
    "<center><h1>503 Service Temporarily Unavailable</h1></center><hr>"
    "<center>nginx</center></body></html>"
)


@frozen(kw_only=True)
class Trouble:
    """What goes wrong, and when.

    ``route``: a route's name, or several as in ``luma.*``. ``mode``: see
    ``docs/rehearse.md``. It meets the requests from number ``at`` on (1 is the
    next one), ``times`` of them (``None``: all), counting only those whose body
    holds the text ``containing``. ``done``: the service does the work all the
    same; left out, it does after ``drop``, ``hang``, ``html`` and ``truncated``.
    ``retry_after`` is sent as the header of that name. ``seconds``: how long a
    ``hang`` (else as long as the client waits), a ``slow-queue`` or an
    ``unlisted`` lasts. ``reason``: the service's words.
    """

    route: str = field(validator=validators.min_len(1))
    mode: str = field(validator=validators.min_len(1))
    at: int = field(default=1, validator=[validators.instance_of(int), validators.ge(1)])
    times: int | None = 1
    done: bool = field(validator=validators.instance_of(bool))
    retry_after: str = field(default="", converter=str)
    seconds: float | None = field(default=None, validator=validators.optional(validators.ge(0)))
    reason: str = field(default="", validator=validators.instance_of(str))
    containing: str = field(default="", validator=validators.instance_of(str))

    @done.default
    def _after_some(self) -> bool:
        return self.mode in _DONE

    def __attrs_post_init__(self) -> None:
        if self.times is not None and not (isinstance(self.times, int) and self.times >= 1):
            raise ValueError("'times' is a whole number from 1, or None for always")
        if self.mode == "truncated" and not self.done:
            raise ValueError("only the answer to work that was done can be truncated")

    @property
    def status(self) -> int | None:
        """The status that the mode names, if it names one."""
        return int(self.mode) if _STATUS.fullmatch(self.mode) else None

    @property
    def is_general(self) -> bool:
        """Whether any request can meet it."""
        return self.mode in EVERYWHERE or self.status is not None

    def spoilt(self, answer: Answer) -> Answer:
        """Return what comes in place of *answer* where the transport or a proxy is at fault."""
        match self.mode:
            case "drop":
                return evolve(answer, delivery=Delivery.RESET)
            case "hang":
                return evolve(answer, delivery=Delivery.NEVER, seconds=self.seconds)
            case "truncated":
                return evolve(answer, delivery=Delivery.CUT)
            case "html":
                return as_text(_HTML, 200, "text/html")
            case "nginx":
                return as_text(_NGINX, 503, "text/html")
        raise ValueError(f"{self.mode} spoils no answer")


@frozen
class _Met:
    trouble: Trouble
    times: int = 0

    @property
    def is_due(self) -> bool:
        """Whether the request that was counted last is one that it meets."""
        first, times = self.trouble.at, self.trouble.times
        return self.times >= first and (times is None or self.times < first + times)


class Troubles:
    """All that was asked for, oldest first. One instance serves any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: list[_Met] = []

    def add(self, trouble: Trouble) -> None:
        """Let *trouble* meet the requests that come from now on."""
        with self._lock:
            self._asked.append(_Met(trouble))

    def clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._asked.clear()

    def meet(self, route: str, body: str) -> Trouble | None:
        """Count a request and return what it meets; the one that was asked for first wins."""
        with self._lock:
            met = None
            for place, asked in enumerate(self._asked):
                if _concerns(asked.trouble, route, body):
                    self._asked[place] = asked = evolve(asked, times=asked.times + 1)
                    if met is None and asked.is_due:
                        met = asked.trouble
            return met


def _concerns(trouble: Trouble, route: str, body: str) -> bool:
    return fnmatchcase(route, trouble.route) and trouble.containing in body
