"""What is sent, and what becomes of the answers: files, or a clear error."""

from __future__ import annotations

import base64
import io
import json
import warnings
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest
from gemini_questions import (
    EXTRA,
    KEY,
    SDKS,
    asked_of,
    painter_of,
    picture,
    places,
    scenes,
    speech,
    voice_of,
    writer_of,
)

from vidgen_core import AnswerWork, BadOutput, Billed, Kind, Refused, ScenesRequest
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Service
from vidgen_gemini.answer import BLOCKS, ENDS, read_answer
from vidgen_gemini.pictures import nearest_aspect


@SDKS
def test_places_and_scenes_become_their_files(service: Service, tmp_path: Path, sdk: str) -> None:
    writer = writer_of(service, sdk)
    assert isinstance(writer, AnswerWork)
    into = tmp_path / "file.json"
    writer.write(writer.ask(places()), places(), into)
    assert len(json.loads(into.read_text())) == 2
    answer = writer.ask(scenes())
    assert writer.rest(answer, scenes()) is None
    writer.write(answer, scenes(), into)
    told = json.loads(into.read_text())
    assert [scene["scene_number"] for scene in told] == [1, 2, 3]
    assert "keeper" in told[1]["scene_movement_description"]


@SDKS
def test_a_long_film_is_asked_for_in_parts(service: Service, tmp_path: Path, sdk: str) -> None:
    script = " ".join(f"The keeper lights lamp {number}." for number in range(30))
    request: ScenesRequest = scenes(most=30, script=script)
    writer = writer_of(service, sdk)
    rest = writer.rest(writer.ask(request), request)
    assert isinstance(rest, ScenesRequest)
    answer = writer.ask(rest)
    assert writer.rest(answer, rest) is None
    writer.write(answer, rest, tmp_path / "scenes.json")
    assert len(json.loads((tmp_path / "scenes.json").read_text())) == 30


@EXTRA
def test_both_packages_send_the_same_question(service: Service) -> None:
    for sdk in ("generativeai", "genai"):
        writer_of(service, sdk).ask(scenes())
    old, new = (one.body for one in service.requests())
    assert old["contents"][0]["parts"] == new["contents"][0]["parts"]
    assert old["systemInstruction"]["parts"] == new["systemInstruction"]["parts"]
    most = {"maxOutputTokens", "responseMimeType"}
    assert {k: old["generationConfig"][k] for k in most} == {
        k: new["generationConfig"][k] for k in most
    }
    googles = old["generationConfig"]["responseSchema"]
    schema = new["generationConfig"]["responseJsonSchema"]
    assert schema["additionalProperties"] is False
    assert googles["type"] == 6
    told, shown = googles["properties"]["scenes"]["items"], schema["properties"]["scenes"]["items"]
    assert set(told["required"]) == set(told["properties"]) == set(shown["required"])


@EXTRA
def test_the_old_package_asks_for_numbers_and_the_new_for_names(service: Service) -> None:
    old, new = (
        json.loads(writer_of(service, sdk).ask(places())) for sdk in ("generativeai", "genai")
    )
    assert old["candidates"][0]["finishReason"] == 1
    assert new["candidates"][0]["finishReason"] == "STOP"
    paths = [one.path for one in service.requests()]
    assert all("/v1beta/models/gemini-3.8-flash:generateContent" in path for path in paths)


def test_the_numbers_of_reasons_are_the_packages_own() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from google.generativeai import protos
    ends = protos.Candidate.FinishReason
    assert {each.value: each.name for each in ends} == dict(ENDS)
    blocks = protos.GenerateContentResponse.PromptFeedback.BlockReason
    assert {each.value: each.name for each in blocks} == dict(BLOCKS)


@SDKS
@pytest.mark.parametrize(
    ("mode", "word"), [("blocked", "PROHIBITED_CONTENT"), ("safety", "SAFETY")]
)
def test_what_gemini_will_not_answer_is_refused_with_its_reason(
    service: Service, tmp_path: Path, sdk: str, mode: str, word: str
) -> None:
    service.trouble("gemini.generate", mode)
    writer = writer_of(service, sdk)
    answer = writer.ask(places())
    with pytest.raises(Refused, match=rf"\({word}\)") as raised:
        writer.write(answer, places(), tmp_path / "file")
    assert (raised.value.retry, raised.value.billed is Billed.NO) == (False, False)
    assert not (tmp_path / "file").exists()


