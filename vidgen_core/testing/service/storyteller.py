"""What a language model answers in a rehearsal: storyboards made from the script that it is given.

It knows the questions of :mod:`vidgen_core.script_answers`, whichever service they come by.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from vidgen_core.pace import spoken_seconds

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\s*\n\s*|(?<=[。！？])")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
#: A text takes so many times as long as its words alone.
_PAUSES = 1.25
#: A place is described by no more of the script than is spoken in so many seconds.
_PLACE_SECONDS = 20.0
#: A line of no more characters that ends without a mark is a title, not the half of a sentence.
_TITLE = 50
_CAMERAS = ("slow pan to the right", "steady, wide shot", "slow push in", "slow pull back")
_STYLE = "a painting in soft colours"


def answer_to(prompt: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object of *schema* that answers *prompt*; words where it is another question."""
    keys = schema.get("properties", {})
    if "environments" in keys:
        return {"environments": _environments(prompt)}
    if "scenes" in keys:
        return _scenes(prompt, in_parts="complete" in keys)
    if "places" in keys:
        return {"places": _places(prompt)}
    if "narration" in keys:
        return {"narration": _narration(prompt)}
    return dict.fromkeys(keys, "")


def _environments(prompt: str) -> list[str]:
    most = _after(prompt, "at most", 1)
    return [
        f"The place of this: {_opening(text, _PLACE_SECONDS)} "
        "Calm light, clear air, everything in its usual colours."
        for text in _told(prompt, most)
    ]


def _scenes(prompt: str, *, in_parts: bool) -> dict[str, Any]:
    texts = _told(prompt, _after(prompt, "at most", 5))
    first = _after(prompt, "numbered from", 1)
    now = _after(prompt, "Give at most", len(texts)) if in_parts else len(texts)
    durations = _durations(prompt)
    told = texts[first - 1 : first - 1 + now]
    scenes = [_scene(first + n, text, durations) for n, text in enumerate(told)]
    if not in_parts:
        return {"scenes": scenes}
    return {"scenes": scenes, "complete": first - 1 + len(told) >= len(texts)}


def _scene(number: int, text: str, durations: Sequence[float]) -> dict[str, Any]:
    text = _opening(text, durations[-1])
    needed = _lasts(text)
    fitting = [seconds for seconds in durations if seconds >= needed]
    return {
        "scene_number": number,
        "scene_name": " ".join(text.split()[:4]).rstrip(".,;:!?"),
        "scene_movement_description": text,
        "scene_emotions": "calm",
        "scene_camera_movement": _CAMERAS[number % len(_CAMERAS)],
        "scene_duration": fitting[0] if fitting else durations[-1],
        "sound_effects_prompt": f"soft wind; {text[:80]}",
        "first_frame_prompt": f"The first moment of this: {text}",
        "artistic_style": _STYLE,
        "narration": text,
    }


def _places(prompt: str) -> list[dict[str, int]]:
    count = max(1, len(_between(prompt, "places").splitlines()))
    numbers = [json.loads(line)["scene_number"] for line in _lines(prompt, "scenes")]
    return [
        {"scene_number": number, "place_number": min(place, count)}
        for place, number in enumerate(numbers, start=1)
    ]


def _narration(prompt: str) -> str:
    scenes = [json.loads(line) for line in _lines(prompt, "scenes")]
    texts = [scene.get("scene_movement_description", "") for scene in scenes]
    words = " ".join(texts).split() or ["Silence."]
    return " ".join(words[: max(1, _after(prompt, "about", len(words)))])


def _told(prompt: str, most: int) -> list[str]:
    """Return what the script tells, in at most *most* pieces of whole sentences."""
    script = _with_ends(_between(prompt, "script"))
    sentences = [text for text in _SENTENCE.split(script) if text.strip()]
    sentences = sentences or ["Nothing happens."]
    size = math.ceil(len(sentences) / max(1, most))
    return [" ".join(sentences[at : at + size]) for at in range(0, len(sentences), size)]


def _with_ends(script: str) -> str:
    """Return *script* with an end after each title, which else would run into what follows."""
    lines = [line.strip() for line in script.splitlines() if line.strip()]
    ended = (
        f"{line}{_end(line)}" if _is_title(line, then) else line for line, then in pairwise(lines)
    )
    return "\n".join([*ended, *lines[-1:]])


def _is_title(line: str, then: str) -> bool:
    """Whether *line* is short, has no mark at its end, and the next does not go on with it."""
    has_mark = unicodedata.category(line[-1])[0] not in "LMN"
    return len(line) <= _TITLE and not has_mark and not then[0].islower()


def _end(line: str) -> str:
    return "。" if unicodedata.east_asian_width(line[-1]) == "W" else "."


def _opening(text: str, seconds: float) -> str:
    """Return the whole sentences that *text* begins with in *seconds*, or as much of the first."""
    kept = ""
    for sentence in filter(str.strip, _SENTENCE.split(text)):
        longer = f"{kept} {sentence}".strip()
        if _lasts(longer) > seconds:
            return kept or sentence[: int(len(sentence) * seconds / _lasts(sentence))].strip()
        kept = longer
    return kept


def _lasts(text: str) -> float:
    return spoken_seconds(text) * _PAUSES


def _durations(prompt: str) -> list[float]:
    listed = prompt.partition("seconds, one of ")[2].partition(";")[0]
    return [float(number) for number in _NUMBER.findall(listed)] or [5.0]


def _after(prompt: str, words: str, usual: int) -> int:
    """Return the whole number behind *words* in the question itself."""
    question = prompt.rpartition("</script>")[2] or prompt
    found = re.search(rf"{words} ([0-9]+)", question)
    return int(found[1]) if found else usual


def _between(prompt: str, tag: str) -> str:
    return prompt.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0].strip()


def _lines(prompt: str, tag: str) -> list[str]:
    return [line for line in _between(prompt, tag).splitlines() if line.strip()]
