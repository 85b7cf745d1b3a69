"""Keys are kept, checked and used with the real SDKs, and none of it buys anything."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
from attrs import evolve

from .customers import FILM, LUMA_KEY, NO_KEYRING, Customer, assert_paid_once


@pytest.fixture
def keyless(customer: Customer) -> Customer:
    """Somebody who has set no key."""
    unset = {name: "" for name in customer.service.environment if name.endswith("_KEY")}
    return evolve(customer, keys=unset, more=NO_KEYRING)


def keep(customer: Customer, key: str = LUMA_KEY) -> Path:
    """Keep a key for Luma, and return the file that it is in."""
    (customer.home / "key").write_text(key)
    script = 'exec "$0" -m vidgen_core keys set luma < key'
    ended = customer.ran("sh", "-c", script, sys.executable)
    assert ended.code == 0, ended.err
    assert key not in ended.out + ended.err
    (customer.home / "key").unlink()
    return Path(ended.out.rpartition(": ")[2].strip())


def test_a_key_that_was_kept_makes_a_film(keyless: Customer) -> None:
    root = keyless.scenes(1)
    assert keyless.finish(root, "luma").code == 4
    path = keep(keyless)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ended = keyless.finish(root, "luma")
    assert ended.code == 0, ended.err
    assert_paid_once(root, keyless.service)
    for file in root.rglob("*"):
        assert not file.is_file() or LUMA_KEY.encode() not in file.read_bytes()


def test_a_key_is_checked_for_nothing(keyless: Customer) -> None:
    keep(keyless)
    ended = keyless.vidgen("keys", "check", "luma")
    assert ended.code == 0, ended.err
    assert ") is good: balance $" in ended.out
    keyless.service.trouble("luma.credits", "401")
    assert keyless.vidgen("keys", "check", "luma").code == 4
    assert keyless.orders() == 0
    assert keyless.bill() == []


def test_the_doctor_asks_only_online_and_only_what_is_free(keyless: Customer) -> None:
    keep(keyless)
    assert keyless.vidgen("doctor").code == 0
    assert keyless.service.requests() == []
    ended = keyless.vidgen("doctor", "--online", "--json")
    assert ended.code == 0, ended.err
    told = {finding["name"]: finding["said"] for finding in json.loads(ended.out)["findings"]}
    assert "and good: balance $" in told["LUMAAI_API_KEY"]
    assert {one.route for one in keyless.service.requests()} == {"luma.credits"}
    assert LUMA_KEY not in ended.out + ended.err


def test_a_project_file_that_others_can_read_is_named_before_a_film_is_made(
    keyless: Customer,
) -> None:
    path = keyless.home / ".env"
    path.write_text(f"LUMAAI_API_KEY={LUMA_KEY}\n")
    path.chmod(0o644)
    root = keyless.scenes(1)
    ended = keyless.vidgen("continue", root, "--engine", "luma", "--dry-run", *FILM)
    assert f"every user of this machine can read it: chmod 600 {path}" in ended.words + ended.out
    path.chmod(0o600)
    ended = keyless.vidgen("continue", root, "--engine", "luma", "--dry-run", *FILM)
    assert "chmod" not in ended.words + ended.out
