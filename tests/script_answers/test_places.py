"""The place of a fault is where the user finds it in the file that the answer is kept in."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.errors import BadOutput
from vidgen_core.script_answers import file_of, rest_of
from vidgen_core.script_answers.kept import place_in
from vidgen_core.specs import ScenesRequest
from vidgen_core.strict_json import place_at

REQUEST = ScenesRequest(most=12, lengths=(5.0, 9.0), script="A boat.")
#: The fault in each: a value that stands where a comma should.
FAULT = "@@"
BROKEN = f'{{"scenes": [\n  {{"scene_name": "wäves 🌊",}},\n  {{"scene_number": 1 {FAULT} }}]}}'


def place(text: str, kept: bytes) -> str:
    """Return the line and the column that the user is told."""
    with pytest.raises(BadOutput) as raised:
        file_of(text, REQUEST, kept)
    with pytest.raises(BadOutput) as again:
        rest_of(text, REQUEST, kept)
    assert again.value.message == raised.value.message
    found = re.search(r"line \d+, column \d+", raised.value.message)
    assert found is not None, raised.value.message
    return found[0]


def shown(kept: str, told: str) -> str:
    """Return what stands in the file at the place that was told."""
    line, column = map(int, re.findall(r"\d+", told))
    return kept.split("\n")[line - 1][column - 1 :]


def message(*texts: str) -> dict[str, object]:
    """A service's answer: the words are texts of it, among others."""
    blocks = [{"type": "text", "text": text} for text in texts]
    return {"id": "{", "role": "model", "content": blocks, "stop_reason": "end_turn"}


@pytest.mark.parametrize(
    "words",
    [
        BROKEN,
        f"\ufeff \n{BROKEN}\n",
        f"Here you are [2]:\n\n```json\n{BROKEN}\n```\nEnjoy!",
        json.dumps(BROKEN),
        json.dumps(BROKEN, ensure_ascii=False),
    ],
    ids=["alone", "space", "fenced", "quoted", "quoted-letters"],
)
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "letters"])
@pytest.mark.parametrize("indent", [None, 2], ids=["one-line", "lines"])
def test_a_fault_is_found_in_the_answer_as_it_is_kept(
    words: str, ascii_only: bool, indent: int | None
) -> None:
    kept = json.dumps(message(words), ensure_ascii=ascii_only, indent=indent)
    assert shown(kept, place(words, kept.encode())).startswith(FAULT)


def test_words_in_several_texts_are_found_in_the_right_one() -> None:
    for cut in range(1, len(BROKEN)):
        kept = json.dumps(message(BROKEN[:cut], BROKEN[cut:]))
        assert shown(kept, place(BROKEN, kept.encode())).startswith(FAULT[0])


@pytest.mark.parametrize("words", [BROKEN, f"Well:\n{BROKEN}", f"\n\n {BROKEN} \n"])
def test_words_that_are_kept_as_they_are_have_their_own_places(words: str) -> None:
    assert shown(words, place(words, words.encode())).startswith(FAULT)
    assert shown(words.strip(), place(words, words.strip().encode())).startswith(FAULT)


@pytest.mark.parametrize("kept", [b"", b"something else", b'{"text": "else"}', b'{"a": "\\x"}'])
def test_words_that_are_not_found_have_their_own_places(kept: bytes) -> None:
    assert shown(BROKEN, place(BROKEN, kept)).startswith(FAULT)


def test_a_comma_too_many_before_the_fault_shifts_nothing() -> None:
    words = f'{{"scenes": [1,], "a": [2,], "b": {FAULT}}}'
    assert shown(words, place(words, b"")).startswith(FAULT)


@given(st.text(max_size=40), st.data(), st.booleans())
def test_each_letter_is_found_where_it_is_written(
    words: str, data: st.DataObject, ascii_only: bool
) -> None:
    offset = data.draw(st.integers(0, len(words)))
    before, whole = (json.dumps(text, ensure_ascii=ascii_only) for text in (words[:offset], words))
    kept = f"[{whole}]"
    told = place_in(kept.encode("utf-8", "replace"), words, offset)
    if words.strip():
        assert told == place_at(kept, len("[") + len(before) - 1)
