"""Numbers that no file and no service can mean: told with their place, or taken for nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import layout
from vidgen_core.errors import InputError, JobLost
from vidgen_core.executor.sent import read_sent
from vidgen_core.memory import read_memory
from vidgen_core.script_files import load_timings
from vidgen_core.serialize import load_storyboard, record_from_json
from vidgen_core.specs import Price

from ..run_directories import put
from .extent import counted

#: As they stand in a file.
NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "-1e308", "-1"),
    *("9" * 400, "-" + "9" * 400, "9" * 5000, "1e99999999", "true", "null", '"1"', "[]"),
)


@pytest.fixture(scope="module", autouse=True)
def _are_counted() -> None:
    counted("data", numbers=5 * len(NUMBERS))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
@pytest.mark.parametrize("place", ["start", "end"])
def test_timings_of_no_possible_time_are_refused(number: str, place: str) -> None:
    times = {"start": "0", "end": "1", place: number}
    text = f'[{{"text": "a", "start": {times["start"]}, "end": {times["end"]}}}]'
    with pytest.raises(InputError, match=r"^t: "):
        load_timings(text.encode(), "t")


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
def test_scenes_of_no_possible_length_are_refused(number: str) -> None:
    for name in ("scene_number", "scene_duration"):
        text = f'[{{"scene_number": 1, "{name}x": 1, "{name}": {number}}}]'
        if name == "scene_number":
            text = text.replace('"scene_number": 1, ', "", 1)
        if (name, number) in (("scene_duration", "null"), *_AS_TEXT):
            assert len(load_storyboard(text.encode(), "s")) == 1
            continue
        with pytest.raises(InputError, match=r"^s: "):
            load_storyboard(text.encode(), "s")


#: A number in quotes is one.
_AS_TEXT = (("scene_number", '"1"'), ("scene_duration", '"1"'))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:12])
@pytest.mark.parametrize("name", ["seconds", "frames", "fps", "width"])
def test_what_was_probed_is_not_believed_where_no_file_can_be_so(
    tmp_path: Path, number: str, name: str
) -> None:
    text = (
        f'{{"schema": 2, "facts": [{{"{name}": {number}}}],'
        f' "files": {{"a.mp4": [3, 7, "f00", 0]}}}}'
    )
    put(tmp_path / layout.PROBES, text.encode())
    assert read_memory(tmp_path).recall("a.mp4", 3, 7) is None


@pytest.mark.parametrize("number", [n for n in NUMBERS if len(n) < 5000], ids=lambda t: t[:12])
def test_a_price_that_is_none_is_no_record(number: str) -> None:
    value: Any = json.loads(f'{{"low": {number}, "high": {number}}}')
    if number == "1e308":
        assert record_from_json(value, Price).high == 1e308
        return
    with pytest.raises(ValueError, match=r"price|number|type|too large"):
        record_from_json(value, Price)


@pytest.mark.parametrize("number", NUMBERS[:5], ids=lambda text: text[:12])
def test_a_request_for_no_possible_length_is_not_sent_again(tmp_path: Path, number: str) -> None:
    scene = '{"number": 1}'
    text = (
        '{"provider": "luma", "type": "ClipRequest", "request": '
        f'{{"scene": {scene}, "clip": 1, "prompt": "a", "seconds": {number}}}}}'
    )
    path = put(tmp_path / "clip-1-1-1.json", text.encode())
    with pytest.raises(JobLost):
        read_sent(path)
