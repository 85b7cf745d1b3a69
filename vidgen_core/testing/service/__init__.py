"""A service on this machine in place of the paid ones: rehearse a film, and test providers.

It answers as the vendors in ``VENDORS`` do, with real small media, at the speed and with
the trouble that it is asked for, and keeps a bill and a log of all requests::

    with Service(folder) as service:
        service.trouble("luma.video", "drop")
        ...
        assert len(service.requests("luma.video")) == 1

Each vendor is one module that makes a ``Vendor`` of routes; ``VENDORS`` lists them.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import evolve

from vidgen_core.testing.service.books import (
    Charge,
    Logged,
    digest,
    read_bill,
    read_jobs,
    read_requests,
)
from vidgen_core.testing.service.claude import claude
from vidgen_core.testing.service.control import PATH, Control, summed
from vidgen_core.testing.service.drawing import colour_of
from vidgen_core.testing.service.elevenlabs import elevenlabs
from vidgen_core.testing.service.fal import fal
from vidgen_core.testing.service.footage import Footage
from vidgen_core.testing.service.gemini import gemini
from vidgen_core.testing.service.jobs import Job
from vidgen_core.testing.service.logbook import entry
from vidgen_core.testing.service.luma import luma
from vidgen_core.testing.service.messages import Answer, Request, as_text
from vidgen_core.testing.service.routes import Router, Vendor
from vidgen_core.testing.service.server import Server
from vidgen_core.testing.service.studio import Studio
from vidgen_core.testing.service.trouble import Trouble, Troubles

__all__ = [
    "Charge",
    "Footage",
    "Job",
    "Logged",
    "Service",
    "ServiceBroke",
    "Trouble",
    "colour_of",
    "digest",
    "read_bill",
    "read_jobs",
    "read_requests",
]

#: One a vendor; a further one is a module and a line here.
VENDORS: tuple[Callable[[Studio], Vendor], ...] = (luma, fal, claude, elevenlabs, gemini)


class ServiceBroke(Exception):
    """The service itself has a fault, and an answer that it gave was none of a vendor's."""


class Service:
    """The service, in a thread of this process. Use it as a context manager.

    ``folder`` keeps its jobs, bill, log and media; a service begun again with it
    goes on with them. ``port`` 0 takes a free one. ``speed``: how many times as
    fast as usual jobs are done; ``delay``: the seconds that each takes instead,
    0 for at once. ``credit``: what each vendor was paid in advance, in USD.
    ``short_side``: the shorter side of videos and pictures, in pixels.
    ``footage``: shared with other services, so that equal media are made once.
    Raises ``OSError`` where the port is taken.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        speed: float = 1.0,
        delay: float | None = None,
        credit: float = 1000.0,
        short_side: int = 108,
        footage: Footage | None = None,
    ) -> None:
        if speed <= 0 or (delay is not None and delay < 0) or short_side < 2:
            raise ValueError("speed is above 0, delay is not below 0, short_side is 2 or more")
        self._studio = Studio(
            folder,
            speed=speed,
            delay=delay,
            credit=credit,
            short_side=short_side,
            footage=footage,
        )
        self._router = Router(vendor(self._studio) for vendor in VENDORS)
        self._troubles = Troubles()
        self._control = Control(studio=self._studio, router=self._router, troubles=self._troubles)
        self._faults: list[str] = []
        self._server = Server(port, self._answer)
        self._studio.base = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer."""
        self._server.begin()

    def stop(self) -> None:
        """End every connection and every thread; a second time it does nothing.

        Raises ``ServiceBroke`` where an answer came from a fault of the service.
        """
        self._server.close()
        if self._faults:
            faults = "\n".join(self._faults)
            self._faults.clear()
            raise ServiceBroke(faults)

    @property
    def base(self) -> str:
        """The URL that it answers at, without a path."""
        return self._studio.base

    @property
    def port(self) -> int:
        """The port that it answers at."""
        return self._server.port

    @property
    def environment(self) -> dict[str, str]:
        """What to set so that vidgen's providers, and keys for them, lead to the service."""
        return self._control.environment()

    @property
    def bill(self) -> list[Charge]:
        """Every charge so far, in order."""
        return self._studio.books.bill

    @property
    def jobs(self) -> list[Job]:
        """Every job so far, in order, also those that are gone."""
        return self._studio.books.jobs

    def summed_bill(self) -> dict[str, Any]:
        """Return the bill as ``GET /_control/bill`` gives it, with its sum."""
        return summed(self._studio.books)

    def requests(self, route: str | None = None) -> list[Logged]:
        """Return the requests so far, in order, of one route or of all."""
        logged = self._studio.books.requests
        return [one for one in logged if route in (None, one.route)]

    def trouble(self, route: str, mode: str, **more: Any) -> None:
        """Ask for trouble; see ``Trouble`` for *more*. Raises ``ValueError`` for nonsense."""
        self._control.ask(Trouble(route=route, mode=mode, **more))

    def clear(self) -> None:
        """Forget the trouble that was asked for; jobs that met some keep it."""
        self._troubles.clear()

    def advance(self, seconds: float) -> None:
        """Set the service's clock forward: what takes that long is done."""
        self._studio.advance(seconds)

    def _answer(self, request: Request) -> Answer:
        try:
            if request.path.startswith(PATH):
                return self._control.answer(request)
            return self._answered(request)
        except Exception:
            self._faults.append(traceback.format_exc())
            return as_text("a fault of the rehearsal service", 500)

    def _answered(self, request: Request) -> Answer:
        found = self._router.find(request)
        if isinstance(found, Answer):
            self._log("", request, found, "")
            return found
        vendor, route, call = found
        trouble = self._troubles.meet(route.name, request.text)
        answer = vendor.answer(route, evolve(call, trouble=trouble))
        self._log(route.name, request, answer, trouble.mode if trouble else "")
        return answer

    def _log(self, route: str, request: Request, answer: Answer, trouble: str) -> None:
        now = self._studio.now()
        self._studio.books.log(lambda number: entry(number, now, route, request, answer, trouble))
