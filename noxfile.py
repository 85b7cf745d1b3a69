"""What is checked, and how: ``nox`` runs the default set, which CI runs too.

``nox -t full`` adds the other Pythons and the long sweeps. Nothing here calls a
system package manager; what a test cannot find it skips, visibly.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "core", "plugins"]
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False

HERE = Path(__file__).parent
PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13"]
#: A file's tests stay together: some share a film that one of them made.
SIDE_BY_SIDE = ("--numprocesses", "logical", "--maxprocesses", "8", "--dist", "loadfile")
PLUGINS = sorted(path.parent.name for path in (HERE / "plugins").glob("*/pyproject.toml"))


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
    session.install(*group("types"), "-e", ".", *plugin_paths(), "nox")
    session.run("mypy")


def run_core(session: nox.Session, *arguments: str) -> None:
    """Run the core's tests under coverage and report it."""
    editable = [part for path in plugin_paths() for part in ("-e", path)]
    session.install(*group("test"), "-e", ".", *editable)
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *SIDE_BY_SIDE, *arguments, *session.posargs)
    session.run("coverage", "combine", silent=True)
    if not session.posargs:
        session.run("coverage", "report")


@nox.session
def core(session: nox.Session) -> None:
    """The core's tests, with the coverage that they must reach."""
    run_core(session)


@nox.session(tags=["full"])
@nox.parametrize("python", PYTHONS)
def matrix(session: nox.Session) -> None:
    """The core's tests on every Python."""
    run_core(session)


@nox.session
def plugins(session: nox.Session) -> None:
    """Every plugin's own tests, against the built wheels and nothing of the checkout."""
    run_plugins(session)


@nox.session(tags=["full"], name="plugin-matrix")
@nox.parametrize("python", PYTHONS)
def plugin_matrix(session: nox.Session) -> None:
    """The same on every Python."""
    run_plugins(session)


def run_plugins(session: nox.Session) -> None:
    session.install("build", *group("test"))
    with tempfile.TemporaryDirectory() as folder:
        for project in (".", *plugin_paths()):
            session.run("python", "-m", "build", "--wheel", "-o", folder, project, silent=True)
        wheels = sorted(str(path) for path in Path(folder).glob("*.whl"))
        session.install("--force-reinstall", "--no-deps", *wheels)
        session.install(*wheels)
    for name in PLUGINS:
        tests = HERE / "plugins" / name / "tests"
        with session.chdir(session.create_tmp()):
            session.run(
                "python", "-m", "pytest", str(tests), "--rootdir", str(HERE), "-c",
                str(HERE / "pyproject.toml"), *SIDE_BY_SIDE, *session.posargs,
            )  # fmt: skip


@nox.session(tags=["full"])
def kills(session: nox.Session) -> None:
    """Forty kills at random moments of continue and of generate, each continued to the end."""
    editable = [part for path in plugin_paths() for part in ("-e", path)]
    session.install(*group("test"), "-e", ".", *editable)
    session.run(
        "pytest", "tests/test_kills.py", "tests/test_generate_kills.py", "--timeout=3000",
        *session.posargs,
        env={"VIDGEN_TEST_KILLS": "40"},
    )  # fmt: skip


@nox.session(tags=["full"])
def bench(session: nox.Session) -> None:
    """Ratios of two things measured in one run, and a long film that must not grow."""
    editable = [part for path in plugin_paths() for part in ("-e", path)]
    session.install(*group("test"), "-e", ".", *editable)
    session.run("python", "benchmarks/run.py", *session.posargs)
    session.run("python", "benchmarks/long_film.py", *session.posargs)


@nox.session
def man(session: nox.Session) -> None:
    """Write the manual page."""
    session.install(*group("test"), "-e", ".")
    session.run("python", "docs/make_man.py")
