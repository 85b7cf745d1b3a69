"""What an order costs by the prices and settings of now, whatever was written down before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from vidgen_core.errors import Undecided
from vidgen_core.executor import parts
from vidgen_core.ledger import InFlight
from vidgen_core.limit import ROUNDING
from vidgen_core.plan import Provider
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.planner.script_prices import whole_price
from vidgen_core.specs import Price, Request, SpeechRequest

if TYPE_CHECKING:
    from vidgen_core.executor.workshop import Workshop


def quoted(workshop: Workshop, work: InFlight, request: Request) -> InFlight:
    """Return *work* with what *request* costs, and all that may be asked after it.

    Raises ``PluginBug`` where its provider cannot tell.
    """
    if isinstance(request, SpeechRequest):
        return parts.priced(workshop, work, request)
    found = workshop.find(work.kind, work.provider)
    provider = Provider(kind=work.kind, spec=found.spec, options=workshop.options_for(found))
    price = workshop.call(
        work.kind, work.provider, f"price for {work.key}", lambda: whole_price(provider, request)
    )
    return evolve(work, price=price)


def one_answer(workshop: Workshop, work: InFlight, request: Request) -> Price:
    """Return what one answer to *request* costs. Raises ``PluginBug``."""
    found = workshop.find(work.kind, work.provider)
    return workshop.call(
        work.kind,
        work.provider,
        f"price for {work.key}",
        lambda: found.spec.price(request, workshop.options_for(found)),
    )


def why_dearer(cost: InFlight, agreed: float | None) -> Undecided | None:
    """Return why *cost* is not paid, if so: *agreed* is the most that may be; ``None``: any."""
    sum_of_it = cost.price + cost.rest
    if agreed is None or (sum_of_it.high is not None and sum_of_it.high <= agreed + ROUNDING):
        return None
    return Undecided(
        f"what is left of it costs {sum_of_it}, which nobody agreed to",
        advice="vidgen continue asks for it",
    )


def to_plan_with(work: InFlight, cost: InFlight) -> InFlight:
    """Return *work*, which is in flight, so that the next plan shows what *cost* says."""
    if is_doubtful(work) or not parts.is_in_parts(work):
        return evolve(work, price=cost.price, rest=cost.rest)
    return evolve(work, rest=cost.price + cost.rest)
