"""Small real clips and sounds for the stitcher's tests, and ways to look into films."""

from __future__ import annotations

import math
import random
import subprocess
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import av

from vidgen_core.media import Media
from vidgen_core.protocols import Context
from vidgen_core.specs import NoOptions
from vidgen_core.stitch import FfmpegStitcher

RATE = 48_000
X264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")


def stitcher(media: Media, cancelled: Callable[[], bool] = lambda: False) -> FfmpegStitcher:
    return FfmpegStitcher(Context(options=NoOptions(), media=media, cancelled=cancelled))


def silent(fraction: float) -> None:
    """A progress that nobody watches."""


def luma(number: int, start: int = 0) -> int:
    """The brightness of frame *number*: far enough from its neighbours to be told apart."""
    return 20 + start + 6 * number


def clip(
    media: Media,
    path: Path,
    *options: str,
    frames: int = 24,
    fps: str = "24",
    size: tuple[int, int] = (64, 48),
    start: int = 0,
    sound: Sequence[str] = (),
) -> Path:
    """Encode flat grey frames, each brighter than the one before."""
    width, height = size
    chroma = b"\x80" * (width * height // 2)
    raw = b"".join(bytes([luma(n, start)]) * (width * height) + chroma for n in range(frames))
    codec = options or X264
    command = [media.executable, "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p"]
    command += ["-s", f"{width}x{height}", "-r", fps, "-i", "-", *sound, *codec]
    subprocess.run([*command, f"file:{path}"], input=raw, check=True, timeout=60)
    return path


def tone(
    media: Media, path: Path, seconds: float, hertz: float = 440.0, level: float = 0.3
) -> Path:
    return sound(
        media, path, (level * math.sin(math.tau * hertz * t / RATE) for t in span(seconds))
    )


def speech(media: Media, path: Path, seconds: float, level: float = 0.1) -> Path:
    """Half a second of a deep buzz, half a second of nothing, and so on."""

    def wave(t: int) -> float:
        if t // (RATE // 2) % 2:
            return 0.0
        return level * sum(math.sin(math.tau * 150 * k * t / RATE) / k for k in (1, 2, 3))

    return sound(media, path, (wave(t) for t in span(seconds)))


def crackle(media: Media, path: Path, seconds: float) -> Path:
    """Soft noise with loud short peaks."""
    dice = random.Random(7)
    peaks = (dice.uniform(-0.9, 0.9) if dice.random() < 0.0005 else 0.0 for _ in span(seconds))
    return sound(media, path, (peak + dice.uniform(-0.02, 0.02) for peak in peaks))


def span(seconds: float) -> range:
    return range(round(seconds * RATE))


def sound(media: Media, path: Path, samples: Iterable[float]) -> Path:
    media.encode_audio([array("f", samples).tobytes()], path, rate=RATE, channels=1)
    return path


def lumas(path: Path) -> list[int]:
    """The brightness of the middle of each decoded picture."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            found.append(bytes(plane)[frame.height // 2 * plane.line_size + frame.width // 2])
    return found


def close(found: Sequence[int], expected: Sequence[int]) -> bool:
    """Whether pictures have the expected brightness, but for what encoding rounds."""
    return len(found) == len(expected) and all(
        abs(a - b) <= 2 for a, b in zip(found, expected, strict=True)
    )


def times(path: Path) -> list[float]:
    """When each picture is shown, in seconds, first to last."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert all(a.dts < b.dts for a, b in pairwise(packets))
        return sorted(float(packet.pts * stream.time_base) for packet in packets)


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(container.streams.video[0]) if p.size]


def heard(path: Path) -> array[float]:
    """The sound, decoded: one channel at 48 kHz."""
    samples: array[float] = array("f")
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        for frame in [*container.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                samples.frombytes(bytes(piece.planes[0])[: piece.samples * 4])
    return samples


def rms(samples: Sequence[float]) -> float:
    return math.sqrt(math.fsum(x * x for x in samples) / max(1, len(samples)))


def strength(samples: Sequence[float], hertz: float) -> float:
    """How much of one pitch is in *samples*, as an amplitude."""
    real = math.fsum(x * math.cos(math.tau * hertz * t / RATE) for t, x in enumerate(samples))
    imaginary = math.fsum(x * math.sin(math.tau * hertz * t / RATE) for t, x in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples)


def has_sound(path: Path) -> bool:
    with av.open(str(path)) as container:
        return bool(container.streams.audio)
