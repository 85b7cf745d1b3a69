from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import (
    Context,
    EnvironmentsRequest,
    InputError,
    Interrupted,
    NarrationTextRequest,
    PlacedScenesRequest,
    Scene,
    ScenesRequest,
)
from vidgen_local.script import LocalScriptModel
from vidgen_local.script.durations import durations_for
from vidgen_local.script.environments import environments_of, place_scenes
from vidgen_local.script.hearing import sound_of
from vidgen_local.script.narrating import narration_text
from vidgen_local.script.places import PLACES
from vidgen_local.script.sampling import MOST, fair_share
from vidgen_local.script.sentences import count_words
from vidgen_local.script.setting import Setting
from vidgen_local.script.story import read_story
from vidgen_local.script.storyboard import scenes_of
from vidgen_local.world.words import Place, Weather, read_words

LIGHTHOUSE = """The Last Light

At dusk an old lighthouse stands alone on a rocky coast. The sea is calm, and gulls circle.

In the lamp room, Mara lights the great lamp. Outside, the sky grows dark.

At night a storm breaks over the open sea. A small boat climbs the waves, lost in the rain.

In the lamp room, Mara shields the flame with both hands. The wind shakes the glass.

At dawn the storm is over. The boat lies safe in the harbour, and Mara runs to her brother.
"""
SCREENPLAY = """Title: Two Rooms

FADE IN:

INT. KITCHEN - NIGHT

Rain on the window. ANNA (40s) waits at the table.

ANNA
(softly)
Where is he?

CUT TO:

EXT. BEACH - DAY

Tom walks along the water and sings.

INT. KITCHEN - NIGHT

The door opens. Anna smiles.

FADE OUT.
"""


def scenes(script: str, most: int = 6, lengths: tuple[float, ...] = (5, 10)) -> list[Scene]:
    return scenes_of(read_story(script), most, durations_for(lengths, 2.0))


def placed(script: str, most: int = 6, places: int = 4) -> list[Scene]:
    return place_scenes(scenes(script, most), environments_of(read_story(script), places, most))


def write(request: object, into: Path) -> bytes:
    model = LocalScriptModel(Context(options=None, media=None))  # type: ignore[arg-type]
    model.render(request, into, lambda fraction: None)  # type: ignore[arg-type]
    return into.read_bytes()


def test_one_place_has_one_environment_and_two_places_have_two() -> None:
    found = placed(SCREENPLAY)
    assert found[0].environment == found[-1].environment
    assert found[0].environment != found[1].environment
    assert "kitchen" in found[0].environment.lower()
    assert "beach" in found[1].environment


def test_beginning_middle_and_end_are_told_in_order() -> None:
    told = " ".join(scene.narration for scene in scenes(LIGHTHOUSE, 3))
    places = [told.find(word) for word in ("lighthouse", "storm", "brother")]
    assert -1 not in places
    assert places == sorted(places)


def test_a_story_that_fits_is_told_word_for_word() -> None:
    told = " ".join(scene.narration for scene in scenes(LIGHTHOUSE, 8)).split()
    assert told == LIGHTHOUSE.split()[3:]


def test_the_rest_of_a_paragraph_does_not_go_with_the_next_one() -> None:
    script = """The Road

At noon, the sun burns over the flat, empty desert and the hot air shimmers.
The tired camels walk slowly in line.

Late in the afternoon, the caravan reaches a green oasis under a hazy sky.
Camels drink from the pool beneath the palms.
"""
    told = [scene.narration for scene in scenes(script, lengths=(5, 10, 15))]
    assert told == [" ".join(part.split()) for part in script.split("\n\n")[1:]]


def test_weather_ends_when_the_story_says_so() -> None:
    found = environments_of(read_story(LIGHTHOUSE), 9, 5)
    assert "storm" in next(e for e in found if "open sea" in e)
    assert "storm" not in next(e for e in found if "harbour" in e)


@pytest.mark.parametrize("lengths", [(5, 10), (5, 9), (4, 6, 8), (3.2,), (30,)])
def test_a_duration_is_a_sum_of_lengths_and_holds_the_narration(lengths: tuple[float, ...]) -> None:
    for scene in scenes(LIGHTHOUSE, 6, lengths):
        assert scene.duration in durations_for(lengths, 2.0).seconds
        assert count_words(scene.narration) <= 2.0 * (scene.duration or 0) + 1e-6


