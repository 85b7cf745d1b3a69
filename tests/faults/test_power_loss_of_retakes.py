"""The power fails amid the moves of ``redo`` and ``undo``: no take is lost, none is paid again."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from ..retakes.conftest import service, studio
from ..retakes.studio import PLAIN, Studio
from ..run_directories import contents
from ..run_paths import clip_path
from .blackouts import Wreck, distinct, wrecks_of
from .extent import counted, some
from .power import Recording, lay_out

__all__ = ["service", "studio"]

CLIP = clip_path(2, 1)
REDO = ("redo", "--scene", "2", "--yes", "-q")


def takes(root: Path) -> Counter[bytes]:
    """The clips that are anywhere in the directory, old ones among them."""
    return Counter({path.read_bytes(): 1 for path in root.rglob("*.mp4")})


def wrecks(studio: Studio, *command: str) -> list[Wreck]:
    """What a disk may hold after a crash in the midst of *command*, before anything is ordered."""
    before = studio.service.count("submit")
    recording = Recording(studio.root, see=lambda: studio.service.count("submit"))
    with recording.watching():
        assert studio.vidgen(*command).code == 0
    unordered = [each for each in distinct(wrecks_of(recording)) if each.seen == before]
    counted("power loss", moments=len(recording.moments))
    return some(unordered, 8)


def laid_out(studio: Studio, wreck: Wreck) -> None:
    shutil.rmtree(studio.root)
    lay_out(wreck.tree, studio.root)
    counted("power loss", disks=1)


def clips(root: Path) -> Mapping[str, bytes]:
    return {name: content for name, content in contents(root).items() if "_vid_" in name}


def test_a_redo_whose_power_fails_is_undone_or_gone_on_with(studio: Studio) -> None:
    studio.made(*PLAIN)
    old, before = clips(studio.root), takes(studio.root)
    for wreck in wrecks(studio, *REDO):
        laid_out(studio, wreck)
        assert not before - takes(studio.root), wreck.after
        bill = studio.service.bill()
        back = studio.vidgen("undo")
        assert back.code == 0 or clips(studio.root) == old, (wreck.after, back.err)
        assert clips(studio.root) == old, wreck.after
        assert studio.vidgen("continue", "--yes").code == 0
        assert studio.service.bill() == bill, wreck.after
    assert CLIP in old


def test_an_undo_whose_power_fails_is_finished_or_was_never_begun(studio: Studio) -> None:
    studio.made(*PLAIN)
    old = (studio.root / CLIP).read_bytes()
    assert studio.vidgen(*REDO).code == 0
    new, before, bill = (studio.root / CLIP).read_bytes(), takes(studio.root), studio.service.bill()
    assert new != old
    for wreck in wrecks(studio, "undo"):
        laid_out(studio, wreck)
        assert not before - takes(studio.root), wreck.after
        went_on = studio.vidgen("continue", "--yes")
        assert went_on.code == 0, (wreck.after, went_on.err)
        assert (studio.root / CLIP).read_bytes() in (old, new), wreck.after
        assert studio.service.bill() == bill, wreck.after
