"""From what a service answered to: may I try again, and was I charged?"""

from __future__ import annotations

import subprocess
import sys
import time
import unicodedata
from email.utils import formatdate

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vidgen_core import (
    AuthFailed,
    Billed,
    JobLost,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Refused,
    Unavailable,
    clean_words,
    no_answer,
    no_connection,
    retry_after,
    service_error,
    transport_error,
)

NO, UNKNOWN = Billed.NO, Billed.UNKNOWN


@pytest.mark.parametrize(
    ("status", "submit", "poll"),
    [
        (200, (Unavailable, UNKNOWN), (Unavailable, NO)),
        (201, (Unavailable, UNKNOWN), (Unavailable, NO)),
        (302, (Unavailable, UNKNOWN), (Unavailable, NO)),
        (400, (Refused, NO), (Unavailable, NO)),
        (401, (AuthFailed, NO), (AuthFailed, NO)),
        (402, (OutOfCredit, NO), (OutOfCredit, NO)),
        (403, (AuthFailed, NO), (AuthFailed, NO)),
        (404, (Refused, NO), (JobLost, UNKNOWN)),
        (408, (Unavailable, UNKNOWN), (Unavailable, NO)),
        (409, (Refused, NO), (Unavailable, NO)),
        (410, (Refused, NO), (JobLost, UNKNOWN)),
        (413, (Refused, NO), (Unavailable, NO)),
        (415, (Refused, NO), (Unavailable, NO)),
        (422, (Refused, NO), (Unavailable, NO)),
        (429, (RateLimited, NO), (RateLimited, NO)),
        (451, (Refused, NO), (Unavailable, NO)),
        (500, (Unavailable, UNKNOWN), (Unavailable, NO)),
        (503, (Unavailable, UNKNOWN), (Unavailable, NO)),
        (529, (Unavailable, UNKNOWN), (Unavailable, NO)),
    ],
)
def test_a_status_says_what_became_of_a_call(
    status: int, submit: tuple[type, Billed], poll: tuple[type, Billed]
) -> None:
    for submitting, (kind, billed) in ((True, submit), (False, poll)):
        error = service_error("luma", status, "no", submitting=submitting)
        assert (type(error), error.billed) == (kind, billed)
        assert error.retry is (kind in (Unavailable, RateLimited))


@pytest.mark.parametrize(
    ("status", "code", "words", "kind"),
    [
        (403, "", "User is locked. Reason: Exhausted balance. Top up.", OutOfCredit),
        (403, "", "You do not have enough credits", AuthFailed),
        (403, "", "Not enough credits", OutOfCredit),
        (403, "insufficient_credits", "", OutOfCredit),
        (403, "", "Forbidden", AuthFailed),
        (403, "content_moderated", "", Refused),
        (400, "", "Your credit balance is too low to access the API", OutOfCredit),
        (400, "", "Insufficient credits", OutOfCredit),
        (400, "", "prompt about a shop with no credit cards was moderated", Refused),
        (400, "", "prompt not allowed: two acrobats lose their balance", Refused),
        (422, "", "out of credits", Refused),
        (400, "API_KEY_INVALID", "", AuthFailed),
        (401, "quota_exceeded", "", OutOfCredit),
        (401, "invalid_api_key", "You have no credit", AuthFailed),
        (402, "rate_limit", "", OutOfCredit),
        (409, "too_many_concurrent_requests", "", RateLimited),
        (400, "rate-limit-exceeded", "", RateLimited),
        (422, "content_policy_violation", "", Refused),
        (429, "insufficient_quota", "", OutOfCredit),
        (429, "quota_exceeded", "You exceeded your current quota", RateLimited),
        (429, "", "out of credits", RateLimited),
        (503, "insufficient_credits", "no credits", Unavailable),
    ],
)
def test_codes_count_and_words_only_about_money(
    status: int, code: str, words: str, kind: type[ProviderError]
) -> None:
    assert type(service_error("luma", status, words, code=code, submitting=True)) is kind


def test_what_a_service_documents_about_its_own_failures_counts() -> None:
    def billed(status: int, *, submitting: bool) -> Billed:
        error = service_error("fal", status, "", submitting=submitting, billed=NO)
        return error.billed

    assert billed(503, submitting=True) is NO
    assert billed(200, submitting=True) is UNKNOWN  # it was taken, and nobody knows as what
    assert billed(408, submitting=True) is UNKNOWN
    error = service_error("fal", 500, "", submitting=False, billed=Billed.YES)
    assert error.billed is NO


