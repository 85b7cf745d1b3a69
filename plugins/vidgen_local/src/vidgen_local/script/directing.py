"""What a director adds to a scene: its name, feeling, camera and look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from vidgen_local.script.cleaning import letters_in, one_line
from vidgen_local.script.sentences import is_wide
from vidgen_local.script.setting import Setting
from vidgen_local.script.story import Beat

_LONGEST_NAME = 6
_LONGEST_WIDE_NAME = 10
_START = re.compile(
    r"^(?:and|but|then|so|or|und|aber|dann|et|mais|y|pero|e|ma)\b,?\s+", re.IGNORECASE
)
_CLAUSE = re.compile(r"[,;:.!?…—–؟،؛。！？，、；：\"“”„«»「」()\[\]]+")
_NO_END = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "and",
        "or",
        "but",
        "from",
        "into",
        "his",
        "her",
        "their",
        "its",
        "my",
        "your",
        "our",
        "that",
        "as",
        "is",
        "are",
        "was",
        "were",
        "over",
        "under",
        "through",
        "upon",
        "if",
        "when",
        "where",
        "who",
        "which",
        "than",
        "then",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "und",
        "oder",
        "in",
        "im",
        "auf",
        "mit",
        "von",
        "zu",
        "am",
        "le",
        "la",
        "les",
        "de",
        "des",
        "du",
        "un",
        "une",
        "et",
        "à",
        "en",
        "el",
        "los",
        "las",
        "y",
        "con",
        "por",
        "il",
        "lo",
        "di",
        "che",
        "e",
    ]
)


#: A clause that begins with one of these tells when or where, not what.
_ASIDE = frozenset(
    [
        "in",
        "at",
        "on",
        "after",
        "before",
        "outside",
        "inside",
        "under",
        "over",
        "behind",
        "beyond",
        "from",
        "through",
        "during",
        "when",
        "as",
        "while",
        "for",
        "with",
        "by",
        "near",
        "across",
        "beside",
        "upon",
        "since",
        "until",
        "filled",
        "im",
        "am",
        "in_der",
        "bei",
        "nach",
        "vor",
        "dans",
        "à",
        "sur",
        "en",
        "sous",
    ]
)
_GERMAN_ARTICLES = frozenset(["der", "dem", "den", "die", "das", "einer", "einem"])
_CAPITALS = frozenset(["I", "I'm", "I'll", "I've", "I’m", "I’ll", "I’ve"])


def name_of(beats: Sequence[Beat], used: set[str]) -> str:
    """Return a short name for the scene of *beats* in its own words, not one of *used*."""
    title = beats[0].title
    ordered = sorted(beats, key=lambda beat: (beat.spoken, _is_vague(beat.text), -beat.weight))
    names = [*([_shortened(title)] if title else []), *(_shortened(beat.text) for beat in ordered)]
    name = next((name for name in names if name and name not in used), "") or names[0]
    return name or "Scene"


def _is_vague(text: str) -> bool:
    first = text.split(maxsplit=1)[0].lower() if text.strip() else ""
    return first in ("it", "there", "this", "that", "he", "she", "they", "who", "what", "which")


def _shortened(text: str) -> str:
    clauses = [one_line(part) for part in _CLAUSE.split(text) if letters_in(part) > 1]
    if not clauses:
        return ""
    first = _START.sub("", clauses[0])
    if not is_wide(first):
        first = _subject(first, [_START.sub("", clause) for clause in clauses[1:3]])
    if is_wide(first):
        first = clauses[1] if len(first) < 3 and len(clauses) > 1 else first
        return first[:_LONGEST_WIDE_NAME]
    words = first.split()
    kept = words[:_LONGEST_NAME]
    while len(kept) > 2 and len(kept) < len(words) and kept[-1].lower().strip("'’") in _NO_END:
        kept.pop()
    short = " ".join(kept)[:60].strip("'’*-_ ")
    return short[:1].upper() + short[1:]


def _subject(first: str, others: Sequence[str]) -> str:
    """Return the clause that says who does what, or *first* from its first name on."""
    words = first.split()
    aside = bool(words) and words[0].lower() in _ASIDE
    if aside or len(words) < 2:
        for other in others:
            start = other.split()[0].lower() if other else ""
            if len(other.split()) > 1 and start not in _ASIDE | _NO_END:
                return other
    if aside and words[1:2] and words[1].lower() not in _GERMAN_ARTICLES:
        for place, word in enumerate(words[2:-1], start=2):
            if word[0].isupper() and word not in _CAPITALS:
                return " ".join(words[place:])
    return first


def emotions_of(beats: Sequence[Beat], number: int, count: int, setting: Setting) -> str:
    """Return one or two feelings, as they follow each other in the scene."""
    moods = concepts(beats, "mood")
    ranked = [mood for mood, _ in Counter(moods).most_common(2)]
    ranked.sort(key=moods.index)
    if len(ranked) == 2:
        return f"{ranked[0]}, then {ranked[1]}"
    usual = _usual_mood(number, count, setting)
    if ranked:
        return f"{ranked[0]}, {usual}" if usual != ranked[0] else ranked[0]
    return f"{usual}, {'expectant' if number == 1 else 'attentive'}"


def _usual_mood(number: int, count: int, setting: Setting) -> str:
    if number == count and count > 1:
        return "reflective"
    if setting.weather == "storm":
        return "tense"
    return {"dawn": "hopeful", "dusk": "wistful", "night": "mysterious"}.get(setting.hour, "calm")


def concepts(beats: Sequence[Beat], family: str) -> list[str]:
    """Return what the words of *beats* tell of one *family* (``mood``, ``sound`` …), in order."""
    start = f"{family}:"
    return [name[len(start) :] for beat in beats for name in beat.told if name.startswith(start)]


#: Where a clip's words ask for no movement, one of these in turn, so that two scenes differ.
_IN_TURN = (
    "Slow push in.",
    "The camera pans slowly to the left.",
    "Slow tilt up.",
    "The camera tracks slowly to the right.",
    "Slow pull back.",
)
_BY_CUE = {
    "run": "Fast tracking shot to the right, the camera follows the movement.",
    "shake": "Hand-held camera, close and restless, slow push in.",
    "up": "The camera tilts up slowly.",
    "down": "The camera cranes down slowly.",
    "around": "Slow orbit to the right.",
    "close": "Slow push in, close.",
    "away": "The camera pulls back slowly.",
    "wide": "Wide shot, the camera pans slowly to the right.",
    "still": "Almost static shot, a very slow push in.",
}


def camera_of(beats: Sequence[Beat], number: int, count: int, setting: Setting, before: str) -> str:
    """Return what the camera does in scene *number* of *count*; *before*: in the scene before."""
    if number == 1:
        if setting.kind.indoors:
            return "Establishing shot, the camera moves slowly forward into the room."
        return "Wide establishing shot, the camera pans slowly to the right."
    if number == count:
        return "The camera pulls back slowly and rises in a crane shot."
    hits = Counter(concepts(beats, "camera"))
    for cue in sorted(_BY_CUE, key=lambda cue: -hits[cue]):
        if hits[cue] and _BY_CUE[cue] != before:
            return _BY_CUE[cue]
    turn = _IN_TURN[number % len(_IN_TURN)]
    return turn if turn != before else _IN_TURN[(number + 1) % len(_IN_TURN)]


_SHOTS = {
    "run": "Tracking shot",
    "shake": "Close, restless shot",
    "up": "Low angle shot",
    "down": "High angle shot",
    "close": "Close shot",
    "wide": "Wide shot",
}


def shot_of(beats: Sequence[Beat], number: int, count: int) -> str:
    """Return how near the first frame is."""
    if number in (1, count):
        return "Wide shot"
    hits = Counter(concepts(beats, "camera"))
    for cue in sorted(_SHOTS, key=lambda cue: -hits[cue]):
        if hits[cue]:
            return _SHOTS[cue]
    return "Medium shot" if number % 2 else "Full shot"


def style_of(beats: Sequence[Beat]) -> str:
    """Return the look of the whole film, the same for each of its scenes."""
    moods = Counter(concepts(beats, "mood"))
    dark = sum(moods[mood] for mood in ("afraid", "angry", "tense", "sad", "lonely"))
    bright = sum(moods[mood] for mood in ("joyful", "tender", "hopeful", "warm", "proud", "calm"))
    look = "Cinematic painted illustration, layered depth, soft film grain"
    if dark > 1.5 * bright:
        return f"{look}, deep shadows and muted colours"
    if bright > 1.5 * dark:
        return f"{look}, warm light and clear colours"
    return f"{look}, quiet natural colours"
