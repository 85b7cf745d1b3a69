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

    Nothing gives way to it but a broken file of its own: the film stands without it. Only
    what is named in ``options.unneeded`` is fetched, and nothing that is left for a reason.
    """
    return [
        _fetch(s, job)
        for job in unneeded(s, planned)
        if job.key in s.options.unneeded and not why_left(s, job)
    ]


def why_left(s: Situation, job: InFlight) -> str:
    """Say why *job*, which no plan needs, stays where it is; empty where it can be fetched.

    What would change what the film tells or sounds of is left, and what nobody can tell
    without asking.
    """
    spec = s.providers.installed.get((job.kind, job.provider))
    if is_doubtful(job) and (spec is None or "find" not in spec.abilities or s.ledger.damage):
        return in_doubt(job)
    if not job.key.scene:
        return "nothing needs it any more"
    heard = _why_not_heard(s, job)
    if heard:
        return heard
    if _would_be_alone(s, job.key):
        return "its scene is not in the scenes file; to fetch it, put it back there"
    if spec is None:
        return f"{job.kind.value.replace('-', ' ')} {job.provider} is not installed"
    return ""


def in_doubt(job: InFlight) -> str:
    """Say what can be done about *job*, of which nobody here knows whether it was taken."""
    return (
        "it may have been charged, and nothing needs it any more: your account with "
        f"{job.provider} tells, and there is nothing else to do"
    )


def _why_not_heard(s: Situation, job: InFlight) -> str:
    """Say why a scene goes without *job*, which the next join would put into the film.

    Speech is not joined where its scene tells nothing any more.
    """
    scene = next((scene for scene in s.storyboard if scene.number == job.key.scene), None)
    if scene is None:
        return ""
    if job.key.step is Step.SOUND:
        if not scene.sound_prompt.strip():
            return (
                "no sound is asked for in its scene; to fetch it, put the sound_effects_prompt "
                "back, then vidgen continue DIR"
            )
        skipped, flag, name = s.options.skip_sound_effects, "--sound-effects", "--sound-engine"
    elif job.key.step is Step.SCENE_NARRATION and scene.narration.strip():
        skipped, flag, name = s.options.skip_narration, "--narration", "--tts"
    else:
        return ""
    wanted = flag if skipped else f"{name} {job.provider}"
    return f"the film is made without it; to fetch it: vidgen continue DIR {wanted}"


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
