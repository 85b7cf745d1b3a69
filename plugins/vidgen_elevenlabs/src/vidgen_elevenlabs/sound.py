"""The sound engine ``elevenlabs``: a sound is one order; long scenes repeat it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NoReturn

from vidgen_core import Context, JobLost, JobRef, Refused, SoundRequest, clean_words
from vidgen_elevenlabs.account import SERVICE, Account, is_audio, unreadable
from vidgen_elevenlabs.files import CHANNELS, RATE, decoded, write_audio
from vidgen_elevenlabs.options import SoundOptions
from vidgen_elevenlabs.repeating import repeated

#: The lengths that the service makes, in seconds.
SHORTEST, LONGEST = 0.5, 30.0


class ElevenLabsSound:
    """Makes the sound of a scene. The service keeps no list of sounds: a lost one stays lost."""

    def __init__(self, context: Context) -> None:
        self._options: SoundOptions = context.options
        self._media = context.media
        self._account = Account(context)

    def ask(self, request: SoundRequest) -> bytes:
        """Order the sound of *request*, once, and return the service's answer."""
        if not request.prompt.strip():
            raise Refused("there is no sound to make: its description is empty")
        if not (math.isfinite(request.seconds) and request.seconds > 0):
            raise Refused(
                f"a sound lasts a positive number of seconds, got {request.seconds!r}",
                advice="correct scene_duration in the scenes file",
            )
        answer = self._account.sound(sound_order(request, self._options))
        if not is_audio(answer):
            raise unreadable(answer, submitting=True)
        return answer.content

    def write(self, answer: bytes, request: SoundRequest, into: Path) -> None:
        """Write the sound in *answer* to *into*, repeated where its scene is longer."""
        if request.seconds <= LONGEST:
            write_audio(answer, into, self._media)
            return
        samples = decoded(answer, into, self._media)
        blocks = repeated(samples, CHANNELS, RATE, request.seconds)
        self._media.encode_audio(blocks, into, rate=RATE, channels=CHANNELS)

    def poll(self, job: JobRef) -> NoReturn:
        """Raise ``JobLost``: what somebody takes for the id of a sound is none."""
        raise JobLost(f"{SERVICE} keeps no sounds, and none by the name {clean_words(job.id)}")


def sound_order(request: SoundRequest, options: SoundOptions) -> dict[str, Any]:
    """Return what the service is asked for: as long as its scene, or the longest that repeats."""
    tenths = math.ceil(round(request.seconds * 10, 3)) / 10
    order: dict[str, Any] = {
        "text": request.prompt,
        "duration_seconds": min(LONGEST, max(SHORTEST, tenths)),
        "model_id": options.sound_model,
        "output_format": options.output_format,
    }
    if request.seconds > LONGEST:
        order["loop"] = True
    if options.prompt_influence is not None:
        order["prompt_influence"] = options.prompt_influence
    return order
