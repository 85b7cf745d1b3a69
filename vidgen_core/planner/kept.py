"""What is there stays: the task that says so."""

from __future__ import annotations

from vidgen_core.plan import Decision, File, Reason, Task
from vidgen_core.planner.situation import wholeness


def kept(file: File, stale: tuple[Reason, ...] = ()) -> Task:
    """Return the task that keeps *file*; *stale*: why it may be out of date."""
    return Task(
        key=file.key,
        decision=Decision.STALE if stale else Decision.KEEP,
        output=file.path,
        reasons=(wholeness(file), *stale),
        seconds=file.facts.seconds,
    )
