"""What ``vidgen verify`` finds in a studio's film, for which it may write nothing."""

from __future__ import annotations

from typing import Any

from ..retakes.studio import Studio
from ..run_directories import everything


def found(studio: Studio, *options: str) -> dict[str, dict[str, Any]]:
    """The findings by path; nothing may be written for them."""
    before = everything(studio.root)
    ended = studio.vidgen("verify", "--json", *options)
    assert everything(studio.root) == before
    assert (ended.code, ended.json["whole"]) == (ended.json["exit_code"], not ended.code)
    return {finding["path"]: finding for finding in ended.json["findings"]}


def conditions(studio: Studio, *options: str) -> dict[str, str]:
    """How each file is that is not as it should be."""
    return {path: each["condition"] for path, each in found(studio, *options).items()}
