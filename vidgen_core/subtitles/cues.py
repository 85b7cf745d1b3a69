"""Cues: what is read when. No two overlap, and each stays long enough to be read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from attrs import evolve, frozen

from vidgen_core.model import Timing
from vidgen_core.subtitles.words import clean, halves, joined, lines_of, measure, screens, sentences

#: How long a cue stays at least and at most, in seconds.
SHORTEST, LONGEST = 1.0, 7.0


@frozen(kw_only=True)
class Cue:
    """What is shown from ``start`` to ``end``, in seconds of the film: one line or two."""

    start: float
    end: float
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The text as it is broken into lines."""
        return lines_of(self.text) or (self.text,)


def estimated(text: str, seconds: float) -> tuple[Timing, ...]:
    """Return when each sentence of *text* is spoken, if all of it takes *seconds*: by length."""
    found = sentences(text)
    weights = [measure(sentence) or 1.0 for sentence in found]
    total = math.fsum(weights)
    timings: list[Timing] = []
    at = 0.0
    for sentence, weight in zip(found, weights, strict=True):
        end = at + seconds * weight / total if total else seconds
        timings.append(Timing(text=sentence, start=at, end=min(end, seconds)))
        at = end
    return tuple(timings)


def cues_of(timings: Iterable[Timing], start: float, end: float) -> tuple[Cue, ...]:
    """Return the cues of one scene, which plays from *start* to *end* in the film.

    *timings* count from its start; what lies behind its end is not shown.
    """
    spoken = [
        Cue(start=start + one.start, end=min(start + one.end, end), text=clean(one.text))
        for one in timings
        if start + one.start < end
    ]
    cues = [cue for whole in _merged(spoken) for cue in _on_screens(whole)]
    return _readable([cue for cue in cues if cue.text], start, end)


def in_order(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Return *cues* by their time."""
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _merged(cues: Sequence[Cue]) -> list[Cue]:
    """Put sentences together that are too short to be read one by one."""
    found: list[Cue] = []
    for cue in cues:
        before = found[-1] if found else None
        if before is not None and min(_seconds(before), _seconds(cue)) < SHORTEST:
            text = joined(before.text, cue.text)
            if lines_of(text) is not None and cue.end - before.start <= LONGEST:
                found[-1] = evolve(before, text=text, end=cue.end)
                continue
        found.append(cue)
    return found


def _seconds(cue: Cue) -> float:
    return cue.end - cue.start


def _on_screens(cue: Cue) -> list[Cue]:
    """Return *cue* in pieces that fit on the screen and are not shown too long."""
    pace = _seconds(cue) / (measure(cue.text) or 1.0)
    texts = [piece for screen in screens(cue.text) for piece in _brief(screen, pace)]
    pace = _seconds(cue) / (math.fsum(map(measure, texts)) or 1.0)
    pieces: list[Cue] = []
    at = cue.start
    for text in texts:
        end = at + measure(text) * pace
        pieces.append(Cue(start=at, end=min(end, at + LONGEST), text=text))
        at = end
    return pieces


def _brief(text: str, pace: float) -> list[str]:
    """Cut *text*, of *pace* seconds a letter, where its words would stay too long."""
    if measure(text) * pace <= LONGEST or " " not in text:
        return [text]
    first, second = halves(text, at_any_cost=False)
    return [*_brief(first, pace), *_brief(second, pace)] if second else [text]


def _readable(cues: Sequence[Cue], start: float, end: float) -> tuple[Cue, ...]:
    """Let each cue stay for a second, as far as the scene has room; none overlaps the next."""
    if not cues:
        return ()
    least = min(SHORTEST, (end - start) / len(cues))
    placed: list[Cue] = []
    at = start
    for cue in cues:
        begin = max(cue.start, at)
        at = max(cue.end, begin + least)
        placed.append(evolve(cue, start=begin, end=at))
    limit = end
    for index in reversed(range(len(placed))):
        cue = placed[index]
        last = min(cue.end, limit)
        limit = min(cue.start, last - least)
        placed[index] = evolve(cue, start=max(limit, start), end=last)
    return tuple(placed)
