"""Killed, failing or hanging at any named point: no clip is lost, none is paid for twice."""

from __future__ import annotations

import ast
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import vidgen_core
from vidgen_core import faults
from vidgen_core.errors import ExitCode, UsageError

from ..command_line import refused, vidgen
from .corner_films import KILLED, MODULES, Undisturbed, install_shop
from .extent import ALL, SEED, counted, some
from .forked import forked
from .small_films import FILMS, Film

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system begins no process by forking"),
    pytest.mark.timeout(900),
]

#: In the whole extent the visits of a film are looked at in so many tests.
PARTS = 8
#: So many of the pairs of a film and a point are tried by default, and by the real command.
FEW, REAL = 12, 1

_EVERY = frozenset(faults.POINTS)
_BEGUN = frozenset(name for name in _EVERY if name.startswith(("begin-", "patterns-")))
_ANSWERED = frozenset(name for name in _EVERY if name.startswith(("ask-", "answer-", "parse-")))
_FOUND = frozenset({"find-before", "find-after"})
_ASIDE = frozenset(name for name in _EVERY if name.startswith("aside-"))
_AGAIN = frozenset(name for name in _EVERY if name.startswith("redo-"))
_BACK = frozenset(name for name in _EVERY if name.startswith("undo-"))
#: Which points are tried at which film by default: each at one, together all.
TRIED: dict[str, frozenset[str]] = {
    "generated": _BEGUN,
    "spoken": _ANSWERED,
    "listing, lost": _FOUND,
    "broken": _ASIDE,
    "redone": _AGAIN,
    "undone": _BACK,
    "mute": frozenset(name for name in _EVERY if name.startswith(("submit-", "job-", "intent-"))),
    "idempotent": frozenset(
        name
        for name in _EVERY - _BEGUN - _ANSWERED - _FOUND - _ASIDE - _AGAIN - _BACK
        if not name.startswith(("submit-", "job-", "intent-"))
    ),
}

#: Nothing there can fail, in a run that goes on to the end, and hide what was charged.
SURE = ("lock-released", "scratch-clear-before", "scratch-cleared")

