"""Providers at work: each is made once, on first use, and its faults are named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs
from attrs import define, field

from vidgen_core import disk, shortage
from vidgen_core.belongings import NO_STREAMS, Kept, Streams, UsersInterrupt
from vidgen_core.download import Downloader
from vidgen_core.errors import MachineError, PluginBug, VidgenError
from vidgen_core.hosts import is_on_this_machine
from vidgen_core.keys import redacted
from vidgen_core.plugins import Loaded
from vidgen_core.plugins.admission import sentence, tidied
from vidgen_core.protocols import Context, Failed, MediaTools
from vidgen_core.selection import missing_key
from vidgen_core.specs import ProviderKind

T = TypeVar("T")


@define(kw_only=True)
class Workshop:
    """Makes providers and calls them.

    ``find(kind, name)`` gives the loaded spec, ``options_for(loaded)`` its options,
    ``key_for(loaded)`` its key or an empty text.
    """

    media: MediaTools
    find: Callable[[ProviderKind, str], Loaded]
    options_for: Callable[[Loaded], Any]
    key_for: Callable[[Loaded], str]
    cancelled: Callable[[], bool] = lambda: False
    _streams: Streams = field(factory=Streams.now, init=False)
    _made: dict[tuple[ProviderKind, str], Any] = field(factory=dict, init=False)
    _makers: dict[tuple[ProviderKind, str], threading.Lock] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def provider(self, kind: ProviderKind, name: str) -> Any:
        """Return the provider, made by its factory the first time it is asked for."""
        with self._lock:
            making = self._makers.setdefault((kind, name), threading.Lock())
        with making:  # a factory may take its time; other providers are not kept waiting
            if (kind, name) not in self._made:
                self._made[kind, name] = self._make(kind, name)
            return self._made[kind, name]

    def _make(self, kind: ProviderKind, name: str) -> Any:
        loaded = self.find(kind, name)
        return self.ask(loaded, "its factory", loaded.spec.factory)

    def ask(self, loaded: Loaded, what: str, question: Callable[[Context], T]) -> T:
        """Hand a provider's *question*, a function of its spec, what it works with."""
        key = self.key_for(loaded)
        if loaded.spec.keys and not key:
            raise missing_key(loaded)
        options = self.options_for(loaded)
        context = Context(
            options=options,
            media=self.media,
            key=key,
            cancelled=self.cancelled,
            download=Downloader(loopback=_rehearses(options), cancelled=self.cancelled),
        )
        return self._guarded(loaded, what, lambda: question(context))

    def options(self, kind: ProviderKind, name: str) -> Any:
        """Return the options that the provider is made with."""
        return self.options_for(self.find(kind, name))

    def call(self, kind: ProviderKind, name: str, what: str, call: Callable[[], T]) -> T:
        """Call into a provider; what it raises beside vidgen's errors is a ``PluginBug``.

        A disk that is full is the machine's fault, wherever it shows.
        """
        return self._guarded(self.find(kind, name), what, call)

    def _guarded(self, loaded: Loaded, what: str, call: Callable[[], T]) -> T:
        """Call into a plugin. No key is in the words that come back: it may quote its own."""
        try:
            # After a run that was interrupted the streams are not what they were any more.
            with Kept(NO_STREAMS if self.cancelled() else self._streams):
                return _without_keys(call())
        except UsersInterrupt:
            raise
        except VidgenError as error:
            told = tidied(error, loaded.owner, stopping=self.cancelled())
            raise told from told.__cause__
        except BaseException as error:
            if disk.is_everywhere(error):
                why = f"{what} failed: {sentence(error)}"
                short = shortage.lacks(error)
                advice = f"{short.message}; {short.advice}" if short else ""
                raise MachineError(
                    f"{loaded.name} ({loaded.owner}): {why}", advice=advice
                ) from error
            raise PluginBug(
                f"{loaded.owner}: {what} raised {sentence(error)}",
                advice=f"this is a fault of {loaded.distribution}; its authors want to know",
            ) from error


def _without_keys(result: T) -> T:
    """Return what a plugin returned; why a job failed is a message like others."""
    if isinstance(result, Failed):
        return cast(T, attrs.evolve(result, message=redacted(str(result.message))))
    return result


def _rehearses(options: Any) -> bool:
    """Whether the user has put a service of the provider on this machine.

    A run directory cannot say so: options of scope ``user`` are never read from one.
    """
    return any(
        attribute.metadata.get("scope") == "user"
        and is_on_this_machine(getattr(options, attribute.name))
        for attribute in attrs.fields(type(options))
    )
