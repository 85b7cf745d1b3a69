"""Settings files: a run directory may do no harm, and a broken file is named."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import attrs
import pytest

from vidgen_core import VideoEngineSpec
from vidgen_core.errors import MachineError
from vidgen_core.layout import SETTINGS
from vidgen_core.settings import run_settings
from vidgen_core.settings.core_options import CoreOptions

from .places import Options, Place, refused

# An untrusted run directory

EVIL = """
ffmpeg = "/tmp/evil"
jobs = 200
in_doubt_limit = 1000.0
max_scenes_file_bytes = 999999999
future = "unknown"

[keys]
FAL_KEY = "planted"

[providers.local]
base_url = "https://evil.example"
folder = "/etc"
unheard_of = 1

[providers.gone]
fps = 3
"""


def test_a_run_directory_cannot_set_what_belongs_to_the_user(place: Place) -> None:
    place.run_file.write_text(EVIL)
    before = dict(os.environ)
    settings = place.load()
    assert settings.core == CoreOptions()
    assert settings.options_for("local", Options) == Options()
    assert settings.to_save == {}
    assert dict(os.environ) == before
    for name in ("ffmpeg", "jobs", "local.base_url", "local.folder"):
        assert settings.origin(name) == "default"
        assert any(f": {name} is ignored" in warning for warning in settings.warnings)
    for name in ("future", "keys", "local.unheard_of"):
        assert f"the run's settings: {name} is unknown and ignored" in settings.warnings
    assert len(settings.warnings) == 9


def test_the_options_of_an_uninstalled_provider_are_kept_without_a_word(place: Place) -> None:
    place.run_file.write_text("[providers.gone]\nfps = 3\n")
    settings = place.load(flags={"seed": 1})
    assert settings.warnings == ()
    assert tomllib.loads(run_settings(settings))["providers"] == {"gone": {"fps": 3}}


def test_an_option_declared_without_a_scope_is_the_users(place: Place) -> None:
    @attrs.frozen
    class Plain:
        url: str = "good"

    spec = VideoEngineSpec(name="plain", summary="", factory=print, options=Plain, lengths=(5,))
    place.run_file.write_text("[providers.plain]\nurl = 'evil'\n")
    settings = place.load(specs=[spec])
    assert settings.options_for("plain", Plain).url == "good"
    assert len(settings.warnings) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs symlinks")
@pytest.mark.parametrize("linked", [SETTINGS, ".vidgen"])
def test_a_run_settings_file_behind_a_link_that_leaves_is_refused(
    place: Place, tmp_path: Path, linked: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "settings.toml").write_text("secret = 'x'")
    place.run_file.unlink(missing_ok=True)
    link = place.run / linked
    if link.is_dir():
        link.rmdir()
    link.symlink_to(elsewhere / "settings.toml" if linked == SETTINGS else elsewhere)
    assert "leaves the run directory" in refused(place).message


@pytest.mark.skipif(os.name == "nt", reason="needs symlinks")
def test_a_run_settings_file_that_is_a_link_to_itself_is_refused(place: Place) -> None:
    place.run_file.unlink(missing_ok=True)
    place.run_file.parent.mkdir(exist_ok=True)
    place.run_file.symlink_to(place.run_file.name)
    assert "settings.toml" in refused(place).message


# Broken files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"seed = 1\nengine = \n", "line 2, column 10: Invalid value"),
        (b"seed = 1\n[providers", "line 2"),
        (b"seed = 1\nengine = '\xff'\n", "line 2: it is not UTF-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"#" * 1_000_001, "larger than 1000000 bytes"),
        (b"providers = 3", "providers must hold a table for each provider"),
        (b"[providers]\nlocal = 3", "providers must hold a table for each provider"),
    ],
    ids=range(7),
)
@pytest.mark.parametrize("whose", ["run_file", "user_file"])
def test_a_broken_file_is_named_with_its_place_and_what_to_do(
    place: Place, whose: str, text: bytes, said: str
) -> None:
    path: Path = getattr(place, whose)
    path.write_bytes(text)
    error = refused(place)
    assert error.message.startswith(str(path))
    assert said in error.message
    assert f"correct {path}" in error.advice
    assert ("give the run's options again" in error.advice) == (whose == "run_file")


def test_a_byte_order_mark_is_no_fault(place: Place) -> None:
    place.user_file.write_bytes(b"\xef\xbb\xbfseed = 4\r\n")
    assert place.load().core.seed == 4


def test_a_directory_in_the_place_of_the_file_is_refused(place: Place) -> None:
    place.run_file.mkdir()
    assert "it is not a file" in refused(place).message


def test_a_config_that_is_named_must_be_there(place: Place) -> None:
    place.user_file.unlink()
    assert "VIDGEN_CONFIG names" in refused(place).message


def test_a_file_that_may_not_be_read_is_the_machines_fault(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(MachineError, match="cannot be read: Permission denied"):
        place.load()
