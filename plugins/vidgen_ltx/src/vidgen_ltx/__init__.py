"""Films by the LTX models on fal, for vidgen.

Importing this module declares the providers and nothing else; the HTTP library and
fal's SDK are imported when they are first used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vidgen_core import FrameHostSpec, ImageGeneratorSpec, VideoEngineSpec, hookimpl
from vidgen_ltx import drawings, models
from vidgen_ltx.options import AccountOptions, FalOptions, LtxOptions

if TYPE_CHECKING:
    from vidgen_core import Context
    from vidgen_ltx.engine import LtxEngine
    from vidgen_ltx.host import FalHost
    from vidgen_ltx.painter import FalPainter

#: fal's own name for its key, and one that is also seen.
KEYS = ("FAL_KEY", "FAL_API_KEY")
#: What an account at fal has in work at once at least; further orders wait in its queue.
AT_ONCE = 2


def _engine(context: Context) -> LtxEngine:
    from vidgen_ltx.engine import LtxEngine

    return LtxEngine(context)


def _painter(context: Context) -> FalPainter:
    from vidgen_ltx.painter import FalPainter

    return FalPainter(context)


def _host(context: Context) -> FalHost:
    from vidgen_ltx.host import FalHost

    return FalHost(context)


@hookimpl
def vidgen_video_engines() -> Iterable[VideoEngineSpec]:
    """Yield the engine ``ltx``."""
    yield VideoEngineSpec(
        name="ltx",
        summary="clips by the LTX models on fal, paid by the second or by the clip",
        factory=_engine,
        options=LtxOptions,
        keys=KEYS,
        lengths=models.lengths,
        price=models.price,
        priced_on=models.PRICED_ON,
        max_active=AT_ONCE,
    )


@hookimpl
def vidgen_image_generators() -> Iterable[ImageGeneratorSpec]:
    """Yield the image generator ``fal``."""
    yield ImageGeneratorSpec(
        name="fal",
        summary="pictures by FLUX and other models on fal, paid by the megapixel",
        factory=_painter,
        options=FalOptions,
        keys=KEYS,
        price=drawings.price,
        priced_on=drawings.PRICED_ON,
        max_active=AT_ONCE,
    )


@hookimpl
def vidgen_frame_hosts() -> Iterable[FrameHostSpec]:
    """Yield the frame host ``fal``."""
    yield FrameHostSpec(
        name="fal",
        summary="puts pictures at a URL in fal's storage for a day, for nothing",
        factory=_host,
        options=AccountOptions,
        keys=KEYS,
    )
