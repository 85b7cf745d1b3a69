"""``vidgen doctor``: whatever is wrong is a line with what to type, and an exit code."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk
from vidgen_core.cli import main
from vidgen_core.errors import MachineError
from vidgen_core.keys import Store
from vidgen_core.rundir import RunDirectory

from ..command_line import environment
from ..plugins.distributions import Install
from ..terminals import Terminal
from .conftest import Use
from .keyrings import Kept, Waiting
from .services import GOOD, SILENT, TELLING

SCHEMA = {"schema", "exit_code", "findings"}
HANGS = """
def check(context):
    import threading
    threading.Event().wait(20)
    return ""  # it says nothing into the tests that run by then
"""


@pytest.fixture(autouse=True)
def _installed(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("vidgen-telling", TELLING)
    install("vidgen-silent", SILENT)
    for name in [name for name in os.environ if name.startswith("VIDGEN_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def capture(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def examined(capture: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and by name what was found last."""
    code = main(["doctor", "--json", *words])
    told = json.loads(capture.readouterr().out)
    assert told.keys() == SCHEMA
    assert told["exit_code"] == code
    for finding in told["findings"]:
        assert finding["ok"] is (finding["exit_code"] == 0) is not bool(finding["advice"])
    return code, {finding["name"]: finding for finding in told["findings"]}


def test_where_all_is_well_each_thing_is_a_line_and_the_exit_code_is_0(
    capture: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor"]) == 0
    out, err = capture.readouterr()
    assert err == "all is well\n"
    lines = out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    names = [line[7:].partition(":")[0] for line in lines]
    wanted = ("python", "ffmpeg", "disk", "file system", "clock", "settings", "key store")
    assert [name for name in names if name in wanted] == list(wanted)
    assert {"vidgen-telling 1.0", "SILENT_KEY", "TELLING_KEY or TELLING_API_KEY"} <= set(names)
    assert examined(capture)[0] == 0


def test_it_leaves_nothing_behind(capture: pytest.CaptureFixture[str]) -> None:
    examined(capture)
    assert list(Path.cwd().iterdir()) == []
    assert not Store.of_user().path.exists()


def test_a_fault_is_a_line_with_another_that_says_what_to_type(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDGEN_FFMPEG", "/nowhere/ffmpeg")
    assert main(["doctor"]) == 9
    out, err = capture.readouterr()
    lines = out.splitlines()
    (at,) = (n for n, line in enumerate(lines) if line.startswith("FAULT"))
    assert lines[at].startswith("FAULT  ffmpeg: ffmpeg cannot be used: there is no ffmpeg at")
    assert lines[at + 1].startswith("      set VIDGEN_FFMPEG=bundled")
    assert err == "1 fault: ffmpeg\n"


def test_a_disk_that_is_nearly_full_is_a_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1 << 40, 1 << 40, 1 << 20))
    code, found = examined(capture)
    assert code == 9
    assert "0.0 GiB free" in found["disk"]["said"]


def test_a_file_system_that_keeps_no_locks_is_a_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextlib.contextmanager
    def pretended(self: RunDirectory, command: str) -> Iterator[None]:
        yield

    monkeypatch.setattr(RunDirectory, "locked", pretended)
    code, found = examined(capture)
    assert code == 9
    assert "does not keep locks" in found["file system"]["said"]


def test_a_file_system_that_syncs_nothing_is_a_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(disk, "sync_directory", broken)
    code, found = examined(capture)
    assert code == 9
    assert "Input/output error" in found["file system"]["said"]
    assert list(Path.cwd().iterdir()) == []


def test_a_folder_that_cannot_be_written_in_is_a_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    code, found = examined(capture)
    assert code == 9
    assert found["file system"]["said"] == f"cannot write in {Path.cwd()}: Permission denied"
    assert "--output-dir ELSEWHERE" in found["file system"]["advice"]


