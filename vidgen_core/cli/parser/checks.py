"""What the options of one command line must be together, which argparse cannot express."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping, Sequence

from vidgen_core.cli.parser.options import RUNS

#: How like a name a word must be, from 0 to 1, to be a slip of it: ``--bogus`` is no ``--verbose``.
_NEAR = 0.75
#: So many letters of a name are enough to know it by.
_PART = 3


def check_values(arguments: Namespace, parser: ArgumentParser) -> None:
    """Refuse ``--option=--``: some versions of argparse make an empty list of it, unchecked."""
    for name, value in vars(arguments).items():
        if [] in value if name == "set" else value == []:
            parser.error(f"argument --{name.replace('_', '-')}: expected one argument")


def check_directory(arguments: Namespace, parser: ArgumentParser) -> None:
    """Have ``directory`` be what was given in either way."""
    positional = arguments.__dict__.pop("positional")
    if positional is not None and arguments.directory is not None:
        parser.error("give the directory once: either DIR or --directory DIR")
    arguments.directory = arguments.directory if positional is None else positional
    if not arguments.directory:
        parser.error("the run's directory is missing")
    arguments.unused = ()


def check_generate(arguments: Namespace, parser: ArgumentParser) -> None:
    """Have a script be there, or a directory: then the command becomes ``continue``."""
    file = arguments.__dict__.pop("script_file")
    if arguments.script is not None and file is not None:
        parser.error("give the script once: either SCRIPT or --script-file FILE")
    arguments.script = file if arguments.script is None else arguments.script
    if arguments.directory is None:
        if not arguments.script:
            parser.error("the script is missing: vidgen generate SCRIPT")
        if arguments.in_doubt is not None:
            parser.error("argument --in-doubt: nothing of a new film is in doubt")
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


def check_redo(arguments: Namespace, parser: ArgumentParser) -> None:
    """Have something be named that is made again."""
    arguments.scene = tuple(sorted(set(arguments.scene or ())))
    chosen = (arguments.stale, arguments.failed, bool(arguments.give_up))
    if not (arguments.scene or any(chosen)):
        parser.error("say what is made again: --scene N, --stale, --failed or --give-up")
    if sum(chosen) > 1:
        parser.error("give one of --stale, --failed and --give-up")
    if arguments.give_up and (arguments.scene or arguments.only):
        parser.error("--give-up is about one job: it goes without --scene and --only")
    if arguments.stale and arguments.only not in (None, "clip"):
        parser.error("--stale is about clips: it goes with --only clip alone")


def check_log(arguments: Namespace) -> None:
    """Have ``scene`` be the numbers of the scenes that the story is about, empty for all."""
    arguments.scene = tuple(sorted(set(arguments.scene or ())))


def check_key(arguments: Namespace, parser: ArgumentParser) -> None:
    """Have a key be named where one is meant."""
    if arguments.action == "list" and arguments.name is not None:
        parser.error("keys list takes no name: it lists them all")
    if arguments.action != "list" and not arguments.name:
        parser.error(f"say which key: vidgen keys {arguments.action} NAME")


def name_of_key(arguments: Namespace, unknown: list[str], parser: ArgumentParser) -> list[str]:
    """Have a name count behind an option, too, where argparse looks for none; return the rest.

    What else is there may be a key: it is refused, and not repeated.
    """
    if arguments.name is None and unknown and not unknown[0].startswith("-"):
        arguments.name, *unknown = unknown
    if unknown and not unknown[0].startswith("--"):
        parser.error(
            "one argument too many; a key is never given on the command line, where others "
            "see it: it is asked for, or read from standard input"
        )
    return unknown


def unknown(argument: str, parser: ArgumentParser, commands: Mapping[str, ArgumentParser]) -> str:
    """Return what is said of an *argument* that the command of this *parser* does not know."""
    if not argument.startswith("-"):
        return f"{argument!r} is one argument too many"
    name = argument.split("=", 1)[0]
    meant = "--" + name.lstrip("-").replace("_", "-")
    own = _options(parser)
    having = [each for each, other in commands.items() if meant in _options(other)]
    if having and meant not in own:
        return f"there is no option {name} here: it is an option of vidgen {', '.join(having)}"
    skip = meant.replace("--no-", "--skip-", 1)
    near = skip if skip in own else _nearest(meant, sorted(own))
    return f"there is no option {name}" + (f"; did you mean {near}?" if near else "")


def no_command(word: str, commands: Iterable[str]) -> str:
    """Return what is said of a *word* that is none of the *commands*."""
    known = list(commands)
    near = _nearest(word, known)
    more = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
    return f"there is no command {word!r}; {more}"


def _options(parser: ArgumentParser) -> set[str]:
    """Return the options that the help of *parser* shows, where a line begins with them."""
    return set(re.findall(r"(?m)^ +(?:-\w, )?(--[a-z][a-z-]+)", parser.format_help()))


def _nearest(word: str, known: Sequence[str]) -> str:
    """Return which of the *known* names may be meant by *word*; empty where none is near."""
    from difflib import get_close_matches

    bare = {name.lstrip("-"): name for name in known}
    meant = word.lstrip("-")
    begun = [name for name in bare if name.startswith(meant) or meant.startswith(f"{name}-")]
    if len(meant) >= _PART and len(begun) == 1:
        return bare[begun[0]]
    return next((bare[name] for name in get_close_matches(meant, bare, n=1, cutoff=_NEAR)), "")
