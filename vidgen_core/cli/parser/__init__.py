"""The command line, as data. Only the standard library is imported here.

``words`` knows what the help says, ``options`` the options in their groups, ``values``
what a value must look like, ``checks`` what must hold between options.
"""

from __future__ import annotations

import sys
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from argparse import RawDescriptionHelpFormatter as Formatter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn

from vidgen_core.cli.parser import checks, options, words
from vidgen_core.cli.parser.options import ASPECTS, RUNS
from vidgen_core.cli.parser.values import LARGEST_SEED, MOST_JOBS, MOST_SCENES

__all__ = [
    "ASPECTS",
    "LARGEST_SEED",
    "MOST_JOBS",
    "MOST_SCENES",
    "RUNS",
    "build_parser",
    "parse",
]

#: What a run is asked for that a command which works in its directory has no option for.
_NOT_ASKED: Mapping[str, Any] = MappingProxyType(
    {
        "set": (),
        "initial_image_path": None,
        "in_doubt": None,
        "draft": False,
        "preview": False,
        "list_json_files": False,
        "yes": False,
        "no_input": False,
        "max_cost": None,
        "patience": None,
    }
)

#: What works in no directory of a film.
_ANYWHERE = frozenset({"plugins", "models", "doctor"})


class _Version(Action):
    """Print the version; it is looked up only when it is asked for."""

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        import vidgen_core

        print(f"vidgen {vidgen_core.__version__}")
        parser.exit(0)


def build_parser() -> ArgumentParser:
    """Return the parser of ``vidgen``; :func:`parse` also checks what it cannot express."""
    return _built()[0]


def _built() -> tuple[ArgumentParser, Mapping[str, ArgumentParser]]:
    """Return the parser of ``vidgen`` and those of its commands, by name."""
    parser = ArgumentParser(
        prog="vidgen",
        description="Make films from scripts, and finish those that were begun.",
        epilog=words.EPILOG,
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

    _add_making(command)
    _add_money(command)
    _add_reading(command)
    return parser, commands.choices


def _add_making(command: Callable[..., ArgumentParser]) -> None:
    finish = command(
        "continue",
        "finish an interrupted film",
        "DIR [options]",
        words.CONTINUE,
        words.CONTINUE_EPILOG,
    )
    options.add_directory(finish)
    options.add_work(finish, begun=True)
    generate = command(
        "generate",
        "make a film from a script",
        "SCRIPT [options]",
        words.GENERATE,
        words.GENERATE_EPILOG,
    )
    options.add_new_film(generate)
    options.add_work(generate, begun=False)


def _add_money(command: Callable[..., ArgumentParser]) -> None:
    redo = command(
        "redo",
        "make scenes again",
        "DIR --scene N[,M-P] [options]",
        words.REDO,
        words.REDO_EPILOG,
    )
    redo.set_defaults(**_NOT_ASKED)
    options.add_directory(redo)
    options.add_what_again(redo)
    options.add_providers(redo)
    options.add_money(redo)
    options.add_manner(redo)
    undo = command("undo", "bring back what redo moved away", "DIR [options]", words.UNDO)
    collect = command("collect", "fetch what is paid for", "DIR [options]", words.COLLECT)
    cost = command("cost", "sum what was paid", "DIR [options]", words.COST)
    for each in (undo, collect, cost):
        each.set_defaults(**_NOT_ASKED)
        options.add_directory(each)
        if each is collect:
            options.add_patience(each)
        options.add_json(each)
        options.add_quiet(each)
        options.add_verbose(each)


def _add_reading(command: Callable[..., ArgumentParser]) -> None:
    status = command(
        "status", "say what is there and what is missing", "DIR [options]", words.STATUS
    )
    options.add_directory(status)
    options.add_list(status)
    verify = command("verify", "say what is not whole, or gone", "DIR [options]", words.VERIFY)
    options.add_directory(verify)
    options.add_deep(verify)
    log = command("log", "tell what happened in a run", "DIR [options]", words.LOG)
    options.add_directory(log)
    options.add_scenes(log)
    for each in (status, verify, log):
        options.add_json(each)
        options.add_verbose(each)
    clean = command("clean", "delete unfinished and replaced files", "DIR [options]", words.CLEAN)
    options.add_directory(clean)
    options.add_what_goes(clean)
    options.add_json(clean)
    options.add_quiet(clean)
    options.add_verbose(clean)
    plugins = command("plugins", "list the providers", "[options]", words.PLUGINS)
    options.add_json(plugins)
    options.add_verbose(plugins)
    models = command("models", "list a provider's models", "PROVIDER [options]", words.MODELS)
    options.add_provider(models)
    keys = command("keys", "keep keys", "set|list|rm|check [NAME]", words.KEYS, words.KEYS_EPILOG)
    options.add_key(keys)
    doctor = command("doctor", "look whether all is well here", "[options]", words.DOCTOR)
    options.add_online(doctor)
    for each in (models, keys, doctor):
        options.add_json(each)
        options.add_verbose(each)


def parse(argv: Sequence[str] | None = None) -> Namespace:
    """Return the checked arguments; ends the process with 2 for a usage error.

    ``directory`` is set for every command in one; ``generate --continue-from-dir DIR``
    comes back as ``continue``, and ``unused`` names the options which then have no effect.
    """
    given = sys.argv[1:] if argv is None else argv
    vidgen, commands = _built()
    if given and not given[0].startswith("-") and given[0] not in commands:
        vidgen.error(checks.no_command(given[0], commands))
    arguments, unknown = vidgen.parse_known_args(given)
    parser: ArgumentParser = arguments.__dict__.pop("parser")
    if arguments.command == "keys":
        unknown = checks.name_of_key(arguments, unknown, parser)
    if unknown:
        parser.error(checks.unknown(unknown[0], parser, commands))
    checks.check_values(arguments, parser)
    if arguments.command == "generate":
        checks.check_generate(arguments, parser)
    elif arguments.command == "keys":
        checks.check_key(arguments, parser)
    elif arguments.command not in _ANYWHERE:
        checks.check_directory(arguments, parser)
    if arguments.command == "redo":
        checks.check_redo(arguments, parser)
    elif arguments.command == "log":
        checks.check_log(arguments)
    return arguments
