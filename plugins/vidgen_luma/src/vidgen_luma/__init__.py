"""Clips and pictures by Luma's Dream Machine, for vidgen.

Importing this module declares the providers and nothing else; Luma's SDK is
imported when one of them is first used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vidgen_core import ImageGeneratorSpec, VideoEngineSpec, hookimpl
from vidgen_luma.options import ClipOptions, PictureOptions
from vidgen_luma.prices import PRICED_ON, clip_price, picture_price

if TYPE_CHECKING:
    from vidgen_core import Context
    from vidgen_luma.work import LumaEngine, LumaPainter

__all__ = ["ClipOptions", "PictureOptions", "vidgen_image_generators", "vidgen_video_engines"]

NAME = "luma"
KEYS = ("LUMAAI_API_KEY",)
#: Luma documents no limit; it answers 429 where an account has a lower one.
MAX_ACTIVE = 5


def _engine(context: Context) -> LumaEngine:
    from vidgen_luma.work import LumaEngine

    return LumaEngine(context)


def _painter(context: Context) -> LumaPainter:
    from vidgen_luma.work import LumaPainter

    return LumaPainter(context)


def _account(context: Context) -> str:
    """Say what is left in the account: Luma tells that to whoever has a good key."""
    from vidgen_luma.service import Luma

    return f"balance ${Luma(context).balance():.2f}"


@hookimpl
def vidgen_video_engines() -> Iterable[VideoEngineSpec]:
    """Yield the engine ``luma``."""
    yield VideoEngineSpec(
        name=NAME,
        summary="clips by Luma's Dream Machine (Ray 2), paid; key in LUMAAI_API_KEY",
        factory=_engine,
        lengths=(5, 9),
        options=ClipOptions,
        keys=KEYS,
        abilities={"find", "pictures-by-url", "starts-from-jobs"},
        price=clip_price,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        check=_account,
    )


@hookimpl
def vidgen_image_generators() -> Iterable[ImageGeneratorSpec]:
    """Yield the image generator ``luma``."""
    yield ImageGeneratorSpec(
        name=NAME,
        summary="pictures by Luma's Dream Machine (Photon), paid; key in LUMAAI_API_KEY",
        factory=_painter,
        options=PictureOptions,
        keys=KEYS,
        abilities={"find"},
        price=picture_price,
        priced_on=PRICED_ON,
        max_active=MAX_ACTIVE,
        check=_account,
    )
