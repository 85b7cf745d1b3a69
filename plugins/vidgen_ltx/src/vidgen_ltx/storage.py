"""fal's storage: a picture goes up and has a URL then. Nothing here costs money.

The SDK's ``upload_file`` is not used: where a first upload fails it goes on to a
second kind that sends the key to the storage's own host, and it leaves a connection open.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from attrs import field, frozen

from vidgen_core import Billed, Context, ProviderError, Unavailable, clean_words
from vidgen_ltx.options import AccountOptions
from vidgen_ltx.wire import Answer, Call

SERVICE = "fal's storage"

#: fal deletes what was uploaded after so many seconds: a job reads it at its beginning.
KEPT_SECONDS = 24 * 3600
_LARGEST = 50 << 20
_TYPES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n", "image/png"), (b"RIFF", "image/webp"))
_WORD = re.compile(r"[\x21-\x7e]{1,8000}")
_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}")


@frozen(kw_only=True)
class Storage:
    """One account's storage. Errors never mean that something was charged."""

    storage_url: str
    upload_url: str
    key: str = field(repr=False)
    timeout: float

    @classmethod
    def of(cls, context: Context) -> Storage:
        """Return the storage of the account that *context* has the key of."""
        options: AccountOptions = context.options
        return cls(
            storage_url=options.storage_url,
            upload_url=options.upload_url,
            key=context.key,
            timeout=options.timeout,
        )

    def put(self, picture: Path) -> str:
        """Upload *picture* and return its URL; raises ``ProviderError``, never charged."""
        try:
            return self._put(*read_picture(picture))
        except ProviderError as error:
            error.billed = Billed.NO
            raise

    def _put(self, content: bytes, media_type: str) -> str:
        lifecycle = json.dumps({"expiration_duration_seconds": KEPT_SECONDS})
        answer = self._post(
            f"{self.upload_url}/files/upload",
            content,
            {
                "Authorization": self._token(),
                "Content-Type": media_type,
                "X-Fal-File-Name": f"frame.{media_type.rpartition('/')[2]}",
                "X-Fal-Object-Lifecycle": lifecycle,
                "X-Fal-Object-Lifecycle-Preference": lifecycle,
            },
        )
        url = answer.fields.get("access_url")
        if not isinstance(url, str) or not _URL.fullmatch(url):
            raise answer.error()
        return url

    def _token(self) -> str:
        """Return what uploads are sent with in place of the key."""
        answer = self._post(
            f"{self.storage_url}/storage/auth/token?storage_type=fal-cdn-v3",
            b"{}",
            {"Authorization": f"Key {self.key}", "Content-Type": "application/json"},
        )
        words = [answer.fields.get(name) for name in ("token_type", "token")]
        if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
            raise answer.error()
        return " ".join(map(str, words))

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        answer = Call(
            method="POST",
            url=url,
            headers=headers,
            body=body,
            service=SERVICE,
            timeout=self.timeout,
            submitting=True,
        ).send()
        if not answer.good:
            raise answer.error()
        return answer


def read_picture(picture: Path) -> tuple[bytes, str]:
    """Return the bytes of a picture and its media type; raises ``Unavailable``, not charged."""
    try:
        with picture.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise _unusable(picture, f"it cannot be read: {error.strerror or error}") from error
    if len(content) > _LARGEST:
        raise _unusable(picture, f"it has more than {_LARGEST >> 20} MiB")
    for start, media_type in _TYPES:
        if content.startswith(start):
            return content, media_type
    raise _unusable(picture, "it is no JPEG, PNG or WebP")


def _unusable(picture: Path, why: str) -> Unavailable:
    return Unavailable(
        f"the picture {clean_words(picture.name)} cannot be sent to fal: {why}",
        retry=False,
        billed=Billed.NO,
    )
