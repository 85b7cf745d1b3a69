"""What the plugin declares, what that costs, and which options it takes."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import attrs
import pytest
from gemini_questions import EXTRA, KEY, SDKS, context, picture, places, scenes, speech, writer_of
from packaging.requirements import Requirement

import vidgen_gemini
from vidgen_core import API, UNKNOWN_PRICE, AuthFailed, Price, UsageError, asked, settings
from vidgen_core.specs.parts import parts_from
from vidgen_core.testing.service import Service
from vidgen_gemini import PictureOptions, SpeechOptions, WordOptions, options
from vidgen_gemini.prices import (
    MOST_SPEECH_TOKENS,
    TOKENS_A_SECOND,
    most_tokens,
    picture_price,
    speech_price,
)

(WRITER,) = vidgen_gemini.vidgen_script_models()
PAINTERS = tuple(vidgen_gemini.vidgen_image_generators())
VOICES = tuple(vidgen_gemini.vidgen_speech_engines())
SPECS = (WRITER, *PAINTERS, *VOICES)


def test_all_are_called_gemini_and_take_googles_keys_in_one_order() -> None:
    for spec in SPECS:
        assert (spec.name, spec.api) == ("gemini", API)
        assert spec.keys == ("GEMINI_API_KEY", "GOOGLE_API_KEY")
        assert not spec.abilities
        assert spec.priced_on


@EXTRA
@pytest.mark.parametrize(
    "text", ["A boat leaves. " * 400, "小船在前行。" * 500], ids=["words", "signs"]
)
def test_a_long_text_is_spoken_in_parts_that_no_answer_cuts_off(text: str) -> None:
    options = SpeechOptions()
    parts = parts_from(speech(text=text), VOICES[0].longest_for(options))
    assert len(parts) > 1
    assert "".join(part.text for part in parts) == text
    for part in parts:
        slowly = len(part.text) / 2.5
        assert slowly * TOKENS_A_SECOND <= MOST_SPEECH_TOKENS


@EXTRA
def test_how_much_is_spoken_at_once_can_be_chosen() -> None:
    chosen_length = SpeechOptions(speech_longest=4500)
    assert VOICES[0].longest_for(chosen_length) == 4500
    for nonsense in (9, 40_001):
        with pytest.raises(ValueError, match="speech_longest"):
            SpeechOptions(speech_longest=nonsense)


@EXTRA
def test_with_the_extra_there_are_pictures_and_voices() -> None:
    assert [spec.name for spec in SPECS] == ["gemini"] * 3
    assert (PAINTERS[0].price, VOICES[0].price) == (picture_price, speech_price)


def test_without_the_extra_there_are_words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (vidgen_gemini, options):
        monkeypatch.setattr(module, "has_extra", lambda: False)
    assert [spec.name for spec in vidgen_gemini.vidgen_script_models()] == ["gemini"]
    assert not list(vidgen_gemini.vidgen_image_generators())
    assert not list(vidgen_gemini.vidgen_speech_engines())
    assert WordOptions().sdk == "generativeai"
    with pytest.raises(ValueError, match=r"pip install 'vidgen-gemini\[genai\]'"):
        WordOptions(sdk="genai")


def test_a_choice_that_is_not_installed_ends_the_command_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "has_extra", lambda: False)
    with pytest.raises(UsageError, match=r"pip install 'vidgen-gemini\[genai\]'"):
        chosen(tmp_path, "gemini.sdk=genai")


def test_listing_and_pricing_import_no_sdk() -> None:
    code = (
        "import sys, vidgen_gemini as it\n"
        "from vidgen_core import EnvironmentsRequest as Places\n"
        "specs = [*it.vidgen_script_models(), *it.vidgen_image_generators(),"
        " *it.vidgen_speech_engines()]\n"
        "[spec.options() for spec in specs]\n"
        "specs[0].price(Places(most=2, script='A lamp.'), specs[0].options())\n"
        "names = 'google.generativeai google.genai google.auth requests httpx grpc PIL'\n"
        "print([name for name in names.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_old_packages_warning_is_not_shown_and_nothing_of_its_account_is_used() -> None:
    code = (
        "import warnings; warnings.simplefilter('error')\n"
        "import vidgen_gemini.by_generativeai\n"
        "from google.generativeai import client\n"
        "print(client._client_manager.clients)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("{}", "")


def test_an_answer_costs_at_most_what_it_may_take() -> None:
    chosen = WordOptions(model="gemini-2.5-flash")
    price = WRITER.price(places(), chosen)
    most = most_tokens(asked(places()), chosen, again=False)
    assert most == asked(places()).answer_tokens + 8192
    assert price.high is not None
    assert price.high == pytest.approx(most * 2.5e-6, abs=0.002)
    assert 0 < price.low < price.high / 50
    again = WRITER.price(places(fault="cut off"), chosen)
    assert again.high is not None
    assert again.high > 1.9 * most * 2.5e-6


def test_a_longer_script_costs_more_and_a_long_one_has_the_price_of_long_ones() -> None:
    chosen = WordOptions(model="gemini-2.5-pro", thinking_tokens=0)
    short, long = (
        WRITER.price(scenes(script="Lamps. " * count), chosen).high or 0 for count in (10, 50_000)
    )
    assert long - short > 350_000 * 2.5e-6


def test_an_announced_price_is_the_most() -> None:
    price = speech_price(speech(text="x" * 500), SpeechOptions())
    assert price.low == pytest.approx((100 * 0.5 + 25 * 25 * 9) / 1e6)
    assert price.high == pytest.approx((500 * 1.0 + 25 * 200 * 18) / 1e6)


def test_speech_whose_text_is_not_known_costs_at_most_the_longest() -> None:
    price = speech_price(speech(text=""), SpeechOptions())
    assert (price.low, price.high) == (0, pytest.approx(0.294912))


@pytest.mark.parametrize(
    ("options", "usd"),
    [
        ({}, 0.067),
        ({"image_size": "4K"}, 0.151),
        ({"image_model": "models/gemini-3-pro-image"}, 0.134),
        ({"image_model": "any", "image_price": 0.5}, 0.5),
    ],
)
def test_a_picture_costs_what_the_table_or_the_user_says(
    options: dict[str, Any], usd: float
) -> None:
    assert picture_price(picture(), PictureOptions(**options)) == Price(usd, usd)


def test_what_no_table_holds_has_an_unknown_price_unless_the_user_says_it() -> None:
    assert WRITER.price(places(), WordOptions(model="new")) == UNKNOWN_PRICE
    assert WRITER.price(places(), WordOptions(model="new", price_in=1.0)) == UNKNOWN_PRICE
    assert WRITER.price(places(), WordOptions(model="new", price_in=1.0, price_out=1.0)).known
    assert picture_price(picture(), PictureOptions(image_model="new")) == UNKNOWN_PRICE
    assert speech_price(speech(), SpeechOptions(speech_model="new")) == UNKNOWN_PRICE
    own = SpeechOptions(speech_model="new", speech_price=0.6)
    assert speech_price(speech(text="x" * 1000), own) == Price(0.5, 4.0)


@SDKS
def test_the_models_of_the_account_are_listed_for_nothing(service: Service, sdk: str) -> None:
    names = writer_of(service, sdk)._gemini.models()
    assert "gemini-3.8-flash" in names
    assert len(names) == len(set(names)) > 3
    assert not service.bill


def test_a_key_is_checked_for_nothing(service: Service) -> None:
    url = service.environment["VIDGEN_GEMINI_BASE_URL"]
    for spec in SPECS:
        asked_with = context(spec.options(base_url=url))
        assert spec.check is not None
        assert spec.models is not None
        assert spec.check(asked_with) == ""
        assert "gemini-3.8-flash" in list(spec.models(asked_with))
        with pytest.raises(AuthFailed):
            spec.check(context(spec.options(base_url=url), "wrong-key"))
    assert not service.bill


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (WordOptions, {"base_url": "http://gemini.example"}),
        (WordOptions, {"model": "../x"}),
        (WordOptions, {"model": ""}),
        (WordOptions, {"thinking_tokens": -1}),
        (WordOptions, {"timeout": 0.0}),
        (WordOptions, {"price_in": -1.0}),
        (PictureOptions, {"image_model": "a b"}),
        (PictureOptions, {"image_price": 0.0}),
        (SpeechOptions, {"voice": ""}),
        (SpeechOptions, {"language": "en US"}),
    ],
)
def test_options_that_make_no_sense_are_refused(kind: type, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))}|https?://|no name"):
        kind(**options)


def test_only_what_shapes_a_film_may_stand_in_its_directory() -> None:
    scopes = {
        field.name: field.metadata["scope"]
        for kind in (WordOptions, PictureOptions, SpeechOptions)
        for field in attrs.fields(kind)
    }
    assert {name for name, scope in scopes.items() if scope == "run"} == {
        "model", "thinking_tokens", "image_model", "image_size", "speech_model", "voice", "language"
    }  # fmt: skip


def test_what_it_needs_is_what_it_declares() -> None:
    needed = [Requirement(text) for text in requires("vidgen-gemini") or ()]
    assert {each.name for each in needed if each.marker is None} == {
        "attrs",
        "google-ai-generativelanguage",
        "google-auth",
        "google-generativeai",
        "requests",
        "vidgen-core",
    }
    assert {each.name for each in needed if each.marker} == {"google-genai", "pillow"}


@SDKS
def test_no_repr_shows_the_key(service: Service, sdk: str) -> None:
    assert KEY not in repr(writer_of(service, sdk))


def chosen(folder: Path, text: str) -> Any:
    """Return the options of words that follow from ``--set`` *text* alone."""
    (folder / "mine.toml").write_text("")
    environ = {"VIDGEN_CONFIG": str(folder / "mine.toml")}
    return settings.load(sets=[text], environ=environ, specs=[WRITER]).options_for(
        "gemini", WordOptions
    )
