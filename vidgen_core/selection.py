"""Which provider does what. What happens to be installed never chooses a paid one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import field, frozen

from vidgen_core.errors import AuthFailed, UsageError
from vidgen_core.keys import find_key, held_key
from vidgen_core.plan import EngineProvider, Provider, Providers, Reason
from vidgen_core.plugins import Loaded, Registry
from vidgen_core.settings import Settings
from vidgen_core.settings.core_options import CoreOptions
from vidgen_core.specs import ProviderKind, VideoEngineSpec
from vidgen_core.wording import BRING_OFFLINE

#: The option that names the frame host. It is never chosen by itself: it gives pictures away.
FRAME_HOST_OPTION = "frame_host"
#: The provider that is used for words and sounds where none was named.
OFFLINE = "local"

OPTION: Mapping[ProviderKind, str] = {
    ProviderKind.VIDEO_ENGINE: "engine",
    ProviderKind.SCRIPT_MODEL: "model",
    ProviderKind.IMAGE_GENERATOR: "image_generator",
    ProviderKind.SPEECH_ENGINE: "tts",
    ProviderKind.SOUND_ENGINE: "sound_engine",
    ProviderKind.STITCHER: "stitcher",
}


@frozen(kw_only=True)
class Selection:
    """The chosen providers, and sentences about how they were chosen.

    ``notes`` concern every run of the directory; ``assumed`` those in which a
    provider of that kind, which nobody named, does some work.
    """

    providers: Providers
    notes: tuple[str, ...] = ()
    assumed: Mapping[ProviderKind, str] = field(factory=dict)


def select(registry: Registry, settings: Settings, run_directory: Path) -> Selection:
    """Return the providers that *settings* name, or the offline ones where design allows.

    Raises ``UsageError`` for a name given now that is not installed. One that the
    run remembers and that is not installed any more is noted instead.
    """
    notes: list[str] = []
    assumed: dict[ProviderKind, str] = {}

    def chosen(kind: ProviderKind, fallback: str = "") -> Provider | None:
        option = OPTION.get(kind, FRAME_HOST_OPTION)
        name = str(getattr(settings.core, option))
        explicit = bool(name) and settings.origin(option) != "default"
        name = name or (fallback if fallback in registry.names(kind) else "")
        if not name:
            return None
        if settings.origin(option) == "run" and name not in registry.names(kind):
            notes.append(f"{_words(kind)} {name}, which this run used, is not installed")
            return None
        loaded = registry.find(kind, name)
        provider = _provider(loaded, settings, explicit=explicit)
        if not explicit and kind is not ProviderKind.STITCHER:
            assumed[kind] = f"no {_words(kind)} was named: {name} is used"
        return provider

    engine = chosen(ProviderKind.VIDEO_ENGINE)
    images = chosen(ProviderKind.IMAGE_GENERATOR)
    stitcher = chosen(ProviderKind.STITCHER, "ffmpeg")
    if stitcher is None:
        raise UsageError(
            f"stitcher {settings.core.stitcher!r} is not installed", advice="--stitcher ffmpeg"
        )
    _check_images(settings, images, registry, run_directory)
    providers = Providers(
        stitcher=stitcher,
        engine=engine if isinstance(engine, EngineProvider) else None,
        images=images,
        speech=chosen(ProviderKind.SPEECH_ENGINE, OFFLINE),
        sounds=chosen(ProviderKind.SOUND_ENGINE, OFFLINE),
        script=chosen(ProviderKind.SCRIPT_MODEL, OFFLINE),
        frame_host=chosen(ProviderKind.FRAME_HOST),
        installed={(loaded.kind, loaded.name): loaded.spec for loaded in registry.providers},
    )
    notes += _exposures(providers, run_directory)
    return Selection(providers=providers, notes=tuple(notes), assumed=assumed)


def _exposures(providers: Providers, run_directory: Path) -> list[str]:
    """Say who else may read the keys of the chosen providers. A fault is told where one is used."""
    named = (
        *(providers.engine, providers.images, providers.speech, providers.sounds),
        *(providers.script, providers.frame_host),
    )
    said: list[str] = []
    for provider in named:
        with suppress(UsageError):
            held = held_key(provider.spec.keys, run_directory=run_directory) if provider else None
            said += map(str, held.exposures) if held else ()
    return list(dict.fromkeys(said))


def _words(kind: ProviderKind) -> str:
    return kind.value.replace("-", " ")


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


def _check_images(
    settings: Settings, images: Provider | None, registry: Registry, run_directory: Path
) -> None:
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
                + installed(registry, ProviderKind.IMAGE_GENERATOR, run_directory),
            )


def provider_required(
    kind: ProviderKind, registry: Registry, run_directory: Path, core: CoreOptions
) -> UsageError:
    """Return the error that names the providers which could do what nobody was chosen for."""
    if kind is ProviderKind.VIDEO_ENGINE:
        return engine_required(registry, run_directory, core.engine)
    option = OPTION[kind].replace("_", "-")
    return UsageError(
        f"no {_words(kind)} was chosen",
        advice=f"choose one with --{option} NAME; installed: "
        + installed(registry, kind, run_directory),
    )


def frame_host_required(
    reason: Reason, registry: Registry, run_directory: Path, *, without: str
) -> UsageError:
    """Return the error for *reason*: a picture has no URL. *without*: how to do without."""
    hosts = installed(registry, ProviderKind.FRAME_HOST, run_directory)
    return UsageError(
        str(reason), advice=f"choose one with --frame-host NAME; installed: {hosts}; or {without}"
    )


def engine_required(registry: Registry, run_directory: Path, wanted: str = "") -> UsageError:
    """Return the error that names the engines that could make the missing clips.

    *wanted*: the engine that the run used, empty for none.
    """
    which = f"{wanted}, which this run used, is not installed" if wanted else "none was chosen"
    return UsageError(
        f"clips are missing, and they need a video engine: {which}",
        advice="choose one with --engine NAME; installed: "
        + installed(registry, ProviderKind.VIDEO_ENGINE, run_directory),
    )


def installed(registry: Registry, kind: ProviderKind, run_directory: Path) -> str:
    """Return the names of what is installed, saying which keys are set."""
    words = [
        f"{loaded.name} ({_key_state(loaded.spec.keys, run_directory)})"
        for loaded in registry.providers
        if loaded.kind is kind
    ]
    if not words and kind is ProviderKind.VIDEO_ENGINE:
        return f"none ({BRING_OFFLINE})"
    return ", ".join(words) or "none"


def _key_state(keys: Sequence[str], run_directory: Path) -> str:
    if not keys:
        return "needs no key"
    try:
        held = held_key(keys, run_directory=run_directory)
    except UsageError:
        return f"{keys[0]} cannot be read"
    return f"{held.variable} is set" if held else f"{keys[0]} is not set"


def key_for(loaded: Loaded, run_directory: Path) -> str:
    """Return the key of a provider, or an empty text."""
    found = find_key(loaded.spec.keys, run_directory=run_directory)
    return found.value if found else ""


def missing_key(loaded: Loaded) -> AuthFailed:
    """Return the error that says which variable a provider's key belongs in."""
    names = " or ".join(loaded.spec.keys)
    return AuthFailed(
        f"{loaded.kind.value.replace('-', ' ')} {loaded.name} needs a key, and {names} is not set",
        advice=f"vidgen keys set {loaded.spec.keys[0]}, or export {loaded.spec.keys[0]}=..., "
        "or write it to .env in this folder",
    )
