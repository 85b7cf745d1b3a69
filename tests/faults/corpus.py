"""What a run directory may hold that nobody expects there: one table, by what it is put into."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from vidgen_core import layout
from vidgen_core.model import Key, Step

from ..journal_records import path_of, record, rewritten, work
from ..run_directories import picture, put, scene_object, sound, video
from ..run_paths import FILM, TS, clip_path, frame_path, speech_path, timings_path, video_path
from ..test_bad_scenes import BAD_SCENES
from ..test_odd_names import NAMES
from .odd_media import bare_png, claiming, disguises, png

SCENES = f"scenes_{TS}.json"
#: A film of two scenes, of which both are there: nothing is lacking but the join.
MEDIA = (video_path(1), video_path(2), clip_path(2, 1))

#: What is done with a run's directory, and with a folder beside it that is none of its own.
Change = Callable[[Path, Path], None]


@frozen(kw_only=True)
class Entry:
    """One way in which a directory is odd.

    ``codes``: what ``continue`` may end with; ``place``: what has to be named where it is not
    0. ``megabytes``: how large it is on the disk, so that large ones are left to the whole
    extent. ``words``: what else is typed.
    """

    name: str
    change: Change
    codes: tuple[int, ...] = (0,)
    place: str = ""
    megabytes: float = 0.0
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def _holding(name: str, content: bytes) -> Change:
    def change(root: Path, outside: Path) -> None:
        put(root / name, content)

    return change


# JSON and TOML -----------------------------------------------------------------------------

_SCENE = json.dumps(scene_object(1)).encode()
_TWO = json.dumps([scene_object(1), scene_object(2)])


def _scenes(*more: dict[str, Any]) -> bytes:
    return json.dumps([scene_object(n) | each for n, each in enumerate(more, start=1)]).encode()


def _texts() -> Iterator[tuple[str, bytes]]:
    """Yield texts that are no JSON, or hardly any, whatever they are read for."""
    yield "nothing", b""
    yield "spaces", b" \n\t" * 1000
    yield "zeros", bytes(4096)
    yield "a web page", b"<!DOCTYPE html><html><body>Sign in</body></html>"
    yield "100,000 deep", b"[" * 100_000 + b"]" * 100_000
    yield "100,000 deep in objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "100,000 deep and cut", b'[{"scenes":' * 50_000
    yield "NaN", b'{"schema": NaN, "scenes": [NaN], "patterns": NaN, "facts": NaN, "files": NaN}'
    yield "endless numbers", b'{"schema": 1e999, "patterns": [1e999], "facts": [-1e999]}'
    yield "a number of 5,000 digits", b'{"schema": ' + b"9" * 5000 + b"}"
    yield "a key twice", b'{"schema": 1, "schema": 2, "patterns": [], "patterns": {}}'
    yield "UTF-16", json.dumps({"schema": 1}).encode("utf-16")
    yield "UTF-32", json.dumps({"schema": 1}).encode("utf-32")
    yield "no UTF-8", b'{"schema": "\xff\xfe"}'
    yield "lone surrogates", rb'{"schema": "\ud800", "\udfff": ["\udc80"]}'
    yield "null", b"null"
    yield "a list of nulls", b"[null, null]"
    yield "true", b"true"
    yield "a text", b'"../../etc/passwd"'
    yield "half of an object", b'{"schema": 1, "patt'
    yield "wrong types", b'{"schema": "1", "patterns": 7, "facts": {}, "files": [[]]}'


def _bad_scenes() -> Iterator[Entry]:
    for name, (content, place) in BAD_SCENES.items():
        yield _scenes_file(name, content, (8,), place)
    for name, content in _texts():
        yield _scenes_file(name, content, (8,), SCENES)
    for name, size in (("6 MB", 6_000_000), ("100 MB", 100_000_000)):
        padded = b"[" + b" " * size + _TWO.encode()[1:]
        yield _scenes_file(name, padded, (8,), "larger than", size / 1e6)
    many = b"[" + b",".join(b"{}" for _ in range(1_500_000)) + b"]"
    yield _scenes_file("1,500,000 scenes without a number", many, (8,), "scene_number", 4.5)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be", "utf-32"):
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        codes = (8,) if encoding == "utf-32" else (0,)
        yield _scenes_file(f"in {encoding}", mark + _TWO.encode(encoding), codes, SCENES)
    yield _scenes_file("a lone surrogate in a name", _TWO.replace("Scene 1", "\\ud800").encode())
    yield _scenes_file("numbers as texts", _scenes({"scene_number": "1"}, {"scene_number": " 2 "}))
    yield _scenes_file("numbers as 1.0", _scenes({"scene_number": 1.0}, {"scene_number": 2.0}))
    for number in (0, -1, 1.5, None, "", "１", "٣", "1e0", "0x1", 10**9, 10**400, 1e300, [], {}):
        spelled = f"{number!r:.20}"
        bad = _scenes({}, {"scene_number": number})
        yield _scenes_file(f"scene {spelled}", bad, (8,), "scene_number")
    for seconds in (0, -5, 1e300, 10**400, "9" * 4000, "nan", "inf", "５", [], {"a": 1}, True):
        bad = _scenes({}, {"scene_duration": seconds})
        yield _scenes_file(f"{seconds!r:.20} seconds", bad, (8,), "scene_duration")
    yield _scenes_file("a text of 4 MB", _scenes({}, {"scene_name": "x" * 4_000_000}), (8,), "long")
    yield _scenes_file("a scene twice", _scenes({}, {"scene_number": "01"}), (8,), "already")
    for field in (
        *("scene_name", "scene_physical_environment", "scene_movement_description"),
        *("sound_effects_prompt", "first_frame_prompt", "narration", "artistic_style"),
    ):
        for way in ("../../../../etc/passwd", "/etc/passwd\0.mp4", "file:///etc/passwd", "$(id)"):
            told = _scenes({field: way}, {"environment_index": way, "output_path": way})
            yield _scenes_file(f"{way!r} as {field}", told)


def _scenes_file(
    name: str,
    content: bytes,
    codes: tuple[int, ...] = (0,),
    place: str = "",
    megabytes: float = 0.0,
) -> Entry:
    return Entry(
        name=f"scenes: {name}",
        change=_holding(SCENES, content),
        codes=codes,
        place=place,
        megabytes=megabytes,
    )


def _bad_state() -> Iterator[Entry]:
    """Yield state of vidgen's own that makes no sense: what only saves time counts as none."""
    for name, content in _texts():
        yield Entry(name=f"patterns: {name}", change=_holding(layout.PATTERNS, content))
        yield Entry(name=f"probes: {name}", change=_holding(layout.PROBES, content))
        yield Entry(name=f"timings: {name}", change=_spoken(content))
        yield Entry(name=f"a request: {name}", change=_asked(content), codes=(0, 10), place="paid")
    for name, size in (("6 MB", 6_000_000), ("100 MB", 100_000_000)):
        spaces = b"[" + b" " * size
        for file in (layout.PATTERNS, layout.PROBES):
            yield Entry(name=f"{file}: {name}", change=_holding(file, spaces), megabytes=size / 1e6)
        yield Entry(name=f"timings: {name}", change=_spoken(spaces), megabytes=size / 1e6)
    for way in ("../{scene}_{timestamp}.mp4", "/etc/{scene}.mp4", "{scene}/../../{clip}", "{x}"):
        entry = {"step": "clip", "pattern": way, "probe": "video"}
        told = json.dumps({"schema": 1, "patterns": [entry]}).encode()
        yield Entry(name=f"patterns: {way}", change=_holding(layout.PATTERNS, told))
    many = [
        {"step": "clip", "pattern": f"a{n}_{{scene}}.mp4", "probe": "video"} for n in range(9999)
    ]
    told = json.dumps({"schema": 1, "patterns": many}).encode()
    yield Entry(name="patterns: 9,999", change=_holding(layout.PATTERNS, told))
    for value in ("Infinity", "NaN", "-1.0", "1e308", "9" * 400, "-Infinity"):
        yield Entry(name=f"probes: {value:.9} seconds", change=_remembered(value))
        timings = f'[{{"text": "A boat.", "start": 0, "end": {value}}}]'.encode()
        yield Entry(name=f"timings: {value:.9} seconds", change=_spoken(timings))


