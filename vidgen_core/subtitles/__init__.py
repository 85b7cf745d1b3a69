"""What a film tells, to read: its narration's text, and the subtitles of the whole film."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from vidgen_core import disk, wording
from vidgen_core.errors import InputError
from vidgen_core.model import Scene, Timing
from vidgen_core.script_files import load_timings
from vidgen_core.specs import SubtitledScene, SubtitlesRequest
from vidgen_core.stitch.placing import Place, places, seconds_of, tempo_for
from vidgen_core.stitch.typeface import typeface_for
from vidgen_core.strict_json import MAX_BYTES
from vidgen_core.subtitles.as_written import as_written
from vidgen_core.subtitles.cues import Cue, cues_of, estimated, in_order
from vidgen_core.subtitles.spoken import words_spoken
from vidgen_core.subtitles.words import clean

__all__ = ["Cue", "must_be_drawable", "narration_of", "words_spoken", "write_subtitles"]

#: Timings may end this much after their sound: an encoder rounds.
_SLACK = 0.5


def narration_of(scenes: Iterable[Scene]) -> str:
    """Return what *scenes* tell as one text: a paragraph for each."""
    told = (scene.narration.strip() for scene in scenes)
    return "\n\n".join(text for text in told if text) + "\n"


def must_be_drawable(scenes: Iterable[Scene], font: str = "") -> None:
    """Raise unless the font can draw all that *scenes* tell; see ``stitch.typeface_for``.

    It is asked before any work begins, where subtitles are to be drawn.
    """
    typeface_for("\n".join(clean(scene.narration) for scene in scenes), font)


def write_subtitles(request: SubtitlesRequest, into: Path) -> str:
    """Write the film's subtitles to *into* as SRT; return a sentence on what is estimated.

    A sentence is shown while it is heard: by the timings of its scene's speech, at
    the place and the tempo at which the film plays it. Without timings it gets its
    share of the speech, without speech its share of the scene. Raises ``BadOutput``
    and ``MachineError``.
    """
    cues: list[Cue] = []
    guessed: list[int] = []
    all_places = places([Path(scene.video) for scene in request.scenes])
    for scene, place in zip(request.scenes, all_places, strict=True):
        if not scene.text.strip():
            continue
        timings, known = _timings(scene, place)
        guessed += [] if known else [scene.number]
        cues += cues_of(timings, float(place.start), float(place.start + place.length))
    _write(in_order(cues), into)
    return _remark(guessed)


def _timings(scene: SubtitledScene, place: Place) -> tuple[tuple[Timing, ...], bool]:
    """Return when each sentence is shown, from its scene's start, and whether that is known."""
    if scene.speech is None:
        return estimated(scene.text, float(place.length)), False
    seconds = seconds_of(Path(scene.speech))
    tempo = tempo_for(seconds, place.length)
    known = _known(scene.timings, seconds)
    timings = as_written(known, scene.text) or estimated(scene.text, float(seconds))
    fitted = tuple(
        Timing(text=one.text, start=one.start / tempo, end=one.end / tempo) for one in timings
    )
    return fitted, bool(known)


def _known(path: str | None, seconds: Fraction) -> tuple[Timing, ...]:
    """Return the timings at *path* where they are those of a sound of *seconds*."""
    if path is None:
        return ()
    with disk.machine_errors(f"cannot read {path}"):
        content = disk.read_file(Path(path), MAX_BYTES)
    try:
        timings = load_timings(content, Path(path).name)
    except InputError:
        return ()
    fit = bool(timings) and max(one.end for one in timings) <= float(seconds) + _SLACK
    return timings if fit and any(one.text.strip() for one in timings) else ()


def _write(cues: Iterable[Cue], into: Path) -> None:
    from pysubs2 import SSAEvent, SSAFile

    file = SSAFile()
    for cue in cues:
        text = "\\N".join(cue.lines)
        file.append(SSAEvent(start=round(cue.start * 1000), end=round(cue.end * 1000), text=text))
    words = file.to_string("srt")
    with disk.machine_errors(f"cannot write {into.name}"):
        disk.put(into, (words or "\n").encode())


def _remark(scenes: list[int]) -> str:
    if not scenes:
        return ""
    return f"subtitle times are estimated for {wording.scenes(scenes, all_of_them=False)}"
