"""Which of Luma's jobs may be the one whose id was lost.

A job that is overlooked is paid for twice, so options, which the user may have
changed since, only choose among several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attrs import frozen

from vidgen_luma.generation import Generation, VideoOrImage
from vidgen_luma.order import TOKEN

_SURE = ("aspect_ratio", "duration")
_CHANGEABLE = ("model", "resolution", "loop", "concepts", "format")


@frozen(kw_only=True)
class Lost:
    """What is known of a job whose id was lost.

    ``order``: what it was sent as, but perhaps for options. ``started``: whether
    it began with a picture. ``start_job``: the job that it began with the end of, if
    that is known; a picture of that job went out as a URL that is another each time.
    """

    kind: VideoOrImage
    order: Mapping[str, Any]
    token: str
    started: bool = False
    start_job: str = ""


def resembling(jobs: Iterable[Generation], lost: Lost) -> Sequence[Generation]:
    """Return those of *jobs* that may be the one that was lost."""
    tokens = {job.id: _token(job) for job in jobs}
    jobs = [job for job in jobs if job.kind == lost.kind]
    marked = [job for job in jobs if tokens[job.id] == lost.token]
    if marked:
        return marked
    alike = [job for job in jobs if not tokens[job.id] and _is_alike(job.asked, lost)]
    same = [job for job in alike if _has_same(job.asked, lost.order, _CHANGEABLE)]
    return same or alike


def _token(job: Generation) -> str:
    """Return the token that a job was sent with, empty where none is shown."""
    url = job.asked.get("callback_url")
    try:
        return parse_qs(urlsplit(url).query).get(TOKEN, [""])[0] if isinstance(url, str) else ""
    except ValueError:
        return ""


def _is_alike(asked: Mapping[str, Any], lost: Lost) -> bool:
    """Whether *asked* may be what was sent; where Luma does not say, it may be."""
    if not asked:
        return True
    if _folded(asked.get("prompt")) != _folded(lost.order["prompt"]):
        return False
    same = all(
        _plain(asked[name]) == _plain(lost.order.get(name)) for name in _SURE if asked.get(name)
    )
    return same and _starts_alike(asked, lost)


def _starts_alike(asked: Mapping[str, Any], lost: Lost) -> bool:
    frames = asked.get("keyframes")
    start = frames.get("frame0") if isinstance(frames, dict) else None
    if not isinstance(start, dict):
        return not lost.started
    if start.get("type") == "generation" and lost.start_job:
        return bool(start.get("id") == lost.start_job)
    return lost.started


def _has_same(asked: Mapping[str, Any], order: Mapping[str, Any], names: Iterable[str]) -> bool:
    return all((asked.get(name) or None) == (order.get(name) or None) for name in names)


def _plain(value: object) -> str:
    """Return a value as it is compared: ``5s`` may be told as 5."""
    return str(value).removesuffix("s")


def _folded(text: object) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""
