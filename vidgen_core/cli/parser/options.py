"""The options of the commands, in the groups that the help shows.

Every option of the scripts that came before is accepted in their spelling too
(``--video_engine``); ``--help`` shows one spelling of each.
"""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser
from typing import Any, Protocol

from vidgen_core.cli.parser import values

ASPECTS = ("16:9", "9:16", "1:1")
#: Where new films are made; the same as in layout, which takes longer to import.
RUNS = "generated_videos"
#: What ``redo --only`` can name.
REDONE = ("clip", "first-frame", "sound", "narration")

_IN_DOUBT = "for work that may have been bought: wait, again, skip, adopt=JOB"


class Parts(Protocol):
    """A parser, or a group of its options."""

    def add_argument(self, *names: str, **settings: Any) -> Action:
        """Add an option."""


def add(parts: Parts, *names: str, old: tuple[str, ...] = (), **settings: Any) -> None:
    """Add an option; its other spellings are accepted, but not shown in the help."""
    action = parts.add_argument(*names, **settings)
    long = [name for name in (*names, *old) if name.startswith("--")]
    spellings = [*old, *("--" + name[2:].replace("-", "_") for name in long)]
    hidden = [name for name in dict.fromkeys(spellings) if name not in names]
    if hidden:
        settings |= {"dest": action.dest, "default": SUPPRESS, "help": SUPPRESS}
        parts.add_argument(*hidden, **settings)


def _add_switch(parts: Parts, on: str, off: str, dest: str, help: str, *, yes: bool = True) -> None:
    """Add two options that set *dest*, which stays ``None`` where neither is given."""
    switch: dict[str, Any] = {"dest": dest, "action": "store_const", "default": None}
    add(parts, on, const=yes, help=help, **switch)
    add(parts, off, const=not yes, help=f"undo {on}", **switch)


def add_directory(parser: ArgumentParser) -> None:
    """Add the run's directory, by place and by name."""
    parser.add_argument("positional", metavar="DIR", nargs="?", help="the run's directory")
    parser.add_argument("--directory", metavar="DIR", help=SUPPRESS)


def add_new_film(parser: ArgumentParser) -> None:
    """Add the script, and what a new film is to be like."""
    parser.add_argument(
        "script", metavar="SCRIPT", nargs="?", help="the script, a text file; - reads it"
    )
    add(parser, "--script-file", dest="script_file", metavar="FILE", help=SUPPRESS)
    new = parser.add_argument_group("the new film")
    add(
        new,
        "--output-dir",
        metavar="DIR",
        default=RUNS,
        type=values.given,
        help=f"where its directory is made ({RUNS})",
    )
    add(new, "--max-scenes", metavar="N", type=values.few, help="at most so many scenes (5)")
    add(
        new,
        "--max-environments",
        metavar="N",
        type=values.few,
        help="at most so many places (as many as scenes)",
    )
    add(new, "--aspect", choices=ASPECTS, help="width to height (16:9)")
    add(
        new,
        "--resolution",
        metavar="SIZE",
        type=values.given,
        help="shorter side or both: 1080p, 1280x720 (720p)",
    )
    add(
        new,
        "--metadata-only",
        action="store_true",
        help="stop after the scenes, places and narration text",
    )
    add(
        new,
        "--continue-from-dir",
        metavar="DIR",
        dest="directory",
        help="finish the film in DIR instead",
    )


def add_work(parser: ArgumentParser, *, begun: bool) -> None:
    """Add who does the work, what is made, for how much, and how.

    *begun*: the film was begun before, so that something may be in doubt.
    """
    add_providers(parser)
    _add_film(parser.add_argument_group("what is made"))
    money = add_money(parser)
    add(
        money,
        "--in-doubt",
        metavar="CHOICE",
        type=values.in_doubt,
        help=_IN_DOUBT if begun else SUPPRESS,
    )
    add_manner(parser)


def _add_film(film: Any) -> None:
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
    add(
        film,
        "--font",
        metavar="FILE",
        type=values.given,
        help="font file for subtitles that are drawn",
    )
    picture = film.add_mutually_exclusive_group()
    add(
        picture,
        "--initial-image-path",
        metavar="FILE",
        type=values.given,
        help="start the first clip that is made with this picture",
    )
    add(
        picture,
        "--initial-image-prompt",
        metavar="TEXT",
        type=values.given,
        help="draw that picture from this text",
    )
    add(film, "--seed", metavar="N", type=values.seed, help="another number makes another film")
    add(
        film,
        "--draft",
        action="store_true",
        help="make it all on this machine, for nothing, in DIR/draft",
    )
    add(film, "--preview", action="store_true", help="join what is there to a preview, too")


