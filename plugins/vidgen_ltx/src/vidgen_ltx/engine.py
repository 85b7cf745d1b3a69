"""The engine ``ltx``: clips by the LTX models on fal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vidgen_core import ClipRequest, Context, Failed, JobRef, Pending, Ready
from vidgen_ltx import models
from vidgen_ltx.options import LtxOptions
from vidgen_ltx.queue import Queue
from vidgen_ltx.storage import Storage, read_picture


class LtxEngine:
    """Orders clips, asks about them, and brings them here."""

    def __init__(self, context: Context) -> None:
        options: LtxOptions = context.options
        self._options = options
        self._download = context.download
        self._queue = Queue.of(context)
        self._storage = Storage.of(context)

    def submit(self, request: ClipRequest, token: str) -> JobRef:
        """Order one clip; the picture that it begins with goes up before that, for nothing."""
        model, asked = models.order(request, self._options)
        picture = self._picture(request)
        if picture:
            asked["image_url"] = picture
        return self._queue.submit(model, asked)

    def poll(self, job: JobRef) -> Pending | Ready | Failed:
        """Ask how a clip is doing."""
        return self._queue.poll(job, self._options.model, _video)

    def fetch(self, ready: Ready, into: Path) -> None:
        """Bring a clip here."""
        self._download(ready.url, into)

    def _picture(self, request: ClipRequest) -> str:
        """Return the URL of the picture that the clip begins with, empty where there is none."""
        if request.start_url or not request.start_frame:
            return request.start_url
        picture = Path(request.start_frame)
        if self._options.pictures == "upload":
            return self._storage.put(picture)
        from fal_client import encode

        content, media_type = read_picture(picture)
        return encode(content, media_type)


def _video(result: Mapping[str, Any]) -> str:
    video = result.get("video")
    url = video.get("url") if isinstance(video, dict) else ""
    return url if isinstance(url, str) else ""
