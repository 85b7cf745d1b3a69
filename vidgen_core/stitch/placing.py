"""Where the scenes of a film lie in time, and how fast its words are spoken there."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

from attrs import frozen

from vidgen_core.stitch.footage import Footage, count_samples, majority, opened, survey
from vidgen_core.stitch.reshape import frames_after
from vidgen_core.stitch.track import RATE, stretches

#: Speech may be slowed or sped up within these; beyond, it is no longer pleasant.
SLOWEST, FASTEST = 0.8, 1.15


@frozen(kw_only=True)
class Place:
    """A scene's place in its film: ``start`` and ``length`` in seconds, exact to the sample."""

    start: Fraction
    length: Fraction


def samples_of(videos: Sequence[Footage]) -> tuple[int, ...]:
    """Return how many samples each of *videos* takes in the film that is joined from them.

    The film counts frames at the rate that most of it has, so a video of another
    rate may last a little longer or shorter than it does alone.
    """
    form, _ = majority([(video, video.seconds) for video in videos])
    frames = [frames_after(video, video.frames, form.fps) for video in videos]
    return stretches(frames, form.fps)


def places(videos: Sequence[Path]) -> tuple[Place, ...]:
    """Return where each of *videos* lies in the film that is joined from them, in order.

    Raises ``MachineError`` and ``BadOutput``.
    """
    lengths = samples_of([survey(video) for video in videos]) if videos else ()
    starts = accumulate(lengths, initial=0)
    return tuple(
        Place(start=Fraction(start, RATE), length=Fraction(length, RATE))
        for start, length in zip(starts, lengths, strict=False)
    )


def seconds_of(speech: Path) -> Fraction:
    """Return how long *speech* sounds when it is decoded."""
    with opened(speech) as container:
        rate = container.streams.audio[0].codec_context.sample_rate
    return Fraction(count_samples(speech), rate)


def tempo_for(speech: Fraction, room: Fraction) -> float:
    """Return how fast *speech* is played in a scene of *room* seconds: its own tempo if it can."""
    if speech <= room or not room:
        return 1.0
    return min(FASTEST, float(speech / room))
