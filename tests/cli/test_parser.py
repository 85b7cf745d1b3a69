"""The command line: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import shlex
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidgen_core import layout
from vidgen_core.cli import main
from vidgen_core.cli.parser import parse
from vidgen_core.errors import ExitCode

from .command_lines import COMMANDS, read, refused, visible_options

#: A busy machine is no fault of the code.
unhurried = settings(deadline=None)


# --- what is accepted -----------------------------------------------------------------------


def test_what_is_not_given_is_left_to_the_settings() -> None:
    arguments = read("continue DIR")
    assert vars(arguments) == {
        "command": "continue",
        "directory": "DIR",
        "unused": (),
        "engine": None,
        "model": None,
        "image_generator": None,
        "tts": None,
        "sound_engine": None,
        "frame_host": None,
        "stitcher": None,
        "set": [],
        "skip_narration": None,
        "skip_sound_effects": None,
        "keep_clip_audio": None,
        "require_continuity": None,
        "burn_subtitles": None,
        "font": None,
        "draft": False,
        "first_frame_image_gen": None,
        "initial_image_path": None,
        "initial_image_prompt": None,
        "seed": None,
        "preview": False,
        "dry_run": False,
        "jobs": None,
        "yes": False,
        "no_input": False,
        "max_cost": None,
        "in_doubt": None,
        "patience": None,
        "list_json_files": False,
        "json": False,
        "quiet": False,
        "verbose": False,
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--engine local", {"engine": "local"}),
        ("--engine=local", {"engine": "local"}),
        ("--video-engine local", {"engine": "local"}),
        ("--video_engine local", {"engine": "local"}),
        ("--model claude", {"model": "claude"}),
        ("--image-generator fal", {"image_generator": "fal"}),
        ("--image_generator fal", {"image_generator": "fal"}),
        ("--image-gen-model fal", {"image_generator": "fal"}),
        ("--image_gen_model fal", {"image_generator": "fal"}),
        ("--tts voice", {"tts": "voice"}),
        ("--sound-engine s", {"sound_engine": "s"}),
        ("--sound_engine s", {"sound_engine": "s"}),
        ("--stitcher ffmpeg", {"stitcher": "ffmpeg"}),
        ("--skip-narration", {"skip_narration": True}),
        ("--skip_narration", {"skip_narration": True}),
        ("--narration", {"skip_narration": False}),
        ("--skip-narration --narration", {"skip_narration": False}),
        ("--narration --skip_narration", {"skip_narration": True}),
        ("--skip_sound_effects", {"skip_sound_effects": True}),
        ("--sound-effects", {"skip_sound_effects": False}),
        ("--sound_effects", {"skip_sound_effects": False}),
        ("--first_frame_image_gen", {"first_frame_image_gen": True}),
        ("--first-frame-image-gen", {"first_frame_image_gen": True}),
        ("--no-first-frame-image-gen", {"first_frame_image_gen": False}),
        ("--keep-clip-audio", {"keep_clip_audio": True}),
        ("--drop-clip-audio", {"keep_clip_audio": False}),
        ("--initial-image-path 'a b.png'", {"initial_image_path": "a b.png"}),
        ("--initial_image_path x", {"initial_image_path": "x"}),
        ("--initial_image_prompt 'a %d'", {"initial_image_prompt": "a %d"}),
        ("--list_json_files", {"list_json_files": True}),
        ("--set local.zoom=1=2 --set seed=3", {"set": ["local.zoom=1=2", "seed=3"]}),
        ("--set 'local.text=a\nb'", {"set": ["local.text=a\nb"]}),
        ("--jobs 4", {"jobs": 4}),
        ("--dry-run --json --preview --yes", {"dry_run": True, "json": True, "preview": True}),
        ("--dry_run", {"dry_run": True}),
        ("--seed 0", {"seed": 0}),
        ("--no-input", {"no_input": True}),
        ("--no_input --yes", {"no_input": True, "yes": True}),
        ("--max-cost 20", {"max_cost": 20.0}),
        ("--max_cost=7.50", {"max_cost": 7.5}),
        ("--max-cost 0", {"max_cost": 0.0}),
        ("--patience 90", {"patience": 90.0}),
        ("--patience 90s", {"patience": 90.0}),
        ("--patience 15m", {"patience": 900.0}),
        ("--patience 1.5h", {"patience": 5400.0}),
        ("--patience 2d", {"patience": 172_800.0}),
        ("--in-doubt wait", {"in_doubt": "wait"}),
        ("--in-doubt again", {"in_doubt": "again"}),
        ("--in_doubt skip", {"in_doubt": "skip"}),
        ("--in-doubt adopt=0f-1", {"in_doubt": "adopt=0f-1"}),
        ("--in-doubt adopt=clip-2-1:0f-1", {"in_doubt": "adopt=clip-2-1:0f-1"}),
        ("-q", {"quiet": True}),
        ("-v", {"verbose": True}),
        ("-qv", {"quiet": True, "verbose": True}),
    ],
)
def test_every_option_is_accepted_in_both_spellings(
    options: str, expected: dict[str, object]
) -> None:
    for line in (f"continue DIR {options}", f"continue {options} DIR"):
        arguments = read(line)
        assert arguments.directory == "DIR"
        assert {name: getattr(arguments, name) for name in expected} == expected
    finished = read(f"generate --continue-from-dir DIR {options}")
    assert vars(finished) == vars(read(f"continue DIR {options}"))


@pytest.mark.parametrize("command", ["continue", "status", "undo", "collect", "cost"])
@pytest.mark.parametrize(
    "line", ["DIR", "--directory DIR", "--directory=DIR", "-- DIR", "--json DIR", "DIR --json"]
)
def test_the_directory_may_be_given_in_either_way(command: str, line: str) -> None:
    assert read(f"{command} {line}").directory == "DIR"


@pytest.mark.parametrize("command", ["continue", "status"])
@pytest.mark.parametrize("name", ["-x", "--json", "--", "-1", "a b", "é\udcff", "a\nb", "%d"])
def test_a_directory_of_any_name_may_stand_behind_two_dashes(command: str, name: str) -> None:
    arguments = parse([command, "--", name])
    assert arguments.directory == name
    assert not arguments.json
    assert name == "--" or parse([command, f"--directory={name}"]).directory == name
    assert parse([command, "--json", "--", name]).json


@pytest.mark.parametrize("option", ["--continue-from-dir", "--continue_from_dir"])
def test_generate_with_a_run_is_continue(option: str) -> None:
    line = f"generate {option} DIR --video_engine local --skip_narration"
    assert vars(read(line)) == vars(read("continue DIR --engine local --skip-narration"))


def test_options_of_new_films_are_accepted_and_named_as_unused() -> None:
    line = "generate --continue_from_dir DIR --max_scenes 5 --max-environments 3 --metadata_only"
    arguments = read(f"{line} --script_file s.txt")
    assert arguments.command == "continue"
    expected = ("--script-file", "--metadata-only", "--max-scenes", "--max-environments")
    assert arguments.unused == expected


@pytest.mark.parametrize("line", ["s.txt", "--script_file s.txt", "--script-file=s.txt"])
def test_a_script_is_given_by_place_or_by_option(line: str) -> None:
    arguments = read(f"generate {line} --max_scenes 2 --aspect 1:1")
    assert (arguments.command, arguments.script) == ("generate", "s.txt")
    assert (arguments.directory, arguments.max_scenes, arguments.aspect) == (None, 2, "1:1")
    assert arguments.output_dir == layout.RUNS


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--scene 3", {"scene": (3,), "only": None}),
        ("--scene 3,5-7", {"scene": (3, 5, 6, 7)}),
        ("--scene 7 --scene=5-6,5", {"scene": (5, 6, 7)}),
        ("--scene 2 --only first-frame", {"scene": (2,), "only": "first-frame"}),
        ("--stale --only clip", {"scene": (), "stale": True, "only": "clip"}),
        ("--failed", {"failed": True, "stale": False}),
        ("--give-up j-1", {"give_up": "j-1", "failed": False, "scene": ()}),
        ("--scene 1 --engine local --set a.b=1", {"engine": "local", "set": ["a.b=1"]}),
        ("--scene 1 --max-cost 3 --no-input --patience 1h", {"max_cost": 3.0, "patience": 3600.0}),
        ("--scene 1 --yes --dry-run --jobs 2", {"yes": True, "dry_run": True, "jobs": 2}),
    ],
)
def test_redo_says_what_is_made_again(line: str, expected: dict[str, object]) -> None:
    arguments = read(f"redo DIR {line}")
    assert arguments.directory == "DIR"
    assert {name: getattr(arguments, name) for name in expected} == expected


@pytest.mark.parametrize("command", ["redo --scene 1", "undo", "collect", "cost"])
def test_a_command_in_a_run_says_all_that_a_run_asks_for(command: str) -> None:
    arguments = vars(read(f"{command} DIR"))
    asked = {"set", "initial_image_path", "in_doubt", "draft", "preview", "yes", "max_cost"}
    assert asked | {"quiet", "verbose", "json", "list_json_files", "patience"} <= set(arguments)


def test_plugins_takes_no_directory() -> None:
    expected = {"command": "plugins", "json": True, "verbose": False}
    assert vars(read("plugins --json")) == expected


def test_what_is_done_about_a_key_is_said_with_its_name() -> None:
    for action in ("set", "rm", "check"):
        arguments = read(f"keys {action} --json FAL_KEY")
        assert (arguments.action, arguments.name, arguments.json) == (action, "FAL_KEY", True)
    assert read("keys list").name is None


def test_a_service_is_asked_only_where_that_is_wished() -> None:
    assert (read("doctor").online, read("doctor --online").online) == (False, True)
    assert read("models claude").provider == "claude"


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "vidgen: error: the following arguments are required: COMMAND"),
        ("continue", "vidgen continue: error: the run's directory is missing"),
        ("status --json", "vidgen status: error: the run's directory is missing"),
        ("continue ''", "vidgen continue: error: the run's directory is missing"),
        (
            "generate --continue-from-dir ''",
            "vidgen generate: error: the run's directory is missing",
        ),
        ("continue A B", "vidgen continue: error: 'B' is one argument too many"),
        ("plugins A", "vidgen plugins: error: 'A' is one argument too many"),
        ("doctor A", "vidgen doctor: error: 'A' is one argument too many"),
        ("keys set", "vidgen keys: error: say which key: vidgen keys set NAME"),
        ("keys rm ''", "vidgen keys: error: say which key: vidgen keys rm NAME"),
        ("keys list A", "vidgen keys: error: keys list takes no name: it lists them all"),
        ("keys set A --jsn", "vidgen keys: error: there is no option --jsn; did you mean --json?"),
        (
            "continue A --directory B",
            "vidgen continue: error: give the directory once: either DIR or --directory DIR",
        ),
        (
            "generate",
            "vidgen generate: error: the script is missing: vidgen generate SCRIPT",
        ),
        (
            "generate S --script-file T",
            "vidgen generate: error: give the script once: either SCRIPT or --script-file FILE",
        ),
        (
            "generate S --continue-from-dir D",
            "vidgen generate: error: give either SCRIPT or --continue-from-dir DIR",
        ),
        (
            "continue D --engin local",
            "vidgen continue: error: there is no option --engin; did you mean --engine?",
        ),
        (
            "continue D --skip_naration",
            "vidgen continue: error: there is no option --skip_naration; "
            "did you mean --skip-narration?",
        ),
        ("status D --wombat=1", "vidgen status: error: there is no option --wombat"),
        ("status D --bogus", "vidgen status: error: there is no option --bogus"),
        (
            "continue D --aspect-ratio 1:1",
            "vidgen continue: error: there is no option --aspect-ratio",
        ),
        *[
            (f"generate S {word}", f"vidgen generate: error: there is no option {word}; {meant}")
            for word, meant in (
                ("--aspect-ratio", "did you mean --aspect?"),
                ("--no-narration", "did you mean --skip-narration?"),
                ("--output", "did you mean --output-dir?"),
                ("--dryrun", "did you mean --dry-run?"),
                ("-draft", "did you mean --draft?"),
            )
        ],
        ("generate S --skip", "vidgen generate: error: there is no option --skip"),
        *[
            (
                f"{command} {word}=1",
                f"vidgen {command.split()[0]}: error: there is no option {word} here: it is an "
                f"option of vidgen {having}",
            )
            for command, word, having in (
                ("status D", "--scene", "redo, log"),
                ("continue D", "--aspect", "generate"),
                ("log D", "--max_cost", "continue, generate, redo"),
            )
        ],
        *[
            (f"{word} D", f"vidgen: error: there is no command '{word}'; did you mean {meant}?")
            for word, meant in (("sttus", "status"), ("gen", "generate"), ("contineu", "continue"))
        ],
        ("continue D -z", "vidgen continue: error: there is no option -z"),
        ("continue D --engine", "vidgen continue: error: argument --engine: expected one argument"),
        (
            "continue D --engine ''",
            "vidgen continue: error: argument --engine: it must not be empty",
        ),
        (
            "continue D --json=1",
            "vidgen continue: error: argument --json: ignored explicit argument '1'",
        ),
        (
            "continue D --set local.zoom",
            "vidgen continue: error: argument --set: 'local.zoom' is not PROVIDER.OPTION=VALUE",
        ),
        (
            "continue D --set =1",
            "vidgen continue: error: argument --set: '=1' is not PROVIDER.OPTION=VALUE",
        ),
        *[
            (
                f"continue D --jobs={text}",
                f"vidgen continue: error: argument --jobs: '{text}' is not a whole number "
                "from 1 to 256",
            )
            for text in ("0", "-1", "1.5", "two", "٣", "257", "9" * 30)
        ],
        *[
            (
                f"continue D {option}=--",
                f"vidgen continue: error: argument {option}: expected one argument",
            )
            for option in ("--tts", "--set")
            if sys.version_info < (3, 13)  # later ones take such a value as it stands
        ],
        *[
            (
                f"continue D --max-cost={text}",
                f"vidgen continue: error: argument --max-cost: '{text}' is no amount in dollars: "
                "20 or 7.50, for example",
            )
            for text in ("-1", "nan", "inf", "1e9", "$5", "1,50", "٣")
        ],
        *[
            (
                f"continue D --patience={text}",
                f"vidgen continue: error: argument --patience: '{text}' is no time: "
                "90s, 15m, 8h, 2d, or a number of seconds",
            )
            for text in ("-1", "8hours", "1w", "soon", "h")
        ],
        (
            "continue D --patience 31d",
            "vidgen continue: error: argument --patience: '31d' is more than 30 days",
        ),
        *[
            (
                f"continue D --in-doubt={text}",
                f"vidgen continue: error: argument --in-doubt: '{text}' is none of wait, again, "
                "skip, adopt=JOB, adopt=OUTPUT:JOB (such as adopt=clip-2-1:JOB)",
            )
            for text in ("buy", "adopt", "adopt=", "adopt=clip-2-1:", "adopt=:x", "wait=1")
        ],
        (
            "generate S --in-doubt again",
            "vidgen generate: error: argument --in-doubt: nothing of a new film is in doubt",
        ),
        (
            "redo D",
            "vidgen redo: error: say what is made again: --scene N, --stale, --failed or --give-up",
        ),
        *[
            (
                f"redo D --scene={text}",
                f"vidgen redo: error: argument --scene: '{text}' names no scenes: 3 or 3,5-7, "
                "for example",
            )
            for text in ("0", "-1", "3,", "1-2-3", "a", "01")
        ],
        ("redo D --scene 7-5", "vidgen redo: error: argument --scene: '7-5' begins after its end"),
        (
            "redo D --scene 1-999999999",
            "vidgen redo: error: argument --scene: '1-999999999' is more than 1000 scenes",
        ),
        (
            "redo D --stale --only sound",
            "vidgen redo: error: --stale is about clips: it goes with --only clip alone",
        ),
        ("redo D --give-up=", "vidgen redo: error: argument --give-up: it must not be empty"),
        *[
            (
                f"redo D --give-up=j {words}",
                "vidgen redo: error: --give-up is about one job: it goes without --scene and "
                "--only",
            )
            for words in ("--scene 1", "--only clip")
        ],
        (
            "redo D --stale --failed",
            "vidgen redo: error: give one of --stale, --failed and --give-up",
        ),
        (
            "continue D --seed=-1",
            "vidgen continue: error: argument --seed: '-1' is not a whole number "
            "from 0 to 2147483647",
        ),
    ],
)
def test_a_bad_command_line_is_refused_with_usage_and_one_line(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(line, capsys) == told
    assert main(shlex.split(line)) == ExitCode.USAGE


@pytest.mark.parametrize("path", ["--initial-image-path", "--initial_image_path"])
@pytest.mark.parametrize("prompt", ["--initial-image-prompt", "--initial_image_prompt"])
def test_the_initial_image_is_a_path_or_a_prompt_and_not_both(
    path: str, prompt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = refused(f"continue D {path} a.png {prompt} text", capsys)
    assert told.endswith(f"argument {prompt}: not allowed with argument {path}")
    told = refused(f"generate --continue_from_dir D {prompt} text {path} a.png", capsys)
    assert told.endswith(f"argument {path}: not allowed with argument {prompt}")


def test_an_unknown_command_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for word in ("frob", ""):
        told = refused(f"'{word}' DIR", capsys)
        assert told.startswith(f"vidgen: error: there is no command '{word}'; there are ")
        assert set(told.partition("there are ")[2].split(", ")) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_may_be_abbreviated(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = visible_options(command, capsys)
    alone = {"plugins": "", "doctor": "", "keys": "list", "generate": "--continue-from-dir D"}
    given = alone.get(command, "D")
    for name in names:
        short = name[:-1]
        assert short not in names
        told = refused(f"{command} {given} {short}", capsys)
        assert told.startswith(f"vidgen {command}: error: there is no option {short}")


def test_every_skip_has_its_opposite(capsys: pytest.CaptureFixture[str]) -> None:
    names = visible_options("continue", capsys)
    skips = [name for name in names if name.startswith("--skip-")]
    assert skips == ["--skip-narration", "--skip-sound-effects"]
    assert all(name.replace("--skip-", "--") in names for name in skips)


@unhurried
@given(st.lists(st.text(max_size=8) | st.sampled_from(["continue", "status", "--", "--json"])))
def test_any_command_line_is_read_or_refused_with_2(words: list[str]) -> None:
    try:
        arguments = parse(words)
    except SystemExit as end:
        code = end.code
    else:
        assert arguments.command in COMMANDS
        return
    assert code in (0, 2)
