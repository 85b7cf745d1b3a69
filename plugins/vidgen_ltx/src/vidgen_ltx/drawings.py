"""The models on fal that draw pictures: what FLUX is asked, and what it costs.

Arguments and prices are a catalogue's of May 2026; other models are asked the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vidgen_core import UNKNOWN_PRICE, ImageRequest, Price
from vidgen_ltx.dollars import read_price
from vidgen_ltx.options import FalOptions

#: When these prices were read.
PRICED_ON = "2026-05-01"

#: US dollars for a megapixel, of which the last one counts whole.
_RATES: Mapping[str, float] = MappingProxyType(
    {"fal-ai/flux/schnell": 0.003, "fal-ai/flux/dev": 0.025}
)


def price(request: ImageRequest, options: FalOptions) -> Price:
    """Return what a picture costs.

    Whether a megapixel is a million pixels or 1024 times 1024 is nowhere said: the
    low price takes the one, the high price the other.
    """
    if options.price:
        dollars, _ = read_price(options.price)
        return Price(dollars, dollars)
    rate = _RATES.get(options.model)
    if rate is None:
        return UNKNOWN_PRICE
    pixels = request.width * request.height
    low, high = (round(rate * math.ceil(pixels / mega), 4) for mega in (1 << 20, 1_000_000))
    return Price(low, high)


def order(request: ImageRequest) -> dict[str, Any]:
    """Return the arguments for one picture: JPEG for a scene's, PNG as the film's first one."""
    return {
        "prompt": request.prompt,
        "image_size": {"width": request.width, "height": request.height},
        "num_images": 1,
        "output_format": "jpeg" if request.scene else "png",
        "seed": request.seed,
    }
