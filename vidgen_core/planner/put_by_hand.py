"""Paid work under way for something that the user has put in its place: it is named."""

from __future__ import annotations

from collections.abc import Iterator

from vidgen_core.model import Key, Step
from vidgen_core.plan import File
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.planner.situation import Situation, arrived, paths

#: What ``redo`` is given to make each of these again.
_REDONE = (
    (Step.CLIP, ""),
    (Step.FIRST_FRAME, " --only first-frame"),
    (Step.SOUND, " --only sound"),
    (Step.SCENE_NARRATION, " --only narration"),
)


def put_by_hand_notes(s: Situation) -> Iterator[str]:
    """Yield a sentence for each job in whose place there is a whole file that it did not give.

    What is in doubt is left out: it is told when it is settled.
    """
    for key, job in s.ledger.in_flight.items():
        file = s.best(key)
        files = s.listing.by_key.get(key, ())
        if file is None or is_doubtful(job) or any(arrived(s.ledger, each) for each in files):
            continue
        what = f"job {job.job}" if job.job else "stored answer"
        yield (
            f"{file.path} is there, so {what} of {job.provider} for {key}, under way or done, is "
            f"not needed now; to have that instead of it: {_how_to_have_it(s, key, file)}"
        )


def _how_to_have_it(s: Situation, key: Key, file: File) -> str:
    """Say what to do: nothing that buys what is under way or there already."""
    if key.step is Step.CLIP and not _is_only_clip(s, key):
        built = map(s.best, (Key(Step.SCENE, key.scene), Key(Step.FILM)))
        files = (file.path, *paths(filter(None, built)))
        return f"move {', '.join(files)} away, then vidgen continue DIR"
    for step, only in _REDONE:
        if key.step is step:
            return f"vidgen redo DIR --scene {key.scene}{only}, which fetches it"
    return f"move {file.path} away, then vidgen continue DIR"


def _is_only_clip(s: Situation, key: Key) -> bool:
    """Whether its scene has no other clip, there or under way: a redo moves them all away."""
    there = {*s.clip_numbers.get(key.scene, ()), *s.paid_clips.get(key.scene, {})}
    return there <= {key.clip}
