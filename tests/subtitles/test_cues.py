"""Subtitles: what is read when, whatever the words are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core.errors import InputError
from vidgen_core.model import Scene, Timing
from vidgen_core.subtitles import must_be_drawable, narration_of
from vidgen_core.subtitles.cues import LONGEST, SHORTEST, cues_of, estimated
from vidgen_core.subtitles.words import LINES, WIDEST, clean, measure, sentences

LONG = (
    "The lighthouse keeper climbs the stairs at dawn, slowly and carefully, while the sea "
    "outside is still dark; nobody else is awake in the bay."
)
CHINESE = "清晨灯塔看守人慢慢地爬上楼梯，外面的大海仍然漆黑一片，海湾里没有其他人醒着，只有风声。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ("One.", "Two!", "Three?")),
        ("It is 3.5 miles (no. 4) away. Go.", ("It is 3.5 miles (no. 4) away.", "Go.")),
        ('"Wait!" she says... Then it rains.', ('"Wait!"', "she says...", "Then it rains.")),
        ("船来了。你好！「走吧？」他说。", ("船来了。", "你好！", "「走吧？」", "他说。")),
        ("a line\nanother\n\n", ("a line", "another")),
        (" \n ", ()),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: tuple[str, ...]) -> None:
    assert sentences(text) == expected


def test_nothing_in_the_words_is_taken_for_the_format() -> None:
    hostile = "a --> b\r\n\x1b[31m<i>c</i> {\\an8} d\\N \u202ee <script src=x> 5 < 6\x00"
    shown = clean(hostile)
    assert shown == "a → b [31mc (/an8) d/N e 5 < 6"


def test_a_long_sentence_is_cut_at_its_clauses_into_balanced_lines() -> None:
    cues = cues_of(estimated(LONG, 10.0), 20.0, 30.0)
    assert [cue.lines for cue in cues] == [
        ("The lighthouse keeper climbs the", "stairs at dawn, slowly and carefully,"),
        ("while the sea outside is still dark;", "nobody else is awake in the bay."),
    ]
    assert cues[0].start == 20.0
    assert cues[-1].end == pytest.approx(30.0)


def test_lines_of_wide_letters_are_short() -> None:
    lines = [line for cue in cues_of(estimated(CHINESE, 12.0), 0.0, 12.0) for line in cue.lines]
    assert "".join(lines) == CHINESE
    assert max(map(len, lines)) <= 17
    assert lines[0].endswith("，")


def test_timings_say_when_a_sentence_is_read() -> None:
    timings = (
        Timing(text="First sentence.", start=0.5, end=2.0),
        Timing(text="Second sentence.", start=3.0, end=5.0),
    )
    found = [(cue.start, cue.end, cue.text) for cue in cues_of(timings, 10.0, 20.0)]
    assert found == [(10.5, 12.0, "First sentence."), (13.0, 15.0, "Second sentence.")]


def test_short_sentences_are_read_together() -> None:
    cues = cues_of(estimated("Go. Go. Go now.", 1.5), 0.0, 1.5)
    assert [cue.text for cue in cues] == ["Go. Go. Go now."]


def test_nothing_is_read_behind_the_end_of_its_scene() -> None:
    timings = (Timing(text="a", start=0, end=2), Timing(text="b", start=8, end=9))
    cues = cues_of(timings, 0.0, 5.0)
    assert [cue.text for cue in cues] == ["a"]


def test_the_narration_is_a_paragraph_for_each_scene() -> None:
    scenes = [Scene(number=1, narration=" One. "), Scene(number=2), Scene(number=3, narration="3")]
    assert narration_of(scenes) == "One.\n\n3\n"


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet="ab cdé,.!?\n清晨。，ش\u0301\u200d👩<{\\-", max_size=400),
    st.floats(0.5, 30),
    st.floats(0, 100),
)
def test_every_cue_fits_the_screen_and_none_overlaps(
    text: str, seconds: float, start: float
) -> None:
    end = start + seconds
    cues = cues_of(estimated(text, seconds), start, end)
    least = min(SHORTEST, seconds / max(1, len(cues)))
    before = start
    for cue in cues:
        assert cue.start >= before - 1e-6
        assert least - 1e-6 <= cue.end - cue.start <= max(LONGEST, least) + 1e-6
        assert cue.end <= end + 1e-6
        assert 1 <= len(cue.lines) <= LINES
        assert all(measure(line) <= WIDEST + 1e-6 for line in cue.lines)
        before = cue.end
    letters = "".join("".join(sentences(text)).split())
    assert "".join("".join(cue.text for cue in cues).split()) == letters


def test_a_narration_that_the_font_cannot_draw_is_found_before_any_work() -> None:
    must_be_drawable([Scene(number=1, narration="The bay – Überfahrt <b>x</b>")])
    with pytest.raises(InputError, match="so the subtitles cannot be drawn"):
        must_be_drawable([Scene(number=1, narration="清晨")])
