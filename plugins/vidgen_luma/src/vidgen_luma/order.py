"""From a request to what Luma is sent."""

from __future__ import annotations

import math
from typing import Any

from vidgen_core import ClipRequest, ImageRequest
from vidgen_luma.options import AccountOptions, ClipOptions, PictureOptions

#: Name of the field in the query of a callback URL that holds a take's token.
TOKEN = "vidgen"

#: Width to height, as Luma takes them.
_ASPECTS = ((16, 9), (9, 16), (1, 1), (4, 3), (3, 4), (21, 9), (9, 21))


def clip_order(request: ClipRequest, options: ClipOptions) -> dict[str, Any]:
    """Return what Luma is sent for a clip, without the picture that it starts with."""
    order: dict[str, Any] = {
        "model": options.model,
        "prompt": _sendable(request.prompt),
        "aspect_ratio": nearest_aspect(request.width, request.height),
        "duration": f"{request.seconds:g}s",
        "resolution": options.resolution,
    }
    if options.loop:
        order["loop"] = True
    if options.concepts:
        order["concepts"] = [{"key": concept} for concept in options.concepts]
    return order


def picture_order(request: ImageRequest, options: PictureOptions) -> dict[str, Any]:
    """Return what Luma is sent for a picture.

    vidgen keeps the first frame of a scene as JPEG and the initial image as PNG.
    """
    return {
        "model": options.image_model,
        "prompt": _sendable(request.prompt),
        "aspect_ratio": nearest_aspect(request.width, request.height),
        "format": "jpg" if request.scene else "png",
    }


def reported(order: dict[str, Any], options: AccountOptions, token: str) -> dict[str, Any]:
    """Return *order* with the address that Luma reports to, where the user has one."""
    if not options.callback_url:
        return order
    return {**order, "callback_url": f"{options.callback_url}?{TOKEN}={token}"}


def nearest_aspect(width: int, height: int) -> str:
    """Return that of Luma's aspects which is nearest to *width* by *height*."""
    across, down = min(
        _ASPECTS, key=lambda aspect: abs(math.log(width / height * aspect[1] / aspect[0]))
    )
    return f"{across}:{down}"


def _sendable(text: str) -> str:
    """Return *text* without halves of letters, which no JSON may hold."""
    return text.encode("utf-8", "replace").decode()
