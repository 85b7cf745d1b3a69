"""What a service gave for money, and the trouble there was in writing it down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from vidgen_core.errors import MachineError
from vidgen_core.protocols import JobRef
from vidgen_core.specs import Price


@frozen(kw_only=True)
class Bought:
    """A job that a service took, or its answer. ``trouble``: why that is not on record.

    ``cost``: what the answer says that it cost; ``note``: why that is not known.
    """

    ref: JobRef | None = None
    answer: bytes | None = None
    cost: Price | None = None
    note: str = ""
    trouble: MachineError | None = None


def as_job(ref: Any) -> JobRef:
    """Return *ref* as the journal can keep it; raises where it is no job."""
    if not isinstance(ref, JobRef) or not isinstance(ref.id, str) or not ref.id:
        raise TypeError(f"{ref!r:.200} is no job")
    facts = ref.facts if isinstance(ref.facts, dict) else {}
    return JobRef(id=ref.id, facts={str(name): str(fact) for name, fact in facts.items()})


def trouble_in(write: Callable[[], None]) -> MachineError | None:
    """Return what hindered *write*: what was paid for is in hand, and must not be dropped."""
    try:
        write()
    except MachineError as error:
        return error
    return None
