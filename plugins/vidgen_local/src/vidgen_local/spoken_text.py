"""What of a text can be spoken, in which pieces, and whether the voice can speak it at all.

Imports nothing heavy: core asks :func:`unable` while it plans.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen, validators

from vidgen_core import option

#: The voices that the model knows; only the first is in its package.
VOICES = ("heart", "emma", "fenrir", "fable", "kore")
#: The longest piece that is spoken in one breath, in characters: time grows faster than it.
LONGEST = 300


@frozen(kw_only=True)
class VoiceOptions:
    """What can be chosen about the voice ``local``."""

    speed: float = option(
        1.0,
        help="How fast the voice speaks, 1 being its own pace; 0.7 to 1.3.",
        converter=float,
        validator=[validators.ge(0.7), validators.le(1.3)],
    )
    voice: str = option(
        VOICES[0],
        help="heart; or emma, fenrir, fable, kore where their files are on this machine.",
        validator=validators.in_(VOICES),
    )


@frozen(kw_only=True)
class Piece:
    """A sentence, or a clause of a long one.

    ``text`` is as it is to be read, ``spoken`` what is said of it (nothing, where
    it holds no word that the voice can say). ``ends`` tells whether a sentence
    ends with it.
    """

    text: str
    spoken: str
    ends: bool


_SAMPLE = 50_000
_SCRIPTS: Mapping[str, str] = MappingProxyType(
    {
        "CJK": "Chinese",
        "KANGXI": "Chinese",
        "HIRAGANA": "Japanese",
        "KATAKANA": "Japanese",
        "HANGUL": "Korean",
        "ARABIC": "in Arabic script",
        "CYRILLIC": "in Cyrillic script",
        "DEVANAGARI": "in Devanagari script",
        "GREEK": "Greek",
        "HEBREW": "Hebrew",
        "THAI": "Thai",
        "ARMENIAN": "Armenian",
        "GEORGIAN": "Georgian",
    }
)
_LATIN = ("LATIN", "FULLWIDTH", "MODIFIER", "MATHEMATICAL", "FEMININE", "MASCULINE", "MICRO")
#: The commonest words of languages, none of which is a common English word.
_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "German": "der und das ist nicht ein eine mit dem des von zu auf für fur sich auch es wird"
        " werden ich er sie wir im bei nach über aus einer einen einem sind noch durch als aber"
        " oder zum zur wenn nur keine vom dass wie ihr sein ihre seine unter steht geht vor",
        "French": "le la les des et est une un du dans que qui pas pour sur avec ce il elle nous"
        " vous sont au aux par plus mais ses sa ou où leur cette était comme se ne je de à",
        "Spanish": "el los las una del que en por con para se su al lo más pero sus está como es"
        " este esta ya muy y de la un sobre entre cuando hay era también desde",
        "Italian": "il di che è la per una del della dei non con sono gli nel le da si alla più"
        " questo come lo anche al un suo sua della nella dal sulla e ma era cui i",
        "Portuguese": "o e do os não uma em que um da com para é por mais dos das ao na nos se sua"
        " seu ele ela como mas foi está são pela pelo de muito também quando aos às",
        "Dutch": "de het een en van dat niet te zijn met voor op er maar om hij ze bij ook naar"
        " uit wordt deze dan wij nog wel geen zich aan over hun haar ik je die",
        "Swedish": "och att det som en på är av för med den till inte har de ett om han hon var"
        " jag sig från vi så när under över",
        "Danish or Norwegian": "og det er en af på til som ikke de med der et har den jeg av han"
        " hun var seg sig fra vi så når over men",
        "Polish": "i w na z się nie jest że do to o jak po ale za od przez jego dla czy już tak"
        " który która są był była",
        "Czech": "a se na je že v to s z do o ve jako si ale by jsou za po který není byl byla"
        " když nad pod jde jen ten pak jak už jsem",
        "Romanian": "și si este nu în din pe cu la care o de un mai să sunt lui pentru ca au fost",
        "Turkish": "ve bir bu da de için ile çok o ne var daha gibi kadar ama olarak değil olan",
        "Finnish": "ja on ei se että hän oli mutta kun niin myös ovat joka sen kuin ole",
        "Hungarian": "az és hogy nem egy is van ez de meg el csak mint volt már vagy a",
        "Indonesian": "yang dan di itu dengan untuk tidak ini dari dalam akan pada ke adalah juga",
        "Vietnamese": "và của là có không một được trong cho người những với này các đã khi trên",
    }
)
_ENGLISH = (
    "the and of to is was that with his her it for on at from they are he she this have had were"
    " which their you but not be by its as has we our into when there who will my out up all then"
    " one over under down where an your what so no if or them him been could would through"
)
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
#: Words of several languages, English among them: they tell nothing.
_NEUTRAL = frozenset({"a", "i", "me"})
#: Letters of languages that English has only in borrowed words.
_LETTERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "German": frozenset("äöüß"),
        "French": frozenset("çèêàùîôœë"),
        "Spanish": frozenset("ñáíóúé"),
        "Italian": frozenset("àèìòù"),
        "Portuguese": frozenset("ãõçâêôáéíóú"),
        "Dutch": frozenset("ëï"),
        "Swedish": frozenset("åäö"),
        "Danish or Norwegian": frozenset("æøå"),
        "Polish": frozenset("ąęłśźżćńó"),
        "Czech": frozenset("ěščřžůýáíéťď"),
        "Romanian": frozenset("ăâîșțşţ"),
        "Turkish": frozenset("ığşçöü"),
        "Finnish": frozenset("äö"),
        "Hungarian": frozenset("őűáéíóöü"),
        "Indonesian": frozenset(),
        "Vietnamese": frozenset("ạảấầẩậắặẹếềệỉịọỏốồộớờợụủứừựỳđ"),
    }
)
#: Letters that stand together in English words more than in others.
_ENGLISH_LETTERS = re.compile(r"ght|th|sh|wh|ck|oo|ee|ow|(?:ing|ed|ly|ness)$")
#: Foreign names, of which English texts are full: Rio de Janeiro, Los Angeles.
_NAMES = re.compile(
    r"\b[A-ZÀ-Þ]\w+ (?:d[aeiou]s?|del|di|la|le|von|van|y|e)(?: l[ao]s?| de[nrm]?)? [A-ZÀ-Þ]\w+"
    r"|\b(?:Los|Las|La|Le|Les|El|De|Del|Di|Da|Du|Van|Von) [A-ZÀ-Þ]\w+"
)
_FOREIGN_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(words.split()) - _ENGLISH_WORDS - _NEUTRAL
        for name, words in _LANGUAGES.items()
    }
)


def unable(text: str, options: Any) -> str:
    """Return why the voice cannot speak *text*, in one sentence, or an empty string.

    Judged by its letters and its commonest words; what is short counts as English
    unless it is clear. Never raises.
    """
    sample = text[:_SAMPLE]
    language = _foreign_script(sample) or _foreign_language(sample)
    return f"the voice speaks English; this text is mostly {language}" if language else ""


def _foreign_script(text: str) -> str:
    """Return the name of the script of most letters of *text*, or nothing for the Latin one."""
    scripts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        if char.isalpha():
            scripts[unicodedata.name(char, "UNKNOWN").split()[0].split("-")[0]] += count
    latin = sum(scripts.pop(name, 0) for name in _LATIN)
    rest = scripts.total()
    if rest <= latin or not scripts:
        return ""
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > rest / 10:
        return _SCRIPTS["HIRAGANA"]
    name = scripts.most_common(1)[0][0]
    return _SCRIPTS.get(name, "in letters that it does not know")


def _foreign_language(text: str) -> str:
    """Return the language of *text* where its commonest words are plainly not English."""
    words = re.findall(r"[^\W\d_]+", _NAMES.sub("", text).casefold())
    counts = Counter(words)
    english = sum(counts[word] for word in _ENGLISH_WORDS)
    accented = [word for word in words if not word.isascii()]
    hits = {
        name: _hits(counts, known) + 0.5 * sum(not _LETTERS[name].isdisjoint(w) for w in accented)
        for name, known in _FOREIGN_WORDS.items()
    }
    name = max(hits, key=hits.__getitem__)
    enough = max(2.0, 0.15 * len(words), 2.01 * english)
    if len(words) >= 4 and hits[name] >= enough:
        return name
    if len(words) >= 40 and english < 0.04 * len(words):
        alike = sum(1 for word in words if _ENGLISH_LETTERS.search(word))
        return "in another language" if alike < 0.1 * len(words) else ""
    return ""


def _hits(counts: Counter[str], known: frozenset[str]) -> float:
    """Return how often *known* words occur; single letters and "do" tell less."""
    return sum(counts[w] * (0.5 if len(w) == 1 or w == "do" else 1.0) for w in known)


_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)?|.?)")
_TAGS = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_LINKS = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)")
_ADDRESSES = re.compile(r"(?:https?://|www\.)\S{1,2000}")
_HEADINGS = re.compile(r"(?m)^[ \t]*#{1,6}[ \t]+(.*)$")
_ITEMS = re.compile(r"(?m)^[ \t]*(?:[-*+][ \t]+|[-*_=~]{3,}[ \t]*$)")
_MARKS = re.compile(r"[*_`~|\\{}<>^]+")
_SPACES = re.compile(r"\s+")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_SENTENCES = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]*\s+(?=\S)")
_CLAUSES = re.compile(r"(?<=[,;:—–])\s+")
_NO_END = re.compile(r"(?:^|[\s(\"“'‘])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Mt|Capt|Lt|Col|Gen|Rev|vs)\.$")
#: Numbers so long that they have no name; they are said in groups.
_LONG_NUMBERS = re.compile(r"\d[\d,]{12,}")
_QUIET = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PICTURES = frozenset({"So", "Sk", "Mn", "Me", "Lm"})


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces in which *text* is spoken, each of at most :data:`LONGEST` characters.

    Markup, addresses and control characters are gone. Takes time in proportion to
    the length.
    """
    for paragraph in _PARAGRAPHS.split(_cleaned(text)):
        for sentence in _sentences(_SPACES.sub(" ", paragraph).strip()):
            parts = list(_parts(sentence))
            for number, part in enumerate(parts, start=1):
                if any(char.isalnum() for char in part):
                    yield Piece(text=part, spoken=_spoken(part), ends=number == len(parts))


