"""The package: it loads nothing, its options keep what they must, its keys stay hidden."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
from ltx_orders import KEY, clip, engine, host, jpeg, ordered, painter
from packaging.requirements import Requirement

from vidgen_core import VidgenError
from vidgen_core.testing.service import Service
from vidgen_ltx import vidgen_frame_hosts, vidgen_image_generators, vidgen_video_engines
from vidgen_ltx.options import FalOptions, LtxOptions
from vidgen_ltx.queue import path_of

_RUN = {"model", "image_model", "resolution", "generate_audio", "lengths"}


def test_importing_it_and_pricing_load_no_library_of_fals_and_no_http() -> None:
    code = (
        "import sys, vidgen_ltx\n"
        "from vidgen_core import ClipRequest, Scene\n"
        "(spec,) = vidgen_ltx.vidgen_video_engines()\n"
        "spec.price(ClipRequest(scene=Scene(number=1), clip=1, prompt='', seconds=6),"
        " spec.options())\n"
        "print(sorted({'fal_client', 'httpx', 'httpcore'} & set(sys.modules)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.strip() == "[]"


def test_only_what_shapes_a_film_may_stand_in_its_directory() -> None:
    for options in (LtxOptions, FalOptions):
        scopes = {field.name: field.metadata["scope"] for field in attrs.fields(options)}
        assert {name for name, scope in scopes.items() if scope == "run"} == _RUN & set(scopes)


def test_nothing_promises_more_than_fal_does() -> None:
    specs: list[Any] = [
        *vidgen_video_engines(),
        *vidgen_image_generators(),
        *vidgen_frame_hosts(),
    ]
    assert [spec.name for spec in specs] == ["ltx", "fal", "fal"]
    assert all(spec.keys[0] == "FAL_KEY" for spec in specs)
    assert not any(spec.abilities for spec in specs)
    assert all(spec.priced_on for spec in specs[:2])


def test_the_frame_host_has_no_model_and_no_price() -> None:
    (spec,) = vidgen_frame_hosts()
    names = {field.name for field in attrs.fields(spec.options)}
    assert names == {"base_url", "storage_url", "upload_url", "submit_timeout", "timeout"}


@pytest.mark.parametrize("mode", ["drop", "html", "400", "500", "wrong-key", "nginx", "429"])
@pytest.mark.parametrize("route", ["fal.token", "fal.upload", "fal.submit", "fal.status"])
def test_no_error_and_no_repr_shows_the_key_by_itself(
    service: Service, tmp_path: Path, route: str, mode: str
) -> None:
    """Where the service quotes it, vidgen takes it out of the words of every provider."""
    ltx = engine(service)
    service.trouble(route, mode)
    with pytest.raises(VidgenError) as raised:
        ltx.poll(ordered(ltx, clip(start_frame=jpeg(tmp_path))))
    assert KEY not in repr(raised.value) + repr(vars(raised.value)) + repr(vars(ltx))
    for maker in (painter, host):
        assert KEY not in repr(vars(maker(service)))


def test_the_sdk_knows_where_a_request_is() -> None:
    root = "/fal-ai/ltx-2.3/requests/abc"
    assert path_of("fal-ai/ltx-2.3/image-to-video/fast", "abc", "response_url") == root
    assert path_of("fal-ai/ltx-2.3/text-to-video", "abc", "status_url") == f"{root}/status"
    assert path_of("workflows/me/mine", "abc", "response_url") == "/workflows/me/mine/requests/abc"


def test_what_it_needs_is_what_it_uses() -> None:
    from importlib.metadata import requires

    needed = {Requirement(text).name for text in requires("vidgen-ltx") or ()}
    source = Path(sys.modules["vidgen_ltx"].__file__ or "").parent
    text = "".join(path.read_text() for path in source.glob("*.py"))
    assert needed == {"attrs", "fal-client", "httpx", "vidgen-core"}
    assert all(f" {name.replace('-', '_')} import" in text or f"import {name}" in text
               for name in needed)  # fmt: skip
