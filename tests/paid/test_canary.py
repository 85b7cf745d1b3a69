"""Not a part of a key is left in anything that is written, said or handed to a child."""

from __future__ import annotations

import shlex
import sys
from itertools import product
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from attrs import evolve

from vidgen_core.keys import REDACTED
from vidgen_core.testing.service import Service

from ..command_line import Ended
from ..extent import some
from ..generate_runs import SCRIPT, script_file
from ..run_directories import add_scene
from .canaries import (
    CLAUDE_KEY,
    ELEVENLABS_KEY,
    FAL_KEY,
    GEMINI_KEY,
    KEYS,
    LUMA_KEY,
    assert_sent_in_headers,
    keys_below,
    keys_in,
)
from .customers import FILM, NO_KEYRING, SECONDS, Customer, clips, film_of

_ROUTES = {"luma": "luma.video", "ltx": "fal.submit"}
_ASSETS = {"luma": "luma.asset", "ltx": "fal.asset"}
_POLLS = {"luma": "luma.get", "ltx": "fal.status"}
_KEYS = {
    "luma": LUMA_KEY,
    "ltx": FAL_KEY,
    "claude": CLAUDE_KEY,
    "gemini": GEMINI_KEY,
    "elevenlabs": ELEVENLABS_KEY,
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

#: Has a provider meet a bug of its own, with the key in its hands, in its mouth, and coded.
_BUG = """
import sys
from base64 import b64encode
from urllib.parse import quote
from vidgen_core.cli import main
import {module} as module

def bug(self, *more):
    key = self.{key}
    url = "https://x.example/?key=" + quote(key, safe="")
    told = {{"Authorization": "Bearer " + key, "url": url, "hex": key.encode().hex()}}
    coded = b64encode(("Key " + key).encode()).decode()
    raise RuntimeError(f"no such thing in {{told}}, {{coded}}") from KeyError(key)

module.{bugged} = bug
sys.exit(main(sys.argv[1:]))
"""
_PICTURE = ("--initial-image-prompt", "a lighthouse", "--engine", "local", "--image-generator")
_SOUNDS = ("--skip-narration", "--sound-engine")
#: By what goes wrong: the module, the method, where it has the key, and what asks for it.
_BUGS = {
    "luma": ("luma.work", "LumaEngine.poll", "_luma._sdk.auth_token", ("--engine", "luma")),
    "ltx": ("ltx.engine", "LtxEngine.poll", "_queue.key", ("--engine", "ltx")),
    "claude": ("claude.model", "ClaudeScriptModel.ask", "_context.key", ("--model", "claude")),
    "gemini": ("gemini.words", "GeminiWriter.ask", "_gemini._key", ("--model", "gemini")),
    "genai": (
        *("gemini.words", "GeminiWriter.ask", "_gemini._key"),
        ("--model", "gemini", "--set", "gemini.sdk=genai"),
    ),
    "gemini pictures": (
        *("gemini.pictures", "GeminiPainter.ask", "_gemini._key"), (*_PICTURE, "gemini"),
    ),
    "elevenlabs sound": (
        *("elevenlabs.sound", "ElevenLabsSound.ask", "_account._key"), (*_SOUNDS, "elevenlabs"),
    ),
}  # fmt: skip


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
    return evolve(customer, more={"VIDGEN_FFMPEG": str(program)})


@pytest.fixture
def keyless(watched: Customer) -> Customer:
    """The same without a key."""
    more = {**watched.more, **NO_KEYRING}
    return evolve(watched, keys=dict.fromkeys(watched.keys, ""), more=more)


def assert_no_key(customer: Customer, children: Path, *ended: Ended) -> None:
    """Look into everything that the command left, said and started, and at what it asked for."""
    said = [part for told in ended for part in (told.out, told.err)]
    assert not [part for part in said if keys_in(part.encode("utf-8", "surrogateescape"))]
    assert keys_below((customer.home, children)) == []
    assert_sent_in_headers(customer.service)


@pytest.mark.parametrize("engine", some([*_ROUTES], 1))
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
    more = [watched.vidgen(*words) for words in (("status", root, "--json"), ("cost", root, "-v"))]
    assert list(children.iterdir())
    assert_no_key(watched, children, ended, *more)


@pytest.mark.parametrize(("trouble", "engine"), some([*product(_TROUBLE, _ROUTES)], 2))
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
    assert asked == set(words) & set(_ASKED)
    assert_no_key(watched, children, ended)


@pytest.mark.parametrize(("mode", "who"), some([*product(["401", "drop"], _ASKED)], 1))
def test_trouble_with_words_and_voices_tells_no_key_even_where_the_service_does(
    watched: Customer, children: Path, who: str, mode: str
) -> None:
    route, words = _ASKED[who]
    said = f"the key {_KEYS[who]} is not allowed to"
    watched.service.trouble(route, mode, reason=said)
    ended = written(watched, *words)
    found = who == "elevenlabs"  # by its history
    assert ended.code == {"401": 4, "drop": 0 if found else 10}[mode], ended.err
    assert watched.service.requests(route)
    assert_no_key(watched, children, ended)


@pytest.mark.parametrize("engine", some([*_ROUTES], 1))
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


@pytest.mark.parametrize("where", some([*_BUGS], 1))
def test_a_bug_is_shown_without_the_key_that_was_at_hand(
    watched: Customer, children: Path, where: str
) -> None:
    module, bugged, key, words = _BUGS[where]
    bug = _BUG.format(module=f"vidgen_{module}", bugged=bugged, key=key)
    command: tuple[str | Path, ...] = ("continue", watched.scenes(1), *words, *FILM)
    if not {"luma", "ltx"} & set(words):
        small = ("--resolution", "96x64", "--max-scenes", "1")
        command = ("generate", script_file(watched.home, SCRIPT), *small, *words, "--yes")
    ended = watched.ran(sys.executable, "-c", bug, *command, "-v")
    assert f"RuntimeError: no such thing in {{'Authorization': 'Bearer {REDACTED}'" in ended.err
    assert "Traceback" in ended.err, ended.err
    assert_no_key(watched, children, ended)


#: What tells of keys, accounts and providers, and what each ends with where all is well.
_COMMANDS = {
    "keys list": 0,
    "keys list --json": 0,
    "keys check luma": 0,
    "keys check claude --json": 0,
    "keys check gemini": 0,
    "keys check elevenlabs --json": 0,
    "keys check ltx": 0,
    "keys rm luma --json": 2,
    "doctor --online": 0,
    "doctor --online --json": 0,
    "models claude": 0,
    "models gemini --json": 0,
    "models elevenlabs": 0,
    "models luma": 2,
    "plugins -v": 0,
}
#: What the free questions ask for.
_ACCOUNTS = {
    "luma": ("luma.credits",),
    "claude": ("claude.models",),
    "gemini": ("gemini.models",),
    "elevenlabs": ("elevenlabs.subscription", "elevenlabs.models"),
}


def test_no_command_tells_a_key_whatever_the_services_say_of_it(
    watched: Customer, children: Path
) -> None:
    """All in one, for what takes time here is the start of each process."""
    watched = evolve(watched, more={**watched.more, **NO_KEYRING})
    for line, code in some(list(_COMMANDS.items()), 3):
        ended = watched.vidgen(*line.split())
        assert ended.code == code, (line, ended.err)
        assert_no_key(watched, children, ended)


@pytest.mark.parametrize("mode", some(["401", "html"], 1))
def test_no_question_about_an_account_tells_a_key_where_the_service_does(
    watched: Customer, children: Path, mode: str
) -> None:
    watched = evolve(watched, more={**watched.more, **NO_KEYRING})
    for who, routes in _ACCOUNTS.items():
        for route in routes:
            said = f"the key {_KEYS[who]} is not allowed to"
            watched.service.trouble(route, mode, times=None, reason=said)
    ended = [watched.vidgen("doctor", "--online", "-v")]
    ended += [watched.vidgen("models", who, "-v") for who in ("claude", "gemini", "elevenlabs")]
    assert not [told for told in ended if told.code == 0]
    assert_no_key(watched, children, *ended)


def test_a_key_is_kept_and_forgotten_without_being_told(keyless: Customer, children: Path) -> None:
    for name in KEYS:
        given = (keyless.home / "given").with_name(".env")
        given.write_text(f"{KEYS[name]}\n")
        keep = ("sh", "-c", f'exec "$0" -m vidgen_core keys set {name} -v < .env', sys.executable)
        ended = keyless.ran(*keep)
        given.unlink()
        assert ended.code == 0, ended.err
        (where,) = (keyless.home / ".config").rglob("keys.json")
        assert keys_in(where.read_bytes())
        assert_no_key(keyless, children, ended)
    listed = keyless.vidgen("keys", "list", "--json")
    assert [1] * len(KEYS) == [len(it["sources"]) for it in listed.json["keys"] if it["sources"]]
    forgotten = [keyless.vidgen("keys", "rm", name) for name in KEYS]
    assert {told.code for told in forgotten} == {0}
    assert keys_in(where.read_bytes()) == []
    assert_no_key(keyless, children, listed, *forgotten)
