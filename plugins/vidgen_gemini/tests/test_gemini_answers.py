"""What is sent, and what becomes of the answers: files, or a clear error."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from gemini_questions import (
    EXTRA,
    KEY,
    SDKS,
    answer,
    places,
    scenes,
    writer_of,
)

from vidgen_core import (
    AnswerWork,
    BadOutput,
    Billed,
    ProviderError,
    Refused,
    ScenesRequest,
)
from vidgen_core.testing.service import Service
from vidgen_gemini.answer import BLOCKS, ENDS, read_answer


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
        (answer(end="\x1b[31m\u202eRED"), Refused),
        (b'{"candidates": [{"finishReason": ' + b"9" * 4300 + b"}]}", Refused),
        (
            b'{"candidates": [{"finishReason": 2}], "usageMetadata": {"candidatesTokenCount": '
            + b"9" * 4300
            + b', "thoughtsTokenCount": '
            + b"9" * 4300
            + b"}}",
            BadOutput,
        ),
    ],
)
def test_no_answer_is_a_clear_error(raw: bytes, error: type[ProviderError]) -> None:
    with pytest.raises(error, match="Gemini") as raised:
        read_answer(raw)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 400


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


@SDKS
def test_the_place_of_a_fault_is_that_in_the_answer_as_it_is_kept(
    service: Service, tmp_path: Path, sdk: str
) -> None:
    kept = answer({"text": "Thinking", "thought": True}, {"text": 'Now:\n{"scenes": [@@]}'})
    place = rf"line 1, column {kept.index(b'@@') + 1}:"
    writer = writer_of(service, sdk)
    with pytest.raises(BadOutput, match=place):
        writer.rest(kept, scenes())
    with pytest.raises(BadOutput, match=place):
        writer.write(kept, scenes(), tmp_path / "scenes.json")
