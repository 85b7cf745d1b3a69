"""Keyrings of a system that is not there."""

from __future__ import annotations

import threading
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class Kept(KeyringBackend):
    """Keeps keys in memory; ``asked`` are the names that it was asked for."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[tuple[str, str], str] = {}
        self.asked: list[str] = []

    @property
    def name(self) -> str:
        return "a keyring of the tests"

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(username)
        return self.keys.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.keys[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.keys[service, username]


class Locked(Kept):
    """Gives nothing out and takes nothing."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    set_password: Any = get_password
    delete_password: Any = get_password


class Forgetful(Kept):
    """Takes keys and keeps none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Waiting(Kept):
    """Waits for somebody to type a passphrase, until ``somebody`` does."""

    def __init__(self) -> None:
        super().__init__()
        self.somebody = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append(username)
        self.somebody.wait(60)
        return None


class PlainText(Kept):
    """One that keyring's own authors do not recommend."""

    priority = 0.5
