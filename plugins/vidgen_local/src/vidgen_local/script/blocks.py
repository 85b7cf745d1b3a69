"""A script taken apart: headings, sluglines, action, and what is said by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from vidgen_local.script.cleaning import one_line, tidy


class Part(StrEnum):
    """What a block of a script is."""

    HEADING = "heading"
    SLUGLINE = "slugline"
    ACTION = "action"
    SPEECH = "speech"


@frozen(kw_only=True)
class Block:
    """One block. ``speaker`` is who says a ``SPEECH``, empty for a voice over the pictures."""

    part: Part
    text: str
    speaker: str = ""


_SLUG = re.compile(
    r"\s*(?:\d{1,4}[A-Za-z]?[.)]?\s+)?(?P<side>INT\.?\s?/\s?EXT|EXT\.?\s?/\s?INT|I/E|INT|EXT|EST"
    r"|INNEN\s?/\s?AU(?:SS|ß)EN|INNEN|AU(?:SS|ß)EN)(?:[.:]\s*|\s+[-–—]?\s*)(?P<rest>\S.{0,200})"
)
_TRANSITION = re.compile(
    r"\s*(?:(?:[A-Z]+ ){0,4}TO(?: BLACK| WHITE)?[:.]|FADE (?:IN|OUT|TO BLACK|UP)\b.{0,20}"
    r"|CUT\b.{0,20}|SMASH CUT.{0,20}|DISSOLVE.{0,20}|(?:THE )?END\.?|\(?CONTINUED:?\)?|\(MORE\)"
    r"|BLACK\.?|SUPER:.{0,60}|ROLL CREDITS\.?|\d{1,4}\.?)\s*"
)
_CUE = re.compile(
    r"\s*(?P<who>[^\W\d_a-z][^a-zß-öø-ÿ\n]{0,34}?)\s*(?P<how>\([^()\n]{1,30}\)\s*)*\^?\s*"
)
_VOICE_OVER = re.compile(r"\(\s*(?:V\.? ?O|VOICE|OFF|NARRAT)", re.IGNORECASE)
_NARRATOR = re.compile(r"NARRATOR|NARRATION|VOICE ?OVER|ERZÄHLER|NARRATEUR|NARRADOR|旁白")
_ASIDE = re.compile(r"\([^()\n]{0,200}\)")
_CAPITALS = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{3,}\b")
_SAID = re.compile(r"(?P<who>[^\W\d_a-z][A-Z0-9À-ÖØ-Þ .'’\-]{1,28}):\s+(?P<text>\S.*)")
_SCENE_WORD = re.compile(
    r"\W{0,3}(?:scene|shot|szene|kapitel|chapter|chapitre|scène|escena|capítulo|act|akt|acte|part"
    r"|scena|сцена|глава)\s+(?:\d{1,4}|[ivxlc]{1,6}|one|two|three|four|five|six|seven|eight|nine"
    r"|ten)\b\s*[:.\-–—]?\s*(?P<title>.{0,80})",
    re.IGNORECASE,
)
_WIDE_SCENE = re.compile(r"\s*第.{1,5}[场場幕章回節节][:：\s]?(?P<title>.{0,40})")
_DIRECTION = re.compile(r"\s*[\[(][^\[\]()\n]{1,300}[\])]\s*")
_ENDS = tuple(".!?…。！？؟:;,；，、")


def read_blocks(text: str) -> list[Block]:
    """Return the blocks of *text*, from which markup was taken."""
    lines = text.split("\n")
    blocks = list(_screenplay(lines) if _is_screenplay(lines) else _prose(text))
    told = [block for block in blocks if block.part in (Part.ACTION, Part.SPEECH)]
    if told:
        return blocks
    return [Block(part=Part.ACTION, text=tidy(text.replace("#", " ")))]


def _is_screenplay(lines: list[str]) -> bool:
    return any(_SLUG.fullmatch(line) for line in lines)


def _screenplay(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of a screenplay; what stands before its first slugline is a title page."""
    begun = False
    number = 0
    while number < len(lines):
        line = lines[number].lstrip("#").strip()
        number += 1
        slug = _SLUG.fullmatch(line)
        if slug:
            begun = True
            yield Block(part=Part.SLUGLINE, text=one_line(line))
        elif not line or _TRANSITION.fullmatch(line):
            begun = begun or line.upper().startswith("FADE IN")
        elif begun and _is_cue(line, lines, number):
            cue = _CUE.fullmatch(line)
            assert cue is not None, "a cue was recognised by this pattern"
            paragraph, number = _paragraph(lines, number)
            said = one_line(_ASIDE.sub(" ", paragraph))
            if said:
                yield Block(part=Part.SPEECH, text=said, speaker=_speaker(line, cue["who"]))
        elif begun:
            paragraph, number = _paragraph(lines, number - 1)
            yield Block(part=Part.ACTION, text=_in_small(paragraph))


