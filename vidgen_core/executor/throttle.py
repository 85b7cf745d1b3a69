"""Fewer calls for a service that asks for fewer: which submits are held back, and how long."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field

from vidgen_core.errors import VidgenError
from vidgen_core.executor.jobs import Job
from vidgen_core.model import Key
from vidgen_core.plan import Decision, Task


@define
class _Limit:
    """``most`` pieces of work at once; ``accepted``: how many submits since that changed."""

    most: int
    accepted: int = 0


@define(eq=False)
class Throttle:
    """Holds submits back where a service refused one because there were too many.

    Its provider *rests* until the longest pause that it asked for is over. From then on
    it has half as much to do at once, and one piece more whenever as many submits as that
    went well. Other providers go on undisturbed, and so does collecting, which makes room.
    A service is known by its provider's name.

    No limit is below one, and a provider rests only while one of its active jobs waits
    for that or where the run goes on without it: nothing is held back for ever.
    """

    _gone: dict[str, VidgenError] = field(factory=dict, init=False)
    _resting: dict[str, set[Key]] = field(factory=dict, init=False)
    _held: set[Key] = field(factory=set, init=False)
    _crowded: set[str] = field(factory=set, init=False)
    _limits: dict[str, _Limit] = field(factory=dict, init=False)

    def lets_begin(self, task: Task, active: Mapping[Key, Job]) -> bool:
        """Whether *task* may be begun beside what is *active*, of which some may be held."""
        name = task.provider
        if task.decision is Decision.ATTACH or not name:
            return True
        if name in self._gone or self.is_resting(name):
            return False
        return self._has_room(name, sum(job.task.provider == name for job in active.values()))

    def lets_in(self, task: Task, active: Mapping[Key, Job]) -> bool:
        """Whether *task*, which is active, may be submitted now; if not, it is held."""
        name = task.provider
        if not self.is_resting(name) and self._has_room(name, self._at_work(name, active, task)):
            self._held.discard(task.key)
            return True
        self._held.add(task.key)
        return False

    def is_resting(self, name: str) -> bool:
        """Whether a pause that the provider asked for is not over. Called from any thread."""
        return name in self._crowded or bool(self._resting.get(name))

    def heard(self, name: str, *, crowded: bool) -> None:
        """Hold submits back from now on, until it is known for how long. From any thread."""
        (self._crowded.add if crowded else self._crowded.discard)(name)

    def refused(self, task: Task, active: Mapping[Key, Job], *, fewer: bool, submits: bool) -> None:
        """Take note that the service wants no call for *task* for now; *fewer*: there were
        too many. *submits*: it did not take it.

        What was refused together counts once. Call :meth:`rested` when the pause is over.
        """
        name = task.provider
        if fewer and not self._resting.get(name):
            at_once = self._at_work(name, active, task) + 1
            self._limits[name] = _Limit(most=max(1, at_once // 2))
        self._resting.setdefault(name, set()).add(task.key)
        if submits:
            self._held.add(task.key)

    def rested(self, task: Task) -> None:
        """Take note that the pause that *task* was given is over."""
        self._resting.get(task.provider, set()).discard(task.key)

    def accepted(self, task: Task) -> None:
        """Take note that the service took *task*."""
        limit = self._limits.get(task.provider)
        if limit is None:
            return
        limit.accepted += 1
        if limit.accepted >= limit.most:
            limit.most, limit.accepted = limit.most + 1, 0

    def go_without(self, task: Task, error: VidgenError) -> None:
        """Let nothing more in at the provider of *task*: the run goes on without it."""
        self._gone.setdefault(task.provider, error)

    def gone(self, task: Task) -> VidgenError | None:
        """Return why the run goes on without the provider of *task*, if it does."""
        return self._gone.get(task.provider)

    def left(self, task: Task) -> None:
        """Take note that *task* is not worked on any more."""
        self.rested(task)
        self._held.discard(task.key)

    def _has_room(self, name: str, count: int) -> bool:
        limit = self._limits.get(name)
        return limit is None or count < limit.most

    def _at_work(self, name: str, active: Mapping[Key, Job], but: Task) -> int:
        """Return how many other jobs of the provider are at the service, as far as is known."""
        return sum(
            job.task.provider == name and key != but.key and key not in self._held
            for key, job in active.items()
        )
