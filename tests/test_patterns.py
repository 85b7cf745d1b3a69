"""Output patterns: three laws, and which step claims which name."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from vidgen_core.layout import NEAR_MISS, OUTPUT, OUTPUTS
from vidgen_core.listing import Claims
from vidgen_core.model import Key, Step
from vidgen_core.patterns import OutputPattern, PatternError, first_overlap, overlaps

TS = "20250131_120000"
OTHER = "20250131_121530"

timestamps = st.from_regex(r"[0-9]{8}_[0-9]{6}", fullmatch=True)
numbers = st.integers(1, 999_999_999)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "scene": numbers,
    "clip": numbers,
    "timestamp": timestamps,
    "other_timestamp": timestamps,
    "name": st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
}

literals = st.sampled_from(
    (
        "_",
        "-",
        "a",
        "scene_",
        "_vid_",
        ".mp4",
        "1",
        "0",
        "12_34",
        "20250131_120000",
        "/",
        "é",
        "{{",
        "}}x",
    )
)
writing_fields = st.sampled_from(("scene", "clip", "timestamp"))
all_fields = st.sampled_from(tuple(VALUES))


@st.composite
def patterns(draw: st.DrawFn, fields: st.SearchStrategy[str]) -> OutputPattern:
    """Any pattern that can be made of a few literals and fields."""
    pieces = draw(
        st.lists(st.one_of(literals, fields.map("{{{}}}".format)), min_size=1, max_size=8)
    )
    try:
        return OutputPattern("".join(pieces))
    except PatternError:
        assume(False)
        raise


layout_patterns = st.sampled_from(
    [pattern for output in OUTPUTS for pattern in (output.pattern, *output.reads)]
)
writing = st.one_of(patterns(writing_fields), layout_patterns.filter(lambda p: p.writes))
reading = st.one_of(patterns(all_fields), layout_patterns)


@st.composite
def paths_of(draw: st.DrawFn, pattern: OutputPattern) -> str:
    """A path that *pattern* matches, or nearly."""
    path = re.sub(
        r"\{(\w+)\}",
        lambda found: str(draw(VALUES[found[1]])),
        pattern.template.replace("{{", "\1").replace("}}", "\2"),
    )
    return path.replace("\1", "{").replace("\2", "}")


# the laws ----------------------------------------------------------------


@given(st.data())
def test_what_a_writing_pattern_formats_it_reads_back(data: st.DataObject) -> None:
    pattern = data.draw(writing)
    values = {name: data.draw(VALUES[name]) for name in sorted(pattern.fields)}
    assert pattern.match(pattern.format(**values)) == values


@given(st.data())
def test_what_any_pattern_formats_it_reads_back(data: st.DataObject) -> None:
    pattern = data.draw(reading)
    values = {name: data.draw(VALUES[name]) for name in sorted(pattern.fields)}
    try:
        path = pattern.format(**values)
    except ValueError:
        assert not pattern.writes
        return
    assert pattern.match(path) == values


@given(st.data())
def test_what_any_pattern_reads_it_formats_again(data: st.DataObject) -> None:
    pattern = data.draw(reading)
    path = data.draw(paths_of(pattern))
    values = pattern.match(path)
    assume(values is not None)
    assert values is not None
    assert pattern.format(**values) == path


@settings(max_examples=300)
@given(st.data())
def test_no_path_matches_two_patterns_that_do_not_overlap(data: st.DataObject) -> None:
    first, second = data.draw(reading), data.draw(reading)
    path = data.draw(paths_of(data.draw(st.sampled_from((first, second)))))
    if first.match(path) is not None and second.match(path) is not None:
        assert overlaps(first, second)


@given(reading, reading)
def test_overlapping_is_mutual_and_a_pattern_overlaps_itself(
    first: OutputPattern, second: OutputPattern
) -> None:
    assert overlaps(first, second) == overlaps(second, first)
    assert overlaps(first, first)


def test_no_two_writing_patterns_of_the_layout_overlap() -> None:
    for one, other in itertools.combinations(OUTPUTS, 2):
        assert not overlaps(one.pattern, other.pattern), f"{one.step} and {other.step}"


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("scene_{scene}.mp4", "scene_{clip}.mp4", True),
        ("scene_{scene}.mp4", "scene_12.mp4", True),
        ("scene_{scene}.mp4", "scene_0.mp4", False),
        ("scene_{scene}.mp4", "scene_012.mp4", False),
        ("{timestamp}.mp4", f"{TS}.mp4", True),
        ("{timestamp}.mp4", "{scene}_{clip}.mp4", True),
        ("{timestamp}.mp4", "{scene}-{clip}.mp4", False),
        ("{name}.mp4", "a/b.mp4", False),
        ("{name}.mp4", "scene_{scene}_{timestamp}.mp4", True),
        ("{name}/a.mp4", "{scene}/{clip}.mp4", False),
        ("{scene}_{scene}.mp4", "1_2.mp4", True),  # conservative: repeated fields as independent
        ("a.mp4", "a.webm", False),
    ],
)
def test_overlaps_says_whether_some_path_could_match_both(
    first: str, second: str, answer: bool
) -> None:
    assert overlaps(OutputPattern(first), OutputPattern(second)) is answer


def test_equal_patterns_are_one_and_the_first_unequal_overlap_is_named() -> None:
    known = {
        "one": OutputPattern("clip_{clip}.mp4"),
        "two": OutputPattern("scene_{scene}_{clip}.mp4"),
    }
    assert first_overlap(known, OutputPattern("scene_{scene}_{clip}.mp4")) is None
    found = first_overlap(known, OutputPattern("scene_1_{clip}.mp4"))
    assert found == ("two", known["two"])


# borders -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{scene}{clip}.mp4", "nothing stands between"),
        ("{timestamp}{scene}.mp4", "nothing stands between"),
        ("a_{scene}0{clip}.mp4", "only digits stand between"),
        ("{name}7{scene}", "only digits stand between"),
        ("{scenes}.mp4", "unknown field 'scenes'"),
        ("{}.mp4", "unknown field ''"),
        ("{0}.mp4", "unknown field '0'"),
        ("{scene.real}.mp4", "unknown field"),
        ("{scene:03d}.mp4", "no format or conversion"),
        ("{scene!r}.mp4", "no format or conversion"),
        ("{scene.mp4", "{scene.mp4"),
        ("scene}.mp4", "scene}.mp4"),
        ("/scene_{scene}.mp4", "not a relative POSIX path"),
        ("a\\{scene}.mp4", "not a relative POSIX path"),
        ("a\0{scene}.mp4", "not a relative POSIX path"),
        ("", "not a relative POSIX path"),
        ("a//{scene}.mp4", "empty, '.' or '..' part"),
        ("a/../{scene}.mp4", "empty, '.' or '..' part"),
        ("./{scene}.mp4", "empty, '.' or '..' part"),
        ("{scene}/", "empty, '.' or '..' part"),
        ("{name}_{scene}_{name}.mp4", "only once"),
    ],
)
def test_a_pattern_that_cannot_be_read_back_is_refused(template: str, words: str) -> None:
    with pytest.raises(PatternError, match=re.escape(words)):
        OutputPattern(template)


@pytest.mark.parametrize(
    "path",
    [
        "scene_01_" + TS + ".mp4",
        "scene_0_" + TS + ".mp4",
        "scene_-1_" + TS + ".mp4",
        "scene_١_" + TS + ".mp4",
        "scene_１_" + TS + ".mp4",
        "scene_1_" + TS + ".mp4\n",
        "\nscene_1_" + TS + ".mp4",
        "scene_1_" + TS + ".MP4",
        "scene_1_" + TS + "xmp4",
        "scene_1_2025131_120000.mp4",
        "scene_1_" + TS + "0.mp4",
        "scene_1000000000_" + TS + ".mp4",
        "a/scene_1_" + TS + ".mp4",
    ],
)
def test_only_the_whole_canonical_name_is_a_scene(path: str) -> None:
    assert OUTPUT[Step.SCENE].pattern.match(path) is None


def test_a_field_that_is_repeated_must_be_the_same_text() -> None:
    pattern = OUTPUT[Step.CLIP].pattern
    assert pattern.match(f"scene_2_all_vid_{TS}/scene_2_vid_1_{TS}.mp4")
    assert pattern.match(f"scene_2_all_vid_{TS}/scene_3_vid_1_{TS}.mp4") is None
    assert pattern.match(f"scene_2_all_vid_{TS}/scene_2_vid_1_{OTHER}.mp4") is None


def test_another_timestamp_is_another_one() -> None:
    pattern = OutputPattern("{timestamp}/{other_timestamp}")
    assert pattern.match(f"{TS}/{OTHER}") == {"timestamp": TS, "other_timestamp": OTHER}
    assert pattern.match(f"{TS}/{TS}") is None
    with pytest.raises(ValueError, match="must differ"):
        pattern.format(timestamp=TS, other_timestamp=TS)


@pytest.mark.parametrize("name", [".", ".."])
def test_a_name_is_never_a_step_up(name: str) -> None:
    pattern = OutputPattern("a/{name}")
    assert pattern.match(f"a/{name}") is None
    with pytest.raises(ValueError, match="cannot be read back"):
        pattern.format(name=name)


@pytest.mark.parametrize(
    "values",
    [
        {"scene": 1},
        {"scene": 1, "clip": 1, "timestamp": TS, "name": "a"},
        {"scene": True, "clip": 1, "timestamp": TS},
        {"scene": 0, "clip": 1, "timestamp": TS},
        {"scene": -1, "clip": 1, "timestamp": TS},
        {"scene": 10**9, "clip": 1, "timestamp": TS},
        {"scene": "1", "clip": 1, "timestamp": TS},
        {"scene": 1.0, "clip": 1, "timestamp": TS},
        {"scene": 1, "clip": 1, "timestamp": "2025"},
        {"scene": 1, "clip": 1, "timestamp": TS + "\n"},
        {"scene": 1, "clip": 1, "timestamp": 20250131},
    ],
)
def test_values_that_a_field_cannot_hold_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"takes|must be|cannot stand"):
        OUTPUT[Step.CLIP].pattern.format(**values)


def test_equal_text_is_the_same_pattern() -> None:
    assert OutputPattern("a_{scene}") == OutputPattern("a_{scene}")
    assert hash(OutputPattern("a_{scene}")) == hash(OutputPattern("a_{scene}"))
    assert str(OutputPattern("a_{scene}")) == "a_{scene}"
    assert repr(OutputPattern("a_{scene}")) == "OutputPattern('a_{scene}')"


def test_only_patterns_of_one_name_write() -> None:
    assert all(output.pattern.writes for output in OUTPUTS)
    assert not OutputPattern("{name}.png").writes
    assert not OutputPattern("{other_timestamp}.png").writes


@given(st.text(max_size=60))
@example("{" * 50)
@example("{scene}" * 8)
def test_any_text_is_a_pattern_or_a_pattern_error(template: str) -> None:
    try:
        pattern = OutputPattern(template)
    except PatternError:
        return
    assert pattern.template == template


@given(st.text(max_size=80), layout_patterns)
def test_any_path_can_be_asked_about(path: str, pattern: OutputPattern) -> None:
    values = pattern.match(path)
    assert values is None or values.keys() == pattern.fields


# the names of the run directory -----------------------------------------

FOLDER = f"scene_3_all_vid_{TS}"
NAMES = [
    (f"script_{TS}.txt", Key(Step.SCRIPT), TS),
    (f"scenes_{TS}.json", Key(Step.SCENES), TS),
    (f"scene_metadata_no_env_{TS}.json", Key(Step.SCENES_WITHOUT_ENVIRONMENT), TS),
    (f"scene_physical_environment_{TS}.json", Key(Step.ENVIRONMENTS), TS),
    (f"narration_text_{TS}.txt", Key(Step.NARRATION_TEXT), TS),
    (f"narration_audio_{TS}.mp3", Key(Step.NARRATION), TS),
    (f"narration_audio_adjusted_{TS}.mp3", Key(Step.NARRATION_ADJUSTED), TS),
    (f"scene_3_{TS}.mp4", Key(Step.SCENE, 3), TS),
    (f"scene_3_{OTHER}.mp4", Key(Step.SCENE, 3), OTHER),
    (f"final_video_{TS}.mp4", Key(Step.FILM), TS),
    (f"initial_image_{TS}.png", Key(Step.INITIAL_IMAGE), TS),
    ("a boat, by me.jpg", Key(Step.INITIAL_IMAGE), ""),
    ("a boat.jpeg", Key(Step.INITIAL_IMAGE), ""),
    ("⛵\n.png", Key(Step.INITIAL_IMAGE), ""),
    ("IMG_0001.JPG", Key(Step.INITIAL_IMAGE), ""),
    (f"{FOLDER}/scene_3_vid_2_{TS}.mp4", Key(Step.CLIP, 3, 2), TS),
    (f"{FOLDER}/scene_3_vid_2_{OTHER}.mp4", Key(Step.CLIP, 3, 2), OTHER),
    (f"{FOLDER}/scene_3_{TS}.mp4", Key(Step.CLIP, 3, 1), TS),
    (f"{FOLDER}/scene_3_{OTHER}.mp4", Key(Step.CLIP, 3, 1), OTHER),
    (f"{FOLDER}/scene_3_vid_2_last_frame.jpg", Key(Step.LAST_FRAME, 3, 2), TS),
    (f"{FOLDER}/scene_3_last_frame.jpg", Key(Step.SCENE_LAST_FRAME, 3), TS),
    (f"{FOLDER}/scene_3_first_frame.jpg", Key(Step.FIRST_FRAME, 3), TS),
    (f"{FOLDER}/first_frame/a quiet bay.jpg", Key(Step.FIRST_FRAME, 3), TS),
    (f"{FOLDER}/first_frame/7.png", Key(Step.FIRST_FRAME, 3), TS),
    (f"{FOLDER}/scene_3_sound.mp3", Key(Step.SOUND, 3), TS),
    (f"{FOLDER}/scene_3_vid_2_{TS}_ltx_response_{TS}.json", Key(Step.SERVICE_ANSWER, 3, 2), TS),
    (f"{FOLDER}/scene_3_vid_2_{TS}_ltx_response_{OTHER}.json", Key(Step.SERVICE_ANSWER, 3, 2), TS),
    (f"{FOLDER}/scene_3_{TS}_ltx_response_{OTHER}.json", Key(Step.SERVICE_ANSWER, 3), TS),
]


@pytest.mark.parametrize(("path", "key", "timestamp"), NAMES)
def test_every_name_of_the_run_directory_is_claimed_by_its_step(
    path: str, key: Key, timestamp: str
) -> None:
    claim = Claims(OUTPUTS).claim(path)
    assert claim is not None
    assert claim[:2] == (key, timestamp)
    assert claim[3] is OUTPUT[key.step].probe


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        f"scene_3_{TS}.mov",
        f"scene_03_{TS}.mp4",
        "scene_3_final.mp4",
        f"scene_3_all_vid_{TS}/scene_4_vid_1_{TS}.mp4",
        f"{FOLDER}/holiday.jpg",
        f"old/{FOLDER}/scene_3_vid_2_{TS}.mp4",
        f"scene_3_{TS}.mp4/scene_3_{TS}.mp4/x",
    ],
)
def test_other_names_are_claimed_by_none(path: str) -> None:
    assert Claims(OUTPUTS).claim(path) is None


@given(st.sampled_from(NAMES))
def test_what_the_layout_writes_no_other_step_reads(row: tuple[str, Key, str]) -> None:
    path, key, _ = row
    for output in OUTPUTS:
        if output.step is not key.step:
            assert output.pattern.match(path) is None


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("scene_3_final cut.mp4", "3"),
        ("scene_12_a\nb.mp4", "12"),
        ("scene_999999999_.mov", "999999999"),
    ],
)
def test_a_name_that_begins_like_a_scene_is_a_near_miss(name: str, number: str) -> None:
    found = re.match(NEAR_MISS, name)
    assert found
    assert found[1] == number


@pytest.mark.parametrize(
    "name", ["scene_03_x.mp4", "scene_x.mp4", "my_scene_3_.mp4", "Scene_3_.mp4"]
)
def test_other_beginnings_are_no_near_miss(name: str) -> None:
    assert re.match(NEAR_MISS, name) is None
