"""Anthropic's API by its own SDK: each call goes out once, and says what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from anthropic import Anthropic, APIConnectionError, APIStatusError, DefaultHttpxClient

from vidgen_core import (
    AuthFailed,
    Context,
    ProviderError,
    Refused,
    retry_after,
    service_error,
    transport_error,
)

SERVICE = "Claude"

_PAGE = 100
_MOST_PAGES = 20


class Claude:
    """An account at Anthropic. Serves any number of threads."""

    def __init__(self, context: Context) -> None:
        options = context.options
        self._timeout = httpx2.Timeout(options.timeout, connect=options.connect_timeout)
        self._sdk = Anthropic(
            api_key=context.key,
            base_url=options.base_url,
            max_retries=0,
            timeout=self._timeout,
            open_telemetry=False,
            http_client=_http_client(options.base_url, self._timeout),
        )

    def message(self, question: Mapping[str, Any]) -> bytes:
        """Ask *question* and return the answer as it came. This costs money."""
        # A timeout of its own for the call: the SDK refuses long answers else.
        create = self._sdk.messages.with_raw_response.create
        answer = self._answer(lambda: create(**question, timeout=self._timeout), submitting=True)
        told = _json(answer)
        if not (isinstance(told, dict) and isinstance(told.get("content"), list)):
            raise _unreadable(answer, submitting=True)
        return answer.content

    def tokens(self, question: Mapping[str, Any]) -> int:
        """Return how many tokens *question* has, by Anthropic's own count. This is free."""
        asked = {name: given for name, given in question.items() if name != "max_tokens"}
        count = self._sdk.messages.with_raw_response.count_tokens
        answer = self._answer(lambda: count(**asked), submitting=False)
        told = _json(answer)
        tokens = told.get("input_tokens") if isinstance(told, dict) else None
        if isinstance(tokens, bool) or not isinstance(tokens, int):
            raise _unreadable(answer, submitting=False)
        return tokens

    def models(self, *, most: int = _PAGE * _MOST_PAGES) -> list[str]:
        """Return the names of the account's models, *most* of them at most. This is free."""
        names: list[str] = []
        after: dict[str, Any] = {}
        while len(names) < most:
            page, last = self._page(min(most, _PAGE), after)
            names += page
            if not (page and last) or last == after.get("after_id"):
                break
            after = {"after_id": last}
        return names

    def _page(self, size: int, after: Mapping[str, Any]) -> tuple[list[str], str]:
        """Return the names on one page of the models, and behind which one the next begins."""
        listed = self._sdk.models.with_raw_response.list
        answer = self._answer(lambda: listed(limit=size, **after), submitting=False)
        told = _json(answer)
        page = told.get("data") if isinstance(told, dict) else None
        if not isinstance(page, list):
            raise _unreadable(answer, submitting=False)
        names = [each["id"] for each in page if isinstance(each, dict) and "id" in each]
        more = told.get("has_more") is True
        return [str(name) for name in names], str(told.get("last_id") or "") if more else ""

    def _answer(self, call: Callable[[], Any], *, submitting: bool) -> httpx2.Response:
        """Return what Anthropic answered to *call*.

        What is raised stands alone: an SDK's error holds the request, with the key.
        """
        try:
            answer: httpx2.Response = call().http_response
        except APIStatusError as error:
            failure = _failure(error, submitting)
        except APIConnectionError as error:
            failure = transport_error(SERVICE, error, submitting=submitting)
        else:
            return answer
        raise failure


def _failure(error: APIStatusError, submitting: bool) -> ProviderError:
    body = error.body if isinstance(error.body, dict) else {}
    said = body.get("error")
    told = said if isinstance(said, dict) else {}
    words = told.get("message", error.body if isinstance(error.body, str) else "")
    failure = service_error(
        SERVICE,
        error.status_code,
        str(words),
        code=str(told.get("type") or ""),
        retry_after=retry_after(error.response.headers),
        submitting=submitting,
    )
    if isinstance(failure, AuthFailed):
        failure.advice = "set ANTHROPIC_API_KEY to a valid key first"
    elif isinstance(failure, Refused) and error.status_code == 404:
        failure.advice = "vidgen models claude lists those of your account: --set claude.model=NAME"
    return failure


def _unreadable(answer: httpx2.Response, *, submitting: bool) -> ProviderError:
    return service_error(SERVICE, answer.status_code, answer.text, submitting=submitting)


def _http_client(base_url: str, timeout: httpx2.Timeout) -> httpx2.Client:
    """Return a client that sends each request once, to where the user said.

    A redirect would send it a second time. A connection that is kept may be closed by
    the other end just when a question goes out, and nobody knew whether it arrived. What
    goes to this machine goes past every proxy.
    """
    return DefaultHttpxClient(
        timeout=timeout,
        follow_redirects=False,
        limits=httpx2.Limits(max_keepalive_connections=0),
        trust_env=base_url.startswith("https://"),
    )


def _json(answer: httpx2.Response) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
