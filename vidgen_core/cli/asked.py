"""A run as the command line asks for it, be it there or only to be begun."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from vidgen_core.errors import UsageError
from vidgen_core.memory import Memory
from vidgen_core.model import Kind, Verdict, key_from_id
from vidgen_core.opening import Opened, Words, open_run
from vidgen_core.plan import Choice, InDoubt
from vidgen_core.plugins import Registry
from vidgen_core.probe import probe
from vidgen_core.report.progress import looking
from vidgen_core.rundir import RunDirectory

#: The command-line options that are core's settings too, by both names.
_FLAGS = (
    "engine",
    "model",
    "image_generator",
    "tts",
    "sound_engine",
    "frame_host",
    "stitcher",
    "skip_narration",
    "skip_sound_effects",
    "keep_clip_audio",
    "first_frame_image_gen",
    "initial_image_prompt",
    "seed",
    "jobs",
    "max_scenes",
    "max_environments",
    "aspect",
    "resolution",
    "require_continuity",
    "burn_subtitles",
    "font",
    "max_cost",
    "patience",
)


def flags_of(arguments: Namespace) -> dict[str, Any]:
    """Return core's options from the command line, ``None`` where not given."""
    return {name: getattr(arguments, name, None) for name in _FLAGS}


def open_asked(
    arguments: Namespace,
    directory: RunDirectory,
    registry: Registry,
    memory: Memory | None = None,
    words: Words | None = None,
) -> Opened:
    """Read everything about *directory*; a terminal shows how far that is.

    *words*: what it is to go on with, or to begin with where it is not there.
    """
    wishes = _wishes(arguments)
    with looking(quiet=arguments.quiet) as on_probe:
        return open_run(
            directory, registry, **wishes, words=words, memory=memory, on_probe=on_probe
        )


def _wishes(arguments: Namespace) -> dict[str, Any]:
    image = arguments.initial_image_path
    if image is not None:
        _check_image(Path(image))
    return {
        "flags": flags_of(arguments),
        "sets": arguments.set,
        "initial_image": str(Path(image).absolute()) if image else "",
        "metadata_only": getattr(arguments, "metadata_only", False),
        "in_doubt": in_doubt_from(getattr(arguments, "in_doubt", None)),
    }


def _check_image(path: Path) -> None:
    """Raise where the user's picture cannot be used, before anything is bought."""
    if not path.is_file():
        what = "is no regular file" if path.exists() else "does not exist"
        raise UsageError(f"--initial-image-path {path}: it {what}")
    facts = probe(path, Kind.IMAGE)
    if facts.verdict is Verdict.BROKEN:
        raise UsageError(f"--initial-image-path {path} is no whole picture: {facts.fault}")


def in_doubt_from(text: str | None) -> InDoubt:
    """Return the choice that ``--in-doubt`` names; *text* has the right shape."""
    if not text:
        return InDoubt()
    word, _, named = text.partition("=")
    output, _, job = named.rpartition(":")
    try:
        key = key_from_id(output) if output else None
    except ValueError:
        raise UsageError(
            f"--in-doubt {text}: {output!r} is no output of a film",
            advice="name it as vidgen status does: adopt=clip-2-1:JOB",
        ) from None
    return InDoubt(choice=Choice(word), job=job, key=key)
