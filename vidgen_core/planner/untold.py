"""What is told no more: tracks and texts that were made of words which were taken away."""

from __future__ import annotations

from collections.abc import Iterator

from vidgen_core.layout import OUTPUT
from vidgen_core.model import Key, Scene, Step
from vidgen_core.planner.narration import is_withdrawn
from vidgen_core.planner.situation import Situation

_TRACKS = (Step.NARRATION, Step.NARRATION_ADJUSTED)
_WORDS = (Step.NARRATION_TEXT, Step.SUBTITLES)


def untold(s: Situation) -> Iterator[str]:
    """Yield the files that are there and were made of words that are told no more."""
    for step in (*_TRACKS, *_WORDS):
        for file in s.listing.by_key.get(Key(step), ()):
            if is_untold(s, step, file.path):
                yield file.path


def is_untold(s: Situation, step: Step, path: str) -> bool:
    """Whether *path*, there or not, is of *step* and was made of words that are told no more.

    Where no record says so, it may be a film maker's own.
    """
    file = s.files.get(path)
    record = s.record(file) if file is not None else s.ledger.published.get(path)
    is_of_step = file.key.step is step if file else OUTPUT[step].pattern.match(path) is not None
    if record is None or not is_of_step:
        return False
    if step in _WORDS:
        return not record.provider and not any(_tells(s, scene) for scene in s.storyboard)
    spoken = s.spoken_in(record)
    told = (_tells(s, scene) for scene in s.storyboard if scene.number in spoken)
    return bool(spoken) and not any(told)


def _tells(s: Situation, scene: Scene) -> bool:
    """Whether anything is told in *scene*, be it by a film maker's own speech."""
    if is_withdrawn(s, scene):
        return False
    file = s.best(Key(Step.SCENE_NARRATION, scene.number))
    return bool(scene.narration.strip()) or file is not None