@SDKS
def test_an_answer_that_was_cut_off_is_never_read(
    service: Service, tmp_path: Path, sdk: str
) -> None:
    service.trouble("gemini.generate", "max-tokens")
    writer = writer_of(service, sdk)
    answer = writer.ask(scenes())
    for use in (
        lambda: writer.write(answer, scenes(), tmp_path / "file"),
        lambda: writer.rest(answer, scenes()),
    ):
        with pytest.raises(BadOutput, match="MAX_TOKENS") as raised:
            use()
        assert raised.value.billed is Billed.YES
    again = scenes(fault="it was cut off")
    writer.ask(again)
    first, second = (one.body["generationConfig"] for one in service.requests())
    assert second["maxOutputTokens"] == 2 * first["maxOutputTokens"]


@SDKS
@pytest.mark.parametrize("mode", ["prose", "trailing-commas"])
def test_words_around_an_answer_do_no_harm(
    service: Service, tmp_path: Path, sdk: str, mode: str
) -> None:
    service.trouble("gemini.generate", mode)
    writer = writer_of(service, sdk)
    writer.write(writer.ask(scenes()), scenes(), tmp_path / "file")
    assert len(json.loads((tmp_path / "file").read_text())) == 3


@SDKS
@pytest.mark.parametrize("mode", ["half", "empty"])
def test_an_answer_without_scenes_is_bad_output(
    service: Service, tmp_path: Path, sdk: str, mode: str
) -> None:
    service.trouble("gemini.generate", mode)
    writer = writer_of(service, sdk)
    with pytest.raises(BadOutput) as raised:
        writer.write(writer.ask(scenes()), scenes(), tmp_path / "file")
    assert raised.value.billed is Billed.YES


def test_a_script_that_no_model_can_read_is_refused_before_it_is_sent(service: Service) -> None:
    long = places(script="The keeper climbs the stairs. " * 1000)
    with pytest.raises(Refused, match=r"at least \d{4} tokens .* reads 2000") as raised:
        writer_of(service, "generativeai", context_tokens=2000).ask(long)
    assert raised.value.billed is Billed.NO
    assert not service.requests()


@SDKS
def test_halves_of_letters_are_sent_as_question_marks(service: Service, sdk: str) -> None:
    writer_of(service, sdk).ask(places(script="A \ud800 lighthouse."))
    assert all("A ? lighthouse." in str(one.body) for one in service.requests())


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@EXTRA
def test_a_picture_is_written_in_the_format_it_is_named_for(
    service: Service, tmp_path: Path, suffix: str
) -> None:
    painter, into = painter_of(service), tmp_path / f"picture{suffix}"
    painter.write(painter.ask(picture(width=720, height=1280)), picture(), into)
    assert asked_of(service).body["generationConfig"]["imageConfig"] == {"aspectRatio": "9:16"}
    assert probe(into, Kind.IMAGE).verdict is Verdict.WHOLE
    from PIL import Image

    with Image.open(into) as drawn:
        assert drawn.format == {".jpg": "JPEG", ".png": "PNG"}[suffix]
        assert drawn.size == (108, 192)


@EXTRA
def test_a_larger_picture_is_asked_for_by_its_size(service: Service) -> None:
    painter_of(service, image_size="2K").ask(picture())
    assert asked_of(service).body["generationConfig"]["imageConfig"] == {
        "aspectRatio": "16:9",
        "imageSize": "2K",
    }


@pytest.mark.parametrize(
    ("width", "height", "aspect"),
    [(1280, 720, "16:9"), (640, 640, "1:1"), (2560, 1080, "21:9"), (1080, 1350, "4:5")],
)
def test_the_nearest_aspect_is_taken(width: int, height: int, aspect: str) -> None:
    assert nearest_aspect(width, height) == aspect


@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        ("says", BadOutput, "drew nothing and said: I would rather talk"),
        ("empty", BadOutput, "drew nothing"),
        ("safety", Refused, r"\(SAFETY\)"),
        ("blocked", Refused, r"\(PROHIBITED_CONTENT\)"),
        ("half", BadOutput, "cannot be read"),
    ],
)
@EXTRA
def test_a_picture_that_is_none_says_why(
    service: Service, tmp_path: Path, mode: str, error: type[Exception], words: str
) -> None:
    service.trouble("gemini.generate", mode)
    painter = painter_of(service)
    with pytest.raises(error, match=words):
        painter.write(painter.ask(picture()), picture(), tmp_path / "picture.jpg")


@EXTRA
def test_speech_becomes_an_mp3_of_its_length(service: Service, tmp_path: Path) -> None:
    voice, into = voice_of(service, voice="Puck", language="en-US"), tmp_path / "speech.mp3"
    voice.write(voice.ask(speech()), speech(), into)
    facts = probe(into, Kind.AUDIO)
    assert facts.verdict is Verdict.WHOLE
    assert facts.seconds == pytest.approx(len(speech().text) * 0.06, abs=0.1)
    sent = asked_of(service).body["generationConfig"]["speechConfig"]
    assert "Puck" in str(sent)
    assert "en-US" in str(sent)


