"""The plugin border: what is installed is found, and one plugin's fault stays its own."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import logging
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, PackageNotFoundError, distributions, entry_points
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vidgen_core
from vidgen_core import Key, Outcome, Plan, PluginError, Step, Task, UsageError, hookspecs
from vidgen_core.cli import plugins_command
from vidgen_core.layout import OUTPUT, OUTPUTS
from vidgen_core.plan import Decision, ProviderKind
from vidgen_core.plugins import CORE, Registry, load

ROOT = Path(vidgen_core.__file__).parents[1]
ENGINE = ProviderKind.VIDEO_ENGINE

GOOD = """
from vidgen_core import VideoEngineSpec, hookimpl

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(name="good", summary="works", factory=print, lengths=(5,))
"""

#: One source for each way in which a plugin can be at fault, and what is said of it.
FAULTS = {
    "import error": ("import no_such_sdk", "No module named 'no_such_sdk'"),
    "syntax error": ("def (:", "SyntaxError"),
    "exit": ("raise SystemExit(3)", "SystemExit: 3"),
    "base exception": ("raise BaseException('out')", "BaseException: out"),
    "unknown hook": ("@hookimpl\ndef vidgen_video_engine(): return []", "unknown hook"),
    "hook with an argument": ("@hookimpl\ndef vidgen_video_engines(config): return []", "config"),
    "hook raises": ("@hookimpl\ndef vidgen_video_engines(): 1 / 0", "ZeroDivisionError"),
    "hook exits": ("@hookimpl\ndef vidgen_video_engines(): raise SystemExit", "SystemExit"),
    "no list": ("@hookimpl\ndef vidgen_video_engines(): return engine()", "not iterable"),
    "nonsense": ("@hookimpl\ndef vidgen_video_engines(): return [5]", "'int', not a VideoEngine"),
    "text": ("@hookimpl\ndef vidgen_video_engines(): return 'fast'", "'str', not a VideoEngine"),
    "another kind": ("@hookimpl\ndef vidgen_stitchers(): return [engine()]", "not a StitcherSpec"),
    "endless": (
        "import itertools\n@hookimpl\ndef vidgen_video_engines():\n"
        "    return (engine(name=f'e{n}') for n in itertools.count())",
        "more than 100 specs",
    ),
    "twice": ("@hookimpl\ndef vidgen_video_engines(): return [engine(), engine()]", "twice"),
    "wrong api": ("bad(api=2)", "written for interface 2; this vidgen speaks 1"),
    "one key as text": ("bad(keys='X_API_KEY')", "keys must be a tuple"),
    "a key that is no variable": ("bad(keys=('X KEY',))", "keys must be a tuple"),
    "summary of two lines": ("bad(summary='a\\nb')", "not one printable line"),
    "options without default": (
        "import attrs\n@attrs.frozen\nclass O:\n    x: int\nbad(options=O)",
        "cannot all be left out",
    ),
    "options that are no class": ("bad(options={})", "options must be an attrs class"),
    "reading-only writing pattern": ("bad(outputs=(out('clips/{name}.mp4'),))", "reading only"),
    "bad pattern": ("bad(outputs=(out('../{scene}'),))", "'..' part"),
    "overlap within one step": (
        "bad(outputs=(out('scene_{scene}_all_vid_{timestamp}/scene_{scene}_vid_{clip}_2{scene}"
        "_{timestamp}.mp4'), out('scene_{scene}_all_vid_{timestamp}/scene_{scene}_vid_{clip}_"
        "{scene}_{timestamp}.mp4')))",
        "of its own",
    ),
    "overlap with layout": ("bad(outputs=(out('scene_{scene}_{clip}_{clip}.mp4'),))", "overlaps"),
    "another step's pattern": (
        "bad(outputs=(out('scene_{scene}_{timestamp}.mp4', Step.FILM),))",
        "must name no scene and no clip",
    ),
    "equal pattern, other step": (
        "bad(outputs=(out('narration_text_{timestamp}.txt', Step.FILM),))",
        "is already the narration-text",
    ),
    "clips without a number": ("bad(outputs=(out('{scene}.mp4'),))", "must name {clip}, {scene}"),
    "in vidgen's folder": ("bad(outputs=(out('.vidgen/{scene}-{clip}.mp4'),))", "lies in .vidgen"),
    "unprintable pattern": ("bad(outputs=(out('{scene}\\x1b{clip}.mp4'),))", "cannot be printed"),
    "reads another step's files": (
        "bad(outputs=(Output(step=Step.CLIP, pattern='c/{scene}-{clip}.mp4', probe=Kind.VIDEO, "
        "reads=('final_video_{timestamp}.mp4',)),))",
        "read as clip",
    ),
}

PREAMBLE = """
from vidgen_core import Kind, Output, OUTPUT, Step, VideoEngineSpec, hookimpl

