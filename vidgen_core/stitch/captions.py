"""What a film has to read beside its picture: a track of subtitles, chapters, drawn words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from vidgen_core import disk
from vidgen_core.errors import InputError, MachineError
from vidgen_core.media.encoding import video_options
from vidgen_core.stitch.footage import Footage
from vidgen_core.stitch.letters import letters_of
from vidgen_core.stitch.splice import Chapter
from vidgen_core.stitch.typeface import Typeface

if TYPE_CHECKING:
    from pysubs2 import SSAFile

    from vidgen_core.media import Media

#: Lines of letters that a picture is high: 20 lines, of which the lowest two are used.
_LETTERS_HIGH = 20
#: How much of the picture's width is left free at each side.
_MARGIN = 0.03
#: What libass would take for signs of its format.
_SIGNS = str.maketrans("\\{}", "/()")
#: For libass, the "encoding" that lets each line run in the direction of its letters:
#: else the stop of an Arabic line would stand at its beginning.
_EACH_LINES_OWN = -1
_LARGEST = 50_000_000


def read(subtitles: Path) -> SSAFile:
    """Return the subtitles of an SRT file. Raises ``MachineError`` and ``InputError``."""
    from pysubs2 import Pysubs2Error, SSAFile

    try:
        if subtitles.stat().st_size > _LARGEST:
            raise InputError(f"{subtitles} is too large for subtitles")
        words = subtitles.read_text("utf-8-sig")
    except OSError as error:
        raise MachineError(f"{subtitles} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{subtitles} is not UTF-8 text ({error.reason})") from None
    try:
        return SSAFile.from_string(words, format_="srt")
    except (Pysubs2Error, ValueError) as error:
        raise InputError(f"{subtitles} holds no subtitles ({error})") from None


def text_of(subtitles: Path) -> str:
    """Return all that an SRT file shows."""
    return "\n".join(event.plaintext for event in read(subtitles))


def as_track(media: Media, subtitles: Path, into: Path) -> Path:
    """Write an SRT file as the subtitle track of an MP4, which players switch on."""
    track = media.input(subtitles, format="srt")["s:0"]
    media.run(media.output(track, into=into, **{"c:s": "mov_text"}), into)
    return into


def chapters_of(parts: Sequence[Footage], names: Sequence[str]) -> tuple[Chapter, ...]:
    """Return a chapter for each of *parts*; none where there are not as many *names*."""
    if len(names) != len(parts):
        return ()
    fps = parts[0].form.fps
    borders = [frames / fps for frames in accumulate((p.frames for p in parts), initial=0)]
    return tuple(
        Chapter(name=name, start=Fraction(start), end=Fraction(end))
        for name, (start, end) in zip(names, pairwise(borders), strict=True)
    )


def draw(media: Media, footage: Footage, subtitles: Path, typeface: Typeface, into: Path) -> None:
    """Write *footage* to *into*, with *subtitles* drawn into its picture; the same frames.

    What is drawn, and the font, are in a new folder beside *into* meanwhile.
    """
    form = footage.form
    place = into.parent / f"{into.stem}-words"
    disk.make_new(place)
    try:
        drawn = _as_ass(read(subtitles), typeface, form.width, form.height)
        disk.put(place / "words.ass", drawn.encode())
        disk.copy(typeface.file, place / f"font{typeface.file.suffix.lower()}")
        # The filter reads files by names inside a text of its own: from that folder they are
        # plain, whatever the run directory is called.
        picture = media.input(footage.path).video.filter("ass", filename="words.ass", fontsdir=".")
        picture = picture.filter("format", "yuv420p")
        media.run(
            media.output(picture, into=into, **video_options(form.fps)),
            into,
            seconds=float(footage.seconds),
            folder=place,
        )
    finally:
        disk.clear(place)


def _as_ass(subtitles: SSAFile, typeface: Typeface, width: int, height: int) -> str:
    """Return *subtitles* as libass draws them: low, outlined, in one font and without tags.

    Lines that are wider than the picture are drawn smaller.
    """
    from pysubs2 import Color, SSAStyle

    shown = [event.plaintext.translate(_SIGNS) for event in subtitles]
    letters = letters_of(typeface, "".join(shown))
    size, room = min(height / _LETTERS_HIGH, width / 24), width * (1 - 2 * _MARGIN)
    drawn = type(subtitles)()
    drawn.info.update(PlayResX=str(width), PlayResY=str(height), WrapStyle="2")
    drawn.styles["Default"] = SSAStyle(
        fontname=typeface.family.replace(",", " "),
        fontsize=round(size * letters.height, 1),
        primarycolor=Color(255, 255, 255),
        outlinecolor=Color(0, 0, 0),
        outline=round(max(1.0, size / 14), 1),
        shadow=0,
        marginv=round(height * 0.05),
        marginl=round(width * _MARGIN),
        marginr=round(width * _MARGIN),
        encoding=_EACH_LINES_OWN,
    )
    for event, text in zip(subtitles, shown, strict=True):
        copy = event.copy()
        widest = max(map(letters.width, text.split("\n"))) * size
        smaller = f"{{\\fs{size * letters.height * room / widest:.1f}}}" if widest > room else ""
        copy.text, copy.style = smaller + text.replace("\n", "\\N"), "Default"
        drawn.append(copy)
    return drawn.to_string("ass")
