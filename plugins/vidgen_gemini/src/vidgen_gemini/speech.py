"""The speech engine ``gemini``: speech comes as samples and is kept as MP3."""

from __future__ import annotations

import io
import re
import sys
import wave
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from attrs import field, frozen

from vidgen_core import (
    UNKNOWN_PRICE,
    BadOutput,
    Billed,
    Context,
    Price,
    Refused,
    SpeechRequest,
    clean_words,
)
from vidgen_gemini.answer import Part, read_answer, usage_of
from vidgen_gemini.faults import SERVICE
from vidgen_gemini.gemini import Question, Speech, connect
from vidgen_gemini.options import MOST_SPOKEN, SpeechOptions
from vidgen_gemini.prices import speech_charge

_RATE = re.compile(r"rate=([0-9]{4,6})")
_CHANNELS = re.compile(r"channels=([12])\b")
_USUAL_RATE = 24_000
#: No speech is kept at other rates.
_RATES = range(4_000, 192_001)
_BLOCK = 1 << 16
_FULL_SCALE = 32768.0


@frozen(kw_only=True)
class Samples:
    """Speech as 16-bit samples, little-endian; channels interleaved."""

    content: bytes = field(repr=False)
    rate: int
    channels: int = 1


class GeminiVoice:
    """Speaks."""

    def __init__(self, context: Context) -> None:
        self._options: SpeechOptions = context.options
        self._media = context.media
        self._gemini = connect(context)

    def ask(self, request: SpeechRequest) -> bytes:
        """Have the text spoken, once."""
        if len(request.text) > MOST_SPOKEN:
            raise Refused(
                f"the text is too long for {SERVICE}: {len(request.text)} letters, and it "
                f"speaks at most {MOST_SPOKEN} at once",
                advice="give the scenes their own narration",
                billed=Billed.NO,
            )
        form = Speech(voice=self._options.voice, language=self._options.language)
        question = Question(model=self._options.speech_model, prompt=request.text, form=form)
        return self._gemini.ask(question)

    def charged(self, answer: bytes, request: SpeechRequest) -> Price:
        """Return what the speech of *answer* cost, by the tokens that Google counts in it."""
        usage = usage_of(answer)
        if usage is None:
            return UNKNOWN_PRICE
        return speech_charge(usage, self._options, datetime.now(UTC).date())

    def write(self, answer: bytes, request: SpeechRequest, into: Path) -> None:
        """Write the speech of *answer* in the format that *into* is named for."""
        told = read_answer(answer)
        heard = [part for part in told.parts if part.kind.startswith("audio/")]
        if not heard:
            said = clean_words(told.text)
            raise BadOutput(
                f"{SERVICE} said nothing that can be heard" + (f": {said}" if said else ""),
                billed=Billed.YES,
            )
        speech = [_samples(part) for part in heard]
        first = speech[0]
        if first.rate not in _RATES:
            raise BadOutput(f"{SERVICE}'s speech has a rate of {first.rate} Hz", billed=Billed.YES)
        if any((each.rate, each.channels) != (first.rate, first.channels) for each in speech):
            raise BadOutput(f"{SERVICE}'s speech changes its rate", billed=Billed.YES)
        floats = (block for each in speech for block in _floats(each.content))
        self._media.encode_audio(floats, into, rate=first.rate, channels=first.channels)


def _samples(part: Part) -> Samples:
    """Return what *part* says it holds: bare samples, or a WAV file."""
    if part.content.startswith(b"RIFF"):
        return _of_wav(part.content)
    if not part.kind.startswith(("audio/l16", "audio/pcm")):
        raise BadOutput(f"{SERVICE}'s speech is {clean_words(part.kind, 60)}", billed=Billed.YES)
    rate, channels = _RATE.search(part.kind), _CHANNELS.search(part.kind)
    return _whole(
        part.content,
        rate=int(rate[1]) if rate else _USUAL_RATE,
        channels=int(channels[1]) if channels else 1,
    )


def _of_wav(content: bytes) -> Samples:
    try:
        with wave.open(io.BytesIO(content)) as file:
            if file.getsampwidth() != 2 or file.getnchannels() not in (1, 2):
                raise wave.Error("not of 16 bits")
            frames = file.readframes(file.getnframes())
            return _whole(frames, rate=file.getframerate(), channels=file.getnchannels())
    except (wave.Error, EOFError, RuntimeError):  # the last: a length that cannot be
        raise BadOutput(f"{SERVICE}'s speech cannot be read", billed=Billed.YES) from None


def _whole(content: bytes, *, rate: int, channels: int) -> Samples:
    """Return the samples of *content*, without a part of one at its end."""
    whole = len(content) - len(content) % (2 * channels)
    if not whole:
        raise BadOutput(f"{SERVICE}'s speech is empty", billed=Billed.YES)
    return Samples(content=content[:whole], rate=rate, channels=channels)


def _floats(content: bytes) -> Iterator[bytes]:
    """Yield 16-bit samples as 32-bit floats from -1 to 1."""
    for begin in range(0, len(content), 2 * _BLOCK):
        block = content[begin : begin + 2 * _BLOCK]
        values = array("h", block)
        if sys.byteorder == "big":
            values.byteswap()
        yield array("f", (value / _FULL_SCALE for value in values)).tobytes()
