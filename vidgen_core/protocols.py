"""What a spec's factory returns, and what core hands to it.

Remote work is three short calls and core owns the clock: a provider never
sleeps, never repeats a submit, never writes to a final name. Work on this
machine is one call, ``render``. A paid answer that comes at once is ``ask``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from attrs import field, frozen

from vidgen_core.specs import (
    FilmJoinRequest,
    FitNarrationRequest,
    JoinNarrationRequest,
    PlaceNarrationRequest,
    SceneJoinRequest,
)

T = TypeVar("T")

#: Called with the finished fraction, 0 to 1, as often as one likes.
Progress = Callable[[float], None]


class MediaTools(Protocol):
    """ffmpeg for plugins: the only way in which anything of vidgen runs it."""

    def encode_frames(
        self,
        frames: Iterable[bytes | memoryview],
        into: Path,
        *,
        width: int,
        height: int,
        fps: float,
        pixel_format: str = "rgb24",
        progress: Progress | None = None,
    ) -> None:
        """Encode raw *frames* to H.264 in MP4 at *into*, video only.

        Each frame is ``width * height`` pixels in *pixel_format* (``rgb24`` or
        ``yuv420p``, limited range BT.709). Raises ``MachineError``.
        """

    def encode_audio(
        self, samples: Iterable[bytes | memoryview], into: Path, *, rate: int, channels: int
    ) -> None:
        """Encode interleaved 32-bit float *samples* to the format that *into*'s name ends in."""

    def read_audio(self, path: Path, *, rate: int, channels: int, seconds: float) -> bytes:
        """Return the first *seconds* of a file's sound: interleaved 32-bit floats at *rate*."""

    def read_frame(self, path: Path, *, width: int, height: int) -> bytes:
        """Return the first picture of an image or video as ``rgb24`` of that size."""


#: How many bytes a download may have unless its caller says otherwise.
LARGEST_DOWNLOAD = 2 << 30


class Downloads(Protocol):
    """What a service made, brought here: without keys, cookies or any other sign of who asks."""

    def __call__(self, url: str, into: Path, *, limit: int = LARGEST_DOWNLOAD) -> None:
        """Write what stands at *url* to *into*; at most *limit* bytes.

        Raises ``Expired`` where the address does not hold any more: ask the service
        for a fresh one, or let it through, and core polls the job again. Other faults
        are ``Unavailable``, ``RateLimited``, ``BadOutput``, ``MachineError`` and
        ``Interrupted``; then nothing is left at *into*. No error shows more of the
        address than its host.
        """


def _no_downloads(url: str, into: Path, *, limit: int = LARGEST_DOWNLOAD) -> None:
    raise RuntimeError("this Context was made by hand and cannot download: give it `download`")


@frozen(kw_only=True)
class Context:
    """What a factory receives.

    ``options`` is an instance of the spec's options class; ``key`` the secret,
    empty where the spec names none; ``cancelled()`` turns true when the run is
    to stop, and long local work asks it now and then. ``download(url, into)``
    brings a result here.
    """

    options: Any
    media: MediaTools
    key: str = field(default="", repr=False)
    cancelled: Callable[[], bool] = lambda: False
    download: Downloads = _no_downloads


@frozen(kw_only=True)
class JobRef:
    """One job at a service: its id, and plain facts worth keeping with it."""

    id: str
    facts: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Pending:
    """Not done. ``fraction`` (0–1) and ``seconds_left`` where the service tells."""

    fraction: float | None = None
    seconds_left: float | None = None


@frozen(kw_only=True)
class Ready:
    """Done: what ``fetch`` needs."""

    job: JobRef
    url: str = ""


@frozen(kw_only=True)
class Failed:
    """The service gave up on the job."""

    message: str
    billed: str = "unknown"


@runtime_checkable
class LocalWork(Protocol):
    """Work on this machine."""

    def render(self, request: Any, into: Path, progress: Progress) -> None:
        """Make what *request* asks for and write it to *into* (whose suffix is right)."""


