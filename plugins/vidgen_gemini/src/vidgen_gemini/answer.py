"""A stored answer of Gemini's: whether it is one, and what is in it.

It is read here and not by an SDK, so that one of either package can be read without
both, years later too. ``google-generativeai`` asks for enums as numbers.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from vidgen_core import BadOutput, Billed, Refused, clean_words
from vidgen_gemini.faults import SERVICE

#: Names of why a model stopped, and why a question was blocked, by their numbers.
ENDS: Mapping[int, str] = MappingProxyType(
    {
        0: "FINISH_REASON_UNSPECIFIED",
        1: "STOP",
        2: "MAX_TOKENS",
        3: "SAFETY",
        4: "RECITATION",
        5: "OTHER",
        6: "LANGUAGE",
        7: "BLOCKLIST",
        8: "PROHIBITED_CONTENT",
        9: "SPII",
        10: "MALFORMED_FUNCTION_CALL",
        11: "IMAGE_SAFETY",
    }
)
BLOCKS: Mapping[int, str] = MappingProxyType(
    {
        0: "BLOCK_REASON_UNSPECIFIED",
        1: "SAFETY",
        2: "OTHER",
        3: "BLOCKLIST",
        4: "PROHIBITED_CONTENT",
        5: "IMAGE_SAFETY",
    }
)
_WHOLE = frozenset({"", "STOP", "FINISH_REASON_UNSPECIFIED"})
#: After these another question may be answered; after the rest the model will not.
_ACCIDENTS = frozenset({"MAX_TOKENS", "OTHER", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE"})
#: No answer has more; a larger number is nothing to show.
_MOST_TOKENS = 1_000_000_000


@frozen(kw_only=True)
class Part:
    """Something that an answer holds beside words: its media type, and its bytes."""

    kind: str
    content: bytes = field(repr=False)


@frozen(kw_only=True)
class Answer:
    """A whole answer: its words, without what the model only thought, and the rest."""

    text: str
    parts: tuple[Part, ...]


@frozen(kw_only=True)
class Usage:
    """How many tokens an answer counts: of the question, of what was ``kept`` of it, and its own.

    What was thought counts as its own. ``model``: who answered, by its own word. ``blocked``:
    nothing was answered.
    """

    question: int
    answer: int
    kept: int = 0
    model: str = ""
    blocked: bool = False


def usage_of(raw: bytes) -> Usage | None:
    """Return what *raw* says that it used; ``None`` where that is not told, or does not add up."""
    try:
        told = _object(_json(raw))
    except BadOutput:
        return None
    used = _object(told.get("usageMetadata"))
    question, total = (_tokens(used, f"{name}TokenCount") for name in ("prompt", "total"))
    given, thought, kept = (
        _tokens(used, f"{name}TokenCount", absent=0)
        for name in ("candidates", "thoughts", "cachedContent")
    )
    if question is None or given is None or thought is None or kept is None:
        return None
    if total != question + given + thought or kept > question:
        return None
    return Usage(
        question=question,
        answer=given + thought,
        kept=kept,
        model=_text(told.get("modelVersion")),
        blocked=not _list(told.get("candidates")),
    )


def _tokens(used: Mapping[str, Any], name: str, absent: int | None = None) -> int | None:
    """Return a count of tokens; ``None`` for what is none, and *absent* where none is given."""
    count = used.get(name)
    if count is None:
        return absent
    is_count = isinstance(count, int) and not isinstance(count, bool)
    return count if is_count and 0 <= count < _MOST_TOKENS else None


def read_answer(raw: bytes, *, longer: str = "") -> Answer:
    """Return what *raw* holds; *longer*: what to type so that an answer is not cut off.

    Raises ``Refused`` with the service's words where the question was blocked or the
    model stopped for what it wrote, and ``BadOutput`` for an answer that is no whole one.
    """
    told = _object(_json(raw))
    candidate = _object(next(iter(_list(told.get("candidates"))), None))
    if not candidate:
        raise _without(_object(told.get("promptFeedback")))
    _check_end(candidate, told, longer)
    parts = [_object(each) for each in _list(_object(candidate.get("content")).get("parts"))]
    shown = [part for part in parts if part.get("thought") is not True]
    return Answer(
        text="".join(_text(part.get("text")) for part in shown),
        parts=tuple(filter(None, map(_part, shown))),
    )


def _without(feedback: Mapping[str, Any]) -> Refused | BadOutput:
    """Return the error for an answer that holds nothing."""
    reason = _name(feedback.get("blockReason"), BLOCKS)
    if not reason:
        return BadOutput(f"{SERVICE} answered nothing", billed=Billed.YES)
    said = clean_words(_text(feedback.get("blockReasonMessage")))
    message = f"{SERVICE} blocked the question ({reason})"
    return Refused(f"{message}: {said}" if said else message, billed=Billed.UNKNOWN)


def _check_end(candidate: Mapping[str, Any], told: Mapping[str, Any], longer: str) -> None:
    """Raise where the model did not end by itself: nothing of such an answer is used."""
    end = _name(candidate.get("finishReason"), ENDS)
    if end in _WHOLE:
        return
    said = clean_words(_text(candidate.get("finishMessage")))
    more = f": {said}" if said else ""
    if end == "MAX_TOKENS":
        used = _object(told.get("usageMetadata"))
        counted = (used.get(name) for name in ("candidatesTokenCount", "thoughtsTokenCount"))
        tokens = sum(each for each in counted if isinstance(each, int) and 0 < each < _MOST_TOKENS)
        at = f" after {tokens} tokens" if tokens else ""
        raise BadOutput(
            f"{SERVICE}'s answer was cut off{at} (MAX_TOKENS)",
            advice=longer,
            billed=Billed.YES,
        )
    if end in _ACCIDENTS:
        raise BadOutput(f"{SERVICE} did not end its answer ({end}){more}", billed=Billed.YES)
    raise Refused(f"{SERVICE} will not answer this ({end}){more}", billed=Billed.YES)


def _part(part: Mapping[str, Any]) -> Part | None:
    told = _object(part.get("inlineData"))
    data = _text(told.get("data"))
    if not data:
        return None
    try:
        content = base64.b64decode(data + "=" * (-len(data) % 4), altchars=_altchars(data))
    except (binascii.Error, ValueError):
        return None
    return Part(kind=_text(told.get("mimeType")).lower(), content=content)


def _altchars(data: str) -> bytes | None:
    return b"-_" if "-" in data or "_" in data else None


def _name(value: object, names: Mapping[int, str]) -> str:
    """Return the name of an enum, which came as its name or its number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return names.get(value) or clean_words(f"reason {value}", 60)
    return clean_words(_text(value), 60)


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BadOutput(f"the stored answer of {SERVICE} is no JSON", billed=Billed.YES) from None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
