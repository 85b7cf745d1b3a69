"""The JSON that programs read is the one that is documented."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vidgen_core.plan import Decision, Why
from vidgen_core.report import as_json, text

from .command_line import PICTURES_ONLY, vidgen
from .looks import ENGINE, look
from .run_directories import add_clip, add_scene, begin, newer_run, put
from .run_paths import TS

pytestmark = pytest.mark.usefixtures("nothing_of_this_machine")

PAGE = (Path(__file__).parents[1] / "docs" / "json.md").read_text("utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]

PLUGIN = """
from vidgen_core import VideoEngineSpec, hookimpl

class Engine:
    def __init__(self, context):
        pass

    def render(self, request, into, progress):
        raise RuntimeError("a slip of the pen")

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(name="clumsy", summary="fails", factory=Engine, lengths=(5,))
"""


def shape(value: Any) -> Any:
    """The keys of all objects in *value* and the kinds of what they hold."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "text" if isinstance(value, str) else type(value).__name__


def first(items: list[dict[str, Any]], where: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return next(item for item in items if where(item))


def pruned(state: dict[str, Any]) -> dict[str, Any]:
    """*state* with one example of each list, as the page has it."""
    scenes = [first(state["scenes"], lambda scene: scene["complete"])]
    tasks = [first(state["tasks"], lambda each: each["id"] == "clip-2-1")]
    tasks[0]["reasons"] = [first(tasks[0]["reasons"], lambda each: each["code"] == "missing")]
    return {**state, "scenes": scenes, "tasks": tasks}


def test_the_example_of_a_plan_has_the_keys_that_are_printed(tmp_path: Path) -> None:
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    put(root / f"scene_2_{TS}.mp4", b"")
    add_scene(root, 9)
    words = ("--engine", "local", "--skip-sound-effects")
    plan = vidgen("continue", root, *words, "--dry-run", "--json", home=tmp_path).json
    documented = EXAMPLES[0]
    assert shape(pruned(plan)) == shape(documented)
    status = vidgen("status", root, "--json", home=tmp_path).json
    assert list(status) == list(documented)
    assert {each["code"] for scene in documented["scenes"] for each in scene["reasons"]} <= {
        why.name.lower().replace("_", "-") for why in Why
    }


def test_the_example_of_an_end_has_the_keys_that_are_printed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    put(site / "clumsy.py", PLUGIN.encode())
    facts = site / "vidgen_dear-1.2.dist-info"
    put(facts / "METADATA", b"Metadata-Version: 2.1\nName: vidgen-dear\nVersion: 1.2\n")
    put(facts / "entry_points.txt", b"[vidgen]\nclumsy = clumsy\n")
    root = begin(tmp_path, 2)
    add_clip(root, 1, 1)
    path = os.pathsep.join([str(Path(__file__).parents[1]), str(site)])
    words = ("continue", root, "--engine", "clumsy", "--json", "--list-json-files", *PICTURES_ONLY)
    ended = vidgen(*words, home=tmp_path, environ={"PYTHONPATH": path})
    assert ended.code == 3
    _, end, listed, *_ = EXAMPLES
    state = ended.json
    assert shape({key: state[key] for key in end}) == shape(end)
    assert state["made"] == end["made"]
    assert state["errors"][0]["error"] == end["errors"][0]["error"]
    assert shape(state["json_files"]) == shape(listed["json_files"])
    assert set(state) == {*EXAMPLES[0], *end, *listed}


def test_what_a_reason_is_about_is_an_id_in_json(tmp_path: Path) -> None:
    opened, plan = look(begin(tmp_path, 1), skip_narration=True, skip_sound_effects=True)
    film = as_json.state(opened, plan)["tasks"][-1]
    waits = first(film["reasons"], lambda each: each["code"] == "waits-for")
    assert waits["input"] in {task.key.id for task in plan.tasks}
    json.loads(as_json.dump(as_json.state(opened, plan)))


def test_every_decision_is_documented() -> None:
    assert all(f"`{decision.value}`" in PAGE for decision in Decision)


def test_the_json_of_plugins_has_the_documented_keys(tmp_path: Path) -> None:
    listed = vidgen("plugins", "--json", home=tmp_path).json
    described = PAGE.partition("## `vidgen plugins --json`")[2]
    assert {"schema", "providers", "failures"} == set(listed)
    for key in (*listed["providers"][0], "failures"):
        assert f"`{key}`" in described


def test_the_same_directory_gives_the_same_text_and_json(tmp_path: Path) -> None:
    root = newer_run(tmp_path)
    first_look, second_look = look(root, **ENGINE), look(root, **ENGINE)
    assert as_json.dump(as_json.state(*first_look)) == as_json.dump(as_json.state(*second_look))
    assert text.analysis(*first_look) == text.analysis(*second_look)
