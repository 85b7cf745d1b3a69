"""What a worker thread does for one task: make, check, hash. It publishes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from vidgen_core import disk
from vidgen_core.errors import (
    BadOutput,
    Billed,
    InputError,
    MachineError,
    PluginBug,
    VidgenError,
)
from vidgen_core.layout import OUTPUT
from vidgen_core.media import Media
from vidgen_core.model import Facts, Kind, Verdict
from vidgen_core.plan import File, Task
from vidgen_core.probe import probe
from vidgen_core.situation import prompt_digest, scene_digest
from vidgen_core.specs import (
    ClipRequest,
    FilmJoinRequest,
    FitNarrationRequest,
    FrameRequest,
    ImageRequest,
    ImportImageRequest,
    NarrationTextRequest,
    Request,
    SceneJoinRequest,
    SoundRequest,
    SpeechRequest,
)
from vidgen_core.workshop import Workshop

#: A local engine's clip that is this much too short is not what was asked for.
TOO_SHORT = 0.9


@frozen(kw_only=True)
class Made:
    """A finished file in its scratch folder, checked and synced.

    ``inputs``: sha256 of what it was made from. ``notes``: sentences for the user.
    """

    file: Path
    facts: Facts
    sha256: str
    inputs: Mapping[str, str]
    checked: Mapping[str, Facts] = field(factory=dict)
    notes: tuple[str, ...] = ()


class BrokenInput(Exception):
    """A file that was counted on turned out broken when it was decoded."""

    def __init__(self, path: str, facts: Facts) -> None:
        super().__init__(path)
        self.path = path
        self.facts = facts


@define(kw_only=True)
class Bench:
    """Where tasks are made: the directory, ffmpeg, and the providers."""

    root: Path
    media: Media
    workshop: Workshop

    def make(
        self,
        task: Task,
        folder: Path,
        inputs: Mapping[str, File],
        own: Container[str],
        progress: Callable[[float], None],
    ) -> Made:
        """Make *task* on this machine into *folder*. Runs in a worker thread.

        *own*: paths of files that vidgen made, which need no decoding.
        """
        into = folder / f"output{Path(task.output).suffix}"
        checked, notes = self._check_inputs(task, inputs, own)
        sentence = self._render(task, into, progress)
        if sentence:
            notes.append(sentence)
        return self.finish(task, into, inputs, checked=checked, notes=tuple(notes))

    def finish(
        self,
        task: Task,
        into: Path,
        inputs: Mapping[str, File],
        *,
        paid: bool = False,
        checked: Mapping[str, Facts] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Made:
        """Check what was made at *into*, and hash and sync it."""
        if not into.is_file():
            raise BadOutput(f"{task.provider or 'vidgen'} made no file for {task.key}")
        kind = OUTPUT[task.key.step].probe
        facts = self._facts(into, kind)
        if facts.verdict is Verdict.BROKEN or (facts.verdict is Verdict.DAMAGED and not paid):
            raise BadOutput(
                f"what {task.provider or 'vidgen'} made for {task.key} is "
                f"{facts.verdict}: {facts.fault}"
            )
        if task.seconds and facts.seconds < task.seconds * TOO_SHORT:
            raise BadOutput(
                f"{task.provider} made {facts.seconds:.2f} s for {task.key}, "
                f"asked for {task.seconds:g} s"
            )
        with disk.machine_errors(f"cannot read what was made for {task.key}"):
            disk.sync_file(into)
            sha256 = disk.digest(into)
            digests = {
                path: file.sha256 or disk.digest(self.root / path) for path, file in inputs.items()
            }
        return Made(
            file=into,
            facts=facts,
            sha256=sha256,
            inputs=digests,
            checked=checked or {},
            notes=notes,
        )

    @staticmethod
    def _facts(path: Path, kind: Kind) -> Facts:
        if kind in (Kind.JSON, Kind.TEXT) and path.stat().st_size:
            return Facts()
        return probe(path, kind)

    def absolute(self, request: Request | None) -> Any:
        """Return *request* with absolute paths and with the texts that it names."""
        root = self.root

        def full(path: str) -> str:
            return str(root / path)

        match request:
            case ClipRequest(start_frame=str(frame)):
                return evolve(request, start_frame=full(frame))
            case SpeechRequest(text_file=str(path)):
                return SpeechRequest(text=self._text(path), text_file=full(path))
            case SceneJoinRequest():
                parts = tuple(evolve(part, path=full(part.path)) for part in request.parts)
                return evolve(request, parts=parts)
            case FilmJoinRequest():
                scenes = tuple(
                    evolve(
                        scene,
                        video=full(scene.video),
                        sound=full(scene.sound) if scene.sound else None,
                    )
                    for scene in request.scenes
                )
                narration = full(request.narration) if request.narration else None
                return evolve(request, scenes=scenes, narration=narration)
            case FitNarrationRequest():
                videos = tuple(full(video) for video in request.videos)
                return evolve(request, narration=full(request.narration), videos=videos)
            case FrameRequest():
                return evolve(request, video=full(request.video))
        return request

    def _text(self, path: str) -> str:
        try:
            return (self.root / path).read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text ({error.reason})") from None
        except OSError as error:
            raise disk.machine_error(error, f"cannot read {path}") from error

    def _render(self, task: Task, into: Path, progress: Callable[[float], None]) -> str:
        """Make the file; return a sentence for the user, or an empty text."""
        request = self.absolute(task.request)
        if isinstance(request, FrameRequest):
            self.media.save_frame(Path(request.video), into, request.frame)
            return ""
        if isinstance(request, ImportImageRequest):
            self.media.save_image(Path(request.path), into)
            return ""
        assert task.kind is not None, "only core's own work has no provider"
        provider = self.workshop.provider(task.kind, task.provider)

        def call() -> Any:
            match request:
                case SceneJoinRequest():
                    return provider.join_scene(request, into, progress)
                case FilmJoinRequest():
                    return provider.join_film(request, into, progress)
                case FitNarrationRequest():
                    return provider.fit_narration(request, into, progress)
            return provider.render(request, into, progress)

        said = self.workshop.call(task.kind, task.provider, f"making {task.key}", call)
        return said if isinstance(said, str) else ""

    def _check_inputs(
        self, task: Task, inputs: Mapping[str, File], own: Container[str]
    ) -> tuple[dict[str, Facts], list[str]]:
        """Decode each video that is not known to be sound, once, before it is joined."""
        if not isinstance(task.request, SceneJoinRequest | FilmJoinRequest):
            return {}, []
        videos = [
            file
            for file in inputs.values()
            if OUTPUT[file.key.step].probe is Kind.VIDEO
            and not file.facts.decoded
            and file.path not in own
        ]
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            found = list(pool.map(self._decode, videos))
        notes = []
        for file, facts in zip(videos, found, strict=True):
            if facts.verdict is Verdict.BROKEN:
                raise BrokenInput(file.path, facts)
            if facts.verdict is Verdict.DAMAGED:
                notes.append(f"{file.path} is damaged, but all of it can be shown: {facts.fault}")
        return {file.path: facts for file, facts in zip(videos, found, strict=True)}, notes

    def _decode(self, file: File) -> Facts:
        path = self.root / file.path
        if not path.exists():
            return Facts(verdict=Verdict.BROKEN, fault="it went away")
        return probe(path, Kind.VIDEO, decode=True)


def asked_with(request: Request | None) -> str:
    """Return the digest of the words that *request* asks with; empty where it has none."""
    match request:
        case ClipRequest():
            return scene_digest(request.scene)
        case ImageRequest() | SoundRequest():
            return prompt_digest(request.prompt)
        case SpeechRequest():
            return prompt_digest(request.text)
        case NarrationTextRequest():
            return prompt_digest(repr([scene.prompt for scene in request.scenes]))
    return ""


def as_vidgen_error(error: BaseException, task: Task) -> VidgenError:
    """Return *error* as one of vidgen's own."""
    if isinstance(error, VidgenError):
        return error
    if isinstance(error, OSError):
        return disk.machine_error(error, f"cannot make {task.key}")
    if isinstance(error, MemoryError):
        return MachineError(f"not enough memory to make {task.key}")
    return PluginBug(
        f"making {task.key} raised {type(error).__name__}: {error}", billed=Billed.UNKNOWN
    )
