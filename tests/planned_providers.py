"""Scenes and providers as planning sees them: values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from vidgen_core import layout
from vidgen_core.model import Key, Scene, Step
from vidgen_core.plan import (
    EngineProvider,
    Provider,
    Providers,
)
from vidgen_core.specs import (
    FrameHostSpec,
    ImageGeneratorSpec,
    Price,
    ProviderKind,
    ProviderSpec,
    ScriptModelSpec,
    SoundEngineSpec,
    SpeechEngineSpec,
    StitcherSpec,
    VideoEngineSpec,
)

FPS = 24.0


def scene(number: int, duration: float | None = 5.0, **more: Any) -> Scene:
    """A scene with a prompt of its own."""
    values = {"sound_prompt": f"sound {number}", "movement": f"movement {number}"} | more
    return Scene(number=number, duration=duration, **values)


# providers ---------------------------------------------------------------


def priced(dollars: float) -> Callable[[Any, Any], Price]:
    return lambda request, options: Price(dollars, dollars)


def unusable(*_: Any) -> Any:
    raise AssertionError("planning makes no provider")


def engine(
    lengths: Sequence[float] | Callable[..., Sequence[float]] = (5,),
    *,
    name: str = "paid",
    dollars: float = 1.0,
    abilities: Iterable[str] = (),
    pattern: str = "",
    **more: Any,
) -> EngineProvider:
    """A video engine; it costs a dollar a clip unless told."""
    outputs = (layout.OUTPUT[Step.CLIP],)
    if pattern:
        outputs = (evolve(outputs[0], pattern=pattern, reads=()),)
    values = {"price": priced(dollars)} | more
    spec = VideoEngineSpec(
        name=name,
        summary="",
        factory=unusable,
        lengths=lengths,
        outputs=outputs,
        abilities=frozenset(abilities),
        **values,
    )
    return EngineProvider(kind=ProviderKind.VIDEO_ENGINE, spec=spec)


def provider(
    kind: ProviderKind,
    *,
    name: str = "paid",
    dollars: float = 1.0,
    explicit: bool = True,
    **more: Any,
) -> Provider:
    """A provider of another kind than video engine."""
    specs: Mapping[ProviderKind, type[ProviderSpec]] = {
        ProviderKind.IMAGE_GENERATOR: ImageGeneratorSpec,
        ProviderKind.SPEECH_ENGINE: SpeechEngineSpec,
        ProviderKind.SOUND_ENGINE: SoundEngineSpec,
        ProviderKind.SCRIPT_MODEL: ScriptModelSpec,
        ProviderKind.STITCHER: StitcherSpec,
        ProviderKind.FRAME_HOST: FrameHostSpec,
    }
    spec = specs[kind](name=name, summary="", factory=unusable, price=priced(dollars), **more)
    return Provider(kind=kind, spec=spec, explicit=explicit)


def images(**more: Any) -> Provider:
    return provider(ProviderKind.IMAGE_GENERATOR, **more)


def speech(**more: Any) -> Provider:
    return provider(ProviderKind.SPEECH_ENGINE, **more)


def sounds(**more: Any) -> Provider:
    return provider(ProviderKind.SOUND_ENGINE, **more)


def script(**more: Any) -> Provider:
    return provider(ProviderKind.SCRIPT_MODEL, **more)


def host(**more: Any) -> Provider:
    return provider(ProviderKind.FRAME_HOST, dollars=0.0, **({"name": "shelf"} | more))


def providers(*chosen: Provider, installed: Iterable[Provider] = ()) -> Providers:
    """The chosen providers; those in *installed* are loaded besides."""
    stitcher = provider(ProviderKind.STITCHER, name="ffmpeg", dollars=0)
    places = {
        ProviderKind.VIDEO_ENGINE: "engine",
        ProviderKind.IMAGE_GENERATOR: "images",
        ProviderKind.SPEECH_ENGINE: "speech",
        ProviderKind.SOUND_ENGINE: "sounds",
        ProviderKind.SCRIPT_MODEL: "script",
        ProviderKind.FRAME_HOST: "frame_host",
    }
    values: dict[str, Any] = {places[one.kind]: one for one in chosen}
    loaded = (stitcher, *chosen, *installed)
    return Providers(
        stitcher=stitcher, installed={(one.kind, one.name): one.spec for one in loaded}, **values
    )


# keys --------------------------------------------------------------------

THE_FILM = Key(Step.FILM)


def a_clip(number: int, clip: int) -> Key:
    return Key(Step.CLIP, number, clip)
