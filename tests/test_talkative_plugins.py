"""A plugin may print and may be at fault: results stay results, and its authors are helped."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import pytest

from vidgen_core.cli import main

from .plugins.distributions import write_distribution
from .run_directories import add_scene, begin, video
from .run_paths import TS

PLUGIN = """
import threading
from pathlib import Path
from vidgen_core import FREE, OUTPUT, Price, Step, VideoEngineSpec, hookimpl

print("TALK: import")
CLIP = Path(__file__).with_name("clip.mp4")

class Engine:
    def __init__(self, context):
        print("TALK: factory")

    def render(self, request, into, progress):
        print("TALK: render")
        thread = threading.Thread(target=print, args=("TALK: thread",))
        thread.start()
        thread.join()
        into.write_bytes(CLIP.read_bytes())

class Clumsy(Engine):
    def render(self, request, into, progress):
        raise RuntimeError("a slip of the pen")

class Dear:
    def __init__(self, context):
        pass

    def submit(self, request, token):
        raise RuntimeError("a slip of the pen")

def cost(request, options):
    return Price(0.1, 0.1)

def price(request, options):
    print("TALK: price")
    return FREE

def split(seconds, options):
    print("TALK: split")
    return (1.0,)

def engine(name, factory):
    return VideoEngineSpec(
        name=name, summary="talks", factory=factory, lengths=(1,), price=price, split=split
    )

@hookimpl
def vidgen_video_engines():
    print("TALK: hook")
    yield engine("talker", Engine)
    yield engine("clumsy", Clumsy)
    yield VideoEngineSpec(name="dear", summary="costs", factory=Dear, lengths=(1,), price=cost)

@hookimpl
def vidgen_plan_ready(plan):
    print("TALK: observer")
"""

OPTIONS = ("--skip-narration", "--skip-sound-effects")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing_of_this_machine: None) -> Path:
    """A run whose second scene is missing, and an installed plugin that prints all the time."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "clip.mp4").write_bytes(video(2))
    module = write_distribution(site, "vidgen-talker", textwrap.dedent(PLUGIN))
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, module, raising=False)
    root = begin(tmp_path, 2)
    add_scene(root, 1)
    return root


def test_standard_output_holds_the_result_alone_whatever_a_plugin_prints(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(root), "--engine", "talker", *OPTIONS]
    assert main(["continue", *words, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["finished"] is False
    assert main(["continue", *words]) == 0
    out, err = capsys.readouterr()
    assert out == f"{root}/final_video_{TS}.mp4\n"
    for place in ("hook", "factory", "price", "split", "render", "thread", "observer"):
        assert f"TALK: {place}\n" in err
    (root / f"scene_1_{TS}.mp4").unlink()
    assert main(["status", str(root), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["finished"] is False
    assert main(["continue", str(root), "--engine", "nobody", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["exit_code"] == 2


@pytest.mark.parametrize("way", ["flag", "variable", ""])
def test_a_plugins_bug_shows_its_traceback_to_those_who_ask(
    way: str, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if way == "variable":
        monkeypatch.setenv("VIDGEN_DEBUG", "1")
    flag = ["-v"] if way == "flag" else []
    assert main(["continue", str(root), "--engine", "clumsy", *OPTIONS, *flag]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert ('raise RuntimeError("a slip of the pen")' in err) is bool(way)
    assert "vidgen-talker 1.0: making scene 2 clip 1 raised RuntimeError: a slip" in err
    assert "bug in vidgen" not in err


@pytest.mark.parametrize("flag", [["-v"], []])
def test_so_does_one_that_leaves_paid_work_in_doubt(
    flag: list[str], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["continue", str(root), "--engine", "dear", "--yes", *OPTIONS, *flag]) == 10
    err = capsys.readouterr().err
    assert ('raise RuntimeError("a slip of the pen")' in err) is bool(flag)
    assert "it is not known whether dear took scene 2 clip 1 (vidgen-talker 1.0: submit" in err
