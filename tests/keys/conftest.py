"""A user without keys, and a keyring to be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoBackend

from vidgen_core.keys import Store, SystemKeyring

from ..plugins.conftest import install

__all__ = ["install"]

Use = Callable[[KeyringBackend], None]


@pytest.fixture(autouse=True)
def use() -> Iterator[Use]:
    """Return what chooses the system's keyring; at first there is none."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoBackend())
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody who has set nothing, in a folder of their own."""
    folder = tmp_path / "home"
    (folder / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setattr("vidgen_core.keys._found_keys", set())
    monkeypatch.chdir(folder / "work")
    return folder


@pytest.fixture
def store(home: Path) -> Store:
    """The user's store, whose keyring is given up soon."""
    return Store(Store.of_user().path, SystemKeyring(seconds=0.3))
