"""The plugin border: find what is installed, load it one by one, keep faults apart.

:func:`load` returns a :class:`Registry`, a value. Only the modules behind the
entry points are imported; a provider's ``factory`` is not called here. Every
plugin gets a hook caller of its own, so that none can wrap, reorder or stop
another. What a hook yielded before it raised counts, for each spec is checked
by itself; what it would have yielded later is lost, and the fault is named.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from difflib import get_close_matches
from importlib.metadata import (
    EntryPoint,
    PackageNotFoundError,
    distributions,
    entry_points,
    requires,
)
from types import MappingProxyType
from typing import Any

import attrs
from attrs import field, frozen
from pluggy import PluginManager

import vidgen_core
from vidgen_core import hookspecs, shortage
from vidgen_core.belongings import Kept, UsersInterrupt
from vidgen_core.errors import PluginError, UsageError
from vidgen_core.hookspecs import PROJECT, Outcome
from vidgen_core.layout import OUTPUTS, Output
from vidgen_core.patterns import OutputPattern
from vidgen_core.plan import Plan, Task
from vidgen_core.plugins.admission import check_outputs, check_spec, sentence
from vidgen_core.plugins.pure import guarded
from vidgen_core.specs import (
    ExecutorSpec,
    FrameHostSpec,
    ImageGeneratorSpec,
    ProviderKind,
    ProviderSpec,
    ScriptModelSpec,
    SoundEngineSpec,
    SpeechEngineSpec,
    StitcherSpec,
    VideoEngineSpec,
)
from vidgen_core.wording import NOT_INSTALLED

#: The distribution under which core's own providers are registered.
CORE = "vidgen-core"

#: A requirement that only an extra has: ``google-genai<4,>=3.4; extra == 'genai'``.
_OF_AN_EXTRA = re.compile(
    r"(?P<package>[\w.-]+)[^;]*;.*\bextra *== *['\"](?P<extra>[\w.-]+)['\"]", re.ASCII
)

_HOOKS = MappingProxyType(
    {
        "vidgen_script_models": (ProviderKind.SCRIPT_MODEL, ScriptModelSpec),
        "vidgen_video_engines": (ProviderKind.VIDEO_ENGINE, VideoEngineSpec),
        "vidgen_image_generators": (ProviderKind.IMAGE_GENERATOR, ImageGeneratorSpec),
        "vidgen_speech_engines": (ProviderKind.SPEECH_ENGINE, SpeechEngineSpec),
        "vidgen_sound_engines": (ProviderKind.SOUND_ENGINE, SoundEngineSpec),
        "vidgen_stitchers": (ProviderKind.STITCHER, StitcherSpec),
        "vidgen_frame_hosts": (ProviderKind.FRAME_HOST, FrameHostSpec),
        "vidgen_executors": (ProviderKind.EXECUTOR, ExecutorSpec),
    }
)
_OBSERVERS = ("vidgen_plan_ready", "vidgen_task_done")
_ORDER = tuple(ProviderKind)

#: A hook that yields without end must not hang every command.
_MOST_SPECS = 100

_log = logging.getLogger(__name__)


@frozen
class Owner:
    """The distribution that a pattern came from."""

    distribution: str
    version: str

    def __str__(self) -> str:
        """Return both as people write them."""
        return f"{self.distribution} {self.version}"


@frozen(kw_only=True)
class Loaded:
    """A provider that can be chosen, and the distribution that it came from."""

    kind: ProviderKind
    spec: ProviderSpec
    distribution: str
    version: str

    @property
    def name(self) -> str:
        """The spec's name."""
        return self.spec.name

    @property
    def owner(self) -> Owner:
        """The distribution and its version, together."""
        return Owner(self.distribution, self.version)


@frozen(kw_only=True)
class Failure:
    """What could not be loaded, and why.

    ``error`` is one sentence; ``detail`` the traceback, empty where the fault is
    not an exception of the plugin.
    """

    distribution: str
    version: str
    entry_point: str
    error: str
    detail: str = field(default="", repr=False)


@frozen
class _Source:
    """One entry point and where it was found."""

    entry_point: EntryPoint
    owner: Owner

    def failure(self, error: str, cause: BaseException | None = None) -> Failure:
        detail = "".join(traceback.format_exception(cause)) if cause else ""
        return Failure(
            distribution=self.owner.distribution,
            version=self.owner.version,
            entry_point=f"{self.entry_point.name} = {self.entry_point.value}",
            error=error,
            detail=detail,
        )


