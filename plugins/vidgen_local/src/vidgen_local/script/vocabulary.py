"""What a word tells: a place, an hour, the weather, a mood, a sound, a turn of the story."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from attrs import field, frozen

from vidgen_local.script import english
from vidgen_local.script.languages import OTHER_LANGUAGES, SMALL_WORDS, WITHIN
from vidgen_local.script.places import PLACES

HOURS = ("dawn", "day", "dusk", "night")
#: The one that is told first wins where a sentence tells of several.
WEATHERS = ("storm", "snow", "rain", "fog", "mist", "cloudy", "wind", "haze", "clear")
SEASONS = ("spring", "summer", "autumn", "winter")

_TOKEN = re.compile(r"\w+")
_ARABIC_START = re.compile(r"^(?:وال|بال|فال|كال|لل|ال|و|ب|ف|ل)(?=\w{3})")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LONGEST_WIDE = 4
_ARTICLES = frozenset(["the", "a", "an", "of"])
_BETWEEN = _ARTICLES | {"is", "was"}
_IS = frozenset(["is", "was", "are", "were", "lies", "lay", "very", "so", "almost"])


def folded(text: str) -> str:
    """Return *text* in small letters without accents."""
    if text.isascii():  # most of a long English text
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def language_of(text: str) -> str:
    """Return the code of the language that *text* is most likely in, ``en`` where unsure."""
    sample = text[:20_000]
    counts = {
        "ar": len(_ARABIC.findall(sample)),
        "ru": len(_CYRILLIC.findall(sample)),
        "ja": 3 * len(_KANA.findall(sample)),
        "zh": len(_HAN.findall(sample)),
    }
    script = max(counts, key=lambda code: counts[code])
    if counts[script] * 3 > len(sample.replace(" ", "")):
        return script
    words = _TOKEN.findall(sample.casefold())
    hits = {
        code: sum(map(frozenset(small.split()).__contains__, words))
        for code, small in SMALL_WORDS.items()
    }
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] > hits["en"] else "en"


@frozen(kw_only=True)
class Found:
    """One word that tells something: its place in the list of words, and what it tells."""

    at: int
    tells: tuple[str, ...]


@frozen(kw_only=True, eq=False)
class Vocabulary:
    """The words of one language.

    ``tells(word)`` returns the concepts of a folded word, each with its family
    before a colon: ``place:beach``, ``mood:sad``.
    """

    language: str
    tells: Callable[[str], tuple[str, ...]] = field(repr=False)
    within: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    not_now: frozenset[str] = frozenset()
    flat: frozenset[str] = frozenset()

    @property
    def wide(self) -> bool:
        """Whether the language is written without spaces."""
        return self.language in ("zh", "ja")

    def words_of(self, text: str) -> list[str]:
        """Return the folded words of *text*; of Chinese and Japanese, only those that are known."""
        if not self.wide:
            return _TOKEN.findall(folded(text))
        return list(self._known(folded(text)))

    def find(self, words: list[str]) -> list[Found]:
        """Return what *words* tell, pairs of words (``living room``) before single ones.

        Of a pair, the small words between do not count: ``bottom of the sea``, ``sky is blue``.
        """
        found, taken = [], -1
        for at, word in enumerate(words):
            if at <= taken:
                continue
            if word == "flat" and self._is_adjective(words, at):
                continue
            other = self._next(words, at + 1)
            pair = self.tells(f"{word}_{words[other]}") if other < len(words) else ()
            tells = pair or self.tells(word)
            if tells:
                taken = other if pair else at
                found.append(Found(at=taken if other > at + 1 else at, tells=tells))
        return found

    def _is_adjective(self, words: list[str], at: int) -> bool:
        """Whether what is flat is no home: ``the flat, empty desert``."""
        if at and words[at - 1] in _IS:
            return True
        for word in words[at + 1 : at + 4]:
            if word in self.flat:
                return True
            if word in _ARTICLES or word in self.within or word in self.seen:
                return False
        return False

    def _next(self, words: list[str], at: int) -> int:
        """Return where the next word after *at* is that is no article, no ``of`` and no ``is``."""
        last = min(len(words), at + 2)
        while at < last and words[at] in _BETWEEN:
            at += 1
        return at

    def _known(self, text: str) -> Iterator[str]:
        place = 0
        while place < len(text):
            for size in range(_LONGEST_WIDE, 0, -1):
                if self.tells(text[place : place + size]):
                    yield text[place : place + size]
                    place += size
                    break
            else:
                place += 1


@lru_cache(maxsize=16)
def vocabulary_for(language: str) -> Vocabulary:
    """Return the words of *language*, a code of :func:`language_of`."""
    if language == "en":
        return Vocabulary(
            language="en",
            tells=_reader(_english(), _english_forms),
            within=_set(english.WITHIN),
            seen=_set(english.SEEN),
            inside=_set(english.INSIDE),
            not_now=_set(english.NOT_NOW),
            flat=_set(english.FLAT),
        )
    forms = {"ar": _arabic_forms}.get(language, _same)
    table = _table(OTHER_LANGUAGES[language], _family)
    return Vocabulary(
        language=language,
        tells=_reader(table, forms),
        within=_set(WITHIN.get(language, "")),
    )


def _set(words: str) -> frozenset[str]:
    return frozenset(folded(words).split())


def _english() -> Mapping[str, tuple[str, ...]]:
    families: tuple[tuple[str, str], ...] = (
        ("place", english.PLACES),
        ("air", english.AIR),
        ("mood", english.MOODS),
        ("sound", english.SOUNDS),
        ("camera", english.CAMERA),
        ("drama", english.DRAMA),
        ("thing", english.THINGS),
    )
    merged: dict[str, tuple[str, ...]] = {}
    for family, lines in families:
        for word, tells in _table(lines, lambda concept, of=family: (of,)).items():  # type: ignore[misc]
            merged[word] = merged.get(word, ()) + tells
    return MappingProxyType(merged)


def _family(concept: str) -> tuple[str, ...]:
    """Return the families that a line of another language's words belongs to."""
    if concept == "nothing":  # it looks like a sign and is none: "every night"
        return ("none",)
    families = [
        family
        for family, lines in (
            ("mood", english.MOODS),
            ("sound", english.SOUNDS),
            ("camera", english.CAMERA),
            ("drama", english.DRAMA),
            ("thing", english.THINGS),
        )
        if f"\n{concept}:" in lines
    ]
    if concept in PLACES:
        return ("place", *(f for f in families if f == "thing"))
    if concept in HOURS + WEATHERS + SEASONS:
        return ("air", *(f for f in families if f == "sound"))
    return tuple(families)


