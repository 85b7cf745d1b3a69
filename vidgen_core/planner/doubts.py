"""Paid work of which nobody knows whether a service took it, and the user's choice."""

from __future__ import annotations

from attrs import evolve

from vidgen_core.errors import UsageError
from vidgen_core.ledger import InFlight, Ledger
from vidgen_core.model import Key, Step
from vidgen_core.plan import Choice, InDoubt, Providers
from vidgen_core.specs import ProviderKind
from vidgen_core.wording import name

#: Who has one of these can be asked, and so is no question to the user.
CAN_TELL = frozenset({"idempotent", "find"})
_STEPS = tuple(Step)


def is_doubtful(work: InFlight) -> bool:
    """Whether *work* was asked for, and nobody wrote down what came of it."""
    return work.is_doubtful


def film_order(work: InFlight) -> tuple[int, int, int]:
    """Return what sorts work as it comes in the film."""
    return work.key.scene, _STEPS.index(work.key.step), work.key.clip


def all_in_doubt(ledger: Ledger) -> list[InFlight]:
    """Return all work in doubt, as it comes in the film."""
    return sorted(filter(is_doubtful, ledger.in_flight.values()), key=film_order)


def owner_of(ledger: Ledger, work: InFlight, job: str) -> Key | None:
    """Return whose job *job* is already, where it cannot be that of *work*."""
    known = ledger.jobs.get((work.provider, job))
    return None if known in (None, (work.key, work.take)) else known[0]


def only_answers(work: InFlight) -> bool:
    """Whether *work* surely has no job at its service: script models answer at once.

    Of what else answers at once only the provider itself can tell.
    """
    return work.kind is ProviderKind.SCRIPT_MODEL


def no_job(work: InFlight) -> UsageError:
    """Return the error for a job that the user named and that nobody could fetch."""
    return UsageError(
        f"--in-doubt adopt: {work.provider} answers at once and keeps no jobs, so there is none "
        f"to adopt for {name(work.key)}",
        advice="--in-doubt again buys it once more, skip leaves it out",
    )


def open_questions(ledger: Ledger, providers: Providers) -> frozenset[Key]:
    """Return what is in doubt and only the user can tell."""
    return frozenset(
        work.key
        for work in ledger.in_flight.values()
        if is_doubtful(work) and (ledger.damage or not _can_tell(work, providers))
    )


def _can_tell(work: InFlight, providers: Providers) -> bool:
    """Whether the provider of *work* can be asked whether it took it."""
    spec = providers.installed.get((work.kind, work.provider))
    return spec is not None and not spec.abilities.isdisjoint(CAN_TELL)


def decided(ledger: Ledger, in_doubt: InDoubt, providers: Providers) -> Ledger:
    """Return *ledger* as it is when the user's choice is carried out.

    Work that is bought again is not in flight any more, and adopted work has its job.
    What its provider can tell is not given up: it is asked first.
    """
    works, again = dict(ledger.in_flight), dict(ledger.again)
    match in_doubt.choice:
        case Choice.AGAIN if not ledger.damage:
            for key in open_questions(ledger, providers):
                again[key] = works.pop(key)
        case Choice.ADOPT:
            named = [work for work in all_in_doubt(ledger) if in_doubt.key in (None, work.key)]
            if len(named) == 1 and owner_of(ledger, named[0], in_doubt.job) is None:
                works[named[0].key] = evolve(named[0], job=in_doubt.job)
    return evolve(ledger, in_flight=works, again=again)


def part_again(ledger: Ledger, key: Key, provider: str) -> InFlight | None:
    """Return the part of a speech, not its first, that *provider* is asked for once more."""
    work = ledger.again.get(key)
    return work if work is not None and work.part > 1 and work.provider == provider else None
