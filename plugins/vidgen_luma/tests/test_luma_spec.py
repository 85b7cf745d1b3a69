"""What the plugin declares, what that costs, and which options it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from luma_orders import clip, picture

import vidgen_luma
from vidgen_core import (
    API,
    UNKNOWN_PRICE,
    Findable,
    Price,
    ProviderSpec,
    RemoteWork,
    UsageError,
    settings,
)
from vidgen_luma import ClipOptions, PictureOptions
from vidgen_luma.work import LumaEngine, LumaPainter

(ENGINE,) = vidgen_luma.vidgen_video_engines()
(PAINTER,) = vidgen_luma.vidgen_image_generators()


@pytest.mark.parametrize("spec", [ENGINE, PAINTER], ids=["engine", "image generator"])
def test_both_are_called_luma_and_take_the_key_that_lumas_sdk_takes(spec: ProviderSpec) -> None:
    assert (spec.name, spec.api, spec.keys) == ("luma", API, ("LUMAAI_API_KEY",))


def test_the_engine_makes_clips_of_five_and_of_nine_seconds() -> None:
    assert ENGINE.lengths_for(ClipOptions()) == (5, 9)
    assert ENGINE.split_for(14, ClipOptions()) == (5, 9)


def test_what_it_says_it_can_it_can(engine: LumaEngine, painter: LumaPainter) -> None:
    assert ENGINE.abilities == {"find", "pictures-by-url", "starts-from-jobs"}
    assert PAINTER.abilities == {"find"}
    for provider in (engine, painter):
        assert isinstance(provider, RemoteWork)
        assert isinstance(provider, Findable)


def test_listing_it_imports_no_sdk() -> None:
    code = (
        "import sys, vidgen_luma as luma;"
        "specs = [*luma.vidgen_video_engines(), *luma.vidgen_image_generators()];"
        "[spec.options() for spec in specs];"
        "print([name for name in ('lumaai', 'httpx', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "seconds", "usd"),
    [
        ({}, 5, 0.71),
        ({}, 9, 1.27),
        ({"resolution": "540p"}, 5, 0.40),
        ({"resolution": "4k"}, 9, 11.47),
        ({"model": "ray-flash-2", "resolution": "4k"}, 5, 2.19),
        ({"model": "ray-flash-2", "price": 0.25}, 5, 0.25),
        ({"price": 0.5}, 9, 0.5),
    ],
)
def test_a_clip_costs_what_the_table_or_the_user_says(
    options: dict[str, Any], seconds: float, usd: float
) -> None:
    price = ENGINE.price(clip(seconds=float(seconds)), ClipOptions(**options))
    assert price == Price(usd, usd)


@pytest.mark.parametrize("options", [{"model": "ray-flash-2"}, {"model": "ray-3"}])
def test_what_the_table_does_not_hold_has_an_unknown_price(options: dict[str, Any]) -> None:
    assert ENGINE.price(clip(), ClipOptions(**options)) == UNKNOWN_PRICE


def test_a_picture_costs_what_the_table_or_the_user_says() -> None:
    assert PAINTER.price(picture(), PictureOptions()) == Price(0.0073, 0.0073)
    assert PAINTER.price(picture(), PictureOptions(image_price=0.02)) == Price(0.02, 0.02)
    assert PAINTER.price(picture(), PictureOptions(image_model="photon-9")) == UNKNOWN_PRICE


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://luma.example"},
        {"base_url": "https://user@luma.example"},
        {"callback_url": "http://127.0.0.1:1/"},
        {"callback_url": "https://me.example/?x=1"},
        {"price": 0.0},
        {"price": float("nan")},
        {"timeout": 0.0},
        {"model": ""},
        {"model": "ray 2"},
        {"concepts": ("orbit_left", "")},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))}|https?://|address|no name"):
        ClipOptions(**options)


@pytest.mark.parametrize("known", ["540p", "720p", "1080p", "4k", "4K"])
def test_a_resolution_of_lumas_is_taken(tmp_path: Path, known: str) -> None:
    assert chosen(tmp_path, f"luma.resolution={known}").resolution == known.lower()


def test_any_other_resolution_is_refused_before_an_order_goes_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        chosen(tmp_path, "luma.resolution=8k")
    said = "--set luma.resolution: expected one of 540p, 720p, 1080p, 4k; got '8k'"
    assert refused.value.message == said


def chosen(folder: Path, text: str) -> ClipOptions:
    """Return the options of clips that follow from ``--set`` *text* alone."""
    (folder / "mine.toml").write_text("")
    environ = {"VIDGEN_CONFIG": str(folder / "mine.toml")}
    return settings.load(sets=[text], environ=environ, specs=[ENGINE]).options_for(
        "luma", ClipOptions
    )


def test_where_luma_is_and_what_it_costs_is_no_directorys_to_say() -> None:
    scopes = {
        attribute.name: attribute.metadata["scope"]
        for options in (ClipOptions, PictureOptions)
        for attribute in options.__attrs_attrs__
    }
    of_a_run = {name for name, scope in scopes.items() if scope == "run"}
    assert of_a_run == {"model", "resolution", "loop", "concepts", "image_model"}
