"""One job of Luma's, as it tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from attrs import field, frozen

VideoOrImage = Literal["video", "image"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@frozen(kw_only=True)
class Generation:
    """One job. Unknown states are those of work that goes on.

    ``created``: Unix time, ``None`` where Luma does not say. ``asked``: what was
    sent, empty where Luma does not say. ``url``: where its result is, once there is one.
    """

    id: str
    kind: VideoOrImage
    state: str = ""
    reason: str = ""
    created: float | None = None
    url: str = field(default="", repr=False)
    asked: Mapping[str, Any] = field(factory=dict, repr=False)

    @property
    def is_done(self) -> bool:
        """Whether its result can be had."""
        return self.state == "completed"

    @property
    def has_failed(self) -> bool:
        """Whether Luma gave up on it."""
        return self.state == "failed"


def is_id(text: object) -> bool:
    """Whether *text* can be the id of a job: what else stood in a URL would lead elsewhere."""
    return isinstance(text, str) and bool(_ID.fullmatch(text))


def read_generation(answer: object) -> Generation | None:
    """Return the job that an answer of Luma's tells of, ``None`` where it tells of none."""
    told = _object(answer)
    if not is_id(told.get("id")):
        return None
    assets = _object(told.get("assets"))
    drawn = told.get("generation_type") == "image" or (
        "generation_type" not in told and bool(assets.get("image"))
    )
    kind: VideoOrImage = "image" if drawn else "video"
    return Generation(
        id=told["id"],
        kind=kind,
        state=_text(told.get("state")),
        reason=_text(told.get("failure_reason")),
        created=_moment(told.get("created_at")),
        url=_text(assets.get(kind)),
        asked=_object(told.get("request")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> float | None:
    try:
        moment = datetime.fromisoformat(_text(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
