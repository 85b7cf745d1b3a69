"""How long each provider has been waited for in vain, and how long that is borne."""

from __future__ import annotations

from attrs import define, field, frozen

from vidgen_core.executor.clock import Clock


@frozen
class Lane:
    """Calls of one kind at one service: those that ask it for new work, or all others.

    They are waited for apart: a queue that is full still tells how its jobs are doing.
    """

    who: str
    submits: bool = False


@define(kw_only=True, eq=False)
class Patience:
    """Counts, for each lane, from the first call that failed since one last went well.

    *seconds* is how much of that is borne: 0 where the user did not ask for patience.
    It is counted for the whole run and not for each of its jobs, so that many jobs
    together wait no longer than one.
    """

    seconds: float
    clock: Clock
    _since: dict[Lane, float] = field(factory=dict, init=False)

    def failed(self, lane: Lane) -> float | None:
        """Take note of a call in vain; return how much patience is left, ``None`` for no such."""
        now = self.clock.now()
        begun = self._since.setdefault(lane, now)
        return max(0.0, begun + self.seconds - now) if self.seconds > 0 else None

    def answered(self, lane: Lane) -> None:
        """Take note that a call went well."""
        self._since.pop(lane, None)
