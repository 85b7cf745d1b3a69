"""Where a layer hides everything, something or nothing: only what has to be is drawn.

A layer is cut into rectangles once. Nothing is done for one that is empty, and one
without any gap needs no mask, which saves most of the work that a frame is.
"""

from __future__ import annotations

import math
from itertools import groupby

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from vidgen_local.picture import Bytes

#: Rectangles are made of squares of so many pixels.
_SQUARE = 32
_EMPTY, _FULL, _MIXED = 0, 1, 2
#: What it costs to draw a square of each kind, and what a rectangle costs besides.
_COSTS = np.array([0.0, 1.3, 2.6])
_EACH = 7.0

Kinds = NDArray[np.int8]


@frozen(kw_only=True)
class Patch:
    """A rectangle of a layer, in its pixels; ``full``: nothing behind it is seen."""

    left: int
    top: int
    right: int
    bottom: int
    full: bool


def whole(cover: Bytes) -> tuple[Patch, ...]:
    """Return all of *cover* as one rectangle."""
    full = bool((cover == 255).all())
    return (Patch(left=0, top=0, right=cover.shape[1], bottom=cover.shape[0], full=full),)


def patches_of(cover: Bytes, rim: int) -> tuple[Patch, ...]:
    """Return rectangles, none over another, that hold all of *cover* that is not 0.

    What is called full is so for *rim* pixels around it too, and what is left out is
    empty as far, so that pixels between two of its own belong to the right one.
    """
    kinds = _kinds(cover, rim)
    return tuple(
        Patch(
            left=left * _SQUARE,
            top=top * _SQUARE,
            right=min(cover.shape[1], right * _SQUARE),
            bottom=min(cover.shape[0], bottom * _SQUARE),
            full=kind == _FULL,
        )
        for top, bottom in _bands(kinds)
        for kind, left, right in _merged(_runs(_kind_of(kinds[top:bottom])), bottom - top)
        if kind != _EMPTY
    )


def _kinds(cover: Bytes, rim: int) -> Kinds:
    """Return what each square is, with the *rim* around it."""
    most, least = _around(cover, rim, np.maximum), _around(cover, rim, np.minimum)
    return np.where(most == 0, _EMPTY, np.where(least == 255, _FULL, _MIXED)).astype(np.int8)


def _around(cover: Bytes, rim: int, choose: np.ufunc) -> Bytes:
    """Return what *choose* makes of each square with its *rim*."""
    for axis in (0, 1):
        size = cover.shape[axis]
        starts = np.arange(0, size, _SQUARE)
        ends = np.minimum(size, starts + _SQUARE + rim)
        spans = np.stack([np.maximum(0, starts - rim), ends], axis=1).ravel()
        # one more than there is, for the last span to end at
        longer = np.pad(cover, [(0, int(axis == 0)), (0, int(axis == 1))], mode="edge")
        cover = choose.reduceat(longer, spans, axis=axis).take(np.arange(0, len(spans), 2), axis)
    return cover


def _kind_of(rows: Kinds) -> Kinds:
    """Return what each column of squares is all the way down *rows*."""
    first = rows[0]
    return np.where((rows == first).all(axis=0), first, _MIXED).astype(np.int8)


def _bands(kinds: Kinds) -> list[tuple[int, int]]:
    """Return the bands of rows that are cheapest to draw."""
    count = kinds.shape[0]
    best, came = [0.0] + [math.inf] * count, [0] * (count + 1)
    for top in range(count):
        columns = kinds[top]
        for bottom in range(top + 1, count + 1):
            columns = np.where(columns == kinds[bottom - 1], columns, _MIXED)
            cost = best[top] + _cost(columns, bottom - top)
            if cost < best[bottom]:
                best[bottom], came[bottom] = cost, top
    found, bottom = [], count
    while bottom:
        found.append((came[bottom], bottom))
        bottom = came[bottom]
    return found[::-1]


def _cost(columns: Kinds, rows: int) -> float:
    runs = int(((columns[1:] != columns[:-1]) & (columns[1:] != _EMPTY)).sum())
    return float(_COSTS[columns].sum()) * rows + _EACH * (runs + int(columns[0] != _EMPTY))


def _runs(columns: Kinds) -> list[tuple[int, int, int]]:
    """Return the kind, the start and the end of each run of equal *columns*."""
    found, start = [], 0
    for kind, group in groupby(columns.tolist()):
        end = start + len(list(group))
        found.append((kind, start, end))
        start = end
    return found


def _merged(runs: list[tuple[int, int, int]], rows: int) -> list[tuple[int, int, int]]:
    """Return *runs* without those between mixed ones that are too short to be worth it."""
    found: list[tuple[int, int, int]] = []
    for number, (kind, start, end) in enumerate(runs):
        spared = float(_COSTS[_MIXED] - _COSTS[kind]) * (end - start) * rows
        inner = 0 < number < len(runs) - 1
        now = _MIXED if inner and spared < _EACH else kind
        if found and found[-1][0] == now:
            start = found.pop()[1]
        found.append((now, start, end))
    return found
