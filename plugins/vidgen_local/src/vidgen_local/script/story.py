"""A script as a story: its sentences in order, each with its setting and its weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from types import MappingProxyType

from attrs import define, evolve, field, frozen

from vidgen_core import InputError
from vidgen_local.script.blocks import Block, Part, read_blocks, read_slugline
from vidgen_local.script.cleaning import clean
from vidgen_local.script.markup import without_markup
from vidgen_local.script.sampling import fair_share
from vidgen_local.script.sentences import count_words, is_spoken, split_sentences, within
from vidgen_local.script.setting import (
    NAMED,
    SURE,
    Setting,
    Signs,
    is_part_of,
    moved,
    read_signs,
    read_slug_setting,
)
from vidgen_local.script.vocabulary import Vocabulary, language_of, vocabulary_for

#: A sentence of more words than this is told in pieces.
LONGEST_SENTENCE = 20
_PRONOUNS = frozenset(
    [
        "he",
        "she",
        "it",
        "they",
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "him",
        "them",
        "its",
        "and",
        "so",
    ]
)
_BEFORE = MappingProxyType({"dawn": "dusk", "day": "dawn", "dusk": "day", "night": "day"})
#: A sentence tells no more than this many things; one without an end has thousands.
_MOST_FOUND = 60
_ASK_EVERY = 2000


@frozen(kw_only=True)
class Beat:
    """One sentence of the story.

    ``passage`` counts the stretches of one place and time, ``paragraph`` the
    paragraphs, ``order`` the beats. ``told`` is what its words tell (``mood:sad`` …), ``words`` how
    many it takes to say, ``weight`` how much the story needs it.
    """

    text: str
    order: int = 0
    words: float
    setting: Setting
    passage: int
    paragraph: int
    title: str = ""
    speaker: str = ""
    spoken: bool = False
    told: tuple[str, ...] = ()
    weight: float = 0.0


@frozen(kw_only=True)
class Story:
    """All beats of a script, its language, and the title that it may have."""

    beats: tuple[Beat, ...]
    language: str


def read_story(script: str, check: Callable[[], None] = lambda: None) -> Story:
    """Return the story of *script*; raises ``InputError`` where there is none.

    *check* is called now and then and may raise.
    """
    text = clean(script)
    check()
    plain = fair_share(without_markup(text))
    check()
    vocabulary = vocabulary_for(language_of(plain))
    reader = _Reader(vocabulary=vocabulary)
    beats: list[Beat] = []
    common: Counter[str] = Counter()
    for number, block in enumerate(read_blocks(plain)):
        if number % _ASK_EVERY == 0:
            check()
        for beat in reader.read(block):
            beats.append(beat)
            if not vocabulary.wide:
                common.update(word for word in vocabulary.words_of(beat.text) if len(word) > 3)
    if not beats:
        raise InputError(
            "the script tells nothing: there are only marks in it",
            advice="Write a story into the file, in sentences.",
        )
    check()
    weights = _weights(beats, common, vocabulary)
    check()
    return Story(
        beats=tuple(_settled(beats, weights, reader.first_hours)),
        language=vocabulary.language,
    )


@frozen(kw_only=True)
class _Sentence:
    """One sentence as it was read."""

    text: str
    words: list[str]
    told: tuple[str, ...]
    signs: Signs
    spoken: bool


def _arriving(sentence: _Sentence, following: _Sentence | None, needed: float) -> Signs:
    """Return the signs of *sentence*; a new hour without a place belongs to the place that follows.

    ``At dawn the storm is over. The boat lies in the harbour.``
    """
    signs = sentence.signs
    if following is None or not signs.hour or signs.sure >= needed:
        return signs
    ahead = following.signs
    if signs.place and is_part_of(signs.place, ahead.place):
        return signs
    if ahead.sure >= needed and not ahead.hour and not following.spoken:
        return evolve(signs, place=ahead.place, sure=ahead.sure)
    return signs


@define(kw_only=True)
class _Reader:
    """Goes through the blocks and remembers where the story is."""

    vocabulary: Vocabulary
    setting: Setting = field(factory=Setting)
    passage: int = 0
    paragraph: int = 0
    title: str = ""
    #: A slugline says where the story is until the next one does.
    fixed: bool = False
    #: Passages without an hour before one that begins by telling its own.
    first_hours: set[int] = field(factory=set)

    def read(self, block: Block) -> Iterator[Beat]:
        """Yield each sentence of *block*, long ones in pieces."""
        if block.part is Part.HEADING:
            self._begin(self._at_heading(block.text), block.text)
            return
        if block.part is Part.SLUGLINE:
            inside, place, time = read_slugline(block.text)
            here = read_slug_setting(self.setting, inside, place, time, self.vocabulary)
            self._begin(here, here.name)
            self.fixed = True
            return
        self.paragraph += 1
        sentences = [self._read_sentence(text, block) for text in split_sentences(block.text)]
        needed = NAMED if self.vocabulary.wide else SURE
        for number, sentence in enumerate(sentences):
            following = sentences[number + 1] if number + 1 < len(sentences) else None
            if not (sentence.spoken and (block.speaker or self.setting.place)):
                self._move(_arriving(sentence, following, needed), opening=number == 0)
            for piece in within(sentence.text, LONGEST_SENTENCE):
                yield self._beat(piece, sentence, block)

    def _read_sentence(self, text: str, block: Block) -> _Sentence:
        words = self.vocabulary.words_of(text)
        found = self.vocabulary.find(words)
        return _Sentence(
            text=text,
            words=words,
            told=tuple(name for entry in found[:_MOST_FOUND] for name in entry.tells),
            signs=read_signs(words, found, self.vocabulary),
            spoken=block.part is Part.SPEECH or is_spoken(text),
        )

    def _beat(self, text: str, sentence: _Sentence, block: Block) -> Beat:
        return Beat(
            text=text,
            words=count_words(text),
            setting=self.setting,
            passage=self.passage,
            paragraph=self.paragraph,
            title=self.title,
            speaker=block.speaker,
            spoken=sentence.spoken,
            told=sentence.told,
        )

    def _move(self, signs: Signs, *, opening: bool) -> None:
        if self.fixed:
            signs = evolve(signs, place="", sure=0.0, hour=self.setting.hour or signs.hour)
        before = self.setting
        after = moved(before, signs, opening=opening)
        elsewhere = bool(before.place) and after.place != before.place
        first = opening and not before.hour and after.hour and self.paragraph > 1
        if first:
            self.first_hours.add(self.passage)
        if elsewhere or first or (before.hour and after.hour != before.hour):
            self.passage += 1
            self.title = ""
        self.setting = after

    def _at_heading(self, heading: str) -> Setting:
        words = self.vocabulary.words_of(heading)
        signs = read_signs(words, self.vocabulary.find(words), self.vocabulary)
        return moved(self.setting, signs, opening=True)

    def _begin(self, setting: Setting, title: str) -> None:
        self.passage += 1
        self.setting = setting
        self.title = title


def _weights(beats: list[Beat], common: Counter[str], vocabulary: Vocabulary) -> list[float]:
    """Return what each of *beats* weighs in the telling."""
    top = dict(common.most_common(60))
    largest = max(top.values(), default=1)
    found = []
    before: Beat | None = None
    for number, beat in enumerate(beats):
        weight = 1.0 + _of_words(beat, top, largest, vocabulary)
        weight += 1.5 * (number == 0) + 2.0 * (number == len(beats) - 1)
        weight += 1.0 * (before is None or before.passage != beat.passage)
        found.append(max(0.1, weight))
        before = beat
    return found


def _of_words(beat: Beat, top: dict[str, int], largest: int, vocabulary: Vocabulary) -> float:
    weight = 0.9 * ("drama:turn" in beat.told) + 0.7 * ("drama:event" in beat.told)
    weight += 0.5 * any(name.startswith("place:") for name in beat.told)
    weight += 0.3 * any(name.startswith(("mood:", "air:")) for name in beat.told)
    if not vocabulary.wide:
        words = vocabulary.words_of(beat.text)
        weight += min(1.0, sum(top.get(word, 0) for word in words) / largest / 3)
        weight -= 0.4 * bool(words and words[0] in _PRONOUNS)
    weight -= 0.5 * (beat.words < 4) + 0.3 * (beat.words > 22)
    return weight - 0.4 * beat.spoken


def _settled(beats: list[Beat], weights: list[float], another_hour: set[int]) -> Iterator[Beat]:
    """Yield *beats* in order with their *weights*, and each passage in one setting.

    What the story tells of its first place or hour holds from its beginning; but the
    passages of *another_hour* end when an hour is told, and so had another one.
    """
    last: dict[int, Setting] = {}
    for beat in beats:
        last[beat.passage] = beat.setting
    ahead = Setting()
    for number in sorted(last, reverse=True):
        here = last[number]
        if number in another_hour and not here.hour:
            here = evolve(here, hour=_BEFORE.get(ahead.hour, ""))
        ahead = evolve(
            here,
            place=here.place or ahead.place,
            hour=here.hour or ahead.hour,
            season=here.season or ahead.season,
        )
        last[number] = ahead
    for number, (beat, weight) in enumerate(zip(beats, weights, strict=True)):
        yield evolve(beat, order=number, weight=weight, setting=last[beat.passage])
