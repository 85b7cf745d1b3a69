"""What is to be heard, as a prompt tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_local.sound.prompt import Kind, Part, kinds, read_prompt


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Waves crash on rocks, wind howls", "sea wind"),
        ("distant foghorn, gulls crying over the harbor", "foghorn gulls sea"),
        ("a storm", "wind rain thunder"),
        ("Heavy rain on a tin roof and rolling thunder", "rain thunder"),
        ("babbling brook in a quiet forest", "stream"),
        ("quiet forest at dawn", "leaves birds"),
        ("crackling campfire, crickets at night", "fire insects"),
        ("busy street with honking cars, chatter", "city crowd"),
        ("footsteps on gravel; a church bell", "steps bell"),
        ("clock ticking, heartbeat", "clock heartbeat"),
        ("the murmur of a stream", "stream"),
        ("water drips in a cave", "drips"),
        ("low hum of machinery", "machine"),
        ("a steam train", "train"),
        ("falling snow", "snow"),
        ("tense drone", "drone"),
        ("soft piano music", "drone"),
        ("creaking hull", "creaks"),
        ("a roaring waterfall", "waterfall"),
        ("room tone", "room"),
        ("Wind und Regen, fernes Gewitter", "wind rain thunder"),
        ("le vent, les vagues et des mouettes", "wind sea gulls"),
        ("lluvia suave y truenos lejanos", "rain thunder"),
        ("night", "insects air"),
        ("", "room"),
        ("海辺 🐙", "room"),
        ("xyzzy", "room"),
        ("silence", "silence"),
        ("no sound", "silence"),
        ("Silence, then wind", "wind"),
        ("rain without thunder, no birds", "rain"),
        ("rain, more rain, rain", "rain"),
    ],
)
def test_words_become_kinds_of_sound(prompt: str, expected: str) -> None:
    assert [str(kind) for kind in kinds(prompt)] == expected.split()


def part(prompt: str, kind: Kind) -> Part:
    return next(part for part in read_prompt(prompt).parts if part.kind is kind)


def test_a_word_shapes_the_sounds_of_its_own_clause() -> None:
    prompt = "distant thunder, heavy rain and gentle wind"
    assert part(prompt, Kind.THUNDER).distance > 0.5 > part(prompt, Kind.RAIN).distance
    forces = [part(prompt, kind).force for kind in (Kind.WIND, Kind.THUNDER, Kind.RAIN)]
    assert forces == sorted(forces)
    assert len(set(forces)) == 3


def test_pace_marks_and_echo_are_read() -> None:
    assert part("running footsteps", Kind.STEPS).pace > 1 > part("slow steps", Kind.STEPS).pace
    assert "rough" in part("steps on gravel", Kind.STEPS).marks
    assert "tense" in part("ominous music", Kind.DRONE).marks
    assert read_prompt("footsteps in a cathedral").echo > read_prompt("footsteps").echo == 0


def test_only_whole_words_count() -> None:
    assert kinds("training, fireworks, seasonal, rainbow") == [Kind.ROOM]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_asks_for_something(prompt: str) -> None:
    parts = read_prompt(prompt).parts
    assert 1 <= len(parts) <= 6
    assert len({part.kind for part in parts}) == len(parts)


def test_a_prompt_without_end_is_read_in_part() -> None:
    assert kinds("wind " * 1_000_000) == [Kind.WIND]
