"""What a provider's service is asked for nothing: is the key good, which models are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from attrs import frozen

from vidgen_core.errors import AuthFailed, BadOutput, Billed, Unavailable, VidgenError
from vidgen_core.executor.workshop import Workshop
from vidgen_core.http_errors import clean_words
from vidgen_core.keys import ENVIRONMENT, IN_KEYRING, FoundKey, Store, redacted
from vidgen_core.keys.in_time import in_time
from vidgen_core.media import Media
from vidgen_core.plugins import Loaded, Registry
from vidgen_core.protocols import Context
from vidgen_core.settings import Settings

T = TypeVar("T")

#: What is known of a key that opens its account, where nothing is said about that.
ACCEPTED = "accepted; whether the account has credit is not told by this service"
#: Nobody reads more names than that.
_MOST_MODELS = 10_000
#: Seconds for one answer. A provider's own patience is for work that takes minutes.
_PATIENCE = 60.0


@frozen(kw_only=True)
class Inquiry:
    """Asks providers, with the user's own settings."""

    registry: Registry
    settings: Settings

    def account(self, loaded: Loaded, key: FoundKey | None) -> str:
        """Return what the service says of the account of a *key* that is good.

        The provider has a ``check``. Raises ``AuthFailed`` for a key that is not good.
        """
        assert loaded.spec.check is not None
        told = self._ask(loaded, key, "its check of the key", loaded.spec.check)
        return redacted(clean_words(told)) if isinstance(told, str) else ""

    def models(self, loaded: Loaded, key: FoundKey | None) -> list[str]:
        """Return the names of the models that the account may use. The provider has ``models``."""
        wanted = loaded.spec.models
        assert wanted is not None

        def listed(context: Context) -> list[object]:
            return list(islice(_several(wanted(context)), _MOST_MODELS))

        told = self._ask(loaded, key, "its list of models", listed)
        names = (redacted(clean_words(name)) for name in told if isinstance(name, str))
        return list(dict.fromkeys(filter(None, names)))

    def keeps_jobs(self, loaded: Loaded, key: FoundKey | None) -> bool:
        """Whether a job of the provider can be fetched by its id, as far as can be told here."""
        try:
            provider = self._ask(loaded, key, "its factory", loaded.spec.factory)
        except VidgenError:
            return True
        return hasattr(provider, "poll") and hasattr(provider, "fetch")

    def _ask(
        self, loaded: Loaded, key: FoundKey | None, what: str, question: Callable[[Context], T]
    ) -> T:
        workshop = Workshop(
            media=Media(self.settings.core.ffmpeg),
            find=self.registry.find,
            options_for=lambda it: self.settings.options_for(it.name, it.spec.options),
            key_for=lambda it: key.value if key else "",
        )
        try:
            return in_time(lambda: workshop.ask(loaded, what, question), _PATIENCE, loaded.name)
        except AuthFailed as error:
            if key is not None:
                error.advice = _another(key)
            raise
        except TimeoutError:
            raise Unavailable(
                f"{loaded.name}: {what} brought no answer within {_PATIENCE:g} s",
                billed=Billed.NO,
            ) from None


@contextmanager
def advising(command: str) -> Iterator[None]:
    """Have an error about which nothing else can be done end with *command*, to try again."""
    try:
        yield
    except VidgenError as error:
        error.advice = error.advice or f"look at the line to that service, then: {command}"
        raise


def _another(key: FoundKey) -> str:
    """Return what to do where *key* is rejected: a key set elsewhere would not count before it."""
    command = f"vidgen keys set {key.variable}"
    if key.source == ENVIRONMENT:
        return f"that key is in the environment: unset {key.variable}, and {command}"
    if key.source in (IN_KEYRING, str(Store.of_user().path)):
        return command
    return f"that key is in {key.source}: change it there"


def _several(told: object) -> Iterable[object]:
    if isinstance(told, str) or not isinstance(told, Iterable):  # plugins are not type checked
        raise BadOutput("it named no models", billed=Billed.NO)
    return told
