"""The command line, as data. Only the standard library is imported here.

Every option of the scripts that came before is accepted in their spelling too
(``--video_engine``); ``--help`` shows one spelling of each.
"""

from __future__ import annotations

import re
from argparse import SUPPRESS, Action, ArgumentParser, ArgumentTypeError, Namespace
from argparse import RawDescriptionHelpFormatter as Formatter
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol

#: More than this at once is a slip of the finger.
MOST_JOBS = 256
LARGEST_SEED = 2**31 - 1
MOST_SCENES = 1000
ASPECTS = ("16:9", "9:16", "1:1")
#: Where new films are made; the same as in layout, which takes longer to import.
RUNS = "generated_videos"

_EPILOG = """\
Examples:
  vidgen generate script.txt
  vidgen status DIR
  vidgen continue DIR --dry-run
  vidgen continue DIR --engine local

A command's own help: vidgen COMMAND --help
"""

_CONTINUE = """\
Finish the film of a run that was interrupted. What is
whole is kept, only what is missing is made, and all of it
is joined. The path of the film is printed.
"""

_CONTINUE_EPILOG = """\
Examples:
  vidgen continue DIR --dry-run
  vidgen continue DIR --engine local --skip-narration
  vidgen continue DIR --set local.grain=1.2

Options that are given are kept for the run. A name that
begins with a dash: vidgen continue -- -DIR
"""

_GENERATE = """\
Make a film from a script: scenes, pictures, narration and
sound, in a new directory video_TIMESTAMP. The path of the
film is printed. vidgen continue goes on with it after an
interruption.
"""

_GENERATE_EPILOG = """\
Examples:
  vidgen generate script.txt
  vidgen generate script.txt --dry-run --max-scenes 8
  vidgen generate - --aspect 9:16 < script.txt

Without --engine the film is made on this machine by the
provider "local". --continue-from-dir DIR is the same as
vidgen continue DIR.
"""

_STATUS = """\
Say what a run directory holds and what is missing, as
continue sees it. Nothing is written.
"""

_PLUGINS = """\
List the providers that are installed, the keys they need,
and what could not be loaded.
"""


class _Parts(Protocol):
    """A parser, or a group of its options."""

    def add_argument(self, *names: str, **settings: Any) -> Action: ...


