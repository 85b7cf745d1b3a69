"""The speech engine ``elevenlabs``: a text is one order a part, and an answer with its times."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from vidgen_core import (
    BadOutput,
    Billed,
    Context,
    JobRef,
    Ready,
    Refused,
    SpeechRequest,
    dump_timings,
)
from vidgen_elevenlabs.account import SERVICE, Account, unreadable
from vidgen_elevenlabs.files import write_audio
from vidgen_elevenlabs.options import SpeechOptions
from vidgen_elevenlabs.timings import sentences

#: So much of what is spoken before and after is told, in characters.
_AROUND = 1000
#: Models that take no text around, as far as is known, by how their names begin.
_ALONE = ("eleven_v3",)


class ElevenLabsSpeech:
    """Speaks texts. What was spoken and lost on its way is found in the account's history."""

    #: No document says how soon speech is in the history.
    settle_seconds = 30.0

    def __init__(self, context: Context) -> None:
        self._options: SpeechOptions = context.options
        self._media = context.media
        self._account = Account(context)

    def ask(self, request: SpeechRequest) -> bytes:
        """Order the speech of *request*, once, and return the service's answer."""
        if not request.text.strip():
            raise Refused("there is nothing to speak: the text is empty")
        answer = self._account.speak(self._options.voice, speech_order(request, self._options))
        if not _holds_audio(answer):
            raise unreadable(answer, submitting=True)
        return answer.content

    def write(self, answer: bytes, request: SpeechRequest, into: Path) -> None:
        """Write the speech in *answer* to *into*, and its timings beside it."""
        try:
            told = json.loads(answer)
            audio = base64.b64decode(told["audio_base64"], validate=True)
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
            raise _unusable() from None
        self._write(audio, told.get("alignment"), into)

    def find(self, request: SpeechRequest, token: str, since: float) -> Sequence[JobRef]:
        """Return the speech of the text of *request* in the chosen voice, by the history."""
        options = self._options
        return [
            JobRef(id=one.id)
            for one in self._account.spoken_since(since)
            if _words(one.text) == _words(request.text)
            and one.voice in ("", options.voice)
            and one.model in ("", options.model)
        ]

    def poll(self, job: JobRef) -> Ready:
        """Say that the speech is there; ``JobLost`` where the history does not have it."""
        return Ready(job=JobRef(id=self._account.spoken(job.id).id))

    def fetch(self, ready: Ready, into: Path) -> None:
        """Write speech of the history to *into*, and its timings where it still tells them."""
        alignment = self._account.spoken(ready.job.id).alignment
        self._write(self._account.audio(ready.job.id), alignment, into)

    def _write(self, audio: bytes, alignment: Any, into: Path) -> None:
        write_audio(audio, into, self._media)
        timings = sentences(alignment)
        if timings:
            into.with_suffix(".json").write_bytes(dump_timings(timings))


def speech_order(request: SpeechRequest, options: SpeechOptions) -> dict[str, Any]:
    """Return what the service is asked for; what was not chosen is left to the voice."""
    order: dict[str, Any] = {
        "text": request.text.strip(),
        "model_id": options.model,
        "output_format": options.output_format,
        **_around(request, options),
    }
    if options.language:
        order["language_code"] = options.language
    if options.seed is not None:
        order["seed"] = options.seed
    chosen: dict[str, Any] = {
        "stability": options.stability,
        "similarity_boost": options.similarity,
        "style": options.style,
        "speed": options.speed,
        "use_speaker_boost": options.speaker_boost,
    }
    settings = {name: value for name, value in chosen.items() if value is not None}
    if settings:
        from elevenlabs.types.voice_settings import VoiceSettings

        order["voice_settings"] = VoiceSettings(**settings)
    return order


def _around(request: SpeechRequest, options: SpeechOptions) -> dict[str, str]:
    """Return what is spoken before and after, as much of it as the voice has use for."""
    if options.model.startswith(_ALONE):
        return {}
    before, after = request.before.strip(), request.after.strip()
    if len(before) > _AROUND:
        before = before[-_AROUND:]
        before = before.partition(" ")[2] or before
    if len(after) > _AROUND:
        after = after[:_AROUND]
        after = after.rpartition(" ")[0] or after
    told = {"previous_text": before, "next_text": after}
    return {name: text for name, text in told.items() if text}


def _holds_audio(answer: httpx.Response) -> bool:
    """Whether the answer is what it should be, as far as shows without decoding its sound."""
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        return False
    audio = told.get("audio_base64") if isinstance(told, dict) else None
    return isinstance(audio, str) and bool(audio)


def _words(text: str) -> str:
    return " ".join(text.split())


def _unusable() -> BadOutput:
    return BadOutput(f"{SERVICE}'s answer holds no speech", billed=Billed.YES)
