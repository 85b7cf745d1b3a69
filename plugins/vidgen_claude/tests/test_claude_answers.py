"""A question as Claude gets it, and what becomes of its answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from claude_questions import (
    ENVIRONMENTS,
    FILM,
    NARRATION,
    PLACED,
    QUESTIONS,
    SCENES,
    SCRIPT,
    asked,
    model_of,
    sent,
)

from vidgen_claude import ClaudeScriptModel
from vidgen_core import BadOutput, Billed, Refused, ScenesRequest, ScriptRequest
from vidgen_core import asked as asking_of
from vidgen_core.testing.service import Service

kinds = pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: type(each).__name__)


def written(model: ClaudeScriptModel, question: ScriptRequest, folder: Path) -> str:
    model.write(model.ask(question), question, folder / "out")
    return (folder / "out").read_text(encoding="utf-8")


@kinds
def test_a_question_is_what_the_kit_asks_in_the_form_that_claude_takes(
    service: Service, model: ClaudeScriptModel, question: ScriptRequest
) -> None:
    model.ask(question)
    body, asking = sent(service), asking_of(question)
    assert body.keys() == {"model", "max_tokens", "system", "messages", "output_config"}
    assert body["model"] == "claude-sonnet-5-5"
    assert body["system"] == asking.system
    assert body["messages"] == [{"role": "user", "content": asking.prompt}]
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": asking.schema}}
    assert body["max_tokens"] > asking.answer_tokens


@kinds
def test_every_kind_of_question_becomes_its_file(
    model: ClaudeScriptModel, question: ScriptRequest, tmp_path: Path
) -> None:
    text = written(model, question, tmp_path)
    if question is NARRATION:
        assert text == "a boat leaves gulls\n"
        return
    items = json.loads(text)
    if question is ENVIRONMENTS:
        assert len(items) == 3
    if question is SCENES:
        assert [each["scene_number"] for each in items] == [1, 2, 3]
        assert {each["scene_duration"] for each in items} <= {5, 9}
    if question is PLACED:
        places = [each["scene_physical_environment"] for each in items]
        assert places == ["a quay", "the sea"]


def test_model_effort_and_length_are_options(service: Service) -> None:
    chosen = {"model": "claude-haiku-4-5", "effort": "low", "max_tokens": 1234}
    model_of(service, **chosen).ask(ENVIRONMENTS)
    body = sent(service)
    assert (body["model"], body["max_tokens"]) == ("claude-haiku-4-5", 1234)
    assert body["output_config"]["effort"] == "low"


def test_a_long_answer_needs_no_streaming(service: Service) -> None:
    model_of(service, max_tokens=64_000, timeout=600.0, connect_timeout=5.0).ask(ENVIRONMENTS)
    assert sent(service)["max_tokens"] == 64_000


def test_an_answer_that_was_cut_off_is_not_read_and_may_be_longer_the_next_time(
    service: Service, model: ClaudeScriptModel, tmp_path: Path
) -> None:
    service.trouble("claude.messages", "max-tokens")
    answer = model.ask(SCENES)
    for read in (model.rest, lambda a, q: model.write(a, q, tmp_path / "out")):
        with pytest.raises(BadOutput, match="cut off at its limit") as raised:
            read(answer, SCENES)
        assert raised.value.billed is Billed.YES
        assert "--set claude.max_tokens=" in raised.value.advice
    assert not (tmp_path / "out").exists()
    model.ask(evolve(SCENES, fault=raised.value.message))
    first, second = (one.body for one in asked(service))
    assert second["max_tokens"] == 2 * first["max_tokens"]
    assert "cut off" in second["messages"][0]["content"]


def test_a_refusal_is_told_in_claudes_words_and_was_paid_for(
    service: Service, model: ClaudeScriptModel
) -> None:
    service.trouble("claude.messages", "refusal")
    with pytest.raises(Refused, match="asks for what this model does not write") as raised:
        model.rest(model.ask(SCENES), SCENES)
    assert raised.value.billed is Billed.YES


def test_a_full_window_is_told_with_its_numbers(service: Service, model: ClaudeScriptModel) -> None:
    service.trouble("claude.messages", "window")
    with pytest.raises(Refused, match=r"longer than claude-sonnet-5-5 .*[0-9]+ tokens of input"):
        model.rest(model.ask(SCENES), SCENES)


@pytest.mark.parametrize("mode", ["prose", "trailing-commas"])
def test_an_untidy_answer_is_read(
    service: Service, model: ClaudeScriptModel, tmp_path: Path, mode: str
) -> None:
    service.trouble("claude.messages", mode)
    assert len(json.loads(written(model, SCENES, tmp_path))) == 3


@pytest.mark.parametrize("mode", ["half", "empty"])
def test_an_answer_without_a_storyboard_is_told(
    service: Service, model: ClaudeScriptModel, mode: str
) -> None:
    service.trouble("claude.messages", mode)
    with pytest.raises(BadOutput) as raised:
        model.rest(model.ask(SCENES), SCENES)
    assert raised.value.billed is Billed.YES


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"[]",
        b'{"stop_reason": "end_turn"}',
        b'{"stop_reason": "end_turn", "content": [{"type": "thinking", "thinking": "{}"}]}',
        b'{"stop_reason": "end_turn", "content": ["{}", {"text": 7}]}',
        b'{"stop_reason": "tool_use", "content": []}',
        b'{"stop_reason": "\\u001b[31m", "content": []}',
        b'{"stop_reason": ["end_turn"], "content": []}',
        b'{"stop_reason": {}, "content": []}',
        b'{"stop_reason": "max_tokens", "usage": {"input_tokens": "\\u001b[31m\\u202e"}}',
        b'{"stop_reason": "max_tokens", "usage": {"output_tokens": ' + b"9" * 4300 + b"}}",
        b'{"stop_reason": "end_turn", "content": ' + b"[" * 100_000,
    ],
)
def test_a_stored_answer_that_is_none_is_no_bug(model: ClaudeScriptModel, message: bytes) -> None:
    with pytest.raises(BadOutput) as raised:
        model.rest(message, SCENES)
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 300


def test_what_claude_thinks_is_no_part_of_its_answer(model: ClaudeScriptModel) -> None:
    told = {"narration": "A boat."}
    content = [{"type": "thinking", "thinking": "{"}, {"type": "text", "text": json.dumps(told)}]
    answer = json.dumps({"stop_reason": "end_turn", "content": content}).encode()
    assert model.rest(answer, NARRATION) is None


def test_a_film_of_many_scenes_comes_in_parts_that_go_on(
    service: Service, model: ClaudeScriptModel, tmp_path: Path
) -> None:
    script = " ".join(f"A boat passes island {number}." for number in range(1, 61))
    question: Any = ScenesRequest(most=60, lengths=(5.0,), script=script)
    answer = model.ask(question)
    while (rest := model.rest(answer, question)) is not None:
        question, answer = rest, model.ask(rest)
    model.write(answer, question, tmp_path / "out")
    scenes = json.loads((tmp_path / "out").read_text())
    assert [each["scene_number"] for each in scenes] == list(range(1, 61))
    assert scenes[-1]["narration"] == "A boat passes island 60."
    assert len(asked(service)) == 3


# too long ------------------------------------------------------------------------------


def test_a_script_that_claude_cannot_take_is_told_with_the_number_and_costs_nothing(
    service: Service,
) -> None:
    long = evolve(ENVIRONMENTS, script=SCRIPT * 10_000)
    with pytest.raises(Refused, match=r"has \d{6} tokens, and claude-haiku-4-5 takes 200000") as r:
        model_of(service, model="claude-haiku-4-5").ask(long)
    assert (r.value.billed, r.value.retry) == (Billed.NO, False)
    assert not service.bill
    assert not asked(service)


def test_a_script_that_fits_by_claudes_own_count_is_asked_for(service: Service) -> None:
    long = evolve(ENVIRONMENTS, script=SCRIPT * 6_000)
    model_of(service, model="claude-haiku-4-5").ask(long)
    assert [one.route for one in service.requests()] == ["claude.tokens", "claude.messages"]


def test_what_a_model_takes_can_be_told_where_it_is_not_known(service: Service) -> None:
    options = {"model": "claude-haiku-4-5", "context_tokens": 500}
    with pytest.raises(Refused, match="takes 500"):
        model_of(service, **options).ask(ENVIRONMENTS)


def test_halves_of_letters_do_not_stop_a_question(model: ClaudeScriptModel, tmp_path: Path) -> None:
    question = evolve(NARRATION, scenes=(evolve(FILM[0], movement="a\ud800 boat"),))
    assert written(model, question, tmp_path)


def test_the_place_of_a_fault_is_that_in_the_answer_as_it_is_kept(
    model: ClaudeScriptModel, tmp_path: Path
) -> None:
    blocks = [{"type": "text", "text": 'Scenes:\n\n{"scenes": [@@]}'}]
    kept = json.dumps({"id": "msg_1", "content": blocks, "stop_reason": "end_turn"}).encode()
    place = rf"line 1, column {kept.index(b'@@') + 1}:"
    with pytest.raises(BadOutput, match=place):
        model.rest(kept, SCENES)
    with pytest.raises(BadOutput, match=place):
        model.write(kept, SCENES, tmp_path / "out")
