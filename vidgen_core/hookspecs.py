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
    of ``vidgen_core`` write what each asks for.

    Example::

        from attrs import evolve
        from vidgen_core import EnvironmentsRequest, NarrationTextRequest, PlacedScenesRequest
        from vidgen_core import Scene, ScenesRequest, ScriptModelSpec, hookimpl
        from vidgen_core import dump_environments, dump_scenes, dump_scenes_without_environment

        class Model:
            def render(self, request, into, progress):
                into.write_bytes(self.written(request))

            def written(self, request):
                match request:
                    case EnvironmentsRequest():
                        return dump_environments(["An empty stage."])
                    case ScenesRequest():
                        lines = filter(None, map(str.strip, request.script.splitlines()))
                        facts = ({"movement": t, "narration": t, "sound_prompt": t} for t in lines)
                        return dump_scenes_without_environment([
                            Scene(number=n, duration=request.lengths[0], **more)
                            for n, more in zip(range(1, request.most + 1), facts)
                        ])
                    case PlacedScenesRequest():
                        place = request.environments[0]
                        return dump_scenes(evolve(s, environment=place) for s in request.scenes)
                    case NarrationTextRequest():
                        words = " ".join(scene.movement for scene in request.scenes).split()
                        return " ".join(words[: request.words]).encode()

        @hookimpl
        def vidgen_script_models():
            yield ScriptModelSpec(
                name="lines", summary="one scene for each line", factory=lambda context: Model()
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
    takes an ``ImageRequest``. The one below answers at once and costs money, so
    that core stores what ``ask`` returns before ``write`` sees it.

    Example::

        from vidgen_core import ImageGeneratorSpec, Price, hookimpl

        class Pictures:
            def __init__(self, context):
                self.key = context.key

            def ask(self, request):
                # A real one sends request.prompt to its service here, with self.key.
                return b"navy"

            def write(self, answer, request, into):
                from PIL import Image

                size = request.width, request.height
                Image.new("RGB", size, answer.decode()).save(into)

        @hookimpl
        def vidgen_image_generators():
            yield ImageGeneratorSpec(
                name="navy", summary="navy pictures", factory=Pictures, keys=("NAVY_API_KEY",),
                price=lambda request, options: Price(0.01, 0.02),
            )
    """


@hookspec
def vidgen_speech_engines() -> Iterable[SpeechEngineSpec]:  # type: ignore[empty-body]
    """Yield engines that speak the narration.

    The factory returns a ``LocalWork``, ``RemoteWork`` or ``AnswerWork`` that
    takes a ``SpeechRequest``.

    Example::

        from array import array
        from math import pi, sin
        from attrs import frozen
        from vidgen_core import SpeechEngineSpec, hookimpl, option

        RATE = 24_000

        @frozen(kw_only=True)
        class Options:
            pitch: int = option(220, help="Pitch of the voice in hertz.")

        class Voice:
            def __init__(self, context):
                self.options, self.media = context.options, context.media

            def render(self, request, into, progress):
                count = RATE * max(1, len(request.text.split()) // 2)
                turn = 2 * pi * self.options.pitch / RATE
                samples = array("f", (0.1 * sin(turn * number) for number in range(count)))
                self.media.encode_audio([samples.tobytes()], into, rate=RATE, channels=1)

        @hookimpl
        def vidgen_speech_engines():
            yield SpeechEngineSpec(
                name="hum", summary="hums as long as one speaks", factory=Voice, options=Options
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
    registered by this hook too. The one below cuts hard and plays the narration; it
    leaves out sound effects, subtitles and chapters.

    Example::

        from heapq import merge
        from itertools import chain, islice
        from vidgen_core import StitcherSpec, hookimpl

        RATE = 48_000

        def facts(path):
            import av
            with av.open(path) as file:
                video = file.streams.video[0]
                return video.width, video.height, float(video.average_rate), video.frames

        def pictures(path, width, height):
            import av
            with av.open(path) as file:
                for frame in file.decode(video=0):
                    picture = frame.reformat(width=width, height=height, format="rgb24")
                    yield picture.to_ndarray().tobytes()

        def samples(path):
            import av
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
            with av.open(path) as file:
                for frame in chain(file.decode(audio=0), [None]):
                    for part in resampler.resample(frame):
                        yield part.to_ndarray().tobytes()

        def packets(file):
            return (packet for packet in file.demux() if packet.dts is not None)

        class Cutter:
            def __init__(self, context):
                self.media = context.media

            def join_scene(self, request, into, progress):
                self.cut([(p.path, p.frames) for p in request.parts], request.size, into)

            def join_film(self, request, into, progress):
                import av
                parts = [(scene.video, None) for scene in request.scenes]
                if request.narration is None:
                    return self.cut(parts, request.size, into)
                self.cut(parts, request.size, silent := into.with_name("silent.mp4"))
                self.speak(samples(request.narration), spoken := into.with_name("spoken.m4a"))
                with av.open(silent) as one, av.open(spoken) as other, av.open(into, "w") as film:
                    tracks = {f: film.add_stream_from_template(f.streams[0]) for f in (one, other)}
                    for packet in merge(*map(packets, tracks), key=lambda p: p.dts * p.time_base):
                        packet.stream = tracks[packet.stream.container]
                        film.mux(packet)

            def cut(self, parts, size, into):
                width, height, fps = size or facts(parts[0][0])[:3]
                shown = (islice(pictures(path, width, height), count) for path, count in parts)
                frames = chain.from_iterable(shown)
                self.media.encode_frames(frames, into, width=width, height=height, fps=fps)

            def speak(self, sound, into):
                self.media.encode_audio(sound, into, rate=RATE, channels=1)

            def join_narration(self, request, into, progress):
                pause = bytes(4 * round(0.35 * RATE))
                parts = (chain(samples(part), [pause]) for part in request.parts)
                self.speak(chain.from_iterable(parts), into)

            def fit_narration(self, request, into, progress):
                return self.place([(request.narration, request.videos)], into)

            def place_narration(self, request, into, progress):
                return self.place([(s.speech, [s.video]) for s in request.scenes], into)

            def place(self, spoken, into):
                track, lost = [], False
                for speech, videos in spoken:
                    seconds = sum(frames / fps for _, _, fps, frames in map(facts, videos))
                    size = 4 * round(RATE * seconds)
                    sound = b"".join(samples(speech)) if speech else b""
                    track.append(sound[:size].ljust(size, bytes(1)))
                    lost = lost or len(sound) > size
                self.speak(track, into)
                return "some of the narration is cut off" if lost else ""

        @hookimpl
        def vidgen_stitchers():
            yield StitcherSpec(name="cutter", summary="hard cuts, and speech", factory=Cutter)
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
                name="data-url", summary="a URL that is the picture", factory=lambda _: DataUrls()
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
