"""What is checked, and how: ``nox`` runs the default set, which CI runs too.

``nox -t full`` adds the other Pythons and the long sweeps. Nothing here calls a
system package manager; what a test cannot find it skips, visibly.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "core", "together"]
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False

HERE = Path(__file__).parent
PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13"]
#: One more than there are processors: some tests wait. Neighbours, who often share a film
#: that one of them made, stay together until a worker has nothing left to do.
WORKERS = min((os.cpu_count() or 1) + 1, 8)
SIDE_BY_SIDE = ("--numprocesses", str(WORKERS), "--dist", "worksteal")
PLUGINS = sorted(path.parent.name for path in (HERE / "plugins").glob("*/pyproject.toml"))


def names(requirements: Iterable[str]) -> list[str]:
    """Return the names of the distributions that are required."""
    return [canonicalize_name(Requirement(text).name) for text in requirements]


CORE_NEEDS = names(PYPROJECT["project"]["dependencies"])


def group(name: str) -> list[str]:
    """Return the requirements of one dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def plugin_paths() -> list[str]:
    return [f"./plugins/{name}" for name in PLUGINS]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and the layout of the text."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types."""
    session.install(*group("types"), "-e", ".", *plugin_paths())
    session.run("mypy")


def install_for_tests(session: nox.Session) -> None:
    """Install the core, all plugins and what their tests need, from the checkout."""
    editable = [part for path in plugin_paths() for part in ("-e", path)]
    session.install(*group("test"), "-e", ".", *editable)


@nox.session
def core(session: nox.Session) -> None:
    """The core's tests."""
    install_for_tests(session)
    session.run("pytest", *SIDE_BY_SIDE, *session.posargs)


@nox.session(tags=["full"])
@nox.parametrize("python", PYTHONS)
def matrix(session: nox.Session) -> None:
    """The core's tests on every Python, with the coverage that they must reach.

    To watch every command that they start takes three quarters more of processor time, or a
    tenth more from Python 3.12 on.
    """
    install_for_tests(session)
    env = {} if session.python == "3.11" else {"COVERAGE_CORE": "sysmon"}
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *SIDE_BY_SIDE, *session.posargs, env=env)
    session.run("coverage", "combine", silent=True)
    if not session.posargs:
        session.run("coverage", "report")


@nox.session
def together(session: nox.Session) -> None:
    """All packages' wheels in one environment, and every plugin's own tests there."""
    run_together(session)


@nox.session(tags=["full"], name="together-matrix")
@nox.parametrize("python", PYTHONS)
def together_matrix(session: nox.Session) -> None:
    """The same on every Python."""
    run_together(session)


@nox.session(tags=["full"])
@nox.parametrize("python", PYTHONS)
@nox.parametrize("plugin", PLUGINS)
def provider(session: nox.Session, plugin: str) -> None:
    """One plugin on one Python, in an environment with the core's wheel and its own only."""
    install_wheels(session, ".", f"./plugins/{plugin}")
    check_installed(session, plugin)
    run_plugin_tests(session, plugin)


def run_together(session: nox.Session) -> None:
    install_wheels(session, ".", *plugin_paths())
    check_installed(session, *PLUGINS)
    run_plugin_tests(session, *PLUGINS)


def install_wheels(session: nox.Session, *projects: str) -> None:
    """Install projects as their users get them: built, with what they say they need."""
    with tempfile.TemporaryDirectory() as folder:
        build = ("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder)
        session.run(*build, *projects)
        wheels = sorted(str(path) for path in Path(folder).glob("*.whl"))
        session.install("--force-reinstall", "--no-deps", *wheels)
        session.install(*wheels)


def check_installed(session: nox.Session, *plugins: str) -> None:
    """Check that ``vidgen plugins`` lists *plugins*, and that nothing of another one is there.

    What is not installed in an environment of its own cannot be imported there.
    """
    session.run("python", "-m", "pip", "check")
    with session.chdir(session.create_tmp()):
        told = json.loads(answer(session, "vidgen", "plugins", "--json"))
    listed = {provider["distribution"] for provider in told["providers"]}
    expected = {"vidgen-core", *(needs(name)[0] for name in plugins)}
    if listed != expected or told["failures"]:
        session.error(f"vidgen plugins lists {sorted(listed)}, with failures {told['failures']}")
    pip = ("python", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check")
    installed = {canonicalize_name(each["name"]) for each in json.loads(answer(session, *pip))}
    wanted = set().union(CORE_NEEDS, *(needs(name) for name in plugins))
    strangers = set().union(*(needs(name) for name in PLUGINS)) - wanted
    if strangers & installed:
        session.error(f"there is {sorted(strangers & installed)}, which only other plugins need")


def answer(session: nox.Session, *command: str) -> str:
    """Return what a command prints."""
    return str(session.run(*command, silent=True, stderr=None))


def needs(plugin: str) -> list[str]:
    """Return the names of the distributions of a plugin: its own first, then what it needs."""
    project = nox.project.load_toml(HERE / "plugins" / plugin / "pyproject.toml")["project"]
    return [canonicalize_name(project["name"]), *names(project["dependencies"])]


def run_plugin_tests(session: nox.Session, *plugins: str) -> None:
    """Run the plugins' own tests against what is installed, and nothing of the checkout."""
    session.install(*group("plugin-test"))
    for plugin in plugins:
        tests = HERE / "plugins" / plugin / "tests"
        with session.chdir(session.create_tmp()):
            session.run(
                "python", "-m", "pytest", str(tests), "--rootdir", str(HERE), "-c",
                str(HERE / "pyproject.toml"), *SIDE_BY_SIDE, *session.posargs,
            )  # fmt: skip


@nox.session(tags=["full"])
def kills(session: nox.Session) -> None:
    """Forty kills of each kind of run, and 2,000 at fault points, each continued to the end."""
    install_for_tests(session)
    session.run(
        "pytest", "tests/test_kills.py", "tests/test_generate_kills.py", "tests/paid",
        "tests/sweep", "--timeout=3000", *session.posargs,
        env={"VIDGEN_TEST_KILLS": "40", "VIDGEN_TEST_SWEEP": "2000", "VIDGEN_TEST_PRICES": "50"},
    )  # fmt: skip


@nox.session(tags=["full"])
def bench(session: nox.Session) -> None:
    """Ratios of two things measured in one run, and a long film that must not grow."""
    install_for_tests(session)
    session.run("python", "benchmarks/run.py", *session.posargs)
    session.run("python", "benchmarks/long_film.py", *session.posargs)


@nox.session
def man(session: nox.Session) -> None:
    """Write the manual page."""
    session.install(*group("test"), "-e", ".")
    session.run("python", "docs/make_man.py")
