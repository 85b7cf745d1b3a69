"""What is checked, and how: ``nox`` runs the default set, which CI runs too.

``nox -t full`` adds the other Pythons and the long sweeps. Nothing here calls a
system package manager; what a test cannot find it skips, visibly.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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
#: Two more than there are processors: some tests wait. Neighbours, who often share a film
#: that one of them made, stay together until a worker has nothing left to do.
WORKERS = min((os.cpu_count() or 1) + 2, 8)
#: Seconds. One test of a whole sweep may visit every system call of a run.
LONGEST_SWEEP = 5 * 60 * 60
SIDE_BY_SIDE = ("--numprocesses", str(WORKERS), "--dist", "worksteal")
PLUGINS = {
    path.parent.name: nox.project.load_toml(path)["project"]
    for path in sorted((HERE / "plugins").glob("*/pyproject.toml"))
}
#: Each plugin with all of its extras, as pip takes them: ``name[one,two]``.
COMPLETE = [
    f"{name}[{','.join(extras)}]" if (extras := project.get("optional-dependencies")) else name
    for name, project in PLUGINS.items()
]


def names(requirements: Iterable[str]) -> list[str]:
    """Return the names of the distributions that are required."""
    return [canonicalize_name(Requirement(text).name) for text in requirements]


def group(name: str) -> list[str]:
    """Return the requirements of one dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def plugin_paths() -> list[str]:
    return [f"./plugins/{name}" for name in COMPLETE]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and the layout of the text."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types."""
    install(session, *group("types"), "-e", ".", *plugin_paths())
    session.run("mypy")


def install(session: nox.Session, *requirements: str) -> None:
    """Install, and have only those modules compiled that are used, each of them once."""
    session.install("--no-compile", *requirements)
    session.env["PYTHONDONTWRITEBYTECODE"] = ""


def install_for_tests(session: nox.Session) -> None:
    """Install the core, all plugins and what their tests need, from the checkout."""
    editable = [part for path in plugin_paths() for part in ("-e", path)]
    install(session, *group("test"), "-e", ".", *editable)


@nox.session
def core(session: nox.Session) -> None:
    """The core's tests."""
    install_for_tests(session)
    session.run("pytest", *SIDE_BY_SIDE, *session.posargs)


@nox.session(tags=["full"])
@nox.parametrize("python", PYTHONS)
def matrix(session: nox.Session) -> None:
    """All of the core's tests on every Python, with the coverage that they must reach.

    Of some, the default set runs a part only (``tests/extent.py``).
    To watch every command that they start takes three quarters more of processor time, or a
    tenth more from Python 3.12 on.
    """
    install_for_tests(session)
    env = {"VIDGEN_TEST_EXTENT": "all"}
    if session.python != "3.11":
        env["COVERAGE_CORE"] = "sysmon"
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
@nox.parametrize("plugin", sorted({*PLUGINS, *COMPLETE}))
def provider(session: nox.Session, plugin: str) -> None:
    """One plugin on one Python, in an environment with the core's wheel and its own only.

    One that has extras is there twice: without any, and with all of them.
    """
    install_wheels(session, ".", f"./plugins/{plugin}")
    check_installed(session, plugin)
    run_plugin_tests(session, plugin)


def run_together(session: nox.Session) -> None:
    install_wheels(session, ".", *plugin_paths())
    check_installed(session, *COMPLETE)
    run_plugin_tests(session, *COMPLETE)


def install_wheels(session: nox.Session, *projects: str) -> None:
    """Install projects as their users get them: built, with what they say they need."""
    build = ("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir")
    with tempfile.TemporaryDirectory() as folder:
        wheels = []
        for number, project in enumerate(projects):
            path, bracket, extras = project.partition("[")
            session.run(*build, f"{folder}/{number}", path)
            (wheel,) = Path(folder, str(number)).glob("*.whl")
            wheels.append(f"{wheel}{bracket}{extras}")
        install(session, "--force-reinstall", "--no-deps", *wheels)
        install(session, *wheels)


def check_installed(session: nox.Session, *plugins: str) -> None:
    """Check that ``vidgen plugins`` lists *plugins*, and that nothing of another one is there.

    What is not installed in an environment of its own cannot be imported there.
    """
    session.run("python", "-m", "pip", "check")
    with session.chdir(session.create_tmp()):
        told = json.loads(answer(session, "vidgen", "plugins", "--json"))
    listed = {provider["distribution"] for provider in told["providers"]}
    expected = {"vidgen-core", *(named(plugin) for plugin in plugins)}
    if listed != expected or told["failures"]:
        session.error(f"vidgen plugins lists {sorted(listed)}, with failures {told['failures']}")
    inspect = ("python", "-m", "pip", "inspect", "--disable-pip-version-check")
    there = json.loads(answer(session, *inspect))
    installed = {canonicalize_name(each["metadata"]["name"]) for each in there["installed"]}
    strangers = set().union(*(needs(plugin) for plugin in COMPLETE)) & installed
    strangers -= wanted_by(plugins, there)
    if strangers:
        session.error(f"there is {sorted(strangers)}, which only other plugins need")


def answer(session: nox.Session, *command: str) -> str:
    """Return what a command prints."""
    return str(session.run(*command, silent=True, stderr=None))