@frozen
class _Plugin:
    """One loaded plugin with a hook caller that knows no other."""

    source: _Source
    manager: PluginManager

    def observe(self, hook: str, **facts: Any) -> None:
        """Call an observer; log what it raises."""
        try:
            with Kept():
                getattr(self.manager.hook, hook)(**facts)
        except UsersInterrupt:
            raise
        except BaseException as error:
            _log.warning("%s: %s raised %s", self.source.owner, hook, sentence(error))
            _log.debug("%s", hook, exc_info=error)


@frozen(kw_only=True)
class Registry:
    """What is installed. ``providers`` are sorted by kind and name."""

    providers: tuple[Loaded, ...] = ()
    failures: tuple[Failure, ...] = ()
    _observers: tuple[_Plugin, ...] = field(default=(), repr=False, eq=False)

    def names(self, kind: ProviderKind) -> tuple[str, ...]:
        """Return the names of one kind, sorted, each once."""
        return tuple(dict.fromkeys(p.name for p in self.providers if p.kind is kind))

    def find(self, kind: ProviderKind, name: str) -> Loaded:
        """Return the provider that is called *name*.

        Raises ``UsageError`` for a name that is not installed, ``PluginError``
        for one that two distributions claim.
        """
        found = [p for p in self.providers if p.kind is kind and p.name == name]
        if len(found) > 1:
            owners = " and ".join(str(p.owner) for p in found)
            raise PluginError(
                f"{_words(kind)} {name!r} is claimed by {owners}",
                advice="uninstall one of the two distributions",
            )
        if not found:
            raise self._unknown(kind, name)
        return found[0]

    def patterns(self) -> tuple[tuple[Output, Owner], ...]:
        """Return every known output with its owner, ``layout``'s first.

        Equal patterns of one step count once, with the reading patterns of all.
        """
        core = Owner(CORE, vidgen_core.__version__)
        declared = [(output, core) for output in OUTPUTS]
        declared += [(output, p.owner) for p in self.providers for output in p.spec.outputs]
        merged: dict[tuple[str, OutputPattern], tuple[Output, Owner]] = {}
        for output, owner in declared:
            same = (output.step.value, output.pattern)
            known, first = merged.setdefault(same, (output, owner))
            reads = tuple(dict.fromkeys((*known.reads, *output.reads)))
            merged[same] = (attrs.evolve(known, reads=reads), first)
        return tuple(merged.values())

    def plan_ready(self, plan: Plan) -> None:
        """Tell the observers about *plan*; what they raise is logged."""
        for plugin in self._observers:
            plugin.observe("vidgen_plan_ready", plan=plan)

    def task_done(self, task: Task, outcome: Outcome) -> None:
        """Tell the observers how *task* ended; what they raise is logged."""
        for plugin in self._observers:
            plugin.observe("vidgen_task_done", task=task, outcome=outcome)

    def _unknown(self, kind: ProviderKind, name: str) -> UsageError:
        names = self.names(kind)
        near = get_close_matches(name, names, n=1)
        advice = f"installed: {', '.join(names)}" if names else "none is installed"
        wants = self._extra(name)
        of_whom = next((each for each in names if name.startswith(f"{each}-")), "")
        if wants:
            advice = f"an extra may bring it: pip install '{wants}' ({advice})"
        elif of_whom:
            advice = f"name the provider, {of_whom}; vidgen plugins -v shows its option for a model"
        elif near:
            advice = f"did you mean {near[0]!r}? ({advice})"
        else:
            advice = f"{NOT_INSTALLED} ({advice})"
        if self.failures:
            advice += "; some plugins failed to load: see `vidgen plugins`"
        return UsageError(f"no {_words(kind)} is called {name!r}", advice=advice)

    def _extra(self, name: str) -> str:
        """Return, for pip, the extra that is not there of a package that brings a like *name*."""
        owners = (loaded.distribution for loaded in self.providers if loaded.name == name)
        for owner in owners:
            try:
                needed = requires(owner) or ()
            except PackageNotFoundError:
                continue
            for found in filter(None, map(_OF_AN_EXTRA.match, needed)):
                if not any(distributions(name=found["package"])):
                    return f"{owner}[{found['extra']}]"
        return ""


def load(found: Iterable[EntryPoint] | None = None) -> Registry:
    """Load what is installed, or *found*, and core's own stitcher.

    Never raises for a plugin's sake, but ``MachineError`` where this machine is short of
    what it takes. Whatever a plugin prints while it loads goes to standard error, for
    standard output carries only results.
    """
    shortage.check_files(shortage.NEEDED)
    providers: list[Loaded] = []
    observers: list[_Plugin] = []
    with redirect_stdout(sys.stderr):
        entries, failures = _discover() if found is None else (list(found), [])
        for source in _sources(entries):
            plugin = _open(source)
            if isinstance(plugin, Failure):
                failures.append(plugin)
                continue
            for hook in _HOOKS:
                _collect(plugin, hook, providers, failures)
            if any(getattr(plugin.manager.hook, hook).get_hookimpls() for hook in _OBSERVERS):
                observers.append(plugin)
    providers.sort(key=lambda p: (_ORDER.index(p.kind), p.name, p.distribution))
    return Registry(
        providers=tuple(providers),
        failures=tuple(dict.fromkeys(failures)),
        observers=tuple(observers),
    )


