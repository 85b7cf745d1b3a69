"""The script model ``local``: scenes, places and narration from any script, by rules alone."""

from vidgen_local.script.model import LocalScriptModel

__all__ = ["LocalScriptModel"]
