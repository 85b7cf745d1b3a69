"""What planning knows: the files, the ledger, the providers, and the choice among versions."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from attrs import define, field

from vidgen_core.layout import NEAR_MISS, OUTPUT, VIDEO_SUFFIXES
from vidgen_core.ledger import InFlight, Ledger, Published
from vidgen_core.model import Key, Scene, Step, Storyboard, Verdict
from vidgen_core.plan import File, Listing, PlanOptions, Provider, Providers, Reason, Why, because
from vidgen_core.specs import (
    UNKNOWN_PRICE,
    FilmJoinRequest,
    NarrationFromScenesRequest,
    ProviderKind,
    ProviderSpec,
    SubtitlesRequest,
)

_KIND: Mapping[Step, ProviderKind] = MappingProxyType(
    {
        Step.CLIP: ProviderKind.VIDEO_ENGINE,
        Step.FIRST_FRAME: ProviderKind.IMAGE_GENERATOR,
        Step.INITIAL_IMAGE: ProviderKind.IMAGE_GENERATOR,
        Step.NARRATION: ProviderKind.SPEECH_ENGINE,
        Step.SCENE_NARRATION: ProviderKind.SPEECH_ENGINE,
        Step.NARRATION_TEXT: ProviderKind.SCRIPT_MODEL,
        Step.SOUND: ProviderKind.SOUND_ENGINE,
    }
)


@define(kw_only=True, slots=False, eq=False)
class Situation:
    """The values that one plan is made from. Nothing here does any I/O."""

    storyboard: Storyboard
    listing: Listing
    ledger: Ledger
    providers: Providers
    options: PlanOptions
    timestamp: str
    texts: Mapping[str, str] = field(factory=dict)

    def best(self, key: Key) -> File | None:
        """Return the version of *key* that counts, or ``None``."""
        group = self.listing.by_key.get(key)
        if group is None:
            return None
        if len(group) == 1:
            return group[0] if group[0].counts else None
        whole = [file for file in group if file.counts]
        return min(whole, key=self._rank) if whole else None

    def _rank(self, file: File) -> tuple[Any, ...]:
        chosen = self.provider_for(file.key.step)
        patterns = {output.pattern.template for output in chosen.spec.outputs} if chosen else set()
        return (
            file.facts.verdict is not Verdict.WHOLE,
            self.record(file) is None,
            file.timestamp != self.timestamp,
            -int(file.timestamp.replace("_", "") or 0),
            file.pattern not in patterns,
            file.pattern != OUTPUT[file.key.step].pattern.template,
            file.path,
        )

    def broken(self, key: Key) -> Iterator[File]:
        """Yield the files of *key* that do not count."""
        return (file for file in self.listing.by_key.get(key, ()) if not file.counts)

    def provider_for(self, step: Step) -> Provider | None:
        """Return the chosen provider of *step*'s outputs, where one was chosen."""
        providers = self.providers
        return {
            Step.CLIP: providers.engine,
            Step.FIRST_FRAME: providers.images,
            Step.INITIAL_IMAGE: providers.images,
            Step.NARRATION: providers.speech,
            Step.SCENE_NARRATION: providers.speech,
            Step.NARRATION_TEXT: providers.script,
            Step.SOUND: providers.sounds,
            Step.SCENE: providers.stitcher,
            Step.FILM: providers.stitcher,
        }.get(step)

    def path_for(self, key: Key, spec: ProviderSpec | None = None) -> str:
        """Return the path that *spec*'s provider, else core, writes *key* to in this run."""
        output = OUTPUT[key.step]
        if spec is not None:
            output = next((o for o in spec.outputs if o.step is key.step), output)
        values: dict[str, int | str] = {
            "scene": key.scene,
            "clip": key.clip,
            "timestamp": self.timestamp,
        }
        return output.pattern.format(**{name: values[name] for name in output.pattern.fields})

    def record(self, file: File | None) -> Published | None:
        """Return the journal's record of *file* while it still describes that file."""
        if file is None:
            return None
        record = self.ledger.published.get(file.path)
        if record is not None:
            unchanged = (record.size, record.mtime_ns) == (file.size, file.mtime_ns)
            if unchanged or (file.sha256 and record.sha256 == file.sha256):
                return record
        return arrived(self.ledger, file)

    @cached_property
    def files(self) -> Mapping[str, File]:
        """All listed files by path."""
        return {file.path: file for file in self.listing.files}

    @cached_property
    def by_scene(self) -> bool:
        """Whether the narration is spoken scene by scene, not in one piece for the film.

        What is there decides: speech of a scene, else a narration that was not
        joined from such speech, else the scenes file.
        """
        numbers = {scene.number for scene in self.storyboard}
        keys = (Key(Step.SCENE_NARRATION, number) for number in numbers)
        if any(key in self.ledger.in_flight or self.best(key) is not None for key in keys):
            return True
        if Key(Step.NARRATION) in self.ledger.in_flight:
            return False
        tracks = map(self.best, (Key(Step.NARRATION), Key(Step.NARRATION_ADJUSTED)))
        if not all(map(self._is_from_scenes, filter(None, tracks))):
            return False
        return any(_tells(scene) for scene in self.storyboard)

    def _is_from_scenes(self, track: File) -> bool:
        return bool(self.spoken_in(self.record(track)))

    def spoken_in(self, record: Published | None) -> frozenset[int]:
        """Return the scenes from whose speech the file of *record* was made."""
        chosen = self.providers.speech
        outputs = (OUTPUT[Step.SCENE_NARRATION], *(chosen.spec.outputs if chosen else ()))
        patterns = [o.pattern for o in outputs if o.step is Step.SCENE_NARRATION]
        inputs = record.inputs if record else ()
        found = (pattern.match(path) for pattern in patterns for path in inputs)
        return frozenset(int(fields["scene"]) for fields in found if fields is not None)

    def first_frame_in(self, record: Published, scene: int) -> str | None:
        """Return the first frame of *scene* that the file of *record* was made from, if any."""
        images, core = self.providers.images, OUTPUT[Step.FIRST_FRAME]
        own = images.spec.outputs if images else ()
        written = [o.pattern for o in (core, *own) if o.step is Step.FIRST_FRAME]
        there = {file.path for file in self.listing.by_key.get(Key(Step.FIRST_FRAME, scene), ())}
        for path in record.inputs:
            found = (pattern.match(path) for pattern in (*written, *core.reads))
            if path in there or any(fields and fields["scene"] == scene for fields in found):
                return path
        return None

    def changed_input(self, record: Published) -> str | None:
        """Return the first whole input of *record* that is there and differs from what it was."""
        for path, sha256 in record.inputs.items():
            file = self.files.get(path)
            if file is not None and file.counts and file.sha256 not in ("", sha256):
                return path
        return None

    @cached_property
    def before(self) -> Mapping[int, int]:
        """The scene that plays before each scene but the first."""
        numbers = [scene.number for scene in self.storyboard]
        return dict(zip(numbers[1:], numbers, strict=False))

    @cached_property
    def clip_numbers(self) -> Mapping[int, tuple[int, ...]]:
        """The clip numbers on disk of every scene, ascending, whole or not."""
        numbers: dict[int, set[int]] = {}
        for key in self.listing.by_key:
            if key.step is Step.CLIP:
                numbers.setdefault(key.scene, set()).add(key.clip)
        return {scene: tuple(sorted(clips)) for scene, clips in numbers.items()}

    @cached_property
    def size(self) -> tuple[int, int, float]:
        """Width, height and frame rate of the film: those of most seconds of its videos.

        Clips that vidgen had made follow the others: they were asked for in that
        form, and what came out otherwise must not change a film that was begun.
        """
        seconds: dict[tuple[int, int, float], float] = {}
        for file in self._leading or self.videos:
            form = form_of(file)
            seconds[form] = seconds.get(form, 0.0) + file.facts.seconds
        return max(seconds, key=lambda form: seconds[form]) if seconds else self.options.size

    @property
    def film_size(self) -> tuple[int, int, float] | None:
        """The size and rate that joins must give; ``None`` where no video decides it yet."""
        return self.size if self._leading else None

    @cached_property
    def _leading(self) -> tuple[File, ...]:
        """The videos that decide the film's form."""
        return tuple(
            file for file in self.videos if file.key.step is Step.SCENE or self.record(file) is None
        )

    @cached_property
    def videos(self) -> tuple[File, ...]:
        """What is there of the film, in its order: a scene's whole video, else its clips."""
        found: list[File | None] = []
        for scene in self.storyboard:
            video = self.best(Key(Step.SCENE, scene.number))
            clips = self.clip_numbers.get(scene.number, ()) if video is None else ()
            found.append(video)
            found += [self.best(Key(Step.CLIP, scene.number, clip)) for clip in clips]
        return tuple(file for file in found if file is not None and file.facts.fps)

    @property
    def fps(self) -> float:
        """The run's frame rate."""
        return self.size[2]

    @cached_property
    def near_misses(self) -> Mapping[int, tuple[str, ...]]:
        """Unclaimed videos by the scene that their names begin with."""
        found: dict[int, list[str]] = {}
        for path in self.listing.unclaimed:
            name = path.rpartition("/")[2]
            match = re.match(NEAR_MISS, name)
            if match and name.lower().endswith(VIDEO_SUFFIXES):
                found.setdefault(int(match[1]), []).append(path)
        return {scene: tuple(paths) for scene, paths in found.items()}

    def seed(self, key: Key) -> int:
        """Return a number that stays the same for this piece of this run until it is redone."""
        times = self.ledger.redone.get(Key(key.step, key.scene), 0)
        again = f":{times}" if times else ""
        text = f"{self.options.seed}:{key.scene}:{key.clip}{again}"
        return zlib.crc32(text.encode()) & 0x7FFFFFFF

    def paid_for(self, key: Key) -> InFlight | None:
        """Return the paid work that can still give *key*: in flight, or delivered and broken."""
        job = self.ledger.in_flight.get(key)
        if job is not None or self.best(key) is not None:
            return job
        return next(filter(None, map(self._fetched_before, self.broken(key))), None)

    def _fetched_before(self, file: File) -> InFlight | None:
        """The paid job that delivered the broken *file*, where its provider can be asked."""
        record, kind = self.ledger.published.get(file.path), _KIND.get(file.key.step)
        if record is None or not (record.paid and record.job) or kind is None:
            return None
        if (kind, record.provider) not in self.providers.installed:
            return None
        if file.key.step is Step.CLIP and not record.asked_seconds:
            return None
        return InFlight(
            key=file.key,
            take=record.take,
            provider=record.provider,
            kind=kind,
            token="",
            job=record.job,
            facts=record.facts,
            seconds=record.asked_seconds,
            shown_frames=record.shown_frames,
            scene_seconds=record.scene_seconds,
            price=UNKNOWN_PRICE,
        )

    @cached_property
    def paid_clips(self) -> Mapping[int, Mapping[int, InFlight]]:
        """The paid work for clips that are not there, by scene and clip."""
        found: dict[int, dict[int, InFlight]] = {}
        for key in dict.fromkeys((*self.ledger.in_flight, *self.listing.by_key)):
            if key.step is not Step.CLIP or self.best(key) is not None:
                continue
            job = self.paid_for(key)
            if job is not None:
                found.setdefault(key.scene, {})[key.clip] = job
        return found

    def displaced(self, key: Key, output: str = "") -> tuple[str, ...]:
        """Return what a new file at *output* moves aside: that place, and broken files of *key*.

        The user's other pictures are no older versions of an initial image.
        """
        broken = () if key.step is Step.INITIAL_IMAGE else paths(self.broken(key))
        return tuple(dict.fromkeys((*broken, *((output,) if output in self.files else ()))))

    def broken_reasons(self, key: Key) -> tuple[Reason, ...]:
        """Return a reason for each broken file of *key*."""
        return tuple(
            because(Why.BROKEN, path=file.path, fault=file.facts.fault) for file in self.broken(key)
        )


