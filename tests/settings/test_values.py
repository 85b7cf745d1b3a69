"""Names and values: each is read as its type, or refused with the place that gave it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import pytest
import tomli_w
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core import PluginError, UsageError, VideoEngineSpec, option
from vidgen_core.settings.option_values import BadValue, parse, to_toml

from .places import TEXT, Level, Mood, Place, refused

# Names and values that do not fit


@pytest.mark.parametrize(
    ("text", "said", "advice"),
    [
        ("local.fsp=3", "provider 'local' has no option 'fsp'", "did you mean 'fps'?"),
        ("local.picth=3", "provider 'local' has no option 'picth'", "did you mean 'pitch'?"),
        ("lcoal.fps=3", "no provider is called 'lcoal'", "did you mean 'local'?"),
        ("foo.bar=1", "no provider is called 'foo'", "no package that is installed brings it; "),
        ("sede=3", "vidgen has no option 'sede'", "did you mean 'seed'?"),
        ("fps=3", "vidgen has no option 'fps'", "did you mean local.fps?"),
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
    assert "vidgen-" not in error.advice  # nobody knows what package brings a name


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


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("99999x99999", "99999x99999"),
        ("36p", "64x36"),
        ("1280x20", "1280x20"),
        ("8641x1080", "8641x1080"),
        ("0x0", "0x0"),
        ("9000p", "16000x9000"),
    ],
)
def test_a_size_that_no_film_has_is_refused_with_the_limits(
    place: Place, given: str, size: str
) -> None:
    error = refused(place, flags={"resolution": given})
    assert error.message == (
        f"--resolution: {size} is no size of a film: its sides are from 64 to 8640 pixels"
    )


@pytest.mark.parametrize("size", ["", "big", "1280", "1280X720", "8640x4320", "１２８０p"])
def test_what_is_no_size_at_all_is_told_what_one_looks_like(place: Place, size: str) -> None:
    if size in ("1280", "8640x4320"):
        assert place.load(flags={"resolution": size}).core.resolution == size
        return
    assert "is no resolution: 720p" in refused(place, flags={"resolution": size}).message


@pytest.mark.parametrize("where", ["flag", "environment", "user"])
def test_an_aspect_that_the_resolution_contradicts_is_refused(place: Place, where: str) -> None:
    flags, environ = {"resolution": "1280x720"}, {}
    if where == "flag":
        flags["aspect"] = "9:16"
    if where == "environment":
        environ["VIDGEN_ASPECT"], environ["VIDGEN_RESOLUTION"] = "9:16", flags.pop("resolution")
    if where == "user":
        place.user_file.write_text("aspect = '9:16'\nresolution = '1280x720'\n")
        flags = {}
    error = refused(place, flags=flags, environ=environ)
    assert error.message.endswith("aspect: a film of 1280x720 is not 9:16")
    assert "--resolution 720p" in error.advice


def test_an_aspect_is_not_quietly_ignored_for_a_resolution_from_further_away(place: Place) -> None:
    place.user_file.write_text("resolution = '1280x720'")
    assert refused(place, flags={"aspect": "1:1"}).message.startswith("--aspect: ")


def test_a_nearer_resolution_is_meant_instead_of_an_aspect_and_a_begun_run_goes_on(
    place: Place,
) -> None:
    place.user_file.write_text("aspect = '9:16'")
    assert place.load(flags={"resolution": "1280x720"}).core.resolution == "1280x720"
    place.run_file.write_text("aspect = '9:16'\nresolution = '1280x720'\n")
    assert place.load().core.aspect == "9:16"


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("16:9", "854x480"), ("16:9", "1280x704"), ("9:16", "1080x1920"), ("1:1", "512x500")],
)
def test_sides_that_are_rounded_have_their_aspect(place: Place, aspect: str, size: str) -> None:
    assert place.load(flags={"aspect": aspect, "resolution": size}).core.resolution == size


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


def test_a_value_is_judged_beside_what_was_given_before(place: Place) -> None:
    @frozen(kw_only=True)
    class Range:
        low: int = option(0, "Low.")
        high: int = option(9, "High.")

        def __attrs_post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError(f"{self.low} is above {self.high}")

        step: int = option(1, "It has nothing to do with them.")

    spec = VideoEngineSpec(name="range", summary="", factory=print, options=Range, lengths=(5,))
    place.run_file.write_text("[providers.range]\nhigh = 30\n")
    assert place.load("range.low=20", specs=[spec]).to_save == {"range.low": 20}
    error = refused(place, "range.low=40", "range.step=2", specs=[spec])
    assert error.message == "range.low, range.high do not fit together: 40 is above 30"


def test_an_option_of_an_impossible_type_is_the_plugins_fault(place: Place) -> None:
    @frozen(kw_only=True)
    class Odd:
        table: dict[str, int] = option({}, "Table.")

    spec = VideoEngineSpec(name="odd", summary="", factory=print, options=Odd, lengths=(5,))
    with pytest.raises(PluginError, match=r"option odd\.table cannot be set: no option can be"):
        place.load("odd.table=3", specs=[spec])


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
    value, kind = pair
    text = tomli_w.dumps({"x": to_toml(value)})
    assert parse(tomllib.loads(text)["x"], kind) == value
