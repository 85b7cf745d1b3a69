"""Which specs may enter: the checks between a hook and the registry.

A spec is refused alone, with a sentence that says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from vidgen_core.belongings import UsersInterrupt
from vidgen_core.errors import (
    EXIT_ORDER,
    Billed,
    ExitCode,
    InputError,
    Interrupted,
    MachineError,
    PluginBug,
    PluginError,
    ProviderError,
    UsageError,
    VidgenError,
)
from vidgen_core.keys import redacted
from vidgen_core.layout import OUTPUT, STATE, Output
from vidgen_core.patterns import overlaps
from vidgen_core.specs import API, ProviderSpec, VideoEngineSpec

#: What a plugin may raise of vidgen's errors, and what the process may end with for it.
_PLUGINS = (ProviderError, MachineError, InputError, UsageError, PluginError)
_PLUGINS_CODES = frozenset(EXIT_ORDER) - {ExitCode.BUG, ExitCode.INTERRUPTED}

_IDENTITY = frozenset({"scene", "clip"})
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def sentence(error: BaseException) -> str:
    """Return one printable line that says what *error* is. No key is in it."""
    try:
        text = " ".join(redacted(str(error)).split())
    except UsersInterrupt:
        raise
    except BaseException:  # a plugin's own exception may do anything
        text = ""
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return "".join(c if c.isprintable() else "?" for c in line)[:500]


def tidied(error: VidgenError, owner: object, *, stopping: bool) -> VidgenError:
    """Return an *error* that a plugin of *owner* raised, as core can work with it.

    No key is in its words. One that only core can mean is the plugin's fault, and so is one
    that is made up wrongly. *stopping*: whether the run was asked to stop.
    """
    try:
        if not (isinstance(error.message, str) and isinstance(error.advice, str)):
            raise TypeError(f"a {type(error).__name__} whose message is no text")
        error.message, error.advice = redacted(error.message), redacted(error.advice)
        error.args = (error.message,)
        if isinstance(error, ProviderError):
            error.retry, error.billed = bool(error.retry), Billed(error.billed)
        if isinstance(error, _PLUGINS) and error.exit_code in _PLUGINS_CODES:
            return error
        if isinstance(error, Interrupted) and stopping:
            return error
        fault: BaseException = error
    except UsersInterrupt:
        raise
    except BaseException as raised:
        fault = raised
    bug = PluginBug(f"{owner}: it raised what no plugin may: {sentence(fault)}")
    bug.__cause__ = error
    return bug


def check_spec(spec: Any, spec_class: type[ProviderSpec]) -> None:
    """Refuse what is no usable spec by itself; raises ``PluginError``."""
    if not isinstance(spec, spec_class):
        raise PluginError(f"it yielded {type(spec).__name__!r}, not a {spec_class.__name__}")
    if spec.api != API:
        raise PluginError(
            f"{spec.name!r} was written for interface {spec.api}; this vidgen speaks {API}"
        )
    if not spec.summary.isprintable():
        raise PluginError(f"{spec.name!r}: its summary is not one printable line")
    if not isinstance(spec.keys, tuple) or not all(
        isinstance(name, str) and _VARIABLE.fullmatch(name) for name in spec.keys
    ):
        raise PluginError(f"{spec.name!r}: keys must be a tuple of variable names")
    if isinstance(spec, VideoEngineSpec) and not callable(spec.lengths):
        try:
            spec.lengths_for(None)
        except ValueError as error:
            raise PluginError(str(error)) from None
    try:
        spec.options()
    except UsersInterrupt:
        raise
    except BaseException as error:
        raise PluginError(
            f"{spec.name!r}: its options cannot all be left out: {sentence(error)}"
        ) from None


def _check_output(name: str, output: Output) -> None:
    if not output.pattern.template.isprintable():
        raise PluginError(f"{name!r}: {output.pattern!r} cannot be printed")
    identity = OUTPUT[output.step].pattern.fields & _IDENTITY
    if output.pattern.fields & _IDENTITY != identity:
        wanted = ", ".join(f"{{{text}}}" for text in sorted(identity)) or "no scene and no clip"
        raise PluginError(f"{name!r}: {output.pattern} must name {wanted}, as each {output.step}")
    if output.pattern.template.split("/")[0] == STATE:
        raise PluginError(f"{name!r}: {output.pattern} lies in {STATE}, which belongs to vidgen")


def check_outputs(spec: ProviderSpec, taken: Iterable[tuple[Output, str]]) -> None:
    """Refuse a spec whose files could be mistaken for others.

    *taken* are the outputs accepted before, each with who owns it. Raises
    ``PluginError``.
    """
    known = list(taken)
    for output in spec.outputs:
        _check_output(spec.name, output)
        for other, owner in known:
            collision = _collision(output, other)
            if collision:
                raise PluginError(f"{spec.name!r}: {collision} of {owner}")
        known.append((output, "its own"))


def _collision(output: Output, other: Output) -> str:
    """Return how the files of two outputs could be mistaken, empty where they cannot."""
    same_step = output.step is other.step
    if output.pattern == other.pattern:
        if same_step:
            return ""
        return f"{output.pattern} ({output.step}) is already the {other.step}"
    if overlaps(output.pattern, other.pattern):
        return f"{output.pattern} ({output.step}) overlaps {other.pattern} ({other.step})"
    if same_step:
        return ""
    # What one provider reads leniently must not take what another one writes.
    for reads, written in ((output, other), (other, output)):
        for pattern in reads.reads:
            if pattern not in OUTPUT[reads.step].reads and overlaps(pattern, written.pattern):
                return f"{pattern} (read as {reads.step}) overlaps {written.pattern}"
    return ""
