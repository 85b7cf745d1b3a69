"""Where a long text is cut, whatever its language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.specs import SpeechEngineSpec, SpeechRequest, parts_from, whole_text


def cut(text: str, longest: int) -> list[str]:
    return [part.text for part in parts_from(SpeechRequest(text=text), longest)]


@pytest.mark.parametrize(
    ("text", "longest", "parts"),
    [
        ("One here. Two here.", 0, ["One here. Two here."]),
        ("One here. Two here.", 19, ["One here. Two here."]),
        ("One here. Two here.", 18, ["One here. ", "Two here."]),
        ("Some. Words here\n\nend it. Now.", 24, ["Some. Words here\n\n", "end it. Now."]),
        ("We met Dr. Who there. Then we left.", 30, ["We met Dr. Who there. ", "Then we left."]),
        ("It cost 3.50 there. “Good!” He left.", 30, ["It cost 3.50 there. ", "“Good!” He left."]),
        ("走吧。今天天气很好。「好！」他说。", 12, ["走吧。今天天气很好。", "「好！」他说。"]),
        ("他说：「我们今天出去走走吧！」好。", 16, ["他说：「我们今天出去走走吧！」", "好。"]),
        ("यह घर है। वह घर है।", 12, ["यह घर है। ", "वह घर है।"]),
        ("first one, then two", 14, ["first one, ", "then two"]),
        ("no stop at all", 9, ["no stop ", "at all"]),
        ("abcdefgh", 4, ["abcd", "efgh"]),
        ("Short.  \n\n ", 6, ["Short.  \n\n "]),
    ],
)
def test_a_text_is_cut_where_its_reader_takes_breath(
    text: str, longest: int, parts: list[str]
) -> None:
    assert cut(text, longest) == parts


_TEXTS = st.text(st.sampled_from("abc. !\n,。「」é"), min_size=1, max_size=120)


@given(text=_TEXTS, longest=st.integers(1, 60))
def test_parts_are_the_text_and_none_is_too_long_or_of_nothing(text: str, longest: int) -> None:
    parts = parts_from(SpeechRequest(text=text, scene=3), longest)
    assert "".join(part.text for part in parts) == text
    assert {whole_text(part) for part in parts} == {text}
    assert {part.scene for part in parts} == {3}
    assert all(len(part.text.strip()) <= longest for part in parts)
    assert all(part.text.strip() for part in parts) or not text.strip()


@given(text=_TEXTS, longest=st.integers(1, 60))
def test_the_parts_to_come_are_the_same_whenever_they_are_counted(text: str, longest: int) -> None:
    parts = parts_from(SpeechRequest(text=text), longest)
    for number, part in enumerate(parts):
        assert parts_from(part, longest) == parts[number:]


def test_a_long_text_is_cut_into_parts_of_about_one_length() -> None:
    lengths = [len(part) for part in cut("Nine words are what each of these has got. " * 50, 1000)]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) < 100


@pytest.mark.parametrize("longest", [-1, True, 2.5, lambda options: "many"])
def test_a_length_that_is_none_is_a_fault_of_the_engine(longest: object) -> None:
    spec = SpeechEngineSpec(
        name="v",
        summary="v",
        factory=lambda context: None,
        longest=longest,  # type: ignore[arg-type]
    )
    with pytest.raises(ValueError, match="longest"):
        spec.longest_for(None)
