"""Luma's API by its own SDK: each call goes out once, and says what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import httpx
from lumaai import APIConnectionError, APIStatusError, DefaultHttpxClient, LumaAI

from vidgen_core import (
    AuthFailed,
    Billed,
    Context,
    Interrupted,
    JobLost,
    ProviderError,
    Unavailable,
    retry_after,
    service_error,
    transport_error,
)
from vidgen_luma.generation import Generation, VideoOrImage, is_id, read_generation

SERVICE = "Luma"

#: Nobody has as much: a number that no sum can be is not told.
_MOST_CENTS = 1e15
_PAGE = 100
_MOST_PAGES = 100
#: Seconds by which the clocks of this machine and of Luma may still differ.
_CLOCK_SKEW = 300.0


class Luma:
    """An account at Luma. Serves any number of threads."""

    def __init__(self, context: Context) -> None:
        options = context.options
        self._cancelled = context.cancelled
        timeout = httpx.Timeout(options.timeout, connect=options.connect_timeout)
        self._sdk = LumaAI(
            auth_token=context.key,
            base_url=options.base_url,
            max_retries=0,
            timeout=timeout,
            http_client=_http_client(options.base_url, timeout),
        )

    def make(self, kind: VideoOrImage, order: Mapping[str, Any]) -> Generation:
        """Order a video or a picture. This costs money."""
        generations = self._sdk.generations
        resource: Any = generations.video if kind == "video" else generations.image
        create = resource.with_raw_response.create
        return self._generation(lambda: create(**order), submitting=True)

    def get(self, name: str) -> Generation:
        """Return the job of that id. Raises ``JobLost`` where there is none (any more)."""
        if not is_id(name):
            raise service_error(SERVICE, 404, "this is no id of its jobs", submitting=False)
        get = self._sdk.generations.with_raw_response.get
        return self._generation(lambda: get(name), submitting=False)

    def balance(self) -> float:
        """Return what is left in the account, in US dollars. This costs nothing."""
        get = self._sdk.credits.with_raw_response.get
        answer = self._answer(get, submitting=False)
        told = _json(answer)
        cents = told.get("credit_balance") if isinstance(told, dict) else None
        if isinstance(cents, bool) or not isinstance(cents, (int, float)):
            raise _unreadable(answer, submitting=False)
        if not abs(cents) < _MOST_CENTS:
            raise _unreadable(answer, submitting=False)
        return cents / 100

    def made_since(self, moment: float) -> list[Generation]:
        """Return the jobs made since *moment*, Unix time by this machine's clock.

        What Luma does not date is among them. No order is documented: only a list
        that runs back in time ends before its end.
        """
        found: dict[str, Generation] = {}
        offset, last, runs_back, earliest = 0, float("inf"), True, moment
        for _ in range(_MOST_PAGES):
            answer = self._answer(partial(self._list, offset), submitting=False)
            if offset == 0:
                earliest = _by_their_clock(moment, answer.headers) - _CLOCK_SKEW
            page, more = self._listed(answer)
            for job in page:
                created = last if job.created is None else job.created
                runs_back, last = runs_back and created <= last, created
                if job.created is None or job.created >= earliest:
                    found[job.id] = job
            if not (more and page) or (runs_back and last < earliest):
                return list(found.values())
            offset += len(page)
        raise Unavailable(
            f"{SERVICE} lists more than {offset} jobs, and not the newest first", retry=False
        )

    def _list(self, offset: int) -> Any:
        if self._cancelled():
            raise Interrupted("interrupted")
        return self._sdk.generations.with_raw_response.list(limit=_PAGE, offset=offset)

    def _listed(self, answer: httpx.Response) -> tuple[list[Generation], bool]:
        told = _json(answer)
        page = told.get("generations") if isinstance(told, dict) else None
        if not isinstance(page, list):
            raise _unreadable(answer, submitting=False)
        jobs = [job for job in map(read_generation, page) if job is not None]
        more = told.get("has_more")
        return jobs, more if isinstance(more, bool) else len(page) >= _PAGE

    def _generation(self, call: Callable[[], Any], *, submitting: bool) -> Generation:
        answer = self._answer(call, submitting=submitting)
        generation = read_generation(_json(answer))
        if generation is None:
            raise _unreadable(answer, submitting=submitting)
        return generation

    def _answer(self, call: Callable[[], Any], *, submitting: bool) -> httpx.Response:
        """Return what Luma answered to *call*.

        What is raised stands alone: an SDK's error holds the request, with the key.
        """
        try:
            answer: httpx.Response = call().http_response
        except APIStatusError as error:
            failure = _failure(error, submitting)
        except APIConnectionError as error:
            failure = transport_error(SERVICE, error, submitting=submitting)
        else:
            return answer
        raise failure


def _failure(error: APIStatusError, submitting: bool) -> ProviderError:
    words, code = _words(error.body)
    failure = service_error(
        SERVICE,
        error.status_code,
        words,
        code=code,
        retry_after=retry_after(error.response.headers),
        submitting=submitting,
    )
    if isinstance(failure, AuthFailed):
        failure.advice = "set LUMAAI_API_KEY to a valid key first"
    if isinstance(failure, JobLost) and not isinstance(error.body, dict):
        # The page of something on the way: the job is still there, and paid for.
        return Unavailable(failure.message, billed=Billed.NO)
    return failure


def _unreadable(answer: httpx.Response, *, submitting: bool) -> ProviderError:
    return service_error(SERVICE, answer.status_code, answer.text, submitting=submitting)


def _http_client(base_url: str, timeout: httpx.Timeout) -> httpx.Client:
    """Return a client that sends each request once, to where the user said.

    A redirect would send it a second time. A connection that is kept may be closed by
    the other end just when a submit goes out, and nobody knew whether it arrived. What
    goes to this machine goes past every proxy.
    """
    return DefaultHttpxClient(
        timeout=timeout,
        follow_redirects=False,
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=base_url.startswith("https://"),
    )


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _words(body: object) -> tuple[str, str]:
    """Return the words and the code of an error: a text, or a list of what is wrong."""
    if not isinstance(body, dict):
        return body if isinstance(body, str) else "", ""
    detail, code = body.get("detail", body.get("message")), body.get("code")
    parts = detail if isinstance(detail, list) else [detail]
    said = [
        part.get("msg", part.get("message")) if isinstance(part, dict) else part for part in parts
    ]
    return "; ".join(text for text in said if isinstance(text, str)), str(code or "")


def _by_their_clock(moment: float, headers: Mapping[str, str]) -> float:
    """Return *moment* by the clock of the service, or itself where that is earlier."""
    try:
        ahead = parsedate_to_datetime(headers.get("date", "")).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, IndexError):
        return moment
    return moment + min(0.0, ahead)
