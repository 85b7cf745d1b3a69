"""One request over HTTP, sent once: the answer, or the error that says what it may have cost.

Nothing is repeated and no redirect is followed: what to do next is for vidgen to decide.
A connection is used for one request, because one that was kept open may be closed by
the other side just when an order is written to it, and then nobody knows what became
of the order.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx
from attrs import field, frozen

from vidgen_core import (
    Billed,
    ProviderError,
    Unavailable,
    no_connection,
    retry_after,
    service_error,
    transport_error,
)

#: An answer is a few lines of JSON; of anything larger the rest is not read.
_LARGEST = 8 << 20
_CONNECT_SECONDS = 15.0


@frozen(kw_only=True)
class Call:
    """A request. ``submitting``: it brings something, an order or a picture, and asks nothing."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    service: str = "fal"
    timeout: float = 30.0
    submitting: bool = False

    def send(self) -> Answer:
        """Send it, once. Raises ``Unavailable``."""
        with self._client() as client:
            try:
                with client.stream(self.method, self.url, content=self.body) as response:
                    body = _read(response, time.monotonic() + 2 * self.timeout)
                    return Answer(call=self, response=response, body=body)
            except httpx.HTTPError as error:
                raise transport_error(self.service, error, submitting=self.submitting) from error

    def _client(self) -> httpx.Client:
        try:
            return httpx.Client(
                headers={"Accept": "application/json", "Accept-Encoding": "identity"}
                | dict(self.headers),
                timeout=httpx.Timeout(self.timeout, connect=min(self.timeout, _CONNECT_SECONDS)),
                # A proxy of the environment is not for this machine, and must not see the key.
                trust_env=not self.url.startswith("http://"),
                verify=_trusted(),
            )
        except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
            raise no_connection(self.service, error) from error


@frozen(kw_only=True)
class Answer:
    """What came back."""

    call: Call
    response: httpx.Response = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.response.status_code)

    @property
    def good(self) -> bool:
        """Whether the request was accepted."""
        return 200 <= self.status < 300

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object in the body; empty where there is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def is_fals(self) -> bool:
        """Whether fal itself wrote an error, and not something between fal and here.

        That an answer names a request tells nothing: those of orders that were taken do.
        """
        return "x-fal-error-type" in self.response.headers or "detail" in self.fields

    def told(self) -> tuple[str, str]:
        """Return the code and the words of an error.

        A model's own error has a list of faults, each with a place, words and a code.
        """
        fields = self.fields
        detail, code = fields.get("detail"), fields.get("error_type")
        if not code:
            code = self.response.headers.get("x-fal-error-type", "")
        if isinstance(detail, list):
            faults = [fault for fault in detail if isinstance(fault, dict)]
            code = faults[0].get("type") or code if faults else code
            return str(code), "; ".join(map(_fault, faults))
        if isinstance(detail, str):
            return str(code), detail
        return str(code), "" if fields else self.body[:2000].decode(errors="replace")

    def error(self) -> ProviderError:
        """Return the error that this answer is; the caller raises it.

        fal does not charge for what it failed itself (5xx). A gateway that could pass an
        order on to nobody says 503; any other fault of a gateway says nothing about fal, and
        an answer that names a request is one to an order that may have been taken.
        """
        code, words = self.told()
        taken = self.call.submitting and "request_id" in self.fields
        free = (self.is_fals or self.status == 503) and not taken
        if taken and not self.is_fals:
            words = f"it names request {self.fields['request_id']!s:.80}"
        if self.status in (404, 410) and not (self.call.submitting or self.is_fals):
            return Unavailable(
                f"{self.call.service} cannot be asked: something else answered {self.status}",
                billed=Billed.NO,
                advice="check where fal's services are (base_url, storage_url, upload_url)",
            )
        return service_error(
            self.call.service,
            self.status,
            words if not self.good else "",
            code=code,
            retry_after=retry_after(self.response.headers),
            submitting=self.call.submitting,
            billed=Billed.NO if free else Billed.UNKNOWN,
        )


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Return whom to trust; reading the list takes longer than a request on this machine."""
    return httpx.create_ssl_context()


def _read(response: httpx.Response, until: float) -> bytes:
    """Return the body, or what came of a refusal's: its status says enough."""
    parts: list[bytes] = []
    size = 0
    try:
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > _LARGEST or time.monotonic() > until:
                break
    except httpx.HTTPError:
        if response.status_code < 400:
            raise
    return b"".join(parts)


def _fault(fault: Mapping[str, Any]) -> str:
    place = fault.get("loc")
    names = [str(part) for part in place if part != "body"] if isinstance(place, list) else []
    words = str(fault.get("msg", ""))
    return f"{'.'.join(names)}: {words}" if names else words
