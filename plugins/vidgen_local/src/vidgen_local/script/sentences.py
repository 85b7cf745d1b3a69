"""Sentences, clauses and words of any language."""

from __future__ import annotations

import re

from vidgen_local.script.cleaning import one_line

_CLOSERS = "\"'”’»«)\\]}」』】）〉》"
#: Ends that need a space or the end of the text after them, and ends that do not.
_END = re.compile(rf"[.!?…؟۔।॥։።]+[{_CLOSERS}]*(?=\s|$)|[。！？｡︒]+[{_CLOSERS}]*|\n{{2,}}")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")
#: Thai, Lao, Khmer and Burmese: no spaces between words either, but more letters to each.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
#: No word is as long as this; what is would be spoken and shown as one.
_VERY_LONG = re.compile(r"[^\W_]{25,}")
_ENDLESS = re.compile(r"(\S{80})(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“„])(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Mt|Sr|Jr|No|Nr|vs|etc|Capt|Col|Gen|Lt|Sgt"
    r"|Rev|Hr|Fr|Frl|usw|bzw|ca|Abb|Nr|Str|Mme|Mlle|Sra|Dra|Ud|approx|e\.g|i\.e|z\.B|d\.h|u\.a"
    r"|a\.m|p\.m|\d{1,3})\.$",
    re.IGNORECASE,
)
_STRONG_CLAUSE = re.compile(rf"[;:][{_CLOSERS}]*\s+|[—–؛；：][{_CLOSERS}]*\s*|\s--?\s|\n")
_WEAK_CLAUSE = re.compile(rf",[{_CLOSERS}]*\s+|[،，、]\s*")
_QUOTES = re.compile(r"[\"“”„«»「」『』]")


def count_words(text: str) -> float:
    """Return how many words it takes to say *text*, one Chinese character counting for half."""
    wide, unspaced = len(_WIDE.findall(text)), len(_UNSPACED.findall(text))
    if not wide and not unspaced:
        return len(_WORD.findall(text)) + _in_long_words(text)
    rest = _UNSPACED.sub(" ", _WIDE.sub(" ", text))
    return 0.5 * wide + 0.22 * unspaced + len(_WORD.findall(rest)) + _in_long_words(rest)


def _in_long_words(text: str) -> float:
    """Return how many words more it takes to say what is no word, letter by letter."""
    return sum(0.5 * (len(word) - 24) for word in _VERY_LONG.findall(text))


def is_wide(text: str) -> bool:
    """Whether *text* is written without spaces between its words."""
    return len(_WIDE.findall(text)) + len(_UNSPACED.findall(text)) > len(text) / 4


def split_sentences(block: str) -> list[str]:
    """Return the sentences of *block*, each on one line."""
    if _is_verse_without_ends(block):
        return [one_line(line) for line in block.split("\n") if line.strip()]
    found: list[str] = []
    start = 0
    for end in _END.finditer(block):
        piece = block[start : end.end()]
        if end[0] == "." and _ABBREVIATION.search(piece[-12:]):
            continue
        if _goes_on(block, end.end()):
            continue
        _keep(found, piece)
        start = end.end()
    _keep(found, block[start:])
    return found


def _goes_on(block: str, end: int) -> bool:
    """Whether the sentence goes on after ``“Stop!” he cried``."""
    after = block[end : end + 3].lstrip()
    return bool(after) and after[0].islower()


def _keep(found: list[str], piece: str) -> None:
    sentence = one_line(piece)
    if not sentence:
        return
    if not is_wide(sentence):
        sentence = _ENDLESS.sub(r"\1 ", sentence)
    if _WORD.search(sentence):
        found.append(sentence)
    elif found:  # a lone mark belongs to what stands before it
        found[-1] = f"{found[-1]} {sentence}" if len(sentence) < 4 else found[-1]


def _is_verse_without_ends(block: str) -> bool:
    lines = [line for line in block.split("\n") if line.strip()]
    if len(lines) < 3 or max(map(len, lines)) > 60:
        return False
    return not _END.search(" ".join(lines[:-1]) + " ")


def within(sentence: str, most: float) -> list[str]:
    """Return *sentence* in pieces of at most *most* words, cut where one may take breath."""
    if count_words(sentence) <= most:
        return [sentence]
    for pattern in (_STRONG_CLAUSE, _WEAK_CLAUSE):
        pieces = _cut(sentence, pattern)
        if len(pieces) > 1:
            whole = [part for piece in pieces for part in within(piece, most)]
            return _joined(whole, most)
    return _hard_cut(sentence, most)


def _cut(text: str, pattern: re.Pattern[str]) -> list[str]:
    pieces, start = [], 0
    for mark in pattern.finditer(text):
        if mark.end() - start > 1 and mark.end() < len(text):
            pieces.append(text[start : mark.end()])
            start = mark.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _joined(pieces: list[str], most: float) -> list[str]:
    """Return neighbours among *pieces* put together as long as they stay within *most*."""
    found: list[str] = []
    size = 0.0
    for piece in pieces:
        words = count_words(piece)
        if found and size + words <= most:
            gap = "" if is_wide(piece) else " "
            found[-1] = f"{found[-1]}{gap}{piece}"
            size += words
        else:
            found.append(piece)
            size = words
    return found


def _hard_cut(text: str, most: float) -> list[str]:
    """Return *text*, which has no mark to stop at, in pieces."""
    if is_wide(text):
        step = max(1, int(most * 1.9))
        return [text[start : start + step] for start in range(0, len(text), step)]
    return _joined(text.split(), most)


def is_spoken(sentence: str) -> bool:
    """Whether most of *sentence* stands in quotation marks."""
    marks = [mark.start() for mark in _QUOTES.finditer(sentence)]
    if not marks:
        return False
    if len(marks) == 1:
        return marks[0] < 2 or marks[0] > len(sentence) - 3
    return sum(b - a for a, b in zip(marks[::2], marks[1::2], strict=False)) > len(sentence) / 2
