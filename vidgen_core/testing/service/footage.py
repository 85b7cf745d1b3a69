"""Real small media: made once with vidgen's own ffmpeg, and kept by what is in them."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from vidgen_core.media import Media
from vidgen_core.model import Kind
from vidgen_core.probe import probe
from vidgen_core.testing.service import drawing

#: A picture that a service is asked to start from has at most so many bytes.
LARGEST_PICTURE = 32 << 20

#: A new number where recipes are drawn otherwise, so that no old file is taken for a new one.
_STYLE = 1

_SUFFIXES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp"}


class NoPicture(ValueError):
    """What should be a picture cannot be had, or is none."""


@frozen(kw_only=True)
class Recipe:
    """What one file shows: a video of ``seconds``, or a picture where that is 0.

    ``number`` gives it its colour. ``start`` and ``end`` name the pictures (see
    ``Footage.keep``) that are its first and last frame, empty for none.
    """

    number: int
    width: int
    height: int
    suffix: str
    seconds: float = 0.0
    fps: float = 24.0
    sound: bool = False
    start: str = ""
    end: str = ""

    @property
    def name(self) -> str:
        """The file's name: equal for equal recipes."""
        return hashlib.sha256(f"{_STYLE} {self}".encode()).hexdigest()[:32] + self.suffix


class Footage:
    """Files in *folder*, made when they are first asked for. Serves any number of threads.

    Several services may share one, or one folder, so that what equal runs show
    is made only once.
    """

    def __init__(self, folder: Path, media: Media | None = None) -> None:
        self._folder = folder
        self._media = media or Media()
        self._lock = threading.RLock()
        self._numbers = itertools.count()

    def made(self, recipe: Recipe) -> Path:
        """Return the file of *recipe*. Raises ``NoPicture``, ``MachineError``."""
        path = self._folder / recipe.name
        with self._lock:
            if not path.exists():
                with self._new(path) as temporary:
                    if recipe.seconds:
                        self._video(recipe, temporary)
                    else:
                        self._picture(recipe, temporary)
        return path

    def sound(self, name: str, samples: Iterable[bytes], rate: int) -> Path:
        """Return the file *name*: mono floats, encoded as its suffix says, made once."""
        path = self._folder / name
        with self._lock:
            if not path.exists():
                with self._new(path) as temporary:
                    self._media.encode_audio(samples, temporary, rate=rate, channels=1)
        return path

    def keep(self, content: bytes) -> str:
        """Keep a picture and return its name. Raises ``NoPicture`` where it is none."""
        suffix = next((s for head, s in _SUFFIXES.items() if content.startswith(head)), None)
        if suffix is None or len(content) > LARGEST_PICTURE:
            raise NoPicture("it is no PNG, JPEG or WebP picture")
        path = self._folder / (hashlib.sha256(content).hexdigest()[:32] + suffix)
        with self._lock:
            if not path.exists():
                with self._new(path) as temporary:
                    temporary.write_bytes(content)
                    if fault := probe(temporary, Kind.IMAGE).fault:
                        raise NoPicture(fault)
        return path.name

    def size_of(self, name: str) -> tuple[int, int]:
        """Return width and height of a picture that is kept."""
        facts = probe(self._folder / name, Kind.IMAGE)
        return facts.width, facts.height

    def path_of(self, name: str) -> Path:
        """Return where a picture that is kept lies."""
        return self._folder / name

    def frame_of(self, recipe: Recipe, *, last: bool) -> str:
        """Return the name of the first or last picture of *recipe*'s file, a kept picture."""
        if not recipe.seconds:
            return self.made(recipe).name
        video = self.made(recipe)
        path = video.with_name(f"{video.stem}-{'last' if last else 'first'}.png")
        with self._lock:
            if not path.exists():
                with self._new(path) as temporary:
                    self._media.save_frame(video, temporary, None if last else 0)
        return path.name

    @contextlib.contextmanager
    def _new(self, path: Path) -> Iterator[Path]:
        """Yield a path to write to, which becomes *path* where all went well."""
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{os.getpid()}-{next(self._numbers)}-{path.name}")
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _video(self, recipe: Recipe, into: Path) -> None:
        width, height, number = recipe.width, recipe.height, recipe.number
        count = max(1, round(recipe.seconds * recipe.fps))
        pictures = [self._pixels(name, recipe) for name in (recipe.start, recipe.end)]
        film = drawing.frames(number, count, width, height, *pictures)
        if not recipe.sound:
            self._media.encode_frames(film, into, width=width, height=height, fps=recipe.fps)
            return
        silent, sound = into.with_name(f"a-{into.name}"), into.with_name(f"b-{into.stem}.m4a")
        try:
            self._media.encode_frames(film, silent, width=width, height=height, fps=recipe.fps)
            hum = drawing.hum(number, count / recipe.fps)
            self._media.encode_audio(hum, sound, rate=drawing.SOUND_RATE, channels=1)
            streams = (self._media.input(silent).video, self._media.input(sound).audio)
            self._media.run(self._media.output(*streams, into=into, c="copy"), into)
        finally:
            silent.unlink(missing_ok=True)
            sound.unlink(missing_ok=True)

    def _picture(self, recipe: Recipe, into: Path) -> None:
        width, height = recipe.width, recipe.height
        film = into.with_name(f"{into.stem}.mp4")
        still = drawing.still(recipe.number, width, height)
        try:
            self._media.encode_frames([still], film, width=width, height=height, fps=1)
            self._media.save_frame(film, into, 0)
        finally:
            film.unlink(missing_ok=True)

    def _pixels(self, name: str, recipe: Recipe) -> bytes | None:
        if not name:
            return None
        path = self._folder / name
        return self._media.read_frame(path, width=recipe.width, height=recipe.height)


def sized(shape: float, short: int) -> tuple[int, int]:
    """Return even width and height with *short* as the shorter side; *shape* is width/height."""
    long = round(short * max(shape, 1 / shape) / 2) * 2
    short = round(short / 2) * 2
    return (long, short) if shape >= 1 else (short, long)
