"""How large a font's letters are drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from io import BytesIO

from attrs import frozen

from vidgen_core.stitch.typeface import Typeface

#: What a font is taken for that does not tell the height of its lines.
_USUAL_HEIGHT = 1.25


@frozen(kw_only=True)
class Letters:
    """The letters of a font: the height of its lines and how wide each is, in ems."""

    height: float
    widths: Mapping[str, float]

    def width(self, line: str) -> float:
        """Return how wide *line* is at most; marks stand above other letters."""
        drawn = (letter for letter in line if not unicodedata.category(letter).startswith("M"))
        return sum(self.widths.get(letter, 0.0) for letter in drawn)


def letters_of(typeface: Typeface, text: str) -> Letters:
    """Return how large *typeface* draws the letters of *text*; 1 em where it does not tell."""
    from fontTools.ttLib import TTFont

    with TTFont(BytesIO(typeface.file.read_bytes()), fontNumber=0, lazy=True) as font:
        try:
            em, names = font["head"].unitsPerEm, font.getBestCmap()
            # As libass counts: a letter's size is the height of what Windows may draw on.
            high = font["OS/2"].usWinAscent + font["OS/2"].usWinDescent
            metrics = font["hmtx"]
            widths = {
                letter: metrics[names[ord(letter)]][0] / em
                for letter in set(text)
                if ord(letter) in names
            }
            return Letters(height=high / em or _USUAL_HEIGHT, widths=widths)
        except (KeyError, AttributeError, ZeroDivisionError):
            return Letters(height=_USUAL_HEIGHT, widths=dict.fromkeys(text, 1.0))
