"""The models on fal that the service knows, and what each can be asked for.

A name with ``ltx`` in it makes videos, every other makes pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import frozen

from vidgen_core.testing.service import prices
from vidgen_core.testing.service.footage import Recipe, sized

#: What LTX makes where nobody says: the length is known of LTX-2 only, the others' is a guess.
_FRAMES, _RATE = 121, 24.0
_RESOLUTIONS = ("1080p", "1440p", "2160p")
_LONG = (12, 14, 16, 18, 20)

_IMAGE_SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "square_hd": (1024, 1024),
        "square": (512, 512),
        "portrait_4_3": (768, 1024),
        "portrait_16_9": (576, 1024),
        "landscape_4_3": (1024, 768),
        "landscape_16_9": (1024, 576),
    }
)


class Invalid(ValueError):
    """A model rejects one of its arguments. ``kind`` is the word in its answer."""

    def __init__(self, argument: str, words: str, kind: str = "value_error") -> None:
        super().__init__(words)
        self.argument = argument
        self.words = words
        self.kind = kind


@frozen(kw_only=True)
class Making:
    """What a model will make, and for how much."""

    recipe: Recipe
    usd: float | None


def exists(model: str) -> bool:
    """Whether the service has a model of that name."""
    owner, _, app = model.partition("/")
    return owner == "fal-ai" and bool(app) and "/requests/" not in app


def makes_videos(model: str) -> bool:
    """Whether *model* makes videos."""
    return "ltx" in model


def starts_from_a_picture(model: str) -> bool:
    """Whether *model* must be given a picture to start from."""
    return "/image-to-video" in model


def making(model: str, asked: Mapping[str, Any], shape: float, short: int, **kept: str) -> Making:
    """Return what *model* makes of *asked*.

    *shape* is the start picture's width/height (else 16/9), *short* the shorter
    side in pixels, *kept* the names of the start and end pictures. Raises ``Invalid``.
    """
    if not isinstance(asked.get("prompt"), str):
        raise Invalid("prompt", "Field required", "missing")
    if not makes_videos(model):
        return _picture(model, asked, short)
    if starts_from_a_picture(model) and not kept.get("start"):
        raise Invalid("image_url", "Field required", "missing")
    width, height = sized(_shape(asked.get("aspect_ratio", "auto"), shape), short)
    seconds, fps, resolution = _length(model, asked)
    recipe = Recipe(
        number=0, width=width, height=height, suffix=".mp4", seconds=seconds, fps=fps,
        sound=_is_second_generation(model) and asked.get("generate_audio", True) is True, **kept,
    )  # fmt: skip
    return Making(recipe=recipe, usd=prices.fal_video(model, resolution, seconds))


def _picture(model: str, asked: Mapping[str, Any], short: int) -> Making:
    size = asked.get("image_size", "landscape_4_3")
    if isinstance(size, str) and size in _IMAGE_SIZES:
        width, height = _IMAGE_SIZES[size]
    elif isinstance(size, dict) and all(_whole(size.get(side)) for side in ("width", "height")):
        width, height = size["width"], size["height"]
    else:
        raise Invalid("image_size", f"Input should be one of {', '.join(_IMAGE_SIZES)}", "enum")
    form = asked.get("output_format", "jpeg")
    if form not in ("jpeg", "png"):
        raise Invalid("output_format", "Input should be 'jpeg' or 'png'", "literal_error")
    small = sized(width / height, short)
    suffix = ".jpg" if form == "jpeg" else ".png"
    recipe = Recipe(number=0, width=small[0], height=small[1], suffix=suffix)
    return Making(recipe=recipe, usd=prices.fal_image(model, width * height))


def _length(model: str, asked: Mapping[str, Any]) -> tuple[float, float, str]:
    """Return seconds, frames a second, and the resolution's name."""
    if not _is_second_generation(model):
        frames, rate = asked.get("num_frames", _FRAMES), asked.get("frame_rate", _RATE)
        for name, value in (("num_frames", frames), ("frame_rate", rate)):
            if not isinstance(value, int | float) or not 1 <= value <= 1000:
                raise Invalid(name, "Input should be a number from 1 to 1000", "value_error")
        return frames / rate, float(rate), str(asked.get("resolution", ""))
    resolution = asked.get("resolution", "1080p")
    if resolution not in _RESOLUTIONS:
        known = ", ".join(_RESOLUTIONS)
        raise Invalid("resolution", f"Input should be one of {known}", "literal_error")
    fps = asked.get("fps", 25)
    if fps not in (25, 50):
        raise Invalid("fps", "Input should be 25 or 50", "literal_error")
    seconds = asked.get("duration", 6)
    long = model.endswith("/fast") and fps == 25 and resolution == "1080p"
    lengths = (6, 8, 10, *(_LONG if long else ()))
    if not _whole(seconds) or seconds not in lengths:
        known = ", ".join(str(length) for length in lengths)
        raise Invalid("duration", f"Input should be one of {known}", "literal_error")
    return float(seconds), float(fps), str(resolution)


def _is_second_generation(model: str) -> bool:
    return model.startswith(("fal-ai/ltx-2/", "fal-ai/ltx-2.3/"))


def _shape(text: Any, usual: float) -> float:
    if text == "auto":
        return usual
    wide, _, high = str(text).partition(":")
    if wide.isdecimal() and high.isdecimal() and int(wide) and int(high):
        return int(wide) / int(high)
    raise Invalid("aspect_ratio", "Input should be 'auto', '16:9' or '9:16'", "literal_error")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
