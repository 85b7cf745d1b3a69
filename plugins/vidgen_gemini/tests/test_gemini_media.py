"""Pictures and speech: what is asked for, and the files that become of the answers."""

from __future__ import annotations

import base64
import io
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest
from gemini_questions import (
    EXTRA,
    answer,
    asked_of,
    painter_of,
    picture,
    speech,
    voice_of,
)

from vidgen_core import (
    BadOutput,
    Billed,
    Kind,
    Refused,
)
from vidgen_core.probe import Verdict, probe
from vidgen_core.testing.service import Service
from vidgen_gemini import pictures
from vidgen_gemini.pictures import nearest_aspect


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


def blob(kind: str, content: bytes) -> dict[str, Any]:
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(content).decode()}}


def wav(samples: bytes) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(samples)
    return made.getvalue()


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
    told = answer(blob("audio/wav", wav(bytes(4 * 12_000))))
    voice_of(service).write(told, speech(), tmp_path / "speech.mp3")
    assert heard(tmp_path / "speech.mp3", 0.5)


@EXTRA
def test_half_a_sample_at_the_end_is_left_out(service: Service, tmp_path: Path) -> None:
    told = answer(blob("audio/L16;rate=24000;channels=2", bytes(4 * 12_000 + 3)))
    voice_of(service).write(told, speech(), tmp_path / "speech.mp3")
    assert heard(tmp_path / "speech.mp3", 0.5)


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("audio/opus", b"OggS", "audio/opus"),
        ("audio/L16;rate=24000", b"\x01", "empty"),
        ("audio/L16;rate=24000;channels=2", b"\x01\x01", "empty"),
        ("audio/L16;rate=0000", bytes(2000), "a rate of 0 Hz"),
        ("audio/L16;rate=999999", bytes(2000), "a rate of 999999 Hz"),
        ("audio/wav", b"RIFF....WAVE", "cannot be read"),
        ("audio/wav", wav(b""), "empty"),
        ("audio/wav", wav(bytes(200)).replace(b"fmt \x10\0", b"fmt \x10\1"), "cannot be read"),
    ],
    ids=range(8),
)
@EXTRA
def test_speech_of_an_unknown_kind_is_named(
    service: Service, tmp_path: Path, kind: str, content: bytes, words: str
) -> None:
    with pytest.raises(BadOutput, match=words):
        voice_of(service).write(answer(blob(kind, content)), speech(), tmp_path / "speech.mp3")


@pytest.mark.parametrize(
    ("kind", "keeps"), [("PNG", 0.6), ("WEBP", 0.6), ("TIFF", 0.6), ("DDS", 0.6), ("AVIF", 0.95)]
)
@EXTRA
def test_a_picture_of_which_a_part_is_missing_is_no_bug(
    service: Service, tmp_path: Path, kind: str, keeps: float
) -> None:
    """Each decoder of Pillow has errors of its own."""
    from PIL import Image, features

    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    made = io.BytesIO()
    Image.effect_noise((40, 30), 50).convert("RGB").save(made, kind)
    part = made.getvalue()[: int(len(made.getvalue()) * keeps)]
    told = answer(blob(f"image/{kind.lower()}", part))
    with pytest.raises(BadOutput, match="picture cannot be read"):
        painter_of(service).write(told, picture(), tmp_path / "picture.jpg")
    assert not (tmp_path / "picture.jpg").exists()


@EXTRA
def test_no_picture_is_unpacked_that_is_too_large(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 1000)
    painter = painter_of(service)
    with pytest.raises(BadOutput, match="picture is too large"):
        painter.write(painter.ask(picture()), picture(), tmp_path / "picture.jpg")