def _cleaned(text: str) -> str:
    """Return *text* without markup, escapes and control characters; lines stay."""
    text = _ESCAPES.sub(" ", text)
    text = html.unescape(_TAGS.sub(" ", text))
    text = _ADDRESSES.sub(" ", _LINKS.sub(r"\1", text))
    text = _ITEMS.sub("\n\n", _HEADINGS.sub(r"\n\n\1\n\n", text))
    text = _MARKS.sub(" ", text)
    return text.translate({ord(char): _plain(char) for char in set(text)})


def _plain(char: str) -> str:
    if char.isspace():
        return "\n" if char == "\n" else " "
    if char == "\u200d":  # joins emoji
        return ""
    return " " if unicodedata.category(char) in _QUIET else char


def _sentences(paragraph: str) -> Iterator[str]:
    begin = 0
    for found in _SENTENCES.finditer(paragraph):
        # a lower-case word, a title or an initial: the full stop ends no sentence
        if paragraph[found.end()].islower():
            continue
        if _NO_END.search(paragraph[max(begin, found.start() - 8) : found.start()]):
            continue
        yield paragraph[begin : found.end()].strip()
        begin = found.end()
    if begin < len(paragraph):
        yield paragraph[begin:].strip()


def _parts(sentence: str) -> Iterator[str]:
    """Yield *sentence*, or its clauses put together to pieces that are short enough."""
    if len(sentence) <= LONGEST:
        yield sentence
        return
    held = ""
    for clause in _CLAUSES.split(sentence):
        for part in _short(clause):
            if held and len(held) + 1 + len(part) > LONGEST:
                yield held
                held = part
            else:
                held = f"{held} {part}" if held else part
    if held:
        yield held


