"""Not a part of a key is left in anything that is written, said or handed to a child."""

from __future__ import annotations

import base64
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import imageio_ffmpeg
import pytest
from attrs import evolve

from vidgen_core.testing.service import Service

from ..command_line import Ended
from ..generate_runs import SCRIPT, script_file
from ..run_directories import add_scene
from .customers import FAL_KEY, FILM, KEYS, LUMA_KEY, SECONDS, Customer, clips, film_of

#: How much of a key counts as a part of it.
_PART = 8
#: What the service's log shows in place of a key.
_MASK = "***"
_ROUTES = {"luma": "luma.video", "ltx": "fal.submit"}
_ASSETS = {"luma": "luma.asset", "ltx": "fal.asset"}
_POLLS = {"luma": "luma.get", "ltx": "fal.status"}
_KEYS = {"luma": LUMA_KEY, "ltx": FAL_KEY}
#: Those who write, draw and speak: the variable of each one's key, and the key.
_OTHERS = {
    "claude": ("ANTHROPIC_API_KEY", "sk-ant-Wf8Rt3Uy6Qe1Zi5Oa9Ps"),
    "gemini": ("GEMINI_API_KEY", "AIzaGx4Jv7Nc2Mb8Kl1Hs6Dw3T"),
    "elevenlabs": ("ELEVENLABS_API_KEY", "sk_b7e3Lq0Vn5Xr9Cz2Yg4Fk8Ui"),
}
_EVERY_KEY = {**KEYS, **dict(_OTHERS.values())}
#: Where each service is given its key, and nowhere else.
_HEADERS = {
    "luma": {"authorization"},
    "fal": {"authorization"},
    "claude": {"authorization", "x-api-key"},
    "gemini": {"x-goog-api-key"},
    "elevenlabs": {"xi-api-key"},
}
#: What each of the others is asked for, and its route.
_ASKED = {
    "claude": ("claude.messages", ("--model", "claude", "--metadata-only")),
    "gemini": ("gemini.generate", ("--model", "gemini", "--metadata-only")),
    "elevenlabs": ("elevenlabs.timed", ("--tts", "elevenlabs", "--skip-sound-effects")),
}
#: An order that hangs is given up soon; where none does, a busy machine may take its time.
_IMPATIENT = {
    "VIDGEN_LUMA_TIMEOUT": "1",
    "VIDGEN_LTX_SUBMIT_TIMEOUT": "1",
}

#: Trouble with the order itself, and the exit codes that it may end with.
_TROUBLE: dict[str, tuple[dict[str, Any], set[int]]] = {
    "wrong-key": ({"mode": "401"}, {4}),
    "no-credit": ({"mode": "402"}, {6}),
    "rate-limit": ({"mode": "429", "retry_after": "1"}, {0}),
    "broken": ({"mode": "500", "done": True}, {0}),
    "moderation": ({"mode": "moderation"}, {3}),
    "hang": ({"mode": "hang"}, {0, 10}),
    "drop": ({"mode": "drop"}, {0, 10}),
}

#: Has an engine meet a bug of its own in its first poll, with the key at hand.
_BUG = """
import sys
from vidgen_core.cli import main
import {module} as module

def poll(self, job):
    headers = {{"Authorization": self.{key}}}
    return headers["no such thing"]

module.{engine}.poll = poll
sys.exit(main(sys.argv[1:]))
"""
_BUGS = {
    "luma": _BUG.format(
        module="vidgen_luma.work", engine="LumaEngine", key="_luma._sdk.auth_token"
    ),
    "ltx": _BUG.format(module="vidgen_ltx.engine", engine="LtxEngine", key="_queue.key"),
}


def parts() -> Iterator[bytes]:
    """Yield each part of each key, plain and as it would stand in a URL, in base64 or in hex."""
    for key in _EVERY_KEY.values():
        forms = [key, quote(key, safe=""), key.encode().hex(), key[::-1]]
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + key.encode()).decode()[4:-4]
            forms += [coded, coded.replace("+", "-").replace("/", "_")]
        for form in forms:
            for start in range(len(form) - _PART + 1):
                yield form[start : start + _PART].encode()


