"""Paid work under way for something that the user has put in its place: it is named."""

from __future__ import annotations

from collections.abc import Iterator

from vidgen_core.model import Key, Step
from vidgen_core.plan import File
from vidgen_core.planner.doubts import is_doubtful
from vidgen_core.planner.situation import Situation, arrived

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
            f"not needed now; to have that instead of it: {_how_to_have_it(key, file)}"
        )


def _how_to_have_it(key: Key, file: File) -> str:
    """Say what to type: no command that buys what is under way already."""
    for step, only in _REDONE:
        if key.step is step:
            return f"vidgen redo DIR --scene {key.scene}{only}, which fetches it"
    return f"move {file.path} away, then vidgen continue DIR"