def engine(**changes):
    facts = dict(name="odd", summary="odd", factory=print, lengths=(5,))
    return VideoEngineSpec(**{**facts, **changes})

def out(pattern, step=Step.CLIP):
    return Output(step=step, pattern=pattern, probe=Kind.VIDEO)

def bad(**changes):
    @hookimpl
    def vidgen_video_engines():
        yield engine(**changes)
    globals()["vidgen_video_engines"] = vidgen_video_engines
"""

Install = Callable[..., str]


def write_distribution(
    folder: Path,
    name: str,
    source: str,
    *,
    version: str = "1.0",
    entry: str = "",
    metadata: str = "",
) -> str:
    """Write an installed distribution as pip leaves it: a module and its dist-info."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(textwrap.dedent(source))
    facts = folder / f"{module}-{version}.dist-info"
    facts.mkdir()
    text = metadata or f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (facts / "METADATA").write_text(text)
    (facts / "entry_points.txt").write_text(entry or f"[vidgen]\nmain = {module}\n")
    return module


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs a fake distribution for this test alone."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    before = set(sys.modules)

    def write(name: str, source: str, **facts: str) -> str:
        module = write_distribution(site, name, source, **facts)
        monkeypatch.syspath_prepend(site)  # so that the finders look again
        return module

    yield write
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(site)):
            del sys.modules[name]


def of(registry: Registry, *names: str) -> list[tuple[str, str, str, str]]:
    """Return what the named distributions provide; others may be installed too."""
    return [
        (p.kind.value, p.name, p.distribution, p.version)
        for p in registry.providers
        if p.distribution in names
    ]


def test_an_installed_provider_is_found_with_its_distribution_and_version(install: Install) -> None:
    install("vidgen-good", GOOD, version="2.5")
    found = load().find(ENGINE, "good")
    assert (found.distribution, found.version) == ("vidgen-good", "2.5")
    assert str(found.owner) == "vidgen-good 2.5"
    assert found.spec.summary == "works"


def test_cores_own_stitcher_comes_through_its_hook() -> None:
    found = load([]).find(ProviderKind.STITCHER, "ffmpeg")
    assert (found.distribution, found.version) == (CORE, vidgen_core.__version__)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_plugin_is_refused_alone_and_named(install: Install, fault: str) -> None:
    source, said = FAULTS[fault]
    install("vidgen-odd", PREAMBLE + source, version="0.3")
    install("vidgen-good", GOOD)
    registry = load()
    assert of(registry, "vidgen-good") == [("video-engine", "good", "vidgen-good", "1.0")]
    failures = [f for f in registry.failures if f.distribution == "vidgen-odd"]
    assert len(failures) == 1, failures
    assert said in failures[0].error
    assert failures[0].version == "0.3"
    assert failures[0].entry_point == "main = vidgen_odd"
    assert "\n" not in failures[0].error
    names = {"twice": 1, "endless": 100, "overlap within one step": 0}
    assert len(of(registry, "vidgen-odd")) == names.get(fault, 0)


def test_a_fault_that_is_an_exception_keeps_its_traceback(install: Install) -> None:
    install("vidgen-odd", "import no_such_sdk")
    (failure,) = (f for f in load().failures if f.distribution == "vidgen-odd")
    assert "Traceback" in failure.detail
    assert "import no_such_sdk" in failure.detail


