"""Settings: the highest source that gives a value wins, and a run directory may not harm."""

from __future__ import annotations

import os
import tomllib
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import PluginError, UsageError, VideoEngineSpec, option
from vidgen_core.errors import MachineError
from vidgen_core.layout import SETTINGS
from vidgen_core.settings import Settings, load, run_settings, variable
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.settings.option_values import BadValue, parse, to_toml
from vidgen_core.settings.settings_file import user_file
from vidgen_core.specs import SpeechEngineSpec


class Mood(StrEnum):
    CALM = "calm"
    WILD = "wild-one"


class Level(Enum):
    LOW = 1
    HIGH = 2


@frozen(kw_only=True)
class Options:
    fps: int = option(24, "Frames a second.", validator=attrs.validators.gt(0))
    zoom: float = option(1.0, "Zoom.")
    smooth: bool = option(False, "Smooth.")
    title: str = option("", "Title.")
    sizes: tuple[int, ...] = option((), "Sizes.")
    place: tuple[float, float] = option((0.5, 0.5), "Place.")
    mood: Mood = option(Mood.CALM, "Mood.")
    level: Level = option(Level.LOW, "Level.")
    codec: Literal["h264", "h265"] = option("h264", "Codec.")
    limit: int | None = option(None, "Limit.")
    base_url: str = option("https://good.example", "Service.", scope="user")
    folder: Path = option(Path("models"), "Models.", scope="user")


@frozen(kw_only=True)
class VoiceOptions:
    pitch: int = option(220, "Pitch.")


SPECS = (
    VideoEngineSpec(name="local", summary="", factory=print, options=Options, lengths=(5,)),
    SpeechEngineSpec(name="local", summary="", factory=print, options=VoiceOptions),
    VideoEngineSpec(name="luma", summary="", factory=print, lengths=(5,)),
)


