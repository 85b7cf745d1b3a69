"""A run directory as planning sees it: values only, and what work would make of them.

:class:`World` holds what a listing and a journal would say. :meth:`World.perform`
does to those values what the executor does to the disk.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from attrs import define, evolve, field

from vidgen_core import layout
from vidgen_core.executor.work import asked_with
from vidgen_core.layout import Output
from vidgen_core.ledger import InFlight, Ledger, Published
from vidgen_core.listing import Claims
from vidgen_core.model import Facts, Key, Scene, Step, Storyboard, Verdict
from vidgen_core.plan import (
    TO_DO,
    Decision,
    File,
    Listing,
    Plan,
    PlanOptions,
    Providers,
    Task,
)
from vidgen_core.planner import plan
from vidgen_core.specs import (
    FilmJoinRequest,
    FitNarrationRequest,
    PlaceNarrationRequest,
    Price,
    ProviderKind,
    SceneJoinRequest,
    SpeechRequest,
)

from .planned_providers import (
    FPS,
    THE_FILM,
    a_clip,
    engine,
    host,
    images,
    priced,
    provider,
    providers,
    scene,
    script,
    sounds,
    speech,
    unusable,
)
from .run_paths import TS

__all__ = [
    "FPS",
    "THE_FILM",
    "World",
    "a_clip",
    "decisions",
    "engine",
    "host",
    "images",
    "priced",
    "provider",
    "providers",
    "scene",
    "script",
    "sounds",
    "speech",
    "to_do",
    "unusable",
    "whys",
]


@define(kw_only=True, repr=False)
class World:
    """What is there, what the journal says, and what was chosen."""

    scenes: tuple[Scene, ...]
    providers: Providers = field(factory=providers)
    options: PlanOptions = PlanOptions()
    files: dict[str, File] = field(factory=dict)
    unclaimed: list[str] = field(factory=list)
    published: dict[str, Published] = field(factory=dict)
    in_flight: dict[Key, InFlight] = field(factory=dict)
    arriving: dict[Key, Published] = field(factory=dict)
    damage: str = ""
    texts: dict[str, str] = field(factory=dict)
    spoken: dict[int, float] = field(factory=dict)
    outputs: tuple[Output, ...] = layout.OUTPUTS
    rate: float = FPS
    bought: list[Key] = field(factory=list)
    made: list[str] = field(factory=list)
    aside: list[str] = field(factory=list)
    _contents: int = 0

    def __repr__(self) -> str:
        chosen = self.providers
        named = (chosen.engine, chosen.images, chosen.speech, chosen.sounds, chosen.script)
        lines = [
            f"scenes {[(one.number, one.duration, one.sound_prompt) for one in self.scenes]}",
            f"providers {[(one.kind.value, one.explicit) for one in named if one]}",
            f"abilities {sorted(chosen.engine.spec.abilities) if chosen.engine else ()}, "
            f"frame host {chosen.frame_host is not None}",
            f"lengths {chosen.engine.spec.lengths if chosen.engine else ()}, rate {self.rate}",
            str(self.options),
            f"in flight {[(key.id, job.job) for key, job in self.in_flight.items()]}",
            *(
                f"{path}: {file.facts.verdict} {file.facts.seconds:g} s"
                + (" published" if path in self.published else "")
                for path, file in sorted(self.files.items())
            ),
        ]
        return "\n  ".join(["World:", *lines])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # what hypothesis shows of a counterexample

    def copy(self) -> World:
        """A world that goes on by itself from here."""
        return evolve(
            self,
            files=dict(self.files),
            published=dict(self.published),
            in_flight=dict(self.in_flight),
            arriving=dict(self.arriving),
            texts=dict(self.texts),
            bought=list(self.bought),
            made=list(self.made),
            aside=list(self.aside),
        )

    def put(
        self,
        path: str,
        seconds: float = 5.0,
        *,
        verdict: Verdict = Verdict.WHOLE,
        fps: float = FPS,
        size: tuple[int, int] = (640, 360),
    ) -> File:
        """Put a file of new content at *path*, as a user does."""
        claim = Claims(self.outputs).claim(path)
        assert claim is not None, f"no pattern claims {path}"
        key, timestamp, pattern, _ = claim
        self._contents += 1
        fault = "" if verdict is Verdict.WHOLE else "its index is missing"
        facts = Facts(verdict=verdict, fault=fault)
        if path.endswith((".mp4", ".webm")) and verdict is not Verdict.BROKEN:
            width, height = size
            frames = round(seconds * fps)
            facts = evolve(facts, seconds=seconds, frames=frames, fps=fps)
            facts = evolve(facts, width=width, height=height)
        elif path.endswith(".mp3") and verdict is not Verdict.BROKEN:
            facts = evolve(facts, seconds=seconds)
        self.files[path] = File(
            path=path,
            key=key,
            pattern=pattern,
            timestamp=timestamp,
            size=1000 + self._contents,
            mtime_ns=self._contents,
            facts=facts,
            sha256=f"{self._contents:064x}",
        )
        return self.files[path]

    def spoil(self, path: str, verdict: Verdict = Verdict.BROKEN) -> None:
        """Let a file that is there be broken or damaged. Damage is only found out."""
        file = self.files[path]
        if verdict is Verdict.BROKEN:
            self.put(path, verdict=verdict)
            return
        facts = evolve(file.facts, verdict=verdict, fault="a frame is torn")
        self.files[path] = evolve(file, facts=facts)

    def record(self, path: str, made_from: Sequence[str] = (), **facts: Any) -> Published:
        """Let the journal say that vidgen published *path* as it is now."""
        file = self.files[path]
        self.published[path] = Published(
            path=path,
            size=file.size,
            mtime_ns=file.mtime_ns,
            sha256=file.sha256,
            inputs={each: self.files[each].sha256 for each in made_from},
            **facts,
        )
        return self.published[path]

    def fly(self, key: Key, *, job: str = "job-1", name: str = "paid", **facts: Any) -> InFlight:
        """Let the journal say that *key* was paid for and is not there."""
        kinds = {
            Step.CLIP: ProviderKind.VIDEO_ENGINE,
            Step.FIRST_FRAME: ProviderKind.IMAGE_GENERATOR,
            Step.INITIAL_IMAGE: ProviderKind.IMAGE_GENERATOR,
            Step.NARRATION: ProviderKind.SPEECH_ENGINE,
            Step.SCENE_NARRATION: ProviderKind.SPEECH_ENGINE,
            Step.NARRATION_TEXT: ProviderKind.SCRIPT_MODEL,
            Step.SOUND: ProviderKind.SOUND_ENGINE,
        }
        values = {"seconds": 5.0 if key.step is Step.CLIP else 0.0, "price": Price(1, 1)} | facts
        self.in_flight[key] = InFlight(
            key=key, take=1, provider=name, kind=kinds[key.step], token="t", job=job, **values
        )
        return self.in_flight[key]

    def arrive(self, path: str, **facts: Any) -> None:
        """Let *path* be what work in flight gave, its record kept back by a crash."""
        self.record(path, **facts)
        self.arriving[self.files[path].key] = self.published.pop(path)

    def plan(self) -> Plan:
        """Plan, as ``continue`` does."""
        return plan(
            storyboard=Storyboard(scenes=self.scenes),
            listing=self.listing,
            ledger=Ledger(
                published=dict(self.published),
                in_flight=dict(self.in_flight),
                arriving=dict(self.arriving),
                damage=self.damage,
            ),
            providers=self.providers,
            options=self.options,
            timestamp=TS,
            texts=self.texts,
        )

    @property
    def listing(self) -> Listing:
        ordered = tuple(self.files[path] for path in sorted(self.files))
        return Listing(files=ordered, unclaimed=tuple(self.unclaimed))

    # work ------------------------------------------------------------

    def submit(self, task: Task) -> None:
        """Pay for *task* and get no further."""
        assert task.decision is Decision.MAKE
        assert task.key not in self.in_flight, f"{task.key} is paid for twice"
        self.bought.append(task.key)
        self.fly(
            task.key,
            name=task.provider,
            job=f"job-{len(self.bought)}",
            seconds=task.seconds,
            shown_frames=task.shown_frames,
            fps=task.fps,
            scene_seconds=task.scene_seconds,
        )

    def perform(self, task: Task) -> None:
        """Make *task* and publish it."""
        if task.decision is Decision.MAKE and not task.price.free:
            self.submit(task)
        job = self.in_flight.get(task.key) or task.collects
        inputs = {path: self.files[path].sha256 for path in task.inputs}
        seconds, rate = self._length(task), self._rate(task)
        for path in dict.fromkeys((*task.displaces, task.output)):
            if path in self.files:
                del self.files[path]
                self.published.pop(path, None)
                self.aside.append(path)
        file = self.put(task.output, seconds, fps=rate)
        shown = round(task.shown_frames / (task.fps or rate) * rate)
        self.published[task.output] = Published(
            path=task.output,
            size=file.size,
            mtime_ns=file.mtime_ns,
            sha256=file.sha256,
            inputs=inputs,
            provider=task.provider,
            paid=job is not None,
            prompt=asked_with(task.request),
            asked_seconds=task.seconds if task.key.step is Step.CLIP else 0.0,
            shown_frames=shown,
            scene_seconds=task.scene_seconds,
            job=job.job if job else self._free_job(task),
        )
        self.in_flight.pop(task.key, None)
        self.arriving.pop(task.key, None)
        self.made.append(task.output)
        if task.key.step is Step.INITIAL_IMAGE:
            self.options = evolve(self.options, initial_image="")
        if task.key.step is Step.NARRATION_TEXT:
            self.texts[task.output] = "a boat comes in"

    def _free_job(self, task: Task) -> str:
        """The job of work that costs nothing: a service alone has any."""
        engine = self.providers.engine
        is_its = engine is not None and task.provider == engine.name
        return (
            f"free-{task.key.id}" if is_its and "starts-from-jobs" in engine.spec.abilities else ""
        )

    def _rate(self, task: Task) -> float:
        match task.request:
            case SceneJoinRequest(size=(_, _, rate)) | FilmJoinRequest(size=(_, _, rate)):
                return rate
        return self.rate

    def _length(self, task: Task) -> float:
        match task.request:
            case SceneJoinRequest(parts=parts):
                return math.fsum(
                    part.frames / self.files[part.path].facts.fps
                    if part.frames
                    else self.files[part.path].facts.seconds
                    for part in parts
                )
            case FilmJoinRequest(scenes=scenes):
                return math.fsum(self.files[one.video].facts.seconds for one in scenes)
            case FitNarrationRequest(videos=videos):
                return math.fsum(self.files[video].facts.seconds for video in videos)
            case PlaceNarrationRequest(scenes=placed):
                return math.fsum(self.files[one.video].facts.seconds for one in placed)
            case SpeechRequest(scene=number) if number:
                return self.spoken.get(number, 3.0)
        return task.seconds if task.key.step is Step.CLIP else 3.0

    def work(self, choose: random.Random | None = None, most: int = 10_000) -> int:
        """Do at most *most* tasks of one plan, in an order that its needs allow.

        Returns how many were done. Without *choose* the plan's own order is taken.
        """
        the_plan = self.plan()
        if the_plan.initial_image_for is not None:  # a run remembers it from its start
            self.options = evolve(self.options, initial_image_for=the_plan.initial_image_for)
        pending = {task.key: task for task in the_plan.to_do}
        done = 0
        while pending and done < most:
            ready = [
                task for task in pending.values() if not any(need in pending for need in task.needs)
            ]
            assert ready, "no task can start"
            task = choose.choice(ready) if choose else ready[0]
            missing = [path for path in task.inputs if path not in self.files]
            assert not missing, f"{task.key} starts without {missing}"
            self.perform(task)
            del pending[task.key]
            done += 1
            if task.key.step is Step.SCENE_NARRATION:
                break  # how long it is decides about the clips: the plan is made again
        return done

    def finish(self, choose: random.Random | None = None) -> Plan:
        """Work until nothing is left to do; return the last plan."""
        for _ in range(20):
            if not self.work(choose):
                return self.plan()
        raise AssertionError(f"it never ends: {[str(t.key) for t in self.plan().to_do]}")


def decisions(the_plan: Plan) -> dict[str, Decision]:
    """What is decided, by the words of the key."""
    return {task.key.id: task.decision for task in the_plan.tasks}


def to_do(the_plan: Plan) -> set[str]:
    """The ids of what is to be made or collected."""
    return {task.key.id for task in the_plan.tasks if task.decision in TO_DO}


def whys(task: Task) -> set[str]:
    """The names of a task's reasons."""
    return {reason.why.name for reason in task.reasons}
