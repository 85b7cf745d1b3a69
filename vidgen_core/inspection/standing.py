"""How far a run is: what a plan for the files that were found says of the film and its parts."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from vidgen_core.errors import VidgenError
from vidgen_core.memory import Memory
from vidgen_core.model import Key, Step
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import STUCK, TO_DO, Listing, Plan, Task
from vidgen_core.plugins import Registry
from vidgen_core.rundir import RunDirectory

#: What else a plan is asked about: it makes the one together with the other.
_MADE_WITH = {Step.SCENE_TIMINGS: Step.SCENE_NARRATION}
_NEEDED = TO_DO | STUCK


@frozen(kw_only=True)
class Standing:
    """What a run would do. ``plan`` is ``None`` where none can be made."""

    opened: Opened | None = None
    plan: Plan | None = None

    @property
    def finished(self) -> bool | None:
        """Whether a run would find nothing to do; ``None`` where nobody can tell."""
        return None if self.plan is None else self.plan.finished

    def task(self, key: Key) -> Task | None:
        """Return what a run would do about *key*; ``None`` where that is nothing, or not known."""
        if self.plan is None:
            return None
        return self.plan.by_key.get(key._replace(step=_MADE_WITH.get(key.step, key.step)))

    def does_without(self, key: Key) -> bool:
        """Whether the film surely does not lack *key*: no run would make or fetch it."""
        if self.plan is None or not self.plan.scenes:
            return False
        task = self.task(key)
        return task is None or task.decision not in _NEEDED

    def has_scene(self, number: int) -> bool:
        """Whether the scenes file has that scene."""
        return self.plan is not None and number in {scene.number for scene in self.plan.scenes}

    def without(self, paths: Iterable[str]) -> Standing:
        """Return what a run would do once the files *paths* are moved away."""
        if self.opened is None:
            return self
        return _standing(self.opened.without(paths))


def standing(directory: RunDirectory, registry: Registry, listing: Listing) -> Standing:
    """Return what a run would do in *directory*, by what *listing* found of its files.

    No file is looked into again. What keeps a plan from being made is told as a finding of
    its own.
    """
    memory = Memory()
    for file in listing.files:
        memory.remember(file)
    try:
        opened = open_run(directory, registry, flags={}, memory=memory)
    except VidgenError:
        return Standing()
    return _standing(opened)


def _standing(opened: Opened) -> Standing:
    try:
        return Standing(opened=opened, plan=opened.plan())
    except VidgenError:
        return Standing(opened=opened)