def test_what_a_hook_yielded_before_it_raised_counts(install: Install) -> None:
    install(
        "vidgen-odd",
        PREAMBLE
        + """
@hookimpl
def vidgen_video_engines():
    yield engine(name="first")
    raise RuntimeError("no \\x1b second")

@hookimpl
def vidgen_stitchers():
    from vidgen_core import StitcherSpec
    yield StitcherSpec(name="scissors", summary="cuts", factory=print)
""",
    )
    registry = load()
    assert [name for _, name, _, _ in of(registry, "vidgen-odd")] == ["first", "scissors"]
    (failure,) = (f for f in registry.failures if f.distribution == "vidgen-odd")
    assert failure.error == "vidgen_video_engines raised RuntimeError: no ? second"


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


def test_a_plugin_cannot_wrap_or_stop_the_hooks_of_another(install: Install) -> None:
    install("vidgen-good", GOOD)
    install(
        "vidgen-grabber",
        """
from vidgen_core import hookimpl

@hookimpl(wrapper=True, tryfirst=True)
def vidgen_video_engines():
    yield
    return []
""",
    )
    assert len(of(load(), "vidgen-good")) == 1


def test_listing_calls_no_factory(install: Install) -> None:
    install(
        "vidgen-lazy",
        PREAMBLE + "def factory(context):\n    import no_such_sdk\nbad(factory=factory)",
    )
    registry = load()
    assert len(of(registry, "vidgen-lazy")) == 1
    with pytest.raises(ModuleNotFoundError):
        registry.find(ENGINE, "odd").spec.factory(None)


