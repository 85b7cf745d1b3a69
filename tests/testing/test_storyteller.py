"""The rehearsal's language model keeps to what it is asked for."""

from __future__ import annotations

import json

import pytest

from vidgen_core.pace import WRITTEN_WORDS_PER_SECOND, spoken_seconds
from vidgen_core.script_answers import asked, file_of
from vidgen_core.specs import EnvironmentsRequest, ScenesRequest, ScriptRequest
from vidgen_core.testing.service.storyteller import answer_to

SENTENCES = "A small boat climbs the black waves, and nobody sees it. " * 40
SCRIPTS = {
    "sentences": SENTENCES,
    "one-sentence": SENTENCES.replace(". ", ", "),
    "no-spaces": "小船在黑色的海浪上前行。" * 60,
    "one-word": "海" * 600,
    "long": SENTENCES * 20,
}


def answered(request: ScriptRequest) -> bytes:
    asking = asked(request)
    return file_of(json.dumps(answer_to(asking.prompt, asking.schema)), request)


@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_what_a_scene_tells_is_spoken_while_it_lasts(script: str, most: int) -> None:
    request = ScenesRequest(most=most, lengths=(5.0, 9.0), longest=20.0, script=script)
    scenes = json.loads(answered(request))
    assert len(scenes) <= most
    for scene in scenes:
        assert scene["scene_duration"] <= 20
        assert 0 < spoken_seconds(scene["narration"]) <= scene["scene_duration"]
        words = len(scene["narration"].split())
        assert words <= WRITTEN_WORDS_PER_SECOND * scene["scene_duration"]


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_one_place_of_a_long_script_is_described_briefly(script: str) -> None:
    (place,) = json.loads(answered(EnvironmentsRequest(most=1, scenes=1, script=script)))
    assert len(str(place)) < 1000


def test_a_script_that_fits_is_told_to_its_end() -> None:
    script = "A boat leaves. Gulls cry. Night comes."
    request = ScenesRequest(most=1, lengths=(5.0, 9.0), script=script)
    (scene,) = json.loads(answered(request))
    assert scene["narration"] == script


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "The Black Waves\n\nA boat leaves. Gulls cry.",
            "The Black Waves. A boat leaves. Gulls cry.",
        ),
        ("Part 1\nThe Boat\nIt leaves.", "Part 1. The Boat. It leaves."),
        ("黑色的海浪\n小船在前行。", "黑色的海浪。 小船在前行。"),
        ("Who leaves?\nA boat.", "Who leaves? A boat."),
        ("A boat leaves\nwithout a light.", "A boat leaves without a light."),
        (f"{'A boat ' * 8}leaves at the Black\nPier.", f"{'A boat ' * 8}leaves at the Black Pier."),
        ("A boat leaves\n", "A boat leaves"),
    ],
    ids=["title", "two-titles", "chinese", "marked", "goes-on", "wrapped", "last-line"],
)
def test_a_title_does_not_run_into_the_first_sentence(script: str, told: str) -> None:
    request = ScenesRequest(most=1, lengths=(5.0, 9.0), longest=20.0, script=script)
    (scene,) = json.loads(answered(request))
    assert scene["narration"] == told
