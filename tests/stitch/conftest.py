"""The ffmpeg that a run would take."""

from __future__ import annotations

import pytest

from vidgen_core.media import Media


@pytest.fixture(scope="module")
def media() -> Media:
    return Media()
