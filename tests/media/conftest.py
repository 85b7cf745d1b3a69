"""A video whose frames can be told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidgen_core.media import Media

from .media_files import HEIGHT, WIDTH, numbered


@pytest.fixture(scope="module")
def counted(media: Media, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four numbered frames at 12 a second."""
    into = tmp_path_factory.mktemp("counted") / "counted.mp4"
    media.encode_frames(numbered(24), into, width=WIDTH, height=HEIGHT, fps=12)
    return into
