"""Words on the screen: none is cut that need not be, and none is lost."""

from __future__ import annotations

import re
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core.subtitles.cues import cues_of, estimated
from vidgen_core.subtitles.words import (
    LINES,
    WIDEST,
    clean,
    joined,
    lines_of,
    measure,
    screens,
    sentences,
)


def lines(text: str) -> list[str]:
    """Every line in which *text* is shown."""
    return [line for screen in screens(text) for line in lines_of(screen) or (screen,)]


@pytest.mark.parametrize(
    "text",
    [
        "I a " + "b" * 37 + " is long",  # only a cut in the long word would balance the lines
        "short " + "w" * 40 + " end",
        "the supercalifragilisticexpialidocious " * 3,
        "안녕하세요 세계 여러분 오늘은 날씨가 매우 좋습니다 그래서 우리는 바다로 갑니다",
        "مرحبا Hello بالعالم world " * 6,
    ],
)
def test_a_word_that_fits_a_line_is_not_cut(text: str) -> None:
    shown = lines(clean(text))
    assert " ".join(shown).split() == text.split()
    assert max(map(measure, shown)) <= WIDEST + 1e-6


def test_a_word_wider_than_a_line_is_broken_and_nothing_of_it_is_lost() -> None:
    path = "/usr/share/" + "x" * 100
    shown = lines(path)
    assert "".join(shown) == path
    assert max(map(measure, shown)) <= WIDEST
    assert lines(f"see {path} now")[0] == "see"


def test_latin_beside_wide_letters_keeps_its_space_and_gets_none() -> None:
    text = "读取 Hello world 的README文件然后打开 passwd 文件看看里面有什么内容 世界 OK文件"
    assert reduce(joined, lines(text)) == text


def test_marks_and_pictures_stay_with_their_letter() -> None:
    for one in ("e\u0301", "👩\u200d🚀", "👍🏽"):
        shown = lines(one * 60)
        assert "".join(shown) == one * 60
        assert all(line.startswith(one) and line.endswith(one) for line in shown)


def test_a_sign_of_a_format_puts_no_space_into_a_word() -> None:
    assert clean("pass<wd pass\u00adwd") == "pass‹wd passwd"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("船来了。", "你好！", "船来了。你好！"),
        ("One.", "Two.", "One. Two."),
        ("“走吧。”", "他说", "“走吧。”他说"),
        ("OK", "世界", "OK 世界"),
        ("좋습니다.", "그래서", "좋습니다. 그래서"),
        ("مرحبا.", "Hello", "مرحبا. Hello"),
        ("", "a", "a"),
    ],
)
def test_sentences_read_on_as_their_letters_do(first: str, second: str, expected: str) -> None:
    assert joined(first, second) == expected


# laws --------------------------------------------------------------------

_WORD = st.text(alphabet="abWé-_/.'ñش", min_size=1, max_size=50) | st.text(
    alphabet="좋습니다", min_size=1, max_size=12
)
#: In it, q stands for a letter and its accent, which never begins a text.
_MIXED = st.text(alphabet="abq Wé,.!?\n清晨的。，」「 좋습 ش🚀'(", max_size=300).map(
    lambda text: text.replace("q", "e\u0301")
)
_UNNEEDED = re.compile("(?<=[。，」「]) | (?=[。，」「])|(?<=[清晨的🚀]) (?=[清晨的🚀])")


@settings(max_examples=200, deadline=None)
@given(st.lists(_WORD, max_size=40))
def test_only_a_word_wider_than_a_line_is_ever_broken(words: list[str]) -> None:
    text = clean(" ".join(words))
    shown = " ".join(lines(text)).split(" ") if text else []
    at = 0
    for word in text.split():
        pieces = [shown[at]]
        while measure(word) > WIDEST and len("".join(pieces)) < len(word):
            at += 1
            pieces.append(shown[at])
        assert "".join(pieces) == word
        at += 1
    assert at == len(shown)


@settings(max_examples=200, deadline=None)
@given(_MIXED)
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str) -> None:
    text = clean(text)
    shown = lines(text)
    assert "".join("".join(shown).split()) == "".join(text.split())
    assert all(measure(line) <= WIDEST + 1e-6 for line in shown)
    assert all(len(lines_of(screen) or ("",) * 9) <= LINES for screen in screens(text))


@settings(max_examples=200, deadline=None)
@given(_MIXED, st.floats(0.5, 60))
def test_the_cues_read_one_after_the_other_are_the_words(text: str, seconds: float) -> None:
    wanted = clean(text)
    if any(measure(word) > WIDEST for word in re.split(r"[ 清晨的。，」「🚀]", wanted)):
        return  # such a word is broken
    shown = reduce(joined, (cue.text for cue in cues_of(estimated(text, seconds), 0, seconds)), "")
    told = reduce(joined, sentences(text), "")
    assert _spaced(shown) == _spaced(told)
    assert "".join(shown.split()) == "".join(wanted.split())


def _spaced(text: str) -> str:
    """The text without the spaces that wide letters do not need."""
    return _UNNEEDED.sub("", text)
