"""Speech: what is asked for, what is written, and when each sentence is heard."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from elevenlabs_orders import WORDS, sent, speech_of, spoken
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import (
    AnswerWork,
    BadOutput,
    Billed,
    Kind,
    Refused,
    SpeechRequest,
    Timing,
    dump_timings,
)
from vidgen_core.probe import Verdict, probe
from vidgen_core.script_files import load_timings
from vidgen_core.testing.service import Service
from vidgen_elevenlabs import SpeechOptions, vidgen_speech_engines
from vidgen_elevenlabs.options import VOICE
from vidgen_elevenlabs.speech import ElevenLabsSpeech, speech_order
from vidgen_elevenlabs.timings import sentences

(SPEECH,) = vidgen_speech_engines()


def aligned(text: str, pace: float = 0.1) -> dict[str, Any]:
    return {
        "characters": list(text),
        "character_start_times_seconds": [pace * at for at in range(len(text))],
        "character_end_times_seconds": [pace * (at + 1) for at in range(len(text))],
    }


def test_what_was_not_chosen_is_left_to_the_voice(
    service: Service, speech: ElevenLabsSpeech
) -> None:
    speech.ask(spoken())
    order = sent(service)
    assert order.body == {"text": WORDS, "model_id": "eleven_multilingual_v2"}
    assert order.query == {"output_format": "mp3_44100_128"}
    assert order.path.endswith(f"/v1/text-to-speech/{VOICE}/with-timestamps")


def test_every_choice_reaches_the_service(service: Service) -> None:
    chosen = speech_of(
        service,
        voice="21m00Tcm4TlvDq8ikWAM",
        model="eleven_flash_v2_5",
        language="de",
        stability=0.0,
        similarity=1.0,
        style=0.25,
        speed=0.9,
        speaker_boost=False,
        seed=0,
        output_format="mp3_22050_32",
    )
    chosen.ask(spoken())
    order = sent(service)
    assert order.body == {
        "text": WORDS,
        "model_id": "eleven_flash_v2_5",
        "language_code": "de",
        "seed": 0,
        "voice_settings": {
            "stability": 0.0,
            "similarity_boost": 1.0,
            "style": 0.25,
            "speed": 0.9,
            "use_speaker_boost": False,
        },
    }
    assert order.query == {"output_format": "mp3_22050_32"}
    assert "21m00Tcm4TlvDq8ikWAM" in order.path


@pytest.mark.parametrize("form", ["mp3_44100_128", "wav_24000"])
def test_one_answer_gives_the_speech_and_when_its_sentences_are_heard(
    service: Service, tmp_path: Path, form: str
) -> None:
    speech, into = speech_of(service, output_format=form), tmp_path / "speech.mp3"
    assert isinstance(speech, AnswerWork)
    speech.write(speech.ask(spoken()), spoken(), into)
    facts = probe(into, Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE
    assert facts.signature.startswith("mp3")
    assert facts.seconds == pytest.approx(0.05 * len(WORDS), abs=0.06)
    timings = load_timings(into.with_suffix(".json").read_bytes(), "speech.json")
    assert [timing.text for timing in timings] == [
        "A lighthouse stands at sea.",
        "Its keeper sleeps.",
    ]
    assert timings[-1].end == pytest.approx(0.05 * len(WORDS))
    assert {path.name for path in tmp_path.glob("speech*")} == {"speech.mp3", "speech.json"}
    assert len(service.requests()) == 1
    (charge,) = service.bill
    assert charge.usd == pytest.approx(0.10 * len(WORDS) / 1000)


def test_a_stored_answer_is_written_without_the_service(
    service: Service, speech: ElevenLabsSpeech, tmp_path: Path
) -> None:
    answer = speech.ask(spoken())
    service.stop()
    for name in ("one.mp3", "two.mp3"):
        speech.write(answer, spoken(), tmp_path / name)
    assert (tmp_path / "one.mp3").read_bytes() == (tmp_path / "two.mp3").read_bytes()


@pytest.mark.parametrize("answer", [b"", b"{}", b"[]", b"7", b'{"audio_base64": "%%"}', b"{" * 9])
def test_a_stored_answer_that_holds_no_speech_was_paid_for(
    speech: ElevenLabsSpeech, tmp_path: Path, answer: bytes
) -> None:
    with pytest.raises(BadOutput) as raised:
        speech.write(answer, spoken(), tmp_path / "speech.mp3")
    assert raised.value.billed is Billed.YES


def test_a_wave_that_cannot_be_heard_was_paid_for(speech: ElevenLabsSpeech, tmp_path: Path) -> None:
    told = {"audio_base64": base64.b64encode(b"RIFF and nothing else").decode()}
    with pytest.raises(BadOutput, match="cannot be heard") as raised:
        speech.write(json.dumps(told).encode(), spoken(), tmp_path / "speech.mp3")
    assert raised.value.billed is Billed.YES
    assert not list(tmp_path.glob("speech*"))


def test_speech_without_times_is_speech(
    service: Service, speech: ElevenLabsSpeech, tmp_path: Path
) -> None:
    told = json.loads(speech.ask(spoken()))
    told["alignment"] = None
    speech.write(json.dumps(told).encode(), spoken(), tmp_path / "speech.mp3")
    assert probe(tmp_path / "speech.mp3", Kind.AUDIO).verdict is Verdict.WHOLE
    assert not (tmp_path / "speech.json").exists()


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({}, 10_000),
        ({"model": "eleven_flash_v2_5"}, 40_000),
        ({"model": "eleven_v9"}, 3_000),
        ({"model": "eleven_v9", "longest": 500}, 500),
    ],
)
def test_a_text_comes_in_parts_that_its_model_takes(options: dict[str, Any], most: int) -> None:
    assert SPEECH.longest_for(SpeechOptions(**options)) == most


def part(before: str = "", after: str = "") -> SpeechRequest:
    return SpeechRequest(text=f"{WORDS} ", before=before, after=after)


def test_a_part_is_ordered_with_what_is_spoken_around_it(
    service: Service, speech: ElevenLabsSpeech
) -> None:
    speech.ask(part(before="It is night. ", after="Then it is day.\n"))
    order = sent(service).body
    assert order["text"] == WORDS
    assert (order["previous_text"], order["next_text"]) == ("It is night.", "Then it is day.")


@pytest.mark.parametrize(
    ("text", "last", "first"),
    [("word " * 500, "word", "word"), ("字" * 2000, "字" * 1000, "字" * 1000)],
)
def test_of_a_long_text_around_whole_words_are_told(
    service: Service, speech: ElevenLabsSpeech, text: str, last: str, first: str
) -> None:
    speech.ask(part(before=text, after=text))
    order = sent(service).body
    for told, end in ((order["previous_text"], last), (order["next_text"], first)):
        assert 990 < len(told) <= 1000
        assert told in text
        assert told.startswith(end)
        assert told.endswith(end)


def test_a_model_that_takes_no_text_around_is_told_none() -> None:
    options = SpeechOptions(model="eleven_v3")
    assert set(speech_order(part("Before.", "After."), options)) == {
        "text",
        "model_id",
        "output_format",
    }


def test_a_text_of_nothing_is_not_sent(service: Service, speech: ElevenLabsSpeech) -> None:
    with pytest.raises(Refused, match="nothing to speak"):
        speech.ask(spoken(" \n"))
    assert not service.requests()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two!  Three?", ["One.", "Two!", "Three?"]),
        ("It cost 3.50 in all. Cheap", ["It cost 3.50 in all.", "Cheap"]),
        ('"Go!" she said. He went.', ['"Go!"', "she said.", "He went."]),
        ("He said “Go.” Then\nnothing", ["He said “Go.”", "Then nothing"]),
        ("走吧。「好！」他说。", ["走吧。", "「好！」", "他说。"]),
        ("Well... no.", ["Well...", "no."]),
        ("  ", []),
    ],
)
def test_sentences_end_where_they_end(text: str, parts: list[str]) -> None:
    assert [timing.text for timing in sentences(aligned(text))] == parts


def test_a_sentence_is_heard_from_its_first_to_its_last_letter() -> None:
    first, second = sentences(aligned("Ab. Cd."))
    assert (first.start, first.end) == (0.0, pytest.approx(0.3))
    assert (second.start, second.end) == (pytest.approx(0.4), pytest.approx(0.7))


@pytest.mark.parametrize(
    "alignment",
    [
        None,
        [],
        "text",
        {},
        {**aligned("Ab."), "characters": ["A"]},
        {**aligned("Ab."), "characters": ["A", "", "."]},
        {**aligned("Ab."), "character_start_times_seconds": [0.0, "1", 2.0]},
        {**aligned("Ab."), "character_end_times_seconds": [0.0, float("nan"), 2.0]},
        {**aligned("Ab."), "character_end_times_seconds": [0.0, -1.0, True]},
        {**aligned("Ab."), "character_end_times_seconds": [0.0, 1.0, 10**400]},
        {**aligned("Ab."), "character_end_times_seconds": [0.0, 1.0, 1e300]},
    ],
)
def test_times_that_make_no_sense_are_left_out(alignment: Any) -> None:
    assert sentences(alignment) == []


_TIMES = st.lists(st.floats(0, 1e6), max_size=30)


@given(text=st.text("Ab. !\n。", max_size=30), starts=_TIMES, ends=_TIMES)
def test_whatever_times_come_the_file_can_be_read(
    text: str, starts: list[float], ends: list[float]
) -> None:
    size = min(len(text), len(starts), len(ends))
    told = {
        "characters": list(text[:size]),
        "character_start_times_seconds": starts[:size],
        "character_end_times_seconds": ends[:size],
    }
    timings: list[Timing] = sentences(told)
    assert len(load_timings(dump_timings(timings), "t.json")) == len(timings)
    words = " ".join(" ".join(timing.text for timing in timings).split())
    assert words.replace(" ", "") == "".join(text[:size].split())
