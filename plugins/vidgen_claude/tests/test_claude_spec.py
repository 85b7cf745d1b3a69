"""What the plugin declares, what that costs, and which options it takes."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from attrs import evolve
from claude_questions import ENVIRONMENTS, PLACED, QUESTIONS, SCENES, SCRIPT, context_of, model_of

import vidgen_claude
from vidgen_claude import ClaudeOptions
from vidgen_core import API, UNKNOWN_PRICE, AnswerWork, AuthFailed, ScriptRequest
from vidgen_core.testing.service import Service

(SPEC,) = vidgen_claude.vidgen_script_models()
kinds = pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: type(each).__name__)


def test_it_is_called_claude_and_takes_the_key_that_anthropics_sdk_takes() -> None:
    assert (SPEC.name, SPEC.api, SPEC.keys) == ("claude", API, ("ANTHROPIC_API_KEY",))


def test_it_answers_at_once(service: Service) -> None:
    assert isinstance(SPEC.factory(context_of(service)), AnswerWork)


def test_neither_listing_nor_pricing_nor_making_it_imports_the_sdk() -> None:
    code = (
        "import sys, vidgen_claude as claude\n"
        "from vidgen_core import Context, EnvironmentsRequest\n"
        "(spec,) = claude.vidgen_script_models()\n"
        "options = spec.options()\n"
        "spec.price(EnvironmentsRequest(most=1, script='a'), options)\n"
        "spec.factory(Context(options=options, media=None, key='k'))\n"
        "heavy = ('anthropic', 'httpx', 'httpx2', 'pydantic')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@kinds
@pytest.mark.parametrize("fault", ["", "scene 2 is missing"])
def test_what_is_charged_lies_within_the_price(
    service: Service, question: ScriptRequest, fault: str
) -> None:
    asked = evolve(question, fault=fault)
    price = SPEC.price(asked, ClaudeOptions())
    model_of(service).ask(asked)
    assert price.high is not None
    assert price.low <= service.summed_bill()["usd"] <= price.high


def test_a_longer_script_a_dearer_model_and_a_second_time_cost_more() -> None:
    def high(question: ScriptRequest, **options: Any) -> float:
        found = SPEC.price(question, ClaudeOptions(**options)).high
        assert found is not None
        return found

    once = high(SCENES)
    assert high(evolve(SCENES, script=SCRIPT * 100)) > once
    assert high(SCENES, model="claude-opus-5-5") > once
    assert high(evolve(SCENES, fault="odd")) > 1.5 * once
    assert high(SCENES, max_tokens=100) < once


def test_what_the_table_does_not_hold_has_an_unknown_price() -> None:
    unheard = {"model": "claude-haiku-99"}
    assert SPEC.price(SCENES, ClaudeOptions(**unheard)) == UNKNOWN_PRICE
    assert SPEC.price(SCENES, ClaudeOptions(**unheard, input_price=1.0)) == UNKNOWN_PRICE
    own = ClaudeOptions(**unheard, input_price=1.0, output_price=5.0)
    assert isinstance(SPEC.price(SCENES, own).high, float)


def test_a_users_own_price_counts_instead_of_the_table() -> None:
    own = SPEC.price(PLACED, ClaudeOptions(input_price=1e-9, output_price=1000.0))
    assert (own.low, own.high) == (0.0, pytest.approx(8.0))  # 8000 tokens of answer


@pytest.mark.parametrize(
    "options",
    [
        {"model": ""},
        {"model": "a b"},
        {"model": "../x"},
        {"max_tokens": -1},
        {"timeout": 0},
        {"input_price": 0},
        {"base_url": "http://elsewhere.example"},
        {"base_url": "ftp://elsewhere.example"},
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each option has words of its own)
        ClaudeOptions(**options)


def test_a_key_is_checked_and_models_are_listed_for_nothing(service: Service) -> None:
    assert SPEC.check is not None
    assert SPEC.models is not None
    assert SPEC.check(context_of(service)) == ""
    assert ClaudeOptions().model in SPEC.models(context_of(service))
    with pytest.raises(AuthFailed):
        SPEC.check(context_of(service, "wrong-key"))
    assert not service.bill
    assert {one.method for one in service.requests()} == {"GET"}


def test_questions_of_many_threads_share_one_account(service: Service) -> None:
    from concurrent.futures import ThreadPoolExecutor

    model = model_of(service)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(model.ask, [ENVIRONMENTS] * 4))
    assert len(answers) == len(service.requests("claude.messages")) == 4
