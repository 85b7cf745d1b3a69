"""Files for download, as a CDN gives them: without a key, in ranges, at URLs that expire."""

from __future__ import annotations

import re
from pathlib import Path

from vidgen_core.testing.service.messages import Answer, as_text
from vidgen_core.testing.service.routes import Call, Route
from vidgen_core.testing.service.studio import Studio

_TYPES = {
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def media_type(name: str) -> str:
    """Return the media type of a file of that name."""
    return _TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


def asset_routes(studio: Studio, vendor: str) -> tuple[Route, ...]:
    """Return the routes at which *vendor*'s jobs' files are."""

    def made(call: Call) -> Answer:
        job = studio.books.job(call.fields["job"])
        if job is None or job.vendor != vendor or job.fate:
            return as_text("Not Found", 404)
        return deliver(studio, call, studio.made(job))

    path = f"/{vendor}/cdn/jobs/{{job}}/{{ticket}}/{{name}}"
    return tuple(
        Route(
            name=f"{vendor}.asset",
            method=method,
            path=path,
            answer=made,
            modes=frozenset(("expired", "no-range")),
            free=True,
        )
        for method in ("GET", "HEAD")
    )


def deliver(studio: Studio, call: Call, file: Path) -> Answer:
    """Answer with *file* or the part of it that was asked for."""
    path = call.request.path
    if call.meets("expired"):
        studio.expire(path)
    if studio.has_expired(path):
        return as_text("Request has expired", 403)
    content = file.read_bytes()
    tag = f'"{file.stem}"'
    headers = {"content-type": media_type(path), "etag": tag}
    if call.meets("no-range"):
        return Answer(body=content, headers=headers)
    headers["accept-ranges"] = "bytes"
    wanted = _wanted(call, tag, len(content))
    if wanted is None:
        return Answer(body=content, headers=headers)
    if not wanted:
        return Answer(status=416, headers={"content-range": f"bytes */{len(content)}"})
    headers["content-range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{len(content)}"
    return Answer(status=206, body=content[wanted.start : wanted.stop], headers=headers)


def _wanted(call: Call, tag: str, size: int) -> range | None:
    """Return the bytes that were asked for: ``None`` for all, empty where there are none such."""
    headers = call.request.headers
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", tag) != tag:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    return range(int(first), min(size, int(last) + 1) if last else size)
