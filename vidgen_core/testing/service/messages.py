"""What goes over the wire: a request, an answer, and how an answer may go wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

NOTHING: Mapping[str, str] = MappingProxyType({})


class Delivery(Enum):
    """What becomes of an answer on its way."""

    WHOLE = "whole"
    #: Half of the body, under headers that promise all of it.
    CUT = "cut"
    #: Nothing; the connection is reset.
    RESET = "reset"
    #: Nothing; the connection stays open.
    NEVER = "never"


@frozen(kw_only=True)
class Request:
    """One request as it came. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = NOTHING
    headers: Mapping[str, str] = NOTHING
    body: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are none are replaced."""
        return self.body.decode(errors="replace")

    def fields(self) -> dict[str, Any]:
        """Return the JSON object in the body. Raises ``ValueError`` where there is none."""
        value = json.loads(self.body or b"{}")
        if not isinstance(value, dict):
            raise ValueError("the body is no JSON object")
        return value


@frozen(kw_only=True)
class Answer:
    """What is sent back, and how."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = NOTHING
    delivery: Delivery = Delivery.WHOLE
    #: How long nothing comes, where the answer never does; ``None``: as long as the client waits.
    seconds: float | None = None


class Refusal(Exception):
    """The service says no. ``kind`` is the word that its own API has for it.

    ``words`` may be a list where that API answers with one.
    """

    def __init__(
        self, status: int, words: Any, kind: str = "", *, headers: Mapping[str, str] = NOTHING
    ) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.kind = kind
        self.headers = headers


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """Return an answer that holds *value*; ``x_request_id="1"`` is the header x-request-id."""
    more = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(
        status=status,
        body=json.dumps(value).encode(),
        headers={"content-type": "application/json", **more},
    )


def as_text(text: str, status: int, media_type: str = "text/plain") -> Answer:
    """Return an answer that holds *text*."""
    return Answer(
        status=status,
        body=text.encode(),
        headers={"content-type": f"{media_type}; charset=utf-8"},
    )
