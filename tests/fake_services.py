"""Providers and a paid service that live in a folder, for the executor's tests.

The service keeps its books on the disk, so that they outlive a process that was
killed. What it takes money for, and how often, is :meth:`Service.bill`.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field

from vidgen_core.model import Kind, Timing
from vidgen_core.plugins import Loaded, Registry
from vidgen_core.probe import probe
from vidgen_core.protocols import Failed, JobRef, Pending, Ready
from vidgen_core.script_files import dump_timings
from vidgen_core.specs import (
    FREE,
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

from .run_directories import sound, video

#: What one clip of the paid engine costs.
PRICE = Price(0.5, 0.5)


@define(kw_only=True, eq=False)
class Service:
    """A service that takes money, with its books in *folder*.

    ``trouble`` maps the name of a call to what happens at its next uses: an
    exception is raised, a function is called, ``None`` is no trouble.
    ``lose_answers``: a submit is charged, and its answer never arrives.
    """

    folder: Path
    content: Callable[[Mapping[str, Any]], bytes] = lambda job: video(job["scene"], 1)
    polls_needed: int = 1
    idempotent: bool = False
    trouble: dict[str, list[Any]] = field(factory=dict)
    calls: list[tuple[str, str]] = field(factory=list)
    threads: set[str] = field(factory=set)
    hidden: set[str] = field(factory=set)
    at: Callable[[str], None] = lambda point: None
    clock: Callable[[], float] = lambda: 0.0
    times: list[tuple[str, float]] = field(factory=list)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def jobs(self) -> list[dict[str, Any]]:
        if not self.folder.is_dir():
            return []
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("job-*.json"))]

    def bill(self) -> Counter[str]:
        """How often each output was charged for."""
        return Counter(job["what"] for job in self.jobs())

    def charge(self, facts: Mapping[str, Any], token: str) -> str:
        """Take the money and return the job's id."""
        with self._lock:
            known = self.jobs()
            if self.idempotent:
                for job in known:
                    if job["token"] == token:
                        return str(job["id"])
            self.folder.mkdir(parents=True, exist_ok=True)
            job = {**facts, "id": f"job-{len(known) + 1}", "token": token}
            written = self.folder / f"{job['id']}.part"
            written.write_text(json.dumps(job))
            written.rename(written.with_suffix(".json"))  # others read while this is written
            return str(job["id"])

    def called(self, name: str, what: str = "") -> None:
        """Note a call, and do what is due at it."""
        self.calls.append((name, what))
        self.times.append((name, self.clock()))
        self.threads.add(threading.current_thread().name)
        due = self.trouble.get(name, [])
        trouble = due.pop(0) if due else None
        if isinstance(trouble, BaseException):
            raise trouble
        if trouble is not None:
            trouble()

    def job(self, id: str) -> dict[str, Any]:
        return next(job for job in self.jobs() if job["id"] == id)

    def count(self, name: str) -> int:
        return sum(called == name for called, _ in self.calls)


def facts_of(request: Any) -> dict[str, Any]:
    scene = request.scene.number
    what = f"clip-{scene}-{request.clip}" if hasattr(request, "clip") else f"image-{scene}"
    frame = Path(request.start_frame).name if getattr(request, "start_frame", None) else ""
    started = {name: getattr(request, f"start_{name}", "") for name in ("job", "url")}
    return {"what": what, "scene": scene, "prompt": request.prompt, "frame": frame, **started}


