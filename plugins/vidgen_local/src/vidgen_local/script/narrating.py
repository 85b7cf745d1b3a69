"""The narration of a film, told from its scenes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vidgen_core import InputError, Scene
from vidgen_local.script.cleaning import letters_in, one_line
from vidgen_local.script.sentences import count_words, split_sentences, within
from vidgen_local.script.storyboard import joined

#: So much more than was asked for may be said before something is left out.
_TOLERANCE = 1.15
_SHORTEST = 3.0
_ENDED = re.compile(r"[.!?…。！？؟۔।][\"'”’»)」』]*$")


def narration_text(scenes: Sequence[Scene], words: int) -> str:
    """Return a narration of about *words* words, a paragraph for each scene.

    A scene's own narration is taken first; one without is told from its fields.
    Raises ``InputError`` where no scene holds any words.
    """
    telling = _tellings(scenes)
    if not any(letters_in(text) for _, text, _ in telling):
        raise InputError(
            "the scenes hold no words to make a narration of",
            advice="Give them a narration in the scenes file, or go on with --skip-narration.",
        )
    sizes = [count_words(text) for _, text, _ in telling]
    most = max(_SHORTEST, words * _TOLERANCE)
    if sum(sizes) > most:
        telling = _shortened(telling, sizes, max(_SHORTEST, float(words)))
    paragraphs = [text for _, text, _ in telling if text]
    return "\n\n".join(paragraphs) + "\n"


def _tellings(scenes: Sequence[Scene]) -> list[tuple[Scene, str, bool]]:
    """Return each scene with what is said in it, and whether those are its own words."""
    found = []
    shown = ""
    for scene in scenes:
        own = one_line(scene.narration)
        text = own or _told(scene, scene.environment != shown)
        shown = scene.environment
        found.append((scene, text, bool(own)))
    return found


def _told(scene: Scene, arriving: bool) -> str:
    """Return *scene* in words: where it is, what happens, how it feels."""
    place = split_sentences(scene.environment)[:2] if arriving else []
    action = split_sentences(scene.movement)
    sentences = [*place, *action]
    if not sentences:
        sentences = split_sentences(scene.first_frame_prompt) or split_sentences(scene.name)
    feeling = one_line(scene.emotions).rstrip(".")
    if feeling:
        sentences.append(f"The mood is {feeling}")
    return joined(
        [sentence if _ENDED.search(sentence) else f"{sentence}." for sentence in sentences]
    )


def _shortened(
    telling: list[tuple[Scene, str, bool]], sizes: list[float], words: float
) -> list[tuple[Scene, str, bool]]:
    """Return *telling* with whole sentences left out, each scene keeping its share."""
    spans = [scene.duration or 0.0 for scene, _, _ in telling]
    usual = sum(spans) / max(1, sum(span > 0 for span in spans)) or 1.0
    spans = [span or usual for span in spans]
    wanted = _levels(sizes, spans, words)
    found = []
    spare = 0.0
    for (scene, text, own), share in zip(telling, wanted, strict=True):
        kept = _first_words(text, share + spare)
        spare += share - count_words(kept)
        found.append((scene, kept, own))
    return found


def _levels(sizes: list[float], spans: list[float], words: float) -> list[float]:
    """Share *words* by time; what a scene has no use for goes to the others."""
    shares = [0.0] * len(sizes)
    left, hungry = words, set(range(len(sizes)))
    while hungry and left > 0.01:
        pace = left / sum(spans[i] for i in hungry)
        full = {i for i in hungry if sizes[i] - shares[i] <= pace * spans[i]}
        for i in full or hungry:
            taken = sizes[i] - shares[i] if full else pace * spans[i]
            shares[i] += taken
            left -= taken
        if not full:
            break
        hungry -= full
    return shares


def _first_words(text: str, most: float) -> str:
    """Return the sentences of *text* that begin it and fit into *most* words."""
    kept: list[str] = []
    left = most
    for sentence in split_sentences(text):
        words = count_words(sentence)
        if words > left + 1:
            if not kept and left >= _SHORTEST:
                kept.append(within(sentence, left)[0])
            break
        kept.append(sentence)
        left -= words
    return joined(kept)
