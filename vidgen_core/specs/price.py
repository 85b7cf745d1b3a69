"""What work costs."""

from __future__ import annotations

import math
from typing import Any

from attrs import frozen


@frozen
class Price:
    """What one piece of work costs, in US dollars; ``high`` is ``None`` where unknown.

    Raises ``ValueError`` for what is no price.
    """

    low: float = 0.0
    high: float | None = 0.0

    def __attrs_post_init__(self) -> None:
        high = self.low if self.high is None else self.high
        if not (math.isfinite(self.low) and math.isfinite(high) and 0 <= self.low <= high):
            got = f"got {self.low}, {self.high}"
            raise ValueError(f"a price is two amounts from 0 on, the lower one first; {got}")

    @property
    def known(self) -> bool:
        """Whether there is an upper bound."""
        return self.high is not None

    @property
    def free(self) -> bool:
        """Whether it surely costs nothing."""
        return self.high == 0.0

    def __add__(self, other: Price) -> Price:
        known = self.high is not None and other.high is not None
        return Price(self.low + other.low, (self.high or 0) + (other.high or 0) if known else None)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least ${self.low:.2f}" if self.low else "unknown"
        if self.free:
            return "free"
        low, high = f"{self.low:.2f}", f"{self.high:.2f}"
        if self.high < 0.005:  # what is not free must not look so
            low, high = f"{self.low:.4f}", f"{self.high:.4f}"
        if not self.low:
            return f"at most ${high}"
        return f"${low}" if low == high else f"${low}–{high}"


FREE = Price()
UNKNOWN_PRICE = Price(0.0, None)


def free_of_charge(request: Any, options: Any) -> Price:
    """Price of work that costs nothing."""
    return FREE
