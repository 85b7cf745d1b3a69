"""Which work in doubt may have a job that can be adopted, and what is advised accordingly."""

from __future__ import annotations

from collections.abc import Iterable

from vidgen_core.cli.inquiry import Inquiry
from vidgen_core.errors import VidgenError
from vidgen_core.executor import Outcome
from vidgen_core.keys import find_key
from vidgen_core.ledger import InFlight
from vidgen_core.opening import Opened
from vidgen_core.planner.doubts import only_answers
from vidgen_core.report.words import is_question
from vidgen_core.specs import ProviderKind

Jobless = frozenset[tuple[ProviderKind, str]]


def without_jobs(opened: Opened, works: Iterable[InFlight]) -> Jobless:
    """Return which providers of *works* keep no jobs: they answer at once."""
    inquiry = Inquiry(registry=opened.registry, settings=opened.settings)
    asked = {(work.kind, work.provider) for work in works if not only_answers(work)}
    found = set()
    for who in asked & opened.selection.providers.installed.keys():
        try:
            loaded = opened.registry.find(*who)
            key = find_key(loaded.spec.keys, run_directory=opened.directory.root)
        except VidgenError:  # two of one name, or a key that cannot be read
            continue
        if not inquiry.keeps_jobs(loaded, key):
            found.add(who)
    return frozenset(found)


def may_have_a_job(work: InFlight, jobless: Jobless) -> bool:
    """Whether the service of *work* may know it by an id; *jobless*: see :func:`without_jobs`."""
    return not only_answers(work) and (work.kind, work.provider) not in jobless


def advise(outcome: Outcome, jobless: Jobless) -> None:
    """Have each question of *outcome* offer a job's id only where one may be, in words that work.

    A run asks before it knows of which providers the jobs can be fetched.
    """
    doubtful = {work.key: work for work in outcome.in_doubt}
    for task, error in outcome.errors:
        work = doubtful.get(task.key)
        if work is not None and is_question(error):
            error.advice = _what_to_do(work, jobless, alone=len(doubtful) == 1)


def _what_to_do(work: InFlight, jobless: Jobless, *, alone: bool) -> str:
    account = f"look into your account with {work.provider}"
    buy = "--in-doubt again buys it once more, skip leaves it out"
    if not may_have_a_job(work, jobless):
        return f"{account} for what was charged; {buy}"
    adopt = "adopt=JOB" if alone else f"adopt={work.key.id}:JOB"
    return f"{account}: if its job is there, give its id with --in-doubt {adopt}; if not, {buy}"
