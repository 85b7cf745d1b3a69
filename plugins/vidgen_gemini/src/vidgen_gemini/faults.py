"""What went wrong between here and Gemini, as the errors that say: again? charged?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vidgen_core import (
    AuthFailed,
    Billed,
    OutOfCredit,
    ProviderError,
    Refused,
    retry_after,
    service_error,
)

SERVICE = "Gemini"

#: Google does not charge "a request that fails with a 400 or 500 error"; 503 is taken for such.
_FREE_FAULTS = frozenset({500, 503})
#: Google documents 402 for an account without credit; 429 with such words was seen before.
_DEPLETED = re.compile(r"\bcredits?\b[^.]*\b(depleted|exhausted|used up)\b", re.IGNORECASE)
_PAUSE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)s", re.ASCII)


def is_object(body: bytes) -> bool:
    """Whether *body* holds a JSON object, as each answer of Gemini's does."""
    return isinstance(_json(body), dict)


def failure(
    status: int, headers: Mapping[str, str], body: bytes, *, submitting: bool = True
) -> ProviderError:
    """Return the error for an answer of *status* that is no answer to what was asked."""
    told = _error(_json(body))
    words = _text(told.get("message")) or body[:2000].decode(errors="replace")
    details = [each for each in _list(told.get("details")) if isinstance(each, dict)]
    reasons = (_text(each.get("reason")) for each in details)
    code = next(filter(None, reasons), _text(told.get("status")))
    if status == 429 and _DEPLETED.search(words):
        code = "no credit"
    pause = retry_after(headers)
    error = service_error(
        SERVICE,
        status,
        words,
        code=code,
        retry_after=_pause(details) if pause is None else pause,
        submitting=submitting,
        billed=Billed.NO if told and status in _FREE_FAULTS else Billed.UNKNOWN,
    )
    error.advice = _advice(error, status) or error.advice
    return error


def _advice(error: ProviderError, status: int) -> str:
    if isinstance(error, AuthFailed):
        return "set GEMINI_API_KEY to a valid key first"
    if isinstance(error, OutOfCredit):
        return "add credit in Google AI Studio first"
    if isinstance(error, Refused) and status == 404:
        return "vidgen models gemini lists the models of your account"
    return ""


def _pause(details: list[dict[str, Any]]) -> float | None:
    """Return for how many seconds Google asks to wait in the body of an error."""
    found = (_PAUSE.fullmatch(_text(each.get("retryDelay"))) for each in details)
    return next((float(each[1]) for each in found if each), None)


def _error(told: object) -> dict[str, Any]:
    """Return what an error's body tells; a list of one is sent where an answer was streamed."""
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
