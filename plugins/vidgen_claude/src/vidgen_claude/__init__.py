"""Storyboards and narration by Anthropic's Claude, for vidgen.

Importing this module declares the provider and nothing else; Anthropic's SDK, which
takes seconds to import, is imported when Claude is first asked something.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vidgen_claude.model import ClaudeScriptModel
from vidgen_claude.options import ClaudeOptions
from vidgen_claude.prices import PRICED_ON, price_of
from vidgen_core import ScriptModelSpec, hookimpl

if TYPE_CHECKING:
    from vidgen_core import Context

__all__ = ["ClaudeOptions", "ClaudeScriptModel", "vidgen_script_models"]

NAME = "claude"
KEYS = ("ANTHROPIC_API_KEY",)


def _check(context: Context) -> str:
    ClaudeScriptModel(context).claude.models(most=1)
    return ""


def _models(context: Context) -> Iterable[str]:
    return ClaudeScriptModel(context).claude.models()


@hookimpl
def vidgen_script_models() -> Iterable[ScriptModelSpec]:
    """Yield the script model ``claude``."""
    yield ScriptModelSpec(
        name=NAME,
        summary="storyboards and narration by Anthropic's Claude, paid; key in ANTHROPIC_API_KEY",
        factory=ClaudeScriptModel,
        options=ClaudeOptions,
        keys=KEYS,
        price=price_of,
        priced_on=PRICED_ON,
        check=_check,
        models=_models,
    )