class Place:
    """A run directory and a user's file, both still empty."""

    def __init__(self, folder: Path) -> None:
        self.run = folder / "video_20250101_000000"
        self.run_file = self.run / SETTINGS
        self.run_file.parent.mkdir(parents=True)
        self.user_file = folder / "settings.toml"
        self.user_file.write_text("")

    def load(self, *sets: str, **given: Any) -> Settings:
        environ = {"VIDGEN_CONFIG": str(self.user_file), **given.pop("environ", {})}
        given = {"specs": SPECS, "run_directory": self.run, **given}
        return load(sets=sets, environ=environ, **given)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def refused(place: Place, *sets: str, **given: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        place.load(*sets, **given).options_for("local", Options)
    return caught.value


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


# An untrusted run directory

EVIL = """
ffmpeg = "/tmp/evil"
jobs = 200
in_doubt_limit = 1000.0
max_scenes_file_bytes = 999999999
future = "unknown"

[keys]
FAL_KEY = "planted"

[providers.local]
base_url = "https://evil.example"
folder = "/etc"
unheard_of = 1

[providers.gone]
fps = 3
"""


def test_a_run_directory_cannot_set_what_belongs_to_the_user(place: Place) -> None:
    place.run_file.write_text(EVIL)
    before = dict(os.environ)
    settings = place.load()
    assert settings.core == CoreOptions()
    assert settings.options_for("local", Options) == Options()
    assert settings.to_save == {}
    assert dict(os.environ) == before
    for name in ("ffmpeg", "jobs", "local.base_url", "local.folder"):
        assert settings.origin(name) == "default"
        assert any(f": {name} is ignored" in warning for warning in settings.warnings)
    for name in ("future", "keys", "local.unheard_of"):
        assert f"the run's settings: {name} is unknown and ignored" in settings.warnings
    assert len(settings.warnings) == 9


def test_the_options_of_an_uninstalled_provider_are_kept_without_a_word(place: Place) -> None:
    place.run_file.write_text("[providers.gone]\nfps = 3\n")
    settings = place.load(flags={"seed": 1})
    assert settings.warnings == ()
    assert tomllib.loads(run_settings(settings))["providers"] == {"gone": {"fps": 3}}


def test_an_option_declared_without_a_scope_is_the_users(place: Place) -> None:
    @attrs.frozen
    class Plain:
        url: str = "good"

    spec = VideoEngineSpec(name="plain", summary="", factory=print, options=Plain, lengths=(5,))
    place.run_file.write_text("[providers.plain]\nurl = 'evil'\n")
    settings = place.load(specs=[spec])
    assert settings.options_for("plain", Plain).url == "good"
    assert len(settings.warnings) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs symlinks")
@pytest.mark.parametrize("linked", [SETTINGS, ".vidgen"])
def test_a_run_settings_file_behind_a_link_that_leaves_is_refused(
    place: Place, tmp_path: Path, linked: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "settings.toml").write_text("secret = 'x'")
    place.run_file.unlink(missing_ok=True)
    link = place.run / linked
    if link.is_dir():
        link.rmdir()
    link.symlink_to(elsewhere / "settings.toml" if linked == SETTINGS else elsewhere)
    assert "leaves the run directory" in refused(place).message


# Broken files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"seed = 1\nengine = \n", "line 2, column 10: Invalid value"),
        (b"seed = 1\n[providers", "line 2"),
        (b"seed = 1\nengine = '\xff'\n", "line 2: it is not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"#" * 1_000_001, "larger than 1000000 bytes"),
        (b"providers = 3", "providers must hold a table for each provider"),
        (b"[providers]\nlocal = 3", "providers must hold a table for each provider"),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("whose", ["run_file", "user_file"])
def test_a_broken_file_is_named_with_its_place_and_what_to_do(
    place: Place, whose: str, text: bytes, said: str
) -> None:
    path: Path = getattr(place, whose)
    path.write_bytes(text)
    error = refused(place)
    assert error.message.startswith(str(path))
    assert said in error.message
    assert f"correct {path}" in error.advice
    assert ("give the run's options again" in error.advice) == (whose == "run_file")


def test_a_byte_order_mark_is_no_fault(place: Place) -> None:
    place.user_file.write_bytes(b"\xef\xbb\xbfseed = 4\r\n")
    assert place.load().core.seed == 4


def test_a_directory_in_the_place_of_the_file_is_refused(place: Place) -> None:
    place.run_file.mkdir()
    assert "it is not a file" in refused(place).message


def test_a_config_that_is_named_must_be_there(place: Place) -> None:
    place.user_file.unlink()
    assert "VIDGEN_CONFIG names" in refused(place).message


def test_a_file_that_may_not_be_read_is_the_machines_fault(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(MachineError, match="cannot be read: Permission denied"):
        place.load()


# Names and values that do not fit


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        ("local.fsp=3", "provider 'local' has no option 'fsp'", "did you mean 'fps'?"),
        ("local.picth=3", "provider 'local' has no option 'picth'", "did you mean 'pitch'?"),
        ("lcoal.fps=3", "no provider is called 'lcoal'", "did you mean 'local'?"),
        ("sede=3", "vidgen has no option 'sede'", "did you mean 'seed'?"),
        ("luma.x=1", "provider 'luma' has no option 'x'", "its options: none"),
        ("local.fps", "expected PROVIDER.OPTION=VALUE", "--set local.grain=1"),
        ("=3", "expected PROVIDER.OPTION=VALUE", ""),
        ("local.=3", "expected PROVIDER.OPTION=VALUE", ""),
    ],
)
def test_an_unknown_name_gets_the_nearest(place: Place, text: str, said: str, advice: str) -> None:
    error = refused(place, text)
    assert said in error.message
    assert advice in error.advice


def test_an_unknown_flag_or_origin_is_refused(place: Place) -> None:
    assert "did you mean 'engine'" in refused(place, flags={"engin": "x"}).advice
    with pytest.raises(UsageError, match="no option 'nonsense'"):
        place.load().origin("local.nonsense")


def test_a_misspelt_option_in_the_users_file_is_refused_with_the_file(place: Place) -> None:
    for text in ("sede = 3", "[providers.local]\nfsp = 3"):
        place.user_file.write_text(text)
        error = refused(place)
        assert f"user file {place.user_file}, " in error.message
        assert "did you mean" in error.advice


def test_an_uninstalled_provider_in_the_users_file_is_a_warning(place: Place) -> None:
    place.user_file.write_text("[providers.lcoal]\nfps = 3\n")
    (warning,) = place.load().warnings
    assert "'lcoal' is not installed; did you mean 'local'?" in warning
    assert place.load(specs=()).warnings == ()


@pytest.mark.parametrize(
    ("where", "place_said"),
    [
        ("set", "--set local.fps: "),
        ("environment", "environment VIDGEN_LOCAL_FPS, local.fps: "),
        ("run", "the run's settings, local.fps: "),
        ("user", "user file "),
    ],
)
@pytest.mark.parametrize("value", ["soon", "0"])
def test_a_bad_value_is_named_with_where_it_was_given(
    place: Place, where: str, place_said: str, value: str
) -> None:
    table = f"[providers.local]\nfps = '{value}'\n"
    if where == "run":
        place.run_file.write_text(table)
    if where == "user":
        place.user_file.write_text(table)
    environ = {"VIDGEN_LOCAL_FPS": value} if where == "environment" else {}
    error = refused(place, *([f"local.fps={value}"] if where == "set" else []), environ=environ)
    assert error.message.startswith(place_said)
    assert ("whole number" if value == "soon" else "must be > 0") in error.message
    assert bool(error.advice) == (where in ("run", "user"))


def test_a_bad_value_below_a_good_one_does_not_matter(place: Place) -> None:
    place.run_file.write_text("seed = 'soon'")
    assert place.load(flags={"seed": 3}).core.seed == 3


def test_a_bad_core_flag_is_named_as_it_is_typed(place: Place) -> None:
    error = refused(place, flags={"stall_seconds": "-1"})
    assert error.message == "--stall-seconds: 'stall_seconds' must be > 0: -1.0"


def test_values_that_do_not_fit_together_are_named_together(place: Place) -> None:
    @frozen(kw_only=True)
    class Range:
        low: int = option(0, "Low.")
        high: int = option(9, "High.")

        def __attrs_post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("low is above high")

    spec = VideoEngineSpec(name="range", summary="", factory=print, options=Range, lengths=(5,))
    assert place.load("range.low=20", "range.high=30", specs=[spec]).to_save == {
        "range.low": 20,
        "range.high": 30,
    }
    error = refused(place, "range.low=8", "range.high=7", specs=[spec])
    assert error.message == "range.low, range.high do not fit together: low is above high"


def test_an_option_of_an_impossible_type_is_the_plugins_fault(place: Place) -> None:
    @frozen(kw_only=True)
    class Odd:
        table: dict[str, int] = option({}, "Table.")

    spec = VideoEngineSpec(name="odd", summary="", factory=print, options=Odd, lengths=(5,))
    with pytest.raises(PluginError, match=r"option odd\.table cannot be set: no option can be"):
        place.load("odd.table=3", specs=[spec])


# What is saved


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


def test_without_a_run_directory_there_is_something_to_save_still(place: Place) -> None:
    settings = place.load(flags={"engine": "local"}, run_directory=None)
    assert run_settings(settings) == 'engine = "local"\n'


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


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


# Types


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Yes", bool, True),
        ("off", bool, False),
        (True, bool, True),
        ("-3", int, -3),
        ("5_000", int, 5000),
        ("1e-3", float, 0.001),
        (3, float, 3.0),
        ("5, 9", tuple[int, ...], (5, 9)),
        ("", tuple[int, ...], ()),
        ([1, 2.5], tuple[float, float], (1.0, 2.5)),
        ("wild-one", Mood, Mood.WILD),
        ("WILD", Mood, Mood.WILD),
        ("2", Level, Level.HIGH),
        (2, Level, Level.HIGH),
        ("high", Level, Level.HIGH),
        ("H265", Literal["h264", "h265"], "h265"),
        ("2", Literal[1, 2], 2),
        ("none", int | None, None),
        ("3", int | None, 3),
        ("auto", int | Literal["auto"], "auto"),
        ("~/x", Path, Path("~/x").expanduser()),
        ("", str, ""),
    ],
)
def test_a_value_is_read_as_its_type(text: object, kind: Any, value: object) -> None:
    found = parse(text, kind)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("maybe", bool),
        (1, bool),
        (True, int),
        ("1.5", int),
        (1.5, int),
        ("１２", int),
        ("9" * 5000, int),
        ("nan", float),
        ("inf", float),
        (10**400, float),
        (False, float),
        (5, str),
        ("\udcff", str),
        ("1, x", tuple[int, ...]),
        ("1", tuple[int, int]),
        (5, tuple[int, ...]),
        ("fast", Mood),
        (True, Level),
        ("av1", Literal["h264", "h265"]),
        ("soon", int | None),
        ("soon", int | float),
        (5, Path),
    ],
)
def test_a_value_of_another_type_is_refused(text: object, kind: Any) -> None:
    with pytest.raises(BadValue) as caught:
        parse(text, kind)
    assert len(str(caught.value)) < 250


VALUES = st.one_of(
    st.tuples(st.booleans(), st.just(bool)),
    st.tuples(st.integers(), st.just(int)),
    st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.just(float)),
    st.tuples(TEXT, st.just(str)),
    st.tuples(st.lists(st.integers()).map(tuple), st.just(tuple[int, ...])),
    st.tuples(st.sampled_from(Mood), st.just(Mood)),
    st.tuples(st.sampled_from(Level), st.just(Level)),
    st.tuples(st.none() | st.integers(), st.just(int | None)),
    st.tuples(st.builds(Path, st.sampled_from(["a", "a/b c"])), st.just(Path)),
)


@given(VALUES)
def test_a_value_written_as_toml_is_read_back(pair: tuple[Any, Any]) -> None:
    import tomli_w

    value, kind = pair
    text = tomli_w.dumps({"x": to_toml(value)})
    assert parse(tomllib.loads(text)["x"], kind) == value
