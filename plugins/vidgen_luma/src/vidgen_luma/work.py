"""Luma's clips and pictures as vidgen orders them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from vidgen_core import (
    Billed,
    ClipRequest,
    Context,
    Failed,
    ImageRequest,
    JobLost,
    JobRef,
    Pending,
    Ready,
    Refused,
    Unavailable,
    clean_words,
)
from vidgen_luma.generation import Generation, VideoOrImage
from vidgen_luma.likeness import Lost, resembling
from vidgen_luma.order import clip_order, picture_order, reported
from vidgen_luma.service import SERVICE, Luma

_MODERATION = re.compile(r"moderat|content polic|not allowed|prohibit|nsfw|unsafe", re.IGNORECASE)
_BY_A_HOST = "name a frame host (--frame-host), which puts the picture where Luma can read it"
_BY_ANOTHER = "another engine (--engine) can go on from the picture itself"


class LumaWork:
    """What clips and pictures have in common: a job is asked about, fetched, looked for."""

    kind: ClassVar[VideoOrImage]
    #: No document says how soon a job is listed.
    settle_seconds = 30.0

    def __init__(self, context: Context) -> None:
        self._options: Any = context.options
        self._download = context.download
        self._luma = Luma(context)

    def poll(self, job: JobRef) -> Pending | Ready | Failed:
        """Ask how the job is doing; a state that nobody knows is that of work going on."""
        made = self._luma.get(job.id)
        if made.has_failed:
            return self._failed(made)
        if not made.is_done:
            return Pending()
        if not made.url:
            raise Unavailable(
                f"{SERVICE} completed job {made.id} and shows no {made.kind}", billed=Billed.NO
            )
        return Ready(job=job, url=made.url)

    def fetch(self, ready: Ready, into: Path) -> None:
        """Download the result; an address that expired is asked for again by a poll."""
        self._download(ready.url, into)

    def _failed(self, made: Generation) -> Failed:
        """Say why there is no result. Whether Luma charges for it is not documented."""
        reason = clean_words(made.reason) or "it gives no reason"
        if _MODERATION.search(reason):
            raise Refused(f"{SERVICE} refuses to make this: {reason}", billed=Billed.UNKNOWN)
        return Failed(message=f"{SERVICE} failed job {made.id}: {reason}")

    def _ordered(self, order: dict[str, Any], token: str) -> JobRef:
        made = self._luma.make(self.kind, reported(order, self._options, token))
        return _job(made)

    def _resembling(self, lost: Lost, since: float) -> Sequence[JobRef]:
        return [_job(made) for made in resembling(self._luma.made_since(since), lost)]


class LumaEngine(LumaWork):
    """Makes clips."""

    kind = "video"

    def submit(self, request: ClipRequest, token: str) -> JobRef:
        """Order a clip, once."""
        order = clip_order(request, self._options)
        start = self._start(request)
        if start:
            order["keyframes"] = {"frame0": start}
        return self._ordered(order, token)

    def find(self, request: ClipRequest, token: str, since: float) -> Sequence[JobRef]:
        """Return the jobs that *request* may have made."""
        lost = Lost(
            kind=self.kind,
            order=clip_order(request, self._options),
            token=token,
            started=bool(
                request.start_job or request.start_url or request.start_of or request.start_frame
            ),
            start_job=request.start_job,
        )
        return self._resembling(lost, since)

    def _start(self, request: ClipRequest) -> dict[str, str]:
        """Return the keyframe that the clip begins with, empty for none."""
        if request.start_job:
            return self._end_of(request.start_job)
        if request.start_url.startswith(("https://", "http://")):
            return {"type": "image", "url": request.start_url}
        if request.start_frame or request.start_of or request.start_url:
            raise Refused(
                f"{SERVICE} reads pictures by URL only, and this one has none", advice=_BY_A_HOST
            )
        return {}

    def _end_of(self, name: str) -> dict[str, str]:
        """Return the end of a video that Luma made, or a picture by its fresh address."""
        try:
            made = self._luma.get(name)
        except JobLost as error:
            raise Refused(
                f"what the clip begins with is gone: {error}", advice=_BY_ANOTHER
            ) from None
        if not made.is_done or (made.kind == "image" and not made.url):
            state = "failed" if made.has_failed else "not done"
            raise Refused(
                f"the clip begins with {SERVICE}'s job {made.id}, which is {state}",
                advice=_BY_ANOTHER,
            )
        if made.kind == "image":
            return {"type": "image", "url": made.url}
        return {"type": "generation", "id": made.id}


class LumaPainter(LumaWork):
    """Makes pictures."""

    kind = "image"

    def submit(self, request: ImageRequest, token: str) -> JobRef:
        """Order a picture, once."""
        return self._ordered(picture_order(request, self._options), token)

    def find(self, request: ImageRequest, token: str, since: float) -> Sequence[JobRef]:
        """Return the jobs that *request* may have made."""
        order = picture_order(request, self._options)
        return self._resembling(Lost(kind=self.kind, order=order, token=token), since)


def _job(made: Generation) -> JobRef:
    return JobRef(id=made.id)
