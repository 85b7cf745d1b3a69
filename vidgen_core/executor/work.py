"""What a worker thread does for one task: make, check, hash. It publishes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from vidgen_core import disk, faults, shortage
from vidgen_core.errors import (
    BadOutput,
    Billed,
    InputError,
    MachineError,
    PluginBug,
    VidgenError,
)
from vidgen_core.executor.workshop import Workshop
from vidgen_core.layout import OUTPUT
from vidgen_core.ledger import Published
from vidgen_core.media import Media
from vidgen_core.model import Facts, Kind, Step, Verdict
from vidgen_core.plan import File, Task
from vidgen_core.planner.situation import (
    film_digest,
    join_digest,
    prompt_digest,
    scene_digest,
    texts_digest,
)
from vidgen_core.plugins.admission import sentence
from vidgen_core.probe import probe
from vidgen_core.script_files import load_environments, load_timings, without_previous
from vidgen_core.serialize import load_storyboard
from vidgen_core.specs import (
    ClipRequest,
    EnvironmentsRequest,
    FilmJoinRequest,
    FitNarrationRequest,
    FrameRequest,
    ImageRequest,
    ImportImageRequest,
    JoinNarrationRequest,
    NarrationFromScenesRequest,
    NarrationTextRequest,
    PlacedScenesRequest,
    PlaceNarrationRequest,
    Request,
    SceneJoinRequest,
    ScenesRequest,
    SoundRequest,
    SpeechRequest,
    SubtitlesRequest,
    whole_text,
    with_paths,
)
from vidgen_core.strict_json import MAX_BYTES
from vidgen_core.subtitles import narration_of, write_subtitles
from vidgen_core.threads import side_by_side

#: A clip of less than this part of what was asked for is too short. One made on
#: this machine is refused; one that was paid for counts for as long as it is.
TOO_SHORT = 0.9
#: Engines round a picture's sides to multiples of 8, 16 or 32: so many pixels, or
#: this part of a side, are no other size.
_FEW_PIXELS = 8
_SMALL_PART = 1 / 20


@frozen(kw_only=True)
class Made:
    """A finished file in its scratch folder, checked and synced.

    ``inputs``: sha256 of what it was made from. ``checked``: what decoding those
    found. ``timings``: what says when each sentence is spoken in it, and that file's
    sha256. ``note``: a sentence for the user.
    """

    file: Path
    facts: Facts
    sha256: str
    inputs: Mapping[str, str] = field(factory=dict)
    checked: Mapping[str, Facts] = field(factory=dict)
    timings: tuple[Path, str] | None = None
    note: str = ""


class BrokenInput(Exception):
    """Files that were counted on turned out broken when they were decoded.

    ``found``: what decoding found out, also about the others.
    """

    def __init__(self, found: Mapping[str, Facts]) -> None:
        super().__init__(", ".join(found))
        self.found = found


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
        own: Mapping[str, Published],
        progress: Callable[[float], None],
        say: Callable[[str], None] = lambda sentence: None,
    ) -> Made:
        """Make *task* on this machine into *folder*. Runs in a worker thread.

        *own*: records of files that vidgen made, which need no decoding while they
        are as they were. *say* is told at once what the user should know.
        """
        into = folder / f"output{Path(task.output).suffix}"
        checked = self._check_inputs(task, inputs, own, progress, say)
        note = self._render(task, into, progress)
        faults.point("make-after")
        damaged = any(
            checked.get(path, file.facts).verdict is Verdict.DAMAGED
            for path, file in inputs.items()
        )
        made = self.finish(task, into, damaged=damaged)
        return evolve(made, inputs=self.digests(inputs), checked=checked, note=note or made.note)

    def finish(self, task: Task, into: Path, *, paid: bool = False, damaged: bool = False) -> Made:
        """Check what was made at *into*, and hash and sync it.

        *damaged*: what it was made from is damaged, and kept; so may it be.
        """
        maker = task.provider or "vidgen"
        if into.is_symlink() or not into.is_file():
            raise BadOutput(f"{maker} made no file for {task.key}")
        faults.point("probe-before")
        facts = self._facts(into, OUTPUT[task.key.step].probe)
        _check_words(task, into)
        faults.point("probe-after")
        bad = facts.verdict is Verdict.DAMAGED and not (paid or damaged)
        if facts.verdict is Verdict.BROKEN or bad:
            raise BadOutput(f"what {maker} made for {task.key} is {facts.verdict}: {facts.fault}")
        note = ""
        if task.seconds and facts.seconds < task.seconds * TOO_SHORT:
            note = (
                f"{maker} made {facts.seconds:.2f} s for {task.key}, asked for {task.seconds:g} s"
            )
            if not paid:
                raise BadOutput(note)
        elif _is_longer(task, facts):
            note = (
                f"{maker} made {facts.seconds:.2f} s for {task.key}, asked for {task.seconds:g} s; "
                "its scene shows all of it"
            )
        asked = task.request
        if isinstance(asked, ClipRequest) and _is_another_size(asked, facts):
            size = (
                f"{maker} made {facts.width}x{facts.height} for {task.key}, "
                f"asked for {asked.width}x{asked.height}"
            )
            if not paid:
                raise BadOutput(size)
            note = f"{note}; {size}" if note else size
        with disk.machine_errors(f"cannot read what was made for {task.key}"):
            faults.point("sync-before")
            disk.sync_file(into)
            faults.point("sync-after")
            timings = _timings(into) if task.key.step is Step.SCENE_NARRATION else None
            sha256 = disk.digest(into)
        return Made(file=into, facts=facts, sha256=sha256, timings=timings, note=note)

    def digests(self, inputs: Mapping[str, File]) -> dict[str, str]:
        """Return the sha256 of each input by its path."""
        with disk.machine_errors("cannot read what a file was made from"):
            return {
                path: file.sha256 or disk.digest(self.root / path) for path, file in inputs.items()
            }

    @staticmethod
    def _facts(path: Path, kind: Kind) -> Facts:
        if kind in (Kind.JSON, Kind.TEXT) and path.stat().st_size:
            return Facts()
        return probe(path, kind)

    def spelled_out(self, request: Request | None) -> Any:
        """Return *request* with the text that it names."""
        match request:
            case SpeechRequest(text_file=str(path)):
                return evolve(request, text=self._text(path))
            case EnvironmentsRequest(script_file=str(path)) | ScenesRequest(script_file=str(path)):
                return evolve(request, script=self._text(path))
            case PlacedScenesRequest():
                return self._placed(request)
        return request

    def _placed(self, request: PlacedScenesRequest) -> PlacedScenesRequest:
        """Return *request* with what stands in the files that it names."""
        if request.script_file is None:
            return request
        assert request.scenes_file is not None
        assert request.environments_file is not None
        scenes = load_storyboard(self._bytes(request.scenes_file), request.scenes_file)
        environments = load_environments(
            self._bytes(request.environments_file), request.environments_file
        )
        return evolve(
            request,
            script=self._text(request.script_file),
            scenes=tuple(map(without_previous, scenes)),
            environments=environments,
        )

    def absolute(self, request: Request | None) -> Any:
        """Return *request* with absolute paths."""
        return request and with_paths(request, lambda path: str(self.root / path))

    def relative(self, request: Request | None) -> Any:
        """Return *request* with paths as they are kept: those from the run directory on."""
        root = f"{self.root}{os.sep}"
        return request and with_paths(
            request, lambda path: path.removeprefix(root).replace(os.sep, "/")
        )

    def _text(self, path: str) -> str:
        try:
            return self._bytes(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{path} is not UTF-8 text ({error.reason})") from None

    def _bytes(self, path: str) -> bytes:
        with disk.machine_errors(f"cannot read {path}"):
            return (self.root / path).read_bytes()

    def _render(self, task: Task, into: Path, progress: Callable[[float], None]) -> str:
        """Make the file; return a sentence for the user, or an empty text."""
        faults.point("make-before")
        request = self.absolute(self.spelled_out(task.request))
        if isinstance(request, FrameRequest):
            self.media.save_frame(Path(request.video), into, request.frame)
            return ""
        if isinstance(request, ImportImageRequest):
            self.media.save_image(Path(request.path), into)
            return ""
        if isinstance(request, NarrationFromScenesRequest):
            disk.put(into, narration_of(request.scenes).encode())
            return ""
        if isinstance(request, SubtitlesRequest):
            return write_subtitles(request, into)
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
                case JoinNarrationRequest():
                    return provider.join_narration(request, into, progress)
                case PlaceNarrationRequest():
                    return provider.place_narration(request, into, progress)
            return provider.render(request, into, progress)

        said = self.workshop.call(task.kind, task.provider, f"making {task.key}", call)
        return said if isinstance(said, str) else ""

    def _check_inputs(
        self,
        task: Task,
        inputs: Mapping[str, File],
        own: Mapping[str, Published],
        progress: Callable[[float], None],
        say: Callable[[str], None],
    ) -> dict[str, Facts]:
        """Decode each video that is not known to be sound, once, before it is joined."""
        if not isinstance(task.request, _JOINS_VIDEOS):
            return {}
        videos = [
            file
            for file in inputs.values()
            if OUTPUT[file.key.step].probe is Kind.VIDEO
            and not file.facts.decoded
            and not _is_ours(file, own.get(file.path))
        ]

        def decode(file: File) -> Facts:
            progress(0.0)  # this is where a run that was stopped leaves
            return self._decode(file)

        found = list(side_by_side(decode, videos, min(4, os.cpu_count() or 1)))
        checked = {file.path: facts for file, facts in zip(videos, found, strict=True)}
        if any(facts.verdict is Verdict.BROKEN for facts in found):
            raise BrokenInput(checked)
        for path, facts in checked.items():
            if facts.verdict is Verdict.DAMAGED:
                say(f"{path} is damaged, but all of it can be shown: {facts.fault}")
        return checked

    def _decode(self, file: File) -> Facts:
        path = self.root / file.path
        if not path.exists():
            return Facts(verdict=Verdict.BROKEN, fault="it went away")
        return probe(path, Kind.VIDEO, decode=True)


def _check_words(task: Task, into: Path) -> None:
    """Raise ``BadOutput`` where a script's file is not one that the next step can read."""
    try:
        match task.key.step:
            case Step.SCENES | Step.SCENES_WITHOUT_ENVIRONMENT:
                load_storyboard(into.read_bytes(), into.name)
            case Step.ENVIRONMENTS:
                load_environments(into.read_bytes(), into.name)
    except InputError as error:
        message = f"what {task.provider} made for {task.key} cannot be used: {error.message}"
        raise BadOutput(message) from None


