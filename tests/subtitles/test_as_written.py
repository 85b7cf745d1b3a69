"""What is read is what somebody wrote, at the times at which a voice says it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core.model import Timing
from vidgen_core.subtitles.as_written import as_written
from vidgen_core.subtitles.words import clean


def timed(*texts: str) -> tuple[Timing, ...]:
    return tuple(Timing(text=text, start=n, end=n + 1) for n, text in enumerate(texts))


def read(text: str, *spoken: str) -> list[str]:
    return [one.text for one in as_written(timed(*spoken), text)]


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        ("The pass_wd file. Go!", ("The pass wd file.", "Go!"), ["The pass_wd file.", "Go!"]),
        ("“One.” (Two) 🚀", ("“One.”", "Two"), ["“One.”", "(Two) 🚀"]),
        ("5<6 and C:\\x", ("5 6 and C: x",), ["5<6 and C:\\x"]),
        ("船来了。「走吧！」他说", ("船来了", "走吧 他说"), ["船来了。", "「走吧！」他说"]),
        ("Hello 世界. Now", ("Hello世界", "Now"), ["Hello 世界.", "Now"]),
    ],
)
def test_the_signs_that_a_voice_leaves_out_are_read(
    text: str, spoken: tuple[str, ...], expected: list[str]
) -> None:
    assert read(text, *spoken) == expected


def test_other_words_are_read_as_the_voice_says_them() -> None:
    assert read("Three men.", "Two men.") == ["Two men."]
    assert read("", "Two men.") == ["Two men."]


def test_each_sentence_keeps_its_time() -> None:
    found = as_written(timed("One.", "Two."), "One. Two.")
    assert [(one.start, one.end) for one in found] == [(0, 1), (1, 2)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="ab .,_“”(清。ñ\u0301", max_size=20), max_size=8))
def test_no_letter_is_lost_or_read_twice(pieces: list[str]) -> None:
    text = " ".join(pieces)
    spoken = ["".join(filter(str.isalnum, piece)) for piece in pieces]
    shown = read(text, *spoken)
    if spoken:
        assert "".join("".join(shown).split()) == "".join(text.split())
    for heard, seen in zip(spoken, shown, strict=True):
        assert "".join(filter(str.isalnum, seen)) == heard


def test_stress_is_not_read_and_a_sign_within_a_word_is() -> None:
    assert clean("*The boat*, __very__ `old` ~~new~~ pass_wd 5 * 3 ~5 a*b*c") == (
        "The boat, very old new pass_wd 5 * 3 ~5 a*b*c"
    )
