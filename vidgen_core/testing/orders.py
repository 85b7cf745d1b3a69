"""For tests of paid providers: one call is one order, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from vidgen_core.errors import Billed, ProviderError
from vidgen_core.testing.service import Service
from vidgen_core.testing.service.messages import NOTHING


@frozen
class Fault:
    """Trouble with an order, and the error that has to come of it.

    ``mode`` and ``more``: what the service is asked for (see :meth:`Service.trouble`).
    ``error`` is the class itself, none below it. ``billed`` and ``retry``: what the error
    says about whether it was charged, and about calling again.
    """

    mode: str
    error: type[ProviderError]
    billed: Billed
    retry: bool = True
    more: Mapping[str, str] = field(default=NOTHING, kw_only=True)

    def __str__(self) -> str:
        return " ".join((self.mode, *(f"{name}={text}" for name, text in self.more.items())))

    def meet(self, service: Service, route: str, order: Callable[[], object]) -> ProviderError:
        """Have *order* meet it at *route*, and return the error that *order* raised.

        Raises ``AssertionError`` where *service* has had no POST or more than one, where the
        error is another one than it should be, and where it calls free what was charged.
        """
        service.trouble(route, self.mode, **self.more)
        error = self._raised(order)
        posts = [one.route for one in service.requests() if one.method == "POST"]
        assert len(posts) == 1, f"{self}: one call is one order, and there were {posts}"
        assert type(error) is self.error, f"{self}: it raised {error!r}"
        said = (error.billed, error.retry)
        assert said == (self.billed, self.retry), f"{self}: billed, retry = {said}"
        wait = float(self.more["retry_after"]) if "retry_after" in self.more else None
        assert error.retry_after == wait, f"{self}: wait {error.retry_after} s, not {wait}"
        is_free = error.billed is Billed.NO
        assert not (is_free and service.bill), f"{self}: said to be free, and it was charged"
        return error

    def _raised(self, order: Callable[[], object]) -> ProviderError:
        try:
            order()
        except ProviderError as error:
            return error
        raise AssertionError(f"{self}: no error was raised")
