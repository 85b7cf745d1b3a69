"""What is installed is found, in one order, whatever its patterns and names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import distributions, entry_points
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vidgen_core
from vidgen_core import PluginError, Step, UsageError
from vidgen_core.layout import OUTPUT, OUTPUTS
from vidgen_core.plugins import CORE, Registry, load
from vidgen_core.specs import ProviderKind

from .distributions import ENGINE, GOOD, PREAMBLE, Install, of, write_distribution


def test_an_installed_provider_is_found_with_its_distribution_and_version(install: Install) -> None:
    install("vidgen-good", GOOD, version="2.5")
    found = load().find(ENGINE, "good")
    assert (found.distribution, found.version) == ("vidgen-good", "2.5")
    assert str(found.owner) == "vidgen-good 2.5"
    assert found.spec.summary == "works"


def test_cores_own_stitcher_comes_through_its_hook() -> None:
    found = load([]).find(ProviderKind.STITCHER, "ffmpeg")
    assert (found.distribution, found.version) == (CORE, vidgen_core.__version__)


def test_of_two_plugins_whose_files_collide_the_later_by_name_is_refused(install: Install) -> None:
    source = PREAMBLE + "bad(name='{0}', outputs=(out('{1}'),))"
    install("vidgen-b", source.replace("{0}", "b").replace("{1}", "c/{scene}-{clip}-{clip}.mp4"))
    install("vidgen-a", source.replace("{0}", "a").replace("{1}", "c/{scene}-{clip}-1.mp4"))
    registry = load()
    assert registry.names(ENGINE).count("a") == 1
    assert "b" not in registry.names(ENGINE)
    (failure,) = (f for f in registry.failures if f.distribution == "vidgen-b")
    assert "overlaps c/{scene}-{clip}-1.mp4 (clip) of vidgen-a 1.0" in failure.error


def test_what_layout_reads_leniently_takes_no_pattern_from_a_plugin(install: Install) -> None:
    install(
        "vidgen-drawer",
        PREAMBLE + "bad(outputs=(out('first_{scene}.png', Step.FIRST_FRAME), OUTPUT[Step.CLIP]))",
    )
    assert len(of(load(), "vidgen-drawer")) == 1


def test_providers_are_sorted_by_kind_and_name(install: Install) -> None:
    install("vidgen-a", GOOD.replace("good", "zebra"))
    install("vidgen-b", GOOD.replace("good", "ant"))
    registry = load()
    own = [name for kind, name, *_ in of(registry, "vidgen-a", "vidgen-b", CORE)]
    assert own == ["ant", "zebra", "ffmpeg"]


def test_listing_calls_no_factory(install: Install) -> None:
    install(
        "vidgen-lazy",
        PREAMBLE + "def factory(context):\n    import no_such_sdk\nbad(factory=factory)",
    )
    registry = load()
    assert len(of(registry, "vidgen-lazy")) == 1
    with pytest.raises(ModuleNotFoundError):
        registry.find(ENGINE, "odd").spec.factory(None)


def test_a_distribution_without_a_name_is_unknown_and_works(install: Install) -> None:
    install("vidgen-good", GOOD, metadata="Metadata-Version: 2.1\n")
    found = load().find(ENGINE, "good")
    assert found.distribution == "unknown"


def test_an_unknown_name_gets_the_nearest_and_the_installed_ones(install: Install) -> None:
    install("vidgen-good", GOOD)
    with pytest.raises(UsageError) as caught:
        load().find(ENGINE, "god")
    assert caught.value.message == "no video engine is called 'god'"
    assert "did you mean 'good'? (installed: " in caught.value.advice
    assert "installed: " in caught.value.advice


def test_what_only_an_extra_brings_is_asked_for_by_its_name(install: Install) -> None:
    facts = "Metadata-Version: 2.1\nName: vidgen-good\nVersion: 1.0\nProvides-Extra: voices\n"
    install("vidgen-good", GOOD, metadata=f"{facts}Requires-Dist: larynx>=2; extra == 'voices'\n")
    with pytest.raises(UsageError, match="no speech engine is called 'good'") as caught:
        load().find(ProviderKind.SPEECH_ENGINE, "good")
    assert "pip install 'vidgen-good[voices]'" in caught.value.advice
    install("larynx", "")
    with pytest.raises(UsageError) as caught:
        load().find(ProviderKind.SPEECH_ENGINE, "good")
    assert "pip install" not in caught.value.advice


def test_who_names_a_model_is_told_whose_it_is(install: Install) -> None:
    install("vidgen-good", GOOD)
    with pytest.raises(UsageError, match="no video engine is called 'good-2'") as caught:
        load().find(ENGINE, "good-2")
    assert caught.value.advice.startswith("name the provider, good; vidgen plugins -v shows")


@pytest.mark.parametrize("name", ["luma", "sonnet-writer", "../no name"])
def test_for_a_name_that_is_like_no_other_no_package_is_made_up(name: str) -> None:
    """Whoever installed what it might be called would have a stranger's package."""
    with pytest.raises(UsageError) as caught:
        load().find(ProviderKind.SCRIPT_MODEL, name)
    told = "no package that is installed brings it; vidgen's own lie in the folder plugins of its"
    assert caught.value.advice.startswith(f"{told} checkout (installed: ")
    assert "vidgen-" not in caught.value.advice
    assert "pip install" not in caught.value.advice


