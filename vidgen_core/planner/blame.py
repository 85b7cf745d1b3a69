"""Who is at fault where a provider's own functions raise."""

from __future__ import annotations

from vidgen_core.errors import PluginBug
from vidgen_core.plan import Provider, Reason, Why, because


def raised(provider: Provider, what: str, error: Exception) -> Reason:
    """Return the reason that *what* of *provider* raised *error*; its distribution is named."""
    if isinstance(error, PluginBug):
        fault = error.message
    else:  # what it returned was refused
        owner = f" ({provider.distribution} {provider.version})" if provider.distribution else ""
        fault = f"{what} raised {type(error).__name__}: {error}{owner}"
    return because(Why.PROVIDER_RAISED, provider=provider.name, fault=fault)
