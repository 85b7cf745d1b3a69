"""What the plugin declares, and what that costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vidgen_local
from vidgen_core import API, OUTPUT, LocalWork, Step, VideoEngineSpec
from vidgen_local import LocalOptions


def spec() -> VideoEngineSpec:
    (only,) = vidgen_local.vidgen_video_engines()
    return only


def test_the_engine_is_free_and_needs_no_key() -> None:
    engine = spec()
    assert (engine.name, engine.api, engine.keys) == ("local", API, ())
    assert engine.price(None, None).free


def test_it_writes_what_every_engine_writes() -> None:
    assert spec().outputs == (OUTPUT[Step.CLIP],)


def test_it_makes_clips_of_five_and_of_ten_seconds() -> None:
    assert spec().lengths_for(LocalOptions()) == (5, 10)


@pytest.mark.parametrize(
    ("seconds", "clips"), [(0.5, (5,)), (5, (5,)), (8, (10,)), (10, (10,)), (14, (5, 10))]
)
def test_its_clips_cover_a_scene(seconds: float, clips: tuple[float, ...]) -> None:
    assert spec().split_for(seconds, LocalOptions()) == clips


@pytest.mark.parametrize("grain", [-0.1, 3.1, float("nan"), "much"])
def test_grain_that_makes_no_sense_is_refused(grain: object) -> None:
    with pytest.raises(ValueError, match=r"grain|float"):
        LocalOptions(grain=grain)  # type: ignore[arg-type]


def test_listing_it_imports_neither_numpy_nor_pillow() -> None:
    code = (
        "import sys, vidgen_local; list(vidgen_local.vidgen_video_engines());"
        "print([name for name in ('numpy', 'PIL', 'av') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_its_factory_makes_local_work() -> None:
    from vidgen_core import Context
    from vidgen_core.media import Media

    made = spec().factory(Context(options=LocalOptions(), media=Media()))
    assert isinstance(made, LocalWork)
