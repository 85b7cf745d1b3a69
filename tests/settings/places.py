"""Providers with options of every type, and the files that may set them."""

from __future__ import annotations

from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from attrs import frozen
from hypothesis import strategies as st

from vidgen_core import UsageError, VideoEngineSpec, option
from vidgen_core.layout import SETTINGS
from vidgen_core.settings import Settings, load
from vidgen_core.specs import SpeechEngineSpec


class Mood(StrEnum):
    CALM = "calm"
    WILD = "wild-one"


class Level(Enum):
    LOW = 1
    HIGH = 2


@frozen(kw_only=True)
class Options:
    fps: int = option(24, "Frames a second.", validator=attrs.validators.gt(0))
    zoom: float = option(1.0, "Zoom.")
    smooth: bool = option(False, "Smooth.")
    title: str = option("", "Title.")
    sizes: tuple[int, ...] = option((), "Sizes.")
    place: tuple[float, float] = option((0.5, 0.5), "Place.")
    mood: Mood = option(Mood.CALM, "Mood.")
    level: Level = option(Level.LOW, "Level.")
    codec: Literal["h264", "h265"] = option("h264", "Codec.")
    limit: int | None = option(None, "Limit.")
    base_url: str = option("https://good.example", "Service.", scope="user")
    folder: Path = option(Path("models"), "Models.", scope="user")


@frozen(kw_only=True)
class VoiceOptions:
    pitch: int = option(220, "Pitch.")


SPECS = (
    VideoEngineSpec(name="local", summary="", factory=print, options=Options, lengths=(5,)),
    SpeechEngineSpec(name="local", summary="", factory=print, options=VoiceOptions),
    VideoEngineSpec(name="luma", summary="", factory=print, lengths=(5,)),
)


class Place:
    """A run directory and a user's file, both still empty."""

    def __init__(self, folder: Path) -> None:
        self.run = folder / "video_20250101_000000"
        self.run_file = self.run / SETTINGS
        self.run_file.parent.mkdir(parents=True)
        self.user_file = folder / "settings.toml"
        self.user_file.write_text("")

    def load(self, *sets: str, **given: Any) -> Settings:
        environ = {"VIDGEN_CONFIG": str(self.user_file), **given.pop("environ", {})}
        given = {"specs": SPECS, "run_directory": self.run, **given}
        return load(sets=sets, environ=environ, **given)


def refused(place: Place, *sets: str, **given: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        place.load(*sets, **given).options_for("local", Options)
    return caught.value


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
