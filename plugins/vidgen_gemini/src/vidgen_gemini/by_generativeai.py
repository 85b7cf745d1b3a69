"""Gemini by the package ``google-generativeai``, which Google supports no more.

The package keeps one account for a whole process (``configure``). Nothing of that is
used here: each question goes out by a client of its own, so that threads and other
users of the package do not meet.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

# The one says that the package is at its end (as the README does), the others that this
# Python will be one day. Who looks at a film can do nothing about either. The filters stay:
# to take them back is not safe where other threads have warnings, too.
warnings.filterwarnings("ignore", r"\s*All support for the `google\.generativeai`", FutureWarning)
warnings.filterwarnings("ignore", category=FutureWarning, module=r"google\.api_core\b")

import requests  # noqa: E402
from google.ai.generativelanguage_v1beta import (  # noqa: E402
    GenerativeServiceClient,
    ModelServiceClient,
)
from google.ai.generativelanguage_v1beta.services.generative_service.transports import (  # noqa: E402
    GenerativeServiceRestTransport,
)
from google.ai.generativelanguage_v1beta.services.model_service.transports import (  # noqa: E402
    ModelServiceRestTransport,
)
from google.auth.credentials import AnonymousCredentials  # noqa: E402
from google.generativeai.generative_models import GenerativeModel  # noqa: E402
from google.generativeai.models import list_models  # noqa: E402
from google.generativeai.protos import Schema  # noqa: E402
from google.generativeai.types import GenerationConfig  # noqa: E402

from vidgen_core import (  # noqa: E402
    Context,
    ProviderError,
    Unavailable,
    no_answer,
    no_connection,
)
from vidgen_gemini.faults import SERVICE, failure, is_object  # noqa: E402
from vidgen_gemini.gemini import Question, Words, sendable  # noqa: E402

#: What urllib3 raises before anything was sent.
_NOT_SENT = frozenset(
    {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLCertVerificationError"}
)


class ByGenerativeAI:
    """An account at Gemini, by ``google-generativeai``."""

    def __init__(self, context: Context) -> None:
        self._key = context.key
        self._url: str = context.options.base_url
        # Its own repetitions, for ten minutes after a 503, are an option of each call.
        self._options: Any = {"timeout": context.options.timeout, "retry": None}

    def ask(self, question: Question) -> bytes:
        """Send *question*, once, and return the answer as it came."""
        if not isinstance(question.form, Words):
            raise TypeError("google-generativeai knows words only")
        model: Any = self._model(question, question.form)

        def send(transport: Any) -> None:
            model._client = GenerativeServiceClient(transport=transport)
            model.generate_content(sendable(question.prompt), request_options=self._options)

        answers = self._heard(GenerativeServiceRestTransport, send, submitting=True)
        return bytes(answers[-1].content)

    def models(self, most: int | None = None) -> list[str]:
        """Return the names of the account's models, *most* of them at most."""
        names: list[str] = []

        def look(transport: Any) -> None:
            listed = list_models(
                page_size=most or 1000,
                client=ModelServiceClient(transport=transport),
                request_options=self._options,
            )
            names.extend(each.name.removeprefix("models/") for each in islice(listed, most))

        self._heard(ModelServiceRestTransport, look, submitting=False)
        return names

    def _model(self, question: Question, form: Words) -> GenerativeModel:
        config: dict[str, Any] = {"max_output_tokens": form.most_tokens}
        if form.schema:
            config["response_mime_type"] = "application/json"
            config["response_schema"] = Schema(googles(form.schema))
        return GenerativeModel(
            question.model,
            generation_config=GenerationConfig(**config),
            system_instruction=sendable(question.system) or None,
        )

    def _heard(
        self, kind: Callable[..., Any], call: Callable[[Any], None], *, submitting: bool
    ) -> list[requests.Response]:
        """Return what came over the wire for *call*, which may not have understood it."""
        heard: list[requests.Response] = []
        error: ProviderError | None = None
        understood = True
        with self._transport(kind, heard) as transport:
            try:
                call(transport)
            except requests.TooManyRedirects:
                pass  # none is followed: that answer is no answer
            except requests.RequestException as unheard:
                error = _unheard(unheard, submitting=submitting)
            except Exception:
                # An error by its status, or an answer that its classes have no place for.
                if not heard:
                    raise
                understood = False
        answer = None if error else heard[-1]
        if answer is not None and not _is_whole(answer, paid=submitting, understood=understood):
            error = failure(
                answer.status_code, answer.headers, answer.content, submitting=submitting
            )
        if error is not None:
            raise error
        return heard

    @contextmanager
    def _transport(self, kind: Callable[..., Any], heard: list[requests.Response]) -> Iterator[Any]:
        """Yield a transport that puts each answer into *heard*, as it came.

        A redirect would send a question twice, and so would a connection that was kept
        and closed by the other end. The key is sent as a header of the session: the
        credentials of Google's own make a 401 three requests. What goes to this machine
        goes past every proxy.
        """
        transport = kind(host=self._url, credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
        session = transport._session
        session.headers.update({"x-goog-api-key": self._key, "connection": "close"})
        session.max_redirects = 0
        session.trust_env = self._url.startswith("https://")
        session.hooks["response"].append(lambda answer, *_, **__: heard.append(answer))
        try:
            yield transport
        finally:
            transport.close()


def googles(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON schema as Google's older one: types in capitals, no further properties."""
    made: dict[str, Any] = {"type_": str(schema["type"]).upper()}
    if "description" in schema:
        made["description"] = schema["description"]
    if "enum" in schema:
        made["enum"] = [str(each) for each in schema["enum"]]
    if "items" in schema:
        made["items"] = googles(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: googles(each) for name, each in schema["properties"].items()}
        made["required"] = list(schema.get("required", ()))
    return made


def _is_whole(answer: requests.Response, *, paid: bool, understood: bool) -> bool:
    """Whether *answer* is one: what was paid for is kept also where the SDK cannot read it."""
    return answer.status_code == 200 and is_object(answer.content) and (paid or understood)


def _unheard(error: requests.RequestException, *, submitting: bool) -> Unavailable:
    """Return the error for a call without an answer; requests wraps what urllib3 raised."""
    inner = list(_inside(error))
    if isinstance(error, requests.exceptions.ProxyError) or any(
        type(each).__name__ in _NOT_SENT for each in inner
    ):
        return no_connection(SERVICE, _name(inner[-1]))
    named = [each for each in inner if type(each).__name__ != "error"]  # as zlib calls its own
    return no_answer(SERVICE, _name(named[-1]), submitting=submitting)


def _inside(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what it was made of, outermost first."""
    seen: set[int] = set()
    inner: object = error
    while isinstance(inner, BaseException) and id(inner) not in seen:
        seen.add(id(inner))
        yield inner
        nested = (each for each in inner.args if isinstance(each, BaseException))
        inner = getattr(inner, "reason", None) or next(nested, None) or inner.__context__


def _name(error: BaseException) -> str:
    """Return what is wrong in a word or two: urllib3 tells of objects and their addresses."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