def named(plugin: str) -> str:
    """Return the name of the distribution of a plugin: ``vidgen-gemini``."""
    return canonicalize_name(PLUGINS[Requirement(plugin).name]["name"])


def needs(plugin: str) -> list[str]:
    """Return the names of the distributions of a plugin: its own first, then what it needs."""
    asked = Requirement(plugin)
    project = PLUGINS[asked.name]
    more = [need for extra in asked.extras for need in project["optional-dependencies"][extra]]
    return [named(plugin), *names([*project["dependencies"], *more])]


def wanted_by(plugins: Iterable[str], there: dict[str, Any]) -> set[str]:
    """Return the names of the core, of *plugins*, and of all that they need of what is *there*.

    *there*: what ``pip inspect`` tells. SDKs may need what is the direct need of other plugins.
    """
    about: dict[str, Any] = {}
    for each in there["installed"]:
        about[canonicalize_name(each["metadata"]["name"])] = each["metadata"]
    todo: list[tuple[str, str]] = [(canonicalize_name(PYPROJECT["project"]["name"]), "")]
    for plugin in plugins:
        todo += [(named(plugin), extra) for extra in ("", *Requirement(plugin).extras)]
    done: set[tuple[str, str]] = set()
    while todo:
        name, extra = todo.pop()
        if (name, extra) in done or name not in about:
            continue
        done.add((name, extra))
        for need in map(Requirement, about[name].get("requires_dist", ())):
            if need.marker is None or need.marker.evaluate(
                {**there["environment"], "extra": extra}
            ):
                todo += [(canonicalize_name(need.name), more) for more in ("", *need.extras)]
    return {name for name, _ in done}


def run_plugin_tests(session: nox.Session, *plugins: str) -> None:
    """Run the plugins' own tests against what is installed, and nothing of the checkout."""
    install(session, *group("plugin-test"))
    for plugin in plugins:
        tests = HERE / "plugins" / Requirement(plugin).name / "tests"
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
        "tests/sweep", "--timeout=3000", *SIDE_BY_SIDE, *session.posargs,
        env={
            "VIDGEN_TEST_EXTENT": "all", "VIDGEN_TEST_KILLS": "40", "VIDGEN_TEST_PRICES": "50",
            "VIDGEN_TEST_SWEEP": "2000", "VIDGEN_TEST_TALES": "500",
        },
    )  # fmt: skip


@nox.session
def faults(session: nox.Session) -> None:
    """A part of each sweep of tests/faults that a seed chooses, in five minutes.

    With ``--all`` everything, in hours. What follows goes to pytest; tests that are named
    there are run instead of all.
    """
    everything = "--all" in session.posargs
    options = [option for option in session.posargs if option != "--all"]
    run_faults(session, options, everything=everything)


@nox.session(tags=["full"], name="faults-all")
def faults_all(session: nox.Session) -> None:
    """The same as ``nox -s faults -- --all``, for the tag."""
    run_faults(session, list(session.posargs), everything=True)


def run_faults(session: nox.Session, options: list[str], *, everything: bool) -> None:
    """Run the sweeps, and print what they counted, be it that some of them failed."""
    install_for_tests(session)
    given = os.environ.get("VIDGEN_FAULT_COUNTS")
    counts = Path(given) if given else Path(session.create_tmp()).resolve() / "counts.jsonl"
    if not given:
        counts.unlink(missing_ok=True)
    seed = os.environ.get("VIDGEN_TEST_SEED") or str(random.SystemRandom().randrange(1, 10**6))
    env = {"VIDGEN_FAULT_COUNTS": str(counts.resolve()), "VIDGEN_TEST_SEED": seed}
    if everything:
        env["VIDGEN_TEST_FAULTS"] = "all"
        options = [f"--timeout={LONGEST_SWEEP}", *options]
    named = any(Path(option.partition("::")[0]).exists() for option in options)
    tests = () if named else ("tests/faults", "tests/fuzz")
    try:
        session.run("pytest", *tests, *SIDE_BY_SIDE, *options, env=env)
    finally:
        session.run("python", "tests/faults/counts.py", env["VIDGEN_FAULT_COUNTS"])


@nox.session
def fuzz(session: nox.Session) -> None:
    """Search for inputs that break a law: ``-- SECONDS [TARGET]``, else a minute for each target.

    ``-- minimize [TARGET]`` puts the fewest inputs that run the same code into the corpus.
    """
    session.install(*group("fuzz"), "-e", ".")
    how_long, *targets = session.posargs or ["60"]
    found = Path(session.create_tmp()).resolve()
    every = sorted(path.name for path in (HERE / "tests" / "fuzz" / "corpus").iterdir())
    for target in targets or every:
        session.run("python", "-m", "tests.fuzz.run", target, how_long, str(found / target))


@nox.session(tags=["full"])
def bench(session: nox.Session) -> None:
    """Ratios of two things measured in one run, and a long film that must not grow."""
    install_for_tests(session)
    session.run("python", "benchmarks/run.py", *session.posargs)
    session.run("python", "benchmarks/long_film.py", *session.posargs)


@nox.session
def man(session: nox.Session) -> None:
    """Write the manual page."""
    install(session, *group("test"), "-e", ".")
    session.run("python", "docs/make_man.py")
