"""What the tests ask the service for, and how they look at what came."""

from __future__ import annotations

from pathlib import Path

import httpx
from lumaai import LumaAI
from lumaai.types import Generation

from vidgen_core.media import Media

KEY = "a-key-of-the-tests-4711"
LTX = "fal-ai/ltx-2/text-to-video/fast"
FROM_PICTURE = "fal-ai/ltx-2/image-to-video/fast"
FLUX = "fal-ai/flux/schnell"

WIDTH, HEIGHT = 48, 32


def cat(client: LumaAI, **more: object) -> Generation:
    """Ask Luma for the shortest video."""
    return client.generations.create(model="ray-2", prompt="a cat", **more)


def video_url(generation: Generation) -> str:
    assert generation.assets is not None
    assert generation.assets.video is not None
    return generation.assets.video


def download(client: httpx.Client, url: str, into: Path) -> Path:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    into.write_bytes(answer.content)
    return into


def pixels(picture: Path) -> bytes:
    """Return the first picture of a file, small."""
    return Media().read_frame(picture, width=WIDTH, height=HEIGHT)


def last_pixels(video: Path) -> bytes:
    """Return the last picture of a video, small."""
    frame = video.with_suffix(".last.png")
    Media().save_frame(video, frame)
    return pixels(frame)


def difference(one: bytes, other: bytes) -> float:
    """Return how far two pictures are apart on average, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