def arrived(ledger: Ledger, file: File) -> Published | None:
    """Return the record that *file* gets as what work in flight gave, kept back by a crash.

    Any other file in its place is the user's own, whatever is in flight.
    """
    record = ledger.arriving.get(file.key)
    if record is None or record.path != file.path:
        return None
    if file.sha256:
        return record if record.sha256 == file.sha256 else None
    unchanged = (record.size, record.mtime_ns) == (file.size, file.mtime_ns)
    return record if unchanged else None


def _tells(scene: Scene) -> bool:
    """Whether *scene* says what is spoken in it, be it nothing: older scenes files do not."""
    return bool(scene.narration.strip()) or "narration" in scene.source


def form_of(file: File) -> tuple[int, int, float]:
    """Return a video's width and height, as even numbers, and its frame rate."""
    facts = file.facts
    width, height = (side - side % 2 or 2 for side in (facts.width, facts.height))
    return width, height, round(facts.fps, 3)


def wholeness(file: File) -> Reason:
    """Return the reason why *file* counts."""
    if file.facts.verdict is Verdict.DAMAGED:
        return because(Why.DAMAGED, path=file.path, fault=file.facts.fault)
    return because(Why.WHOLE, path=file.path)


def prompt_digest(text: str) -> str:
    """Return a short digest of what a provider is asked with."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def scene_digest(scene: Scene) -> str:
    """Return the digest of what *scene*'s clips are asked with."""
    return prompt_digest(scene.prompt)