def _spoken(timings: bytes) -> Change:
    """Put speech into the directory, and *timings* of it that make no sense."""

    def change(root: Path, outside: Path) -> None:
        told = [scene_object(n, narration="A boat comes in.") for n in (1, 2)]
        put(root / SCENES, json.dumps(told).encode())
        for number in (1, 2):
            put(root / speech_path(number), sound(1.0))
            put(root / timings_path(number), timings)

    return change


def _remembered(seconds: str) -> Change:
    """Say of the first scene's video that it lasts so long, by a file of what was probed."""

    def change(root: Path, outside: Path) -> None:
        status = (root / video_path(1)).stat()
        facts = f'{{"seconds": {seconds}, "frames": 12, "fps": 12.0, "width": 160, "height": 90}}'
        known = f'[{status.st_size}, {status.st_mtime_ns}, "{"0" * 64}", 0]'
        told = f'{{"schema": 2, "facts": [{facts}], "files": {{"{video_path(1)}": {known}}}}}'
        put(root / layout.PROBES, told.encode())

    return change


def _asked(content: bytes) -> Change:
    """Say that something was paid for before the journal was lost, in a file without sense."""

    def change(root: Path, outside: Path) -> None:
        (root / layout.STATE).mkdir(exist_ok=True)
        put(root / layout.REQUESTS / "sound-1-1.json", content)
        put(root / layout.REQUESTS / "sound-2-1.json.new", content)
        put(root / layout.REQUESTS / "clip-1-1-99999999999999999999.json", content)

    return change


