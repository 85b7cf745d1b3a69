"""What was sent with a paid submit, kept so that it can be explained and asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import attrs
from attrs import field, frozen

from vidgen_core import disk, specs
from vidgen_core.errors import JobLost
from vidgen_core.journal.stored import path_of_answer as path_of_answer
from vidgen_core.journal.stored import path_of_sent as path_of_sent
from vidgen_core.ledger import InFlight
from vidgen_core.rundir import RunDirectory
from vidgen_core.specs import Request
from vidgen_core.strict_json import parse_json

_LARGEST = 8 * 1024 * 1024
_CLASSES: Mapping[str, type] = MappingProxyType(
    {
        cls.__name__: cls
        for cls in (
            specs.ClipRequest,
            specs.ImageRequest,
            specs.SpeechRequest,
            specs.SoundRequest,
            specs.EnvironmentsRequest,
            specs.ScenesRequest,
            specs.PlacedScenesRequest,
            specs.NarrationTextRequest,
        )
    }
)


@frozen(kw_only=True)
class Sent:
    """One request as a provider got it, its paths relative to the run directory.

    ``options``: those of the provider that may stand in a run directory.
    ``inputs`` maps the files that it was made from to their sha256. ``url_cut``: the
    URL of its picture was kept without what may be a secret in it.
    """

    provider: str
    request: Request
    distribution: str = ""
    version: str = ""
    options: Mapping[str, Any] = field(factory=dict)
    inputs: Mapping[str, str] = field(factory=dict)
    url_cut: bool = False


@lru_cache(maxsize=1)
def _converter() -> Any:
    from cattrs import Converter

    return Converter()


def options_to_keep(options: Any) -> dict[str, Any]:
    """Return those options of a provider that may stand in a run directory."""
    if not attrs.has(type(options)):
        return {}
    return {
        attribute.name: getattr(options, attribute.name)
        for attribute in attrs.fields(type(options))
        if attribute.metadata.get("scope") == "run"
    }


def describe(sent: Sent) -> bytes:
    """Return *sent* as JSON text."""
    request, cut = _without_secrets(sent.request)
    value = {
        "provider": sent.provider,
        "distribution": sent.distribution,
        "version": sent.version,
        "options": dict(sent.options),
        "inputs": dict(sent.inputs),
        "type": type(request).__name__,
        "request": _converter().unstructure(request),
        **({"url_cut": True} if cut or sent.url_cut else {}),
    }
    return json.dumps(value, indent=2, ensure_ascii=True, default=str).encode()


def _without_secrets(request: Request) -> tuple[Request, bool]:
    """Return *request* with no more than the place in its picture's URL, and whether it had more.

    What follows may be a signature, or in a ``data:`` URL the picture itself.
    """
    if not isinstance(request, specs.ClipRequest) or not request.start_url:
        return request, False
    url = urlsplit(request.start_url)
    place = f"{url.scheme}:"
    if url.netloc:
        place += f"//{url.netloc.rpartition('@')[2]}{url.path}"
    return attrs.evolve(request, start_url=place), place != request.start_url


def read_sent(path: Path) -> Sent:
    """Return what the file at *path* says was sent.

    Raises ``JobLost`` where it cannot be read, or names a file that is not in
    the run directory: what a run directory says is not trusted.
    """
    try:
        value = parse_json(disk.read_file(path, _LARGEST), path.name, max_bytes=_LARGEST)
        request = _converter().structure(value["request"], _CLASSES[value["type"]])
        for name in specs.paths_of(request):
            _must_stay_inside(name)
        return Sent(
            provider=str(value["provider"]),
            request=request,
            distribution=str(value.get("distribution", "")),
            version=str(value.get("version", "")),
            options=dict(value.get("options", {})),
            inputs={str(name): str(digest) for name, digest in value.get("inputs", {}).items()},
            url_cut=value.get("url_cut") is True,
        )
    except Exception as error:
        raise JobLost(f"{path} does not tell what was sent: {error}") from error


def sent_with(directory: RunDirectory, work: InFlight) -> Sent | None:
    """Return what was sent with the submit of *work*, where that can still be read."""
    try:
        return read_sent(directory.path(path_of_sent(work)))
    except JobLost:
        return None


def _must_stay_inside(path: str) -> None:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\0" in path:
        raise ValueError(f"{path!r} is not in the run directory")
