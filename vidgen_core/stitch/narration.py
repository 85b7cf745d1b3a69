"""A narration that was spoken scene by scene: as spoken, and as the film plays it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from vidgen_core import wording
from vidgen_core.media.encoding import sound_options
from vidgen_core.protocols import Progress
from vidgen_core.stitch.footage import unusable
from vidgen_core.stitch.placing import FASTEST, seconds_of, tempo_for
from vidgen_core.stitch.track import RATE, Cue, lay

if TYPE_CHECKING:
    from vidgen_core.media import Media

#: The silence between two scenes' speech, in seconds, where nothing else parts them.
PAUSE = 0.35
#: Less than this of a scene's words is not missed, in seconds.
_NOTICED = 0.05


def join_speech(
    media: Media, parts: Sequence[Path], into: Path, cancelled: Callable[[], bool]
) -> None:
    """Write *parts* one after the other to *into* (MP3), with a pause between them."""
    pause = Cue(round(PAUSE * RATE))
    spoken = [(Cue(math.ceil(_sounding(part) * RATE), part), pause) for part in parts]
    cues = list(chain.from_iterable(spoken))[:-1]
    media.encode_audio(lay(cues, cancelled), into, rate=RATE, channels=2)


def place_speech(
    media: Media,
    lengths: Sequence[int],
    speech: Sequence[Path | None],
    into: Path,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> str:
    """Write *speech* to *into* (MP3), each where its scene begins.

    *lengths*: how many samples each scene lasts. What is longer than its scene is
    sped up, and cut off where that is not enough. Returns a sentence on what is
    lost, or an empty text.
    """
    cues: list[Cue] = []
    lost: list[tuple[int, float]] = []
    for number, (length, path) in enumerate(zip(lengths, speech, strict=True), start=1):
        source = path
        if path is not None:
            seconds, room = _sounding(path), Fraction(length, RATE)
            tempo = tempo_for(seconds, room)
            if tempo != 1.0:
                source = _faster(media, path, tempo, into.parent / f"speech-{number}.flac")
            over = float(seconds) / tempo - float(room)
            if over > _NOTICED:
                lost.append((number, over))
        cues.append(Cue(length, source))
        progress(0.8 * number / len(lengths))
    media.encode_audio(lay(cues, cancelled), into, rate=RATE, channels=2)
    progress(1.0)
    return _remark(lost)


def _sounding(path: Path) -> Fraction:
    seconds = seconds_of(path)
    if not seconds:
        raise unusable(path, "nothing can be heard in it")
    return seconds


def _faster(media: Media, speech: Path, tempo: float, into: Path) -> Path:
    sound = media.input(speech).audio.filter("aresample", RATE).filter("atempo", tempo)
    media.run(media.output(sound, into=into, **sound_options(into)), into)
    return into


def _remark(lost: Sequence[tuple[int, float]]) -> str:
    if not lost:
        return ""
    longest = max(seconds for _, seconds in lost)
    where = wording.scenes([number for number, _ in lost], all_of_them=False)
    return (
        f"the words of the film's {where} are {longest:.1f} s too long even at"
        f" {FASTEST:g} times their speed: the last ones are cut off"
    )
