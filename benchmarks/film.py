"""Measure a finished film of the offline providers, as a viewer would judge it.

    python benchmarks/film.py DIR

Prints the film's streams, length and loudness; the least movement of any second,
after what is only grain is blurred away; how like the colours of two scenes are that
share a place, and of two that do not; how like the last frame of each clip is to the
first of the next; and how much of what is spoken an independent recogniser misses.
``scripts`` beside it has three of different places, by somebody who did not know how
scripts are read.
"""

from __future__ import annotations

import json
import re
import sys
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from vidgen_core.media import Media

SMALL = (160, 90)
Picture = NDArray[np.float64]


def frames(path: Path, size: tuple[int, int] = SMALL) -> NDArray[np.uint8]:
    """Return every frame of a video as RGB, count x height x width x 3."""
    with av.open(str(path)) as video:
        found = [
            frame.reformat(width=size[0], height=size[1], format="rgb24").to_ndarray()
            for frame in video.decode(video=0)
        ]
    return np.stack(found)


def blurred(pictures: NDArray[np.uint8]) -> Picture:
    """Return brightness averaged over 5 x 5 pixels: grain is gone, movement is not."""
    grey = pictures.astype(np.float64).mean(axis=3)
    for axis in (1, 2):
        grey = sum(np.roll(grey, shift, axis) for shift in range(-2, 3)) / 5
    return grey


def least_movement(film: NDArray[np.uint8], fps: int) -> tuple[float, int]:
    """Return the smallest mean change from frame to frame in any second, and that second."""
    soft = blurred(film)
    change = np.abs(np.diff(soft, axis=0)).mean(axis=(1, 2))
    seconds = [change[start : start + fps].mean() for start in range(0, len(change), fps)]
    return float(min(seconds)), int(np.argmin(seconds))


def colours(pictures: NDArray[np.uint8]) -> Picture:
    """Return the share of each of 512 colours."""
    levels = pictures[:: max(1, len(pictures) // 12)] >> 5
    index = (levels[..., 0].astype(int) * 8 + levels[..., 1]) * 8 + levels[..., 2]
    counts = np.bincount(index.ravel(), minlength=512)
    return counts / counts.sum()


def ssim(one: Picture, other: Picture) -> float:
    """Return the structural similarity of two grey pictures, over windows of 8 x 8."""
    a, b = (
        picture[: picture.shape[0] // 8 * 8, : picture.shape[1] // 8 * 8]
        .reshape(picture.shape[0] // 8, 8, -1, 8)
        .swapaxes(1, 2)
        .reshape(-1, 64)
        for picture in (one, other)
    )
    mean_a, mean_b = a.mean(1), b.mean(1)
    spread = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(1)
    c1, c2 = 6.5025, 58.5225
    above = (2 * mean_a * mean_b + c1) * (2 * spread + c2)
    below = (mean_a**2 + mean_b**2 + c1) * (a.var(1) + b.var(1) + c2)
    return float((above / below).mean())


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def word_errors(said: list[str], heard: list[str]) -> float:
    """Return the share of words that were misheard, missed or added."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, start=1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1] / max(1, len(said))


def heard_in(path: Path) -> list[str]:
    """Return what the recogniser hears in a sound file."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=16000, loglevel="FATAL")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16000)
    with av.open(str(path)) as sound:
        parts = [
            part.to_ndarray().tobytes()
            for frame in sound.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    parts += [part.to_ndarray().tobytes() for part in resampler.resample(None)]
    decoder.start_utt()
    decoder.process_raw(b"".join(parts), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return words(found.hypstr if found else "")


def facts(film: Path) -> None:
    with av.open(str(film)) as container:
        for stream in container.streams:
            if stream.type != "data":
                print(f"{stream.type}: {stream.codec_context.name}")
        video = container.streams.video[0]
        length = float(video.frames / video.average_rate)
        print(f"{video.width}x{video.height}, {video.frames} frames, {length:.2f} s")
    print(f"loudness: {Media().measure_loudness(film):.1f} LUFS")


def show(root: Path) -> None:
    (film,) = root.glob("final_video_*.mp4")
    (scenes_file,) = root.glob("scenes_*.json")
    scenes: list[dict[str, Any]] = json.loads(scenes_file.read_text())
    timestamp = scenes_file.stem.removeprefix("scenes_")
    facts(film)
    moved, second = least_movement(frames(film), 24)
    print(f"least movement of a second: {moved:.3f} grey levels a frame, in second {second}")
    videos = {
        s["scene_number"]: root / f"scene_{s['scene_number']}_{timestamp}.mp4" for s in scenes
    }
    tones = {number: colours(frames(path)) for number, path in videos.items()}
    places = {s["scene_number"]: s["scene_physical_environment"] for s in scenes}
    for one, other in combinations(videos, 2):
        like = float(np.minimum(tones[one], tones[other]).sum())
        where = "one place" if places[one] == places[other] else "two places"
        print(f"colours that scenes {one} and {other} share, {where}: {like:.2f}")
    clips = [
        clip
        for number in videos
        for clip in sorted(
            root.glob(f"scene_{number}_all_vid_*/scene_{number}_vid_*_{timestamp}.mp4")
        )
    ]
    ends = {clip: frames(clip, (640, 360))[[0, -1]].mean(axis=3) for clip in clips}
    chain = [ssim(ends[one][1], ends[other][0]) for one, other in pairwise(clips)]
    print("last frame against first of the next, SSIM:", " ".join(f"{s:.3f}" for s in chain))
    for scene in scenes:
        number = scene["scene_number"]
        for spoken in root.glob(f"scene_{number}_all_vid_*/scene_{number}_narration_*.mp3"):
            missed = word_errors(words(scene["narration"]), heard_in(spoken))
            print(f"words of scene {number} that were not heard: {missed:.2f}")


if __name__ == "__main__":
    show(Path(sys.argv[1]))
