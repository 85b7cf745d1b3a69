"""Options with their scope and their origin: one mechanism for core and providers.

A value is looked for in the flags, the environment, the run's own settings
file, the user's settings file; then it is the default. The first that has it
wins. A run directory is untrusted: of its file only options of scope ``run``
are used. Core's own options stand at the top of a file, a provider's in a table
``[providers.NAME]``; in flags and here an option's name is ``engine`` or
``local.fps``.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import attrs
from attrs import field, frozen

from vidgen_core.belongings import Kept, UsersInterrupt, users_environment
from vidgen_core.errors import PluginError, UsageError, VidgenError
from vidgen_core.settings.core_options import CoreOptions, has_aspect
from vidgen_core.settings.names import attributes, declaration, declared, dotted, nearest
from vidgen_core.settings.option_values import BadValue, at_fault, parse, to_toml
from vidgen_core.settings.settings_file import (
    PROVIDERS,
    read_run_file,
    read_user_file,
    run_advice,
    user_file,
)
from vidgen_core.settings.sources import (
    ENVIRONMENT,
    FLAG,
    RUN,
    Found,
    Source,
    flat_values,
    from_sets,
    look_up,
    place,
    variable,
)
from vidgen_core.specs import ProviderSpec

__all__ = ["Settings", "load", "run_settings", "run_values", "variable"]

T = TypeVar("T")


@frozen(kw_only=True)
class Settings:
    """Every option's value with its origin; made by :func:`load`.

    ``core`` holds vidgen's own options. ``warnings`` are sentences about what a
    settings file says in vain. ``to_save``: the run options given now, by flag or
    environment, that no run's file holds, as TOML values by dotted name.
    """

    core: CoreOptions
    warnings: tuple[str, ...] = ()
    to_save: Mapping[str, Any] = field(factory=dict)
    _sources: tuple[Source, ...] = field(repr=False)
    _run_file: Mapping[str, Any] = field(repr=False)
    _classes: Mapping[str, tuple[type, ...]] = field(repr=False)

    def origin(self, name: str) -> str:
        """Return where the value of *name* comes from.

        ``flag``, ``environment VIDGEN_X``, ``run``, ``user file PATH`` or
        ``default``. Raises ``UsageError`` for a name that is not known.
        """
        attribute = declaration(name, self._classes)
        found = look_up(name, attribute, self._sources)
        return found.origin if found else "default"

    def is_kept(self, name: str) -> bool:
        """Whether the option *name* is also given elsewhere than on the command line."""
        sources = [source for source in self._sources if source.origin != FLAG]
        return look_up(name, declaration(name, self._classes), sources) is not None

    def options_for(self, provider: str, options: type[T]) -> T:
        """Return the options of *provider* as an instance of its class *options*.

        Raises ``UsageError`` for a value that the class does not take, naming
        where it was given; ``PluginError`` for a class that cannot be used.
        """
        return _build(provider, options, self._sources)


def load(
    *,
    flags: Mapping[str, Any] | None = None,
    sets: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    run_directory: Path | None = None,
    below: Mapping[str, Any] | None = None,
    specs: Iterable[ProviderSpec] = (),
) -> Settings:
    """Read every source and check what it says.

    *flags*: core's options from the command line, by name; ``None`` is not
    given. *sets*: the texts of ``--set``, ``PROVIDER.OPTION=VALUE`` or, for
    core's own, ``OPTION=VALUE``. *below*: what another run's file says, for what the
    run's own does not. *specs*: those of the installed providers.
    Raises ``UsageError`` for an unknown name, a bad value or a broken file.
    """
    variables = users_environment() if environ is None else environ
    classes = declared(specs)
    user_path = user_file(variables)
    user = read_user_file(variables)
    run = read_run_file(run_directory) if run_directory else {}
    under = flat_values(below or {})
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    for name in given:
        declaration(name, classes)
    own = {name: text for name, text in variables.items() if name.startswith("VIDGEN_")}
    flag = Source(FLAG, {**from_sets(sets, classes), **given})
    environment = Source(ENVIRONMENT, own)
    in_run = Source(RUN, flat_values(run), run_advice(run_directory) if run_directory else "")
    of_user = Source(f"user file {user_path}", flat_values(user), f"correct {user_path}")
    sources = (flag, environment, in_run, Source(RUN, under), of_user)
    core = _build("", CoreOptions, sources)
    if not has_aspect(core.resolution, core.aspect):
        _check_aspect(core, sources)
    return Settings(
        core=core,
        to_save=_to_save(sources, {**under, **in_run.values}, classes),
        warnings=(*_run_warnings(in_run, classes), *_user_warnings(of_user, classes)),
        sources=sources,
        run_file=run,
        classes=classes,
    )


def run_settings(settings: Settings, also: Mapping[str, Any] | None = None) -> str:
    """Return the TOML text to be written to the run's settings file.

    What the file holds now, unknown keys and all, under ``settings.to_save``
    and *also*: further run options, by dotted name, that the command decided.
    """
    import tomli_w

    merged: dict[str, Any] = copy.deepcopy(dict(settings._run_file))
    for name, value in {**settings.to_save, **(also or {})}.items():
        attribute = declaration(name, settings._classes)
        if attribute.metadata.get("scope") != "run":
            raise ValueError(f"{name} may not stand in a run directory")
        provider, _, key = name.rpartition(".")
        table = merged
        if provider:
            table = merged.setdefault(PROVIDERS, {}).setdefault(provider, {})
        table[key] = to_toml(value)
    return tomli_w.dumps(merged)


def run_values(settings: Settings, *, without: Iterable[str] = ()) -> Mapping[str, Any]:
    """Return what the run's settings file says, as its tables, but for core's own *without*."""
    left_out = frozenset(without)
    return {key: value for key, value in settings._run_file.items() if key not in left_out}


def _build(provider: str, options: type[T], sources: Sequence[Source]) -> T:
    """Return an instance of *options* from what the sources say."""
    given: dict[str, Found] = {}
    values: dict[str, Any] = {}
    for option, attribute in attributes(options).items():
        found = look_up(dotted(provider, option), attribute, sources)
        if found is not None:
            given[option] = found
            values[option] = _typed(dotted(provider, option), found, options, attribute)
    try:
        with Kept():
            return options(**values)
    except ValueError as error:
        raise _culprit(provider, options, given, values, error) from None
    except (UsersInterrupt, VidgenError):
        raise
    except BaseException as error:  # a plugin's class may raise anything
        if not provider:
            raise
        package = options.__module__.partition(".")[0]
        raise PluginError(
            f"the options of {provider} ({package}) cannot be made: {type(error).__name__}"
        ) from error


def _typed(name: str, found: Found, options: type, attribute: attrs.Attribute[Any]) -> Any:
    """Return a given value as the type that its option declares."""
    try:
        return parse(found.value, _types(options)[attribute.name])
    except BadValue as error:
        raise _bad(name, found, error) from None
    except Exception as error:  # a type that is not there, or that no option can have
        raise PluginError(f"option {name} cannot be set: {error}") from None


@functools.lru_cache(maxsize=256)
def _types(options: type) -> Mapping[str, Any]:
    """Return what the options of a class may be, by name; to work that out takes a while."""
    return get_type_hints(options)


def _culprit(
    provider: str,
    options: type,
    given: Mapping[str, Found],
    values: Mapping[str, Any],
    error: ValueError,
) -> UsageError:
    """Return the error for the value that its class refuses, or for those that do not fit."""
    guilty = at_fault(options, values, error)
    if len(guilty) == 1:
        return _bad(dotted(provider, guilty[0]), given[guilty[0]], error)
    names = ", ".join(dotted(provider, option) for option in guilty)
    return UsageError(f"{names} do not fit together: {error}")


def _bad(name: str, found: Found, error: Exception) -> UsageError:
    """Return the error for a value that does not fit, with where it was given."""
    # A validator's exception may carry the attribute and the value beside its sentence.
    message = error.args[0] if error.args else error
    return UsageError(f"{place(name, found)}: {message}", advice=found.advice)


def _check_aspect(core: CoreOptions, sources: Sequence[Source]) -> None:
    """Refuse an aspect that the resolution contradicts, where it is asked for all the same.

    A resolution that is given nearer than the aspect is meant instead of it, and a run
    that was begun goes on as it is.
    """
    known = attributes(CoreOptions)
    for source in sources:
        aspect = source.get("aspect", known["aspect"].metadata)
        if aspect is not None and source.origin != RUN:
            raise UsageError(
                f"{place('aspect', aspect)}: a film of {core.resolution} is not {core.aspect}",
                advice="give one of the two, or the shorter side alone: --resolution 720p",
            )
        if aspect or source.get("resolution", known["resolution"].metadata):
            return


def _to_save(
    sources: Sequence[Source], held: Mapping[str, Any], classes: Mapping[str, tuple[type, ...]]
) -> dict[str, Any]:
    """Return the run options that are given now and that the run's file does not hold."""
    now = [source for source in sources if source.origin in (FLAG, ENVIRONMENT)]
    given = {}
    for provider, options in ((p, each) for p, group in classes.items() for each in group):
        _refuse_nonsense(provider, options, now, sources)  # it must not be saved
        for option, attribute in attributes(options).items():
            name = dotted(provider, option)
            found = look_up(name, attribute, now)
            if found is None or attribute.metadata.get("scope") != "run":
                continue
            value = to_toml(_typed(name, found, options, attribute))
            if name not in held or held[name] != value:
                given[name] = value
    return given


