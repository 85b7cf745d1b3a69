"""Providers download by what core hands to them, and a run directory has no say in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

from vidgen_core import Context, NoOptions, VideoEngineSpec, option, service_url
from vidgen_core.download import Downloader
from vidgen_core.errors import BadOutput
from vidgen_core.executor.workshop import Workshop
from vidgen_core.plugins import Loaded
from vidgen_core.settings import load
from vidgen_core.specs import ProviderKind

from .sites import file, serving

CLIP = b"a clip"


@frozen(kw_only=True)
class Options:
    base_url: str = option(
        "https://api.test/v1", "The service.", scope="user", converter=service_url
    )
    style: str = option("", "How it looks.")
    plain: str = field(default="http://127.0.0.1:1")


def handed(options: Any, **more: Any) -> Context:
    """What a provider with such options is made with."""
    handed: list[Context] = []
    spec = VideoEngineSpec(
        name="cloud", summary="clips", factory=handed.append, options=type(options), lengths=(5,)
    )
    loaded = Loaded(
        kind=ProviderKind.VIDEO_ENGINE, spec=spec, distribution="vidgen-cloud", version="1"
    )
    media: Any = None
    workshop = Workshop(
        media=media,
        find=lambda kind, name: loaded,
        options_for=lambda loaded: options,
        key_for=lambda loaded: "",
        **more,
    )
    workshop.provider(ProviderKind.VIDEO_ENGINE, "cloud")
    return handed[0]


def is_rehearsal(context: Context) -> bool:
    assert isinstance(context.download, Downloader)
    return context.download.loopback


def test_a_provider_gets_a_downloader(tmp_path: Path) -> None:
    with serving(file(CLIP)) as site:
        options = Options(base_url=f"http://127.0.0.1:{site.port}/v1/")
        handed(options).download(site.url(), tmp_path / "clip.mp4", limit=1000)
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP


def test_without_a_service_on_this_machine_nothing_comes_from_it(tmp_path: Path) -> None:
    with serving(file(CLIP)) as site, pytest.raises(BadOutput):
        handed(Options()).download(site.url(), tmp_path / "clip.mp4")
    assert not site.asked


@pytest.mark.parametrize(
    ("options", "rehearsal"),
    [
        (Options(), False),
        (Options(base_url="http://localhost:8080"), True),
        (Options(base_url="http://[::1]:8080/v1"), True),
        (Options(base_url="https://127.0.0.1:8080"), False),
        (Options(style="http://127.0.0.1:8080"), False),
        (NoOptions(), False),
    ],
)
def test_only_an_option_of_the_user_makes_a_rehearsal(options: object, rehearsal: bool) -> None:
    assert is_rehearsal(handed(options)) is rehearsal


def test_a_run_directory_cannot_make_a_rehearsal(tmp_path: Path) -> None:
    settings = tmp_path / ".vidgen/settings.toml"
    settings.parent.mkdir()
    settings.write_text('[providers.cloud]\nbase_url = "http://127.0.0.1:8080"\n')
    spec = VideoEngineSpec(
        name="cloud", summary="clips", factory=lambda context: None, options=Options, lengths=(5,)
    )
    loaded = load(environ={"HOME": str(tmp_path)}, run_directory=tmp_path, specs=[spec])
    assert not is_rehearsal(handed(loaded.options_for("cloud", Options)))
    environ = {"HOME": str(tmp_path), "VIDGEN_CLOUD_BASE_URL": "http://127.0.0.1:8080"}
    loaded = load(environ=environ, run_directory=tmp_path, specs=[spec])
    assert is_rehearsal(handed(loaded.options_for("cloud", Options)))


def test_a_download_ends_with_the_run() -> None:
    context = handed(Options(), cancelled=lambda: True)
    assert isinstance(context.download, Downloader)
    assert context.download.cancelled()


def test_a_context_made_by_hand_says_that_it_cannot_download(tmp_path: Path) -> None:
    media: Any = None
    with pytest.raises(RuntimeError, match="download"):
        Context(options=None, media=media).download("https://cdn.test/", tmp_path / "clip.mp4")
