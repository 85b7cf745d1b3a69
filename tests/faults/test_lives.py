"""Lives of films that are told here, each step with all that must hold after it.

What hypothesis found stays here, too (see :mod:`tests.faults.test_state_machine`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from ..run_paths import FILM, clip_path, video_path
from ..sweep.machine import about_money
from .film_machine import FilmMachine
from .invariants import clip_key
from .lifetimes import Kill

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine", "small_pictures")

#: Tells the next step of a life.
Step = Callable[[FilmMachine], object]


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Callable[..., FilmMachine]]:
    """Lives through the steps that it is given, and then to the film's end."""

    class Told(FilmMachine):
        place = tmp_path
        done: ClassVar[dict[str, int]] = Counter()

    film = Told()

    def live(
        *steps: Step,
        seconds: tuple[int, ...] = (1, 2),
        traits: tuple[str, str] = ("find", ""),
        kill: Kill | None = None,
    ) -> FilmMachine:
        film.begin(seconds=seconds, traits=traits, kill=kill)
        for step in steps:
            film.all_holds()
            step(film)
        film.all_holds()
        film.comes_to_its_end()
        return film

    yield live
    film.close()


def which(film: FilmMachine, name: str) -> int:
    """The number of one of the film's files."""
    return film.film_files().index(name)


@pytest.mark.parametrize("trait", ["idempotent", "find", ""])
def test_a_life_of_kills(lived: Callable[..., FilmMachine], trait: str) -> None:
    film = lived(
        *(
            lambda film, last=last: film.continues(
                engine="first", answer="", kill=Kill(last=last, aim=about_money)
            )
            for last in (3, 9, 14, 21)
        ),
        lambda film: film.looks(command="status"),
        lambda film: film.collects(kill=Kill(last=30)),
        traits=(trait, ""),
        kill=Kill(last=20, aim=about_money),
    )
    assert film.world.kills >= 3


def test_a_life_of_takes(lived: Callable[..., FilmMachine]) -> None:
    film = lived(
        lambda film: film.redoes(scene=2, engine="second", kill=None),
        lambda film: film.undoes(kill=None),
        lambda film: film.edits_a_prompt(scene=1),
        lambda film: film.redoes(scene=1, engine="here", kill=Kill(last=40)),
        lambda film: film.undoes(kill=Kill(last=25)),
        lambda film: film.moves_the_directory(copies=True, keeps=True),
        lambda film: film.undoes(kill=None),
    )
    assert len(film.world.markets["first"].orders) >= 3
    assert len(film.world.markets["second"].orders) == 2


def test_a_life_of_spoilt_files(lived: Callable[..., FilmMachine]) -> None:
    def spoil(name: str, part: float) -> Step:
        return lambda film: film.spoils(which=which(film, name), part=part)

    film = lived(
        spoil(clip_path(2, 1), 0.5),
        spoil(video_path(2), 0.0),
        spoil(FILM, 0.9),
        lambda film: film.goes_on(answer="", kill=None),
        lambda film: film.deletes(which=which(film, FILM)),
        spoil(video_path(1), 0.5),
    )
    assert len(list(film.orders())) == 3, "what was spoilt is fetched again, for nothing"


def test_a_life_of_doubts(lived: Callable[..., FilmMachine]) -> None:
    film = lived(
        lambda film: film.is_in_trouble(engine="second", trouble="loses"),
        lambda film: film.redoes(scene=1, engine="second", kill=None),
        lambda film: film.goes_on(answer="wait", kill=None),
        lambda film: film.goes_on(answer="adopt", kill=None),
        lambda film: film.is_in_trouble(engine="second", trouble="loses"),
        lambda film: film.redoes(scene=2, engine="second", kill=None),
        lambda film: film.goes_on(answer="again", kill=None),
    )
    assert len(film.world.markets["second"].orders) == 4


