"""JSON for the tests of what reads it: values, refusals, and the scenes in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from vidgen_core.errors import InputError
from vidgen_core.model import Scene, Storyboard
from vidgen_core.serialize import load_storyboard, parse_json

#: A busy machine is no fault of the code.
unhurried = settings(deadline=None)

NAME = "scenes_20240101_000000.json"


def refusal(data: bytes | str, **limits: int) -> str:
    """Why *data* is no JSON, behind the name of the file."""
    return _refused_by(parse_json, data.encode() if isinstance(data, str) else data, **limits)


def scenes_refusal(value: Any) -> str:
    """Why a text, or the JSON of any other value, holds no scenes."""
    text = value if isinstance(value, str) else json.dumps(value)
    return _refused_by(load_storyboard, text.encode())


def _refused_by(read: Callable[..., object], data: bytes, **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        read(data, NAME, **limits)
    message = caught.value.message
    assert message.startswith(f"{NAME}: ")
    return message.removeprefix(f"{NAME}: ")


def load(value: Any) -> Storyboard:
    return load_storyboard(json.dumps(value).encode(), NAME)


def one(**keys: Any) -> Scene:
    (scene,) = load([{"scene_number": 1, **keys}])
    return scene


json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
