"""The script model ``gemini``: the question of a step, and the file out of its answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from vidgen_core import (
    UNKNOWN_PRICE,
    Billed,
    Context,
    Price,
    Refused,
    ScriptRequest,
    asked,
    file_of,
    rest_of,
)
from vidgen_gemini.answer import read_answer, usage_of
from vidgen_gemini.faults import SERVICE
from vidgen_gemini.gemini import Question, Words, connect
from vidgen_gemini.options import WordOptions
from vidgen_gemini.prices import most_tokens, size_of, word_charge

#: No usual text has more letters in a token. What may fit by this measure is for Gemini to judge.
_LETTERS_A_TOKEN = 6
#: Core asks once more by itself; the second answer is kept and would only be read again.
_LONGER = (
    "delete that answer and run vidgen continue with more room for the next one: "
    "--set gemini.thinking_tokens=32768"
)


class GeminiWriter:
    """Writes scenes, places and narration."""

    def __init__(self, context: Context) -> None:
        self._options: WordOptions = context.options
        self._gemini = connect(context)

    def ask(self, request: ScriptRequest) -> bytes:
        """Ask the question of *request*, once."""
        asking = asked(request)
        self._check_length(size_of(asking)[0])
        form = Words(
            schema=asking.schema,
            most_tokens=most_tokens(asking, self._options, again=bool(request.fault)),
        )
        question = Question(
            model=self._options.model, system=asking.system, prompt=asking.prompt, form=form
        )
        return self._gemini.ask(question)

    def charged(self, answer: bytes, request: ScriptRequest) -> Price:
        """Return what *answer* cost, by the tokens that Google counts in it."""
        usage = usage_of(answer)
        if usage is None:
            return UNKNOWN_PRICE
        return word_charge(usage, self._options, datetime.now(UTC).date())

    def write(self, answer: bytes, request: ScriptRequest, into: Path) -> None:
        """Write the file that *request* asks for."""
        into.write_bytes(file_of(read_answer(answer, longer=_LONGER).text, request, answer))

    def rest(self, answer: bytes, request: ScriptRequest) -> ScriptRequest | None:
        """Return what is still to be asked after *answer*, or ``None``."""
        return rest_of(read_answer(answer, longer=_LONGER).text, request, answer)

    def _check_length(self, letters: int) -> None:
        tokens, most = letters // _LETTERS_A_TOKEN, self._options.context_tokens
        if tokens > most:
            raise Refused(
                f"the script is too long for {SERVICE}: at least {tokens} tokens with what is "
                f"asked about it, and {self._options.model} reads {most}",
                advice="cut the script into several films, or set gemini.context_tokens",
                billed=Billed.NO,
            )
