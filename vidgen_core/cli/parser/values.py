"""What a value on the command line must look like, and what is said where it does not."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

#: More than this at once is a slip of the finger.
MOST_JOBS = 256
LARGEST_SEED = 2**31 - 1
MOST_SCENES = 1000
#: What can be done about a key.
KEY_ACTIONS = ("set", "list", "rm", "check")
#: The longest that ``--patience`` waits, in seconds: 30 days.
LONGEST_PATIENCE = 30 * 86_400.0

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_SCENES = r"[1-9][0-9]{0,8}(?:-[1-9][0-9]{0,8})?"


def given(text: str) -> str:
    """Return *text*, which must not be empty."""
    if not text.strip():
        raise ArgumentTypeError("it must not be empty")
    return text


def setting(text: str) -> str:
    """Return *text*, which must have the form ``PROVIDER.OPTION=VALUE``."""
    if re.fullmatch(r"[^\s=]+=.*", text, re.DOTALL) is None:
        raise ArgumentTypeError(f"{text!r} is not PROVIDER.OPTION=VALUE")
    return text


def key_action(text: str) -> str:
    """Read what is done about a key. What is none of it may be a key, and is not repeated."""
    if text not in KEY_ACTIONS:
        raise ArgumentTypeError(f"choose from {', '.join(KEY_ACTIONS)}")
    return text


def _whole(text: str, low: int, high: int) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,12}", text) else -1
    if not low <= number <= high:
        raise ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
    return number


def jobs(text: str) -> int:
    """Return how many pieces of work are done at once."""
    return _whole(text, 1, MOST_JOBS)


def seed(text: str) -> int:
    """Return a seed."""
    return _whole(text, 0, LARGEST_SEED)


def few(text: str) -> int:
    """Return how many scenes or places there may be."""
    return _whole(text, 1, MOST_SCENES)


def dollars(text: str) -> float:
    """Return an amount of money in US dollars."""
    if re.fullmatch(_NUMBER, text) is None:
        raise ArgumentTypeError(f"{text!r} is no amount in dollars: 20 or 7.50, for example")
    return float(text)


def duration(text: str) -> float:
    """Return a time in seconds: ``90s``, ``15m``, ``8h``, ``2d``, or plain seconds."""
    found = re.fullmatch(f"({_NUMBER})([smhd]?)", text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no time: 90s, 15m, 8h, 2d, or a number of seconds")
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > LONGEST_PATIENCE:
        raise ArgumentTypeError(f"{text!r} is more than 30 days")
    return seconds


def in_doubt(text: str) -> str:
    """Return what is to be done about work in doubt.

    ``wait``, ``again``, ``skip``, ``adopt=JOB`` or ``adopt=OUTPUT:JOB``.
    """
    if text in ("wait", "again", "skip"):
        return text
    if re.fullmatch(r"adopt=[^\s:](?:\S*[^\s:])?", text) is None:
        raise ArgumentTypeError(
            f"{text!r} is none of wait, again, skip, adopt=JOB, adopt=OUTPUT:JOB "
            "(such as adopt=clip-2-1:JOB)"
        )
    return text


def scenes(text: str) -> tuple[int, ...]:
    """Return the numbers of scenes, in their order: ``3``, ``3,5-7``."""
    numbers: set[int] = set()
    for part in text.split(","):
        if re.fullmatch(_SCENES, part.strip()) is None:
            raise ArgumentTypeError(f"{text!r} names no scenes: 3 or 3,5-7, for example")
        first, _, last = part.strip().partition("-")
        low, high = int(first), int(last or first)
        if high < low:
            raise ArgumentTypeError(f"{part.strip()!r} begins after its end")
        if high - low >= MOST_SCENES:
            raise ArgumentTypeError(f"{part.strip()!r} is more than {MOST_SCENES} scenes")
        numbers.update(range(low, high + 1))
    return tuple(sorted(numbers))
