"""The scenes of a story, written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from attrs import evolve

from vidgen_core import Scene
from vidgen_local.script.cutting import cut
from vidgen_local.script.directing import (
    camera_of,
    emotions_of,
    name_of,
    shot_of,
    style_of,
)
from vidgen_local.script.durations import Durations
from vidgen_local.script.hearing import sound_of
from vidgen_local.script.sentences import count_words, is_wide, within
from vidgen_local.script.setting import Setting
from vidgen_local.script.story import Beat, Story

_MOST_ACTION = 40
_MOST_SHOWN = 18
_SOFT = " ,;:—–-，、；：،؛"
_ASKS = ("?", "？", "؟")


def scenes_of(story: Story, most: int, durations: Durations) -> list[Scene]:
    """Return at most *most* scenes that tell *story*, numbered from 1, without environments."""
    cuts = cut(story.beats, most, durations)
    told = [beat for beats in cuts for beat in beats]
    orders = frozenset(beat.order for beat in told)
    style = style_of(told)
    used: set[str] = set()
    scenes: list[Scene] = []
    for number, beats in enumerate(cuts, start=1):
        beats = _whole(beats, orders)
        scene = _scene(beats, number, len(cuts), story.language, scenes)
        narration = scene.narration
        seconds = durations.holding(count_words(narration))
        if len(cuts) == 1:  # a film of one scene should not be over at once
            seconds = max(seconds, min(durations.seconds[-1], durations.holding(_MOST_SHOWN)))
        name = name_of(beats, used)
        used.add(name)
        scenes.append(evolve(scene, name=name, duration=seconds, style=style))
    return scenes


def _whole(beats: Sequence[Beat], told: frozenset[int]) -> list[Beat]:
    """Return *beats*, a part of a sentence whose other part is not *told* made a sentence."""
    found = []
    for number, beat in enumerate(beats):
        text = beat.text
        if beat.order + 1 not in told:
            text = _ended(text)
        if beats[number + 1 : number + 2] and beats[number + 1].paragraph != beat.paragraph:
            text = _stopped(text)
        if beat.order - 1 not in told:
            text = text[:1].upper() + text[1:]
        found.append(evolve(beat, text=text))
    return found


def _stopped(text: str) -> str:
    """Return *text*, a line that stands alone, with a stop: list items have none."""
    if not text[-1:].isalnum():
        return text
    return f"{text}{'。' if is_wide(text) else '.'}"


def _ended(text: str) -> str:
    bare = text.rstrip(_SOFT)
    return f"{bare}{'。' if is_wide(bare) else '.'}" if bare and bare != text else text


def _scene(
    beats: Sequence[Beat], number: int, count: int, language: str, earlier: list[Scene]
) -> Scene:
    setting = main_setting(beats)
    before = earlier[-1].camera if earlier else ""
    return Scene(
        number=number,
        movement=_movement(beats, language),
        emotions=emotions_of(beats, number, count, setting),
        camera=camera_of(beats, number, count, setting, before),
        sound_prompt=sound_of(beats, setting),
        first_frame_prompt=_first_frame(beats, number, count, setting),
        narration=narration_of(beats, language),
    )


def main_setting(beats: Sequence[Beat]) -> Setting:
    """Return the setting in which most of *beats* is told."""
    words: Counter[tuple[str, str, str, str, str]] = Counter()
    for beat in beats:
        words[beat.setting.look] += max(1, round(10 * beat.words))
    look = words.most_common(1)[0][0]
    return next(beat.setting for beat in beats if beat.setting.look == look)


def _actions(beats: Sequence[Beat]) -> list[str]:
    return [beat.text for beat in beats if not (beat.spoken or beat.speaker)]


def _movement(beats: Sequence[Beat], language: str) -> str:
    """Return what happens, in the script's own words."""
    actions = _actions(beats)
    if not actions:
        speakers = list(dict.fromkeys(beat.speaker for beat in beats if beat.speaker))
        if speakers:
            return f"{' and '.join(speakers[:2])} {'speaks' if len(speakers) == 1 else 'talk'}."
        actions = [beat.text for beat in beats]
    return _limited(actions, _MOST_ACTION)


def _limited(sentences: Sequence[str], most: float) -> str:
    """Return as many of *sentences* as fit into *most* words, at least a part of the first."""
    kept: list[str] = []
    left = most
    for sentence in sentences:
        words = count_words(sentence)
        if kept and words > left:
            break
        kept.append(sentence if words <= left else within(sentence, left)[0])
        left -= words
    return joined(kept)


def joined(sentences: Sequence[str]) -> str:
    """Return *sentences* as running text."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or is_wide(text[-8:] + sentence[:8]) else f" {sentence}"
    return text


def _first_frame(beats: Sequence[Beat], number: int, count: int, setting: Setting) -> str:
    actions = _actions(beats)
    strongest = max(
        (beat for beat in beats if beat.text in actions), key=lambda b: b.weight, default=None
    )
    shown = _ended(_limited([strongest.text], _MOST_SHOWN)) if strongest else ""
    shot = f"{shot_of(beats, number, count)}: {setting.short()}."
    return f"{shot} {shown}".strip()


def narration_of(beats: Sequence[Beat], language: str) -> str:
    """Return what is spoken over the scene: the script's words, and who says what."""
    spoken: list[str] = []
    speaker = ""
    for beat in beats:
        text = beat.text
        if beat.speaker and beat.speaker != speaker:
            text = _attributed(text, beat.speaker, language)
        speaker = beat.speaker
        spoken.append(text)
    return joined(spoken)


def _attributed(text: str, speaker: str, language: str) -> str:
    if language != "en":
        return f"{speaker}: {text}"
    verb = "asks" if text.rstrip("\"'”’").endswith(_ASKS) else "says"
    return f"{speaker} {verb}: {text}"
