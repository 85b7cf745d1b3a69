"""What the vendors ask, in USD, as far as it is known; ``None`` where it is not.

Luma's video prices are a reseller's of October 2025, fal's LTX prices its own
pages' of January 2026, fal's FLUX prices a catalogue's of May 2026.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

_LUMA_VIDEO: Mapping[tuple[str, str, int], float] = MappingProxyType(
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
_LUMA_IMAGE: Mapping[str, float] = MappingProxyType({"photon-1": 0.0073, "photon-flash-1": 0.0019})

_PER_VIDEO: Mapping[str, float] = MappingProxyType(
    {"fal-ai/ltx-video": 0.02, "fal-ai/ltx-video-v097": 0.12}
)
_FAST = MappingProxyType({"1080p": 0.04, "1440p": 0.08, "2160p": 0.16})
_PRO = MappingProxyType({"1080p": 0.06, "1440p": 0.12, "2160p": 0.24})
_DEAR = MappingProxyType({"1080p": 0.08, "1440p": 0.16, "2160p": 0.32})
_PER_SECOND: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "fal-ai/ltx-2/text-to-video": _PRO,
        "fal-ai/ltx-2/image-to-video": _PRO,
        "fal-ai/ltx-2/text-to-video/fast": _FAST,
        "fal-ai/ltx-2/image-to-video/fast": _FAST,
        "fal-ai/ltx-2.3/text-to-video": _DEAR,
        "fal-ai/ltx-2.3/image-to-video": _PRO,
        "fal-ai/ltx-2.3/text-to-video/fast": _FAST,
        "fal-ai/ltx-2.3/image-to-video/fast": _FAST,
    }
)
_PER_MEGAPIXEL: Mapping[str, float] = MappingProxyType(
    {"fal-ai/flux/schnell": 0.003, "fal-ai/flux/dev": 0.025}
)


def luma_video(model: str, resolution: str, seconds: int) -> float | None:
    """Return the price of a video by Luma."""
    return _LUMA_VIDEO.get((model, resolution, seconds))


def luma_image(model: str) -> float | None:
    """Return the price of a picture by Luma."""
    return _LUMA_IMAGE.get(model)


def fal_video(model: str, resolution: str, seconds: float) -> float | None:
    """Return the price of a video by a model on fal."""
    if model in _PER_VIDEO:
        return _PER_VIDEO[model]
    rate = _PER_SECOND.get(model, {}).get(resolution)
    return None if rate is None else round(rate * seconds, 4)


def fal_image(model: str, pixels: int) -> float | None:
    """Return the price of a picture by a model on fal.

    Megapixels are rounded up; 1024 x 1024 is taken for one of them.
    """
    rate = _PER_MEGAPIXEL.get(model)
    return None if rate is None else round(rate * math.ceil(pixels / (1 << 20)), 4)
