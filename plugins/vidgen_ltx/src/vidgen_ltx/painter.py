"""The image generator ``fal``: pictures by FLUX, or another model on fal that is asked alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vidgen_core import Billed, Context, Failed, ImageRequest, JobRef, Pending, Ready, Refused
from vidgen_ltx import drawings
from vidgen_ltx.options import FalOptions
from vidgen_ltx.queue import Queue

_LARGEST = 256 << 20


class FalPainter:
    """Orders pictures, asks about them, and brings them here."""

    def __init__(self, context: Context) -> None:
        options: FalOptions = context.options
        self._model = options.model
        self._download = context.download
        self._queue = Queue.of(context)

    def submit(self, request: ImageRequest, token: str) -> JobRef:
        """Order one picture."""
        return self._queue.submit(self._model, drawings.order(request))

    def poll(self, job: JobRef) -> Pending | Ready | Failed:
        """Ask how a picture is doing."""
        return self._queue.poll(job, self._model, _image)

    def fetch(self, ready: Ready, into: Path) -> None:
        """Bring a picture here."""
        self._download(ready.url, into, limit=_LARGEST)


def _image(result: Mapping[str, Any]) -> str:
    """Return the picture's URL; one that the model's own filter blacked out is none."""
    flagged = result.get("has_nsfw_concepts")
    if isinstance(flagged, list) and flagged[:1] == [True]:
        raise Refused("fal's safety filter blacked the picture out", billed=Billed.YES)
    images = result.get("images")
    first = images[0] if isinstance(images, list) and images else None
    url = first.get("url") if isinstance(first, dict) else ""
    return url if isinstance(url, str) else ""
