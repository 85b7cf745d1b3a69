"""What is in a command's way, or does nothing there: known before anything is begun."""

from __future__ import annotations

from vidgen_core.errors import UsageError, VidgenError
from vidgen_core.executor.workshop import missing_key
from vidgen_core.opening import Opened
from vidgen_core.plan import Plan, ProviderKind, Why
from vidgen_core.plugins import Registry
from vidgen_core.report.words import flags
from vidgen_core.selection import engine_required, key_for


def no_engine(opened: Opened, plan: Plan, registry: Registry) -> UsageError | None:
    """Return the error that asks for an engine, where clips are missing and none was chosen."""
    if not any(r.why is Why.NO_PROVIDER for task in plan.stuck for r in task.reasons):
        return None
    return engine_required(registry, opened.directory.root, opened.settings.core.engine)


def obstacle(opened: Opened, plan: Plan, registry: Registry) -> VidgenError | None:
    """Return what would stop the run half-way: ``UsageError`` for no engine, else a missing key."""
    lacking = no_engine(opened, plan, registry)
    if lacking is not None:
        return lacking
    for task in plan.to_do:
        if task.kind is None or task.kind is ProviderKind.STITCHER:
            continue
        loaded = registry.find(task.kind, task.provider)
        if loaded.spec.keys and not key_for(loaded, opened.directory.root):
            return missing_key(loaded)
    return None


def without_effect(opened: Opened) -> str:
    """Return a sentence about the options given now that cannot change a finished film.

    Empty where there are none. What the plan's own notes name is left out.
    """
    given = {
        name: value
        for name, value in opened.settings.to_save.items()
        if opened.settings.origin(name) == "flag" and name != "initial_image_prompt"
    }
    if not given:
        return ""
    return (
        f"without effect on a finished film, and not kept: {flags(given)}; "
        "to make it again, move the film, its scenes and their clips away"
    )
