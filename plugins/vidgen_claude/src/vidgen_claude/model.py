"""The script model ``claude``: a question for each file, and the file out of its answer."""

from __future__ import annotations

import json
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidgen_claude.prices import answer_limit, charge_of, most_read, window_of
from vidgen_core import (
    Asking,
    BadOutput,
    Billed,
    Context,
    Price,
    Refused,
    ScriptRequest,
    asked,
    clean_words,
    file_of,
    rest_of,
)

if TYPE_CHECKING:
    from vidgen_claude.service import Claude

#: Why an answer ends that is whole.
_WHOLE = frozenset({"end_turn", "stop_sequence", None})
#: Core asks once more by itself; the second answer is kept and would only be read again.
_LONGER = (
    "delete that answer and run vidgen continue with more room for the next one: "
    "--set claude.max_tokens=64000"
)


class ClaudeScriptModel:
    """Writes scenes, environments and narration. Serves any number of threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._options: Any = context.options
        self._importing = threading.Lock()

    @cached_property
    def _made(self) -> Claude:
        from vidgen_claude.service import Claude

        return Claude(self._context)

    @property
    def claude(self) -> Claude:
        """The account. Its SDK is imported when this is first asked for."""
        with self._importing:
            return self._made

    def ask(self, request: ScriptRequest) -> bytes:
        """Ask for what *request* wants, once, and return the answer as it came."""
        asking = asked(request)
        question = self._question(asking, again=bool(request.fault))
        self._check_room(asking, question)
        return self.claude.message(question)

    def charged(self, answer: bytes, request: ScriptRequest) -> Price:
        """Return what *answer* cost, by the tokens that Anthropic counts in it."""
        return charge_of(answer, self._options)

    def rest(self, answer: bytes, request: ScriptRequest) -> ScriptRequest | None:
        """Return what is still to be asked for after *answer*; ``None`` where it was the last."""
        return rest_of(_text(answer), request, answer)

    def write(self, answer: bytes, request: ScriptRequest, into: Path) -> None:
        """Write the file that *answer* tells to *into*."""
        into.write_bytes(file_of(_text(answer), request, answer))

    def _question(self, asking: Asking, *, again: bool) -> dict[str, Any]:
        config: dict[str, Any] = {"format": {"type": "json_schema", "schema": asking.schema}}
        if self._options.effort:
            config["effort"] = self._options.effort
        return {
            "model": self._options.model,
            "max_tokens": answer_limit(asking, self._options, again=again),
            "system": _sendable(asking.system),
            "messages": [{"role": "user", "content": _sendable(asking.prompt)}],
            "output_config": config,
        }

    def _check_room(self, asking: Asking, question: dict[str, Any]) -> None:
        """Raise ``Refused`` where the question is longer than the model takes.

        Only where it may be is Anthropic asked how long it is.
        """
        window, answer = window_of(self._options), question["max_tokens"]
        if most_read(asking) + answer <= window:
            return
        tokens = self.claude.tokens(question)
        if tokens + answer > window:
            model = self._options.model
            raise Refused(
                f"the script is too long: with the question it has {tokens} tokens, and {model} "
                f"takes {window}, {answer} of them for its answer",
                advice="shorten the script, or choose a model that takes more: "
                "--set claude.model=NAME (and claude.context_tokens, where it is new)",
            )


def _text(answer: bytes) -> str:
    """Return the words of a stored answer, once it is known why they end."""
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise _bad("what is stored is no answer of Claude's")
    reason = told.get("stop_reason")
    if reason == "refusal":
        raise Refused(f"Claude refuses to write this: {_why(told)}", billed=Billed.YES)
    if reason == "model_context_window_exceeded":
        raise Refused(
            f"the script and the answer are longer than {clean_words(str(told.get('model')), 60)} "
            f"takes at once ({_used(told)})",
            advice="shorten the script, or choose a model that takes more",
            billed=Billed.YES,
        )
    if reason == "max_tokens":
        raise BadOutput(
            f"the answer was cut off at its limit ({_used(told)}); tell it shorter",
            advice=_LONGER,
            billed=Billed.YES,
        )
    if isinstance(reason, (dict, list)) or reason not in _WHOLE:
        raise _bad(f"the answer ended early ({clean_words(str(reason), 60)})")
    content = told.get("content")
    blocks = content if isinstance(content, list) else []
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _why(told: dict[str, Any]) -> str:
    details = told.get("stop_details")
    given = details if isinstance(details, dict) else {}
    words = [given.get("category"), given.get("explanation")]
    said = (clean_words(text) for text in words if isinstance(text, str))
    return ": ".join(filter(None, said)) or "it gives no reason"


def _used(told: dict[str, Any]) -> str:
    usage = told.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    names = ("input", "output")
    told = {name: clean_words(str(counts.get(f"{name}_tokens", "?")), 20) for name in names}
    return ", ".join(f"{count} tokens of {name}" for name, count in told.items())


def _bad(why: str) -> BadOutput:
    return BadOutput(why, billed=Billed.YES)


def _sendable(text: str) -> str:
    """Return *text* without halves of letters, which no JSON may hold."""
    return text.encode("utf-8", "replace").decode()
