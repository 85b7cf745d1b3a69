"""Sounds: as long as their scene, and repeated without a seam where that is longer."""

from __future__ import annotations

import math
import random
from array import array
from itertools import pairwise
from pathlib import Path

import pytest
from elevenlabs_orders import heard, sent, sound_of
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import AnswerWork, BadOutput, JobLost, JobRef, Kind, Refused
from vidgen_core.media import Media
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Service
from vidgen_elevenlabs.repeating import repeated
from vidgen_elevenlabs.sound import ElevenLabsSound

RATE = 8000


@pytest.mark.parametrize(
    ("seconds", "asked"),
    [(0.2, 0.5), (0.5, 0.5), (5.0, 5.0), (5.04, 5.1), (29.96, 30.0), (30.0, 30.0)],
)
def test_a_sound_is_ordered_as_long_as_its_scene(
    service: Service, sound: ElevenLabsSound, seconds: float, asked: float
) -> None:
    sound.ask(heard(seconds))
    order = sent(service)
    assert order.body == {
        "text": "rain on a tin roof",
        "duration_seconds": asked,
        "model_id": "eleven_text_to_sound_v2",
    }
    assert order.query == {"output_format": "mp3_44100_128"}
    assert order.path.endswith("/v1/sound-generation")


def test_every_choice_reaches_the_service(service: Service) -> None:
    chosen = sound_of(
        service,
        sound_model="eleven_text_to_sound_v3",
        prompt_influence=0.0,
        output_format="wav_24000",
    )
    chosen.ask(heard())
    order = sent(service)
    assert order.body["model_id"] == "eleven_text_to_sound_v3"
    assert order.body["prompt_influence"] == 0.0
    assert order.query == {"output_format": "wav_24000"}


@pytest.mark.parametrize("form", ["mp3_44100_128", "wav_24000"])
def test_one_answer_gives_the_sound(service: Service, tmp_path: Path, form: str) -> None:
    sound, into = sound_of(service, output_format=form), tmp_path / "sound.mp3"
    assert isinstance(sound, AnswerWork)
    sound.write(sound.ask(heard(1.5)), heard(1.5), into)
    facts = probe(into, Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE
    assert facts.signature.startswith("mp3")
    assert facts.seconds == pytest.approx(1.5, abs=0.06)
    assert [path.name for path in tmp_path.glob("sound*")] == ["sound.mp3"]
    (charge,) = service.bill
    assert charge.usd == 0.12


def test_a_longer_scene_has_one_sound_that_repeats(
    service: Service, sound: ElevenLabsSound, tmp_path: Path
) -> None:
    request, into = heard(31.5), tmp_path / "sound.mp3"
    sound.write(sound.ask(request), request, into)
    order = sent(service).body
    assert (order["duration_seconds"], order["loop"]) == (30.0, True)
    assert len(service.bill) == 1
    facts = probe(into, Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE
    assert facts.seconds == pytest.approx(31.5, abs=0.06)
    assert [path.name for path in tmp_path.glob("sound*")] == ["sound.mp3"]
    # The service's sound is an even tone: so is what comes of it, over the seam, too.
    raw = Media().read_audio(into, rate=RATE, channels=1, seconds=40)
    loud = levels(array("f", raw)[RATE // 10 : -RATE // 10], RATE // 20)
    assert max(loud) / min(loud) < 1.15


def test_what_cannot_be_heard_cannot_be_repeated(sound: ElevenLabsSound, tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match="cannot be heard") as raised:
        sound.write(b"no sound at all", heard(31.0), tmp_path / "sound.mp3")
    assert raised.value.billed == "yes"
    assert not list(tmp_path.glob("sound*"))


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan, math.inf])
def test_a_length_that_is_none_is_not_sent(
    service: Service, sound: ElevenLabsSound, seconds: float
) -> None:
    with pytest.raises(Refused, match="positive number"):
        sound.ask(heard(seconds))
    assert not service.requests()


def test_a_description_of_nothing_is_not_sent(service: Service, sound: ElevenLabsSound) -> None:
    with pytest.raises(Refused, match="description is empty"):
        sound.ask(heard(prompt=" "))
    assert not service.requests()


def test_no_id_is_that_of_a_sound(sound: ElevenLabsSound) -> None:
    with pytest.raises(JobLost, match="keeps no sounds"):
        sound.poll(JobRef(id="something"))


# repeating ---------------------------------------------------------------


def tone(seconds: float, pitch: float = 200.0, channels: int = 1) -> array[float]:
    turn = 2 * math.pi * pitch / RATE
    return array(
        "f",
        (0.5 * math.sin(turn * at) for at in range(round(seconds * RATE)) for _ in range(channels)),
    )


def noise(seconds: float) -> array[float]:
    dice = random.Random(7)
    return array("f", (dice.uniform(-0.5, 0.5) for _ in range(round(seconds * RATE))))


def again(sound: array[float], seconds: float, channels: int = 1) -> array[float]:
    return array("f", b"".join(repeated(sound.tobytes(), channels, RATE, seconds)))


def levels(sound: array[float], size: int) -> list[float]:
    """Return how loud each *size* samples are."""
    pieces = [sound[at : at + size] for at in range(0, len(sound) - size + 1, size)]
    return [math.sqrt(sum(value * value for value in piece) / size) for piece in pieces]


def jump(sound: array[float]) -> float:
    return max(abs(one - other) for one, other in pairwise(sound))


@pytest.mark.parametrize("pitch", [200.0, 200.25, 200.5])
def test_a_tone_that_repeats_does_not_click(pitch: float) -> None:
    sound = tone(4, pitch)
    assert jump(again(sound, 11)) < 1.2 * jump(sound)


def test_a_tone_that_begins_as_it_ended_stays_as_loud() -> None:
    loud = levels(again(tone(4), 11), RATE // 20)
    assert max(loud) / min(loud) < 1.05


def test_noise_stays_as_loud() -> None:
    loud = levels(again(noise(4), 11), RATE // 4)
    assert max(loud) / min(loud) < 1.15


def test_silence_that_an_encoder_put_around_is_not_heard_between() -> None:
    quiet = array("f", bytes(4 * (RATE // 20)))
    loud = levels(again(quiet + tone(4) + quiet, 11), RATE // 100)
    assert min(loud) > 0.3


def test_a_pause_in_a_sound_stays_a_pause() -> None:
    sound = noise(1) + array("f", bytes(4 * RATE)) + noise(2)
    assert again(sound, 4) == sound


def test_a_sound_that_is_silent_stays_so() -> None:
    assert not any(again(array("f", bytes(4 * RATE)), 3))


def test_nothing_repeats_to_silence() -> None:
    assert again(array("f"), 0.5, channels=2) == array("f", bytes(8 * (RATE // 2)))


@given(count=st.integers(1, 3000), wanted=st.integers(1, 9000), channels=st.integers(1, 2))
def test_what_repeats_is_exactly_as_long_as_asked(count: int, wanted: int, channels: int) -> None:
    sound = array("f", [0.25]) * (count * channels)
    blocks = b"".join(repeated(sound.tobytes(), channels, RATE, wanted / RATE))
    assert len(blocks) == 4 * channels * wanted


def test_left_stays_left() -> None:
    sound = array("f", (value for one in tone(3) for value in (one, 0.0)))
    assert not any(again(sound, 8, channels=2)[1::2])
