"""An interrupted run says what it still waits for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidgen_core.errors import ExitCode

from .fakes import Film, Service, engine, local_engine, no_worker_is_left
from .run_directories import begin


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Film]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no settings"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    service = Service(folder=tmp_path / "service")
    yield Film(begin(tmp_path, 1), service, (engine(service), local_engine(service)))
    assert no_worker_is_left()


def test_what_a_submit_is_waited_for_and_how_to_end_it_is_said_while_it_waits(film: Film) -> None:
    heard: list[str] = []

    def stop() -> None:
        film.run.interrupt()
        until = time.monotonic() + 10
        while "waiting" not in film.said and time.monotonic() < until:
            time.sleep(0.01)
        heard.append(film.said)

    film.service.trouble["submitted"] = [stop]
    outcome = film.work(grace=30.0)
    assert outcome.codes == {ExitCode.INTERRUPTED}
    assert outcome.paid == 1
    assert heard[0].splitlines()[-1] == (
        "waiting up to 30 s for the answer of paid (scene 1 clip 1), which may cost money; "
        "a second Ctrl-C ends it at once"
    )


@pytest.mark.parametrize("twice", [True, False])
def test_nothing_is_said_where_nothing_that_costs_is_waited_for(film: Film, twice: bool) -> None:
    def stop() -> None:
        film.run.interrupt()
        if twice:
            film.run.interrupt()

    film.flags = {} if twice else {"engine": "here"}
    film.service.trouble["submit" if twice else "render"] = [stop]
    film.work()
    assert "waiting" not in film.said
