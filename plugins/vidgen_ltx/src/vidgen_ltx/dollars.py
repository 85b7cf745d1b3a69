"""Prices as users write them."""

from __future__ import annotations

import re

_PRICE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)(/s)?", re.ASCII)


def read_price(text: str) -> tuple[float, bool]:
    """Return US dollars, and whether they are for a second (``0.04/s``) and not for one piece."""
    found = _PRICE.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError(
            "a price is US dollars for one piece, such as 0.02, or for a second: 0.04/s"
        )
    return float(found[1]), found[2] is not None
