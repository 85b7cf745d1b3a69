"""Each package below ``plugins`` is in the matrix, says what it needs, and tells its users."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import import_module
from importlib.metadata import files, packages_distributions
from pathlib import Path
from typing import Any

import attrs
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from vidgen_core import ProviderSpec
from vidgen_core.plugins import load
from vidgen_core.specs import free_of_charge

ROOT = Path(__file__).parents[1]
FOLDERS = sorted(path for path in (ROOT / "plugins").iterdir() if path.is_dir())

each_package = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def project(folder: Path) -> dict[str, Any]:
    with (folder / "pyproject.toml").open("rb") as file:
        return dict(tomllib.load(file)["project"])


def readme(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def specs(folder: Path) -> list[ProviderSpec]:
    name = project(folder)["name"]
    return [loaded.spec for loaded in load().providers if loaded.distribution == name]


@cache
def sessions(*options: str) -> list[dict[str, Any]]:
    """Return what ``nox`` with *options* would run."""
    command = [sys.executable, "-m", "nox", "-f", str(ROOT / "noxfile.py"), "--list", "--json"]
    command += options
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return list(json.loads(told.stdout))


def test_there_are_packages() -> None:
    words = ("claude", "elevenlabs", "gemini", "local", "ltx", "luma")
    assert {folder.name for folder in FOLDERS} >= {f"vidgen_{word}" for word in words}


@each_package
def test_it_is_in_the_matrix_on_every_python(folder: Path) -> None:
    full = sessions("-t", "full")
    pythons = {session["python"] for session in full if session["name"] == "matrix"}
    alone = [session for session in full if session["name"] == "provider"]
    assert len(pythons) >= 3
    extras = ",".join(project(folder).get("optional-dependencies", ()))
    for plugin in {folder.name, f"{folder.name}[{extras}]" if extras else folder.name}:
        there = {each["python"] for each in alone if each["call_spec"]["plugin"] == plugin}
        assert there == pythons, plugin


def test_all_packages_together_are_in_the_default_set() -> None:
    assert "together" in {session["name"] for session in sessions()}


@each_package
def test_its_entry_point_names_its_own_module_and_yields_providers(folder: Path) -> None:
    (module,) = project(folder)["entry-points"]["vidgen"].values()
    assert (folder / "src" / module.partition(".")[0] / "__init__.py").is_file()
    assert specs(folder)
    assert import_module(module)


@each_package
def test_its_version_is_the_cores(folder: Path) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        core = tomllib.load(file)["project"]
    assert project(folder)["version"] == core["version"]
    assert project(folder)["requires-python"] == core["requires-python"]


@each_package
def test_its_readme_names_its_keys_and_its_settings(folder: Path) -> None:
    text = readme(folder)
    for spec in specs(folder):
        for name in (*spec.keys, *(option.name for option in attrs.fields(spec.options))):
            assert f"`{name}`" in text or f"`{spec.name}.{name}`" in text, name


@each_package
def test_its_readme_tells_its_prices_and_of_when_they_are(folder: Path) -> None:
    for spec in specs(folder):
        if spec.price is free_of_charge:
            continue
        assert spec.keys, "who is paid knows by a key"
        assert spec.priced_on, spec.name
        assert f"{date.fromisoformat(spec.priced_on):%B %Y}" in readme(folder), spec.name


@each_package
def test_its_readme_tells_its_abilities_and_what_it_cannot_do(folder: Path) -> None:
    text = readme(folder)
    for ability in {ability for spec in specs(folder) for ability in spec.abilities}:
        assert f"`{ability}`" in text
    assert " cannot " in text or " does not " in text


@each_package
def test_the_readme_and_the_changelog_of_the_house_name_it(folder: Path) -> None:
    assert f"](plugins/{folder.name}/README.md)" in (ROOT / "README.md").read_text("utf-8")
    name, version = project(folder)["name"], project(folder)["version"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    part = changes.partition(f"### {name} {version}\n")[2].partition("\n#")[0]
    assert "\n- " in part


@each_package
def test_it_declares_what_it_imports_and_nothing_else(folder: Path) -> None:
    facts = project(folder)
    texts = sum(facts.get("optional-dependencies", {}).values(), facts["dependencies"])
    declared = {canonicalize_name(Requirement(text).name) for text in texts}
    assert {name for name in imported(folder) if name != project(folder)["name"]} == declared


def imported(folder: Path) -> set[str]:
    """Return the distributions from which the sources of a package import."""
    installed = {module: names for module, names in packages_distributions().items() if names}
    (own,) = (path.name for path in (folder / "src").iterdir() if (path / "__init__.py").exists())
    known = {own: project(folder)["name"], "vidgen_core": "vidgen-core"}
    found = set()
    for source in sorted((folder / "src").rglob("*.py")):
        for module in modules(ast.parse(source.read_text(encoding="utf-8"))):
            root = module.partition(".")[0]
            if root not in sys.stdlib_module_names:
                found.add(known.get(root) or bringer(module, set(installed[root])))
    return found


def bringer(module: str, distributions: set[str]) -> str:
    """Return which of *distributions*, that share a root such as ``google``, brings *module*."""
    if len(distributions) > 1:
        place = "/".join(module.split(".")[:2])
        distributions = {
            name
            for name in distributions
            if any(str(file).startswith((f"{place}/", f"{place}.")) for file in files(name) or ())
        }
    (name,) = distributions
    return canonicalize_name(name)


def modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (str(name.value) for name in node.args if isinstance(name, ast.Constant))