_SETTINGS = {
    "NaN": (b"seed = nan\n", "seed"),
    "endless": (b"seed = inf\n", "seed"),
    "huge": (b"max_scenes = 99999999999999999999999\n", "max_scenes"),
    "negative": (b"max_scenes = -1\n", "max_scenes"),
    "a key twice": (b"seed = 1\nseed = 2\n", "line 2"),
    "5,000 digits": (b"seed = " + b"9" * 5000 + b"\n", "settings.toml"),
    "deep": (b"[" + b".".join([b"a"] * 5000) + b"]\n", "nested"),
    "deep lists": (b"a = " + b"[" * 50_000 + b"]" * 50_000 + b"\n", "nested"),
    "2 MB": (b"#" * 2_000_000, "larger"),
    "UTF-16": ("seed = 1\n".encode("utf-16"), "UTF-8"),
    "no UTF-8": (b'scenes_file = "\xff"\n', "UTF-8"),
    "zeros": (bytes(64), "settings.toml"),
    "a web page": (b"<html></html>", "line 1"),
    "providers that are none": (b"providers = 7\n", "providers"),
    "a list of providers": (b"[[providers.luma]]\n", "providers"),
}
_HARMLESS = {
    "BOM": b"\xef\xbb\xbfseed = 1\n",
    "a scenes file elsewhere": b'scenes_file = "../../etc/passwd"\n',
    "a program": b'ffmpeg = "./evil"\nmax_cost = 1e9\nkey = "x"\n',
    "a timestamp that leads out": b'timestamp = "../../x"\n',
    "a provider of no name": b'[providers."../x"]\nbase_url = "http://127.0.0.1:9"\n',
}


def _settings() -> Iterator[Entry]:
    for name, (content, place) in _SETTINGS.items():
        change = _holding(layout.SETTINGS, content)
        yield Entry(name=f"settings: {name}", change=change, codes=(2,), place=place)
    for name, content in _HARMLESS.items():
        change = _holding(layout.SETTINGS, content)
        yield Entry(name=f"settings: {name}", change=change, codes=(0, 2), place="settings.toml")


