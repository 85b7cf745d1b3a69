"""How fast words are spoken, and how many of them a scene is given."""

from __future__ import annotations

import math
import re
import unicodedata

#: How fast a voice speaks, as long as nobody has measured it.
SPOKEN_WORDS_PER_SECOND = 2.5
SPOKEN_CHARACTERS_PER_SECOND = 4.5

#: How dense a script model's words are to be: slower than a voice, which leaves pauses.
WRITTEN_WORDS_PER_SECOND = 2.0
#: What is asked for as "about so many words" may become so many times that.
MOST_OF_ABOUT = 1.5
#: How many characters a word has with the space after it, on average and at most.
CHARACTERS_A_WORD = 6

#: How long a scene goes on after its words, in seconds.
REST = 0.8

#: The scripts that set no spaces between words, and words of all others.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORD = re.compile("\\w[\\w'’\u200c\u200d-]*")
_ROUNDING = 1e-9


def spoken_seconds(text: str) -> float:
    """Return about how long it takes to speak *text*, in seconds."""
    unspaced, rest = len(_UNSPACED.findall(text)), _UNSPACED.sub(" ", text)
    words = len(_WORD.findall(_without_marks(rest)))
    return unspaced / SPOKEN_CHARACTERS_PER_SECOND + words / SPOKEN_WORDS_PER_SECOND


def _without_marks(text: str) -> str:
    """Return *text* without accents and vowel signs of their own, at which no word ends."""
    if text.isascii():
        return text
    return "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))


def word_count(text: str) -> int:
    """Return how many words *text* has; without spaces, how many are spoken in its time."""
    return math.ceil(spoken_seconds(text) * SPOKEN_WORDS_PER_SECOND - _ROUNDING)


def words_for(seconds: float) -> int:
    """Return how many words a text for *seconds* is to have."""
    return round(seconds * WRITTEN_WORDS_PER_SECOND)


def most_words(seconds: float, words_per_second: float = WRITTEN_WORDS_PER_SECOND) -> int:
    """Return how many words are taken of a text that was asked for *seconds*."""
    return math.floor(seconds * words_per_second * MOST_OF_ABOUT + _ROUNDING)


def most_characters(words: int) -> int:
    """Return how many characters are taken of a text of at most so many *words*."""
    return words * CHARACTERS_A_WORD
