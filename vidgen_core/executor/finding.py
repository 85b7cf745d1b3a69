"""Looking for a job whose id was lost: the service is asked what it took."""

from __future__ import annotations

from itertools import islice
from typing import Any

from vidgen_core import faults
from vidgen_core.executor.bought import as_job
from vidgen_core.executor.clock import real
from vidgen_core.executor.errand import Errand
from vidgen_core.ledger import InFlight
from vidgen_core.protocols import JobRef

#: How often a job whose id was lost is looked for before it counts as never begun.
LOOKS = 2
#: So many jobs no account made since one order: a list that has no end must not hang the run.
MOST_JOBS = 10_000
#: How long a job may take to appear in a service's list, where the provider does not say.
SETTLE_SECONDS = 30.0


def jobs_like(errand: Errand, work: InFlight, request: Any) -> tuple[tuple[JobRef, ...], float]:
    """Return the jobs that *request* may have made, and after how many seconds to look again.

    Runs in a worker thread. Raises what the provider's ``find`` raises.
    """

    def find() -> tuple[tuple[JobRef, ...], float | None]:
        found = errand.provider.find(request, work.token, work.since)
        refs = tuple(as_job(ref) for ref in islice(found, MOST_JOBS + 1))
        if len(refs) > MOST_JOBS:
            raise ValueError(f"it named more than {MOST_JOBS} jobs")
        return refs, real(getattr(errand.provider, "settle_seconds", None))

    faults.point("find-before")
    refs, settle = errand.call("find", find)
    faults.point("find-after")
    return refs, SETTLE_SECONDS if settle is None else max(0.0, settle)