def test_an_unknown_name_mentions_plugins_that_failed(install: Install) -> None:
    install("vidgen-odd", "import no_such_sdk")
    with pytest.raises(UsageError) as caught:
        load().find(ProviderKind.FRAME_HOST, "odd")
    assert "vidgen plugins" in caught.value.advice
    assert "none is installed" in Registry()._unknown(ENGINE, "x").advice


def test_two_providers_of_one_name_are_an_error_only_when_it_is_asked_for(install: Install) -> None:
    install("vidgen-good", GOOD)
    install("vidgen-twin", GOOD, version="3")
    registry = load()
    assert len(of(registry, "vidgen-good", "vidgen-twin")) == 2
    assert not [f for f in registry.failures if f.distribution in ("vidgen-good", "vidgen-twin")]
    assert registry.names(ENGINE).count("good") == 1
    with pytest.raises(PluginError, match=r"vidgen-good 1\.0 and vidgen-twin 3"):
        registry.find(ENGINE, "good")


def test_equal_patterns_of_one_step_count_once_with_all_their_readings(install: Install) -> None:
    install(
        "vidgen-reader",
        PREAMBLE
        + """
import attrs
clip = OUTPUT[Step.CLIP]
bad(outputs=(
    attrs.evolve(clip, reads=("old/{scene}-{clip}.mp4",)),
    out("webm/{scene}-{clip}.webm"),
))
""",
    )
    registry = load(e for e in entry_points(group="vidgen") if e.value == "vidgen_reader")
    found = registry.patterns()
    assert [output.step for output, _ in found[: len(OUTPUTS)]] == [o.step for o in OUTPUTS]
    (clip,) = (output for output, _ in found if output.pattern == OUTPUT[Step.CLIP].pattern)
    assert [str(pattern) for pattern in clip.reads][-1] == "old/{scene}-{clip}.mp4"
    assert clip.reads[:-1] == OUTPUT[Step.CLIP].reads
    (webm, owner) = found[-1]
    assert (str(webm.pattern), owner.distribution) == ("webm/{scene}-{clip}.webm", "vidgen-reader")
    assert len(found) == len(OUTPUTS) + 1


@given(st.data())
def test_the_order_of_discovery_changes_nothing(
    order_of_discovery: tuple[Path, Registry], data: st.DataObject
) -> None:
    site, expected = order_of_discovery
    found = [e for d in distributions(path=[str(site)]) for e in d.entry_points]
    assert load(data.draw(st.permutations(found))) == expected


@pytest.fixture(scope="module")
def order_of_discovery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Registry]]:
    site = tmp_path_factory.mktemp("order")
    for name in "abc":
        source = PREAMBLE + f"bad(name='{name}', outputs=(out('c/{{scene}}-{{clip}}.{name}'),))"
        write_distribution(site, f"vidgen-order-{name}", source)
    sys.path.insert(0, str(site))
    found = [e for d in distributions(path=[str(site)]) for e in d.entry_points]
    registry = load(found)
    assert len(registry.names(ENGINE)) == 3
    yield site, registry
    sys.path.remove(str(site))
