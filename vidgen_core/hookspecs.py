"""The hooks of vidgen, where a plugin and the core meet.

A plugin is a module (or an object) behind an entry point of the group
``vidgen``. It implements any of these hooks with :data:`hookimpl`; the eight
producing hooks take no arguments and return specs (a list, or ``yield``), the
two observers are told what happens and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen
from pluggy import HookimplMarker, HookspecMarker

from vidgen_core.errors import VidgenError
from vidgen_core.plan import Plan, Task
from vidgen_core.specs import (
    ExecutorSpec,
    FrameHostSpec,
    ImageGeneratorSpec,
    ScriptModelSpec,
    SoundEngineSpec,
    SpeechEngineSpec,
    StitcherSpec,
    VideoEngineSpec,
)

#: The name of the hooks' project and of the entry points' group.
PROJECT = "vidgen"

#: Marks a function of a plugin as an implementation of a hook.
hookimpl = HookimplMarker(PROJECT)

hookspec = HookspecMarker(PROJECT)


@frozen(kw_only=True)
class Outcome:
    """How one task ended.

    ``path`` is the published file, relative to the run directory; it is empty
    where ``error`` says why there is none.
    """

    path: str = ""
    error: VidgenError | None = None


@hookspec
def vidgen_script_models() -> Iterable[ScriptModelSpec]:  # type: ignore[empty-body]
    """Yield models that write scenes, environments and narration.

    The factory returns a :class:`~vidgen_core.protocols.LocalWork` or an
    ``AnswerWork`` that takes an ``EnvironmentsRequest``, a ``ScenesRequest``, a
    ``PlacedScenesRequest`` and a ``NarrationTextRequest``; the ``dump_`` functions
    of ``vidgen_core`` write what each asks for. The one below only writes
    narrations, for runs that have their scenes.

    Example::

        from vidgen_core import ScriptModelSpec, hookimpl

        class Model:
            def __init__(self, context):
                self.key = context.key

            def ask(self, request):
                return f"A film of {len(request.scenes)} scenes.".encode()

            def write(self, answer, request, into):
                into.write_bytes(answer)

        @hookimpl
        def vidgen_script_models():
            yield ScriptModelSpec(
                name="terse",
                summary="says how many scenes there are",
                factory=Model,
                keys=("TERSE_API_KEY",),
            )
    """


@hookspec
def vidgen_video_engines() -> Iterable[VideoEngineSpec]:  # type: ignore[empty-body]
    """Yield engines that render clips.

    The factory returns a ``LocalWork`` or a ``RemoteWork`` that takes a
    ``ClipRequest``. ``lengths`` are the seconds a clip may last.

    Example::

        from vidgen_core import VideoEngineSpec, hookimpl

        class Engine:
            def __init__(self, context):
                self.media = context.media

            def render(self, request, into, progress):
                frame = b"\\x10\\x20\\x40" * (request.width * request.height)
                count = round(request.seconds * request.fps)
                self.media.encode_frames(
                    (frame for _ in range(count)), into,
                    width=request.width, height=request.height, fps=request.fps,
                )

        @hookimpl
        def vidgen_video_engines():
            yield VideoEngineSpec(
                name="night", summary="dark blue clips", factory=Engine, lengths=(5, 10)
            )
    """


@hookspec
def vidgen_image_generators() -> Iterable[ImageGeneratorSpec]:  # type: ignore[empty-body]
    """Yield generators that draw first frames and initial images.

    The factory returns a ``LocalWork``, ``RemoteWork`` or ``AnswerWork`` that
    takes an ``ImageRequest``.

    Example::

        from vidgen_core import ImageGeneratorSpec, Price, hookimpl

        class Pictures:
            def __init__(self, context):
                self.options = context.options

            def render(self, request, into, progress):
                from PIL import Image

                Image.new("RGB", (request.width, request.height), "navy").save(into)

        @hookimpl
        def vidgen_image_generators():
            yield ImageGeneratorSpec(
                name="navy",
                summary="navy pictures",
                factory=Pictures,
                price=lambda request, options: Price(0.01, 0.02),
            )
    """


@hookspec
def vidgen_speech_engines() -> Iterable[SpeechEngineSpec]:  # type: ignore[empty-body]
    """Yield engines that speak the narration.

    The factory returns a ``LocalWork``, ``RemoteWork`` or ``AnswerWork`` that
    takes a ``SpeechRequest``.

    Example::

        from attrs import frozen
        from vidgen_core import SpeechEngineSpec, hookimpl, option

        @frozen(kw_only=True)
        class Options:
            pitch: int = option(220, help="Pitch of the voice in hertz.")

        class Voice:
            def __init__(self, context):
                self.options, self.media = context.options, context.media

            def render(self, request, into, progress):
                silence = bytes(4 * 24_000 * max(1, len(request.text.split()) // 2))
                self.media.encode_audio([silence], into, rate=24_000, channels=1)

        @hookimpl
        def vidgen_speech_engines():
            yield SpeechEngineSpec(
                name="mute", summary="pauses of the right length", factory=Voice, options=Options
            )
    """


@hookspec
def vidgen_sound_engines() -> Iterable[SoundEngineSpec]:  # type: ignore[empty-body]
    """Yield engines that make the sound effects of a scene.

    The factory returns a ``LocalWork``, ``RemoteWork`` or ``AnswerWork`` that
    takes a ``SoundRequest``.

    Example::

        from vidgen_core import SoundEngineSpec, hookimpl

        class Silence:
            def __init__(self, context):
                self.media = context.media

            def render(self, request, into, progress):
                samples = bytes(4 * round(24_000 * request.seconds))
                self.media.encode_audio([samples], into, rate=24_000, channels=1)

        @hookimpl
        def vidgen_sound_engines():
            yield SoundEngineSpec(name="silence", summary="no sound at all", factory=Silence)
    """


@hookspec
def vidgen_stitchers() -> Iterable[StitcherSpec]:  # type: ignore[empty-body]
    """Yield stitchers that join clips into scenes and scenes into the film.

    The factory returns a :class:`~vidgen_core.protocols.Stitcher`. Core's own is
    registered by this hook too.

    Example::

        from vidgen_core import StitcherSpec, hookimpl

        class Cutter:
            def __init__(self, context):
                self.media = context.media

            def join_scene(self, request, into, progress):
                raise NotImplementedError("cut the clips of one scene together here")

            def join_film(self, request, into, progress):
                raise NotImplementedError("cut the scenes together here")

            def fit_narration(self, request, into, progress):
                raise NotImplementedError("fit the narration here")

        @hookimpl
        def vidgen_stitchers():
            yield StitcherSpec(name="cutter", summary="cuts by hand", factory=Cutter)
    """


@hookspec
def vidgen_frame_hosts() -> Iterable[FrameHostSpec]:  # type: ignore[empty-body]
    """Yield hosts that give a local picture a URL which a service can read.

    The factory returns a :class:`~vidgen_core.protocols.FrameHost`.

    Example::

        from base64 import b64encode
        from vidgen_core import FrameHostSpec, hookimpl

        class DataUrls:
            def publish(self, picture):
                return "data:image/jpeg;base64," + b64encode(picture.read_bytes()).decode()

        @hookimpl
        def vidgen_frame_hosts():
            yield FrameHostSpec(
                name="data-url",
                summary="the picture inside its own URL",
                factory=lambda context: DataUrls(),
            )
    """


@hookspec
def vidgen_executors() -> Iterable[ExecutorSpec]:  # type: ignore[empty-body]
    """Yield executors that run one ready piece of local work somewhere.

    The factory returns an :class:`~vidgen_core.protocols.Executor`. Core alone
    keeps the loop, the clock, the journal, the keys and the publishing.

    Example::

        from vidgen_core import ExecutorSpec, hookimpl

        class Here:
            def run(self, work):
                return work()

        @hookimpl
        def vidgen_executors():
            yield ExecutorSpec(
                name="here", summary="runs in this process", factory=lambda context: Here()
            )
    """


@hookspec
def vidgen_plan_ready(plan: Plan) -> None:
    """Observe a plan that is about to be carried out.

    Called again whenever planning was. What it raises is logged, nothing else.

    Example::

        import logging
        from vidgen_core import hookimpl

        @hookimpl
        def vidgen_plan_ready(plan):
            logging.getLogger("diary").info("%d tasks to do", len(plan.to_do))
    """


@hookspec
def vidgen_task_done(task: Task, outcome: Outcome) -> None:
    """Observe a task that ended, well or badly.

    Called from the thread that keeps the loop: be quick. What it raises is
    logged, nothing else.

    Example::

        import logging
        from vidgen_core import hookimpl

        @hookimpl
        def vidgen_task_done(task, outcome):
            logging.getLogger("diary").info("%s: %s", task.key, outcome.error or outcome.path)
    """
