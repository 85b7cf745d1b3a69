"""A request as it goes into the log: without its keys, but with their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from vidgen_core.testing.service.books import Logged, digest
from vidgen_core.testing.service.messages import Answer, Delivery, Request

MASK = "***"

_HEADERS = ("authorization", "x-api-key", "xi-api-key", "x-goog-api-key", "proxy-authorization")
_QUERY = ("key", "api_key", "access_token")
#: A body longer than this is told by its length and digest.
_LONGEST = 20_000


def entry(
    number: int, time: float, route: str, request: Request, answer: Answer, trouble: str
) -> Logged:
    """Return the log's entry for *request*, which found *route* and met *trouble*."""
    keys = _keys(request)
    secrets = [key for key in keys.values() if len(key) > 3]
    return Logged(
        number=number,
        time=time,
        route=route,
        method=request.method,
        path=_masked(request.path, secrets),
        query=_all_masked(request.query, secrets),
        headers=_all_masked(request.headers, secrets),
        keys={name: digest(key) for name, key in keys.items()},
        body=_body(request, secrets),
        status=0 if answer.delivery in (Delivery.RESET, Delivery.NEVER) else answer.status,
        trouble=trouble,
    )


def _keys(request: Request) -> dict[str, str]:
    """Return the keys in *request* by the header or query field that they came in."""
    found = {}
    for name in _HEADERS:
        value = request.headers.get(name, "")
        key = value.rpartition(" ")[2]
        if key:
            found[name] = key
    for name in _QUERY:
        if request.query.get(name):
            found[f"?{name}"] = request.query[name]
    return found


def _body(request: Request, secrets: list[str]) -> Any:
    if not request.body:
        return None
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        return _told(request.body)
    if len(text) > _LONGEST:
        return _told(request.body)
    text = _masked(text, secrets)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _told(body: bytes) -> dict[str, Any]:
    return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _all_masked(fields: Mapping[str, str], secrets: list[str]) -> dict[str, str]:
    return {name: _masked(value, secrets) for name, value in fields.items()}


def _masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text
