"""JSON is read strictly, within limits, and every fault is told with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import strict_json
from vidgen_core.errors import InputError
from vidgen_core.serialize import dump_storyboard, load_storyboard, parse_json
from vidgen_core.strict_json import MAX_DEPTH, MAX_DIGITS, place_of, printable

from .json_files import NAME, json_values, refusal, unhurried

# --- strict reading -------------------------------------------------------------------------


@unhurried
@given(json_values, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.booleans())
def test_every_json_value_is_read_in_each_encoding(
    value: Any, encoding: str, as_ascii: bool
) -> None:
    text = json.dumps(value, ensure_ascii=as_ascii)
    assert parse_json(text.encode(encoding), NAME) == value


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_mark_is_read_in_both_byte_orders(codec: str) -> None:
    assert parse_json('\ufeff{"a": "Ä😀"}'.encode(codec), NAME) == {"a": "Ä😀"}


@unhurried
@given(
    st.binary(max_size=80) | st.text(alphabet='[]{}",:\\ntrue0.e-NaIfiy \u0000é').map(str.encode)
)
def test_any_bytes_give_a_value_or_an_input_error(data: bytes) -> None:
    try:
        value = parse_json(data, NAME)
    except InputError:
        return
    assert json.loads(json.dumps(value, allow_nan=False)) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: the file is empty"),
        (" \n\t\n", "line 1, column 1: the file is empty"),
        ("[1,\n 2,\n ]", "line 2, column 3: a comma stands before the closing bracket"),
        ('{"a": 1,}', "line 1, column 8: a comma stands before the closing bracket"),
        ("[1 2]", "line 1, column 4: a comma or the closing bracket is missing"),
        (
            "[1, 2",
            "line 1, column 6: a comma or the closing bracket is missing: the file ends here",
        ),
        ("[1,\n\n  x]", "line 3, column 3: a value is missing"),
        ("[1,", "line 1, column 4: a value is missing: the file ends here"),
        ("{'a': 1}", "line 1, column 2: a key in double quotes is missing"),
        ('{"a" 1}', "line 1, column 6: a colon is missing after the key"),
        ('["a\nb"]', "line 1, column 4: a line break or control character stands in a text"),
        ('[1,\n"ab]', "line 2, column 1: the text that begins here has no closing quote"),
        (r'["\q"]', "line 1, column 3: a backslash begins nothing that JSON knows"),
        ("[]\n[]", "line 2, column 1: something follows the end of the JSON"),
        ("<html>", "line 1, column 1: a value is missing"),
        ("[nan]", "line 1, column 2: a value is missing"),
        ("[1,\n  NaN]", "line 2, column 3: NaN is not a JSON number"),
        ('{"a": Infinity}', "line 1, column 7: Infinity is not a JSON number"),
        ('"NaN" ', ""),
        ("-Infinity", "line 1, column 1: -Infinity is not a JSON number"),
        ("[1,\n 1e999]", "line 2, column 2: 1e999 is too large a number"),
        ("[-1e999]", "line 1, column 2: -1e999 is too large a number"),
        ("[1e999;;]", "line 1, column 2: 1e999 is too large a number"),
        ("[0, NaNs]", "line 1, column 5: NaN is not a JSON number"),
        ("[-Infinity5]", "line 1, column 2: -Infinity is not a JSON number"),
        ("1e9990e", "line 1, column 1: 1e9990 is too large a number"),
        ('{"a": 1,\n "b": {"a": 2, "a": 3}}', 'line 2, column 16: the key "a" is given twice'),
        ('{"a": [], "\\u0061": 3}', 'line 1, column 11: the key "\\u0061" is given twice'),
        ('[{"a": 1}, {"a": 1, "b": "a", "c": ["a", "a"]}]', ""),
        ('{"é😀": 1, "é😀": 2}', 'line 1, column 11: the key "é😀" is given twice'),
    ],
)
def test_a_fault_is_told_with_line_and_column(text: str, message: str) -> None:
    if not message:
        assert parse_json(text.encode(), NAME) == json.loads(text)
        return
    assert refusal(text) == message
    assert refusal(text.encode("utf-8-sig")) == message
    assert refusal(text.encode("utf-16")) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'["a",\n "\xff"]', "line 2, column 3: byte 0xff is not UTF-8"),
        (b'["\xc3\xa9\xed\xa0\x80"]', "line 1, column 4: byte 0xed is not UTF-8"),
        (b"\xff\xfe[\x00\x00\xd8]\x00", "line 1, column 2: byte 0x00 is not UTF-16"),
        (b"\xfe\xff\x00[\x00", "line 1, column 2: byte 0x00 is not UTF-16"),
        (b"\xff\xfe\x00\x00[\x00\x00\x00", "it is in UTF-32; save it as UTF-8"),
        ("[]".encode("utf-16-le"), "line 1, column 2: a comma or the closing bracket is missing"),
        (b"\x00" * 64, "line 1, column 1: a value is missing"),
    ],
)
def test_bytes_that_are_no_text_are_told_with_their_place(data: bytes, message: str) -> None:
    assert refusal(data).startswith(message) or "a value is missing" in refusal(data)
    assert refusal(data).split(":")[0] == message.split(":")[0]


@pytest.mark.parametrize("bracket", ["[]", '{"a":}'])
def test_nesting_is_read_to_the_limit_and_refused_beyond(bracket: str) -> None:
    opening, closing = bracket[:-1], bracket[-1]

    def nested(depth: int) -> str:
        core = "[]" if closing == "]" else "{}"
        return opening * (depth - 1) + core + closing * (depth - 1)

    assert parse_json(nested(MAX_DEPTH).encode(), NAME)
    column = len(opening) * MAX_DEPTH + 1
    expected = f"line 1, column {column}: it is nested deeper than {MAX_DEPTH} levels"
    for depth in (MAX_DEPTH + 1, 900, 100_000):
        assert refusal(nested(depth)) == expected
    assert refusal(opening * 200_000) == expected


def test_brackets_in_texts_are_no_nesting() -> None:
    text = "[" * 500
    assert parse_json(json.dumps([text, {text: text}]).encode(), NAME) == [text, {text: text}]


def test_a_number_of_thousands_of_digits_is_refused_with_its_place() -> None:
    digits = "9" * 5000
    assert refusal(f"[1,\n {digits}]") == "line 2, column 2: a number of 5000 digits is too long"
    assert refusal(f"[-{digits}]") == "line 1, column 2: a number of 5000 digits is too long"
    longest = "9" * MAX_DIGITS
    assert parse_json(longest.encode(), NAME) == int(longest)
    assert parse_json(b"0." + b"1" * 5000, NAME) == pytest.approx(1 / 9)


def test_a_file_above_the_limit_is_refused_before_it_is_read() -> None:
    data = b"[" + b" " * 100 + b"]"
    assert parse_json(data, NAME, max_bytes=len(data)) == []
    assert refusal(data, max_bytes=len(data) - 1) == f"it is larger than {len(data) - 1} bytes"
    assert "5000000" in refusal(b" " * 5_000_001)


def test_a_fault_in_a_large_file_is_found_in_bounded_memory() -> None:
    chain = '{"a":' * 99 + "{" + ",".join(f'"{n}":0' for n in range(20_000)) + ',"7":1}' + "}" * 99
    assert refusal(chain).endswith('the key "7" is given twice')


def test_an_escaped_lone_surrogate_is_kept_and_written_as_it_came() -> None:
    data = rb'[{"scene_number": 1, "scene_name": "a\ud800b", "x\udfff": "\ud83d\ude00"}]'
    storyboard = load_storyboard(data, NAME)
    assert storyboard.scenes[0].source["scene_name"] == "a\ud800b"
    assert storyboard.scenes[0].name == "a\N{REPLACEMENT CHARACTER}b"
    dumped = dump_storyboard(storyboard)
    assert rb"a\ud800b" in dumped
    assert json.loads(dumped) == json.loads(data)


def test_a_file_name_in_a_message_cannot_reach_the_terminal_raw() -> None:
    with pytest.raises(InputError) as caught:
        parse_json(b"", "a\n\x1b[31m\udc80.json")
    assert caught.value.message.startswith(r"a\n\x1b[31m\udc80.json: ")
    assert printable("é 😀") == "é 😀"


@unhurried
@given(json_values)
def test_every_value_has_a_place_at_which_it_stands(value: Any) -> None:
    data = json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
    lines = data.decode().split("\n")

    def check(inner: Any, way: tuple[str | int, ...]) -> None:
        line, column = (int(part.split()[1]) for part in place_of(data, way).split(", "))
        found, _ = json.JSONDecoder().raw_decode("\n".join(lines[line - 1 :]), column - 1)
        assert found == inner
        members = inner.items() if isinstance(inner, dict) else ()
        for key, member in enumerate(inner) if isinstance(inner, list) else members:
            check(member, (*way, key))

    check(json.loads(data), ())


# --- journal records ------------------------------------------------------------------------


def test_json_that_this_machine_has_no_memory_for_is_an_input_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full:
        def decode(self, text: str) -> Any:
            raise MemoryError

    monkeypatch.setattr(strict_json, "_DECODER", Full())
    assert refusal("[]") == "line 1, column 1: it is too large or too deep for this machine"