@EXTRA
def test_a_text_that_is_too_long_to_speak_is_refused_before_it_is_sent(service: Service) -> None:
    with pytest.raises(Refused, match="50000 letters") as raised:
        voice_of(service).ask(speech(text="word " * 10_000))
    assert raised.value.billed is Billed.NO
    assert not service.requests()


@pytest.mark.parametrize(
    ("mode", "error", "words"),
    [
        ("says", BadOutput, "nothing that can be heard: I would rather talk"),
        ("empty", BadOutput, "nothing that can be heard"),
        ("safety", Refused, r"\(SAFETY\)"),
        ("blocked", Refused, r"\(PROHIBITED_CONTENT\)"),
    ],
)
@EXTRA
def test_speech_that_is_none_says_why(
    service: Service, tmp_path: Path, mode: str, error: type[Exception], words: str
) -> None:
    service.trouble("gemini.generate", mode)
    voice = voice_of(service)
    with pytest.raises(error, match=words):
        voice.write(voice.ask(speech()), speech(), tmp_path / "speech.mp3")


def answer(*parts: dict[str, Any], end: Any = "STOP") -> bytes:
    return json.dumps({"candidates": [{"content": {"parts": parts}, "finishReason": end}]}).encode()


def blob(kind: str, content: bytes) -> dict[str, Any]:
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(content).decode()}}


def heard(path: Path, seconds: float) -> bool:
    facts = probe(path, Kind.AUDIO)
    return facts.verdict is Verdict.WHOLE and abs(facts.seconds - seconds) < 0.1


@pytest.mark.parametrize("kind", ["audio/L16;codec=pcm;rate=16000", "audio/pcm;rate=16000"])
@EXTRA
def test_samples_are_read_at_their_rate(service: Service, tmp_path: Path, kind: str) -> None:
    tone = array("h", [0, 9000, 0, -9000] * 4000).tobytes()
    told = answer(blob(kind, tone[:10000]), blob(kind, tone[10000:] + b"\x01"))
    voice_of(service).write(told, speech(), tmp_path / "speech.mp3")
    assert heard(tmp_path / "speech.mp3", 1.0)


@EXTRA
def test_speech_in_a_wav_file_is_read_too(service: Service, tmp_path: Path) -> None:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(4 * 12_000))
    voice_of(service).write(
        answer(blob("audio/wav", made.getvalue())), speech(), tmp_path / "speech.mp3"
    )
    assert heard(tmp_path / "speech.mp3", 0.5)


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("audio/opus", b"OggS", "audio/opus"),
        ("audio/L16;rate=24000", b"\x01", "empty"),
        ("audio/wav", b"RIFF....WAVE", "cannot be read"),
    ],
)
@EXTRA
def test_speech_of_an_unknown_kind_is_named(
    service: Service, tmp_path: Path, kind: str, content: bytes, words: str
) -> None:
    with pytest.raises(BadOutput, match=words):
        voice_of(service).write(answer(blob(kind, content)), speech(), tmp_path / "speech.mp3")


def test_what_a_model_only_thought_is_no_answer() -> None:
    told = read_answer(answer({"text": "hm", "thought": True}, {"text": "a"}, {"text": "b"}))
    assert told.text == "ab"


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"[]", BadOutput),
        (b"<html>", BadOutput),
        (b"{}", BadOutput),
        (b'{"candidates": [7]}', BadOutput),
        (b'{"promptFeedback": {"blockReason": 1}}', Refused),
        (b'{"promptFeedback": {"blockReason": 99}}', Refused),
        (b'{"promptFeedback": {"blockReason": "NEW"}}', Refused),
        (answer(end=2), BadOutput),
        (answer(end="OTHER"), BadOutput),
        (answer(end=4), Refused),
        (answer(end="SOMETHING_NEW"), Refused),
    ],
)
def test_no_answer_is_a_clear_error(raw: bytes, error: type[Exception]) -> None:
    with pytest.raises(error, match="Gemini"):
        read_answer(raw)


@pytest.mark.parametrize("version", ["v1beta", "v1"])
@EXTRA
def test_the_service_knows_both_versions_and_shows_no_key(service: Service, version: str) -> None:
    from google import genai
    from google.genai import types

    url = service.environment["VIDGEN_GEMINI_BASE_URL"]
    options = types.HttpOptions(base_url=url, api_version=version)
    with genai.Client(vertexai=False, api_key=KEY, http_options=options) as client:
        told = client.models.generate_content(model="gemini-2.5-flash", contents="Hello")
    assert told.text == "A rehearsal of words."
    assert KEY not in repr(service.requests())
