"""ElevenLabs' API by its own SDK: each call goes out once, and says what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import httpx

from vidgen_core import (
    AuthFailed,
    Billed,
    Context,
    Interrupted,
    JobLost,
    ProviderError,
    Unavailable,
    clean_words,
    retry_after,
    service_error,
    transport_error,
)
from vidgen_elevenlabs.history import Spoken, is_id, read_spoken

if TYPE_CHECKING:
    from elevenlabs.client import ElevenLabs
    from elevenlabs.core.request_options import RequestOptions

SERVICE = "ElevenLabs"
#: How many orders each plan allows at once.
AT_ONCE: Mapping[str, int] = MappingProxyType(
    {"free": 2, "starter": 3, "creator": 5, "pro": 10, "scale": 15, "business": 15}
)

_PAGE = 100
_MOST_PAGES = 100
#: Seconds by which the clocks of this machine and of ElevenLabs may still differ.
_CLOCK_SKEW = 300.0
#: Core owns the retries: an order is sent once.
_ONCE: RequestOptions = {"max_retries": 0}
_UNTOLD = "missing_permissions"


class Account:
    """An account at ElevenLabs. Serves any number of threads."""

    def __init__(self, context: Context) -> None:
        options = context.options
        self._cancelled = context.cancelled
        self._key = context.key
        self._base_url = options.base_url
        self._timeout = httpx.Timeout(options.timeout, connect=options.connect_timeout)

    def speak(self, voice: str, order: Mapping[str, Any]) -> httpx.Response:
        """Have a text spoken, with the times of its characters. This costs money."""
        return self._answer(
            lambda sdk: sdk.text_to_speech.convert_with_timestamps(
                voice, **order, request_options=_ONCE
            ),
            submitting=True,
        )

    def sound(self, order: Mapping[str, Any]) -> httpx.Response:
        """Have a sound effect made. This costs money."""

        def convert(sdk: ElevenLabs) -> None:
            # A generator: nothing is sent before its first piece is asked for.
            for _ in sdk.text_to_sound_effects.convert(**order, request_options=_ONCE):
                pass

        return self._answer(convert, submitting=True)

    def spoken(self, name: str) -> Spoken:
        """Return what the history says of speech *name*. Raises ``JobLost`` for no such id."""
        self._check_id(name)
        answer = self._asked(lambda sdk: sdk.history.get(name, request_options=_ONCE))
        told = read_spoken(_json(answer))
        if told is None:
            raise unreadable(answer, submitting=False)
        return told

    def audio(self, name: str) -> bytes:
        """Return the audio of speech *name* again. Raises ``JobLost`` where it is gone."""
        self._check_id(name)

        def get(sdk: ElevenLabs) -> None:
            for _ in sdk.history.get_audio(name, request_options=_ONCE):
                pass

        answer = self._asked(get)
        if not is_audio(answer):
            raise unreadable(answer, submitting=False)
        return answer.content

    def spoken_since(self, moment: float) -> list[Spoken]:
        """Return what was spoken since *moment*, Unix time by this machine's clock.

        The history runs back in time, as documented; it ends here before its end.
        """
        found: dict[str, Spoken] = {}
        after: str | None = None
        earliest = moment
        for _ in range(_MOST_PAGES):
            answer = self._asked(partial(_page, after=after))
            if after is None:
                earliest = _by_their_clock(moment, answer.headers) - _CLOCK_SKEW
            page, after = _listed(answer)
            found |= {one.id: one for one in page if one.created >= earliest}
            if after is None or (page and page[-1].created < earliest):
                return list(found.values())
        raise Unavailable(
            f"{SERVICE} lists more than {_MOST_PAGES * _PAGE} pieces of speech since then",
            retry=False,
        )

    def told(self) -> str:
        """Return what the account has left, in one line. Costs nothing."""
        try:
            answer = self._asked(lambda sdk: sdk.user.subscription.get(request_options=_ONCE))
        except AuthFailed as error:
            if _UNTOLD in error.message:  # such a key is known, and may do other things
                return "the key is known, and may not be asked about its account"
            raise
        told = _json(answer)
        if not isinstance(told, dict):
            raise unreadable(answer, submitting=False)
        tier, used, most = (
            told.get(name) for name in ("tier", "character_count", "character_limit")
        )
        if not isinstance(used, int) or not isinstance(most, int):
            return ""
        said = clean_words(f"plan {tier}: {used} of {most} credits are used")
        at_once = AT_ONCE.get(str(tier).lower())
        return f"{said}; elevenlabs.max_active may be {at_once}" if at_once else said

    def models(self) -> Sequence[str]:
        """Return the models that speak. Costs nothing."""
        answer = self._asked(lambda sdk: sdk.models.list(request_options=_ONCE))
        told = _json(answer)
        if not isinstance(told, list):
            raise unreadable(answer, submitting=False)
        speaking = (
            one
            for one in told
            if isinstance(one, dict) and one.get("can_do_text_to_speech") is not False
        )
        names = (one.get("model_id") for one in speaking)
        return [clean_words(name) for name in names if isinstance(name, str) and name]

    def _check_id(self, name: str) -> None:
        if not is_id(name):
            raise service_error(SERVICE, 404, "this is no id of its history", submitting=False)

    def _asked(self, call: Callable[[ElevenLabs], object]) -> httpx.Response:
        if self._cancelled():
            raise Interrupted("interrupted")
        return self._answer(call, submitting=False)

    def _answer(self, call: Callable[[ElevenLabs], object], *, submitting: bool) -> httpx.Response:
        """Return what ElevenLabs answered to *call*, read to its end.

        The answer itself counts, not what the SDK makes of it: one that was paid for is
        never lost to a parser. What is raised stands alone, for an error of the SDK's may
        hold the request, with the key.
        """
        from elevenlabs.client import ElevenLabs

        answers: list[httpx.Response] = []
        failure: ProviderError | None = None
        timeout: Any = self._timeout  # the SDK says a number, and hands anything on
        with self._http(answers) as http:
            sdk = ElevenLabs(
                api_key=self._key, base_url=self._base_url, timeout=timeout, httpx_client=http
            )
            try:
                call(sdk)
            except httpx.RequestError as error:
                failure = transport_error(SERVICE, error, submitting=submitting)
            except Exception:
                if not answers:
                    raise
        if failure is not None:
            raise failure
        answer = answers[-1]
        if not answer.is_success:
            raise _failure(answer, submitting)
        return answer

    def _http(self, answers: list[httpx.Response]) -> httpx.Client:
        """Return a client that sends each request once, and keeps what is answered.

        A redirect would send it a second time. A connection that is kept may be closed by
        the other end just when an order goes out, and nobody knew whether it arrived. What
        goes to this machine goes past every proxy.
        """

        def keep(answer: httpx.Response) -> None:
            answer.read()
            answers.append(answer)

        return httpx.Client(
            timeout=self._timeout,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=self._base_url.startswith("https://"),
            event_hooks={"response": [keep]},
        )


def is_audio(answer: httpx.Response) -> bool:
    """Whether *answer* holds a sound, as far as it says: a proxy's web page does not."""
    kind = answer.headers.get("content-type", "").lower()
    return bool(answer.content) and not kind.startswith(("text/", "application/json"))


