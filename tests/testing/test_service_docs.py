"""The page about rehearsing says what the service does."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from vidgen_core.plugins import load
from vidgen_core.settings import load as load_settings
from vidgen_core.testing.service import VENDORS, Service, read_requests
from vidgen_core.testing.service.__main__ import parser
from vidgen_core.testing.service.trouble import EVERYWHERE

PAGE = (Path(__file__).parents[2] / "docs" / "rehearse.md").read_text(encoding="utf-8")


def told(title: str) -> dict[str, str]:
    """Return the rows of the table whose head is *title*: the words of its first column."""
    table = PAGE.partition(f"| {title} |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1:-1] for line in table.splitlines()[2:]]
    return {name: " ".join(row[1:]) for row in rows for name in re.findall(r"`(.+?)`", row[0])}


def test_every_option_is_told() -> None:
    options = {text for action in parser()._actions for text in action.option_strings}
    assert {name.split()[0] for name in told("option")} == options - {"-h", "--help"}


def test_the_help_names_every_vendor() -> None:
    said = str(parser().description).lower()
    assert all(vendor.__name__ in said for vendor in VENDORS)


def test_every_mode_is_told_with_the_routes_that_know_it(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.stop()
    rows = told("mode | routes | what the client meets")
    assert set(told("mode | what the client meets")) == EVERYWHERE
    routes = {route.name: route.modes for route in service._router.routes}
    known = {mode: {r for r, modes in routes.items() if mode in modes} for mode in rows}
    assert {mode: set(re.findall(r"`(\w+\.\w+)`", row)) for mode, row in rows.items()} == known
    assert set().union(*routes.values()) == set(rows)
    assert all(f"`{name}`" in PAGE for name in routes)


def test_what_is_exported_leads_every_provider_to_the_service(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    service = Service(tmp_path / "rehearsal")
    service.stop()
    environ = {**service.environment, "VIDGEN_CONFIG": str(tmp_path / "mine.toml")}
    specs = [loaded.spec for loaded in load().providers]
    settings = load_settings(environ=environ, specs=specs)
    led = set()
    for spec in specs:
        options = settings.options_for(spec.name, spec.options)
        for name in (each.name for each in attrs.fields(spec.options)):
            if name.endswith("_url") and getattr(spec.options(), name):
                led.add(spec.name)
                assert getattr(options, name).startswith(service.base), (spec.name, name)
        assert not spec.keys or environ.get(spec.keys[0])
    assert led == {"luma", "ltx", "fal", "claude", "gemini", "elevenlabs"}
    assert all(f"`{name}`" in PAGE for name in service.environment)


def test_the_example_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "rehearse.md", "exec"), {})
    assert len(read_requests(tmp_path / "rehearsal")) == 1
