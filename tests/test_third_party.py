"""A third party's engine, with files of its own naming: installed, used, and uninstalled."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from attrs import frozen

from .command_line import PICTURES_ONLY, Ended, pip_install, vidgen
from .run_directories import FPS, add_scene, begin, colour, contents, frames, is_near
from .run_paths import TS

PROJECT = Path(__file__).parent / "data" / "vidgen-webm"
ROOT = Path(__file__).parents[1]


@frozen(kw_only=True)
class Run:
    """A run whose second scene the third party rendered and whose third is still missing."""

    root: Path
    home: Path
    site: Path
    ended: Ended

    def vidgen(self, *arguments: str | Path, plugin: bool) -> Ended:
        """Run the command where the distribution is installed, or where it is not."""
        return vidgen(*arguments, home=self.home, environ=python_path(self.site, plugin=plugin))


def python_path(site: Path, *, plugin: bool) -> dict[str, str]:
    """The uninstalled distribution is one whose place is not on the path."""
    places = [str(ROOT), *([str(site)] if plugin else [])]
    return {"PYTHONPATH": os.pathsep.join(places)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip installed the distribution, from a copy of its source."""
    folder = tmp_path_factory.mktemp("third-party")
    project = shutil.copytree(PROJECT, folder / "project")
    pip_install(project, folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def run(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    root = begin(home, 2, seconds=2)
    add_scene(root, 1, 2)
    environ = python_path(site, plugin=True)
    ended = vidgen("continue", root, "--engine", "webm", *PICTURES_ONLY, home=home, environ=environ)
    # The story grows by a scene after that.
    path = root / f"scenes_{TS}.json"
    scenes = json.loads(path.read_text())
    path.write_text(json.dumps([*scenes, {**scenes[1], "scene_number": 3}]))
    return Run(root=root, home=home, site=site, ended=ended)


CLIP = f"webm_{TS}/s2_c1_{TS}.webm"


def test_an_installed_distribution_is_listed_with_its_patterns(site: Path, tmp_path: Path) -> None:
    environ = python_path(site, plugin=True)
    listed = vidgen("plugins", "--json", home=tmp_path, environ=environ).json["providers"]
    (webm,) = [provider for provider in listed if provider["name"] == "webm"]
    assert (webm["distribution"], webm["version"]) == ("vidgen-webm", "0.3")
    assert "s{scene}_c{clip}_{timestamp}.webm" in json.dumps(webm)


def test_its_engine_is_used_and_writes_its_own_files(run: Run) -> None:
    assert run.ended.code == 0, run.ended.err
    assert CLIP in contents(run.root)
    assert run.ended.out == f"{run.root}/final_video_{TS}.mp4\n"
    film = frames(run.root / f"final_video_{TS}.mp4")
    assert len(film) >= 4 * FPS
    assert is_near(film[2 * FPS], colour(1), 14), "the new clip starts where the old scene ended"


def test_the_run_remembers_its_patterns(run: Run) -> None:
    remembered = json.loads((run.root / ".vidgen" / "patterns.json").read_text())
    (entry,) = remembered["patterns"]
    assert entry["pattern"] == "webm_{timestamp}/s{scene}_c{clip}_{timestamp}.webm"
    assert (entry["step"], entry["distribution"], entry["version"]) == (
        "clip",
        "vidgen-webm",
        "0.3",
    )


def test_uninstalled_its_clips_still_count_and_another_engine_goes_on(run: Run) -> None:
    status = run.vidgen("status", run.root, "--json", plugin=False).json
    decided = {task["id"]: task["decision"] for task in status["tasks"]}
    assert decided["scene-2"] == "keep"
    assert decided["clip-3-1"] == "blocked"
    bare = run.vidgen("continue", run.root, plugin=False)
    assert bare.code == 2
    assert "webm, which this run used, is not installed" in bare.words
    before = contents(run.root)
    (run.root / f"scene_2_{TS}.mp4").unlink()
    ended = run.vidgen("continue", run.root, "--engine", "local", "--json", plugin=False)
    assert ended.code == 0, ended.err
    made = ended.json["made"]
    assert f"scene_2_{TS}.mp4" in made, "it is joined again from the clip that still counts"
    clips = [path for path in made if "_vid_1_2" in path or path.endswith(".webm")]
    assert clips == [f"scene_3_all_vid_{TS}/scene_3_vid_1_{TS}.mp4"]
    assert contents(run.root)[CLIP] == before[CLIP]
    assert len(frames(run.root / f"final_video_{TS}.mp4")) == 6 * FPS


def test_without_plugin_and_without_vidgens_folder_nothing_is_known_of_it(
    run: Run, tmp_path: Path
) -> None:
    root = shutil.copytree(run.root, tmp_path / run.root.name)
    (root / f"scene_2_{TS}.mp4").unlink()
    shutil.rmtree(root / ".vidgen")
    words = ("continue", root, "--engine", "local", *PICTURES_ONLY, "--dry-run", "--json")
    without = run.vidgen(*words, plugin=False).json["tasks"]
    assert ("clip-2-1", "make") in [(task["id"], task["decision"]) for task in without]
    with_it = run.vidgen(*words, plugin=True).json["tasks"]
    assert ("clip-2-1", "keep") in [(task["id"], task["decision"]) for task in with_it]
