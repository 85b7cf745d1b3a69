"""What the tests ask Luma's providers for, and how these are made."""

from __future__ import annotations

from typing import Any

from vidgen_core import ClipRequest, Context, ImageRequest, Scene
from vidgen_core.download import Downloader
from vidgen_core.media import Media
from vidgen_core.testing.service import Logged, Service
from vidgen_luma import ClipOptions, PictureOptions
from vidgen_luma.work import LumaEngine, LumaPainter

KEY = "luma-key-of-the-tests-4711"
TOKEN = "0123456789abcdef0123456789abcdef"


def engine_of(service: Service | str, key: str = KEY, **options: Any) -> LumaEngine:
    return LumaEngine(_context(ClipOptions(**_here(service, options)), key))


def painter_of(service: Service | str, key: str = KEY, **options: Any) -> LumaPainter:
    return LumaPainter(_context(PictureOptions(**_here(service, options)), key))


def clip(**more: Any) -> ClipRequest:
    given = {"scene": Scene(number=1), "clip": 1, "prompt": "a lighthouse", "seconds": 5.0}
    return ClipRequest(**{**given, **more})


def picture(**more: Any) -> ImageRequest:
    return ImageRequest(**{"prompt": "a lighthouse", "scene": Scene(number=1), **more})


def submits(service: Service) -> list[Logged]:
    """Return all requests that ask for work which costs money."""
    return [one for one in service.requests() if one.method == "POST"]


def sent(service: Service) -> Any:
    """Return what the only submit held."""
    (only,) = submits(service)
    return only.body


def _context(options: Any, key: str) -> Context:
    return Context(options=options, media=Media(), key=key, download=Downloader(loopback=True))


def _here(service: Service | str, options: dict[str, Any]) -> dict[str, Any]:
    url = service if isinstance(service, str) else service.environment["VIDGEN_LUMA_BASE_URL"]
    return {"base_url": url, "timeout": 20.0, **options}