def texts_digest(request: NarrationFromScenesRequest | SubtitlesRequest) -> str:
    """Return the digest of the words that core itself writes to a file."""
    if isinstance(request, SubtitlesRequest):
        return prompt_digest(repr([(one.number, _letters(one.text)) for one in request.scenes]))
    return prompt_digest(repr([_letters(scene.narration) for scene in request.scenes]))


def _letters(text: str) -> str:
    """Return *text* without white space, which timings need not keep."""
    return "".join(text.split())


def shown_digest(chapters: tuple[str, ...], font: str | None) -> str:
    """Return the digest of a film's chapters and of the font that draws its words, if any does."""
    name = font.replace("\\", "/").rpartition("/")[2] if font is not None else None
    return prompt_digest(repr((chapters, name)))


def film_digest(request: FilmJoinRequest) -> str:
    """Return the digest of what a film is asked with beside its files, in two parts."""
    burnt = request.burn_subtitles and request.subtitles is not None
    shown = shown_digest(request.chapters, request.font if burnt else None)
    return f"{join_digest(keep_audio=request.keep_audio)}-{shown}"


def join_digest(*, keep_audio: bool) -> str:
    """Return the digest of what a join is asked with beside its files."""
    return prompt_digest("keep the clips' sound" if keep_audio else "drop the clips' sound")


def paths(files: Iterable[File]) -> tuple[str, ...]:
    """Return the paths of *files*."""
    return tuple(file.path for file in files)
