"""Of all the places that give a value, the highest wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.settings import load, variable
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.settings.settings_file import user_file

from .places import Options, Place, VoiceOptions


def test_without_any_source_everything_is_the_default(place: Place) -> None:
    settings = place.load()
    assert settings.core == CoreOptions()
    assert settings.options_for("local", Options) == Options()
    assert settings.origin("engine") == settings.origin("local.fps") == "default"
    assert settings.to_save == {}
    assert settings.warnings == ()


SOURCES = ("flag", "environment", "run", "user")


@given(
    core=st.dictionaries(st.sampled_from(SOURCES), st.integers(0, 2**31 - 1)),
    own=st.dictionaries(st.sampled_from(SOURCES), st.integers(1, 10**6)),
)
def test_the_highest_source_that_gives_a_value_wins(
    tmp_path_factory: pytest.TempPathFactory, core: dict[str, int], own: dict[str, int]
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    for path, source in ((place.run_file, "run"), (place.user_file, "user")):
        lines = [f"seed = {core[source]}"] if source in core else []
        lines += ["[providers.local]", f"fps = {own[source]}"] if source in own else []
        path.write_text("\n".join(lines))
    environ = {"VIDGEN_SEED": str(core["environment"])} if "environment" in core else {}
    if "environment" in own:
        environ["VIDGEN_LOCAL_FPS"] = str(own["environment"])
    sets = [f"local.fps={own['flag']}"] if "flag" in own else []
    settings = place.load(*sets, flags={"seed": core.get("flag")}, environ=environ)
    origins = {
        "flag": "flag",
        "run": "run",
        "user": f"user file {place.user_file}",
        "default": "default",
    }
    for given_by, name, value, default in (
        (core, "seed", settings.core.seed, 0),
        (own, "local.fps", settings.options_for("local", Options).fps, 24),
    ):
        winner = next((source for source in SOURCES if source in given_by), "default")
        assert value == given_by.get(winner, default)
        expected = origins.get(winner, f"environment {variable(name)}")
        assert settings.origin(name) == expected


def test_flags_that_are_not_given_are_none(place: Place) -> None:
    settings = place.load(flags={"engine": None, "skip_narration": True, "jobs": 3})
    assert settings.core == CoreOptions(skip_narration=True, jobs=3)


def test_a_switch_can_be_turned_off_again(place: Place) -> None:
    place.run_file.write_text("skip_narration = true")
    settings = place.load(flags={"skip_narration": False})
    assert settings.core.skip_narration is False
    assert settings.to_save == {"skip_narration": False}


def test_set_reaches_cores_own_options_too(place: Place) -> None:
    settings = place.load("stall-seconds=9", "seed=1", "seed=2")
    assert (settings.core.stall_seconds, settings.core.seed) == (9.0, 2)
    assert place.load("seed=1", flags={"seed": 5}).core.seed == 5


def test_vidgen_ffmpeg_is_the_option_ffmpeg(place: Place) -> None:
    settings = place.load(environ={"VIDGEN_FFMPEG": "bundled"})
    assert settings.core.ffmpeg == "bundled"
    assert settings.origin("ffmpeg") == "environment VIDGEN_FFMPEG"


def test_an_empty_variable_is_not_given(place: Place) -> None:
    settings = place.load(environ={"VIDGEN_ENGINE": "", "VIDGEN_LOCAL_FPS": ""})
    assert settings.core.engine == ""
    assert settings.origin("engine") == "default"
    assert settings.options_for("local", Options).fps == 24


def test_spending_in_doubt_is_not_decided_by_the_environment_or_a_run(place: Place) -> None:
    place.run_file.write_text("in_doubt_limit = 5.0")
    settings = place.load(environ={"VIDGEN_IN_DOUBT_LIMIT": "5"})
    assert settings.core.in_doubt_limit == 0.0
    place.user_file.write_text("in_doubt_limit = 0.5")
    assert place.load().core.in_doubt_limit == 0.5
    assert place.load("in_doubt_limit=0.7").core.in_doubt_limit == 0.7


def test_the_environment_of_the_process_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIDGEN_CONFIG", str(tmp_path / "s.toml"))
    (tmp_path / "s.toml").write_text("jobs = 3")
    monkeypatch.setenv("VIDGEN_SEED", "7")
    settings = load()
    assert (settings.core.jobs, settings.core.seed) == (3, 7)


def test_the_users_file_lies_where_the_platform_keeps_settings() -> None:
    assert user_file({}).name == "settings.toml"
    assert "vidgen" in user_file({}).parts
    assert user_file({"VIDGEN_CONFIG": "~/x.toml"}) == Path("~/x.toml").expanduser()


def test_options_of_providers_that_share_a_name_do_not_disturb_each_other(place: Place) -> None:
    settings = place.load("local.fps=12", "local.pitch=100")
    assert settings.options_for("local", Options).fps == 12
    assert settings.options_for("local", VoiceOptions) == VoiceOptions(pitch=100)


def test_of_several_limits_the_nearest_counts_and_none_of_the_directorys_own(place: Place) -> None:
    """A directory may be anybody's: it neither sets nor raises what may be spent on it."""
    place.run_file.write_text("max_cost = 1e9\nunknown_price = 0.01\n")
    assert (place.load().core.max_cost, place.load().core.unknown_price) == (None, None)
    place.user_file.write_text("max_cost = 20.0\n")
    assert place.load().core.max_cost == 20.0
    environ = {"VIDGEN_MAX_COST": "0.8"}
    assert place.load(environ=environ).core.max_cost == 0.8
    assert place.load(environ=environ, flags={"max_cost": 5.0}).core.max_cost == 5.0