def unreadable(answer: httpx.Response, *, submitting: bool) -> ProviderError:
    """Return the error for an answer that is not what was asked for."""
    text = answer.text if not is_audio(answer) else ""
    return service_error(SERVICE, answer.status_code, text, submitting=submitting)


def _page(sdk: ElevenLabs, *, after: str | None) -> object:
    return sdk.history.list(
        page_size=_PAGE, start_after_history_item_id=after, request_options=_ONCE
    )


def _listed(answer: httpx.Response) -> tuple[list[Spoken], str | None]:
    """Return a page of the history, and where the next one begins; ``None`` for the last."""
    told = _json(answer)
    page = told.get("history") if isinstance(told, dict) else None
    if not isinstance(page, list):
        raise unreadable(answer, submitting=False)
    last = told.get("last_history_item_id")
    more = told.get("has_more") is True and isinstance(last, str) and is_id(last)
    return [one for one in map(read_spoken, page) if one is not None], last if more else None


def _failure(answer: httpx.Response, submitting: bool) -> ProviderError:
    words, code = _words(answer)
    status = answer.status_code
    if status == 401 and not code and "quota" in words.lower():
        code = "quota_exceeded"  # 401 is for a wrong key, too
    if not submitting and code.endswith("not_found"):
        status = 404
    failure = service_error(
        SERVICE,
        status,
        words,
        code=code,
        retry_after=retry_after(answer.headers),
        submitting=submitting,
    )
    if isinstance(failure, AuthFailed):
        failure.advice = "set ELEVENLABS_API_KEY to a valid key first"
    elif code == "model_not_found":
        failure.advice = "vidgen models elevenlabs lists those that speak"
    if isinstance(failure, JobLost) and not isinstance(_json(answer), dict):
        # The page of something on the way: the speech is there, and paid for.
        return Unavailable(failure.message, billed=Billed.NO, advice=failure.advice)
    return failure


def _words(answer: httpx.Response) -> tuple[str, str]:
    """Return the words and the code of an error: one of each, or a list of what is wrong."""
    told = _json(answer)
    if not isinstance(told, dict):
        return answer.text, ""
    detail = told.get("detail", told)
    if isinstance(detail, dict):
        code = next((detail[name] for name in ("status", "code") if detail.get(name)), "")
        return str(detail.get("message") or ""), code if isinstance(code, str) else ""
    parts = detail if isinstance(detail, list) else [detail]
    said = [part.get("msg") if isinstance(part, dict) else part for part in parts]
    return "; ".join(text for text in said if isinstance(text, str)), ""


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _by_their_clock(moment: float, headers: Mapping[str, str]) -> float:
    """Return *moment* by the clock of the service, or itself where that is earlier."""
    try:
        ahead = parsedate_to_datetime(headers.get("date", "")).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, IndexError):
        return moment
    return moment + min(0.0, ahead)