_PARTS = frozenset(parts())


def keys_in(content: bytes) -> list[bytes]:
    """Return the parts of keys in *content*."""
    return [part for part in _PARTS if part in content]


def test_a_part_of_a_key_is_found_in_every_form() -> None:
    assert keys_in(b'{"key": "' + FAL_KEY.encode() + b'"}')
    assert keys_in(b"?key=" + quote(FAL_KEY, safe="").encode())
    for before in (b"", b"Bearer ", b"Key "):
        assert keys_in(base64.b64encode(before + LUMA_KEY.encode()))
    assert keys_in(f"{LUMA_KEY[:10]}...".encode())
    assert not keys_in(b"luma-and-fal-and-nothing-else" * 9)


@pytest.fixture
def children(tmp_path: Path) -> Path:
    """Where each ffmpeg writes what it was given: its arguments and its environment."""
    (tmp_path / "children").mkdir()
    return tmp_path / "children"


@pytest.fixture
def watched(customer: Customer, children: Path) -> Customer:
    """A customer whose ffmpeg tells what it sees."""
    program = children.with_name("ffmpeg that tells")
    real = shlex.quote(imageio_ffmpeg.get_ffmpeg_exe())
    log = f"{shlex.quote(str(children))}/$$"
    program.write_text(f'#!/bin/sh\n{{ echo "$@"; env; }} >> {log}\nexec {real} "$@"\n', "utf-8")
    program.chmod(0o755)
    return evolve(customer, keys=_EVERY_KEY, more={"VIDGEN_FFMPEG": str(program)})


def assert_no_key(customer: Customer, children: Path, *ended: Ended) -> None:
    """Look into everything that the command left, said and started, and at what it asked for."""
    said = [part for told in ended for part in (told.out, told.err)]
    assert not [part for part in said if keys_in(part.encode("utf-8", "surrogateescape"))]
    written = [path for folder in (customer.home, children) for path in folder.rglob("*")]
    assert not [path for path in written if keys_in(str(path).encode())]
    assert not [path for path in written if path.is_file() and keys_in(path.read_bytes())]
    for one in customer.service.requests():
        allowed = _HEADERS[one.route.partition(".")[0]]
        others = {name: text for name, text in one.headers.items() if name not in allowed}
        assert _MASK not in f"{one.path} {one.query} {others} {one.body}"
        assert set(one.keys) <= allowed
        assert not keys_in(repr(one).encode())


@pytest.mark.parametrize("engine", _ROUTES)
def test_a_film_with_pictures_and_broken_downloads_holds_no_key(
    watched: Customer, children: Path, engine: str
) -> None:
    watched.service.trouble(_ASSETS[engine], "truncated")
    watched.service.trouble(_ASSETS[engine], "expired", at=3)
    painter = {"luma": "luma", "ltx": "fal"}[engine]
    root = watched.scenes(3)
    add_scene(root, 3, SECONDS)  # of another size, so that ffmpeg has something to do
    pictures = ("--image-generator", painter, "--first-frame-image-gen", "-v")
    ended = watched.finish(root, engine, *pictures)
    assert ended.code == 0, ended.err
    film_of(root)
    again = watched.vidgen("status", root, "--json")
    plugins = watched.vidgen("plugins", "-v")
    assert list(children.iterdir())
    assert_no_key(watched, children, ended, again, plugins)


@pytest.mark.parametrize("trouble", _TROUBLE)
@pytest.mark.parametrize("engine", _ROUTES)
def test_trouble_with_an_order_tells_no_key_even_where_the_service_does(
    watched: Customer, children: Path, engine: str, trouble: str
) -> None:
    asked, codes = _TROUBLE[trouble]
    if trouble == "hang":
        watched = evolve(watched, more={**watched.more, **_IMPATIENT})
    said = f"the key {_KEYS[engine]} is not allowed to"
    watched.service.trouble(_ROUTES[engine], reason=said, **asked)
    root = watched.scenes(1)
    ended = watched.finish(root, engine, "-v")
    assert ended.code in codes, ended.err
    assert_no_key(watched, children, ended)


