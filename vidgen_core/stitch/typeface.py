"""The font that draws subtitles into the picture, and whether it has all their letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from attrs import frozen

from vidgen_core.errors import InputError, UsageError

_ADVICE = (
    "--font FILE (or `font` in your settings) names a font that has them; "
    "with --no-burn-subtitles players draw them, in fonts of their own"
)
#: An error names so many letters.
_MOST_NAMED = 8
#: The font that vidgen brings: Latin with all its accents, Greek and Cyrillic.
_PACKAGE, _FILE = "font-source-sans-pro", "SourceSansPro-Semibold.ttf"
#: What joins, turns or spaces other letters and is never drawn itself.
_NOT_DRAWN = ("Cc", "Cf", "Zs", "Zl", "Zp")


@frozen(kw_only=True)
class Typeface:
    """A font file and the name of its family."""

    file: Path
    family: str


def typeface_for(text: str, font: str = "") -> Typeface:
    """Return the font that draws *text*: the file *font*, else the one that vidgen brings.

    Raises ``UsageError`` where *font* is no font, ``InputError`` where letters of
    *text* are not in it: no box is drawn in place of a letter.
    """
    from fontTools.ttLib import TTFont, TTLibError

    path = Path(font).expanduser() if font else _own()
    try:
        with TTFont(BytesIO(path.read_bytes()), fontNumber=0, lazy=True) as opened:
            letters = frozenset(opened.getBestCmap() or ())
            family = opened["name"].getDebugName(1) or path.stem
    except OSError as error:
        raise UsageError(f"the font {path} cannot be read: {error.strerror or error}") from None
    except (TTLibError, KeyError, AssertionError, ValueError, TypeError) as error:
        raise UsageError(f"{path} is no font that vidgen reads ({error})") from None
    lacking = sorted({letter for letter in text if _is_drawn(letter)} - {chr(n) for n in letters})
    if lacking:
        what = f"the font {path.name} has no {_named(lacking)}"
        raise InputError(f"{what}, so the subtitles cannot be drawn", advice=_ADVICE)
    return Typeface(file=path.absolute(), family=family)


def _named(letters: Sequence[str]) -> str:
    """Return *letters* as a font's tables name them, the first few of many."""
    named = [_shown(letter) for letter in letters]
    if len(named) == 1:
        return named[0]
    if len(named) <= _MOST_NAMED:
        return f"{', '.join(named[:-1])} or {named[-1]}"
    return f"{', '.join(named[:_MOST_NAMED])} and {len(named) - _MOST_NAMED} more letters"


def _shown(letter: str) -> str:
    """Return *letter* with its number; a mark that would sit on its neighbour by its name."""
    is_mark = unicodedata.category(letter).startswith("M") or not letter.isprintable()
    shown = unicodedata.name(letter, "") if is_mark else letter
    return f"{shown} (U+{ord(letter):04X})".lstrip()


def _is_drawn(letter: str) -> bool:
    return unicodedata.category(letter) not in _NOT_DRAWN


def _own() -> Path:
    """Return the font that comes with vidgen, a distribution of its own."""
    from importlib.metadata import PackageNotFoundError, files

    try:
        found = [file for file in files(_PACKAGE) or () if file.name == _FILE]
    except PackageNotFoundError:
        found = []
    if not found:
        raise UsageError(
            f"vidgen's own font is not installed ({_PACKAGE})",
            advice=f"pip install {_PACKAGE}, or --font FILE",
        )
    return Path(str(found[0].locate()))
