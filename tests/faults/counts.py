"""What the sweeps have counted, as a table: ``python tests/faults/counts.py FILE``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path


def table(lines: str) -> str:
    """Return the sums of what ``extent.counted`` wrote, as the rows of a Markdown table."""
    sums: Counter[tuple[str, str]] = Counter()
    for line in lines.splitlines():
        record = json.loads(line)
        layer = record.pop("layer")
        for what, count in record.items():
            sums[layer, what.replace("_", " ")] += count
    rows = [f"| {layer} | {what} | {count:,} |" for (layer, what), count in sorted(sums.items())]
    return "\n".join(["| layer | what | count |", "|---|---|---|", *rows])


if __name__ == "__main__":
    found = Path(sys.argv[1])
    print(table(found.read_text("utf-8")) if found.exists() else "Nothing was counted.")
