"""Makers of run directories as the earlier scripts left them, small and quick to make.

Every scene has a colour of its own (:func:`colour`), so that a film tells which
scene it shows when. Videos are 160 x 90 at 12 frames a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
from attrs import frozen

from .run_paths import OTHER_TS, TS, clip_path, frame_path, scene_frame_path, video_path

WIDTH, HEIGHT, FPS = 160, 90, 12

_COLOURS = ("c03030", "30a040", "3050c0", "c0b030", "a030b0", "30b0b0", "e08030", "909090")


def colour(scene: int) -> tuple[float, float, float]:
    """Mean Y, U and V of what scene number *scene* shows (BT.601, limited range)."""
    code = _COLOURS[(scene - 1) % len(_COLOURS)]
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return 16 + 219 * luma, 128 + 126.4 * (blue - luma), 128 + 159.7 * (red - luma)


@cache
def _ffmpeg(*arguments: str) -> bytes:
    """What ffmpeg makes; each thing is made once."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *arguments, "pipe:1"]
    return subprocess.run(command, check=True, timeout=60, stdout=subprocess.PIPE).stdout


def _flat(scene: int, seconds: float, size: str = f"{WIDTH}x{HEIGHT}") -> tuple[str, ...]:
    code = _COLOURS[(scene - 1) % len(_COLOURS)]
    return ("-f", "lavfi", "-i", f"color=c=0x{code}:s={size}:r={FPS}:d={seconds}")


def video(scene: int, seconds: float = 1.0, size: str = f"{WIDTH}x{HEIGHT}") -> bytes:
    """An MP4 in the scene's colour: H.264, 12 fps."""
    coding = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    # A pipe cannot be sought: the index goes in front in a second step.
    fragments = ("-movflags", "frag_keyframe+empty_moov", "-f", "mp4")
    return _whole_mp4(_ffmpeg(*_flat(scene, seconds, size), *coding, *fragments))


@cache
def _whole_mp4(fragmented: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.mp4"), Path(folder, "b.mp4")
        source.write_bytes(fragmented)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(source)]
        timescale = ["-video_track_timescale", "12288", "-movflags", "+faststart"]
        subprocess.run([*command, "-c", "copy", *timescale, str(target)], check=True, timeout=60)
        return target.read_bytes()


def picture(scene: int) -> bytes:
    """A JPEG in the scene's colour."""
    return _ffmpeg(*_flat(scene, 1), "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2pipe")


def sound(seconds: float = 1.0, hertz: int = 440) -> bytes:
    """An MP3 of one tone."""
    tone = f"sine=f={hertz}:d={seconds}:r=48000,volume=4"
    return _ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "libmp3lame", "-f", "mp3")


def scene_object(number: int, *, seconds: Any = 1, **more: Any) -> dict[str, Any]:
    """One scene as the scripts wrote it."""
    return {
        "scene_number": number,
        "scene_name": f"Scene {number}",
        "scene_physical_environment": "a quiet bay at dawn",
        "scene_movement_description": "a boat comes in slowly",
        "scene_emotions": "calm",
        "scene_camera_movement": "slow pan to the right",
        "scene_duration": seconds,
        "sound_effects_prompt": "waves on stones",
    } | more


def put(path: Path, content: bytes) -> Path:
    """Write a file and the folders that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def begin(
    parent: Path,
    scenes: Sequence[Mapping[str, Any]] | int = 4,
    *,
    name: str = f"video_{TS}",
    seconds: Any = 1,
    wrapped: bool = False,
) -> Path:
    """Make a directory with its scenes file; *scenes*: a number, or the objects themselves."""
    if isinstance(scenes, int):
        scenes = [scene_object(number, seconds=seconds) for number in range(1, scenes + 1)]
    root = parent / name
    root.mkdir(parents=True)
    value = {"scenes": scenes, "written_by": "hand"} if wrapped else scenes
    put(root / f"scenes_{TS}.json", json.dumps(value, indent=2).encode())
    return root


def add_scene(root: Path, number: int, seconds: float = 1.0, *, timestamp: str = TS) -> Path:
    """Add a whole scene: ``scene_N_TS.mp4``."""
    return put(root / video_path(number, timestamp), video(number, seconds))


def clips_folder(root: Path, number: int, timestamp: str = TS) -> Path:
    """The folder of one scene's clips."""
    return root / f"scene_{number}_all_vid_{timestamp}"


def add_clip(
    root: Path,
    number: int,
    clip: int,
    seconds: float = 1.0,
    *,
    timestamp: str = TS,
    folder: str = "",
    last_frame: bool = True,
) -> Path:
    """Add clip *clip* of a scene of several; *folder*: the timestamp of its folder."""
    if last_frame:
        put(root / frame_path(number, clip, folder or timestamp), picture(number))
    return put(root / clip_path(number, clip, timestamp, folder), video(number, seconds))