# the journal -------------------------------------------------------------------------------


def _journal() -> Iterator[Entry]:
    for name, content in _texts():
        told = content.replace(b"\n", b" ")
        for lines in (1, 3):
            change = _holding(layout.JOURNAL, (told + b"\n") * lines)
            yield Entry(name=f"journal: {lines} lines of {name}", change=change, codes=(0, 10))
    for name, size in (("6 MB", 6_000_000), ("100 MB", 100_000_000)):
        change = _holding(layout.JOURNAL, b"[" * size + b"\n")
        yield Entry(name=f"journal: {name}", change=change, codes=(0, 10), megabytes=size / 1e6)
    extremes: tuple[Any, ...] = (
        *(1e308, -1e308, 10**30, -1, 0, 1e-300, "1", None, True, [], {"a": 1}),
        *("../../x", "x" * 100_000, "\ud800", "\x1b[31m"),
    )
    for value in extremes:
        for field in _WORK_FIELDS:
            yield Entry(
                name=f"journal: {field} is {value!r:.14}",
                change=_signed(field, value),
                codes=(0, 9, 10),
            )


#: Fields of records that a hand could have signed.
_WORK_FIELDS = (
    *("path", "size", "mtime_ns", "sha256", "inputs", "take", "job", "facts"),
    *("asked_seconds", "shown_frames", "scene_seconds", "timings", "prompt"),
    *("work.seconds", "work.since", "work.price", "work.fps", "work.key", "work.rest"),
    *("work.shown_frames", "work.scene_seconds", "work.take", "work.part", "work.parts"),
)


def _signed(field: str, value: Any) -> Change:
    """Put a journal into the directory of which one field is *value*, under a good checksum."""

    def change(root: Path, outside: Path) -> None:
        from vidgen_core.journal import Journal

        (root / layout.STATE).mkdir(exist_ok=True)
        status = (root / video_path(1)).stat()
        facts = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
        with Journal(root, version="1") as journal:
            journal.published(Key(Step.SCENE, 1), record(video_path(1)))
            journal.intent(work(Key(Step.CLIP, 1, 1)))
        lines = path_of(root).read_bytes().splitlines(keepends=True)
        file, asked = json.loads(lines[1])["file"] | facts, json.loads(lines[2])["work"]
        name = field.removeprefix("work.")
        if field.startswith("work."):
            asked[name] = {"low": value, "high": value} if name in ("price", "rest") else value
        else:
            file[name] = {video_path(2): value} if name == "inputs" else value
        lines[1], lines[2] = rewritten(lines[1], file=file), rewritten(lines[2], work=asked)
        path_of(root).write_bytes(b"".join(lines))

    return change


# files that are not what they are called -----------------------------------------------------


def _files() -> Iterator[Entry]:
    for name, content in disguises().items():
        yield Entry(name=f"video: {name}", change=_holding(video_path(2), content))
        yield Entry(name=f"film: {name}", change=_holding(FILM, content))
        yield Entry(name=f"picture: {name}", change=_holding(frame_path(2, 1), content))
    for name, content in (("a picture", picture(1)), ("a sound", sound())):
        yield Entry(name=f"video: {name}", change=_holding(video_path(2), content))
    whole = video(2, 1)
    yield Entry(
        name="video: it claims 100 hours",
        change=_holding(video_path(2), claiming(whole, hours=100)),
    )
    for side in (32_000, 65_535):
        huge = claiming(whole, side=side)
        yield Entry(name=f"video: it claims {side} x {side}", change=_holding(video_path(2), huge))
    for side, rows in ((32_000, 1), (32_000, 0), (2**31 - 1, 0)):
        bomb = png(side, side, rows) if side < 10**6 else bare_png(side)
        name = f"picture: {side} x {side} of {rows} rows"
        yield Entry(name=name, change=_first_frame("a.png", bomb))
        given = ("--initial-image-path", f"video_{TS}/bomb.png")
        yield Entry(
            name=f"initial {name}", change=_holding("bomb.png", bomb), codes=(0, 2, 8),
            place="picture", words=given,
        )  # fmt: skip
    bomb = png(20_000, 20_000, 20_000)
    yield Entry(name="picture: a bomb of 1.2 GB", change=_first_frame("b.png", bomb), megabytes=9)
    for name in NAMES.values():
        file = f"{name}.jpg"
        if len(os.fsencode(file)) < 250:
            yield Entry(name=f"a name: {name!a:.20}", change=_first_frame(file, picture(1)))
    for name in ("-i.mp4", "concat:a|b.mp4", "pipe:0", "http:__a.mp4", "a'\nfile 'b.mp4", "|id"):
        yield Entry(name=f"a name: {name!a}", change=_holding(name, video(1, 1)))