def test_a_life_of_keys_and_plugins(lived: Callable[..., FilmMachine]) -> None:
    lived(
        lambda film: film.changes_a_key(engine="first", right=False),
        lambda film: film.goes_on(answer="", kill=None),
        lambda film: film.changes_what_is_installed(engine="first", there=False),
        lambda film: film.goes_on(answer="", kill=None),
        lambda film: film.continues(engine="second", answer="", kill=None),
        lambda film: film.time_passes(hours=30),
        lambda film: film.changes_what_is_installed(engine="first", there=True),
        lambda film: film.changes_a_key(engine="first", right=True),
        kill=Kill(last=8, aim=about_money),
    )


@pytest.mark.parametrize("command", ["continue", "redo", "undo", "collect", "status", "cost"])
def test_a_life_with_a_newer_vidgen_in_it(lived: Callable[..., FilmMachine], command: str) -> None:
    lived(
        lambda film: film.meets_what_a_newer_vidgen_wrote(command=command),
        lambda film: film.redoes(scene=1, engine="first", kill=Kill(last=40)),
        lambda film: film.meets_what_a_newer_vidgen_wrote(command=command),
        kill=Kill(last=60),
    )


def test_a_life_below_a_limit_that_came_after_an_order_in_doubt(
    lived: Callable[..., FilmMachine],
) -> None:
    film = lived(
        lambda film: film.has_a_limit(engine="first", usd=1.0),
        seconds=(2, 1),
        traits=("idempotent", "find"),
        kill=Kill(last=30, aim=about_money),
    )
    assert film.world.kills == 1


def test_a_life_with_money_that_is_given_back_and_nobody_hears_of_it(
    lived: Callable[..., FilmMachine],
) -> None:
    film = lived(
        lambda film: film.continues(answer="", engine="first", kill=Kill(last=17, aim=about_money)),
        lambda film: film.is_in_trouble(engine="first", trouble="fails"),
        lambda film: film.continues(answer="", engine="first", kill=Kill(last=3, aim=about_money)),
        seconds=(1, 1),
        traits=("idempotent", "find"),
        kill=Kill(last=0),
    )
    assert film.world.markets["first"].refunds


def test_a_life_with_an_order_that_its_service_lists_no_more(
    lived: Callable[..., FilmMachine],
) -> None:
    film = lived(
        lambda film: film.edits_a_prompt(scene=2),
        lambda film: film.deletes(which=0),
        lambda film: film.deletes(which=0),
        lambda film: film.time_passes(hours=30),
        lambda film: film.goes_on(answer="", kill=None),
        seconds=(2, 1),
        traits=("find", ""),
        kill=Kill(last=33, aim=about_money),
    )
    assert film.world.markets["first"].fate["first-2"] == "dead"


def test_a_life_with_an_undo_that_the_next_run_finishes(
    lived: Callable[..., FilmMachine],
) -> None:
    film = lived(
        lambda film: film.goes_on(answer="", kill=Kill(last=109)),
        lambda film: film.redoes(engine="", kill=Kill(last=39, aim=about_money), scene=2),
        lambda film: film.continues(answer="", engine="first", kill=None),
        lambda film: film.undoes(kill=Kill(last=37)),
        seconds=(1, 2),
        traits=("idempotent", "find"),
        kill=Kill(last=17, aim=about_money),
    )
    orders = film.world.markets["first"].submits()
    assert orders[clip_key(clip_path(2, 2))] == 2, "the clip of the take that was undone is away"


def test_a_life_with_a_broken_clip_of_an_engine_that_is_gone(
    lived: Callable[..., FilmMachine],
) -> None:
    lived(
        lambda film: film.changes_what_is_installed(engine="first", there=False),
        lambda film: film.spoils(which=which(film, clip_path(1, 1)), part=0.0),
        lambda film: film.redoes(engine="second", kill=None, scene=2),
        seconds=(1, 1),
        traits=("idempotent", "find"),
        kill=Kill(last=22, aim=about_money),
    )