def add_single_clip(
    root: Path, number: int, seconds: float = 1.0, *, timestamp: str = TS, folder: str = ""
) -> Path:
    """Add the only clip of a scene as older runs named it, with its last frame."""
    place = clips_folder(root, number, folder or timestamp)
    put(root / scene_frame_path(number, folder or timestamp), picture(number))
    return put(place / video_path(number, timestamp), video(number, seconds))


def older_run(parent: Path) -> Path:
    """Six scenes, three of them there: single-clip folders and numeric strings."""
    scenes = [scene_object(n, seconds="1") for n in range(1, 7)]
    root = begin(parent, [scene | {"scene_number": str(scene["scene_number"])} for scene in scenes])
    for number in (1, 3):
        add_single_clip(root, number)
        add_scene(root, number)
    add_single_clip(root, 4)  # its scene was not copied up yet
    put(root / f"scene_metadata_no_env_{TS}.json", b'[{"scene_number": 1}]')
    put(
        root / f"scene_physical_environment_{TS}.json",
        b'[{"scene_physical_environment": "a quiet bay"}]',
    )
    put(root / f"narration_text_{TS}.txt", b"A boat comes in.")
    return root


def newer_run(parent: Path) -> Path:
    """Six scenes in an object, three there: clips with last frames, first frames, answers."""
    scenes = [
        scene_object(n, seconds=2, artistic_style="ink", environment_index=0, first_frame_prompt="")
        for n in range(1, 7)
    ]
    root = begin(parent, scenes, wrapped=True)
    for clip in (1, 2):
        add_clip(root, 2, clip)
        add_clip(root, 5, clip, folder=OTHER_TS)
    add_scene(root, 2, 2)
    add_scene(root, 6, 2)
    folder = clips_folder(root, 2)
    put(folder / "first_frame" / "a quiet bay.jpg", picture(2))
    put(folder / f"scene_2_vid_1_{TS}_ltx_response_{OTHER_TS}.json", b'{"status": "ok"}')
    put(root / "a picture of mine.jpg", picture(1))
    return root


# looking at what came of it ----------------------------------------------


@frozen
class Seen:
    """What ``lstat`` says of one file or folder."""

    size: int
    mtime_ns: int
    inode: int
    mode: int


def everything(root: Path) -> dict[bytes, Seen]:
    """Every file and folder below *root*, and *root* itself: size, time, inode."""
    start = os.fsencode(root)
    found = [start]
    for folder, folders, files in os.walk(start):
        found += [os.path.join(folder, name) for name in (*folders, *files)]  # noqa: PTH118
    return {path[len(start) :]: _seen(path) for path in found}


def _seen(path: bytes) -> Seen:
    status = os.lstat(path)
    return Seen(status.st_size, status.st_mtime_ns, status.st_ino, status.st_mode)


def visible(root: Path) -> dict[str, Path]:
    """Every path below *root* by its name there, but vidgen's own folder."""
    paths = {path.relative_to(root): path for path in sorted(root.rglob("*"))}
    return {name.as_posix(): path for name, path in paths.items() if name.parts[0] != ".vidgen"}


def visible_files(root: Path) -> dict[str, Path]:
    """The files of :func:`visible`."""
    return {name: path for name, path in visible(root).items() if path.is_file()}


def contents(root: Path) -> dict[str, str]:
    """The digest of every file below *root*, but vidgen's own."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in visible_files(root).items()
    }


def frames(path: Path) -> list[tuple[float, float, float]]:
    """The mean Y, U and V of every frame of a video, in the order of showing."""
    with av.open(os.fspath(path)) as container:
        return [
            (mean(frame.planes[0]), mean(frame.planes[1]), mean(frame.planes[2]))
            for frame in container.decode(container.streams.video[0])
        ]


def mean(plane: av.video.plane.VideoPlane) -> float:
    data, width, stride = bytes(plane), plane.width, plane.line_size
    rows = (data[row * stride : row * stride + width] for row in range(plane.height))
    return sum(map(sum, rows)) / (width * plane.height)


def decoded_seconds(path: Path) -> float:
    """How long the sound of a file is, by its decoded samples; 0 where it has none."""
    with av.open(os.fspath(path)) as container:
        if not container.streams.audio:
            return 0.0
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)) / stream.rate


def is_near(seen: Iterable[float], wanted: Iterable[float], tolerance: float = 5) -> bool:
    """Whether two colours look alike."""
    return all(abs(a - b) <= tolerance for a, b in zip(seen, wanted, strict=True))
