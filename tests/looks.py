"""A run directory, looked at as a command does before it says anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vidgen_core import plugins
from vidgen_core.opening import Opened, open_run
from vidgen_core.plan import Plan
from vidgen_core.report import text
from vidgen_core.rundir import RunDirectory

ENGINE: dict[str, Any] = {"engine": "local", "skip_narration": True, "skip_sound_effects": True}


def look(root: Path, **flags: Any) -> tuple[Opened, Plan]:
    opened = open_run(RunDirectory(root), plugins.load(), flags=flags)
    return opened, opened.plan()


def analysed(root: Path, *, verbose: bool = False, **flags: Any) -> list[str]:
    return text.analysis(*look(root, **flags), verbose=verbose).splitlines()
