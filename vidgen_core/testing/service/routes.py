"""The small router: which vendor's module answers which path, and what it may meet there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from attrs import evolve, field, frozen

from vidgen_core.testing.service.messages import Answer, Refusal, Request, as_json
from vidgen_core.testing.service.trouble import EVERYWHERE, Trouble

#: A key that every vendor rejects, and one whose account is empty.
WRONG_KEY = "wrong-key"
NO_CREDIT = "no-credit"
#: One that will do, as every other does.
REHEARSAL_KEY = "rehearsal-key"

_FIELD = re.compile(r"\{(\w+)(\*?)\}")


@frozen(kw_only=True)
class Call:
    """A request that found its route: the path's fields, the key, and what it is to meet."""

    request: Request
    fields: Mapping[str, str]
    key: str = field(default="", repr=False)
    trouble: Trouble | None = None

    def meets(self, mode: str) -> bool:
        """Whether this is the trouble that was asked for."""
        return self.trouble is not None and self.trouble.mode == mode


@frozen(kw_only=True)
class Route:
    """One thing that a service can be asked for.

    ``path`` holds ``{name}`` for one segment and ``{name*}`` for one or more.
    ``modes`` are the troubles that only this route knows. ``free``: no key is
    asked for.
    """

    name: str
    method: str
    path: str
    answer: Callable[[Call], Answer]
    modes: frozenset[str] = frozenset()
    free: bool = False

    def fields(self, path: str) -> dict[str, str] | None:
        """Return what *path* has in its fields, ``None`` where it is another route's."""
        found = _pattern(self.path).fullmatch(path)
        return found and found.groupdict()


@frozen(kw_only=True)
class Vendor:
    """One service of the outside world.

    ``key_of``: the key that a request carries, empty without. ``refused``: a
    refusal as its API puts it. ``environment``: what to export so that vidgen
    and the vendor's SDK speak to the given base URL.
    """

    name: str
    routes: Sequence[Route]
    key_of: Callable[[Request], str]
    refused: Callable[[Refusal], Answer]
    wrong_key: Callable[[], Refusal]
    out_of_credit: Callable[[], Refusal]
    environment: Callable[[str], Mapping[str, str]]

    def answer(self, route: Route, call: Call) -> Answer:
        """Answer *call*, with the trouble that it meets."""
        trouble = call.trouble
        if trouble is None or not trouble.is_general:
            return self._work(route, call)
        done = self._work(route, evolve(call, trouble=None)) if trouble.done else Answer()
        refusal = self._refusal(trouble)
        if refusal is None:
            return trouble.spoilt(done)
        answer = self.refused(refusal)
        return evolve(answer, headers={**answer.headers, **refusal.headers})

    def _work(self, route: Route, call: Call) -> Answer:
        try:
            if not route.free:
                self._check_key(call.key)
            return route.answer(call)
        except Refusal as refusal:
            return self.refused(refusal)

    def _check_key(self, key: str) -> None:
        if key in ("", WRONG_KEY):
            raise self.wrong_key()

    def _refusal(self, trouble: Trouble) -> Refusal | None:
        headers = {"retry-after": trouble.retry_after} if trouble.retry_after else {}
        if trouble.status is not None:
            words = trouble.reason or f"this {trouble.status} was asked for"
            return Refusal(trouble.status, words, headers=headers)
        named = {"wrong-key": self.wrong_key, "out-of-credit": self.out_of_credit}
        if trouble.mode not in named:
            return None
        refusal = named[trouble.mode]()
        words = trouble.reason or refusal.words
        return Refusal(refusal.status, words, refusal.kind, headers=headers)


class Router:
    """All vendors' routes."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self.vendors = tuple(vendors)

    @property
    def routes(self) -> list[Route]:
        """Every route of every vendor."""
        return [route for vendor in self.vendors for route in vendor.routes]

    def find(self, request: Request) -> tuple[Vendor, Route, Call] | Answer:
        """Return who answers *request*, or what to say where nobody does."""
        others = set()
        for vendor in self.vendors:
            for route in vendor.routes:
                fields = route.fields(request.path)
                if fields is None:
                    continue
                if route.method == request.method:
                    key = vendor.key_of(request)
                    return vendor, route, Call(request=request, fields=fields, key=key)
                others.add(route.method)
        if others:
            return as_json({"detail": "Method Not Allowed"}, 405, allow=", ".join(sorted(others)))
        return as_json({"detail": "Not Found"}, 404)

    def check(self, trouble: Trouble) -> None:
        """Raise ``ValueError`` where *trouble* would never happen."""
        routes = [route for route in self.routes if fnmatchcase(route.name, trouble.route)]
        if not routes:
            names = ", ".join(sorted({route.name for route in self.routes}))
            raise ValueError(f"there is no route {trouble.route!r}; there are {names}")
        if trouble.is_general:
            return
        for route in routes:
            if trouble.mode not in route.modes:
                known = ", ".join(sorted(EVERYWHERE | route.modes))
                raise ValueError(
                    f"{route.name} knows no trouble {trouble.mode!r}, but {known}, and any "
                    "status from 400 to 599"
                )


def _pattern(path: str) -> re.Pattern[str]:
    """Return the expression for *path*; ``re`` remembers those that were compiled."""
    parts = _FIELD.split(path)
    text = re.escape(parts[0])
    for name, many, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        text += f"(?P<{name}>{'.+' if many else '[^/]+'}){re.escape(rest)}"
    return re.compile(text)
