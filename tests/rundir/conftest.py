"""A run directory with one scene."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.rundir import RunDirectory

from ..run_directories import begin, put


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory(begin(tmp_path, 1))


def finished(run: RunDirectory, content: bytes = b"new") -> Path:
    return put(run.scratch("film") / "output.mp4", content)
