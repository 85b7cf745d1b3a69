"""The pure functions of a spec, guarded in one place: planning calls them again and again.

Whatever one raises, an exit or an interrupt of its own making included, becomes a
:class:`PluginBug` that names the distribution, and so does a value that is of no use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import attrs
from attrs import field, frozen

from vidgen_core.belongings import UsersInterrupt, put_back_handles
from vidgen_core.errors import PluginBug
from vidgen_core.plugins.admission import sentence
from vidgen_core.specs import Price, ProviderSpec, free_of_charge, speaks_everything
from vidgen_core.specs.lengths import MOST_CLIPS

#: No piece of work costs more dollars; a sum of such numbers would be none.
_MOST_DOLLARS = 1_000_000.0
#: Nobody reads a longer reason, in characters.
_LONGEST_REASON = 500
#: What core has in the place of a function that a plugin leaves out.
_CORES_OWN = (free_of_charge, speaks_everything)


@frozen
class Pure:
    """A function of a spec, called so that it can spoil nothing."""

    name: str
    function: Callable[..., Any]
    owner: str = field(eq=False)
    checked: Callable[[Any], Any] = field(eq=False, repr=False)

    def __call__(self, *given: Any) -> Any:
        """Return what the function returns, checked. Raises ``PluginBug``."""
        deepest, trace = sys.getrecursionlimit(), sys.gettrace()
        try:
            return self.checked(self.function(*given))
        except UsersInterrupt:
            raise
        except BaseException as error:
            raise PluginBug(f"{self.name}() raised {sentence(error)} ({self.owner})") from error
        finally:
            put_back_handles()
            if sys.getrecursionlimit() != deepest:
                sys.setrecursionlimit(deepest)
            if sys.gettrace() is not trace:
                sys.settrace(trace)


def guarded(spec: Any, spec_class: type[ProviderSpec], owner: str) -> Any:
    """Return *spec* of *owner* with each of its pure functions guarded.

    It is made anew from its fields, so that it is what its class says. Raises what
    reading them raises.
    """
    fields = [each for each in attrs.fields(spec_class) if each.init]
    values = {each.alias: getattr(spec, each.name) for each in fields}
    for name, checked in _CHECKS.items():
        function = values.get(name)
        if callable(function) and function not in _CORES_OWN:
            values[name] = Pure(name, function, owner, checked)
    return spec_class(**values)


def _price(value: Any) -> Price:
    if not isinstance(value, Price):
        raise TypeError(f"{value!r:.200} is not a Price")
    price = Price(float(value.low), None if value.high is None else float(value.high))
    if max(price.low, price.high or 0.0) > _MOST_DOLLARS:
        raise ValueError(f"{price} is what no piece of work costs")
    return price


def _seconds(value: Iterable[Any]) -> tuple[float, ...]:
    """Return several lengths in seconds; one more than can be used tells that they are many."""
    return tuple(float(each) for each in islice(value, MOST_CLIPS + 1))


def _reason(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.200} is no text")
    line = " ".join(value.split())
    return "".join(c if c.isprintable() else "?" for c in line)[:_LONGEST_REASON]


def _characters(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r:.200} is no number of characters")
    return int(value)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "price": _price,
    "split": _seconds,
    "lengths": _seconds,
    "unable": _reason,
    "longest": _characters,
}
