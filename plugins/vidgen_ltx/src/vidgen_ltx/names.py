"""Names on fal: what stands in a URL, and so must be nothing else than a name."""

from __future__ import annotations

import re

#: Two or more segments, such as ``fal-ai/ltx-2/text-to-video``. None begins with a dot.
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){1,9}")
_REQUEST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def is_path(text: object) -> bool:
    """Whether *text* can follow a service's URL and a slash, and stays below it."""
    return isinstance(text, str) and _PATH.fullmatch(text) is not None


def is_model(text: object) -> bool:
    """Whether *text* can be the name of a model, and leads nowhere else in a URL."""
    return is_path(text) and "requests" not in str(text).split("/")


def is_request(text: object) -> bool:
    """Whether *text* can be the id of a request."""
    return isinstance(text, str) and _REQUEST.fullmatch(text) is not None
