"""Words for people: names, lists, reasons, and text that fits its terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

from vidgen_core.errors import Undecided, VidgenError
from vidgen_core.model import Key
from vidgen_core.plan import Reason, Why
from vidgen_core.strict_json import printable
from vidgen_core.wording import count, name, name_is, ranges, scenes

__all__ = [
    "INDENT",
    "columns",
    "count",
    "error_line",
    "flags",
    "folded",
    "is_question",
    "is_there",
    "listed",
    "name",
    "question",
    "ranges",
    "say",
    "scenes",
    "sentence",
    "show",
    "sized",
    "why",
    "width",
]

INDENT = "  "
_SWITCHES: Mapping[str, tuple[str, str]] = {
    "skip_narration": ("--skip-narration", "--narration"),
    "skip_sound_effects": ("--skip-sound-effects", "--sound-effects"),
    "keep_clip_audio": ("--keep-clip-audio", "--drop-clip-audio"),
    "require_continuity": ("--require-continuity", "--no-require-continuity"),
    "burn_subtitles": ("--burn-subtitles", "--no-burn-subtitles"),
    "first_frame_image_gen": ("--first-frame-image-gen", "--no-first-frame-image-gen"),
}


def columns(stream: TextIO) -> int:
    """Return how wide the terminal is that *stream* goes to, ``COLUMNS`` before all."""
    if not os.environ.get("COLUMNS"):
        with suppress(OSError, ValueError, AttributeError):
            if found := os.get_terminal_size(stream.fileno()).columns:
                return found
    return shutil.get_terminal_size().columns


def width(stream: TextIO) -> int:
    """Return how many columns text on *stream* may take: very wide lines are hard to read."""
    return max(20, min(columns(stream), 120))


def folded(text: str, stream: TextIO | None) -> str:
    """Return *text* as *stream* shows it: folded for a terminal, line by line for a log."""
    if stream is None or not stream.isatty():
        return text
    return "\n".join(_folded(line, width(stream)) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip(" "))]
    return textwrap.fill(
        line.lstrip(" "),
        width=width,
        initial_indent=indent,
        subsequent_indent=indent + INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def say(text: str) -> None:
    """Print a sentence on standard error."""
    show(printable(text))


def show(text: str) -> None:
    """Print lines that no terminal acts on, on standard error."""
    print(folded(text, sys.stderr), file=sys.stderr, flush=True)


def is_there(key: Key) -> str:
    """Say that *key* is there: ``the film is there``, ``the scenes are there``."""
    return f"{name_is(key)} there"


def listed(keys: Sequence[Key], most: int = 4) -> str:
    """Return the names of *keys*, the first few of many."""
    names = [name(key) for key in keys]
    if len(names) == 1:
        return names[0]
    if len(names) <= most:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"


def sentence(reason: Reason) -> str:
    """Return *reason* in the words that people use."""
    facts = dict(reason.facts)
    match reason.why:
        case Why.NO_PROVIDER | Why.NOT_INSTALLED:
            facts["kind"] = str(facts["kind"]).replace("-", " ")
        case Why.CLIPS_COVER:
            return "its clips are all there"
        case Why.SHORT:
            return f"{facts['missing']:.3g} s of its {facts['duration']:.4g} s are missing"
    template, named = reason.why.value, facts.get("input")
    if isinstance(named, Key):
        template = template.replace("{input} is ", f"{name_is(named)} ")
        facts["input"] = name(named)
    return template.format(**facts)


def why(reasons: Iterable[Reason], *, leave_out: Iterable[Why] = ()) -> str:
    """Return *reasons* as one clause, each said once; empty where nothing is left to say."""
    said = [reason for reason in reasons if reason.why not in set(leave_out)]
    return "; ".join(dict.fromkeys(sentence(reason) for reason in said))


def flags(values: Mapping[str, Any]) -> str:
    """Return settings as the options that set them: ``--engine local --skip-narration``."""
    return " ".join(_flag(option, value) for option, value in sorted(values.items()))


def _flag(option: str, value: Any) -> str:
    if option in _SWITCHES:
        on, off = _SWITCHES[option]
        return on if value else off
    if "." in option:
        return f"--set {option}={value}"
    return f"--{option.replace('_', '-')} {value}"


def sized(number: int) -> str:
    """Return a number of bytes as people write it: ``812 bytes``, ``3.4 MB``."""
    if number < 1000:
        return count(number, "byte")
    size = float(number)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.95:
            return f"{size:.1f} {unit}"
    return f"{size / 1000:.1f} TB"


def error_line(error: VidgenError) -> str:
    """Return an error as one paragraph, with what to type next."""
    advice = f" ({error.advice})" if error.advice else ""
    return f"{error.message}{advice}"


def is_question(error: VidgenError) -> bool:
    """Whether *error* asks about work in doubt; what to type the last line of a run says."""
    return isinstance(error, Undecided) and "--in-doubt" in error.advice


def question(error: VidgenError) -> str:
    """Return what an error asks about work in doubt, without why nobody knows."""
    return error.message.partition(" (")[0]
