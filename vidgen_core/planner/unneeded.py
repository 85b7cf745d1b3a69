"""Paid work that a plan does without: it is named, and can be fetched all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Task
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.planner.orders import attach
from vidgen_core.planner.situation import Situation


def unneeded(s: Situation, planned: Iterable[Task]) -> tuple[InFlight, ...]:
    """Return what is under way for an output that is not there and not among *planned*."""
    keys = {task.key for task in planned}
    return tuple(
        job for key, job in s.ledger.in_flight.items() if key not in keys and s.best(key) is None
    )


def unneeded_notes(s: Situation, planned: Iterable[Task]) -> Iterator[str]:
    """Yield a sentence for each job that nothing of *planned* collects."""
    for job in unneeded(s, planned):
        yield (
            f"{job.provider} holds a job for {job.key} that no plan needs now "
            f"({job.job or 'id unknown'})"
        )


def fetched_anyway(s: Situation, planned: Iterable[Task]) -> list[Task]:
    """Return the tasks that fetch to its place what *planned* does without.

    Nothing gives way to it but a broken file of its own: the film stands without it. What
    would change the words of the film is left, and what nobody can tell without asking.
    """
    return [_fetch(s, job) for job in unneeded(s, planned) if _can_be_fetched(s, job)]


def _can_be_fetched(s: Situation, job: InFlight) -> bool:
    if not job.key.scene or _would_be_alone(s, job.key):
        return False
    spec = s.providers.installed.get((job.kind, job.provider))
    findable = spec is None or "find" in spec.abilities
    return not is_doubtful(job) or (findable and not s.ledger.damage)


def _would_be_alone(s: Situation, key: Key) -> bool:
    """Whether *key* is of a scene that is gone, and no scene of the film has any video.

    The film's scenes file would then look like one of another film.
    """
    known = {scene.number for scene in s.storyboard}
    there = {other.scene for other in s.listing.by_key if other.step in (Step.SCENE, Step.CLIP)}
    return key.scene not in known and not there & known


def _fetch(s: Situation, job: InFlight) -> Task:
    task = Task(
        key=job.key,
        decision=Decision.ATTACH,
        output=s.path_for(job.key),
        displaces=s.displaced(job.key),
        shown_frames=job.shown_frames,
        fps=job.fps,
        scene_seconds=job.scene_seconds,
        seconds=job.seconds,
    )
    return attach(s, task, job)
