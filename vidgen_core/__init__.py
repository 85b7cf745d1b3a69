"""vidgen for plugin authors: everything that a plugin imports, and nothing else.

A provider is a spec behind a hook; ``docs/write-a-plugin.md`` shows one from
the first line to the first clip. Names are looked up when they are first asked
for, so that ``vidgen --help`` does not pay for the records behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vidgen_core.errors import (
        AuthFailed,
        BadOutput,
        Billed,
        Expired,
        InputError,
        Interrupted,
        JobFailed,
        JobLost,
        MachineError,
        OutOfCredit,
        PluginError,
        ProviderError,
        RateLimited,
        Refused,
        Unavailable,
        UsageError,
        VidgenError,
    )
    from vidgen_core.hookspecs import Outcome, hookimpl
    from vidgen_core.hosts import service_url
    from vidgen_core.http_errors import (
        clean_words,
        no_answer,
        no_connection,
        retry_after,
        service_error,
        transport_error,
    )
    from vidgen_core.layout import OUTPUT, Output
    from vidgen_core.model import Key, Kind, Scene, Step, Timing
    from vidgen_core.patterns import OutputPattern, PatternError
    from vidgen_core.plan import Decision, Plan, Task
    from vidgen_core.protocols import (
        AnswerWork,
        Context,
        Downloads,
        Executor,
        Failed,
        Findable,
        FrameHost,
        ImageGenerator,
        JobRef,
        LocalWork,
        MediaTools,
        Pending,
        Progress,
        Ready,
        RemoteWork,
        ScriptModel,
        SoundEngine,
        SpeechEngine,
        Stitcher,
        VideoEngine,
    )
    from vidgen_core.script_answers import Asking, asked, file_of, rest_of
    from vidgen_core.script_files import (
        dump_environments,
        dump_scenes,
        dump_scenes_without_environment,
        dump_timings,
    )
    from vidgen_core.specs import (
        API,
        FREE,
        UNKNOWN_PRICE,
        ClipRequest,
        EnvironmentsRequest,
        ExecutorSpec,
        FilmJoinRequest,
        FilmScene,
        FitNarrationRequest,
        FrameHostSpec,
        FrameRequest,
        ImageGeneratorSpec,
        ImageRequest,
        ImportImageRequest,
        JoinNarrationRequest,
        JoinPart,
        NarrationTextRequest,
        NoOptions,
        PlacedScenesRequest,
        PlaceNarrationRequest,
        Price,
        ProviderKind,
        ProviderSpec,
        Request,
        SceneJoinRequest,
        ScenesRequest,
        ScriptModelSpec,
        ScriptRequest,
        SoundEngineSpec,
        SoundRequest,
        SpeechEngineSpec,
        SpeechRequest,
        SpokenScene,
        StitcherSpec,
        VideoEngineSpec,
        free_of_charge,
        option,
        split_evenly,
    )

    __version__: str

__all__ = [
    "API",
    "FREE",
    "OUTPUT",
    "UNKNOWN_PRICE",
    "AnswerWork",
    "Asking",
    "AuthFailed",
    "BadOutput",
    "Billed",
    "ClipRequest",
    "Context",
    "Decision",
    "Downloads",
    "EnvironmentsRequest",
    "Executor",
    "ExecutorSpec",
    "Expired",
    "Failed",
    "FilmJoinRequest",
    "FilmScene",
    "Findable",
    "FitNarrationRequest",
    "FrameHost",
    "FrameHostSpec",
    "FrameRequest",
    "ImageGenerator",
    "ImageGeneratorSpec",
    "ImageRequest",
    "ImportImageRequest",
    "InputError",
    "Interrupted",
    "JobFailed",
    "JobLost",
    "JobRef",
    "JoinNarrationRequest",
    "JoinPart",
    "Key",
    "Kind",
    "LocalWork",
    "MachineError",
    "MediaTools",
    "NarrationTextRequest",
    "NoOptions",
    "OutOfCredit",
    "Outcome",
    "Output",
    "OutputPattern",
    "PatternError",
    "Pending",
    "PlaceNarrationRequest",
    "PlacedScenesRequest",
    "Plan",
    "PluginError",
    "Price",
    "Progress",
    "ProviderError",
    "ProviderKind",
    "ProviderSpec",
    "RateLimited",
    "Ready",
    "Refused",
    "RemoteWork",
    "Request",
    "Scene",
    "SceneJoinRequest",
    "ScenesRequest",
    "ScriptModel",
    "ScriptModelSpec",
    "ScriptRequest",
    "SoundEngine",
    "SoundEngineSpec",
    "SoundRequest",
    "SpeechEngine",
    "SpeechEngineSpec",
    "SpeechRequest",
    "SpokenScene",
    "Step",
    "Stitcher",
    "StitcherSpec",
    "Task",
    "Timing",
    "Unavailable",
    "UsageError",
    "VideoEngine",
    "VideoEngineSpec",
    "VidgenError",
    "asked",
    "clean_words",
    "dump_environments",
    "dump_scenes",
    "dump_scenes_without_environment",
    "dump_timings",
    "file_of",
    "free_of_charge",
    "hookimpl",
    "no_answer",
    "no_connection",
    "option",
    "rest_of",
    "retry_after",
    "service_error",
    "service_url",
    "split_evenly",
    "transport_error",
]

#: Where names live. The first room that has a name has the same object as any later one.
_ROOMS = (
    "errors",
    "http_errors",
    "hosts",
    "patterns",
    "model",
    "layout",
    "specs",
    "protocols",
    "plan",
    "script_files",
    "script_answers",
    "hookspecs",
)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("vidgen-core")
    except PackageNotFoundError:  # imported from a checkout that nobody installed
        return "0+unknown"


def _find(name: str) -> Any:
    """Return what the package's *name* stands for."""
    if name == "__version__":
        return _version()
    if name in __all__:
        for room in _ROOMS:
            module = import_module(f"{__name__}.{room}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:  # a checker that saw it would take any name for an export

    def __getattr__(name: str) -> Any:
        value = globals()[name] = _find(name)
        return value