def test_who_refuses_a_question_says_nothing_of_the_job_that_it_is_about() -> None:
    refused = service_error("luma", 400, "unknown field", submitting=False)
    assert refused.message == "luma refuses the request (400): unknown field"
    assert refused.for_good
    page = service_error("luma", 404, "<html>nginx</html>", submitting=False)
    assert (type(page), page.billed, page.for_good) == (Unavailable, NO, False)
    for status, words in ((400, "<html>nginx</html>"), (409, "busy"), (425, ""), (451, "")):
        passing = service_error("luma", status, words, submitting=False)
        assert (type(passing), passing.for_good) == (Unavailable, False), status
    gone = service_error("luma", 404, '{"detail": "no such job"}', submitting=False)
    assert (type(gone), gone.billed) == (JobLost, UNKNOWN)


@settings(max_examples=60)
@given(
    st.integers(100, 599),
    st.text(max_size=30),
    st.text(max_size=80),
    st.none() | st.floats(0, 1e6),
    st.booleans(),
)
def test_every_answer_is_an_error_that_keeps_money_safe(
    status: int, code: str, words: str, wait: float | None, submitting: bool
) -> None:
    error = service_error("luma", status, words, code=code, retry_after=wait, submitting=submitting)
    assert error.message.startswith("luma ")
    assert str(status) in error.message
    assert error.message.isprintable()
    assert error.advice.isprintable()
    unsure = status < 400 or status >= 500 or status == 408
    if submitting:
        assert error.billed is (UNKNOWN if unsure else NO)
    elif not isinstance(error, JobLost):
        assert error.billed is NO
    assert error.retry is isinstance(error, (Unavailable, RateLimited))
    assert error.retry_after == (wait if error.retry else None)
    assert not (submitting and isinstance(error, JobLost))
    assert submitting or not isinstance(error, Refused)


def test_the_services_own_words_are_shown_and_a_web_servers_page_is_not() -> None:
    error = service_error(
        "luma", 422, "prompt \x1b[31mtoo\nlong", code="bad_prompt", submitting=True
    )
    assert error.message == "luma refuses the request (422 bad_prompt): prompt too long"
    page = service_error("luma", 503, "\n<html><h1>503</h1>nginx</html>", submitting=False)
    assert page.message == "luma cannot answer now (503)"
    assert "key" in service_error("luma", 401, "", submitting=True).advice
    assert "credit" in service_error("luma", 402, "", submitting=True).advice


def test_without_a_connection_nothing_was_charged() -> None:
    error = no_connection("luma", ConnectionRefusedError(111, "Connection refused"))
    assert (error.billed, error.retry) == (NO, True)
    assert error.message == "luma cannot be reached: [Errno 111] Connection refused"
    assert no_connection("luma", TimeoutError()).message.endswith(": TimeoutError")


def test_without_an_answer_nobody_knows_whether_a_submit_was_charged() -> None:
    error = no_answer("luma", "read \x1b]0;title\x07timed out")
    assert (error.billed, error.retry) == (UNKNOWN, True)
    assert error.message == "luma does not answer: read timed out"
    assert no_answer("luma", "", submitting=False).billed is NO


SURELY_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
PERHAPS_SENT = (
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.LocalProtocolError,
    httpx.DecodingError,
    httpx.TooManyRedirects,
)


class SdkError(Exception):
    """What a client library makes of an error of httpx's."""


def by_an_sdk(error: Exception) -> Exception:
    """*error* as a client library raises it on."""
    wrapped = SdkError("Connection error.")
    wrapped.__cause__ = error
    return wrapped


@pytest.mark.parametrize("kind", SURELY_NOT_SENT)
def test_what_was_surely_not_sent_was_not_charged(kind: type[Exception]) -> None:
    for error in (kind("no way"), by_an_sdk(kind("no way")), type("Own", (kind,), {})("no way")):
        failure = transport_error("luma", error, submitting=True)
        assert (failure.message, failure.billed) == ("luma cannot be reached: no way", NO)


@pytest.mark.parametrize("kind", [*PERHAPS_SENT, OSError, ConnectionError, SdkError])
def test_what_may_have_been_sent_may_have_been_charged(kind: type[Exception]) -> None:
    for error in (kind("gone"), by_an_sdk(by_an_sdk(kind("gone")))):
        failure = transport_error("luma", error, submitting=True)
        assert failure.message.startswith("luma does not answer: ")
        assert failure.billed is UNKNOWN
        assert transport_error("luma", error, submitting=False).billed is NO