def _discover() -> tuple[list[EntryPoint], list[Failure]]:
    """Return the installed entry points of our group, and the metadata that is damaged."""
    try:
        return list(entry_points(group=PROJECT)), []
    except Exception:
        _log.debug("one distribution's entry points are damaged", exc_info=True)
    found: dict[tuple[str, str], EntryPoint] = {}
    failures = []
    seen: set[str] = set()
    for distribution in distributions():
        owner = _owner(distribution)
        if owner.distribution in seen:
            continue
        seen.add(owner.distribution)
        try:
            for entry in distribution.entry_points.select(group=PROJECT):
                found[owner.distribution, entry.name] = entry
        except Exception as error:
            failures.append(
                Failure(
                    distribution=owner.distribution,
                    version=owner.version,
                    entry_point="entry_points.txt",
                    error=f"its entry points cannot be read: {sentence(error)}",
                )
            )
    return list(found.values()), failures


def _sources(found: Iterable[EntryPoint]) -> list[_Source]:
    """Return what is to be loaded: core's own first, the rest by name."""
    stitch = EntryPoint(name="ffmpeg", value=f"{vidgen_core.__name__}.stitch", group=PROJECT)
    own = _Source(stitch, Owner(CORE, vidgen_core.__version__))
    others = [_Source(entry, _owner(entry.dist)) for entry in found]
    return [own, *sorted(others, key=lambda s: (s.owner.distribution.lower(), s.entry_point.name))]


def _owner(distribution: Any) -> Owner:
    try:
        return Owner(distribution.metadata["Name"] or "unknown", distribution.version or "unknown")
    except Exception:  # no distribution, or one whose metadata are damaged
        return Owner("unknown", "unknown")


def _open(source: _Source) -> _Plugin | Failure:
    """Import one plugin and check that it implements hooks that exist, as they are."""
    try:
        with Kept():
            module = source.entry_point.load()
    except UsersInterrupt:
        raise
    except BaseException as error:  # SystemExit is no Exception
        if (short := shortage.confirmed(error)) is not None:
            raise short from error
        return source.failure(f"it cannot be imported: {sentence(error)}", error)
    manager = PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        with Kept():  # a module may make its names up as they are asked for
            manager.register(module)
            manager.check_pending()
    except UsersInterrupt:
        raise
    except BaseException as error:
        return source.failure(f"its hooks do not fit: {sentence(error)}", error)
    return _Plugin(source, manager)


def _collect(plugin: _Plugin, hook: str, providers: list[Loaded], failures: list[Failure]) -> None:
    """Call one producing hook; append each provider it gives, or why it is none."""
    source = plugin.source
    try:
        with Kept():
            for number, spec in enumerate(_yielded(plugin.manager, hook)):
                if number == _MOST_SPECS:
                    failures.append(source.failure(f"{hook} yielded more than {_MOST_SPECS} specs"))
                    return
                try:
                    providers.append(_accept(spec, hook, source.owner, providers))
                except PluginError as error:
                    failures.append(source.failure(f"{hook}: {error}"))
    except UsersInterrupt:
        raise
    except BaseException as error:
        failures.append(source.failure(f"{hook} raised {sentence(error)}", error))


def _yielded(manager: PluginManager, hook: str) -> Iterator[Any]:
    for result in getattr(manager.hook, hook)():
        yield from result


def _accept(spec: Any, hook: str, owner: Owner, accepted: list[Loaded]) -> Loaded:
    kind, spec_class = _HOOKS[hook]
    check_spec(spec, spec_class)
    spec = guarded(spec, spec_class, str(owner))
    if any((p.kind, p.name, p.owner) == (kind, spec.name, owner) for p in accepted):
        raise PluginError(f"it yielded {_words(kind)} {spec.name!r} twice")
    taken = [(output, CORE) for output in OUTPUTS]
    taken += [(output, str(p.owner)) for p in accepted for output in p.spec.outputs]
    check_outputs(spec, taken)
    return Loaded(kind=kind, spec=spec, distribution=owner.distribution, version=owner.version)


def _words(kind: ProviderKind) -> str:
    return kind.value.replace("-", " ")
