"""Planning what the film sounds of: an effect for each scene, and the narration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from attrs import define, evolve, field

from vidgen_core.model import Key, Scene, Step
from vidgen_core.pace import words_for
from vidgen_core.plan import STUCK, TO_DO, Decision, File, Provider, Reason, Task, Why, because
from vidgen_core.planner.freshness import outdated, sounds_to_make, stale_reasons
from vidgen_core.planner.joins import goes_with, join
from vidgen_core.planner.kept import kept
from vidgen_core.planner.narrated_film import NARRATION_TOLERANCE, kept_narration, narrate
from vidgen_core.planner.orders import work
from vidgen_core.planner.scene_plan import ScenePlan, length
from vidgen_core.planner.situation import Situation, paths, prompt_digest
from vidgen_core.planner.voice import fault, unable_in_one_piece
from vidgen_core.specs import (
    FitNarrationRequest,
    NarrationTextRequest,
    SoundRequest,
    SpeechRequest,
)


@define(kw_only=True)
class Sounds:
    """What the film will sound of: paths by scene, the narration's path, and their tasks.

    ``subtitles``: the path of what is read where it is not heard. ``untold``: the
    paths of what was made of words that are not told any more.
    """

    effects: dict[int, str] = field(factory=dict)
    narration: str | None = None
    subtitles: str | None = None
    untold: list[str] = field(factory=list)
    tasks: list[Task] = field(factory=list)
    notes: list[str] = field(factory=list)


def plan_sounds(
    s: Situation,
    scenes: Sequence[ScenePlan],
    videos: Mapping[int, str],
    joins: Sequence[Task],
    *,
    film_stands: bool,
) -> Sounds:
    """Plan the sounds; new ones only where the film is joined anyway.

    *videos*: the scenes' videos in order; *joins*: the tasks that make them.
    """
    sounds = Sounds()
    _add_effects(s, sounds, scenes, film_stands=film_stands)
    if s.by_scene:
        told = kept_narration(s) if film_stands else narrate(s, scenes, videos, joins)
        sounds.narration, sounds.subtitles = told.track, told.subtitles
        sounds.untold.extend(told.untold)
        sounds.tasks.extend(told.tasks)
        sounds.notes.extend(told.notes)
        return sounds
    subtitles = s.best(Key(Step.SUBTITLES))
    if subtitles is not None and not goes_with(joins, subtitles):
        sounds.tasks.append(kept(subtitles))
        sounds.subtitles = subtitles.path
    sounds.narration = _add_narration(s, sounds, scenes, videos, joins, film_stands=film_stands)
    return sounds


# the effects -------------------------------------------------------------


def _add_effects(
    s: Situation, sounds: Sounds, scenes: Sequence[ScenePlan], *, film_stands: bool
) -> None:
    wanted = set() if film_stands else set(sounds_to_make(s, scenes))
    left_out = False
    for scene in scenes:
        number = scene.scene.number
        key = Key(Step.SOUND, number)
        file = s.best(key)
        if file is not None:
            sounds.effects[number] = file.path
            sounds.tasks.append(_keep(s, file, _effect_digest(scene.scene)))
        elif number in wanted:
            request = SoundRequest(
                prompt=scene.scene.sound_prompt.strip(),
                seconds=length(scene),
                seed=s.seed(key),
            )
            task = _replacing(s, work(s, key, s.providers.sounds, request))
            sounds.tasks.append(task)
            sounds.effects[number] = task.output
        else:
            left_out |= bool(scene.scene.sound_prompt.strip())
    if left_out and not film_stands and not s.options.skip_sound_effects:
        sounds.notes.append(
            "sound effects are left out: no sound engine was chosen (--sound-engine names one)"
        )


def _effect_digest(scene: Scene) -> str:
    prompt = scene.sound_prompt.strip()
    return prompt_digest(prompt) if prompt else ""


def _keep(s: Situation, file: File, prompt: str = "") -> Task:
    return kept(file, stale_reasons(s, file, prompt))


def _replacing(s: Situation, task: Task, *more: Key) -> Task:
    """Return *task* so that what is built on its output is moved aside before it."""
    built = (Key(Step.FILM), *more)
    found = [path for key in built for path in paths(s.listing.by_key.get(key, ()))]
    return evolve(task, displaces=tuple(dict.fromkeys((*task.displaces, *found))))


# the narration -----------------------------------------------------------


def _add_narration(
    s: Situation,
    sounds: Sounds,
    scenes: Sequence[ScenePlan],
    videos: Mapping[int, str],
    joins: Sequence[Task],
    *,
    film_stands: bool,
) -> str | None:
    """Add the narration still to be made; return the track the film will have."""
    adjusted, raw = s.best(Key(Step.NARRATION_ADJUSTED)), s.best(Key(Step.NARRATION))
    seconds = math.fsum(map(length, scenes))
    if raw is not None:
        sounds.tasks.append(_keep(s, raw))
    if adjusted is not None:
        why = _why_fit_again(s, adjusted, seconds) if raw is not None else None
        if why is None or film_stands:
            sounds.tasks.append(kept(adjusted))
            return adjusted.path
        reasons: tuple[Reason, ...] = (why,)
    elif film_stands:
        return None
    else:
        broken = s.broken_reasons(Key(Step.NARRATION_ADJUSTED))
        reasons = broken or (because(Why.MISSING),)
    spoken: tuple[Task, ...] = ()
    if raw is not None:
        path = raw.path
    else:
        spoken = _speech(s, sounds, seconds)
        if not spoken:
            return None
        path = spoken[-1].output
    fitted = join(
        s,
        Key(Step.NARRATION_ADJUSTED),
        FitNarrationRequest(narration=path, videos=tuple(videos.values())),
        inputs=(path,),
        before=(*joins, *spoken),
        needs=tuple(
            task.key
            for task in (*spoken[-1:], *joins)
            if task.decision in TO_DO and task.key.step in (Step.NARRATION, Step.SCENE)
        ),
        reasons=reasons,
    )
    sounds.tasks.append(fitted)
    return fitted.output


def _why_fit_again(s: Situation, adjusted: File, seconds: float) -> Reason | None:
    why = outdated(s, adjusted)
    if why is None and abs(adjusted.facts.seconds - seconds) > NARRATION_TOLERANCE * seconds:
        why = because(Why.WRONG_LENGTH, seconds=adjusted.facts.seconds, film=seconds)
    return why


def _speech(s: Situation, sounds: Sounds, seconds: float) -> tuple[Task, ...]:
    """Add and return the tasks that lead to speech, its own last; empty where it is left out."""
    if s.options.skip_narration:
        return ()
    key = Key(Step.NARRATION)
    words = words_for(seconds)
    tasks: tuple[Task, ...]
    if s.paid_for(key):
        request = SpeechRequest(text_file=s.path_for(Key(Step.NARRATION_TEXT)))
        tasks = (work(s, key, None, request),)
    elif s.providers.speech is None:
        return _leave_out(sounds, "no speech engine was chosen (--tts names one)")
    elif why := unable_in_one_piece(s):
        return _leave_out(sounds, why)
    else:
        text = _text(s, words)
        if text is None:
            return _leave_out(
                sounds,
                "there is no narration text, and no script model was chosen (--model names one)",
            )
        tasks = (text, _spoken(s, s.providers.speech, text, words))
    tasks = (*tasks[:-1], _replacing(s, tasks[-1], Key(Step.NARRATION_ADJUSTED)))
    sounds.tasks.extend(tasks)
    return tasks


def _spoken(s: Situation, speech: Provider, text: Task, words: int) -> Task:
    """Return the task that speaks what *text* gives, which may not be written yet."""
    path, said = text.output, s.texts.get(text.output)
    task = work(
        s,
        Key(Step.NARRATION),
        speech,
        SpeechRequest(text=said or "", text_file=path),
        needs=(text.key,) if text.decision in TO_DO else (),
        inputs=(path,),
        priced_as=SpeechRequest(text="words " * words, text_file=path) if said is None else None,
    )
    if task.decision is not Decision.MAKE:
        return task
    raised = fault(s, said or "")
    if raised is not None:
        return evolve(task, decision=Decision.BLOCKED, reasons=(*task.reasons, raised))
    if text.decision not in STUCK:
        return task
    waits = because(Why.WAITS_FOR, input=text.key)
    return evolve(task, decision=Decision.WAIT, reasons=(waits,))


def _text(s: Situation, words: int) -> Task | None:
    """Return the task that gives the narration's text, or ``None`` where nobody writes it."""
    key = Key(Step.NARRATION_TEXT)
    text = s.best(key)
    if text is not None:
        return _keep(s, text)
    if s.providers.script is None and s.paid_for(key) is None:
        return None
    request = NarrationTextRequest(scenes=s.storyboard.scenes, words=words)
    return work(s, key, s.providers.script, request)


def _leave_out(sounds: Sounds, why: str) -> tuple[Task, ...]:
    sounds.notes.append(f"narration is left out: {why}")
    return ()
