"""What is said in the speech that is there, as far as anything tells."""

from __future__ import annotations

import json
from functools import reduce
from pathlib import Path
from typing import Any

from vidgen_core import disk
from vidgen_core.errors import InputError
from vidgen_core.layout import REQUESTS
from vidgen_core.ledger import Ledger, Published
from vidgen_core.model import Key, Step
from vidgen_core.plan import File, Listing
from vidgen_core.planner.situation import prompt_digest
from vidgen_core.script_files import load_timings
from vidgen_core.strict_json import MAX_BYTES
from vidgen_core.subtitles.words import joined


def words_spoken(root: Path, listing: Listing, ledger: Ledger) -> dict[str, str]:
    """Return the words of each scene's speech in run directory *root*, by the speech's path.

    Paid speech has its request in the directory, which counts where it is the one
    that the speech's record knows; else the timings beside the speech say it.
    """
    found = {}
    for file in listing.files:
        if file.key.step is Step.SCENE_NARRATION:
            record = ledger.published.get(file.path)
            words = _asked(root, file.key, record) or _timed(root, listing, file)
            if words:
                found[file.path] = words
    return found


def _asked(root: Path, key: Key, record: Published | None) -> str:
    """Return what was asked to be spoken, where the request is still there."""
    if record is None or not record.paid:
        return ""
    try:
        content = disk.read_file(root / f"{REQUESTS}/{key.id}-{record.take}.json", MAX_BYTES)
        asked: Any = json.loads(content)["request"]
        parts = (asked.get("before", ""), asked["text"], asked.get("after", ""))
        text = "".join(parts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return text if prompt_digest(text) == record.prompt else ""


def _timed(root: Path, listing: Listing, speech: File) -> str:
    """Return the words of the timings that stand beside *speech*."""
    here = Key(Step.SCENE_TIMINGS, speech.key.scene)
    beside = (file for file in listing.by_key.get(here, ()) if file.timestamp == speech.timestamp)
    for file in beside:
        try:
            timings = load_timings(disk.read_file(root / file.path, MAX_BYTES), file.path)
        except (InputError, OSError):
            continue
        return reduce(joined, (one.text.strip() for one in timings), "")
    return ""
