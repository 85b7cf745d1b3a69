"""Looking for a job whose id was lost: the service is asked what it took."""

from __future__ import annotations

from typing import Any

from vidgen_core.executor.bought import as_job
from vidgen_core.executor.clock import real
from vidgen_core.executor.errand import Errand
from vidgen_core.ledger import InFlight
from vidgen_core.protocols import JobRef

#: How often a job whose id was lost is looked for before it counts as never begun.
LOOKS = 2
#: How long a job may take to appear in a service's list, where the provider does not say.
SETTLE_SECONDS = 30.0


def jobs_like(errand: Errand, work: InFlight, request: Any) -> tuple[tuple[JobRef, ...], float]:
    """Return the jobs that *request* may have made, and after how many seconds to look again.

    Runs in a worker thread. Raises what the provider's ``find`` raises.
    """

    def find() -> tuple[JobRef, ...]:
        found = errand.provider.find(request, work.token, work.since)
        return tuple(as_job(ref) for ref in found)

    refs = errand.call("find", find)
    settle = real(getattr(errand.provider, "settle_seconds", None))
    return refs, SETTLE_SECONDS if settle is None else max(0.0, settle)
