"""The studio of the retakes, and a film of it that was made once for all who look at one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vidgen_core.cli import main

from ..command_line import Ended
from ..retakes.conftest import service, studio
from ..retakes.studio import PLAIN, Studio
from .leftovers import left_unfinished

__all__ = ["service", "studio"]


@pytest.fixture(scope="session")
def _stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stored") / "film"


@pytest.fixture
def retaken(_stored: Path) -> Callable[[Studio], None]:
    """Has a film be there whose scene 2 was made twice, and what a run that was killed left."""

    def make(studio: Studio) -> None:
        if not _stored.exists():
            studio.made(*PLAIN)
            assert studio.vidgen("redo", "--scene", "2", "--yes").code == 0
            left_unfinished(studio.root)
            shutil.copytree(studio.root, _stored)
            return
        shutil.rmtree(studio.root)
        shutil.copytree(_stored, studio.root)

    return make


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], nothing_of_this_machine: None
) -> Callable[..., Ended]:
    """Runs a command in this process, which is much quicker than in one of its own."""

    def run(*words: str | os.PathLike[str]) -> Ended:
        capsys.readouterr()
        code = main([os.fspath(word) for word in words])
        out, err = capsys.readouterr()
        assert "bug in vidgen" not in err, err
        return Ended(code=code, out=out, err=err)

    return run
