"""Scenes and records from JSON and back: nothing is lost, and a fault has its place."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import strict_json
from vidgen_core.errors import InputError
from vidgen_core.model import Key, Scene, Step, Storyboard
from vidgen_core.plan import InFlight, ProviderKind, Published
from vidgen_core.serialize import (
    TEXT_KEYS,
    converter,
    dump_storyboard,
    load_storyboard,
    parse_json,
    record_from_json,
    record_to_json,
)
from vidgen_core.specs import Price
from vidgen_core.strict_json import MAX_DEPTH, MAX_DIGITS, place_of, printable

#: A busy machine is no fault of the code.
unhurried = settings(deadline=None)

NAME = "scenes_20240101_000000.json"


def refusal(data: bytes | str, **limits: int) -> str:
    raw = data.encode() if isinstance(data, str) else data
    with pytest.raises(InputError) as caught:
        parse_json(raw, NAME, **limits)
    message = caught.value.message
    assert message.startswith(f"{NAME}: ")
    return message.removeprefix(f"{NAME}: ")


def scenes_refusal(value: Any) -> str:
    data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    with pytest.raises(InputError) as caught:
        load_storyboard(data, NAME)
    message = caught.value.message
    assert message.startswith(f"{NAME}: ")
    return message.removeprefix(f"{NAME}: ")


def load(value: Any) -> Storyboard:
    return load_storyboard(json.dumps(value).encode(), NAME)


def one(**keys: Any) -> Scene:
    (scene,) = load([{"scene_number": 1, **keys}])
    return scene


# --- strict reading -------------------------------------------------------------------------

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


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


# --- storyboards ----------------------------------------------------------------------------

spelled_numbers = st.integers(1, 999_999_999).flatmap(
    lambda n: st.sampled_from([n, float(n), str(n), f" {n} ", f"0{n}"])
)
spelled_durations = (
    st.none()
    | st.integers(1, 86_400)
    | st.floats(0.01, 86_400)
    | st.sampled_from(["", " ", "5", "5.5", " 10 ", ".5", "5.", "1e1"])
)
unknown_keys = st.text().filter(
    lambda key: key not in {"scene_number", "scene_duration", *TEXT_KEYS.values()}
)
typed_texts = st.text() | st.none() | st.integers() | st.lists(st.text(), max_size=3)


@st.composite
def scene_objects(draw: st.DrawFn) -> dict[str, Any]:
    known: dict[str, Any] = {"scene_number": draw(spelled_numbers)}
    known |= draw(st.dictionaries(st.sampled_from(list(TEXT_KEYS.values())), typed_texts))
    if draw(st.booleans()):
        known["scene_duration"] = draw(spelled_durations)
    unknown = draw(st.dictionaries(unknown_keys, json_values, max_size=3))
    return dict(draw(st.permutations(list({**unknown, **known}.items()))))


scene_lists = st.lists(
    scene_objects(), min_size=1, max_size=4, unique_by=lambda item: int(item["scene_number"])
)
wrappers = st.none() | st.dictionaries(st.text(), json_values, max_size=3)


@unhurried
@given(scene_lists, wrappers, st.booleans())
def test_a_scenes_file_comes_out_as_it_went_in(
    scenes: list[Any], wrapper: dict[str, Any] | None, first: bool
) -> None:
    value: Any = scenes
    if wrapper is not None:
        value = {"scenes": scenes, **wrapper} if first else {**wrapper, "scenes": scenes}
        value["scenes"] = scenes
    storyboard = load(value)
    dumped = dump_storyboard(storyboard)
    assert dumped == (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode(
        "utf-8", "backslashreplace"
    )
    assert load_storyboard(dumped, NAME) == storyboard


@unhurried
@given(scene_lists, st.data())
def test_an_edited_field_is_written_in_its_place(scenes: list[Any], data: st.DataObject) -> None:
    storyboard = load(scenes)
    index = data.draw(st.integers(0, len(scenes) - 1))
    attribute, key = data.draw(
        st.sampled_from([*TEXT_KEYS.items(), ("duration", "scene_duration")])
    )
    value: Any = 4321.5 if attribute == "duration" else "edited, surely"
    edited = list(storyboard.scenes)
    edited[index] = attrs.evolve(edited[index], **{attribute: value})
    dumped = json.loads(dump_storyboard(attrs.evolve(storyboard, scenes=tuple(edited))))

    expected = json.loads(json.dumps(scenes))
    expected[index][key] = value
    assert dumped == expected
    assert [list(scene) for scene in dumped] == [list(scene) for scene in expected]


def test_the_array_may_stand_under_scenes_with_other_keys_around_it() -> None:
    value = {"title": "x", "scenes": [{"scene_number": 1}], "more": [1, None]}
    storyboard = load(value)
    assert len(storyboard) == 1
    assert list(json.loads(dump_storyboard(storyboard))) == ["title", "scenes", "more"]
    assert json.loads(dump_storyboard(storyboard)) == value


def test_scenes_that_were_made_here_are_written_with_the_fields_that_are_set() -> None:
    scene = Scene(number=2, duration=5.0, name="Dawn", camera="pan")
    dumped = dump_storyboard(Storyboard(scenes=(scene,)))
    assert json.loads(dumped) == [
        {
            "scene_number": 2,
            "scene_duration": 5,
            "scene_name": "Dawn",
            "scene_camera_movement": "pan",
        }
    ]
    assert dumped.endswith(b"]\n")
    wrapped = dump_storyboard(Storyboard(scenes=(scene,), wrapper={}))
    assert list(json.loads(wrapped)) == ["scenes"]


def test_whole_seconds_are_written_as_integers_and_none_as_null() -> None:
    scene = one(scene_duration="7")
    for seconds, written in ((10.0, "10"), (2.5, "2.5"), (None, "null")):
        edited = attrs.evolve(scene, duration=seconds)
        assert (
            f'"scene_duration": {written}\n'
            in dump_storyboard(Storyboard(scenes=(edited,))).decode()
        )
    assert b'"scene_duration": "7"' in dump_storyboard(Storyboard(scenes=(scene,)))


def test_all_keys_of_the_old_scripts_are_read() -> None:
    scene = one(
        scene_name="n",
        scene_physical_environment="e",
        scene_movement_description="m",
        scene_emotions="f",
        scene_camera_movement="c",
        scene_duration=9,
        sound_effects_prompt="s",
        first_frame_prompt="p",
        artistic_style="a",
        environment_index=3,
    )
    source = scene.source
    assert scene == Scene(
        number=1,
        duration=9.0,
        name="n",
        environment="e",
        movement="m",
        emotions="f",
        camera="c",
        style="a",
        sound_prompt="s",
        first_frame_prompt="p",
        source=source,
    )
    assert source["environment_index"] == 3


@pytest.mark.parametrize(
    ("spelling", "number"),
    [(3, 3), (3.0, 3), ("3", 3), (" 3\n", 3), ("03", 3), (999_999_999, 999_999_999)],
)
def test_a_scene_number_may_be_an_integer_or_a_numeric_text(spelling: Any, number: int) -> None:
    (scene,) = load([{"scene_number": spelling}])
    assert scene.number == number


@pytest.mark.parametrize(
    "spelling",
    [
        *[0, -1, 1.5, 1_000_000_000, 10**30, 1e300, True, False, None, [], [1], {}],
        *["", " ", "0", "-1", "+1", "1.0", "1_0", "0x1", "one", "３", "٣", "²", "1" * 400, "00"],
        "1000000000",
    ],
)
def test_any_other_scene_number_is_refused_with_its_place(spelling: Any) -> None:
    text = '[{"scene_number": 1},\n {"x": 0,\n  "scene_number": @}]'.replace(
        "@", json.dumps(spelling)
    )
    message = scenes_refusal(text)
    assert message.startswith("item 2 (scene_number): line 3, column 19: ")
    assert "is no scene number: it must be a whole number from 1 to 999999999" in message
    assert len(message) < 200


def test_a_missing_scene_number_is_refused_with_the_place_of_its_scene() -> None:
    message = scenes_refusal('[{"scene_number": 1},\n  {"scene_name": "x"}]')
    assert message == "item 2 (scene_number): line 2, column 3: the scene has no number"


def test_a_scene_number_given_twice_is_refused_with_both_items() -> None:
    text = '{"scenes": [{"scene_number": 3},\n{"scene_number": 1},\n{"scene_number": "03"}]}'
    message = scenes_refusal(text)
    assert message == "item 3 (scene_number): line 3, column 18: scene 3 is item 1 already"


@pytest.mark.parametrize(
    ("spelling", "seconds"),
    [
        *[(5, 5.0), (5.5, 5.5), ("5", 5.0), (" 5.5 ", 5.5), (".5", 0.5), ("1e1", 10.0)],
        *[(86_400, 86_400.0), (None, None), ("", None), ("  ", None)],
    ],
)
def test_a_duration_is_seconds_or_nothing(spelling: Any, seconds: float | None) -> None:
    assert one(scene_duration=spelling).duration == seconds
    assert one().duration is None


@pytest.mark.parametrize(
    "spelling",
    [
        *[0, -5, 0.0, -0.0, 86_400.5, 10**300, True, False, [], [5], {}],
        *[
            "0",
            "-5",
            "5s",
            "5 seconds",
            "nan",
            "inf",
            "Infinity",
            "1e999",
            "５",
            "0x5",
            "1_0",
            "1,5",
        ],
        "9" * 4000,
    ],
)
def test_any_other_duration_is_refused_with_its_place(spelling: Any) -> None:
    text = '[{"scene_number": 1,\n "scene_duration": @}]'.replace("@", json.dumps(spelling))
    message = scenes_refusal(text)
    assert message.startswith("item 1 (scene_duration): line 2, column 20: ")
    assert "is no duration" in message
    assert len(message) < 220


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31mred\x00\x07\x7f\x9b", "[31mred"),
        ("Ünïcödé 😀 ", "Ünïcödé 😀 "),
        (None, ""),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (["pan", "", None, "slow"], "pan, slow"),
        ({"type": "pan", "speed": "slow", "note": None}, "type: pan, speed: slow"),
        ([], ""),
        ({}, ""),
    ],
)
def test_texts_are_cleaned_in_the_typed_fields_only(value: Any, text: str) -> None:
    scene = one(scene_camera_movement=value)
    assert scene.camera == text
    assert scene.source["scene_camera_movement"] == value


def test_a_text_above_the_limit_is_refused_with_its_place() -> None:
    assert one(scene_name="x" * 100_000).name
    message = scenes_refusal([{"scene_number": 1, "scene_name": "x" * 100_001}])
    assert message.startswith("item 1 (scene_name): line 1, column 36: a text of 100001 characters")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "line 1, column 1: it holds no scenes"),
        ('{"title": 1,\n "scenes": []}', "line 2, column 12: it holds no scenes"),
        (
            '{"scenes": {"a": 1}}',
            'line 1, column 12: "scenes" must hold an array of scenes, not an object',
        ),
        (
            '{"environments": [{"scene_physical_environment": "x"}]}',
            "line 1, column 1: an array of scenes is needed, "
            'and this is an object with "environments"',
        ),
        ("{}", "line 1, column 1: an array of scenes is needed, and this is an object with no key"),
        ("\n 3", "line 2, column 2: an array of scenes is needed, and this is a number"),
        ("null", "line 1, column 1: an array of scenes is needed, and this is null"),
        ("false", "line 1, column 1: an array of scenes is needed, and this is true or false"),
        (
            '[{"scene_number": 1},\n "two"]',
            "item 2: line 2, column 2: a scene must be an object, and this is a text",
        ),
        ("[[]]", "item 1: line 1, column 2: a scene must be an object, and this is an array"),
        ("[null]", "item 1: line 1, column 2: a scene must be an object, and this is null"),
    ],
)
def test_what_holds_no_scenes_is_refused_with_its_place(text: str, message: str) -> None:
    assert scenes_refusal(text) == message


def test_the_place_is_right_behind_a_byte_order_mark() -> None:
    data = '[\n{"scene_number": "é", "scene_duration": 0}]'.encode("utf-16")
    with pytest.raises(InputError, match=r"item 1 \(scene_number\): line 2, column 18: "):
        load_storyboard(data, NAME)


@unhurried
@given(json_values)
def test_any_json_gives_a_storyboard_or_an_input_error(value: Any) -> None:
    for candidate in (value, [value], [{"scene_number": value}], {"scenes": value}):
        with contextlib.suppress(InputError):
            assert len(load(candidate)) >= 1


# --- journal records ------------------------------------------------------------------------

texts = st.text(max_size=20)
whole = st.integers(0, 2**63)
finite = st.floats(allow_nan=False, allow_infinity=False)
keys = st.one_of(
    st.just(Key(Step.FILM)),
    st.builds(Key, st.just(Step.SCENE), st.integers(1, 10**9 - 1), st.just(0)),
    st.builds(Key, st.just(Step.CLIP), st.integers(1, 10**9 - 1), st.integers(1, 10**9 - 1)),
)
published = st.builds(
    Published,
    path=texts,
    size=whole,
    mtime_ns=whole,
    sha256=texts,
    inputs=st.dictionaries(texts, texts, max_size=3),
    provider=texts,
    distribution=texts,
    version=texts,
    take=whole,
    paid=st.booleans(),
    prompt=texts,
    asked_seconds=finite,
    shown_frames=whole,
    job=texts,
)
in_flight = st.builds(
    InFlight,
    key=keys,
    take=whole,
    provider=texts,
    kind=st.sampled_from(ProviderKind),
    token=texts,
    job=texts,
    facts=st.dictionaries(texts, texts, max_size=3),
    seconds=finite,
    shown_frames=whole,
    since=finite,
    price=st.builds(Price, finite, st.none() | finite),
    answered=st.booleans(),
)


@unhurried
@given(published | in_flight)
def test_a_record_comes_back_from_its_json(record: Published | InFlight) -> None:
    line = json.dumps(record_to_json(record))
    assert record_from_json(json.loads(line), type(record)) == record


MINIMAL = {"path": "a", "size": 1, "mtime_ns": 2, "sha256": "s"}


def test_missing_fields_take_their_default_and_unknown_ones_are_ignored() -> None:
    record = record_from_json({**MINIMAL, "from_the_future": [1]}, Published)
    assert record == Published(path="a", size=1, mtime_ns=2, sha256="s")


@pytest.mark.parametrize(
    "change",
    [
        *[{"path": 1}, {"path": None}, {"size": "1"}, {"size": 1.0}, {"size": True}],
        *[{"paid": 1}, {"paid": "yes"}, {"asked_seconds": "5"}, {"asked_seconds": math.nan}],
        *[{"asked_seconds": math.inf}, {"asked_seconds": True}, {"asked_seconds": 10**400}],
        *[{"inputs": []}, {"inputs": {"a": 1}}, {"inputs": None}, {"inputs": "ab"}],
    ],
)
def test_a_wrong_type_in_a_record_is_a_value_error(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"needed|wrong type"):
        record_from_json({**MINIMAL, **change}, Published)


@pytest.mark.parametrize("value", [None, [], "x", 3, True])
def test_a_record_that_is_no_object_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match="a record must be an object"):
        record_from_json(value, Published)


def test_a_record_that_lacks_a_field_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="the record lacks 'sha256'"):
        record_from_json({"path": "a", "size": 1, "mtime_ns": 2}, Published)


@pytest.mark.parametrize(
    "change",
    [
        *[
            {"key": "clip-0-1"},
            {"key": "dream-1"},
            {"key": 3},
            {"key": None},
            {"key": "clip-1-2-3-4"},
        ],
        *[{"kind": "chef"}, {"kind": 1}, {"kind": []}, {"price": 3}, {"price": {"low": "x"}}],
        *[{"price": {"high": "x"}}, {"facts": {"a": {}}}, {"answered": None}, {"since": []}],
    ],
)
def test_a_wrong_value_in_flight_is_a_value_error(change: dict[str, Any]) -> None:
    record = InFlight(
        key=Key(Step.CLIP, 1, 2),
        take=1,
        provider="p",
        kind=ProviderKind.VIDEO_ENGINE,
        token="t",
    )
    good = json.loads(json.dumps(record_to_json(record)))
    assert record_from_json(good, InFlight) == record
    with pytest.raises(ValueError):  # noqa: PT011
        record_from_json({**good, **change}, InFlight)


def test_there_is_one_converter() -> None:
    assert converter() is converter()


def test_json_that_this_machine_has_no_memory_for_is_an_input_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full:
        def decode(self, text: str) -> Any:
            raise MemoryError

    monkeypatch.setattr(strict_json, "_DECODER", Full())
    assert refusal("[]") == "line 1, column 1: it is too large or too deep for this machine"