def test_a_screenplay_is_told_without_its_marks() -> None:
    told = " ".join(scene.narration for scene in scenes(SCREENPLAY))
    assert "Anna asks: Where is he?" in told
    for mark in ("INT", "EXT", "FADE", "CUT TO", "softly", "40s", "Title", "ANNA"):
        assert mark not in told


def test_markdown_html_and_escapes_are_taken_off() -> None:
    script = (
        "# Film\n\n## The sea\n\n- A **boat** sails [home](http://x.y/z).\n\n```py\nno_code()\n```\n"
        "<script>alert(1)</script><p>The \x1b[31mwaves\x1b[0m sing &amp; rest.</p>"
    )
    told = " ".join(scene.narration for scene in scenes(script))
    assert told == "A boat sails home. The waves sing & rest."


@pytest.mark.parametrize(
    ("script", "place", "hour"),
    [
        ("黄昏时分，老灯塔站在海岸上。海鸥在飞。", "lighthouse", "dusk"),
        ("夜、嵐が森を襲った。木が倒れた。", "forest", "night"),
        ("في الليل كان القارب في الميناء. هل عاد؟", "harbour", "night"),
        ("Am Morgen steht der Jäger im Wald und wartet auf das Licht.", "forest", "dawn"),
        ("La nuit, elle marche dans la forêt et ne dit pas un mot.", "forest", "night"),
    ],
)
def test_places_and_hours_are_read_in_other_languages(script: str, place: str, hour: str) -> None:
    setting = read_story(script).beats[-1].setting
    assert (setting.place, setting.hour) == (place, hour)


def test_sentences_end_where_their_language_ends_them() -> None:
    assert len(read_story("他来了。她走了！为什么？").beats) == 3
    assert len(read_story("هل عاد القارب؟ عاد الرجل إلى البيت.").beats) == 2
    assert len(read_story("Dr. Berg kommt um 8 Uhr, z. B. heute. Er geht.").beats) == 2


@pytest.mark.parametrize("script", ["", " \n\t", "\ufeff"])
def test_an_empty_script_is_refused_with_what_to_type(script: str) -> None:
    with pytest.raises(InputError, match="empty") as refused:
        read_story(script)
    assert "vidgen generate" in refused.value.advice


@pytest.mark.parametrize("script", ["\ufffd\x00PNG\x01\ufffd\ufffd" * 50, "1 2 3 4", "🎬🎬🎬"])
def test_what_is_no_text_is_refused(script: str) -> None:
    with pytest.raises(InputError, match="no text"):
        read_story(script)


def test_unknown_keys_survive_and_an_environment_stands_in_the_first_frame() -> None:
    given_scene = Scene(number=1, first_frame_prompt="A boat.", source={"mine": 1})
    (found,) = place_scenes([given_scene], ["A beach by the sea."])
    assert found.environment == "A beach by the sea."
    assert found.first_frame_prompt == "A beach by the sea. A boat."
    assert found.source["mine"] == 1


def test_every_description_is_read_back_as_its_place() -> None:
    for name in PLACES:
        for hour in ("dawn", "night"):
            here = Setting(place=name, hour=hour, weather="fog")
            told = Scene(number=1, first_frame_prompt=f"Wide shot: {here.short()}.")
            other = "garden" if name != "garden" else "alley"
            choices = [Setting(place=other, hour=hour).described(), here.described()]
            (found,) = place_scenes([told], choices)
            assert found.environment == choices[1], name


def test_sound_prompts_stay_below_thirty_words() -> None:
    beats = read_story("Bells ring, dogs bark, horses run, fire burns and glass breaks.").beats
    for name in PLACES:
        assert len(sound_of(beats, Setting(place=name, weather="storm")).split()) < 30


def test_narration_keeps_the_scenes_own_words_and_tells_the_rest_from_fields() -> None:
    own = Scene(number=1, narration="A boat sails home.")
    bare = Scene(number=2, environment="A calm bay.", movement="It rests", emotions="relieved")
    told = narration_text([own, bare], 40)
    assert told == "A boat sails home.\n\nA calm bay. It rests. The mood is relieved.\n"


def test_a_narration_that_is_too_long_is_cut_to_its_words() -> None:
    scene = Scene(number=1, duration=10, narration="One two three four five. " * 20)
    told = narration_text([scene, evolve(scene, number=2)], 30)
    assert 20 <= len(told.split()) <= 35