@runtime_checkable
class RemoteWork(Protocol):
    """Work at a service that takes its time. ``submit`` alone may cost money."""

    def submit(self, request: Any, token: str) -> JobRef:
        """Hand the work over, once, without repeating; *token* is unique to this take."""

    def poll(self, job: JobRef) -> Pending | Ready | Failed:
        """Ask how the job is doing."""

    def fetch(self, ready: Ready, into: Path) -> None:
        """Download the result to *into*; may be called again."""


@runtime_checkable
class Findable(Protocol):
    """A service that can list its jobs, so that one whose id was lost is found.

    Its spec names the ability ``find``. ``settle_seconds``: how long a job may
    take to appear in the list.
    """

    settle_seconds: float

    def find(self, request: Any, token: str, since: float) -> Sequence[JobRef]:
        """Return the jobs made since *since* (Unix time) that *request* may have made.

        In a later run its ``start_url`` ends with its path: what follows may be a secret,
        and is not kept.
        """


@runtime_checkable
class AnswerWork(Protocol):
    """A paid answer that comes at once. Core stores it before anything parses it.

    A script model's answer that is ``BadOutput`` is asked for once more, with the fault in
    ``request.fault``. A script model may also have ``rest(answer, request)``, which returns
    the request that is still to be asked after *answer*, or ``None``: core calls it before
    ``write``, and asks; what it asks for then is what is written.

    Any of them may have ``charged(answer, request)``, which returns the :class:`Price` that
    *answer* says it cost, or ``UNKNOWN_PRICE``. Core calls it once, right after the answer
    came and was stored. It may only make the bill more exact: what it raises changes nothing.
    """

    def ask(self, request: Any) -> bytes:
        """Send the request, once, and return the raw answer."""

    def write(self, answer: bytes, request: Any, into: Path) -> None:
        """Turn a stored answer into the file *into*; raises ``BadOutput``."""


#: What each kind of factory returns; the request it is given stands beside it.
VideoEngine = LocalWork | RemoteWork  # ClipRequest
ImageGenerator = LocalWork | RemoteWork | AnswerWork  # ImageRequest
SpeechEngine = LocalWork | RemoteWork | AnswerWork  # SpeechRequest
SoundEngine = LocalWork | RemoteWork | AnswerWork  # SoundRequest
#: An EnvironmentsRequest, a ScenesRequest, a PlacedScenesRequest or a NarrationTextRequest.
ScriptModel = LocalWork | AnswerWork


class Stitcher(Protocol):
    """Joins, on this machine."""

    def join_scene(self, request: SceneJoinRequest, into: Path, progress: Progress) -> None:
        """Join clips to one scene; frames out equal frames in."""

    def join_film(self, request: FilmJoinRequest, into: Path, progress: Progress) -> None:
        """Join scenes, sounds and narration to the film, with subtitles and chapters.

        Neither changes how many frames the film has. Raises ``InputError`` where
        subtitles are to be drawn and the font lacks their letters.
        """

    def fit_narration(self, request: FitNarrationRequest, into: Path, progress: Progress) -> str:
        """Fit the narration to the videos' length; return a sentence if some of it is lost."""

    def join_narration(self, request: JoinNarrationRequest, into: Path, progress: Progress) -> None:
        """Put the speech of the scenes one after the other, with 0.35 s between (MP3)."""

    def place_narration(
        self, request: PlaceNarrationRequest, into: Path, progress: Progress
    ) -> str:
        """Place each scene's speech where its scene begins; return a sentence if some is lost.

        The track (MP3) is as long as the film. A scene begins at sample
        ``round(frames before it * 48000 / fps)``. Speech longer than its scene is
        sped up to at most 1.15 of its tempo, and what is left of it is cut off.
        """


class FrameHost(Protocol):
    """Puts a picture where a service can read it.

    Called right before a submit that needs it, in a worker thread, and again where it
    failed or a submit is repeated in another process.
    """

    def publish(self, picture: Path) -> str:
        """Return a URL for *picture*: ``https``, ``http`` or ``data``."""


class Executor(Protocol):
    """Runs one ready piece of local work, here or elsewhere."""

    def run(self, work: Callable[[], T]) -> T:
        """Run *work* and return what it returned; what it raises goes through."""
