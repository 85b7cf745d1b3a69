"""Beats cut into scenes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vidgen_local.script.choosing import choose
from vidgen_local.script.durations import Durations
from vidgen_local.script.story import Beat

_BEST_SECONDS = 9.0
_MOST_BEATS = 24


def cut(beats: Sequence[Beat], most: int, durations: Durations) -> list[list[Beat]]:
    """Return the beats of each scene, at most *most* scenes, chosen so that all fit."""
    most = max(1, most)
    room = durations.most_words
    for share in (1.0, 0.8, 0.6, 0.4, 0.25):
        told = choose(beats, most, room * share, durations.brief_words)
        scenes = _cut(told, most, durations)
        if scenes:
            return scenes
    return [[beat] for beat in choose(beats, most, 1.0, 1.0)[:most]]


def _cut(beats: Sequence[Beat], most: int, durations: Durations) -> list[list[Beat]]:
    """Return the cheapest cut of *beats*; empty where they do not fit into *most* scenes."""
    count = len(beats)
    scenes = min(most, count)
    costs = _costs(beats, durations)
    best = [0.0] + [math.inf] * count
    came: list[list[int]] = []
    total, end = math.inf, 0
    for number in range(scenes):
        after, source = [math.inf] * (count + 1), [0] * (count + 1)
        for start, cost in enumerate(best[:count]):
            if math.isinf(cost):
                continue
            for length, own in enumerate(costs[start], start=1):
                if cost + own < after[start + length]:
                    after[start + length], source[start + length] = cost + own, start
        came.append(source)
        best = after
        if best[count] < total:
            total, end = best[count], number + 1
    return _traced(beats, came[:end]) if end else []


def _traced(beats: Sequence[Beat], came: list[list[int]]) -> list[list[Beat]]:
    found, end = [], len(beats)
    for source in reversed(came):
        start = source[end]
        found.append(list(beats[start:end]))
        end = start
    return found[::-1]


def _costs(beats: Sequence[Beat], durations: Durations) -> list[list[float]]:
    """Return what a scene costs that begins at each beat and has one, two, three … of them."""
    found = []
    for start in range(len(beats)):
        own: list[float] = []
        words, crossing = 0.0, 0.0
        for end in range(start, min(len(beats), start + _MOST_BEATS)):
            words += beats[end].words
            if words > durations.most_words and own:
                break
            crossing += _crossing(beats[end - 1], beats[end]) if end > start else 0.0
            crossing += _torn(beats, start, end)
            own.append(crossing + _shape(words, durations) + _parting(beats, end))
        found.append(own)
    return found


def _shape(words: float, durations: Durations) -> float:
    """Return what is wrong with the length of a scene of *words*."""
    seconds = durations.holding(words)
    spare = seconds - words / durations.words_per_second
    return 0.8 + 0.05 * math.pow(abs(seconds - _BEST_SECONDS), 1.5) + 0.25 * max(0.0, spare - 1.0)


def _crossing(before: Beat, beat: Beat) -> float:
    """Return what it costs to have both in one scene."""
    if before.setting.place != beat.setting.place or before.setting.name != beat.setting.name:
        return 8.0
    if before.passage != beat.passage:
        return 5.0
    return 0.3 * (before.paragraph != beat.paragraph)


def _torn(beats: Sequence[Beat], start: int, end: int) -> float:
    """Return what it costs that the rest of a torn paragraph goes with the paragraph of *end*."""
    torn = start > 0 and beats[start - 1].paragraph == beats[start].paragraph
    return 2.0 * (torn and end > start and beats[end - 1].paragraph != beats[end].paragraph)


def _parting(beats: Sequence[Beat], end: int) -> float:
    """Return what it costs to end a scene after the beat *end*."""
    if end + 1 == len(beats):
        return 0.0
    before, beat = beats[end], beats[end + 1]
    return (
        0.0 if before.paragraph != beat.paragraph else 0.6 + 0.8 * (beat.spoken and before.spoken)
    )
