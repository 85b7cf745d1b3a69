"""What the vendors' modules share: the books, the clock, the pictures, how fast work goes."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import secrets
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from attrs import frozen

from vidgen_core.testing.service.books import Books, digest
from vidgen_core.testing.service.footage import LARGEST_PICTURE, Footage, NoPicture, Recipe
from vidgen_core.testing.service.jobs import Job, Stage
from vidgen_core.testing.service.routes import NO_CREDIT, Call

#: Trouble that a job carries from its submit on.
FATES = frozenset(("failed", "moderation", "slow-queue", "unlisted"))
#: How long a queue is slow where nobody says.
_SLOW = 3600.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FETCH_SECONDS = 10.0


@frozen(kw_only=True)
class Order:
    """What a vendor makes of a submit that it accepts.

    ``queued`` and ``working``: the seconds that this takes at speed 1. ``usd``:
    the price, ``None`` where none is known. ``fate``: how the job ends where
    what was ordered cannot be made; it costs nothing then.
    """

    vendor: str
    model: str
    recipe: Recipe
    request: dict[str, Any]
    queued: float
    working: float
    usd: float | None
    fate: str = ""
    reason: str = ""
    failures_are_free: bool = False


class Studio:
    """One service's state. Serves any number of threads.

    ``base`` is the URL that it answers at, once it does.
    """

    def __init__(
        self,
        folder: Path,
        *,
        speed: float,
        delay: float | None,
        credit: float,
        short_side: int,
        footage: Footage | None,
    ) -> None:
        self.base = ""
        self.credit = credit
        self.short_side = short_side
        self.books = Books(folder)
        self.footage = footage or Footage(folder / "media")
        self.uploads = folder / "uploads"
        self._speed = speed
        self._delay = delay
        self._clock = folder / "clock.json"
        self._ahead = self._read_clock()
        self._expired: set[str] = set()
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the service's time: the machine's, and what was advanced."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Set the service's clock forward, also for a service begun again in this folder."""
        with self._lock:
            self._ahead += seconds
            self._clock.write_text(json.dumps({"ahead": self._ahead}), encoding="utf-8")

    def take(self, call: Call, order: Order) -> Job:
        """Accept *order*: write it down, with what it costs. Raises ``Broke``."""
        queued, working = self._pace(order.queued, order.working)
        trouble = call.trouble
        fate, reason, unlisted = order.fate, order.reason, 0.0
        if trouble is not None and trouble.mode in ("failed", "moderation"):
            fate, reason = trouble.mode, trouble.reason
        if trouble is not None and trouble.mode == "slow-queue":
            queued += _SLOW if trouble.seconds is None else trouble.seconds
        if trouble is not None and trouble.mode == "unlisted":
            unlisted = _SLOW if trouble.seconds is None else trouble.seconds
        job = Job(
            id=str(uuid.uuid4()),
            vendor=order.vendor,
            model=order.model,
            recipe=order.recipe,
            request=order.request,
            created=self.now(),
            queued=queued,
            working=working,
            fate=fate,
            reason=reason,
            unlisted=unlisted,
            key=digest(call.key),
        )
        free = bool(order.fate) or (bool(fate) and order.failures_are_free)
        return self.books.open(job, order.usd, self.left(call.key), charged=not free)

    def left(self, key: str) -> float:
        """Return what was paid in for *key*, in USD."""
        return 0.0 if key == NO_CREDIT else self.credit

    def url(self, job: Job) -> str:
        """Return a fresh URL of what *job* made, which nobody was given before."""
        kind = "video" if job.is_video else "image"
        name = f"{kind}{job.recipe.suffix}"
        return f"{self.base}/{job.vendor}/cdn/jobs/{job.id}/{secrets.token_hex(6)}/{name}"

    def expire(self, path: str) -> None:
        """Let the URL with this path be of no use from now on."""
        with self._lock:
            self._expired.add(path)

    def has_expired(self, path: str) -> bool:
        """Whether it was."""
        with self._lock:
            return path in self._expired

    def made(self, job: Job) -> Path:
        """Return the file that *job* makes."""
        return self.footage.made(job.recipe)

    def upload(self, name: str) -> Path | None:
        """Return an uploaded file, ``None`` where there is none of that name."""
        path = self.uploads / Path(name).name
        return path if path.is_file() else None

    def picture(self, url: str) -> str:
        """Keep the picture at *url* and return its name. Raises ``NoPicture``.

        Read are ``data:`` URLs, the service's own, and http on loopback: nothing
        beyond this machine is ever asked.
        """
        if url.startswith("data:"):
            return self.footage.keep(_inline(url))
        if self.base and url.startswith(self.base + "/"):
            return self._own(urlsplit(url).path)
        return self.footage.keep(_fetched(url))

    def frame_of(self, job: Job, *, last: bool) -> str:
        """Keep the first or last picture of what *job* made. Raises ``NoPicture``."""
        if job.fate or job.stage(self.now()) is not Stage.ENDED:
            raise NoPicture(f"{job.id} is not completed")
        return self.footage.frame_of(job.recipe, last=last)

    def _own(self, path: str) -> str:
        parts = path.split("/")
        if self.has_expired(path):
            raise NoPicture("its URL has expired")
        if parts[2:4] == ["cdn", "jobs"] and len(parts) > 4:
            job = self.books.job(parts[4])
            if job is not None and not job.is_video:
                return self.frame_of(job, last=False)
        if parts[2:4] == ["cdn", "files"] and len(parts) > 4:
            upload = self.upload(parts[4])
            if upload is not None:
                return self.footage.keep(upload.read_bytes())
        raise NoPicture("there is no such picture here")

    def _pace(self, queued: float, working: float) -> tuple[float, float]:
        if self._delay is None:
            return queued / self._speed, working / self._speed
        return self._delay / 5, self._delay * 4 / 5

    def _read_clock(self) -> float:
        with contextlib.suppress(FileNotFoundError):
            return float(json.loads(self._clock.read_text(encoding="utf-8"))["ahead"])
        return 0.0


def _inline(url: str) -> bytes:
    head, _, data = url.partition(",")
    try:
        content = unquote_to_bytes(data)
        return base64.b64decode(content, validate=True) if head.endswith(";base64") else content
    except ValueError:
        raise NoPicture("its data: URL cannot be read") from None


def _fetched(url: str) -> bytes:
    """Return what a server on this machine has at *url*; it is not followed elsewhere."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        raise NoPicture("this rehearsal reads pictures from this machine only")
    connection = http.client.HTTPConnection(
        parts.hostname, parts.port or 80, timeout=_FETCH_SECONDS
    )
    try:
        path = parts.path or "/"
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path)
        with connection.getresponse() as response:
            content = response.read(LARGEST_PICTURE + 1)
            if response.status != 200:
                raise NoPicture(f"its server answered {response.status}")
            return content
    except (OSError, http.client.HTTPException) as error:
        raise NoPicture(f"its server could not be asked: {error}") from None
    finally:
        connection.close()
