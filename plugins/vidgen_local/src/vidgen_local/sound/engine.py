"""The sound engine ``local``: ambience, made on this machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from vidgen_core import Context, Interrupted, Progress, Refused, SoundRequest
from vidgen_local.sound.ambience import ambience, sample_count
from vidgen_local.sound.blocks import RATE


class LocalSound:
    """Makes the sound of a scene from the words of its prompt."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def render(self, request: SoundRequest, into: Path, progress: Progress) -> None:
        """Write the ambience of *request* to *into*: stereo, 48 kHz, exactly as long as asked.

        Raises ``Refused`` for a length that is none, ``Interrupted`` and ``MachineError``.
        """
        if not (math.isfinite(request.seconds) and request.seconds > 0):
            raise Refused(
                f"a sound lasts a positive number of seconds, got {request.seconds!r}",
                advice="correct scene_duration in the scenes file",
            )
        samples = _samples(request, self._context.cancelled, progress)
        self._context.media.encode_audio(samples, into, rate=RATE, channels=2)


def _samples(
    request: SoundRequest, cancelled: Callable[[], bool], progress: Progress
) -> Iterator[bytes]:
    """Yield the interleaved samples of *request*, and tell *progress* after each block."""
    count, done = sample_count(request.seconds), 0
    for block in ambience(request.prompt, request.seconds, request.seed):
        if cancelled():
            raise Interrupted("interrupted")
        yield block.T.tobytes()
        done += block.shape[1]
        progress(done / count)