def test_scenes_without_words_have_no_narration() -> None:
    with pytest.raises(InputError, match="no words"):
        narration_text([Scene(number=1)], 20)


def test_each_request_writes_its_file(tmp_path: Path) -> None:
    places = json.loads(write(EnvironmentsRequest(most=2, script=LIGHTHOUSE), tmp_path / "e.json"))
    asked = ScenesRequest(most=4, lengths=(5, 10), script=LIGHTHOUSE)
    bare = json.loads(write(asked, tmp_path / "s.json"))
    assert len(places) == 2
    assert [scene["scene_number"] for scene in bare] == [1, 2, 3, 4]
    assert "scene_physical_environment" not in bare[0]
    assert write(asked, tmp_path / "again.json") == (tmp_path / "s.json").read_bytes()
    texts = tuple(place["scene_physical_environment"] for place in places)
    told = tuple(scenes(LIGHTHOUSE, 4))
    both = PlacedScenesRequest(scenes=told, environments=texts)
    full = json.loads(write(both, tmp_path / "p.json"))
    assert {scene["scene_physical_environment"] for scene in full} <= set(texts)
    assert write(NarrationTextRequest(scenes=told, words=60), tmp_path / "n.txt")


def test_a_run_that_stops_leaves_the_script(tmp_path: Path) -> None:
    context = Context(options=None, media=None, cancelled=lambda: True)  # type: ignore[arg-type]
    with pytest.raises(Interrupted):
        LocalScriptModel(context).render(
            EnvironmentsRequest(most=1, script=LIGHTHOUSE), tmp_path / "e", lambda fraction: None
        )


@given(st.text(max_size=300), st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_film_or_an_input_error(script: str, most: int) -> None:
    try:
        found = placed(script, most, 2)
    except InputError:
        return
    assert 1 <= len(found) <= most
    assert [scene.number for scene in found] == list(range(1, len(found) + 1))
    assert all(scene.narration and scene.name and scene.environment for scene in found)


def test_a_word_without_end_is_told_in_part() -> None:
    (found, *_) = scenes("a" * 200_000)
    assert len(found.narration) < 3000


def test_a_chinese_text_without_ends_is_cut_into_scenes() -> None:
    found = scenes("海" * 20_000)
    assert 2 <= len(found) <= 6
    assert all(count_words(scene.narration) <= 30 for scene in found)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("Deep in a cave.", Place.CAVE),
        ("A cave by the sea.", Place.CAVE),
        ("An underground tunnel.", Place.CAVE),
        ("At the bottom of the sea.", Place.UNDERWATER),
        ("We stand on the moon.", Place.SPACE),
        ("The moon shines on the harbour.", Place.SEA),
        ("A spaceship in orbit.", Place.SPACE),
        ("A bar in the city at night.", Place.ROOM),
        ("The engine room of a ship.", Place.ROOM),
        ("A bus stop in the rain.", Place.STREET),
        ("A train crosses the valley.", Place.HILLS),
        ("A train station at dawn.", Place.CITY),
    ],
)
def test_a_place_that_is_named_is_the_place_that_is_drawn(line: str, place: Place) -> None:
    (found, *_) = placed(line, 1, 1)
    assert read_words(found.environment).place is place


def test_no_weather_comes_into_a_cave() -> None:
    (found, *_) = placed("In a storm they hide in a cave. Rain beats on the rocks.", 1, 1)
    assert read_words(found.environment).weather is Weather.CLEAR
    assert "rain" not in found.sound_prompt


def test_of_a_script_that_is_far_too_long_beginning_middle_and_end_are_read() -> None:
    lines = [f"On the day {number} the ship sailed on.\n\n" for number in range(60_000)]
    text = fair_share("".join(lines))
    assert len(text) < 1.1 * MOST
    assert text.startswith(lines[0].strip())
    assert text.endswith(lines[-1].strip())
    days = [int(day) for day in re.findall(r"day (\d+) the ship sailed on\.", text)]
    assert days == sorted(set(days))
    assert max(np.diff(days)) < 60_000 / 30


def test_a_shorter_script_is_read_as_it_is() -> None:
    assert fair_share(LIGHTHOUSE) == LIGHTHOUSE
