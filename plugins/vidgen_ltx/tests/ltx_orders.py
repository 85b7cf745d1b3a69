"""Providers at a service on this machine, and what they are asked for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vidgen_core import ClipRequest, Context, ImageRequest, JobRef, Scene
from vidgen_core.download import Downloader
from vidgen_core.testing.service import Service
from vidgen_ltx import vidgen_frame_hosts, vidgen_image_generators, vidgen_video_engines
from vidgen_ltx.options import AccountOptions, FalOptions, LtxOptions

KEY = "a-key-of-mine"
#: A picture as far as anyone looks at it here.
JPEG = b"\xff\xd8\xff\xe0 a picture"


def places(service: Service) -> dict[str, Any]:
    """Return the options that lead to *service*, and give up soon."""
    environment = service.environment
    return {
        "base_url": environment["VIDGEN_LTX_BASE_URL"],
        "storage_url": environment["VIDGEN_LTX_STORAGE_URL"],
        "upload_url": environment["VIDGEN_LTX_UPLOAD_URL"],
        "submit_timeout": 20.0,
        "timeout": 20.0,
    }


def made(spec: Any, options: Any, key: str = KEY) -> Any:
    download = Downloader(loopback=True, pause=0.0)
    media: Any = SimpleNamespace()
    return spec.factory(Context(options=options, media=media, key=key, download=download))


def engine(service: Service, key: str = KEY, **options: Any) -> Any:
    (spec,) = vidgen_video_engines()
    return made(spec, LtxOptions(**{**places(service), **options}), key)


def painter(service: Service, key: str = KEY, **options: Any) -> Any:
    (spec,) = vidgen_image_generators()
    return made(spec, FalOptions(**{**places(service), **options}), key)


def host(service: Service, key: str = KEY, **options: Any) -> Any:
    (spec,) = vidgen_frame_hosts()
    return made(spec, AccountOptions(**{**places(service), **options}), key)


def clip(**more: Any) -> ClipRequest:
    asked = {"prompt": "a lighthouse", "seconds": 6.0, **more}
    return ClipRequest(scene=Scene(number=1), clip=1, **asked)


def picture(**more: Any) -> ImageRequest:
    return ImageRequest(**{"prompt": "a lighthouse", **more})


def jpeg(folder: Path) -> str:
    """Return the path of a picture that only looks like one."""
    path = folder / "scene_1_first_frame.jpg"
    path.write_bytes(JPEG)
    return str(path)


def ordered(provider: Any, request: Any) -> JobRef:
    job = provider.submit(request, "a-token")
    assert isinstance(job, JobRef)
    return job


def posts(service: Service) -> int:
    return len(service.requests("fal.submit"))
