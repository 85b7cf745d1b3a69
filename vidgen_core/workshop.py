"""Providers at work: each is made once, on first use, and its faults are named."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from attrs import define, field

from vidgen_core.errors import AuthFailed, PluginBug, VidgenError
from vidgen_core.plan import ProviderKind
from vidgen_core.plugins import Loaded
from vidgen_core.protocols import Context, MediaTools


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
    _made: dict[tuple[ProviderKind, str], Any] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def provider(self, kind: ProviderKind, name: str) -> Any:
        """Return the provider, made by its factory the first time it is asked for."""
        with self._lock:
            made = self._made.get((kind, name))
            if made is None:
                made = self._make(kind, name)
                self._made[kind, name] = made
            return made

    def _make(self, kind: ProviderKind, name: str) -> Any:
        loaded = self.find(kind, name)
        key = self.key_for(loaded)
        if loaded.spec.keys and not key:
            raise missing_key(loaded)
        context = Context(
            options=self.options_for(loaded),
            media=self.media,
            key=key,
            cancelled=self.cancelled,
        )
        return self._guarded(loaded, "its factory", lambda: loaded.spec.factory(context))

    def call(self, kind: ProviderKind, name: str, what: str, call: Callable[[], Any]) -> Any:
        """Call into a provider; what it raises beside vidgen's errors is a ``PluginBug``."""
        return self._guarded(self.find(kind, name), what, call)

    @staticmethod
    def _guarded(loaded: Loaded, what: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except VidgenError:
            raise
        except Exception as error:
            raise PluginBug(
                f"{loaded.distribution} {loaded.version}: {what} raised "
                f"{type(error).__name__}: {error}",
                advice=f"this is a fault of {loaded.distribution}; its authors want to know",
            ) from error


def missing_key(loaded: Loaded) -> AuthFailed:
    """Return the error that says which variable a provider's key belongs in."""
    names = " or ".join(loaded.spec.keys)
    return AuthFailed(
        f"{loaded.kind.value} {loaded.name} needs a key, and {names} is not set",
        advice=f"export {loaded.spec.keys[0]}=..., or write it to .env in this folder",
    )
