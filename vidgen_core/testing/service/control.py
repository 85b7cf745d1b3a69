"""The service's own routes: ask for trouble, set the clock forward, read bill and log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import asdict, frozen

from vidgen_core.testing.service.books import Books
from vidgen_core.testing.service.messages import Answer, Request, as_json
from vidgen_core.testing.service.routes import Router
from vidgen_core.testing.service.studio import Studio
from vidgen_core.testing.service.trouble import EVERYWHERE, Trouble, Troubles

PATH = "/_control/"


@frozen(kw_only=True)
class Control:
    """What tests of another process ask for; nothing of it is logged or meets trouble."""

    studio: Studio
    router: Router
    troubles: Troubles

    def answer(self, request: Request) -> Answer:
        """Answer a request below :data:`PATH`."""
        name = request.path.removeprefix(PATH)
        asked: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("POST", "trouble"): self._trouble,
            ("POST", "clear"): self._clear,
            ("POST", "advance"): self._advance,
            ("GET", "bill"): self._bill,
            ("GET", "requests"): self._requests,
            ("GET", "jobs"): self._jobs,
            ("GET", "routes"): self._routes,
            ("GET", "environment"): self._environment,
        }
        found = asked.get((request.method, name))
        if found is None:
            known = ", ".join(f"{method} {PATH}{name}" for method, name in asked)
            return as_json({"detail": f"there are {known}"}, 404)
        try:
            return as_json(found(request))
        except (KeyError, TypeError, ValueError) as error:
            return as_json({"detail": str(error)}, 400)

    def ask(self, trouble: Trouble) -> None:
        """Let *trouble* happen. Raises ``ValueError`` where it never would."""
        self.router.check(trouble)
        self.troubles.add(trouble)

    def environment(self) -> dict[str, str]:
        """Return what to export so that vidgen and the SDKs speak to the service."""
        vendors = self.router.vendors
        return {k: v for it in vendors for k, v in it.environment(self.studio.base).items()}

    def _trouble(self, request: Request) -> Any:
        trouble = Trouble(**request.fields())
        self.ask(trouble)
        return asdict(trouble)

    def _clear(self, request: Request) -> Any:
        self.troubles.clear()
        return {}

    def _advance(self, request: Request) -> Any:
        self.studio.advance(float(request.fields()["seconds"]))
        return {"now": self.studio.now()}

    def _bill(self, request: Request) -> Any:
        return summed(self.studio.books)

    def _requests(self, request: Request) -> Any:
        route = request.query.get("route")
        logged = self.studio.books.requests
        return [asdict(entry) for entry in logged if route in (None, entry.route)]

    def _jobs(self, request: Request) -> Any:
        now = self.studio.now()
        jobs = self.studio.books.jobs
        return [asdict(job) | {"stage": job.stage(now).name.lower()} for job in jobs]

    def _routes(self, request: Request) -> Any:
        return {route.name: sorted(EVERYWHERE | route.modes) for route in self.router.routes}

    def _environment(self, request: Request) -> Any:
        return self.environment()


def summed(books: Books) -> dict[str, Any]:
    """Return the bill with its sum; ``unknown`` counts the charges of no known price."""
    bill = books.bill
    return {
        "charges": [asdict(charge) for charge in bill],
        "usd": round(sum(charge.usd or 0.0 for charge in bill), 4),
        "unknown": sum(charge.usd is None for charge in bill),
    }
