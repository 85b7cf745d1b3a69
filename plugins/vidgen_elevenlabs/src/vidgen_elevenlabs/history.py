"""What ElevenLabs' history tells of a piece of speech."""

from __future__ import annotations

import re
from typing import Any

from attrs import field, frozen

#: No Unix time is later.
_LATEST = 1e12
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def is_id(name: str) -> bool:
    """Whether *name* can be the id of something in the history; it becomes a part of a URL."""
    return _ID.fullmatch(name) is not None


@frozen(kw_only=True)
class Spoken:
    """One piece of speech in the history of an account.

    ``created`` is Unix time. ``voice`` and ``model`` are empty where they are not told.
    ``alignment``: when each character is heard, as the service put it, or ``None``.
    """

    id: str
    created: float
    text: str
    voice: str = ""
    model: str = ""
    alignment: Any = field(default=None, repr=False)


def read_spoken(told: Any) -> Spoken | None:
    """Return what the history's item *told* says, ``None`` where it is no speech of a text."""
    if not isinstance(told, dict) or told.get("source") not in (None, "TTS"):
        return None
    name, text, created = (told.get(key) for key in ("history_item_id", "text", "date_unix"))
    if not isinstance(name, str) or not is_id(name) or not isinstance(text, str):
        return None
    if isinstance(created, bool) or not isinstance(created, (int, float)):
        return None
    if not abs(created) < _LATEST:  # a number that is too large for one is no time
        return None
    alignments = told.get("alignments")
    return Spoken(
        id=name,
        created=float(created),
        text=text,
        voice=_text(told.get("voice_id")),
        model=_text(told.get("model_id")),
        alignment=alignments.get("alignment") if isinstance(alignments, dict) else None,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
