"""Observers, and the names that plugin authors import."""

from __future__ import annotations

import ast
import logging
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

import vidgen_core
from vidgen_core import Key, Outcome, Plan, Step, Task, hookspecs
from vidgen_core.plan import Decision
from vidgen_core.plugins import load
from vidgen_core.specs import ProviderKind

from .distributions import ROOT, Install

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
    pressed = 'raise SystemExit("stop it all")', "import signal; signal.raise_signal(2)"
    install("vidgen-diary", OBSERVER.replace(*pressed))
    task = Task(key=Key(Step.FILM), decision=Decision.MAKE, output="film.mp4")
    with pytest.raises(KeyboardInterrupt):
        load().task_done(task, Outcome())


def test_an_interrupt_that_an_observer_raises_itself_is_logged(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("vidgen-diary", OBSERVER.replace('SystemExit("stop it all")', "KeyboardInterrupt"))
    task = Task(key=Key(Step.FILM), decision=Decision.MAKE, output="film.mp4")
    load().task_done(task, Outcome())
    assert "vidgen-diary 1.0: vidgen_task_done raised KeyboardInterrupt" in caplog.text


def test_every_kind_of_provider_has_a_hook() -> None:
    hooks = [name for name in vars(hookspecs) if name.startswith("vidgen_")]
    assert len(hooks) == len(ProviderKind) + 2


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
        _ = vidgen_core.nonsense


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
