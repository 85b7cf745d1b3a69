"""What the chosen speech engine can speak. It is asked in every plan, before any work."""

from __future__ import annotations

from vidgen_core.model import Key, Step
from vidgen_core.plan import Reason
from vidgen_core.planner.blame import raised
from vidgen_core.planner.situation import Situation
from vidgen_core.specs import SpeechEngineSpec

#: How much of a text tells its language, in characters.
ENOUGH = 20_000


def unable(s: Situation, text: str) -> str:
    """Return why the chosen speech engine cannot speak *text*; empty where it can.

    An engine that fails to say so is asked to speak, and its fault shown there.
    """
    speech = s.providers.speech
    if speech is None or not isinstance(speech.spec, SpeechEngineSpec):
        return ""
    try:
        return str(speech.spec.unable(text.strip(), speech.options))
    except Exception:
        return ""


def fault(s: Situation, text: str) -> Reason | None:
    """Return what the chosen speech engine does wrong when it is asked whether it can."""
    speech = s.providers.speech
    if speech is None or not isinstance(speech.spec, SpeechEngineSpec):
        return None
    try:
        speech.spec.unable(text.strip(), speech.options)
    except Exception as error:
        return raised(speech, "unable()", error)
    return None


def unable_in_one_piece(s: Situation) -> str:
    """Return why the chosen speech engine cannot speak the film's one narration, as :func:`unable`.

    While its text is not written, the script tells its language, else the scenes do.
    """
    if s.options.metadata_only:
        return ""
    told = _narration(s)
    return unable(s, told) if told.strip() else ""


def _narration(s: Situation) -> str:
    for step in (Step.NARRATION_TEXT, Step.SCRIPT):
        file = s.best(Key(step))
        if file is not None and s.texts.get(file.path, "").strip():
            return s.texts[file.path][:ENOUGH]
    described = (part for scene in s.storyboard for part in (scene.environment, scene.movement))
    return "\n".join(described)[:ENOUGH]
