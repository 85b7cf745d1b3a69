"""One plugin's fault stays its own, and is named."""

from __future__ import annotations

import textwrap
from importlib.metadata import EntryPoint

import pytest

from vidgen_core.plugins import load

from .distributions import GOOD, PREAMBLE, Install, of

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
    "a length of nothing": ("bad(lengths=(3, 0))", "odd: clip lengths must be positive"),
    "no lengths": ("bad(lengths=())", "odd: clip lengths must be positive"),
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


#: What Ctrl-C is for a process.
PRESSED = "import signal\nsignal.raise_signal(signal.SIGINT)\n"


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


def test_what_a_plugin_prints_while_it_loads_is_no_result(
    install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("vidgen-loud", "print('hello')\n" + GOOD)
    load()
    out, err = capsys.readouterr()
    assert (out, err) == ("", "hello\n")


def test_ctrl_c_while_a_plugin_loads_is_no_fault_of_the_plugin(install: Install) -> None:
    install("vidgen-slow", PRESSED)
    with pytest.raises(KeyboardInterrupt):
        load()


def test_ctrl_c_in_a_hook_is_no_fault_of_the_plugin(install: Install) -> None:
    install(
        "vidgen-slow",
        f"{PREAMBLE}@hookimpl\ndef vidgen_video_engines():\n{textwrap.indent(PRESSED, '    ')}",
    )
    with pytest.raises(KeyboardInterrupt):
        load()


@pytest.mark.parametrize("after", ["pass", "raise SystemExit", "raise KeyboardInterrupt"])
def test_ctrl_c_is_not_lost_where_a_plugin_swallows_it(install: Install, after: str) -> None:
    caught = textwrap.indent(PRESSED, "    ")
    install("vidgen-slow", f"try:\n{caught}except BaseException:\n    {after}\n")
    with pytest.raises(KeyboardInterrupt):
        load()


def test_an_interrupt_that_nobody_asked_for_is_the_plugins_fault(install: Install) -> None:
    install("vidgen-odd", "raise KeyboardInterrupt")
    hook = "@hookimpl\ndef vidgen_video_engines(): raise KeyboardInterrupt"
    install("vidgen-odder", PREAMBLE + hook)
    install("vidgen-good", GOOD)
    registry = load()
    assert len(of(registry, "vidgen-good")) == 1
    faults = {f.distribution: f.error for f in registry.failures}
    assert faults["vidgen-odd"] == "it cannot be imported: KeyboardInterrupt"
    assert faults["vidgen-odder"] == "vidgen_video_engines raised KeyboardInterrupt"


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
