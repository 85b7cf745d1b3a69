"""Whose turn is it? What a run has begun, finished and put off, and what may start now."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from vidgen_core.errors import OutOfCredit, VidgenError
from vidgen_core.executor.jobs import Job
from vidgen_core.executor.throttle import Throttle
from vidgen_core.limit import ROUNDING
from vidgen_core.model import Key
from vidgen_core.plan import TO_DO, Decision, Plan, Task
from vidgen_core.specs import Price


@define(kw_only=True, eq=False)
class Turns:
    """How the tasks of one run stand, and the limits that they share.

    ``active``: what is worked on. ``done``: published since the last plan.
    ``later``: left to another run. ``closed``: providers that take no more.
    ``stopped``: nothing new begins. ``agreed``: what may be bought, until it is, and
    for how much at most (dollars; ``None``: nobody knows). ``reserve``: what may be
    spent beyond, because more was agreed to than the scenes cost. ``throttle``: what is
    held back because a service asked for fewer calls.
    """

    jobs: int
    max_active: Callable[[Task], int]
    active: dict[Key, Job] = field(factory=dict, init=False)
    done: set[Key] = field(factory=set, init=False)
    later: set[Key] = field(factory=set, init=False)
    given_up: frozenset[Key] = field(default=frozenset(), init=False)
    agreed: dict[Key, float | None] = field(factory=dict, init=False)
    reserve: float = field(default=0.0, init=False)
    closed: dict[str, VidgenError] = field(factory=dict, init=False)
    stopped: bool = field(default=False, init=False)
    throttle: Throttle = field(factory=Throttle, init=False)

    def may_start(self, task: Task, plan: Plan) -> bool:
        """Whether *task* of *plan* waits for nothing, and nothing speaks against it."""
        key = task.key
        if key in self.active or key in self.done or key in self.later:
            return False
        if key in self.given_up or self.stopped or self._is_closed(task):
            return False
        if not self.throttle.lets_begin(task, self.active):
            return False
        return all(need in self.done or not _is_pending(need, plan) for need in task.needs)

    def _is_closed(self, task: Task) -> bool:
        error = self.closed.get(provider_of(task))
        if error is None:
            return False
        # What is paid for can be collected without credit.
        return not (isinstance(error, OutOfCredit) and task.decision is Decision.ATTACH)

    def agree(self, plan: Plan) -> None:
        """Take note that the user agreed to what *plan* costs."""
        bought = (task for task in plan.to_do if task.decision is not Decision.ATTACH)
        self.agreed |= {task.key: task.price.high for task in bought}

    def agree_within(self, bound: Price, plan: Plan) -> None:
        """The same for a *plan* whose scenes were unknown, where it costs no more than *bound*."""
        high = plan.price.high
        if bound.high is None:
            self.agree(plan)
        elif high is not None and high <= bound.high + ROUNDING:
            self.agree(plan)
            self.reserve = bound.high - high

    def agree_anew(self, task: Task) -> None:
        """Take note that what *task* was to cost may be spent on ordering the same anew."""
        self.agreed[task.key] = task.price.high

    def is_agreed(self, task: Task) -> bool:
        """Whether *task*'s price was agreed to; what it costs beyond may be in the reserve."""
        beyond = self._beyond(task)
        return beyond is not None and beyond <= self.reserve + ROUNDING

    def spend(self, task: Task) -> None:
        """Take what *task* costs beyond its agreed price from the reserve; it is agreed to."""
        beyond = self._beyond(task)
        if beyond:
            self.reserve -= beyond
            self.agreed[task.key] = task.price.high

    def _beyond(self, task: Task) -> float | None:
        """Return what *task* may cost beyond what was agreed to; ``None``: nobody knows."""
        high, agreed = task.price.high, self.agreed.get(task.key, 0.0)
        if agreed is None:
            return 0.0
        return None if high is None else max(0.0, high - agreed)

    def give_up(self, key: Key) -> None:
        """Take note that *key* is not made in this run any more."""
        self.given_up |= {key}

    def has_room(self, task: Task) -> bool:
        """Whether the limits of the provider and of this machine leave room for *task*."""
        most = self.max_active(task)
        active = [job.task for job in self.active.values()]
        if most and sum(provider_of(other) == provider_of(task) for other in active) >= most:
            return False
        return self.is_remote(task) or sum(not self.is_remote(t) for t in active) < self.jobs

    def is_remote(self, task: Task) -> bool:
        """Whether a service does *task*, as far as that is known."""
        job = self.active.get(task.key)
        bought = job is not None and job.purchase is not None
        return bought or task.decision is Decision.ATTACH or not task.price.free

    def begin(self, job: Job) -> None:
        """Take note that *job* is worked on."""
        self.active[job.task.key] = job

    def finish(self, job: Job) -> None:
        """Take note that *job* is not worked on any more."""
        self.active.pop(job.task.key, None)


def provider_of(task: Task) -> str:
    """Return who does *task*; empty where core does it."""
    return f"{task.kind}:{task.provider}" if task.provider else ""


def _is_pending(key: Key, plan: Plan) -> bool:
    task = plan.by_key.get(key)
    return task is not None and task.decision in TO_DO
