"""The speech engine ``local``: a voice that lies in a wheel, and when each sentence is said."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidgen_core import (
    BadOutput,
    Billed,
    Context,
    Interrupted,
    MachineError,
    Progress,
    SpeechRequest,
    Timing,
    dump_timings,
)
from vidgen_local.spoken_text import Piece, VoiceOptions, pieces

#: Samples a second; the voice has one channel.
RATE = 24_000

Wave = NDArray[np.float32]

#: Says a text: 32-bit samples at :data:`RATE`.
Say = Callable[[str], Wave]

#: What no text leaves, in seconds: a file needs some sound.
_NOTHING = 0.2
_AFTER_SENTENCE, _AFTER_CLAUSE = 0.32, 0.25
#: What is kept around the words of a piece, and below which loudness nothing is a word.
_BEFORE_WORDS, _AFTER_WORDS, _QUIET = 0.05, 0.09, 0.004
#: The voice comes at an RMS of about 0.047; this brings it to about -20 LUFS.
_GAIN = 2.3
#: Peaks above the first are bent so that they never reach the second.
_KNEE, _CEILING = 0.6, 0.85
#: How long a sentence stands that cannot be said: seconds a character, and at most.
_READ, _READ_AT_MOST = 0.07, 5.0
_SEED = 0


class LocalVoice:
    """Speaks English on this machine. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._model: Any = None

    def render(self, request: SpeechRequest, into: Path, progress: Progress) -> None:
        """Write the speech of *request* to *into*, and its timings beside it as ``.json``.

        A text without words is a moment of silence. Raises ``MachineError`` where the
        voice is not on this machine, ``BadOutput`` for words that it cannot say, and
        ``Interrupted``.
        """
        timings: list[Timing] = []
        spoken = speech(request.text, self._say, timings)
        self._context.media.encode_audio(
            self._counted(spoken, len(request.text), timings, progress), into, rate=RATE, channels=1
        )
        into.with_suffix(".json").write_bytes(dump_timings(timings))
        progress(1.0)

    def _counted(
        self, spoken: Iterator[Wave], length: int, timings: list[Timing], progress: Progress
    ) -> Iterator[bytes]:
        """Yield *spoken* as bytes; tell how much of *length* characters is said."""
        seen = done = 0
        for wave in spoken:
            if self._context.cancelled():
                raise Interrupted("interrupted")
            yield wave.tobytes()
            done += sum(len(timing.text) + 1 for timing in timings[seen:])
            seen = len(timings)
            progress(min(1.0, done / max(1, length)))

    def _say(self, text: str) -> Wave:
        with self._lock:
            if self._model is None:
                self._model = _load(self._context.options)
            try:
                said = self._model(text, speed=self._context.options.speed, seed=_SEED)
            except Exception as error:  # the model has no errors of its own
                raise BadOutput(
                    f"the voice cannot say {text[:80]!r}: {error}",
                    advice="say it in other words in the narration",
                    billed=Billed.NO,
                ) from error
        return np.asarray(said, dtype=np.float32)


def speech(text: str, say: Say, timings: list[Timing]) -> Iterator[Wave]:
    """Yield the samples of *text*, piece by piece, and add to *timings* when each is heard."""
    place = 0
    for piece in pieces(text):
        wave = _piece(piece, say)
        timings.append(Timing(text=piece.text, start=place / RATE, end=(place + wave.size) / RATE))
        pause = _AFTER_SENTENCE if piece.ends else _AFTER_CLAUSE
        gap = np.zeros(round(pause * RATE), dtype=np.float32)
        yield np.concatenate([wave, gap])
        place += wave.size + gap.size
    if not place:
        yield np.zeros(round(_NOTHING * RATE), dtype=np.float32)


def _piece(piece: Piece, say: Say) -> Wave:
    """Return the sound of one piece; of one that cannot be said, the time to read it."""
    said = _levelled(_words_of(say(piece.spoken))) if piece.spoken else np.zeros(0, np.float32)
    if said.size:
        return said
    seconds = min(_READ_AT_MOST, 0.3 + _READ * len(piece.text))
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def _words_of(wave: Wave) -> Wave:
    """Return *wave* without the quiet before and after its words, with soft edges."""
    heard = np.flatnonzero(np.abs(wave) > _QUIET)
    if not heard.size:
        return wave[:0]
    begin = max(0, int(heard[0]) - round(_BEFORE_WORDS * RATE))
    end = int(heard[-1]) + round(_AFTER_WORDS * RATE)
    cut = wave[begin:end].copy()
    edge = min(round(0.02 * RATE), cut.size)
    rise = np.linspace(0, 1, edge, dtype=np.float32)
    cut[:edge] *= rise
    cut[cut.size - edge :] *= rise[::-1]
    return cut


def _levelled(wave: Wave) -> Wave:
    """Return *wave* at the level of narration, its peaks bent below the ceiling.

    The gain is the same for every piece, so that scenes sound alike.
    """
    loud = wave * np.float32(_GAIN)
    size = np.abs(loud)
    room = _CEILING - _KNEE
    soft = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.where(size > _KNEE, np.copysign(soft, loud), loud).astype(np.float32)


def _load(options: VoiceOptions) -> Any:
    """Return the model of the chosen voice; never fetches or sends anything."""
    # onnxruntime reports to its maker, and numbers the machine for it, unless told before.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        hibari, voices = import_module("hibari"), import_module("hibari.voices")
    except ImportError as error:
        raise MachineError(
            f"the voice is not installed: {error}", advice="pip install hibari-tts"
        ) from error
    try:
        path = voices.voice_path(options.voice, download_missing=False)
    except FileNotFoundError as error:
        raise MachineError(
            f"the file of the voice {options.voice!r} is not on this machine: {error}",
            advice="put the file there, or use --set local.voice=heart",
        ) from error
    try:
        return hibari.Hibari(voice=options.voice, model=path)
    except Exception as error:  # a damaged model: the runtime has errors of its own kind
        raise MachineError(
            f"the voice {options.voice!r} cannot be loaded: {error}",
            advice="pip install --force-reinstall hibari-tts",
        ) from error
