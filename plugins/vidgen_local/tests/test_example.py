"""The half-finished film that ships in the checkout's ``examples``."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parent.joinpath(*[".."] * 3, "examples").resolve()
RUN = "video_20260101_090000"

pytestmark = pytest.mark.skipif(
    not (EXAMPLES / "make_half_finished.py").exists(), reason="only a checkout has examples"
)


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    assert script("make_half_finished").main(folder) == 0
    return folder / RUN


def tree(root: Path) -> dict[str, Path]:
    return {p.relative_to(root).as_posix(): p for p in root.rglob("*") if p.is_file()}


def pictures(video: Path) -> list[np.ndarray]:
    with av.open(str(video)) as container:
        return [f.to_ndarray(format="gray") for f in container.decode(video=0)]


def test_it_is_what_the_script_makes(made: Path) -> None:
    shipped, new = tree(EXAMPLES / "half-finished" / RUN), tree(made)
    assert shipped.keys() == new.keys()
    for name, path in shipped.items():
        if path.suffix in (".json", ".txt"):
            assert path.read_text("utf-8") == new[name].read_text("utf-8"), name
        elif path.suffix == ".mp4":
            pairs = zip(pictures(path), pictures(new[name]), strict=True)
            assert max(np.abs(a.astype(int) - b).mean() for a, b in pairs) < 2, name


def test_it_is_small_and_carries_no_state() -> None:
    files = tree(EXAMPLES / "half-finished")
    assert sum(path.stat().st_size for path in files.values()) < 1_000_000
    assert not any(".vidgen" in name for name in files)


def test_two_of_its_four_scenes_are_there_and_last_what_they_should(made: Path) -> None:
    names = tree(made)
    assert {n for n in names if n.startswith("scene_1") and n.endswith(".mp4")} == {
        "scene_1_20260101_090000.mp4",
        "scene_1_all_vid_20260101_090000/scene_1_20260101_090000.mp4",
    }
    assert len(pictures(made / "scene_2_20260101_090000.mp4")) == 120
    assert not any(name.startswith(("scene_3", "scene_4", "final_video")) for name in names)
    told = json.loads((made / "scenes_20260101_090000.json").read_text("utf-8"))
    assert [scene["scene_number"] for scene in told] == [1, 2, 3, 4]
    assert all(len(scene["sound_effects_prompt"].split()) < 30 for scene in told)


def test_a_directory_that_is_there_is_never_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / RUN).mkdir()
    assert script("make_half_finished").main(tmp_path) == 2
    assert list((tmp_path / RUN).iterdir()) == []
    assert "is there already" in capsys.readouterr().err


def test_the_frame_strip_has_one_frame_for_each_part(made: Path) -> None:
    strip = script("frame_strip")
    frames = strip.chosen_frames(made / "scene_1_20260101_090000.mp4", 3, 90)
    assert [image.size for image in frames] == [(160, 90)] * 3
    assert strip.strip(frames).size == (3 * 160 + 2 * strip.GAP, 90)
