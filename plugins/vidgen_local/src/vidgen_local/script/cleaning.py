"""A script as it came, made into text that can be read, spoken and shown."""

from __future__ import annotations

import re
import unicodedata

from vidgen_core import InputError

#: What a terminal would act on: CSI, OSC and the like with their parameters.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,99}[ -/]{0,9}[@-~]?"
    r"|(?:\x1b[\]PX^_]|\x9d|\x90)[^\x07\x1b\x9c\n]{0,4000}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]{0,9}[0-~]?"
)
_LINE_ENDS = re.compile(r"\r\n?|\x0b|\x85|\u2028")
_PAGE_ENDS = re.compile(r"\x0c|\u2029")
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufffe\uffff]")
#: Marks without a shape of their own (direction, joins of nothing), and pictures.
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    r"\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_PICTURES = re.compile(
    r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff]+"
)
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n[ \n]*\n")
_LETTERS = re.compile(r"[^\W\d_]")
#: More of a file than this is unreadable: it is no text.
_MOST_UNREADABLE = 0.1
_FEWEST_LETTERS = 0.15

_EXAMPLE = "echo 'A boat sails home at dusk.' | vidgen generate -"


def clean(script: str) -> str:
    """Return *script* as plain lines: composed letters, no controls, no escapes, no pictures.

    Raises ``InputError`` for a script that is empty or holds hardly any letter.
    """
    if not script.strip("\ufeff \t\r\n"):
        raise InputError(
            "the script is empty",
            advice=f"Write a story into the file, or type one: {_EXAMPLE}",
        )
    text = _ESCAPES.sub("", script)
    text = _PAGE_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", text))
    _check_readable(text)
    text = _PICTURES.sub(" ", _INVISIBLE.sub("", _UNREADABLE.sub("", text)))
    text = unicodedata.normalize("NFC", text)
    _check_letters(text)
    return text


def one_line(text: str) -> str:
    """Return *text* with every run of white space as one space."""
    return " ".join(text.split())


def tidy(text: str) -> str:
    """Return *text* with single spaces and single empty lines."""
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", text)).strip()


def letters_in(text: str) -> int:
    """Return how many letters, of any alphabet, *text* has."""
    return sum(map(len, _LETTERS.findall(text)))


def _check_readable(text: str) -> None:
    unreadable = len(_UNREADABLE.findall(text))
    if unreadable > _MOST_UNREADABLE * len(text):
        raise _no_text(f"{100 * unreadable // len(text)} % of its characters cannot be read")


def _check_letters(text: str) -> None:
    letters, marks = letters_in(text), len("".join(text.split()))
    if letters < 2 or letters < _FEWEST_LETTERS * marks:
        raise _no_text("there is hardly a letter in it")


def _no_text(why: str) -> InputError:
    return InputError(
        f"the script is no text: {why}",
        advice=f"Give a text file that was saved as UTF-8, or type a story: {_EXAMPLE}",
    )