def _refuse_nonsense(
    provider: str, options: type, now: Sequence[Source], sources: Sequence[Source]
) -> None:
    """Refuse what is given now, unless it makes sense beside what was given before."""
    try:
        _build(provider, options, now)
    except UsageError:
        _build(provider, options, sources)


def _run_warnings(run: Source, classes: Mapping[str, tuple[type, ...]]) -> Iterator[str]:
    """Say what of the run's file is not used; an uninstalled provider's table is normal."""
    for name in run.values:
        provider = name.rpartition(".")[0]
        if provider not in classes:
            continue
        try:
            attribute = declaration(name, classes)
        except UsageError:
            yield f"the run's settings: {name} is unknown and ignored"
            continue
        if attribute.metadata.get("scope") != "run":
            yield (
                f"the run's settings: {name} is ignored, for a run directory may not set it; "
                "set it in your own settings or by a flag"
            )


def _user_warnings(user: Source, classes: Mapping[str, tuple[type, ...]]) -> Iterator[str]:
    """Refuse unknown options in the user's file; yield unknown providers."""
    for name in user.values:
        provider = name.rpartition(".")[0]
        if provider in classes:
            try:
                declaration(name, classes)
            except UsageError as error:
                raise UsageError(f"{user.origin}, {error.message}", advice=error.advice) from None
        elif len(classes) > 1:
            advice = nearest(provider, [known for known in classes if known], "installed")
            yield f"{user.origin}: {name} is ignored, {provider!r} is not installed; {advice}"
