"""From what a service answered over HTTP to the error that says: again? charged?

Nothing here sends anything: a plugin hands over the status, the code and the
words that it read from the service's answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Set
from email.utils import parsedate_to_datetime

from vidgen_core.errors import (
    AuthFailed,
    Billed,
    JobLost,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
)

#: The most characters of a service's own words that are shown.
LONGEST_WORDS = 300
#: More than this is never looked at: what is shown comes from the beginning.
_LONGEST_READ = 8_000

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # titles, links
    r"|\x1b[ -/]*[0-~]"
)

# What the codes of services speak of.
_MONEY = re.compile(r"credit|balance|billing|payment|quota|budget|insufficient_?funds")
_MONEY_NOT_PACE = re.compile(r"credit|balance|payment|insufficient_?(quota|funds)")
_KEY = re.compile(r"api_?key|unauthori[sz]ed|unauthenticated|authentication")
_PACE = re.compile(r"rate_?limit|too_?many|throttl|concurren|system_?busy")
_CONTENT = re.compile(r"moderat|content_?polic|safety|nsfw|prohibited")

#: Words count less than codes: a refusal may quote a prompt about a credit card.
_OUT_OF_MONEY = re.compile(
    r"\b(insufficient|not enough|no|out of|exhausted|exceeded|ran out of|add|buy|purchase)"
    r"( \w+){0,3} (credits?|balance|funds|quota)\b(?! cards?)"
    r"|\b(credits?|balance|funds|quota)( \w+){0,4}"
    r" (too low|low|exhausted|exceeded|insufficient|depleted|used up|empty|negative)\b",
    re.IGNORECASE,
)

_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)[\s>]", re.IGNORECASE)

_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)

#: The errors of httpx before which nothing was sent. A proxy's own refusal is one: it
#: comes before the proxy passes anything on.
_NOT_SENT = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
)

#: Both say the same by the same names; client libraries use the one or the other.
_HTTPX = frozenset({"httpx", "httpx2"})

#: The statuses by which a service says that a question makes no sense to it.
_FOR_GOOD = frozenset({400, 405, 406, 411, 413, 414, 415, 422})

_SAYS = {
    AuthFailed: "does not accept the key",
    OutOfCredit: "has no credit left for this account",
    RateLimited: "asks for fewer calls",
    Refused: "refuses the request",
    JobLost: "does not know the job any more",
    Unavailable: "cannot answer now",
}


def service_error(
    service: str,
    status: int,
    words: str,
    *,
    code: str = "",
    retry_after: float | None = None,
    submitting: bool,
    billed: Billed = Billed.UNKNOWN,
) -> ProviderError:
    """Return the error that an answer of *service* stands for; the caller raises it.

    *status* is the HTTP status, *code* and *words* what the answer's body says (the
    words are cleaned here). *submitting*: the call was the one that costs money; only then
    may the answer be ``Refused``, for who refuses to be asked about a job says nothing of it.
    *billed*: what the service documents about a submit that it failed itself (5xx);
    unless it does, whether that was charged is unknown. Also for a 2xx that cannot
    be read: where the call was a submit, whether it was taken is unknown.
    """
    code = clean_words(code, 60)
    kind = _kind(status, code.lower().replace("-", "_"), words, submitting)
    if kind is JobLost and _is_page(words):
        kind = Unavailable  # something on the way does not know the way
    says = _SAYS[kind]
    if kind is Refused and not submitting:
        kind = Unavailable  # a question was refused, not the job, which is there and paid for
    message = f"{service} {says} ({' '.join(filter(None, (str(status), code)))})"
    if 200 <= status < 300:
        message = f"{service} sent an answer that cannot be read ({status})"
    said = _said(words)
    error = kind(f"{message}: {said}" if said else message, advice=_advice(kind, service))
    if isinstance(error, Unavailable):
        documented = billed if status >= 500 else Billed.UNKNOWN
        error.billed = documented if submitting else Billed.NO
        error.for_good = status in _FOR_GOOD and not (submitting or _is_page(words))
    if isinstance(error, (Unavailable, RateLimited)):
        error.retry_after = retry_after
    return error


def no_connection(service: str, why: BaseException | str) -> Unavailable:
    """Return the error for a call that found no connection: it surely cost nothing."""
    return Unavailable(f"{service} cannot be reached: {_why(why)}", billed=Billed.NO)


def no_answer(service: str, why: BaseException | str, *, submitting: bool = True) -> Unavailable:
    """Return the error for a call that was sent and not answered.

    The service may have read it: a submit may have been charged. Other calls cost nothing.
    """
    billed = Billed.UNKNOWN if submitting else Billed.NO
    return Unavailable(f"{service} does not answer: {_why(why)}", billed=billed)


def transport_error(service: str, error: BaseException, *, submitting: bool) -> Unavailable:
    """Return the error for a call that brought no answer: :func:`no_connection` or else.

    *error* is httpx's own (or httpx2's), or a client library's that was raised ``from``
    it. Anything else counts as sent, :func:`no_answer`, and so does what httpx cannot be sure of.
    """
    met = next((one for one in _causes(error) if _is_httpx(one, {"TransportError"})), error)
    if _is_httpx(met, _NOT_SENT):
        return no_connection(service, met)
    return no_answer(service, met, submitting=submitting)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds the headers ask to wait, or ``None``.

    Read are ``Retry-After-Ms`` and ``Retry-After``, as seconds or as a date, which
    is taken from the answer's own ``Date``: clocks differ.
    """
    given = {name.lower(): value.strip() for name, value in headers.items()}
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        if _SECONDS.fullmatch(given.get(name, "")):
            return float(given[name]) * unit
    then, now = _date(given.get("retry-after", "")), _date(given.get("date", ""))
    if then is None:
        return None
    return max(0.0, then - (time.time() if now is None else now))


