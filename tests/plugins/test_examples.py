"""The hooks' examples are plugins: each is admitted, and together they make a film."""

from __future__ import annotations

import inspect
import json
import logging
import textwrap
from pathlib import Path

import pytest

from vidgen_core import Context, Kind, hookspecs
from vidgen_core.cli import main
from vidgen_core.plugins import load
from vidgen_core.probe import probe
from vidgen_core.specs import ProviderKind

from ..run_directories import add_scene, begin
from .distributions import Install, of

HOOKS = [name for name in vars(hookspecs) if name.startswith("vidgen_")]
OBSERVERS = ("vidgen_plan_ready", "vidgen_task_done")

#: The provider of each hook's example, and the option that asks for it.
CHOSEN = {
    "vidgen_script_models": ("--model", "lines"),
    "vidgen_video_engines": ("--engine", "night"),
    "vidgen_speech_engines": ("--tts", "hum"),
    "vidgen_sound_engines": ("--sound-engine", "silence"),
    "vidgen_stitchers": ("--stitcher", "cutter"),
}
DRAWN = ("--image-generator", "navy", "--first-frame-image-gen", "--yes")


def example(hook: str) -> str:
    """The example in a hook's documentation, as a module."""
    _, _, found = str(inspect.getdoc(getattr(hookspecs, hook))).partition("Example::\n")
    return textwrap.dedent(found)


def distribution(hook: str) -> str:
    return hook.replace("_", "-")


def chosen(*hooks: str) -> list[str]:
    return [word for hook in hooks or CHOSEN for word in CHOSEN[hook]]


def made_by(root: Path) -> dict[str, str]:
    """Who made each output, by the run's journal."""
    lines = (root / ".vidgen/journal.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return {
        record["key"]: record["file"].get("distribution", "")
        for record in records
        if record["kind"] == "published"
    }


@pytest.fixture
def examples(
    install: Install, monkeypatch: pytest.MonkeyPatch, nothing_of_this_machine: None
) -> None:
    """All examples, each a distribution of its own."""
    for hook in HOOKS:
        install(distribution(hook), example(hook))
    monkeypatch.setenv("NAVY_API_KEY", "k")


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_each_hook_is_admitted(install: Install, hook: str) -> None:
    install("vidgen-example", example(hook))
    registry = load()
    assert not [f for f in registry.failures if f.distribution == "vidgen-example"]
    assert len(of(registry, "vidgen-example")) == (0 if hook in OBSERVERS else 1)


@pytest.mark.usefixtures("examples")
def test_the_examples_make_a_film_from_a_script(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "script.txt").write_text("A boat puts out.\n\nIt comes home.\n")
    small = ("--resolution", "96x64", "--max-environments", "1")
    with caplog.at_level(logging.INFO, "diary"):
        code = main(["generate", str(tmp_path / "script.txt"), *small, *chosen(), *DRAWN])
    out, err = capsys.readouterr()
    assert code == 0, err
    film = Path(out.strip())
    by = {step: distribution(hook) for hook, steps in MAKES.items() for step in steps}
    found = made_by(film.parent)
    assert by.items() <= found.items()
    assert set(found.values()) - set(by.values()) == {"vidgen-core"}
    facts = probe(film, Kind.VIDEO)
    assert (facts.frames, facts.has_audio) == (2 * 5 * 24, True)
    diary = [record.getMessage() for record in caplog.records if record.name == "diary"]
    assert f"film: {film.name}" in diary, "an observer saw the end"
    assert [line for line in diary if line.endswith("tasks to do")], "and a plan"


#: What each example makes of a script with two lines.
MAKES = {
    "vidgen_script_models": ("environments", "scenes-without-environment", "scenes"),
    "vidgen_video_engines": ("clip-1-1", "clip-2-1"),
    "vidgen_image_generators": ("first-frame-1", "first-frame-2"),
    "vidgen_speech_engines": ("scene-narration-1", "scene-narration-2"),
    "vidgen_sound_engines": ("sound-1", "sound-2"),
    "vidgen_stitchers": ("scene-1", "scene-2", "narration", "narration-adjusted", "film"),
}


@pytest.mark.usefixtures("examples")
def test_the_examples_narrate_a_film_whose_scenes_have_no_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = begin(tmp_path, 2, seconds=1.0)
    for number in (1, 2):
        add_scene(root, number, 1.0)
    hooks = ("vidgen_script_models", "vidgen_speech_engines", "vidgen_stitchers")
    code = main(["continue", str(root), *chosen(*hooks), "--skip-sound-effects"])
    out, err = capsys.readouterr()
    assert code == 0, err
    found = made_by(root)
    expected = ("narration-text", "narration", "narration-adjusted")
    assert [found[step] for step in expected] == [distribution(hook) for hook in hooks]
    assert abs(probe(Path(out.strip()), Kind.VIDEO).seconds - 2.0) < 0.1


@pytest.mark.usefixtures("examples")
def test_the_example_of_a_frame_host_gives_the_picture_a_url(tmp_path: Path) -> None:
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"pixels")
    host = load().find(ProviderKind.FRAME_HOST, "data-url").spec.factory(_context())
    assert host.publish(picture) == "data:image/jpeg;base64,cGl4ZWxz"


@pytest.mark.usefixtures("examples")
def test_the_example_of_an_executor_runs_the_work() -> None:
    here = load().find(ProviderKind.EXECUTOR, "here").spec.factory(_context())
    assert here.run(lambda: "done") == "done"


def _context() -> Context:
    return Context(options=None, media=None)  # type: ignore[arg-type]