def test_a_connection_that_was_lost_counts_whatever_lies_below_it() -> None:
    """Of several errors the first one of httpx's says how far the call came."""
    lost = httpx.ReadError("reset")
    lost.__cause__ = httpx.ConnectError("the second try")
    assert transport_error("luma", by_an_sdk(lost), submitting=True).billed is UNKNOWN
    handled = httpx.ReadError("reset")
    handled.__context__ = httpx.ConnectError("an earlier call")
    assert transport_error("luma", handled, submitting=True).billed is UNKNOWN


def test_a_name_alone_is_no_proof_that_nothing_was_sent() -> None:
    stranger = type("ConnectError", (Exception,), {})
    assert transport_error("luma", stranger("?"), submitting=True).billed is UNKNOWN


def test_errors_in_a_circle_have_an_end() -> None:
    one, other = SdkError("one"), SdkError("other")
    one.__cause__, other.__cause__ = other, one
    assert transport_error("luma", one, submitting=True).message == "luma does not answer: one"


def test_httpx_is_not_imported_to_tell_its_errors() -> None:
    code = (
        "import sys; from vidgen_core import transport_error; "
        "transport_error('luma', OSError('x'), submitting=True); assert 'httpx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_no_error_of_httpx_is_forgotten() -> None:
    leaves = {kind for kind in _below(httpx.RequestError) if not kind.__subclasses__()}
    known = {*SURELY_NOT_SENT, *PERHAPS_SENT}
    assert {kind for kind in leaves if kind.__module__ == "httpx"} <= known


def _below(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(_below(below) for below in kind.__subclasses__()))


# waiting --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"RETRY-AFTER-MS": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After-Ms": "soon", "Retry-After": "9"}, 9.0),
        ({"Retry-After": "0"}, 0.0),
        *(
            ({"Retry-After": text}, None)
            for text in ("", "soon", "-1", "nan", "inf", "1e9", "1_0", "٧", "9" * 13)
        ),
        (
            {
                "Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT",
                "Date": "Fri, 31 Dec 1999 23:58:59 GMT",
            },
            60.0,
        ),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait_is_what_the_service_says(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


def test_without_the_services_clock_ours_counts() -> None:
    wait = retry_after({"Retry-After": formatdate(time.time() + 3600, usegmt=True)})
    assert wait is not None
    assert 3500 < wait <= 3600


@given(st.dictionaries(st.sampled_from(["Retry-After", "Retry-After-Ms", "Date"]), st.text()))
@example({"Retry-After": "Mon, 01 Jan 0001 00:00:00 +2359"})
@example({"Retry-After": "Mon, 01 Jan 99999 00:00:00 GMT"})
def test_no_header_breaks_the_reading_of_another(headers: dict[str, str]) -> None:
    wait = retry_after(headers)
    assert wait is None or wait >= 0


# words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("  two\r\n\tlines \u2028 three\u00a0four ", "two lines three four"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("a\x1b]8;;https://evil.test\x1b\\link\x1b]8;;\x07 b", "alink b"),
        ("\x1bP1$r\x1b\\x\x1bcy\x1b(Bz", "xyz"),
        ("\x1b", ""),
        ("abc\u202edef\u2066ghi\u200f", "abcdefghi"),
        ("nul\x00 bell\x07 del\x7f lone\udc80", "nul bell del lone"),
        ("Grüße, 世界 👍", "Grüße, 世界 👍"),
    ],
)
def test_words_are_shown_without_what_would_move_a_terminal(text: str, shown: str) -> None:
    assert clean_words(text) == shown


BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NOISE = st.text(st.sampled_from("\x1b[]0;31m\x07\x9b\x9d\\ \n\u202eaé👍\udc80") | st.characters())


@given(NOISE, st.integers(1, 400))
def test_clean_words_are_one_safe_short_line(text: str, longest: int) -> None:
    shown = clean_words(text, longest)
    assert shown.isprintable()
    assert len(shown) <= longest
    assert shown == " ".join(shown.split())
    assert not set(shown) & BIDI
    assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in shown)
    assert clean_words(shown, longest) == shown
    shown.encode()


@given(st.text("abc é", max_size=300))
def test_clean_words_lose_nothing_that_can_be_shown(text: str) -> None:
    assert clean_words(text) == " ".join(text.split())


def test_long_words_are_cut_where_it_shows() -> None:
    shown = clean_words("word " * 100_000)
    assert len(shown) <= 300
    assert shown.endswith(" word…")