#: What begins with videos that may be of unknown origin.
_JOINS_VIDEOS = (SceneJoinRequest, FilmJoinRequest)


def _timings(speech: Path) -> tuple[Path, str] | None:
    """Return the timings that stand beside new *speech*, synced, where they can be used."""
    file = speech.with_suffix(".json")
    if file.is_symlink() or not file.is_file():
        return None
    try:
        load_timings(disk.read_file(file, MAX_BYTES), file.name)
    except (InputError, OSError):
        return None  # then the times are estimated, and it is said
    disk.sync_file(file)
    return file, disk.digest(file)


def _is_ours(file: File, record: Published | None) -> bool:
    """Whether *file* is still what vidgen published."""
    return record is not None and bool(file.sha256) and file.sha256 == record.sha256


def _is_longer(task: Task, facts: Facts) -> bool:
    """Whether a clip lasts longer than was asked for, and is not trimmed in its join."""
    if not (task.seconds and facts.fps) or task.shown_frames:
        return False
    return facts.seconds - task.seconds > 1 / facts.fps


def _is_another_size(asked: ClipRequest, facts: Facts) -> bool:
    """Whether a clip is smaller than was asked for, or of another shape; larger ones are fine."""
    if not (facts.width and facts.height):
        return False
    across, down = facts.width / asked.width, facts.height / asked.height
    scale = max(1.0, across, down)
    return any(
        side * scale - made > max(_FEW_PIXELS, side * _SMALL_PART) * scale
        for side, made in ((asked.width, facts.width), (asked.height, facts.height))
    )


