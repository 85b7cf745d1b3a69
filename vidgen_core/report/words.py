"""Words for people: names, lists, reasons, and text that fits its terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

from vidgen_core.errors import VidgenError
from vidgen_core.model import Key, Step
from vidgen_core.plan import Reason, Why
from vidgen_core.strict_json import printable

INDENT = "  "
#: More groups of numbers than this are shortened, unless all are asked for.
_MOST_GROUPS = 12

_NAMES: Mapping[Step, str] = {
    Step.FILM: "the film",
    Step.NARRATION: "the narration",
    Step.NARRATION_ADJUSTED: "the narration at the film's length",
    Step.NARRATION_TEXT: "the narration's text",
    Step.SUBTITLES: "the subtitles",
    Step.INITIAL_IMAGE: "the initial image",
    Step.SCENES_WITHOUT_ENVIRONMENT: "the scenes without their places",
    Step.ENVIRONMENTS: "the places",
}
_PLURAL = frozenset(
    {Step.SCENES, Step.SCENES_WITHOUT_ENVIRONMENT, Step.ENVIRONMENTS, Step.SUBTITLES}
)
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


def folded(text: str, stream: TextIO) -> str:
    """Return *text* as *stream* shows it: folded for a terminal, line by line for a log."""
    if not stream.isatty():
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


def name(key: Key) -> str:
    """Return what *key* is called in a sentence: ``scene 3 clip 2``, ``the film``."""
    if key.step in (Step.CLIP, Step.SCENE):
        return str(key)
    return _NAMES.get(key.step) or f"the {key}"


def is_there(key: Key) -> str:
    """Say that *key* is there: ``the film is there``, ``the scenes are there``."""
    return f"{name(key)} {'are' if key.step in _PLURAL else 'is'} there"


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
    return reason.why.value.format(**facts)


def why(reasons: Iterable[Reason], *, leave_out: Iterable[Why] = ()) -> str:
    """Return *reasons* as one clause, each said once; empty where nothing is left to say."""
    said = [reason for reason in reasons if reason.why not in set(leave_out)]
    return "; ".join(dict.fromkeys(sentence(reason) for reason in said))


def ranges(numbers: Iterable[int], *, all_of_them: bool = True) -> str:
    """Return whole numbers as people write them: ``1–3, 5``.

    Without *all_of_them* a list that is long shows its begin and its end.
    """
    groups: list[list[int]] = []
    for number in sorted(numbers):
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    shown = [f"{g[0]}–{g[-1]}" if len(g) > 1 else str(g[0]) for g in groups]
    if not all_of_them and len(shown) > _MOST_GROUPS:
        shown = [*shown[: _MOST_GROUPS // 2], "…", shown[-1]]
    return ", ".join(shown)


def scenes(numbers: Sequence[int], *, all_of_them: bool = True) -> str:
    """Return ``scene 4`` or ``scenes 4–6``, with their count where the list is shortened."""
    listed = ranges(numbers, all_of_them=all_of_them)
    if len(numbers) == 1:
        return f"scene {listed}"
    return f"{len(numbers)} scenes ({listed})" if "…" in listed else f"scenes {listed}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 file``, ``2 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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


def error_line(error: VidgenError) -> str:
    """Return an error as one paragraph, with what to type next."""
    advice = f" ({error.advice})" if error.advice else ""
    return f"{error.message}{advice}"
