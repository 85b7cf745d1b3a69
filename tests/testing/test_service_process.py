"""``python -m vidgen_core.testing.service``, from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from lumaai import LumaAI

from vidgen_core.testing.service import Service, read_bill, read_requests

from .asked import cat

COMMAND = [sys.executable, "-m", "vidgen_core.testing.service"]

on_posix = pytest.mark.skipif(os.name == "nt", reason="it is stopped by a signal")


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Yield a service in a process of its own, and what it says to export."""
    command = [*COMMAND, "--folder", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("# answers at http://127.0.0.1:")
            lines = [process.stdout.readline() for _ in range(9)]
            exports = [line.removeprefix("export ").strip().split("=", 1) for line in lines]
            yield process, dict(exports)
        finally:
            process.kill()


def sdk(environment: dict[str, str]) -> LumaAI:
    return LumaAI(
        auth_token=environment["LUMAAI_API_KEY"],
        base_url=environment["VIDGEN_LUMA_BASE_URL"],
        max_retries=0,
    )


@on_posix
def test_it_says_what_to_export_answers_and_ends_with_the_bill(tmp_path: Path) -> None:
    with running(tmp_path, "--delay", "0") as (process, environment):
        assert list(environment) == [
            "VIDGEN_LUMA_BASE_URL",
            "LUMAAI_API_KEY",
            "VIDGEN_LTX_BASE_URL",
            "VIDGEN_LTX_STORAGE_URL",
            "VIDGEN_LTX_UPLOAD_URL",
            "VIDGEN_FAL_BASE_URL",
            "VIDGEN_FAL_STORAGE_URL",
            "VIDGEN_FAL_UPLOAD_URL",
            "FAL_KEY",
        ]
        with sdk(environment) as client:
            assert cat(client).state == "completed"
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert out == "# 1 charges, 0.71 USD\n"


@on_posix
def test_a_shell_can_read_what_to_export(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    with running(folder) as (_, environment):
        script = '. "$0" && printf %s "$VIDGEN_LTX_BASE_URL"'
        told = subprocess.run(
            ["sh", "-c", script, str(folder / "environment.sh")],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert told.stdout == environment["VIDGEN_LTX_BASE_URL"]


def test_trouble_can_be_asked_for_from_outside_and_the_books_outlive_a_kill(
    tmp_path: Path,
) -> None:
    with running(tmp_path, "--delay", "1000") as (process, environment), sdk(environment) as client:
        base = environment["VIDGEN_LUMA_BASE_URL"].partition("/luma")[0]
        with httpx.Client(trust_env=False, timeout=30) as http:
            asked = {"route": "luma.video", "mode": "429", "retry_after": "3"}
            assert http.post(f"{base}/_control/trouble", json=asked).status_code == 200
        raw = client.generations.with_raw_response
        with pytest.raises(Exception, match="429") as limited:
            raw.create(model="ray-2", prompt="a cat")
        assert limited.value.response.headers["retry-after"] == "3"
        made = cat(client)
        process.kill()
        process.wait()
    assert [one.status for one in read_requests(tmp_path)] == [429, 201]
    assert [charge.job for charge in read_bill(tmp_path)] == [made.id]
    with running(tmp_path) as (_, environment), sdk(environment) as client:
        assert made.id
        assert client.generations.get(made.id).state == "queued"


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with Service(tmp_path / "one") as service:
        ended = subprocess.run(
            [*COMMAND, "--folder", str(tmp_path / "two"), "--port", str(service.port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith("the service cannot begin: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong", [("--speed", "0"), ("--delay", "-1"), ("--delay", "soon"), ("--port", "x")]
)
def test_options_without_sense_are_usage_errors(wrong: tuple[str, str]) -> None:
    from vidgen_core.testing.service.__main__ import parser

    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*wrong])
    assert ended.value.code == 2
