"""Plugins as pip leaves them: a module and its dist-info."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import vidgen_core
from vidgen_core.plugins import Registry
from vidgen_core.specs import ProviderKind

ROOT = Path(vidgen_core.__file__).parents[1]
ENGINE = ProviderKind.VIDEO_ENGINE

GOOD = """
from vidgen_core import VideoEngineSpec, hookimpl

@hookimpl
def vidgen_video_engines():
    yield VideoEngineSpec(name="good", summary="works", factory=print, lengths=(5,))
"""

PREAMBLE = """
from vidgen_core import Kind, Output, OUTPUT, Step, VideoEngineSpec, hookimpl

def engine(**changes):
    facts = dict(name="odd", summary="odd", factory=print, lengths=(5,))
    return VideoEngineSpec(**{**facts, **changes})

def out(pattern, step=Step.CLIP):
    return Output(step=step, pattern=pattern, probe=Kind.VIDEO)

def bad(**changes):
    @hookimpl
    def vidgen_video_engines():
        yield engine(**changes)
    globals()["vidgen_video_engines"] = vidgen_video_engines
"""

Install = Callable[..., str]


def write_distribution(
    folder: Path,
    name: str,
    source: str,
    *,
    version: str = "1.0",
    entry: str = "",
    metadata: str = "",
) -> str:
    """Write an installed distribution as pip leaves it: a module and its dist-info."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(textwrap.dedent(source))
    facts = folder / f"{module}-{version}.dist-info"
    facts.mkdir()
    text = metadata or f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (facts / "METADATA").write_text(text)
    (facts / "entry_points.txt").write_text(entry or f"[vidgen]\nmain = {module}\n")
    return module


def of(registry: Registry, *names: str) -> list[tuple[str, str, str, str]]:
    """Return what the named distributions provide; others may be installed too."""
    return [
        (p.kind.value, p.name, p.distribution, p.version)
        for p in registry.providers
        if p.distribution in names
    ]