def asked_with(request: Request | None) -> str:
    """Return the digest of what *request* asks with beside its files; empty for nothing."""
    match request:
        case SceneJoinRequest():
            return join_digest(keep_audio=request.keep_audio)
        case ClipRequest():
            return scene_digest(request.scene)
        case ImageRequest() | SoundRequest():
            return prompt_digest(request.prompt)
        case SpeechRequest():
            return prompt_digest(whole_text(request))
        case NarrationTextRequest():
            return prompt_digest(repr([scene.prompt for scene in request.scenes]))
        case NarrationFromScenesRequest() | SubtitlesRequest():
            return texts_digest(request)
        case FilmJoinRequest():
            return film_digest(request)
    return ""


def as_vidgen_error(error: BaseException, task: Task) -> VidgenError:
    """Return *error* as one of vidgen's own."""
    if isinstance(error, VidgenError):
        return error
    if isinstance(error, OSError):
        made = disk.machine_error(error, f"cannot make {task.key}")
        made.__cause__ = error
        return made
    if (short := shortage.lacks(error)) is not None:
        short = MachineError(f"cannot make {task.key}: {short.message}", advice=short.advice)
        short.__cause__ = error
        return short
    bug = PluginBug(f"making {task.key} raised {sentence(error)}", billed=Billed.UNKNOWN)
    bug.__cause__ = error
    return bug