def _short(clause: str) -> Iterator[str]:
    """Yield *clause* in runs of words, and what has no spaces in slices."""
    if len(clause) <= LONGEST:
        yield clause
        return
    held: list[str] = []
    size = 0
    for word in clause.split(" "):
        for begin in range(0, max(1, len(word)), LONGEST):
            part = word[begin : begin + LONGEST]
            if held and size + len(part) > LONGEST:
                yield " ".join(held)
                held, size = [], 0
            held.append(part)
            size += len(part) + 1
    if held:
        yield " ".join(held)


def _spoken(text: str) -> str:
    """Return what the voice says of *text*: no emoji, and no word in other letters."""
    plain = _LONG_NUMBERS.sub(_grouped, unicodedata.normalize("NFKC", text))
    words = (_sayable(word) for word in plain.split())
    said = " ".join(word for word in words if word)
    return said if any(char.isalnum() for char in said) else ""


def _grouped(number: re.Match[str]) -> str:
    digits = number[0].replace(",", "")
    groups = [digits[begin : begin + 3] for begin in range(0, len(digits), 3)]
    return " ".join(groups)


def _sayable(word: str) -> str:
    if word.isascii():
        return word
    letters = [char for char in word if char.isalpha()]
    if any(not unicodedata.name(char, "").startswith("LATIN") for char in letters):
        return ""
    return "".join(char for char in word if _said(char))


def _said(char: str) -> bool:
    return char in "°™©®" or unicodedata.category(char) not in _PICTURES
