"""What is kept for the next run: the run's own options, as they were given."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.settings import run_settings, run_values

from .places import TEXT, Place


def test_only_run_options_given_now_are_saved(place: Place) -> None:
    place.user_file.write_text("tts = 'local'\n[providers.local]\nzoom = 2.0\n")
    settings = place.load(
        "local.fps=12",
        "local.base_url=https://mine.example",
        "local.limit=none",
        "local.mood=wild-one",
        flags={"engine": "local", "jobs": 4},
        environ={"VIDGEN_SKIP_NARRATION": "yes"},
    )
    expected = {
        "engine": "local",
        "skip_narration": True,
        "local.fps": 12,
        "local.limit": "none",
        "local.mood": "wild-one",
    }
    assert settings.to_save == expected
    assert tomllib.loads(run_settings(settings)) == {
        "engine": "local",
        "skip_narration": True,
        "providers": {"local": {"fps": 12, "limit": "none", "mood": "wild-one"}},
    }


def test_what_the_run_holds_already_is_not_said_again(place: Place) -> None:
    place.run_file.write_text("engine = 'local'\nseed = 1\nfuture = [1, {a = 2}]\n")
    settings = place.load(flags={"engine": "local", "seed": 2})
    assert settings.to_save == {"seed": 2}
    text = run_settings(settings, {"tts": "local", "local.zoom": 1.5})
    assert tomllib.loads(text) == {
        "engine": "local",
        "seed": 2,
        "future": [1, {"a": 2}],
        "tts": "local",
        "providers": {"local": {"zoom": 1.5}},
    }


def test_the_users_options_are_never_written_to_a_run(place: Place) -> None:
    with pytest.raises(ValueError, match="ffmpeg may not stand in a run directory"):
        run_settings(place.load(), {"ffmpeg": "/usr/bin/ffmpeg"})


def test_another_runs_file_stands_below_the_runs_own_and_is_not_written_into_it(
    place: Place,
) -> None:
    below = {"seed": 4, "max_scenes": 2, "ffmpeg": "/usr/bin/ffmpeg"}
    flags = {"seed": 7, "max_scenes": 2}
    settings = place.load(flags=flags, below=below)
    assert (settings.core.seed, settings.core.max_scenes, settings.core.ffmpeg) == (7, 2, "")
    assert run_settings(settings) == "seed = 7\n"
    assert run_values(settings, without=("seed",)) == {}
    unasked = place.load(below=below)
    assert (unasked.core.seed, unasked.origin("seed")) == (4, "run")
    assert run_settings(unasked) == ""


def test_without_a_run_directory_there_is_something_to_save_still(place: Place) -> None:
    settings = place.load(flags={"engine": "local"}, run_directory=None)
    assert run_settings(settings) == 'engine = "local"\n'


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "engine": TEXT,
            "initial_image_prompt": TEXT,
            "skip_narration": st.booleans(),
            "seed": st.integers(0, 2**31 - 1),
        },
    )
)
def test_what_is_saved_is_what_the_next_run_reads(
    tmp_path_factory: pytest.TempPathFactory, flags: dict[str, Any]
) -> None:
    place = Place(tmp_path_factory.mktemp("saved"))
    first = place.load(flags=flags)
    place.run_file.write_bytes(run_settings(first).encode())
    second = place.load()
    assert second.core == first.core
    assert {second.origin(name) for name in flags} <= {"run"}
    again = place.load(flags=flags)
    assert again.to_save == {}
    assert run_settings(again) == run_settings(second)
