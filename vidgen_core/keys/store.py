"""vidgen's own store of keys: the system's keyring, else a file that its user alone can read.

The file also says which keys are in the keyring, so that nobody has to unlock that to be
told which keys there are, and who keeps none there never waits for it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from vidgen_core import disk
from vidgen_core.errors import AuthFailed, InputError, MachineError, UsageError
from vidgen_core.keys.env_file import Exposure, is_for_others
from vidgen_core.keys.system_keyring import NoKeyring, SystemKeyring
from vidgen_core.strict_json import parse_json

#: Where a key is that the keyring has.
IN_KEYRING = "system keyring"

_SCHEMA = 1
_MOST_BYTES = 1_000_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@frozen
class Store:
    """The keys that ``vidgen keys set`` was given; ``path`` is the file."""

    path: Path
    keyring: SystemKeyring = field(factory=SystemKeyring, repr=False)

    @classmethod
    def of_user(cls) -> Store:
        """Return the store in the user's own settings folder. Raises ``MachineError``."""
        return cls(disk.user_folder() / "keys.json")

    def names(self) -> tuple[str, ...]:
        """Return the variables that there is a key for. Raises ``UsageError``."""
        return tuple(sorted(self._read()))

    def place(self, name: str) -> str:
        """Return where the key *name* is kept, empty where there is none. Raises ``UsageError``."""
        held = self._read()
        if name not in held:
            return ""
        return IN_KEYRING if held[name] is None else str(self.path)

    def get(self, name: str) -> str | None:
        """Return the key *name*, ``None`` where there is none.

        Raises ``UsageError`` for a file that is broken, ``AuthFailed`` for a keyring
        that does not give the key out.
        """
        held = self._read()
        if name not in held or held[name] is not None:
            return held.get(name)
        try:
            return self.keyring.get(name)
        except NoKeyring as error:
            raise AuthFailed(
                f"{name} is kept in the system keyring, and that cannot be read: {error}",
                advice=f"unlock the keyring, or export {name}=...",
            ) from None

    def put(self, name: str, value: str) -> str:
        """Keep a key and return where. Raises ``UsageError``, ``MachineError``."""
        with self._alone():
            held = self._read()
            try:
                self.keyring.put(name, value)
            except NoKeyring:
                self._write({**held, name: value})
                return str(self.path)
            self._write({**held, name: None})
            return IN_KEYRING

    def remove(self, name: str) -> bool:
        """Forget a key; return whether it was there. Raises ``UsageError``, ``MachineError``."""
        if not self.place(name):
            return False
        with self._alone():
            held = dict(self._read())
            try:
                # Also what is in the file: it came there where the keyring, which may have
                # an older key of that name, was locked.
                self.keyring.remove(name)
            except NoKeyring as error:
                if held.get(name) is None:
                    raise MachineError(
                        f"{name} is kept in the system keyring, and that cannot be changed: "
                        f"{error}",
                        advice=f"unlock the keyring and type it again: vidgen keys rm {name}",
                    ) from None
            held.pop(name, None)
            self._write(held)
        return True

    def exposures(self) -> Iterator[Exposure]:
        """Yield it where others can read the file. vidgen never makes it so."""
        if is_for_others(self.path, _OTHERS):
            said = f"{self.path} holds keys, and others can read it"
            yield Exposure(said, shlex.join(["chmod", "600", str(self.path)]))

    def _read(self) -> Mapping[str, str | None]:
        try:
            data = disk.read_file(self.path, _MOST_BYTES)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._fault(f"it cannot be read: {error.strerror or error}") from None
        try:
            value = parse_json(data, self.path.name)
        except InputError:  # what is said of it could quote a key
            raise self._fault("it is not what vidgen wrote") from None
        keys = value.get("keys") if isinstance(value, dict) else None
        if not isinstance(keys, dict) or value.get("schema") != _SCHEMA:
            raise self._fault("it is not what this vidgen wrote")
        if not all(each is None or isinstance(each, str) for each in keys.values()):
            raise self._fault("it is not what vidgen wrote")
        return keys

    def _fault(self, what: str) -> UsageError:
        aside = shlex.join(["mv", str(self.path), f"{self.path}.old"])
        return UsageError(
            f"the file with your keys cannot be used, {self.path}: {what}",
            advice=f"{aside}, then vidgen keys set NAME",
        )

    def _write(self, keys: Mapping[str, str | None]) -> None:
        text = json.dumps({"schema": _SCHEMA, "keys": dict(sorted(keys.items()))}, indent=2)
        with disk.machine_errors(f"cannot write {self.path}"):
            # Behind a link: a key that is replaced or forgotten would else stay there.
            path = self.path.resolve()
            disk.write_file(path, f"{text}\n".encode(), mode=stat.S_IRUSR | stat.S_IWUSR)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the store: another process may be about to change it, too."""
        folder = self.path.parent
        with disk.machine_errors(f"cannot write in {folder}"):
            disk.make_directories(folder, Path(folder.anchor))
        try:
            import fcntl
        except ImportError:
            yield
            return
        with disk.machine_errors(f"cannot look into {folder}"):
            handle = os.open(folder, os.O_RDONLY)
        try:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
