"""What is said of a whole film whose engine cannot be given every picture."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from vidgen_core.model import Key, Step
from vidgen_core.plan import LOST, Decision, Plan, Reason, Task, Why, because
from vidgen_core.planner.reach import (
    from_jobs,
    is_own_job,
    needs_frame_host,
    no_frame_host,
    takes_files,
)
from vidgen_core.planner.situation import Situation


def lost_continuity(s: Situation, tasks: Iterable[Task]) -> list[str]:
    """Say which clips will not go on from what plays before them: it is known before."""
    found: dict[Why, list[tuple[Task, Reason]]] = {why: [] for why in LOST}
    for task in tasks:
        for reason in task.reasons if task.decision is Decision.MAKE else ():
            if reason.why in LOST:
                found[reason.why].append((task, reason))
    said = [f"{task.key}: {reason}" for task, reason in found[Why.LOST_CONTINUITY]]
    lost = found[Why.NO_FRAME_HOST]
    if lost and s.providers.engine is not None:
        clips = f"{len(lost)} clips start" if len(lost) > 1 else f"{lost[0][0].key} starts"
        said.append(
            f"{clips} without a picture: {s.providers.engine.name} takes pictures by URL only, "
            "and no frame host was chosen (--frame-host NAME)"
        )
    return said


def foreseen(s: Situation, plan: Plan) -> Plan:
    """Return *plan*, made before there are scenes, with what will surely bar their clips.

    What a script model writes may cost money: what would stop the film after it is
    found before.
    """
    reasons = () if takes_files(s) or s.options.metadata_only else (*_pictures(s), *_required(s))
    if not reasons:
        return plan
    film = plan.by_key[Key(Step.FILM)]
    barred = evolve(film, decision=Decision.BLOCKED, reasons=(*film.reasons, *reasons))
    return evolve(plan, tasks=tuple(barred if task is film else task for task in plan.tasks))


def _pictures(s: Situation) -> Iterable[Reason]:
    """Yield a reason for each picture that was asked for and that the engine cannot be given."""
    key, options = Key(Step.INITIAL_IMAGE), s.options
    found = s.best(key)
    if options.initial_image:
        yield needs_frame_host(s, options.initial_image)
    elif options.initial_image_prompt and found is None:
        if not _draws_own(s):
            yield needs_frame_host(s, s.path_for(key))
    elif found is not None and not is_own_job(s, found):
        yield needs_frame_host(s, found.path)
    if options.first_frames and s.providers.images is not None and not _draws_own(s):
        yield needs_frame_host(s, "first frames")


def _draws_own(s: Situation) -> bool:
    """Whether the chosen image generator's jobs are the engine's own."""
    engine, images = s.providers.engine, s.providers.images
    return bool(engine and images and from_jobs(s) and engine.name == images.name)


def _required(s: Situation) -> Iterable[Reason]:
    """Yield why continuity, which is required, cannot be had: no clip could go on from another."""
    if s.options.require_continuity and s.options.max_scenes > 1 and not from_jobs(s):
        yield because(Why.CONTINUITY_REQUIRED)
        yield no_frame_host(s)
