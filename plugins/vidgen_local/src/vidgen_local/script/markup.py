"""HTML and Markdown taken off a script; what is left are lines, headings marked with ``#``."""

from __future__ import annotations

import html
import re

#: Every quantifier below is bounded or cannot overlap with what follows it, so that
#: reading takes a time that grows with the script's length and no faster.
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})(?:[\s/][^<>]{0,2000})?>|<[!?][^<>]{0,2000}>")
_HTML = re.compile(
    r"<(?:!doctype|html|body|div|p|br|h[1-6]|ul|ol|li|span|em|strong|b|i|a|script|style|table)"
    r"(?:[\s/][^<>]{0,2000})?>",
    re.IGNORECASE,
)
_UNSEEN = ("script", "style", "head", "template", "svg")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "blockquote",
        "pre",
        "figure",
        "body",
        "html",
        "dl",
        "dt",
        "dd",
        "hr",
        "form",
        "title",
    ]
)
_HEADING_TAG = re.compile(r"h([1-6])")

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})\s*")
_RULE = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,}|(?:=\s*){3,}|(?:~\s*){3,})")
_BULLET = re.compile(r"\s{0,12}(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_TABLE_LINE = re.compile(r"\s*\|?[\s:|-]*-{3,}[\s:|-]*")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,99}\]:\s*\S")
_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\](?:\([^()\n]{0,900}\)|\[[^\[\]]{0,99}\])")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\](?:\([^()\n]{0,900}\)|\[[^\[\]\n]{0,99}\])")
_STRONG = re.compile(r"(\*{1,3}|_{2,3}|~~)(?=\S)([^*_~\n]{1,600})(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<!\w)_(?=\S)([^_\n]{1,600})(?<=\S)_(?!\w)")
_CODE = re.compile(r"`{1,2}([^`\n]{1,300})`{1,2}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")
_ADDRESS = re.compile(r"<?\b(?:https?|ftp)://[^\s<>]{1,2000}>?")


def without_markup(text: str) -> str:
    """Return *text* without the marks of HTML and Markdown, code, tables and addresses.

    Where nothing else is there, code and tables are kept.
    A heading is a line that begins with ``# ``; a list's items are paragraphs.
    """
    plain = _without_html(text) if _HTML.search(text) else text
    lines = _lines(plain, keep_all=False)
    if not any(line.strip("# ") for line in lines):
        lines = _lines(plain, keep_all=True)
    return "\n".join(lines)


def _without_html(text: str) -> str:
    text = _without_comments(text)
    for name in _UNSEEN:
        text = _without_element(text, name)
    return html.unescape(_TAG.sub(_shown, text))


def _without_comments(text: str) -> str:
    return _without_spans(text, "<!--", "-->", text)


def _without_element(text: str, name: str) -> str:
    folded = text.translate(_SMALL)
    if f"<{name}" not in folded:
        return text
    return _without_spans(text, f"<{name}", f"</{name}>", folded)


#: Small letters of the same length, so that places in both texts agree.
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _without_spans(text: str, start: str, end: str, folded: str) -> str:
    """Return *text* without what stands from *start* to *end*, looked for in *folded*."""
    kept, place = [], 0
    while (begin := folded.find(start, place)) >= 0:
        after = folded[begin + len(start) : begin + len(start) + 1]
        close = folded.find(end, begin)
        if close < 0:
            break
        if start != "<!--" and after.isalnum():  # <header> is not <head>
            kept.append(text[place : begin + len(start)])
            place = begin + len(start)
            continue
        kept.append(text[place:begin] + " ")
        place = close + len(end)
    return "".join(kept) + text[place:]


def _shown(tag: re.Match[str]) -> str:
    """Return what takes the place of *tag*."""
    closing, name = tag[1], (tag[2] or "").lower()
    heading = _HEADING_TAG.fullmatch(name)
    if heading:
        return "\n\n" if closing else f"\n\n{'#' * int(heading[1])} "
    if name == "br":
        return "\n"
    return "\n\n" if name in _BLOCKS else ""


def _lines(text: str, *, keep_all: bool) -> list[str]:
    """Return the lines of *text* without Markdown."""
    lines = _after_front_matter(text.split("\n"))
    found: list[str] = []
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
            found.append("")
        elif keep_all:
            _add(found, line.replace("|", " "))
        elif not fence and not _TABLE_ROW.fullmatch(line):
            _add(found, line)
    return found


def _after_front_matter(lines: list[str]) -> list[str]:
    """Return *lines* without the block of settings that some files begin with."""
    if lines[0].strip() != "---":
        return lines
    for number, line in enumerate(lines[1:40], start=1):
        if line.strip() in ("---", "..."):
            return lines[number + 1 :]
        if line.strip() and ":" not in line and not line.startswith((" ", "-", "#")):
            break
    return lines


def _add(found: list[str], line: str) -> None:
    """Add what *line* says to *found*."""
    heading = _HEADING.fullmatch(line)
    if heading:
        title = heading[2].rstrip("# \t")
        found += ["", f"{heading[1]} {_inline(title)}", ""]
        return
    if _UNDERLINE.fullmatch(line) and _may_be_title(found):
        found[-1] = f"# {found[-1].strip()}"
        return
    if _RULE.fullmatch(line) or _TABLE_LINE.fullmatch(line) or _DEFINITION.match(line):
        found.append("")
        return
    quote = _QUOTE.match(line)
    line = line[quote.end() :] if quote else line
    bullet = _BULLET.match(line)
    if bullet:
        found.append("")
        line = line[bullet.end() :]
    found.append(_inline(line))


def _may_be_title(found: list[str]) -> bool:
    """Whether the last line stands alone and is short: a title that was underlined."""
    if not found or not found[-1].strip() or found[-1].startswith("#"):
        return False
    return len(found[-1]) < 80 and (len(found) < 2 or not found[-2].strip())


def _inline(line: str) -> str:
    if "[" in line:
        line = _LINK.sub(r"\1", _IMAGE.sub(" ", line))
    if "://" in line:
        line = _ADDRESS.sub(" ", line)
    if "`" in line:
        line = _CODE.sub(r"\1", line)
    if "*" in line or "_" in line or "~~" in line:
        line = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", _STRONG.sub(r"\2", line)))
    return _ESCAPED.sub(r"\1", line) if "\\" in line else line
