"""Films whose words, voices, pictures and sounds are paid for, too: whole, killed, finished."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from attrs import frozen

from vidgen_core import Kind
from vidgen_core.probe import probe
from vidgen_core.testing.service import Footage, Service

from ..command_line import PICTURES_ONLY
from ..extent import some
from ..generate_runs import script_file
from ..kill_harness import as_they_are, moments
from ..stitch_files import RATE, heard, rms
from .crews import (
    CREWS,
    SCRIPT,
    Crew,
    assert_again_only_where_asked,
    assert_bill_within_journal,
    finish,
    in_doubt,
    names,
    ordered,
    streams,
)
from .customers import Customer, clips, film_of

#: How often each crew's film is killed: once, more where this is set.
KILLS = int(os.environ.get("VIDGEN_TEST_KILLS", "1"))

#: By which SDK each order comes: how it names itself.
SDKS = {
    "claude.messages": "Anthropic/Python",
    "elevenlabs.timed": "elevenlabs/",
    "elevenlabs.sound": "elevenlabs/",
    "luma.video": "LumaAI/Python",
    "fal.submit": "python-httpx",
}
#: Two sentences are spoken within so many seconds.
_SPOKEN = 2.8
GEMINI_BY = {"gemini-ltx-local": "python-requests", "genai-ltx": "google-genai-sdk"}


@frozen(kw_only=True)
class Made:
    """A film that nobody killed, by whom, for whom, and how long that took in seconds."""

    name: str
    customer: Customer
    root: Path
    lasted: float

    @property
    def crew(self) -> Crew:
        """Who made it."""
        return CREWS[self.name]


@frozen(kw_only=True)
class Cue:
    """What is read, and from when to when, in seconds."""

    text: str
    begins: float
    ends: float


@pytest.fixture(scope="module", params=CREWS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, footage: Footage
) -> Iterator[Made]:
    """A film by each crew; its service still answers."""
    home = tmp_path_factory.mktemp("film")
    with Service(home / "service", delay=0.2, short_side=36, footage=footage) as service:
        customer = Customer(home=home, service=service)
        begun = time.monotonic()
        ended = customer.vidgen(*CREWS[request.param].generating(home))
        lasted = time.monotonic() - begun
        assert ended.code == 0, ended.err
        root = customer.run
        assert root is not None
        yield Made(name=request.param, customer=customer, root=root, lasted=lasted)


def test_a_film_is_whole_and_each_piece_of_it_paid_for_once(made: Made) -> None:
    service, crew = made.customer.service, made.crew
    assert_whole(made.root, crew)
    assert_bill_within_journal(made.root, service)
    assert len(service.bill) == len(ordered(service)) == crew.orders
    for order in ordered(service):
        agent = SDKS.get(order.route) or GEMINI_BY[made.name]
        assert order.headers["user-agent"].startswith(agent), order.route


def test_words_and_sounds_are_heard_in_their_scenes_and_read_below_them(made: Made) -> None:
    seconds = made.crew.seconds
    (subtitles,) = made.root.glob("subtitles_*.srt")
    told = cues(subtitles.read_text("utf-8"))
    assert [cue.text for cue in told] == SCRIPT.strip().split("\n\n")
    samples = heard(film_of(made.root))
    for scene, cue in enumerate(told):
        begins = scene * seconds
        assert begins <= cue.begins < cue.ends < begins + _SPOKEN
        assert level(samples, begins, begins + 1) > 0.02
        assert level(samples, begins + _SPOKEN, begins + _SPOKEN + 1) > 0.002  # no word any more


def test_a_finished_film_asks_nobody_for_anything(made: Made) -> None:
    service, before = made.customer.service, as_they_are(made.root)
    asked = len(service.requests())
    ended = made.customer.vidgen("continue", made.root, "--yes")
    assert ended.code == 0, ended.err
    assert len(service.requests()) == asked
    assert as_they_are(made.root) == before


@pytest.mark.parametrize("made", some([*CREWS], 1), indirect=True)
@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_film_is_paid_for_once(customer: Customer, made: Made, number: int) -> None:
    crew, seed = made.crew, list(CREWS).index(made.name)
    when = moments(KILLS, made.lasted, seed=seed)[number]
    code = customer.killed_after(crew.generating(customer.home), when)
    assert code in (0, -9), f"killed after {when:.2f} s"
    root = customer.run
    if root is None:
        assert not ordered(customer.service)  # nothing was promised yet, and nothing was made
        return
    # Every other one is killed a second time.
    for again in moments(1, made.lasted, seed=1000 * seed + number)[: number % 2]:
        customer.killed_after(("continue", root, "--yes"), again)
    kept = as_they_are(root)
    assert_finished(customer, root, made)
    after = as_they_are(root)
    changed = [name for name in kept if kept[name].content != after[name].content]
    assert not changed, f"killed after {when:.2f} s"


#: For each service: what hangs, for all requests or those that hold a text, and who is asked.
LOST = {
    "claude": (("claude.messages",), "", ("--model", "claude", *PICTURES_ONLY)),
    "gemini": (("gemini.generate",), "speechConfig", ("--tts", "gemini", "--skip-sound-effects")),
    "elevenlabs": (
        ("elevenlabs.timed", "elevenlabs.sound"),
        "",
        ("--tts", "elevenlabs", "--sound-engine", "elevenlabs"),
    ),
}


@pytest.mark.parametrize("vendor", some([*LOST], 1))
def test_an_answer_that_a_kill_lost_is_looked_for_or_asked_about(
    customer: Customer, vendor: str
) -> None:
    routes, containing, who = LOST[vendor]
    service = customer.service
    for route in routes:
        service.trouble(route, "hang", containing=containing)
    one_scene = ("--engine", "local", "--resolution", "96x64", "--max-scenes", "1", "--yes")
    script = script_file(customer.home, SCRIPT)
    command = ("generate", str(script), *one_scene, *who)
    customer.killed_once(command, lambda: all(map(service.requests, routes)))
    service.clear()
    root = customer.run
    assert root is not None
    paid = len(service.bill)
    assert paid >= len(routes)
    ended, asked = finish(customer, root)
    assert ended.code == 0, ended.err
    assert {work.provider for work in asked} == {vendor}
    film_of(root)
    assert_bill_within_journal(root, service)
    assert len(service.bill) == len(ordered(service))
    assert_again_only_where_asked(root, asked)


def assert_finished(customer: Customer, root: Path, made: Made) -> None:
    """Finish *root*: nothing is ordered twice of which nobody was asked."""
    service = customer.service
    ended, asked = finish(customer, root)
    assert ended.code == 0, ended.err
    assert names(root) == names(made.root)
    assert_whole(root, made.crew)
    assert_bill_within_journal(root, service)
    assert_again_only_where_asked(root, asked)
    assert not in_doubt(root)
    orders = len(ordered(service))
    assert made.crew.orders <= orders <= made.crew.orders + len(asked)
    assert len(service.bill) == orders
    assert customer.vidgen("continue", root, "--yes").code == 0
    assert len(ordered(service)) == orders


def assert_whole(root: Path, crew: Crew) -> None:
    """The film of *root* has two scenes, and shows, plays and tells something for so long."""
    film = film_of(root)
    assert len(clips(root)) == 2
    assert streams(film) == ["video", "audio", "subtitle"]
    assert probe(film, Kind.VIDEO, decode=True).seconds == pytest.approx(2 * crew.seconds, abs=0.2)


def cues(subtitles: str) -> list[Cue]:
    """Read an SRT file."""
    found = []
    for block in filter(None, subtitles.strip().split("\n\n")):
        _, times, *lines = block.splitlines()
        begins, _, ends = times.partition(" --> ")
        found.append(Cue(text=" ".join(lines), begins=in_seconds(begins), ends=in_seconds(ends)))
    return found


def in_seconds(time_of_day: str) -> float:
    hours, minutes, seconds = time_of_day.replace(",", ".").split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def level(samples: Sequence[float], begins: float, ends: float) -> float:
    """How loud it is between two moments."""
    return rms(samples[round(begins * RATE) : round(ends * RATE)])
