"""Tracks of sound: every source decoded, and placed to the sample.

A track is written while it is decoded, so memory does not grow with the film.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from attrs import frozen

from vidgen_core.errors import Interrupted
from vidgen_core.stitch.footage import decoded, opened, unusable

#: Samples a second of everything that is mixed; always two channels.
RATE = 48_000

#: How many sample pairs a sound takes to fade out, so that no end clicks.
_FADE = RATE * 3 // 100
_FLOAT = 4


@frozen
class Cue:
    """A stretch of a track: ``length`` sample pairs of ``source``, or of silence."""

    length: int
    source: Path | None = None


@frozen(kw_only=True)
class Tracks:
    """What a film may sound of; each track is the cues that fill it from start to end."""

    effects: tuple[Cue, ...] = ()
    native: tuple[Cue, ...] = ()
    narration: tuple[Cue, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether there is no source at all."""
        return not any(map(sounds, (self.effects, self.native, self.narration)))

    @property
    def length(self) -> int:
        """The sample pairs of the longest track."""
        tracks = (self.effects, self.native, self.narration)
        return max(sum(cue.length for cue in track) for track in tracks)


def sounds(track: Iterable[Cue]) -> bool:
    """Whether a track has any source, however quiet."""
    return any(cue.source is not None for cue in track)


def check_source(path: Path) -> None:
    """Raise ``MachineError`` or ``BadOutput`` unless *path* is a file with sound."""
    with opened(path) as container:
        if not container.streams.audio:
            raise unusable(path, "it has no sound")


def stretches(frames: Sequence[int], fps: Fraction) -> tuple[int, ...]:
    """Return how many samples each of several videos in a row takes.

    Each border is rounded on its own from whole frames, so errors cannot add up.
    """
    borders = [0]
    total = 0
    for count in frames:
        total += count
        borders.append(round(total / fps * RATE))
    return tuple(b - a for a, b in pairwise(borders))


def lay(cues: Iterable[Cue], cancelled: Callable[[], bool] = lambda: False) -> Iterator[bytes]:
    """Yield a track as 32-bit float stereo blocks: each cue exactly as long as it says.

    A source is cut where its cue ends, fades out at its end, and is followed by
    silence where it is shorter. Raises ``BadOutput`` for one without sound.
    """
    for cue in cues:
        if cancelled():
            raise Interrupted("the mix was stopped")
        given = 0
        if cue.source is not None:
            for block in faded(_cut(heard(cue.source), cue.length * 2)):
                given += len(block) // 2
                yield block.tobytes()
        yield from silence(cue.length - given)


def silence(pairs: int) -> Iterator[bytes]:
    """Yield so many sample *pairs* of silence."""
    while pairs > 0:
        block = min(pairs, RATE)
        yield bytes(block * 2 * _FLOAT)
        pairs -= block


def _cut(blocks: Iterable[array[float]], wanted: int) -> Iterator[array[float]]:
    for block in blocks:
        yield block[:wanted]
        wanted -= len(block)
        if wanted <= 0:
            return


def faded(blocks: Iterable[array[float]]) -> Iterator[array[float]]:
    """Pass *blocks* on and let the last of them fade to silence."""
    held: array[float] = array("f")
    for block in blocks:
        held += block
        ready = len(held) - 2 * _FADE
        if ready > 0:
            yield held[:ready]
            del held[:ready]
    pairs = len(held) // 2
    for index in range(len(held)):
        held[index] *= 1 - (index // 2) / pairs
    yield held


def heard(path: Path) -> Iterator[array[float]]:
    """Yield a file's sound as interleaved stereo at 48 kHz; mono stays as loud as it is."""
    import av

    with opened(path) as container:
        if not container.streams.audio:
            raise unusable(path, "it has no sound")
        stream = container.streams.audio[0]
        mono = stream.codec_context.layout.nb_channels == 1
        resampler = av.AudioResampler("flt", "mono" if mono else "stereo", RATE)
        try:
            for frame in chain(decoded(container, stream), [None]):
                for piece in resampler.resample(frame):
                    yield _stereo(piece, mono)
        except (av.FFmpegError, ValueError) as error:
            raise unusable(path, f"its sound cannot be decoded ({error})") from error


def _stereo(frame: Any, mono: bool) -> array[float]:
    samples: array[float] = array("f")
    samples.frombytes(bytes(frame.planes[0])[: frame.samples * _FLOAT * (1 if mono else 2)])
    if not mono:
        return samples
    both = array("f", bytes(2 * _FLOAT * len(samples)))
    both[0::2] = samples
    both[1::2] = samples
    return both
