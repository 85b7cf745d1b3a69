"""The rectangles in which a layer is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vidgen_local.world.patches import patches_of, whole

RIM = 4


def _cover(seed: int, empty: float, full: float) -> np.ndarray:
    """A layer with holes, edges and solid parts."""
    random = np.random.default_rng(seed)
    grid = random.random((3, 4), dtype=np.float32)
    smooth = Image.fromarray(grid).resize((997, 611), Image.Resampling.BICUBIC)
    levels = (np.asarray(smooth) - empty) / (full - empty)
    return np.asarray(np.clip(levels, 0, 1) * 255, dtype=np.uint8)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_is_seen_is_left_out_and_nothing_drawn_twice(seed: int) -> None:
    cover = _cover(seed, 0.4, 0.6)
    drawn = np.zeros(cover.shape, dtype=int)
    for patch in patches_of(cover, RIM):
        drawn[patch.top : patch.bottom, patch.left : patch.right] += 1
    assert drawn.max() == 1
    assert not cover[drawn == 0].any()


@pytest.mark.parametrize("seed", range(12))
def test_a_full_rectangle_is_full_around_its_edge_too(seed: int) -> None:
    cover = _cover(seed, 0.2, 0.4)
    full = [patch for patch in patches_of(cover, RIM) if patch.full]
    assert full
    for patch in full:
        rows = slice(max(0, patch.top - RIM), patch.bottom + RIM)
        assert (cover[rows, max(0, patch.left - RIM) : patch.right + RIM] == 255).all()


def test_an_empty_layer_has_no_rectangle_and_a_solid_one_has_one() -> None:
    assert patches_of(np.zeros((80, 90), dtype=np.uint8), RIM) == ()
    solid = np.full((80, 90), 255, dtype=np.uint8)
    assert patches_of(solid, RIM) == whole(solid)
