"""One download: its tries, its bounds, and the file that it leaves or does not leave."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import httpx
from attrs import define, field

from vidgen_core import disk
from vidgen_core.download import wire
from vidgen_core.download.network import Watch
from vidgen_core.errors import (
    BadOutput,
    Billed,
    Expired,
    ProviderError,
    RateLimited,
    Unavailable,
)
from vidgen_core.http_errors import clean_words, is_web_page, retry_after

if TYPE_CHECKING:
    from vidgen_core.download import Downloader

_STRONG_TAG = re.compile(r'"[\x21\x23-\x7e]{0,200}"')
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)", re.ASCII)


#: So many bytes tell a web page: the sign-in of a network, or a proxy's, answers with 200.
_HEAD = 200


def download(url: str, into: Path, *, limit: int, rules: Downloader) -> None:
    """Write what stands at *url* to *into*, or leave nothing there."""
    watch = Watch.begin(rules)
    host = wire.host_of(url)
    with disk.machine_errors(f"cannot write {into}"), _whole_or_gone(into) as file:
        Transfer(url=url, host=host, limit=limit, watch=watch, file=file).run()


@contextlib.contextmanager
def _whole_or_gone(into: Path) -> Iterator[BinaryIO]:
    """Yield the new file *into*; if anything goes wrong, take it away again."""
    file = disk.create(into)
    try:
        with file:
            yield file
    except BaseException:
        with contextlib.suppress(OSError):
            disk.drop(into)
        raise


class _Broken(Exception):
    """One try ended early; another may do better."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.wait = wait


@define(kw_only=True)
class Transfer:
    """What has come of a file so far, and what is known about the rest.

    ``have`` bytes are in ``file``; ``size`` is the whole's, where the server tells.
    ``version`` names what is being sent: only the same may be gone on with.
    """

    url: str = field(repr=False)
    host: str
    limit: int
    watch: Watch
    file: BinaryIO
    have: int = 0
    size: int | None = None
    version: str = ""
    _began: bool = field(default=False, init=False)
    _head: bytes = field(default=b"", init=False)

    def run(self) -> None:
        """Try until the file is whole, or there is no use in trying."""
        rules = self.watch.rules
        for tried in range(1, rules.tries + 1):
            try:
                self._try()
            except _Broken as broken:
                if tried == rules.tries or broken.wait or not self._began:
                    raise self._given_up(tried, broken) from broken.__cause__
                self.watch.rest(rules.pause * 2 ** (tried - 1))
                continue
            break
        if not self.have:
            raise BadOutput(f"the download from {self.host} is empty")
        if is_web_page(self._head):
            raise Unavailable(
                f"a web page came in place of the download from {self.host}", billed=Billed.NO
            )

    def _given_up(self, tried: int, broken: _Broken) -> ProviderError:
        tries = f" {tried} times" if tried > 1 else ""
        return Unavailable(
            f"the download from {self.host} failed{tries}: {broken.why}",
            billed=Billed.NO,
            retry_after=broken.wait,
        )

    def _try(self) -> None:
        try:
            with wire.get(self.url, self._going_on(), self.watch) as answer:
                self._begin(answer)
                for chunk in answer.chunks:
                    self._take(chunk)
        except wire.FAULTS as error:
            first = error.args[0] if error.args else None  # httpcore cuts the cause off
            if isinstance(first, OSError) and disk.is_everywhere(first):
                raise disk.machine_error(first, f"cannot connect to {self.host}") from first
            raise _Broken(clean_words(str(error)) or type(error).__name__) from error
        if self.size is not None and self.have != self.size:
            if self.have > self.size:
                self.version = ""
            raise _Broken(f"{self.have} of {self.size} bytes came")

    def _going_on(self) -> dict[str, str]:
        """Return the headers that ask for what is missing, if that can be asked for."""
        if not (self.have and self.version):
            return {}
        return {"Range": f"bytes={self.have}-", "If-Range": self.version}

    def _begin(self, answer: wire.Answer) -> None:
        """Put the file in order for the body of *answer*."""
        if answer.status == 206 and self._continues(answer.headers):
            return
        if answer.status == 200:
            self._restart(answer.headers)
            return
        if answer.status in (206, 416):  # a part that was not asked for, or one that is not there
            self.version = ""
            raise _Broken("another part came than was asked for")
        raise self._refused(answer)

    def _continues(self, headers: httpx.Headers) -> bool:
        """Whether a body is the rest of the file that was begun."""
        part = _RANGE.fullmatch(headers.get("content-range", ""))
        if not (part and self.have and self.version) or int(part[1]) != self.have:
            return False
        if _version(headers) not in ("", self.version):
            return False
        if part[2] == "*":
            return True
        size = int(part[2])
        if self.size not in (None, size):
            return False
        self._expect(size)
        return True

    def _restart(self, headers: httpx.Headers) -> None:
        if self.have:
            self.file.seek(0)
            self.file.truncate()
            self.have = 0
        length = headers.get("content-length", "")
        self._expect(int(length) if _LENGTH.fullmatch(length) else None)
        resumes = headers.get("accept-ranges", "").strip().lower() == "bytes"
        self.version = _version(headers) if resumes else ""

    def _expect(self, size: int | None) -> None:
        self.size = size
        if size is not None and size > self.limit:
            raise self._too_large()

    def _take(self, chunk: bytes) -> None:
        if self.have + len(chunk) > self.limit:
            raise self._too_large()
        self.file.write(chunk)
        if self.have < _HEAD:
            self._head = self._head[: self.have] + chunk[:_HEAD]
        self.have += len(chunk)
        self._began = self._began or bool(chunk)

    def _too_large(self) -> BadOutput:
        return BadOutput(
            f"the download from {self.host} is larger than the {self.limit} bytes that it may be"
        )

    def _refused(self, answer: wire.Answer) -> Exception:
        """Return what an answer without a file in it stands for."""
        status, wait = answer.status, retry_after(answer.headers)
        if status in (403, 404, 410):
            return Expired(f"{self.host} does not hold the result at this address ({status})")
        if status == 429:
            return RateLimited(f"{self.host} asks for fewer downloads (429)", retry_after=wait)
        if status in (408, 425) or status >= 500:
            return _Broken(f"the server answered {status}", wait)
        return BadOutput(f"{self.host} answered {status} to the download")


def _version(headers: httpx.Headers) -> str:
    """Return what ``If-Range`` may name this version of a file by, or an empty text."""
    tag: str = headers.get("etag", "").strip()
    if _STRONG_TAG.fullmatch(tag):
        return tag
    return clean_words(headers.get("last-modified", ""), 100)
