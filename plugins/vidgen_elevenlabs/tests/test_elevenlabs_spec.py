"""What the plugin declares, what that costs, and which options it takes."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from elevenlabs_orders import context, heard, spoken
from packaging.requirements import Requirement

import vidgen_elevenlabs
from vidgen_core import API, UNKNOWN_PRICE, AnswerWork, Price, ProviderSpec
from vidgen_core.testing.service import Service
from vidgen_elevenlabs import SoundOptions, SpeechOptions

(SPEECH,) = vidgen_elevenlabs.vidgen_speech_engines()
(SOUND,) = vidgen_elevenlabs.vidgen_sound_engines()


@pytest.mark.parametrize("spec", [SPEECH, SOUND], ids=["speech", "sound"])
def test_both_are_called_elevenlabs_and_take_either_key(spec: ProviderSpec) -> None:
    keys = ("ELEVENLABS_API_KEY", "ELEVEN_LABS_API_KEY")
    assert (spec.name, spec.api, spec.keys) == ("elevenlabs", API, keys)
    assert spec.max_active == spec.options().max_active == 2


def test_what_it_says_it_can_it_can(service: Service) -> None:
    assert SPEECH.abilities == {"find"}
    assert not SOUND.abilities
    for spec in (SPEECH, SOUND):
        options = spec.options(base_url=service.environment["VIDGEN_ELEVENLABS_BASE_URL"])
        assert isinstance(spec.factory(context(options)), AnswerWork)
        assert spec.check is not None
        assert spec.check(context(options)).startswith("plan creator")
        assert not service.bill
    assert SPEECH.models is not None
    assert "eleven_flash_v2_5" in SPEECH.models(context(options))


def test_listing_pricing_and_making_it_import_no_sdk() -> None:
    code = (
        "import sys, vidgen_elevenlabs as plugin;"
        "from vidgen_core import Context, SoundRequest, SpeechRequest;"
        "(speech,), (sound,) = plugin.vidgen_speech_engines(), plugin.vidgen_sound_engines();"
        "speech.price(SpeechRequest(text='a'), speech.options());"
        "sound.price(SoundRequest(prompt='a', seconds=1), sound.options());"
        "print([name for name in ('elevenlabs', 'httpx', 'pydantic') if name in sys.modules]);"
        "[spec.factory(Context(options=spec.options(), media=None)) for spec in (speech, sound)];"
        "print('elevenlabs' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "False"]


@pytest.mark.parametrize(
    ("options", "usd"),
    [
        ({}, 0.10),
        ({"model": "eleven_flash_v2_5"}, 0.05),
        ({"model": "eleven_flash_v2_5", "price_per_1000": 0.3}, 0.3),
        ({"model": "eleven_v9", "price_per_1000": 0.3}, 0.3),
    ],
)
def test_speech_costs_what_the_table_or_the_user_says(options: dict[str, Any], usd: float) -> None:
    price = SPEECH.price(spoken("a" * 500), SpeechOptions(**options))
    assert price == Price(usd / 2, usd / 2)


def test_white_space_around_a_text_is_neither_sent_nor_paid_for() -> None:
    assert SPEECH.price(spoken(f"{'a' * 500} \n"), SpeechOptions()) == Price(0.05, 0.05)


def test_a_text_that_is_not_written_yet_is_not_free() -> None:
    assert not SPEECH.price(spoken(""), SpeechOptions()).free


def test_a_sound_costs_what_the_table_or_the_user_says() -> None:
    assert SOUND.price(heard(), SoundOptions()) == Price(0.12, 0.12)
    assert SOUND.price(heard(40.0), SoundOptions(sound_price=0.02)) == Price(0.02, 0.02)


def test_what_the_table_does_not_hold_has_an_unknown_price() -> None:
    assert SPEECH.price(spoken(), SpeechOptions(model="eleven_v9")) == UNKNOWN_PRICE
    assert SOUND.price(heard(), SoundOptions(sound_model="other")) == UNKNOWN_PRICE


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://elevenlabs.example"},
        {"voice": "../voices"},
        {"voice": ""},
        {"model": ""},
        {"model": "a b"},
        {"language": "German"},
        {"stability": 1.5},
        {"similarity": -0.1},
        {"style": float("nan")},
        {"speed": 2.0},
        {"seed": -1},
        {"seed": 2**32},
        {"output_format": "opus_48000_64"},
        {"output_format": "mp3"},
        {"price_per_1000": 0.0},
        {"longest": 9},
        {"max_active": 0},
        {"timeout": 0.0},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=f"{next(iter(options))}|https?://|no id|no name|no lang|mp3"
    ):
        SpeechOptions(**options)


def test_where_elevenlabs_is_and_what_it_costs_is_no_directorys_to_say() -> None:
    scopes = {
        attribute.name: attribute.metadata["scope"]
        for options in (SpeechOptions, SoundOptions)
        for attribute in options.__attrs_attrs__
    }
    of_the_user = {name for name, scope in scopes.items() if scope == "user"}
    assert of_the_user == {
        "base_url",
        "timeout",
        "connect_timeout",
        "max_active",
        "longest",
        "price_per_1000",
        "sound_price",
    }


def test_what_it_needs_is_what_it_uses() -> None:
    needed = {Requirement(text).name for text in requires("vidgen-elevenlabs") or ()}
    source = Path(sys.modules["vidgen_elevenlabs"].__file__ or "").parent
    text = "".join(path.read_text() for path in source.glob("*.py"))
    assert needed == {"attrs", "elevenlabs", "httpx", "vidgen-core"}
    assert all(f"import {name}" in text or f"from {name.replace('-', '_')}" in text
               for name in needed)  # fmt: skip