def _first_frame(name: str, content: bytes) -> Change:
    return _holding(f"scene_2_all_vid_{TS}/first_frame/{name}", content)


# links, pipes, devices -----------------------------------------------------------------------

#: What may be a link or a pipe, and what ``continue`` may end with then.
_PLACES = {
    SCENES: (8, 9),
    video_path(1): (0, 9, 10),
    clip_path(2, 1): (0, 9, 10),
    FILM: (0, 9, 10),
    layout.JOURNAL: (0, 9, 10),
    layout.SETTINGS: (2, 9),
    layout.PATTERNS: (0, 9),
    layout.PROBES: (0, 9),
    f"{layout.STATE}/lock": (0, 7, 9),
}
_FOLDERS = (layout.STATE, f"{layout.STATE}/tmp", layout.REPLACED, layout.REQUESTS)


def _odd_kinds() -> Iterator[Entry]:
    for name, codes in _PLACES.items():
        for kind, make in _KINDS.items():
            if name == video_path(1) and kind == "a link to nothing":
                codes = (0, 3, 9, 10)
            yield Entry(
                name=f"{name}: {kind}", change=_in_place(name, make),
                codes=tuple(sorted({0, *codes})),
            )  # fmt: skip
    for name in _FOLDERS:
        for kind in ("a link to a folder", "a file", "a pipe", "a link to nothing"):
            yield Entry(
                name=f"{name}: {kind}", change=_in_place(name, _KINDS[kind]), codes=(0, 2, 9, 10)
            )
    yield Entry(name="the clips' folder: a link out", change=_clips_elsewhere, codes=(0, 9, 10))
    yield Entry(name="a folder that leads into itself", change=_circle)


def _pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


def _file(path: Path, outside: Path) -> None:
    path.write_bytes(b"a file of the user's")


_KINDS: dict[str, Callable[[Path, Path], None]] = {
    "a pipe": _pipe,
    "a file": _file,
    "a folder": lambda path, outside: path.mkdir(),
    "a link to a file": lambda path, outside: path.symlink_to(outside / "precious"),
    "a link to a folder": lambda path, outside: path.symlink_to(outside),
    "a link to nothing": lambda path, outside: path.symlink_to(outside / "nothing"),
    "a link to itself": lambda path, outside: path.symlink_to(path.name),
    "endless zeros": lambda path, outside: path.symlink_to("/dev/zero"),
    "a terminal": lambda path, outside: path.symlink_to("/dev/tty"),
}


def _in_place(name: str, make: Callable[[Path, Path], None]) -> Change:
    def change(root: Path, outside: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        make(path, outside)

    return change


def _clips_elsewhere(root: Path, outside: Path) -> None:
    folder = (root / clip_path(2, 1)).parent
    folder.rename(outside / "clips")
    folder.symlink_to(outside / "clips")


def _circle(root: Path, outside: Path) -> None:
    (root / "round").symlink_to(root)
    (root / f"scene_1_all_vid_{TS}").symlink_to(root)


def every_entry() -> list[Entry]:
    """Return the whole table."""
    makers = (_bad_scenes, _bad_state, _settings, _journal, _files, _odd_kinds)
    return [entry for make in makers for entry in make()]
