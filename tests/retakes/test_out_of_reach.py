"""A clip that the machine does not give out is there all the same: it is never bought again."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ..run_directories import everything
from .studio import PLAIN, Studio


def needs_scene_2(studio: Studio) -> dict[str, int]:
    """Have a film of which all but the clips of scene 2 is gone; return what was bought."""
    studio.made(*PLAIN)
    (film,) = studio.root.glob("final_video_*.mp4")
    film.unlink()
    (studio.root / film.name.replace("final_video", "scene_2")).unlink()
    return dict(studio.service.bill())


@pytest.mark.parametrize("whole_folder", [True, False])
def test_a_paid_clip_on_a_disk_that_is_not_there_now_is_not_bought_again(
    studio: Studio, tmp_path: Path, *, whole_folder: bool
) -> None:
    bill = needs_scene_2(studio)
    (clip,) = studio.root.glob("scene_2_all_vid_*/scene_2_vid_1_2*.mp4")
    place, disk = clip.parent if whole_folder else clip, tmp_path / "disk"
    disk.mkdir()
    place.rename(disk / place.name)
    place.symlink_to(disk / place.name)
    disk.rename(tmp_path / "unplugged")
    before = everything(studio.root)
    ended = studio.vidgen("continue", "--yes")
    assert ended.code == 9
    assert f"cannot read {place}: it is a link to nothing" in ended.err
    assert everything(studio.root) == before
    (tmp_path / "unplugged").rename(disk)
    assert studio.vidgen("continue", "--dry-run").code == 0
    assert studio.service.bill() == bill


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_paid_clip_in_a_folder_that_cannot_be_read_is_not_bought_again(
    studio: Studio, error: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill = needs_scene_2(studio)
    before, scandir = everything(studio.root), os.scandir

    def refusing(path: Any = ".") -> Any:
        if not isinstance(path, int) and Path(path).name.startswith("scene_2_all_vid"):
            raise OSError(error, os.strerror(error), str(path))
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refusing)
        for command in (("continue", "--yes"), ("continue", "--dry-run"), ("status",)):
            ended = studio.vidgen(*command)
            assert ended.code == 9, command
            assert f"cannot read {studio.root}/scene_2_all_vid" in ended.err
    assert everything(studio.root) == before
    assert studio.service.bill() == bill
    assert studio.vidgen("continue").code == 0
    assert studio.service.bill() == bill