def _table(lines: str, families: Callable[[str], tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in lines.strip().splitlines():
        concept, words = line.split(":")
        tells = tuple(f"{family}:{concept}" for family in families(concept))
        for word in folded(words).split():
            table[word] = table.get(word, ()) + tells
    return MappingProxyType(table)


def _reader(
    table: Mapping[str, tuple[str, ...]], forms: Callable[[str], tuple[str, ...]]
) -> Callable[[str], tuple[str, ...]]:
    starts = {word[:-1]: tells for word, tells in table.items() if word.endswith("*")}
    ends = {word[1:]: tells for word, tells in table.items() if word.startswith("*")}

    @lru_cache(maxsize=100_000)
    def tells(word: str) -> tuple[str, ...]:
        for form in forms(word):
            if form in table:
                return table[form]
        for size in range(min(len(word), 16), 2, -1):
            if word[:size] in starts:
                return starts[word[:size]]
        for size in range(min(len(word) - 2, 12), 2, -1):
            if word[-size:] in ends:
                return ends[word[-size:]]
        return ()

    return tells


def _same(word: str) -> tuple[str, ...]:
    return (word,)


def _arabic_forms(word: str) -> tuple[str, ...]:
    bare = _ARABIC_START.sub("", word)
    return (word, bare, _ARABIC_START.sub("", bare))


def _english_forms(word: str) -> tuple[str, ...]:
    forms = [word]
    if word.endswith("s") and len(word) > 3:
        forms.append(word[:-1])
        if word.endswith("es"):
            forms.append(word[:-2])
    for end in ("ing", "ed"):
        if word.endswith(end) and len(word) > len(end) + 2:
            stem = word[: -len(end)]
            forms += [stem, f"{stem}e"]
            if stem[-1] == stem[-2]:
                forms.append(stem[:-1])
    return tuple(forms)
