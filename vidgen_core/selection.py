"""Which provider does what. What happens to be installed never chooses a paid one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from attrs import define

from vidgen_core.errors import UsageError
from vidgen_core.keys import find_key
from vidgen_core.plan import EngineProvider, Provider, ProviderKind, Providers
from vidgen_core.plugins import Loaded, Registry
from vidgen_core.settings import Settings
from vidgen_core.specs import VideoEngineSpec

#: The provider that is used for words and sounds where none was named.
OFFLINE = "local"

_OPTION: Mapping[ProviderKind, str] = {
    ProviderKind.VIDEO_ENGINE: "engine",
    ProviderKind.SCRIPT_MODEL: "model",
    ProviderKind.IMAGE_GENERATOR: "image_generator",
    ProviderKind.SPEECH_ENGINE: "tts",
    ProviderKind.SOUND_ENGINE: "sound_engine",
    ProviderKind.STITCHER: "stitcher",
}


@define(kw_only=True)
class Selection:
    """The chosen providers, and sentences about how they were chosen."""

    providers: Providers
    notes: tuple[str, ...] = ()


def select(registry: Registry, settings: Settings) -> Selection:
    """Return the providers that *settings* name, or the offline ones where design allows.

    Raises ``UsageError`` for a name given now that is not installed. One that the
    run remembers and that is not installed any more is noted instead.
    """
    notes: list[str] = []

    def chosen(kind: ProviderKind, fallback: str = "") -> Provider | None:
        option = _OPTION[kind]
        name = str(getattr(settings.core, option))
        explicit = bool(name) and settings.origin(option) != "default"
        name = name or (fallback if fallback in registry.names(kind) else "")
        if not name:
            return None
        if settings.origin(option) == "run" and name not in registry.names(kind):
            notes.append(f"{kind.value} {name}, which this run used, is not installed")
            return None
        loaded = registry.find(kind, name)
        provider = _provider(loaded, settings, explicit=explicit)
        if not explicit and kind is not ProviderKind.STITCHER:
            notes.append(f"no {kind.value} was named: {name} is used where one is needed")
        return provider

    engine = chosen(ProviderKind.VIDEO_ENGINE)
    images = chosen(ProviderKind.IMAGE_GENERATOR)
    stitcher = chosen(ProviderKind.STITCHER, "ffmpeg")
    if stitcher is None:
        raise UsageError(
            f"stitcher {settings.core.stitcher!r} is not installed", advice="--stitcher ffmpeg"
        )
    _check_images(settings, images, registry)
    providers = Providers(
        stitcher=stitcher,
        engine=engine if isinstance(engine, EngineProvider) else None,
        images=images,
        speech=chosen(ProviderKind.SPEECH_ENGINE, OFFLINE),
        sounds=chosen(ProviderKind.SOUND_ENGINE, OFFLINE),
        script=chosen(ProviderKind.SCRIPT_MODEL, OFFLINE),
        installed={(loaded.kind, loaded.name): loaded.spec for loaded in registry.providers},
    )
    return Selection(providers=providers, notes=tuple(notes))


def _provider(loaded: Loaded, settings: Settings, *, explicit: bool) -> Provider:
    cls = EngineProvider if isinstance(loaded.spec, VideoEngineSpec) else Provider
    return cls(
        kind=loaded.kind,
        spec=loaded.spec,  # type: ignore[arg-type]
        options=settings.options_for(loaded.name, loaded.spec.options),
        distribution=loaded.distribution,
        version=loaded.version,
        explicit=explicit,
    )


def _check_images(settings: Settings, images: Provider | None, registry: Registry) -> None:
    core = settings.core
    needed_by = {
        "--first-frame-image-gen": core.first_frame_image_gen,
        "--initial-image-prompt": bool(core.initial_image_prompt),
    }
    for flag, needed in needed_by.items():
        if needed and images is None:
            raise UsageError(
                f"{flag} needs an image generator, and none was chosen",
                advice="--image-generator NAME; installed: "
                + installed(registry, ProviderKind.IMAGE_GENERATOR),
            )


def engine_required(registry: Registry) -> UsageError:
    """Return the error that names the engines that could make the missing clips."""
    return UsageError(
        "clips are missing, and no video engine was chosen",
        advice="choose one with --engine NAME; installed: "
        + installed(registry, ProviderKind.VIDEO_ENGINE),
    )


def installed(registry: Registry, kind: ProviderKind) -> str:
    """Return the names of what is installed, saying which keys are set."""
    words = []
    for loaded in registry.providers:
        if loaded.kind is not kind:
            continue
        keys = loaded.spec.keys
        about = "needs no key"
        if keys:
            about = f"{keys[0]} is {'set' if find_key(keys) else 'not set'}"
        words.append(f"{loaded.name} ({about})")
    return ", ".join(words) or "none (pip install vidgen-local)"


def key_for(loaded: Loaded, run_directory: Path) -> str:
    """Return the key of a provider, or an empty text."""
    found = find_key(loaded.spec.keys, os.environ, run_directory=run_directory)
    return found.value if found else ""
