"""Planning: values in, a plan out. No I/O, no clock, no randomness.

Backward from the film: it needs the scenes' videos, a scene needs its clips, a
clip needs the picture that it starts from. What is there and whole is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, evolve, field

from vidgen_core.errors import InputError
from vidgen_core.layout import OUTPUT
from vidgen_core.model import Key, Step, Storyboard
from vidgen_core.plan import (
    STUCK,
    TO_DO,
    Decision,
    File,
    Ledger,
    Listing,
    Plan,
    PlanOptions,
    Providers,
    Published,
    Reason,
    SceneState,
    Task,
    Why,
    because,
)
from vidgen_core.scene_plan import ImageChoice, ScenePlan
from vidgen_core.scene_planner import plan_scene
from vidgen_core.situation import Situation, paths, wholeness
from vidgen_core.specs import (
    FilmJoinRequest,
    FilmScene,
    FitNarrationRequest,
    NarrationTextRequest,
    SceneJoinRequest,
    SoundRequest,
    SpeechRequest,
)

#: An adjusted narration counts while it is this close to the film's length.
NARRATION_TOLERANCE = 0.02
WORDS_PER_SECOND = 2


def plan(
    *,
    storyboard: Storyboard,
    listing: Listing,
    ledger: Ledger,
    providers: Providers,
    options: PlanOptions,
    timestamp: str,
    texts: Mapping[str, str] | None = None,
) -> Plan:
    """Return what *storyboard* still needs, given what *listing* and *ledger* hold.

    *texts* maps paths of narration texts to what they say, for pricing. The same
    values give the same plan. Raises ``InputError`` where the files belong to
    other scenes than the storyboard's.
    """
    s = Situation(
        storyboard=storyboard,
        listing=listing,
        ledger=ledger,
        providers=providers,
        options=options,
        timestamp=timestamp,
        texts=texts or {},
    )
    left_alone = _left_alone(s)
    wanted = options.initial_image or options.initial_image_prompt or options.initial_image_for
    image = ImageChoice(key=options.initial_image_for, wanted=bool(wanted))
    scenes: list[ScenePlan] = []
    for scene in storyboard:
        scenes.append(plan_scene(s, scene, scenes[-1] if scenes else None, image))
    film = _FilmPlan(s=s, scenes=scenes)
    film.decide()
    if image.wanted and image.key is None:
        film.notes.append("the initial image starts nothing: no clip is still to be made")
    film.notes.extend(_paid_and_not_needed(s, film.tasks))
    return Plan(
        timestamp=timestamp,
        tasks=tuple(film.tasks),
        scenes=tuple(_state(scene) for scene in scenes),
        notes=tuple(film.notes),
        left_alone=left_alone,
        initial_image_for=image.key if image.wanted else None,
    )


def _left_alone(s: Situation) -> tuple[str, ...]:
    """Return the files of scenes that the storyboard does not have."""
    numbers = {scene.number for scene in s.storyboard}
    seen = {
        key.scene for key in s.listing.by_key if key.step in (Step.SCENE, Step.CLIP) and key.scene
    }
    if seen and not seen & numbers:
        raise InputError(
            f"no scene number in common: the scenes file has {_ranges(numbers)}, "
            f"the videos are of scenes {_ranges(seen)}",
            advice="if another JSON is this film's scenes file, name it scenes_TIMESTAMP.json; "
            "--list-json-files shows what is there",
        )
    strangers = seen - numbers
    if not strangers:
        return ()
    return tuple(file.path for file in s.listing.files if file.key.scene in strangers)


def _ranges(numbers: Iterable[int]) -> str:
    ordered = sorted(numbers)
    shown = ", ".join(str(number) for number in ordered[:8])
    return f"{shown}, …, {ordered[-1]}" if len(ordered) > 8 else shown


def _paid_and_not_needed(s: Situation, tasks: Sequence[Task]) -> list[str]:
    planned = {task.key for task in tasks}
    return [
        f"{job.provider} holds a job for {key} that no plan needs now ({job.job or 'id unknown'})"
        for key, job in s.ledger.in_flight.items()
        if key not in planned and s.best(key) is None
    ]


def _state(scene: ScenePlan) -> SceneState:
    return SceneState(
        number=scene.scene.number,
        name=scene.scene.name,
        complete=scene.complete,
        duration=scene.duration,
        seconds=scene.seconds,
        clips=tuple(part.key.clip for part in scene.parts),
        reasons=scene.reasons,
    )


@define(kw_only=True)
class _FilmPlan:
    """The tasks beyond the clips: joins, sounds, narration and the film."""

    s: Situation
    scenes: list[ScenePlan]
    tasks: list[Task] = field(factory=list)
    notes: list[str] = field(factory=list)
    why_again: list[Reason] = field(factory=list)

    def decide(self) -> None:
        """Fill ``tasks`` in an order that respects their needs."""
        film = self.s.best(Key(Step.FILM))
        self.why_again = self._why_again(film)
        joins = self._joins()
        sounds = self._sounds()
        narration = self._narration(joins)
        if film is not None and not self.why_again:
            self.tasks.append(
                Task(
                    key=Key(Step.FILM),
                    decision=Decision.KEEP,
                    output=film.path,
                    reasons=(wholeness(film),),
                    seconds=film.facts.seconds,
                )
            )
            return
        self._film(film, joins, sounds, narration)

    # the film ------------------------------------------------------------

    def _why_again(self, film: File | None) -> list[Reason]:
        """Return why the film is to be joined; empty where the one that is there stands."""
        if film is None:
            return [because(Why.MISSING)]
        reasons = [
            because(Why.INPUT_MADE, input=f"scene {scene.scene.number}")
            for scene in self.scenes
            if not scene.complete or scene.outdated
        ]
        for key in self._explicitly_wanted():
            if self.s.best(key) is None:
                reasons.append(because(Why.INPUT_MADE, input=str(key)))
        record = self.s.record(film)
        if record is not None:
            reasons.extend(self._outdated(record))
        return reasons[:3]

    def _explicitly_wanted(self) -> list[Key]:
        """Outputs whose provider was named for this run: wanted even where a film stands."""
        s = self.s
        wanted: list[Key] = []
        if s.providers.sounds and s.providers.sounds.explicit and not s.options.skip_sound_effects:
            wanted += [
                Key(Step.SOUND, scene.scene.number)
                for scene in self.scenes
                if scene.scene.sound_prompt.strip()
            ]
        speech = s.providers.speech
        spoken = s.best(Key(Step.NARRATION_ADJUSTED)) or s.best(Key(Step.NARRATION))
        if speech and speech.explicit and not s.options.skip_narration and spoken is None:
            wanted.append(Key(Step.NARRATION))
        return wanted

    def _outdated(self, record: Published) -> Iterable[Reason]:
        """Yield what the film was made from and is no longer so."""
        s = self.s
        changed = s.changed_input(record)
        if changed:
            yield because(Why.INPUT_CHANGED, input=changed)
        numbers = {scene.scene.number for scene in self.scenes}
        for path in record.inputs:
            fields = OUTPUT[Step.SCENE].pattern.match(path)
            if fields and fields["scene"] not in numbers:
                yield because(Why.INPUT_REMOVED, input=f"scene {fields['scene']}")
        videos = [scene.video.path for scene in self.scenes if scene.video]
        added = next((path for path in videos if path not in record.inputs), None)
        known = [path for path in record.inputs if path in set(videos)]
        if added:
            yield because(Why.INPUT_ADDED, input=added)
        elif known != videos:
            yield because(Why.INPUT_CHANGED, input="the order of the scenes")
        for key in self._heard():
            file = s.best(key)
            if file is not None and file.path not in record.inputs:
                yield because(Why.INPUT_ADDED, input=file.path)
        yield from self._missing_inputs(record)

    def _heard(self) -> list[Key]:
        """The sounds that a film made now would have, where they are there."""
        sounds = [Key(Step.SOUND, scene.scene.number) for scene in self.scenes]
        adjusted = Key(Step.NARRATION_ADJUSTED)
        return [*sounds, adjusted] if self.s.best(adjusted) else sounds

    def _missing_inputs(self, record: Published) -> Iterable[Reason]:
        """Yield the film's sounds that somebody deleted and that can be made again."""
        s = self.s
        for path in record.inputs:
            if path in s.files:
                continue
            sound = OUTPUT[Step.SOUND].pattern.match(path)
            if sound and s.providers.sounds and not s.options.skip_sound_effects:
                yield because(Why.INPUT_MADE, input=path)
            spoken = OUTPUT[Step.NARRATION_ADJUSTED].pattern.match(path)
            if spoken and (s.best(Key(Step.NARRATION)) or s.providers.speech):
                yield because(Why.INPUT_MADE, input=path)

    def _film(
        self,
        film: File | None,
        joins: dict[int, str],
        sounds: dict[int, str],
        narration: str | None,
    ) -> None:
        s, key = self.s, Key(Step.FILM)
        request = FilmJoinRequest(
            scenes=tuple(
                FilmScene(number=number, video=joins[number], sound=sounds.get(number))
                for number in (scene.scene.number for scene in self.scenes)
                if number in joins
            ),
            narration=narration,
            keep_audio=s.options.keep_clip_audio,
        )
        inputs = (*joins.values(), *sounds.values(), *((narration,) if narration else ()))
        steps = (Step.SCENE, Step.SOUND, Step.NARRATION, Step.NARRATION_ADJUSTED)
        needs = tuple(
            task.key for task in self.tasks if task.decision in TO_DO and task.key.step in steps
        )
        self._join(key, request, inputs, needs, self.why_again, again=film is not None)

    def _join(
        self,
        key: Key,
        request: FilmJoinRequest | SceneJoinRequest | FitNarrationRequest,
        inputs: tuple[str, ...],
        needs: tuple[Key, ...],
        reasons: Iterable[Reason],
        *,
        again: bool,
        within: Sequence[Task] | None = None,
    ) -> Task:
        """Add a free task of the stitcher; it waits where one of *within* is stuck."""
        s, stitcher = self.s, self.s.providers.stitcher
        before = self.tasks if within is None else within
        stuck = [t for t in before if t.decision in STUCK and t.key.step is not Step.FILM]
        decision = Decision.REDO if again else Decision.MAKE
        found = tuple(reasons)
        if stuck:
            decision = Decision.WAIT
            found += tuple(because(Why.WAITS_FOR, input=str(task.key)) for task in stuck[:3])
        if key in s.options.given_up:
            decision, found = Decision.BLOCKED, (because(Why.FAILED),)
        # A scene's last frame stays: a join of kept clips ends as before, new clips displace it.
        displaced = [*paths(s.listing.by_key.get(key, ()))]
        if key.step is not Step.FILM:
            displaced += paths(s.listing.by_key.get(Key(Step.FILM), ()))
        task = Task(
            key=key,
            decision=decision,
            output=s.path_for(key, stitcher if key.step is not Step.NARRATION_ADJUSTED else None),
            provider=stitcher.name,
            kind=stitcher.kind,
            request=request,
            needs=needs,
            inputs=inputs,
            displaces=tuple(dict.fromkeys(displaced)),
            reasons=found,
        )
        self.tasks.append(task)
        return task

    # the scenes ----------------------------------------------------------

    def _joins(self) -> dict[int, str]:
        """Add every scene's tasks; return the scenes' videos, there or to be made."""
        videos: dict[int, str] = {}
        for scene in self.scenes:
            number = scene.scene.number
            self.tasks.extend(scene.tasks)
            if scene.video is not None:
                videos[number] = scene.video.path
                continue
            if not self.why_again and scene.covered:
                continue  # the film that is there shows it already
            request = SceneJoinRequest(
                parts=scene.join_parts, keep_audio=self.s.options.keep_clip_audio
            )
            key = Key(Step.SCENE, number)
            needs = tuple(task.key for task in scene.tasks if task.decision in TO_DO)
            inputs = tuple(part.path for part in scene.parts)
            again = self.s.best(key) is not None
            within = scene.tasks
            task = self._join(
                key, request, inputs, needs, scene.reasons, again=again, within=within
            )
            videos[number] = task.output
        return videos

    # the sounds ----------------------------------------------------------

    def _sounds(self) -> dict[int, str]:
        """Add the sound effects still to be made; return those the film will have."""
        s, sounds = self.s, {}
        left_out = 0
        for scene in self.scenes:
            number, prompt = scene.scene.number, scene.scene.sound_prompt.strip()
            key = Key(Step.SOUND, number)
            file = s.best(key)
            if file is not None:
                sounds[number] = file.path
                self._keep(key, file)
            elif not prompt or s.options.skip_sound_effects or not self.why_again:
                continue
            elif s.providers.sounds is None:
                left_out += 1
            else:
                seconds = scene.seconds or scene.duration
                request = SoundRequest(prompt=prompt, seconds=seconds, seed=s.seed(number))
                task = s.work(key, s.providers.sounds, request)
                self.tasks.append(self._replacing_film(task))
                sounds[number] = task.output
        if left_out:
            self.notes.append(
                "sound effects are left out: no sound engine was chosen (--sound-engine names one)"
            )
        return sounds

    def _keep(self, key: Key, file: File) -> None:
        self.tasks.append(
            Task(key=key, decision=Decision.KEEP, output=file.path, reasons=(wholeness(file),))
        )

    def _replacing_film(self, task: Task, *more: Key) -> Task:
        """Return *task* so that what is built on its output is moved aside before it."""
        built = (Key(Step.FILM), *more)
        found = [path for key in built for path in paths(self.s.listing.by_key.get(key, ()))]
        return evolve(task, displaces=tuple(dict.fromkeys((*task.displaces, *found))))

    # the narration -------------------------------------------------------

    def _narration(self, joins: dict[int, str]) -> str | None:
        """Add the narration still to be made; return the track the film will have."""
        s = self.s
        adjusted, raw = s.best(Key(Step.NARRATION_ADJUSTED)), s.best(Key(Step.NARRATION))
        seconds = math.fsum(scene.seconds for scene in self.scenes)
        if adjusted is not None:
            why = self._why_fit_again(adjusted, seconds) if raw is not None else None
            if why is None or not self.why_again:
                self._keep(adjusted.key, adjusted)
                return adjusted.path
            assert raw is not None
            self._keep(raw.key, raw)
            return self._fit(raw.path, (), joins, why, again=True)
        if raw is not None:
            self._keep(raw.key, raw)
            return self._fit(raw.path, (), joins, because(Why.MISSING)) if self.why_again else None
        if s.options.skip_narration or not self.why_again:
            return None
        spoken = self._speech(seconds)
        if spoken is None:
            return None
        needs = (spoken.key,) if spoken.decision in TO_DO else ()
        return self._fit(spoken.output, needs, joins, because(Why.MISSING))

    def _why_fit_again(self, adjusted: File, seconds: float) -> Reason | None:
        record = self.s.record(adjusted)
        changed = self.s.changed_input(record) if record else None
        if changed:
            return because(Why.INPUT_CHANGED, input=changed)
        if abs(adjusted.facts.seconds - seconds) > NARRATION_TOLERANCE * seconds:
            return because(Why.WRONG_LENGTH, seconds=adjusted.facts.seconds, film=seconds)
        return None

    def _fit(
        self,
        narration: str,
        needs: tuple[Key, ...],
        joins: dict[int, str],
        why: Reason,
        *,
        again: bool = False,
    ) -> str:
        request = FitNarrationRequest(narration=narration, videos=tuple(joins.values()))
        scenes = tuple(
            task.key
            for task in self.tasks
            if task.key.step is Step.SCENE and task.decision in TO_DO
        )
        steps = (Step.SCENE, Step.NARRATION, Step.NARRATION_TEXT)
        within = [task for task in self.tasks if task.key.step in steps]
        key = Key(Step.NARRATION_ADJUSTED)
        task = self._join(
            key, request, (narration,), (*needs, *scenes), (why,), again=again, within=within
        )
        return task.output

    def _speech(self, seconds: float) -> Task | None:
        s = self.s
        speech = s.providers.speech
        if speech is None:
            self._leave_out("no speech engine was chosen (--tts names one)")
            return None
        text = s.best(Key(Step.NARRATION_TEXT))
        needs: tuple[Key, ...] = ()
        if text is not None:
            self._keep(text.key, text)
            path = text.path
        elif s.providers.script is None:
            self._leave_out(
                "there is no narration text, and no script model was chosen (--model names one)"
            )
            return None
        else:
            request = NarrationTextRequest(
                scenes=s.storyboard.scenes, words=round(seconds * WORDS_PER_SECOND)
            )
            written = s.work(Key(Step.NARRATION_TEXT), s.providers.script, request)
            self.tasks.append(written)
            path = written.output
            needs = (written.key,) if written.decision in TO_DO else ()
        spoken = SpeechRequest(text=s.texts.get(path, ""), text_file=path)
        task = s.work(Key(Step.NARRATION), speech, spoken, needs=needs, inputs=(path,))
        task = self._replacing_film(task, Key(Step.NARRATION_ADJUSTED))
        if task.decision is Decision.MAKE and text is None and not needs:
            waits = because(Why.WAITS_FOR, input=str(Key(Step.NARRATION_TEXT)))
            task = evolve(task, decision=Decision.WAIT, reasons=(waits,))
        self.tasks.append(task)
        return task

    def _leave_out(self, why: str) -> None:
        self.notes.append(f"narration is left out: {why}")
