"""``docs/from-the-old-scripts.md`` is true: every command line on it is run or read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from vidgen_core.cli.parser import parse
from vidgen_core.plugins import load

from .command_line import Ended, vidgen
from .extent import some
from .generate_runs import script_file
from .run_directories import newer_run, picture, put

pytest.importorskip("vidgen_local")

PAGE = (Path(__file__).parents[1] / "docs/from-the-old-scripts.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(python [^`]+)` \| `(vidgen [^`]+)` \|$", PAGE, re.MULTILINE)
RUN = "generated_videos/video_20250131_120000"
PICTURE = "a picture of mine.jpg"
PAID = {"luma", "ltx", "fal", "claude", "gemini", "elevenlabs"}

#: Every option of the old scripts.
OLD_OPTIONS = {
    *("--continue_from_dir", "--directory", "--model", "--video_engine", "--image_gen_model"),
    *("--metadata_only", "--script_file", "--skip_narration", "--skip_sound_effects"),
    *("--max_scenes", "--max_environments", "--initial_image_path", "--initial_image_prompt"),
    *("--first_frame_image_gen", "--list_json_files"),
}

each_row = pytest.mark.parametrize(("old", "new"), ROWS, ids=[new for _, new in ROWS])
FREE = [new for _, new in ROWS if not PAID & set(shlex.split(new))]
DEAR = [new for _, new in ROWS if PAID & set(shlex.split(new))]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Somebody with a script, a picture, and a film that the old scripts began."""
    script_file(tmp_path)
    put(tmp_path / "first.png", picture(1))
    begun = newer_run(tmp_path / "elsewhere")
    (begun / PICTURE).unlink()
    begun.rename(made(tmp_path / RUN))
    return tmp_path


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def run(home: Path, line: str, *more: str) -> Ended:
    return vidgen(*shlex.split(line)[1:], *more, home=home)


def test_the_page_shows_every_option_of_the_old_scripts() -> None:
    shown = {word for old, _ in ROWS for word in shlex.split(old) if word.startswith("--")}
    assert shown == OLD_OPTIONS
    assert len(ROWS) == PAGE.count("| `python ")
    assert {*FREE, *DEAR} == {new for _, new in ROWS}


@each_row
def test_the_new_line_means_what_the_old_one_said(old: str, new: str) -> None:
    _, script, *words = shlex.split(old)
    command = shlex.split(new)[1]
    assert script in ("video_generation.py", "continue_video_example.py")
    wanted = vars(parse(shlex.split(new)[1:]))
    assert vars(parse([_command_for(script, command), *words])) == wanted
    assert "_" not in "".join(word for word in shlex.split(new) if word.startswith("--"))


def _command_for(script: str, command: str) -> str:
    """The old options are typed behind this command; one of the scripts had no other."""
    return "generate" if script == "video_generation.py" else command


@pytest.mark.parametrize("line", some(FREE, 2))
def test_a_line_without_a_paid_provider_is_run_as_it_stands(home: Path, line: str) -> None:
    small = ("--resolution", "96x64") if " generate " in line else ()
    fewer = ("--max-scenes", "1") if small and "--max-scenes" not in line else ()
    ended = run(home, line, *small, *fewer)
    assert ended.code == 0, ended.err
    if "--list-json-files" in line:
        assert "scenes_" in ended.out
        return
    (root,) = (path for path in (home / "generated_videos").iterdir() if path != home / RUN)
    assert list(root.glob("scenes_*.json"))
    films = list(root.glob("final_video_*.mp4"))
    assert bool(films) is ("--metadata-only" not in line)
    assert bool(list(root.glob("narration_audio_*.mp3"))) is (
        bool(films) and "--skip-narration" not in line
    )


@pytest.mark.parametrize("line", some(DEAR, 2))
def test_a_line_with_a_paid_provider_tells_its_price_and_asks_for_its_key(
    home: Path, line: str
) -> None:
    installed = {loaded.name for loaded in load().providers}
    if missing := PAID & set(shlex.split(line)) - installed:
        pytest.skip(f"{', '.join(missing)} is not installed")
    shown = run(home, line, "--dry-run")
    assert shown.code == 0, shown.err
    assert "$" in shown.out + shown.err
    ended = run(home, line, "--yes")
    assert ended.code == 4, ended.err
    assert "vidgen keys set" in ended.words


def test_a_picture_for_luma_needs_somebody_who_hosts_it(home: Path) -> None:
    for name in ("vidgen_luma", "vidgen_ltx"):
        pytest.importorskip(name)
    put(home / RUN / PICTURE, picture(1))
    (with_a_host,) = re.findall(r"`(--engine luma --frame-host \w+)`", PAGE)
    line = f"vidgen continue {RUN} {with_a_host}"
    assert "--frame-host NAME" in run(home, line.partition(" --frame")[0], "--dry-run").words
    assert run(home, line, "--dry-run").code == 0


def test_every_key_of_the_page_is_one_that_a_provider_takes() -> None:
    named = set(re.findall(r"`([A-Z_]+_KEY)`", PAGE))
    assert len(named) == 7
    distributions = {loaded.distribution for loaded in load().providers}
    wanted = {f"vidgen-{name}" for name in ("luma", "ltx", "claude", "gemini", "elevenlabs")}
    if not wanted <= distributions:
        pytest.skip(f"{', '.join(sorted(wanted - distributions))} is not installed")
    taken = {name for loaded in load().providers for name in loaded.spec.keys}
    assert named <= taken
