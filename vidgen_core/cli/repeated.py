"""What was typed and is not kept with the run: a command that goes on has to say it again."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

import attrs
from attrs import field, frozen

from vidgen_core.plugins import Registry
from vidgen_core.settings.core_options import CoreOptions

#: The options that the last line replaces where the limit was reached.
MAX_COST, UNKNOWN_PRICE = "--max-cost", "--unknown-price"


@frozen(kw_only=True)
class Repeated:
    """The options of a command that the next one does not find with the run.

    ``options``: pairs of an option and its value, the limit on spending among them.
    ``consent``: how the user answered beforehand what they would be asked.
    """

    options: tuple[tuple[str, str], ...] = ()
    consent: tuple[str, ...] = ()
    words: tuple[str, ...] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        limits = tuple(word for pair in self.options for word in _words(*pair))
        object.__setattr__(self, "words", (*limits, *self.consent))

    def without(self, option: str) -> Repeated:
        """Return this without *option* and its value, and without ``--set`` of the same."""
        return attrs.evolve(self, options=tuple(o for o in self.options if _name(*o) != option))

    def for_new_work(self) -> Repeated:
        """Return what holds for work that nobody was asked about yet: not what was agreed to."""
        return attrs.evolve(self, consent=())


NOTHING = Repeated()


def _name(option: str, value: str) -> str:
    """Return which option is given, be it by ``--set``."""
    if option != "--set":
        return option
    return f"--{value.partition('=')[0].strip()}".replace("_", "-")


def _words(option: str, value: str) -> tuple[str, ...]:
    """Return what is typed; a value that looks like an option stands in one word with its own."""
    if not value:
        return (option,)
    return (f"{option}={value}",) if value.startswith("-") else (option, value)


def repeated(arguments: Namespace, registry: Registry, *, begun: bool = True) -> Repeated:
    """Return what was typed in *arguments* and is not kept with the run.

    Where the work was not *begun*, nothing of it is kept yet.
    """
    consent = {"--yes": "yes", "--no-input": "no_input"}
    return Repeated(
        options=(*_own(arguments, kept=begun), *_set(arguments, registry, kept=begun)),
        consent=tuple(word for word, name in consent.items() if getattr(arguments, name, False)),
    )


def _own(arguments: Namespace, *, kept: bool) -> Iterator[tuple[str, str]]:
    for attribute in attrs.fields(CoreOptions):
        value = getattr(arguments, attribute.name, None)
        if value is None or (kept and attribute.metadata.get("scope") == "run"):
            continue
        if value is not False:
            yield f"--{attribute.name.replace('_', '-')}", _typed(value)


def _typed(value: object) -> str:
    """Return *value* as it can be typed: amounts without an exponent; a flag has none."""
    if value is True:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.9f}".rstrip("0")
    return str(value)


def _set(arguments: Namespace, registry: Registry, *, kept: bool) -> Iterator[tuple[str, str]]:
    for text in arguments.set:
        left = text.partition("=")[0].strip()
        if not (kept and _is_kept(left, registry)):
            yield "--set", text


def _is_kept(name: str, registry: Registry) -> bool:
    """Whether the option *name* may stand in a run directory."""
    provider, _, option = name.rpartition(".")
    having = {each.spec.options for each in registry.providers if each.name == provider}
    classes = having if provider else {CoreOptions}
    return any(
        attribute.alias == option.replace("-", "_") and attribute.metadata.get("scope") == "run"
        for options in classes
        for attribute in attrs.fields(options)
    )
