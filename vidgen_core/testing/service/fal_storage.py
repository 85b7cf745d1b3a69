"""fal's storage: a token for its CDN, the CDN itself, and the older upload beside it."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

from vidgen_core.testing.service.assets import deliver
from vidgen_core.testing.service.jobs import iso
from vidgen_core.testing.service.messages import Answer, Refusal, as_json, as_text
from vidgen_core.testing.service.routes import Call, Route
from vidgen_core.testing.service.studio import Studio

#: What stands before the first path segment of the storage's and the CDN's API.
REST = "/fal/rest"
CDN = "/fal/cdn"

_TOKEN = "cdn-"
_TOKEN_SECONDS = 3600.0
#: An upload on disk: a random part, and what is left of its owner's name.
_NAME = re.compile(r"[0-9a-f]{16}-[A-Za-z0-9._]{1,80}")


def storage_routes(studio: Studio) -> tuple[Route, ...]:
    """Return the routes of the storage and of the CDN, where uploads lie."""
    shelf = _Shelf(studio)
    file = f"{CDN}/files/{{id}}/{{name}}"

    def route(
        name: str, method: str, path: str, answer: Any, *modes: str, free: bool = False
    ) -> Route:
        return Route(
            name=f"fal.{name}",
            method=method,
            path=path,
            answer=answer,
            modes=frozenset(modes),
            free=free,
        )

    return (
        route("token", "POST", f"{REST}/storage/auth/token", shelf.token),
        route("upload", "POST", f"{CDN}/files/upload", shelf.upload, free=True),
        route("initiate", "POST", f"{REST}/storage/upload/initiate", shelf.initiate),
        route("put", "PUT", f"{CDN}/put/{{id}}/{{name}}", shelf.put, free=True),
        route("file", "GET", file, shelf.file, "expired", "no-range", free=True),
        route("file", "HEAD", file, shelf.file, "expired", "no-range", free=True),
    )


class _Shelf:
    """Answers to what storage and CDN are asked for."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def token(self, call: Call) -> Answer:
        """Give a token for uploads; it says itself until when it is good."""
        until = self._studio.now() + _TOKEN_SECONDS
        return as_json(
            {
                "token": f"{_TOKEN}{round(until)}-{secrets.token_hex(8)}",
                "token_type": "Bearer",
                "base_url": f"{self._studio.base}{CDN}",
                "expires_at": iso(until),
            }
        )

    def upload(self, call: Call) -> Answer:
        """Keep the body; the token is asked for, and nothing else will do."""
        found = re.fullmatch(
            rf"Bearer {_TOKEN}(\d+)-\w+", call.request.headers.get("authorization", "")
        )
        if found is None or int(found[1]) < self._studio.now():
            raise Refusal(401, "Invalid or expired token", "unauthorized")
        name = self._named(call.request.headers.get("x-fal-file-name", "upload.bin"))
        self._keep(name, call.request.body)
        return as_json({"access_url": self._url("files", name)})

    def initiate(self, call: Call) -> Answer:
        """Say where to put a file, and where it will be."""
        try:
            asked = call.request.fields()
        except ValueError:
            raise Refusal(422, "the body cannot be read") from None
        name = self._named(str(asked.get("file_name", "upload.bin")))
        return as_json({"upload_url": self._url("put", name), "file_url": self._url("files", name)})

    def put(self, call: Call) -> Answer:
        """Keep the body where ``initiate`` said."""
        name = call.fields["id"]
        if _NAME.fullmatch(name) is None:
            return as_text("Forbidden", 403)
        self._keep(name, call.request.body)
        return Answer(status=200)

    def file(self, call: Call) -> Answer:
        """Give a file that was uploaded."""
        path = self._studio.upload(call.fields["id"])
        return as_text("Not Found", 404) if path is None else deliver(self._studio, call, path)

    def _named(self, name: str) -> str:
        """Return a new name for an upload that its owner calls *name*."""
        safe = re.sub(r"[^A-Za-z0-9._]", "_", Path(name).name)[-80:] or "file"
        return f"{secrets.token_hex(8)}-{safe}"

    def _keep(self, name: str, content: bytes) -> None:
        self._studio.uploads.mkdir(parents=True, exist_ok=True)
        (self._studio.uploads / name).write_bytes(content)

    def _url(self, part: str, name: str) -> str:
        return f"{self._studio.base}{CDN}/{part}/{name}/{name.partition('-')[2]}"