def test_where_nothing_can_be_written_the_clock_is_not_at_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert examined(capture)[1]["clock"]["ok"]


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no folder that somebody is in")
def test_a_folder_that_is_gone_is_a_fault_and_the_rest_is_looked_at(
    capture: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (gone := tmp_path / "gone").mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        code, found = examined(capture)
    finally:
        os.chdir(tmp_path)
    assert code == 9
    assert found["disk"]["advice"] == "cd to another one, then: vidgen doctor"
    assert found["key store"]["ok"]


def test_without_a_home_it_is_said_what_to_type_and_the_rest_is_looked_at(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless(*_: object, **__: object) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.user_config_path", homeless)
    code, found = examined(capture, "--online")
    assert code == 9
    for name in ("settings", "key store"):
        assert found[name]["advice"].startswith("export HOME=")
    assert found["clock"]["ok"]
    assert found["vidgen-silent 1.0"]["ok"]


@pytest.mark.parametrize(
    ("ahead", "told"), [(-400 * 86_400, "before vidgen was installed"), (3600, "dated -3600 s")]
)
def test_a_clock_that_is_wrong_is_a_fault(
    ahead: float, told: str, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from vidgen_core.cli import health

    now = health.time.time
    monkeypatch.setattr(health.time, "time", lambda: now() + ahead)
    code, found = examined(capture)
    assert code == 9
    assert told in found["clock"]["said"]


def test_settings_that_cannot_be_read_are_a_fault_and_the_rest_is_looked_at(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mine.toml").write_text("engine = ")
    monkeypatch.setenv("VIDGEN_CONFIG", "mine.toml")
    code, found = examined(capture, "--online")
    assert code == 2
    assert found["settings"]["advice"] == "correct mine.toml"
    assert "clock" in found
    assert "SILENT_KEY" in found


def test_a_plugin_that_failed_is_named_with_what_to_type(
    install: Install, capture: pytest.CaptureFixture[str]
) -> None:
    install("vidgen-odd", "import no_such_sdk", version="0.3")
    install("vidgen-second", SILENT)
    code, found = examined(capture)
    assert code == 2
    assert "No module named 'no_such_sdk'" in found["vidgen-odd 0.3"]["said"]
    advice = found["vidgen-odd 0.3"]["advice"]
    assert "pip uninstall vidgen-odd" in advice
    assert "pip install" not in advice  # where it came from, vidgen does not know
    assert "claimed by vidgen-second 1.0 and vidgen-silent 1.0" in found["silent"]["said"]


def test_a_provider_that_the_settings_name_and_nobody_has_is_a_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDGEN_ENGINE", "silemt")
    code, found = examined(capture)
    assert code == 2
    assert "silemt" in found["engine"]["said"]
    assert "silent" in found["engine"]["advice"]
    monkeypatch.setenv("VIDGEN_ENGINE", "silent")
    assert "engine" not in examined(capture)[1]


def test_what_can_be_no_key_is_a_fault_without_a_service_too(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENT_KEY", "two words-4711")
    code, found = examined(capture)
    assert code == 2
    assert "something else than a key" in found["SILENT_KEY"]["said"]
    assert "4711" not in json.dumps(found)


def test_offline_no_keyring_is_asked_for_a_key(
    use: Use, capture: pytest.CaptureFixture[str]
) -> None:
    use(kept := Kept())
    Store.of_user().put("SILENT_KEY", GOOD)
    kept.asked.clear()
    assert examined(capture)[1]["SILENT_KEY"]["ok"]
    assert kept.asked == []


def test_a_keyring_that_is_silent_is_waited_for_once(
    use: Use, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidgen_core.keys.system_keyring._NOBODY", 0.3)
    monkeypatch.setattr("sys.stdin", None)
    use(Kept())
    for name in ("SILENT_KEY", "TELLING_KEY"):
        Store.of_user().put(name, GOOD)
    use(waiting := Waiting())
    code, found = examined(capture, "--online")
    waiting.somebody.set()
    assert code == 4
    assert "did not answer" in found["SILENT_KEY"]["said"]
    assert waiting.asked == ["SILENT_KEY"]


def test_a_service_that_is_silent_is_given_up(
    capture: pytest.CaptureFixture[str], install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUNG_KEY", GOOD)
    hung = TELLING.replace("TELLING_", "HUNG_").replace('"telling"', '"hung"')
    install("vidgen-hung", hung.replace("def check(context):", HANGS))
    monkeypatch.setattr("vidgen_core.cli.inquiry._PATIENCE", 0.3)
    code, found = examined(capture, "--online")
    assert code == 5
    said = "hung: its check of the key brought no answer within 0.3 s"
    assert found["HUNG_KEY"]["said"] == said
    assert found["HUNG_KEY"]["advice"].endswith("vidgen doctor --online")


def test_a_key_is_missed_only_where_the_settings_name_its_provider(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "vidgen keys set SILENT_KEY" in examined(capture)[1]["SILENT_KEY"]["said"]
    monkeypatch.setenv("VIDGEN_ENGINE", "silent")
    code, found = examined(capture)
    assert code == 4
    assert found["SILENT_KEY"]["advice"] == "vidgen keys set SILENT_KEY"
    Store.of_user().put("SILENT_KEY", GOOD)
    code, found = examined(capture)
    assert (code, found["SILENT_KEY"]["ok"]) == (0, True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other means than modes")
def test_keys_that_others_can_read_are_a_fault(capture: pytest.CaptureFixture[str]) -> None:
    Path(".env").write_text("SILENT_KEY=abc-4711\nTELLING_KEY=abc-4712\n")
    Path(".env").chmod(0o644)
    code, _ = examined(capture)
    assert code == 9
    assert main(["doctor"]) == 9
    told = capture.readouterr()
    assert told.out.count(f"\n      chmod 600 {Path.cwd()}/.env\n") == 1
    assert told.err.startswith("1 fault: ")
    Path(".env").unlink()
    Store.of_user().put("SILENT_KEY", GOOD)
    Store.of_user().path.chmod(0o666)
    code, found = examined(capture)
    assert (code, found["key store"]["ok"]) == (9, False)


def test_a_store_that_cannot_be_read_is_a_fault(capture: pytest.CaptureFixture[str]) -> None:
    path = Store.of_user().path
    path.parent.mkdir(parents=True)
    path.write_text("{")
    code, found = examined(capture)
    assert code == 2
    assert found["key store"]["advice"].startswith(f"mv {path}")
    # Once, and not for each key that may be in it.
    assert [name for name, it in found.items() if not it["ok"]] == ["key store"]


def test_the_keyring_that_new_keys_go_into_is_named(
    use: Use, capture: pytest.CaptureFixture[str]
) -> None:
    assert "for there is no keyring to use" in examined(capture)[1]["key store"]["said"]
    use(Kept())
    said = "0 keys; new ones go into the system keyring, a keyring of the tests"
    assert examined(capture)[1]["key store"]["said"] == said


def test_offline_no_service_is_asked(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLING_KEY", "wrong-key-4711")
    code, found = examined(capture)
    assert code == 0
    assert found["TELLING_KEY"]["said"] == "TELLING_KEY is set (environment), for telling"


@pytest.mark.parametrize(
    ("key", "code", "told"),
    [
        (GOOD, 0, "and good: balance $5.00 of [key]"),
        ("says-nothing", 0, "and accepted; whether the account has credit is not told by this"),
        ("wrong-key-4711", 4, "telling does not accept the key [key]"),
        ("nobody-listens", 5, "telling cannot be reached"),
    ],
)
def test_online_each_key_is_checked_where_that_is_free(
    key: str,
    code: int,
    told: str,
    capture: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in os.environ if name.endswith("_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TELLING_KEY", key)
    monkeypatch.setenv("SILENT_KEY", "any-key-4711")
    ended, found = examined(capture, "--online")
    assert ended == code
    assert told in found["TELLING_KEY"]["said"]
    assert key not in json.dumps(found)
    assert found["SILENT_KEY"]["said"].endswith("no free call tells whether it is good")


def test_online_a_key_that_its_keyring_lost_is_a_fault(
    use: Use, capture: pytest.CaptureFixture[str]
) -> None:
    use(kept := Kept())
    Store.of_user().put("SILENT_KEY", GOOD)
    kept.keys.clear()
    code, found = examined(capture, "--online")
    assert code == 4
    assert found["SILENT_KEY"]["advice"] == "vidgen keys set SILENT_KEY"


def test_what_ends_a_look_is_told_as_a_fault(
    capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise MachineError("the Python package ffmpeg-python is not in place")

    monkeypatch.setattr("vidgen_core.cli.health.ffmpeg_python", failing)
    code, found = examined(capture)
    assert code == 9
    assert found["ffmpeg"]["advice"] == "see to that, then: vidgen doctor"


@pytest.mark.parametrize("columns", [40, 200])
def test_in_a_terminal_words_are_folded_and_what_is_to_be_typed_is_not(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIDGEN_FFMPEG", "/nowhere/ffmpeg")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout", screen := Terminal())
    assert main(["doctor"]) == 9
    shown = screen.getvalue().splitlines()
    advice = [line for line in shown if line.startswith("      ")]
    assert advice == [
        "      set VIDGEN_FFMPEG=bundled, or install an ffmpeg of version 5.1 or newer"
    ]
    words = [line for line in shown if line not in advice]
    assert all(len(line) <= columns or " " not in line.strip() for line in words)
    assert "\x1b" not in screen.getvalue()


def test_the_last_line_comes_last_in_a_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path
) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-m", "vidgen_core", "doctor"]
    with log.open("wb") as file:
        subprocess.run(
            command, stdout=file, stderr=file, timeout=60, check=False, env=environment(home)
        )
    assert log.read_text().splitlines()[-1] == "all is well"
