"""fal's queue: an order is placed once, then asked about until there is a result.

The SDK's own ``submit`` is not used: it repeats an order up to ten times, also where
the first one may have been taken. Nor is its ``status``, which gives up at a state
that it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from vidgen_core import (
    BadOutput,
    Billed,
    Context,
    Failed,
    JobLost,
    JobRef,
    Pending,
    ProviderError,
    Ready,
    Refused,
    clean_words,
)
from vidgen_ltx.names import is_model, is_path, is_request
from vidgen_ltx.options import AccountOptions
from vidgen_ltx.wire import Answer, Call

#: From a result to the URL of what was made; empty where it holds none.
Find = Callable[[Mapping[str, Any]], str]

_URLS = ("status_url", "response_url", "cancel_url")
_DONE = "COMPLETED"
#: Answers that say nothing about what became of the job.
_PASSING = (401, 403, 404, 408, 410, 429)
_KEPT = (
    "fal keeps a result for an hour after it was done, a large one for some minutes; "
    "its account page may still have the file"
)


@frozen(kw_only=True)
class Queue:
    """One account's work at fal. ``base_url``: where the queue is, without a slash at its end."""

    base_url: str
    key: str = field(repr=False)
    submit_timeout: float
    timeout: float

    @classmethod
    def of(cls, context: Context) -> Queue:
        """Return the queue of the account that *context* has the key of."""
        options: AccountOptions = context.options
        return cls(
            base_url=options.base_url,
            key=context.key,
            submit_timeout=options.submit_timeout,
            timeout=options.timeout,
        )

    def submit(self, model: str, asked: Mapping[str, Any]) -> JobRef:
        """Order *model*'s work, by one request that is never repeated."""
        answer = Call(
            method="POST",
            url=f"{self.base_url}/{model}",
            headers={**self._headers, "Content-Type": "application/json"},
            body=json.dumps(asked).encode(),
            timeout=self.submit_timeout,
            submitting=True,
        ).send()
        fields = answer.fields
        if not answer.good or not is_request(fields.get("request_id")):
            raise answer.error()
        urls = {name: fields[name] for name in _URLS if self._is_ours(fields.get(name))}
        return JobRef(id=fields["request_id"], facts={"model": model, **urls})

    def poll(self, job: JobRef, model: str, find: Find) -> Pending | Ready | Failed:
        """Ask how *job* is doing, which is *model*'s where its facts do not say.

        A state that is not known is taken for one on the way: the work is not over
        before the queue says so.
        """
        answer = self._get(job, model, "status_url", "?logs=false")
        state = answer.fields.get("status")
        if not answer.good or not isinstance(state, str):
            raise _trouble(answer)
        if state != _DONE:
            return Pending()
        failed = bool(answer.fields.get("error") or answer.fields.get("error_type"))
        return self._result(job, model, find, failed)

    def _result(self, job: JobRef, model: str, find: Find, failed: bool) -> Ready | Failed:
        """Return what came of a job that is over; *failed*: its status says that it failed."""
        answer = self._get(job, model, "response_url")
        if not answer.good:
            return _ended(answer, failed)
        result = answer.fields
        if not result:
            raise _trouble(answer)
        url = find(result)
        if url:
            return Ready(job=job, url=url)
        if failed:
            return Failed(message="fal failed the job, and does not say why")
        raise _nothing_in(result)

    def _get(self, job: JobRef, model: str, name: str, query: str = "") -> Answer:
        url = self._url(job, model, name) + query
        return Call(method="GET", url=url, headers=self._headers, timeout=self.timeout).send()

    def _url(self, job: JobRef, model: str, name: str) -> str:
        """Return where to ask: as fal said, if that is at the service; else as fal builds it."""
        told = job.facts.get(name)
        if told is not None and self._is_ours(told):
            return told
        if not is_request(job.id):
            raise JobLost(f"{job.id[:80]!r} is no job of fal's")
        ordered = job.facts.get("model", "")
        return self.base_url + path_of(ordered if is_model(ordered) else model, job.id, name)

    def _is_ours(self, url: object) -> bool:
        """Whether *url* is an address below the service's, and may be shown the key."""
        if not isinstance(url, str) or not url.startswith(f"{self.base_url}/"):
            return False
        return is_path(url.removeprefix(f"{self.base_url}/"))

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Key {self.key}"}


def path_of(model: str, request: str, name: str) -> str:
    """Return the path at which the queue knows *request*, by the SDK's own rule."""
    from fal_client import SyncRequestHandle

    nobody: Any = None  # the handle is asked for its addresses only
    handle = SyncRequestHandle.from_request_id(nobody, model, request)
    return urlsplit(str(getattr(handle, name))).path


def _ended(answer: Answer, failed: bool) -> Failed:
    """Return what a job came to that has an error for a result, or raise what it stands for.

    fal charges nothing for its own faults (5xx); what a model refuses may be charged.
    """
    if answer.status == 422 and answer.is_fals:
        raise Refused(f"fal refuses the request {_said(answer)}", billed=Billed.UNKNOWN)
    if not failed or answer.status in _PASSING or not answer.is_fals:
        raise _trouble(answer, Billed.UNKNOWN if failed else Billed.YES)
    billed = Billed.NO if answer.status >= 500 else Billed.UNKNOWN
    return Failed(message=f"fal failed the job {_said(answer)}", billed=billed.value)


def _nothing_in(result: Mapping[str, Any]) -> BadOutput:
    """Return the error for a result that is none here; the job stays known, for it was paid."""
    names = clean_words(", ".join(map(str, result)), 100)
    return BadOutput(
        f"fal's result holds nothing that was asked for, but {names}",
        billed=Billed.YES,
        advice="check that the model makes what it is used for",
    )


def _said(answer: Answer) -> str:
    code, words = answer.told()
    said = f"({answer.status} {clean_words(code, 60)}".rstrip() + ")"
    return f"{said}: {clean_words(words)}" if words else said


def _trouble(answer: Answer, billed: Billed = Billed.UNKNOWN) -> ProviderError:
    """Return why a job cannot be asked about: it stays ours unless fal has lost it.

    *billed*: whether a job that is lost was charged.
    """
    error = answer.error()
    if isinstance(error, JobLost):
        return JobLost(error.message, billed=billed, advice=_KEPT)
    return error