def add_providers(parser: ArgumentParser) -> None:
    """Add who does the work."""
    group = parser.add_argument_group("who does the work")
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
        add(group, name, old=old, metavar="NAME", type=values.given, help=help)
    add(
        group,
        "--set",
        metavar="PROVIDER.OPTION=VALUE",
        action="append",
        default=[],
        type=values.setting,
        help="set an option of a provider; may be given again (vidgen plugins -v lists them)",
    )


def add_money(parser: ArgumentParser) -> Parts:
    """Add what may be spent, and who is asked; return the group."""
    group = parser.add_argument_group("money")
    add(group, "--yes", action="store_true", help="do not ask before money is spent")
    add(
        group,
        "--no-input",
        action="store_true",
        help="never ask, and buy nothing that was not agreed to",
    )
    add(
        group,
        "--max-cost",
        metavar="USD",
        type=values.dollars,
        help="buy nothing that could make all that DIR ever cost more than this",
    )
    return group


def add_manner(parser: ArgumentParser) -> None:
    """Add how the work is done and told."""
    group = parser.add_argument_group("how")
    add(group, "--dry-run", action="store_true", help="print the plan and stop; nothing is written")
    add(group, "--jobs", metavar="N", type=values.jobs, help="how many pieces of work at once")
    add_patience(group)
    add_list(group)
    add_json(group)
    add_quiet(group)
    add_verbose(group)


def add_what_again(parser: ArgumentParser) -> None:
    """Add what is made again."""
    group = parser.add_argument_group("what is made again")
    add_scenes(group)
    add(group, "--only", choices=REDONE, help="only this of them (clip)")
    add(group, "--stale", action="store_true", help="the scenes with clips that are out of date")
    add(group, "--failed", action="store_true", help="what was tried and came to nothing")
    add(
        group,
        "--give-up",
        metavar="JOB",
        type=values.given,
        help="what is paid for as this job and never comes: order it once more, for money",
    )


def add_scenes(parts: Parts) -> None:
    """Add which scenes are meant."""
    add(
        parts,
        "--scene",
        metavar="N[,M-P]",
        action="extend",
        type=values.scenes,
        help="the scenes with these numbers: 3 or 3,5-7",
    )


def add_deep(parts: Parts) -> None:
    """Add the wish to decode all of each file."""
    add(parts, "--deep", action="store_true", help="decode each file in full, which takes longer")


def add_what_goes(parser: ArgumentParser) -> None:
    """Add what is deleted, and whether somebody is asked."""
    what = parser.add_mutually_exclusive_group()
    add(what, "--tmp", action="store_true", help="only what unfinished work left")
    add(what, "--replaced", action="store_true", help="only what was replaced")
    add(parser, "--yes", action="store_true", help="do not ask before it is deleted")


def add_patience(parts: Parts) -> None:
    """Add how long a service's troubles are waited out."""
    add(
        parts,
        "--patience",
        metavar="TIME",
        type=values.duration,
        help="wait so long for a service that is down or busy: 90s, 15m, 8h, 2d",
    )


def add_key(parser: ArgumentParser) -> None:
    """Add what is done about which key."""
    parser.add_argument("action", metavar="set|list|rm|check", type=values.key_action, help="what")
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="a key's variable, or the name of a provider"
    )


def add_provider(parser: ArgumentParser) -> None:
    """Add the name of a provider."""
    parser.add_argument("provider", metavar="PROVIDER", help="the name of a provider")


def add_online(parts: Parts) -> None:
    """Add the wish to ask the services, too."""
    add(
        parts,
        "--online",
        action="store_true",
        help="ask the services whether the keys are good, where that is free",
    )


def add_list(parts: Parts) -> None:
    """Add the wish for a list of the directory's JSON files."""
    add(
        parts,
        "--list-json-files",
        action="store_true",
        help="first list the JSON files of the directory and what they hold",
    )


def add_json(parts: Parts) -> None:
    """Add the wish for JSON."""
    add(parts, "--json", action="store_true", help="print one JSON object")


def add_quiet(parts: Parts) -> None:
    """Add the wish for few words."""
    add(parts, "-q", "--quiet", action="store_true", help="say only what went wrong")


def add_verbose(parts: Parts) -> None:
    """Add the wish for many."""
    add(parts, "-v", "--verbose", action="store_true", help="say more, and show a bug's traceback")
