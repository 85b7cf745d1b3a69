"""The store of keys: the system's keyring, else a file that only its user can read."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from attrs import evolve

from vidgen_core import disk, threads
from vidgen_core.errors import AuthFailed, MachineError, UsageError
from vidgen_core.keys import IN_KEYRING, Store, SystemKeyring, find_key, held_key

from .conftest import Use
from .keyrings import Forgetful, Kept, Locked, PlainText, Waiting

KEY = "Zq7Lx2Vt9Rw4Bn8K"

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has other means than modes")


def test_without_a_keyring_a_key_is_kept_in_a_file_in_the_settings_folder(store: Store) -> None:
    assert store.put("FAL_KEY", KEY) == str(store.path)
    assert store.path.name == "keys.json"
    assert (store.names(), store.place("FAL_KEY")) == (("FAL_KEY",), str(store.path))
    assert store.get("FAL_KEY") == KEY
    assert (store.get("OTHER"), store.place("OTHER")) == (None, "")


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_the_file_is_never_there_for_others_not_even_for_a_moment(
    store: Store, umask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    write = os.fdopen

    def seen(handle: int, *more: Any, **settings: Any) -> Any:
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return write(handle, *more, **settings)

    monkeypatch.setattr(os, "fdopen", seen)
    before = os.umask(umask)
    try:
        store.put("FAL_KEY", KEY)
        store.put("FAL_KEY", KEY + "2")
    finally:
        os.umask(before)
    assert set(modes) == {0o600}
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert not list(store.exposures())


@posix
def test_a_file_that_somebody_opened_to_others_is_named(store: Store) -> None:
    store.put("FAL_KEY", KEY)
    store.path.chmod(0o640)
    (found,) = store.exposures()
    assert str(found) == f"{store.path} holds keys, and others can read it: chmod 600 {store.path}"
    store.put("FAL_KEY", KEY)
    assert not list(store.exposures())


def test_a_keyring_of_the_system_gets_the_key_and_the_file_only_its_name(
    store: Store, use: Use
) -> None:
    use(kept := Kept())
    assert store.put("FAL_KEY", KEY) == IN_KEYRING
    assert kept.keys == {("vidgen", "FAL_KEY"): KEY}
    assert KEY not in store.path.read_text()
    assert (store.get("FAL_KEY"), store.place("FAL_KEY")) == (KEY, IN_KEYRING)


def test_a_key_that_moves_to_the_keyring_leaves_the_file(store: Store, use: Use) -> None:
    store.put("FAL_KEY", KEY)
    use(Kept())
    store.put("FAL_KEY", KEY)
    assert KEY not in store.path.read_text()


@pytest.mark.parametrize("backend", [Locked, Forgetful, PlainText, Waiting])
def test_what_is_no_keyring_that_works_gets_no_key(
    store: Store, use: Use, backend: type[Kept]
) -> None:
    use(chosen := backend())
    assert store.put("FAL_KEY", KEY) == str(store.path)
    assert store.get("FAL_KEY") == KEY
    if isinstance(chosen, Waiting):
        chosen.somebody.set()


def test_a_keyring_library_that_cannot_be_imported_is_no_keyring(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert store.put("FAL_KEY", KEY) == str(store.path)


def test_a_backend_that_cannot_be_found_is_no_keyring(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    assert store.put("FAL_KEY", KEY) == str(store.path)


def test_a_key_is_forgotten_where_it_was(store: Store, use: Use) -> None:
    store.put("IN_FILE", KEY)
    use(kept := Kept())
    store.put("IN_RING", KEY)
    assert store.remove("IN_FILE")
    assert store.remove("IN_RING")
    assert not store.remove("IN_RING")
    assert (store.names(), kept.keys) == ((), {})


def test_a_key_that_somebody_took_out_of_the_keyring_is_forgotten_all_the_same(
    store: Store, use: Use
) -> None:
    use(kept := Kept())
    store.put("FAL_KEY", KEY)
    kept.keys.clear()
    assert store.get("FAL_KEY") is None
    assert store.remove("FAL_KEY")
    assert store.names() == ()


def test_a_locked_keyring_says_so_and_its_key_stays_known(store: Store, use: Use) -> None:
    use(Kept())
    store.put("FAL_KEY", KEY)
    use(Locked())
    with pytest.raises(AuthFailed, match="Failed to unlock") as lost:
        store.get("FAL_KEY")
    assert "export FAL_KEY=" in lost.value.advice
    with pytest.raises(MachineError) as refused:
        store.remove("FAL_KEY")
    assert refused.value.advice.endswith("vidgen keys rm FAL_KEY")
    assert store.place("FAL_KEY") == IN_KEYRING


def test_a_keyring_that_waits_for_a_window_is_given_up_and_asked_once(
    store: Store, use: Use
) -> None:
    use(Kept())
    store.put("FAL_KEY", KEY)
    use(waiting := Waiting())
    for _ in range(3):
        with pytest.raises(AuthFailed, match=r"did not answer within 0\.3 s"):
            store.get("FAL_KEY")
    assert waiting.asked == ["FAL_KEY"]
    waiting.somebody.set()


def test_without_a_terminal_nobody_is_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    never = SimpleNamespace(join=waits.append)
    monkeypatch.setattr(threads, "start", lambda work, *, name: never)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(Exception, match="did not answer"):
        SystemKeyring().name()
    assert waits == [5.0]


def test_whoever_keeps_no_key_in_the_keyring_never_meets_it(store: Store, use: Use) -> None:
    store.put("IN_FILE", KEY)
    use(kept := Kept())
    kept.asked.clear()
    assert find_key(("IN_FILE", "NOWHERE"), {}, store=store) is not None
    assert find_key(("NOWHERE",), {}, store=store) is None
    assert kept.asked == []


def test_to_be_told_that_a_key_is_there_nobody_unlocks_anything(use: Use) -> None:
    use(kept := Kept())
    Store.of_user().put("FAL_KEY", KEY)
    kept.asked.clear()
    held = held_key(("FAL_KEY",))
    assert held is not None
    assert (held.variable, held.source) == ("FAL_KEY", IN_KEYRING)
    assert kept.asked == []
    found = held.found()
    assert found is not None
    assert found.value == KEY
    assert KEY not in repr((held, found))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"{}", b'{"schema": 1}', b'{"schema": 2, "keys": {}}', b"\xff\xfe"),
        *(b'{"schema": 1, "keys": {"FAL_KEY": 5}}', b'{"schema": 1, "keys": ["Zq7Lx2Vt9Rw4"]}'),
        b'{"schema": 1, "keys": {"FAL_KEY": "Zq7Lx2Vt9Rw4Bn8K"',
    ],
)
def test_a_file_that_is_broken_is_named_with_what_to_type_and_no_key_is_shown(
    store: Store, content: bytes
) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(content)
    for use_it in (store.names, lambda: store.get("FAL_KEY"), lambda: store.put("FAL_KEY", "new")):
        with pytest.raises(UsageError) as refused:
            use_it()
        assert str(store.path) in refused.value.message
        assert (
            refused.value.advice == f"mv {store.path} {store.path}.old, then vidgen keys set NAME"
        )
        assert "Zq7" not in refused.value.message
    assert store.path.read_bytes() == content


def test_a_broken_store_is_no_matter_where_the_environment_has_the_key(store: Store) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(b"{")
    found = find_key(("FAL_KEY",), {"FAL_KEY": KEY}, store=store)
    assert found is not None
    assert found.source == "environment"
    assert find_key((), {}, store=store) is None


def test_what_was_kept_survives_a_write_that_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("FAL_KEY", KEY)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write_file", full)
    with pytest.raises(MachineError, match="No space left"):
        store.put("OTHER", KEY)
    assert store.names() == ("FAL_KEY",)


def test_two_who_keep_keys_at_once_lose_none(store: Store) -> None:
    names = [f"KEY_{number}" for number in range(12)]
    threads = [threading.Thread(target=store.put, args=(name, KEY)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(store.names()) == set(names)


def test_the_store_counts_last(store: Store, tmp_path: Path) -> None:
    store.put("ONE", "from-store")
    store.put("TWO", "from-store")
    project = tmp_path / "project"
    project.mkdir()
    (project / ".env").write_text("TWO=from-file\n")

    def found(*names: str, **environ: str) -> tuple[str, str]:
        key = find_key(names, environ, project, store=store)
        assert key is not None
        return key.variable, key.value

    assert found("ONE", "TWO") == ("TWO", "from-file")
    assert found("ONE", "TWO", ONE="from-environment") == ("ONE", "from-environment")
    assert found("ONE") == ("ONE", "from-store")


def test_what_is_in_the_store_can_be_a_key_or_is_refused(store: Store) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_text(json.dumps({"schema": 1, "keys": {"FAL_KEY": "two words"}}))
    with pytest.raises(UsageError) as refused:
        find_key(("FAL_KEY",), {}, store=store)
    assert "two words" not in refused.value.message


def test_no_key_is_in_the_repr_of_a_store(store: Store) -> None:
    store.put("FAL_KEY", KEY)
    assert KEY not in repr(evolve(store))


def test_a_key_that_came_to_the_file_is_forgotten_in_the_keyring_too(
    store: Store, use: Use
) -> None:
    use(kept := Kept())
    store.put("FAL_KEY", "an-older-key")
    use(Locked())
    assert store.put("FAL_KEY", KEY) == str(store.path)
    use(kept)
    assert store.remove("FAL_KEY")
    assert kept.keys == {}


def test_a_key_in_the_file_is_forgotten_where_no_keyring_answers(store: Store, use: Use) -> None:
    store.put("FAL_KEY", KEY)
    use(waiting := Waiting())
    assert store.remove("FAL_KEY")
    waiting.somebody.set()
    assert store.names() == ()


def test_a_part_of_a_key_does_not_stay_in_the_keyring(store: Store, use: Use) -> None:
    class Short(Kept):
        def set_password(self, service: str, username: str, password: str) -> None:
            super().set_password(service, username, password[:9])

    use(short := Short())
    assert store.put("FAL_KEY", KEY) == str(store.path)
    assert short.keys == {}


@posix
def test_behind_a_link_no_key_stays_that_was_replaced_or_forgotten(
    store: Store, tmp_path: Path
) -> None:
    store.put("FAL_KEY", KEY)
    elsewhere = store.path.rename(tmp_path / "kept elsewhere.json")
    elsewhere.chmod(0o644)
    store.path.symlink_to(elsewhere)
    store.put("FAL_KEY", "another-key")
    assert store.path.is_symlink()
    assert KEY not in elsewhere.read_text()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert store.remove("FAL_KEY")
    assert "another-key" not in elsewhere.read_text()


@posix
def test_a_folder_that_cannot_be_looked_into_is_the_machines_fault(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("FAL_KEY", KEY)
    real = os.open

    def refuse(path: Any, *more: Any, **settings: Any) -> int:
        if path == store.path.parent:
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **settings)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(MachineError, match="cannot look into"):
        store.put("FAL_KEY", KEY)


@posix
def test_processes_that_keep_keys_at_once_lose_none(store: Store) -> None:
    script = (
        "import sys; from pathlib import Path; from vidgen_core.keys import Store\n"
        "for n in range(20): Store(Path(sys.argv[1])).put(f'{sys.argv[2]}_{n}', 'a-key')"
    )
    environ = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    children = [
        subprocess.Popen([sys.executable, "-c", script, str(store.path), who], env=environ)
        for who in "AB"
    ]
    assert [child.wait(60) for child in children] == [0, 0]
    assert len(store.names()) == 40


def test_without_a_home_there_is_no_store_and_it_is_said_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for home in (Path("~/.config/vidgen"), RuntimeError("could not determine the home")):
        monkeypatch.setattr("platformdirs.user_config_path", _giving(home))
        with pytest.raises(MachineError, match="no home folder") as refused:
            Store.of_user()
        assert refused.value.advice.startswith("export HOME=")


def _giving(answer: Path | Exception) -> Any:
    def given(*_: object, **__: object) -> Path:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return given


@posix
def test_a_folder_that_is_gone_has_no_project_file(store: Store, tmp_path: Path) -> None:
    store.put("FAL_KEY", KEY)
    (gone := tmp_path / "gone").mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        found = find_key(("FAL_KEY",), {}, store=store)
    finally:
        os.chdir(tmp_path)
    assert found is not None
    assert found.value == KEY
