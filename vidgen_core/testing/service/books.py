"""What the service writes down: its jobs, the bill, and every request.

Three files of one JSON object a line in the service's folder, only ever appended
to, so that they are there after a kill and a service begun again goes on with them.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from attrs import asdict, evolve, frozen

from vidgen_core.testing.service.footage import Recipe
from vidgen_core.testing.service.jobs import Job

T = TypeVar("T")

BILL = "bill.jsonl"
REQUESTS = "requests.jsonl"
JOBS = "jobs.jsonl"


@frozen(kw_only=True)
class Charge:
    """One line of the bill. ``usd`` is ``None`` where no price is known.

    ``usd`` below 0 gives a charge back. ``key`` is the digest of the key.
    """

    time: float
    vendor: str
    what: str
    job: str
    usd: float | None
    key: str


@frozen(kw_only=True)
class Logged:
    """One request and what was answered.

    In ``headers``, ``query`` and ``body`` each key is masked; ``keys`` holds its
    digest by the header or query field that it came in. ``status`` is 0 where
    nothing was answered, ``trouble`` the mode that the request met.
    """

    number: int
    time: float
    route: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    keys: Mapping[str, str]
    body: Any
    status: int
    trouble: str = ""


class Books:
    """The service's jobs, bill and log. Serves any number of threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        folder.mkdir(parents=True, exist_ok=True)
        for name in (BILL, REQUESTS, JOBS):
            _mend(folder / name)
        self._jobs = {job.id: job for job in read_jobs(folder)}
        self._count = len(self._jobs)
        self._bill = list(read_bill(folder))
        self._requests = list(read_requests(folder))

    @property
    def bill(self) -> list[Charge]:
        """Every charge, in order."""
        with self._lock:
            return list(self._bill)

    @property
    def requests(self) -> list[Logged]:
        """Every request, in the order in which they were answered."""
        with self._lock:
            return list(self._requests)

    @property
    def jobs(self) -> list[Job]:
        """Every job, also those that are gone, in the order in which they were made."""
        with self._lock:
            return list(self._jobs.values())

    def job(self, name: str) -> Job | None:
        """Return the job of that id, ``None`` where there is none, or no more."""
        with self._lock:
            job = self._jobs.get(name)
        return None if job is None or job.gone else job

    def spent(self, vendor: str) -> float:
        """Return what is on *vendor*'s bill, in USD; what has no known price counts nothing."""
        return sum(charge.usd or 0.0 for charge in self.bill if charge.vendor == vendor)

    def open(self, job: Job, usd: float | None, credit: float, *, charged: bool = True) -> Job:
        """Write down a new job and its charge, and return the job with its number.

        Raises ``Broke`` where the price is more than is left of *credit*.
        """
        with self._lock:
            if (usd or 0.0) > credit - self.spent(job.vendor):
                raise Broke
            self._count += 1
            job = evolve(job, recipe=evolve(job.recipe, number=self._count))
            self.change(job)
            if charged:
                self.charge(job, usd)
            return job

    def change(self, job: Job) -> None:
        """Write down that *job* is now so."""
        with self._lock:
            self._append(JOBS, asdict(job))
            self._jobs[job.id] = job

    def charge(self, job: Job, usd: float | None) -> None:
        """Put a line on the bill."""
        charge = Charge(
            time=job.created, vendor=job.vendor, what=job.model, job=job.id, usd=usd, key=job.key
        )
        with self._lock:
            self._append(BILL, asdict(charge))
            self._bill.append(charge)

    def give_back(self, job: Job) -> None:
        """Take what *job* cost off the bill again, by a line of its own."""
        with self._lock:
            for charge in [charge for charge in self._bill if charge.job == job.id]:
                self.charge(job, None if charge.usd is None else -charge.usd)

    def log(self, make: Callable[[int], Logged]) -> None:
        """Write down a request; *make* is given its number."""
        with self._lock:
            logged = make(len(self._requests) + 1)
            self._append(REQUESTS, asdict(logged))
            self._requests.append(logged)

    def _append(self, name: str, record: dict[str, Any]) -> None:
        with (self._folder / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(record, default=dict) + "\n")


class Broke(Exception):
    """The account holds less than the price."""


def digest(key: str) -> str:
    """Return the digest under which a key stands in the log and on the bill."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_bill(folder: Path) -> list[Charge]:
    """Return the bill in a service's folder, also of a service that was killed."""
    return _read(folder / BILL, lambda record: Charge(**record))


def read_requests(folder: Path) -> list[Logged]:
    """Return the log in a service's folder, also of a service that was killed."""
    return _read(folder / REQUESTS, lambda record: Logged(**record))


def read_jobs(folder: Path) -> list[Job]:
    """Return the jobs in a service's folder as they are now, in the order of their numbers."""
    lines = _read(folder / JOBS, lambda record: record)
    latest = {record["id"]: record for record in lines}
    return [Job(**record | {"recipe": Recipe(**record["recipe"])}) for record in latest.values()]


def _read(path: Path, make: Callable[[dict[str, Any]], T]) -> list[T]:
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [make(json.loads(line)) for line in whole.splitlines()]


def _mend(path: Path) -> None:
    """Cut off a line that a kill left half written."""
    if path.exists():
        content = path.read_bytes()
        keep = content.rfind(b"\n") + 1
        if keep < len(content):
            with path.open("r+b") as file:
                file.truncate(keep)