def test_what_a_plugin_prints_while_it_loads_is_no_result(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("vidgen-loud", "print('hello')\n" + GOOD)
    load()
    out, err = capsys.readouterr()
    assert (out, err) == ("", "hello\n")


def test_ctrl_c_while_a_plugin_loads_is_no_fault_of_the_plugin(install: Install) -> None:
    install("vidgen-slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load()


def test_ctrl_c_in_a_hook_is_no_fault_of_the_plugin(install: Install) -> None:
    install(
        "vidgen-slow", PREAMBLE + "@hookimpl\ndef vidgen_video_engines(): raise KeyboardInterrupt"
    )
    with pytest.raises(KeyboardInterrupt):
        load()


def test_an_entry_point_without_a_distribution_is_unknown() -> None:
    (failure,) = load([EntryPoint(name="x", value="no_such_module", group="vidgen")]).failures
    assert (failure.distribution, failure.version) == ("unknown", "unknown")


def test_an_exception_that_cannot_be_printed_is_named_by_its_type(install: Install) -> None:
    install(
        "vidgen-odd",
        "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
    )
    (failure,) = (f for f in load().failures if f.distribution == "vidgen-odd")
    assert failure.error == "it cannot be imported: Mute"


def test_damaged_metadata_of_one_distribution_leave_the_others(install: Install) -> None:
    install("vidgen-good", GOOD)
    install("vidgen-torn", GOOD, entry="[vidgen]\nno equals sign here\n")
    registry = load()
    assert len(of(registry, "vidgen-good")) == 1
    (failure,) = (f for f in registry.failures if f.distribution == "vidgen-torn")
    assert "its entry points cannot be read" in failure.error


def test_a_distribution_without_a_name_is_unknown_and_works(install: Install) -> None:
    install("vidgen-good", GOOD, metadata="Metadata-Version: 2.1\n")
    found = load().find(ENGINE, "good")
    assert found.distribution == "unknown"


def test_an_unknown_name_gets_the_nearest_and_the_installed_ones(install: Install) -> None:
    install("vidgen-good", GOOD)
    with pytest.raises(UsageError) as caught:
        load().find(ENGINE, "god")
    assert caught.value.message == "no video engine is called 'god'"
    assert "did you mean 'good'?" in caught.value.advice
    assert "installed: " in caught.value.advice


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


OBSERVER = """
import logging
from vidgen_core import hookimpl

@hookimpl
def vidgen_plan_ready(plan):
    logging.getLogger("seen").info("plan %s", plan.timestamp)

@hookimpl
def vidgen_task_done(task, outcome):
    logging.getLogger("seen").info("%s -> %s", task.key, outcome.path)
    raise SystemExit("stop it all")
"""


def test_observers_are_told_and_what_they_raise_is_logged(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("vidgen-diary", OBSERVER)
    install("vidgen-diary-two", OBSERVER)
    registry = load()
    task = Task(key=Key(Step.FILM), decision=Decision.MAKE, output="film.mp4")
    with caplog.at_level(logging.INFO):
        registry.plan_ready(Plan(timestamp="now", tasks=(), scenes=()))
        registry.task_done(task, Outcome(path="film.mp4"))
    seen = [r.getMessage() for r in caplog.records if r.name == "seen"]
    assert seen == ["plan now"] * 2 + ["film -> film.mp4"] * 2
    warned = [r.getMessage() for r in caplog.records if r.name == "vidgen_core.plugins"]
    assert warned[0] == "vidgen-diary 1.0: vidgen_task_done raised SystemExit: stop it all"
    assert len(warned) == 2


def test_ctrl_c_in_an_observer_stops(install: Install) -> None:
    install("vidgen-diary", OBSERVER.replace('SystemExit("stop it all")', "KeyboardInterrupt"))
    task = Task(key=Key(Step.FILM), decision=Decision.MAKE, output="film.mp4")
    with pytest.raises(KeyboardInterrupt):
        load().task_done(task, Outcome())


def hooks() -> list[str]:
    return [name for name in vars(hookspecs) if name.startswith("vidgen_")]


@pytest.mark.parametrize("hook", hooks())
def test_the_example_of_each_hook_loads(install: Install, hook: str) -> None:
    _, _, example = inspect.getdoc(getattr(hookspecs, hook)).partition("Example::\n")
    install("vidgen-example", textwrap.dedent(example))
    registry = load()
    assert not [f for f in registry.failures if f.distribution == "vidgen-example"]
    observers = hook in ("vidgen_plan_ready", "vidgen_task_done")
    assert len(of(registry, "vidgen-example")) == (0 if observers else 1)


def test_every_kind_of_provider_has_a_hook() -> None:
    assert len(hooks()) == len(ProviderKind) + 2


def test_every_exported_name_is_there_and_is_what_the_checker_sees() -> None:
    tree = ast.parse(Path(vidgen_core.__file__).read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in guarded.body if isinstance(node, ast.ImportFrom)]
    declared = {alias.name: node.module for node in imports for alias in node.names}
    assert sorted(declared) == sorted(vidgen_core.__all__)
    for name, module in declared.items():
        __import__(module)
        assert getattr(vidgen_core, name) is getattr(sys.modules[module], name)
    assert set(vidgen_core.__all__) <= set(dir(vidgen_core))


def test_another_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        vidgen_core.nonsense  # noqa: B018


def test_a_checkout_that_nobody_installed_has_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.delitem(vars(vidgen_core), "__version__", raising=False)
    monkeypatch.setattr("importlib.metadata.version", absent)
    assert vidgen_core.__version__ == "0+unknown"
    monkeypatch.undo()
    vars(vidgen_core).pop("__version__", None)


def test_importing_the_package_imports_no_library() -> None:
    code = "import sys, vidgen_core; print(sorted({'attr', 'pluggy', 'av'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


KEYED = GOOD.replace('summary="works"', 'summary="works", keys=("ODD_API_KEY", "ODD_KEY")')


def show(capsys: pytest.CaptureFixture[str], **arguments: object) -> str:
    assert plugins_command.run(argparse.Namespace(**arguments)) == 0
    return capsys.readouterr().out


def test_the_list_shows_which_key_is_set_and_never_its_value(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("vidgen-keyed", KEYED)
    install("vidgen-odd", "import no_such_sdk", version="0.3")
    assert "ODD_API_KEY or ODD_KEY is not set" in show(capsys, json=False, verbose=0)
    monkeypatch.setenv("ODD_KEY", "hunter2")
    for arguments in ({"json": False, "verbose": 1}, {"json": True}):
        out = show(capsys, **arguments)
        assert "ODD_KEY" in out
        assert "hunter2" not in out
        assert "vidgen-odd" in out
        assert "0.3" in out
        assert "No module named 'no_such_sdk'" in out
    assert "ODD_KEY is set" in show(capsys, json=False, verbose=0)


def test_the_json_list_is_one_object_with_a_schema(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(
        "vidgen-keyed",
        KEYED.replace("lengths", "options=O, lengths").replace(
            "\n@hookimpl",
            "\nimport attrs\nfrom pathlib import Path\nfrom vidgen_core import option\n"
            "@attrs.frozen\nclass O:\n    sizes: tuple[int, ...] = option((1, 2), 'Sizes.')\n"
            "    home: Path = option(Path('x'), 'Folder.', scope='user')\n"
            "    limit: float = option(float('inf'), 'Limit.')\n"
            "@hookimpl",
        ),
    )
    monkeypatch.setenv("ODD_API_KEY", "hunter2")
    shown = json.loads(show(capsys, json=True))
    assert shown["schema"] == 1
    (engine,) = (p for p in shown["providers"] if p["distribution"] == "vidgen-keyed")
    assert engine["key"] == {
        "variables": ["ODD_API_KEY", "ODD_KEY"],
        "set": "ODD_API_KEY",
        "source": "environment",
        "fault": None,
    }
    assert engine["patterns"][0]["step"] == "clip"
    assert engine["options"][:2] == [
        {"name": "sizes", "default": [1, 2], "scope": "run", "help": "Sizes."},
        {"name": "home", "default": "x", "scope": "user", "help": "Folder."},
    ]
    assert engine["options"][2]["default"] == "inf"


def test_a_key_line_that_cannot_be_read_is_shown_and_the_list_goes_on(
    install: Install,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    install("vidgen-keyed", KEYED)
    (tmp_path / ".env").write_text("ODD_KEY='hunter2\n")
    monkeypatch.chdir(tmp_path)
    out = show(capsys, json=False, verbose=0)
    assert "line 1: the value of ODD_KEY cannot be read" in out
    assert "hunter2" not in out


def test_verbose_shows_summary_options_and_tracebacks(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        "vidgen-odd",
        PREAMBLE
        + "import attrs\nfrom vidgen_core import option\n@attrs.frozen\nclass O:\n"
        + "    fps: int = option(24, 'Frames a second.')\nbad(options=O, summary='old films')\n"
        + "@hookimpl\ndef vidgen_stitchers(): 1 / 0",
    )
    out = show(capsys, json=False, verbose=1)
    assert "odd (video-engine): old films\n  --set odd.fps=24  Frames a second.\n" in out
    assert "    ZeroDivisionError: division by zero" in out
    assert "Traceback" not in show(capsys, json=False, verbose=0)


def test_a_terminal_gets_a_table(
    install: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install("vidgen-good", GOOD)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    out = show(capsys, json=False, verbose=0)
    assert "vidgen-good" in out
    assert "none needed" in out


PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "vidgen-real"
version = "4.2"

[project.entry-points.vidgen]
real = "vidgen_real"

[tool.hatch.build.targets.wheel]
packages = ["vidgen_real.py"]
only-include = ["vidgen_real.py"]
"""


def listed(site: Path) -> list[tuple[str, str]]:
    code = (
        "import argparse; from vidgen_core.cli.plugins_command import run; "
        "run(argparse.Namespace(json=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [(p["name"], p["version"]) for p in json.loads(done.stdout)["providers"]]


def test_a_distribution_that_pip_installs_is_found_by_the_next_process(tmp_path: Path) -> None:
    project, site = tmp_path / "project", tmp_path / "site"
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "vidgen_real.py").write_text("print('loud')" + GOOD.replace("good", "real"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    assert ("real", "4.2") not in listed(site)
    subprocess.run(
        [*pip, *offline, "--target", str(site), str(project)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    assert ("real", "4.2") in listed(site)
