"""No byte of a key in what a plugin says, whatever it raises."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from vidgen_core.cli.ending import as_told, show_trace
from vidgen_core.errors import (
    Billed,
    ExitCode,
    JobFailed,
    MachineError,
    PluginBug,
    Refused,
    Unavailable,
)
from vidgen_core.executor.workshop import Workshop
from vidgen_core.keys import find_key
from vidgen_core.plugins import Loaded
from vidgen_core.protocols import Failed
from vidgen_core.specs import ProviderKind

from ..fakes import Film, QuickMedia, Remote, Service, engine
from .films import use

KEY = "sk-c4nary/0123:456789+abcdef"


@pytest.fixture(autouse=True)
def _the_key_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vidgen_core.keys._found_keys", set())
    assert find_key(["CANARY_KEY"], {"CANARY_KEY": KEY}) is not None


def shop(tmp_path: Any) -> Workshop:
    spec = engine(Service(folder=tmp_path))
    loaded = Loaded(
        kind=ProviderKind.VIDEO_ENGINE, spec=spec, distribution="vidgen-fake", version="1"
    )
    media: Any = QuickMedia()
    return Workshop(
        media=media,
        find=lambda kind, name: loaded,
        options_for=lambda loaded: None,
        key_for=lambda loaded: KEY,
    )


def raising(error: BaseException) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError(f"bad header: Bearer {KEY}"), PluginBug),
        (ValueError("x" * 480 + KEY), PluginBug),
        (Refused(f"wrong key {KEY}", advice=f"not {KEY}"), Refused),
        (Unavailable(f"no route to https://x.example/?key={KEY}"), Unavailable),
        (OSError(errno.ENOSPC, "full", f"/tmp/{KEY}"), MachineError),
    ],
    ids=["foreign", "cut off", "refused", "unavailable", "machine"],
)
def test_what_a_plugin_raises_holds_no_key(
    tmp_path: Any, error: Exception, kind: type, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(kind) as raised:
        shop(tmp_path).call(ProviderKind.VIDEO_ENGINE, "paid", "submit", raising(error))
    told: Any = raised.value
    show_trace(told)
    for text in (told.message, told.advice, str(told), capsys.readouterr().err):
        assert "c4nary" not in text
    assert "[k" in told.message  # a long one ends in the middle of it


def test_why_a_job_failed_holds_no_key(tmp_path: Any) -> None:
    answer = shop(tmp_path).call(
        ProviderKind.VIDEO_ENGINE, "paid", "poll", lambda: Failed(message=f"no: {KEY}")
    )
    assert answer.message == "no: [key]"


def test_an_error_that_ends_a_command_holds_no_key(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise KeyError(KEY)
    except KeyError as error:
        show_trace(error)
        code, message, _ = as_told(error, traced=True)
    assert code is ExitCode.BUG
    assert "[key]" in message
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "KeyError: '[key]'" in shown
    assert "c4nary" not in message


def test_no_journal_and_nothing_told_holds_a_key(film: Film) -> None:
    class Blabbing(Remote):
        def submit(self, request: Any, token: str) -> Any:
            raise JobFailed(f"the answer to {KEY} was no", billed=Billed.NO)

    use(film, factory=lambda context: Blabbing(film.service))
    film.work()
    assert "the answer to [key] was no" in film.said
    written = [path.read_bytes() for path in film.root.rglob("*") if path.is_file()]
    assert not any(b"c4nary" in content for content in written)
    assert any(b"the answer to [key]" in content for content in written)
