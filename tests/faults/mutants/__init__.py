"""vidgen with one thing broken: each mutant must be caught by the check that it names.

A mutant is a function that breaks something in this process; it is named after what it
breaks, and its docstring tells what a user would meet. It is applied in a process of its own
(see :mod:`.trials`), and nothing of vidgen knows of it.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

from attrs import frozen

#: Every mutant by its name, in the order of their files.
MUTANTS: dict[str, Mutant] = {}


@frozen(kw_only=True)
class Mutant:
    """What breaks something, and the test that must see it.

    ``required``: it is tried in each run, not in the whole extent only.
    """

    name: str
    breaks: str
    apply: Callable[[], None]
    caught_by: str
    required: bool


class OutOfDate(Exception):
    """The code that a mutant breaks is another one now: the mutant has to be written anew."""


def mutant(
    caught_by: str, *, required: bool = False
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have the decorated function be a mutant that the test *caught_by* must see."""

    def made(apply: Callable[[], None]) -> Callable[[], None]:
        MUTANTS[apply.__name__] = Mutant(
            name=apply.__name__,
            breaks=inspect.getdoc(apply) or "",
            apply=apply,
            caught_by=caught_by,
            required=required,
        )
        return apply

    return made


def rewritten(function: Any, *changes: tuple[str, str]) -> None:
    """Have *function*, by whichever name it is called, do what its changed text says.

    *changes*: what stands there once, and what stands there instead.
    """
    real = inspect.unwrap(function)
    assert isinstance(real, FunctionType)
    text = textwrap.dedent(inspect.getsource(real))
    for old, new in changes:
        if text.count(old) != 1:
            raise OutOfDate(f"{real.__qualname__} has {old!r} {text.count(old)} times, not once")
        text = text.replace(old, new)
    file = Path(real.__code__.co_filename).name
    code = compile(f"from __future__ import annotations\n{text}", f"mutated {file}", "exec")
    names: dict[str, Any] = {}
    exec(code, real.__globals__, names)
    changed = names[real.__name__]
    changed = changed.__func__ if isinstance(changed, staticmethod) else changed
    changed = changed.fget if isinstance(changed, property) else changed
    real.__code__ = inspect.unwrap(changed).__code__


from . import money, trust, writing  # noqa: E402

__all__ = ["MUTANTS", "Mutant", "OutOfDate", "money", "mutant", "rewritten", "trust", "writing"]