Made = Callable[[Film], Undisturbed]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Return what makes a film without a fault; each is made once."""
    place = tmp_path_factory.mktemp("points")
    site = place / "site"
    install_shop(site)
    films: dict[str, Undisturbed] = {}
    with forked(*MODULES, environ={"PYTHONPATH": str(site)}) as commands:

        def make(film: Film) -> Undisturbed:
            if film.name not in films:
                folder = place / f"film-{len(films)}"
                undisturbed = Undisturbed(film=film, folder=folder, site=site, forked=commands)
                films[film.name] = undisturbed.make()
            return films[film.name]

        yield make


def chosen() -> list[tuple[Film, str]]:
    """Return the films and points that are tried by default."""
    pairs = [(film, name) for film in FILMS for name in sorted(TRIED.get(film.name, ()))]
    return some(pairs, FEW)


def visits_of(film: Undisturbed, names: Sequence[str]) -> list[str]:
    """Return one visit of each of the points *names*, as the seed wants it."""
    visits = [[each for each in film.visits if each.partition("#")[0] == name] for name in names]
    return [each[SEED % len(each)] for each in visits]


def disturb(film: Undisturbed, act: str, visits: Sequence[str], *, real: bool = False) -> None:
    """Have *act* happen at each of *visits*, every second time to a user who looks first."""
    if act == "raise":
        visits = [visit for visit in visits if not visit.startswith(SURE)]
    for number, visit in enumerate(visits):
        ended = film.disturb(f"{act}@{visit}", looks=bool(number % 2), real=real)
        assert act == "raise" or ended.code == KILLED, f"{film.film}: {visit} was not come to"
    counted("points", **{f"{act}s": len(visits)})


@pytest.mark.skipif(ALL, reason="all visits of all films are tried")
@pytest.mark.parametrize("film", [film for film in FILMS if film.name in TRIED], ids=str)
def test_a_film_killed_at_a_point_is_finished_and_paid_for_once(made: Made, film: Film) -> None:
    names = [name for each, name in chosen() if each is film]
    disturb(made(film), "kill", visits_of(made(film), names))


@pytest.mark.skipif(ALL, reason="all visits of all films are tried")
@pytest.mark.parametrize("act", ["raise", "hang"])
def test_a_film_that_fails_or_hangs_at_a_point_is_finished_and_paid_for_once(
    made: Made, act: str
) -> None:
    film = made(next(film for film in FILMS if film.name == "idempotent"))
    disturb(film, act, some(film.visits, 2))


@pytest.mark.skipif(not ALL, reason="a part of them is in the default set")
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("act", ["kill", "raise", "hang"])
@pytest.mark.parametrize("film", FILMS, ids=str)
def test_a_film_disturbed_at_any_visit_is_finished_and_paid_for_once(
    made: Made, film: Film, act: str, part: int
) -> None:
    undisturbed = made(film)
    visits = undisturbed.visits
    if act == "hang":  # like a kill, but for what other threads still do: once for each point
        firsts = {visit.partition("#")[0]: visit for visit in reversed(visits)}
        visits = list(firsts.values())
    disturb(undisturbed, act, visits[part::PARTS])


@pytest.mark.skipif(not ALL, reason="it takes all of the films")
def test_the_films_come_to_every_point(made: Made) -> None:
    come_to = {visit.partition("#")[0] for film in FILMS for visit in made(film).visits}
    assert come_to == _EVERY
    counted("points", names=len(come_to), visits=sum(len(made(film).visits) for film in FILMS))


def test_by_default_every_point_may_be_tried() -> None:
    assert frozenset().union(*TRIED.values()) == _EVERY
    assert TRIED.keys() <= {film.name for film in FILMS}


@pytest.mark.parametrize("number", range(REAL))
def test_the_command_itself_is_killed_and_the_film_is_finished(made: Made, number: int) -> None:
    film = made(next(film for film in FILMS if film.name == "mute"))
    visits = [visit for visit in film.visits if visit.startswith(("submit-", "job-", "journal-"))]
    disturb(film, "kill", [visits[(SEED + number * len(visits) // REAL) % len(visits)]], real=True)


def test_a_redo_that_the_disk_ends_half_way_says_how_to_go_on(made: Made) -> None:
    film = made(next(film for film in FILMS if film.name == "redone"))
    moved = [visit for visit in film.visits if visit.startswith("redo-moved")]
    ended = film.disturb(f"raise@{moved[1]}", looks=False)
    assert ended.code == ExitCode.MACHINE
    assert "to go on: vidgen continue " in ended.words
    assert "to have the old take back: vidgen undo " in ended.words
    announced = film.disturb("raise@redo-announced", looks=False)
    assert announced.last == "look after the disk, then run the same command again"


# the points themselves ---------------------------------------------------------


def core() -> Iterator[Path]:
    return Path(vidgen_core.__file__).parent.rglob("*.py")


def points_in(path: Path) -> set[str]:
    """The names with which ``faults.point`` is called in *path*; each must be a plain text."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "faults.point":
            (name,) = node.args
            assert isinstance(name, ast.Constant), f"{path}: {ast.unparse(node)}"
            found.add(str(name.value))
    return found


def test_every_point_stands_in_the_code_and_no_other() -> None:
    assert set().union(*map(points_in, core())) == _EVERY
    assert len(faults.POINTS) == len(_EVERY)


def test_one_module_alone_knows_the_variable() -> None:
    spelled = {path.name for path in core() if "VIDGEN_FAULT" in path.read_text("utf-8")}
    assert spelled == {"faults.py"}


def test_a_point_costs_nothing_where_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDGEN_FAULT", raising=False)
    faults.arm()
    monkeypatch.setenv("VIDGEN_FAULT", "raise@submit-before")  # it is read once
    begun = time.process_time()
    for _ in range(100_000):
        faults.point("submit-before")
    assert time.process_time() - begun < 0.25


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("kil@submit-before", "it begins with kill@, raise@, hang@ or trace@"),
        ("kill", "no point ''"),
        ("trace@", "it begins with"),
        ("kill@submit-befor#1", "there is no point 'submit-befor': did you mean 'submit-before'?"),
        ("kill@submit-before#0", "a visit is a number from 1 on, not '0'"),
        ("raise@submit-before#", "a visit is a number from 1 on, not ''"),
        ("hang@submit-before#٣", "a visit is a number from 1 on, not '٣'"),
        ("trace@/nowhere/at/all", "No such file or directory"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, value: str, why: str
) -> None:
    monkeypatch.setenv("VIDGEN_FAULT", value)
    with pytest.raises(
        UsageError, match=f"VIDGEN_FAULT={re.escape(value)} cannot be used"
    ) as error:
        faults.arm()
    assert why in error.value.message


def test_the_command_says_what_is_wrong_with_a_fault(tmp_path: Path) -> None:
    ended = vidgen("status", tmp_path, home=tmp_path, environ={"VIDGEN_FAULT": "kill@submit"})
    assert "there is no point 'submit': did you mean 'submit-" in refused(ended, ExitCode.USAGE)
    assert ended.err.splitlines()[-1] == "it is for tests of vidgen: unset VIDGEN_FAULT"
