"""What a service gave for money, and the trouble there was in writing it down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from vidgen_core.errors import Billed, MachineError
from vidgen_core.executor.clock import real
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
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


def as_state(state: Any) -> Pending | Ready | Failed:
    """Return what a poll answered, with values of the right types; raises where it is no state."""
    match state:
        case Pending():
            return Pending(fraction=real(state.fraction), seconds_left=real(state.seconds_left))
        case Ready():
            return state
        case Failed():
            known = isinstance(state.billed, str) and state.billed in tuple(Billed)
            billed = str(state.billed) if known else Billed.UNKNOWN.value
            return Failed(message=str(state.message), billed=billed)
    raise TypeError(f"{state!r:.200} is no Pending, no Ready and no Failed")


def as_answer(answer: Any) -> bytes:
    """Return a paid *answer* as bytes. A text is kept, too: it was paid for."""
    if isinstance(answer, str):
        return answer.encode("utf-8", "surrogatepass")
    if not isinstance(answer, (bytes, bytearray, memoryview)):
        raise TypeError(f"{answer!r:.200} is no answer of bytes")
    return bytes(answer)


def as_rest(rest: Any, request: Any) -> Any:
    """Return what is to be asked after a *request*: the like of it, or ``None``."""
    if rest is not None and type(rest) is not type(request):
        raise TypeError(f"{rest!r:.200} is no {type(request).__name__}")
    return rest


def trouble_in(write: Callable[[], None]) -> MachineError | None:
    """Return what hindered *write*: what was paid for is in hand, and must not be dropped."""
    try:
        write()
    except MachineError as error:
        return error
    return None
