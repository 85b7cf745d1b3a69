"""What a user should know of a film before it is joined: its form, and the sound it loses."""

from __future__ import annotations

from collections.abc import Iterator

from vidgen_core.model import Key, Step
from vidgen_core.plan import Decision, Tally, Task
from vidgen_core.planner.situation import Situation, form_of


def film_notes(s: Situation, film: Task) -> Iterator[str]:
    """Yield the sentences about *film*; none where it stands."""
    if film.decision in (Decision.KEEP, Decision.STALE):
        return
    forms = {form_of(file) for file in s.videos}
    if len(forms) > 1:
        width, height, fps = s.size
        odd = {file.key.scene for file in s.videos if form_of(file) != s.size}
        fitted = "1 scene is" if len(odd) == 1 else f"{len(odd)} scenes are"
        yield Tally(
            f"fitted into {width}x{height} at {fps:g}",
            f"the videos differ in size or rate: the film will be {width}x{height} at "
            f"{fps:g} frames a second, and {fitted} fitted into it",
        )
    if not s.options.keep_clip_audio and _has_sound(s):
        yield "the clips' own sound is left out (--keep-clip-audio keeps it)"


def idle_changes(s: Situation) -> Iterator[str]:
    """Yield the sentence about words that were changed where nobody reads them any more.

    Once there are scenes, the scenes file alone tells what is shown, spoken and read.
    """
    steps = [Step.ENVIRONMENTS, Step.SCENES_WITHOUT_ENVIRONMENT]
    if s.by_scene:
        steps.append(Step.NARRATION_TEXT)
    files = (file for step in steps for file in s.listing.by_key.get(Key(step), ()))
    for file in files:
        if file.path in s.ledger.published and s.record(file) is None:
            yield f"{file.path} was changed, but the scenes file is what counts"


def _has_sound(s: Situation) -> bool:
    """Whether a video of the film, or a clip that one was joined from, has sound."""
    clips = (
        s.best(Key(Step.CLIP, scene.number, clip))
        for scene in s.storyboard
        for clip in s.clip_numbers.get(scene.number, ())
    )
    return any(file is not None and file.facts.has_audio for file in (*s.videos, *clips))
