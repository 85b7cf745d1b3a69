"""The journal's records from JSON and back: a wrong type never passes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen_core.ledger import InFlight, Published
from vidgen_core.model import Key, Step
from vidgen_core.serialize import converter, record_from_json, record_to_json
from vidgen_core.specs import Price, ProviderKind

from .json_files import unhurried

texts = st.text(max_size=20)
whole = st.integers(0, 2**63)
finite = st.floats(allow_nan=False, allow_infinity=False)
keys = st.one_of(
    st.just(Key(Step.FILM)),
    st.builds(Key, st.just(Step.SCENE), st.integers(1, 10**9 - 1), st.just(0)),
    st.builds(Key, st.just(Step.CLIP), st.integers(1, 10**9 - 1), st.integers(1, 10**9 - 1)),
)
published = st.builds(
    Published,
    path=texts,
    size=whole,
    mtime_ns=whole,
    sha256=texts,
    inputs=st.dictionaries(texts, texts, max_size=3),
    provider=texts,
    distribution=texts,
    version=texts,
    take=whole,
    paid=st.booleans(),
    prompt=texts,
    asked_seconds=finite,
    shown_frames=whole,
    job=texts,
)
dollars = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
prices = st.tuples(dollars, dollars).map(lambda ends: Price(min(ends), max(ends))) | st.builds(
    Price, dollars, st.none()
)
in_flight = st.builds(
    InFlight,
    key=keys,
    take=whole,
    provider=texts,
    kind=st.sampled_from(ProviderKind),
    token=texts,
    job=texts,
    facts=st.dictionaries(texts, texts, max_size=3),
    seconds=finite,
    shown_frames=whole,
    since=finite,
    price=prices,
    answered=st.booleans(),
)


@unhurried
@given(published | in_flight)
def test_a_record_comes_back_from_its_json(record: Published | InFlight) -> None:
    line = json.dumps(record_to_json(record))
    assert record_from_json(json.loads(line), type(record)) == record


MINIMAL = {"path": "a", "size": 1, "mtime_ns": 2, "sha256": "s"}


def test_missing_fields_take_their_default_and_unknown_ones_are_ignored() -> None:
    record = record_from_json({**MINIMAL, "from_the_future": [1]}, Published)
    assert record == Published(path="a", size=1, mtime_ns=2, sha256="s")


@pytest.mark.parametrize(
    "change",
    [
        *[{"path": 1}, {"path": None}, {"size": "1"}, {"size": 1.0}, {"size": True}],
        *[{"paid": 1}, {"paid": "yes"}, {"asked_seconds": "5"}, {"asked_seconds": math.nan}],
        *[{"asked_seconds": math.inf}, {"asked_seconds": True}, {"asked_seconds": 10**400}],
        *[{"inputs": []}, {"inputs": {"a": 1}}, {"inputs": None}, {"inputs": "ab"}],
    ],
)
def test_a_wrong_type_in_a_record_is_a_value_error(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"needed|wrong type"):
        record_from_json({**MINIMAL, **change}, Published)


@pytest.mark.parametrize("value", [None, [], "x", 3, True])
def test_a_record_that_is_no_object_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match="a record must be an object"):
        record_from_json(value, Published)


def test_a_record_that_lacks_a_field_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="the record lacks 'sha256'"):
        record_from_json({"path": "a", "size": 1, "mtime_ns": 2}, Published)


@pytest.mark.parametrize(
    "change",
    [
        *[
            {"key": "clip-0-1"},
            {"key": "dream-1"},
            {"key": 3},
            {"key": None},
            {"key": "clip-1-2-3-4"},
        ],
        *[{"kind": "chef"}, {"kind": 1}, {"kind": []}, {"price": 3}, {"price": {"low": "x"}}],
        *[{"price": {"high": "x"}}, {"facts": {"a": {}}}, {"answered": None}, {"since": []}],
    ],
)
def test_a_wrong_value_in_flight_is_a_value_error(change: dict[str, Any]) -> None:
    record = InFlight(
        key=Key(Step.CLIP, 1, 2),
        take=1,
        provider="p",
        kind=ProviderKind.VIDEO_ENGINE,
        token="t",
    )
    good = json.loads(json.dumps(record_to_json(record)))
    assert record_from_json(good, InFlight) == record
    with pytest.raises(ValueError, match=r"not the id|needed|not a valid|wrong type"):
        record_from_json({**good, **change}, InFlight)


def test_there_is_one_converter() -> None:
    assert converter() is converter()