class Remote:
    """The provider of a service that takes its time."""

    settle_seconds = 20.0

    def __init__(self, service: Service) -> None:
        self.service = service
        self._polls: Counter[str] = Counter()

    def submit(self, request: Any, token: str) -> JobRef:
        facts = facts_of(request)
        self.service.at("before submit")
        self.service.called("submit", facts["what"])
        id = self.service.charge(facts, token)
        self.service.at("after submit")
        self.service.called("submitted", facts["what"])
        return JobRef(id=id, facts={"region": "north"})

    def poll(self, job: JobRef) -> Pending | Ready | Failed:
        self.service.at("poll")
        self.service.called("poll", job.id)
        assert job.facts.get("region", "north") == "north"
        self._polls[job.id] += 1
        if self._polls[job.id] < self.service.polls_needed:
            return Pending(fraction=0.5)
        return Ready(job=job)

    def fetch(self, ready: Ready, into: Path) -> None:
        self.service.at("before fetch")
        self.service.called("fetch", ready.job.id)
        content = self.service.content(self.service.job(ready.job.id))
        with into.open("xb") as file:
            file.write(content[: len(content) // 2])
            self.service.at("half a fetch")
            file.write(content[len(content) // 2 :])

    def find(self, request: Any, token: str, since: float) -> list[JobRef]:
        self.service.called("find", facts_of(request)["what"])
        what = facts_of(request)
        return [
            JobRef(id=job["id"])
            for job in self.service.jobs()
            if job["id"] not in self.service.hidden
            and all(job[name] == what[name] for name in ("prompt", "frame"))
        ]


class Answering:
    """The provider of a service that answers at once."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def ask(self, request: Any) -> bytes:
        what = type(request).__name__
        self.service.called("ask", what)
        self.service.at("before ask")
        self.service.charge({"what": what, "scene": 1}, "")
        self.service.at("after ask")
        return b"answer: a boat"

    def write(self, answer: bytes, request: Any, into: Path) -> None:
        self.service.called("write")
        assert answer.startswith(b"answer")
        into.write_bytes(sound() if into.suffix == ".mp3" else answer)


class Local:
    """An engine on this machine."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def render(self, request: Any, into: Path, progress: Callable[[float], None]) -> None:
        what = facts_of(request)["what"]
        self.service.called("render", what)
        into.write_bytes(self.service.content(facts_of(request)))
        progress(1.0)


class Scissors:
    """A stitcher that shows the first scene only, quickly."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def join_scene(self, request: Any, into: Path, progress: Any) -> None:
        self.service.at("join")
        self.service.called("join", Path(request.parts[0].path).name)
        into.write_bytes(Path(request.parts[0].path).read_bytes())

    def join_film(self, request: Any, into: Path, progress: Any) -> None:
        self.service.at("film")
        self.service.called("film")
        into.write_bytes(Path(request.scenes[0].video).read_bytes())

    def fit_narration(self, request: Any, into: Path, progress: Any) -> str:
        into.write_bytes(Path(request.narration).read_bytes())
        return ""

    def join_narration(self, request: Any, into: Path, progress: Any) -> None:
        self.service.at("join")
        into.write_bytes(Path(request.parts[0]).read_bytes())

    def place_narration(self, request: Any, into: Path, progress: Any) -> str:
        self.service.at("place")
        into.write_bytes(sound(sum(facts_of_video(scene.video) for scene in request.scenes)))
        return ""


def facts_of_video(path: str) -> float:
    """How long a video lasts, in seconds."""
    return probe(Path(path), Kind.VIDEO).seconds


class Speaking:
    """A voice on this machine that says when it speaks each sentence."""

    def __init__(self, service: Service, seconds: Mapping[int, float]) -> None:
        self.service = service
        self.seconds = seconds

    def render(self, request: Any, into: Path, progress: Callable[[float], None]) -> None:
        self.service.called("speak", str(request.scene))
        seconds = self.seconds.get(request.scene, 0.5)
        into.write_bytes(sound(seconds))
        timing = Timing(text=request.text, start=0.0, end=seconds)
        into.with_suffix(".json").write_bytes(dump_timings([timing]))


def voice(service: Service, seconds: Mapping[int, float], **changes: Any) -> SpeechEngineSpec:
    facts = {
        "name": "voice",
        "summary": "speaks for nothing",
        "factory": lambda context: Speaking(service, seconds),
    }
    return SpeechEngineSpec(**{**facts, **changes})


def engine(service: Service, name: str = "paid", **changes: Any) -> VideoEngineSpec:
    facts: dict[str, Any] = {
        "name": name,
        "summary": "a paid engine of the tests",
        "factory": lambda context: Remote(service),
        "lengths": (1,),
        "price": lambda request, options: PRICE,
    }
    return VideoEngineSpec(**{**facts, **changes})


def local_engine(service: Service, name: str = "here", **changes: Any) -> VideoEngineSpec:
    return engine(
        service,
        name,
        **{"factory": lambda context: Local(service), "price": lambda r, o: FREE, **changes},
    )


def answering(service: Service) -> tuple[ProviderSpec, ...]:
    """A script model and a speech engine that answer at once, for money."""
    facts: dict[str, Any] = {
        "summary": "answers",
        "factory": lambda context: Answering(service),
        "price": lambda request, options: PRICE,
    }
    return ScriptModelSpec(name="words", **facts), SpeechEngineSpec(name="voice", **facts)


class Hosting:
    """A frame host: its URLs tell which picture they are of, and hold a signature."""

    def __init__(self, service: Service, url: str) -> None:
        self.service = service
        self.url = url
        self._count = 0

    def publish(self, picture: Path) -> str:
        assert picture.is_file()
        self.service.at("publish")
        self.service.called("publish", picture.name)
        self._count += 1
        return self.url.format(name=picture.name, count=self._count)


SIGNED = "https://shelf.example/{name}?signature=s3cret-{count}"


def frame_host(service: Service, url: str = SIGNED, **changes: Any) -> FrameHostSpec:
    facts: dict[str, Any] = {
        "name": "shelf",
        "summary": "gives pictures a URL",
        "factory": lambda context: Hosting(service, url),
    }
    return FrameHostSpec(**{**facts, **changes})


def stitcher(service: Service) -> StitcherSpec:
    return StitcherSpec(name="ffmpeg", summary="cuts", factory=lambda context: Scissors(service))


_KINDS: Mapping[type, ProviderKind] = {
    VideoEngineSpec: ProviderKind.VIDEO_ENGINE,
    ScriptModelSpec: ProviderKind.SCRIPT_MODEL,
    SpeechEngineSpec: ProviderKind.SPEECH_ENGINE,
    ImageGeneratorSpec: ProviderKind.IMAGE_GENERATOR,
    SoundEngineSpec: ProviderKind.SOUND_ENGINE,
    StitcherSpec: ProviderKind.STITCHER,
    FrameHostSpec: ProviderKind.FRAME_HOST,
}


def registry(*specs: ProviderSpec) -> Registry:
    """What would be installed."""
    return Registry(
        providers=tuple(
            Loaded(kind=_KINDS[type(s)], spec=s, distribution="vidgen-fake", version="1.0")
            for s in specs
        )
    )
