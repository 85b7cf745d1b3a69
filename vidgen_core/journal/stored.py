"""What lies beside the journal: what was sent with a submit, and the answer to it."""

from __future__ import annotations

import contextlib
import json
import re
import stat
from pathlib import Path

from attrs import evolve

from vidgen_core import disk, layout
from vidgen_core.ledger import InFlight, Ledger
from vidgen_core.model import Key, key_from_id

_LARGEST = 64 * 1024 * 1024
_REQUEST = re.compile(r"(?P<key>.+)-[0-9]+\.json", re.ASCII)


def path_of_sent(work: InFlight) -> str:
    """Return where what was sent with the submit of *work* is kept."""
    return f"{layout.REQUESTS}/{work.key.id}-{work.take}.json"


def path_of_answer(work: InFlight) -> str:
    """Return where the answer to *work* is stored."""
    return layout.answer_to(work.key, work.take)


def requested(root: Path) -> set[Key]:
    """Return what requests are stored for: each is, right before its intent is written.

    One that a crash left unfinished had no time for an intent.
    """
    found = set()
    with contextlib.suppress(OSError):
        for path in (root / layout.REQUESTS).iterdir():
            name = _REQUEST.fullmatch(path.name)
            with contextlib.suppress(ValueError):
                if name and not _is_unfinished(path):
                    found.add(key_from_id(name["key"]))
    return found


def _is_unfinished(path: Path) -> bool:
    """Whether the file at *path* is part of a JSON text; what cannot be read may be whole."""
    try:
        json.loads(disk.read_file(path, _LARGEST))
    except (ValueError, RecursionError):
        return True
    except OSError:
        return False
    return False


def is_stored(root: Path, work: InFlight) -> bool:
    """Whether the answer to *work* is there: what is older than its question is another's."""
    try:
        asked = (root / path_of_sent(work)).lstat()
        answer = (root / path_of_answer(work)).lstat()
    except OSError:
        return False
    return stat.S_ISREG(answer.st_mode) and answer.st_mtime_ns >= asked.st_mtime_ns


def with_stored_answers(root: Path, ledger: Ledger) -> Ledger:
    """Return *ledger* as a run will find it: an answer that is stored is no question.

    A run that ended between storing an answer and its record left it so. A plan that
    took it for one would not say what the rest of the work costs.
    """
    stored = {
        key: evolve(work, answered=True)
        for key, work in ledger.in_flight.items()
        if work.is_doubtful and is_stored(root, work)
    }
    return evolve(ledger, in_flight={**ledger.in_flight, **stored}) if stored else ledger
