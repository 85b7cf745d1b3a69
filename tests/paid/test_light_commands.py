"""What asks no service imports nothing to speak to one with, whatever is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..run_directories import add_scene
from .customers import FILM, Customer

#: The vendors' SDKs, and what only they and downloads need.
HEAVY = {
    *("lumaai", "fal_client", "httpx", "httpcore", "httpx_sse", "pydantic", "anyio", "requests"),
    *("anthropic", "httpx2", "google", "grpc", "elevenlabs", "keyring", "PIL", "numpy"),
}
#: Whoever looks at what is installed imports all of these.
PACKAGES = {f"vidgen_{name}" for name in ("claude", "elevenlabs", "gemini", "local", "ltx", "luma")}


def imported(customer: Customer, *words: str | Path) -> set[str]:
    """The packages that a command imports."""
    ended = customer.ran(sys.executable, "-X", "importtime", "-m", "vidgen_core", *words)
    assert ended.code == 0, ended.err[-2000:]
    lines = [line for line in ended.err.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip() for line in lines}
    return names | {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "words",
    [("--help",), ("continue", "--help"), ("plugins",), ("plugins", "--json"), ("keys", "list")],
)
def test_what_needs_no_directory_imports_no_sdk(customer: Customer, words: tuple[str, ...]) -> None:
    found = imported(customer, *words)
    assert "vidgen_core.cli" in found
    assert found & PACKAGES == (PACKAGES if words[0] in ("plugins", "keys") else set())
    assert not found & HEAVY


def test_looking_at_a_paid_run_imports_no_sdk_and_asks_nobody(customer: Customer) -> None:
    root = customer.scenes()
    customer.service.trouble("luma.video", "slow-queue")
    command = ("continue", root, "--engine", "luma", *FILM)
    customer.killed_once(command, lambda: customer.service.requests("luma.get"))
    add_scene(root, 2)
    asked = len(customer.service.requests())
    looking = (("status",), ("status", "--json"), ("cost",), ("verify",), ("log",))
    for words in (*looking, ("continue", "--dry-run")):
        command_, *more = words
        found = imported(customer, command_, root, *more)
        assert found >= PACKAGES
        assert not found & HEAVY, words
    assert len(customer.service.requests()) == asked