class _Version(Action):
    """Print the version; it is looked up only when it is asked for."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        import vidgen_core

        print(f"vidgen {vidgen_core.__version__}")
        parser.exit(0)


def build_parser() -> ArgumentParser:
    """Return the parser of ``vidgen``; :func:`parse` also checks what it cannot express."""
    parser = ArgumentParser(
        prog="vidgen",
        description="Make films from scripts, and finish those that were begun.",
        epilog=_EPILOG,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, default=SUPPRESS, help="print the version and exit"
    )
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title="commands"
    )

    def command(name: str, summary: str, usage: str, text: str, epilog: str = "") -> ArgumentParser:
        made = commands.add_parser(
            name,
            help=summary,
            usage=f"vidgen {name} {usage}",
            description=text,
            epilog=epilog,
            formatter_class=Formatter,
            allow_abbrev=False,
        )
        made.set_defaults(parser=made)
        return made

    finish = command(
        "continue", "finish an interrupted film", "DIR [options]", _CONTINUE, _CONTINUE_EPILOG
    )
    _add_directory(finish)
    _add_work(finish)
    generate = command(
        "generate",
        "make a film from a script",
        "SCRIPT [options]",
        _GENERATE,
        _GENERATE_EPILOG,
    )
    _add_new_film(generate)
    _add_work(generate)
    status = command("status", "say what is there and what is missing", "DIR [options]", _STATUS)
    _add_directory(status)
    _add_reading(status)
    plugins = command("plugins", "list the providers", "[options]", _PLUGINS)
    _add_reading(plugins, scenes=False)
    return parser


def parse(argv: Sequence[str] | None = None) -> Namespace:
    """Return the checked arguments; ends the process with 2 for a usage error.

    ``directory`` is set for ``continue`` and ``status``; ``generate
    --continue-from-dir DIR`` comes back as ``continue``, and ``unused`` names
    the options which then have no effect.
    """
    arguments, unknown = build_parser().parse_known_args(argv)
    parser: ArgumentParser = arguments.__dict__.pop("parser")
    if unknown:
        parser.error(_unknown(unknown[0], parser.format_help()))
    _check_values(arguments, parser)
    if arguments.command == "generate":
        _check_generate(arguments, parser)
    elif arguments.command in ("continue", "status"):
        _check_directory(arguments, parser)
    return arguments


def _add(parts: _Parts, *names: str, old: tuple[str, ...] = (), **settings: Any) -> None:
    """Add an option; its other spellings are accepted, but not shown in the help."""
    action = parts.add_argument(*names, **settings)
    long = [name for name in (*names, *old) if name.startswith("--")]
    spellings = [*old, *("--" + name[2:].replace("-", "_") for name in long)]
    hidden = [name for name in dict.fromkeys(spellings) if name not in names]
    if hidden:
        settings |= {"dest": action.dest, "default": SUPPRESS, "help": SUPPRESS}
        parts.add_argument(*hidden, **settings)


def _add_switch(
    parts: _Parts, on: str, off: str, dest: str, help: str, *, yes: bool = True
) -> None:
    """Add two options that set *dest*, which stays ``None`` where neither is given."""
    switch: dict[str, Any] = {"dest": dest, "action": "store_const", "default": None}
    _add(parts, on, const=yes, help=help, **switch)
    _add(parts, off, const=not yes, help=f"undo {on}", **switch)


def _add_directory(parser: ArgumentParser) -> None:
    parser.add_argument("positional", metavar="DIR", nargs="?", help="the run's directory")
    parser.add_argument("--directory", metavar="DIR", help=SUPPRESS)


def _add_new_film(parser: ArgumentParser) -> None:
    parser.add_argument(
        "script", metavar="SCRIPT", nargs="?", help="the script, a text file; - reads it"
    )
    _add(parser, "--script-file", dest="script_file", metavar="FILE", help=SUPPRESS)
    new = parser.add_argument_group("the new film")
    _add(
        new,
        "--output-dir",
        metavar="DIR",
        default=RUNS,
        type=_given,
        help=f"where its directory is made ({RUNS})",
    )
    _add(new, "--max-scenes", metavar="N", type=_few, help="at most so many scenes (5)")
    _add(new, "--max-environments", metavar="N", type=_few, help="at most so many places (3)")
    _add(new, "--aspect", choices=ASPECTS, help="width to height (16:9)")
    _add(
        new,
        "--resolution",
        metavar="SIZE",
        type=_given,
        help="shorter side or both: 1080p, 1280x720 (720p)",
    )
    _add(
        new,
        "--metadata-only",
        action="store_true",
        help="stop after the scenes, places and narration text",
    )
    _add(
        new,
        "--continue-from-dir",
        metavar="DIR",
        dest="directory",
        help="finish the film in DIR instead",
    )


def _add_work(parser: ArgumentParser) -> None:
    _add_providers(parser.add_argument_group("who does the work"))
    film = parser.add_argument_group("what is made")
    _add_switch(
        film,
        "--skip-narration",
        "--narration",
        "skip_narration",
        "make no narration; one that is there is used",
    )
    _add_switch(
        film,
        "--skip-sound-effects",
        "--sound-effects",
        "skip_sound_effects",
        "make no sound effects; those that are there are used",
    )
    _add_switch(
        film,
        "--keep-clip-audio",
        "--drop-clip-audio",
        "keep_clip_audio",
        "keep the sound that the clips came with",
    )
    _add_switch(
        film,
        "--first-frame-image-gen",
        "--no-first-frame-image-gen",
        "first_frame_image_gen",
        "draw the first picture of each scene that is made",
    )
    _add_switch(
        film,
        "--require-continuity",
        "--no-require-continuity",
        "require_continuity",
        "rather stop than make a clip that does not go on from the one before",
    )
    _add_switch(
        film,
        "--burn-subtitles",
        "--no-burn-subtitles",
        "burn_subtitles",
        "draw the subtitles into the picture, too",
    )
    _add(film, "--font", metavar="FILE", type=_given, help="font file for subtitles that are drawn")
    picture = film.add_mutually_exclusive_group()
    _add(
        picture,
        "--initial-image-path",
        metavar="FILE",
        type=_given,
        help="start the first clip that is made with this picture",
    )
    _add(
        picture,
        "--initial-image-prompt",
        metavar="TEXT",
        type=_given,
        help="draw that picture from this text",
    )
    _add(film, "--seed", metavar="N", type=_seed, help="another number makes another film")
    _add(
        film,
        "--draft",
        action="store_true",
        help="make it all on this machine, for nothing, in DIR/draft",
    )
    _add(film, "--preview", action="store_true", help="join what is there to a preview, too")
    _add_manner(parser.add_argument_group("how"))


def _add_providers(group: _Parts) -> None:
    providers = (
        ("--engine", ("--video-engine",), "renders the clips (also --video-engine)"),
        ("--model", (), "writes scenes and narration"),
        ("--image-generator", ("--image-gen-model",), "draws pictures (also --image-gen-model)"),
        ("--tts", (), "speaks the narration"),
        ("--sound-engine", (), "makes the sound effects"),
        ("--frame-host", (), "gives pictures a URL, for engines that need one"),
        ("--stitcher", (), "joins clips, scenes and sound"),
    )
    for name, old, help in providers:
        _add(group, name, old=old, metavar="NAME", type=_given, help=help)
    _add(
        group,
        "--set",
        metavar="PROVIDER.OPTION=VALUE",
        action="append",
        default=[],
        type=_setting,
        help="set an option of a provider; may be given again (vidgen plugins lists them)",
    )


def _add_manner(group: _Parts) -> None:
    _add(
        group, "--dry-run", action="store_true", help="print the plan and stop; nothing is written"
    )
    _add(group, "--jobs", metavar="N", type=_jobs, help="how many pieces of work at once")
    _add(group, "--yes", action="store_true", help="do not ask before money is spent")
    _add_list(group)
    _add_json(group)
    _add(group, "-q", "--quiet", action="store_true", help="say only what went wrong")
    _add_verbose(group)


def _add_reading(parser: ArgumentParser, *, scenes: bool = True) -> None:
    if scenes:
        _add_list(parser)
    _add_json(parser)
    _add_verbose(parser)


def _add_list(parts: _Parts) -> None:
    _add(
        parts,
        "--list-json-files",
        action="store_true",
        help="first list the JSON files of the directory and what they hold",
    )


def _add_json(parts: _Parts) -> None:
    _add(parts, "--json", action="store_true", help="print one JSON object")


def _add_verbose(parts: _Parts) -> None:
    _add(parts, "-v", "--verbose", action="store_true", help="say more, and show a bug's traceback")


def _check_values(arguments: Namespace, parser: ArgumentParser) -> None:
    """Refuse ``--option=--``: some versions of argparse make an empty list of it, unchecked."""
    for name, value in vars(arguments).items():
        if [] in value if name == "set" else value == []:
            parser.error(f"argument --{name.replace('_', '-')}: expected one argument")


def _check_directory(arguments: Namespace, parser: ArgumentParser) -> None:
    positional = arguments.__dict__.pop("positional")
    if positional is not None and arguments.directory is not None:
        parser.error("give the directory once: either DIR or --directory DIR")
    arguments.directory = arguments.directory if positional is None else positional
    if not arguments.directory:
        parser.error("the run's directory is missing")
    arguments.unused = ()


def _check_generate(arguments: Namespace, parser: ArgumentParser) -> None:
    file = arguments.__dict__.pop("script_file")
    if arguments.script is not None and file is not None:
        parser.error("give the script once: either SCRIPT or --script-file FILE")
    arguments.script = file if arguments.script is None else arguments.script
    if arguments.directory is None:
        if not arguments.script:
            parser.error("the script is missing: vidgen generate SCRIPT")
        arguments.unused = ()
        return
    if arguments.script is not None and file is None:
        parser.error("give either SCRIPT or --continue-from-dir DIR")
    if not arguments.directory:
        parser.error("the run's directory is missing")
    new_film = {
        "--script-file": arguments.__dict__.pop("script"),
        "--metadata-only": arguments.__dict__.pop("metadata_only"),
        "--max-scenes": arguments.__dict__.pop("max_scenes"),
        "--max-environments": arguments.__dict__.pop("max_environments"),
        "--aspect": arguments.__dict__.pop("aspect"),
        "--resolution": arguments.__dict__.pop("resolution"),
        "--output-dir": arguments.__dict__.pop("output_dir") != RUNS,
    }
    arguments.command = "continue"
    arguments.unused = tuple(name for name, value in new_film.items() if value)


def _unknown(argument: str, help: str) -> str:
    if not argument.startswith("-"):
        return f"{argument!r} is one argument too many"
    from difflib import get_close_matches

    name = argument.split("=", 1)[0]
    known = sorted(set(re.findall(r"--[a-z][a-z-]+", help)))
    near = get_close_matches(name.replace("_", "-"), known, n=1, cutoff=0.6)
    return f"there is no option {name}" + (f"; did you mean {near[0]}?" if near else "")


def _given(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("it must not be empty")
    return text


def _setting(text: str) -> str:
    if re.fullmatch(r"[^\s=]+=.*", text, re.DOTALL) is None:
        raise ArgumentTypeError(f"{text!r} is not PROVIDER.OPTION=VALUE")
    return text


def _whole(text: str, low: int, high: int) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,12}", text) else -1
    if not low <= number <= high:
        raise ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
    return number


def _jobs(text: str) -> int:
    return _whole(text, 1, MOST_JOBS)


def _seed(text: str) -> int:
    return _whole(text, 0, LARGEST_SEED)


def _few(text: str) -> int:
    return _whole(text, 1, MOST_SCENES)
