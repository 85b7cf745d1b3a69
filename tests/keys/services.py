"""A provider whose service tells of keys and models, and one whose does not."""

from __future__ import annotations

GOOD = "good-key-4711"

TELLING = f"""
from vidgen_core import AuthFailed, Billed, Unavailable, VideoEngineSpec, hookimpl

def check(context):
    print("what a plugin prints")
    if context.key == "nobody-listens":
        raise Unavailable("telling cannot be reached", billed=Billed.NO)
    if context.key == "a-bug-comes":
        raise RuntimeError("of " + context.key)
    if context.key == "says-nothing":
        return ""
    if context.key != {GOOD!r}:
        raise AuthFailed("telling does not accept the key " + context.key)
    return "balance\\n$5.00 \\x1b[31mof " + context.key

def models(context):
    yield "one-2"
    yield "two\\x1b[2J"
    yield from ("one-2", 7, "", context.key)

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="telling", summary="tells", factory=print, lengths=(5,),
        keys=("TELLING_KEY", "TELLING_API_KEY"), check=check, models=models,
    )
"""

SILENT = """
from vidgen_core import VideoEngineSpec, hookimpl

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(
        name="silent", summary="tells nothing", factory=print, lengths=(5,), keys=("SILENT_KEY",)
    )
"""
