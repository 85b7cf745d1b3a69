"""Clips made on this machine, for vidgen: no key, no network, no cost.

Importing this module declares the engine and nothing else; numpy and Pillow
are imported when the first clip is rendered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import frozen, validators

from vidgen_core import VideoEngineSpec, hookimpl, option

if TYPE_CHECKING:
    from vidgen_core import Context
    from vidgen_local.engine import LocalEngine


@frozen(kw_only=True)
class LocalOptions:
    """What can be chosen about the clips of engine ``local``."""

    grain: float = option(
        0.6,
        help="Film grain, as a standard deviation in grey levels of 255; 0 to 3.",
        converter=float,
        validator=[validators.ge(0), validators.le(3)],
    )


def _engine(context: Context) -> LocalEngine:
    from vidgen_local.engine import LocalEngine

    return LocalEngine(context)


@hookimpl
def vidgen_video_engines() -> Iterable[VideoEngineSpec]:
    """Yield the engine ``local``."""
    yield VideoEngineSpec(
        name="local",
        summary="drawn landscapes and moving pictures, rendered on this machine for nothing",
        factory=_engine,
        lengths=(5, 10),
        options=LocalOptions,
    )
