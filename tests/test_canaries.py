"""What looks for parts of keys finds them, or a test that finds none would say nothing."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("numpy")

from .paid.canaries import (
    CLAUDE_KEY,
    ELEVENLABS_KEY,
    FAL_KEY,
    GEMINI_KEY,
    KEYS,
    LUMA_KEY,
    commands_overheard,
    keys_below,
    keys_in,
)


def test_a_part_of_a_key_is_found_in_every_form() -> None:
    assert keys_in(b'{"key": "' + FAL_KEY.encode() + b'"}')
    assert keys_in(b"?key=" + quote(FAL_KEY, safe="").encode())
    for before in (b"", b"Bearer ", b"Key "):
        assert keys_in(base64.b64encode(before + LUMA_KEY.encode()))
    assert keys_in(f"{LUMA_KEY[:10]}...".encode())
    for key in KEYS.values():
        for form in (key, key[::-1], key.encode().hex(), key.encode().hex().upper()):
            assert keys_in(f"...{form[3:]}".encode())
    assert not keys_in(b"luma-and-fal-and-nothing-else" * 9)


def test_a_command_that_tells_a_key_is_overheard() -> None:
    with commands_overheard() as told:
        for words in (LUMA_KEY, "nothing", f"{FAL_KEY[:9]}..."):
            subprocess.run(["echo", words], capture_output=True, check=True, timeout=60)
        subprocess.run(["echo", CLAUDE_KEY], stdout=subprocess.PIPE, check=True, text=True)
    assert len(told) == 3
    assert "nothing" not in "".join(told)


def test_a_key_is_found_in_files_of_any_size_and_in_names(tmp_path: Path) -> None:
    (tmp_path / "small").write_text(f"x{GEMINI_KEY[4:12]}")
    (tmp_path / "large").write_bytes(b"\0" * ((16 << 20) - 4) + ELEVENLABS_KEY[:8].encode())
    (tmp_path / LUMA_KEY).mkdir()
    (tmp_path / "seven").write_text(LUMA_KEY[:7])
    (tmp_path / ".env").write_text(LUMA_KEY)
    found = {path.name for path in keys_below([tmp_path])}
    assert found == {"small", "large", LUMA_KEY}
