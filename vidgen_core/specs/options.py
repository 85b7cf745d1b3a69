"""What users can choose about a provider: options with a help text and a scope."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen


def option(
    default: Any, help: str, *, scope: str = "run", changes_output: bool = True, **kwargs: Any
) -> Any:
    """Declare one option of a provider's options class.

    ``scope`` is ``"run"`` (may stand in a run directory) or ``"user"`` (only in
    flags, the environment and the user's own settings: URLs, paths, keys).
    ``changes_output`` says whether another value makes another film.
    """
    if scope not in ("run", "user"):
        raise ValueError(f"scope must be 'run' or 'user', got {scope!r}")
    metadata = {"help": help, "scope": scope, "changes_output": changes_output}
    return field(default=default, metadata=metadata, **kwargs)


@frozen(kw_only=True)
class NoOptions:
    """The options of a provider that has none."""
