"""What of a story is told when a film has no time for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from vidgen_local.script.story import Beat

#: A passage with fewer words than this makes a thin scene.
_FULL = 20.0


def passages_of(beats: Sequence[Beat]) -> list[list[Beat]]:
    """Return *beats* by their passages."""
    return [list(group) for _, group in groupby(beats, key=lambda beat: beat.passage)]


def choose(beats: Sequence[Beat], most: int, room: float, brief: float) -> list[Beat]:
    """Return the beats that tell the story in at most *most* scenes.

    A scene holds *room* words; where not all fits, it is better told in *brief* ones.
    They stand in their order and come from its beginning, its middle and its end.
    """
    if sum(beat.words for beat in beats) <= most * room * 0.85:
        return list(beats)
    words = min(room, brief)
    passages = _best_passages(passages_of(beats), most)
    shares = _shares([sum(beat.words for beat in passage) for passage in passages], most)
    chosen: list[Beat] = []
    for passage, share in zip(passages, shares, strict=True):
        for chunk in _chunks(passage, share):
            chosen += _strongest(chunk, words)
    return chosen


def _best_passages(passages: list[list[Beat]], most: int) -> list[list[Beat]]:
    """Return at most *most* passages: the first, the last, and the best of each stretch between."""
    if len(passages) <= most:
        return passages
    if most == 1:
        return [[beat for passage in passages for beat in passage]]
    if most == 2:
        middle = passages[1:-1]
        best = max([passages[0], *middle[: len(middle) // 2]], key=_worth)
        return [best, passages[-1]]
    bins = _chunked(passages[1:-1], [len(p) ** 0.5 for p in passages[1:-1]], most - 2)
    return [passages[0], *(max(part, key=_worth) for part in bins if part), passages[-1]]


def _worth(passage: list[Beat]) -> float:
    words = sum(beat.words for beat in passage)
    best = sorted((beat.weight for beat in passage), reverse=True)[:3]
    return min(1.0, words / _FULL) * 3 + sum(best) / len(best)


def _shares(words: list[float], most: int) -> list[int]:
    """Share *most* scenes out: one to each passage, the rest where most is to be told."""
    shares = [1] * len(words)
    for _ in range(most - len(words)):
        richest = max(range(len(words)), key=lambda i: words[i] ** 0.7 / (shares[i] + 0.5))
        shares[richest] += 1
    return shares


def _chunks(passage: list[Beat], count: int) -> list[list[Beat]]:
    return _chunked(passage, [beat.words for beat in passage], count)


def _chunked(items: list, sizes: list[float], count: int) -> list[list]:  # type: ignore[type-arg]
    """Return *items* in *count* stretches of about the same size."""
    total = sum(sizes) or 1.0
    parts: list[list] = [[] for _ in range(count)]  # type: ignore[type-arg]
    done = 0.0
    for item, size in zip(items, sizes, strict=True):
        parts[min(count - 1, int(count * (done + size / 2) / total))].append(item)
        done += size
    return [part for part in parts if part]


def _strongest(beats: list[Beat], words: float) -> list[Beat]:
    """Return the weightiest of *beats* that can be said in *words* words, in their order.

    A sentence beside one that is told already is easier to follow than one alone.
    """
    weights = [beat.weight + 0.6 * (place == 0) for place, beat in enumerate(beats)]
    chosen: set[int] = set()
    left = words
    candidates = sorted(range(len(beats)), key=lambda i: (-weights[i], i))[:200]
    while candidates:
        best = max(
            candidates,
            key=lambda i: (weights[i] + 0.5 * (i - 1 in chosen or i + 1 in chosen), -i),
        )
        candidates.remove(best)
        if beats[best].words <= left or not chosen:
            chosen.add(best)
            left -= beats[best].words
        if left < 3:
            break
    return [beats[place] for place in sorted(chosen)]