def _is_cue(line: str, lines: list[str], following: int) -> bool:
    if following >= len(lines) or not lines[following].strip() or line.endswith((".", "!", "?")):
        return False
    return len(line) < 50 and _CUE.fullmatch(line) is not None and any(map(str.isalpha, line))


def _in_small(action: str) -> str:
    """Return *action* without the ages in brackets, and names in capitals as names are written."""
    return _CAPITALS.sub(lambda name: name[0].title(), _ASIDE.sub(" ", action))


def _speaker(line: str, who: str) -> str:
    if _VOICE_OVER.search(line) or _NARRATOR.match(line.upper()):
        return ""
    return one_line(who).strip(" @:").title().replace("’S", "’s").replace("'S", "'s")


def _paragraph(lines: list[str], number: int) -> tuple[str, int]:
    """Return the paragraph that begins at line *number*, and the number of the line after it."""
    found: list[str] = []
    while number < len(lines) and lines[number].strip():
        if found and (_SLUG.fullmatch(lines[number]) or _TRANSITION.fullmatch(lines[number])):
            break
        found.append(lines[number].strip())
        number += 1
    return "\n".join(found), number


def _prose(text: str) -> Iterator[Block]:
    paragraphs = tidy(text).split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        paragraph = paragraph.strip()
        if not paragraph:
            continue
        title = _title(paragraph, paragraphs[1].strip() if number == 0 and paragraphs[1:] else "")
        if title is not None:
            yield Block(part=Part.HEADING, text=title)
        elif _DIRECTION.fullmatch(paragraph):
            yield Block(part=Part.ACTION, text=paragraph.strip("[]() "))
        else:
            yield from _paragraph_blocks(paragraph)


def _title(paragraph: str, following: str) -> str | None:
    """Return the heading that *paragraph* is, ``None`` where it tells something itself.

    *following* is what comes after the first paragraph, empty after all others.
    """
    if paragraph.startswith("#"):
        return _named(paragraph.lstrip("# "))
    if "\n" in paragraph or len(paragraph) > 90:
        return None
    if _SCENE_WORD.fullmatch(paragraph) or _WIDE_SCENE.fullmatch(paragraph):
        return _named(paragraph)
    # the first item of a list is none: the next is as short, and ends as little
    named = len(following) >= 60 or following.startswith("#") or following.endswith(_ENDS)
    return paragraph if named and len(paragraph) < 60 and not paragraph.endswith(_ENDS) else None


def _named(heading: str) -> str:
    """Return what *heading* says beside ``Scene 3:``."""
    scene = _SCENE_WORD.fullmatch(heading) or _WIDE_SCENE.fullmatch(heading)
    return scene["title"].strip() if scene else heading.strip()


def _paragraph_blocks(paragraph: str) -> Iterator[Block]:
    """Yield the blocks of one paragraph; a line ``NAME: text`` is speech."""
    lines: list[str] = []
    for line in paragraph.split("\n"):
        said = _SAID.fullmatch(line)
        scene = _SCENE_WORD.fullmatch(line) if len(line) < 90 else None
        if not said and not scene:
            lines.append(line)
            continue
        if lines:
            yield Block(part=Part.ACTION, text="\n".join(lines))
            lines = []
        if scene:
            yield Block(part=Part.HEADING, text=_named(line))
        elif said:
            yield Block(
                part=Part.SPEECH, text=said["text"], speaker=_speaker(said["who"], said["who"])
            )
    if lines:
        yield Block(part=Part.ACTION, text="\n".join(lines))


_SIDE_IN = re.compile(r"\s*(?:\d{1,4}[A-Za-z]?[.)]?\s+)?(?:INT|INNEN|I/E)")
_TIME = re.compile(r"\s+[-–—]+\s*(?P<time>[^-–—]{1,40})$|\s*[,.]\s*(?P<other>DAY|NIGHT|TAG|NACHT)$")


def read_slugline(slugline: str) -> tuple[bool, str, str]:
    """Return whether *slugline* is indoors, its place, and its time of day."""
    found = _SLUG.fullmatch(slugline)
    rest = found["rest"] if found else slugline
    time = _TIME.search(rest)
    place = rest[: time.start()] if time else rest
    return (
        _SIDE_IN.match(slugline) is not None,
        re.sub(r"\s*[-–—/]+\s*", ", ", place).strip(" .,"),
        ((time["time"] or time["other"]) if time else "").strip(),
    )
