"""From what the service encoded to the file that the run directory has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vidgen_core import BadOutput, Billed, InputError, MediaTools

#: Samples a second, and channels, of what is encoded here.
RATE, CHANNELS = 44_100, 2
#: No speech that one order gives is longer, in seconds.
_LONGEST = 7200.0


def write_audio(audio: bytes, into: Path, media: MediaTools) -> None:
    """Write *audio*, MP3 or WAV, to *into*, which is MP3."""
    if not audio.startswith(b"RIFF"):
        into.write_bytes(audio)
        return
    samples = decoded(audio, into, media, channels=1)
    media.encode_audio([samples], into, rate=RATE, channels=1)


def decoded(audio: bytes, into: Path, media: MediaTools, *, channels: int = CHANNELS) -> bytes:
    """Return the samples of *audio*, MP3 or WAV: interleaved floats at :data:`RATE`."""
    with _beside(into, ".wav" if audio.startswith(b"RIFF") else ".mp3") as file:
        file.write_bytes(audio)
        try:
            return media.read_audio(file, rate=RATE, channels=channels, seconds=_LONGEST)
        except InputError as error:
            raise BadOutput(
                f"what ElevenLabs sent cannot be heard: {error}", billed=Billed.YES
            ) from None


@contextmanager
def _beside(into: Path, suffix: str) -> Iterator[Path]:
    """Yield the path of a file beside *into*, and leave none there."""
    file = into.with_name(f"{into.stem}-as-it-came{suffix}")
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)
