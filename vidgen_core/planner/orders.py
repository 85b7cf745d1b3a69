"""Orders: what may be asked of a provider now, and what was paid for and is collected."""

from __future__ import annotations

from attrs import evolve

from vidgen_core.layout import REQUESTS
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Provider, Reason, Task, Why, because
from vidgen_core.planner.blame import raised
from vidgen_core.planner.doubts import CAN_TELL, is_doubtful, part_again
from vidgen_core.planner.script_prices import whole_price
from vidgen_core.planner.situation import Situation
from vidgen_core.specs import (
    FREE,
    UNKNOWN_PRICE,
    Price,
    ProviderKind,
    Request,
    free_of_charge,
)


def work(
    s: Situation,
    key: Key,
    provider: Provider | None,
    request: Request,
    *,
    reasons: tuple[Reason, ...] = (),
    needs: tuple[Key, ...] = (),
    inputs: tuple[str, ...] = (),
    priced_as: Request | None = None,
    filled_in: Request | None = None,
) -> Task:
    """Return the task that makes *key* by *provider*, or collects what is paid for.

    *provider* may be ``None`` only where there is something to collect.
    *priced_as*: an estimate, where the request's own words are not known yet; a
    price that depends on them is unknown. *filled_in*: the request with what its files
    say, or with stand-ins as long as that may be: the price goes by it.
    """
    task = Task(
        key=key,
        decision=Decision.MAKE,
        output=s.path_for(key),
        request=request,
        needs=needs,
        inputs=inputs,
        displaces=s.displaced(key),
        reasons=(*s.broken_reasons(key), *(reasons or (because(Why.MISSING),))),
    )
    job = s.paid_for(key)
    if job is not None:
        return attach(s, evolve(task, needs=(), inputs=()), job)  # it was asked with them
    assert provider is not None, "work needs somebody who does it"
    task = evolve(task, provider=provider.name, kind=provider.kind)
    if key in s.options.given_up:
        return given_up(task)
    decision, price, more = _offer(s, key, provider, priced_as or filled_in or request)
    if priced_as is not None and not price.free:
        price = UNKNOWN_PRICE
    part = part_again(s.ledger, key, provider.name)
    if part is not None and not (price.free or part.price.free):  # a free one proves nothing
        price = part.price + part.rest
    output = s.path_for(key, provider.spec)
    return evolve(
        task,
        decision=decision,
        output=output,
        displaces=s.displaced(key, output),
        reasons=(*task.reasons, *more),
        price=price,
    )


def _offer(
    s: Situation, key: Key, provider: Provider, request: Request
) -> tuple[Decision, Price, tuple[Reason, ...]]:
    """Return whether new work may be given to *provider*, and its price."""
    try:
        price = whole_price(provider, request)
    except Exception as error:
        return Decision.BLOCKED, FREE, (raised(provider, "price()", error),)
    if s.ledger.damage and not price.free:
        return Decision.ASK, price, (because(Why.JOURNAL_DAMAGED, fault=s.ledger.damage),)
    if key in s.ledger.forgotten and not price.free:
        requests = f"{REQUESTS}/{key.id}-*.json"
        return Decision.ASK, price, (because(Why.FORGOTTEN, requests=requests),)
    return Decision.MAKE, price, ()


def given_up(task: Task) -> Task:
    """Return *task* as one that failed for good in this run."""
    return evolve(task, decision=Decision.BLOCKED, reasons=(because(Why.FAILED),))


def attach(s: Situation, base: Task, job: InFlight) -> Task:
    """Return *base* as the task that collects *job*, or as the question it raises."""
    base = evolve(base, provider=job.provider, kind=job.kind)
    unknown = because(Why.UNKNOWN_OUTCOME, provider=job.provider)
    if base.key in s.options.given_up:
        if is_doubtful(job):  # the user goes on without it, and the question stays
            return evolve(base, decision=Decision.BLOCKED, reasons=(unknown,))
        return given_up(base)
    spec = s.providers.installed.get((job.kind, job.provider))
    if spec is None:
        reason = because(Why.NOT_INSTALLED, kind=job.kind.value, provider=job.provider)
        return evolve(base, decision=Decision.BLOCKED, reasons=(reason,))
    output = s.path_for(base.key, spec)
    there = (output,) if output in s.files else ()
    base = evolve(base, output=output, displaces=tuple(dict.fromkeys((*base.displaces, *there))))
    if job.key not in s.ledger.in_flight:
        why = Why.FETCH_AGAIN
    elif job.job:
        why = Why.IN_FLIGHT
    elif job.answered:
        why = Why.ANSWERED
        costs = spec.price is not free_of_charge
        if costs and job.kind is ProviderKind.SCRIPT_MODEL:  # it may have to be asked on
            price = UNKNOWN_PRICE if job.price.free else Price(0.0, job.price.high)
            base = evolve(base, price=price)
        if costs and base.key in s.options.lost:
            why = Why.ANSWER_GONE
            base = evolve(base, price=UNKNOWN_PRICE if job.price.free else job.price)
    elif spec.abilities & CAN_TELL and not s.ledger.damage:
        why = Why.FINDABLE
        # It may be bought now, or was before. A journal that says it is free proves nothing.
        price = UNKNOWN_PRICE if job.price.free else Price(0.0, job.price.high)
        base = evolve(base, price=price)
    else:
        fault = (because(Why.JOURNAL_DAMAGED, fault=s.ledger.damage),) if s.ledger.damage else ()
        price = job.price + job.rest
        return evolve(base, decision=Decision.ASK, reasons=(unknown, *fault), price=price)
    reasons = (*s.broken_reasons(base.key), because(why, provider=job.provider, job=job.job))
    price = base.price + job.rest
    return evolve(base, decision=Decision.ATTACH, reasons=reasons, collects=job, price=price)


def questioned(s: Situation, task: Task) -> Task:
    """Return *task* as a question where a stray file may be what it would buy again."""
    near = s.near_misses.get(task.key.scene, ())
    if not near or task.decision is not Decision.MAKE:
        return task
    is_clip = task.key.step is Step.CLIP and "/" in near[0]
    place = task.key if is_clip else Key(Step.SCENE, task.key.scene)
    reason = because(Why.NEAR_MISS, path=near[0], rename=s.path_for(place))
    decision = Decision.MAKE if task.price.free else Decision.ASK
    return evolve(task, decision=decision, reasons=(*task.reasons, reason))
