"""The system's keyring, by the library ``keyring``: used where it is there and answers.

A keyring may want to be unlocked in a window that nobody sees, so that each call has a
limited time; what it raises is a reason and never an end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from attrs import define

from vidgen_core.keys.in_time import in_time

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

#: Under which the keys stand there.
SERVICE = "vidgen"
#: A backend below that is no keyring of the system: none, or a file in plain text.
_RECOMMENDED = 1
#: Seconds that a call may take: somebody may have to type a passphrase.
_SOMEBODY = 60.0
_NOBODY = 5.0


class NoKeyring(Exception):
    """There is no keyring of the system, or it does not answer, for this reason."""


@define
class SystemKeyring:
    """The keyring of the user who is logged in. A silent one is asked once.

    ``seconds``: how long a call may take; by default that depends on whether there is a
    terminal.
    """

    seconds: float | None = None
    _silent: str = ""

    def name(self) -> str:
        """Return what the keyring is called. Raises ``NoKeyring``."""
        return self._in_time(lambda backend: str(backend.name))

    def get(self, name: str) -> str | None:
        """Return the key *name*, ``None`` where there is none. Raises ``NoKeyring``."""
        return self._in_time(lambda backend: backend.get_password(SERVICE, name))

    def put(self, name: str, value: str) -> None:
        """Keep a key. Raises ``NoKeyring``, also where the keyring does not give it back."""

        def keep(backend: KeyringBackend) -> bool:
            backend.set_password(SERVICE, name, value)
            kept = backend.get_password(SERVICE, name)
            if kept not in (None, value):  # where that is a part of it, it is nobody's any more
                backend.delete_password(SERVICE, name)
            return kept == value

        if not self._in_time(keep):
            raise NoKeyring("it does not give back what it was given")

    def remove(self, name: str) -> None:
        """Forget a key, if it is there. Raises ``NoKeyring``."""

        def forget(backend: KeyringBackend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._in_time(forget)

    def _in_time(self, call: Callable[[KeyringBackend], T]) -> T:
        """Call in a thread of its own, which is left behind where it does not come back."""
        if self._silent:
            raise NoKeyring(self._silent)

        def work() -> T | NoKeyring:
            try:
                return call(_backend())
            except NoKeyring as error:
                return error
            except BaseException as error:  # whatever a backend raises
                return NoKeyring(_reason(error))

        try:
            result = in_time(work, _patience() if self.seconds is None else self.seconds, "keyring")
        except TimeoutError as error:
            self._silent = str(error)
            raise NoKeyring(self._silent) from None
        if isinstance(result, NoKeyring):
            raise result
        return result


def _backend() -> KeyringBackend:
    """Return the best keyring that is one of the system's. Raises ``NoKeyring``."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    found = keyring.get_keyring()
    several = found.backends if isinstance(found, ChainerBackend) else [found]
    for backend in several:
        if backend.priority >= _RECOMMENDED:
            return backend
    raise NoKeyring("this system has none that is running")


def _patience() -> float:
    return _SOMEBODY if sys.stdin is not None and sys.stdin.isatty() else _NOBODY


def _reason(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}"[:200] if words else type(error).__name__