def is_web_page(head: bytes) -> bool:
    """Whether a file that begins with *head* was made by no service that makes media."""
    return _PAGE.match(head) is not None


def clean_words(text: str, longest: int = LONGEST_WORDS) -> str:
    """Return *text* as one line that is safe to print: at most *longest* characters.

    Terminal escapes, control characters and signs that change the direction of
    writing are left out; white space becomes single spaces.
    """
    text = _ESCAPES.sub("", text[:_LONGEST_READ])
    text = "".join(" " if letter.isspace() else letter for letter in text)
    line = " ".join("".join(letter for letter in text if letter.isprintable()).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _kind(status: int, code: str, words: str, submitting: bool) -> type[ProviderError]:
    """Return the class of error; *code* is in lower case with underscores."""
    if status == 402:
        return OutOfCredit
    if status == 429:
        return OutOfCredit if _MONEY_NOT_PACE.search(code) else RateLimited
    if status in (404, 410):
        return Refused if submitting else JobLost
    if status == 408 or not 400 <= status < 500:
        return Unavailable
    if _MONEY.search(code) or (status in (400, 403) and _OUT_OF_MONEY.search(words)):
        return OutOfCredit
    if _PACE.search(code):
        return RateLimited
    if status == 403 and _CONTENT.search(code):
        return Refused
    if status in (401, 403) or _KEY.search(code):
        return AuthFailed
    return Refused


def _advice(kind: type[ProviderError], service: str) -> str:
    if kind is AuthFailed:
        return f"check the key for {service} first"
    if kind is OutOfCredit:
        return f"add credit to the account at {service} first"
    return ""


def _said(words: str) -> str:
    """Return the service's own words; the page of a web server is not its own words."""
    return "" if _is_page(words) else clean_words(words)


def _is_page(words: str) -> bool:
    return words.lstrip().startswith("<")


def _why(why: BaseException | str) -> str:
    if isinstance(why, str):
        return clean_words(why)
    return clean_words(str(why)) or type(why).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error*, what it was raised from, and so on; a circle ends."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__


def _is_httpx(error: BaseException, names: Set[str]) -> bool:
    """Whether *error* is of one of httpx's classes *names*; httpx is slow to import for that."""
    kinds = type(error).__mro__
    return any(kind.__module__ in _HTTPX and kind.__name__ in names for kind in kinds)


def _date(text: str) -> float | None:
    """Return an HTTP date as Unix time, or ``None``."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None