def written(customer: Customer, *words: str) -> Ended:
    """Generate a small film of two scenes, made here but for what *words* say."""
    script = str(script_file(customer.home, SCRIPT))
    small = ("--resolution", "96x64", "--max-scenes", "2", "--engine", "local")
    return customer.vidgen("generate", script, *small, *words, "--yes", "-v")


@pytest.mark.parametrize(
    "words",
    [
        ("--model", "claude", "--tts", "elevenlabs", "--sound-engine", "elevenlabs"),
        ("--model", "gemini", "--tts", "gemini", "--image-generator", "gemini", "--set",
         "gemini.sdk=genai", "--first-frame-image-gen", "--skip-sound-effects"),
    ],
    ids=["claude and elevenlabs", "gemini"],
)  # fmt: skip
def test_a_film_of_paid_words_pictures_and_voices_holds_no_key(
    watched: Customer, children: Path, words: tuple[str, ...]
) -> None:
    ended = written(watched, *words)
    assert ended.code == 0, ended.err
    root = watched.run
    assert root is not None
    film_of(root)
    asked = {one.route.partition(".")[0] for one in watched.service.requests()}
    assert asked == set(words) & set(_OTHERS)
    assert_no_key(watched, children, ended)


@pytest.mark.parametrize("mode", ["401", "drop"])
@pytest.mark.parametrize("who", _OTHERS)
def test_trouble_with_words_and_voices_tells_no_key_even_where_the_service_does(
    watched: Customer, children: Path, who: str, mode: str
) -> None:
    route, words = _ASKED[who]
    said = f"the key {_OTHERS[who][1]} is not allowed to"
    watched.service.trouble(route, mode, reason=said)
    ended = written(watched, *words)
    found = who == "elevenlabs"  # by its history
    assert ended.code == {"401": 4, "drop": 0 if found else 10}[mode], ended.err
    assert watched.service.requests(route)
    assert_no_key(watched, children, ended)


@pytest.mark.parametrize("engine", _ROUTES)
def test_trouble_with_questions_and_downloads_tells_no_key(
    watched: Customer, children: Path, engine: str
) -> None:
    said = f"nothing for {_KEYS[engine]}"
    for at, mode in enumerate(("401", "500", "html", "truncated"), start=1):
        watched.service.trouble(_POLLS[engine], mode, at=at, reason=said)
    watched.service.trouble(_ASSETS[engine], "500", times=None, reason=said)
    root = watched.scenes(1)
    told = [watched.finish(root, engine, "-v") for _ in range(2)]
    assert told[0].code == 4, told[0].err
    assert told[1].code == 5, told[1].err
    assert clips(root) == []
    assert_no_key(watched, children, *told)


@pytest.mark.parametrize("engine", _ROUTES)
def test_a_killed_run_leaves_no_key(watched: Customer, children: Path, engine: str) -> None:
    service: Service = watched.service
    service.trouble(_ROUTES[engine], "slow-queue", at=2)
    root = watched.scenes()
    command = ("continue", root, "--engine", engine, *FILM)
    asked = {"luma": "luma.get", "ltx": "fal.status"}[engine]
    first = len(clips(root))
    watched.killed_once(command, lambda: clips(root) and len(service.requests(asked)) > first + 1)
    assert_no_key(watched, children)


@pytest.mark.parametrize("engine", _ROUTES)
def test_a_bug_is_shown_without_the_key_that_was_at_hand(
    watched: Customer, children: Path, engine: str
) -> None:
    root = watched.scenes(1)
    python = (sys.executable, "-c", _BUGS[engine])
    ended = watched.ran(*python, "continue", root, "--engine", engine, *FILM, "-v")
    assert "KeyError" in ended.err, ended.err
    assert "Traceback" in ended.err
    assert_no_key(watched, children, ended)
