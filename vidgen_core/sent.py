"""What was sent with a paid submit, kept so that it can be explained and asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vidgen_core import specs
from vidgen_core.errors import JobLost
from vidgen_core.plan import Task
from vidgen_core.specs import Request

_CLASSES: Mapping[str, type] = MappingProxyType(
    {
        cls.__name__: cls
        for cls in (
            specs.ClipRequest,
            specs.ImageRequest,
            specs.SpeechRequest,
            specs.SoundRequest,
            specs.NarrationTextRequest,
        )
    }
)


@lru_cache(maxsize=1)
def _converter() -> Any:
    from cattrs import Converter

    return Converter()


def describe(task: Task, version: tuple[str, str]) -> bytes:
    """Return the JSON text that says what *task* asks of its provider."""
    distribution, number = version
    sent = {
        "provider": task.provider,
        "distribution": distribution,
        "version": number,
        "type": type(task.request).__name__,
        "request": _converter().unstructure(task.request),
    }
    return json.dumps(sent, indent=2, ensure_ascii=True).encode()


def read_sent(path: Path) -> Request:
    """Return the request that *path* describes; raises ``JobLost`` where it cannot be read."""
    try:
        sent = json.loads(path.read_bytes())
        request: Request = _converter().structure(sent["request"], _CLASSES[sent["type"]])
    except Exception as error:
        raise JobLost(f"{path} does not tell what was sent: {error}") from error
    return request
