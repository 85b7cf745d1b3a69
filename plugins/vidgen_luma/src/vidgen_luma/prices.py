"""What Luma asks, in US dollars, as far as it is known.

Luma's own prices per resolution were not at hand: these are those that a reseller
listed in October 2025. What is not listed here has an unknown price.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vidgen_core import UNKNOWN_PRICE, ClipRequest, ImageRequest, Price
from vidgen_luma.options import ClipOptions, PictureOptions

#: The list is of that month; it names no day.
PRICED_ON = "2025-10-01"

#: By model, resolution and seconds.
CLIPS: Mapping[tuple[str, str, float], float] = MappingProxyType(
    {
        ("ray-2", "540p", 5): 0.40,
        ("ray-2", "540p", 9): 0.72,
        ("ray-2", "720p", 5): 0.71,
        ("ray-2", "720p", 9): 1.27,
        ("ray-2", "1080p", 5): 1.59,
        ("ray-2", "1080p", 9): 2.87,
        ("ray-2", "4k", 5): 6.37,
        ("ray-2", "4k", 9): 11.47,
        ("ray-flash-2", "4k", 5): 2.19,
        ("ray-flash-2", "4k", 9): 3.94,
    }
)
PICTURES: Mapping[str, float] = MappingProxyType({"photon-1": 0.0073, "photon-flash-1": 0.0019})


def clip_price(request: ClipRequest, options: ClipOptions) -> Price:
    """Return the price of a clip; the user's own comes first."""
    known = CLIPS.get((options.model, options.resolution, request.seconds))
    return _price(options.price, known)


def picture_price(request: ImageRequest, options: PictureOptions) -> Price:
    """Return the price of a picture; the user's own comes first."""
    return _price(options.image_price, PICTURES.get(options.image_model))


def _price(given: float | None, known: float | None) -> Price:
    usd = known if given is None else given
    return UNKNOWN_PRICE if usd is None else Price(usd, usd)
