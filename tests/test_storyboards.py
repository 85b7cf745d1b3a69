"""Scenes from JSON and back: nothing is lost, and a fault has its place."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.errors import InputError
from vidgen_core.model import Scene, Storyboard
from vidgen_core.serialize import TEXT_KEYS, dump_storyboard, load_storyboard

from .json_files import NAME, json_values, load, one, scenes_refusal, unhurried

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
